// A program's tables against a second machine written from the manual. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <map>

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

/// What the boundary table says of each word of the run at its end, by key.
inline std::map<std::uint32_t, std::uint64_t> last_words(MachineRun& run) {
    machine::ChipTrace& table = run.chip(run.machine.boundary(), run.tables.boundary, "boundary");
    std::map<std::uint32_t, std::uint64_t> words;
    for (std::uint32_t row = 0; row < table.height; ++row) {
        const auto cell = [&](std::uint32_t column) {
            return std::uint64_t{table.at(machine::Group::linked, column, row).canonical()};
        };
        words[static_cast<std::uint32_t>(cell(1))] = cell(6) | cell(7) << 16 | cell(8) << 32 | cell(9) << 48;
    }
    return words;
}

/// Runs the program both ways.
inline void check_program(const ProgramCase& test, std::vector<std::uint64_t> cuts = {}) {
    const auto& [program, input] = test;
    const NaiveMachine naive = naive_run(program, input);
    REQUIRE(naive.end == NaiveMachine::End::halted);
    MachineRun run = MachineRun::make(program, input, std::move(cuts));
    REQUIRE(run.tables.run.cost.instructions == naive.steps);
    CHECK(run.faults() == "");

    check_touched(run);
    const std::map<std::uint32_t, std::uint64_t> words = last_words(run);
    REQUIRE(words.size() > 8);
    std::uint32_t different = 0;
    for (const auto& [key, last] : words) {
        if (key == 32) continue;  // writes to x0
        std::uint64_t expected = 0;
        if (key < 32) {
            expected = naive.x[key];
        } else {
            for (unsigned i = 0; i < 8; ++i) expected |= std::uint64_t{naive.byte(8ull * key + i)} << (8 * i);
        }
        different += last != expected;
    }
    CHECK(different == 0);
}

}  // namespace sluice::test
