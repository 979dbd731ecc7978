// Guest programs proved in the RV64IM machine, with and without accelerators. SPDX-License-Identifier: MIT OR
// Apache-2.0
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "sluice/abi/ecall.h"
#include "sluice/abi/features.h"
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

using Bytes = std::vector<std::uint8_t>;

/// The program as a machine with these accelerators has it.
vm::Program load(const std::string& name, std::uint64_t features) {
    std::ifstream file(path_of(name), std::ios::binary);
    Bytes elf{std::istreambuf_iterator<char>(file), {}};
    REQUIRE(vm::patch_features(elf, features).ok());
    auto program = vm::load_elf(elf);
    REQUIRE(program.ok());
    return *std::move(program);
}

/// Faults of a run's tables, in words; empty if there are none.
std::string faults_of(const vm::Program& program, const Bytes& input, const std::vector<std::uint64_t>& cuts,
                      vm::Run& run_out) {
    const auto machine = chips::Rv64Machine::make(program);
    REQUIRE(machine.ok());
    vm::ShardPlan plan;
    plan.cuts = cuts;
    const auto run = chips::Rv64Run::make(*machine, program, input, plan);
    INFO(run.status().ToString());
    REQUIRE(run.ok());
    run_out = run->run();
    std::vector<machine::TableTrace> shards;
    for (std::uint32_t shard = 1; shard <= run->shard_count(); ++shard) {
        auto trace = run->shard(shard);
        INFO(trace.status().ToString());
        REQUIRE(trace.ok());
        shards.push_back(*std::move(trace));
    }
    std::string text = machine::describe(machine::find_faults(machine->boundary(), run->boundary()));
    std::vector<machine::TableInRun> all = {{&machine->boundary(), &run->boundary()}};
    for (const machine::TableTrace& shard : shards) {
        text += machine::describe(machine::find_faults(machine->shards(), shard));
        all.push_back({&machine->shards(), &shard});
    }
    return text + machine::describe(machine::find_link_faults(all));
}

TEST_CASE("runs of guest programs keep all rules of the machine") {
    if (!std::filesystem::exists(path_of("fib.elf")))
        SLUICE_SKIP("no guest programs in " SLUICE_GUEST_DIR " (RISC-V tools missing?)");
    for (const std::string name : {"fib.elf", "hello.elf", "exit_code.elf", "misaligned.elf"}) {
        INFO(name);
        vm::Run run;
        CHECK(faults_of(load(name, 0), {40, 0, 0, 0, 0, 0, 0, 0}, {1500}, run) == "");
    }
}

/// Appends a request to the input of guest/programs/accelerators.cpp.
void request(Bytes& input, std::uint32_t operation, const Bytes& arguments) {
    std::uint8_t header[8];
    store_le(header, operation);
    store_le(header + 4, static_cast<std::uint32_t>(arguments.size()));
    input.insert(input.end(), header, header + 8);
    input.insert(input.end(), arguments.begin(), arguments.end());
    input.resize((input.size() + 7) / 8 * 8);
}
Bytes from_hex(std::string_view digits) {
    Bytes bytes;
    for (std::size_t i = 0; i + 1 < digits.size(); i += 2) {
        bytes.push_back(static_cast<std::uint8_t>(std::stoul(std::string(digits.substr(i, 2)), nullptr, 16)));
    }
    return bytes;
}
Bytes twice(const Bytes& bytes) {
    Bytes both = bytes;
    both.insert(both.end(), bytes.begin(), bytes.end());
    return both;
}

