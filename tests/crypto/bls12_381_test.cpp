// BLS12-381 against go-ethereum's vectors, GMP, RFC 9380 and the identities of groups and pairings.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "sluice/crypto/bls12_381.h"

#include "crypto/edges.h"
#include "crypto/openssl_curve.h"
#include "crypto/soft/pairing/bls12_381.h"
#include "support/catch.h"
#include "support/precompile_vectors.h"

namespace {

namespace crypto = sluice::crypto;
namespace pairing = sluice::crypto::pairing;
using Curve = pairing::Bls12_381<pairing::Bls12_381Fp, pairing::Bls12_381Fp2>;
using crypto::PairingResult;
using sluice::test::Bytes;
using sluice::test::from_limbs;
using sluice::test::mod;
using sluice::test::random_below;
using sluice::test::to_bytes;

const mpz_class kP = from_limbs(Curve::kModulus);
const mpz_class kR = from_limbs(Curve::kOrder);
const mpz_class kX = -from_limbs(std::array<std::uint64_t, 1>{pairing::Bls12_381Parameters::kMinusX});
const mpz_class kH1 = (kX - 1) * (kX - 1) / 3;
const Curve::Fp kOne = pairing::kOne<Curve::Fp>;
const Curve::Fp2 kOne2{kOne, {}};

mpz_class pow(const mpz_class& base, unsigned long exponent) {
    mpz_class result;
    mpz_pow_ui(result.get_mpz_t(), base.get_mpz_t(), exponent);
    return result;
}
const mpz_class kH2 =
    (pow(kX, 8) - 4 * pow(kX, 7) + 5 * pow(kX, 6) - 4 * pow(kX, 4) + 6 * pow(kX, 3) - 4 * pow(kX, 2) - 4 * kX + 13) / 9;

Curve::Fp element(const mpz_class& value) {
    const Bytes bytes = to_bytes(mod(value, kP), 48);
    Curve::Fp result;
    REQUIRE(Curve::load(bytes.data(), result));
    return result;
}
mpz_class integer(const Curve::Fp& a) {
    return from_limbs(a.words());
}

template <std::size_t kCount = 4>
pairing::Words<kCount> words(const mpz_class& value) {
    return pairing::load_words<kCount>(to_bytes(value, 8 * kCount).data());
}

template <class Field>
Bytes stored(const pairing::JacobianPoint<Field>& p) {
    Bytes bytes(std::is_same_v<Field, Curve::Fp> ? 96 : 192);
    Curve::store_point(p, bytes.data());
    return bytes;
}
template <class Point>
Bytes stored(const Point& p) {
    return stored(Curve::jacobian(p));
}
template <class Point>
Point loaded(const Bytes& bytes) {
    Point p;
    REQUIRE(Curve::load_point(bytes.data(), p));
    return p;
}

const Bytes kG1 = stored(Curve::kG1);
const Bytes kG2 = stored(Curve::kG2);

Bytes operator+(Bytes a, const Bytes& b) {
    a.insert(a.end(), b.begin(), b.end());
    return a;
}

template <class Point>
constexpr bool kIsG1 = std::is_same_v<Point, Curve::G1>;

template <class Point>
Bytes msm(const Bytes& input, std::size_t memory_size = 1 << 22) {
    std::vector<std::uint64_t> memory(memory_size / 8 + 1);
    sluice::Arena scratch(memory.data(), memory_size);
    Bytes out(kIsG1<Point> ? 96 : 192);
    REQUIRE((kIsG1<Point> ? crypto::g1_msm(input, out.data(), scratch) : crypto::g2_msm(input, out.data(), scratch)));
    REQUIRE(scratch.used() == 0);
    return out;
}
template <class Point>
bool msm_refuses(const Bytes& input) {
    std::vector<std::uint64_t> memory(1 << 16);
    sluice::Arena scratch(memory.data(), 8 * memory.size());
    Bytes out(kIsG1<Point> ? 96 : 192, 0x55);
    const Bytes before = out;
    const bool done =
        kIsG1<Point> ? crypto::g1_msm(input, out.data(), scratch) : crypto::g2_msm(input, out.data(), scratch);
    CHECK(scratch.used() == 0);
    CHECK((done || out == before));
    return !done;
}
template <class Point>
Bytes add(const Bytes& a, const Bytes& b) {
    Bytes out(kIsG1<Point> ? 96 : 192);
    REQUIRE((kIsG1<Point> ? crypto::g1_add(a.data(), b.data(), out.data())
                          : crypto::g2_add(a.data(), b.data(), out.data())));
    return out;
}
template <class Point>
Bytes mul(const Bytes& a, const mpz_class& k) {
    return msm<Point>(a + to_bytes(k, 32));
}
template <class Point>
Bytes negated(const Bytes& a) {
    return stored(-loaded<Point>(a));
}
const Bytes& generator(const Curve::G1*) {
    return kG1;
}
const Bytes& generator(const Curve::G2*) {
    return kG2;
}
template <class Point>
const Bytes& generator() {
    return generator(static_cast<const Point*>(nullptr));
}

Curve::Fp2 random_fp2(std::mt19937_64& rng) {
    return {element(random_below(rng, kP)), element(random_below(rng, kP))};
}
Curve::Gt random_gt(std::mt19937_64& rng) {
    Curve::Gt f;
    for (auto* half : {&f.c0, &f.c1}) *half = {random_fp2(rng), random_fp2(rng), random_fp2(rng)};
    return f;
}
/// A point of the curve or the twist, almost surely outside the subgroup.
Curve::G1 random_point(std::mt19937_64& rng, const Curve::G1*) {
    for (;;) {
        Curve::G1 p{element(random_below(rng, kP)), {}};
        if (pairing::square_root(square(p.x) * p.x + Curve::kB, Curve::kModulus, p.y)) return p;
    }
}
Curve::G2 random_point(std::mt19937_64& rng, const Curve::G2*) {
    for (;;) {
        Curve::G2 q{random_fp2(rng), {}};
        if (pairing::square_root_quadratic(square(q.x) * q.x + Curve::kTwistB, Curve::kModulus, Curve::kHalf, q.y)) {
            return q;
        }
    }
}
template <class Point>
Point random_point(std::mt19937_64& rng) {
    return random_point(rng, static_cast<const Point*>(nullptr));
}
template <class Point>
constexpr std::size_t kCofactorWords = kIsG1<Point> ? 2 : 8;
template <class Point>
mpz_class cofactor() {
    return kIsG1<Point> ? kH1 : kH2;
}

/// Strips EIP-2537's padding: 64-byte elements to 48 bytes. False if the padding is not zero or the length is wrong.
bool strip(const Bytes& padded, std::size_t elements, bool scalar, Bytes& bare) {
    const std::size_t unit = 64 * elements + (scalar ? 32 : 0);
    if (padded.empty() || padded.size() % unit != 0) return false;
    bare.clear();
    for (std::size_t at = 0; at < padded.size(); at += unit) {
        for (std::size_t i = 0; i < elements; ++i) {
            const auto begin = padded.begin() + static_cast<std::ptrdiff_t>(at + 64 * i);
            if (std::any_of(begin, begin + 16, [](std::uint8_t byte) { return byte != 0; })) return false;
            bare.insert(bare.end(), begin + 16, begin + 64);
        }
        if (scalar) {
            const auto begin = padded.begin() + static_cast<std::ptrdiff_t>(at + 64 * elements);
            bare.insert(bare.end(), begin, begin + 32);
        }
    }
    return true;
}
Bytes padded(const Bytes& bare) {
    Bytes result;
    for (std::size_t at = 0; at < bare.size(); at += 48) {
        const auto begin = bare.begin() + static_cast<std::ptrdiff_t>(at);
        result = result + Bytes(16) + Bytes(begin, begin + 48);
    }
    return result;
}

}  // namespace

