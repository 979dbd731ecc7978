// Arithmetic modulo a fixed odd 256-bit modulus in Montgomery form.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstdint>

#include "crypto/soft/limbs.h"
#include "sluice/base/uint256.h"

namespace sluice::crypto::soft {

/// a mod m for a value a + carry 2^256 below 2 m.
[[nodiscard]] constexpr Uint256 subtract_once(const Uint256& a, std::uint64_t carry, const Uint256& m) noexcept {
    Uint256 reduced;
    std::uint64_t borrow = 0;
    for (int i = 0; i < 4; ++i) reduced.limb[i] = sub_limbs(a.limb[i], m.limb[i], borrow);
    // The difference holds if the subtraction did not go below zero, or if there was a 2^256 to borrow from.
    const std::uint64_t keep = std::uint64_t{0} - (borrow & (carry ^ 1));
    for (int i = 0; i < 4; ++i) reduced.limb[i] ^= (reduced.limb[i] ^ a.limb[i]) & keep;
    return reduced;
}

/// (a + b) mod m for a, b below m.
[[nodiscard]] constexpr Uint256 add_modulo(const Uint256& a, const Uint256& b, const Uint256& m) noexcept {
    Uint256 sum;
    std::uint64_t carry = 0;
    for (int i = 0; i < 4; ++i) sum.limb[i] = add_limbs(a.limb[i], b.limb[i], carry);
    return subtract_once(sum, carry, m);
}

/// (a - b) mod m for a, b below m.
[[nodiscard]] constexpr Uint256 subtract_modulo(const Uint256& a, const Uint256& b, const Uint256& m) noexcept {
    Uint256 difference;
    std::uint64_t borrow = 0;
    for (int i = 0; i < 4; ++i) difference.limb[i] = sub_limbs(a.limb[i], b.limb[i], borrow);
    const std::uint64_t mask = std::uint64_t{0} - borrow;
    std::uint64_t carry = 0;
    for (int i = 0; i < 4; ++i) difference.limb[i] = add_limbs(difference.limb[i], m.limb[i] & mask, carry);
    return difference;
}

/// a / 2 mod m for a below m, m odd.
[[nodiscard]] constexpr Uint256 halve_modulo(const Uint256& a, const Uint256& m) noexcept {
    const std::uint64_t mask = std::uint64_t{0} - (a.limb[0] & 1);
    Uint256 even;
    std::uint64_t carry = 0;
    for (int i = 0; i < 4; ++i) even.limb[i] = add_limbs(a.limb[i], m.limb[i] & mask, carry);
    Uint256 result;
    for (int i = 0; i < 3; ++i) result.limb[i] = (even.limb[i] >> 1) | (even.limb[i + 1] << 63);
    result.limb[3] = (even.limb[3] >> 1) | (carry << 63);
    return result;
}

/// base^exponent by windows of four bits, for any multiplicative type. The running time depends on the exponent.
template <class Element>
[[nodiscard]] constexpr Element power(const Element& base, const Uint256& exponent) noexcept {
    Element table[16];
    table[0] = Element::one();
    for (int i = 1; i < 16; ++i) table[i] = table[i - 1] * base;
    Element result = table[exponent.limb[3] >> 60];
    for (int bit = 248; bit >= 0; bit -= 4) {
        for (int i = 0; i < 4; ++i) result = square(result);
        const unsigned digit = (exponent.limb[bit / 64] >> (bit % 64)) & 15;
        if (digit != 0) result = result * table[digit];
    }
    return result;
}

/// An integer modulo kModulus, which is odd and above 2^255, kept as a 2^256 mod kModulus.
template <Uint256 kModulus>
class Montgomery {
 public:
    constexpr Montgomery() noexcept = default;

    [[nodiscard]] static constexpr Montgomery one() noexcept { return Montgomery(kOne); }
    /// `value` is below the modulus.
    [[nodiscard]] static constexpr Montgomery from(const Uint256& value) noexcept {
        return Montgomery(reduce_product(value, kOneSquared));
    }
    /// The integer, below the modulus.
    [[nodiscard]] constexpr Uint256 value() const noexcept { return reduce_product(value_, Uint256(1)); }

    [[nodiscard]] constexpr bool is_zero() const noexcept { return value_.is_zero(); }
    friend constexpr bool operator==(const Montgomery& a, const Montgomery& b) noexcept { return a.value_ == b.value_; }

    friend constexpr Montgomery operator*(const Montgomery& a, const Montgomery& b) noexcept {
        return Montgomery(reduce_product(a.value_, b.value_));
    }
    friend constexpr Montgomery operator+(const Montgomery& a, const Montgomery& b) noexcept {
        return Montgomery(add_modulo(a.value_, b.value_, kModulus));
    }
    friend constexpr Montgomery operator-(const Montgomery& a, const Montgomery& b) noexcept {
        return Montgomery(subtract_modulo(a.value_, b.value_, kModulus));
    }
    friend constexpr Montgomery operator-(const Montgomery& a) noexcept { return Montgomery() - a; }
    friend constexpr Montgomery square(const Montgomery& a) noexcept { return a * a; }
    friend constexpr Montgomery half(const Montgomery& a) noexcept {
        return Montgomery(halve_modulo(a.value_, kModulus));
    }
    /// a^(modulus - 2): the inverse if the modulus is prime, and zero for zero.
    friend constexpr Montgomery inverse(const Montgomery& a) noexcept { return power(a, kModulus - Uint256(2)); }

 private:
    static_assert((kModulus.limb[0] & 1) == 1 && (kModulus.limb[3] >> 63) == 1);

    constexpr explicit Montgomery(const Uint256& value) noexcept : value_(value) {}

    /// -1 / modulus mod 2^64, by Newton's iteration: each step doubles the number of right bits.
    static constexpr std::uint64_t kNegativeInverse = [] {
        std::uint64_t inverse = kModulus.limb[0];
        for (int i = 0; i < 5; ++i) inverse *= 2 - kModulus.limb[0] * inverse;
        return 0 - inverse;
    }();
    static constexpr Uint256 kOne = Uint256() - kModulus;
    static constexpr Uint256 kOneSquared = [] {
        Uint256 value = kOne;
        for (int i = 0; i < 256; ++i) value = add_modulo(value, value, kModulus);
        return value;
    }();

    /// a b / 2^256 mod modulus.
    [[nodiscard]] static constexpr Uint256 reduce_product(const Uint256& a, const Uint256& b) noexcept {
        Uint256 t;
        std::uint64_t top = 0;
        for (int i = 0; i < 4; ++i) {
            std::uint64_t carry = 0;
            for (int j = 0; j < 4; ++j) t.limb[j] = multiply_add(a.limb[j], b.limb[i], t.limb[j], carry);
            std::uint64_t over = 0;
            const std::uint64_t high = add_limbs(top, carry, over);
            // A multiple of the modulus that clears the lowest limb, then one limb down.
            const std::uint64_t m = t.limb[0] * kNegativeInverse;
            if constexpr (kModulus.limb[0] == ~std::uint64_t{0}) {
                carry = m;  // m (2^64 - 1) + m = m 2^64
            } else {
                carry = 0;
                (void)multiply_add(m, kModulus.limb[0], t.limb[0], carry);
            }
            for (int j = 1; j < 4; ++j) t.limb[j - 1] = multiply_add(m, kModulus.limb[j], t.limb[j], carry);
            std::uint64_t over2 = 0;
            t.limb[3] = add_limbs(high, carry, over2);
            top = over + over2;
        }
        return subtract_once(t, top, kModulus);
    }

    Uint256 value_{};
};

}  // namespace sluice::crypto::soft
