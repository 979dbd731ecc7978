// The meaning of every ecall, against OpenSSL, libsecp256k1, GMP and std::memmove; and every exceptional case.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <algorithm>
#include <array>
#include <cstring>
#include <gmpxx.h>
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <secp256k1.h>
#include <set>
#include <string>
#include <vector>

#include "prover/naive_poseidon2.h"
#include "sluice/abi/cost.h"
#include "sluice/abi/ecall.h"
#include "sluice/abi/memory_map.h"
#include "sluice/abi/semantics.h"
#include "support/catch.h"

using namespace sluice;
using abi::Ecall;
using abi::EcallEvent;
using abi::EcallOutcome;
using abi::TrapCode;

namespace {

constexpr std::uint64_t kBase = 0x10000;  // readable and writable
constexpr std::uint64_t kSize = 0x30000;
constexpr std::uint64_t kConstants = 0x80000;  // readable
constexpr std::uint64_t kConstantsSize = 0x100;
constexpr std::uint64_t kNowhere = 0x1000000;  // neither

// Two regions, and a record of what was written and touched.
class TestMemory final : public abi::MemoryPort {
 public:
    TrapCode read_words(std::uint64_t address, std::uint64_t* words, std::size_t count) override {
        REQUIRE(address % 8 == 0);
        REQUIRE(count != 0);
        if (inside(address, count, kConstants, kConstantsSize)) {
            std::memcpy(words, constants.data() + (address - kConstants), 8 * count);
            return TrapCode::none;
        }
        if (!inside(address, count, kBase, kSize)) return TrapCode::load_fault;
        std::memcpy(words, bytes.data() + (address - kBase), 8 * count);
        note(address, count);
        return TrapCode::none;
    }
    TrapCode write_words(std::uint64_t address, const std::uint64_t* words, std::size_t count) override {
        REQUIRE(address % 8 == 0);
        REQUIRE(count != 0);
        if (!inside(address, count, kBase, kSize)) return TrapCode::store_fault;
        ++writes;
        std::memcpy(bytes.data() + (address - kBase), words, 8 * count);
        note(address, count);
        return TrapCode::none;
    }

    template <class T>
    void put(std::uint64_t address, const T& value) {
        std::memcpy(bytes.data() + (address - kBase), &value, sizeof value);
    }
    template <class T>
    [[nodiscard]] T get(std::uint64_t address) const {
        T value;
        std::memcpy(&value, bytes.data() + (address - kBase), sizeof value);
        return value;
    }

    std::vector<std::uint8_t> bytes = std::vector<std::uint8_t>(kSize);
    std::vector<std::uint8_t> constants = std::vector<std::uint8_t>(kConstantsSize);
    std::set<std::uint64_t> touched;
    int writes = 0;

 private:
    static bool inside(std::uint64_t address, std::size_t count, std::uint64_t begin, std::uint64_t size) {
        return address >= begin && address - begin <= size && 8 * count <= size - (address - begin);
    }
    void note(std::uint64_t address, std::size_t count) {
        for (std::size_t i = 0; i < count; ++i) touched.insert(address + 8 * i);
    }
};

EcallOutcome call(TestMemory& memory, Ecall ecall, std::uint64_t a0 = 0, std::uint64_t a1 = 0, std::uint64_t a2 = 0,
                  std::uint64_t a3 = 0) {
    return abi::execute_ecall(static_cast<std::uint64_t>(ecall), {a0, a1, a2, a3}, memory);
}

TrapCode trap_of(TestMemory& memory, Ecall ecall, std::uint64_t a0 = 0, std::uint64_t a1 = 0, std::uint64_t a2 = 0,
                 std::uint64_t a3 = 0) {
    return call(memory, ecall, a0, a1, a2, a3).trap;
}

template <std::size_t N>
using Words = std::array<std::uint64_t, N>;

template <std::size_t N>
mpz_class to_mpz(const Words<N>& words) {
    mpz_class value;
    mpz_import(value.get_mpz_t(), N, -1, 8, 0, 0, words.data());
    return value;
}

template <std::size_t N>
Words<N> to_words(const mpz_class& value) {
    REQUIRE(value >= 0);
    Words<N> words{};
    std::size_t count = 0;
    REQUIRE(mpz_sizeinbase(value.get_mpz_t(), 2) <= 64 * N);
    mpz_export(words.data(), &count, -1, 8, 0, 0, value.get_mpz_t());
    return words;
}

mpz_class mod(const mpz_class& value, const mpz_class& modulus) {
    mpz_class result;
    mpz_mod(result.get_mpz_t(), value.get_mpz_t(), modulus.get_mpz_t());
    return result;
}

// A value whose limbs are often 0 or all ones, where carries hide.
template <std::size_t N>
Words<N> random_words(std::mt19937_64& rng) {
    Words<N> words;
    for (std::uint64_t& word : words) {
        switch (rng() % 6) {
            case 0:
                word = 0;
                break;
            case 1:
                word = ~std::uint64_t{0};
                break;
            case 2:
                word = std::uint64_t{1} << (rng() % 64);
                break;
            default:
                word = rng();
        }
    }
    return words;
}

const mpz_class kSecp256k1Prime("0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f");
const mpz_class kBn254Prime("21888242871839275222246405745257275088696311157297823662689037894645226208583");
const mpz_class kBls12381Prime(
    "0x1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaab");

}  // namespace

