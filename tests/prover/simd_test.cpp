// Operations on arrays: every instruction set that the processor has, against the loop over sluice/math.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <cstdint>
#include <span>
#include <vector>

#include "prover/random_field.h"
#include "sluice/math/multilinear.h"
#include "sluice/simd/instruction_sets.h"
#include "sluice/simd/slices.h"
#include "support/catch.h"

namespace sluice::simd {
namespace {

using test::random_base;
using test::random_field;
using test::random_fields;

/// Lengths around every vector size and its multiples, and a longer one.
std::vector<std::size_t> lengths() {
    std::vector<std::size_t> result;
    for (std::size_t length = 0; length <= 70; ++length) result.push_back(length);
    result.push_back(1000);
    return result;
}

/// Runs `check` on each instruction set.
template <class Check>
void on_each(const Check& check) {
    const std::vector<InstructionSet> sets = available_instruction_sets();
    REQUIRE(!sets.empty());
    for (const InstructionSet& set : sets) {
        INFO(set.name);
        const ForceInstructionSet force(set);
        check();
    }
}

/// Limb-planar memory with room between the limbs that must stay as it is.
template <unsigned D>
class Planar {
 public:
    explicit Planar(const std::vector<Extension<D>>& values)
        : size_(values.size()), stride_(size_ + 3), limbs_(D * stride_, kSentinel) {
        for (std::size_t i = 0; i < size_; ++i) span().set(i, values[i]);
    }
    explicit Planar(std::size_t size) : Planar(std::vector<Extension<D>>(size, Extension<D>::zero())) {}

    PlanarSpan<D> span() { return {limbs_.data(), stride_, size_}; }
    PlanarView<D> view() const { return {limbs_.data(), stride_, size_}; }
    std::vector<Extension<D>> values() const {
        std::vector<Extension<D>> result;
        for (std::size_t i = 0; i < size_; ++i) result.push_back(view().get(i));
        return result;
    }
    bool sentinels_intact() const {
        for (unsigned l = 0; l < D; ++l) {
            for (std::size_t i = size_; i < stride_; ++i) {
                if (!(limbs_[l * stride_ + i] == kSentinel)) return false;
            }
        }
        return true;
    }

