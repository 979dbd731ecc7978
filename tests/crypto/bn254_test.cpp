// BN254 against go-ethereum's vectors, GMP and the identities of groups and pairings.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "sluice/crypto/bn254.h"

#include "crypto/edges.h"
#include "crypto/openssl_curve.h"
#include "crypto/soft/pairing/bn254.h"
#include "support/catch.h"
#include "support/precompile_vectors.h"

namespace {

namespace pairing = sluice::crypto::pairing;
using Curve = pairing::Bn254<pairing::Bn254Fp, pairing::Bn254Fp2>;
using sluice::crypto::PairingResult;
using sluice::test::Bytes;
using sluice::test::from_limbs;
using sluice::test::random_below;

const mpz_class kP = from_limbs(Curve::kModulus);
const mpz_class kR = from_limbs(Curve::kOrder);
const Curve::Fp kOne = pairing::kOne<Curve::Fp>;
const Curve::Fp2 kOne2{kOne, {}};

const Bytes kG1 = sluice::test::from_hex(std::string(63, '0') + "1" + std::string(63, '0') + "2");
/// The generator that EIP-197 names.
const Bytes kG2 = sluice::test::from_hex(
    "198e9393920d483a7260bfb731fb5d25f1aa493335a9e71297e485b7aef312c2"
    "1800deef121f1e76426a00665e5c4479674322d4f75edadd46debd5cd992f6ed"
    "090689d0585ff075ec9e99ad690c3395bc4b313370b38ef355acdadcd122975b"
    "12c85ea5db8c6deb4aab71808dcb408fe3d1e7690c43d37b4ce6cc0166fa7daa");

Curve::Fp element(const mpz_class& value) {
    const Bytes bytes = sluice::test::to_bytes(sluice::test::mod(value, kP), 32);
    Curve::Fp result;
    REQUIRE(Curve::load(bytes.data(), result));
    return result;
}
mpz_class integer(const Curve::Fp& a) {
    return from_limbs(a.words());
}

Curve::G2 g2(const Bytes& bytes) {
    Curve::G2 q;
    REQUIRE(Curve::load_g2(bytes.data(), q));
    return q;
}
Bytes store(const Curve::G2& q) {
    Bytes bytes(128);
    Curve::store(q.x.c1, bytes.data());
    Curve::store(q.x.c0, bytes.data() + 32);
    Curve::store(q.y.c1, bytes.data() + 64);
    Curve::store(q.y.c0, bytes.data() + 96);
    return bytes;
}
pairing::Words<4> scalar(const mpz_class& value) {
    return pairing::load_words<4>(sluice::test::to_bytes(value, 32).data());
}
Curve::G2 affine(const pairing::JacobianPoint<Curve::Fp2>& q) {
    return q.is_infinity() ? Curve::G2{} : pairing::to_affine(q, pairing::inverse_quadratic(q.z));
}

Bytes add(const Bytes& a, const Bytes& b) {
    Bytes out(64);
    REQUIRE(sluice::crypto::bn254_add(a.data(), b.data(), out.data()));
    return out;
}
Bytes mul(const Bytes& a, const mpz_class& k) {
    Bytes out(64);
    REQUIRE(sluice::crypto::bn254_mul(a.data(), sluice::test::to_bytes(k, 32).data(), out.data()));
    return out;
}
Bytes mul_g2(const Bytes& q, const mpz_class& k) {
    return store(affine(pairing::multiply(pairing::to_jacobian(g2(q), kOne2), scalar(k))));
}
Bytes negated(Bytes point) {
    const mpz_class y = sluice::test::from_bytes(std::span(point).subspan(32));
    const Bytes bytes = sluice::test::to_bytes(sluice::test::mod(-y, kP), 32);
    std::copy(bytes.begin(), bytes.end(), point.begin() + 32);
    return point;
}
Bytes operator+(Bytes a, const Bytes& b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
}

Curve::Fp2 random_fp2(std::mt19937_64& rng) {
    return {element(random_below(rng, kP)), element(random_below(rng, kP))};
}
Curve::Gt random_gt(std::mt19937_64& rng) {
    Curve::Gt f;
    for (auto* half : {&f.c0, &f.c1}) *half = {random_fp2(rng), random_fp2(rng), random_fp2(rng)};
    return f;
}

/// A square root in Fp2 by the norm, for points with a chosen x.
bool square_root(const Curve::Fp2& a, Curve::Fp2& root) {
    const mpz_class a0 = integer(a.c0);
    const mpz_class a1 = integer(a.c1);
    const mpz_class quarter = (kP + 1) / 4;
    const mpz_class norm_root = sluice::test::power(sluice::test::mod(a0 * a0 + a1 * a1, kP), quarter, kP);
    for (const mpz_class& s : {norm_root, mpz_class(kP - norm_root)}) {
        const mpz_class half = sluice::test::mod((a0 + s) * ((kP + 1) / 2), kP);
        const mpz_class x = sluice::test::power(half, quarter, kP);
        mpz_class inverse;
        if (mpz_invert(inverse.get_mpz_t(), mpz_class(2 * x).get_mpz_t(), kP.get_mpz_t()) == 0) continue;
        root = {element(x), element(a1 * inverse)};
        if (square(root) == a) return true;
    }
    return false;
}

/// A point of the twist, almost surely outside the subgroup.
Curve::G2 random_twist_point(std::mt19937_64& rng) {
    for (;;) {
        Curve::G2 q;
        q.x = random_fp2(rng);
        if (square_root(square(q.x) * q.x + Curve::kTwistB, q.y)) return q;
    }
}

}  // namespace

