// Every instruction of RV64IM on edge and random operands: the tables of the run keep all rules, and the words that
// they say the run leaves are those of a second machine written from the manual. SPDX-License-Identifier: MIT OR
// Apache-2.0
#include "programs.h"

#include "machine_run.h"
#include "prover/random_program.h"

namespace sluice::test {
namespace {

NaiveMachine naive_run(const vm::Program& program, const std::vector<std::uint8_t>& input) {
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
void check_touched(MachineRun& run) {
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
void check_program(const ProgramCase& test, std::vector<std::uint64_t> cuts = {}) {
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

TEST_CASE("arithmetic on two registers") {
    SLUICE_RANDOM(rng);
    check_program(register_arithmetic(rng));
}

TEST_CASE("arithmetic from and to x0, and in place") {
    SLUICE_RANDOM(rng);
    check_program(special_registers(rng), {100, 3000});
}

TEST_CASE("arithmetic with immediates") {
    SLUICE_RANDOM(rng);
    check_program(immediate_arithmetic(rng));
}

TEST_CASE("LUI, AUIPC and FENCE") {
    check_program(constants());
}

TEST_CASE("branches") {
    SLUICE_RANDOM(rng);
    check_program(branches(rng));
}

TEST_CASE("jumps") {
    check_program(jumps(), {3});
}

TEST_CASE("loads and stores of every width at every offset") {
    SLUICE_RANDOM(rng);
    check_program(loads_and_stores(rng), {1000});
}

TEST_CASE("ECALLs without effect") {
    check_program(ecalls());
}

TEST_CASE("random programs over several shards") {
    SLUICE_RANDOM(rng);
    int halted = 0;
    for (int repeat = 0; repeat < 6; ++repeat) {
        const RandomProgram random = make_random_program(rng, 300, 0, false);
        const auto run = vm::execute(random.program, random.input);
        REQUIRE(run.ok());
        if (!run->halted()) continue;
        ++halted;
        std::vector<std::uint64_t> cuts;
        for (std::uint64_t cut = 1 + rng() % 400; cut < run->cost.instructions; cut += 1 + rng() % 400) {
            cuts.push_back(cut);
        }
        check_program({random.program, random.input}, cuts);
    }
    CHECK(halted > 3);
}

TEST_CASE("exit codes, and where the digest lies") {
    for (const std::int64_t code :
         {std::int64_t{0}, std::int64_t{1}, std::int64_t{-1}, std::int64_t{0x7fffffff}, -std::int64_t{0x80000000}}) {
        for (const std::uint64_t place : {std::uint64_t{SLUICE_HEAP_BEGIN}, std::uint64_t{SLUICE_HEAP_BEGIN} + 0xffe8,
                                          std::uint64_t{SLUICE_HEAP_BEGIN} + 0xffe0}) {
            Assembler text;
            text.li(t0, SLUICE_INPUT_BEGIN + 8);
            text.li(t1, place);
            for (int i = 0; i < 32; i += 8) {
                text.ld(t2, t0, i);
                text.sd(t2, t1, i);
            }
            halt(text, static_cast<std::uint64_t>(code), place);
            const MachineRun run = MachineRun::make(make_program(text), empty_input());
            CHECK(run.tables.run.exit_code == code);
            CHECK(run.faults() == "");
        }
    }
}

TEST_CASE("a run that no chip can prove is an error") {
    using Catch::Contains;
    const auto message = [](const Assembler& text) {
        const vm::Program program = make_program(text);
        const auto machine = chips::Rv64Machine::make(program);
        REQUIRE(machine.ok());
        const std::vector<std::uint8_t> input = empty_input();
        return chips::Rv64Run::make(*machine, program, input).status().ToString();
    };
    Assembler keccak;
    keccak.li(a0, SLUICE_HEAP_BEGIN);
    keccak.call(SLUICE_ECALL_KECCAK_F);
    halt(keccak);
    CHECK_THAT(message(keccak), Contains("UNIMPLEMENTED") && Contains("no chip for ECALL 32 keccak_f"));
    Assembler trap;
    trap.ld(t0, zero, 0);
    CHECK_THAT(message(trap), Contains("FAILED_PRECONDITION") && Contains("load_fault"));
    Assembler short_run;
    halt(short_run);
    const vm::Program program = make_program(short_run);
    const auto machine = chips::Rv64Machine::make(program);
    REQUIRE(machine.ok());
    vm::ShardPlan plan;
    plan.cuts = {1000};
    const std::vector<std::uint8_t> input = empty_input();
    CHECK_THAT(chips::Rv64Run::make(*machine, program, input, plan).status().ToString(),
               Contains("cut at instruction 1000"));
    const auto run = chips::Rv64Run::make(*machine, program, input);
    REQUIRE(run.ok());
    CHECK_FALSE(run->shard(0).ok());
    CHECK_FALSE(run->shard(2).ok());
}

}  // namespace
}  // namespace sluice::test
