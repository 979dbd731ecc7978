// Whole proofs on the device. SPDX-License-Identifier: MIT OR Apache-2.0
#include <algorithm>
#include <string>
#include <vector>

#include "../protocol/synthetic_proof.h"
#include "bench.h"
#include "sluice/backend_cuda/cuda_backend.h"
#include "sluice/params_test/profile.h"

namespace sluice::backend_cuda {

namespace {

template <unsigned D, class Hasher>
void proof(benchmark::State& state, const params::Profile& profile) {
    const auto log_cells = static_cast<unsigned>(state.range(0));
    const CudaOptions options{.device = Subject::get().device(),
                              .memory_bytes = Subject::get().card() ? 0 : std::uint64_t{1} << 30};
    auto backend = make_backend<D, Hasher>(options);
    if (!backend.ok()) return state.SkipWithError(std::string(backend.status().message()).c_str());
    // About 64 stack columns.
    const unsigned height = std::clamp(log_cells - 6, 10U, 22U);
    bench::prove_synthetic<D, Hasher>(
        state, **backend, profile, {.log_cells = log_cells, .stack_heights = {height}, .check = Subject::get().card()});
}

template <unsigned D, class Hasher>
void add_profile(const params::Profile& profile, unsigned log_cells) {
    const std::string name = "proof/" + std::string(profile.name);
    benchmark::RegisterBenchmark(name.c_str(), proof<D, Hasher>, profile)
        ->Arg(log_cells)
        ->UseManualTime()
        ->Unit(benchmark::kMillisecond);
}

}  // namespace

void add_proof_benchmarks() {
    // Profiles of tests on the twin, which would grind for a minute.
    const bool card = Subject::get().card();
    for (const unsigned log_cells : card ? std::vector<unsigned>{24, 26, 28} : std::vector<unsigned>{15}) {
        add_profile<4, hash::Poseidon2Hasher16>(card ? params::kBits100 : params_test::kTest, log_cells);
        add_profile<5, hash::Poseidon2Hasher24>(card ? params::kBits128 : params_test::kTestWide, log_cells);
    }
}

}  // namespace sluice::backend_cuda
