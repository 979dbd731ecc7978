// Mapping field elements to BLS12-381's groups: simplified SWU on an isogenous curve, then the isogeny (RFC 9380).
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstddef>

#include "crypto/soft/pairing/points.h"

namespace sluice::crypto::pairing {

/// kFactor * a for a small positive factor.
template <unsigned kFactor, class Field>
[[nodiscard]] constexpr Field times(const Field& a) noexcept {
    if constexpr (kFactor == 1) {
        return a;
    } else if constexpr (kFactor % 2 == 1) {
        return times<kFactor - 1>(a) + a;
    } else {
        return doubled(times<kFactor / 2>(a));
    }
}

/// a^((p - 3) / 4) for p = 3 mod 4: with d that power, a d is a root of a or of -a, and a d^2 is the Legendre symbol.
template <class Fp, std::size_t kCount>
[[nodiscard]] constexpr Fp root_power(const Fp& a, const Words<kCount>& modulus) noexcept {
    Words<kCount> exponent{};
    for (std::size_t i = 0; i < kCount; ++i) {
        exponent[i] = (modulus[i] >> 2) | (i + 1 < kCount ? modulus[i + 1] << 62 : 0);
    }
    return power(a, exponent, kOne<Fp>);
}

/// A square root in the prime field; false if there is none.
template <class Fp, std::size_t kCount>
[[nodiscard]] constexpr bool square_root(const Fp& a, const Words<kCount>& modulus, Fp& root) noexcept {
    root = a * root_power(a, modulus);
    return square(root) == a;
}

/// A square root in the quadratic extension; false if there is none.
///
/// If x0 + x1 i is a root of a0 + a1 i and s = x0^2 + x1^2, then s^2 is the norm and x0^2 = (a0 + s) / 2 =: t. Where t
/// is no square, a root c of -t is x1 instead, because the other root -s of the norm gives x1^2 = -t.
template <class Fp2, class Fp, std::size_t kCount>
[[nodiscard]] constexpr bool square_root_quadratic(const Fp2& a, const Words<kCount>& modulus, const Fp& half,
                                                   Fp2& root) noexcept {
    Fp s;
    if (!square_root(square(a.c0) + square(a.c1), modulus, s)) return false;
    Fp t = (a.c0 + s) * half;
    if (t.is_zero()) t = (a.c0 - s) * half;
    if (t.is_zero()) {
        root = {};
        return true;
    }
    const Fp d = root_power(t, modulus);
    const Fp c = t * d;
    if (square(c) == t) {
        root = {c, a.c1 * half * d};  // 1 / c = d
    } else {
        root = {-(a.c1 * half * d), c};  // 1 / c = -d
    }
    return true;
}

/// A curve y^2 = x^3 + A x + B with the constants of the simplified SWU map.
template <class Field>
struct SwuCurve {
    Field a;
    Field b;
    Field z;
    Field minus_b_over_a;
    Field b_over_za;

    [[nodiscard]] constexpr Field right_side(const Field& x) const noexcept { return (square(x) + a) * x + b; }
};

/// The first candidate for x, and zu2 = Z u^2, which times it is the second one (RFC 9380, section 6.6.2).
/// `invert` is the field's inversion, zero for zero.
template <class Field, class Invert>
[[nodiscard]] constexpr Field first_candidate(const SwuCurve<Field>& curve, const Field& zu2, const Field& one,
                                              Invert invert) noexcept {
    const Field t = square(zu2) + zu2;
    return t.is_zero() ? curve.b_over_za : curve.minus_b_over_a * (one + invert(t));
}

/// The kernel polynomial h of an isogeny at one x, with its first three derivatives.
template <class Field>
struct KernelValue {
    Field h;
    Field h1;
    Field h2;
    Field h3;
};

/// The image of (x, y) on y^2 = f(x) = x^3 + a x + b under the isogeny of odd degree kDegree whose kernel polynomial,
/// with sum of roots `sigma`, has the given value at x. Followed by (x, y) -> (x / scale^2, y / scale^3).
///
/// Velu's formulas in Kohel's form: with g = h' / h the image is X = kDegree x - 2 sigma - 2 f' g - 4 f g' and y dX/dx.
/// In Jacobian coordinates with Z = scale h no division is left; a point of the kernel goes to infinity.
template <unsigned kDegree, class Field>
[[nodiscard]] constexpr JacobianPoint<Field> map_by_kernel(const Field& x, const Field& y, const Field& a,
                                                           const KernelValue<Field>& k, const Field& sigma,
                                                           const Field& scale) noexcept {
    const Field xx = square(x);
    const Field f = square(y);
    const Field f1 = times<3>(xx) + a;
    const Field f2 = times<6>(x);
    const Field hh = square(k.h);
    const Field h1h = k.h1 * k.h;
    const Field h1h1 = square(k.h1);
    const Field h2h = k.h2 * k.h;
    const Field g1 = h2h - h1h1;                                          // g' h^2
    const Field g2 = k.h3 * hh + k.h1 * (doubled(h1h1) - times<3>(h2h));  // g'' h^3
    const Field image_x = (times<kDegree>(x) - doubled(sigma)) * hh - doubled(f1 * h1h) - times<4>(f * g1);
    const Field slope = k.h * (times<kDegree>(hh) - doubled(f2 * h1h) - times<6>(f1 * g1)) - times<4>(f * g2);
    return {image_x, y * slope, scale * k.h};
}

}  // namespace sluice::crypto::pairing
