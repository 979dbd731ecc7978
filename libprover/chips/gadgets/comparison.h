// Which of two words is less. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include "gadgets/word.h"
#include "sluice/machine/columns.h"

namespace sluice::chips {

/// x - y modulo 2^64, of numbers with their highest bit flipped if they are signed.
template <class T>
struct Comparison {
    Limbs<T> difference;
    T sign_x, sign_y;  ///< 0 if they are unsigned
    SLUICE_COLUMNS(difference, sign_x, sign_y)
};
[[nodiscard]] constexpr bool is_less(std::uint64_t x, std::uint64_t y, bool is_signed) noexcept {
    return is_signed ? static_cast<std::int64_t>(x) < static_cast<std::int64_t>(y) : x < y;
}
[[nodiscard]] constexpr Comparison<KoalaBear> fill_comparison(std::uint64_t x, std::uint64_t y, bool is_signed) {
    return {limbs(x - y), element(is_signed ? sign_bit(x) : 0), element(is_signed ? sign_bit(y) : 0)};
}

/// 1 if x < y, else 0. `is_signed` is a bit, and 0 where `is_real` is. Range checks: the difference and, for signed
/// ones, what is below the sign bits.
template <class B, class V>
[[nodiscard]] V check_less(B& b, const V& is_real, const V& is_signed, const Limbs<V>& x, const Limbs<V>& y,
                           const Comparison<V>& comparison) {
    const auto& [difference, sign_x, sign_y] = comparison;
    b.boolean("the sign of x is a bit", sign_x);
    b.boolean("the sign of y is a bit", sign_y);
    b.zero("an unsigned x has no sign", (b.constant(1) - is_signed) * sign_x);
    b.zero("an unsigned y has no sign", (b.constant(1) - is_signed) * sign_y);
    check_sign(b, is_signed, x[3], sign_x);
    check_sign(b, is_signed, y[3], sign_y);
    const auto flipped = [&](const Limbs<V>& word, const V& sign) {
        Limbs<V> out = word;
        out[3] = word[3] + b.constant(1u << 15) * is_signed - b.constant(1u << 16) * sign;
        return out;
    };
    check_limbs(b, is_real, difference);
    return check_sum<4>(b, flipped(y, sign_y), difference, flipped(x, sign_x));
}

}  // namespace sluice::chips
