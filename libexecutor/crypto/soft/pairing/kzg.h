// KZG point evaluation over any field types (EIP-4844).
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "crypto/soft/pairing/bls12_381.h"

namespace sluice::crypto::pairing {

template <class Field, class Field2>
struct Kzg {
    using Curve = Bls12_381<Field, Field2>;
    using Fp = Field;
    using G1 = typename Curve::G1;
    using G2 = typename Curve::G2;

    /// [tau] G2 of Ethereum's KZG ceremony: g2_monomial[1] of consensus-specs' trusted_setup_4096.json, there in
    /// compressed form (b5bfd7dd...).
    static constexpr G2 kTauG2{
        {Fp::from_words(hex<6>(
             "185cbfee53492714734429b7b38608e23926c911cceceac9a36851477ba4c60b087041de621000edc98edada20c1def2")),
         Fp::from_words(hex<6>(
             "15bfd7dd8cdeb128843bc287230af38926187075cbfbefa81009a2ce615ac53d2914e5870cb452d2afaaab24f3499f72"))},
        {Fp::from_words(hex<6>(
             "014353bdb96b626dd7d5ee8599d1fca2131569490e28de18e82451a496a9c9794ce26d105941f383ee689bfbbb832a99")),
         Fp::from_words(hex<6>(
             "1666c54b0a32529503432fcae0181b4bef79de09fc63671fda5ed1ba9bfa07899495346f3d7ac9cd23048ef30d0a154f"))}};

    /// A compressed point of G1: x, with flags in the three top bits: compressed, infinity, y is the larger root.
    /// False for anything that is not the one encoding of a point of the subgroup.
    [[nodiscard]] static bool load_compressed(const std::uint8_t* bytes, G1& p) noexcept {
        constexpr std::uint64_t kCompressed = std::uint64_t{1} << 63;
        constexpr std::uint64_t kInfinity = std::uint64_t{1} << 62;
        constexpr std::uint64_t kLarger = std::uint64_t{1} << 61;
        auto words = load_words<6>(bytes);
        const std::uint64_t flags = words[5] & (kCompressed | kInfinity | kLarger);
        words[5] ^= flags;
        if ((flags & kCompressed) == 0) return false;
        if ((flags & kInfinity) != 0) {
            p = {};
            return flags == (kCompressed | kInfinity) && bit_width(words) == 0;
        }
        if (!less(words, Curve::kModulus)) return false;
        p.x = Fp::from_words(words);
        if (!square_root(square(p.x) * p.x + Curve::kB, Curve::kModulus, p.y)) return false;
        // y is the larger of the two roots if it is above (p - 1) / 2, that is not below (p + 1) / 2.
        const bool larger = !less(p.y.words(), kHalfModulus);
        if (larger != ((flags & kLarger) != 0)) p.y = -p.y;
        return Curve::in_subgroup(p);
    }

    /// e(C - [y] G1, G2) = e(W, [tau - z] G2), brought to a form with fixed points in G2 and all multiples in G1:
    /// e(C - [y] G1 + [z] W, -G2) e(W, [tau] G2) = 1.
    [[nodiscard]] static bool verify(const std::uint8_t* commitment, const std::uint8_t* z, const std::uint8_t* y,
                                     const std::uint8_t* proof) noexcept {
        const Words<4> z_words = load_words<4>(z);
        const Words<4> y_words = load_words<4>(y);
        G1 c;
        G1 w;
        if (!less(z_words, Curve::kOrder) || !less(y_words, Curve::kOrder) || !load_compressed(commitment, c) ||
            !load_compressed(proof, w)) {
            return false;
        }
        Arena none;
        const Term<Fp> terms[2] = {{-Curve::kG1, y_words}, {w, z_words}};
        const auto left = add(sum_of_products(std::span<const Term<Fp>>(terms), kOne<Fp>, none), c, kOne<Fp>);

        typename Curve::Pair pairs[2];
        std::size_t count = 0;
        if (!left.is_infinity()) pairs[count++] = {to_affine(left, inverse(left.z)), -Curve::kG2, {}};
        if (!w.is_infinity()) pairs[count++] = {w, kTauG2, {}};
        if (count == 0) return true;
        typename Curve::Gt product;
        return Curve::miller_product({pairs, count}, product) && Curve::final_exponentiation(product).is_one();
    }

 private:
    /// (p + 1) / 2.
    static constexpr Words<6> kHalfModulus =
        hex<6>("0d0088f51cbff34d258dd3db21a5d66bb23ba5c279c2895fb39869507b587b120f55ffff58a9ffffdcff7fffffffd556");
};

}  // namespace sluice::crypto::pairing
