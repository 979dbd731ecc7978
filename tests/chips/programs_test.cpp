// Every instruction of RV64IM on edge and random operands: the tables of the run keep all rules, and the words that
// they say the run leaves are those of a second machine written from the manual. SPDX-License-Identifier: MIT OR
// Apache-2.0
#include <set>

#include "check_program.h"
#include "prover/random_program.h"

namespace sluice::test {
namespace {

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

TEST_CASE("every accelerator has chips, which machines without it do not have") {
    CHECK(chips::provable_features() == SLUICE_FEATURES_ALL);
    Assembler text;
    halt(text);
    const auto chips_of = [&](std::uint64_t features) {
        vm::Program program = make_program(text);
        program.features = vm::FeatureWord{.value = features};
        const auto machine = chips::Rv64Machine::make(program);
        REQUIRE(machine.ok());
        std::set<std::string> names;
        for (const machine::ChipDescription& chip : machine->shards().chips()) names.insert(chip.name);
        return names;
    };
    const auto none = chips_of(0);
    const auto poseidon2 = chips_of(SLUICE_FEATURE_POSEIDON2);
    CHECK(poseidon2.size() == none.size() + 2);
    CHECK((poseidon2.contains("poseidon2_16") && poseidon2.contains("poseidon2_24")));
    const auto others = chips_of(SLUICE_FEATURES_ALL & ~std::uint64_t{SLUICE_FEATURE_POSEIDON2});
    CHECK(chips_of(SLUICE_FEATURES_ALL).size() == others.size() + 2);
    CHECK_FALSE((others.contains("poseidon2_16") || others.contains("poseidon2_24")));
}

TEST_CASE("a run that no chip can prove is an error") {
    using Catch::Contains;
    const auto message = [](const Assembler& text) {
        const vm::Program program = make_program(text);
        // The machine of a program that is the same, but for the accelerators.
        vm::Program plain = program;
        plain.features = vm::FeatureWord{};
        const auto machine = chips::Rv64Machine::make(plain);
        REQUIRE(machine.ok());
        REQUIRE(machine->features() == 0);
        const std::vector<std::uint8_t> input = empty_input();
        return chips::Rv64Run::make(*machine, program, input).status().ToString();
    };
    Assembler call;
    for (const unsigned argument : {a0, a1, a2}) call.li(argument, SLUICE_HEAP_BEGIN);
    call.call(SLUICE_ECALL_BLS12_381_FP_ADD);
    halt(call);
    CHECK_THAT(message(call), Contains("UNIMPLEMENTED") && Contains("no chip for ECALL 88 bls12_381_fp_add"));
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
