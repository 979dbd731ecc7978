// SHA-256 (FIPS 180-4) over a replaceable compression function.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>

#include "sluice/base/bytes.h"

namespace sluice::crypto::soft {

inline constexpr std::size_t kSha256BlockSize = 64;

/// The first 32 bits of the fractional parts of the square roots of the first 8 primes (section 5.3.3).
inline constexpr std::uint32_t kSha256InitialState[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                                         0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

/// The same of the cube roots of the first 64 primes (section 4.2.2).
inline constexpr std::uint32_t kSha256RoundConstants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

/// The plain backend. An accelerated one has the same function.
struct PlainSha256 {
    /// Takes one block of 64 message bytes, of any alignment, into the state, which is aligned to 8 (section 6.2.2).
    static void compress(std::uint32_t state[8], const std::uint8_t* block) noexcept {
        using std::rotr;
        std::uint32_t w[16];
        for (int i = 0; i < 16; ++i) w[i] = load_be<std::uint32_t>(block + 4 * i);
        std::uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
        std::uint32_t e = state[4], f = state[5], g = state[6], h = state[7];
        // Sixteen rounds at a time, so that the window of the schedule and the renaming of a to h are static.
        for (int base = 0; base < 64; base += 16) {
#pragma GCC unroll 16
            for (int i = 0; i < 16; ++i) {
                if (base != 0) {
                    const std::uint32_t w1 = w[(i + 1) & 15];
                    const std::uint32_t w14 = w[(i + 14) & 15];
                    w[i] += (rotr(w1, 7) ^ rotr(w1, 18) ^ (w1 >> 3)) + w[(i + 9) & 15] +
                            (rotr(w14, 17) ^ rotr(w14, 19) ^ (w14 >> 10));
                }
                const std::uint32_t t1 = h + (rotr(e, 6) ^ rotr(e, 11) ^ rotr(e, 25)) + (g ^ (e & (f ^ g))) +
                                         kSha256RoundConstants[base + i] + w[i];
                const std::uint32_t t2 = (rotr(a, 2) ^ rotr(a, 13) ^ rotr(a, 22)) + ((a & b) | (c & (a | b)));
                h = g;
                g = f;
                f = e;
                e = d + t1;
                d = c;
                c = b;
                b = a;
                a = t1 + t2;
            }
        }
        state[0] += a;
        state[1] += b;
        state[2] += c;
        state[3] += d;
        state[4] += e;
        state[5] += f;
        state[6] += g;
        state[7] += h;
    }
};

/// SHA-256 of `data`. `Backend` has compress as PlainSha256 does.
template <class Backend>
[[nodiscard]] Hash32 sha256(ByteView data) noexcept {
    alignas(8) std::uint32_t state[8];  // accelerated backends want whole words
    std::memcpy(state, kSha256InitialState, sizeof state);
    const std::uint8_t* at = data.data();
    std::size_t left = data.size();
    for (; left >= kSha256BlockSize; left -= kSha256BlockSize, at += kSha256BlockSize) Backend::compress(state, at);

    // The rest, a one bit, zeros, and the length in bits in the last eight bytes of this block or of one more.
    alignas(8) std::uint8_t block[kSha256BlockSize];
    if (left != 0) std::memcpy(block, at, left);
    block[left] = 0x80;
    std::memset(block + left + 1, 0, kSha256BlockSize - 1 - left);
    if (left + 1 > kSha256BlockSize - 8) {
        Backend::compress(state, block);
        std::memset(block, 0, kSha256BlockSize - 8);
    }
    store_be(block + kSha256BlockSize - 8, std::uint64_t{data.size()} * 8);
    Backend::compress(state, block);

    Hash32 digest;
    for (int i = 0; i < 8; ++i) store_be(digest.bytes.data() + 4 * i, state[i]);
    return digest;
}

}  // namespace sluice::crypto::soft
