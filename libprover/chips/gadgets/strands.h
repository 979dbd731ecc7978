// Lanes of Keccak as numbers whose decimal digits are bits. SPDX-License-Identifier: MIT OR Apache-2.0
//
// Bits of equal place modulo 8 of a lane form a *strand*: strand s has bit s + 8 i as its digit i, in base 10. The sum
// of a few strands is a number whose digits are sums of bits, none of which carries, and one lookup reduces all eight
// digits: that is XOR. Rotating a lane moves strands to other strands and turns the digits of each.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "gadgets/word.h"

namespace sluice::chips {

inline constexpr std::size_t kStrands = 8;
inline constexpr std::size_t kDigits = 8;
inline constexpr std::uint32_t kStrandBase = 10;
inline constexpr std::size_t kLanes = 25;

template <class T>
using Strands = std::array<T, kStrands>;

/// 10^exponent.
[[nodiscard]] constexpr std::uint32_t power_of_ten(std::size_t exponent) noexcept {
    std::uint32_t power = 1;
    while (exponent-- > 0) power *= kStrandBase;
    return power;
}
/// The number with these bits as digits.
[[nodiscard]] constexpr std::uint32_t with_digits(std::uint32_t bits) noexcept {
    std::uint32_t value = 0;
    for (std::size_t i = kDigits; i-- > 0;) value = kStrandBase * value + (bits >> i & 1);
    return value;
}
/// 1 in each digit.
inline constexpr std::uint32_t kAllOnes = with_digits(0xff);

/// `with_digits` as field elements.
inline constexpr std::array<KoalaBear, 256> kDigitsOfByte = [] {
    std::array<KoalaBear, 256> out;
    for (std::uint32_t byte = 0; byte < 256; ++byte) out[byte] = KoalaBear::from_canonical(with_digits(byte));
    return out;
}();

/// Bit s + 8 i of a lane as bit i + 8 s.
[[nodiscard]] constexpr std::uint64_t transposed(std::uint64_t lane) noexcept {
    const auto exchange = [&](unsigned distance, std::uint64_t mask) {
        const std::uint64_t different = (lane ^ lane >> distance) & mask;
        lane ^= different ^ different << distance;
    };
    exchange(7, 0x00aa00aa00aa00aa);
    exchange(14, 0x0000cccc0000cccc);
    exchange(28, 0x00000000f0f0f0f0);
    return lane;
}
[[nodiscard]] constexpr Strands<KoalaBear> strands(std::uint64_t lane) noexcept {
    const std::uint64_t bytes = transposed(lane);
    constexpr auto digits = kDigitsOfByte;
    Strands<KoalaBear> out;
    for (unsigned s = 0; s < kStrands; ++s) out[s] = digits[byte(bytes, s)];
    return out;
}

/// Where strand s goes when its lane is rotated left: to another strand, with its digits turned up cyclically.
struct StrandMove {
    std::size_t strand;
    std::uint32_t turn;
};
[[nodiscard]] constexpr StrandMove rotated(std::size_t strand, std::uint32_t rotation) noexcept {
    const std::size_t place = strand + rotation;
    return {place % kStrands, static_cast<std::uint32_t>(place / kStrands % kDigits)};
}

/// Two strands as one element, strand 2 k and three times strand 2 k + 1. With the weight 3, digits of -1 to 2 are told
/// apart, not bits alone (../README.md, Keccak).
inline constexpr std::size_t kPairs = kStrands / 2;
inline constexpr std::uint32_t kPairWeight = 3;
template <class T>
using Pairs = std::array<T, kPairs>;

/// The part of a lane's pairs that a limb decides, as if the limb were the lowest: its two bytes are two digits.
[[nodiscard]] constexpr Pairs<std::uint32_t> pairs_of_limb(std::uint32_t limb) noexcept {
    Pairs<std::uint32_t> out{};
    for (std::size_t k = 0; k < kPairs; ++k) {
        const auto digit = [&](std::uint32_t bits) {
            return (bits >> (2 * k) & 1) + kPairWeight * (bits >> (2 * k + 1) & 1);
        };
        out[k] = digit(limb) + kStrandBase * digit(limb >> 8);
    }
    return out;
}

/// The steps of Keccak-f[1600] (FIPS 202, section 3.2). Lane (x, y) has index 5 y + x.
namespace keccak {

inline constexpr std::uint32_t kRounds = 24;

[[nodiscard]] constexpr std::size_t lane_index(std::size_t x, std::size_t y) noexcept {
    return 5 * (y % 5) + x % 5;
}
/// rho: how far each lane is rotated left.
inline constexpr std::array<std::uint32_t, kLanes> kRotations = [] {
    std::array<std::uint32_t, kLanes> out{};
    std::size_t x = 1;
    std::size_t y = 0;
    for (std::uint32_t t = 0; t < 24; ++t) {
        out[lane_index(x, y)] = (t + 1) * (t + 2) / 2 % 64;
        const std::size_t next = (2 * x + 3 * y) % 5;
        x = y;
        y = next;
    }
    return out;
}();
/// pi: where lane (x, y) goes.
[[nodiscard]] constexpr std::size_t moved(std::size_t x, std::size_t y) noexcept {
    return lane_index(y, 2 * x + 3 * y);
}
/// iota: what is added to lane (0, 0) in each round, by the shift register of algorithm 5.
inline constexpr std::array<std::uint64_t, kRounds> kConstants = [] {
    std::array<std::uint64_t, kRounds> out{};
    std::uint32_t state = 1;
    for (std::uint64_t& constant : out) {
        for (unsigned j = 0; j < 7; ++j) {
            if ((state & 1) != 0) constant |= std::uint64_t{1} << ((1u << j) - 1);
            state <<= 1;
            if ((state & 0x100) != 0) state ^= 0x171;
        }
    }
    return out;
}();
/// The strands in which constants have bits: their places are 0, 1, 3, 7, 15, 31, 63.
inline constexpr std::array<std::size_t, 4> kConstantStrands = {0, 1, 3, 7};

}  // namespace keccak

}  // namespace sluice::chips
