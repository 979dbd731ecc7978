// Field arithmetic in assembly and in C++ against GMP, and each against the other.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "crypto/soft/adx.h"

#include <algorithm>
#include <array>
#include <vector>

#include "crypto/edges.h"
#include "crypto/soft/pairing/bls12_381.h"
#include "crypto/soft/pairing/bn254.h"
#include "crypto/soft/secp256k1.h"
#include "sluice/crypto/bn254.h"
#include "sluice/crypto/ecdsa.h"
#include "support/catch.h"

#if defined(__x86_64__)

using namespace sluice;
using test::mod;

namespace {

/// `check` with the assembly and without it.
template <class Check>
void in_both_forms(const Check& check) {
    for (const bool refused : {false, true}) {
        crypto::soft::adx::refused = refused;
        INFO((crypto::soft::adx::available() ? "assembly" : "C++"));
        check();
    }
    crypto::soft::adx::refused = false;
}

void require_adx() {
    if (!crypto::soft::adx::available()) SLUICE_SKIP("no BMI2 and ADX");
}

template <std::size_t kCount>
std::array<std::uint64_t, kCount> to_limbs(const mpz_class& value) {
    const auto bytes = test::to_bytes(value, 8 * kCount);
    return crypto::pairing::load_words<kCount>(bytes.data());
}
mpz_class integer(const Uint256& value) {
    return test::from_limbs(value.limb);
}
template <class Field>
mpz_class integer(const Field& element) {
    return test::from_limbs(element.words());
}

/// Products in a pairing curve's prime field and its quadratic extension by i^2 = -1.
template <class Parameters, class Field, class Quadratic>
void check_pairing_field(std::mt19937_64& rng) {
    constexpr std::size_t kLimbs = Field::kLimbs;
    const mpz_class p = test::from_limbs(Parameters::kModulus);
    // Mostly edges of the number in its Montgomery form, which is what is multiplied.
    const mpz_class radix_inverse = test::power(mpz_class(1) << (64 * kLimbs), p - 2, p);
    const test::EdgeNumbers edges(64 * kLimbs, {p});
    const auto draw = [&] { return Field::from_words(to_limbs<kLimbs>(mod(edges.below(rng, p) * radix_inverse, p))); };
    for (std::uint64_t i = 0; i < test::rounds(3000); ++i) {
        const Quadratic a{draw(), draw()};
        const Quadratic b{draw(), draw()};
        const mpz_class a0 = integer(a.c0), a1 = integer(a.c1), b0 = integer(b.c0), b1 = integer(b.c1);
        REQUIRE(integer(a.c0 * b.c0) == mod(a0 * b0, p));
        REQUIRE(integer(square(a.c0)) == mod(a0 * a0, p));
        const Quadratic product = a * b;
        REQUIRE(integer(product.c0) == mod(a0 * b0 - a1 * b1, p));
        REQUIRE(integer(product.c1) == mod(a0 * b1 + a1 * b0, p));
    }
}

}  // namespace

TEST_CASE("field products in assembly and in C++ agree with GMP: secp256k1") {
    require_adx();
    SLUICE_RANDOM(rng);
    using crypto::soft::secp256k1::FieldElement;
    const mpz_class p = integer(crypto::soft::secp256k1::kPrime);
    // Any 256 bits: elements need not be below the prime.
    const test::EdgeNumbers edges(256, {p});
    in_both_forms([&] {
        for (std::uint64_t i = 0; i < test::rounds(10000); ++i) {
            const auto a = to_limbs<4>(edges(rng));
            const auto b = to_limbs<4>(edges(rng));
            const FieldElement x = FieldElement::from({a[0], a[1], a[2], a[3]});
            const FieldElement y = FieldElement::from({b[0], b[1], b[2], b[3]});
            REQUIRE(integer((x * y).value()) == mod(test::from_limbs(a) * test::from_limbs(b), p));
            REQUIRE(integer(square(x).value()) == mod(test::from_limbs(a) * test::from_limbs(a), p));
        }
    });
}

TEST_CASE("field products in assembly and in C++ agree with GMP: BN254") {
    require_adx();
    SLUICE_RANDOM(rng);
    in_both_forms([&] {
        check_pairing_field<crypto::pairing::Bn254Parameters, crypto::pairing::Bn254Fp, crypto::pairing::Bn254Fp2>(rng);
    });
}

TEST_CASE("field products in assembly and in C++ agree with GMP: BLS12-381") {
    require_adx();
    SLUICE_RANDOM(rng);
    in_both_forms([&] {
        check_pairing_field<crypto::pairing::Bls12_381Parameters, crypto::pairing::Bls12_381Fp,
                            crypto::pairing::Bls12_381Fp2>(rng);
    });
}

TEST_CASE("curve operations are the same with the assembly and without it") {
    require_adx();
    SLUICE_RANDOM(rng);
    const test::EdgeNumbers edges(256, {integer(crypto::kSecp256k1Order)});
    for (std::uint64_t i = 0; i < test::rounds(100); ++i) {
        Hash32 hash;
        const auto message = test::random_bytes(rng, 32);
        std::copy(message.begin(), message.end(), hash.bytes.begin());
        const auto r = to_limbs<4>(edges(rng));
        const auto s = to_limbs<4>(edges(rng));
        const auto scalar = test::to_bytes(edges(rng), 32);
        const auto id = static_cast<std::uint8_t>(rng() % 4);
        std::vector<std::vector<std::uint8_t>> results;
        in_both_forms([&] {
            std::vector<std::uint8_t> result(64 + 1 + 64);
            result[64] = static_cast<std::uint8_t>(
                crypto::secp256k1_recover(hash, {r[0], r[1], r[2], r[3]}, {s[0], s[1], s[2], s[3]}, id, result.data()));
            std::uint8_t generator[64]{};
            generator[31] = 1;
            generator[63] = 2;
            REQUIRE(crypto::bn254_mul(generator, scalar.data(), result.data() + 65));
            results.push_back(std::move(result));
        });
        REQUIRE(results[0] == results[1]);
    }
}

#endif
