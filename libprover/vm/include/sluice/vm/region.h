// The parts of the guest's state by which memory traffic is split. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "sluice/abi/memory_map.h"

namespace sluice::vm {

/// `image` is what the program's segments cover: text, constants, data, bss (the "static" memory of other provers).
enum class Region : std::uint8_t { heap, input, stack, image, registers };

inline constexpr std::size_t kRegionCount = 5;
inline constexpr std::array<const char*, kRegionCount> kRegionNames = {"heap", "input", "stack", "image", "registers"};

/// [begin, end) of addresses.
struct AddressRange {
    std::uint64_t begin;
    std::uint64_t end;
};

/// Where a region lies; nowhere for registers.
[[nodiscard]] constexpr AddressRange range_of(Region region) noexcept {
    switch (region) {
        case Region::heap:
            return {SLUICE_HEAP_BEGIN, SLUICE_HEAP_END};
        case Region::input:
            return {SLUICE_INPUT_BEGIN, SLUICE_INPUT_END};
        case Region::stack:
            return {SLUICE_STACK_BEGIN, SLUICE_STACK_END};
        case Region::image:
            return {SLUICE_IMAGE_BEGIN, SLUICE_IMAGE_END};
        case Region::registers:
            break;
    }
    return {0, 0};
}

/// The region of a mapped address.
[[nodiscard]] constexpr Region region_of(std::uint32_t address) noexcept {
    if (address < SLUICE_IMAGE_END) return Region::image;
    if (address < SLUICE_HEAP_BEGIN) return Region::stack;
    return address < SLUICE_INPUT_BEGIN ? Region::heap : Region::input;
}

}  // namespace sluice::vm
