// Fields, operations on arrays and transforms on one core, by instruction set; "plain" is the loop over sluice/math.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <algorithm>
#include <benchmark/benchmark.h>
#include <cstdint>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "sluice/math/multilinear.h"
#include "sluice/math/ntt.h"
#include "sluice/simd/instruction_sets.h"
#include "sluice/simd/ntt.h"
#include "sluice/simd/slices.h"

namespace {

using namespace sluice::simd;
namespace math = sluice::math;

/// Elements of arrays that stay in the nearest cache.
constexpr std::size_t kNear = 1024;
/// Elements of arrays that do not stay in any.
constexpr std::size_t kFar = std::size_t{1} << 22;

std::vector<KoalaBear> random_elements(std::size_t size, std::uint64_t seed) {
    std::mt19937_64 rng(seed);
    std::vector<KoalaBear> result(size);
    for (KoalaBear& element : result) element = KoalaBear::reduce(rng());
    return result;
}

template <unsigned D>
struct Planar {
    explicit Planar(std::size_t count, std::uint64_t seed = 1) : limbs(random_elements(D * count, seed)), size(count) {}
    PlanarSpan<D> span() { return {limbs.data(), size, size}; }
    PlanarView<D> view() const { return {limbs.data(), size, size}; }

    std::vector<KoalaBear> limbs;
    std::size_t size;
};

template <unsigned D>
std::vector<Extension<D>> random_extensions(std::size_t size, std::uint64_t seed) {
    const std::vector<KoalaBear> limbs = random_elements(D * size, seed);
    std::vector<Extension<D>> result(size);
    for (std::size_t i = 0; i < size; ++i) std::copy_n(limbs.data() + D * i, D, result[i].limb);
    return result;
}

using Body = std::function<void(benchmark::State&)>;

/// A benchmark of the name, once for each instruction set.
void on_each(const std::string& name, const Body& body) {
    for (const InstructionSet& set : available_instruction_sets()) {
        benchmark::RegisterBenchmark((name + "/" + set.name).c_str(), [set, body](benchmark::State& state) {
            const ForceInstructionSet force(set);
            body(state);
        });
    }
}

/// Runs `operation` on `items` values at a time and reports values a second.
template <class Operation>
void measure(benchmark::State& state, std::size_t items, const Operation& operation) {
    for (auto _ : state) {
        operation();
        benchmark::ClobberMemory();
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(items));
}

// ---- Products. ----

void base_product(benchmark::State& state) {
    const auto a = random_elements(kNear, 1);
    const auto b = random_elements(kNear, 2);
    std::vector<KoalaBear> output(kNear);
    measure(state, kNear, [&] { multiply(a, b, output); });
}

void plain_base_product(benchmark::State& state) {
    const auto a = random_elements(kNear, 1);
    const auto b = random_elements(kNear, 2);
    std::vector<KoalaBear> output(kNear);
    measure(state, kNear, [&] {
        for (std::size_t i = 0; i < kNear; ++i) output[i] = a[i] * b[i];
    });
}

template <unsigned D>
void extension_product(benchmark::State& state) {
    const Planar<D> a(kNear / 4, 1);
    const Planar<D> b(kNear / 4, 2);
    Planar<D> output(kNear / 4);
    measure(state, kNear / 4, [&] { multiply(a.view(), b.view(), output.span()); });
}

template <unsigned D>
void plain_extension_product(benchmark::State& state) {
    const auto a = random_extensions<D>(kNear / 4, 1);
    const auto b = random_extensions<D>(kNear / 4, 2);
    auto output = a;
    measure(state, a.size(), [&] {
        for (std::size_t i = 0; i < a.size(); ++i) output[i] = a[i] * b[i];
    });
}

// ---- What a sumcheck does. ----

template <unsigned D>
void fold_base(benchmark::State& state) {
    const auto values = random_elements(kFar, 1);
    const Extension<D> point = random_extensions<D>(1, 2)[0];
    Planar<D> output(kFar / 2);
    measure(state, kFar, [&] { fold_lowest(std::span<const KoalaBear>(values), point, output.span()); });
}

template <unsigned D>
void fold_extension(benchmark::State& state) {
    const Planar<D> values(kFar / 4);
    const Extension<D> point = random_extensions<D>(1, 2)[0];
    Planar<D> output(kFar / 8);
    measure(state, kFar / 4, [&] { fold_lowest(values.view(), point, output.span()); });
}

template <unsigned D>
void inner_product_base(benchmark::State& state) {
    const auto values = random_elements(kFar, 1);
    const Planar<D> weights(kFar, 2);
    measure(state, kFar,
            [&] { benchmark::DoNotOptimize(inner_product(std::span<const KoalaBear>(values), weights.view())); });
}

template <unsigned D>
void eq_table(benchmark::State& state) {
    constexpr std::size_t kVariables = 16;
    const auto point = random_extensions<D>(kVariables, 1);
    Planar<D> output(std::size_t{1} << kVariables);
    measure(state, output.size,
            [&] { fill_eq_table(std::span<const Extension<D>>(point), Extension<D>::one(), output.span()); });
}

template <unsigned D>
void combination(benchmark::State& state) {
    constexpr std::size_t kColumns = 64;
    constexpr std::size_t kRows = std::size_t{1} << 14;
    const auto values = random_elements(kColumns * kRows, 1);
    std::vector<const KoalaBear*> columns;
    for (std::size_t column = 0; column < kColumns; ++column) columns.push_back(values.data() + column * kRows);
    const auto coefficients = random_extensions<D>(kColumns, 2);
    Planar<D> output(kRows);
    measure(state, kColumns * kRows, [&] {
        combine_columns(std::span<const KoalaBear* const>(columns), std::span<const Extension<D>>(coefficients),
                        output.span());
    });
}

// ---- Transforms: items are values of the code word. ----

void encode(benchmark::State& state, unsigned message_log, unsigned rate_log) {
    const Twiddles twiddles(message_log + rate_log);
    const auto message = random_elements(std::size_t{1} << message_log, 1);
    std::vector<KoalaBear> code_word(message.size() << rate_log);
    measure(state, code_word.size(), [&] { encode_to_reversed(twiddles, message, code_word); });
}

void plain_encode(benchmark::State& state, unsigned message_log, unsigned rate_log) {
    const auto message = random_elements(std::size_t{1} << message_log, 1);
    std::vector<KoalaBear> code_word(message.size() << rate_log);
    measure(state, code_word.size(),
            [&] { math::encode_to_reversed(std::span<const KoalaBear>(message), std::span<KoalaBear>(code_word)); });
}

template <unsigned D>
void register_extension() {
    const std::string degree = std::to_string(D);
    on_each("extension_product_" + degree, extension_product<D>);
    benchmark::RegisterBenchmark(("extension_product_" + degree + "/plain").c_str(), plain_extension_product<D>);
    on_each("fold_base_" + degree, fold_base<D>);
    on_each("fold_extension_" + degree, fold_extension<D>);
    on_each("inner_product_base_" + degree, inner_product_base<D>);
    on_each("eq_table_" + degree, eq_table<D>);
    on_each("combine_64_columns_" + degree, combination<D>);
}

}  // namespace

int main(int argc, char** argv) {
    on_each("base_product", base_product);
    benchmark::RegisterBenchmark("base_product/plain", plain_base_product);
    register_extension<4>();
    register_extension<5>();
    register_extension<6>();
    for (const auto& [message_log, rate_log] : {std::pair{10u, 1u}, {16u, 1u}, {20u, 1u}, {21u, 1u}, {21u, 2u}}) {
        const std::string name = "encode_2^" + std::to_string(message_log) + "_rate_2^-" + std::to_string(rate_log);
        on_each(name,
                [message = message_log, rate = rate_log](benchmark::State& state) { encode(state, message, rate); });
        benchmark::RegisterBenchmark(
            (name + "/plain").c_str(),
            [message = message_log, rate = rate_log](benchmark::State& state) { plain_encode(state, message, rate); });
    }
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
    benchmark::RunSpecifiedBenchmarks();
    benchmark::Shutdown();
    return 0;
}
