// SHA256_COMPRESS: official digests, OpenSSL's compression of random blocks, and forged calls.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// SHA256_Transform is the one way to a compression alone.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/sha.h>

#include "check_program.h"
#include "forged_row.h"
#include "sha256_calls.h"

namespace sluice::test {
namespace {

using Catch::Contains;

/// The memory after the calls, by OpenSSL.
std::vector<std::uint64_t> expected_memory(const Sha256Calls& calls) {
    std::vector<std::uint64_t> memory = calls.memory;
    for (const auto& [state, block] : calls.places) {
        SHA256_CTX context{};
        for (std::size_t i = 0; i < 8; ++i) {
            context.h[i] = static_cast<std::uint32_t>(memory[state + i / 2] >> (32 * (i % 2)));
        }
        std::array<std::uint8_t, 64> bytes;
        for (std::size_t i = 0; i < 8; ++i) store_le<std::uint64_t>(bytes.data() + 8 * i, memory[block + i]);
        SHA256_Transform(&context, bytes.data());
        for (std::size_t i = 0; i < 4; ++i) {
            memory[state + i] = context.h[2 * i] | std::uint64_t{context.h[2 * i + 1]} << 32;
        }
    }
    return memory;
}

/// Runs the calls; gives back the memory that the boundary table says they leave, and checks that OpenSSL says so too.
std::vector<std::uint64_t> check_sha256(const Sha256Calls& calls) {
    const auto [program, input] = program_of(calls);
    MachineRun run = MachineRun::make(program, input);
    CHECK(run.faults() == "");
    check_touched(run);
    const std::map<std::uint32_t, std::uint64_t> words = last_words(run);
    std::vector<std::uint64_t> memory;
    for (std::size_t i = 0; i < calls.memory.size(); ++i) {
        memory.push_back(words.at(static_cast<std::uint32_t>(SLUICE_HEAP_BEGIN / 8 + i)));
    }
    CHECK(memory == expected_memory(calls));
    return memory;
}

std::string to_hex(const std::vector<std::uint8_t>& bytes) {
    std::string text;
    for (const std::uint8_t byte : bytes) {
        for (const unsigned digit : {byte / 16u, byte % 16u}) text += "0123456789abcdef"[digit];
    }
    return text;
}

TEST_CASE("digests of FIPS 180-4 and of NIST's examples") {
    const std::pair<std::string, std::string> vectors[] = {
        {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
         "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
        {"abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqr"
         "stu",
         "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"}};
    for (const auto& [message, digest] : vectors) {
        INFO(message);
        std::vector<std::uint8_t> padded(message.begin(), message.end());
        padded.push_back(0x80);
        while (padded.size() % 64 != 56) padded.push_back(0);
        for (int shift = 56; shift >= 0; shift -= 8) {
            padded.push_back(static_cast<std::uint8_t>(8 * message.size() >> shift));
        }
        // The state, then all blocks; each call works on the state that the one before has left.
        Sha256Calls calls;
        const std::uint32_t initial[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                          0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
        for (std::size_t i = 0; i < 8; i += 2) calls.memory.push_back(initial[i] | std::uint64_t{initial[i + 1]} << 32);
        for (std::size_t at = 0; at < padded.size(); at += 8) {
            calls.memory.push_back(load_le<std::uint64_t>(padded.data() + at));
        }
        for (std::size_t at = 0; at < padded.size(); at += 64) calls.places.push_back({0, 4 + at / 8});
        const std::vector<std::uint64_t> memory = check_sha256(calls);
        std::vector<std::uint8_t> found;
        for (std::size_t i = 0; i < 8; ++i) {
            const auto word = static_cast<std::uint32_t>(memory[i / 2] >> (32 * (i % 2)));
            for (int shift = 24; shift >= 0; shift -= 8) found.push_back(static_cast<std::uint8_t>(word >> shift));
        }
        CHECK(to_hex(found) == digest);
    }
}

TEST_CASE("random blocks, states that lie in them, and words of one bit or all") {
    SLUICE_RANDOM(rng);
    std::vector<Sha256Calls> all = {random_sha256(rng, 4)};
    for (const std::uint64_t word : {std::uint64_t{0}, ~std::uint64_t{0}, std::uint64_t{1} << 63, std::uint64_t{1}}) {
        all.push_back({std::vector<std::uint64_t>(12, word), {{0, 4}}});
    }
    for (std::size_t state = 0; state < 12; ++state) {
        all.push_back({random_sha256(rng, 0).memory, {{state, 4}}});
    }
    for (const Sha256Calls& calls : all) check_sha256(calls);
}

Forger two_calls() {
    std::mt19937_64 rng(7);
    Sha256Calls calls = random_sha256(rng, 0);
    calls.places = {{0, 4}, {1, 5}};
    const auto [program, input] = program_of(calls);
    return Forger(MachineRun::make(program, input));
}

TEST_CASE("a round left out, done twice or for another call is refused") {
    Forger good = two_calls();
    REQUIRE(good.faults() == "");
    REQUIRE(good.shard(1).height("sha256_round") == 128);
    for (const std::uint32_t round : {0u, 17u, 63u}) {
        Forger less = two_calls();
        less.shard(1).remove("sha256_round", round);
        CHECK_THAT(less.faults(), Contains("record of kind "));
        Forger more = two_calls();
        more.shard(1).repeat("sha256_round", round);
        CHECK_THAT(more.faults(), Contains("record of kind "));
        Forger other = two_calls();
        const auto shard = other.shard(1);
        const std::uint64_t first = shard.get("sha256_round", round, "time");
        shard.set("sha256_round", round, "time", shard.get("sha256_round", round + 64, "time"));
        shard.set("sha256_round", round + 64, "time", first);
        CHECK_THAT(other.faults(), Contains("record of kind 6 "));
    }
    // All rounds of each for the other: the first and last records tell.
    Forger swapped = two_calls();
    const auto shard = swapped.shard(1);
    const std::uint64_t times[] = {shard.get("sha256_round", 64, "time"), shard.get("sha256_round", 0, "time")};
    for (std::uint32_t row = 0; row < 128; ++row) shard.set("sha256_round", row, "time", times[row / 64]);
    CHECK_THAT(swapped.faults(), Contains("record of kind 6 ") && Contains("record of kind 7 "));
}

TEST_CASE("another result of a round, or of the call, is refused") {
    std::mt19937_64 rng(7);
    const ProgramCase test = program_of(random_sha256(rng, 1));
    const auto round = [&] { return ForgedRow(test, "sha256_round", 20); };
    for (const char* word : {"new_a", "new_e", "new_word"}) {
        for (const char* limb : {"[0]", "[1]"}) {
            INFO(word << limb);
            auto row = round();
            row.set(std::string(word) + limb, row.get(std::string(word) + limb) ^ 1);
            CHECK(row.broken() == "lookup of kind 2");
        }
    }
    for (const char* bits : {"a", "b", "c", "e", "f", "g", "word_1", "word_14"}) {
        INFO(bits);
        auto row = round();
        row.set(std::string(bits) + "[3]", 2);
        CHECK(row.broken() == "a bit of a word is one");
    }
    const auto call = [&] { return ForgedRow(test, "sha256_compress"); };
    auto result = call();
    result.set("after[2][1]", result.get("after[2][1]") ^ 1);
    CHECK(result.broken() == "lookup of kind 2");
    auto byte = call();
    byte.set("block_low[3][1]", byte.get("block_low[3][1]") ^ 1);
    CHECK(byte.broken() == "lookup of kind 3");
    // What the last round left is a record.
    Forger forger(MachineRun::make(test.program, test.input));
    const auto shard = forger.shard(1);
    shard.set("sha256_compress", 0, "last[0][0]", shard.get("sha256_compress", 0, "last[0][0]") ^ 1);
    CHECK_THAT(forger.faults(), Contains("record of kind 7 "));
}

TEST_CASE("another round, with another's constant, is refused") {
    std::mt19937_64 rng(7);
    const ProgramCase test = program_of(random_sha256(rng, 1));
    const auto round = [&](std::uint32_t number) { return ForgedRow(test, "sha256_round", number); };
    auto other = round(20);
    other.set("one[4]", 0);
    other.set("one[5]", 1);
    CHECK(other.broken() == "lookup of kind 2");
    auto both = round(20);
    both.set("eight[3]", 1);
    CHECK(both.broken() == "is_real is a bit");
    auto both_lower = round(20);
    both_lower.set("one[3]", 1);
    CHECK(both_lower.broken() == "the round is one");
    auto none = round(20);
    none.set("one[4]", 0);
    CHECK(none.broken() == "the round is one");
    auto early = round(62);
    early.set("is_last", 1);
    CHECK(early.broken() == "the last round is 63");
    auto late = round(63);
    late.set("is_last", 0);
    CHECK(late.broken() == "the last round is 63");
    // The round is in the record besides.
    Forger forger(MachineRun::make(test.program, test.input));
    const auto shard = forger.shard(1);
    shard.set("sha256_round", 0, "eight[0]", 0);
    shard.set("sha256_round", 0, "eight[1]", 1);
    CHECK_THAT(forger.faults(), Contains("record of kind 6 "));
}

}  // namespace
}  // namespace sluice::test
