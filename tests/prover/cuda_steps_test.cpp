// The steps of a table proof by the CUDA backend, each against the CPU backend's: what they send, byte for byte, and
// what they claim. SPDX-License-Identifier: MIT OR Apache-2.0
#include "cuda_proofs.h"
#include "gkr.h"

namespace sluice::backend_cuda {
namespace {

template <unsigned D, class Hasher>
void compare_gkr(Proofs<D, Hasher>& proofs) {
    Conversation<D, Hasher> expected;
    const auto expected_claims = proofs.cpu->prove_gkr(proofs.cpu_table, proofs.challenges, expected.channel);
    REQUIRE(expected_claims.ok());
    const auto compare = [&](std::uint64_t tail_groups, std::uint64_t two_round_groups) {
        CAPTURE(tail_groups, two_round_groups);
        proofs.context.tuning.tail_groups = tail_groups;
        proofs.context.tuning.two_round_groups = two_round_groups;
        Conversation<D, Hasher> found;
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
    };
    // A tail of no rounds, of single ones, of some, and of all that it can have; two rounds in a pass wherever they can
    // be, in large layers, and nowhere.
    for (const std::uint64_t tail_groups : {0, 1, 9, 40, 200, 1 << 20}) {
        for (const std::uint64_t two_round_groups : {std::uint64_t{0}, std::uint64_t{200}, ~std::uint64_t{0}})
            compare(tail_groups, two_round_groups);
    }
}

TEST_CASE("GKR says what it says on the CPU, within its memory plan, whichever rounds are a tail's or share a pass") {
    for_degrees(params::OpeningId::basefold_rate_1_2, [](auto& proofs) { compare_gkr(proofs); });
}

}  // namespace
}  // namespace sluice::backend_cuda
