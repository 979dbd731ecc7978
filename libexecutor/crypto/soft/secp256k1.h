// ECDSA over secp256k1, written once over a backend: plain software here, or a zkVM's accelerated operations.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <type_traits>

#include "crypto/soft/adx.h"
#include "crypto/soft/limbs.h"
#include "crypto/soft/modular_inverse.h"
#include "crypto/soft/montgomery.h"
#include "crypto/soft/weierstrass.h"
#include "sluice/base/uint256.h"
#include "sluice/crypto/ecdsa.h"

namespace sluice::crypto::soft::secp256k1 {

// -- The curve y^2 = x^3 + 7 over the integers modulo p (SEC 2, section 2.4.1).

/// p = 2^256 - kFold.
inline constexpr std::uint64_t kFold = 0x1000003d1;
inline constexpr Uint256 kPrime{0xfffffffefffffc2f, 0xffffffffffffffff, 0xffffffffffffffff, 0xffffffffffffffff};
inline constexpr Uint256 kOrder = kSecp256k1Order;
inline constexpr Uint256 kGeneratorX{0x59f2815b16f81798, 0x029bfcdb2dce28d9, 0x55a06295ce870b07, 0x79be667ef9dcbbac};
inline constexpr Uint256 kGeneratorY{0x9c47d08ffb10d4b8, 0xfd17b448a6855419, 0x5da4fbfc0e1108a8, 0x483ada7726a3c465};

// -- The endomorphism (x, y) -> (kBeta x, y), which multiplies points by kLambda (Gallant, Lambert, Vanstone 2001).

inline constexpr Uint256 kBeta{0xc1396c28719501ee, 0x9cf0497512f58995, 0x6e64479eac3434e9, 0x7ae96a2b657c0710};
inline constexpr Uint256 kLambda{0xdf02967c1b23bd72, 0x122e22ea20816678, 0xa5261c028812645a, 0x5363ad4cc05c30e0};

/// The vectors (kA1, -kMinusB1) and (kA2, kA1) span the pairs (a, b) with a + b kLambda = 0 mod n; they are the short
/// ones that Euclid's algorithm on (n, kLambda) meets (Guide to Elliptic Curve Cryptography, algorithm 3.74).
inline constexpr Uint256 kA1{0xe86c90e49284eb15, 0x3086d221a7d46bcd, 0, 0};
inline constexpr Uint256 kMinusB1{0x6f547fa90abfe4c3, 0xe4437ed6010e8828, 0, 0};
inline constexpr Uint256 kA2{0x57c1108d9d44cfd8, 0x14ca50f7a8e2f3f6, 1, 0};
/// 2^384 kA1 / n and 2^384 kMinusB1 / n, rounded.
inline constexpr Uint256 kG1{0xe893209a45dbb031, 0x3daa8a1471e8ca7f, 0xe86c90e49284eb15, 0x3086d221a7d46bcd};
inline constexpr Uint256 kG2{0x1571b4ae8ac47f71, 0x221208ac9df506c6, 0x6f547fa90abfe4c4, 0xe4437ed6010e8828};

/// An integer modulo p in four limbs, kept below 2^256 but not always below p.
class FieldElement {
 public:
    constexpr FieldElement() noexcept = default;

    [[nodiscard]] static constexpr FieldElement one() noexcept { return FieldElement(Uint256(1)); }
    [[nodiscard]] static constexpr FieldElement from(const Uint256& value) noexcept { return FieldElement(value); }
    /// The integer, below p.
    [[nodiscard]] constexpr Uint256 value() const noexcept { return subtract_once(value_, 0, kPrime); }

    [[nodiscard]] constexpr bool is_zero() const noexcept { return value_.is_zero() || value_ == kPrime; }
    friend constexpr bool operator==(const FieldElement& a, const FieldElement& b) noexcept {
        return (a - b).is_zero();
    }

