// The jagged reduction by the CUDA backend, against the CPU backend's, byte for byte. SPDX-License-Identifier: MIT OR
// Apache-2.0
#include "cuda_proofs.h"
#include "jagged.h"

namespace sluice::backend_cuda {
namespace {

template <unsigned D, class Hasher>
void compare_jagged(Proofs<D, Hasher>& proofs, std::mt19937_64& rng) {
    const backend::Layout layout =
        backend::make_layout(proofs.shape.machine, proofs.shape.heights, proofs.shape.stack_height);
    std::size_t columns = 0;
    for (const auto& group : layout.groups) columns += group.size();
    const auto claims =
        random_claims<backend::ColumnClaims<D>>(rng, backend::row_variables(proofs.shape.heights), columns);
    Conversation<D, Hasher> expected, found;
    const auto expected_claims = proofs.cpu->prove_jagged(proofs.cpu_table, claims, expected.channel);
    REQUIRE(expected_claims.ok());
    const std::uint64_t held = proofs.pool->current();
    proofs.pool->reset_peak();
    const auto stack = JaggedProver<D, Hasher>(proofs.context, proofs.table, claims).prove(found.channel);
    REQUIRE(stack.ok());
    CHECK(stack->values == expected_claims->values);
    CHECK(stack->point == expected_claims->point);
    CHECK(found.bytes == expected.bytes);
    CHECK(proofs.pool->current() == held);
    CHECK(proofs.pool->peak() - held <= JaggedProver<D, Hasher>::plan(proofs.shape, proofs.context.tuning));
}

TEST_CASE(
    "the jagged reduction says what it says on the CPU, within its memory plan, whichever rounds share a pass or are a "
    "tail's") {
    SLUICE_RANDOM(rng);
    for_degrees(params::OpeningId::basefold_rate_1_2, [&](auto& proofs) {
        Tuning& tuning = proofs.context.tuning;
        // In a tail: none, those of columns alone, some, and all that can be.
        for (const std::uint64_t tail : {0, 2, 5, 60, 1000, 1 << 20}) {
            // Two in a pass: wherever that may be, in large vectors, nowhere.
            for (const std::uint64_t two : {std::uint64_t{0}, std::uint64_t{100}, ~std::uint64_t{0}}) {
                tuning.tail_values = tail;
                tuning.two_round_values = two;
                CAPTURE(tail, two);
                compare_jagged(proofs, rng);
            }
        }
    });
}

}  // namespace
}  // namespace sluice::backend_cuda