TEST_CASE("ecall numbers are distinct, named and priced") {
    std::set<std::uint64_t> numbers;
    std::set<std::string_view> names;
    for (const abi::EcallCost& cost : abi::kEcallCosts) {
        REQUIRE(numbers.insert(cost.number).second);
        REQUIRE_FALSE(abi::ecall_name(cost.number).empty());
        REQUIRE(names.insert(abi::ecall_name(cost.number)).second);
        REQUIRE(cost.number < abi::kEcallNumberEnd);
        REQUIRE(abi::has_ecall(SLUICE_FEATURES_ALL, cost.number));
    }
    std::size_t count = 0;
    for (std::uint64_t number = 0; number < 0x1000; ++number) {
        if (!abi::ecall_name(number).empty()) ++count;
        REQUIRE(abi::ecall_name(number).empty() != numbers.contains(number));
    }
    REQUIRE(count == abi::kEcallCosts.size());
    REQUIRE(abi::has_ecall(0, SLUICE_ECALL_HALT));
    REQUIRE_FALSE(abi::has_ecall(SLUICE_FEATURES_ALL & ~SLUICE_FEATURE_KECCAK, SLUICE_ECALL_KECCAK_F));
    REQUIRE_FALSE(abi::has_ecall(~std::uint64_t{0}, 0x7f));
    REQUIRE(abi::ecall_weight(SLUICE_ECALL_MEMCPY, 64) == abi::ecall_weight(SLUICE_ECALL_MEMCPY, 0) + 8);
    REQUIRE(abi::ecall_weight(SLUICE_ECALL_MEMCPY, 65) == abi::ecall_weight(SLUICE_ECALL_MEMCPY, 0) + 9);
    // FIPS 202: 24 rounds; the block takes a row more. FIPS 180-4: 64 rounds and 48 steps of the schedule.
    REQUIRE(abi::ecall_weight(SLUICE_ECALL_KECCAK_F, 0) == 24);
    REQUIRE(abi::ecall_weight(SLUICE_ECALL_KECCAK_ABSORB, 0) == 25);
    REQUIRE(abi::ecall_weight(SLUICE_ECALL_SHA256_COMPRESS, 0) >= 64 + 48);
    REQUIRE(abi::ecall_cell_weight(SLUICE_ECALL_MEMCPY, 65) == abi::ecall_cell_weight(SLUICE_ECALL_MEMCPY, 0) + 9);
}

TEST_CASE("regions of the memory map are whole pages and do not overlap") {
    const std::uint64_t bounds[] = {SLUICE_PAGE_SIZE,   SLUICE_IMAGE_BEGIN, SLUICE_IMAGE_END,
                                    SLUICE_STACK_BEGIN, SLUICE_STACK_END,   SLUICE_HEAP_BEGIN,
                                    SLUICE_HEAP_END,    SLUICE_INPUT_BEGIN, SLUICE_INPUT_END};
    REQUIRE(std::is_sorted(std::begin(bounds), std::end(bounds)));
    for (const std::uint64_t bound : bounds) REQUIRE(bound % SLUICE_PAGE_SIZE == 0);
    REQUIRE(std::uint64_t{SLUICE_STACK_BEGIN} - SLUICE_IMAGE_END >= SLUICE_PAGE_SIZE);
    REQUIRE(std::uint64_t{SLUICE_INPUT_END} <= std::uint64_t{1} << 32);
    REQUIRE(std::uint64_t{SLUICE_INPUT_CAPACITY} + 8 == std::uint64_t{SLUICE_INPUT_END} - SLUICE_INPUT_BEGIN);
}

TEST_CASE("a number that is no ecall is a trap") {
    TestMemory memory;
    for (const std::uint64_t number : {std::uint64_t{0x04}, std::uint64_t{0x53}, std::uint64_t{0x5f},
                                       std::uint64_t{0x62}, std::uint64_t{1} << 32, ~std::uint64_t{0}}) {
        REQUIRE(abi::execute_ecall(number, {kBase, kBase, kBase, kBase}, memory).trap == TrapCode::unknown_ecall);
    }
    REQUIRE(memory.writes == 0);
}

TEST_CASE("HALT keeps a 32-bit exit code whole and refuses any other") {
    TestMemory memory;
    const Words<4> digest{1, 2, 3, 4};
    memory.put(kBase, digest);
    for (const std::int32_t code : {0, 1, 255, 256, 263, 65536, 0x7fffffff, -1, -2, -0x7fffffff - 1}) {
        const auto a0 = static_cast<std::uint64_t>(std::int64_t{code});
        const EcallOutcome outcome = call(memory, Ecall::halt, a0, kBase, kNowhere, 99);
        REQUIRE(outcome.trap == TrapCode::none);
        REQUIRE(outcome.event == EcallEvent::halt);
        REQUIRE(outcome.exit_code == code);
        REQUIRE(outcome.output_digest == digest);
    }
    for (const std::uint64_t a0 : {std::uint64_t{1} << 32, std::uint64_t{0x80000000}, std::uint64_t{0xffffffff},
                                   std::uint64_t{1} << 63, std::uint64_t{0xffffffff00000000}}) {
        REQUIRE(trap_of(memory, Ecall::halt, a0, kBase) == TrapCode::ecall_bad_argument);
    }
    REQUIRE(trap_of(memory, Ecall::halt, 0, kBase + 4) == TrapCode::ecall_misaligned);
    REQUIRE(trap_of(memory, Ecall::halt, 0, kNowhere) == TrapCode::load_fault);
    REQUIRE(trap_of(memory, Ecall::halt, 0, kBase + kSize - 24) == TrapCode::load_fault);
}

