// Programs run on the RV64IM machine's tables, and the debugger's opinion of them. SPDX-License-Identifier: MIT OR
// Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "prover/guest_programs.h"
#include "sluice/chips/rv64_machine.h"
#include "sluice/machine/debug.h"
#include "support/catch.h"

namespace sluice::test {

/// A program with its machine and filled tables.
struct MachineRun {
    vm::Program program;
    std::vector<std::uint8_t> input;
    std::vector<std::uint64_t> cuts;
    chips::Rv64Machine machine;
    chips::Rv64Tables tables;

    /// Fails the test if the tables cannot be filled.
    static MachineRun make(vm::Program program, std::vector<std::uint8_t> input, std::vector<std::uint64_t> cuts = {}) {
        absl::StatusOr<chips::Rv64Machine> machine = chips::Rv64Machine::make(program);
        INFO(machine.status().ToString());
        REQUIRE(machine.ok());
        vm::ShardPlan plan;
        plan.cuts = cuts;
        absl::StatusOr<chips::Rv64Tables> tables = chips::fill_tables(*machine, program, input, plan);
        INFO(tables.status().ToString());
        REQUIRE(tables.ok());
        return {std::move(program), std::move(input), std::move(cuts), *std::move(machine), *std::move(tables)};
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
