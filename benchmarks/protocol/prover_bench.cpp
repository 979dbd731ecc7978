// Whole proofs of the synthetic machine, by step, in cells per second. SPDX-License-Identifier: MIT OR Apache-2.0
//
//   bench_protocol                                     # what fits a smoke test: 2^16 cells
//   SLUICE_BENCH_CELLS=26 bench_protocol --benchmark_filter=AVX2
//   SLUICE_BENCH_OPENING=whir SLUICE_BENCH_STACK=20 bench_protocol    # not Basefold, and not the prover's choice of
//   stack
//
// Names are profile / instruction set / threads, 0 for all. benchmarks/prover.py makes a table of them; what is
// measured is told in synthetic_proof.h.
#include <benchmark/benchmark.h>
#include <cstdlib>
#include <string>

#include "sluice/backend_cpu/cpu_backend.h"
#include "sluice/simd/instruction_sets.h"
#include "synthetic_proof.h"

namespace sluice {
namespace {

unsigned number_from(const char* variable, unsigned otherwise) {
    const char* text = std::getenv(variable);
    return text == nullptr ? otherwise : static_cast<unsigned>(std::atoi(text));
}

/// state.range(0) threads, 0 for all.
template <unsigned D, class Hasher>
void prove_synthetic(benchmark::State& state, const params::Profile& profile, const simd::InstructionSet& set) {
    const simd::ForceInstructionSet forced(set);
    auto backend = backend_cpu::make_backend<D, Hasher>({.threads = static_cast<unsigned>(state.range(0))});
    bench::prove_synthetic<D, Hasher>(state, *backend, profile,
                                      {.log_cells = number_from("SLUICE_BENCH_CELLS", 16),
                                       .stack_heights = {12, 14, 16, 18, 20, 21, 22},
                                       .stack_height = number_from("SLUICE_BENCH_STACK", 0)});
    state.SetLabel(std::string(backend->instruction_set()));
}

void register_all() {
    const auto add = [](const params::Profile& profile, const simd::InstructionSet& set, auto function) {
        benchmark::RegisterBenchmark((std::string(profile.name) + "/" + set.name).c_str(), function, profile, set)
            ->Arg(1)
            ->Arg(0)
            ->UseManualTime()
            ->Unit(benchmark::kMillisecond);
    };
    for (const simd::InstructionSet& set : simd::available_instruction_sets()) {
        add(params::kBits100, set, prove_synthetic<4, hash::Poseidon2Hasher16>);
        add(params::kBits128, set, prove_synthetic<5, hash::Poseidon2Hasher24>);
    }
}

}  // namespace
}  // namespace sluice

int main(int argc, char** argv) {
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
    sluice::register_all();
    benchmark::RunSpecifiedBenchmarks();
    benchmark::Shutdown();
    return 0;
}
