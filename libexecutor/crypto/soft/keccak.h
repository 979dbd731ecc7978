// Keccak-256 (FIPS 202's permutation with the original padding) over a replaceable permutation.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>

#include "sluice/base/bytes.h"

namespace sluice::crypto::soft {

/// Bytes absorbed per permutation: 1600 bits of state less twice the digest.
inline constexpr std::size_t kKeccakRate = 136;
inline constexpr std::size_t kKeccakRateWords = kKeccakRate / 8;

/// Round constants of the step iota (FIPS 202, section 3.2.5).
inline constexpr std::uint64_t kKeccakRoundConstants[24] = {
    0x0000000000000001, 0x0000000000008082, 0x800000000000808a, 0x8000000080008000, 0x000000000000808b,
    0x0000000080000001, 0x8000000080008081, 0x8000000000008009, 0x000000000000008a, 0x0000000000000088,
    0x0000000080008009, 0x000000008000000a, 0x000000008000808b, 0x800000000000008b, 0x8000000000008089,
    0x8000000000008003, 0x8000000000008002, 0x8000000000000080, 0x000000000000800a, 0x800000008000000a,
    0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008};

/// The lanes that are kept complemented while the rounds run. With these, every row of chi needs one NOT instead of
/// five (the machines we build for have no and-not in their base instruction set).
inline constexpr unsigned kKeccakComplementedLanes[6] = {1, 2, 8, 12, 17, 20};

/// One round from `in` to `out`, lane (x, y) at 5 y + x, with the lanes above complemented on both sides.
/// The names follow the usual ones: a lane is [b, g, k, m, s][y] then [a, e, i, o, u][x].
[[gnu::always_inline]] inline void keccak_round(const std::uint64_t* in, std::uint64_t* out,
                                                std::uint64_t round_constant) noexcept {
    using std::rotl;
    const std::uint64_t ca = in[0] ^ in[5] ^ in[10] ^ in[15] ^ in[20];
    const std::uint64_t ce = in[1] ^ in[6] ^ in[11] ^ in[16] ^ in[21];
    const std::uint64_t ci = in[2] ^ in[7] ^ in[12] ^ in[17] ^ in[22];
    const std::uint64_t co = in[3] ^ in[8] ^ in[13] ^ in[18] ^ in[23];
    const std::uint64_t cu = in[4] ^ in[9] ^ in[14] ^ in[19] ^ in[24];
    const std::uint64_t da = cu ^ rotl(ce, 1);
    const std::uint64_t de = ca ^ rotl(ci, 1);
    const std::uint64_t di = ce ^ rotl(co, 1);
    const std::uint64_t do_ = ci ^ rotl(cu, 1);
    const std::uint64_t du = co ^ rotl(ca, 1);
    {
        const std::uint64_t a = in[0] ^ da;
        const std::uint64_t e = rotl(in[6] ^ de, 44);
        const std::uint64_t i = rotl(in[12] ^ di, 43);
        const std::uint64_t o = rotl(in[18] ^ do_, 21);
        const std::uint64_t u = rotl(in[24] ^ du, 14);
        out[0] = a ^ (e | i) ^ round_constant;
        out[1] = e ^ (~i | o);
        out[2] = i ^ (o & u);
        out[3] = o ^ (u | a);
        out[4] = u ^ (a & e);
    }
    {
        const std::uint64_t a = rotl(in[3] ^ do_, 28);
        const std::uint64_t e = rotl(in[9] ^ du, 20);
        const std::uint64_t i = rotl(in[10] ^ da, 3);
        const std::uint64_t o = rotl(in[16] ^ de, 45);
        const std::uint64_t u = rotl(in[22] ^ di, 61);
        out[5] = a ^ (e | i);
        out[6] = e ^ (i & o);
        out[7] = i ^ (o | ~u);
        out[8] = o ^ (u | a);
        out[9] = u ^ (a & e);
    }
    {
        const std::uint64_t a = rotl(in[1] ^ de, 1);
        const std::uint64_t e = rotl(in[7] ^ di, 6);
        const std::uint64_t i = rotl(in[13] ^ do_, 25);
        const std::uint64_t o = rotl(in[19] ^ du, 8);
        const std::uint64_t u = rotl(in[20] ^ da, 18);
        const std::uint64_t not_o = ~o;
        out[10] = a ^ (e | i);
        out[11] = e ^ (i & o);
        out[12] = i ^ (not_o & u);
        out[13] = not_o ^ (u | a);
        out[14] = u ^ (a & e);
    }
    {
        const std::uint64_t a = rotl(in[4] ^ du, 27);
        const std::uint64_t e = rotl(in[5] ^ da, 36);
        const std::uint64_t i = rotl(in[11] ^ de, 10);
        const std::uint64_t o = rotl(in[17] ^ di, 15);
        const std::uint64_t u = rotl(in[23] ^ do_, 56);
        const std::uint64_t not_o = ~o;
        out[15] = a ^ (e & i);
        out[16] = e ^ (i | o);
        out[17] = i ^ (not_o | u);
        out[18] = not_o ^ (u & a);
        out[19] = u ^ (a | e);
    }
    {
        const std::uint64_t a = rotl(in[2] ^ di, 62);
        const std::uint64_t e = rotl(in[8] ^ do_, 55);
        const std::uint64_t i = rotl(in[14] ^ du, 39);
        const std::uint64_t o = rotl(in[15] ^ da, 41);
        const std::uint64_t u = rotl(in[21] ^ de, 2);
        const std::uint64_t not_e = ~e;
        out[20] = a ^ (not_e & i);
        out[21] = not_e ^ (i | o);
        out[22] = i ^ (o & u);
        out[23] = o ^ (u | a);
        out[24] = u ^ (a & e);
    }
}

/// The permutation Keccak-f[1600] on 25 lanes, lane (x, y) at 5 y + x.
inline void keccak_f1600(std::uint64_t state[25]) noexcept {
    std::uint64_t even[25];
    std::uint64_t odd[25];
    std::memcpy(even, state, sizeof even);
    for (const unsigned lane : kKeccakComplementedLanes) even[lane] = ~even[lane];
    for (unsigned round = 0; round < 24; round += 2) {
        keccak_round(even, odd, kKeccakRoundConstants[round]);
        keccak_round(odd, even, kKeccakRoundConstants[round + 1]);
    }
    for (const unsigned lane : kKeccakComplementedLanes) even[lane] = ~even[lane];
    std::memcpy(state, even, sizeof even);
}

/// The plain backend. An accelerated one has the same two functions.
struct PlainKeccak {
    /// Keccak-f[1600] in place.
    static void permute(std::uint64_t state[25]) noexcept { keccak_f1600(state); }
    /// XORs 136 bytes (of any alignment) into the first 17 lanes, then permutes.
    static void absorb_block(std::uint64_t state[25], const std::uint8_t* block) noexcept {
        for (std::size_t i = 0; i < kKeccakRateWords; ++i) state[i] ^= load_le<std::uint64_t>(block + 8 * i);
        keccak_f1600(state);
    }
};

/// The last `count` (0 to 7) bytes before `end`, little endian, zero above; `size` is that of the whole message, so
/// that a message of 8 bytes or more is read by one load that begins before the tail.
[[nodiscard]] inline std::uint64_t load_tail(const std::uint8_t* end, std::size_t count, std::size_t size) noexcept {
    if (count == 0) return 0;
    if (size >= 8) return load_le<std::uint64_t>(end - 8) >> (64 - 8 * count);
    const std::uint8_t* const bytes = end - count;
    if (count >= 4) {
        const std::uint64_t low = load_le<std::uint32_t>(bytes);
        const std::uint64_t high = load_le<std::uint32_t>(end - 4);
        return low | (high << (8 * (count - 4)));
    }
    // One to three bytes: first, middle and last cover them all, some twice.
    return bytes[0] | (std::uint64_t{bytes[count / 2]} << (8 * (count / 2))) |
           (std::uint64_t{bytes[count - 1]} << (8 * (count - 1)));
}

/// Keccak-256 of `data`. `Backend` has permute and absorb_block as PlainKeccak does.
template <class Backend>
[[nodiscard]] Hash32 keccak256(ByteView data) noexcept {
    std::uint64_t state[25];
    const std::uint8_t* at = data.data();
    std::size_t left = data.size();
    const std::uint8_t* const end = at + left;
    if (left < kKeccakRate) {
        // One block, as nearly all hashes of keys, addresses and small nodes are: the state is the padded message.
        const std::size_t words = left / 8;
        for (std::size_t i = 0; i < words; ++i) state[i] = load_le<std::uint64_t>(at + 8 * i);
        state[words] = load_tail(end, left % 8, left) ^ (std::uint64_t{1} << (8 * (left % 8)));
        for (std::size_t i = words + 1; i < 25; ++i) state[i] = 0;
    } else {
        for (std::uint64_t& lane : state) lane = 0;
        for (; left >= kKeccakRate; left -= kKeccakRate, at += kKeccakRate) Backend::absorb_block(state, at);
        const std::size_t words = left / 8;
        for (std::size_t i = 0; i < words; ++i) state[i] ^= load_le<std::uint64_t>(at + 8 * i);
        state[words] ^= load_tail(end, left % 8, data.size()) ^ (std::uint64_t{1} << (8 * (left % 8)));
    }
    state[kKeccakRateWords - 1] ^= std::uint64_t{1} << 63;
    Backend::permute(state);
    Hash32 digest;
    std::memcpy(digest.bytes.data(), state, sizeof digest);
    return digest;
}

}  // namespace sluice::crypto::soft
