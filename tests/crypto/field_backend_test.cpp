// The curve templates over a second field backend: plain integers reduced by GMP's division, Fp2 by the schoolbook.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <gmp.h>

#include "crypto/gmp.h"
#include "crypto/soft/pairing/bn254.h"
#include "crypto/soft/pairing/kzg.h"
#include "support/catch.h"

namespace {

namespace pairing = sluice::crypto::pairing;
using sluice::crypto::PairingResult;
using sluice::test::Bytes;
using sluice::test::from_limbs;
using sluice::test::random_below;
using sluice::test::to_bytes;

/// A canonical integer below the modulus, and no more than what prime_field.h asks of a prime field.
template <class Parameters>
class PlainField {
 public:
    static constexpr std::size_t kLimbs = Parameters::kModulus.size();
    using Integer = pairing::Words<kLimbs>;

    constexpr PlainField() noexcept = default;
    [[nodiscard]] static constexpr PlainField from_words(const Integer& integer) noexcept {
        PlainField result;
        result.value_ = integer;
        return result;
    }
    [[nodiscard]] constexpr Integer words() const noexcept { return value_; }
    [[nodiscard]] bool is_zero() const noexcept { return value_ == Integer{}; }
    friend bool operator==(const PlainField& a, const PlainField& b) noexcept { return a.value_ == b.value_; }
    friend PlainField operator+(const PlainField& a, const PlainField& b) noexcept {
        mp_limb_t sum[kLimbs + 1];
        sum[kLimbs] = mpn_add_n(sum, limbs(a), limbs(b), kLimbs);
        return reduced(sum, kLimbs + 1);
    }
    friend PlainField operator-(const PlainField& a) noexcept {
        mp_limb_t difference[kLimbs];
        mpn_sub_n(difference, modulus(), limbs(a), kLimbs);
        return reduced(difference, kLimbs);
    }
    friend PlainField operator-(const PlainField& a, const PlainField& b) noexcept { return a + (-b); }
    friend PlainField operator*(const PlainField& a, const PlainField& b) noexcept {
        mp_limb_t product[2 * kLimbs];
        mpn_mul_n(product, limbs(a), limbs(b), kLimbs);
        return reduced(product, 2 * kLimbs);
    }
    friend PlainField square(const PlainField& a) noexcept { return a * a; }
    friend PlainField inverse(const PlainField& a) {
        mpz_class result;
        mpz_invert(result.get_mpz_t(), from_limbs(a.value_).get_mpz_t(), from_limbs(Parameters::kModulus).get_mpz_t());
        if (a.is_zero()) return {};
        return from_words(pairing::load_words<kLimbs>(to_bytes(result, 8 * kLimbs).data()));
    }

 private:
    static_assert(sizeof(mp_limb_t) == 8);
    static const mp_limb_t* limbs(const PlainField& a) noexcept {
        return reinterpret_cast<const mp_limb_t*>(a.value_.data());
    }
    static const mp_limb_t* modulus() noexcept {
        return reinterpret_cast<const mp_limb_t*>(Parameters::kModulus.data());
    }
    static PlainField reduced(const mp_limb_t* value, std::size_t size) noexcept {
        mp_limb_t quotient[kLimbs + 2];
        mp_limb_t remainder[kLimbs];
        mpn_tdiv_qr(quotient, remainder, 0, value, static_cast<mp_size_t>(size), modulus(), kLimbs);
        PlainField result;
        for (std::size_t i = 0; i < kLimbs; ++i) result.value_[i] = remainder[i];
        return result;
    }

    Integer value_{};
};

template <class Field, unsigned kXi>
struct PlainQuadratic {
    Field c0;
    Field c1;