TEST_CASE("debug output and cost scopes change nothing and never trap") {
    TestMemory memory;
    REQUIRE(call(memory, Ecall::debug_write, kNowhere + 3, ~std::uint64_t{0}).event == EcallEvent::debug_write);
    REQUIRE(call(memory, Ecall::cost_scope_begin, ~std::uint64_t{0}).event == EcallEvent::cost_scope_begin);
    REQUIRE(call(memory, Ecall::cost_scope_end, 7).event == EcallEvent::cost_scope_end);
    REQUIRE(trap_of(memory, Ecall::debug_write, kNowhere, 8) == TrapCode::none);
    REQUIRE(memory.touched.empty());
}

TEST_CASE("MEMCPY moves bytes as memmove does and touches the words of both ranges alone") {
    SLUICE_RANDOM(rng);
    for (int round = 0; round < 3000; ++round) {
        TestMemory memory;
        for (std::size_t i = 0; i < 0x400; ++i) memory.bytes[i] = static_cast<std::uint8_t>(rng());
        const std::uint64_t length = round % 3 == 0 ? 8 * (rng() % 30) : rng() % 200;
        // Half of the pairs overlap.
        const std::uint64_t source = rng() % 300;
        const std::uint64_t destination =
            round % 2 == 0 ? source + rng() % 40 - std::min<std::uint64_t>(source, 20) : 500 + rng() % 300;
        std::vector<std::uint8_t> expected = memory.bytes;
        std::memmove(expected.data() + destination, expected.data() + source, length);
        REQUIRE(trap_of(memory, Ecall::memcpy, kBase + destination, kBase + source, length) == TrapCode::none);
        REQUIRE(memory.bytes == expected);
        std::set<std::uint64_t> words;
        for (std::uint64_t i = 0; i < length; ++i) {
            words.insert((kBase + source + i) & ~std::uint64_t{7});
            words.insert((kBase + destination + i) & ~std::uint64_t{7});
        }
        REQUIRE(memory.touched == words);
    }
}

TEST_CASE("MEMCPY copies its longest length and refuses one byte more") {
    TestMemory memory;
    for (std::size_t i = 0; i < kSize; ++i) memory.bytes[i] = static_cast<std::uint8_t>(i * 7 + i / 256);
    std::vector<std::uint8_t> expected = memory.bytes;
    std::memmove(expected.data() + 0x15003, expected.data() + 5, SLUICE_MEMCPY_MAX);
    REQUIRE(trap_of(memory, Ecall::memcpy, kBase + 0x15003, kBase + 5, SLUICE_MEMCPY_MAX) == TrapCode::none);
    REQUIRE(memory.bytes == expected);
    REQUIRE(trap_of(memory, Ecall::memcpy, kBase + 0x15003, kBase, SLUICE_MEMCPY_MAX + 1) ==
            TrapCode::ecall_bad_argument);
    REQUIRE(trap_of(memory, Ecall::memcpy, kBase, kBase, ~std::uint64_t{0}) == TrapCode::ecall_bad_argument);
}

TEST_CASE("MEMCPY of nothing looks at no address; of something, at every byte of both ranges") {
    TestMemory memory;
    REQUIRE(trap_of(memory, Ecall::memcpy, kNowhere + 1, kNowhere + 3, 0) == TrapCode::none);
    REQUIRE(memory.touched.empty());
    REQUIRE(trap_of(memory, Ecall::memcpy, kBase, kNowhere, 1) == TrapCode::load_fault);
    REQUIRE(trap_of(memory, Ecall::memcpy, kNowhere + 1, kBase, 1) == TrapCode::store_fault);
    REQUIRE(trap_of(memory, Ecall::memcpy, kNowhere, kBase, 8) == TrapCode::store_fault);
    REQUIRE(trap_of(memory, Ecall::memcpy, kConstants, kBase, 8) == TrapCode::store_fault);
    REQUIRE(trap_of(memory, Ecall::memcpy, kConstants + 1, kBase, 3) == TrapCode::store_fault);
    REQUIRE(trap_of(memory, Ecall::memcpy, kBase, kConstants + 0xf8, 9) == TrapCode::load_fault);
    REQUIRE(trap_of(memory, Ecall::memcpy, kBase + kSize - 8, kBase, 9) == TrapCode::store_fault);
    REQUIRE(trap_of(memory, Ecall::memcpy, kBase, ~std::uint64_t{0} - 3, 8) == TrapCode::load_fault);
    REQUIRE(trap_of(memory, Ecall::memcpy, ~std::uint64_t{0} - 3, kBase, 8) == TrapCode::store_fault);
    REQUIRE(memory.writes == 0);
    REQUIRE(trap_of(memory, Ecall::memcpy, kBase, kConstants + 0xf8, 8) == TrapCode::none);
}

