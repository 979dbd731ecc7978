// KZG point evaluation: go-ethereum's vector, and polynomials of degree 0 and 1 whose proofs need no secret.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "sluice/crypto/kzg.h"

#include "crypto/gmp.h"
#include "crypto/soft/pairing/kzg.h"
#include "sluice/crypto/bls12_381.h"
#include "support/catch.h"
#include "support/precompile_vectors.h"

namespace {

namespace pairing = sluice::crypto::pairing;
using Kzg = pairing::Kzg<pairing::Bls12_381Fp, pairing::Bls12_381Fp2>;
using Curve = Kzg::Curve;
using sluice::test::Bytes;
using sluice::test::from_limbs;
using sluice::test::mod;
using sluice::test::random_below;
using sluice::test::to_bytes;

const mpz_class kP = from_limbs(Curve::kModulus);
const mpz_class kR = from_limbs(Curve::kOrder);
const Bytes kInfinity = to_bytes(mpz_class(0xc0) << 376, 48);
/// [tau] G1 of the ceremony: g1_monomial[1] of trusted_setup_4096.json.
const Bytes kTauG1 = sluice::test::from_hex(
    "ad3eb50121139aa34db1d545093ac9374ab7bca2c0f3bf28e27c8dcd8fc7cb42d25926fc0c97b336e9f0fb35e5a04c81");

pairing::JacobianPoint<Curve::Fp> loaded(const Bytes& compressed) {
    Curve::G1 p;
    REQUIRE(Kzg::load_compressed(compressed.data(), p));
    return Curve::jacobian(p);
}
Bytes compressed(const pairing::JacobianPoint<Curve::Fp>& p) {
    if (p.is_infinity()) return kInfinity;
    const Curve::G1 affine = pairing::to_affine(p, inverse(p.z));
    Bytes bytes = to_bytes(from_limbs(affine.x.words()), 48);
    const bool larger = from_limbs(affine.y.words()) > (kP - 1) / 2;
    bytes[0] = static_cast<std::uint8_t>(bytes[0] | (larger ? 0xa0 : 0x80));
    return bytes;
}
pairing::JacobianPoint<Curve::Fp> multiple(const pairing::JacobianPoint<Curve::Fp>& p, const mpz_class& k) {
    return pairing::multiply(p, pairing::load_words<4>(to_bytes(k, 32).data()));
}
bool verify(const Bytes& commitment, const mpz_class& z, const mpz_class& y, const Bytes& proof) {
    return sluice::crypto::kzg_verify_point(commitment.data(), to_bytes(z, 32).data(), to_bytes(y, 32).data(),
                                            proof.data());
}

}  // namespace

TEST_CASE("the ceremony's [tau] G2 is a point of G2 and matches its [tau] G1") {
    const Bytes tau = sluice::test::from_hex(
        "b5bfd7dd8cdeb128843bc287230af38926187075cbfbefa81009a2ce615ac53d2914e5870cb452d2afaaab24f3499f72"
        "185cbfee53492714734429b7b38608e23926c911cceceac9a36851477ba4c60b087041de621000edc98edada20c1def2");
    Bytes x1(tau.begin(), tau.begin() + 48);
    x1[0] &= 0x1f;
    CHECK(to_bytes(from_limbs(Kzg::kTauG2.x.c1.words()), 48) == x1);
    CHECK(to_bytes(from_limbs(Kzg::kTauG2.x.c0.words()), 48) == Bytes(tau.begin() + 48, tau.end()));
    CHECK((from_limbs(Kzg::kTauG2.y.c1.words()) > (kP - 1) / 2) == ((tau[0] & 0x20) != 0));
    CHECK(square(Kzg::kTauG2.y) == square(Kzg::kTauG2.x) * Kzg::kTauG2.x + Curve::kTwistB);
    CHECK(Curve::in_subgroup(Kzg::kTauG2));

    Bytes pairs(2 * 288);
    Curve::store_point(-loaded(kTauG1), pairs.data());
    Curve::store_point(Curve::jacobian(Curve::kG2), pairs.data() + 96);
    Curve::store_point(Curve::jacobian(Curve::kG1), pairs.data() + 288);
    Curve::store_point(Curve::jacobian(Kzg::kTauG2), pairs.data() + 384);
    CHECK(sluice::crypto::pairing_check(pairs) == sluice::crypto::PairingResult::one);
}

