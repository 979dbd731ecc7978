// Points of y^2 = x^3 + b: affine and Jacobian coordinates, scalar multiplication, multi-scalar multiplication.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

#include "crypto/soft/pairing/tower.h"

namespace sluice::crypto::pairing {

/// (x, y), or infinity as (0, 0), which is on no curve with b != 0.
template <class Field>
struct AffinePoint {
    Field x;
    Field y;

    [[nodiscard]] constexpr bool is_infinity() const noexcept { return x.is_zero() && y.is_zero(); }
    friend constexpr bool operator==(const AffinePoint& a, const AffinePoint& b) noexcept {
        return a.x == b.x && a.y == b.y;
    }
    friend constexpr AffinePoint operator-(const AffinePoint& a) noexcept { return {a.x, -a.y}; }
};

/// (X / Z^2, Y / Z^3), or infinity if Z = 0.
template <class Field>
struct JacobianPoint {
    Field x;
    Field y;
    Field z;

    [[nodiscard]] constexpr bool is_infinity() const noexcept { return z.is_zero(); }
    friend constexpr JacobianPoint operator-(const JacobianPoint& a) noexcept { return {a.x, -a.y, a.z}; }
};

/// `one` is the field's one.
template <class Field>
[[nodiscard]] constexpr JacobianPoint<Field> to_jacobian(const AffinePoint<Field>& p, const Field& one) noexcept {
    if (p.is_infinity()) return {};
    return {p.x, p.y, one};
}

/// `z_inverse` is 1 / Z of a finite point.
template <class Field>
[[nodiscard]] constexpr AffinePoint<Field> to_affine(const JacobianPoint<Field>& p, const Field& z_inverse) noexcept {
    const Field squared = square(z_inverse);
    return {p.x * squared, p.y * (squared * z_inverse)};
}

/// Equality of points, across representations.
template <class Field>
[[nodiscard]] constexpr bool same_point(const JacobianPoint<Field>& a, const JacobianPoint<Field>& b) noexcept {
    if (a.is_infinity() || b.is_infinity()) return a.is_infinity() && b.is_infinity();
    const Field aa = square(a.z);
    const Field bb = square(b.z);
    return a.x * bb == b.x * aa && a.y * (bb * b.z) == b.y * (aa * a.z);
}

template <class Field>
[[nodiscard]] constexpr JacobianPoint<Field> twice(const JacobianPoint<Field>& p) noexcept {
    // Z = 0 gives Z = 0, and so does a point of order two (Y = 0).
    const Field yy2 = doubled(square(p.y));
    const Field s = doubled(p.x * yy2);
    const Field xx = square(p.x);
    const Field m = doubled(xx) + xx;
    const Field x = square(m) - doubled(s);
    return {x, m * (s - x) - doubled(square(yy2)), doubled(p.y * p.z)};
}

namespace detail {
/// The sum of two finite points brought to a common denominator: p = (u1, s1), q = (u2, s2) over `z`.
template <class Field>
[[nodiscard]] constexpr JacobianPoint<Field> add_aligned(const JacobianPoint<Field>& p, const Field& u1,
                                                         const Field& s1, const Field& u2, const Field& s2,
                                                         const Field& z) noexcept {
    const Field h = u2 - u1;
    const Field r = s2 - s1;
    if (h.is_zero()) [[unlikely]] {
        if (r.is_zero()) return twice(p);
        return {};
    }
    const Field hh = square(h);
    const Field hhh = hh * h;
    const Field v = u1 * hh;
    const Field x = square(r) - hhh - doubled(v);
    return {x, r * (v - x) - s1 * hhh, z * h};
}
}  // namespace detail

template <class Field>
[[nodiscard]] constexpr JacobianPoint<Field> add(const JacobianPoint<Field>& p,
                                                 const JacobianPoint<Field>& q) noexcept {
    if (p.is_infinity()) return q;
    if (q.is_infinity()) return p;
    const Field pp = square(p.z);
    const Field qq = square(q.z);
    return detail::add_aligned(p, p.x * qq, p.y * (qq * q.z), q.x * pp, q.y * (pp * p.z), p.z * q.z);
}

template <class Field>
[[nodiscard]] constexpr JacobianPoint<Field> add(const JacobianPoint<Field>& p, const AffinePoint<Field>& q,
                                                 const Field& one) noexcept {
    if (p.is_infinity()) return to_jacobian(q, one);
    if (q.is_infinity()) return p;
    const Field pp = square(p.z);
    return detail::add_aligned(p, p.x, p.y, q.x * pp, q.y * (pp * p.z), p.z);
}

/// A scalar as digits that are zero or odd and below 16 in size, at most one in five consecutive ones not zero.
template <std::size_t kCount>
class WindowDigits {
 public:
    constexpr WindowDigits() noexcept = default;
    constexpr explicit WindowDigits(Words<kCount> scalar) noexcept {
        // After a negative digit the rest may need one bit more than the scalar has.
        std::uint64_t overflow = 0;
        const auto is_zero = [&] {
            std::uint64_t bits = overflow;
            for (const auto word : scalar) bits |= word;
            return bits == 0;
        };
        const auto shift = [&](unsigned bits) {
            for (std::size_t i = 0; i + 1 < kCount; ++i)
                scalar[i] = (scalar[i] >> bits) | (scalar[i + 1] << (64 - bits));
            scalar[kCount - 1] = (scalar[kCount - 1] >> bits) | (overflow << (64 - bits));
            overflow >>= bits;
            count_ += bits;
        };
        std::size_t used = 0;
        while (!is_zero()) {
            if ((scalar[0] & 1) == 0) {
                shift(scalar[0] == 0 ? 32 : static_cast<unsigned>(std::countr_zero(scalar[0])));
                continue;
            }
            const auto low = static_cast<int>(scalar[0] & 31);
            scalar[0] &= ~std::uint64_t{31};
            digit_[count_] = static_cast<std::int8_t>(low < 16 ? low : low - 32);
            if (low >= 16) {
                std::uint64_t carry = 32;
                for (auto& word : scalar) {
                    const std::uint64_t before = word;
                    word += carry;
                    carry = word < before ? 1 : 0;
                }
                overflow += carry;
            }
            used = count_ + 1;
            shift(5);
        }
        count_ = used;
    }