TEST_CASE("the BN254 parameters follow from u") {
    const mpz_class u = from_limbs(std::array<std::uint64_t, 1>{pairing::Bn254Parameters::kU});
    CHECK(kP == 36 * u * u * u * u + 36 * u * u * u + 24 * u * u + 6 * u + 1);
    CHECK(kR == 36 * u * u * u * u + 36 * u * u * u + 18 * u * u + 6 * u + 1);
    CHECK(mpz_probab_prime_p(kP.get_mpz_t(), 30) != 0);
    CHECK(mpz_probab_prime_p(kR.get_mpz_t(), 30) != 0);
    CHECK(times_xi(Curve::kTwistB) == Curve::Fp2{Curve::kB, {}});
    CHECK(Curve::kThreeB == Curve::kTwistB + Curve::kTwistB + Curve::kTwistB);

    const Curve::Fp2 xi = times_xi(kOne2);
    CHECK(xi == Curve::Fp2{element(9), element(1)});
    Curve::Fp2 gamma = pairing::power(xi, scalar((kP - 1) / 6), kOne2);
    Curve::Fp2 product = gamma;
    for (const auto& constant : Curve::kGamma) {
        CHECK(constant == product);
        product = product * gamma;
    }
}

TEST_CASE("the resultant argument behind the BN254 subgroup checks holds") {
    const mpz_class u = from_limbs(std::array<std::uint64_t, 1>{pairing::Bn254Parameters::kU});
    const mpz_class trace = kP + 1 - kR;
    const mpz_class twist_order = kR * (2 * kP - kR);
    // The resultant of f and X^2 - t X + p is the determinant of f at the companion matrix.
    const auto resultant = [&](const std::vector<mpz_class>& f) {
        mpz_class a = 1, b = 0, c = 0, d = 1;  // powers of the companion matrix (0, -p; 1, t)
        mpz_class sa = 0, sb = 0, sc = 0, sd = 0;
        for (const mpz_class& coefficient : f) {
            sa += coefficient * a, sb += coefficient * b, sc += coefficient * c, sd += coefficient * d;
            const mpz_class na = b, nb = -kP * a + trace * b, nc = d, nd = -kP * c + trace * d;
            a = na, b = nb, c = nc, d = nd;
        }
        return mpz_class(sa * sd - sb * sc);
    };
    CHECK(gcd(resultant({u + 1, u, u, -2 * u}), twist_order) == kR);
    CHECK(gcd(resultant({6 * u + 2, 1, -1, 1}), twist_order) == kR);
}

