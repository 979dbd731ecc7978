// The interpreter on loops of one kind of work, and each precompile on go-ethereum's vectors.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Counter `gas`: gas a second. The loops run as one message of 10 million gas that ends when it is used up.
#include <benchmark/benchmark.h>
#include <cstdlib>
#include <fstream>

#include "precompiles/precompiles.h"
#include "support/evm_fixture.h"
#include "support/evm_programs.h"
#include "support/precompile_vectors.h"

// In tests this is beside Catch2's main.
std::string sluice::test::test_data() {
    const char* text = std::getenv("SLUICE_TEST_DATA");
    const std::string folder = text != nullptr && *text != 0 ? text : SLUICE_DEFAULT_TEST_DATA;
    return std::ifstream(folder + "/precompiles.tar.zst").good() ? folder : std::string();
}

namespace {

using namespace sluice;
using namespace sluice::test;

constexpr std::uint64_t kGas = 10'000'000;

/// An endless loop around `body`, with `setup` once before it.
Assembler loop(const Assembler& setup, const Assembler& body) {
    Assembler code = setup;
    const auto start = code.size();
    return code.op(OP_JUMPDEST).code(body).push(start).op(OP_JUMP);
}

void run(benchmark::State& bench, EvmFixture& vm, const Assembler& code) {
    (void)vm.run(code, 100'000);
    for (auto _ : bench) {
        const auto result = vm.run(code, kGas);
        benchmark::DoNotOptimize(result.gas_left);
        vm.next_transaction();
    }
    bench.counters["gas"] =
        benchmark::Counter(static_cast<double>(kGas), benchmark::Counter::kIsIterationInvariantRate);
}

void arithmetic(benchmark::State& bench) {
    EvmFixture vm;
    Assembler body;
    for (int i = 0; i < 8; ++i)
        body.op({OP_DUP2, OP_DUP2, OP_ADD, OP_SWAP1, OP_DUP3, OP_MUL, OP_XOR, OP_SWAP1, OP_POP, OP_DUP1});
    run(bench, vm, loop(Assembler().push({~std::uint64_t{0}, 12345, Uint256{1} << 200}), body));
}

void division(benchmark::State& bench) {
    EvmFixture vm;
    Assembler body;
    const Uint256 dividend = Uint256{} - Uint256{12345};
    for (const Uint256& divisor :
         {Uint256{1'000'000'000'000'000'000}, (Uint256{1} << 100) + Uint256{7}, (Uint256{1} << 224) - Uint256{63}}) {
        body.push({divisor, dividend}).op({OP_DIV, OP_POP}).push({divisor, dividend}).op({OP_SMOD, OP_POP});
        body.push({divisor, dividend, dividend}).op({OP_MULMOD, OP_POP});
    }
    run(bench, vm, loop({}, body));
}

void memory(benchmark::State& bench) {
    EvmFixture vm;
    Assembler body;
    for (std::uint64_t i = 0; i < 16; ++i) body.push({i, 32 * i}).op(OP_MSTORE).push(32 * i + 5).op({OP_MLOAD, OP_POP});
    body.push({256, 0, 600}).op(OP_MCOPY);
    run(bench, vm, loop({}, body));
}

void keccak(benchmark::State& bench) {
    EvmFixture vm;
    run(bench, vm, loop({}, Assembler().push({64, 0}).op(OP_KECCAK256).push(0).op(OP_MSTORE)));
}

/// Reads and writes 256 slots in turn: cold at first, then warm and changed.
void storage(benchmark::State& bench) {
    EvmFixture vm;
    for (std::uint64_t i = 0; i < 256; ++i) vm.source.accounts[vm.contract].storage[i] = 1;
    const auto body = Assembler()
                          .push(1)
                          .op({OP_ADD, OP_DUP1})
                          .push(255)
                          .op({OP_AND, OP_DUP1, OP_SLOAD})
                          .push(1)
                          .op({OP_ADD, OP_SWAP1, OP_SSTORE});
    run(bench, vm, loop(Assembler().push(0), body));
}

void transient_storage(benchmark::State& bench) {
    EvmFixture vm;
    const auto body = Assembler()
                          .push(1)
                          .op(OP_ADD)
                          .op({OP_DUP1})
                          .push(255)
                          .op({OP_AND, OP_DUP1, OP_TLOAD})
                          .push(1)
                          .op({OP_ADD, OP_SWAP1, OP_TSTORE});
    run(bench, vm, loop(Assembler().push(0), body));
}

void calls(benchmark::State& bench) {
    EvmFixture vm;
    const Address callee = address(0xca11ee);
    vm.source.accounts[callee].code = Assembler().push(0).op(OP_CALLDATALOAD).return_top().bytes();
    run(bench, vm, loop({}, Assembler().push({32, 0, 32, 0}).push(callee).push(100'000).op({OP_STATICCALL, OP_POP})));
}

void creations(benchmark::State& bench) {
    EvmFixture vm;
    const auto initcode = deployer({0x00});
    run(bench, vm,
        loop(Assembler().store(initcode.bytes()), Assembler().push({initcode.size(), 0, 0}).op({OP_CREATE, OP_POP})));
}

/// Blocks of SHA-1, chained: additions, rotations and masks on the stack.
void sha1(benchmark::State& bench) {
    EvmFixture vm;
    run(bench, vm, loop(sha1_start(), sha1_compression()));
}

/// Blocks of BLAKE2b, chained: the same with every value fetched from memory and put back.
void blake2b(benchmark::State& bench) {
    EvmFixture vm;
    run(bench, vm, loop(blake2b_start(), blake2b_compression(128)));
}

/// Squares, powers, quotients and extensions of full words, each made of the one before.
void integers(benchmark::State& bench) {
    EvmFixture vm;
    Assembler body;
    for (int i = 0; i < 4; ++i) {
        body.push(Uint256{} - Uint256{189}).op({OP_SWAP1, OP_DUP1, OP_MULMOD});
        body.op(OP_DUP1).push(17).op({OP_SIGNEXTEND, OP_XOR});
        body.push(5).op({OP_DUP2, OP_EXP, OP_ADD});
        body.op(OP_DUP1).push((Uint256{1} << 130) + Uint256{7}).op({OP_SWAP1, OP_SDIV, OP_XOR});
        body.op(OP_DUP1).push(77).op({OP_SHR, OP_ADD});
    }
    run(bench, vm, loop(Assembler().push(Uint256{1, 2, 3, 4}), body));
}

/// Memory that grows by a word at each step, in frames of their own, so that it starts anew.
void memory_growth(benchmark::State& bench) {
    EvmFixture vm;
    const Address callee = address(0xca11ee);
    Assembler grow;
    for (std::uint64_t i = 0; i < 256; ++i) grow.push({i, 32 * i}).op(OP_MSTORE);
    vm.source.accounts[callee].code = grow.bytes();
    run(bench, vm, loop({}, Assembler().push({0, 0, 0, 0}).push(callee).op({OP_GAS, OP_STATICCALL, OP_POP})));
}

/// A contract that calls itself until 63/64 of the gas have gone 200 times: deep frames rather than many.
void deep_calls(benchmark::State& bench) {
    EvmFixture vm;
    // callee(n): if n != 0, call itself with n - 1
    const Address callee = address(0xca11ee);
    Assembler rest = Assembler().push(1).op({OP_SWAP1, OP_SUB}).push(0).op(OP_MSTORE).push({0, 0, 32, 0}).push(callee);
    rest.op({OP_GAS, OP_STATICCALL, OP_STOP});
    constexpr std::size_t kHead = 8;  // bytes before `rest`
    Assembler whole;
    whole.push(0).op({OP_CALLDATALOAD, OP_DUP1, OP_ISZERO}).push(kHead + rest.size()).op(OP_JUMPI).code(rest);
    whole.op({OP_JUMPDEST, OP_STOP});
    vm.source.accounts[callee].code = whole.bytes();
    const auto body =
        Assembler().push({200, 0}).op(OP_MSTORE).push({0, 0, 32, 0}).push(callee).op({OP_GAS, OP_STATICCALL, OP_POP});
    run(bench, vm, loop({}, body));
}

/// Slots that are cold and zero at first, as a new contract writes them: hashing of mapping keys included.
void storage_mapping(benchmark::State& bench) {
    EvmFixture vm;
    const auto body = Assembler()
                          .push(1)
                          .op({OP_ADD, OP_DUP1})
                          .push(0)
                          .op(OP_MSTORE)
                          .push(1)
                          .push({64, 0})
                          .op({OP_KECCAK256, OP_SSTORE});
    run(bench, vm, loop(Assembler().push(0), body));
}

void jumps(benchmark::State& bench) {
    EvmFixture vm;
    run(bench, vm, loop({}, Assembler().push({0, 0}).op(OP_JUMPI)));
}

BENCHMARK(arithmetic)->Unit(benchmark::kMillisecond);
BENCHMARK(division)->Unit(benchmark::kMillisecond);
BENCHMARK(memory)->Unit(benchmark::kMillisecond);
BENCHMARK(keccak)->Unit(benchmark::kMillisecond);
BENCHMARK(storage)->Unit(benchmark::kMillisecond);
BENCHMARK(transient_storage)->Unit(benchmark::kMillisecond);
BENCHMARK(calls)->Unit(benchmark::kMillisecond);
BENCHMARK(creations)->Unit(benchmark::kMillisecond);
BENCHMARK(sha1)->Unit(benchmark::kMillisecond);
BENCHMARK(blake2b)->Unit(benchmark::kMillisecond);
BENCHMARK(integers)->Unit(benchmark::kMillisecond);
BENCHMARK(memory_growth)->Unit(benchmark::kMillisecond);
BENCHMARK(deep_calls)->Unit(benchmark::kMillisecond);
BENCHMARK(storage_mapping)->Unit(benchmark::kMillisecond);
BENCHMARK(jumps)->Unit(benchmark::kMillisecond);

void precompile(benchmark::State& bench, std::uint64_t address, executor::Fork fork, const Bytes& input) {
    const executor::Precompile* row = executor::find_precompile(Uint256{address}, fork);
    std::vector<std::uint8_t> buffer(std::size_t{4} << 20);
    Arena arena(buffer.data(), buffer.size());
    for (auto _ : bench) {
        const auto result = row->run(input, fork, arena);
        benchmark::DoNotOptimize(result.ok());
        arena.reset();
    }
    bench.counters["gas"] =
        benchmark::Counter(static_cast<double>(row->gas(input, fork)), benchmark::Counter::kIsIterationInvariantRate);
}

Bytes first_that_answers(const char* file) {
    for (const auto& vector : precompile_vectors(file)) {
        if (!vector.expected.empty()) return vector.input;
    }
    return {};
}

/// One benchmark a precompile: on the first vector of a file that has an output, or on 1,024 bytes for the hashes.
void add_precompiles() {
    const Bytes kilobyte(1024, 0x5a);
    const auto add = [](const std::string& name, std::uint64_t address, const Bytes& input) {
        benchmark::RegisterBenchmark(("precompile/" + name).c_str(), precompile, address, executor::Fork::osaka, input)
            ->Unit(benchmark::kMicrosecond);
    };
    add("sha256/1024", 0x02, kilobyte);
    add("ripemd160/1024", 0x03, kilobyte);
    add("identity/1024", 0x04, kilobyte);
    if (test_data().empty()) return;
    const struct {
        const char* file;
        std::uint64_t address;
    } files[] = {{"ecRecover", 0x01},     {"modexp_eip7883", 0x05}, {"bn256Add", 0x06},        {"bn256ScalarMul", 0x07},
                 {"bn256Pairing", 0x08},  {"blake2F", 0x09},        {"pointEvaluation", 0x0a}, {"blsG1Add", 0x0b},
                 {"blsG1MultiExp", 0x0c}, {"blsG2Add", 0x0d},       {"blsG2MultiExp", 0x0e},   {"blsPairing", 0x0f},
                 {"blsMapG1", 0x10},      {"blsMapG2", 0x11},       {"p256Verify", 0x100}};
    for (const auto& file : files) add(file.file, file.address, first_that_answers(file.file));
}

}  // namespace

int main(int argc, char** argv) {
    add_precompiles();
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
    benchmark::RunSpecifiedBenchmarks();
    return 0;
}