    /// Number of digits.
    [[nodiscard]] constexpr std::size_t count() const noexcept { return count_; }
    [[nodiscard]] constexpr int operator[](std::size_t index) const noexcept {
        return index < count_ ? digit_[index] : 0;
    }

 private:
    std::int8_t digit_[64 * kCount + 8]{};
    std::size_t count_ = 0;
};

/// The multiples 1, 3, .., 15 of a point.
template <class Field>
struct OddMultiples {
    JacobianPoint<Field> multiple[8];

    constexpr OddMultiples() noexcept = default;
    constexpr explicit OddMultiples(const JacobianPoint<Field>& p) noexcept {
        multiple[0] = p;
        const JacobianPoint<Field> two = twice(p);
        for (int i = 1; i < 8; ++i) multiple[i] = add(multiple[i - 1], two);
    }
    /// sum + digit * p, for a digit of WindowDigits.
    [[nodiscard]] constexpr JacobianPoint<Field> add_digit(const JacobianPoint<Field>& sum, int digit) const noexcept {
        if (digit == 0) return sum;
        return digit > 0 ? add(sum, multiple[digit >> 1]) : add(sum, -multiple[(-digit) >> 1]);
    }
};

/// The multiples 1, 3, .., 15 of a finite point whose order is above 32, affine without an inversion: they lie on the
/// curve y^2 = x^3 + b u^6 with u = `scale`, where (x, y) of the original curve is (u^2 x, u^3 y). The group operations
/// do not depend on b; (X, Y, Z) there is (X, Y, u Z) on the original curve.
template <class Field>
struct ScaledOddMultiples {
    AffinePoint<Field> multiple[8];
    Field scale;
    Field one;

    constexpr ScaledOddMultiples(const AffinePoint<Field>& p, const Field& field_one) noexcept : one(field_one) {
        // Where u is Z of 2 P, that is affine and each further multiple one mixed addition.
        const JacobianPoint<Field> two = twice(to_jacobian(p, one));
        const Field zz = square(two.z);
        multiple[0] = {p.x * zz, p.y * (zz * two.z)};
        JacobianPoint<Field> sum = to_jacobian(multiple[0], one);
        Field ratio[8]{};  // of a multiple's Z to that of the one before
        for (int i = 1; i < 8; ++i) {
            const Field pp = square(sum.z);
            const Field x = two.x * pp;
            ratio[i] = x - sum.x;
            sum = detail::add_aligned(sum, sum.x, sum.y, x, two.y * (pp * sum.z), sum.z);
            multiple[i] = {sum.x, sum.y};
        }
        scale = sum.z * two.z;
        // Backwards, all are brought to the last one's Z.
        Field lacking = ratio[7];
        for (int i = 6; i >= 0; --i) {
            const Field squared = square(lacking);
            multiple[i] = {multiple[i].x * squared, multiple[i].y * (squared * lacking)};
            if (i > 0) lacking = lacking * ratio[i];
        }
    }
    /// sum + digit * p on the scaled curve, for a digit of WindowDigits.
    [[nodiscard]] constexpr JacobianPoint<Field> add_digit(const JacobianPoint<Field>& sum, int digit) const noexcept {
        if (digit == 0) return sum;
        return digit > 0 ? add(sum, multiple[digit >> 1], one) : add(sum, -multiple[(-digit) >> 1], one);
    }
};

/// scalar * p.
template <class Field, std::size_t kCount>
[[nodiscard]] constexpr JacobianPoint<Field> multiply(const JacobianPoint<Field>& p,
                                                      const Words<kCount>& scalar) noexcept {
    const WindowDigits<kCount> digits(scalar);
    const OddMultiples<Field> table(p);
    JacobianPoint<Field> sum{};
    for (std::size_t i = digits.count(); i-- > 0;) {
        sum = table.add_digit(twice(sum), digits[i]);
    }
    return sum;
}

/// exponent * p for a constant with few digits.
template <class Field>
[[nodiscard]] constexpr JacobianPoint<Field> multiply(const JacobianPoint<Field>& p,
                                                      const SignedDigits& exponent) noexcept {
    JacobianPoint<Field> sum = p;
    for (unsigned i = exponent.count - 1; i-- > 0;) {
        sum = twice(sum);
        if (exponent.digit[i] != 0) sum = add(sum, exponent.digit[i] > 0 ? p : -p);
    }
    return sum;
}

}  // namespace sluice::crypto::pairing