    friend constexpr FieldElement operator*(const FieldElement& a, const FieldElement& b) noexcept {
#if defined(__x86_64__)
        if (!std::is_constant_evaluated() && adx::available()) {
            FieldElement product;
            adx::multiply_folded(product.value_.limb, a.value_.limb, b.value_.limb, kFold);
            return product;
        }
#endif
        return fold(multiply_wide(a.value_, b.value_));
    }
    friend constexpr FieldElement square(const FieldElement& a) noexcept {
#if defined(__x86_64__)
        if (!std::is_constant_evaluated() && adx::available()) {
            FieldElement product;
            adx::square_folded(product.value_.limb, a.value_.limb, kFold);
            return product;
        }
#endif
        return fold(square_wide(a.value_));
    }
    friend constexpr FieldElement operator+(const FieldElement& a, const FieldElement& b) noexcept {
        std::uint64_t carry = 0;
        FieldElement sum(add_words(a.value_, b.value_, carry));
        sum.add_small((std::uint64_t{0} - carry) & kFold);
        return sum;
    }
    friend constexpr FieldElement operator-(const FieldElement& a, const FieldElement& b) noexcept {
        std::uint64_t borrow = 0;
        FieldElement difference(sub_words(a.value_, b.value_, borrow));
        difference.subtract_small((std::uint64_t{0} - borrow) & kFold);
        return difference;
    }
    friend constexpr FieldElement operator-(const FieldElement& a) noexcept {
        return FieldElement() - a;
    }
    /// 1 / a, and zero for zero.
    friend constexpr FieldElement inverse(const FieldElement& a) noexcept {
        return FieldElement(modular_inverse(a.value(), kInverseModulus));
    }
    friend constexpr FieldElement half(const FieldElement& a) noexcept {
        return FieldElement(halve_modulo(a.value_, kPrime));
    }

 private:
    constexpr explicit FieldElement(const Uint256& value) noexcept : value_(value) {}

    static constexpr InverseModulus kInverseModulus = InverseModulus::from(kPrime);

    /// Adds a number below 2^64 and folds what falls out on top. Beyond the first limb that is rarely anything.
    constexpr void add_small(std::uint64_t small) noexcept {
        std::uint64_t carry = 0;
        value_.limb[0] = add_limbs(value_.limb[0], small, carry);
        if (carry != 0) [[unlikely]] {
            for (int i = 1; i < 4; ++i) value_.limb[i] = add_limbs(value_.limb[i], 0, carry);
            if (carry != 0) value_.limb[0] += kFold;  // what is left is below `small`, so that this cannot carry
        }
    }
    constexpr void subtract_small(std::uint64_t small) noexcept {
        std::uint64_t borrow = 0;
        value_.limb[0] = sub_limbs(value_.limb[0], small, borrow);
        if (borrow != 0) [[unlikely]] {
            for (int i = 1; i < 4; ++i) value_.limb[i] = sub_limbs(value_.limb[i], 0, borrow);
            if (borrow != 0) value_.limb[0] -= kFold;
        }
    }
    /// 2^256 = kFold mod p, so the upper half comes down times kFold, and once more what then stands above.
    [[nodiscard]] static constexpr FieldElement fold(const Uint512& product) noexcept {
        const std::uint64_t* const t = product.limb;
        std::uint64_t r0 = t[0], r1 = t[1], r2 = t[2], r3 = t[3], high = 0;
        multiply_add_row({t[4], t[5], t[6], t[7]}, kFold, r0, r1, r2, r3, high);
        std::uint64_t low = 0;
        r0 = multiply_add(high, kFold, r0, low);
        std::uint64_t over = 0;
        r1 = add_limbs(r1, low, over);
        r2 = add_limbs(r2, 0, over);
        r3 = add_limbs(r3, 0, over);
        if (over != 0) [[unlikely]] {
            // The value wrapped, so it is below kFold high < 2^67 and kFold more cannot wrap again.
            std::uint64_t carry = 0;
            r0 = add_limbs(r0, kFold, carry);
            r1 += carry;
        }
        return FieldElement({r0, r1, r2, r3});
    }

