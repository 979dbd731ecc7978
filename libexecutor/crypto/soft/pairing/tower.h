// The extensions of degree 6 and 12 over a quadratic field: Fp6 = Fp2[v] / (v^3 - xi), Fp12 = Fp6[w] / (w^2 - v).
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "crypto/soft/pairing/prime_field.h"

namespace sluice::crypto::pairing {

template <class Fp2>
[[nodiscard]] constexpr Fp2 doubled(const Fp2& a) noexcept {
    return a + a;
}

/// The p-th power in the quadratic extension.
template <class Fp2>
[[nodiscard]] constexpr Fp2 conjugate(const Fp2& a) noexcept {
    return {a.c0, -a.c1};
}

/// Zero for zero.
template <class Fp2>
[[nodiscard]] constexpr Fp2 inverse_quadratic(const Fp2& a) noexcept {
    const auto factor = inverse(square(a.c0) + square(a.c1));
    return {a.c0 * factor, -(a.c1 * factor)};
}

/// The product with an element of the prime field.
template <class Fp2, class Fp>
[[nodiscard]] constexpr Fp2 scaled(const Fp2& a, const Fp& factor) noexcept {
    return {a.c0 * factor, a.c1 * factor};
}

/// c0 + c1 v + c2 v^2.
template <class Fp2>
struct Fp6 {
    Fp2 c0;
    Fp2 c1;
    Fp2 c2;

    friend constexpr bool operator==(const Fp6& a, const Fp6& b) noexcept {
        return a.c0 == b.c0 && a.c1 == b.c1 && a.c2 == b.c2;
    }
    friend constexpr Fp6 operator+(const Fp6& a, const Fp6& b) noexcept {
        return {a.c0 + b.c0, a.c1 + b.c1, a.c2 + b.c2};
    }
    friend constexpr Fp6 operator-(const Fp6& a, const Fp6& b) noexcept {
        return {a.c0 - b.c0, a.c1 - b.c1, a.c2 - b.c2};
    }
    friend constexpr Fp6 operator-(const Fp6& a) noexcept { return {-a.c0, -a.c1, -a.c2}; }

    /// Karatsuba on each pair of coefficients: six products.
    [[gnu::noinline]] friend constexpr Fp6 operator*(const Fp6& a, const Fp6& b) noexcept {
        const Fp2 v0 = a.c0 * b.c0;
        const Fp2 v1 = a.c1 * b.c1;
        const Fp2 v2 = a.c2 * b.c2;
        return {v0 + times_xi((a.c1 + a.c2) * (b.c1 + b.c2) - v1 - v2),
                (a.c0 + a.c1) * (b.c0 + b.c1) - v0 - v1 + times_xi(v2), (a.c0 + a.c2) * (b.c0 + b.c2) - v0 - v2 + v1};
    }
    /// a * (b0 + b1 v): five products.
    [[gnu::noinline]] friend constexpr Fp6 multiply_by_01(const Fp6& a, const Fp2& b0, const Fp2& b1) noexcept {
        const Fp2 v0 = a.c0 * b0;
        const Fp2 v1 = a.c1 * b1;
        return {v0 + times_xi((a.c1 + a.c2) * b1 - v1), (a.c0 + a.c1) * (b0 + b1) - v0 - v1,
                (a.c0 + a.c2) * b0 - v0 + v1};
    }
    /// a * b0.
    friend constexpr Fp6 multiply_by_0(const Fp6& a, const Fp2& b0) noexcept {
        return {a.c0 * b0, a.c1 * b0, a.c2 * b0};
    }
    /// a * b1 v.
    friend constexpr Fp6 multiply_by_1(const Fp6& a, const Fp2& b1) noexcept {
        return {times_xi(a.c2 * b1), a.c0 * b1, a.c1 * b1};
    }
    friend constexpr Fp6 times_v(const Fp6& a) noexcept { return {times_xi(a.c2), a.c0, a.c1}; }
    friend constexpr Fp6 square(const Fp6& a) noexcept { return a * a; }
    friend constexpr Fp6 inverse(const Fp6& a) noexcept {
        const Fp2 t0 = square(a.c0) - times_xi(a.c1 * a.c2);
        const Fp2 t1 = times_xi(square(a.c2)) - a.c0 * a.c1;
        const Fp2 t2 = square(a.c1) - a.c0 * a.c2;
        const Fp2 factor = inverse_quadratic(a.c0 * t0 + times_xi(a.c2 * t1 + a.c1 * t2));
        return {t0 * factor, t1 * factor, t2 * factor};
    }
};

/// c0 + c1 w. In powers of w the coefficients are c0.c0, c1.c0, c0.c1, c1.c1, c0.c2, c1.c2.
template <class Fp2>
struct Fp12 {
    Fp6<Fp2> c0;
    Fp6<Fp2> c1;

