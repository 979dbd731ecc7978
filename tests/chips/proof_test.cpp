// Whole proofs of runs of the RV64IM machine, with few queries. SPDX-License-Identifier: MIT OR Apache-2.0
#include <memory>

#include "copy_calls.h"
#include "execution.h"
#include "machine_run.h"
#include "poseidon2_calls.h"
#include "programs.h"
#include "sha256_calls.h"
#include "sluice/abi/semantics.h"
#include "sluice/backend_cpu/cpu_backend.h"
#include "sluice/params_test/profile.h"
#include "sluice/protocol/prover.h"
#include "sluice/verify/verify.h"
#include "wide_calls.h"

namespace sluice::test {
namespace {

using S = verify::Scheme<params_test::kTest>;
using Bytes = std::vector<std::uint8_t>;
using Statement = std::array<std::uint32_t, chips::kStatementValues>;

absl::Status check(std::span<const std::uint8_t> key, std::span<const std::uint8_t> proof,
                   std::span<const std::uint32_t> statement) {
    std::vector<std::uint64_t> memory(verify::scratch_bytes(key.size(), proof.size()) / 8);
    Arena arena(memory.data(), memory.size() * 8);
    const verify::Verdict verdict = verify::verify_execution<S>(key, proof, statement, arena);
    if (verdict.ok()) return absl::OkStatus();
    return absl::InvalidArgumentError(std::string(verify::name(verdict.status)) + " " + std::to_string(verdict.table) +
                                      " " + std::to_string(verdict.position));
}

/// The machine's key, and proofs with it.
struct Proving {
    using Key = protocol::ProvingKey<4, hash::Poseidon2Hasher16>;

    explicit Proving(const chips::Rv64Machine& machine)
        : backend(backend_cpu::make_backend<4, hash::Poseidon2Hasher16>({})) {
        protocol::KeyOptions options;
        options.profile = &params_test::kTest;
        options.stack_heights = {16};
        options.max_shards = 8;
        options.max_link_terms = 1u << 20;
        auto made = Key::make(*backend, options, {&machine.shards(), &machine.boundary()});
        INFO(made.status().ToString());
        REQUIRE(made.ok());
        key = std::make_unique<Key>(*std::move(made));
    }

    [[nodiscard]] absl::StatusOr<Bytes> prove(const Tables& tables) const {
        protocol::ProverOptions options;
        options.check = check;
        protocol::Prover<4, hash::Poseidon2Hasher16> prover(*backend, *key, options);
        return prover.prove(
            {static_cast<std::uint32_t>(tables.shards.size()),
             [&](std::uint32_t shard) -> absl::StatusOr<machine::TableTrace> { return tables.shards[shard - 1]; },
             [&]() -> absl::StatusOr<machine::TableTrace> { return tables.boundary; }});
    }