TEST_CASE("the BLS12-381 parameters follow from x") {
    CHECK(kR == pow(kX, 4) - pow(kX, 2) + 1);
    CHECK(kP == kH1 * kR + kX);
    CHECK(mpz_probab_prime_p(kP.get_mpz_t(), 30) != 0);
    CHECK(mpz_probab_prime_p(kR.get_mpz_t(), 30) != 0);
    // The orders of the curve and of the twist have only r in common, which the G2 check relies on.
    CHECK(gcd(kH1 * kR, kH2 * kR) == kR);
    const Curve::Fp2 xi = times_xi(kOne2);
    CHECK(xi == Curve::Fp2{kOne, kOne});
    CHECK(Curve::kTwistB == xi * Curve::Fp2{Curve::kB, {}});
    CHECK(Curve::kThreeB == Curve::kTwistB + Curve::kTwistB + Curve::kTwistB);
    CHECK(Curve::kHalf + Curve::kHalf == kOne);

    const Curve::Fp2 gamma = pairing::power(xi, words<6>((kP - 1) / 6), kOne2);
    Curve::Fp2 product = gamma;
    for (const auto& constant : Curve::kGamma) {
        CHECK(constant == product);
        product = product * gamma;
    }
    CHECK(Curve::kPsiX * gamma * gamma == kOne2);
    CHECK(Curve::kPsiY * gamma * gamma * gamma == kOne2);
    CHECK(!(Curve::kBeta == kOne));
    CHECK(Curve::kBeta * Curve::kBeta * Curve::kBeta == kOne);
}

TEST_CASE("the generators of BLS12-381 have order r") {
    CHECK(loaded<Curve::G1>(kG1) == Curve::kG1);
    CHECK(loaded<Curve::G2>(kG2) == Curve::kG2);
    CHECK(pairing::multiply(Curve::jacobian(Curve::kG1), Curve::kOrder).is_infinity());
    CHECK(pairing::multiply(Curve::jacobian(Curve::kG2), Curve::kOrder).is_infinity());
}

