// Arithmetic modulo a fixed odd 256-bit modulus in Montgomery form.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstdint>

#include "crypto/soft/limbs.h"
#include "crypto/soft/modular_inverse.h"
#include "sluice/base/uint256.h"

namespace sluice::crypto::soft {

/// a mod m for a value a + carry 2^256 below 2 m.
[[nodiscard]] constexpr Uint256 subtract_once(const Uint256& a, std::uint64_t carry, const Uint256& m) noexcept {
    std::uint64_t borrow = 0;
    const Uint256 reduced = sub_words(a, m, borrow);
    // The difference holds if the subtraction did not go below zero, or if there was a 2^256 to borrow from.
    const std::uint64_t keep = std::uint64_t{0} - (borrow & (carry ^ 1));
    return {reduced.limb[0] ^ ((reduced.limb[0] ^ a.limb[0]) & keep),
            reduced.limb[1] ^ ((reduced.limb[1] ^ a.limb[1]) & keep),
            reduced.limb[2] ^ ((reduced.limb[2] ^ a.limb[2]) & keep),
            reduced.limb[3] ^ ((reduced.limb[3] ^ a.limb[3]) & keep)};
}

/// (a + b) mod m for a, b below m.
[[nodiscard]] constexpr Uint256 add_modulo(const Uint256& a, const Uint256& b, const Uint256& m) noexcept {
    std::uint64_t carry = 0;
    const Uint256 sum = add_words(a, b, carry);
    return subtract_once(sum, carry, m);
}

/// (a - b) mod m for a, b below m.
[[nodiscard]] constexpr Uint256 subtract_modulo(const Uint256& a, const Uint256& b, const Uint256& m) noexcept {
    std::uint64_t borrow = 0;
    const Uint256 difference = sub_words(a, b, borrow);
    std::uint64_t carry = 0;
    return add_words(difference, mask_words(m, std::uint64_t{0} - borrow), carry);
}

/// a / 2 mod m for a 256-bit a, m odd: below m if a is, and below 2^256 in any case.
[[nodiscard]] constexpr Uint256 halve_modulo(const Uint256& a, const Uint256& m) noexcept {
    std::uint64_t carry = 0;
    const Uint256 even = add_words(a, mask_words(m, std::uint64_t{0} - (a.limb[0] & 1)), carry);
    return {(even.limb[0] >> 1) | (even.limb[1] << 63), (even.limb[1] >> 1) | (even.limb[2] << 63),
            (even.limb[2] >> 1) | (even.limb[3] << 63), (even.limb[3] >> 1) | (carry << 63)};
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
    /// 1 / a, and zero for zero; the modulus has to be prime.
    friend constexpr Montgomery inverse(const Montgomery& a) noexcept {
        // The inverse of a 2^256 lacks a factor of 2^512.
        return Montgomery(reduce_product(modular_inverse(a.value_, kInverseModulus), kOneCubed));
    }

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

    static constexpr InverseModulus kInverseModulus = InverseModulus::from(kModulus);

    /// The running product of reduce_product: below 2 modulus.
    struct Running {
        std::uint64_t t0 = 0, t1 = 0, t2 = 0, t3 = 0, t4 = 0;
    };

    /// (t + a x + m modulus) / 2^64, with m such that the division leaves nothing.
    [[gnu::always_inline]] static constexpr Running step(Running t, const Uint256& a, std::uint64_t x) noexcept {
        std::uint64_t high = 0;
        multiply_add_row(a, x, t.t0, t.t1, t.t2, t.t3, high);
        std::uint64_t over = 0;
        t.t4 = add_limbs(t.t4, high, over);
        const std::uint64_t m = t.t0 * kNegativeInverse;
        if constexpr (kModulus.limb[0] == ~std::uint64_t{0}) {
            // The lowest limb takes no multiplication: t0 + m (2^64 - 1) = m 2^64, since m = t0.
            std::uint64_t carry = m;
            t.t1 = multiply_add(m, kModulus.limb[1], t.t1, carry);
            t.t2 = multiply_add(m, kModulus.limb[2], t.t2, carry);
            t.t3 = multiply_add(m, kModulus.limb[3], t.t3, carry);
            high = carry;
        } else {
            multiply_add_row(kModulus, m, t.t0, t.t1, t.t2, t.t3, high);
        }
        std::uint64_t over2 = 0;
        t.t4 = add_limbs(t.t4, high, over2);
        return {t.t1, t.t2, t.t3, t.t4, over + over2};
    }

    /// a b / 2^256 mod modulus.
    [[nodiscard]] static constexpr Uint256 reduce_product(const Uint256& a, const Uint256& b) noexcept {
        Running t;
        t = step(t, a, b.limb[0]);
        t = step(t, a, b.limb[1]);
        t = step(t, a, b.limb[2]);
        t = step(t, a, b.limb[3]);
        return subtract_once({t.t0, t.t1, t.t2, t.t3}, t.t4, kModulus);
    }

    /// 2^768 mod modulus.
    static constexpr Uint256 kOneCubed = reduce_product(kOneSquared, kOneSquared);

    Uint256 value_{};
};

}  // namespace sluice::crypto::soft