    [[nodiscard]] bool is_zero() const noexcept { return c0.is_zero() && c1.is_zero(); }
    friend bool operator==(const PlainQuadratic& a, const PlainQuadratic& b) noexcept {
        return a.c0 == b.c0 && a.c1 == b.c1;
    }
    friend PlainQuadratic operator+(const PlainQuadratic& a, const PlainQuadratic& b) noexcept {
        return {a.c0 + b.c0, a.c1 + b.c1};
    }
    friend PlainQuadratic operator-(const PlainQuadratic& a, const PlainQuadratic& b) noexcept {
        return {a.c0 - b.c0, a.c1 - b.c1};
    }
    friend PlainQuadratic operator-(const PlainQuadratic& a) noexcept { return {-a.c0, -a.c1}; }
    friend PlainQuadratic operator*(const PlainQuadratic& a, const PlainQuadratic& b) noexcept {
        return {a.c0 * b.c0 - a.c1 * b.c1, a.c0 * b.c1 + a.c1 * b.c0};
    }
    friend PlainQuadratic square(const PlainQuadratic& a) noexcept { return a * a; }
    friend PlainQuadratic times_xi(const PlainQuadratic& a) noexcept {
        return a * PlainQuadratic{Field::from_words({kXi}), Field::from_words({1})};
    }
};

using PlainBn254Fp = PlainField<pairing::Bn254Parameters>;
using PlainBn254 = pairing::Bn254<PlainBn254Fp, PlainQuadratic<PlainBn254Fp, 9>>;
using Bn254 = pairing::Bn254<pairing::Bn254Fp, pairing::Bn254Fp2>;

using PlainBlsFp = PlainField<pairing::Bls12_381Parameters>;
using PlainBls = pairing::Bls12_381<PlainBlsFp, PlainQuadratic<PlainBlsFp, 1>>;
using PlainKzg = pairing::Kzg<PlainBlsFp, PlainQuadratic<PlainBlsFp, 1>>;
using Bls = pairing::Bls12_381<pairing::Bls12_381Fp, pairing::Bls12_381Fp2>;
using Kzg = pairing::Kzg<pairing::Bls12_381Fp, pairing::Bls12_381Fp2>;

Bytes operator+(Bytes a, const Bytes& b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
}

}  // namespace

TEST_CASE("BN254 over plain integers gives the results of Montgomery form") {
    SLUICE_RANDOM(rng);
    const mpz_class r = from_limbs(Bn254::kOrder);
    const Bytes g1 = to_bytes(1, 32) + to_bytes(2, 32);
    Bytes pairs;
    for (int round = 0; round < 4; ++round) {
        const Bytes k = to_bytes(sluice::test::from_bytes(sluice::test::random_bytes(rng, 32)), 32);
        Bytes expected(64);
        Bytes found(64);
        REQUIRE(Bn254::mul(g1.data(), k.data(), expected.data()));
        REQUIRE(PlainBn254::mul(g1.data(), k.data(), found.data()));
        CHECK(found == expected);
        REQUIRE(PlainBn254::add(found.data(), g1.data(), found.data()));
        REQUIRE(Bn254::add(expected.data(), g1.data(), expected.data()));
        CHECK(found == expected);
        found[63] ^= 1;
        CHECK_FALSE(PlainBn254::add(found.data(), g1.data(), found.data()));
    }
    // e([a] G1, G2) e([r - a] G1, G2) = 1, with the generator of EIP-197.
    const Bytes g2 = to_bytes(mpz_class("198e9393920d483a7260bfb731fb5d25f1aa493335a9e71297e485b7aef312c2", 16), 32) +
                     to_bytes(mpz_class("1800deef121f1e76426a00665e5c4479674322d4f75edadd46debd5cd992f6ed", 16), 32) +
                     to_bytes(mpz_class("090689d0585ff075ec9e99ad690c3395bc4b313370b38ef355acdadcd122975b", 16), 32) +
                     to_bytes(mpz_class("12c85ea5db8c6deb4aab71808dcb408fe3d1e7690c43d37b4ce6cc0166fa7daa", 16), 32);
    const mpz_class a = random_below(rng, r);
    Bytes left(64);
    Bytes right(64);
    REQUIRE(PlainBn254::mul(g1.data(), to_bytes(a, 32).data(), left.data()));
    REQUIRE(PlainBn254::mul(g1.data(), to_bytes(r - a, 32).data(), right.data()));
    CHECK(PlainBn254::pairing_check(left + g2 + right + g2) == PairingResult::one);
    CHECK(PlainBn254::pairing_check(left + g2 + g1 + g2) == PairingResult::not_one);
    Bytes off = g2;
    off[127] ^= 1;
    CHECK(PlainBn254::pairing_check(left + off) == PairingResult::invalid);

    // Not only the verdict: the value before it.
    const auto value = [&](auto curve) {
        using Curve = decltype(curve);
        typename Curve::Pair pair[1];
        REQUIRE(Curve::load_g1(left.data(), pair[0].p));
        REQUIRE(Curve::load_g2(g2.data(), pair[0].q));
        typename Curve::Gt product;
        REQUIRE(Curve::miller_product(pair, product));
        const auto result = Curve::final_exponentiation(product);
        return std::array{result.c0.c0.c0.words(), result.c0.c2.c1.words(), result.c1.c1.c0.words()};
    };
    CHECK(value(PlainBn254{}) == value(Bn254{}));
}

