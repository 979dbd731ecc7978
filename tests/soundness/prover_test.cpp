// The prover on the CPU: its proofs are the naive prover's, byte for byte, on tiny machines, and are accepted on larger
// ones. SPDX-License-Identifier: MIT OR Apache-2.0
#include "sluice/protocol/prover.h"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "execution.h"
#include "oneapi/tbb/global_control.h"
#include "sluice/backend_cpu/cpu_backend.h"
#include "sluice/params_test/profile.h"
#include "sluice/toys/fibonacci.h"
#include "sluice/toys/register_machine.h"
#include "sluice/toys/synthetic.h"
#include "support/catch.h"
#include "tiny_machine.h"

namespace sluice::test {
namespace {

using Narrow = verify::Scheme<params_test::kTest>;
using Wide = verify::Scheme<params_test::kTestWide>;
using Bytes = std::vector<std::uint8_t>;

/// Verification under a profile of the tests.
template <class S>
absl::Status check(std::span<const std::uint8_t> key, std::span<const std::uint8_t> proof,
                   std::span<const std::uint32_t> statement) {
    Bytes memory(16 * key.size() + 8 * proof.size() + (1 << 20));
    Arena arena(memory.data(), memory.size());
    const verify::Verdict verdict = verify::verify_execution<S>(key, proof, statement, arena);
    if (verdict.ok()) return absl::OkStatus();
    return absl::InvalidArgumentError(std::string(verify::name(verdict.status)) + " " + std::to_string(verdict.table) +
                                      " " + std::to_string(verdict.position));
}

/// Key and prover of one scheme.
template <class S>
struct Fixture {
    static constexpr unsigned kDegree = S::kProfile.extension_degree;
    using Hasher = typename S::Hasher;
    using Key = protocol::ProvingKey<kDegree, Hasher>;

    explicit Fixture(unsigned threads = 1)
        : backend(backend_cpu::make_backend<kDegree, Hasher>({.threads = threads})) {}

    [[nodiscard]] Key make_key(const protocol::KeyMachines& machines, std::vector<std::uint32_t> stack_heights,
                               std::uint32_t max_shards = 8, std::uint32_t max_link_terms = 100000) const {
        protocol::KeyOptions options;
        options.profile = &S::kProfile;
        options.stack_heights = std::move(stack_heights);
        options.max_shards = max_shards;
        options.max_link_terms = max_link_terms;
        auto key = Key::make(*backend, options, machines);
        REQUIRE(key.ok());
        return *std::move(key);
    }

    /// Empty if proving fails, with the reason in `error`.
    [[nodiscard]] Bytes prove(const Key& key, const protocol::ExecutionTables& tables, std::uint32_t stack_height = 0) {
        protocol::ProverOptions options;
        options.check = check<S>;
        options.stack_height = stack_height;
        options.stack_columns = 16;
        protocol::Prover<kDegree, Hasher> prover(*backend, key, options);
        backend->reset_peak_memory();
        auto proof = prover.prove(tables);
        planned = prover.planned_bytes();
        peak = backend->peak_memory_bytes();
        error = std::string(proof.status().message());
        return proof.ok() ? *std::move(proof) : Bytes();
    }

