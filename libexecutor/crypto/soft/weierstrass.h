// Points of short Weierstrass curves of prime order: Jacobian arithmetic, tables of odd multiples, signed digits.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "sluice/base/uint256.h"

namespace sluice::crypto::soft {

/// A finite point (x, y).
template <class Field>
struct AffinePoint {
    Field x;
    Field y;
};

/// The point (X / Z^2, Y / Z^3), or infinity.
template <class Field>
struct JacobianPoint {
    Field x;
    Field y;
    Field z;
    bool infinity = true;
};

/// The term a of y^2 = x^3 + a x + b, as far as the formulas tell values apart.
enum class CurveA : std::uint8_t { zero, minus_three };

/// Doubles in place: 3 multiplications and 4 squarings (a = 0). The group's order is odd, so no finite point has y = 0.
///
/// With L = (3 X^2 + a Z^4) / 2, S = Y^2 and T = X S: X' = L^2 - 2 T, Y' = L (T - X') - S^2, Z' = Y Z, which is the
/// textbook formula with Z scaled by one half.
template <CurveA kA, class Field>
constexpr void double_point(JacobianPoint<Field>& p) noexcept {
    if (p.infinity) return;
    const Field s = square(p.y);
    Field slope;
    if constexpr (kA == CurveA::zero) {
        slope = square(p.x);
    } else {
        const Field zz = square(p.z);
        slope = (p.x - zz) * (p.x + zz);
    }
    slope = half(slope + slope + slope);
    const Field t = p.x * s;
    p.z = p.y * p.z;
    p.x = square(slope) - (t + t);
    p.y = slope * (t - p.x) - square(s);
}

/// sum += q in place, where q's coordinates are those of the point once scaled by `scaled_z`: the sum's own Z for a
/// point given on the sum's curve. A sum kept on an isomorphic curve, u^2 x and u^3 y for x and y, takes a point of the
/// original curve with Z u. The sum must be finite before; equal and opposite points are handled.
/// Gives the ratio of the new Z to the old one; zero if the sum became infinite. 8 multiplications and 3 squarings.
template <CurveA kA, class Field>
constexpr Field add_point(JacobianPoint<Field>& sum, const AffinePoint<Field>& q, const Field& scaled_z) noexcept {
    const Field zz = square(scaled_z);
    const Field x2 = q.x * zz;
    const Field y2 = q.y * (zz * scaled_z);
    const Field h = x2 - sum.x;
    const Field r = y2 - sum.y;
    if (h.is_zero()) [[unlikely]] {
        if (!r.is_zero()) {
            sum.infinity = true;
            return h;
        }
        const Field ratio = sum.y;
        double_point<kA>(sum);
        return ratio;
    }
    const Field hh = square(h);
    const Field hhh = hh * h;
    const Field v = sum.x * hh;
    sum.z = sum.z * h;
    sum.x = square(r) - hhh - (v + v);
    sum.y = r * (v - sum.x) - sum.y * hhh;
    return h;
}

/// The odd multiples P, 3 P, ..., (2 count - 1) P as affine points of a curve isomorphic to the given one: with
/// `common_z` = u, the point (x, y) of the original curve is written (u^2 x, u^3 y). No inversion is needed that way.
/// `count` is at most half the group's order.
template <CurveA kA, class Field, std::size_t count>
struct OddMultiples {
    std::array<AffinePoint<Field>, count> point;
    Field common_z;

    constexpr explicit OddMultiples(const AffinePoint<Field>& p) noexcept {
        JacobianPoint<Field> twice{p.x, p.y, Field::one(), false};
        double_point<kA>(twice);
        // On the curve scaled by twice.z, 2 P is affine and every further multiple is one mixed addition.
        const AffinePoint<Field> step{twice.x, twice.y};
        const Field zz = square(twice.z);
        JacobianPoint<Field> multiple{p.x * zz, p.y * (zz * twice.z), Field::one(), false};
        std::array<Field, count> ratio;
        point[0] = {multiple.x, multiple.y};
        for (std::size_t i = 1; i < count; ++i) {
            ratio[i] = add_point<kA>(multiple, step, multiple.z);
            point[i] = {multiple.x, multiple.y};
        }
        common_z = multiple.z * twice.z;
        // Backwards, each point is brought to the Z of the last one.
        Field scale = ratio[count - 1];
        for (std::size_t i = count - 1; i-- > 0;) {
            const Field scale2 = square(scale);
            point[i].x = point[i].x * scale2;
            point[i].y = point[i].y * (scale2 * scale);
            if (i > 0) scale = scale * ratio[i];
        }
    }

    /// Brings the points to the original curve, with one inversion.
    constexpr void normalize() noexcept {
        const Field z = inverse(common_z);
        const Field zz = square(z);
        const Field zzz = zz * z;
        for (AffinePoint<Field>& p : point) p = {p.x * zz, p.y * zzz};
        common_z = Field::one();
    }
};

/// A sum of signed multiples of one point, from the highest position down, with points of elsewhere mixed in.
///
/// For a = 0 it lives on the curve of the point's own odd multiples, so that those are affine without an inversion. For
/// a = -3 that curve would have another a, so one inversion brings the multiples back to the original curve.
template <CurveA kA, class Field, std::size_t count>
class JacobianSum {
 public:
    using Point = AffinePoint<Field>;