    std::unique_ptr<backend_cpu::CpuBackend<4, hash::Poseidon2Hasher16>> backend;
    std::unique_ptr<Key> key;
};

TEST_CASE("a run over three shards is proved, for its exit code and output alone") {
    Assembler text;
    text.li(s0, SLUICE_INPUT_BEGIN + 8 + 32);
    text.li(s1, SLUICE_HEAP_BEGIN);
    text.ld(t0, s0, 0);
    text.li(t2, 1);
    text.label("loop");
    text.add(t3, t1, t2);
    text.addi(t1, t2, 0);
    text.addi(t2, t3, 0);
    text.sd(t2, s1, 0);
    text.mul(t4, t2, t2);
    text.load(2, t5, s1, 3);
    text.addi(t0, t0, -1);
    text.bne(t0, zero, "loop");
    halt(text, 3);
    Bytes input = empty_input();
    input.resize(40);
    input[32] = 20;
    const MachineRun run = MachineRun::make(make_program(text), input, {50, 120});
    REQUIRE(run.faults() == "");
    const Proving proving(run.machine);
    const absl::StatusOr<Bytes> proof = proving.prove(run.tables);
    INFO(proof.status().ToString());
    REQUIRE(proof.ok());

    const auto digest = run.tables.run.output_digest;
    const auto verdict = [&](const Statement& statement) {
        return std::string(check(proving.key->body(), *proof, statement).message());
    };
    CHECK(verdict(chips::statement_of(3, digest)) == "");
    CHECK(verdict(chips::statement_of(0, digest)) == "statement 3 5");
    auto other = digest;
    other[31] ^= 1;
    CHECK(verdict(chips::statement_of(3, other)) == "statement 3 22");
}

TEST_CASE("programs over every instruction are proved") {
    SLUICE_RANDOM(rng);
    for (ProgramCase& test :
         std::vector<ProgramCase>{register_arithmetic(rng), special_registers(rng), immediate_arithmetic(rng),
                                  constants(), branches(rng), jumps(), loads_and_stores(rng), ecalls()}) {
        test.program.features = vm::FeatureWord{};  // tables of accelerators take time
        const MachineRun run = MachineRun::make(test.program, test.input, {3});
        const Proving proving(run.machine);
        const absl::StatusOr<Bytes> proof = proving.prove(run.tables);
        INFO(proof.status().ToString());
        REQUIRE(proof.ok());
        const auto statement = chips::statement_of(run.tables.run.exit_code, run.tables.run.output_digest);
        CHECK(check(proving.key->body(), *proof, statement).ok());
    }
}

TEST_CASE("calls of accelerators are proved") {
    SLUICE_RANDOM(rng);
    for (const ProgramCase& test :
         {program_of(wide_calls(rng, 2)), program_of(field_calls_on(rng, 1)), program_of(some_copies(rng, 12)),
          program_of(random_sha256(rng, 2)), program_of(poseidon2_calls(rng, 2))}) {
        const MachineRun run = MachineRun::make(test.program, test.input, {20});
        REQUIRE(run.faults() == "");
        const Proving proving(run.machine);
        const absl::StatusOr<Bytes> proof = proving.prove(run.tables);
        INFO(proof.status().ToString());
        REQUIRE(proof.ok());
        const auto verdict = [&](const Statement& statement) {
            return std::string(check(proving.key->body(), *proof, statement).message());
        };
        CHECK(verdict(chips::statement_of(0, run.tables.run.output_digest)) == "");
        CHECK(verdict(chips::statement_of(1, run.tables.run.output_digest)) == "statement 2 5");
    }
}

TEST_CASE("a run with Keccak calls over two shards is proved, and says what they give") {
    // Two permutations of zero; it exits with 31 bits of the result.
    std::uint64_t state[25] = {};
    for (int i = 0; i < 2; ++i) abi::keccak_f(state);
    const auto code = static_cast<std::int32_t>(state[0] >> 33);
    Assembler text;
    text.li(s1, SLUICE_HEAP_BEGIN);
    text.li(a0, SLUICE_HEAP_BEGIN);
    text.call(SLUICE_ECALL_KECCAK_F);
    text.li(a1, SLUICE_HEAP_BEGIN + 1024);
    text.call(SLUICE_ECALL_KECCAK_ABSORB);
    text.ld(a0, s1, 0);
    text.word(encode::i_type(0x13, 5, a0, a0, 33));
    text.li(a1, SLUICE_INPUT_BEGIN + 8);
    text.li(a3, 0);
    text.call(SLUICE_ECALL_HALT);
    vm::Program program = make_program(text);
    program.features = vm::FeatureWord{.value = SLUICE_FEATURE_KECCAK};
    const MachineRun run = MachineRun::make(std::move(program), empty_input(), {5});
    const Proving proving(run.machine);
    const absl::StatusOr<Bytes> proof = proving.prove(run.tables);
    INFO(proof.status().ToString());
    REQUIRE(proof.ok());
    const auto digest = run.tables.run.output_digest;
    const auto verdict = [&](std::int32_t claimed) {
        return check(proving.key->body(), *proof, chips::statement_of(claimed, digest)).message();
    };
    CHECK(verdict(code) == "");
    CHECK(verdict(code ^ 1) == "statement 2 5");
}

}  // namespace
}  // namespace sluice::test