TEST_CASE("a program's output does not depend on which accelerators have circuits, and all its tables keep the rules") {
    if (!std::filesystem::exists(path_of("accelerators.elf")))
        SLUICE_SKIP("no guest programs in " SLUICE_GUEST_DIR " (RISC-V tools missing?)");
    // What calls the accelerators of a bit; in software some of it takes too many instructions to look at every row.
    const auto input_for = [](std::uint64_t features) {
        Bytes input;
        Bytes message;
        for (int i = 0; i < 301; ++i) message.push_back(static_cast<std::uint8_t>(7 * i));
        request(input, 0, message);                                                // Keccak-256: three blocks
        request(input, 3, message);                                                // SHA-256
        if ((features & SLUICE_FEATURE_MEMCPY) != 0) request(input, 19, message);  // the same at eight alignments
        if ((features & SLUICE_FEATURE_UINT256) != 0) {
            // Base and modulus of 32 bytes, exponent 65537.
            Bytes modexp(24 + 32 + 3 + 32, 0xa7);
            store_le<std::uint64_t>(modexp.data(), 32);
            store_le<std::uint64_t>(modexp.data() + 8, 3);
            store_le<std::uint64_t>(modexp.data() + 16, 32);
            modexp[24 + 32] = 1;
            modexp[24 + 33] = 0;
            modexp[24 + 34] = 1;
            modexp[24 + 35] = 0xfb;
            request(input, 5, modexp);
        }
        if ((features & SLUICE_FEATURE_BN254) != 0) {
            Bytes point(64);
            point[31] = 1;
            point[63] = 2;
            request(input, 6, twice(point));
        }
        if ((features & SLUICE_FEATURE_BLS12_381) != 0) {
            // The generator (EIP-2537).
            request(input, 11,
                    twice(from_hex("17f1d3a73197d7942695638c4fa9ac0fc3688c4f9774b905a14e3a3f171bac586c55e83ff97a1aeffb"
                                   "3af00adb22c6bb08b3f481e3aaa0f1a09e30ed741d8ae4fcf5e095d5d00af600db18cb2c04b3edd03c"
                                   "c744a2888ae40caa232946c5e7e1")));
        }
        if ((features & SLUICE_FEATURE_POSEIDON2) != 0) {
            request(input, 21, Bytes(64, 0xa5));
            request(input, 22, Bytes(96, 0xa5));
        }
        if ((features & SLUICE_FEATURE_SECP256K1) != 0) {
            // Any message and s, r the base point's x (SEC 2), recovery id 0.
            Bytes signature(32, 0x5c);
            for (const std::uint8_t byte : from_hex("79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798"))
                signature.push_back(byte);
            signature.resize(96, 0x11);
            signature.push_back(0);
            request(input, 2, signature);
        }
        return input;
    };
    std::vector<std::uint64_t> feature_words = {0, chips::provable_features()};
    for (std::uint64_t bit = 1; bit != 0 && bit <= SLUICE_FEATURES_ALL; bit <<= 1) {
        if ((chips::provable_features() & bit) == 0) continue;
        // The runtime calls the curve only where it has the arithmetic modulo its order too.
        feature_words.push_back(bit == SLUICE_FEATURE_SECP256K1 ? bit | SLUICE_FEATURE_UINT256 : bit);
    }
    for (const std::uint64_t features : feature_words) {
        INFO("features " << features);
        const Bytes input = input_for(features);
        const auto software = vm::execute(load("accelerators.elf", 0), input);
        REQUIRE(software.ok());
        REQUIRE(software->halted());
        const auto first = vm::execute(load("accelerators.elf", features), input);
        REQUIRE(first.ok());
        vm::Run run;
        CHECK(faults_of(load("accelerators.elf", features), input, {first->cost.instructions / 2}, run) == "");
        CHECK(run.output == software->output);
        CHECK(run.exit_code == 0);
        // Each accelerator that there is has been called.
        std::uint64_t called = 0;
#define SLUICE_ECALL_ROW(name, suffix, feature) \
    if (run.cost.ecalls[SLUICE_ECALL_##suffix].calls != 0) called |= (feature);
        SLUICE_FOR_EACH_ECALL(SLUICE_ECALL_ROW)
#undef SLUICE_ECALL_ROW
        CHECK(called == features);
        if (features == chips::provable_features()) {
            CHECK(run.cost.instructions < software->cost.instructions);
        }
    }
}

/// Proves the run with 100 bits; the shipped verifier accepts the proof for the run's output and exit code 0 alone.
void check_proof(const vm::Program& program, const Bytes& input, std::uint64_t cut, vm::Run& run_out) {
    const auto machine = chips::Rv64Machine::make(program);
    REQUIRE(machine.ok());
    vm::ShardPlan plan;
    plan.cuts = {cut};
    const auto run = chips::Rv64Run::make(*machine, program, input, plan);
    INFO(run.status().ToString());
    REQUIRE(run.ok());
    run_out = run->run();

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

TEST_CASE("a guest program's run is proved with 100 bits, and the shipped verifier accepts it for its output alone") {
    if (!std::filesystem::exists(path_of("fib.elf")))
        SLUICE_SKIP("no guest programs in " SLUICE_GUEST_DIR " (RISC-V tools missing?)");
    vm::Run run;
    check_proof(load("fib.elf", 0), {90, 0, 0, 0, 0, 0, 0, 0}, 2500, run);
    // F(90), known from elsewhere.
    REQUIRE(run.output.size() == 8);
    CHECK(load_le<std::uint64_t>(run.output.data()) == 2880067194370816120);
}

TEST_CASE("hashes of the proof system, of both widths, are proved in a guest program") {
    if (!std::filesystem::exists(path_of("accelerators.elf")))
        SLUICE_SKIP("no guest programs in " SLUICE_GUEST_DIR " (RISC-V tools missing?)");
    Bytes input;
    request(input, 21, Bytes(64, 0x11));
    request(input, 22, Bytes(96, 0x22));
    const auto software = vm::execute(load("accelerators.elf", 0), input);
    REQUIRE(software.ok());
    vm::Run run;
    check_proof(load("accelerators.elf", SLUICE_FEATURE_POSEIDON2), input, 200, run);
    CHECK(run.output == software->output);
    CHECK(run.cost.ecalls[SLUICE_ECALL_POSEIDON2_16].calls == 1);
    CHECK(run.cost.ecalls[SLUICE_ECALL_POSEIDON2_24].calls == 1);
}

}  // namespace
}  // namespace sluice::test