TEST_CASE("BN254 field arithmetic agrees with GMP") {
    SLUICE_RANDOM(rng);
    std::vector<mpz_class> values{0, 1, 2, kP - 1, kP - 2, (kP - 1) / 2, (kP + 1) / 2, mpz_class(1) << 253};
    for (int i = 0; i < 60; ++i) values.push_back(random_below(rng, kP));
    for (const mpz_class& a : values) {
        CHECK(integer(element(a)) == a);
        CHECK(integer(-element(a)) == sluice::test::mod(-a, kP));
        CHECK(integer(square(element(a))) == sluice::test::mod(a * a, kP));
        CHECK(integer(inverse(element(a))) == sluice::test::power(a, kP - 2, kP));
        for (const mpz_class& b : values) {
            CHECK(integer(element(a) + element(b)) == sluice::test::mod(a + b, kP));
            CHECK(integer(element(a) - element(b)) == sluice::test::mod(a - b, kP));
            CHECK(integer(element(a) * element(b)) == sluice::test::mod(a * b, kP));
            const Curve::Fp2 x{element(a), element(b)};
            const Curve::Fp2 y{element(b + 7), element(a * b)};
            const Curve::Fp2 product = x * y;
            CHECK(integer(product.c0) == sluice::test::mod(a * (b + 7) - b * a * b, kP));
            CHECK(integer(product.c1) == sluice::test::mod(a * a * b + b * (b + 7), kP));
            CHECK(square(x) == x * x);
            CHECK(times_xi(x) == x * Curve::Fp2{element(9), element(1)});
        }
    }
    const Bytes too_large = sluice::test::to_bytes(kP, 32);
    Curve::Fp ignored;
    CHECK_FALSE(Curve::load(too_large.data(), ignored));
    CHECK_FALSE(Curve::load(Bytes(32, 0xff).data(), ignored));
}

TEST_CASE("BN254 field arithmetic agrees with GMP on numbers that are mostly edges") {
    SLUICE_RANDOM(rng);
    const sluice::test::EdgeNumbers numbers(256, {kP, kR});
    for (std::uint64_t i = 0; i < sluice::test::rounds(3000); ++i) {
        const mpz_class a = numbers.below(rng, kP);
        const mpz_class b = numbers.below(rng, kP);
        INFO(a.get_str(16) << " " << b.get_str(16));
        const Curve::Fp x = element(a);
        const Curve::Fp y = element(b);
        REQUIRE(integer(x + y) == sluice::test::mod(a + b, kP));
        REQUIRE(integer(x - y) == sluice::test::mod(a - b, kP));
        REQUIRE(integer(x * y) == sluice::test::mod(a * b, kP));
        REQUIRE(integer(square(x)) == sluice::test::mod(a * a, kP));
        REQUIRE(integer(-x) == sluice::test::mod(-a, kP));
        const Curve::Fp2 product = Curve::Fp2{x, y} * Curve::Fp2{y, x + y};
        REQUIRE(integer(product.c0) == sluice::test::mod(a * b - b * (a + b), kP));
        REQUIRE(integer(product.c1) == sluice::test::mod(a * (a + b) + b * b, kP));
        if (i % 16 == 0) REQUIRE(integer(inverse(x)) == sluice::test::power(a, kP - 2, kP));
    }
}

TEST_CASE("BN254's additions and multiplications of points agree with OpenSSL's") {
    SLUICE_RANDOM(rng);
    const sluice::test::OpensslCurve curve(kP, 3, 32);
    const sluice::test::EdgeNumbers numbers(256, {kP, kR});
    Bytes p = kG1;
    for (std::uint64_t i = 0; i < sluice::test::rounds(150); ++i) {
        const mpz_class k = numbers(rng);
        INFO(k.get_str(16));
        const Bytes q = mul(p, k);
        REQUIRE(q == curve.multiply(p, k));
        REQUIRE(add(p, q) == curve.add(p, q));
        REQUIRE(add(q, q) == curve.add(q, q));
        p = add(q, kG1);
        if (p == Bytes(64)) p = kG1;
    }
}

TEST_CASE("the BN254 tower is a field and its shortcuts agree with plain products") {
    SLUICE_RANDOM(rng);
    for (int round = 0; round < 10; ++round) {
        const Curve::Gt a = random_gt(rng);
        const Curve::Gt b = random_gt(rng);
        const Curve::Gt c = random_gt(rng);
        CHECK((a * b) * c == a * (b * c));
        CHECK(a * b == b * a);
        CHECK(square(a) == a * a);
        CHECK((a * inverse(a)).is_one());
        CHECK(pairing::inverse_quadratic(a.c0.c0) * a.c0.c0 == kOne2);
        const Curve::Fp2 b0 = random_fp2(rng);
        const Curve::Fp2 b1 = random_fp2(rng);
        const Curve::Fp2 b2 = random_fp2(rng);
        CHECK(multiply_by_line_013(a, b0, b1, b2) == a * Curve::Gt{{b0, {}, {}}, {b1, b2, {}}});
        CHECK(multiply_by_line_023(a, b0, b1, b2) == a * Curve::Gt{{b0, b1, {}}, {{}, b2, {}}});

        const Curve::Gt frobenius = pairing::frobenius<Curve>(a);
        CHECK(frobenius == pairing::power(a, Curve::kModulus, Curve::Gt::one()));
        Curve::Gt sixth = a;
        for (int i = 0; i < 6; ++i) sixth = pairing::frobenius<Curve>(sixth);
        CHECK(sixth == conjugate(a));

        const Curve::Gt cyclotomic = pairing::easy_exponentiation<Curve>(a);
        CHECK(square_cyclotomic(cyclotomic) == square(cyclotomic));
        CHECK((cyclotomic * conjugate(cyclotomic)).is_one());
        CHECK(pairing::power_cyclotomic(cyclotomic, Curve::kU) ==
              pairing::power(cyclotomic, pairing::Words<1>{pairing::Bn254Parameters::kU}, Curve::Gt::one()));
    }
}

