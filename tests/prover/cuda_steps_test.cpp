// The steps of a table proof by the CUDA backend, each against the CPU backend's: what they send, byte for byte, and
// what they claim. SPDX-License-Identifier: MIT OR Apache-2.0
#include "cuda_proofs.h"
#include "gkr.h"

namespace sluice::backend_cuda {
namespace {

template <unsigned D, class Hasher>
void compare_gkr(Proofs<D, Hasher>& proofs) {
    Conversation<D, Hasher> expected, found;
    const auto expected_claims = proofs.cpu->prove_gkr(proofs.cpu_table, proofs.challenges, expected.channel);
    REQUIRE(expected_claims.ok());
    const std::uint64_t held = proofs.pool->current();
    proofs.pool->reset_peak();
    const auto claims = GkrProver<D, Hasher>(proofs.context, proofs.table, proofs.challenges).prove(found.channel);
    REQUIRE(claims.ok());
    CHECK(claims->roots == expected_claims->roots);
    CHECK(claims->values == expected_claims->values);
    CHECK(claims->point == expected_claims->point);
    CHECK(found.bytes == expected.bytes);
    CHECK(proofs.pool->current() == held);
    CHECK(proofs.pool->peak() - held <= GkrProver<D, Hasher>::plan(proofs.shape, proofs.context.tuning));
}

TEST_CASE("GKR says what it says on the CPU, within its memory plan, whichever rounds are a tail's") {
    for_degrees(params::OpeningId::basefold_rate_1_2, [](auto& proofs) {
        // None, single ones, some, and all that can be.
        for (const std::uint64_t groups : {0, 1, 9, 40, 200, 1 << 20}) {
            CAPTURE(groups);
            proofs.context.tuning.tail_groups = groups;
            compare_gkr(proofs);
        }
    });
}

}  // namespace
}  // namespace sluice::backend_cuda
