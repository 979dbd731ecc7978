// Programs run on the RV64IM machine's tables, and the debugger's opinion of them. SPDX-License-Identifier: MIT OR
// Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "prover/guest_programs.h"
#include "sluice/abi/features.h"
#include "sluice/chips/rv64_machine.h"
#include "sluice/machine/debug.h"
#include "support/catch.h"

namespace sluice::test {

/// A run's tables.
struct Tables {
    vm::Run run;
    std::vector<machine::TableTrace> shards;  ///< shard i + 1 at index i
    machine::TableTrace boundary;
};

/// A program with its machine and filled tables.
struct MachineRun {
    vm::Program program;
    std::vector<std::uint8_t> input;
    std::vector<std::uint64_t> cuts;
    chips::Rv64Machine machine;
    Tables tables;

    /// Fails the test if the tables cannot be filled. A program that does not name its accelerators has all but Keccak,
    /// whose tables take long to check.
    static MachineRun make(vm::Program program, std::vector<std::uint8_t> input, std::vector<std::uint64_t> cuts = {}) {
        if (!program.features.has_value()) {
            program.features = vm::FeatureWord{.value = SLUICE_FEATURES_ALL & ~SLUICE_FEATURE_KECCAK};
        }
        absl::StatusOr<chips::Rv64Machine> machine = chips::Rv64Machine::make(program);
        INFO(machine.status().ToString());
        REQUIRE(machine.ok());
        vm::ShardPlan plan;
        plan.cuts = cuts;
        const absl::StatusOr<chips::Rv64Run> run = chips::Rv64Run::make(*machine, program, input, plan);
        INFO(run.status().ToString());
        REQUIRE(run.ok());
        Tables tables{run->run(), {}, run->boundary()};
        for (std::uint32_t shard = 1; shard <= run->shard_count(); ++shard) {
            absl::StatusOr<machine::TableTrace> trace = run->shard(shard);
            INFO(trace.status().ToString());
            REQUIRE(trace.ok());
            check_linked(*run, shard, *trace);
            tables.shards.push_back(*std::move(trace));
        }
        return {std::move(program), std::move(input), std::move(cuts), *std::move(machine), std::move(tables)};
    }

    /// What linking gets of a shard is what its tables hold.
    static void check_linked(const chips::Rv64Run& run, std::uint32_t shard, const machine::TableTrace& trace) {
        const absl::StatusOr<machine::TableTrace> linked = run.linked(shard);
        REQUIRE(linked.ok());
        CHECK(linked->public_values == trace.public_values);
        REQUIRE(linked->chips.size() == trace.chips.size());
        for (std::size_t i = 0; i < trace.chips.size(); ++i) {
            CHECK(linked->chips[i].height == trace.chips[i].height);
            CHECK(linked->chips[i].columns[1] == trace.chips[i].columns[1]);
        }
    }

    /// The rows of a chip.
    static machine::ChipTrace& chip(const machine::MachineDescription& description, machine::TableTrace& trace,
                                    std::string_view name) {
        std::size_t index = 0;
        while (description.chips()[index].name != name) ++index;
        return trace.chips[index];
    }

    /// Faults of all tables and of what links them, in words; empty if there are none.
    [[nodiscard]] std::string faults(std::size_t max_faults = 4) const {
        std::string text;
        std::vector<machine::TableInRun> all = {{&machine.boundary(), &tables.boundary}};
        for (const machine::TableTrace& shard : tables.shards) {
            text += machine::describe(machine::find_faults(machine.shards(), shard, max_faults));
            all.push_back({&machine.shards(), &shard});
        }
        text += machine::describe(machine::find_faults(machine.boundary(), tables.boundary, max_faults));
        text += machine::describe(machine::find_link_faults(all, max_faults));
        return text;
    }
};

}  // namespace sluice::test
