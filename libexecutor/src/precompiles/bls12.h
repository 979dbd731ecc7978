// EIP-2537's encodings: field elements of 64 bytes, the first 16 zero, and prices of multiplications by their number.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include "precompiles/input.h"
#include "sluice/crypto/bls12_381.h"

namespace sluice::executor {

inline constexpr std::size_t kFieldElement = 64;      ///< as the precompiles take it
inline constexpr std::size_t kBareFieldElement = 48;  ///< as sluice::crypto takes it
inline constexpr std::size_t kFieldPadding = kFieldElement - kBareFieldElement;

/// Drops the padding of `count` field elements. False if it is not zero.
[[nodiscard]] inline bool strip_padding(const std::uint8_t* from, std::size_t count, std::uint8_t* to) noexcept {
    for (std::size_t i = 0; i < count; ++i) {
        if ((load_le<std::uint64_t>(from) | load_le<std::uint64_t>(from + 8)) != 0) return false;
        std::memcpy(to, from + kFieldPadding, kBareFieldElement);
        from += kFieldElement;
        to += kBareFieldElement;
    }
    return true;
}

/// The output of `count` field elements, padded.
[[nodiscard]] inline Result<PrecompileResult> padded_output(const std::uint8_t* bare, std::size_t count,
                                                            Arena& arena) noexcept {
    std::uint8_t* output = make_output(arena, count * kFieldElement);
    if (output == nullptr) return ErrorCode::arena_exhausted;
    for (std::size_t i = 0; i < count; ++i) {
        std::memset(output + i * kFieldElement, 0, kFieldPadding);
        std::memcpy(output + i * kFieldElement + kFieldPadding, bare + i * kBareFieldElement, kBareFieldElement);
    }
    return PrecompileResult{true, {output, count * kFieldElement}};
}

/// A list of `count` records of `elements` field elements and `tail` more bytes, without the padding; null data if the
/// padding is not zero (`valid` is false) or the arena is exhausted.
struct StrippedRecords {
    std::uint8_t* data = nullptr;
    std::size_t size = 0;
    bool valid = true;

    StrippedRecords(ByteView input, std::size_t elements, std::size_t tail, Arena& arena) noexcept {
        const std::size_t record = elements * kFieldElement + tail;
        const std::size_t bare = elements * kBareFieldElement + tail;
        const std::size_t count = input.size() / record;
        data = arena.make_array<std::uint8_t>(count * bare);
        if (data == nullptr) return;
        for (std::size_t i = 0; i < count; ++i) {
            if (!strip_padding(input.data() + i * record, elements, data + i * bare)) {
                valid = false;
                return;
            }
            std::memcpy(data + i * bare + elements * kBareFieldElement,
                        input.data() + i * record + elements * kFieldElement, tail);
        }
        size = count * bare;
    }
};

/// Price of `count` multiplications at `price` each, less the discount for that many; the last discount holds beyond
/// the table.
template <std::size_t size>
[[nodiscard]] constexpr std::uint64_t discounted(std::uint64_t count, std::uint64_t price,
                                                 const std::uint16_t (&per_mille)[size]) noexcept {
    if (count == 0) return 0;
    return count * price * per_mille[(count < size ? count : size) - 1] / 1000;
}

}  // namespace sluice::executor