TEST_CASE("BLS12-381 over plain integers gives the results of Montgomery form") {
    SLUICE_RANDOM(rng);
    const mpz_class p = from_limbs(Bls::kModulus);
    const auto map = [](auto curve, const Bytes& element, std::size_t size) {
        using Curve = decltype(curve);
        Bytes out(size);
        if (size == 96) {
            typename Curve::Fp u;
            REQUIRE(Curve::load(element.data(), u));
            Curve::map_to_group(u, out.data());
        } else {
            typename Curve::Fp2 u;
            REQUIRE(Curve::load(element.data(), u));
            Curve::map_to_group(u, out.data());
        }
        return out;
    };
    const auto msm = [](auto curve, const Bytes& input, std::size_t size) {
        using Curve = decltype(curve);
        std::vector<std::uint64_t> memory(1 << 16);
        sluice::Arena scratch(memory.data(), 8 * memory.size());
        Bytes out(size);
        REQUIRE((size == 96 ? Curve::template sum_of_products<typename Curve::G1>(input, out.data(), scratch)
                            : Curve::template sum_of_products<typename Curve::G2>(input, out.data(), scratch)));
        return out;
    };
    Bytes terms1;
    Bytes terms2;
    Bytes g1;
    Bytes g2;
    for (int round = 0; round < 3; ++round) {
        const Bytes u = to_bytes(random_below(rng, p), 48) + to_bytes(random_below(rng, p), 48);
        g1 = map(Bls{}, u, 96);
        g2 = map(Bls{}, u, 192);
        CHECK(map(PlainBls{}, u, 96) == g1);
        CHECK(map(PlainBls{}, u, 192) == g2);
        const Bytes scalar = sluice::test::random_bytes(rng, 32);
        terms1 = terms1 + g1 + scalar;
        terms2 = terms2 + g2 + scalar;
    }
    const Bytes sum1 = msm(Bls{}, terms1, 96);
    CHECK(msm(PlainBls{}, terms1, 96) == sum1);
    CHECK(msm(PlainBls{}, terms2, 192) == msm(Bls{}, terms2, 192));

    // e(P, Q) e(P, -Q) = 1.
    Bytes minus_g2 = g2;
    const mpz_class y0 = sluice::test::from_bytes(std::span(g2).subspan(96, 48));
    const mpz_class y1 = sluice::test::from_bytes(std::span(g2).subspan(144, 48));
    const Bytes minus_y = to_bytes(sluice::test::mod(-y0, p), 48) + to_bytes(sluice::test::mod(-y1, p), 48);
    std::copy(minus_y.begin(), minus_y.end(), minus_g2.begin() + 96);
    CHECK(PlainBls::pairing_check(g1 + g2 + g1 + minus_g2) == PairingResult::one);
    CHECK(PlainBls::pairing_check(g1 + g2 + g1 + g2) == PairingResult::not_one);

    // The constant polynomial 7.
    Bytes seven(96);
    Bls::store_point(pairing::multiply(Bls::jacobian(Bls::kG1), pairing::Words<4>{7}), seven.data());
    Bytes commitment(seven.begin(), seven.begin() + 48);
    const bool larger = sluice::test::from_bytes(std::span(seven).subspan(48)) > (p - 1) / 2;
    commitment[0] = static_cast<std::uint8_t>(commitment[0] | (larger ? 0xa0 : 0x80));
    Bytes infinity(48);
    infinity[0] = 0xc0;
    for (const int y : {7, 8}) {
        const bool expected = y == 7;
        CHECK(PlainKzg::verify(commitment.data(), to_bytes(3, 32).data(), to_bytes(y, 32).data(), infinity.data()) ==
              expected);
        CHECK(Kzg::verify(commitment.data(), to_bytes(3, 32).data(), to_bytes(y, 32).data(), infinity.data()) ==
              expected);
    }
}
