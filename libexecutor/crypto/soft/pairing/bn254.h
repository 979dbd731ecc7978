// BN254 over any field types: the group operations and the pairing check of EIP-196 and EIP-197.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

#include "crypto/soft/pairing/miller_loop.h"
#include "sluice/crypto/bn254.h"

namespace sluice::crypto::pairing {

/// p = 36 u^4 + 36 u^3 + 24 u^2 + 6 u + 1.
struct Bn254Parameters {
    static constexpr std::uint64_t kU = 0x44e992b44a6909f1;
    static constexpr Words<4> kModulus = hex<4>("30644e72e131a029b85045b68181585d97816a916871ca8d3c208c16d87cfd47");
    /// r = 36 u^4 + 36 u^3 + 18 u^2 + 6 u + 1, the order of the curve.
    static constexpr Words<4> kOrder = hex<4>("30644e72e131a029b85045b68181585d2833e84879b9709143e1f593f0000001");
};

using Bn254Fp = PrimeField<Bn254Parameters>;
using Bn254Fp2 = QuadraticField<Bn254Fp, 9>;

/// The curve y^2 = x^3 + 3, its divisive twist y^2 = x^3 + 3 / xi and the optimal ate pairing. `Field` and `Field2` are
/// as prime_field.h asks.
template <class Field, class Field2>
struct Bn254 {
    using Fp = Field;
    using Fp2 = Field2;
    using Gt = Fp12<Fp2>;
    using G1 = AffinePoint<Fp>;
    using G2 = AffinePoint<Fp2>;
    using Pair = MillerPair<Fp, Fp2>;

    static constexpr std::size_t kFieldBytes = 32;
    static constexpr std::size_t kPairBytes = 192;
    static constexpr Words<4> kModulus = Bn254Parameters::kModulus;
    static constexpr Words<4> kOrder = Bn254Parameters::kOrder;

    static constexpr Fp kB = Fp::from_words({3});
    /// 3 / xi.
    static constexpr QuadraticWords<4> kTwistBWords{
        hex<4>("2b149d40ceb8aaae81be18991be06ac3b5b4c5e559dbefa33267e6dc24a138e5"),
        hex<4>("009713b03af0fed4cd2cafadeed8fdf4a74fa084e52d1852e4a2bd0685c315d2")};
    static constexpr Fp2 kTwistB = kTwistBWords.as<Fp2>();

    /// The cube root of unity that belongs to lambda = 36 u^3 + 18 u^2 + 6 u + 1 (see split()).
    static constexpr Fp kBeta =
        Fp::from_words(hex<4>("000000000000000059e26bcea0d48bacd4f263f1acdb5c4f5763473177fffffe"));

    static constexpr Twist kTwist = Twist::divisive;
    static constexpr Fp2 kThreeB = [] {
        const auto b = kTwistBWords.as<Bn254Fp2>();
        return to_words(b + b + b).template as<Fp2>();
    }();
    /// xi^((p - 1) / 6) and its powers.
    static constexpr auto kGammaWords = frobenius_constants(
        QuadraticWords<4>{hex<4>("1284b71c2865a7dfe8b99fdd76e68b605c521e08292f2176d60b35dadcc9e470"),
                          hex<4>("246996f3b4fae7e6a6327cfe12150b8e747992778eeec7e5ca5cf05f80f362ac")}
            .as<Bn254Fp2>());
    static constexpr Fp2 kGamma[5] = {kGammaWords[0].template as<Fp2>(), kGammaWords[1].template as<Fp2>(),
                                      kGammaWords[2].template as<Fp2>(), kGammaWords[3].template as<Fp2>(),
                                      kGammaWords[4].template as<Fp2>()};

    static constexpr SignedDigits kU{Bn254Parameters::kU};
    static constexpr SignedDigits kLoop{6 * static_cast<Uint128>(Bn254Parameters::kU) + 2};

    [[nodiscard]] static bool load(const std::uint8_t* bytes, Fp& value) noexcept {
        const auto words = load_words<4>(bytes);
        if (!less(words, kModulus)) return false;
        value = Fp::from_words(words);
        return true;
    }
    static void store(const Fp& value, std::uint8_t* bytes) noexcept { store_words(value.words(), bytes); }

    /// A point on the curve (all of which is the group G1) or infinity.
    [[nodiscard]] static bool load_g1(const std::uint8_t* bytes, G1& p) noexcept {
        if (!load(bytes, p.x) || !load(bytes + 32, p.y)) return false;
        return p.is_infinity() || square(p.y) == square(p.x) * p.x + kB;
    }
    /// A point on the twist, in the subgroup or not, or infinity.
    [[nodiscard]] static bool load_g2(const std::uint8_t* bytes, G2& q) noexcept {
        if (!load(bytes, q.x.c1) || !load(bytes + 32, q.x.c0) || !load(bytes + 64, q.y.c1) ||
            !load(bytes + 96, q.y.c0)) {
            return false;
        }
        return q.is_infinity() || square(q.y) == square(q.x) * q.x + kTwistB;
    }
    static void store_g1(const JacobianPoint<Fp>& p, std::uint8_t* bytes) noexcept {
        const G1 affine = p.is_infinity() ? G1{} : to_affine(p, inverse(p.z));
        store(affine.x, bytes);
        store(affine.y, bytes + 32);
    }