TEST_CASE("BLS12-381 field arithmetic agrees with GMP") {
    SLUICE_RANDOM(rng);
    std::vector<mpz_class> values{0, 1, 2, kP - 1, kP - 2, (kP - 1) / 2, (kP + 1) / 2, mpz_class(1) << 380};
    for (int i = 0; i < 40; ++i) values.push_back(random_below(rng, kP));
    for (const mpz_class& a : values) {
        CHECK(integer(element(a)) == a);
        CHECK(integer(-element(a)) == mod(-a, kP));
        CHECK(integer(square(element(a))) == mod(a * a, kP));
        CHECK(integer(inverse(element(a))) == sluice::test::power(a, kP - 2, kP));
        Curve::Fp root;
        const bool is_square = mpz_legendre(a.get_mpz_t(), kP.get_mpz_t()) >= 0;
        CHECK(pairing::square_root(element(a), Curve::kModulus, root) == is_square);
        if (is_square) CHECK(square(root) == element(a));
        for (const mpz_class& b : values) {
            CHECK(integer(element(a) + element(b)) == mod(a + b, kP));
            CHECK(integer(element(a) - element(b)) == mod(a - b, kP));
            CHECK(integer(element(a) * element(b)) == mod(a * b, kP));
            const Curve::Fp2 x{element(a), element(b)};
            const Curve::Fp2 y{element(b + 7), element(a * b)};
            const Curve::Fp2 product = x * y;
            CHECK(integer(product.c0) == mod(a * (b + 7) - b * a * b, kP));
            CHECK(integer(product.c1) == mod(a * a * b + b * (b + 7), kP));
            CHECK(square(x) == x * x);
            CHECK(times_xi(x) == x * Curve::Fp2{kOne, kOne});

            const mpz_class norm = mod(a * a + b * b, kP);
            const bool square_in_fp2 = mpz_legendre(norm.get_mpz_t(), kP.get_mpz_t()) >= 0;
            Curve::Fp2 root2;
            CHECK(pairing::square_root_quadratic(x, Curve::kModulus, Curve::kHalf, root2) == square_in_fp2);
            if (square_in_fp2) CHECK(square(root2) == x);
        }
    }
}

TEST_CASE("BLS12-381 field arithmetic agrees with GMP on numbers that are mostly edges") {
    SLUICE_RANDOM(rng);
    const sluice::test::EdgeNumbers numbers(384, {kP, kR});
    for (std::uint64_t i = 0; i < sluice::test::rounds(3000); ++i) {
        const mpz_class a = numbers.below(rng, kP);
        const mpz_class b = numbers.below(rng, kP);
        INFO(a.get_str(16) << " " << b.get_str(16));
        const Curve::Fp x = element(a);
        const Curve::Fp y = element(b);
        REQUIRE(integer(x + y) == mod(a + b, kP));
        REQUIRE(integer(x - y) == mod(a - b, kP));
        REQUIRE(integer(x * y) == mod(a * b, kP));
        REQUIRE(integer(square(x)) == mod(a * a, kP));
        REQUIRE(integer(-x) == mod(-a, kP));
        const Curve::Fp2 product = Curve::Fp2{x, y} * Curve::Fp2{y, x + y};
        REQUIRE(integer(product.c0) == mod(a * b - b * (a + b), kP));
        REQUIRE(integer(product.c1) == mod(a * (a + b) + b * b, kP));
        if (i % 16 == 0) REQUIRE(integer(inverse(x)) == sluice::test::power(a, kP - 2, kP));
    }
}

TEST_CASE("BLS12-381's additions and multiplications in G1 agree with OpenSSL's") {
    SLUICE_RANDOM(rng);
    const sluice::test::OpensslCurve curve(kP, 4, 48);
    const sluice::test::EdgeNumbers numbers(256, {kR});
    Bytes p = kG1;
    for (std::uint64_t i = 0; i < sluice::test::rounds(30); ++i) {
        const mpz_class k = numbers(rng);
        INFO(k.get_str(16));
        const Bytes q = mul<Curve::G1>(p, k);
        REQUIRE(q == curve.multiply(p, k));
        REQUIRE(add<Curve::G1>(p, q) == curve.add(p, q));
        REQUIRE(add<Curve::G1>(q, q) == curve.add(q, q));
        // Many terms at once, with scalars that repeat, cancel or have no low or high half.
        Bytes terms;
        Bytes sum(96);
        for (unsigned term = 0; term < 1 + i % 12; ++term) {
            const mpz_class scalar = numbers(rng);
            const Bytes& point = term % 3 == 1 ? q : p;
            terms = terms + point + to_bytes(scalar, 32);
            sum = curve.add(sum, curve.multiply(point, scalar));
        }
        REQUIRE(msm<Curve::G1>(terms) == sum);
        p = add<Curve::G1>(q, kG1);
        if (p == Bytes(96)) p = kG1;
    }
}

