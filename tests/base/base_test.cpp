// Base types: arena, containers, 256-bit words, errors. SPDX-License-Identifier: MIT OR Apache-2.0
#include <array>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "sluice/base/arena.h"
#include "sluice/base/containers.h"
#include "sluice/base/result.h"
#include "sluice/base/uint256.h"
#include "support/catch.h"

using namespace sluice;

TEST_CASE("an exhausted arena gives null and stays usable") {
    std::array<std::uint8_t, 64> memory{};
    Arena arena(memory.data(), memory.size());
    REQUIRE(arena.allocate(48) != nullptr);
    REQUIRE(arena.allocate(48) == nullptr);
    REQUIRE(arena.allocate(16) != nullptr);
    REQUIRE(arena.allocate(1, 1) == nullptr);
    arena.reset();
    REQUIRE(arena.make_array<std::uint64_t>(~std::size_t{0} / 4) == nullptr);
    REQUIRE(arena.allocate(64) != nullptr);
    REQUIRE(arena.peak() == 64);
}

TEST_CASE("an arena index agrees with std::map, collisions of the hash included") {
    SLUICE_RANDOM(rng);
    std::vector<std::uint8_t> memory(1 << 20);
    Arena arena(memory.data(), memory.size());
    ArenaIndex index(arena, 7);
    std::vector<std::uint64_t> keys;
    std::map<std::uint64_t, std::uint32_t> twin;
    const auto hash_of = [](std::uint64_t key) { return mix64(key % 300) & 0xfffffffffffffff3u; };
    for (int i = 0; i < 4000; ++i) {
        const std::uint64_t key = rng() % 2000;
        const auto matches = [&](std::uint32_t at) { return keys[at] == key; };
        const std::uint32_t found = index.find(hash_of(key), matches);
        const auto expected = twin.find(key);
        REQUIRE((found == ArenaIndex::kNotFound) == (expected == twin.end()));
        if (expected != twin.end()) {
            REQUIRE(found == expected->second);
        } else {
            twin[key] = static_cast<std::uint32_t>(keys.size());
            REQUIRE(index.insert(hash_of(key), static_cast<std::uint32_t>(keys.size())));
            keys.push_back(key);
        }
    }
    REQUIRE(index.size() == twin.size());
}

TEST_CASE("an arena vector keeps its elements while growing") {
    std::vector<std::uint8_t> memory(1 << 16);
    Arena arena(memory.data(), memory.size());
    ArenaVector<std::uint32_t> first(arena);
    ArenaVector<std::uint32_t> second(arena);
    for (std::uint32_t i = 0; i < 1000; ++i) {
        REQUIRE(first.push_back(i));
        REQUIRE(second.push_back(~i));
    }
    for (std::uint32_t i = 0; i < 1000; ++i) {
        REQUIRE(first[i] == i);
        REQUIRE(second[i] == ~i);
    }
}

TEST_CASE("pieces keep their elements in place while growing, and run out of memory without harm") {
    std::vector<std::uint8_t> memory(1 << 14);
    Arena arena(memory.data(), memory.size());
    ArenaPieces<std::uint64_t> pieces(arena);
    std::vector<std::uint64_t*> places;
    for (std::uint64_t i = 0;; ++i) {
        std::uint64_t* place = pieces.append();
        if (place == nullptr) break;
        *place = i * i;
        places.push_back(place);
    }
    REQUIRE(places.size() > 1000);
    REQUIRE(pieces.size() == places.size());
    for (std::uint64_t i = 0; i < places.size(); ++i) {
        REQUIRE(&pieces[i] == places[i]);
        REQUIRE(pieces[i] == i * i);
    }
}

TEST_CASE("zeros from an arena are zero, whatever was there and however the memory came back") {
    SLUICE_RANDOM(rng);
    for (int round = 0; round < 200; ++round) {
        const bool zeros = round % 2 == 0;
        std::vector<std::uint8_t> memory(4096, zeros ? 0 : 0xee);
        Arena arena = zeros ? Arena::over_zeros(memory.data(), memory.size()) : Arena(memory.data(), memory.size());
        const Arena before = arena;
        for (int step = 0; step < 40; ++step) {
            const Arena::Mark mark = arena.mark();
            const std::size_t size = 1 + rng() % 300;
            Arena part;
            Arena* from = &arena;
            if (rng() % 4 == 0) {
                part = arena.split_off(512);
                from = &part;
            }
            auto* bytes = static_cast<std::uint8_t*>(from->allocate_zeros(size));
            if (bytes == nullptr) {
                arena.restore(before);
                continue;
            }
            for (std::size_t i = 0; i < size; ++i) REQUIRE(bytes[i] == 0);
            std::memset(bytes, 0xdd, size);
            switch (rng() % 5) {
                case 0:
                    arena.rewind(mark);
                    break;
                case 1:
                    arena.reset();
                    break;
                case 2:
                    arena.restore(before);
                    break;
                default:
                    break;
            }
        }
    }
}