    Uint256 value_{};
};

/// a^(2^count).
template <class Field>
[[nodiscard]] constexpr Field square_times(Field a, unsigned count) noexcept {
    for (; count != 0; --count) a = square(a);
    return a;
}

/// a^((p + 1) / 4): a root of a if a is a square; the caller squares it to know. The exponent is, in binary, 223 ones,
/// a zero, 22 ones, and 00001100.
template <class Field>
[[nodiscard]] constexpr Field square_root_candidate(const Field& a) noexcept {
    const Field ones2 = square(a) * a;
    const Field ones3 = square(ones2) * a;
    const Field ones6 = square_times(ones3, 3) * ones3;
    const Field ones9 = square_times(ones6, 3) * ones3;
    const Field ones11 = square_times(ones9, 2) * ones2;
    const Field ones22 = square_times(ones11, 11) * ones11;
    const Field ones44 = square_times(ones22, 22) * ones22;
    const Field ones88 = square_times(ones44, 44) * ones44;
    const Field ones176 = square_times(ones88, 88) * ones88;
    const Field ones220 = square_times(ones176, 44) * ones44;
    const Field ones223 = square_times(ones220, 3) * ones3;
    const Field upper = square_times(ones223, 23) * ones22;
    return square_times(square_times(upper, 6) * ones2, 2);
}

/// x^3 + 7.
template <class Field>
[[nodiscard]] constexpr Field curve_equation(const Field& x) noexcept {
    return square(x) * x + Field::from(Uint256(7));
}

// -- Scalars split in two halves.

/// magnitude or -magnitude, below 2^128 in size.
struct SignedHalf {
    std::uint64_t low;
    std::uint64_t high;
    bool negative;
};

struct SplitScalar {
    SignedHalf first;
    SignedHalf second;
};

/// round(k g / 2^384).
[[nodiscard]] constexpr Uint256 multiply_shift_384(const Uint256& k, const Uint256& g) noexcept {
    const Uint512 product = multiply_wide(k, g);
    const std::uint64_t round_up = product.limb[5] >> 63;
    std::uint64_t carry = 0;
    Uint256 result;
    result.limb[0] = add_limbs(product.limb[6], round_up, carry);
    result.limb[1] = product.limb[7] + carry;
    return result;
}

/// The magnitude of a number in two's complement whose size is below 2^128.
[[nodiscard]] constexpr SignedHalf signed_half(const Uint256& value) noexcept {
    const bool negative = (value.limb[3] >> 63) != 0;
    const Uint256 magnitude = negative ? Uint256() - value : value;
    return {magnitude.limb[0], magnitude.limb[1], negative};
}

/// k = first + second kLambda mod n, for k below n. By the rounding, first and second are at most half the sum of the
/// lattice vectors in size, which is below 0.64 2^128 and 0.54 2^128.
[[nodiscard]] constexpr SplitScalar split_scalar(const Uint256& k) noexcept {
    const Uint256 c1 = multiply_shift_384(k, kG1);
    const Uint256 c2 = multiply_shift_384(k, kG2);
    return {signed_half(k - c1 * kA1 - c2 * kA2), signed_half(c1 * kMinusB1 - c2 * kA1)};
}

// -- Fixed multiples of the generator.

/// Widths of the signed windows: of a generator's scalar, with tables made at compile time, and of another point's.
inline constexpr unsigned kGeneratorWidth = 8;
inline constexpr unsigned kPointWidth = 5;
inline constexpr std::size_t kGeneratorEntries = std::size_t{1} << (kGeneratorWidth - 2);
inline constexpr std::size_t kPointEntries = std::size_t{1} << (kPointWidth - 2);

using GeneratorTable = std::array<AffinePoint<FieldElement>, kGeneratorEntries>;

/// The point 2^doublings G.
[[nodiscard]] constexpr AffinePoint<FieldElement> doubled_generator(int doublings) noexcept {
    JacobianPoint<FieldElement> p{FieldElement::from(kGeneratorX), FieldElement::from(kGeneratorY), FieldElement::one(),
                                  false};
    for (int i = 0; i < doublings; ++i) double_point<CurveA::zero>(p);
    const FieldElement z = inverse(p.z);
    const FieldElement zz = square(z);
    return {FieldElement::from((p.x * zz).value()), FieldElement::from((p.y * (zz * z)).value())};
}

/// P, 3 P, 5 P, ... as points of the curve itself, with coordinates below p.
[[nodiscard]] constexpr GeneratorTable odd_multiples(const AffinePoint<FieldElement>& p) noexcept {
    OddMultiples<CurveA::zero, FieldElement, kGeneratorEntries> multiples(p);
    multiples.normalize();
    for (auto& q : multiples.point) q = {FieldElement::from(q.x.value()), FieldElement::from(q.y.value())};
    return multiples.point;
}

/// Odd multiples of G, and of 2^128 G for the upper half of a generator's scalar.
inline constexpr GeneratorTable kLowerTable = odd_multiples(doubled_generator(0));
inline constexpr AffinePoint<FieldElement> kUpperPoint = doubled_generator(128);
inline constexpr GeneratorTable kUpperTable = odd_multiples(kUpperPoint);

/// The four streams of u1 G + u2 P: lower and upper half of u1, and the two parts of u2.
enum Stream : std::size_t { kLowerGenerator, kUpperGenerator, kPoint, kLambdaPoint };

using Digits = DigitTable<129, 4>;

/// The digits of u1 and u2, both below n.
constexpr void recode_scalars(Digits& digits, const Uint256& u1, const Uint256& u2) noexcept {
    const SplitScalar parts = split_scalar(u2);
    digits.recode<kGeneratorWidth>(kLowerGenerator, {u1.limb[0], u1.limb[1], 0}, false);
    digits.recode<kGeneratorWidth>(kUpperGenerator, {u1.limb[2], u1.limb[3], 0}, false);
    digits.recode<kPointWidth>(kPoint, {parts.first.low, parts.first.high, 0}, parts.first.negative);
    digits.recode<kPointWidth>(kLambdaPoint, {parts.second.low, parts.second.high, 0}, parts.second.negative);
}

// -- The plain backend.

struct Plain {
    using Field = FieldElement;
    using Scalar = Montgomery<kOrder>;

