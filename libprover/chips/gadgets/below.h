// That a number of limbs is below another. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "gadgets/word.h"
#include "sluice/machine/columns.h"

namespace sluice::chips {

/// Where two numbers of kBlocks * kPlaces limbs differ first from above: the block of limbs and the place in it. The
/// bits of block 0 and place 0 are what the others leave.
template <class T, std::size_t kBlocks, std::size_t kPlaces>
struct FirstDifference {
    std::array<T, kBlocks - 1> block;
    std::array<T, kPlaces - 1> place;
    SLUICE_COLUMNS(block, place)
};
/// Of x < y.
template <std::size_t kBlocks, std::size_t kPlaces, std::size_t kLimbs>
[[nodiscard]] constexpr FirstDifference<KoalaBear, kBlocks, kPlaces> fill_first_difference(
    const std::array<KoalaBear, kLimbs>& x, const std::array<KoalaBear, kLimbs>& y) {
    static_assert(kLimbs == kBlocks * kPlaces);
    std::size_t first = kLimbs - 1;
    while (first > 0 && x[first] == y[first]) --first;
    FirstDifference<KoalaBear, kBlocks, kPlaces> out{};
    if (first / kPlaces > 0) out.block[first / kPlaces - 1] = KoalaBear::one();
    if (first % kPlaces > 0) out.place[first % kPlaces - 1] = KoalaBear::one();
    return out;
}

/// If `count`, a bit, is 1, x < y, for limbs in range. `what` names the fact.
template <class B, class V, std::size_t kBlocks, std::size_t kPlaces, std::size_t kLimbs>
void check_below(B& b, std::string_view what, const V& count, const std::array<V, kLimbs>& x,
                 const std::array<V, kLimbs>& y, const FirstDifference<V, kBlocks, kPlaces>& first) {
    static_assert(kLimbs == kBlocks * kPlaces);
    const auto all_bits = [&]<std::size_t kSize>(const std::array<V, kSize>& others) {
        std::array<V, kSize + 1> bits;
        bits[0] = count;
        for (std::size_t i = 0; i < kSize; ++i) {
            bits[i + 1] = others[i];
            bits[0] = bits[0] - others[i];
        }
        for (const V& bit : bits) b.boolean("where numbers differ is told by bits", bit);
        return bits;
    };
    const auto block = all_bits(first.block);
    const auto place = all_bits(first.place);
    V margin = -count;  // the larger limb less the smaller, less 1
    V lower_block = b.constant(0);
    for (std::size_t i = 0; i < kBlocks; ++i) {
        V lower_place = b.constant(0);
        for (std::size_t j = 0; j < kPlaces; ++j) {
            const V gap = y[kPlaces * i + j] - x[kPlaces * i + j];
            margin = margin + block[i] * place[j] * gap;
            // Above the place both are the same.
            b.zero(what, (lower_block + block[i] * lower_place) * gap);
            lower_place = lower_place + place[j];
        }
        lower_block = lower_block + block[i];
    }
    check_bits(b, count, margin, 16);
}

}  // namespace sluice::chips
