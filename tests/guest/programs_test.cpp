// The small guest programs in the emulator: output, exit codes, traps, with and without accelerators.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <array>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <openssl/evp.h>
#include <string>
#include <vector>

#include "hash_script.h"
#include "prover/random_field.h"
#include "sluice/abi/ecall.h"
#include "sluice/abi/exit.h"
#include "sluice/abi/features.h"
#include "sluice/abi/memory_map.h"
#include "sluice/base/keccak.h"
#include "sluice/hash/blake3_hasher.h"
#include "sluice/hash/poseidon2_hasher.h"
#include "sluice/math/extension.h"
#include "sluice/vm/elf.h"
#include "sluice/vm/machine.h"
#include "support/catch.h"

using namespace sluice;
using sluice::abi::TrapCode;

namespace {

std::vector<std::uint8_t> read_guest(const std::string& name) {
    std::ifstream file(std::filesystem::path(SLUICE_GUEST_DIR) / (name + ".elf"), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

bool have_guests() {
    return std::filesystem::exists(std::filesystem::path(SLUICE_GUEST_DIR) / "hello.elf");
}

#define SLUICE_NEED_GUESTS() \
    if (!have_guests()) SLUICE_SKIP("no guest programs in " SLUICE_GUEST_DIR " (RISC-V tools missing?)")

vm::Run run_guest(const std::string& name, ByteView input = {}, std::uint64_t features = SLUICE_FEATURES_ALL) {
    std::vector<std::uint8_t> file = read_guest(name);
    REQUIRE(vm::patch_features(file, features).ok());
    const auto program = vm::load_elf(file);
    INFO(program.status().ToString());
    REQUIRE(program.ok());
    const auto run = vm::execute(*program, input);
    INFO(run.status().ToString());
    REQUIRE(run.ok());
    return *run;
}

std::vector<std::uint8_t> bytes_of(std::uint64_t value, std::size_t size) {
    std::vector<std::uint8_t> bytes(8);
    store_le(bytes.data(), value);
    bytes.resize(size);
    return bytes;
}

std::array<std::uint8_t, 32> openssl_sha256(ByteView data) {
    std::array<std::uint8_t, 32> digest{};
    unsigned size = 0;
    REQUIRE(EVP_Digest(data.data(), data.size(), digest.data(), &size, EVP_sha256(), nullptr) == 1);
    return digest;
}

constexpr std::uint64_t kFeatureSets[] = {SLUICE_FEATURES_ALL, 0};

}  // namespace

TEST_CASE("hello echoes its input with its keccak, with and without accelerators") {
    SLUICE_NEED_GUESTS();
    SLUICE_RANDOM(rng);
    for (const std::uint64_t features : kFeatureSets) {
        for (const std::size_t size : {0u, 1u, 7u, 8u, 135u, 136u, 137u, 300u, 5000u, 200000u}) {
            std::vector<std::uint8_t> input(size);
            for (auto& byte : input) byte = static_cast<std::uint8_t>(rng());
            const vm::Run run = run_guest("hello", input, features);
            INFO(run.trap.to_string());
            REQUIRE(run.halted());
            REQUIRE(run.exit_code == 0);
            std::vector<std::uint8_t> expected = input;
            const Hash32 hash = keccak256(input);
            expected.insert(expected.end(), hash.bytes.begin(), hash.bytes.end());
            REQUIRE(run.output == expected);
            REQUIRE(run.output_digest == openssl_sha256(expected));
        }
    }
}

TEST_CASE("fib computes, and costs a fixed number of instructions per step") {
    SLUICE_NEED_GUESTS();
    const vm::Run ninety = run_guest("fib", bytes_of(90, 8));
    REQUIRE(ninety.exit_code == 0);
    REQUIRE(ninety.output == bytes_of(2880067194370816120u, 8));
    const vm::Run none = run_guest("fib", bytes_of(0, 8));
    REQUIRE(none.output == bytes_of(0, 8));
    const vm::Run long_run = run_guest("fib", bytes_of(90 + 1000, 8));
    const vm::Run longer_run = run_guest("fib", bytes_of(90 + 2000, 8));
    REQUIRE(longer_run.cost.instructions - long_run.cost.instructions ==
            long_run.cost.instructions - ninety.cost.instructions);
}

namespace {

std::vector<std::uint8_t> words_of(const std::vector<std::uint32_t>& words) {
    std::vector<std::uint8_t> bytes;
    for (const std::uint32_t word : words) {
        const auto four = bytes_of(word, 4);
        bytes.insert(bytes.end(), four.begin(), four.end());
    }
    return bytes;
}

template <class Field>
std::vector<std::uint32_t> canonical_words(const Field& element) {
    std::vector<std::uint32_t> words;
    if constexpr (Field::kDegree == 1) {
        words.push_back(element.canonical());
    } else {
        for (const math::KoalaBear limb : element.limb) words.push_back(limb.canonical());
    }
    return words;
}

/// Runs the chains of guest/programs/field.cpp on the machine and here.
template <class Field>
void check_field_chains(std::mt19937_64& rng) {
    for (std::uint32_t operation = 0; operation < 4; ++operation) {
        const auto a = test::random_field<Field>(rng);
        const auto b = test::random_field<Field>(rng);
        const auto input = [&](std::uint32_t count) {
            std::vector<std::uint32_t> words{Field::kDegree, operation, count};
            for (const std::uint32_t word : canonical_words(a)) words.push_back(word);
            for (const std::uint32_t word : canonical_words(b)) words.push_back(word);
            return words_of(words);
        };
        constexpr std::uint32_t kCount = 100;
        Field expected = a;
        for (std::uint32_t i = 0; i < kCount; ++i) {
            if (operation == 0) {
                expected *= b;
            } else if (operation == 1) {
                expected = expected.square() + b;
            } else if (operation == 2) {
                expected = expected.inverse() + b;
            } else {
                expected = expected.pow(math::KoalaBear::kModulus) + b;
            }
        }
        const vm::Run run = run_guest("field", input(kCount));
        INFO("degree " << Field::kDegree << " operation " << operation << ": "
                       << (run.cost.instructions - run_guest("field", input(0)).cost.instructions) / kCount
                       << " instructions");
        REQUIRE(run.exit_code == 0);
        CHECK(run.output == words_of(canonical_words(expected)));
    }
}

}  // namespace

TEST_CASE("fields compute on the machine what they compute here") {
    SLUICE_NEED_GUESTS();
    SLUICE_RANDOM(rng);
    for (int round = 0; round < 4; ++round) {
        check_field_chains<math::KoalaBear>(rng);
        check_field_chains<math::Extension<4>>(rng);
        check_field_chains<math::Extension<5>>(rng);
        check_field_chains<math::Extension<6>>(rng);
    }
}

namespace {

/// Runs the operations of guest/programs/hash_script.h on the machine and here.
template <class H>
void check_hashes(std::uint32_t hasher, std::mt19937_64& rng) {
    using guest::HashOperation;
    for (const HashOperation operation : {HashOperation::leaf, HashOperation::node, HashOperation::transcript}) {
        // Around the rates 7, 8 and 15, chunks of BLAKE3 (1024 bytes), and several blocks.
        for (const std::size_t count : {0u, 1u, 7u, 8u, 9u, 14u, 15u, 16u, 30u, 31u, 100u, 255u, 256u, 257u, 600u}) {
            std::vector<std::uint32_t> words{hasher, static_cast<std::uint32_t>(operation)};
            std::vector<math::KoalaBear> elements;
            for (std::size_t i = 0; i < count; ++i) {
                elements.push_back(test::random_field<math::KoalaBear>(rng));
                words.push_back(elements.back().canonical());
            }
            std::vector<std::uint8_t> expected(guest::kHashScriptBytes);
            expected.resize(guest::run_hash_script<H>(operation, elements, expected.data()));
            for (const std::uint64_t features : kFeatureSets) {
                const vm::Run run = run_guest("hash", words_of(words), features);
                INFO(H::kName << ", operation " << static_cast<std::uint32_t>(operation) << ", " << count
                              << " elements: " << run.cost.instructions << " instructions");
                REQUIRE(run.exit_code == 0);
                CHECK(run.output == expected);
                CHECK((run.cost.ecalls[SLUICE_ECALL_POSEIDON2_16].calls != 0) == (features != 0 && hasher == 16));
                CHECK((run.cost.ecalls[SLUICE_ECALL_POSEIDON2_24].calls != 0) == (features != 0 && hasher == 24));
            }
        }
    }
}

}  // namespace

TEST_CASE("hashes, nodes and transcripts are on the machine what they are here") {
    SLUICE_NEED_GUESTS();
    SLUICE_RANDOM(rng);
    check_hashes<hash::Poseidon2Hasher16>(16, rng);
    check_hashes<hash::Poseidon2Hasher24>(24, rng);
    check_hashes<hash::Blake3Hasher>(3, rng);
    CHECK(run_guest("hash", words_of({5, 0, 1})).exit_code == 1);
    CHECK(run_guest("hash", words_of({16, 3, 1})).exit_code == 1);
}

TEST_CASE("an exit code keeps all 32 bits") {
    SLUICE_NEED_GUESTS();
    for (const std::int32_t code : {0, 1, 7, 255, 256, 256 + 7, 65536, 0x7fffffff, -1, -7, -256, -0x7fffffff - 1}) {
        const vm::Run run = run_guest("exit_code", bytes_of(static_cast<std::uint32_t>(code), 4));
        INFO(run.trap.to_string());
        REQUIRE(run.halted());
        REQUIRE(run.exit_code == code);
        REQUIRE(run.output == std::vector<std::uint8_t>{0x2a});
    }
}

TEST_CASE("abort ends in failure, with the output so far") {
    SLUICE_NEED_GUESTS();
    const vm::Run run = run_guest("exit_code");
    REQUIRE(run.halted());
    REQUIRE(run.exit_code == SLUICE_EXIT_ABORT);
    REQUIRE(run.output == std::vector<std::uint8_t>{0x2a});
}

TEST_CASE("more output than the runtime holds ends in failure") {
    SLUICE_NEED_GUESTS();
    const vm::Run run = run_guest("exit_code", bytes_of(0x0504030201, 5));
    REQUIRE(run.halted());
    REQUIRE(run.exit_code == SLUICE_EXIT_OUTPUT_OVERFLOW);
    REQUIRE(run.output_digest == openssl_sha256(run.output));
}

TEST_CASE("misaligned accesses work and are counted") {
    SLUICE_NEED_GUESTS();
    const vm::Run run = run_guest("misaligned");
    INFO(run.trap.to_string());
    REQUIRE(run.halted());
    REQUIRE(run.exit_code == 0);
    // Of 24 offsets, those not a multiple of the width: 12 of halfwords, 18 of words, 21 of doublewords.
    const vm::Run idle = run_guest("misaligned", bytes_of(0, 1));
    REQUIRE(run.cost.misaligned_loads - idle.cost.misaligned_loads == 12 + 18 + 21);
    REQUIRE(run.cost.misaligned_stores - idle.cost.misaligned_stores == 12 + 18 + 21);
}

TEST_CASE("memory functions agree with loops over bytes, with and without MEMCPY") {
    SLUICE_NEED_GUESTS();
    for (const std::uint64_t features : kFeatureSets) {
        const vm::Run run = run_guest("memops", {}, features);
        INFO(run.trap.to_string());
        REQUIRE(run.halted());
        REQUIRE(run.exit_code == 0);
        REQUIRE((run.cost.ecalls[SLUICE_ECALL_MEMCPY].calls != 0) == (features != 0));
    }
}

TEST_CASE("reading through a null pointer is a trap") {
    SLUICE_NEED_GUESTS();
    const vm::Run run = run_guest("null_read");
    REQUIRE(run.trap.code == TrapCode::load_fault);
    REQUIRE(run.trap.address == 0);
}

TEST_CASE("using up the stack is a trap at the guard below it") {
    SLUICE_NEED_GUESTS();
    const vm::Run run = run_guest("stack_overflow");
    REQUIRE(run.trap.code == TrapCode::store_fault);
    REQUIRE(run.trap.address < SLUICE_STACK_BEGIN);
    REQUIRE(run.trap.address >= SLUICE_IMAGE_END);
}
