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
void add_profile(const params::Profile& profile) {
    auto* const made =
        benchmark::RegisterBenchmark(("proof/" + std::string(profile.name)).c_str(), proof<D, Hasher>, profile);
    made->UseManualTime()->Unit(benchmark::kMillisecond);
    if (Subject::get().card()) {
        made->Arg(24)->Arg(26)->Arg(28);
    } else {
        made->Arg(15);
    }
}

}  // namespace

void add_proof_benchmarks() {
    // The twin would grind for a minute.
    const bool card = Subject::get().card();
    add_profile<4, hash::Poseidon2Hasher16>(card ? params::kBits100 : params_test::kTest);
    add_profile<5, hash::Poseidon2Hasher24>(card ? params::kBits128 : params_test::kTestWide);
}

}  // namespace sluice::backend_cuda
