// The verifier accepts what is true: honest proofs of the naive prover. SPDX-License-Identifier: MIT OR Apache-2.0
#include "execution.h"
#include "sluice/params_test/profile.h"
#include "support/catch.h"
#include "tiny_machine.h"

namespace sluice::test {
namespace {

using Narrow = verify::Scheme<params_test::kTest>;
using Wide = verify::Scheme<params_test::kTestWide>;

template <class S>
std::string check(const std::vector<std::uint8_t>& key, const std::vector<std::uint8_t>& proof,
                  const std::vector<std::uint32_t>& statement) {
    std::vector<std::uint8_t> memory(1 << 22);
    Arena arena(memory.data(), memory.size());
    const verify::Verdict verdict = verify::verify_execution<S>(key, proof, statement, arena);
    return std::string(verify::name(verdict.status)) + " " + std::to_string(verdict.table) + " " +
           std::to_string(verdict.position);
}

TEST_CASE("a tiny run is accepted") {
    const TinyMachine<Narrow> machine;
    const auto traces = machine.run({{2, {3, 5}}, {1, {5}}});
    const NaiveProver<Narrow> prover(machine.key(), traces, {3, 3, 3});
    CHECK(check<Narrow>(machine.key().bytes, prover.prove().bytes(), machine.statement(3)) == "ok 0 0");
}

}  // namespace
}  // namespace sluice::test
