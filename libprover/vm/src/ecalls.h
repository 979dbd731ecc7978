// ECALLs on the emulator's memory. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include "address_space.h"
#include "sluice/abi/semantics.h"
#include "touch_tracker.h"

namespace sluice::vm {

/// Memory as the ecalls see it: checked, and touched where a tracker is given.
class GuestPort final : public abi::MemoryPort {
 public:
    GuestPort(AddressSpace& space, TouchTracker* tracker) : space_(space), tracker_(tracker) {}

    abi::TrapCode read_words(std::uint64_t address, std::uint64_t* words, std::size_t count) override;
    abi::TrapCode write_words(std::uint64_t address, const std::uint64_t* words, std::size_t count) override;

 private:
    AddressSpace& space_;
    TouchTracker* tracker_;
};

/// Registers that the machine reads for an ecall, bit i for x_i: a7 and the arguments that have a meaning to it.
/// Arguments that are hints for the host are not among them.
[[nodiscard]] std::uint32_t ecall_registers(std::uint64_t number) noexcept;

/// SHA-256 by the machine's own compression function.
[[nodiscard]] std::array<std::uint8_t, 32> sha256(ByteView message);

}  // namespace sluice::vm
