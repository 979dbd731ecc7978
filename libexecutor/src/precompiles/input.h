// Reading a precompile's input, which stands for one with endless zeros behind it.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstring>

#include "precompiles/precompiles.h"

namespace sluice::executor {

/// The first `size` bytes of the input from `offset` on, zeros where it has ended.
template <std::size_t size>
struct PaddedInput {
    std::uint8_t bytes[size]{};

    explicit PaddedInput(ByteView input, std::size_t offset = 0) noexcept {
        if (offset >= input.size()) return;
        const std::size_t left = input.size() - offset;
        std::memcpy(bytes, input.data() + offset, left < size ? left : size);
    }
};

/// A price for each started word on top of a base.
[[nodiscard]] constexpr std::uint64_t price_by_word(std::uint64_t base, std::uint64_t word, std::size_t size) noexcept {
    return base + word * ((size + 31) / 32);
}

/// Memory for an output; null when the arena is exhausted.
[[nodiscard]] inline std::uint8_t* make_output(Arena& arena, std::size_t size) noexcept {
    return static_cast<std::uint8_t*>(arena.allocate(size));
}

/// The call halts exceptionally.
inline constexpr PrecompileResult kPrecompileFailure{};

}  // namespace sluice::executor
