// The verifier accepts what is true: honest proofs of the naive prover, of all shapes. SPDX-License-Identifier: MIT OR
// Apache-2.0
#include <fstream>

#include "soundness.h"
#include "support/catch.h"
#include "tiny_machine.h"

namespace sluice::test {
namespace {

template <class S>
std::string prove_and_verify(const std::vector<typename TinyMachine<S>::ShardPlan>& plan,
                             const std::vector<unsigned>& stack_heights) {
    KeyOptions options;
    options.stack_heights = {2, 3, 4, 6};
    const TinyMachine<S> machine(options);
    std::uint32_t steps = 0;
    for (const auto& shard : plan) steps += shard.steps;
    const NaiveProver<S> prover(machine.key(), machine.run(plan), stack_heights);
    return verdict_of<S>(machine.key().bytes, prover.prove().bytes(), machine.statement(steps));
}

TEST_CASE("honest runs are accepted") {
    CHECK(prove_and_verify<Narrow>({{2, {3, 5}}, {1, {5}}}, {3, 3, 3}) == "ok");
    CHECK(prove_and_verify<Wide>({{2, {3, 5}}, {1, {5}}}, {3, 3, 3}) == "ok");
    CHECK(prove_and_verify<NarrowWhir>({{2, {3, 5}}, {1, {5}}}, {3, 3, 3}) == "ok");
    CHECK(prove_and_verify<WideWhir>({{2, {3, 5}}, {1, {5}}}, {3, 3, 3}) == "ok");
}

TEST_CASE("a shard of one row, and tables that are absent, are accepted") {
    CHECK(prove_and_verify<Narrow>({{1, {}}}, {2, 2}) == "ok");
    CHECK(prove_and_verify<Wide>({{0, {}}}, {3, 3}) == "ok");
    CHECK(prove_and_verify<Narrow>({{0, {}}, {0, {7}}}, {2, 3, 4}) == "ok");
}

TEST_CASE("stacks with and without folds are accepted, and tables of one execution may have different ones") {
    // final_log is 2 for one profile and 3 for the other; groups of 2 and of 3 variables.
    CHECK(prove_and_verify<Narrow>({{4, {1, 2, 3}}, {2, {1}}}, {2, 6, 3}) == "ok");
    CHECK(prove_and_verify<Wide>({{4, {1, 2, 3}}, {2, {1}}}, {6, 4, 2}) == "ok");
    CHECK(prove_and_verify<NarrowWhir>({{4, {1, 2, 3}}, {2, {1}}}, {2, 6, 3}) == "ok");
    CHECK(prove_and_verify<WideWhir>({{4, {1, 2, 3}}, {2, {1}}}, {6, 4, 2}) == "ok");
}

TEST_CASE("heights around powers of two and multiples of four are accepted") {
    for (const std::uint32_t words : {1u, 3u, 4u, 5u, 7u, 8u, 9u}) {
        typename TinyMachine<Wide>::ShardPlan shard{1, {}};
        for (std::uint32_t key = 0; key < words; ++key) shard.keys.push_back(10 * key);
        INFO(words << " words");
        CHECK(prove_and_verify<Wide>({shard, {0, {10}}}, {3, 4, 3}) == "ok");
    }
}

TEMPLATE_TEST_CASE("the verifier takes no more memory than it says, and leaves the arena as it was", "", Wide,
                   WideWhir) {
    KeyOptions options;
    options.stack_heights = {3, 7};
    const TinyMachine<TestType> machine(options);
    const auto proof = NaiveProver<TestType>(machine.key(), machine.run({{2, {3}}}), {3, 7}).prove().bytes();
    std::vector<std::uint64_t> memory(1 << 17);
    Arena arena(memory.data(), memory.size() * 8);
    const auto statement = machine.statement(2);
    REQUIRE(verify::verify_execution<TestType>(machine.key().bytes, proof, statement, arena).ok());
    CHECK(arena.used() == 0);
    CHECK(arena.peak() < verify::scratch_bytes(machine.key().bytes.size(), proof.size()));
    for (std::size_t size = 0; size < arena.peak(); size += 64) {
        Arena small(memory.data(), size);
        const verify::Verdict verdict =
            verify::verify_execution<TestType>(machine.key().bytes, proof, statement, small);
        const bool key = verdict.status == verify::Status::malformed_key &&
                         verdict.position == static_cast<std::uint32_t>(machine::KeyStatus::scratch_exhausted);
        INFO(size << " bytes of memory: " << in_words(verdict));
        CHECK((key || verdict.status == verify::Status::scratch_exhausted));
    }
}

TEMPLATE_TEST_CASE("the shipped verifier refuses keys of profiles that are made for tests", "", Narrow, NarrowWhir) {
    const TinyMachine<TestType> machine;
    const auto proof = NaiveProver<TestType>(machine.key(), machine.run({{2, {3}}}), {3, 3}).prove().bytes();
    std::vector<std::uint64_t> memory(1 << 17);
    Arena arena(memory.data(), memory.size() * 8);
    const auto statement = machine.statement(2);
    CHECK(verify::verify(machine.key().bytes, proof, statement, arena).status == verify::Status::unsupported_profile);
}

/// What goes into and comes out of transcripts, as the Python side writes it: calls with the same label one after
/// another are one line.
struct TraceLines {
    std::vector<std::string>* lines = nullptr;
    std::string* last = nullptr;
    void operator()(std::string_view label, hash::Direction direction, const KoalaBear* elements,
                    std::size_t count) const {
        const std::string call = std::string(label) + (direction == hash::Direction::absorb ? " absorb" : " sample");
        if (*last != call) lines->push_back(call);
        *last = call;
        for (std::size_t i = 0; i < count; ++i) lines->back() += " " + std::to_string(elements[i].canonical());
    }
};

TEST_CASE("the transcripts of a whole verification are those of the golden trace, which the Python side has written") {
    KeyOptions options;
    options.stack_heights = {3, 4, 5, 7, 13};
    const TinyMachine<Narrow> machine(options);
    const auto proof =
        NaiveProver<Narrow>(machine.key(), machine.run({{2, {3, 5}}, {1, {5}}}), {3, 7, 3}).prove().bytes();
    std::vector<std::uint64_t> memory(1 << 17);
    Arena arena(memory.data(), memory.size() * 8);
    std::vector<std::string> lines;
    std::string last;
    using Traced = verify::Scheme<params_test::kTest, Narrow::kOpening.id, TraceLines>;
    REQUIRE(verify::verify_execution<Traced>(machine.key().bytes, proof, machine.statement(3), arena,
                                             TraceLines{&lines, &last})
                .ok());
    std::ifstream file(SLUICE_VERIFY_TRACE);
    REQUIRE(file.good());
    std::size_t line = 0;
    for (std::string expected; std::getline(file, expected); ++line) {
        REQUIRE(line < lines.size());
        INFO("line " << line + 1);
        REQUIRE(lines[line] == expected);
    }
    CHECK(line == lines.size());
    CHECK(line > 200);
}

}  // namespace
}  // namespace sluice::test
