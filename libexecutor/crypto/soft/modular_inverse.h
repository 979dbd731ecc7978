// The inverse modulo a fixed odd number by division steps, in time that depends on the argument.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Bernstein and Yang, "Fast constant-time gcd computation and modular inversion", 2019. One division step takes
// (delta, f, g), f odd, to
//
//     (1 - delta, g, (g - f) / 2)              if delta > 0 and g is odd,
//     (1 + delta, f, (g + (g mod 2) f) / 2)    otherwise,
//
// and keeps gcd(f, g). From f = modulus and g = a below it, g is 0 after at most 741 steps (theorem 11.2 for 256 bits),
// with f = +-1 if a has an inverse. Sixty-two steps at a time look at the low 62 bits only: their effect is a matrix
// over 2^62, which is then applied to the whole numbers, and modulo the modulus to (d, e), which starts as (0, 1) and
// keeps f = d a and g = e a.
#pragma once

#include <cstdint>

#include "crypto/soft/limbs.h"
#include "sluice/base/uint256.h"

namespace sluice::crypto::soft {

__extension__ typedef __int128 Int128;

/// A number in signed limbs of 62 bits: limbs 0 to 3 in [0, 2^62), the sign in limb 4. Room for numbers well beyond
/// +-2^256, and products of limbs with the matrix's entries fit 128 bits.
struct Signed62 {
    std::int64_t limb[5]{};

    static constexpr std::uint64_t kMask = ~std::uint64_t{0} >> 2;

    [[nodiscard]] static constexpr Signed62 from(const Uint256& a) noexcept {
        return {{static_cast<std::int64_t>(a.limb[0] & kMask),
                 static_cast<std::int64_t>(((a.limb[0] >> 62) | (a.limb[1] << 2)) & kMask),
                 static_cast<std::int64_t>(((a.limb[1] >> 60) | (a.limb[2] << 4)) & kMask),
                 static_cast<std::int64_t>(((a.limb[2] >> 58) | (a.limb[3] << 6)) & kMask),
                 static_cast<std::int64_t>(a.limb[3] >> 56)}};
    }
    /// Only for a number in [0, 2^256).
    [[nodiscard]] constexpr Uint256 value() const noexcept {
        const auto word = [this](int i) { return static_cast<std::uint64_t>(limb[i]); };
        return {word(0) | (word(1) << 62), (word(1) >> 2) | (word(2) << 60), (word(2) >> 4) | (word(3) << 58),
                (word(3) >> 6) | (word(4) << 56)};
    }
    /// Brings limbs 0 to 3 back into their range.
    constexpr void carry() noexcept {
        for (int i = 0; i < 4; ++i) {
            limb[i + 1] += limb[i] >> 62;
            limb[i] &= static_cast<std::int64_t>(kMask);
        }
    }
    [[nodiscard]] constexpr bool negative() const noexcept { return limb[4] < 0; }
};

/// 2^62 times the effect of 62 division steps: f' = (u f + v g) / 2^62, g' = (q f + r g) / 2^62.
/// |u| + |v| and |q| + |r| are at most 2^62.
struct DivisionMatrix {
    std::int64_t u, v, q, r;
};

/// Sixty-two division steps on the low words of f and g. `eta` is -delta.
[[nodiscard]] constexpr DivisionMatrix division_steps(std::int64_t& eta, std::uint64_t f, std::uint64_t g) noexcept {
    // Wrapping arithmetic: the entries are signed numbers in two's complement.
    std::uint64_t u = 1, v = 0, q = 0, r = 1;
    int left = 62;
    for (;;) {
        // Steps with an even g only halve it.
        const int zeros = __builtin_ctzll(g | (~std::uint64_t{0} << left));
        g >>= zeros;
        u <<= zeros;
        v <<= zeros;
        eta -= zeros;
        left -= zeros;
        if (left == 0) break;
        // Now g is odd. As long as eta >= 0 no step exchanges f and g, so the next eta + 1 steps add some multiple w of
        // f to g that clears as many low bits; how many at once is bounded by how w is computed.
        std::uint64_t w = 0;
        if (eta < 0) {
            eta = -eta;
            const std::uint64_t f_before = f, u_before = u, v_before = v;
            f = g;
            g = 0 - f_before;
            u = q;
            q = 0 - u_before;
            v = r;
            r = 0 - v_before;
            // f (f^2 - 2) = -1 / f modulo 64.
            w = f * g * (f * f - 2);
            w &= 63;
        } else {
            // f + 8 if f + 1 has bit 2, that is 1 / f modulo 16.
            w = f + (((f + 1) & 4) << 1);
            w = (0 - w * g) & 15;
        }
        const int limit = eta + 1 < left ? static_cast<int>(eta + 1) : left;
        w &= ~std::uint64_t{0} >> (64 - limit);
        g += f * w;
        q += u * w;
        r += v * w;
    }
    return {static_cast<std::int64_t>(u), static_cast<std::int64_t>(v), static_cast<std::int64_t>(q),
            static_cast<std::int64_t>(r)};
}

/// An odd modulus with what its inversions need.
struct InverseModulus {
    Signed62 modulus;
    /// 1 / modulus mod 2^62.
    std::uint64_t inverse62;