TEST_CASE("KECCAK_F maps the zero state to the published one") {
    TestMemory memory;
    REQUIRE(trap_of(memory, Ecall::keccak_f, kBase) == TrapCode::none);
    // KeccakF-1600-IntermediateValues of the Keccak team: the state after the first permutation of zeros.
    const auto state = memory.get<Words<25>>(kBase);
    REQUIRE(state[0] == 0xf1258f7940e1dde7);
    REQUIRE(state[1] == 0x84d5ccf933c0478a);
    REQUIRE(state[24] == 0xeaf1ff7b5ceca249);
}

TEST_CASE("a SHA3-256 sponge over KECCAK_ABSORB agrees with OpenSSL") {
    SLUICE_RANDOM(rng);
    for (const std::size_t size : {0u, 1u, 8u, 135u, 136u, 137u, 271u, 272u, 1000u}) {
        std::vector<std::uint8_t> message(size);
        for (auto& byte : message) byte = static_cast<std::uint8_t>(rng());
        std::array<std::uint8_t, 32> expected{};
        unsigned written = 0;
        REQUIRE(EVP_Digest(message.data(), size, expected.data(), &written, EVP_sha3_256(), nullptr) == 1);

        message.push_back(0x06);
        message.resize((message.size() + 135) / 136 * 136);
        message.back() |= 0x80;
        TestMemory memory;
        std::memcpy(memory.bytes.data() + 0x1000, message.data(), message.size());
        for (std::size_t at = 0; at < message.size(); at += 136) {
            REQUIRE(trap_of(memory, Ecall::keccak_absorb, kBase, kBase + 0x1000 + at) == TrapCode::none);
        }
        REQUIRE(memory.get<std::array<std::uint8_t, 32>>(kBase) == expected);
    }
}

TEST_CASE("KECCAK_ABSORB reads a block that overlaps the state before it writes") {
    SLUICE_RANDOM(rng);
    TestMemory memory;
    const auto state = random_words<25>(rng);
    memory.put(kBase, state);
    Words<25> expected = state;
    for (std::size_t i = 0; i < 17; ++i) expected[i] ^= state[i + 3];
    abi::keccak_f(expected.data());
    REQUIRE(trap_of(memory, Ecall::keccak_absorb, kBase, kBase + 24) == TrapCode::none);
    REQUIRE(memory.get<Words<25>>(kBase) == expected);
}

namespace {

/// A state as memory holds it: w stands for w / 2^32.
std::vector<std::uint32_t> montgomery(const test::Integers& elements) {
    std::vector<std::uint32_t> words;
    for (const std::uint64_t element : elements) {
        words.push_back(static_cast<std::uint32_t>((element << 32) % test::kKoalaBear));
    }
    return words;
}

/// The state at kBase + `at` after the ecall.
std::vector<std::uint32_t> permuted(const std::vector<std::uint32_t>& state, std::uint64_t at) {
    TestMemory memory;
    std::memcpy(memory.bytes.data() + at, state.data(), 4 * state.size());
    std::vector<std::uint8_t> expected = memory.bytes;
    const Ecall ecall = state.size() == 16 ? Ecall::poseidon2_16 : Ecall::poseidon2_24;
    REQUIRE(trap_of(memory, ecall, kBase + at) == TrapCode::none);
    std::vector<std::uint32_t> result(state.size());
    std::memcpy(result.data(), memory.bytes.data() + at, 4 * state.size());
    // Nothing else changes.
    std::memcpy(expected.data() + at, result.data(), 4 * state.size());
    REQUIRE(memory.bytes == expected);
    REQUIRE(memory.touched.size() == state.size() / 2);
    return result;
}

}  // namespace

TEST_CASE("POSEIDON2 meets Plonky3's vectors") {
    // koala-bear/src/poseidon2.rs, test_default_koalabear_poseidon2_width_16 and _24.
    CHECK(
        permuted(montgomery({894848333, 1437655012, 1200606629, 1690012884, 71131202, 1749206695, 1717947831, 120589055,
                             19776022, 42382981, 1831865506, 724844064, 171220207, 1299207443, 227047920, 1783754913}),
                 0) ==
        montgomery({1934285469, 604889435, 133449501, 1026180808, 1830659359, 176667110, 1391183747, 351743874,
                    1238264085, 1292768839, 2023573270, 1201586780, 1360691759, 1230682461, 748270449, 651545025}));
    CHECK(permuted(montgomery({886409618,  1327899896, 1902407911, 591953491, 648428576,  1844789031,
                               1198336108, 355597330,  1799586834, 59617783,  790334801,  1968791836,
                               559272107,  31054313,   1042221543, 474748436, 135686258,  263665994,
                               1962340735, 1741539604, 2026927696, 449439011, 1131357108, 50869465}),
                   0) ==
          montgomery({382801106, 82839311,   1503190615, 1987418517, 854076995,  1862291425, 262755189, 1050814217,
                      722724562, 741265943,  1026879332, 754316749,  1966025564, 1518878196, 502200188, 1368172258,
                      845459257, 1711434837, 724453836,  171032289,  655223446,  1098636135, 407832555, 1707498914}));
}

