// Calls of MEMCPY. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <random>
#include <vector>

#include "programs.h"

namespace sluice::test {

struct CopyCall {
    std::uint64_t to, from, length;
};

/// Where the calls' bytes lie in the input of `program_of`: as many as a page has.
inline constexpr std::uint64_t kCopyBytes = SLUICE_INPUT_BEGIN + 8 + 32;

/// A program that does all the calls, one after the other. Its input has a page of random bytes at kCopyBytes.
inline ProgramCase program_of(const std::vector<CopyCall>& calls) {
    std::vector<std::uint8_t> input = empty_input();
    std::mt19937 bytes(1);
    for (std::size_t i = 0; i < SLUICE_PAGE_SIZE; ++i) input.push_back(static_cast<std::uint8_t>(bytes()));
    for (const CopyCall& call : calls) {
        for (const std::uint64_t value : {call.to, call.from, call.length}) {
            input.resize(input.size() + 8);
            store_le<std::uint64_t>(input.data() + input.size() - 8, value);
        }
    }
    Assembler text;
    text.li(s0, kCopyBytes + SLUICE_PAGE_SIZE);
    text.li(s2, calls.size());
    text.label("loop");
    text.ld(a0, s0, 0);
    text.ld(a1, s0, 8);
    text.ld(a2, s0, 16);
    text.call(SLUICE_ECALL_MEMCPY);
    text.addi(s0, s0, 24);
    text.addi(s2, s2, -1);
    text.bne(s2, zero, "loop");
    halt(text);
    return {make_program(text), std::move(input)};
}

/// Copies of up to 40 bytes at random places, over each other, and some of none anywhere.
inline std::vector<CopyCall> some_copies(std::mt19937_64& rng, int count) {
    std::vector<CopyCall> calls = {{rng(), rng(), 0}, {0, SLUICE_INPUT_BEGIN, 0}};
    for (int i = 0; i < count; ++i) {
        const auto place = [&] { return SLUICE_HEAP_BEGIN + rng() % 100; };
        calls.push_back({place(), i % 2 == 0 ? kCopyBytes + rng() % 100 : place(), rng() % 41});
    }
    return calls;
}

}  // namespace sluice::test
