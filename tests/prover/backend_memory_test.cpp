// The memory of the CPU backend, with bytes written into every piece as the oracle.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <algorithm>
#include <cstdint>
#include <cstring>
#include <random>
#include <vector>

#include "memory.h"
#include "support/catch.h"

namespace sluice::backend_cpu {
namespace {

struct Piece {
    unsigned char* data;
    std::size_t bytes;
    unsigned char mark;
    [[nodiscard]] bool intact() const {
        return std::all_of(data, data + bytes, [this](unsigned char byte) { return byte == mark; });
    }
};

TEST_CASE("pieces of memory in use never overlap, and are counted") {
    const std::uint64_t seed = std::random_device()();
    INFO("seed " << seed);
    std::mt19937_64 rng(seed);
    Memory memory;
    std::vector<Piece> pieces;
    std::uint64_t in_use = 0, most = 0;
    const auto rounded = [](std::size_t bytes) { return (bytes + kAlignment - 1) / kAlignment * kAlignment; };
    bool intact = true, aligned = true, counted = true;
    for (unsigned step = 0; step < 4000; ++step) {
        if (pieces.empty() || rng() % 5 < (step % 1000 < 500 ? 3 : 2)) {
            const std::size_t bytes = 1 + rng() % (std::size_t{1} << (rng() % 18));
            Piece piece{static_cast<unsigned char*>(memory.take(bytes)), bytes, static_cast<unsigned char>(rng())};
            aligned = aligned && reinterpret_cast<std::uintptr_t>(piece.data) % kAlignment == 0;
            std::memset(piece.data, piece.mark, bytes);
            pieces.push_back(piece);
            in_use += rounded(bytes);
            most = std::max(most, in_use);
        } else {
            std::swap(pieces[rng() % pieces.size()], pieces.back());
            intact = intact && pieces.back().intact();
            memory.give_back(pieces.back().data, pieces.back().bytes);
            in_use -= rounded(pieces.back().bytes);
            pieces.pop_back();
        }
        counted = counted && memory.current() == in_use && memory.peak() == most && memory.held() >= in_use;
    }
    CHECK(intact);
    CHECK(aligned);
    CHECK(counted);
    for (const Piece& piece : pieces) {
        CHECK(piece.intact());
        memory.give_back(piece.data, piece.bytes);
    }
    CHECK(memory.current() == 0);
    CHECK(memory.peak() == most);
}

#if !defined(__SANITIZE_ADDRESS__)
TEST_CASE("memory given back in any order is joined, and used again without the system") {
    Memory memory;
    constexpr std::size_t kBytes = std::size_t{1} << 20;
    std::vector<void*> pieces;
    for (unsigned i = 0; i < 16; ++i) pieces.push_back(memory.take(kBytes));
    const std::uint64_t held = memory.held();
    for (const unsigned odd : {1u, 0u}) {
        for (unsigned i = odd; i < 16; i += 2) memory.give_back(pieces[i], kBytes);
    }
    // All that is held is one free piece.
    void* const all = memory.take(held);
    CHECK(memory.held() == held);
    memory.give_back(all, held);
}
#endif

}  // namespace
}  // namespace sluice::backend_cpu