TEST_CASE("BN254's final exponentiation is a fixed power prime to r of the plain one") {
    SLUICE_RANDOM(rng);
    const mpz_class u = from_limbs(std::array<std::uint64_t, 1>{pairing::Bn254Parameters::kU});
    const mpz_class hard = (kP * kP * kP * kP - kP * kP + 1) / kR;
    const mpz_class c = 2 * u * (6 * u * u + 3 * u + 1);
    CHECK(gcd(c, kR) == 1);
    const mpz_class exponent = (kP * kP * kP * kP * kP * kP - 1) * (kP * kP + 1) * hard * sluice::test::mod(c, kR);
    pairing::Words<52> words{};
    const Bytes bytes = sluice::test::to_bytes(exponent, 8 * words.size());
    words = pairing::load_words<52>(bytes.data());
    const Curve::Gt f = random_gt(rng);
    CHECK(Curve::final_exponentiation(f) == pairing::power(f, words, Curve::Gt::one()));
}

TEST_CASE("BN254 points form a group under EIP-196's operations") {
    SLUICE_RANDOM(rng);
    const Bytes infinity(64);
    CHECK(mul(kG1, kR) == infinity);
    CHECK(mul(kG1, kR - 1) == negated(kG1));
    CHECK(add(kG1, negated(kG1)) == infinity);
    CHECK(add(kG1, infinity) == kG1);
    CHECK(add(infinity, kG1) == kG1);
    CHECK(add(infinity, infinity) == infinity);
    CHECK(add(kG1, kG1) == mul(kG1, 2));
    CHECK(mul(infinity, 5) == infinity);
    const mpz_class largest = (mpz_class(1) << 256) - 1;
    CHECK(mul(kG1, largest) == mul(kG1, largest % kR));
    Bytes sum = infinity;
    for (int k = 0; k < 70; ++k) {
        CHECK(mul(kG1, k) == sum);
        sum = add(sum, kG1);
    }
    for (int round = 0; round < 50; ++round) {
        const mpz_class a = sluice::test::from_bytes(sluice::test::random_bytes(rng, 32));
        const mpz_class b = sluice::test::from_bytes(sluice::test::random_bytes(rng, 32));
        CHECK(add(mul(kG1, a), mul(kG1, b)) == mul(kG1, (a + b) % kR));
        CHECK(mul(mul(kG1, a), b) == mul(kG1, a * b % kR));
        CHECK(add(mul(kG1, a), mul(kG1, b)) == add(mul(kG1, b), mul(kG1, a)));
    }
}

TEST_CASE("BN254 scalars split into short halves") {
    SLUICE_RANDOM(rng);
    const mpz_class u = from_limbs(std::array<std::uint64_t, 1>{pairing::Bn254Parameters::kU});
    const mpz_class lambda = 36 * u * u * u + 18 * u * u + 6 * u + 1;
    const mpz_class a = 6 * u * u + 4 * u + 1;
    const mpz_class c = 6 * u * u + 2 * u;
    const mpz_class s = 2 * u + 1;
    CHECK((lambda * lambda + lambda + 1) % kR == 0);
    CHECK((a + s * lambda) % kR == 0);
    CHECK(sluice::test::mod(s - c * lambda, kR) == 0);
    CHECK(a * c + s * s == kR);
    const auto g = pairing::to_jacobian(Curve::G1{kOne, element(2)}, kOne);
    CHECK(pairing::same_point(pairing::multiply(g, scalar(lambda)), {Curve::kBeta, element(2), kOne}));

    std::vector<mpz_class> values{0, 1, 2, kR - 1, kR, kR + 1, lambda, lambda - 1, (mpz_class(1) << 256) - 1, a, c, s};
    for (int i = 0; i < 500; ++i) values.push_back(sluice::test::from_bytes(sluice::test::random_bytes(rng, 32)));
    for (int i = 0; i < 100; ++i) values.push_back(mpz_class(kR * i / 20));
    for (const mpz_class& k : values) {
        const Curve::SplitScalar parts = Curve::split(scalar(k));
        const mpz_class k1 = from_limbs(parts.k1);
        mpz_class k2 = from_limbs(parts.k2);
        CHECK(k1 < 2 * (a + s));
        CHECK(k2 < 2 * c);
        if (parts.k2_negative) k2 = -k2;
        CHECK(sluice::test::mod(k1 + k2 * lambda - k, kR) == 0);
    }
    for (int i = 0; i < 20; ++i) {
        const mpz_class& k = values[static_cast<std::size_t>(i)];
        CHECK(pairing::same_point(Curve::multiply_g1({kOne, element(2)}, scalar(k)), pairing::multiply(g, scalar(k))));
    }
}

