// Emulator speed: plain, with cross-shard accounting, with shard planning, with a profile.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// The program is a loop of what compiled guest code does most: address arithmetic, loads and stores over a table (its
// size is the argument), a call with a stack frame, multiplications, branches that are hard and easy to foresee.
// Counter `instructions` is guest instructions a second.
#include <array>
#include <benchmark/benchmark.h>

#include "sluice/abi/ecall.h"
#include "sluice/abi/memory_map.h"
#include "sluice/vm/machine.h"
#include "sluice/vm/profile.h"
#include "sluice/vm/shards.h"
#include "support/rv64_assembler.h"

namespace {

using namespace sluice;

constexpr std::uint64_t kIterations = 1'000'000;

vm::Program make_program(std::uint64_t table_bytes) {
    using namespace sluice::test;
    Assembler text;
    text.label("start");
    text.li(sp, SLUICE_STACK_END);
    text.li(s0, SLUICE_HEAP_BEGIN);
    text.li(s1, kIterations);
    text.li(s2, 0x9e3779b97f4a7c15);
    text.li(s3, table_bytes - 8);
    text.label("loop");
    text.slli(t0, s2, 13);  // xorshift
    text.xor_(s2, s2, t0);
    text.srli(t0, s2, 7);
    text.xor_(s2, s2, t0);
    text.slli(t0, s2, 17);
    text.xor_(s2, s2, t0);
    text.and_(t1, s2, s3);
    text.andi(t1, t1, -8);
    text.add(t1, t1, s0);
    text.ld(a0, t1, 0);
    text.add(a1, s2, zero);
    text.jal(ra, "mix");
    text.sd(a0, t1, 0);
    text.andi(t2, s1, 7);
    text.bne(t2, zero, "next");
    text.andi(t2, s2, 1);
    text.beq(t2, zero, "next");
    text.addi(s4, s4, 1);
    text.label("next");
    text.addi(s1, s1, -1);
    text.bne(s1, zero, "loop");
    text.li(a0, 0);
    text.li(a1, SLUICE_INPUT_BEGIN + 8);  // the digest of no bytes
    text.li(a2, 0);
    text.li(a3, 0);
    text.call(SLUICE_ECALL_HALT);
    text.label("mix");
    text.addi(sp, sp, -32);
    text.sd(ra, sp, 24);
    text.sd(s0, sp, 16);
    text.mul(t2, a0, a1);
    text.mulhu(t3, a0, a1);
    text.add(a0, a0, t2);
    text.sltu(t2, a0, t2);
    text.add(a0, a0, t3);
    text.add(a0, a0, t2);
    text.lw(t3, sp, 16);
    text.addiw(t3, t3, 3);
    text.ld(s0, sp, 16);
    text.ld(ra, sp, 24);
    text.addi(sp, sp, 32);
    text.ret();

    vm::Program program;
    program.entry = text.base();
    vm::Segment segment;
    segment.address = text.base();
    segment.bytes = text.bytes();
    segment.size = static_cast<std::uint32_t>(segment.bytes.size());
    segment.readable = segment.executable = true;
    program.segments.push_back(segment);
    program.functions = {{text.base(), text.address_of("mix") - text.base(), "start"},
                         {text.address_of("mix"), 15 * 4, "mix"}};
    return program;
}

// SHA-256 of no bytes, as the program's input.
constexpr std::array<std::uint8_t, 32> kNothing = {0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4,
                                                   0xc8, 0x99, 0x6f, 0xb9, 0x24, 0x27, 0xae, 0x41, 0xe4, 0x64, 0x9b,
                                                   0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55};

/// Runs `body`, which gives StatusOr of something that holds a Run, and counts its instructions.
template <class Body>
void measure(benchmark::State& state, const Body& body) {
    std::uint64_t instructions = 0;
    for (auto _ : state) {
        const auto result = body();
        if (!result.ok()) {
            state.SkipWithError(std::string(result.status().message()).c_str());
            return;
        }
        if constexpr (requires { result->run; }) {
            instructions += result->run.cost.instructions;
        } else {
            instructions += result->cost.instructions;
        }
    }
    state.counters["instructions"] = benchmark::Counter(static_cast<double>(instructions), benchmark::Counter::kIsRate);
}

void emulator_plain(benchmark::State& state) {
    const vm::Program program = make_program(static_cast<std::uint64_t>(state.range(0)));
    measure(state, [&] { return vm::execute(program, kNothing); });
}

void emulator_accounting(benchmark::State& state) {
    const vm::Program program = make_program(static_cast<std::uint64_t>(state.range(0)));
    const auto run = vm::execute(program, kNothing);
    if (!run.ok()) return state.SkipWithError("the program does not run");
    std::vector<vm::ShardPlan> plans;
    for (const double share : {0.25, 0.5, 0.562, 0.616, 0.75}) {
        plans.push_back(*vm::plan_by_shares(run->cost.instructions, std::array{share}));
    }
    measure(state, [&] { return vm::account_shards(program, kNothing, plans); });
}

void emulator_planning(benchmark::State& state) {
    const vm::Program program = make_program(static_cast<std::uint64_t>(state.range(0)));
    measure(state, [&] { return vm::plan_shards(program, kNothing, {.max_cells = 400'000'000}); });
}

void emulator_profile(benchmark::State& state) {
    const vm::Program program = make_program(static_cast<std::uint64_t>(state.range(0)));
    measure(state, [&] { return vm::profile(program, kNothing); });
}

BENCHMARK(emulator_plain)->ArgName("table")->Arg(1 << 14)->Arg(1 << 24)->Unit(benchmark::kMillisecond);
BENCHMARK(emulator_accounting)->ArgName("table")->Arg(1 << 14)->Arg(1 << 24)->Unit(benchmark::kMillisecond);
BENCHMARK(emulator_planning)->ArgName("table")->Arg(1 << 14)->Unit(benchmark::kMillisecond);
BENCHMARK(emulator_profile)->ArgName("table")->Arg(1 << 14)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
