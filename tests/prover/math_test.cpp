// Fields of the proof system: laws, and every operation against arithmetic with % p on vectors of coefficients.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "prover/random_field.h"
#include "sluice/math/batch_inverse.h"
#include "sluice/math/extension.h"
#include "sluice/math/koala_bear.h"
#include "support/catch.h"

namespace sluice::math {
namespace {

using test::random_base;
using test::random_field;

__extension__ typedef unsigned __int128 Wide;

constexpr std::uint64_t kP = 2130706433;  // 2^31 - 2^24 + 1

// ---- The oracle: polynomials over the integers mod p, least significant coefficient first, by the definitions. ----

using Polynomial = std::vector<std::uint64_t>;

std::uint64_t naive_pow(std::uint64_t base, std::uint64_t exponent) {
    std::uint64_t result = 1;
    for (; exponent != 0; exponent >>= 1) {
        if ((exponent & 1) != 0) result = static_cast<std::uint64_t>(Wide{result} * base % kP);
        base = static_cast<std::uint64_t>(Wide{base} * base % kP);
    }
    return result;
}

void trim(Polynomial& a) {
    while (!a.empty() && a.back() == 0) a.pop_back();
}

Polynomial naive_product(const Polynomial& a, const Polynomial& b) {
    Polynomial result(a.empty() || b.empty() ? 0 : a.size() + b.size() - 1);
    for (std::size_t i = 0; i < a.size(); ++i) {
        for (std::size_t j = 0; j < b.size(); ++j) {
            result[i + j] = static_cast<std::uint64_t>((Wide{a[i]} * b[j] + result[i + j]) % kP);
        }
    }
    return result;
}

/// Remainder of schoolbook division; `modulus` has a non-zero last coefficient.
Polynomial naive_remainder(Polynomial a, const Polynomial& modulus) {
    const std::uint64_t lead = naive_pow(modulus.back(), kP - 2);
    for (trim(a); a.size() >= modulus.size(); trim(a)) {
        const std::uint64_t factor = static_cast<std::uint64_t>(Wide{a.back()} * lead % kP);
        const std::size_t shift = a.size() - modulus.size();
        for (std::size_t i = 0; i < modulus.size(); ++i) {
            a[shift + i] = static_cast<std::uint64_t>((a[shift + i] + Wide{kP - factor} * modulus[i]) % kP);
        }
    }
    return a;
}

Polynomial naive_gcd(Polynomial a, Polynomial b) {
    trim(a);
    for (trim(b); !b.empty();) {
        Polynomial rest = naive_remainder(a, b);
        a = b;
        b = rest;
    }
    return a;
}

Polynomial naive_power(const Polynomial& base, std::uint64_t exponent, const Polynomial& modulus) {
    Polynomial result{1};
    Polynomial square = naive_remainder(base, modulus);
    for (; exponent != 0; exponent >>= 1) {
        if ((exponent & 1) != 0) result = naive_remainder(naive_product(result, square), modulus);
        square = naive_remainder(naive_product(square, square), modulus);
    }
    return result;
}

/// The modulus of each field, from its definition in the design.
template <class Field>
Polynomial modulus_of() {
    switch (Field::kDegree) {
        case 1:
            return {0, 1};
        case 4:
            return {kP - 3, 0, 0, 0, 1};
        case 5:
            return {kP - 1, 0, 1, 0, 0, 1};
        default:
            return {1, 0, 0, 1, 0, 0, 1};
    }
}

// ---- Between fields and oracle. ----

template <class Field>
Polynomial to_naive(const Field& value) {
    Polynomial result;
    if constexpr (Field::kDegree == 1) {
        result = {value.canonical()};
    } else {
        for (const KoalaBear limb : value.limb) result.push_back(limb.canonical());
    }
    for (const std::uint64_t coefficient : result) CHECK(coefficient < kP);
    trim(result);
    return result;
}

template <class Field>
Field from_naive(const Polynomial& value) {
    Field result = Field::zero();
    if constexpr (Field::kDegree == 1) {
        if (!value.empty()) result = KoalaBear::from_canonical(static_cast<std::uint32_t>(value[0]));
    } else {
        for (std::size_t i = 0; i < value.size(); ++i) {
            result.limb[i] = KoalaBear::from_canonical(static_cast<std::uint32_t>(value[i]));
        }
    }
    return result;
}

/// Every element with limbs of 0, 1 and p - 1, and of the words that make intermediate sums largest.
template <class Field>
std::vector<Field> edges() {
    std::vector<KoalaBear> base;
    for (const std::uint32_t word : {0u, 1u, static_cast<std::uint32_t>(kP - 1), static_cast<std::uint32_t>(kP / 2)}) {
        base.push_back(KoalaBear::from_montgomery(word));
        base.push_back(KoalaBear::from_canonical(word));
    }
    for (unsigned bit = 1; bit < 31; ++bit) base.push_back(KoalaBear::from_canonical(1u << bit));
    std::vector<Field> result;
    for (const KoalaBear value : base) {
        result.push_back(Field::from_base(value));
        if constexpr (Field::kDegree != 1) {
            Field all = Field::zero();
            for (KoalaBear& limb : all.limb) limb = value;
            result.push_back(all);
            result.push_back(Field::basis(Field::kDegree - 1) * value);
        }
    }
    return result;
}

#define SLUICE_FIELDS KoalaBear, Extension<4>, Extension<5>, Extension<6>
#define SLUICE_EXTENSIONS Extension<4>, Extension<5>, Extension<6>

// ---- Laws. ----

template <class Field>
void check_pair(const Field& a, const Field& b, const Field& c) {
    CHECK(a + b == b + a);
    CHECK((a + b) + c == a + (b + c));
    CHECK(a + Field::zero() == a);
    CHECK(a - a == Field::zero());
    CHECK(a + (-a) == Field::zero());
    CHECK(a - b == a + (-b));
    CHECK(a * b == b * a);
    CHECK((a * b) * c == a * (b * c));
    CHECK(a * (b + c) == a * b + a * c);
    CHECK(a * Field::one() == a);
    CHECK(a * Field::zero() == Field::zero());
    CHECK(a.square() == a * a);
    CHECK(a.doubled() == a + a);
    CHECK(a.halved() + a.halved() == a);
    CHECK((a == b) == (a - b).is_zero());
    Field changed = a;
    changed += b;
    CHECK(changed == a + b);
    changed -= c;
    CHECK(changed == a + b - c);
    changed *= c;
    CHECK(changed == (a + b - c) * c);
    if (a.is_zero()) {
        CHECK(a.inverse().is_zero());
    } else {
        CHECK(a * a.inverse() == Field::one());
    }
}

TEMPLATE_TEST_CASE("a field keeps the laws of a field", "", SLUICE_FIELDS) {
    SLUICE_RANDOM(rng);
    const std::vector<TestType> edge = edges<TestType>();
    for (const TestType& a : edge) {
        for (const TestType& b : edge) check_pair(a, b, random_field<TestType>(rng));
    }
    for (int round = 0; round < 2000; ++round) {
        check_pair(random_field<TestType>(rng), random_field<TestType>(rng), random_field<TestType>(rng));
    }
}

TEMPLATE_TEST_CASE("sums and products are those of polynomials mod p", "", SLUICE_FIELDS) {
    SLUICE_RANDOM(rng);
    const Polynomial modulus = modulus_of<TestType>();
    const auto check = [&](const TestType& a, const TestType& b) {
        Polynomial product = naive_product(to_naive(a), to_naive(b));
        // In the prime field a coefficient is all there is.
        if (TestType::kDegree != 1) product = naive_remainder(product, modulus);
        trim(product);
        CHECK(to_naive(a * b) == product);
        Polynomial sum(TestType::kDegree);
        const Polynomial left = to_naive(a);
        const Polynomial right = to_naive(b);
        for (std::size_t i = 0; i < left.size(); ++i) sum[i] += left[i];
        for (std::size_t i = 0; i < right.size(); ++i) sum[i] = (sum[i] + right[i]) % kP;
        trim(sum);
        CHECK(to_naive(a + b) == sum);
        CHECK(from_naive<TestType>(to_naive(a)) == a);
    };
    const std::vector<TestType> edge = edges<TestType>();
    for (const TestType& a : edge) {
        for (const TestType& b : edge) check(a, b);
    }
    for (int round = 0; round < 2000; ++round) check(random_field<TestType>(rng), random_field<TestType>(rng));
}

TEMPLATE_TEST_CASE("a power is a repeated product", "", SLUICE_FIELDS) {
    SLUICE_RANDOM(rng);
    for (int round = 0; round < 20; ++round) {
        const TestType a = random_field<TestType>(rng);
        TestType product = TestType::one();
        for (std::uint64_t exponent = 0; exponent < 40; ++exponent, product *= a) CHECK(a.pow(exponent) == product);
        const std::uint64_t left = rng() >> 1;
        const std::uint64_t right = rng() >> 1;
        CHECK(a.pow(left) * a.pow(right) == a.pow(left + right));
    }
    CHECK(TestType::zero().pow(0) == TestType::one());
    CHECK(TestType::zero().pow(5).is_zero());
}

TEST_CASE("integers of 64 bits are reduced mod p") {
    SLUICE_RANDOM(rng);
    const auto check = [](std::uint64_t value) { CHECK(KoalaBear::reduce(value).canonical() == value % kP); };
    for (unsigned bit = 0; bit < 64; ++bit) {
        for (int delta = -2; delta <= 2; ++delta) check((std::uint64_t{1} << bit) + static_cast<std::uint64_t>(delta));
    }
    for (std::uint64_t multiple : {std::uint64_t{1}, std::uint64_t{2}, kP - 1, kP, kP + 1, (~std::uint64_t{0}) / kP}) {
        for (int delta = -2; delta <= 2; ++delta) check(multiple * kP + static_cast<std::uint64_t>(delta));
    }
    for (int round = 0; round < 10000; ++round) check(rng() >> (rng() % 64));
    // What lazily accumulated products reduce to, at the ends of the admitted range.
    constexpr std::uint64_t kEnd = (kP << 32);
    const std::uint64_t inverse_of_2_32 = naive_pow((std::uint64_t{1} << 32) % kP, kP - 2);
    const auto check_sum = [&](std::uint64_t sum) {
        const std::uint64_t expected = static_cast<std::uint64_t>(Wide{sum % kP} * inverse_of_2_32 % kP);
        CHECK(KoalaBear::reduce_sum(sum) == expected);
        if (sum < kEnd) CHECK(KoalaBear::reduce_product(sum) == expected);
    };
    for (std::uint64_t delta = 0; delta < 4; ++delta) {
        check_sum(delta);
        check_sum(kEnd - 1 - delta);
        check_sum(kEnd + delta);
        check_sum(2 * kEnd - 1 - delta);
        check_sum(4 * (kP - 1) * (kP - 1) - delta);
    }
    for (int round = 0; round < 10000; ++round) check_sum(rng() % (2 * kEnd));
}

TEST_CASE("the numbers that define KoalaBear") {
    CHECK(KoalaBear::kModulus == kP);
    for (std::uint64_t divisor = 2; divisor * divisor <= kP; ++divisor) REQUIRE(kP % divisor != 0);
    CHECK(KoalaBear::generator().canonical() == 3);
    // 3 generates: p - 1 = 2^24 * 127, and 3 has neither a square root nor a 127th one.
    CHECK((kP - 1) == (std::uint64_t{127} << 24));
    CHECK(naive_pow(3, (kP - 1) / 2) != 1);
    CHECK(naive_pow(3, (kP - 1) / 127) != 1);
}

TEST_CASE("roots of unity have exactly their order") {
    for (unsigned bits = 0; bits <= KoalaBear::kTwoAdicity; ++bits) {
        const KoalaBear root = KoalaBear::two_adic_generator(bits);
        std::uint64_t value = root.canonical();
        if (bits == KoalaBear::kTwoAdicity) CHECK(value == naive_pow(3, 127));
        for (unsigned step = 0; step < bits; ++step) {
            CHECK(value != 1);
            value = value * value % kP;
        }
        CHECK(value == 1);
        if (bits != 0) CHECK(root.square() == KoalaBear::two_adic_generator(bits - 1));
    }
}

/// Rabin's criterion: f of degree d is irreducible over the field of p elements if and only if f divides X^(p^d) - X
/// and is coprime to X^(p^(d/q)) - X for every prime q that divides d.
TEMPLATE_TEST_CASE("the modulus of an extension is irreducible", "", SLUICE_EXTENSIONS) {
    const Polynomial modulus = modulus_of<TestType>();
    REQUIRE(modulus.size() == TestType::kDegree + 1);
    const auto minus_x = [](Polynomial value) {
        value.resize(std::max<std::size_t>(value.size(), 2));
        value[1] = (value[1] + kP - 1) % kP;
        trim(value);
        return value;
    };
    Polynomial frobenius{0, 1};
    for (unsigned k = 1; k <= TestType::kDegree; ++k) {
        frobenius = naive_power(frobenius, kP, modulus);
        if (k == TestType::kDegree) CHECK(minus_x(frobenius).empty());
        for (const unsigned prime : {2u, 3u, 5u}) {
            if (TestType::kDegree % prime != 0 || k != TestType::kDegree / prime) continue;
            CHECK(naive_gcd(modulus, minus_x(frobenius)).size() == 1);
        }
    }
}

TEMPLATE_TEST_CASE("Frobenius is a morphism and the power p", "", SLUICE_EXTENSIONS) {
    SLUICE_RANDOM(rng);
    const Polynomial modulus = modulus_of<TestType>();
    constexpr unsigned kDegree = TestType::kDegree;
    for (int round = 0; round < 100; ++round) {
        const TestType a = random_field<TestType>(rng);
        const TestType b = random_field<TestType>(rng);
        const TestType base = TestType::from_base(random_base(rng));
        CHECK(a.frobenius(0) == a);
        CHECK(a.frobenius(kDegree) == a);
        TestType power = a;
        for (unsigned k = 1; k < kDegree; ++k) {
            power = power.pow(kP);
            CHECK(a.frobenius(k) == power);
            CHECK(a.frobenius(k) == a.frobenius(k + kDegree));
            CHECK((a + b).frobenius(k) == a.frobenius(k) + b.frobenius(k));
            CHECK((a * b).frobenius(k) == a.frobenius(k) * b.frobenius(k));
            CHECK(base.frobenius(k) == base);
        }
        if (round < 5) CHECK(to_naive(a.frobenius(1)) == naive_power(to_naive(a), kP, modulus));
    }
}

TEMPLATE_TEST_CASE("the prime field acts on an extension as its image does", "", SLUICE_EXTENSIONS) {
    SLUICE_RANDOM(rng);
    for (int round = 0; round < 1000; ++round) {
        const TestType a = random_field<TestType>(rng);
        const KoalaBear b = random_base(rng);
        const TestType image = TestType::from_base(b);
        CHECK(a + b == a + image);
        CHECK(b + a == image + a);
        CHECK(a - b == a - image);
        CHECK(b - a == image - a);
        CHECK(a * b == a * image);
        CHECK(b * a == image * a);
        TestType changed = a;
        changed += b;
        changed *= b;
        changed -= b;
        CHECK(changed == (a + image) * image - image);
        TestType sum = TestType::zero();
        for (unsigned i = 0; i < TestType::kDegree; ++i) sum += TestType::basis(i) * a.limb[i];
        CHECK(sum == a);
    }
    TestType power = TestType::one();
    for (unsigned i = 0; i < TestType::kDegree; ++i, power *= TestType::basis(1)) CHECK(power == TestType::basis(i));
}

TEMPLATE_TEST_CASE("a batch of inverses is each one's inverse", "", SLUICE_FIELDS) {
    SLUICE_RANDOM(rng);
    for (std::size_t size = 0; size < 40; ++size) {
        std::vector<TestType> values(size);
        for (TestType& value : values) value = rng() % 4 == 0 ? TestType::zero() : random_field<TestType>(rng);
        std::vector<TestType> expected;
        for (const TestType& value : values) expected.push_back(value.inverse());
        std::vector<TestType> scratch(size);
        batch_inverse(std::span<TestType>(values), std::span<TestType>(scratch));
        CHECK(std::equal(values.begin(), values.end(), expected.begin()));
    }
}

}  // namespace
}  // namespace sluice::math