    [[nodiscard]] static bool add(const std::uint8_t* a, const std::uint8_t* b, std::uint8_t* out) noexcept {
        G1 p;
        G1 q;
        if (!load_g1(a, p) || !load_g1(b, q)) return false;
        store_g1(pairing::add(to_jacobian(p, kOne<Fp>), q, kOne<Fp>), out);
        return true;
    }
    [[nodiscard]] static bool mul(const std::uint8_t* point, const std::uint8_t* scalar, std::uint8_t* out) noexcept {
        G1 p;
        if (!load_g1(point, p)) return false;
        store_g1(multiply_g1(p, load_words<4>(scalar)), out);
        return true;
    }

    /// k = k1 + k2 * lambda (mod r) with short k1 and k2, where phi, (x, y) -> (kBeta x, y), multiplies by lambda.
    struct SplitScalar {
        Words<3> k1{};  ///< below 2^130
        Words<3> k2{};  ///< its size, below 2^130
        bool k2_negative = false;
    };
    /// Gallant, Lambert and Vanstone 2001, "Faster point multiplication on elliptic curves with efficient
    /// endomorphisms". The lattice of (a, b) with a + b lambda = 0 mod r has the basis (A, s), (s, -C) with s = 2 u +
    /// 1, A = 6 u^2 + 4 u + 1, C = 6 u^2 + 2 u and A C + s^2 = r; so (k, 0) is k C / r times the first vector and k s /
    /// r times the second one. With both factors rounded down by less than 2, what is left is k1 in [0, 2 (A + s)) and
    /// k2 in (-2 C, 2 s).
    [[nodiscard]] static constexpr SplitScalar split(const Words<4>& k) noexcept {
        constexpr Words<1> s{2 * Bn254Parameters::kU + 1};
        constexpr Words<2> a = hex<2>("6f4d8248eeb859fd0be4e1541221250b");
        constexpr Words<2> c = hex<2>("6f4d8248eeb859fc8211bbeb7d4f1128");
        constexpr Words<3> c_over_r = hex<3>("00000000000000024ccef014a773d2cf7a7bd9d4391eb18d");  // floor(2^256 C / r)
        constexpr Words<2> s_over_r = hex<2>("0000000000000002d91d232ec7e0b3d7");                  // floor(2^256 s / r)
        const auto product1 = multiply_integers(k, c_over_r);
        const auto product2 = multiply_integers(k, s_over_r);
        const Words<3> factor1{product1[4], product1[5], product1[6]};
        const Words<2> factor2{product2[4], product2[5]};
        const Words<4> rest1 =
            subtract_integers(subtract_integers(k, multiply_integers(factor1, a)), multiply_integers(factor2, s));
        Words<4> rest2 = subtract_integers(multiply_integers(factor2, c), multiply_integers(factor1, s));
        SplitScalar result;
        result.k2_negative = (rest2[3] >> 63) != 0;
        if (result.k2_negative) rest2 = subtract_integers(Words<4>{}, rest2);
        for (std::size_t i = 0; i < 3; ++i) {
            result.k1[i] = rest1[i];
            result.k2[i] = rest2[i];
        }
        return result;
    }
    [[nodiscard]] static constexpr JacobianPoint<Fp> multiply_g1(const G1& p, const Words<4>& scalar) noexcept {
        if (p.is_infinity()) return {};
        const SplitScalar parts = split(scalar);
        const WindowDigits<3> digits1(parts.k1);
        const WindowDigits<3> digits2(parts.k2);
        const ScaledOddMultiples<Fp> table1(p, kOne<Fp>);
        ScaledOddMultiples<Fp> table2 = table1;
        for (auto& multiple : table2.multiple) {
            multiple.x = multiple.x * kBeta;
            if (parts.k2_negative) multiple.y = -multiple.y;
        }
        JacobianPoint<Fp> sum{};
        for (std::size_t i = digits1.count() > digits2.count() ? digits1.count() : digits2.count(); i-- > 0;) {
            sum = table2.add_digit(table1.add_digit(twice(sum), digits1[i]), digits2[i]);
        }
        sum.z = sum.z * table1.scale;
        return sum;
    }

    /// psi, the p-th power carried over to the twist. On the subgroup of order r it multiplies by p.
    [[nodiscard]] static constexpr G2 psi(const G2& q) noexcept {
        return {conjugate(q.x) * kGamma[1], conjugate(q.y) * kGamma[2]};
    }
    [[nodiscard]] static constexpr JacobianPoint<Fp2> psi(const JacobianPoint<Fp2>& q) noexcept {
        return {conjugate(q.x) * kGamma[1], conjugate(q.y) * kGamma[2], conjugate(q.z)};
    }