TEST_CASE("the BLS12-381 tower is a field and its shortcuts agree with plain products") {
    SLUICE_RANDOM(rng);
    for (int round = 0; round < 5; ++round) {
        const Curve::Gt a = random_gt(rng);
        const Curve::Gt b = random_gt(rng);
        const Curve::Gt c = random_gt(rng);
        CHECK((a * b) * c == a * (b * c));
        CHECK(a * b == b * a);
        CHECK(square(a) == a * a);
        CHECK((a * inverse(a)).is_one());
        const Curve::Fp2 b0 = random_fp2(rng);
        const Curve::Fp2 b1 = random_fp2(rng);
        const Curve::Fp2 b2 = random_fp2(rng);
        CHECK(multiply_by_line_013(a, b0, b1, b2) == a * Curve::Gt{{b0, {}, {}}, {b1, b2, {}}});
        CHECK(multiply_by_line_023(a, b0, b1, b2) == a * Curve::Gt{{b0, b1, {}}, {{}, b2, {}}});
        CHECK(pairing::frobenius<Curve>(a) == pairing::power(a, Curve::kModulus, Curve::Gt::one()));
        const Curve::Gt cyclotomic = pairing::easy_exponentiation<Curve>(a);
        CHECK(square_cyclotomic(cyclotomic) == square(cyclotomic));
        CHECK((cyclotomic * conjugate(cyclotomic)).is_one());
    }
}

TEST_CASE("BLS12-381's final exponentiation is the cube of the plain one") {
    SLUICE_RANDOM(rng);
    const mpz_class exponent = 3 * ((pow(kP, 12) - 1) / kR);
    const Curve::Gt f = random_gt(rng);
    CHECK(Curve::final_exponentiation(f) == pairing::power(f, words<72>(exponent), Curve::Gt::one()));
}

TEMPLATE_TEST_CASE("BLS12-381 points form a group under EIP-2537's operations", "", Curve::G1, Curve::G2) {
    SLUICE_RANDOM(rng);
    const Bytes& g = generator<TestType>();
    const Bytes infinity(g.size());
    CHECK(mul<TestType>(g, kR) == infinity);
    CHECK(mul<TestType>(g, kR - 1) == negated<TestType>(g));
    CHECK(add<TestType>(g, negated<TestType>(g)) == infinity);
    CHECK(add<TestType>(g, infinity) == g);
    CHECK(add<TestType>(infinity, g) == g);
    CHECK(add<TestType>(infinity, infinity) == infinity);
    CHECK(add<TestType>(g, g) == mul<TestType>(g, 2));
    const mpz_class largest = (mpz_class(1) << 256) - 1;
    CHECK(mul<TestType>(g, largest) == mul<TestType>(g, largest % kR));
    Bytes sum = infinity;
    for (int k = 0; k < 35; ++k) {
        CHECK(mul<TestType>(g, k) == sum);
        sum = add<TestType>(sum, g);
    }
    for (int round = 0; round < 10; ++round) {
        const mpz_class a = sluice::test::from_bytes(sluice::test::random_bytes(rng, 32));
        const mpz_class b = sluice::test::from_bytes(sluice::test::random_bytes(rng, 32));
        CHECK(add<TestType>(mul<TestType>(g, a), mul<TestType>(g, b)) == mul<TestType>(g, (a + b) % kR));
        CHECK(mul<TestType>(mul<TestType>(g, a), b) == mul<TestType>(g, a * b % kR));
    }
    // Addition also works outside the subgroup.
    const TestType p = random_point<TestType>(rng);
    const TestType q = random_point<TestType>(rng);
    CHECK(add<TestType>(stored(p), stored(q)) == add<TestType>(stored(q), stored(p)));
    CHECK(add<TestType>(add<TestType>(stored(p), stored(q)), stored(-q)) == stored(p));
}

TEMPLATE_TEST_CASE("a BLS12-381 MSM is the sum of its products, whatever the number of terms and the memory", "",
                   Curve::G1, Curve::G2) {
    SLUICE_RANDOM(rng);
    const Bytes& g = generator<TestType>();
    const std::size_t count = 210;
    // Points k g with known k, so that the sum is known too; some equal, opposite or infinite, some scalars special.
    std::vector<Bytes> points;
    std::vector<mpz_class> logs;
    for (std::size_t i = 0; i < count; ++i) {
        const mpz_class k = i % 17 == 3  ? mpz_class(0)
                            : i % 5 == 1 ? logs.back()
                            : i % 5 == 2 ? mod(-logs.back(), kR)
                                         : random_below(rng, kR);
        logs.push_back(k);
        points.push_back(mul<TestType>(g, k));
    }
    Bytes input;
    mpz_class log = 0;
    for (std::size_t n = 0; n <= count; ++n) {
        if (n <= 4 || n == 16 || n == 17 || n == 99 || n == 100 || n == count) {
            const Bytes expected = mul<TestType>(g, mod(log, kR));
            CHECK(msm<TestType>(input) == expected);
            for (const std::size_t memory : {0, 5000, 50000}) {
                INFO(n << " terms, " << memory << " bytes");
                CHECK(msm<TestType>(input, memory) == expected);
            }
        }
        if (n == count) break;
        const mpz_class scalar = n % 7 == 0   ? mpz_class((mpz_class(1) << 256) - 1)
                                 : n % 7 == 1 ? mpz_class(0)
                                 : n % 7 == 2 ? mpz_class(mpz_class(1) << 255)
                                              : sluice::test::from_bytes(sluice::test::random_bytes(rng, 32));
        input = input + points[n] + to_bytes(scalar, 32);
        log += scalar * logs[n];
    }
}