 private:
    static constexpr KoalaBear kSentinel = KoalaBear::from_canonical(0x5e47);
    std::size_t size_;
    std::size_t stride_;
    std::vector<KoalaBear> limbs_;
};

TEST_CASE("the portable instruction set is always there") {
    const std::vector<InstructionSet> sets = available_instruction_sets();
    REQUIRE(!sets.empty());
    const bool portable = sets.back().name == "SCALAR" || sets.back().name == "EMU128";
    CHECK(portable);
}

TEST_CASE("operations on arrays of the prime field are the plain ones") {
    SLUICE_RANDOM(rng);
    for (const std::size_t length : lengths()) {
        const auto a = random_fields<KoalaBear>(length, rng);
        const auto b = random_fields<KoalaBear>(length, rng);
        const KoalaBear factor = random_base(rng);
        std::vector<KoalaBear> sum, difference, product, scaled;
        for (std::size_t i = 0; i < length; ++i) {
            sum.push_back(a[i] + b[i]);
            difference.push_back(a[i] - b[i]);
            product.push_back(a[i] * b[i]);
            scaled.push_back(a[i] * factor);
        }
        on_each([&] {
            std::vector<KoalaBear> output(length);
            add(a, b, output);
            CHECK(output == sum);
            subtract(a, b, output);
            CHECK(output == difference);
            multiply(a, b, output);
            CHECK(output == product);
            scale(a, factor, output);
            CHECK(output == scaled);
            output = a;
            multiply(output, b, output);
            CHECK(output == product);
        });
    }
}

TEST_CASE("products of all pairs of edge words are right in every lane") {
    std::vector<KoalaBear> edges;
    for (const std::uint32_t word : {0u, 1u, 2u, 0x7f000000u, 0x7effffffu, 0x3f800000u, 0x3f800001u, 0x00ffffffu}) {
        edges.push_back(KoalaBear::from_montgomery(word));
    }
    for (unsigned bit = 2; bit < 31; ++bit) edges.push_back(KoalaBear::from_montgomery(1u << bit));
    std::vector<KoalaBear> a, b, expected;
    // 37 edges: an odd number, so that each pair comes to each lane.
    for (int repeat = 0; repeat < 16; ++repeat) {
        for (const KoalaBear left : edges) {
            for (const KoalaBear right : edges) {
                a.push_back(left);
                b.push_back(right);
                expected.push_back(left * right);
            }
        }
    }
    REQUIRE(edges.size() == 37);
    on_each([&] {
        std::vector<KoalaBear> output(a.size());
        multiply(a, b, output);
        CHECK(output == expected);
    });
}

template <unsigned D>
void check_extension(std::size_t length, std::mt19937_64& rng) {
    using E = Extension<D>;
    const auto a = random_fields<E>(length, rng);
    const auto b = random_fields<E>(length, rng);
    const auto base = random_fields<KoalaBear>(length, rng);
    const E factor = random_field<E>(rng);
    std::vector<E> sum, difference, product, base_product, scaled, base_scaled, accumulated;
    E inner = E::zero();
    E inner_base = E::zero();
    for (std::size_t i = 0; i < length; ++i) {
        sum.push_back(a[i] + b[i]);
        difference.push_back(a[i] - b[i]);
        product.push_back(a[i] * b[i]);
        base_product.push_back(a[i] * base[i]);
        scaled.push_back(a[i] * factor);
        base_scaled.push_back(factor * base[i]);
        accumulated.push_back(b[i] + a[i] * factor);
        inner += product[i];
        inner_base += base_product[i];
    }
    const Planar<D> left(a);
    const Planar<D> right(b);
    on_each([&] {
        Planar<D> output(length);
        add(left.view(), right.view(), output.span());
        CHECK(output.values() == sum);
        subtract(left.view(), right.view(), output.span());
        CHECK(output.values() == difference);
        multiply(left.view(), right.view(), output.span());
        CHECK(output.values() == product);
        multiply(left.view(), std::span<const KoalaBear>(base), output.span());
        CHECK(output.values() == base_product);
        scale(left.view(), factor, output.span());
        CHECK(output.values() == scaled);
        scale(std::span<const KoalaBear>(base), factor, output.span());
        CHECK(output.values() == base_scaled);
        Planar<D> accumulator(b);
        add_scaled(left.view(), factor, accumulator.span());
        CHECK(accumulator.values() == accumulated);
        Planar<D> in_place(a);
        multiply(PlanarView<D>(in_place.span()), right.view(), in_place.span());
        CHECK(in_place.values() == product);
        CHECK(inner_product(left.view(), right.view()) == inner);
        CHECK(inner_product(std::span<const KoalaBear>(base), left.view()) == inner_base);
        CHECK(output.sentinels_intact());
        CHECK(accumulator.sentinels_intact());
    });
}

TEST_CASE("operations on arrays of extensions are the plain ones") {
    SLUICE_RANDOM(rng);
    for (const std::size_t length : lengths()) {
        check_extension<4>(length, rng);
        check_extension<5>(length, rng);
        check_extension<6>(length, rng);
    }
}

template <unsigned D>
void check_fold(std::size_t length, std::mt19937_64& rng) {
    using E = Extension<D>;
    const auto values = random_fields<E>(length, rng);
    const auto base = random_fields<KoalaBear>(length, rng);
    const E point = random_field<E>(rng);
    std::vector<E> expected((length + 1) / 2);
    std::vector<E> expected_base((length + 1) / 2);
    math::fold_lowest(std::span<const E>(values), point, std::span<E>(expected));
    math::fold_lowest(std::span<const KoalaBear>(base), point, std::span<E>(expected_base));
    const Planar<D> planar(values);
    on_each([&] {
        Planar<D> output((length + 1) / 2);
        fold_lowest(planar.view(), point, output.span());
        CHECK(output.values() == expected);
        fold_lowest(std::span<const KoalaBear>(base), point, output.span());
        CHECK(output.values() == expected_base);
        CHECK(output.sentinels_intact());
        Planar<D> in_place(values);
        fold_lowest(PlanarView<D>(in_place.span()), point, in_place.span());
        std::vector<E> folded = in_place.values();
        folded.resize((length + 1) / 2);
        CHECK(folded == expected);
    });
}

TEST_CASE("folding arrays is the plain folding, in place too") {
    SLUICE_RANDOM(rng);
    for (const std::size_t length : lengths()) {
        check_fold<4>(length, rng);
        check_fold<5>(length, rng);
        check_fold<6>(length, rng);
    }
}

template <unsigned D>
void check_eq_table(std::size_t variables, std::mt19937_64& rng) {
    using E = Extension<D>;
    const auto point = random_fields<E>(variables, rng);
    const E factor = random_field<E>(rng);
    std::vector<E> expected(std::size_t{1} << variables);
    math::fill_eq_table(std::span<const E>(point), factor, std::span<E>(expected));
    on_each([&] {
        Planar<D> output(expected.size());
        fill_eq_table(std::span<const E>(point), factor, output.span());
        CHECK(output.values() == expected);
        CHECK(output.sentinels_intact());
    });
}

TEST_CASE("tables of eq are the plain ones") {
    SLUICE_RANDOM(rng);
    for (std::size_t variables = 0; variables <= 9; ++variables) {
        check_eq_table<4>(variables, rng);
        check_eq_table<5>(variables, rng);
        check_eq_table<6>(variables, rng);
    }
}

template <unsigned D>
void check_combination(std::size_t count, std::size_t length, std::mt19937_64& rng) {
    using E = Extension<D>;
    std::vector<std::vector<KoalaBear>> columns;
    std::vector<const KoalaBear*> pointers;
    for (std::size_t j = 0; j < count; ++j) {
        // All at p - 1 at times: the largest sums.
        columns.push_back(j % 3 == 0 ? std::vector<KoalaBear>(length, KoalaBear::from_montgomery(0x7f000000))
                                     : random_fields<KoalaBear>(length, rng));
    }
    for (const auto& column : columns) pointers.push_back(column.data());
    auto coefficients = random_fields<E>(count, rng);
    for (E& coefficient : coefficients) {
        if (rng() % 2 == 0) continue;
        for (KoalaBear& limb : coefficient.limb) limb = KoalaBear::from_montgomery(0x7f000000);
    }
    std::vector<E> expected(length, E::zero());
    for (std::size_t j = 0; j < count; ++j) {
        for (std::size_t i = 0; i < length; ++i) expected[i] += coefficients[j] * columns[j][i];
    }
    on_each([&] {
        Planar<D> output(length);
        combine_columns(std::span<const KoalaBear* const>(pointers), std::span<const E>(coefficients), output.span());
        CHECK(output.values() == expected);
        CHECK(output.sentinels_intact());
    });
}

TEST_CASE("a combination of columns is the sum of scaled columns") {
    SLUICE_RANDOM(rng);
    for (std::size_t count = 0; count <= 9; ++count) {
        for (const std::size_t length : {0, 1, 7, 8, 15, 16, 17, 64, 100}) {
            check_combination<4>(count, length, rng);
            check_combination<5>(count, length, rng);
            check_combination<6>(count, length, rng);
        }
    }
}

TEST_CASE("sums of many largest products stay exact") {
    constexpr std::size_t kLength = 5000;
    const KoalaBear largest = KoalaBear::from_montgomery(0x7f000000);
    Extension<6> element{};
    for (KoalaBear& limb : element.limb) limb = largest;
    const Planar<6> values(std::vector<Extension<6>>(kLength, element));
    const std::vector<KoalaBear> base(kLength, largest);
    on_each([&] {
        CHECK(inner_product(values.view(), values.view()) == element * element * KoalaBear::reduce(kLength));
        CHECK(inner_product(std::span<const KoalaBear>(base), values.view()) ==
              element * largest * KoalaBear::reduce(kLength));
    });
}

}  // namespace
}  // namespace sluice::simd
