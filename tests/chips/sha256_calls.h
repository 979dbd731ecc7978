// Calls of SHA256_COMPRESS. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <random>
#include <vector>

#include "programs.h"

namespace sluice::test {

/// Calls one after the other on one piece of memory, at the heap's start.
struct Sha256Calls {
    struct Place {
        std::size_t state, block;  ///< words from the memory's start
    };
    std::vector<std::uint64_t> memory;
    std::vector<Place> places;
};

/// A state, a block, and some calls on them.
inline Sha256Calls random_sha256(std::mt19937_64& rng, std::size_t count) {
    Sha256Calls calls;
    for (int i = 0; i < 16; ++i) calls.memory.push_back(rng());
    calls.places.assign(count, {0, 4});
    return calls;
}

inline ProgramCase program_of(const Sha256Calls& calls) {
    Assembler text;
    std::vector<std::uint8_t> input = empty_input();
    text.li(s0, SLUICE_INPUT_BEGIN + 8 + input.size());
    text.li(s1, SLUICE_HEAP_BEGIN);
    for (std::size_t i = 0; i < calls.memory.size(); ++i) {
        text.ld(t0, s0, static_cast<int>(8 * i));
        text.sd(t0, s1, static_cast<int>(8 * i));
        input.resize(input.size() + 8);
        store_le<std::uint64_t>(input.data() + input.size() - 8, calls.memory[i]);
    }
    for (const auto& [state, block] : calls.places) {
        text.addi(a0, s1, static_cast<int>(8 * state));
        text.addi(a1, s1, static_cast<int>(8 * block));
        text.call(SLUICE_ECALL_SHA256_COMPRESS);
    }
    halt(text);
    return {make_program(text), std::move(input)};
}

}  // namespace sluice::test