TEST_CASE("the signed windows of a scalar add up to it") {
    SLUICE_RANDOM(rng);
    std::vector<mpz_class> values{0, 1, (mpz_class(1) << 256) - 1, mpz_class(1) << 255};
    for (int i = 0; i < 20; ++i) values.push_back(sluice::test::from_bytes(sluice::test::random_bytes(rng, 32)));
    for (const mpz_class& value : values) {
        for (unsigned width = 2; width <= 10; ++width) {
            mpz_class sum = 0;
            for (unsigned i = 256 / width + 1; i-- > 0;) {
                const int digit = pairing::detail::signed_window(words(value), width, i);
                CHECK(std::abs(digit) <= (1 << (width - 1)));
                sum = (sum << width) + digit;
            }
            CHECK(sum == value);
        }
        const pairing::WindowDigits<4> digits(words(value));
        mpz_class sum = 0;
        int last = -5;
        for (std::size_t i = digits.count(); i-- > 0;) sum = 2 * sum + digits[i];
        for (std::size_t i = 0; i < digits.count(); ++i) {
            if (digits[i] == 0) continue;
            CHECK((std::abs(digits[i]) % 2 == 1 && std::abs(digits[i]) < 16 && static_cast<int>(i) - last >= 5));
            last = static_cast<int>(i);
        }
        CHECK(sum == value);
    }
}

TEMPLATE_TEST_CASE("BLS12-381's subgroup checks agree with multiplication by r", "", Curve::G1, Curve::G2) {
    SLUICE_RANDOM(rng);
    const Bytes& g = generator<TestType>();
    const auto pair = [](const Bytes& point) { return kIsG1<TestType> ? point + kG2 : kG1 + point; };
    const auto trivial_pair = [](const Bytes& point) {
        return kIsG1<TestType> ? point + Bytes(192) : Bytes(96) + point;
    };
    const auto outside = [&](const TestType& p) {
        REQUIRE_FALSE(pairing::multiply(Curve::jacobian(p), Curve::kOrder).is_infinity());
        CHECK_FALSE(Curve::in_subgroup(p));
        const Bytes bytes = stored(p);
        CHECK(crypto::pairing_check(pair(bytes)) == PairingResult::invalid);
        CHECK(crypto::pairing_check(trivial_pair(bytes)) == PairingResult::invalid);
        CHECK(crypto::pairing_check(pair(g) + pair(bytes)) == PairingResult::invalid);
        CHECK(msm_refuses<TestType>(bytes + Bytes(32, 1)));
        CHECK(msm_refuses<TestType>(bytes + Bytes(32)));
        CHECK(msm_refuses<TestType>(g + Bytes(32, 1) + g + Bytes(32, 1) + g + Bytes(32, 1) + bytes + Bytes(32, 1)));
        CHECK(add<TestType>(bytes, Bytes(bytes.size())) == bytes);
    };
    // Points of small order meet the exceptional cases of the formulas.
    const std::vector<mpz_class> small_orders =
        kIsG1<TestType> ? std::vector<mpz_class>{3, 11, 10177} : std::vector<mpz_class>{13, 23, 2713};
    for (int round = 0; round < 6; ++round) {
        const TestType p = random_point<TestType>(rng);
        outside(p);
        const auto point = Curve::jacobian(p);
        const auto cleared = pairing::multiply(point, words<kCofactorWords<TestType>>(cofactor<TestType>()));
        REQUIRE(pairing::multiply(cleared, Curve::kOrder).is_infinity());
        const TestType inside = loaded<TestType>(stored(cleared));
        CHECK(Curve::in_subgroup(inside));
        CHECK(crypto::pairing_check(pair(stored(inside))) == PairingResult::not_one);
        for (const mpz_class& order : small_orders) {
            // Cofactors have squares of these primes; the group's exponent may have them once or twice.
            auto small = pairing::multiply(pairing::multiply(point, Curve::kOrder),
                                           words<kCofactorWords<TestType>>(cofactor<TestType>() / (order * order)));
            if (cofactor<TestType>() % (order * order) != 0) {
                small = pairing::multiply(pairing::multiply(point, Curve::kOrder),
                                          words<kCofactorWords<TestType>>(cofactor<TestType>() / order));
            }
            const auto again = pairing::multiply(small, words<1>(order));
            if (!again.is_infinity()) small = again;
            if (small.is_infinity()) continue;
            REQUIRE(pairing::multiply(small, words<1>(order)).is_infinity());
            outside(loaded<TestType>(stored(small)));
            outside(loaded<TestType>(stored(pairing::add(small, cleared))));
        }
    }
}