TEST_CASE("BN254 addition refuses large coordinates and points off the curve") {
    Bytes out(64, 0x77);
    const auto refused = [&](const Bytes& bad) {
        CHECK_FALSE(sluice::crypto::bn254_add(bad.data(), kG1.data(), out.data()));
        CHECK_FALSE(sluice::crypto::bn254_add(kG1.data(), bad.data(), out.data()));
        CHECK_FALSE(sluice::crypto::bn254_mul(bad.data(), Bytes(32, 1).data(), out.data()));
        CHECK(out == Bytes(64, 0x77));
        CHECK(sluice::crypto::bn254_pairing(bad + kG2) == PairingResult::invalid);
    };
    refused(Bytes(64, 1));
    refused(Bytes(64, 0xff));
    refused(sluice::test::to_bytes(kP, 32) + Bytes(32));
    refused(Bytes(32) + sluice::test::to_bytes(kP, 32));
    refused(sluice::test::to_bytes(kP + 1, 32) + sluice::test::to_bytes(2, 32));
    refused(sluice::test::to_bytes(1, 32) + sluice::test::to_bytes(kP + 2, 32));
    refused(sluice::test::to_bytes(0, 32) + sluice::test::to_bytes(1, 32));
}

TEST_CASE("the BN254 pairing is bilinear") {
    SLUICE_RANDOM(rng);
    CHECK(sluice::crypto::bn254_pairing(kG1 + kG2) == PairingResult::not_one);
    CHECK(sluice::crypto::bn254_pairing(kG1 + kG2 + negated(kG1) + kG2) == PairingResult::one);
    CHECK(sluice::crypto::bn254_pairing({}) == PairingResult::one);
    for (int round = 0; round < 5; ++round) {
        const mpz_class a = random_below(rng, kR);
        const mpz_class b = random_below(rng, kR);
        const Bytes left = mul(kG1, a) + mul_g2(kG2, b);
        CHECK(sluice::crypto::bn254_pairing(left + mul(negated(kG1), a * b % kR) + kG2) == PairingResult::one);
        CHECK(sluice::crypto::bn254_pairing(left + negated(kG1) + mul_g2(kG2, a * b % kR)) == PairingResult::one);
        CHECK(sluice::crypto::bn254_pairing(left + negated(kG1) + mul_g2(kG2, (a * b + 1) % kR)) ==
              PairingResult::not_one);
    }
}

TEST_CASE("BN254 pairing checks of many pairs and with points at infinity have the right result") {
    SLUICE_RANDOM(rng);
    for (const int count : {2, 7, 8, 9, 16, 17, 20}) {
        Bytes pairs;
        mpz_class sum = 0;
        for (int i = 0; i + 1 < count; ++i) {
            const mpz_class a = random_below(rng, kR);
            pairs = pairs + mul(kG1, a) + kG2;
            sum += a;
            if (i % 3 == 0) pairs = pairs + Bytes(64) + kG2;
            if (i % 3 == 1) pairs = pairs + kG1 + Bytes(128);
            if (i % 5 == 0) pairs = pairs + Bytes(192);
        }
        CHECK(sluice::crypto::bn254_pairing(pairs + mul(kG1, sluice::test::mod(-sum, kR)) + kG2) == PairingResult::one);
        CHECK(sluice::crypto::bn254_pairing(pairs + mul(kG1, sluice::test::mod(1 - sum, kR)) + kG2) ==
              PairingResult::not_one);
    }
}

