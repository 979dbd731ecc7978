// Keccak-f[1600] as FIPS 202 writes it, arranged for speed on 64-bit hosts.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <bit>
#include <cstdint>

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

// Where rho and pi take the lane at 5 y + x, and the distance they rotate it by (FIPS 202, sections 3.2.2 and 3.2.3).
struct RhoPi {
    unsigned target[25]{};
    int distance[25]{};
    constexpr RhoPi() noexcept {
        unsigned x = 1;
        unsigned y = 0;
        for (int t = 0; t < 24; ++t) {
            distance[5 * y + x] = ((t + 1) * (t + 2) / 2) % 64;
            const unsigned next = (2 * x + 3 * y) % 5;
            x = y;
            y = next;
        }
        for (y = 0; y < 5; ++y) {
            for (x = 0; x < 5; ++x) target[5 * y + x] = 5 * ((2 * x + 3 * y) % 5) + y;
        }
    }
};
constexpr RhoPi kRhoPi;

// The loops have constant bounds and constant tables: unrolled, every rotation is by a constant.
[[gnu::always_inline]] inline void round(const std::uint64_t* in, std::uint64_t* out, std::uint64_t constant) noexcept {
    std::uint64_t column[5];
    std::uint64_t moved[25];
#pragma GCC unroll 5
    for (unsigned x = 0; x < 5; ++x) column[x] = in[x] ^ in[x + 5] ^ in[x + 10] ^ in[x + 15] ^ in[x + 20];
#pragma GCC unroll 5
    for (unsigned x = 0; x < 5; ++x) {
        const std::uint64_t theta = column[(x + 4) % 5] ^ std::rotl(column[(x + 1) % 5], 1);
#pragma GCC unroll 5
        for (unsigned y = 0; y < 5; ++y) {
            const unsigned lane = 5 * y + x;
            moved[kRhoPi.target[lane]] = std::rotl(in[lane] ^ theta, kRhoPi.distance[lane]);
        }
    }
#pragma GCC unroll 5
    for (unsigned y = 0; y < 25; y += 5) {
#pragma GCC unroll 5
        for (unsigned x = 0; x < 5; ++x) out[y + x] = moved[y + x] ^ (~moved[y + (x + 1) % 5] & moved[y + (x + 2) % 5]);
    }
    out[0] ^= constant;
}

}  // namespace

void keccak_f(std::uint64_t* lanes) noexcept {
    std::uint64_t other[25];
    for (unsigned i = 0; i < kRounds; i += 2) {
        round(lanes, other, kRoundConstants.of[i]);
        round(other, lanes, kRoundConstants.of[i + 1]);
    }
}

}  // namespace sluice::abi