TEST_CASE("POSEIDON2 is its definition on integers, for words of p or more too") {
    SLUICE_RANDOM(rng);
    const auto p = static_cast<std::uint32_t>(test::kKoalaBear);
    const std::uint32_t edges[] = {0, 1, p - 1, p, p + 1, 2 * p - 1, 2 * p, 0xffffffff};
    const std::uint64_t inverse = test::naive_inverse_power_of_two(32);
    for (unsigned round = 0; round < 200; ++round) {
        std::vector<std::uint32_t> state(round % 2 == 0 ? 16 : 24);
        for (std::uint32_t& word : state) {
            word = rng() % 4 == 0 ? edges[rng() % std::size(edges)] : static_cast<std::uint32_t>(rng());
        }
        test::Integers elements;
        for (const std::uint32_t word : state) elements.push_back(word % p * inverse % p);
        const auto expected =
            montgomery(state.size() == 16 ? test::naive_poseidon2<16>(elements) : test::naive_poseidon2<24>(elements));
        for (const std::uint32_t word : expected) REQUIRE(word < p);
        REQUIRE(permuted(state, 8 * (rng() % 1000)) == expected);
    }
}

TEST_CASE("POSEIDON2 refuses misaligned pointers and memory without permission") {
    TestMemory memory;
    for (const Ecall ecall : {Ecall::poseidon2_16, Ecall::poseidon2_24}) {
        const std::uint64_t bytes = ecall == Ecall::poseidon2_16 ? 64 : 96;
        for (const std::uint64_t offset : {1, 2, 4, 7}) {
            REQUIRE(trap_of(memory, ecall, kBase + offset) == TrapCode::ecall_misaligned);
        }
        REQUIRE(trap_of(memory, ecall, kNowhere) == TrapCode::load_fault);
        REQUIRE(trap_of(memory, ecall, kConstants) == TrapCode::store_fault);
        REQUIRE(trap_of(memory, ecall, kBase + kSize - bytes + 8) == TrapCode::load_fault);
        REQUIRE(trap_of(memory, ecall, ~std::uint64_t{0} - 7) == TrapCode::load_fault);
        REQUIRE(memory.writes == 0);
        REQUIRE(trap_of(memory, ecall, kBase + kSize - bytes) == TrapCode::none);
        memory.writes = 0;
    }
}

TEST_CASE("hash ecalls refuse misaligned pointers and memory without permission") {
    TestMemory memory;
    REQUIRE(trap_of(memory, Ecall::keccak_f, kBase + 4) == TrapCode::ecall_misaligned);
    REQUIRE(trap_of(memory, Ecall::keccak_f, kNowhere) == TrapCode::load_fault);
    REQUIRE(trap_of(memory, Ecall::keccak_f, kConstants) == TrapCode::store_fault);
    REQUIRE(trap_of(memory, Ecall::keccak_f, kBase + kSize - 192) == TrapCode::load_fault);
    REQUIRE(trap_of(memory, Ecall::keccak_absorb, kBase, kBase + 0x101) == TrapCode::ecall_misaligned);
    REQUIRE(trap_of(memory, Ecall::keccak_absorb, kBase + 2, kBase + 0x100) == TrapCode::ecall_misaligned);
    REQUIRE(trap_of(memory, Ecall::keccak_absorb, kBase, kNowhere) == TrapCode::load_fault);
    REQUIRE(trap_of(memory, Ecall::keccak_absorb, kConstants, kBase) == TrapCode::store_fault);
    REQUIRE(trap_of(memory, Ecall::sha256_compress, kBase + 4, kBase) == TrapCode::ecall_misaligned);
    REQUIRE(trap_of(memory, Ecall::sha256_compress, kBase, kBase + 1) == TrapCode::ecall_misaligned);
    REQUIRE(trap_of(memory, Ecall::sha256_compress, kBase, kNowhere) == TrapCode::load_fault);
    REQUIRE(trap_of(memory, Ecall::sha256_compress, kConstants, kBase) == TrapCode::store_fault);
    REQUIRE(memory.writes == 0);
    REQUIRE(trap_of(memory, Ecall::keccak_absorb, kBase, kConstants) == TrapCode::none);
    REQUIRE(trap_of(memory, Ecall::sha256_compress, kBase, kConstants) == TrapCode::none);
}

TEST_CASE("SHA256_COMPRESS agrees with OpenSSL's compression function") {
    SLUICE_RANDOM(rng);
    for (int round = 0; round < 200; ++round) {
        TestMemory memory;
        std::array<std::uint32_t, 8> state{};
        std::array<std::uint8_t, 64> block{};
        for (auto& word : state) word = static_cast<std::uint32_t>(rng());
        for (auto& byte : block) byte = static_cast<std::uint8_t>(rng());
        memory.put(kBase, state);
        memory.put(kBase + 64, block);
        REQUIRE(trap_of(memory, Ecall::sha256_compress, kBase, kBase + 64) == TrapCode::none);

        SHA256_CTX context{};
        std::copy(state.begin(), state.end(), context.h);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"  // the one interface that shows the compression function
        SHA256_Transform(&context, block.data());
#pragma GCC diagnostic pop
        std::array<std::uint32_t, 8> expected{};
        std::copy(std::begin(context.h), std::end(context.h), expected.begin());
        REQUIRE(memory.get<std::array<std::uint32_t, 8>>(kBase) == expected);
    }
}

