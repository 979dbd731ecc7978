// Poseidon2 by its definition, on integers mod p: round constants as published, both layers as full matrices.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "sluice/hash/poseidon2_constants.h"
#include "sluice/math/koala_bear.h"

namespace sluice::test {

using Integers = std::vector<std::uint64_t>;

inline constexpr std::uint64_t kKoalaBear = 2130706433;

inline std::uint64_t naive_inverse_power_of_two(unsigned power) {
    std::uint64_t result = 1;
    for (unsigned i = 0; i < power; ++i) result = result * ((kKoalaBear + 1) / 2) % kKoalaBear;
    return result;
}

/// The matrix of full rounds.
inline std::vector<Integers> naive_external_matrix(unsigned width) {
    constexpr std::uint64_t kFour[4][4] = {{2, 3, 1, 1}, {1, 2, 3, 1}, {1, 1, 2, 3}, {3, 1, 1, 2}};
    std::vector<Integers> matrix(width, Integers(width));
    for (unsigned i = 0; i < width; ++i)
        for (unsigned j = 0; j < width; ++j) matrix[i][j] = kFour[i % 4][j % 4] * (i / 4 == j / 4 ? 2 : 1);
    return matrix;
}

/// The matrix of partial rounds: ones, and a diagonal given as signed numbers or as signed powers of 1/2.
inline std::vector<Integers> naive_internal_matrix(unsigned width) {
    struct Entry {
        int sign;
        std::uint64_t value;
        unsigned inverse_power;
    };
    std::vector<Entry> diagonal = {{-1, 2, 0}, {1, 1, 0},  {1, 2, 0},  {1, 1, 1}, {1, 3, 0},
                                   {1, 4, 0},  {-1, 1, 1}, {-1, 3, 0}, {-1, 4, 0}};
    const auto powers = [&](int sign, std::vector<unsigned> of) {
        for (const unsigned power : of) diagonal.push_back({sign, 1, power});
    };
    powers(1, width == 16 ? std::vector<unsigned>{8, 3, 24} : std::vector<unsigned>{8, 2, 3, 4, 5, 6, 24});
    powers(-1, width == 16 ? std::vector<unsigned>{8, 3, 4, 24} : std::vector<unsigned>{8, 3, 4, 5, 6, 7, 9, 24});
    std::vector<Integers> matrix(width, Integers(width, 1));
    for (unsigned i = 0; i < width; ++i) {
        const std::uint64_t size =
            diagonal.at(i).value * naive_inverse_power_of_two(diagonal[i].inverse_power) % kKoalaBear;
        matrix[i][i] = (1 + (diagonal[i].sign > 0 ? size : kKoalaBear - size)) % kKoalaBear;
    }
    return matrix;
}

inline Integers naive_times(const std::vector<Integers>& matrix, const Integers& vector) {
    Integers result(vector.size());
    for (std::size_t i = 0; i < vector.size(); ++i)
        for (std::size_t j = 0; j < vector.size(); ++j) result[i] = (result[i] + matrix[i][j] * vector[j]) % kKoalaBear;
    return result;
}

inline std::uint64_t naive_cube(std::uint64_t x) {
    return x * x % kKoalaBear * x % kKoalaBear;
}

template <unsigned Width>
Integers naive_poseidon2(Integers state) {
    using Parameters = hash::Poseidon2Parameters<Width>;
    static const auto constants = Parameters::canonical();
    static const auto external = naive_external_matrix(Width);
    static const auto internal = naive_internal_matrix(Width);
    state = naive_times(external, state);
    const auto full_rounds = [&](unsigned from, unsigned to) {
        for (unsigned round = from; round < to; ++round) {
            for (unsigned i = 0; i < Width; ++i)
                state[i] = naive_cube((state[i] + constants.full[round][i]) % kKoalaBear);
            state = naive_times(external, state);
        }
    };
    full_rounds(0, Parameters::kFullRounds / 2);
    for (const std::uint32_t constant : constants.partial) {
        state[0] = naive_cube((state[0] + constant) % kKoalaBear);
        state = naive_times(internal, state);
    }
    full_rounds(Parameters::kFullRounds / 2, Parameters::kFullRounds);
    return state;
}

inline Integers canonical(const math::KoalaBear* elements, std::size_t count) {
    Integers result;
    for (std::size_t i = 0; i < count; ++i) result.push_back(elements[i].canonical());
    return result;
}

inline std::vector<math::KoalaBear> elements(const Integers& integers) {
    std::vector<math::KoalaBear> result;
    for (const std::uint64_t integer : integers)
        result.push_back(math::KoalaBear::from_canonical(static_cast<std::uint32_t>(integer)));
    return result;
}

}  // namespace sluice::test
