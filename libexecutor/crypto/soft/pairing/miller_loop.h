// Lines and the Miller loop of the optimal ate pairing, shared by BN and BLS12 curves.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstddef>
#include <span>

#include "crypto/soft/pairing/points.h"

namespace sluice::crypto::pairing {

/// How the twist maps to the curve over Fp12: (x, y) to (x w^2, y w^3), or to (x / w^2, y / w^3).
enum class Twist { divisive, multiplicative };

/// A line through points of the twist, up to a factor in Fp2: at (x, y) of G1 it is
/// y * at_y + x * at_x + constant, each in its place among the powers of w.
template <class Fp2>
struct Line {
    Fp2 at_y;
    Fp2 at_x;
    Fp2 constant;
};

/// (X / Z, Y / Z) on the twist.
template <class Fp2>
struct TwistPoint {
    Fp2 x;
    Fp2 y;
    Fp2 z;
};

/// Doubles `t` and gives the tangent there (Costello, Lange and Naehrig 2010, "Faster pairing computations on curves
/// with high-degree twists", in the form of Aranha et al. 2011, all coordinates times four to save the halving).
template <class Fp2>
[[nodiscard]] constexpr Line<Fp2> double_step(TwistPoint<Fp2>& t, const Fp2& three_b) noexcept {
    const Fp2 xy = t.x * t.y;
    const Fp2 yy = square(t.y);
    const Fp2 zz = square(t.z);
    const Fp2 e = three_b * zz;
    const Fp2 f = doubled(e) + e;
    const Fp2 h = square(t.y + t.z) - yy - zz;
    const Fp2 xx = square(t.x);
    const Fp2 ee = doubled(square(e));
    t.x = doubled(xy * (yy - f));
    t.y = square(yy + f) - doubled(doubled(ee) + ee);
    t.z = doubled(doubled(yy * h));
    return {-h, doubled(xx) + xx, e - yy};
}

/// t += q and the line through both. If that meets an exceptional case (t = q, t = -q, t at infinity), z becomes and
/// stays zero.
template <class Fp2>
[[nodiscard]] constexpr Line<Fp2> add_step(TwistPoint<Fp2>& t, const AffinePoint<Fp2>& q) noexcept {
    const Fp2 theta = t.y - q.y * t.z;
    const Fp2 lambda = t.x - q.x * t.z;
    const Fp2 c = square(theta);
    const Fp2 d = square(lambda);
    const Fp2 e = lambda * d;
    const Fp2 f = t.z * c;
    const Fp2 g = t.x * d;
    const Fp2 h = e + f - doubled(g);
    t.x = lambda * h;
    t.y = theta * (g - h) - e * t.y;
    t.z = t.z * e;
    return {lambda, -theta, theta * q.x - lambda * q.y};
}

/// f * line(p).
template <Twist kTwist, class Fp2, class Fp>
constexpr void multiply_by_line(Fp12<Fp2>& f, const Line<Fp2>& line, const AffinePoint<Fp>& p) noexcept {
    if constexpr (kTwist == Twist::divisive) {
        f = multiply_by_line_013(f, scaled(line.at_y, p.y), scaled(line.at_x, p.x), line.constant);
    } else {
        f = multiply_by_line_023(f, line.constant, scaled(line.at_x, p.x), scaled(line.at_y, p.y));
    }
}

/// A pair of the product, with the multiple of q that the loop has reached.
template <class Fp, class Fp2>
struct MillerPair {
    AffinePoint<Fp> p;   ///< finite
    AffinePoint<Fp2> q;  ///< finite
    TwistPoint<Fp2> t;
};

/// The product over `pairs` of f_{n, q}(p) for the positive number n of `digits`; leaves t = n q, or t.z = 0 if a
/// multiple of q on the way was an exceptional case, which a q of large prime order never is.
template <class Curve, class Fp, class Fp2>
[[nodiscard]] constexpr Fp12<Fp2> miller_loop(std::span<MillerPair<Fp, Fp2>> pairs,
                                              const SignedDigits& digits) noexcept {
    for (auto& pair : pairs) pair.t = {pair.q.x, pair.q.y, Fp2{kOne<Fp>, Fp()}};
    Fp12<Fp2> f = Fp12<Fp2>::one();
    for (unsigned i = digits.count - 1; i-- > 0;) {
        if (i + 2 < digits.count) f = square(f);
        for (auto& pair : pairs) {
            multiply_by_line<Curve::kTwist>(f, double_step(pair.t, Curve::kThreeB), pair.p);
            if (digits.digit[i] != 0) {
                multiply_by_line<Curve::kTwist>(f, add_step(pair.t, digits.digit[i] > 0 ? pair.q : -pair.q), pair.p);
            }
        }
    }
    return f;
}

/// f^((p^6 - 1) (p^2 + 1)), which is in the cyclotomic subgroup.
template <class Curve, class Fp2>
[[nodiscard]] constexpr Fp12<Fp2> easy_exponentiation(const Fp12<Fp2>& f) noexcept {
    const Fp12<Fp2> a = conjugate(f) * inverse(f);
    return frobenius<Curve>(frobenius<Curve>(a)) * a;
}

}  // namespace sluice::crypto::pairing
