// Guest programs proved in the RV64IM machine, without accelerators. SPDX-License-Identifier: MIT OR Apache-2.0
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "sluice/backend_cpu/cpu_backend.h"
#include "sluice/chips/rv64_machine.h"
#include "sluice/machine/debug.h"
#include "sluice/protocol/prover.h"
#include "support/catch.h"

namespace sluice::test {
namespace {

std::filesystem::path path_of(const std::string& name) {
    return std::filesystem::path(SLUICE_GUEST_DIR) / name;
}

/// The program as a machine without accelerators has it.
vm::Program load_plain(const std::string& name) {
    std::ifstream file(path_of(name), std::ios::binary);
    std::vector<std::uint8_t> elf{std::istreambuf_iterator<char>(file), {}};
    REQUIRE(vm::patch_features(elf, 0).ok());
    auto program = vm::load_elf(elf);
    REQUIRE(program.ok());
    return *std::move(program);
}

TEST_CASE("runs of guest programs keep all rules of the machine") {
    if (!std::filesystem::exists(path_of("fib.elf")))
        SLUICE_SKIP("no guest programs in " SLUICE_GUEST_DIR " (RISC-V tools missing?)");
    for (const std::string name : {"fib.elf", "hello.elf", "exit_code.elf", "misaligned.elf"}) {
        INFO(name);
        const vm::Program program = load_plain(name);
        const std::vector<std::uint8_t> input = {40, 0, 0, 0, 0, 0, 0, 0};
        const auto machine = chips::Rv64Machine::make(program);
        REQUIRE(machine.ok());
        vm::ShardPlan plan;
        plan.cuts = {1500};
        const auto run = chips::Rv64Run::make(*machine, program, input, plan);
        INFO(run.status().ToString());
        REQUIRE(run.ok());
        std::vector<machine::TableInRun> all = {{&machine->boundary(), &run->boundary()}};
        const auto first = run->shard(1);
        const auto second = run->shard(2);
        for (const auto* shard : {&first, &second}) {
            INFO(shard->status().ToString());
            REQUIRE(shard->ok());
            CHECK(machine::describe(machine::find_faults(machine->shards(), **shard)) == "");
            all.push_back({&machine->shards(), &**shard});
        }
        CHECK(machine::describe(machine::find_faults(machine->boundary(), run->boundary())) == "");
        CHECK(machine::describe(machine::find_link_faults(all)) == "");
    }
}

TEST_CASE("a guest program's run is proved with 100 bits, and the shipped verifier accepts it for its output alone") {
    if (!std::filesystem::exists(path_of("fib.elf")))
        SLUICE_SKIP("no guest programs in " SLUICE_GUEST_DIR " (RISC-V tools missing?)");
    const vm::Program program = load_plain("fib.elf");
    const std::vector<std::uint8_t> input = {90, 0, 0, 0, 0, 0, 0, 0};
    const auto machine = chips::Rv64Machine::make(program);
    REQUIRE(machine.ok());
    vm::ShardPlan plan;
    plan.cuts = {2500};
    const auto run = chips::Rv64Run::make(*machine, program, input, plan);
    INFO(run.status().ToString());
    REQUIRE(run.ok());
    // F(90), known from elsewhere.
    REQUIRE(run->run().output.size() == 8);
    CHECK(load_le<std::uint64_t>(run->run().output.data()) == 2880067194370816120);

    const auto backend = backend_cpu::make_backend<4, hash::Poseidon2Hasher16>({});
    protocol::KeyOptions options;
    options.stack_heights = {16};
    options.max_shards = 16;
    options.max_link_terms = 1u << 20;
    const auto key = protocol::ProvingKey<4, hash::Poseidon2Hasher16>::make(*backend, options,
                                                                            {&machine->shards(), &machine->boundary()});
    INFO(key.status().ToString());
    REQUIRE(key.ok());
    protocol::Prover<4, hash::Poseidon2Hasher16> prover(*backend, *key);
    const auto proof = prover.prove({run->shard_count(), [&](std::uint32_t shard) { return run->shard(shard); },
                                     [&]() -> absl::StatusOr<machine::TableTrace> { return run->boundary(); }});
    INFO(proof.status().ToString());
    REQUIRE(proof.ok());
    auto digest = run->run().output_digest;
    CHECK(protocol::check_with_verifier(key->body(), *proof, chips::statement_of(0, digest)).ok());
    CHECK_FALSE(protocol::check_with_verifier(key->body(), *proof, chips::statement_of(1, digest)).ok());
    digest[0] ^= 1;
    CHECK_FALSE(protocol::check_with_verifier(key->body(), *proof, chips::statement_of(0, digest)).ok());
}

}  // namespace
}  // namespace sluice::test
