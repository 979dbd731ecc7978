// Integers of several words as rows hold them: their digits as columns, and quotients to fill them with.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Filling computes modulo 2^(64 N), with negative numbers as their complement to it, like the machine's own words.
#pragma once

#include "gadgets/call.h"
#include "sluice/abi/wide_integer.h"

namespace sluice::chips {

/// N words, lowest first.
template <std::size_t N>
using Wide = abi::Limbs<N>;

/// The number in the lower words, zeros above; or only as many of its words.
template <std::size_t N, std::size_t M>
[[nodiscard]] constexpr Wide<N> resized(const Wide<M>& number) noexcept {
    Wide<N> out{};
    for (std::size_t i = 0; i < N && i < M; ++i) out[i] = number[i];
    return out;
}
template <std::size_t N>
[[nodiscard]] constexpr Wide<N> sum(Wide<N> a, const Wide<N>& b) noexcept {
    abi::add_to(a, b);
    return a;
}
template <std::size_t N>
[[nodiscard]] constexpr Wide<N> difference(Wide<N> a, const Wide<N>& b) noexcept {
    abi::subtract_from(a, b);
    return a;
}
template <std::size_t N>
[[nodiscard]] constexpr Wide<N> product(const Wide<N>& a, const Wide<N>& b) noexcept {
    return resized<N>(abi::multiply(a, b));
}
/// The number over 2^bits, zeros moving in from above.
template <std::size_t N>
[[nodiscard]] constexpr Wide<N> shifted_right(const Wide<N>& number, unsigned bits) noexcept {
    Wide<N> out{};
    for (std::size_t i = 0; i + bits / 64 < N; ++i) {
        const std::size_t from = i + bits / 64;
        out[i] = number[from] >> (bits % 64);
        if (bits % 64 != 0 && from + 1 < N) out[i] |= number[from + 1] << (64 - bits % 64);
    }
    return out;
}
/// The inverse of an odd number modulo 2^(64 N).
template <std::size_t N>
[[nodiscard]] constexpr Wide<N> inverse_of_odd(const Wide<N>& number) noexcept {
    Wide<N> inverse = number;  // right in 3 bits, and in twice as many after each step
    for (std::size_t bits = 3; bits < 64 * N; bits *= 2) {
        inverse = product(inverse, difference(Wide<N>{2}, product(number, inverse)));
    }
    return inverse;
}

/// Words of operand `index` of a call, from `first` on, before or after it.
template <std::size_t N>
[[nodiscard]] constexpr Wide<N> words_before(const ExecutedStep& step, std::size_t index, std::size_t first = 0) {
    Wide<N> words;
    for (std::size_t i = 0; i < N; ++i) words[i] = step.call->operands[index].words[first + i].before;
    return words;
}
template <std::size_t N>
[[nodiscard]] constexpr Wide<N> words_after(const ExecutedStep& step, std::size_t index, std::size_t first = 0) {
    Wide<N> words;
    for (std::size_t i = 0; i < N; ++i) words[i] = step.call->operands[index].after[first + i];
    return words;
}

/// A number's limbs, its bytes, the lower byte of each limb.
template <std::size_t N>
[[nodiscard]] constexpr std::array<KoalaBear, 4 * N> fill_limbs(const Wide<N>& number) {
    std::array<KoalaBear, 4 * N> out;
    for (std::size_t i = 0; i < 4 * N; ++i) out[i] = element(limb(number[i / 4], i % 4));
    return out;
}
template <std::size_t N>
[[nodiscard]] constexpr std::array<KoalaBear, 8 * N> fill_bytes(const Wide<N>& number) {
    std::array<KoalaBear, 8 * N> out;
    for (std::size_t i = 0; i < 8 * N; ++i) out[i] = element(byte(number[i / 8], i % 8));
    return out;
}
template <std::size_t N>
[[nodiscard]] constexpr std::array<KoalaBear, 4 * N> fill_low_bytes(const Wide<N>& number) {
    std::array<KoalaBear, 4 * N> out;
    for (std::size_t i = 0; i < 4 * N; ++i) out[i] = element(byte(number[i / 4], 2 * (i % 4)));
    return out;
}

/// The limbs of an operand's words from `first` on, as they were.
template <std::size_t kWords, class V, std::size_t kAll>
[[nodiscard]] std::array<V, 4 * kWords> operand_limbs(const Operand<V, kAll>& operand, std::size_t first = 0) {
    std::array<V, 4 * kWords> limbs;
    for (std::size_t i = 0; i < 4 * kWords; ++i) limbs[i] = operand.words[first + i / 4].before[i % 4];
    return limbs;
}
/// The words of limbs.
template <class V, std::size_t kLimbs>
[[nodiscard]] std::array<Limbs<V>, kLimbs / 4> words_of(const std::array<V, kLimbs>& limbs) {
    std::array<Limbs<V>, kLimbs / 4> words;
    for (std::size_t i = 0; i < kLimbs; ++i) words[i / 4][i % 4] = limbs[i];
    return words;
}
template <class V, std::size_t kX, std::size_t kY>
[[nodiscard]] std::array<V, kX + kY> concatenated(const std::array<V, kX>& x, const std::array<V, kY>& y) {
    std::array<V, kX + kY> out;
    for (std::size_t i = 0; i < kX; ++i) out[i] = x[i];
    for (std::size_t i = 0; i < kY; ++i) out[kX + i] = y[i];
    return out;
}

}  // namespace sluice::chips
