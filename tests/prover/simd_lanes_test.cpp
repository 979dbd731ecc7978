// The vector types that kernels are written with: lane by lane, on every instruction set.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <cstdint>
#include <vector>

#include "prover/random_field.h"
#include "sluice/simd/instruction_sets.h"
#include "support/catch.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "prover/simd_lanes_test.cpp"
#include <hwy/foreach_target.h>

#include "sluice/simd/vector_field-inl.h"

HWY_BEFORE_NAMESPACE();
namespace sluice::simd::HWY_NAMESPACE {
namespace {

template <class Operation>
void check_lanes(const std::vector<KoalaBear>& values, const Lanes& found, const Operation& expected) {
    std::vector<KoalaBear> elements(Lanes::kCount);
    found.store(elements.data());
    for (std::size_t i = 0; i < Lanes::kCount; ++i) CHECK(elements[i] == expected(values[i]));
}

template <unsigned D>
void check_extension(std::mt19937_64& rng) {
    constexpr std::size_t kCount = Lanes::kCount;
    constexpr std::size_t kStride = 4 * kCount + 5;
    std::vector<KoalaBear> memory(D * kStride);
    for (KoalaBear& word : memory) word = test::random_base(rng);
    const auto at = [&](const std::vector<KoalaBear>& from, std::size_t i) {
        Extension<D> element{};
        for (unsigned l = 0; l < D; ++l) element.limb[l] = from[l * kStride + i];
        return element;
    };
    std::vector<KoalaBear> output(D * kStride);
    const auto a = ExtensionLanes<D>::load(memory.data(), kStride);
    const auto b = ExtensionLanes<D>::load(memory.data() + kCount, kStride);
    const auto base = Lanes::load(memory.data() + 2 * kCount);
    const Extension<D> factor = test::random_field<Extension<D>>(rng);
    const auto check = [&](const ExtensionLanes<D>& found, const auto& expected) {
        found.store(output.data(), kStride);
        for (std::size_t i = 0; i < kCount; ++i) CHECK(at(output, i) == expected(i));
    };
    const auto left = [&](std::size_t i) { return at(memory, i); };
    const auto right = [&](std::size_t i) { return at(memory, kCount + i); };
    check(a + b, [&](std::size_t i) { return left(i) + right(i); });
    check(a - b, [&](std::size_t i) { return left(i) - right(i); });
    check(-a, [&](std::size_t i) { return -left(i); });
    check(a * b, [&](std::size_t i) { return left(i) * right(i); });
    check(a * base, [&](std::size_t i) { return left(i) * memory[2 * kCount + i]; });
    check(a + base, [&](std::size_t i) { return left(i) + memory[2 * kCount + i]; });
    check(a * ExtensionFactor<D>::broadcast(factor), [&](std::size_t i) { return left(i) * factor; });
    check(ExtensionLanes<D>::broadcast(factor), [&](std::size_t) { return factor; });
    check(ExtensionLanes<D>::zero(), [&](std::size_t) { return Extension<D>::zero(); });
    ExtensionLanes<D> quads[4];
    ExtensionLanes<D>::load_pairs(memory.data(), kStride, quads[0], quads[1]);
    for (std::size_t k = 0; k < 2; ++k) check(quads[k], [&](std::size_t i) { return left(2 * i + k); });
    ExtensionLanes<D>::load_quads(memory.data(), kStride, quads[0], quads[1], quads[2], quads[3]);
    for (std::size_t k = 0; k < 4; ++k) check(quads[k], [&](std::size_t i) { return left(4 * i + k); });
    Extension<D> sum = Extension<D>::zero();
    for (std::size_t i = 0; i < kCount; ++i) sum += left(i);
    CHECK(a.sum() == sum);
}

}  // namespace

/// True once all was checked; the count of lanes shows that the target was the one meant.
std::size_t check_target(std::mt19937_64& rng) {
    for (int round = 0; round < 200; ++round) {
        const auto values = test::random_fields<KoalaBear>(Lanes::kCount, rng);
        const Lanes lanes = Lanes::load(values.data());
        const KoalaBear factor = test::random_base(rng);
        check_lanes(values, -lanes, [](KoalaBear x) { return -x; });
        check_lanes(values, lanes.halved(), [](KoalaBear x) { return x.halved(); });
        check_lanes(values, doubled(lanes), [](KoalaBear x) { return x.doubled(); });
        check_lanes(values, square(lanes), [](KoalaBear x) { return x.square(); });
        check_lanes(values, cube(lanes), [](KoalaBear x) { return x.pow(3); });
        check_lanes(values, lanes * Factor::broadcast(factor), [&](KoalaBear x) { return x * factor; });
        check_lanes(values, lanes + Lanes::broadcast(factor), [&](KoalaBear x) { return x + factor; });
        // Four largest products, the most that are reduced at once.
        const Factor largest = Factor::broadcast(KoalaBear::from_montgomery(KoalaBear::kModulus - 1));
        const WideLanes product = WideLanes::product(largest, largest);
        const KoalaBear square_of_largest = KoalaBear::from_montgomery(KoalaBear::kModulus - 1).square();
        const WideLanes four = product + product + product + product;
        check_lanes(values, four.reduced(), [&](KoalaBear) { return square_of_largest.doubled().doubled(); });
        const WideLanes six = four.subtracted_if_large() + product + product;
        check_lanes(values, six.reduced(), [&](KoalaBear) { return square_of_largest * KoalaBear::from_canonical(6); });
        check_extension<4>(rng);
        check_extension<5>(rng);
        check_extension<6>(rng);
    }
    return Lanes::kCount;
}

}  // namespace sluice::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sluice::simd {
namespace {

HWY_EXPORT(check_target);

TEST_CASE("vectors compute in each lane what elements compute") {
    SLUICE_RANDOM(rng);
    for (const InstructionSet& set : available_instruction_sets()) {
        INFO(set.name);
        const ForceInstructionSet force(set);
        const std::size_t lanes = HWY_DYNAMIC_DISPATCH(check_target)(rng);
        if (set.name == "AVX3") CHECK(lanes == 16);
        if (set.name == "AVX2") CHECK(lanes == 8);
        if (set.name == "SSE4") CHECK(lanes == 4);
        if (set.name == "SCALAR" || set.name == "EMU128") CHECK(lanes == 1);
    }
}

}  // namespace
}  // namespace sluice::simd
#endif  // HWY_ONCE