TEST_CASE("KZG openings of constant and linear polynomials verify, and no other value does") {
    SLUICE_RANDOM(rng);
    const auto g = Curve::jacobian(Curve::kG1);
    const auto tau = loaded(kTauG1);
    for (int round = 0; round < 6; ++round) {
        const mpz_class a = round < 2 ? mpz_class(0) : random_below(rng, kR);
        const mpz_class b = round == 0 ? mpz_class(0) : random_below(rng, kR);
        const mpz_class z = round == 3 ? mpz_class(0) : round == 4 ? mpz_class(kR - 1) : random_below(rng, kR);
        const mpz_class y = mod(a * z + b, kR);
        const Bytes commitment = compressed(pairing::add(multiple(tau, a), multiple(g, b)));  // a X + b
        const Bytes proof = compressed(multiple(g, a));                                       // (a X + b - y) / (X - z)
        CHECK(verify(commitment, z, y, proof));
        CHECK_FALSE(verify(commitment, z, mod(y + 1, kR), proof));
        CHECK_FALSE(verify(commitment, z, random_below(rng, kR), proof));
        CHECK_FALSE(verify(compressed(pairing::add(loaded(commitment), g)), z, y, proof));
        CHECK_FALSE(verify(commitment, z, y, compressed(pairing::add(loaded(proof), g))));
        if (a != 0) CHECK_FALSE(verify(commitment, mod(z + 1, kR), y, proof));
        if (a != 0) CHECK_FALSE(verify(commitment, z, y, kInfinity));
    }
}

TEST_CASE("KZG verification refuses scalars that are not canonical and points that are not valid") {
    const auto g = Curve::jacobian(Curve::kG1);
    const Bytes commitment = compressed(multiple(g, 7));
    CHECK(verify(commitment, 5, 7, kInfinity));
    CHECK_FALSE(verify(commitment, kR, 7, kInfinity));
    CHECK_FALSE(verify(commitment, kR + 5, 7, kInfinity));
    CHECK_FALSE(verify(commitment, 5, kR + 7, kInfinity));
    CHECK_FALSE(verify(commitment, (mpz_class(1) << 256) - 1, 7, kInfinity));

    const auto refused = [&](const Bytes& point) {
        Curve::G1 p;
        CHECK_FALSE(Kzg::load_compressed(point.data(), p));
        CHECK_FALSE(verify(point, 5, 7, kInfinity));
        CHECK_FALSE(verify(commitment, 5, 7, point));
    };
    for (const unsigned flags : {0x00u, 0x20u, 0x40u, 0x60u, 0xe0u}) {  // not compressed, or infinity with a sign
        Bytes point(48);
        point[0] = static_cast<std::uint8_t>(flags);
        refused(point);
    }
    Bytes point = kInfinity;
    point[47] = 1;
    refused(point);
    point = commitment;
    point[0] &= 0x7f;
    refused(point);
    point = to_bytes(kP + (mpz_class(0x80) << 376), 48);  // x = p, for x = 0
    refused(point);
    refused(Bytes(48, 0x9f));
    // x = 0 gives y = 2: a point of order 3, on the curve and outside the subgroup.
    refused(to_bytes(mpz_class(0x80) << 376, 48));
    // x = 1: 5 is no square, so there is no such point.
    REQUIRE(mpz_legendre(mpz_class(5).get_mpz_t(), kP.get_mpz_t()) == -1);
    refused(to_bytes((mpz_class(0x80) << 376) + 1, 48));

    // The sign chooses between the two roots.
    point = commitment;
    point[0] ^= 0x20;
    CHECK(verify(point, 5, kR - 7, kInfinity));
    CHECK_FALSE(verify(point, 5, 7, kInfinity));
}

TEST_CASE("KZG verification passes go-ethereum's vector") {
    if (sluice::test::test_data().empty()) SLUICE_SKIP_NO_DATA("precompiles.tar.zst");
    for (const auto& vector : sluice::test::precompile_vectors("pointEvaluation")) {
        INFO(vector.name);
        REQUIRE(vector.input.size() == 192);
        // Versioned hash, z, y, commitment, proof.
        const std::uint8_t* input = vector.input.data();
        CHECK(sluice::crypto::kzg_verify_point(input + 96, input + 32, input + 64, input + 144) ==
              vector.error.empty());
        for (const std::size_t changed : {63u, 95u}) {
            Bytes other = vector.input;
            other[changed] ^= 1;
            CHECK_FALSE(sluice::crypto::kzg_verify_point(other.data() + 96, other.data() + 32, other.data() + 64,
                                                         other.data() + 144));
        }
    }
}
