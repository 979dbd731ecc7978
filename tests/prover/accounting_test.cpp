// Shard plans, cross-shard accounting and profiles against counts made the plain way.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string>

#include "prover/guest_programs.h"
#include "prover/naive_machine.h"
#include "prover/random_program.h"
#include "sluice/vm/cost_model.h"
#include "sluice/vm/profile.h"
#include "sluice/vm/shards.h"
#include "support/catch.h"

namespace sluice::test {
namespace {

/// All touches of a run: for each 4-byte word the instructions that touched it.
using Touches = std::map<std::uint64_t, std::set<std::uint64_t>>;

/// A halting random program with all its touches.
struct Sample {
    RandomProgram random;
    Touches touches;
    std::uint64_t instructions = 0;
};

Sample make_sample(std::mt19937_64& rng, int size) {
    Sample sample;
    sample.random = make_random_program(rng, size, 0);
    NaiveMachine machine = sample.random.machine();
    machine.on_touch = [&](std::uint64_t word) { sample.touches[word].insert(machine.steps); };
    while (machine.step()) {
    }
    REQUIRE(machine.end == NaiveMachine::End::halted);
    sample.instructions = machine.steps;
    return sample;
}

vm::Region region_by_map(std::uint64_t word) {
    if (word >= NaiveMachine::kRegisterSpace) return vm::Region::registers;
    if (word >= SLUICE_INPUT_BEGIN) return vm::Region::input;
    if (word >= SLUICE_HEAP_BEGIN) return vm::Region::heap;
    return word >= SLUICE_STACK_BEGIN ? vm::Region::stack : vm::Region::image;
}

/// The definitions of the design, word for word, on sets of shards.
std::vector<vm::ShardTraffic> naive_report(const Touches& touches, const vm::ShardPlan& plan) {
    std::vector<vm::ShardTraffic> shards(plan.cuts.size() + 1);
    const auto count = [&](unsigned unit, std::uint64_t vm::WordCount::*member) {
        std::map<std::uint64_t, std::set<std::size_t>> shards_of;
        for (const auto& [word, instructions] : touches) {
            for (const std::uint64_t instruction : instructions) {
                std::size_t shard = 0;
                while (shard < plan.cuts.size() && plan.cuts[shard] <= instruction) ++shard;
                shards_of[word / unit * unit].insert(shard);
            }
        }
        for (const auto& [word, in] : shards_of) {
            const vm::Region region = region_by_map(word);
            const bool costs_at_first = region != vm::Region::heap && region != vm::Region::input;
            for (const std::size_t s : in) {
                shards[s].touched.of(region).*member += 1;
                if (s != *in.rbegin()) shards[s].external_write.of(region).*member += 1;
                if (s != *in.begin()) shards[s].external_read.of(region).*member += 1;
                if (s == *in.begin()) {
                    shards[s].first.of(region).*member += 1;
                    if (costs_at_first && s > 0) {
                        shards[s].external_read.of(region).*member += 1;
                        shards[s].late_first.of(region).*member += 1;
                    }
                }
            }
        }
    };
    count(4, &vm::WordCount::words4);
    count(8, &vm::WordCount::words8);
    return shards;
}

vm::ShardPlan random_plan(std::mt19937_64& rng, std::uint64_t instructions, std::size_t cuts) {
    std::set<std::uint64_t> places;
    while (places.size() < cuts) places.insert(1 + rng() % (instructions - 1));
    return {"random", {places.begin(), places.end()}};
}

/// What each step of a run costs, by the model's definition.
struct StepCosts {
    std::vector<std::uint64_t> cells;
    std::vector<bool> misaligned;
    std::vector<bool> ends_block;
};

StepCosts costs_of_steps(const RandomProgram& random) {
    NaiveMachine machine = random.machine();
    StepCosts costs;
    for (bool running = true; running;) {
        std::uint32_t word = 0;
        for (unsigned i = 0; i < 4; ++i) word |= std::uint32_t{machine.byte(machine.pc + i)} << (8 * i);
        std::uint64_t price = vm::instruction_cells(isa::decode_op(word));
        if (word == 0x73) {
            price += vm::ecall_cells(machine.x[a7], machine.x[a7] == SLUICE_ECALL_MEMCPY ? machine.x[a2] : 0);
        }
        const std::uint64_t misaligned = machine.misaligned;
        running = machine.step();
        costs.misaligned.push_back(machine.misaligned != misaligned);
        if (costs.misaligned.back()) price += vm::kMisalignedCells;
        costs.cells.push_back(price);
        costs.ends_block.push_back(isa::ends_block(isa::decode_op(word)));
    }
    REQUIRE(machine.end == NaiveMachine::End::halted);
    return costs;
}

}  // namespace

TEST_CASE("accounting agrees with the definitions on random programs and plans, many plans in one run") {
    SLUICE_RANDOM(rng);
    std::uint64_t crossing = 0;
    for (int round = 0; round < 25; ++round) {
        const Sample sample = make_sample(rng, 20 + static_cast<int>(rng() % 150));
        std::vector<vm::ShardPlan> plans = {{"none", {}}};
        for (const std::size_t cuts : {1, 1, 1, 2, 5, 20}) {
            if (cuts + 1 < sample.instructions) plans.push_back(random_plan(rng, sample.instructions, cuts));
        }
        plans.push_back(*vm::plan_by_shares(sample.instructions, std::array{0.25, 0.5, 0.562, 0.616, 0.75}));
        plans.push_back(*vm::plan_by_instructions(sample.instructions, 1 + rng() % 40));
        const auto counted = vm::account_shards(sample.random.program, sample.random.input, plans);
        INFO(counted.status().message());
        REQUIRE(counted.ok());
        REQUIRE(counted->run.cost.instructions == sample.instructions);
        REQUIRE(counted->reports.size() == plans.size());
        for (std::size_t p = 0; p < plans.size(); ++p) {
            const vm::ShardReport& report = counted->reports[p];
            const std::vector<vm::ShardTraffic> expected = naive_report(sample.touches, plans[p]);
            REQUIRE(report.plan == plans[p]);
            REQUIRE(report.shards.size() == expected.size());
            std::uint64_t next = 0;
            for (std::size_t s = 0; s < expected.size(); ++s) {
                INFO("round " << round << " plan " << p << " shard " << s);
                const vm::ShardTraffic& shard = report.shards[s];
                REQUIRE(shard.external_write == expected[s].external_write);
                REQUIRE(shard.external_read == expected[s].external_read);
                REQUIRE(shard.late_first == expected[s].late_first);
                REQUIRE(shard.first == expected[s].first);
                REQUIRE(shard.touched == expected[s].touched);
                REQUIRE(shard.first_instruction == next);
                next += shard.instructions;
                crossing += shard.external_write.total().words4;
            }
            REQUIRE(next == sample.instructions);
            // Each record written is read once; what is read besides are the late first touches.
            const vm::ShardTraffic sum = report.total();
            REQUIRE(sum.external_read.total().words4 ==
                    sum.external_write.total().words4 + sum.late_first.total().words4);
            REQUIRE(sum.external_read.total().words8 ==
                    sum.external_write.total().words8 + sum.late_first.total().words8);
        }
    }
    REQUIRE(crossing > 1000);
}

TEST_CASE("crossings add up to the external writes of a plan, region by region, and name instructions of the program") {
    SLUICE_RANDOM(rng);
    for (int round = 0; round < 10; ++round) {
        const Sample sample = make_sample(rng, 100);
        const vm::ShardPlan plan = random_plan(rng, sample.instructions, 1 + rng() % 5);
        const auto counted = vm::account_shards(sample.random.program, sample.random.input, std::array{plan});
        const auto crossings = vm::trace_crossings(sample.random.program, sample.random.input, plan);
        REQUIRE(counted.ok());
        REQUIRE(crossings.ok());
        vm::RegionCounts sum;
        for (const vm::Crossing& crossing : *crossings) {
            sum.of(crossing.region).words4 += crossing.words;
            for (const vm::TouchSite& site : {crossing.before, crossing.after}) {
                const vm::Segment& text = sample.random.program.segments.front();
                REQUIRE(site.pc >= text.address);
                REQUIRE(site.pc < text.end());
            }
        }
        const vm::RegionCounts expected = counted->reports[0].total().external_write;
        for (const vm::Region region : {vm::Region::heap, vm::Region::input, vm::Region::stack, vm::Region::image}) {
            INFO(vm::kRegionNames[static_cast<std::size_t>(region)]);
            REQUIRE(sum.of(region).words4 == expected.by_region[static_cast<std::size_t>(region)].words4);
        }
    }
}

TEST_CASE("the crossing of a small run names the two instructions") {
    Assembler text;
    text.li(s0, SLUICE_HEAP_BEGIN >> 20);
    text.slli(s0, s0, 20);
    text.sd(s0, s0, 0);  // instruction 2
    text.sd(s0, s0, 0);
    // cut here, at 4
    text.lw(t0, s0, 4);  // instruction 4
    text.ld(t0, s0, 0);  // instruction 5: the lower half
    halt(text);
    const vm::Program program = make_program(text);
    const auto crossings = vm::trace_crossings(program, empty_input(), vm::ShardPlan{"", {4}});
    REQUIRE(crossings.ok());
    REQUIRE(crossings->size() == 2);
    REQUIRE((*crossings)[0].before.pc == program.entry + 8);
    REQUIRE((*crossings)[0].after.pc == program.entry + 16);
    REQUIRE((*crossings)[0].words == 1);
    REQUIRE((*crossings)[1].before.pc == program.entry + 8);
    REQUIRE((*crossings)[1].after.pc == program.entry + 20);
    REQUIRE((*crossings)[1].words == 1);
}

TEST_CASE("accounting does not depend on which other plans are counted in the same run") {
    SLUICE_RANDOM(rng);
    const Sample sample = make_sample(rng, 120);
    std::vector<vm::ShardPlan> plans;
    for (const std::size_t cuts : {1, 3, 7, 11}) plans.push_back(random_plan(rng, sample.instructions, cuts));
    const auto together = vm::account_shards(sample.random.program, sample.random.input, plans);
    REQUIRE(together.ok());
    for (std::size_t p = 0; p < plans.size(); ++p) {
        const auto alone = vm::account_shards(sample.random.program, sample.random.input, std::array{plans[p]});
        REQUIRE(alone.ok());
        for (std::size_t s = 0; s < plans[p].shard_count(); ++s) {
            REQUIRE(alone->reports[0].shards[s].external_write == together->reports[p].shards[s].external_write);
            REQUIRE(alone->reports[0].shards[s].external_read == together->reports[p].shards[s].external_read);
            REQUIRE(alone->reports[0].shards[s].touched == together->reports[p].shards[s].touched);
        }
    }
}

TEST_CASE("a small run by hand: who writes, who reads, what is free") {
    Assembler text;
    text.li(s0, SLUICE_HEAP_BEGIN >> 20);  // one instruction
    text.slli(s0, s0, 20);
    text.sd(s0, s0, 0);   // heap dword 0: touched in shard 0
    text.sb(s0, s0, 13);  // heap, upper half of dword 1
    // cut here, at 4
    text.lw(t0, s0, 8);  // lower half of dword 1: a first touch, but the dword was touched
    text.lw(t0, s0, 0);  // lower half of dword 0
    text.lui(t1, kDataBegin);
    text.sd(t0, t1, 0);  // image, first touched late
    halt(text);
    const auto counted = vm::account_shards(make_program(text), empty_input(), std::array{vm::ShardPlan{"", {4}}});
    REQUIRE(counted.ok());
    const std::vector<vm::ShardTraffic>& shards = counted->reports[0].shards;
    REQUIRE(shards[0].external_write.of(vm::Region::heap) == vm::WordCount{1, 2});
    REQUIRE(shards[0].external_write.of(vm::Region::registers) == vm::WordCount{2, 1});  // s0
    REQUIRE(shards[0].external_write.total() == vm::WordCount{3, 3});
    REQUIRE(shards[0].external_read.total() == vm::WordCount{0, 0});
    REQUIRE(shards[0].touched.of(vm::Region::heap) == vm::WordCount{3, 2});
    REQUIRE(shards[1].external_write.total() == vm::WordCount{0, 0});
    REQUIRE(shards[1].external_read.of(vm::Region::heap) == vm::WordCount{1, 2});
    REQUIRE(shards[1].external_read.of(vm::Region::image) == vm::WordCount{2, 1});
    REQUIRE(shards[1].external_read.of(vm::Region::input) == vm::WordCount{0, 0});  // the digest, first touched here
    REQUIRE(shards[1].first.of(vm::Region::input) == vm::WordCount{8, 4});
    // Registers: s0 crosses; t0, t1, a0 to a3 and a7 are new (x0 is none). HALT reads a0, a1 and a7.
    REQUIRE(shards[1].late_first.of(vm::Region::registers) == vm::WordCount{14, 7});
    REQUIRE(shards[1].external_read.of(vm::Region::registers) == vm::WordCount{16, 8});
}

TEST_CASE("plans that do not fit the run are refused, and a run that traps has no shards") {
    Assembler text;
    halt(text);
    const vm::Program program = make_program(text);
    const std::uint64_t all = vm::execute(program, empty_input())->cost.instructions;
    const auto with = [&](std::vector<std::uint64_t> cuts) {
        return vm::account_shards(program, empty_input(), std::array{vm::ShardPlan{"", std::move(cuts)}})
            .status()
            .code();
    };
    REQUIRE(with({all - 1}) == absl::StatusCode::kOk);
    REQUIRE(with({all}) == absl::StatusCode::kInvalidArgument);
    REQUIRE(with({all + 1}) == absl::StatusCode::kInvalidArgument);
    REQUIRE(with({0}) == absl::StatusCode::kInvalidArgument);
    REQUIRE(with({2, 2}) == absl::StatusCode::kInvalidArgument);
    REQUIRE(with({3, 2}) == absl::StatusCode::kInvalidArgument);
    std::vector<std::uint64_t> many(70'000);
    for (std::size_t i = 0; i < many.size(); ++i) many[i] = i + 1;
    REQUIRE(with(many) == absl::StatusCode::kInvalidArgument);

    Assembler traps;
    traps.ebreak();
    REQUIRE(vm::account_shards(make_program(traps), {}, {}).status().code() == absl::StatusCode::kFailedPrecondition);
    REQUIRE(vm::plan_shards(make_program(traps), {}, {.max_cells = 1000}).status().code() ==
            absl::StatusCode::kFailedPrecondition);
}

TEST_CASE("planned shards are as long as the limits allow") {
    SLUICE_RANDOM(rng);
    for (int round = 0; round < 25; ++round) {
        const RandomProgram random = make_random_program(rng, 20 + static_cast<int>(rng() % 150), 0);
        const StepCosts costs = costs_of_steps(random);
        const std::vector<std::uint64_t>& cells = costs.cells;
        const std::uint64_t dearest = *std::max_element(cells.begin(), cells.end());
        vm::ShardLimits limits;
        if (round % 3 != 0) limits.max_cells = dearest + rng() % (4 * dearest);
        if (round % 3 != 1) limits.max_instructions = 1 + rng() % 200;
        const auto planned = vm::plan_shards(random.program, random.input, limits);
        INFO(planned.status().message());
        REQUIRE(planned.ok());
        REQUIRE(planned->run.cost.instructions == cells.size());
        REQUIRE(planned->cells.size() == planned->plan.shard_count());
        std::uint64_t begin = 0;
        for (std::size_t s = 0; s < planned->cells.size(); ++s) {
            const bool last = s == planned->plan.cuts.size();
            const std::uint64_t end = last ? cells.size() : planned->plan.cuts[s];
            REQUIRE(end > begin);
            std::uint64_t sum = 0;
            for (std::uint64_t i = begin; i < end; ++i) sum += cells[i];
            INFO("round " << round << " shard " << s << " instructions " << begin << " to " << end);
            REQUIRE(planned->cells[s] == sum);
            // The extra rows of the last block's misaligned accesses may come on top.
            std::uint64_t strict = sum;
            for (std::uint64_t i = end; i-- > begin;) {
                if (i + 1 < end && costs.ends_block[i]) break;
                if (costs.misaligned[i]) strict -= vm::kMisalignedCells;
            }
            if (limits.max_cells != 0) REQUIRE(strict <= limits.max_cells);
            if (limits.max_instructions != 0) REQUIRE(end - begin <= limits.max_instructions);
            const bool full = limits.max_instructions != 0 && end - begin == limits.max_instructions;
            const bool spent = limits.max_cells != 0 && !last && sum + cells[end] > limits.max_cells;
            REQUIRE((last || full || spent));
            begin = end;
        }
        // The same plan comes out again, and the real run accepts it.
        REQUIRE(vm::plan_shards(random.program, random.input, limits)->plan == planned->plan);
        REQUIRE(vm::account_shards(random.program, random.input, std::array{planned->plan}).ok());
    }
}

TEST_CASE("a limit that one instruction exceeds is an error, exactly") {
    Assembler text;
    text.addi(t0, t0, 1);
    text.li(a0, SLUICE_HEAP_BEGIN);
    text.call(SLUICE_ECALL_KECCAK_F);
    text.addi(t0, t0, 1);
    halt(text);
    const std::uint64_t dearest = vm::instruction_cells(isa::Op::ECALL) + vm::ecall_cells(SLUICE_ECALL_KECCAK_F, 0);
    const auto planned = vm::plan_shards(make_program(text), empty_input(), {.max_cells = dearest});
    REQUIRE(planned.ok());
    REQUIRE(planned->plan.cuts.size() == 2);
    REQUIRE(planned->plan.cuts[1] == planned->plan.cuts[0] + 1);  // the ECALL alone
    REQUIRE(planned->cells[1] == dearest);
    REQUIRE(vm::plan_shards(make_program(text), empty_input(), {.max_cells = dearest - 1}).status().code() ==
            absl::StatusCode::kFailedPrecondition);
    REQUIRE(vm::plan_shards(make_program(text), empty_input(), {.max_cells = 1}).status().code() ==
            absl::StatusCode::kFailedPrecondition);
    REQUIRE(vm::plan_shards(make_program(text), empty_input(), {}).status().code() ==
            absl::StatusCode::kInvalidArgument);
}

TEST_CASE("cuts by shares round down and refuse what leaves a shard empty") {
    const auto plan = vm::plan_by_shares(1000, std::array{0.25, 0.562, 0.75});
    REQUIRE(plan.ok());
    REQUIRE(plan->cuts == std::vector<std::uint64_t>{250, 562, 750});
    REQUIRE(plan->name == "25 %, 56.2 %, 75 %");
    for (const double bad : {0.0, 1.0, -0.5, 1.5, 0.0001, std::numeric_limits<double>::quiet_NaN()}) {
        REQUIRE(!vm::plan_by_shares(1000, std::array{bad}).ok());
    }
    REQUIRE(!vm::plan_by_shares(1000, std::array{0.5, 0.5}).ok());
    REQUIRE(!vm::plan_by_shares(1000, std::array{0.5, 0.4}).ok());
    REQUIRE(!vm::plan_by_shares(0, std::array{0.5}).ok());
    REQUIRE(vm::plan_by_instructions(10, 4)->cuts == std::vector<std::uint64_t>{4, 8});
    REQUIRE(vm::plan_by_instructions(8, 4)->cuts == std::vector<std::uint64_t>{4});
    REQUIRE(vm::plan_by_instructions(3, 4)->cuts.empty());
    REQUIRE(!vm::plan_by_instructions(3, 0).ok());
}

TEST_CASE("a plan comes back from its text, and a damaged text is refused with its line") {
    const vm::ShardPlan plan{"56.2 % of it", {7, 123456789012345, ~std::uint64_t{0}}};
    const std::string text = plan.save();
    REQUIRE(*vm::ShardPlan::load(text) == plan);
    const vm::ShardPlan empty{"", {}};
    REQUIRE(*vm::ShardPlan::load(empty.save()) == empty);
    for (std::size_t size = 0; size < text.size(); ++size) REQUIRE(!vm::ShardPlan::load(text.substr(0, size)).ok());
    REQUIRE(!vm::ShardPlan::load(text + "8\n").ok());
    REQUIRE(!vm::ShardPlan::load(text + " ").ok());
    REQUIRE(!vm::ShardPlan::load("sluice-shard-plan 2 0 x\n").ok());
    REQUIRE(!vm::ShardPlan::load("sluice-shard-plan 1 1 x\n-5\n").ok());
    REQUIRE(!vm::ShardPlan::load("sluice-shard-plan 1 2 x\n5\n5\n").ok());
    REQUIRE(vm::ShardPlan::load("sluice-shard-plan 1 2 x\n5\nsix\n").status().message() ==
            "shard plan: line 3: expected a number, found \"six\"");
}

TEST_CASE("a profile books every instruction on its function and follows calls, tail calls and recursion") {
    Assembler text;
    text.label("main");
    text.li(sp, SLUICE_STACK_END);
    text.li(a0, 3);
    text.jal(ra, "recurse");
    text.jal(ra, "jumper");
    text.li(s1, 2);
    text.label("again");
    text.jal(ra, "leaf");
    text.addi(s1, s1, -1);
    text.bne(s1, zero, "again");
    halt(text);
    text.label("recurse");  // depth a0
    text.addi(sp, sp, -16);
    text.sd(ra, sp, 0);
    text.addi(a0, a0, -1);
    text.beq(a0, zero, "done");
    text.jal(ra, "recurse");
    text.label("done");
    text.ld(ra, sp, 0);
    text.addi(sp, sp, 16);
    text.ret();
    text.label("jumper");  // ends in a tail call
    text.addi(t0, t0, 1);
    text.j("leaf");
    text.label("leaf");
    text.addi(t0, t0, 1);
    text.addi(t0, t0, 1);
    text.ret();
    const std::uint32_t end = text.here();

    vm::Program program = make_program(text);
    const std::array<const char*, 4> names = {"main", "recurse", "jumper", "leaf"};
    for (std::size_t i = 0; i < names.size(); ++i) {
        const std::uint32_t begin = text.address_of(names[i]);
        program.functions.push_back(
            {begin, (i + 1 < names.size() ? text.address_of(names[i + 1]) : end) - begin, names[i]});
    }
    program.functions[3].name = "_ZN6sluice4leafEv";
    const auto profiled = vm::profile(program, empty_input());
    REQUIRE(profiled.ok());
    REQUIRE(profiled->run.halted());
    std::map<std::string, vm::FunctionCost> by_name;
    std::uint64_t exclusive = 0;
    for (const vm::FunctionCost& function : profiled->functions) {
        by_name[function.name] = function;
        exclusive += function.exclusive;
    }
    const std::uint64_t all = profiled->run.cost.instructions;
    REQUIRE(exclusive == all);
    REQUIRE(by_name.size() == 4);
    const auto check = [&](const char* name, std::uint64_t calls, std::uint64_t own, std::uint64_t inclusive) {
        INFO(name);
        REQUIRE(by_name[name].calls == calls);
        REQUIRE(by_name[name].exclusive == own);
        REQUIRE(by_name[name].inclusive == inclusive);
    };
    // Three levels of recursion: 8, 8 and 7 instructions.
    check("recurse", 3, 23, 23);
    check("jumper", 1, 2, 2);
    check("sluice::leaf()", 3, 9, 9);
    check("main", 1, all - 34, all);
    REQUIRE(by_name["main"].exclusive_weighted == by_name["main"].exclusive + abi::ecall_weight(SLUICE_ECALL_HALT, 0));
    REQUIRE(by_name["main"].inclusive_weighted == profiled->run.cost.weighted());

    std::string expected = "main ";
    expected += std::to_string(all - 34);
    expected += R"(
main;jumper 2
main;recurse 8
main;recurse;recurse 8
main;recurse;recurse;recurse 7
main;sluice::leaf() 9
)";
    REQUIRE(profiled->folded_stacks(vm::ProfileUnit::instructions) == expected);

    using isa::Op;
    const auto executed = [&](Op op) { return profiled->operations[static_cast<std::size_t>(op)]; };
    REQUIRE(executed(Op::ECALL) == 1);
    REQUIRE(executed(Op::JAL) == 1 + 2 + 1 + 1 + 2);
    REQUIRE(executed(Op::JALR) == 3 + 3);
    REQUIRE(executed(Op::SD) == 3);
    REQUIRE(executed(Op::BEQ) == 3);
    REQUIRE(executed(Op::BNE) == 2);
}

TEST_CASE("a profile's operations are those of the trace, and its functions add up, on random programs") {
    SLUICE_RANDOM(rng);
    for (int round = 0; round < 40; ++round) {
        RandomProgram random = make_random_program(rng, 150, round % 2 == 0 ? 0 : 0.003);
        random.program.functions = {{kTextBegin, 40, "first"}, {kTextBegin + 100, 200, "second"}};
        const auto traced = vm::trace(random.program, random.input, 0, 50'000);
        REQUIRE(traced.ok());
        if (traced->steps.size() == 50'000) continue;
        std::array<std::uint64_t, isa::kOpCount> expected{};
        for (const isa::Step& step : traced->steps) ++expected[static_cast<std::size_t>(isa::decode_op(step.word))];
        // Progress stops in the middle of blocks; counts must not notice.
        vm::RunOptions options;
        options.progress_interval = 1 + rng() % 60;
        options.progress = [](std::uint64_t) { return true; };
        const auto profiled = vm::profile(random.program, random.input, options);
        REQUIRE(profiled.ok());
        REQUIRE(profiled->operations == expected);
        std::uint64_t sum = 0;
        std::uint64_t weighted = 0;
        for (const vm::FunctionCost& function : profiled->functions) {
            sum += function.exclusive;
            weighted += function.exclusive_weighted;
        }
        REQUIRE(sum == traced->steps.size());
        REQUIRE(weighted == sum + profiled->run.cost.ecall_weight);
    }
}

}  // namespace sluice::test
