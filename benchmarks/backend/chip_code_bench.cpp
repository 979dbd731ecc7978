// What the host does with the chips' programs of the block machine: compiling them once, and then for each table and
// memory plan. SPDX-License-Identifier: MIT OR Apache-2.0
#include <benchmark/benchmark.h>
#include <cstdint>
#include <vector>

#include "prover/guest_programs.h"
#include "sluice/backend/zerocheck_forms.h"
#include "sluice/backend_cuda/cuda_backend.h"
#include "sluice/chips/rv64_machine.h"
#include "sluice/params/profile.h"

namespace {

using namespace sluice;
using math::KoalaBear;

/// A shard with rows in every chip, of the machine with all accelerators.
const backend::TableShape& shape() {
    static const chips::Rv64Machine machine = [] {
        test::Assembler text;
        test::halt(text);
        vm::Program program = test::make_program(text);
        program.features = vm::FeatureWord{};
        program.features->value = chips::provable_features();
        return *chips::Rv64Machine::make(program);
    }();
    static const backend::MachineCode code = backend::compile_machine(machine.shards().view());
    static const backend::TableShape shape = [] {
        backend::TableShape made{
            .machine = machine.shards().view(), .code = &code, .heights = {}, .public_values = {}, .stack_height = 20};
        for (const machine::Chip& chip : made.machine.chips)
            made.heights.push_back(chip.fixed_height != 0 ? chip.fixed_height : 5001);
        for (std::uint32_t i = 0; i < made.machine.public_values; ++i)
            made.public_values.push_back(KoalaBear::from_canonical(i + 1));
        return made;
    }();
    return shape;
}

void compile(benchmark::State& state) {
    const machine::Machine& machine = shape().machine;
    for (auto _ : state) benchmark::DoNotOptimize(backend::compile_machine(machine));
    std::size_t nodes = 0;
    for (const machine::Chip& chip : machine.chips) nodes += chip.program.nodes.size();
    state.counters["chips"] = static_cast<double>(machine.chips.size());
    state.counters["nodes"] = static_cast<double>(nodes);
}

/// The same for each table.
void leaf_scalars(benchmark::State& state) {
    for (auto _ : state) {
        for (std::size_t chip = 0; chip < shape().machine.chips.size(); ++chip) {
            const machine::Program& program = shape().machine.chips[chip].program;
            benchmark::DoNotOptimize(backend::scalar_values((*shape().code)[chip].leaves,
                                                            backend::zero_values(program, shape().public_values)));
        }
    }
}

template <unsigned D>
void zerocheck_forms(benchmark::State& state) {
    std::uint32_t last = 0;
    const auto next = [&] {
        math::Extension<D> value;
        for (KoalaBear& limb : value.limb) limb = KoalaBear::from_canonical(++last * 1000003);
        return value;
    };
    backend::LeafClaims<D> leaves;
    leaves.point.resize(backend::row_variables(shape().heights) +
                        backend::place_variables(backend::list_interactions(shape())));
    for (auto& value : leaves.point) value = next();
    for (auto& value : leaves.values) value = next();
    const backend::FingerprintChallenges<D> challenges{next(), next(), next(), next()};
    const math::Extension<D> xi = next();
    for (auto _ : state) benchmark::DoNotOptimize(backend::zerocheck_forms(shape(), challenges, leaves, xi));
}

template <unsigned D, class Hasher, const params::Profile& profile>
void memory_plan(benchmark::State& state) {
    const auto device = backend_cuda::make_host_device();
    const auto backend =
        backend_cuda::make_backend<D, Hasher>({.device = *device, .memory_bytes = std::uint64_t{1} << 24});
    const params::Opening& opening = profile.opening(profile.default_opening);
    for (auto _ : state) benchmark::DoNotOptimize((*backend)->plan_bytes(shape(), opening));
}

BENCHMARK(compile)->Unit(benchmark::kMillisecond);
BENCHMARK(leaf_scalars)->Unit(benchmark::kMillisecond);
BENCHMARK(zerocheck_forms<4>)->Unit(benchmark::kMillisecond);
BENCHMARK(zerocheck_forms<5>)->Unit(benchmark::kMillisecond);
BENCHMARK(memory_plan<4, hash::Poseidon2Hasher16, params::kBits100>)->Unit(benchmark::kMillisecond);
BENCHMARK(memory_plan<5, hash::Poseidon2Hasher24, params::kBits128>)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
