// Proofs of a program's runs made table by table with a shipped profile, and put together in any way.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "sluice/backend_cpu/cpu_backend.h"
#include "sluice/chips/rv64_machine.h"
#include "sluice/protocol/prover.h"
#include "sluice/proving/program_prover.h"
#include "support/catch.h"

namespace sluice::test {

/// A prover that asks nothing: it proves and assembles what it is given, true or false.
class Forge {
 public:
    using Bytes = std::vector<std::uint8_t>;
    using Hasher = hash::Poseidon2Hasher16;
    using Prover = protocol::Prover<4, Hasher>;
    using Link = protocol::Link<4, Hasher>;
    using Part = protocol::TableProof<4, Hasher>;

    /// A proof in pieces: what linking fixes and the tables' proofs, both the boundary's first.
    struct Run {
        Link link;
        std::vector<Part> parts;
    };

    Forge(vm::Program program, std::vector<std::uint32_t> stack_heights, std::uint32_t max_link_terms)
        : backend_(backend_cpu::make_backend<4, Hasher>({})), program_(std::move(program)) {
        auto machine = chips::Rv64Machine::make(program_);
        REQUIRE(machine.ok());
        machine_ = std::make_unique<chips::Rv64Machine>(*std::move(machine));
        protocol::KeyOptions options;
        options.stack_heights = std::move(stack_heights);
        options.max_shards = 64;
        options.max_link_terms = max_link_terms;
        auto key =
            protocol::ProvingKey<4, Hasher>::make(*backend_, options, {&machine_->shards(), &machine_->boundary()});
        REQUIRE(key.ok());
        key_ = std::make_unique<protocol::ProvingKey<4, Hasher>>(*std::move(key));
        protocol::ProverOptions prover_options;
        prover_options.check = nullptr;
        prover_options.refuse_false_tables = false;
        prover_ = std::make_unique<Prover>(*backend_, *key_, prover_options);
    }

    [[nodiscard]] const vm::Program& program() const { return program_; }
    [[nodiscard]] const chips::Rv64Machine& machine() const { return *machine_; }

    [[nodiscard]] chips::Rv64Run trace(ByteView input, const vm::ShardPlan& plan) const {
        auto run = chips::Rv64Run::make(*machine_, program_, input, plan);
        INFO(run.status().ToString());
        REQUIRE(run.ok());
        return *std::move(run);
    }
    /// Pass 1 of a run.
    [[nodiscard]] Link link(const chips::Rv64Run& run) const {
        auto link = prover_->link({.shards = run.shard_count(),
                                   .shard = [&](std::uint32_t shard) { return run.shard(shard); },
                                   .boundary = [&] { return absl::StatusOr<machine::TableTrace>(run.boundary()); },
                                   .linked = [&](std::uint32_t shard) { return run.linked(shard); }});
        REQUIRE(link.ok());
        return *std::move(link);
    }
    /// The challenges that follow from these tables, whatever runs they are of: a forger makes the link's work too.
    [[nodiscard]] Link tie(const std::vector<protocol::LinkedTable<Hasher>>& tables) const {
        auto link = prover_->tie(tables);
        REQUIRE(link.ok());
        return *std::move(link);
    }
    /// The proof of a run's table under a link.
    [[nodiscard]] Part prove_table(const Link& link, const chips::Rv64Run& run, std::uint32_t table) const {
        auto trace = table == 0 ? absl::StatusOr<machine::TableTrace>(run.boundary()) : run.shard(table);
        REQUIRE(trace.ok());
        auto part = prover_->prove_table(link, table, *std::move(trace));
        INFO(part.status().ToString());
        REQUIRE(part.ok());
        return *std::move(part);
    }
    [[nodiscard]] Run prove(const chips::Rv64Run& run) const {
        Run out{link(run), {}};
        for (std::uint32_t table = 0; table <= run.shard_count(); ++table)
            out.parts.push_back(prove_table(out.link, run, table));
        return out;
    }

    /// A proof of these parts as they are.
    [[nodiscard]] Bytes assemble(const Run& run) const { return prover_->assemble(run.link, run.parts).value(); }
    /// What the verifier says: empty if the proof holds.
    [[nodiscard]] std::string verdict(const Bytes& proof, std::int32_t exit_code = 0, ByteView output = {}) const {
        return std::string(proving::verify_run(key_->body(), proof, exit_code, output).message());
    }

 private:
    std::unique_ptr<backend_cpu::CpuBackend<4, Hasher>> backend_;
    vm::Program program_;
    std::unique_ptr<chips::Rv64Machine> machine_;
    std::unique_ptr<protocol::ProvingKey<4, Hasher>> key_;
    std::unique_ptr<Prover> prover_;
};

/// The check that a verdict names: "refused by check link_sum in table 0 at 0: ..." gives "link_sum"; empty if none.
inline std::string check_of(const std::string& verdict) {
    const std::string begin = "refused by check ";
    if (verdict.rfind(begin, 0) != 0) return "";
    return verdict.substr(begin.size(), verdict.find(' ', begin.size()) - begin.size());
}

}  // namespace sluice::test
