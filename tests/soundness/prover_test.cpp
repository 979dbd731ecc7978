// The prover on the CPU: its proofs are the naive prover's, byte for byte, on tiny machines, and are accepted on larger
// ones. SPDX-License-Identifier: MIT OR Apache-2.0
#include "sluice/protocol/prover.h"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "oneapi/tbb/global_control.h"
#include "real_prover.h"
#include "sluice/toys/fibonacci.h"
#include "sluice/toys/register_machine.h"
#include "sluice/toys/synthetic.h"
#include "support/catch.h"
#include "tiny_machine.h"

namespace sluice::test {
namespace {

protocol::ExecutionTables single(const machine::TableTrace& trace) {
    return {1, [&trace](std::uint32_t) -> absl::StatusOr<machine::TableTrace> { return trace; }, {}};
}

template <class S>
void compare_with_naive_prover(const std::vector<std::pair<std::uint32_t, std::vector<std::uint32_t>>>& shards,
                               unsigned stack_height) {
    INFO(S::kProfile.name << " " << params::name_of(S::kOpening.id) << ", stacks of 2^" << stack_height);
    test::KeyOptions options;
    options.stack_heights = {stack_height};
    const TinyMachine<S> machine(options);
    std::vector<typename TinyMachine<S>::ShardPlan> plan;
    for (const auto& [count, keys] : shards) plan.push_back({count, keys});
    const auto traces = machine.run(plan);
    const NaiveProver<S> naive(machine.key(), traces, std::vector<unsigned>(traces.size(), stack_height));
    const Bytes expected = naive.prove().bytes();

    RealProver<S> prover;
    const auto key = prover.make_key({&machine.shard_machine(), &machine.boundary_machine()}, {stack_height}, 8, 1000);
    CHECK(Bytes(key.body().begin(), key.body().end()) == machine.key().bytes);
    const Bytes proof = prover.prove(key, tables_of(traces));
    CHECK(prover.error() == "");
    CHECK(proof == expected);
    CHECK(prover.peak_bytes() <= prover.planned_bytes());
}

TEMPLATE_TEST_CASE("keys and proofs are those of the naive prover, byte for byte", "", SLUICE_SCHEMES) {
    // Without groups of variables; with one; with several, of which the last is smaller.
    for (const unsigned stack_height : {2u, 3u, 4u, 5u, 7u}) {
        // Three shards, one of them empty of steps; nothing linked; five words over two shards.
        compare_with_naive_prover<TestType>({{2, {3, 5}}, {0, {5, 6, 9}}, {3, {}}}, stack_height);
        compare_with_naive_prover<TestType>({{5, {}}}, stack_height);
        compare_with_naive_prover<TestType>({{1, {1, 2, 3, 4, 7}}, {4, {2, 4, 7}}}, stack_height);
    }
}

/// Proves and verifies Fibonacci tables of these heights.
template <class S>
void prove_fibonacci(const std::vector<std::uint32_t>& heights) {
    const auto machine = toys::fibonacci_machine();
    REQUIRE(machine.ok());
    RealProver<S> prover;
    const auto key = prover.make_key({&*machine, nullptr}, {4, 8, 12, 16, 20});
    for (const std::uint32_t steps : heights) {
        INFO("steps " << steps << ", " << S::kProfile.name << " " << params::name_of(S::kOpening.id));
        const machine::TableTrace trace = toys::fibonacci_trace(steps, 1, 2);
        const Bytes proof = prover.prove(key, single(trace));
        CHECK(prover.error() == "");
        CHECK(!proof.empty());
        CHECK(prover.peak_bytes() <= prover.planned_bytes());
    }
}

/// Proves and verifies a run of the register machine in shards of these lengths and one more.
template <class S>
void prove_registers(const toys::RegisterProgram& program, const std::vector<std::uint64_t>& cuts,
                     std::uint32_t expected_rows) {
    INFO(S::kProfile.name << ", " << expected_rows << " rows");
    const auto machine = toys::register_machine(program);
    const auto boundary = toys::register_boundary_machine();
    REQUIRE((machine.ok() && boundary.ok()));
    const auto run = toys::run_register_machine(program, std::vector<std::uint16_t>{3, 1}, cuts);
    REQUIRE(run.ok());
    std::vector<machine::TableTrace> traces{run->boundary};
    traces.insert(traces.end(), run->shards.begin(), run->shards.end());
    CHECK(run->shards.front().chips.back().height == expected_rows);
    RealProver<S> prover;
    const auto key = prover.make_key({&*machine, &*boundary}, {4, 8, 12, 16});
    const Bytes proof = prover.prove(key, tables_of(traces));
    CHECK(prover.error() == "");
    CHECK(!proof.empty());
}

using Bits100 = verify::Scheme<params::kBits100, params::OpeningId::basefold_rate_1_2>;
using Bits128 = verify::Scheme<params::kBits128, params::OpeningId::basefold_rate_1_2>;
using Bits100Whir = verify::Scheme<params::kBits100, params::OpeningId::whir_rate_1_2>;
using Bits128Whir = verify::Scheme<params::kBits128, params::OpeningId::whir_rate_1_2>;

TEST_CASE("tables of every height around powers of two are proved") {
    const std::vector<std::uint32_t> heights{0,  1,  2,   3,   4,   5,   7,    8,    9,   31,
                                             32, 33, 127, 129, 255, 257, 1023, 1024, 1025};
    prove_fibonacci<Narrow>(heights);
    prove_fibonacci<Wide>(heights);
    prove_fibonacci<NarrowWhir>(heights);
    prove_fibonacci<WideWhir>(heights);
    prove_fibonacci<Bits100>({0, 1, 255, 257});
    prove_fibonacci<Bits128>({0, 1, 255, 257});
}

TEST_CASE("tables of 2^16 rows are proved") {
    prove_fibonacci<Narrow>({65535, 65537});
    prove_fibonacci<Wide>({65536});
    prove_fibonacci<NarrowWhir>({65537});
    prove_fibonacci<WideWhir>({65535});
}

TEST_CASE("tables of 2^20 rows are proved", "[.slow]") {
    prove_fibonacci<Narrow>({(1u << 20) + 1});
    prove_fibonacci<Wide>({(1u << 20) - 1});
    prove_fibonacci<Bits100>({(1u << 20) + 1});
    prove_fibonacci<Bits128>({(1u << 20) - 1});
    prove_fibonacci<Bits100Whir>({(1u << 20) - 1});
    prove_fibonacci<Bits128Whir>({(1u << 20) + 1});
}

/// Sets `count` words and halts.
toys::RegisterProgram setting_program(std::uint16_t count) {
    toys::RegisterProgram program;
    for (std::uint16_t i = 1; i <= count; ++i)
        program.push_back({toys::Op::set, i, static_cast<std::uint16_t>(7 * i), 0});
    program.push_back({toys::Op::halt, 0, 1, 0});
    return program;
}

TEST_CASE("linked tables of 1, 31, 32 and 33 rows are proved; those of none are in the naive prover's company") {
    prove_registers<Narrow>(setting_program(0), {}, 1);
    for (const std::uint16_t words : std::initializer_list<std::uint16_t>{31, 32, 33})
        prove_registers<Narrow>(setting_program(words), {}, words);
    prove_registers<Wide>(setting_program(32), {}, 32);
    prove_registers<Bits100>(setting_program(32), {32}, 32);
    prove_registers<Bits128>(setting_program(0), {}, 1);
}

TEST_CASE("a run of the register machine of 2^18 instructions is proved in three shards", "[.slow]") {
    prove_registers<Narrow>(toys::mixing_program(32000), {100000, 80001}, 9);
}

TEMPLATE_TEST_CASE("a sharded run is proved, whatever the number of threads, with the same bytes", "", Narrow,
                   NarrowWhir) {
    const toys::RegisterProgram program = toys::mixing_program(12);
    const auto machine = toys::register_machine(program);
    const auto boundary = toys::register_boundary_machine();
    REQUIRE(machine.ok());
    REQUIRE(boundary.ok());
    const std::vector<std::uint16_t> input{3, 1, 4, 1, 5, 9, 2, 6};
    const auto run = toys::run_register_machine(program, input, std::vector<std::uint64_t>{17, 40});
    REQUIRE(run.ok());
    // More threads than the machine has are threads too.
    const oneapi::tbb::global_control allow(oneapi::tbb::global_control::max_allowed_parallelism, 8);
    std::vector<Bytes> proofs;
    for (const unsigned threads : {1u, 2u, 7u}) {
        RealProver<TestType> prover(threads);
        const auto key = prover.make_key({&*machine, &*boundary}, {6, 10, 14});
        proofs.push_back(prover.prove(
            key, {static_cast<std::uint32_t>(run->shards.size()),
                  [&](std::uint32_t shard) -> absl::StatusOr<machine::TableTrace> { return run->shards[shard - 1]; },
                  [&]() -> absl::StatusOr<machine::TableTrace> { return run->boundary; }}));
        CHECK(prover.error() == "");
    }
    CHECK(proofs[0] == proofs[1]);
    CHECK(proofs[0] == proofs[2]);
}

TEMPLATE_TEST_CASE("the synthetic machine is proved within its memory plan, of at most 60 bytes a cell", "", Narrow,
                   NarrowWhir) {
    const auto machine = toys::synthetic_machine();
    REQUIRE(machine.ok());
    const machine::TableTrace trace = toys::synthetic_trace(1 << 21);
    std::uint64_t cells = 0;
    for (std::size_t chip = 0; chip < trace.chips.size(); ++chip) {
        for (const std::uint32_t width : machine->chips()[chip].widths)
            cells += std::uint64_t{width} * trace.chips[chip].height;
    }
    RealProver<TestType> prover(2);
    const auto key = prover.make_key({&*machine, nullptr}, {12, 17});
    const Bytes proof = prover.prove(key, single(trace), 17);
    CHECK(prover.error() == "");
    CHECK(!proof.empty());
    CHECK(prover.peak_bytes() <= prover.planned_bytes());
    INFO("planned " << prover.planned_bytes() << " peak " << prover.peak_bytes() << " cells " << cells);
    CHECK(prover.planned_bytes() <= 60 * cells);
}

TEST_CASE("tables that break a rule are not proved, and the error says which") {
    const auto machine = toys::fibonacci_machine();
    REQUIRE(machine.ok());
    const machine::TableTrace honest = toys::fibonacci_trace(20, 1, 2);
    RealProver<Narrow> prover;
    const auto key = prover.make_key({&*machine, nullptr}, {4, 8});
    const auto refused = [&](const machine::TableTrace& trace, const std::string& reason) {
        CHECK(prover.prove(key, single(trace)).empty());
        CAPTURE(prover.error());
        CHECK(prover.error().find(reason) != std::string::npos);
    };
    SECTION("a changed value") {
        machine::TableTrace trace = honest;
        trace.chips.back().at(machine::Group::main, 1, 7) += KoalaBear::one();
        refused(trace, "do not balance");
    }
    SECTION("a changed public value") {
        machine::TableTrace trace = honest;
        trace.public_values[1] += KoalaBear::one();
        refused(trace, "balance");
    }
    SECTION("a row too few in a fixed table") {
        machine::TableTrace trace = honest;
        trace.chips[0].height -= 1;
        refused(trace, "rows; the key has exactly 256");
    }
    SECTION("a column too few") {
        machine::TableTrace trace = honest;
        trace.chips.back().columns[2].resize(trace.chips.back().columns[2].size() - 20);
        refused(trace, "elements; its");
    }
    SECTION("more shards than the key allows") {
        protocol::ExecutionTables tables = single(honest);
        tables.shards = 9;
        CHECK(prover.prove(key, tables).empty());
        CHECK(prover.error() == "9 shards; the key allows 1 .. 8");
    }
}

TEMPLATE_TEST_CASE("a shipped profile's proof is accepted by the shipped verifier, and refused when changed", "",
                   Bits100, Bits128, Bits100Whir, Bits128Whir) {
    const auto machine = toys::fibonacci_machine();
    REQUIRE(machine.ok());
    const machine::TableTrace trace = toys::fibonacci_trace(100, 1, 2);
    constexpr unsigned kDegree = TestType::kProfile.extension_degree;
    using Hasher = typename TestType::Hasher;
    auto backend = backend_cpu::make_backend<kDegree, Hasher>({});
    protocol::KeyOptions options;
    options.profile = &TestType::kProfile;
    options.opening = TestType::kOpening.id;
    options.stack_heights = {4, 14};
    auto key = protocol::ProvingKey<kDegree, Hasher>::make(*backend, options, {&*machine, nullptr});
    REQUIRE(key.ok());
    protocol::ProverOptions prover_options;
    prover_options.stack_height = 14;
    protocol::Prover<kDegree, Hasher> prover(*backend, *key, prover_options);
    auto proof = prover.prove(single(trace));
    REQUIRE(proof.ok());
    std::vector<std::uint32_t> statement;
    for (const std::uint32_t index : machine->rules().statement)
        statement.push_back(trace.public_values[index].canonical());
    CHECK(protocol::check_with_verifier(key->body(), *proof, statement).ok());
    statement[0] += 1;
    CHECK(!protocol::check_with_verifier(key->body(), *proof, statement).ok());
    statement[0] -= 1;
    // A key of another opening, or of one that the verifier does not have.
    for (std::uint8_t opening = 0; opening <= 6; ++opening) {
        Bytes body(key->body().begin(), key->body().end());
        if (body[10] == opening) continue;
        body[10] = opening;
        CHECK(!protocol::check_with_verifier(body, *proof, statement).ok());
    }
}

TEST_CASE("keys are refused that the profile's bits do not hold for") {
    const auto machine = toys::fibonacci_machine();
    REQUIRE(machine.ok());
    RealProver<Narrow> prover;
    using Key = RealProver<Narrow>::Key;
    protocol::KeyOptions options;
    options.profile = &params_test::kTest;
    options.stack_heights = {8, 8};
    CHECK(Key::make(prover.backend(), options, {&*machine, nullptr}).status().message() ==
          "key: stack heights are not ascending");
    options.stack_heights = {25};
    CHECK(!Key::make(prover.backend(), options, {&*machine, nullptr}).ok());
    options.stack_heights = {8};
    options.opening = static_cast<params::OpeningId>(9);
    CHECK(Key::make(prover.backend(), options, {&*machine, nullptr}).status().message() ==
          "key: profile test has no opening 9");
    options.opening = {};
    options.profile = &params_test::kTestWide;
    CHECK(!Key::make(prover.backend(), options, {&*machine, nullptr}).ok());
}

}  // namespace
}  // namespace sluice::test
