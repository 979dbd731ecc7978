// What the calculator says of a proof's size, against proofs. SPDX-License-Identifier: MIT OR Apache-2.0
#include <map>
#include <string>

#include "sluice/soundness/protocol.h"
#include "soundness.h"
#include "support/catch.h"
#include "tiny_machine.h"

namespace sluice::test {
namespace {

/// Enough queries for a mean to mean something, few enough for small trees to have leaves that are not opened.
inline constexpr params::Profile kSized = [] {
    params::Profile profile = params_test::kTest;
    for (params::Opening& opening : profile.openings) {
        for (std::uint32_t& queries : opening.queries) queries = 30;
    }
    return profile;
}();
using Sized = verify::Scheme<kSized, params::OpeningId::basefold_rate_1_2>;
using SizedWhir = verify::Scheme<kSized, params::OpeningId::whir_rate_1_2>;

/// Bytes of shard 1 by label; all leaves and all siblings as one.
std::map<std::string, double> bytes_by_label(const LabelledProof& proof) {
    std::map<std::string, double> bytes;
    for (const ProofPart& part : proof.parts) {
        if (part.table != 1) continue;
        bytes[part.label.substr(0, part.label.find(' '))] += 4.0 * static_cast<double>(part.word_count);
    }
    return bytes;
}

TEMPLATE_TEST_CASE("a table proof has the size that was computed for its shape", "", Sized, SizedWhir) {
    KeyOptions options;
    options.stack_heights = {3, 6, 7};
    const TinyMachine<TestType> machine(options);
    double leaves = 0;
    double siblings = 0;
    double expected_leaves = 0;
    double expected_siblings = 0;
    double rounding = 0;  // siblings are rounded up in each layer of each tree
    for (const unsigned h : {3u, 6u, 7u}) {
        for (const std::uint32_t key : {1u, 20u, 31u, 44u}) {
            CAPTURE(h, key);
            // Heights 6, 5, 1 and 2, which take 8, 8, 4 and 4 places in a stack.
            const auto traces = machine.run({{5, {key, key + 1}}});
            const LabelledProof proof = NaiveProver<TestType>(machine.key(), traces, {3, h}).prove();
            REQUIRE(verdict_of<TestType>(machine.key().bytes, proof.bytes(), machine.statement(5)) == "ok");

            const std::uint32_t cells[3] = {8 + 4, 5 * 4, 8 + 3 * 8 + 4};
            soundness::Shape shape{.chips = 4,
                                   .public_values = 5,
                                   .log_max_rows = 3,          // 6 rows
                                   .log_max_interactions = 2,  // 3 lookups
                                   .columns = 2 + 5 + 5,
                                   .stack_height_log = h,
                                   .stack_columns = {}};
            for (std::size_t group = 0; group < 3; ++group)
                shape.stack_columns[group] = (cells[group] + (1 << h) - 1) >> h;
            const soundness::ProofSize size = soundness::expected_size(kSized, TestType::kOpening, shape);
            std::map<std::string, double> bytes = bytes_by_label(proof);

            CHECK(size.header == bytes["stack_height"] + bytes["heights"] + bytes["public_values"] +
                                     bytes["linked_root"] + bytes["main_root"]);
            CHECK(size.gkr == bytes["roots"] + bytes["gkr_round"] + bytes["gkr_children"]);
            CHECK(size.zerocheck == bytes["zerocheck_round"] + bytes["column_values"]);
            CHECK(size.jagged == bytes["jagged_round"] + bytes["stack_values"]);
            CHECK(size.nonces == bytes["lookup_grinding"] + bytes["batch_grinding"] + bytes["fold_grinding"] +
                                     bytes["query_grinding"]);
            CHECK(size.opening.messages == 8 * (bytes["opening_round"] + bytes["ood_value"]));
            CHECK(size.opening.roots == 8 * bytes["fold_root"]);
            CHECK(size.opening.final_polynomial == 8 * bytes["final"]);
            leaves += bytes["leaf"];
            siblings += bytes["sibling"];
            expected_leaves += size.opening.leaves / 8;
            expected_siblings += size.opening.siblings / 8;
            const params::Opening& opening = TestType::kOpening;
            for (std::uint32_t oracle = 0; oracle < opening.num_oracles(h); ++oracle) {
                rounding += 4 * kSized.digest_length * (oracle == 0 ? 3 : 1) * opening.num_leaves_log(h, oracle);
            }
        }
    }
    // Of these the size is a mean.
    CHECK(leaves / expected_leaves == Approx(1).margin(0.08));
    CHECK(siblings < expected_siblings * 1.08);
    CHECK(siblings > (expected_siblings - rounding) * 0.92);
}

}  // namespace
}  // namespace sluice::test
