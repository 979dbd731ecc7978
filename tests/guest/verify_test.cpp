// The verifier as a guest: in the machine it says what it says natively. SPDX-License-Identifier: MIT OR Apache-2.0
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "sluice/abi/ecall.h"
#include "sluice/vm/elf.h"
#include "sluice/vm/machine.h"
#include "soundness.h"
#include "support/catch.h"
#include "tiny_machine.h"

namespace sluice::test {
namespace {

std::vector<std::uint8_t> guest_input(const std::vector<std::uint8_t>& key, const std::vector<std::uint8_t>& proof,
                                      const std::vector<std::uint32_t>& statement) {
    std::vector<std::uint8_t> words(statement.size() * 4);
    for (std::size_t i = 0; i < statement.size(); ++i) store_le(words.data() + 4 * i, statement[i]);
    std::vector<std::uint8_t> input(24);
    std::size_t at = 0;
    for (const std::vector<std::uint8_t>* part :
         {&key, &proof, static_cast<const std::vector<std::uint8_t>*>(&words)}) {
        store_le<std::uint64_t>(input.data() + at, part->size());
        at += 8;
        input.insert(input.end(), part->begin(), part->end());
        input.resize(align8(input.size()), 0);
    }
    return input;
}

/// Proves a tiny run with one stack of 2^13 elements, verifies it natively and in the guest.
template <class S>
void compare() {
    const std::filesystem::path path = std::filesystem::path(SLUICE_GUEST_DIR) / "verify.elf";
    if (!std::filesystem::exists(path))
        SLUICE_SKIP("no guest programs in " SLUICE_GUEST_DIR " (RISC-V tools missing?)");
    std::ifstream file(path, std::ios::binary);
    const std::vector<std::uint8_t> elf{std::istreambuf_iterator<char>(file), {}};
    // With Poseidon2 of the machine, and in software.
    std::vector<vm::Program> programs;
    for (const std::uint64_t features : {std::uint64_t{SLUICE_FEATURES_ALL}, std::uint64_t{0}}) {
        std::vector<std::uint8_t> patched = elf;
        REQUIRE(vm::patch_features(patched, features).ok());
        auto program = vm::load_elf(patched);
        REQUIRE(program.ok());
        programs.push_back(*std::move(program));
    }

    KeyOptions options;
    options.stack_heights = {3, 13};
    const TinyMachine<S> machine(options);
    std::vector<std::uint8_t> proof =
        NaiveProver<S>(machine.key(), machine.run({{3, {3, 5, 8}}}), {3, 13}).prove().bytes();
    const auto statement = machine.statement(3);
    for (const bool honest : {true, false}) {
        if (!honest) proof[proof.size() / 2] ^= 1;
        std::vector<std::uint64_t> memory(verify::scratch_bytes(machine.key().bytes.size(), proof.size()) / 8);
        Arena arena(memory.data(), memory.size() * 8);
        const verify::Verdict verdict = verify::verify(machine.key().bytes, proof, statement, arena);
        CHECK(verdict.ok() == honest);
        for (const vm::Program& program : programs) {
            const auto run = vm::execute(program, guest_input(machine.key().bytes, proof, statement));
            REQUIRE(run.ok());
            const std::size_t proof_size = proof.size();
            const std::uint64_t instructions = run->cost.instructions;
            CAPTURE(proof_size, instructions, in_words(verdict));
            CHECK(run->exit_code == (honest ? 0 : 2));
            REQUIRE(run->output.size() == 12);
            CHECK(load_le<std::uint32_t>(run->output.data()) == static_cast<std::uint32_t>(verdict.status));
            CHECK(load_le<std::uint32_t>(run->output.data() + 4) == verdict.table);
            CHECK(load_le<std::uint32_t>(run->output.data() + 8) == verdict.position);
            const bool accelerated = &program == programs.data();
            const std::uint64_t number =
                S::Hasher::kWidth == 16 ? SLUICE_ECALL_POSEIDON2_16 : SLUICE_ECALL_POSEIDON2_24;
            CHECK((run->cost.ecalls[number].calls != 0) == accelerated);
        }
    }
}

TEST_CASE("the guest verifies a proof of bits100 as the library does") {
    compare<verify::Scheme<params::kBits100, params::OpeningId::basefold_rate_1_2>>();
}

TEST_CASE("the guest verifies a proof of bits128 as the library does") {
    compare<verify::Scheme<params::kBits128, params::OpeningId::basefold_rate_1_2>>();
}

TEST_CASE("the guest verifies a proof with WHIR as the library does") {
    compare<verify::Scheme<params::kBits100, params::OpeningId::whir_rate_1_2>>();
    compare<verify::Scheme<params::kBits128, params::OpeningId::whir_rate_1_2>>();
}

}  // namespace
}  // namespace sluice::test
