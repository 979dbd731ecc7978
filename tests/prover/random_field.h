// Random elements of the proof system's fields, often edges.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <random>
#include <vector>

#include "sluice/math/koala_bear.h"

namespace sluice::test {

/// Often an edge: 0, 1, p - 1, a power of two or its neighbour; as value or as Montgomery word.
inline math::KoalaBear random_base(std::mt19937_64& rng) {
    constexpr std::uint64_t kPrime = 2130706433;  // 2^31 - 2^24 + 1
    const std::uint64_t power = std::uint64_t{1} << (rng() % 31);
    const std::array<std::uint64_t, 8> edges{0,     1,         kPrime - 1,    kPrime - 2, (kPrime + 1) / 2,
                                             power, power - 1, kPrime - power};
    const std::uint64_t choice = rng();
    const std::uint64_t word = (choice & 3) == 0 ? edges[(choice >> 2) % edges.size()] : rng();
    const auto below_p = static_cast<std::uint32_t>(word % kPrime);
    return (choice & 32) != 0 ? math::KoalaBear::from_montgomery(below_p) : math::KoalaBear::from_canonical(below_p);
}

template <class Field>
Field random_field(std::mt19937_64& rng) {
    if constexpr (Field::kDegree == 1) {
        return random_base(rng);
    } else {
        Field result = Field::zero();
        for (math::KoalaBear& limb : result.limb) limb = random_base(rng);
        return result;
    }
}

template <class Field>
std::vector<Field> random_fields(std::size_t size, std::mt19937_64& rng) {
    std::vector<Field> result(size);
    for (Field& value : result) value = random_field<Field>(rng);
    return result;
}

}  // namespace sluice::test
