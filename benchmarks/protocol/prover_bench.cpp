// Whole proofs of the synthetic machine, by step, in cells per second. SPDX-License-Identifier: MIT OR Apache-2.0
//
//   bench_protocol                                     # what fits a smoke test: 2^16 cells
//   SLUICE_BENCH_CELLS=26 bench_protocol --benchmark_filter=AVX2
//   SLUICE_BENCH_OPENING=whir SLUICE_BENCH_STACK=20 bench_protocol    # not Basefold, and not the prover's choice of
//   stack
//
// Names are profile / instruction set / threads, 0 for all. benchmarks/prover.py makes a table of them.
//
// Cells are those of all columns, preprocessed ones too, without padding. Grinding is included; the verification of the
// proof, which the prover does before it returns one, is measured as a step and not included. `s_` counters are seconds
// of each step, `cpu_` counters its processor time over all threads, which means something on a busy machine too.
#include <benchmark/benchmark.h>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <ctime>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "sluice/backend_cpu/cpu_backend.h"
#include "sluice/protocol/prover.h"
#include "sluice/simd/instruction_sets.h"
#include "sluice/toys/synthetic.h"

namespace sluice {
namespace {

unsigned log_cells() {
    const char* text = std::getenv("SLUICE_BENCH_CELLS");
    return text == nullptr ? 16 : static_cast<unsigned>(std::atoi(text));
}

struct Subject {
    machine::MachineDescription machine;
    machine::TableTrace trace;
    double cells = 0;
};

const Subject& subject() {
    static const Subject kSubject = [] {
        Subject made{*toys::synthetic_machine(), toys::synthetic_trace(std::uint64_t{1} << log_cells())};
        for (std::size_t chip = 0; chip < made.trace.chips.size(); ++chip) {
            for (const std::uint32_t width : made.machine.chips()[chip].widths)
                made.cells += double{1} * width * made.trace.chips[chip].height;
        }
        return made;
    }();
    return kSubject;
}

/// One whole proof an iteration; state.range(0) threads, 0 for all.
template <unsigned D, class Hasher>
void prove_synthetic(benchmark::State& state, const params::Profile& profile, const simd::InstructionSet& set) {
    const simd::ForceInstructionSet forced(set);
    const Subject& what = subject();
    auto backend = backend_cpu::make_backend<D, Hasher>({.threads = static_cast<unsigned>(state.range(0))});
    protocol::KeyOptions options;
    options.profile = &profile;
    const char* opening = std::getenv("SLUICE_BENCH_OPENING");
    options.opening = opening != nullptr && std::string_view(opening) == "whir" ? params::OpeningId::whir_rate_1_2
                                                                                : params::OpeningId::basefold_rate_1_2;
    options.stack_heights = {12, 14, 16, 18, 20, 21, 22};
    auto key = protocol::ProvingKey<D, Hasher>::make(*backend, options, {&what.machine, nullptr});
    if (!key.ok()) return state.SkipWithError(std::string(key.status().message()).c_str());

    std::map<std::string, double> steps;
    std::map<std::string, double> processor;
    std::clock_t clock = 0;
    protocol::ProverOptions prover_options;
    const char* stack = std::getenv("SLUICE_BENCH_STACK");
    prover_options.stack_height = stack == nullptr ? 0 : static_cast<unsigned>(std::atoi(stack));
    prover_options.on_step = [&](std::string_view step, double seconds) {
        steps[std::string(step)] += seconds;
        const std::clock_t now = std::clock();
        processor[std::string(step)] += static_cast<double>(now - clock) / CLOCKS_PER_SEC;
        clock = now;
    };
    protocol::Prover<D, Hasher> prover(*backend, *key, prover_options);
    std::size_t proof_bytes = 0;
    double seconds = 0;
    for (auto _ : state) {
        machine::TableTrace trace = what.trace;  // filling tables is not proving
        const double check_before = steps["check"];
        clock = std::clock();
        const auto start = std::chrono::steady_clock::now();
        auto proof = prover.prove({1, [&](std::uint32_t) { return std::move(trace); }, {}});
        const double whole = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
        if (!proof.ok()) return state.SkipWithError(std::string(proof.status().message()).c_str());
        proof_bytes = proof->size();
        state.SetIterationTime(whole - (steps["check"] - check_before));
        seconds += whole - (steps["check"] - check_before);
    }
    const double iterations = static_cast<double>(state.iterations());
    state.counters["cells_per_second"] = what.cells * iterations / seconds;
    for (const auto& [step, time] : steps) state.counters["s_" + step] = time / iterations;
    double processor_whole = 0;
    for (const auto& [step, time] : processor) {
        state.counters["cpu_" + step] = time / iterations;
        if (step != "check") processor_whole += time;
    }
    state.counters["cells_per_cpu_second"] = what.cells * iterations / processor_whole;
    state.counters["proof_bytes"] = static_cast<double>(proof_bytes);
    state.counters["peak_bytes_per_cell"] = static_cast<double>(backend->peak_memory_bytes()) / what.cells;
    state.counters["planned_bytes_per_cell"] = static_cast<double>(prover.planned_bytes()) / what.cells;
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
