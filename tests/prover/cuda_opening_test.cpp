// Openings by the CUDA backend, against the CPU backend's, byte for byte. SPDX-License-Identifier: MIT OR Apache-2.0
#include "basefold.h"
#include "cuda_proofs.h"
#include "whir.h"

namespace sluice::backend_cuda {
namespace {

template <template <unsigned, class> class Prover, unsigned D, class Hasher>
void compare_openings(Proofs<D, Hasher>& proofs, std::mt19937_64& rng) {
    const backend::Layout layout =
        backend::make_layout(proofs.shape.machine, proofs.shape.heights, proofs.shape.stack_height);
    const auto claims = random_claims<backend::StackClaims<D>>(rng, layout.stack_height, layout.stack_columns());
    Conversation<D, Hasher> expected, found;
    REQUIRE(proofs.cpu->prove_opening(proofs.cpu_table, claims, expected.channel).ok());
    const std::uint64_t held = proofs.pool->current();
    proofs.pool->reset_peak();
    const Roots roots = proofs.roots.view();
    REQUIRE(Prover<D, Hasher>(proofs.context, roots, proofs.table, claims).prove(found.channel).ok());
    CHECK(found.bytes == expected.bytes);
    CHECK(found.channel.sample("after") == expected.channel.sample("after"));
    CHECK(proofs.pool->current() == held);
    const std::uint64_t plan = Prover<D, Hasher>::plan(proofs.shape, *proofs.table.opening);
    CHECK(proofs.pool->peak() - held <= plan);
}

TEST_CASE("Basefold opens as on the CPU, within its memory plan") {
    SLUICE_RANDOM(rng);
    for_degrees(params::OpeningId::basefold_rate_1_2,
                [&](auto& proofs) { compare_openings<BasefoldProver>(proofs, rng); });
}

TEST_CASE("WHIR opens as on the CPU, within its memory plan") {
    SLUICE_RANDOM(rng);
    for_degrees(params::OpeningId::whir_rate_1_2, [&](auto& proofs) { compare_openings<WhirProver>(proofs, rng); });
}

}  // namespace
}  // namespace sluice::backend_cuda