TEST_CASE("SECP256K1_ADD and SECP256K1_DOUBLE agree with libsecp256k1") {
    SLUICE_RANDOM(rng);
    secp256k1_context* context = secp256k1_context_create(SECP256K1_CONTEXT_SIGN);
    const auto words_of = [&](const secp256k1_pubkey& key) {
        std::array<std::uint8_t, 65> serialized{};
        std::size_t size = serialized.size();
        secp256k1_ec_pubkey_serialize(context, serialized.data(), &size, &key, SECP256K1_EC_UNCOMPRESSED);
        Words<8> words;
        for (std::size_t half = 0; half < 2; ++half) {
            for (std::size_t i = 0; i < 4; ++i) {
                words[4 * half + i] = load_be<std::uint64_t>(serialized.data() + 1 + 32 * half + 24 - 8 * i);
            }
        }
        return words;
    };
    const auto random_key = [&] {
        std::array<std::uint8_t, 32> secret{};
        for (auto& byte : secret) byte = static_cast<std::uint8_t>(rng());
        secp256k1_pubkey key;
        REQUIRE(secp256k1_ec_pubkey_create(context, &key, secret.data()) == 1);
        return key;
    };
    for (int round = 0; round < 100; ++round) {
        const secp256k1_pubkey p = random_key();
        const secp256k1_pubkey q = random_key();
        const secp256k1_pubkey* both[] = {&p, &q};
        const secp256k1_pubkey* twice[] = {&p, &p};
        secp256k1_pubkey sum;
        TestMemory memory;
        memory.put(kBase, words_of(p));
        memory.put(kBase + 64, words_of(q));
        REQUIRE(secp256k1_ec_pubkey_combine(context, &sum, both, 2) == 1);
        REQUIRE(trap_of(memory, Ecall::secp256k1_add, kBase, kBase + 64) == TrapCode::none);
        REQUIRE(memory.get<Words<8>>(kBase) == words_of(sum));
        REQUIRE(memory.get<Words<8>>(kBase + 64) == words_of(q));
        memory.put(kBase, words_of(p));
        REQUIRE(secp256k1_ec_pubkey_combine(context, &sum, twice, 2) == 1);
        REQUIRE(trap_of(memory, Ecall::secp256k1_double, kBase) == TrapCode::none);
        REQUIRE(memory.get<Words<8>>(kBase) == words_of(sum));
    }
    secp256k1_context_destroy(context);
}

TEST_CASE("curve formulas hold off the curve too, edges of the field included") {
    SLUICE_RANDOM(rng);
    const mpz_class& p = kSecp256k1Prime;
    const auto inverse = [&](const mpz_class& value) {
        mpz_class result;
        REQUIRE(mpz_invert(result.get_mpz_t(), value.get_mpz_t(), p.get_mpz_t()) != 0);
        return result;
    };
    const auto coordinate = [&]() -> mpz_class {
        switch (rng() % 4) {
            case 0:
                return p - 1 - static_cast<unsigned>(rng() % 3);
            case 1:
                return mpz_class(static_cast<unsigned>(rng() % 3));
            default:
                return mod(to_mpz(random_words<4>(rng)), p);
        }
    };
    const auto put_point = [](TestMemory& memory, std::uint64_t address, const mpz_class& x, const mpz_class& y) {
        memory.put(address, to_words<4>(x));
        memory.put(address + 32, to_words<4>(y));
    };
    for (int round = 0; round < 500; ++round) {
        const mpz_class x1 = coordinate(), y1 = coordinate(), x2 = coordinate(), y2 = coordinate();
        TestMemory memory;
        put_point(memory, kBase, x1, y1);
        put_point(memory, kBase + 64, x2, y2);
        const TrapCode added = trap_of(memory, Ecall::secp256k1_add, kBase, kBase + 64);
        if (x1 == x2) {
            REQUIRE(added == TrapCode::ecall_degenerate);
        } else {
            REQUIRE(added == TrapCode::none);
            const mpz_class s = mod((y2 - y1) * inverse(mod(x2 - x1, p)), p);
            const mpz_class x3 = mod(s * s - x1 - x2, p);
            REQUIRE(to_mpz(memory.get<Words<4>>(kBase)) == x3);
            REQUIRE(to_mpz(memory.get<Words<4>>(kBase + 32)) == mod(s * (x1 - x3) - y1, p));
        }
        put_point(memory, kBase, x1, y1);
        const TrapCode doubled = trap_of(memory, Ecall::secp256k1_double, kBase);
        if (y1 == 0) {
            REQUIRE(doubled == TrapCode::ecall_degenerate);
        } else {
            REQUIRE(doubled == TrapCode::none);
            const mpz_class s = mod(3 * x1 * x1 * inverse(mod(2 * y1, p)), p);
            const mpz_class x3 = mod(s * s - 2 * x1, p);
            REQUIRE(to_mpz(memory.get<Words<4>>(kBase)) == x3);
            REQUIRE(to_mpz(memory.get<Words<4>>(kBase + 32)) == mod(s * (x1 - x3) - y1, p));
        }
    }
}

