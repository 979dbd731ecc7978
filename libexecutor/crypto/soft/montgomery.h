// Arithmetic modulo an odd 256-bit modulus in Montgomery form.
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

/// An odd modulus and what reductions by it take.
struct MontgomeryModulus {
    Uint256 value;
    std::uint64_t negative_inverse;  ///< -1 / value mod 2^64

    [[nodiscard]] static constexpr MontgomeryModulus from(const Uint256& odd) noexcept {
        return {odd, 0 - inverse_mod_limb(odd.limb[0])};
    }
};

/// (t4 .. t0) + k m with k such that t0 becomes zero, which is not written. `carry` is what the limb above t4 still
/// lacks, before and after.
[[gnu::always_inline]] constexpr void montgomery_clear_limb(std::uint64_t t0, std::uint64_t& t1, std::uint64_t& t2,
                                                            std::uint64_t& t3, std::uint64_t& t4, std::uint64_t& carry,
                                                            const MontgomeryModulus& m) noexcept {
    const std::uint64_t k = t0 * m.negative_inverse;
    std::uint64_t high = 0;
    if (__builtin_constant_p(m.value.limb[0]) && m.value.limb[0] == ~std::uint64_t{0}) {
        // The lowest limb takes no multiplication: t0 + k (2^64 - 1) = k 2^64, since k = t0.
        high = k;
        t1 = multiply_add(k, m.value.limb[1], t1, high);
        t2 = multiply_add(k, m.value.limb[2], t2, high);
        t3 = multiply_add(k, m.value.limb[3], t3, high);
    } else {
        multiply_add_row(m.value, k, t0, t1, t2, t3, high);
    }
    t4 = add_limbs(t4, high, carry);
}

/// a b / 2^256 mod m, for b below m. Rows of the product and reductions take turns.
[[nodiscard, gnu::always_inline]] constexpr Uint256 montgomery_product(const Uint256& a, const Uint256& b,
                                                                       const MontgomeryModulus& m) noexcept {
    std::uint64_t t0 = 0, t1 = 0, t2 = 0, t3 = 0, t4 = 0;  // below 2 m between two rows
    for (int i = 0; i < 4; ++i) {
        std::uint64_t high = 0;
        multiply_add_row(b, a.limb[i], t0, t1, t2, t3, high);
        std::uint64_t over = 0;
        std::uint64_t carry = 0;
        high = add_limbs(t4, high, over);
        montgomery_clear_limb(t0, t1, t2, t3, high, carry, m);
        t0 = t1;
        t1 = t2;
        t2 = t3;
        t3 = high;
        t4 = over + carry;
    }
    return subtract_once({t0, t1, t2, t3}, t4, m.value);
}

/// t / 2^256 mod m, for t below m 2^256.
[[nodiscard, gnu::always_inline]] constexpr Uint256 montgomery_reduce(const Uint512& t,
                                                                      const MontgomeryModulus& m) noexcept {
    std::uint64_t t0 = t.limb[0], t1 = t.limb[1], t2 = t.limb[2], t3 = t.limb[3];
    std::uint64_t t4 = t.limb[4], t5 = t.limb[5], t6 = t.limb[6], t7 = t.limb[7];
    std::uint64_t carry = 0;
    montgomery_clear_limb(t0, t1, t2, t3, t4, carry, m);
    montgomery_clear_limb(t1, t2, t3, t4, t5, carry, m);
    montgomery_clear_limb(t2, t3, t4, t5, t6, carry, m);
    montgomery_clear_limb(t3, t4, t5, t6, t7, carry, m);
    return subtract_once({t4, t5, t6, t7}, carry, m.value);
}

/// a a / 2^256 mod m, for a below m.
[[nodiscard, gnu::always_inline]] constexpr Uint256 montgomery_square(const Uint256& a,
                                                                      const MontgomeryModulus& m) noexcept {
    return montgomery_reduce(square_wide(a), m);
}

/// An integer modulo kModulus, which is odd and above 2^255, kept as a 2^256 mod kModulus.
template <Uint256 kModulus>
class Montgomery {
 public:
    constexpr Montgomery() noexcept = default;

    [[nodiscard]] static constexpr Montgomery one() noexcept { return Montgomery(kOne); }
    /// `value` is below the modulus.
    [[nodiscard]] static constexpr Montgomery from(const Uint256& value) noexcept {
        return Montgomery(montgomery_product(value, kOneSquared, kReduction));
    }
    /// The integer, below the modulus.
    [[nodiscard]] constexpr Uint256 value() const noexcept {
        return montgomery_product(value_, Uint256(1), kReduction);
    }

    [[nodiscard]] constexpr bool is_zero() const noexcept { return value_.is_zero(); }
    friend constexpr bool operator==(const Montgomery& a, const Montgomery& b) noexcept { return a.value_ == b.value_; }

    friend constexpr Montgomery operator*(const Montgomery& a, const Montgomery& b) noexcept {
        return Montgomery(montgomery_product(a.value_, b.value_, kReduction));
    }
    friend constexpr Montgomery operator+(const Montgomery& a, const Montgomery& b) noexcept {
        return Montgomery(add_modulo(a.value_, b.value_, kModulus));
    }
    friend constexpr Montgomery operator-(const Montgomery& a, const Montgomery& b) noexcept {
        return Montgomery(subtract_modulo(a.value_, b.value_, kModulus));
    }
    friend constexpr Montgomery operator-(const Montgomery& a) noexcept { return Montgomery() - a; }
    friend constexpr Montgomery square(const Montgomery& a) noexcept {
        return Montgomery(montgomery_square(a.value_, kReduction));
    }
    friend constexpr Montgomery half(const Montgomery& a) noexcept {
        return Montgomery(halve_modulo(a.value_, kModulus));
    }
    /// 1 / a, and zero for zero; the modulus has to be prime.
    friend constexpr Montgomery inverse(const Montgomery& a) noexcept {
        // The inverse of a 2^256 lacks a factor of 2^512.
        return Montgomery(montgomery_product(modular_inverse(a.value_, kInverseModulus), kOneCubed, kReduction));
    }

 private:
    static_assert((kModulus.limb[0] & 1) == 1 && (kModulus.limb[3] >> 63) == 1);

    constexpr explicit Montgomery(const Uint256& value) noexcept : value_(value) {}

    static constexpr MontgomeryModulus kReduction = MontgomeryModulus::from(kModulus);
    static constexpr Uint256 kOne = Uint256() - kModulus;
    static constexpr Uint256 kOneSquared = [] {
        Uint256 value = kOne;
        for (int i = 0; i < 256; ++i) value = add_modulo(value, value, kModulus);
        return value;
    }();

    static constexpr InverseModulus kInverseModulus = InverseModulus::from(kModulus);

    /// 2^768 mod modulus.
    static constexpr Uint256 kOneCubed = montgomery_square(kOneSquared, kReduction);

    Uint256 value_{};
};

}  // namespace sluice::crypto::soft
