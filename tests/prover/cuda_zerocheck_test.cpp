// The zerocheck of the CUDA backend, against the CPU backend's: what it sends, byte for byte, and what it claims.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "cuda_proofs.h"
#include "zerocheck.h"

namespace sluice::backend_cuda {
namespace {

template <unsigned D, class Hasher>
void compare_zerocheck(Proofs<D, Hasher>& proofs) {
    Conversation<D, Hasher> expected, found;
    const auto leaves = proofs.cpu->prove_gkr(proofs.cpu_table, proofs.challenges, expected.channel);
    REQUIRE(leaves.ok());
    found.transcript = expected.transcript;
    found.bytes = expected.bytes;
    const auto expected_claims =
        proofs.cpu->prove_zerocheck(proofs.cpu_table, proofs.challenges, *leaves, expected.channel);
    REQUIRE(expected_claims.ok());
    const std::uint64_t held = proofs.pool->current();
    proofs.pool->reset_peak();
    const auto claims =
        ZerocheckProver<D, Hasher>(proofs.context, proofs.table, proofs.challenges, *leaves).prove(found.channel);
    REQUIRE(claims.ok());
    CHECK(claims->point == expected_claims->point);
    CHECK(claims->values == expected_claims->values);
    CHECK(found.bytes == expected.bytes);
    CHECK(proofs.pool->current() == held);
    CHECK(proofs.pool->peak() - held <= ZerocheckProver<D, Hasher>::plan(proofs.shape, proofs.context.tuning));
}

TEST_CASE("the zerocheck says what it says on the CPU, within its memory plan, whichever rounds are a tail's") {
    for_degrees(params::OpeningId::basefold_rate_1_2, [](auto& proofs) {
        // None, single ones, some, and all that can be.
        for (const std::uint64_t pairs : {0, 1, 4, 11, 100, 1 << 20}) {
            CAPTURE(pairs);
            proofs.context.tuning.tail_pairs = pairs;
            compare_zerocheck(proofs);
        }
    });
}

}  // namespace
}  // namespace sluice::backend_cuda
