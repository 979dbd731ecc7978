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

/// The region of a mapped address.
[[nodiscard]] constexpr Region region_of(std::uint32_t address) noexcept {
    if (address < SLUICE_IMAGE_END) return Region::image;
    if (address < SLUICE_HEAP_BEGIN) return Region::stack;
    return address < SLUICE_INPUT_BEGIN ? Region::heap : Region::input;
}

}  // namespace sluice::vm
