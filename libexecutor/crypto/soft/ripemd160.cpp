// RIPEMD-160 (Dobbertin, Bosselaers, Preneel: RIPEMD-160, a strengthened version of RIPEMD, 1996).
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <bit>
#include <cstring>

#include "crypto/soft/kernels.h"

namespace sluice::crypto::soft {
namespace {

constexpr std::size_t kBlockSize = 64;

/// One of the two parallel lines: word order, rotations and constants of its 80 steps.
struct Line {
    std::uint8_t word[80];
    std::uint8_t rotation[80];
    std::uint32_t constant[5];
};

constexpr Line kLeft{
    {0,  1, 2,  3,  4, 5,  6,  7,  8, 9, 10, 11, 12, 13, 14, 15, 7, 4,  13, 1, 10, 6, 15, 3,  12, 0, 9,
     5,  2, 14, 11, 8, 3,  10, 14, 4, 9, 15, 8,  1,  2,  7,  0,  6, 13, 11, 5, 12, 1, 9,  11, 10, 0, 8,
     12, 4, 13, 3,  7, 15, 14, 5,  6, 2, 4,  0,  5,  9,  7,  12, 2, 10, 14, 1, 3,  8, 11, 6,  15, 13},
    {11, 14, 15, 12, 5,  8,  7,  9, 11, 13, 14, 15, 6,  7,  9, 8,  7,  6,  8,  13, 11, 9,  7,  15, 7,  12, 15,
     9,  11, 7,  13, 12, 11, 13, 6, 7,  14, 9,  13, 15, 14, 8, 13, 6,  5,  12, 7,  5,  11, 12, 14, 15, 14, 15,
     9,  8,  9,  14, 5,  6,  8,  6, 5,  12, 9,  15, 5,  11, 6, 8,  13, 12, 5,  12, 13, 14, 11, 8,  5,  6},
    {0x00000000, 0x5a827999, 0x6ed9eba1, 0x8f1bbcdc, 0xa953fd4e}};

constexpr Line kRight{
    {5,  14, 7, 0,  9, 2,  11, 4, 13, 6,  15, 8,  1,  10, 3, 12, 6, 11, 3, 7, 0,  13, 5, 10, 14, 15, 8,
     12, 4,  9, 1,  2, 15, 5,  1, 3,  7,  14, 6,  9,  11, 8, 12, 2, 10, 0, 4, 13, 8,  6, 4,  1,  3,  11,
     15, 0,  5, 12, 2, 13, 9,  7, 10, 14, 12, 15, 10, 4,  1, 5,  8, 7,  6, 2, 13, 14, 0, 3,  9,  11},
    {8, 9,  9,  11, 13, 15, 15, 5,  7,  7, 8, 11, 14, 14, 12, 6, 9,  13, 15, 7,  12, 8,  9,  11, 7,  7,  12,
     7, 6,  15, 13, 11, 9,  7,  15, 11, 8, 6, 6,  14, 12, 13, 5, 14, 13, 13, 7,  5,  15, 5,  8,  11, 14, 14,
     6, 14, 6,  9,  12, 9,  12, 5,  15, 8, 8, 5,  12, 9,  12, 5, 14, 6,  8,  13, 6,  5,  15, 13, 11, 11},
    {0x50a28be6, 0x5c4dd124, 0x6d703ef3, 0x7a6d76e9, 0x00000000}};

/// The function of group `kGroup` of the left line; the right line runs through them backwards.
template <int kGroup>
[[nodiscard]] constexpr std::uint32_t mix(std::uint32_t x, std::uint32_t y, std::uint32_t z) noexcept {
    if constexpr (kGroup == 0) {
        return x ^ y ^ z;
    } else if constexpr (kGroup == 1) {
        return z ^ (x & (y ^ z));
    } else if constexpr (kGroup == 2) {
        return (x | ~y) ^ z;
    } else if constexpr (kGroup == 3) {
        return y ^ (z & (x ^ y));
    } else {
        return x ^ (y | ~z);
    }
}

struct State {
    std::uint32_t a, b, c, d, e;
};

/// Sixteen steps of a line with the function kMix.
template <const Line& kLine, int kGroup, int kMix>
[[gnu::always_inline]] inline void steps(State& s, const std::uint32_t words[16]) noexcept {
#pragma GCC unroll 16
    for (int i = 16 * kGroup; i < 16 * kGroup + 16; ++i) {
        const std::uint32_t sum = s.a + mix<kMix>(s.b, s.c, s.d) + words[kLine.word[i]] + kLine.constant[kGroup];
        const std::uint32_t next = std::rotl(sum, kLine.rotation[i]) + s.e;
        s = {s.e, next, s.b, std::rotl(s.c, 10), s.d};
    }
}

void compress(std::uint32_t h[5], const std::uint8_t* block) noexcept {
    std::uint32_t words[16];
    std::memcpy(words, block, sizeof words);
    State left{h[0], h[1], h[2], h[3], h[4]};
    State right = left;
    steps<kLeft, 0, 0>(left, words);
    steps<kRight, 0, 4>(right, words);
    steps<kLeft, 1, 1>(left, words);
    steps<kRight, 1, 3>(right, words);
    steps<kLeft, 2, 2>(left, words);
    steps<kRight, 2, 2>(right, words);
    steps<kLeft, 3, 3>(left, words);
    steps<kRight, 3, 1>(right, words);
    steps<kLeft, 4, 4>(left, words);
    steps<kRight, 4, 0>(right, words);
    const std::uint32_t first = h[1] + left.c + right.d;
    h[1] = h[2] + left.d + right.e;
    h[2] = h[3] + left.e + right.a;
    h[3] = h[4] + left.a + right.b;
    h[4] = h[0] + left.b + right.c;
    h[0] = first;
}

}  // namespace

std::array<std::uint8_t, 20> ripemd160(ByteView data) noexcept {
    std::uint32_t h[5] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0};
    const std::uint8_t* at = data.data();
    std::size_t left = data.size();
    for (; left >= kBlockSize; left -= kBlockSize, at += kBlockSize) compress(h, at);

    // Padded as in MD4: a one bit, zeros, and the length in bits, little endian, in the last eight bytes.
    alignas(8) std::uint8_t block[kBlockSize];
    if (left != 0) std::memcpy(block, at, left);
    block[left] = 0x80;
    std::memset(block + left + 1, 0, kBlockSize - 1 - left);
    if (left + 1 > kBlockSize - 8) {
        compress(h, block);
        std::memset(block, 0, kBlockSize - 8);
    }
    store_le(block + kBlockSize - 8, std::uint64_t{data.size()} * 8);
    compress(h, block);

    std::array<std::uint8_t, 20> digest;
    std::memcpy(digest.data(), h, sizeof digest);
    return digest;
}

}  // namespace sluice::crypto::soft