    [[nodiscard]] static constexpr Fp12 one() noexcept {
        using Fp = decltype(Fp2::c0);
        Fp12 result{};
        result.c0.c0.c0 = kOne<Fp>;
        return result;
    }
    [[nodiscard]] constexpr bool is_one() const noexcept { return *this == one(); }

    friend constexpr bool operator==(const Fp12& a, const Fp12& b) noexcept { return a.c0 == b.c0 && a.c1 == b.c1; }

    [[gnu::noinline]] friend constexpr Fp12 operator*(const Fp12& a, const Fp12& b) noexcept {
        const Fp6<Fp2> v0 = a.c0 * b.c0;
        const Fp6<Fp2> v1 = a.c1 * b.c1;
        return {v0 + times_v(v1), (a.c0 + a.c1) * (b.c0 + b.c1) - v0 - v1};
    }
    [[gnu::noinline]] friend constexpr Fp12 square(const Fp12& a) noexcept {
        const Fp6<Fp2> product = a.c0 * a.c1;
        return {(a.c0 + a.c1) * (a.c0 + times_v(a.c1)) - product - times_v(product), product + product};
    }
    friend constexpr Fp12 inverse(const Fp12& a) noexcept {
        const Fp6<Fp2> factor = inverse(square(a.c0) - times_v(square(a.c1)));
        return {a.c0 * factor, -(a.c1 * factor)};
    }
    /// The p^6-th power. In the cyclotomic subgroup it is the inverse.
    friend constexpr Fp12 conjugate(const Fp12& a) noexcept { return {a.c0, -a.c1}; }

    /// a * (b0 + b1 w + b3 w^3), the shape of a line on a divisive twist: thirteen products.
    friend constexpr Fp12 multiply_by_line_013(const Fp12& a, const Fp2& b0, const Fp2& b1, const Fp2& b3) noexcept {
        const Fp6<Fp2> v0 = multiply_by_0(a.c0, b0);
        const Fp6<Fp2> v1 = multiply_by_01(a.c1, b1, b3);
        return {v0 + times_v(v1), multiply_by_01(a.c0 + a.c1, b0 + b1, b3) - v0 - v1};
    }
    /// a * (b0 + b2 w^2 + b3 w^3), the shape of a line on a multiplicative twist.
    friend constexpr Fp12 multiply_by_line_023(const Fp12& a, const Fp2& b0, const Fp2& b2, const Fp2& b3) noexcept {
        const Fp6<Fp2> v0 = multiply_by_01(a.c0, b0, b2);
        const Fp6<Fp2> v1 = multiply_by_1(a.c1, b3);
        return {v0 + times_v(v1), multiply_by_01(a.c0 + a.c1, b0, b2 + b3) - v0 - v1};
    }