    explicit JacobianSum(const Point& p) noexcept : multiples_(p) {
        if constexpr (kA != CurveA::zero) multiples_.normalize();
    }

    /// P, 3 P, 5 P, ... on the sum's curve.
    [[nodiscard]] const std::array<Point, count>& multiples() const noexcept { return multiples_.point; }

    void double_sum() noexcept { double_point<kA>(sum_); }

    /// Adds digit P, for an odd digit: `table` has P, 3 P, 5 P, ... on the sum's curve.
    void add(const Point* table, int digit) noexcept {
        const Point q = signed_entry(table, digit);
        if (sum_.infinity) {
            sum_ = {q.x, q.y, Field::one(), false};
        } else {
            add_point<kA>(sum_, q, sum_.z);
        }
    }
    /// The same with a table on the original curve.
    void add_original(const Point* table, int digit) noexcept {
        if constexpr (kA != CurveA::zero) {
            add(table, digit);
        } else {
            const Point q = signed_entry(table, digit);
            if (sum_.infinity) {
                const Field zz = square(multiples_.common_z);
                sum_ = {q.x * zz, q.y * (zz * multiples_.common_z), Field::one(), false};
            } else {
                add_point<kA>(sum_, q, sum_.z * multiples_.common_z);
            }
        }
    }

    [[nodiscard]] bool infinity() const noexcept { return sum_.infinity; }
    /// The sum on the original curve; only if it is finite.
    [[nodiscard]] Point affine() const noexcept {
        const Field z = inverse(original_z());
        const Field zz = square(z);
        return {sum_.x * zz, sum_.y * (zz * z)};
    }
    /// Whether x is that of affine(), without the inversion; only if the sum is finite.
    [[nodiscard]] bool has_x(const Field& x) const noexcept { return sum_.x == x * square(original_z()); }

 private:
    [[nodiscard]] Field original_z() const noexcept {
        if constexpr (kA != CurveA::zero) {
            return sum_.z;
        } else {
            return sum_.z * multiples_.common_z;
        }
    }
    [[nodiscard]] static Point signed_entry(const Point* table, int digit) noexcept {
        if (digit > 0) return table[digit / 2];
        const Point& q = table[-digit / 2];
        return {q.x, -q.y};
    }

    OddMultiples<kA, Field, count> multiples_;
    JacobianPoint<Field> sum_;
};

/// Signed digits of several scalars, side by side so that one load tells whether a position needs any addition.
/// A digit d at position i of stream j stands for d 2^i times the stream's point; digits are 0 or odd.
template <std::size_t kPositions, std::size_t kStreams>
struct DigitTable {
    using Row = std::conditional_t<kStreams == 2, std::uint16_t, std::uint32_t>;
    static_assert(sizeof(Row) == kStreams);
    /// Limbs that hold a scalar of fewer than kPositions bits.
    static constexpr std::size_t kLimbs = (kPositions + 63) / 64;

    alignas(Row) std::int8_t digit[kPositions][kStreams]{};
    /// Positions from here on are all zero.
    std::size_t used = 0;

    /// Sets a stream to the non-adjacent form of a scalar of fewer than kPositions bits: every digit is 0 or odd, below
    /// 2^(width - 1) in size, and of `width` neighbours at most one is not 0. `negative` turns all signs.
    template <unsigned width>
    constexpr void recode(std::size_t stream, const std::array<std::uint64_t, kLimbs>& limbs, bool negative) noexcept {
        static_assert(width >= 2 && width <= 8);
        std::uint64_t carry = 0;
        for (std::size_t bit = 0; bit < kPositions;) {
            const std::size_t shift = bit % 64;
            const std::size_t index = bit / 64;
            std::uint64_t window = limbs[index] >> shift;
            if ((window & 1) == carry) {
                ++bit;
                continue;
            }
            if (shift > 64 - width && index + 1 < kLimbs) window |= limbs[index + 1] << (64 - shift);
            // The window is odd once the carry is in it. In its upper half it stands for window - 2^width, and the
            // 2^width goes on as the next carry.
            window = (window & ((1u << width) - 1)) + carry;
            carry = window >> (width - 1);
            const int value = static_cast<int>(window) - static_cast<int>(carry << width);
            digit[bit][stream] = static_cast<std::int8_t>(negative ? -value : value);
            if (bit >= used) used = bit + 1;
            bit += width;
        }
    }

    /// Whether any stream has a digit at this position.
    [[nodiscard]] bool any(std::size_t position) const noexcept {
        Row row;
        std::memcpy(&row, digit[position], sizeof row);
        return row != 0;
    }
};

}  // namespace sluice::crypto::soft