    [[nodiscard]] static constexpr InverseModulus from(const Uint256& modulus) noexcept {
        return {Signed62::from(modulus), inverse_mod_limb(modulus.limb[0]) & Signed62::kMask};
    }
};

/// (f, g) := matrix (f, g) / 2^62; the division leaves nothing. `used` limbs are in use.
constexpr void apply(const DivisionMatrix& m, Signed62& f, Signed62& g, int used) noexcept {
    Int128 cf = static_cast<Int128>(m.u) * f.limb[0] + static_cast<Int128>(m.v) * g.limb[0];
    Int128 cg = static_cast<Int128>(m.q) * f.limb[0] + static_cast<Int128>(m.r) * g.limb[0];
    cf >>= 62;
    cg >>= 62;
    for (int i = 1; i < used; ++i) {
        cf += static_cast<Int128>(m.u) * f.limb[i] + static_cast<Int128>(m.v) * g.limb[i];
        cg += static_cast<Int128>(m.q) * f.limb[i] + static_cast<Int128>(m.r) * g.limb[i];
        f.limb[i - 1] = static_cast<std::int64_t>(static_cast<std::uint64_t>(cf) & Signed62::kMask);
        g.limb[i - 1] = static_cast<std::int64_t>(static_cast<std::uint64_t>(cg) & Signed62::kMask);
        cf >>= 62;
        cg >>= 62;
    }
    f.limb[used - 1] = static_cast<std::int64_t>(cf);
    g.limb[used - 1] = static_cast<std::int64_t>(cg);
}

/// (d, e) := matrix (d, e) / 2^62 modulo the modulus, in (-2 modulus, modulus) before and after.
constexpr void apply_modulo(const DivisionMatrix& m, Signed62& d, Signed62& e, const InverseModulus& by) noexcept {
    // A multiple of the modulus that makes each number non-negative, and one that clears the low 62 bits.
    const std::int64_t d_negative = d.limb[4] >> 63;
    const std::int64_t e_negative = e.limb[4] >> 63;
    std::int64_t md = (m.u & d_negative) + (m.v & e_negative);
    std::int64_t me = (m.q & d_negative) + (m.r & e_negative);
    Int128 cd = static_cast<Int128>(m.u) * d.limb[0] + static_cast<Int128>(m.v) * e.limb[0];
    Int128 ce = static_cast<Int128>(m.q) * d.limb[0] + static_cast<Int128>(m.r) * e.limb[0];
    const auto clear = [&by](Int128 low, std::int64_t multiple) {
        const std::uint64_t excess =
            by.inverse62 * static_cast<std::uint64_t>(low) + static_cast<std::uint64_t>(multiple);
        return multiple - static_cast<std::int64_t>(excess & Signed62::kMask);
    };
    md = clear(cd, md);
    me = clear(ce, me);
    cd += static_cast<Int128>(by.modulus.limb[0]) * md;
    ce += static_cast<Int128>(by.modulus.limb[0]) * me;
    cd >>= 62;
    ce >>= 62;
    for (int i = 1; i < 5; ++i) {
        cd += static_cast<Int128>(m.u) * d.limb[i] + static_cast<Int128>(m.v) * e.limb[i];
        ce += static_cast<Int128>(m.q) * d.limb[i] + static_cast<Int128>(m.r) * e.limb[i];
        cd += static_cast<Int128>(by.modulus.limb[i]) * md;
        ce += static_cast<Int128>(by.modulus.limb[i]) * me;
        d.limb[i - 1] = static_cast<std::int64_t>(static_cast<std::uint64_t>(cd) & Signed62::kMask);
        e.limb[i - 1] = static_cast<std::int64_t>(static_cast<std::uint64_t>(ce) & Signed62::kMask);
        cd >>= 62;
        ce >>= 62;
    }
    d.limb[4] = static_cast<std::int64_t>(cd);
    e.limb[4] = static_cast<std::int64_t>(ce);
}

/// 1 / a modulo a prime, for a below it; zero for zero.
[[nodiscard]] constexpr Uint256 modular_inverse(const Uint256& a, const InverseModulus& by) noexcept {
    Signed62 f = by.modulus;
    Signed62 g = Signed62::from(a);
    Signed62 d;
    Signed62 e{{1, 0, 0, 0, 0}};
    std::int64_t eta = -1;
    int used = 5;
    for (;;) {
        const DivisionMatrix m =
            division_steps(eta, static_cast<std::uint64_t>(f.limb[0]) | (static_cast<std::uint64_t>(f.limb[1]) << 62),
                           static_cast<std::uint64_t>(g.limb[0]) | (static_cast<std::uint64_t>(g.limb[1]) << 62));
        apply_modulo(m, d, e, by);
        apply(m, f, g, used);
        std::int64_t g_bits = 0;
        for (int i = 0; i < used; ++i) g_bits |= g.limb[i];
        if (g_bits == 0) break;
        // Both numbers shrink: a top limb that is nothing but sign is merged into the one below.
        const std::int64_t f_top = f.limb[used - 1];
        const std::int64_t g_top = g.limb[used - 1];
        if (used > 2 && (f_top ^ (f_top >> 63)) == 0 && (g_top ^ (g_top >> 63)) == 0) {
            --used;
            f.limb[used - 1] |= static_cast<std::int64_t>(static_cast<std::uint64_t>(f_top) << 62);
            g.limb[used - 1] |= static_cast<std::int64_t>(static_cast<std::uint64_t>(g_top) << 62);
        }
    }
    // f is 1 or -1, or for a = 0 still the modulus, and then d is 0. Bring f's sign times d into [0, modulus).
    if (d.negative()) {
        for (int i = 0; i < 5; ++i) d.limb[i] += by.modulus.limb[i];
    }
    if (f.limb[used - 1] < 0) {
        for (int i = 0; i < 5; ++i) d.limb[i] = -d.limb[i];
    }
    d.carry();
    if (d.negative()) {
        for (int i = 0; i < 5; ++i) d.limb[i] += by.modulus.limb[i];
        d.carry();
    }
    return d.value();
}

}  // namespace sluice::crypto::soft
