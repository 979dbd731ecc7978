// Programs with Keccak calls. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <vector>

#include "programs.h"
#include "sluice/abi/features.h"

namespace sluice::test {

/// A call on words of the heap, by their index.
struct KeccakCall {
    std::uint64_t number;
    std::uint32_t state;
    std::uint32_t block;  ///< of KECCAK_ABSORB
};

/// Copies the words from the input to the heap, `first` words behind its start, and does the calls.
inline ProgramCase keccak_program(const std::vector<std::uint64_t>& words, const std::vector<KeccakCall>& calls,
                                  std::uint32_t first = 0) {
    std::vector<std::uint8_t> input = empty_input();
    for (const std::uint64_t word : words) {
        input.resize(input.size() + 8);
        store_le<std::uint64_t>(input.data() + input.size() - 8, word);
    }
    const std::uint64_t heap = SLUICE_HEAP_BEGIN + 8 * std::uint64_t{first};
    Assembler text;
    text.li(s0, SLUICE_INPUT_BEGIN + 8 + 32);
    text.li(s1, heap);
    text.li(s2, words.size());
    text.label("copy");
    text.ld(t0, s0, 0);
    text.sd(t0, s1, 0);
    text.addi(s0, s0, 8);
    text.addi(s1, s1, 8);
    text.addi(s2, s2, -1);
    text.bne(s2, zero, "copy");
    for (const KeccakCall& call : calls) {
        text.li(a0, heap + 8 * std::uint64_t{call.state});
        text.li(a1, heap + 8 * std::uint64_t{call.block});
        text.call(call.number);
    }
    halt(text);
    vm::Program program = make_program(text);
    program.features = vm::FeatureWord{.value = SLUICE_FEATURE_KECCAK};
    return {std::move(program), std::move(input)};
}

inline std::vector<std::uint64_t> random_words(std::mt19937_64& rng, std::size_t count) {
    std::vector<std::uint64_t> words(count);
    for (std::uint64_t& word : words) word = rng();
    return words;
}

/// Both calls, states and blocks that overlap.
inline ProgramCase keccak_calls(std::mt19937_64& rng) {
    return keccak_program(random_words(rng, 60), {{SLUICE_ECALL_KECCAK_F, 3, 0},
                                                  {SLUICE_ECALL_KECCAK_ABSORB, 2, 30},
                                                  {SLUICE_ECALL_KECCAK_ABSORB, 5, 20},
                                                  {SLUICE_ECALL_KECCAK_F, 30, 0}});
}

}  // namespace sluice::test
