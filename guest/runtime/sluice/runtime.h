// The runtime's own view of machine and program.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "sluice/abi/ecall.h"

namespace sluice::runtime {

/// The feature word of the machine (sluice/abi/features.h). Read from the image, so that a key maker can set it.
extern "C" const std::uint64_t sluice_features;

/// True if the machine has all of the features.
[[nodiscard]] inline bool has_feature(std::uint64_t features) noexcept {
    return (sluice_features & features) == features;
}

/// One ecall with one to four arguments. What it reads and writes in memory the compiler does not see, hence the
/// clobber.
template <std::uint64_t kNumber>
[[gnu::always_inline]] inline void ecall(std::uint64_t a0) noexcept {
    register std::uint64_t r0 asm("a0") = a0;
    register std::uint64_t number asm("a7") = kNumber;
    asm volatile("ecall" : : "r"(r0), "r"(number) : "memory");
}
template <std::uint64_t kNumber>
[[gnu::always_inline]] inline void ecall(std::uint64_t a0, std::uint64_t a1) noexcept {
    register std::uint64_t r0 asm("a0") = a0;
    register std::uint64_t r1 asm("a1") = a1;
    register std::uint64_t number asm("a7") = kNumber;
    asm volatile("ecall" : : "r"(r0), "r"(r1), "r"(number) : "memory");
}
template <std::uint64_t kNumber>
[[gnu::always_inline]] inline void ecall(std::uint64_t a0, std::uint64_t a1, std::uint64_t a2) noexcept {
    register std::uint64_t r0 asm("a0") = a0;
    register std::uint64_t r1 asm("a1") = a1;
    register std::uint64_t r2 asm("a2") = a2;
    register std::uint64_t number asm("a7") = kNumber;
    asm volatile("ecall" : : "r"(r0), "r"(r1), "r"(r2), "r"(number) : "memory");
}
template <std::uint64_t kNumber>
[[gnu::always_inline]] inline void ecall(std::uint64_t a0, std::uint64_t a1, std::uint64_t a2,
                                         std::uint64_t a3) noexcept {
    register std::uint64_t r0 asm("a0") = a0;
    register std::uint64_t r1 asm("a1") = a1;
    register std::uint64_t r2 asm("a2") = a2;
    register std::uint64_t r3 asm("a3") = a3;
    register std::uint64_t number asm("a7") = kNumber;
    asm volatile("ecall" : : "r"(r0), "r"(r1), "r"(r2), "r"(r3), "r"(number) : "memory");
}

[[nodiscard]] inline std::uint64_t address_of(const void* object) noexcept {
    return reinterpret_cast<std::uint64_t>(object);
}
[[nodiscard]] inline bool is_aligned(const void* object) noexcept {
    return address_of(object) % 8 == 0;
}

/// Ends the program: HALT with the code and the digest of the output so far.
extern "C" [[noreturn]] void sluice_exit(int code);

}  // namespace sluice::runtime
