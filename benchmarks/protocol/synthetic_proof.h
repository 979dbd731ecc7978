// Measures whole proofs of the synthetic machine, by step. SPDX-License-Identifier: MIT OR Apache-2.0
//
// Cells are those of all columns, preprocessed ones too, without padding. Grinding is included; the verification of the
// proof, which the prover does before it returns one, is measured as a step and not included. `s_` counters are seconds
// of each step, `cpu_` counters its processor time over all threads, which means something on a busy machine too.
#pragma once

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
#include <vector>

#include "sluice/protocol/prover.h"
#include "sluice/toys/synthetic.h"

namespace sluice::bench {

/// The machine with tables of about 2^log_cells cells.
struct Synthetic {
    unsigned log_cells;
    machine::MachineDescription machine;
    machine::TableTrace trace;
    double cells = 0;

    explicit Synthetic(unsigned size)
        : log_cells(size), machine(*toys::synthetic_machine()), trace(toys::synthetic_trace(std::uint64_t{1} << size)) {
        for (std::size_t chip = 0; chip < trace.chips.size(); ++chip) {
            for (const std::uint32_t width : machine.chips()[chip].widths)
                cells += double{1} * width * trace.chips[chip].height;
        }
    }
    /// The one that was asked for last is kept.
    static const Synthetic& of(unsigned log_cells) {
        static std::unique_ptr<Synthetic> last;
        if (last == nullptr || last->log_cells != log_cells) {
            last.reset();
            last = std::make_unique<Synthetic>(log_cells);
        }
        return *last;
    }
};

struct ProofOptions {
    unsigned log_cells;
    std::vector<std::uint32_t> stack_heights;  ///< of the key; the prover chooses one
    unsigned stack_height = 0;                 ///< instead of the prover's choice, if not 0
    bool check = true;                         ///< verify, as the prover does; profiles of tests are refused
};

/// One whole proof an iteration.
template <unsigned D, class Hasher, class Backend>
void prove_synthetic(benchmark::State& state, Backend& backend, const params::Profile& profile,
                     const ProofOptions& proof_options) {
    const Synthetic& what = Synthetic::of(proof_options.log_cells);
    protocol::KeyOptions options;
    options.profile = &profile;
    const char* opening = std::getenv("SLUICE_BENCH_OPENING");
    options.opening = opening != nullptr && std::string_view(opening) == "whir" ? params::OpeningId::whir_rate_1_2
                                                                                : params::OpeningId::basefold_rate_1_2;
    options.stack_heights = proof_options.stack_heights;
    auto key = protocol::ProvingKey<D, Hasher>::make(backend, options, {&what.machine, nullptr});
    if (!key.ok()) return state.SkipWithError(std::string(key.status().message()).c_str());

    std::map<std::string, double> steps;
    std::map<std::string, double> processor;
    std::clock_t clock = 0;
    protocol::ProverOptions prover_options;
    prover_options.stack_height = proof_options.stack_height;
    if (!proof_options.check) prover_options.check = nullptr;
    prover_options.on_step = [&](std::string_view step, double seconds) {
        steps[std::string(step)] += seconds;
        const std::clock_t now = std::clock();
        processor[std::string(step)] += static_cast<double>(now - clock) / CLOCKS_PER_SEC;
        clock = now;
    };
    protocol::Prover<D, Hasher> prover(backend, *key, prover_options);
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
    state.counters["peak_bytes_per_cell"] = static_cast<double>(backend.peak_memory_bytes()) / what.cells;
    state.counters["planned_bytes_per_cell"] = static_cast<double>(prover.planned_bytes()) / what.cells;
}

}  // namespace sluice::bench