TEST_CASE("BLS12-381's endomorphisms multiply the groups by their eigenvalues") {
    SLUICE_RANDOM(rng);
    const Bytes p = mul<Curve::G1>(kG1, random_below(rng, kR));
    const Bytes q = mul<Curve::G2>(kG2, random_below(rng, kR));
    const Curve::G1 point = loaded<Curve::G1>(p);
    CHECK(stored(Curve::G1{point.x * Curve::kBeta, point.y}) == mul<Curve::G1>(p, mod(-kX * kX, kR)));
    CHECK(stored(Curve::psi(loaded<Curve::G2>(q))) == mul<Curve::G2>(q, mod(kX, kR)));
    CHECK(mod(kX, kR) == mod(kP, kR));
}

TEST_CASE("the BLS12-381 pairing is bilinear") {
    SLUICE_RANDOM(rng);
    const auto neg = negated<Curve::G1>(kG1);
    CHECK(crypto::pairing_check(kG1 + kG2) == PairingResult::not_one);
    CHECK(crypto::pairing_check(kG1 + kG2 + neg + kG2) == PairingResult::one);
    CHECK(crypto::pairing_check({}) == PairingResult::one);
    CHECK(crypto::pairing_check(Bytes(288)) == PairingResult::one);
    for (int round = 0; round < 3; ++round) {
        const mpz_class a = random_below(rng, kR);
        const mpz_class b = random_below(rng, kR);
        const Bytes left = mul<Curve::G1>(kG1, a) + mul<Curve::G2>(kG2, b);
        CHECK(crypto::pairing_check(left + mul<Curve::G1>(neg, a * b % kR) + kG2) == PairingResult::one);
        CHECK(crypto::pairing_check(left + neg + mul<Curve::G2>(kG2, a * b % kR)) == PairingResult::one);
        CHECK(crypto::pairing_check(left + neg + mul<Curve::G2>(kG2, (a * b + 1) % kR)) == PairingResult::not_one);
    }
    for (const int count : {7, 8, 9, 17}) {
        Bytes pairs;
        mpz_class sum = 0;
        for (int i = 0; i + 1 < count; ++i) {
            const mpz_class a = random_below(rng, kR);
            pairs = pairs + mul<Curve::G1>(kG1, a) + kG2;
            sum += a;
            if (i % 3 == 0) pairs = pairs + Bytes(96) + kG2;
            if (i % 3 == 1) pairs = pairs + kG1 + Bytes(192);
        }
        CHECK(crypto::pairing_check(pairs + mul<Curve::G1>(kG1, mod(-sum, kR)) + kG2) == PairingResult::one);
        CHECK(crypto::pairing_check(pairs + mul<Curve::G1>(kG1, mod(1 - sum, kR)) + kG2) == PairingResult::not_one);
    }
}

TEST_CASE("BLS12-381 refuses malformed encodings") {
    Bytes out(192, 0x11);
    for (const std::size_t length : {1u, 287u, 289u}) {
        CHECK(crypto::pairing_check(Bytes(length)) == PairingResult::invalid);
    }
    CHECK(msm_refuses<Curve::G1>(Bytes(127)));
    CHECK(msm_refuses<Curve::G2>(Bytes(225)));
    const auto corrupted = [&](const Bytes& point, const auto& check) {
        for (std::size_t at = 0; at < point.size(); at += 48) {
            Bytes off = point;
            off[at + 47] ^= 1;
            check(off);
            Bytes large = point;
            const mpz_class value = sluice::test::from_bytes(std::span(point).subspan(at, 48)) + kP;
            const Bytes bytes = to_bytes(value, 48);
            std::copy(bytes.begin(), bytes.end(), large.begin() + static_cast<std::ptrdiff_t>(at));
            check(large);
        }
    };
    corrupted(kG1, [&](const Bytes& bad) {
        CHECK_FALSE(crypto::g1_add(bad.data(), kG1.data(), out.data()));
        CHECK_FALSE(crypto::g1_add(kG1.data(), bad.data(), out.data()));
        CHECK(msm_refuses<Curve::G1>(bad + Bytes(32, 1)));
        CHECK(crypto::pairing_check(bad + kG2) == PairingResult::invalid);
        CHECK(crypto::pairing_check(bad + Bytes(192)) == PairingResult::invalid);
    });
    corrupted(kG2, [&](const Bytes& bad) {
        CHECK_FALSE(crypto::g2_add(bad.data(), kG2.data(), out.data()));
        CHECK_FALSE(crypto::g2_add(kG2.data(), bad.data(), out.data()));
        CHECK(msm_refuses<Curve::G2>(bad + Bytes(32, 1)));
        CHECK(crypto::pairing_check(kG1 + bad) == PairingResult::invalid);
        CHECK(crypto::pairing_check(Bytes(96) + bad) == PairingResult::invalid);
    });
    const Bytes p = to_bytes(kP, 48);
    CHECK_FALSE(crypto::map_fp_to_g1(p.data(), out.data()));
    CHECK_FALSE(crypto::map_fp2_to_g2((p + Bytes(48)).data(), out.data()));
    CHECK_FALSE(crypto::map_fp2_to_g2((Bytes(48) + p).data(), out.data()));
    CHECK(out == Bytes(192, 0x11));
}

