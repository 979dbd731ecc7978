// Keccak-f[1600] as FIPS 202 writes it, arranged for speed on 64-bit hosts.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "sluice/abi/semantics.h"

namespace sluice::abi {
namespace {

constexpr unsigned kRounds = 24;

// The constants of iota come from the shift register of FIPS 202, section 3.2.5: bit 2^j - 1 of round i is rc(j + 7 i).
struct RoundConstants {
    std::uint64_t of[kRounds]{};
    constexpr RoundConstants() noexcept {
        std::uint8_t state = 1;
        for (std::uint64_t& constant : of) {
            for (unsigned j = 0; j < 7; ++j) {
                if (state & 1) constant |= std::uint64_t{1} << ((1u << j) - 1);
                state = static_cast<std::uint8_t>((state << 1) ^ ((state >> 7) * 0x71));
            }
        }
    }
};
constexpr RoundConstants kRoundConstants;

// Where the lane at 5 y + x comes from under pi, and the distance rho has rotated it by there (FIPS 202, sections 3.2.2
// and 3.2.3).
struct RhoPi {
    unsigned source[25]{};
    int distance[25]{};
    constexpr RhoPi() noexcept {
        int rotation[25]{};
        unsigned x = 1;
        unsigned y = 0;
        for (int t = 0; t < 24; ++t) {
            rotation[5 * y + x] = ((t + 1) * (t + 2) / 2) % 64;
            const unsigned next = (2 * x + 3 * y) % 5;
            x = y;
            y = next;
        }
        for (y = 0; y < 5; ++y) {
            for (x = 0; x < 5; ++x) {
                source[5 * y + x] = 5 * x + (x + 3 * y) % 5;
                distance[5 * y + x] = rotation[source[5 * y + x]];
            }
        }
    }
};
constexpr RhoPi kRhoPi;

// One row of the state after theta, rho, pi and chi.
template <unsigned Y, std::size_t... X>
[[gnu::always_inline]] inline void row(const std::uint64_t* in, const std::uint64_t* theta, std::uint64_t* out,
                                       std::index_sequence<X...>) noexcept {
    const std::uint64_t moved[5] = {
        std::rotl(in[kRhoPi.source[5 * Y + X]] ^ theta[kRhoPi.source[5 * Y + X] % 5], kRhoPi.distance[5 * Y + X])...};
    ((out[5 * Y + X] = moved[X] ^ (~moved[(X + 1) % 5] & moved[(X + 2) % 5])), ...);
}

template <std::size_t... X>
[[gnu::always_inline]] inline void round(const std::uint64_t* in, std::uint64_t* out, std::uint64_t constant,
                                         std::index_sequence<X...> all) noexcept {
    const std::uint64_t column[5] = {(in[X] ^ in[X + 5] ^ in[X + 10] ^ in[X + 15] ^ in[X + 20])...};
    const std::uint64_t theta[5] = {(column[(X + 4) % 5] ^ std::rotl(column[(X + 1) % 5], 1))...};
    (row<X>(in, theta, out, all), ...);
    out[0] ^= constant;
}

}  // namespace

void keccak_f(std::uint64_t* lanes) noexcept {
    constexpr std::make_index_sequence<5> all;
    std::uint64_t even[25];
    std::uint64_t odd[25];
    std::copy(lanes, lanes + 25, even);
    for (unsigned i = 0; i < kRounds; i += 2) {
        round(even, odd, kRoundConstants.of[i], all);
        round(odd, even, kRoundConstants.of[i + 1], all);
    }
    std::copy(even, even + 25, lanes);
}

}  // namespace sluice::abi