    /// Whether a point of the twist has order r or 1: [u + 1] Q + psi([u] Q) + psi^2([u] Q) = psi^3([2 u] Q)
    /// (Dai et al. 2022, "Fast subgroup membership testings for G1, G2 and GT on pairing-friendly curves").
    ///
    /// Why it is enough: psi satisfies X^2 - t X + p. A point that a polynomial f(psi) maps to infinity has an order
    /// dividing the resultant of f and that polynomial, and its greatest common divisor with the twist's order is r.
    [[nodiscard]] static constexpr bool in_g2(const G2& q) noexcept {
        const auto point = to_jacobian(q, kOne2);
        const auto uq = multiply(point, kU);
        const auto psi_uq = psi(uq);
        const auto psi2_uq = psi(psi_uq);
        const auto left = pairing::add(pairing::add(pairing::add(uq, point), psi_uq), psi2_uq);
        return same_point(left, psi(twice(psi2_uq)));
    }

    /// The product over `pairs` of the pairing's value before the final exponentiation. False if a q is not in G2.
    ///
    /// The subgroup check costs next to nothing: the loop ends with [6 u + 2] Q + psi(Q) - psi^2(Q), and that this is
    /// -psi^3(Q) binds Q to the subgroup by the same resultant argument as in in_g2.
    [[nodiscard]] static constexpr bool miller_product(std::span<Pair> pairs, Gt& product) noexcept {
        product = miller_loop<Bn254>(pairs, kLoop);
        bool in_subgroup = true;
        for (Pair& pair : pairs) {
            const G2 q1 = psi(pair.q);
            const G2 q2 = -psi(q1);
            multiply_by_line<kTwist>(product, add_step(pair.t, q1), pair.p);
            multiply_by_line<kTwist>(product, add_step(pair.t, q2), pair.p);
            const G2 end = psi(q2);  // -psi^3(Q)
            in_subgroup =
                in_subgroup && !pair.t.z.is_zero() && pair.t.x == end.x * pair.t.z && pair.t.y == end.y * pair.t.z;
        }
        return in_subgroup;
    }

    /// f^(c (p^12 - 1) / r) with c prime to r: (Fuentes-Castaneda, Knapp and Rodriguez-Henriquez 2011, "Faster hashing
    /// to G2"). The hard part is l0 + l1 p + l2 p^2 + l3 p^3 with l0 = 1 + 6 u + 12 u^2 + 12 u^3,
    /// l1 = 4 u + 6 u^2 + 12 u^3, l2 = 6 u + 6 u^2 + 12 u^3, l3 = -1 + 4 u + 6 u^2 + 12 u^3.
    [[nodiscard]] static constexpr Gt final_exponentiation(const Gt& value) noexcept {
        const Gt f = easy_exponentiation<Bn254>(value);
        const Gt f2u = square_cyclotomic(power_cyclotomic(f, kU));
        const Gt f4u = square_cyclotomic(f2u);
        const Gt f6u = f4u * f2u;
        const Gt f6uu = power_cyclotomic(f6u, kU);
        const Gt f12uuu = power_cyclotomic(square_cyclotomic(f6uu), kU);
        const Gt common = f12uuu * f6uu;
        const Gt l1 = common * f4u;
        const Gt l2 = common * f6u;
        const Gt l0 = l2 * f6uu * f;
        const Gt l3 = l1 * conjugate(f);
        // Horner in the p-th power.
        Gt result = frobenius<Bn254>(l3) * l2;
        result = frobenius<Bn254>(result) * l1;
        return frobenius<Bn254>(result) * l0;
    }

    [[nodiscard]] static PairingResult pairing_check(ByteView input) noexcept {
        if (input.size() % kPairBytes != 0) return PairingResult::invalid;
        Gt product = Gt::one();
        bool trivial = true;
        Pair batch[kBatch];
        std::size_t count = 0;
        for (std::size_t at = 0; at < input.size(); at += kPairBytes) {
            Pair& pair = batch[count];
            if (!load_g1(input.data() + at, pair.p) || !load_g2(input.data() + at + 64, pair.q)) {
                return PairingResult::invalid;
            }
            if (pair.q.is_infinity()) {
                // contributes one
            } else if (pair.p.is_infinity()) {
                if (!in_g2(pair.q)) return PairingResult::invalid;
            } else {
                ++count;
            }
            if (count != 0 && (count == kBatch || at + kPairBytes == input.size())) {
                Gt part;
                if (!miller_product({batch, count}, part)) return PairingResult::invalid;
                product = trivial ? part : product * part;
                trivial = false;
                count = 0;
            }
        }
        if (trivial) return PairingResult::one;
        return final_exponentiation(product).is_one() ? PairingResult::one : PairingResult::not_one;
    }

 private:
    /// Pairs that share the squarings of one Miller loop; bounds the stack.
    static constexpr std::size_t kBatch = 8;
    static constexpr Fp2 kOne2{kOne<Fp>, Fp()};
};

}  // namespace sluice::crypto::pairing