TEST_CASE("the maps to BLS12-381's groups follow RFC 9380 step by step") {
    SLUICE_RANDOM(rng);
    CHECK(square(Curve::kRootMinusZ3) == -(square(Curve::kSwuG1.z) * Curve::kSwuG1.z));
    CHECK(Curve::kSwuG1.minus_b_over_a * Curve::kSwuG1.a == -Curve::kSwuG1.b);
    CHECK(Curve::kSwuG1.b_over_za * Curve::kSwuG1.z * Curve::kSwuG1.a == Curve::kSwuG1.b);
    CHECK(Curve::kSwuG2.minus_b_over_a * Curve::kSwuG2.a == -Curve::kSwuG2.b);
    CHECK(Curve::kSwuG2.b_over_za * Curve::kSwuG2.z * Curve::kSwuG2.a == Curve::kSwuG2.b);
    CHECK(Curve::kSwuG2.z == Curve::Fp2{element(-2), element(-1)});
    CHECK(Curve::kSwuG2.a == Curve::Fp2{element(0), element(240)});
    CHECK(Curve::kSwuG2.b == Curve::Fp2{element(1012), element(1012)});
    // Z is no square, else some u have no image.
    CHECK(mpz_legendre(mpz_class(11).get_mpz_t(), kP.get_mpz_t()) == -1);
    CHECK(mpz_legendre(mpz_class(5).get_mpz_t(), kP.get_mpz_t()) == -1);  // the norm of -(2 + i)

    std::vector<mpz_class> values{0, 1, kP - 1, 2};
    for (int i = 0; i < 30; ++i) values.push_back(random_below(rng, kP));
    // u with Z u^2 = -1, where the first candidate is the special one.
    const mpz_class special = sluice::test::power(mod(-sluice::test::power(11, kP - 2, kP), kP), (kP + 1) / 4, kP);
    if (mod(11 * special * special + 1, kP) == 0) values.push_back(special);
    for (const mpz_class& value : values) {
        const Curve::Fp u = element(value);
        const Curve::G1 p = Curve::map_to_isogenous(u);
        CHECK(square(p.y) == Curve::kSwuG1.right_side(p.x));
        CHECK((integer(p.y) & 1) == (value & 1));
        const auto image = Curve::isogeny(p);
        CHECK(stored(image) == stored(loaded<Curve::G1>(stored(image))));  // on the curve
        CHECK(stored(Curve::clear_cofactor(image)) == stored(pairing::multiply(image, words<2>(1 - kX))));
        Bytes out(96);
        REQUIRE(crypto::map_fp_to_g1(to_bytes(value, 48).data(), out.data()));
        CHECK(Curve::in_subgroup(loaded<Curve::G1>(out)));

        const Curve::Fp2 u2{u, element(value * value + 1)};
        const Curve::G2 q = Curve::map_to_isogenous(u2);
        CHECK(square(q.y) == Curve::kSwuG2.right_side(q.x));
        const auto image2 = Curve::isogeny(q);
        CHECK(stored(image2) == stored(loaded<Curve::G2>(stored(image2))));
        // RFC 9380's effective cofactor.
        const mpz_class effective(
            "bc69f08f2ee75b3584c6a0ea91b352888e2a8e9145ad7689986ff031508ffe1329c2f178731db956d82bf015d1212b02"
            "ec0ec69d7477c1ae954cbc06689f6a359894c0adebbf6b4e8020005aaa95551",
            16);
        CHECK(stored(Curve::clear_cofactor(image2)) == stored(pairing::multiply(image2, words<10>(effective))));
        Bytes out2(192);
        const Bytes in2 = to_bytes(value, 48) + to_bytes(mod(value * value + 1, kP), 48);
        REQUIRE(crypto::map_fp2_to_g2(in2.data(), out2.data()));
        CHECK(Curve::in_subgroup(loaded<Curve::G2>(out2)));
    }
}

