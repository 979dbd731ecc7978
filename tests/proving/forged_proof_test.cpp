// Proofs put together from parts that do not belong together: all are refused, each by the check that is there for it.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <array>

#include "forge.h"
#include "prover/guest_programs.h"

namespace sluice::test {
namespace {

using Bytes = Forge::Bytes;

/// Adds 1 to the input's number round after round; the exit code is 3.
vm::Program program() {
    Assembler text;
    text.li(s0, SLUICE_INPUT_BEGIN + 8 + 32);
    text.li(s1, SLUICE_HEAP_BEGIN);
    text.ld(t0, s0, 0);
    text.li(t1, 60);
    text.label("loop");
    text.addi(t0, t0, 1);
    text.sd(t0, s1, 0);
    text.addi(t1, t1, -1);
    text.bne(t1, zero, "loop");
    halt(text, 3);
    vm::Program program = make_program(text);
    program.features = vm::FeatureWord{};  // no accelerators: their tables take time
    return program;
}

/// Two runs of one program over the same cuts.
struct TwoRuns {
    Forge forge{program(), {16}, 1u << 20};
    std::array<chips::Rv64Run, 2> traces{trace(1), trace(2)};
    std::array<Forge::Run, 2> proofs{forge.prove(traces[0]), forge.prove(traces[1])};

    static const TwoRuns& get() {
        static const TwoRuns runs;
        return runs;
    }
    [[nodiscard]] const Forge::Run& run(std::size_t index) const { return proofs[index]; }
    [[nodiscard]] Bytes assemble(const Forge::Run& run) const { return forge.assemble(run); }
    [[nodiscard]] std::string verdict(const Bytes& proof, std::int32_t exit_code = 3) const {
        return forge.verdict(proof, exit_code);
    }

 private:
    [[nodiscard]] chips::Rv64Run trace(std::uint8_t number) const {
        Bytes input = empty_input();
        input.resize(40);
        input[32] = number;
        vm::ShardPlan plan;
        plan.cuts = {90, 170};
        return forge.trace(input, plan);
    }
};

TEST_CASE("shards and boundaries of other places and other runs make no proof") {
    const TwoRuns& forge = TwoRuns::get();
    const auto refused = [&](const Forge::Run& run, const std::string& check) {
        const std::string found = forge.verdict(forge.assemble(run));
        INFO(found);
        CHECK(check_of(found) == check);
    };
    CHECK(forge.verdict(forge.assemble(forge.run(0))) == "");
    CHECK(forge.verdict(forge.assemble(forge.run(1))) == "");

    SECTION("two shards swapped, headers and all") {
        Forge::Run run = forge.run(0);
        std::swap(run.link.tables[1], run.link.tables[2]);
        std::swap(run.parts[1], run.parts[2]);
        refused(run, "shard_index_value");
    }
    SECTION("two shards' bodies swapped under the right headers") {
        Forge::Run run = forge.run(0);
        std::swap(run.parts[1].body, run.parts[2].body);
        CHECK(forge.verdict(forge.assemble(run)) != "");
    }
    SECTION("the last shard dropped") {
        Forge::Run run = forge.run(0);
        run.link.tables.pop_back();
        run.parts.pop_back();
        run.link.shards -= 1;
        refused(run, "last_shard_value");
    }
    SECTION("the first shard dropped") {
        Forge::Run run = forge.run(0);
        run.link.tables.erase(run.link.tables.begin() + 1);
        run.parts.erase(run.parts.begin() + 1);
        run.link.shards -= 1;
        refused(run, "shard_index_value");
    }
    SECTION("a shard twice") {
        Forge::Run run = forge.run(0);
        run.link.tables.insert(run.link.tables.begin() + 2, run.link.tables[2]);
        run.parts.insert(run.parts.begin() + 2, run.parts[2]);
        run.link.shards += 1;
        refused(run, "shard_index_value");
    }
    SECTION("any table of another run of the same program") {
        for (std::size_t table = 0; table < forge.run(0).parts.size(); ++table) {
            Forge::Run run = forge.run(0);
            run.link.tables[table] = forge.run(1).link.tables[table];
            run.parts[table] = forge.run(1).parts[table];
            CHECK(forge.verdict(forge.assemble(run)) != "");
            // Its body alone, under the header of its place.
            run.link.tables[table] = forge.run(0).link.tables[table];
            run.parts[table] = forge.run(0).parts[table];
            run.parts[table].body = forge.run(1).parts[table].body;
            CHECK(forge.verdict(forge.assemble(run)) != "");
        }
    }
    SECTION("any table of another run, proved under the link that it makes with the others") {
        for (std::uint32_t table = 0; table < forge.run(0).parts.size(); ++table) {
            Forge::Run run = forge.run(0);
            run.link.tables[table] = forge.run(1).link.tables[table];
            run.link = forge.forge.tie(run.link.tables);
            for (std::uint32_t i = 0; i < run.parts.size(); ++i)
                run.parts[i] = forge.forge.prove_table(run.link, forge.traces[i == table ? 1 : 0], i);
            refused(run, "link_sum");
        }
    }
    SECTION("another run's challenge") {
        Forge::Run run = forge.run(0);
        run.link.nonce = run.link.nonce + math::KoalaBear::one();
        CHECK(forge.verdict(forge.assemble(run)) != "");
    }
    SECTION("another exit code") {
        CHECK(check_of(forge.verdict(forge.assemble(forge.run(0)), 0)) == "statement");
    }
}

TEST_CASE("no sampled byte of a run's proof can be changed, and nothing cut or added") {
    const TwoRuns& forge = TwoRuns::get();
    SLUICE_RANDOM(rng);
    const Bytes proof = forge.assemble(forge.run(0));
    for (int round = 0; round < 60; ++round) {
        Bytes changed = proof;
        const std::size_t at = rng() % proof.size();
        changed[at] ^= static_cast<std::uint8_t>(1u << rng() % 8);
        INFO("byte " << at << " of " << proof.size());
        CHECK(forge.verdict(changed) != "");
    }
    CHECK(forge.verdict(Bytes(proof.begin(), proof.end() - 1)) != "");
    Bytes longer = proof;
    longer.push_back(0);
    CHECK(forge.verdict(longer) != "");
    CHECK(forge.verdict({}) != "");
}

}  // namespace
}  // namespace sluice::test