    std::unique_ptr<backend_cpu::CpuBackend<kDegree, Hasher>> backend;
    std::string error;
    std::uint64_t planned = 0;
    std::uint64_t peak = 0;
};

protocol::ExecutionTables single(const machine::TableTrace& trace) {
    return {1, [&trace](std::uint32_t) -> absl::StatusOr<machine::TableTrace> { return trace; }, {}};
}

template <class S>
void compare_with_naive_prover(const std::vector<std::pair<std::uint32_t, std::vector<std::uint32_t>>>& shards) {
    const TinyMachine<S> machine;
    std::vector<typename TinyMachine<S>::ShardPlan> plan;
    for (const auto& [count, keys] : shards) plan.push_back({count, keys});
    const auto traces = machine.run(plan);
    const NaiveProver<S> naive(machine.key(), traces, std::vector<unsigned>(traces.size(), 3));
    const Bytes expected = naive.prove().bytes();

    Fixture<S> fixture;
    const auto key = fixture.make_key({&machine.shard_machine(), &machine.boundary_machine()}, {3}, 8, 1000);
    CHECK(Bytes(key.body().begin(), key.body().end()) == machine.key().bytes);
    const Bytes proof =
        fixture.prove(key, {static_cast<std::uint32_t>(plan.size()),
                            [&](std::uint32_t shard) -> absl::StatusOr<machine::TableTrace> { return traces[shard]; },
                            [&]() -> absl::StatusOr<machine::TableTrace> { return traces[0]; }});
    CHECK(fixture.error == "");
    CHECK(proof == expected);
    CHECK(fixture.peak <= fixture.planned);
}

TEST_CASE("keys and proofs are those of the naive prover, byte for byte") {
    SECTION("three shards, one of them empty of steps") {
        compare_with_naive_prover<Narrow>({{2, {3, 5}}, {0, {5, 6, 9}}, {3, {}}});
        compare_with_naive_prover<Wide>({{2, {3, 5}}, {0, {5, 6, 9}}, {3, {}}});
    }
    SECTION("nothing linked") {
        compare_with_naive_prover<Narrow>({{5, {}}});
        compare_with_naive_prover<Wide>({{1, {}}});
    }
    SECTION("five words over two shards") {
        compare_with_naive_prover<Narrow>({{1, {1, 2, 3, 4, 7}}, {4, {2, 4, 7}}});
    }
}

template <class S>
void prove_fibonacci(std::uint32_t steps) {
    INFO("steps " << steps << ", " << S::kProfile.name);
    const auto machine = toys::fibonacci_machine();
    REQUIRE(machine.ok());
    const machine::TableTrace trace = toys::fibonacci_trace(steps, 1, 2);
    Fixture<S> fixture;
    const auto key = fixture.make_key({&*machine, nullptr}, {4, 8, 12, 16, 20});
    const Bytes proof = fixture.prove(key, single(trace));
    CHECK(fixture.error == "");
    CHECK(!proof.empty());
    CHECK(fixture.peak <= fixture.planned);
}

TEST_CASE("tables of every height around powers of two are proved") {
    for (const std::uint32_t steps : {0u, 1u, 2u, 3u, 4u, 5u, 7u, 8u, 9u, 31u, 33u, 127u, 129u, 1023u, 1024u, 1025u}) {
        prove_fibonacci<Narrow>(steps);
        prove_fibonacci<Wide>(steps);
    }
}

TEST_CASE("tables of 2^16 rows are proved") {
    for (const std::uint32_t steps : {65535u, 65537u}) prove_fibonacci<Narrow>(steps);
    prove_fibonacci<Wide>(65536);
}

TEST_CASE("tables of 2^20 rows are proved", "[.slow]") {
    prove_fibonacci<Narrow>((1u << 20) + 1);
    prove_fibonacci<Wide>((1u << 20) - 1);
}

TEST_CASE("a sharded run is proved, whatever the number of threads, with the same bytes") {
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
        Fixture<Narrow> fixture(threads);
        const auto key = fixture.make_key({&*machine, &*boundary}, {6, 10, 14});
        proofs.push_back(fixture.prove(
            key, {static_cast<std::uint32_t>(run->shards.size()),
                  [&](std::uint32_t shard) -> absl::StatusOr<machine::TableTrace> { return run->shards[shard - 1]; },
                  [&]() -> absl::StatusOr<machine::TableTrace> { return run->boundary; }}));
        CHECK(fixture.error == "");
    }
    CHECK(proofs[0] == proofs[1]);
    CHECK(proofs[0] == proofs[2]);
}

TEST_CASE("the synthetic machine is proved within its memory plan, of at most 60 bytes a cell") {
    const auto machine = toys::synthetic_machine();
    REQUIRE(machine.ok());
    const machine::TableTrace trace = toys::synthetic_trace(1 << 21);
    std::uint64_t cells = 0;
    for (std::size_t chip = 0; chip < trace.chips.size(); ++chip) {
        for (const std::uint32_t width : machine->chips()[chip].widths)
            cells += std::uint64_t{width} * trace.chips[chip].height;
    }
    Fixture<Narrow> fixture(2);
    const auto key = fixture.make_key({&*machine, nullptr}, {12, 17});
    const Bytes proof = fixture.prove(key, single(trace), 17);
    CHECK(fixture.error == "");
    CHECK(!proof.empty());
    CHECK(fixture.peak <= fixture.planned);
    INFO("planned " << fixture.planned << " peak " << fixture.peak << " cells " << cells);
    CHECK(fixture.planned <= 60 * cells);
}

TEST_CASE("tables that break a rule are not proved, and the error says which") {
    const auto machine = toys::fibonacci_machine();
    REQUIRE(machine.ok());
    const machine::TableTrace honest = toys::fibonacci_trace(20, 1, 2);
    Fixture<Narrow> fixture;
    const auto key = fixture.make_key({&*machine, nullptr}, {4, 8});
    const auto refused = [&](const machine::TableTrace& trace, const std::string& reason) {
        CHECK(fixture.prove(key, single(trace)).empty());
        CAPTURE(fixture.error);
        CHECK(fixture.error.find(reason) != std::string::npos);
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
        CHECK(fixture.prove(key, tables).empty());
        CHECK(fixture.error == "9 shards; the key allows 1 .. 8");
    }
}

TEST_CASE("a shipped profile's proof is accepted by the shipped verifier, and refused when changed") {
    const auto machine = toys::fibonacci_machine();
    REQUIRE(machine.ok());
    const machine::TableTrace trace = toys::fibonacci_trace(100, 1, 2);
    auto backend = backend_cpu::make_backend<4, hash::Poseidon2Hasher16>({});
    protocol::KeyOptions options;
    options.stack_heights = {4, 9};
    auto key = protocol::ProvingKey<4, hash::Poseidon2Hasher16>::make(*backend, options, {&*machine, nullptr});
    REQUIRE(key.ok());
    protocol::Prover<4, hash::Poseidon2Hasher16> prover(*backend, *key, {});
    auto proof = prover.prove(single(trace));
    REQUIRE(proof.ok());
    std::vector<std::uint32_t> statement;
    for (const std::uint32_t index : machine->rules().statement)
        statement.push_back(trace.public_values[index].canonical());
    CHECK(protocol::check_with_verifier(key->body(), *proof, statement).ok());
    statement[0] += 1;
    CHECK(!protocol::check_with_verifier(key->body(), *proof, statement).ok());
}

TEST_CASE("keys are refused that the profile's bits do not hold for") {
    const auto machine = toys::fibonacci_machine();
    REQUIRE(machine.ok());
    Fixture<Narrow> fixture;
    using Key = Fixture<Narrow>::Key;
    protocol::KeyOptions options;
    options.profile = &params_test::kTest;
    options.stack_heights = {8, 8};
    CHECK(Key::make(*fixture.backend, options, {&*machine, nullptr}).status().message() ==
          "key: stack heights are not ascending");
    options.stack_heights = {25};
    CHECK(!Key::make(*fixture.backend, options, {&*machine, nullptr}).ok());
    options.stack_heights = {8};
    options.profile = &params_test::kTestWide;
    CHECK(!Key::make(*fixture.backend, options, {&*machine, nullptr}).ok());
}

}  // namespace
}  // namespace sluice::test
