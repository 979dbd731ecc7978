// Calls of POSEIDON2_16 and POSEIDON2_24, and what they leave by the definition on integers.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <random>
#include <vector>

#include "prover/naive_poseidon2.h"
#include "wide_calls.h"

namespace sluice::test {

inline std::size_t poseidon2_width(std::uint64_t number) {
    return number == SLUICE_ECALL_POSEIDON2_16 ? 16 : 24;
}

/// 32-bit integers as memory holds them.
inline Words words_of_halves(const std::vector<std::uint32_t>& halves) {
    Words words(halves.size() / 2);
    for (std::size_t i = 0; i < halves.size(); ++i) words[i / 2] |= std::uint64_t{halves[i]} << (32 * (i % 2));
    return words;
}
inline std::vector<std::uint32_t> halves_of_words(const Words& words) {
    std::vector<std::uint32_t> halves;
    for (const std::uint64_t word : words) {
        halves.push_back(static_cast<std::uint32_t>(word));
        halves.push_back(static_cast<std::uint32_t>(word >> 32));
    }
    return halves;
}

/// Words of elements, and back: w stands for w / 2^32.
inline Words words_of_elements(const Integers& elements) {
    std::vector<std::uint32_t> halves;
    for (const std::uint64_t element : elements) {
        halves.push_back(static_cast<std::uint32_t>((element << 32) % kKoalaBear));
    }
    return words_of_halves(halves);
}
inline Integers elements_of_words(const Words& words) {
    const std::uint64_t inverse = naive_inverse_power_of_two(32);
    Integers elements;
    for (const std::uint32_t half : halves_of_words(words))
        elements.push_back(half % kKoalaBear * inverse % kKoalaBear);
    return elements;
}

/// The state after a call.
inline Words expected_poseidon2(const Words& state) {
    const Integers elements = elements_of_words(state);
    return words_of_elements(elements.size() == 16 ? naive_poseidon2<16>(elements) : naive_poseidon2<24>(elements));
}

/// Each width `each` times, on random words and on those at whose sides something changes.
inline std::vector<WideCall> poseidon2_calls(std::mt19937_64& rng, std::size_t each) {
    const auto p = static_cast<std::uint32_t>(kKoalaBear);
    const std::uint32_t edges[] = {0, 1, 0xffff, 0x10000, p - 1, p, p + 1, 2 * p - 1, 2 * p, 0xffffffff};
    std::vector<WideCall> calls;
    for (const std::uint64_t number : {SLUICE_ECALL_POSEIDON2_16, SLUICE_ECALL_POSEIDON2_24}) {
        for (std::size_t i = 0; i < each; ++i) {
            std::vector<std::uint32_t> halves;
            for (std::size_t j = 0; j < poseidon2_width(number); ++j) {
                halves.push_back(i % 2 == 0 ? edges[rng() % std::size(edges)] : static_cast<std::uint32_t>(rng()));
            }
            calls.push_back({number, words_of_halves(halves), {0}});
        }
    }
    return calls;
}

}  // namespace sluice::test