TEST_CASE("the kernel of the 11-isogeny gives the first and last of RFC 9380's coefficients") {
    const auto constant = [](const char* digits) { return element(mpz_class(digits, 16)); };
    const auto k1_0 =
        constant("11a05f2b1e833340b809101dd99815856b303e88a2d7005ff2627b56cdb4e2c85610c2d5f2e62d6eaeac1662734649b7");
    const auto k1_11 =
        constant("06e08c248e260e70bd1e962381edee3d31d79d7e22c837bc23c0bf1bc24c6b68c24b1b80b64d391fa9c8ba2e8ba2d229");
    const auto k2_0 =
        constant("08ca8d548cff19ae18b2e62f4bd3fa6f01d5ef4ba35b48ba9c9588617fc8ac62b558d681be343df8993cf9fa40d21b1c");
    const auto k3_15 =
        constant("15e6be4e990f03ce4ea50b3b42df2eb5cb181d8f84965a3957add4fa95af01b2b665027efec01c7704b456be69c8b604");
    const auto k4_0 =
        constant("16112c4c3a9c98b252181140fad0eae9601a6de578980be6eec3232b5be72e7a07f3688ef60c206d01479253b03663c1");
    const auto& h = Curve::kKernelG1;
    CHECK(k1_11 * element(121) == kOne);
    CHECK(k3_15 * element(1331) == kOne);
    CHECK(h[0] * h[0] == k2_0);
    CHECK(h[0] * h[0] * h[0] == k4_0);
    // Kohel's formula at x = 0.
    CHECK(k1_0 * element(121) == element(2) * h[4] * h[0] * h[0] - element(2) * Curve::kSwuG1.a * h[1] * h[0] -
                                     element(4) * Curve::kSwuG1.b * (element(2) * h[2] * h[0] - h[1] * h[1]));
}

TEST_CASE("BLS12-381 passes go-ethereum's vectors") {
    if (sluice::test::test_data().empty()) SLUICE_SKIP_NO_DATA("precompiles.tar.zst");
    using Operation = bool (*)(const Bytes&, Bytes&);
    const auto run = [](const std::string& file, Operation operation) {
        for (const auto& vector : sluice::test::precompile_vectors(file)) {
            INFO(file << ": " << vector.name << " " << vector.error);
            Bytes out;
            const bool done = operation(vector.input, out);
            CHECK(done == vector.error.empty());
            if (done) CHECK(out == vector.expected);
        }
    };
    const Operation g1_add = [](const Bytes& input, Bytes& out) {
        Bytes bare;
        if (input.size() != 256 || !strip(input, 4, false, bare)) return false;
        Bytes point(96);
        if (!crypto::g1_add(bare.data(), bare.data() + 96, point.data())) return false;
        out = padded(point);
        return true;
    };
    const Operation g2_add = [](const Bytes& input, Bytes& out) {
        Bytes bare;
        if (input.size() != 512 || !strip(input, 8, false, bare)) return false;
        Bytes point(192);
        if (!crypto::g2_add(bare.data(), bare.data() + 192, point.data())) return false;
        out = padded(point);
        return true;
    };
    static std::vector<std::uint64_t> memory(1 << 19);
    const Operation g1_msm = [](const Bytes& input, Bytes& out) {
        Bytes bare;
        if (!strip(input, 2, true, bare)) return false;
        sluice::Arena scratch(memory.data(), 8 * memory.size());
        Bytes point(96);
        if (!crypto::g1_msm(bare, point.data(), scratch)) return false;
        out = padded(point);
        return true;
    };
    const Operation g2_msm = [](const Bytes& input, Bytes& out) {
        Bytes bare;
        if (!strip(input, 4, true, bare)) return false;
        sluice::Arena scratch(memory.data(), 8 * memory.size());
        Bytes point(192);
        if (!crypto::g2_msm(bare, point.data(), scratch)) return false;
        out = padded(point);
        return true;
    };
    const Operation pairing = [](const Bytes& input, Bytes& out) {
        Bytes bare;
        if (!strip(input, 6, false, bare)) return false;
        const PairingResult result = crypto::pairing_check(bare);
        out = Bytes(32);
        out.back() = result == PairingResult::one ? 1 : 0;
        return result != PairingResult::invalid;
    };
    const Operation map_g1 = [](const Bytes& input, Bytes& out) {
        Bytes bare;
        if (input.size() != 64 || !strip(input, 1, false, bare)) return false;
        Bytes point(96);
        if (!crypto::map_fp_to_g1(bare.data(), point.data())) return false;
        out = padded(point);
        return true;
    };
    const Operation map_g2 = [](const Bytes& input, Bytes& out) {
        Bytes bare;
        if (input.size() != 128 || !strip(input, 2, false, bare)) return false;
        Bytes point(192);
        if (!crypto::map_fp2_to_g2(bare.data(), point.data())) return false;
        out = padded(point);
        return true;
    };
    for (const std::string prefix : {"", "fail-"}) {
        run(prefix + "blsG1Add", g1_add);
        run(prefix + "blsG1Mul", g1_msm);
        run(prefix + "blsG1MultiExp", g1_msm);
        run(prefix + "blsG2Add", g2_add);
        run(prefix + "blsG2Mul", g2_msm);
        run(prefix + "blsG2MultiExp", g2_msm);
        run(prefix + "blsPairing", pairing);
        run(prefix + "blsMapG1", map_g1);
        run(prefix + "blsMapG2", map_g2);
    }
}