TEST_CASE("curve ecalls refuse P = Q, P = -Q, values from the prime on, and bad pointers") {
    TestMemory memory;
    const Words<4> x{1, 2, 3, 4}, y{5, 6, 7, 8};
    memory.put(kBase, x);
    memory.put(kBase + 32, y);
    memory.put(kBase + 64, x);
    memory.put(kBase + 96, y);
    REQUIRE(trap_of(memory, Ecall::secp256k1_add, kBase, kBase + 64) == TrapCode::ecall_degenerate);
    REQUIRE(trap_of(memory, Ecall::secp256k1_add, kBase, kBase) == TrapCode::ecall_degenerate);
    memory.put(kBase + 96, to_words<4>(kSecp256k1Prime - to_mpz(y)));
    REQUIRE(trap_of(memory, Ecall::secp256k1_add, kBase, kBase + 64) == TrapCode::ecall_degenerate);
    for (const mpz_class& bad :
         {kSecp256k1Prime, mpz_class(kSecp256k1Prime + 1), mpz_class((mpz_class(1) << 256) - 1)}) {
        for (const std::uint64_t place : {0u, 32u, 64u, 96u}) {
            memory.put(kBase + 64, Words<4>{9, 9, 9, 9});
            memory.put(kBase + 96, y);
            memory.put(kBase, x);
            memory.put(kBase + 32, y);
            memory.put(kBase + place, to_words<4>(bad));
            REQUIRE(trap_of(memory, Ecall::secp256k1_add, kBase, kBase + 64) == TrapCode::ecall_non_canonical);
            if (place < 64) REQUIRE(trap_of(memory, Ecall::secp256k1_double, kBase) == TrapCode::ecall_non_canonical);
        }
    }
    REQUIRE(trap_of(memory, Ecall::secp256k1_add, kBase + 4, kBase) == TrapCode::ecall_misaligned);
    REQUIRE(trap_of(memory, Ecall::secp256k1_add, kBase, kBase + 1) == TrapCode::ecall_misaligned);
    REQUIRE(trap_of(memory, Ecall::secp256k1_double, kBase + 4) == TrapCode::ecall_misaligned);
    REQUIRE(trap_of(memory, Ecall::secp256k1_double, kNowhere) == TrapCode::load_fault);
    REQUIRE(trap_of(memory, Ecall::secp256k1_add, kBase, kNowhere) == TrapCode::load_fault);
    REQUIRE(memory.writes == 0);
    std::memcpy(memory.constants.data(), x.data(), 32);
    std::memcpy(memory.constants.data() + 32, y.data(), 32);
    REQUIRE(trap_of(memory, Ecall::secp256k1_double, kConstants) == TrapCode::store_fault);
}

TEST_CASE("overlapping points add as if both were read first") {
    SLUICE_RANDOM(rng);
    TestMemory memory;
    Words<12> words = random_words<12>(rng);
    for (const std::size_t top : {3u, 7u, 11u}) words[top] = rng() >> 1;
    memory.put(kBase, words);
    TestMemory apart;
    apart.put(kBase, words);
    for (std::size_t i = 0; i < 8; ++i) apart.put(kBase + 0x100 + 8 * i, words[i + 4]);
    REQUIRE(trap_of(memory, Ecall::secp256k1_add, kBase, kBase + 32) == TrapCode::none);
    REQUIRE(trap_of(apart, Ecall::secp256k1_add, kBase, kBase + 0x100) == TrapCode::none);
    REQUIRE(memory.get<Words<8>>(kBase) == apart.get<Words<8>>(kBase));
}

TEST_CASE("UINT256_MULMOD_ADD agrees with GMP; modulus 0 stands for 2^256") {
    SLUICE_RANDOM(rng);
    const mpz_class two256 = mpz_class(1) << 256;
    TestMemory memory;
    for (int round = 0; round < 20000; ++round) {
        const auto a = random_words<4>(rng), b = random_words<4>(rng), c = random_words<4>(rng);
        Words<4> m = random_words<4>(rng);
        for (std::size_t i = 4 - rng() % 5; i < 4; ++i) m[i] = 0;
        memory.put(kBase, a);
        memory.put(kBase + 32, b);
        memory.put(kBase + 64, c);
        memory.put(kBase + 96, m);
        const std::uint64_t result = kBase + 32 * (rng() % 5);  // on top of any operand, or apart
        REQUIRE(trap_of(memory, Ecall::uint256_mulmod_add, result, kBase, kBase + 32, kBase + 64) == TrapCode::none);
        const mpz_class modulus = to_mpz(m) == 0 ? two256 : to_mpz(m);
        REQUIRE(to_mpz(memory.get<Words<4>>(result)) == mod(to_mpz(a) * to_mpz(b) + to_mpz(c), modulus));
    }
    const Words<4> ones{~std::uint64_t{0}, ~std::uint64_t{0}, ~std::uint64_t{0}, ~std::uint64_t{0}};
    for (std::uint64_t at = kBase; at < kBase + 160; at += 32) memory.put(at, ones);
    REQUIRE(trap_of(memory, Ecall::uint256_mulmod_add, kBase + 0x200, kBase, kBase, kBase) == TrapCode::none);
    REQUIRE(memory.get<Words<4>>(kBase + 0x200) == Words<4>{});
    memory.writes = 0;
    for (std::uint64_t bad = 0; bad < 4; ++bad) {
        std::array<std::uint64_t, 4> pointers{kBase, kBase, kBase, kBase};
        pointers[bad] += 4;
        REQUIRE(abi::execute_ecall(SLUICE_ECALL_UINT256_MULMOD_ADD, pointers, memory).trap ==
                TrapCode::ecall_misaligned);
        pointers[bad] = kNowhere;
        REQUIRE(abi::execute_ecall(SLUICE_ECALL_UINT256_MULMOD_ADD, pointers, memory).trap ==
                (bad == 0 ? TrapCode::store_fault : TrapCode::load_fault));
    }
    REQUIRE(memory.writes == 0);
}

