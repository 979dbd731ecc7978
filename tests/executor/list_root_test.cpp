// The root of a list that is built value by value. SPDX-License-Identifier: MIT OR Apache-2.0
#include "sluice/witness/list_root.h"

#include <memory>

#include "executor/block_maker.h"
#include "sluice/witness/trie.h"

using namespace sluice;
using namespace sluice::test;

TEST_CASE("a list's root is that of the naive trie, whatever its length and values") {
    SLUICE_RANDOM(rng);
    const std::size_t memory_size = 1 << 20;
    const auto memory = std::make_unique<std::uint8_t[]>(memory_size);
    std::vector<std::size_t> sizes = {255, 256, 257, 300, 1000, 65537};
    for (std::size_t size = 0; size <= 140; ++size) sizes.push_back(size);
    for (const std::size_t size : sizes) {
        INFO(size << " values");
        Arena arena(memory.get(), memory_size);
        Arena scratch = arena.split_off(1 << 16);
        witness::ListRoot root(arena, scratch, size);
        std::vector<Bytes> values;
        for (std::size_t i = 0; i < size; ++i) {
            values.emplace_back(1 + rng() % (rng() % 8 == 0 ? 600 : 40), static_cast<char>(rng()));
            // As promised: a value is not needed after it was added.
            Bytes copy = values.back();
            REQUIRE(root.add(view(copy)) == ErrorCode::ok);
            copy.assign(copy.size(), 'x');
        }
        CHECK(scratch.used() == 0);
        CHECK(root.size() == size);
        const auto result = root.finish();
        REQUIRE(result.ok());
        CHECK(*result == naive_list_root(values));
    }
}

TEST_CASE("a list in too little memory is out of memory, not wrong") {
    std::vector<Bytes> values(300, Bytes(100, 'v'));
    const Hash32 expected = naive_list_root(values);
    unsigned exhausted = 0;
    for (std::size_t size = 0; size < 6000; size += 100) {
        const auto memory = std::make_unique<std::uint8_t[]>(size + 1);
        Arena arena(memory.get(), size);
        Arena scratch = arena.split_off(size / 2);
        witness::ListRoot root(arena, scratch, values.size());
        ErrorCode code = ErrorCode::ok;
        for (const Bytes& value : values) {
            code = root.add(view(value));
            if (failed(code)) break;
        }
        const auto result = failed(code) ? Result<Hash32>(code) : root.finish();
        if (result.ok()) {
            CHECK(*result == expected);
        } else {
            CHECK(result.error() == ErrorCode::arena_exhausted);
            ++exhausted;
        }
    }
    CHECK(exhausted > 0);
}

TEST_CASE("a list of another length than announced has no root") {
    std::vector<std::uint8_t> memory(1 << 16);
    const Bytes value(50, 'v');
    for (const std::uint64_t announced : {0, 1, 2, 127, 128, 129, 200}) {
        for (const std::uint64_t added : {0, 1, 2, 127, 128, 129, 200}) {
            Arena arena(memory.data(), memory.size());
            Arena scratch = arena.split_off(1 << 12);
            witness::ListRoot root(arena, scratch, announced);
            ErrorCode code = ErrorCode::ok;
            for (std::uint64_t i = 0; i < added && code == ErrorCode::ok; ++i) code = root.add(view(value));
            CHECK(code == (added > announced ? ErrorCode::internal_fault : ErrorCode::ok));
            if (code == ErrorCode::ok) CHECK(root.finish().ok() == (added == announced));
        }
    }
}