    /// u1 G + u2 P for u1, u2 below n and P on the curve.
    class Combination {
     public:
        Combination(const Uint256& u1, const AffinePoint<Field>& p, const Uint256& u2) noexcept : sum_(p) {
            Digits digits;
            recode_scalars(digits, u1, u2);
            const auto& multiples = sum_.multiples();
            std::array<AffinePoint<Field>, kPointEntries> lambda_multiples;
            const Field beta = Field::from(kBeta);
            for (std::size_t i = 0; i < kPointEntries; ++i) {
                lambda_multiples[i] = {multiples[i].x * beta, multiples[i].y};
            }
            for (std::size_t position = digits.used; position-- > 0;) {
                sum_.double_sum();
                if (!digits.any(position)) continue;
                const std::int8_t* const digit = digits.digit[position];
                if (digit[kPoint] != 0) sum_.add(multiples.data(), digit[kPoint]);
                if (digit[kLambdaPoint] != 0) sum_.add(lambda_multiples.data(), digit[kLambdaPoint]);
                if (digit[kLowerGenerator] != 0) sum_.add_original(kLowerTable.data(), digit[kLowerGenerator]);
                if (digit[kUpperGenerator] != 0) sum_.add_original(kUpperTable.data(), digit[kUpperGenerator]);
            }
        }