TEST_CASE("BN254's subgroup checks agree with multiplication by r") {
    SLUICE_RANDOM(rng);
    const auto outside = [&](const Curve::G2& q) {
        CHECK_FALSE(Curve::in_g2(q));
        CHECK(sluice::crypto::bn254_pairing(kG1 + store(q)) == PairingResult::invalid);
        CHECK(sluice::crypto::bn254_pairing(Bytes(64) + store(q)) == PairingResult::invalid);
        CHECK(sluice::crypto::bn254_pairing(kG1 + kG2 + kG1 + store(q)) == PairingResult::invalid);
    };
    const mpz_class cofactor = 2 * kP - kR;
    // The small prime factors of the twist's order besides r: points of small order meet the exceptional cases.
    const mpz_class small_order = 10069;
    REQUIRE(cofactor % small_order == 0);
    for (int round = 0; round < 10; ++round) {
        const Curve::G2 q = random_twist_point(rng);
        const auto point = pairing::to_jacobian(q, kOne2);
        REQUIRE_FALSE(pairing::multiply(point, Curve::kOrder).is_infinity());
        outside(q);

        const auto cleared = pairing::multiply(point, scalar(cofactor));
        REQUIRE(pairing::multiply(cleared, Curve::kOrder).is_infinity());
        const Curve::G2 inside = affine(cleared);
        CHECK(Curve::in_g2(inside));
        CHECK(sluice::crypto::bn254_pairing(kG1 + store(inside)) == PairingResult::not_one);
        CHECK(sluice::crypto::bn254_pairing(kG1 + store(inside) + negated(kG1) + store(inside)) == PairingResult::one);
        CHECK(Curve::psi(inside) == affine(pairing::multiply(cleared, scalar(kP % kR))));

        const auto small = pairing::multiply(pairing::multiply(point, Curve::kOrder), scalar(cofactor / small_order));
        if (!small.is_infinity()) {
            REQUIRE(pairing::multiply(small, scalar(small_order)).is_infinity());
            outside(affine(small));
            outside(affine(pairing::add(small, cleared)));
        }
    }
}

TEST_CASE("BN254 pairing checks refuse malformed input") {
    CHECK(sluice::crypto::bn254_pairing(Bytes(191)) == PairingResult::invalid);
    CHECK(sluice::crypto::bn254_pairing(Bytes(193)) == PairingResult::invalid);
    CHECK(sluice::crypto::bn254_pairing(Bytes(1)) == PairingResult::invalid);
    for (std::size_t coordinate = 0; coordinate < 4; ++coordinate) {
        Bytes off = kG2;
        off[32 * coordinate + 31] ^= 1;
        CHECK(sluice::crypto::bn254_pairing(kG1 + off) == PairingResult::invalid);
        Bytes large = kG2;
        const mpz_class value = sluice::test::from_bytes(std::span(kG2).subspan(32 * coordinate, 32)) + kP;
        const Bytes bytes = sluice::test::to_bytes(value, 32);
        std::copy(bytes.begin(), bytes.end(), large.begin() + static_cast<std::ptrdiff_t>(32 * coordinate));
        CHECK(sluice::crypto::bn254_pairing(kG1 + large) == PairingResult::invalid);
        CHECK(sluice::crypto::bn254_pairing(Bytes(64) + large) == PairingResult::invalid);
    }
}

TEST_CASE("BN254 passes go-ethereum's vectors") {
    if (sluice::test::test_data().empty()) SLUICE_SKIP_NO_DATA("precompiles.tar.zst");
    for (auto& vector : sluice::test::precompile_vectors("bn256Add")) {
        INFO("bn256Add: " << vector.name);
        vector.input.resize(128);
        Bytes out(64);
        CHECK(sluice::crypto::bn254_add(vector.input.data(), vector.input.data() + 64, out.data()));
        CHECK(out == vector.expected);
    }
    for (auto& vector : sluice::test::precompile_vectors("bn256ScalarMul")) {
        INFO("bn256ScalarMul: " << vector.name);
        vector.input.resize(96);
        Bytes out(64);
        CHECK(sluice::crypto::bn254_mul(vector.input.data(), vector.input.data() + 64, out.data()));
        CHECK(out == vector.expected);
    }
    for (const auto& vector : sluice::test::precompile_vectors("bn256Pairing")) {
        INFO("bn256Pairing: " << vector.name);
        CHECK(sluice::crypto::bn254_pairing(vector.input) ==
              (vector.expected.back() == 1 ? PairingResult::one : PairingResult::not_one));
    }
}