TEST_CASE("an arena index rebuilds itself, and refuses indices beyond its size") {
    std::vector<std::uint8_t> memory(1 << 18);
    Arena arena(memory.data(), memory.size());
    ArenaIndex index(arena, 3);
    const auto any = [](std::uint32_t) { return true; };
    const auto hash_of = [](std::uint32_t i) { return mix64(i); };
    for (std::uint32_t i = 0; i < 5000; ++i) REQUIRE(index.insert(hash_of(i), i));
    for (std::uint32_t i = 0; i < 5000; ++i) {
        REQUIRE(index.find(hash_of(i), [&](std::uint32_t found) { return found == i; }) == i);
    }
    REQUIRE(index.find(hash_of(5001), any) == ArenaIndex::kNotFound);
    REQUIRE_FALSE(index.insert(hash_of(5001), ArenaIndex::kMaxSize));
    REQUIRE(index.insert(hash_of(5001), ArenaIndex::kMaxSize - 1));
    REQUIRE(index.find(hash_of(5001), any) == ArenaIndex::kMaxSize - 1);
}

TEST_CASE("256-bit shifts are multiplications and divisions by powers of two") {
    SLUICE_RANDOM(rng);
    for (int round = 0; round < 200; ++round) {
        const Uint256 a{rng(), rng(), rng(), rng()};
        Uint256 power = 1;
        for (unsigned shift = 0; shift < 256; ++shift) {
            REQUIRE((a << shift) == a * power);
            REQUIRE(((a << shift) >> shift) == (a & (~Uint256{} >> shift)));
            power += power;
        }
        REQUIRE((a << 256).is_zero());
        REQUIRE((a >> 256).is_zero());
    }
}

TEST_CASE("256-bit order, sums and bytes agree with each other") {
    SLUICE_RANDOM(rng);
    for (int round = 0; round < 1000; ++round) {
        const auto word = [&] { return rng() % 4 == 0 ? (rng() % 2 == 0 ? 0 : ~std::uint64_t{0}) : rng(); };
        const Uint256 a{word(), word(), word(), word()};
        const Uint256 b{word(), word(), word(), word()};
        bool borrow = false;
        const Uint256 difference = sub_borrow(a, b, borrow);
        REQUIRE(borrow == (a < b));
        REQUIRE((a < b) == ((a <=> b) < 0));
        REQUIRE((a < b) == ((a.to_hash() <=> b.to_hash()) < 0));
        REQUIRE(difference + b == a);
        REQUIRE(Uint256::from_hash(a.to_hash()) == a);
        REQUIRE(Uint256::from_address(a.to_address()) == (a & (~Uint256{} >> 96)));
    }
}

TEST_CASE("error numbers are unique and names are found") {
    std::set<int> numbers;
    std::set<std::string> names;
    int rows = 0;
#define SLUICE_ERROR(name, number, kind, text)     \
    numbers.insert(number);                        \
    names.insert(#name);                           \
    ++rows;                                        \
    REQUIRE(error_name(ErrorCode::name) == #name); \
    REQUIRE(error_kind(ErrorCode::name) == ErrorKind::kind);
#include "sluice/base/errors.def"
#undef SLUICE_ERROR
    REQUIRE(static_cast<int>(numbers.size()) == rows);
    REQUIRE(static_cast<int>(names.size()) == rows);
    REQUIRE(numbers.count(0) == 0);
    REQUIRE(error_name(static_cast<ErrorCode>(65535)) == "unknown");
}

TEST_CASE("diagnostics keep the first failure") {
    Diagnostics diagnostics;
    REQUIRE(!diagnostics.failed());
    REQUIRE(diagnostics.fail(ErrorCode::rlp_overflow, ErrorDetail{}.with_item(3)) == ErrorCode::rlp_overflow);
    REQUIRE(diagnostics.fail(ErrorCode::internal_fault) == ErrorCode::internal_fault);
    REQUIRE(diagnostics.detail().code == ErrorCode::rlp_overflow);
    REQUIRE(diagnostics.detail().item == 3);
}