    /// The square of an element of the cyclotomic subgroup (order p^4 - p^2 + 1): three squares in
    /// Fp4 = Fp2[w^3] instead of one in Fp12 (Granger and Scott 2010, "Faster squaring in the cyclotomic subgroup of
    /// sixth degree extensions").
    [[gnu::noinline]] friend constexpr Fp12 square_cyclotomic(const Fp12& a) noexcept {
        const Pair t01 = square_in_fp4(a.c0.c0, a.c1.c1);
        const Pair t23 = square_in_fp4(a.c1.c0, a.c0.c2);
        const Pair t45 = square_in_fp4(a.c0.c1, a.c1.c2);
        const auto minus = [](const Fp2& t, const Fp2& z) { return doubled(t - z) + t; };
        const auto plus = [](const Fp2& t, const Fp2& z) { return doubled(t + z) + t; };
        return {{minus(t01.low, a.c0.c0), minus(t23.low, a.c0.c1), minus(t45.low, a.c0.c2)},
                {plus(times_xi(t45.high), a.c1.c0), plus(t01.high, a.c1.c1), plus(t23.high, a.c1.c2)}};
    }

 private:
    struct Pair {
        Fp2 low;
        Fp2 high;
    };
    /// (a + b w^3)^2.
    static constexpr Pair square_in_fp4(const Fp2& a, const Fp2& b) noexcept {
        const Fp2 aa = square(a);
        const Fp2 bb = square(b);
        return {aa + times_xi(bb), square(a + b) - aa - bb};
    }
};

/// i * a, for constants.
template <std::size_t kCount, class SoftFp2>
[[nodiscard]] consteval QuadraticWords<kCount> times_i_as(const QuadraticWords<kCount>& a) noexcept {
    const auto value = a.template as<SoftFp2>();
    return to_words(SoftFp2{-value.c1, value.c0});
}

/// The powers gamma^1 .. gamma^5 of gamma = xi^((p - 1) / 6): what the p-th power multiplies the powers of w by.
template <std::size_t kCount>
using FrobeniusConstants = std::array<QuadraticWords<kCount>, 5>;

template <class SoftFp2>
[[nodiscard]] consteval auto frobenius_constants(const SoftFp2& gamma) noexcept {
    FrobeniusConstants<decltype(SoftFp2::c0)::kLimbs> constants{};
    SoftFp2 power = gamma;
    for (auto& constant : constants) {
        constant = to_words(power);
        power = power * gamma;
    }
    return constants;
}

/// a^p; `Curve` has the constants as kGamma[0..4] of type Fp2.
template <class Curve, class Fp2>
[[nodiscard]] constexpr Fp12<Fp2> frobenius(const Fp12<Fp2>& a) noexcept {
    return {{conjugate(a.c0.c0), conjugate(a.c0.c1) * Curve::kGamma[1], conjugate(a.c0.c2) * Curve::kGamma[3]},
            {conjugate(a.c1.c0) * Curve::kGamma[0], conjugate(a.c1.c1) * Curve::kGamma[2],
             conjugate(a.c1.c2) * Curve::kGamma[4]}};
}

/// The non-adjacent form of a positive number: digits -1, 0, 1, least significant first, no two in a row set.
struct SignedDigits {
    std::int8_t digit[130]{};
    unsigned count = 0;

    consteval explicit SignedDigits(Uint128 value) {
        while (value != 0) {
            if ((value & 1) != 0) {
                digit[count] = (value & 3) == 3 ? -1 : 1;
                value = digit[count] == 1 ? value - 1 : value + 1;
            }
            ++count;
            value >>= 1;
        }
    }
};

/// a^exponent for an element of the cyclotomic subgroup.
template <class Fp2>
[[nodiscard]] constexpr Fp12<Fp2> power_cyclotomic(const Fp12<Fp2>& a, const SignedDigits& exponent) noexcept {
    const Fp12<Fp2> inverted = conjugate(a);
    Fp12<Fp2> result = a;
    for (unsigned i = exponent.count - 1; i-- > 0;) {
        result = square_cyclotomic(result);
        if (exponent.digit[i] != 0) result = result * (exponent.digit[i] > 0 ? a : inverted);
    }
    return result;
}

}  // namespace sluice::crypto::pairing
