// Polynomials, multilinear extensions and transforms against their definitions.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "sluice/math/polynomial.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "prover/random_field.h"
#include "sluice/math/extension.h"
#include "sluice/math/multilinear.h"
#include "sluice/math/ntt.h"
#include "support/catch.h"

namespace sluice::math {
namespace {

using test::random_base;
using test::random_field;
using test::random_fields;

#define SLUICE_FIELDS KoalaBear, Extension<4>, Extension<5>, Extension<6>

template <class T>
std::span<const T> view(const std::vector<T>& values) {
    return values;
}

// ---- One variable. ----

/// sum_i c_i x^i with powers by pow.
template <class Coefficient, class Field>
Field by_powers(const std::vector<Coefficient>& coefficients, const Field& point) {
    Field sum = Field::zero();
    for (std::size_t i = 0; i < coefficients.size(); ++i) sum += point.pow(i) * coefficients[i];
    return sum;
}

TEMPLATE_TEST_CASE("Horner's rule gives the sum of powers", "", SLUICE_FIELDS) {
    SLUICE_RANDOM(rng);
    for (std::size_t size = 0; size < 12; ++size) {
        const auto point = random_field<TestType>(rng);
        const auto coefficients = random_fields<TestType>(size, rng);
        const auto base = random_fields<KoalaBear>(size, rng);
        CHECK(evaluate_polynomial(view(coefficients), point) == by_powers(coefficients, point));
        CHECK(evaluate_polynomial(view(base), point) == by_powers(base, point));
        std::vector<TestType> powers(size);
        fill_powers(std::span<TestType>(powers), point);
        for (std::size_t i = 0; i < size; ++i) CHECK(powers[i] == point.pow(i));
    }
}

template <std::size_t Count, class Field>
void check_integers(std::mt19937_64& rng) {
    const std::vector<Field> coefficients = random_fields<Field>(Count, rng);
    const Field leading = random_field<Field>(rng);
    std::vector<Field> longer = coefficients;
    longer.push_back(leading);
    Field values[Count];
    Field longer_values[Count];
    for (std::size_t i = 0; i < Count; ++i) {
        const Field node = Field::from_base(KoalaBear::reduce(i));
        values[i] = by_powers(coefficients, node);
        longer_values[i] = by_powers(longer, node);
    }
    std::vector<Field> points{random_field<Field>(rng), random_field<Field>(rng), -Field::one()};
    for (std::size_t i = 0; i <= Count; ++i) points.push_back(Field::from_base(KoalaBear::reduce(i)));
    for (const Field& point : points) {
        const Field expected = by_powers(coefficients, point);
        CHECK(evaluate_from_integers(values, point) == expected);
        CHECK(evaluate_from_integers<Count, Field>(values, point) == expected);
        CHECK(evaluate_from_integers_and_infinity<Count, Field>(longer_values, leading, point) ==
              by_powers(longer, point));
    }
    std::array<Field, Count> found;
    interpolate_from_integers<Count, Field>(values, found.data());
    CHECK(std::equal(found.begin(), found.end(), coefficients.begin()));
}

TEMPLATE_TEST_CASE("values at small integers give the polynomial back", "", SLUICE_FIELDS) {
    SLUICE_RANDOM(rng);
    for (int round = 0; round < 20; ++round) {
        check_integers<1, TestType>(rng);
        check_integers<2, TestType>(rng);
        check_integers<3, TestType>(rng);
        check_integers<4, TestType>(rng);
        check_integers<5, TestType>(rng);
        check_integers<9, TestType>(rng);
    }
}

TEMPLATE_TEST_CASE("values on a coset of a subgroup give the value anywhere", "", SLUICE_FIELDS) {
    SLUICE_RANDOM(rng);
    for (unsigned bits = 0; bits <= 6; ++bits) {
        const std::size_t size = std::size_t{1} << bits;
        const KoalaBear root = KoalaBear::two_adic_generator(bits);
        for (const KoalaBear shift : {KoalaBear::one(), KoalaBear::generator()}) {
            const auto coefficients = random_fields<TestType>(size, rng);
            const auto base = random_fields<KoalaBear>(size, rng);
            std::vector<TestType> values(size);
            std::vector<KoalaBear> base_values(size);
            std::vector<TestType> points{random_field<TestType>(rng), TestType::zero()};
            for (std::size_t i = 0; i < size; ++i) {
                const KoalaBear node = shift * root.pow(i);
                values[i] = by_powers(coefficients, TestType::from_base(node));
                base_values[i] = by_powers(base, node);
                points.push_back(TestType::from_base(node));
            }
            std::vector<TestType> denominators(size);
            std::vector<TestType> scratch(size);
            for (const TestType& point : points) {
                CHECK(evaluate_from_subgroup(view(values), shift, point, std::span<TestType>(denominators),
                                             std::span<TestType>(scratch)) == by_powers(coefficients, point));
                CHECK(evaluate_from_subgroup(view(base_values), shift, point, std::span<TestType>(denominators),
                                             std::span<TestType>(scratch)) == by_powers(base, point));
            }
        }
    }
}

// ---- Many variables. ----

/// eq(r, x) by its definition.
template <class Field>
Field naive_eq(const std::vector<Field>& point, std::uint64_t index) {
    Field product = Field::one();
    for (std::size_t k = 0; k < point.size(); ++k) {
        const Field bit = (index >> k) % 2 == 1 ? Field::one() : Field::zero();
        product *= point[k] * bit + (Field::one() - point[k]) * (Field::one() - bit);
    }
    return product;
}

template <class Value, class Field>
Field naive_multilinear(const std::vector<Value>& values, const std::vector<Field>& point) {
    Field sum = Field::zero();
    for (std::size_t i = 0; i < values.size(); ++i) sum += naive_eq(point, i) * values[i];
    return sum;
}

TEMPLATE_TEST_CASE("tables of eq hold eq", "", SLUICE_FIELDS) {
    SLUICE_RANDOM(rng);
    for (std::size_t variables = 0; variables <= 7; ++variables) {
        const auto point = random_fields<TestType>(variables, rng);
        const auto scale = random_field<TestType>(rng);
        const std::size_t size = std::size_t{1} << variables;
        std::vector<TestType> table(size);
        fill_eq_table(view(point), scale, std::span<TestType>(table));
        std::vector<TestType> memory(SplitEq<TestType>::table_size(variables));
        const auto split = SplitEq<TestType>::make(view(point), scale, std::span<TestType>(memory));
        CHECK(split.low.size() * split.high.size() == size);
        for (std::size_t i = 0; i < size; ++i) {
            const TestType expected = naive_eq(point, i);
            std::vector<TestType> corner(variables);
            for (std::size_t k = 0; k < variables; ++k)
                corner[k] = (i >> k & 1) != 0 ? TestType::one() : TestType::zero();
            CHECK(table[i] == scale * expected);
            CHECK(split.value(i) == scale * expected);
            CHECK(evaluate_eq_at_index(view(point), i) == expected);
            CHECK(evaluate_eq(view(point), view(corner)) == expected);
        }
        // Off the cube: the multilinear in either argument.
        const auto other = random_fields<TestType>(variables, rng);
        std::vector<TestType> values(size);
        for (std::size_t i = 0; i < size; ++i) values[i] = naive_eq(point, i);
        CHECK(evaluate_eq(view(point), view(other)) == naive_multilinear(values, other));
    }
}

TEMPLATE_TEST_CASE("a table's multilinear is the sum over the cube", "", SLUICE_FIELDS) {
    SLUICE_RANDOM(rng);
    for (std::size_t variables = 0; variables <= 6; ++variables) {
        const auto point = random_fields<TestType>(variables, rng);
        for (std::size_t size = 0; size <= std::size_t{1} << variables; ++size) {
            const auto values = random_fields<TestType>(size, rng);
            const auto base = random_fields<KoalaBear>(size, rng);
            CHECK(evaluate_multilinear(view(values), view(point)) == naive_multilinear(values, point));
            CHECK(evaluate_multilinear(view(base), view(point)) == naive_multilinear(base, point));
        }
    }
}

TEMPLATE_TEST_CASE("folding binds the lowest variable", "", SLUICE_FIELDS) {
    SLUICE_RANDOM(rng);
    for (std::size_t size = 0; size <= 33; ++size) {
        const auto values = random_fields<TestType>(size, rng);
        const auto base = random_fields<KoalaBear>(size, rng);
        const auto point = random_fields<TestType>(6, rng);
        const std::vector<TestType> rest(point.begin() + 1, point.end());
        std::vector<TestType> folded((size + 1) / 2);
        fold_lowest(view(values), point[0], std::span<TestType>(folded));
        for (std::size_t k = 0; k < folded.size(); ++k) {
            const TestType upper = 2 * k + 1 < size ? values[2 * k + 1] : TestType::zero();
            CHECK(folded[k] == (TestType::one() - point[0]) * values[2 * k] + point[0] * upper);
        }
        CHECK(naive_multilinear(folded, rest) == naive_multilinear(values, point));
        std::vector<TestType> in_place = values;
        fold_lowest(view(in_place), point[0], std::span<TestType>(in_place));
        CHECK(std::equal(folded.begin(), folded.end(), in_place.begin()));
        fold_lowest(view(base), point[0], std::span<TestType>(folded));
        CHECK(naive_multilinear(folded, rest) == naive_multilinear(base, point));
    }
}

TEMPLATE_TEST_CASE("the indicator of a range is the sum of eq over it", "", SLUICE_FIELDS) {
    SLUICE_RANDOM(rng);
    for (std::size_t variables = 0; variables <= 6; ++variables) {
        const auto point = random_fields<TestType>(variables, rng);
        TestType sum = TestType::zero();
        for (std::uint64_t n = 0; n <= std::uint64_t{1} << variables; ++n) {
            CHECK(evaluate_less_than(view(point), n) == sum);
            CHECK(evaluate_at_least(view(point), n) == TestType::one() - sum);
            sum += naive_eq(point, n);
        }
    }
}

// ---- Transforms. ----

TEST_CASE("reversing bits is reversing the digits") {
    SLUICE_RANDOM(rng);
    for (unsigned bits = 0; bits <= 24; ++bits) {
        for (int round = 0; round < 20; ++round) {
            const std::uint64_t index = rng() >> (64 - bits - (bits == 0 ? 1 : 0)) >> (bits == 0 ? 1 : 0);
            std::string digits;
            for (unsigned i = 0; i < bits; ++i) digits.push_back((index >> i & 1) != 0 ? '1' : '0');
            std::uint64_t expected = 0;
            for (const char digit : digits) expected = 2 * expected + (digit == '1' ? 1 : 0);
            CHECK(reverse_bits(index, bits) == expected);
        }
    }
}

TEMPLATE_TEST_CASE("a transform evaluates at the powers of the root", "", SLUICE_FIELDS) {
    SLUICE_RANDOM(rng);
    for (unsigned bits = 0; bits <= 7; ++bits) {
        const std::size_t size = std::size_t{1} << bits;
        const KoalaBear root = KoalaBear::two_adic_generator(bits);
        const auto coefficients = random_fields<TestType>(size, rng);
        std::vector<TestType> natural = coefficients;
        ntt(std::span<TestType>(natural));
        std::vector<TestType> reversed = coefficients;
        ntt_to_reversed(std::span<TestType>(reversed));
        for (std::size_t i = 0; i < size; ++i) {
            const TestType expected = by_powers(coefficients, TestType::from_base(root.pow(i)));
            CHECK(natural[i] == expected);
            CHECK(reversed[reverse_bits(i, bits)] == expected);
        }
        inverse_ntt(std::span<TestType>(natural));
        CHECK(natural == coefficients);
        inverse_ntt_from_reversed(std::span<TestType>(reversed));
        CHECK(reversed == coefficients);
    }
}

TEMPLATE_TEST_CASE("code words and coset extensions are values of the same polynomial", "", SLUICE_FIELDS) {
    SLUICE_RANDOM(rng);
    for (unsigned bits = 0; bits <= 5; ++bits) {
        for (unsigned rate_bits = 0; rate_bits <= 3; ++rate_bits) {
            const std::size_t size = std::size_t{1} << bits;
            const std::size_t extended_size = size << rate_bits;
            const auto coefficients = random_fields<TestType>(size, rng);
            std::vector<TestType> code_word(extended_size);
            encode_to_reversed(view(coefficients), std::span<TestType>(code_word));
            const KoalaBear shift = random_base(rng) + KoalaBear::generator();
            std::vector<TestType> values = coefficients;
            ntt(std::span<TestType>(values));
            std::vector<TestType> extended(extended_size);
            extend_to_coset(view(values), shift, std::span<TestType>(extended));
            const KoalaBear root = KoalaBear::two_adic_generator(bits + rate_bits);
            for (std::size_t i = 0; i < extended_size; ++i) {
                const KoalaBear node = root.pow(i);
                CHECK(code_word[reverse_bits(i, bits + rate_bits)] ==
                      by_powers(coefficients, TestType::from_base(node)));
                CHECK(extended[i] == by_powers(coefficients, TestType::from_base(node * shift)));
            }
        }
    }
}

}  // namespace
}  // namespace sluice::math
