// A program's tables against a second machine written from the manual. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include "machine_run.h"
#include "programs.h"

namespace sluice::test {

inline NaiveMachine naive_run(const vm::Program& program, const std::vector<std::uint8_t>& input) {
    NaiveMachine machine;
    machine.pc = program.entry;
    machine.ranges = {{SLUICE_STACK_BEGIN, SLUICE_STACK_END, "rw"},
                      {SLUICE_HEAP_BEGIN, SLUICE_HEAP_END, "rw"},
                      {SLUICE_INPUT_BEGIN, SLUICE_INPUT_END, "r"}};
    for (const vm::Segment& segment : program.segments) {
        const std::string permissions =
            std::string(segment.readable ? "r" : "") + (segment.writable ? "w" : "") + (segment.executable ? "x" : "");
        machine.ranges.push_back(
            {segment.address, (std::uint64_t{segment.end()} + 0xffff) / 0x10000 * 0x10000, permissions});
        machine.put(segment.address, segment.bytes);
    }
    std::vector<std::uint8_t> length(8);
    store_le<std::uint64_t>(length.data(), input.size());
    machine.put(SLUICE_INPUT_BEGIN, length);
    machine.put(SLUICE_INPUT_BEGIN + 8, input);
    while (machine.step()) {
    }
    return machine;
}

/// Each shard links the words that the emulator says it touches, and x0 and the sink where it touches them.
inline void check_touched(MachineRun& run) {
    vm::ShardPlan plan;
    plan.cuts = run.cuts;
    const auto counted = vm::account_shards(run.program, run.input, std::array{plan});
    REQUIRE(counted.ok());
    for (std::size_t i = 0; i < run.tables.shards.size(); ++i) {
        machine::ChipTrace& words = run.chip(run.machine.shards(), run.tables.shards[i], "shard_ram");
        std::uint64_t own = 0;
        for (std::uint32_t row = 0; row < words.height; ++row) {
            const std::uint32_t key = words.at(machine::Group::linked, 1, row).canonical();
            own += key == 0 || key == 32;
        }
        CHECK(words.height - own == counted->reports[0].shards[i].touched.total().words8);
    }
}

/// Runs the program both ways. The boundary table says of each word of the run what it is at its end.
inline void check_program(const ProgramCase& test, std::vector<std::uint64_t> cuts = {}) {
    const auto& [program, input] = test;
    const NaiveMachine naive = naive_run(program, input);
    REQUIRE(naive.end == NaiveMachine::End::halted);
    MachineRun run = MachineRun::make(program, input, std::move(cuts));
    REQUIRE(run.tables.run.cost.instructions == naive.steps);
    CHECK(run.faults() == "");

    check_touched(run);
    machine::ChipTrace& words = run.chip(run.machine.boundary(), run.tables.boundary, "boundary");
    REQUIRE(words.height > 8);
    std::uint32_t different = 0;
    for (std::uint32_t row = 0; row < words.height; ++row) {
        const auto cell = [&](std::uint32_t column) {
            return words.at(machine::Group::linked, column, row).canonical();
        };
        const std::uint32_t key = cell(1);
        std::uint64_t last = 0;
        for (std::uint32_t i = 0; i < 4; ++i) last |= std::uint64_t{cell(6 + i)} << (16 * i);
        std::uint64_t expected = 0;
        if (key < 32) {
            expected = naive.x[key];
        } else if (key > 32) {
            for (unsigned i = 0; i < 8; ++i) expected |= std::uint64_t{naive.byte(8ull * key + i)} << (8 * i);
        } else {
            continue;  // writes to x0
        }
        different += last != expected;
    }
    CHECK(different == 0);
}

}  // namespace sluice::test