        [[nodiscard]] bool infinity() const noexcept { return sum_.infinity(); }
        /// The sum; only if it is finite.
        [[nodiscard]] AffinePoint<Field> affine() const noexcept { return sum_.affine(); }
        /// Whether the sum's x is `x`; only if it is finite.
        [[nodiscard]] bool has_x(const Field& x) const noexcept { return sum_.has_x(x); }

     private:
        JacobianSum<CurveA::zero, Field, kPointEntries> sum_;
    };
};

// -- ECDSA. Backend has Field, Scalar and Combination as Plain does.

/// Whether 1 <= value < n.
[[nodiscard]] constexpr bool is_valid_scalar(const Uint256& value) noexcept {
    return !value.is_zero() && value < kOrder;
}

/// A message hash as a scalar: hashes are below 2 n, so that one subtraction is enough.
[[nodiscard]] constexpr Uint256 scalar_of_hash(const Hash32& hash) noexcept {
    return subtract_once(Uint256::from_hash(hash), 0, kOrder);
}

/// See sluice::crypto::secp256k1_recover.
template <class Backend>
[[nodiscard]] bool recover(const Hash32& message_hash, const Uint256& r, const Uint256& s, std::uint8_t recovery_id,
                           std::uint8_t public_key[64]) noexcept {
    using Field = typename Backend::Field;
    using Scalar = typename Backend::Scalar;
    if (!is_valid_scalar(r) || !is_valid_scalar(s) || recovery_id > 3) return false;
    Uint256 x = r;
    if ((recovery_id & 2) != 0) {
        bool carry = false;
        x = add_carry(r, kOrder, carry);
        if (carry || !(x < kPrime)) return false;
    }
    const Field point_x = Field::from(x);
    const Field equation = curve_equation(point_x);
    Field point_y = square_root_candidate(equation);
    if (!(square(point_y) == equation)) return false;
    // y is never 0 on this curve, so exactly one of y and -y is odd.
    if ((point_y.value().limb[0] & 1) != (recovery_id & 1u)) point_y = -point_y;

    // s R = z G + r Q, so that Q = (s / r) R - (z / r) G.
    const Scalar inverse_r = inverse(Scalar::from(r));
    const Uint256 u1 = (-(Scalar::from(scalar_of_hash(message_hash)) * inverse_r)).value();
    const Uint256 u2 = (Scalar::from(s) * inverse_r).value();
    const typename Backend::Combination key(u1, {point_x, point_y}, u2);
    if (key.infinity()) return false;
    const AffinePoint<Field> affine = key.affine();
    affine.x.value().to_be(public_key);
    affine.y.value().to_be(public_key + 32);
    return true;
}

/// See sluice::crypto::secp256k1_verify.
template <class Backend>
[[nodiscard]] bool verify(const Hash32& message_hash, const Uint256& r, const Uint256& s,
                          const std::uint8_t public_key[64]) noexcept {
    using Field = typename Backend::Field;
    using Scalar = typename Backend::Scalar;
    if (!is_valid_scalar(r) || !is_valid_scalar(s)) return false;
    const Uint256 x = Uint256::from_be(public_key);
    const Uint256 y = Uint256::from_be(public_key + 32);
    if (!(x < kPrime) || !(y < kPrime)) return false;
    const AffinePoint<Field> key{Field::from(x), Field::from(y)};
    if (!(square(key.y) == curve_equation(key.x))) return false;

    const Scalar inverse_s = inverse(Scalar::from(s));
    const Uint256 u1 = (Scalar::from(scalar_of_hash(message_hash)) * inverse_s).value();
    const Uint256 u2 = (Scalar::from(r) * inverse_s).value();
    const typename Backend::Combination point(u1, key, u2);
    if (point.infinity()) return false;
    if (point.has_x(Field::from(r))) return true;
    // x mod n = r also for x = r + n, as long as that is below p.
    bool carry = false;
    const Uint256 other = add_carry(r, kOrder, carry);
    return !carry && other < kPrime && point.has_x(Field::from(other));
}

}  // namespace sluice::crypto::soft::secp256k1