namespace {

struct FieldCase {
    const char* name;
    std::uint64_t fp_add;   // fp_sub and fp_mul follow
    std::uint64_t fp2_add;  // so do fp2_sub and fp2_mul
    const mpz_class& prime;
};

template <std::size_t N>
void check_field(const FieldCase& field) {
    SLUICE_RANDOM(rng);
    INFO(field.name);
    const mpz_class& p = field.prime;
    const auto element = [&]() -> mpz_class {
        switch (rng() % 5) {
            case 0:
                return p - 1 - static_cast<unsigned>(rng() % 3);
            case 1:
                return mpz_class(static_cast<unsigned>(rng() % 3));
            default:
                return mod(to_mpz(random_words<N>(rng)), p);
        }
    };
    constexpr std::uint64_t kHalf = 8 * N;
    TestMemory memory;
    const auto run = [&](std::uint64_t number, std::uint64_t a0, std::uint64_t a1, std::uint64_t a2) {
        return abi::execute_ecall(number, {a0, a1, a2, 0}, memory).trap;
    };
    for (int round = 0; round < 3000; ++round) {
        const mpz_class a0 = element(), a1 = element(), b0 = element(), b1 = element();
        const std::uint64_t x = kBase, y = kBase + 2 * kHalf;
        const auto put_operands = [&] {
            memory.put(x, to_words<N>(a0));
            memory.put(x + kHalf, to_words<N>(a1));
            memory.put(y, to_words<N>(b0));
            memory.put(y + kHalf, to_words<N>(b1));
        };
        const mpz_class expected[3] = {mod(a0 + b0, p), mod(a0 - b0, p), mod(a0 * b0, p)};
        const mpz_class expected2[3][2] = {{mod(a0 + b0, p), mod(a1 + b1, p)},
                                           {mod(a0 - b0, p), mod(a1 - b1, p)},
                                           {mod(a0 * b0 - a1 * b1, p), mod(a0 * b1 + a1 * b0, p)}};
        for (std::uint64_t operation = 0; operation < 3; ++operation) {
            for (const std::uint64_t result : {x, y, kBase + 0x400, x + kHalf}) {
                put_operands();
                REQUIRE(run(field.fp_add + operation, result, x, y) == TrapCode::none);
                REQUIRE(to_mpz(memory.get<Words<N>>(result)) == expected[operation]);
                put_operands();
                REQUIRE(run(field.fp2_add + operation, result, x, y) == TrapCode::none);
                REQUIRE(to_mpz(memory.get<Words<N>>(result)) == expected2[operation][0]);
                REQUIRE(to_mpz(memory.get<Words<N>>(result + kHalf)) == expected2[operation][1]);
            }
        }
    }
    memory = TestMemory();
    for (std::uint64_t operation = 0; operation < 3; ++operation) {
        for (const mpz_class& bad : {p, mpz_class(p + 1), mpz_class((mpz_class(1) << (64 * N)) - 1)}) {
            for (std::uint64_t place = 0; place < 4; ++place) {
                for (std::uint64_t at = 0; at < 4; ++at) memory.put(kBase + kHalf * at, to_words<N>(1));
                memory.put(kBase + kHalf * place, to_words<N>(bad));
                REQUIRE(run(field.fp2_add + operation, kBase + 0x400, kBase, kBase + 2 * kHalf) ==
                        TrapCode::ecall_non_canonical);
                REQUIRE(run(field.fp_add + operation, kBase + 0x400, kBase + kHalf * place, kBase + 0x800) ==
                        TrapCode::ecall_non_canonical);
                REQUIRE(run(field.fp_add + operation, kBase + 0x400, kBase + 0x800, kBase + kHalf * place) ==
                        TrapCode::ecall_non_canonical);
            }
        }
        for (const std::uint64_t number : {field.fp_add + operation, field.fp2_add + operation}) {
            REQUIRE(run(number, kBase + 0x401, kBase + 0x800, kBase + 0x800) == TrapCode::ecall_misaligned);
            REQUIRE(run(number, kBase, kBase + 0x804, kBase + 0x800) == TrapCode::ecall_misaligned);
            REQUIRE(run(number, kBase, kBase + 0x800, kBase + 0x802) == TrapCode::ecall_misaligned);
            REQUIRE(run(number, kNowhere, kBase + 0x800, kBase + 0x800) == TrapCode::store_fault);
            REQUIRE(run(number, kConstants, kBase + 0x800, kBase + 0x800) == TrapCode::store_fault);
            REQUIRE(run(number, kBase, kNowhere, kBase + 0x800) == TrapCode::load_fault);
            REQUIRE(run(number, kBase, kBase + 0x800, kNowhere) == TrapCode::load_fault);
        }
    }
    REQUIRE(memory.writes == 0);
}

}  // namespace

TEST_CASE("bn254 field ecalls agree with GMP and refuse values from the prime on") {
    check_field<4>({"bn254", SLUICE_ECALL_BN254_FP_ADD, SLUICE_ECALL_BN254_FP2_ADD, kBn254Prime});
}

TEST_CASE("BLS12-381 field ecalls agree with GMP and refuse values from the prime on") {
    check_field<6>({"bls12_381", SLUICE_ECALL_BLS12_381_FP_ADD, SLUICE_ECALL_BLS12_381_FP2_ADD, kBls12381Prime});
}
