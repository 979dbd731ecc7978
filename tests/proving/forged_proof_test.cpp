// Proofs put together from parts that do not belong together: all are refused, each by the check that is there for it.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <array>

#include "prover/guest_programs.h"
#include "sluice/backend_cpu/cpu_backend.h"
#include "sluice/chips/rv64_machine.h"
#include "sluice/protocol/prover.h"
#include "sluice/proving/program_prover.h"
#include "support/catch.h"

namespace sluice::test {
namespace {

using Bytes = std::vector<std::uint8_t>;
using Hasher = hash::Poseidon2Hasher16;
using Prover = protocol::Prover<4, Hasher>;
using Link = protocol::Link<4, Hasher>;
using Part = protocol::TableProof<4, Hasher>;

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

/// Two runs of one program over the same cuts, proved table by table with a shipped profile.
class Forge {
 public:
    struct Run {
        Link link;
        std::vector<Part> parts;  ///< the boundary's, then the shards'
    };

    Forge() : backend_(backend_cpu::make_backend<4, Hasher>({})), program_(program()) {
        auto machine = chips::Rv64Machine::make(program_);
        REQUIRE(machine.ok());
        machine_ = std::make_unique<chips::Rv64Machine>(*std::move(machine));
        protocol::KeyOptions options;
        options.stack_heights = {16};
        options.max_shards = 8;
        options.max_link_terms = 1u << 20;
        auto key =
            protocol::ProvingKey<4, Hasher>::make(*backend_, options, {&machine_->shards(), &machine_->boundary()});
        REQUIRE(key.ok());
        key_ = std::make_unique<protocol::ProvingKey<4, Hasher>>(*std::move(key));
        protocol::ProverOptions prover_options;
        prover_options.check = nullptr;
        prover_options.refuse_false_tables = false;
        prover_ = std::make_unique<Prover>(*backend_, *key_, prover_options);
        runs_ = {prove(1), prove(2)};
    }
    static Forge& get() {
        static Forge forge;
        return forge;
    }

    [[nodiscard]] const Run& run(std::size_t index) const { return runs_[index]; }
    /// A proof of these parts as they are.
    Bytes assemble(const Run& run) { return prover_->assemble(run.link, run.parts).value(); }
    [[nodiscard]] std::string verdict(const Bytes& proof, std::int32_t exit_code = 3) const {
        return std::string(proving::verify_run(key_->body(), proof, exit_code, {}).message());
    }

 private:
    Run prove(std::uint8_t number) {
        Bytes input = empty_input();
        input.resize(40);
        input[32] = number;
        vm::ShardPlan plan;
        plan.cuts = {90, 170};
        const auto run = chips::Rv64Run::make(*machine_, program_, input, plan);
        REQUIRE(run.ok());
        const protocol::ExecutionTables tables{
            .shards = run->shard_count(),
            .shard = [&](std::uint32_t shard) { return run->shard(shard); },
            .boundary = [&] { return absl::StatusOr<machine::TableTrace>(run->boundary()); },
            .linked = [&](std::uint32_t shard) { return run->linked(shard); }};
        auto link = prover_->link(tables);
        REQUIRE(link.ok());
        Run out{*std::move(link), {}};
        for (std::uint32_t table = 0; table <= tables.shards; ++table) {
            auto part = prover_->prove_table(out.link, table, *(table == 0 ? tables.boundary() : tables.shard(table)));
            REQUIRE(part.ok());
            out.parts.push_back(*std::move(part));
        }
        return out;
    }

    std::unique_ptr<backend_cpu::CpuBackend<4, Hasher>> backend_;
    vm::Program program_;
    std::unique_ptr<chips::Rv64Machine> machine_;
    std::unique_ptr<protocol::ProvingKey<4, Hasher>> key_;
    std::unique_ptr<Prover> prover_;
    std::array<Run, 2> runs_;
};

std::string refused_by(const std::string& check) {
    return "refused by check " + check;
}

TEST_CASE("shards and boundaries of other places and other runs make no proof") {
    Forge& forge = Forge::get();
    const auto begins = [&](const Forge::Run& run, const std::string& check) {
        const std::string found = forge.verdict(forge.assemble(run));
        INFO(found);
        CHECK(found.substr(0, refused_by(check).size()) == refused_by(check));
    };
    CHECK(forge.verdict(forge.assemble(forge.run(0))) == "");
    CHECK(forge.verdict(forge.assemble(forge.run(1))) == "");

    SECTION("two shards swapped, headers and all") {
        Forge::Run run = forge.run(0);
        std::swap(run.link.tables[1], run.link.tables[2]);
        std::swap(run.parts[1], run.parts[2]);
        begins(run, "shard_index_value");
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
        begins(run, "last_shard_value");
    }
    SECTION("the first shard dropped") {
        Forge::Run run = forge.run(0);
        run.link.tables.erase(run.link.tables.begin() + 1);
        run.parts.erase(run.parts.begin() + 1);
        run.link.shards -= 1;
        begins(run, "shard_index_value");
    }
    SECTION("a shard twice") {
        Forge::Run run = forge.run(0);
        run.link.tables.insert(run.link.tables.begin() + 2, run.link.tables[2]);
        run.parts.insert(run.parts.begin() + 2, run.parts[2]);
        run.link.shards += 1;
        begins(run, "shard_index_value");
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
    SECTION("another run's challenge") {
        Forge::Run run = forge.run(0);
        run.link.nonce = run.link.nonce + math::KoalaBear::one();
        CHECK(forge.verdict(forge.assemble(run)) != "");
    }
    SECTION("another exit code") {
        const std::string found = forge.verdict(forge.assemble(forge.run(0)), 0);
        CHECK(found.substr(0, refused_by("statement").size()) == refused_by("statement"));
    }
}

TEST_CASE("no sampled byte of a run's proof can be changed, and nothing cut or added") {
    Forge& forge = Forge::get();
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
