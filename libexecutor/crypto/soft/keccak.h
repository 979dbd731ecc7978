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

/// Rotation of lane (x, y) in the step rho, at 5 y + x (section 3.2.2, table 2, modulo 64).
inline constexpr int kKeccakRotations[25] = {0,  1,  62, 28, 27, 36, 44, 6,  55, 20, 3,  10, 43,
                                             25, 39, 41, 45, 15, 21, 8,  18, 2,  61, 56, 14};

/// How a round is computed: as it is written, or with six lanes kept complemented from the first round to the last, so
/// that chi takes one NOT a row instead of five. The latter is for machines without an and-not instruction.
enum class KeccakForm : std::uint8_t { plain, complemented };
inline constexpr unsigned kKeccakComplementedLanes[6] = {1, 2, 8, 12, 17, 20};

/// Row y of a round's result from the lanes before theta and theta's five corrections; adds the row to the column sums,
/// which the next theta needs.
template <KeccakForm kForm, unsigned kY>
[[gnu::always_inline]] inline void keccak_row(const std::uint64_t* in, const std::uint64_t (&correction)[5],
                                              std::uint64_t* out, std::uint64_t (&sums)[5],
                                              std::uint64_t round_constant) noexcept {
    // theta's end, rho, and pi, which sends lane (x, y) to (y, 2 x + 3 y): so (x', y') comes from (3 y' + x', x').
    const auto lane = [&]<unsigned kX>() __attribute__((always_inline)) {
        constexpr unsigned kFromX = (3 * kY + kX) % 5;
        return std::rotl(in[5 * kX + kFromX] ^ correction[kFromX], kKeccakRotations[5 * kX + kFromX]);
    };
    const std::uint64_t a = lane.template operator()<0>();
    const std::uint64_t e = lane.template operator()<1>();
    const std::uint64_t i = lane.template operator()<2>();
    const std::uint64_t o = lane.template operator()<3>();
    const std::uint64_t u = lane.template operator()<4>();
    // chi
    std::uint64_t* const row = out + 5 * kY;
    if constexpr (kForm == KeccakForm::plain) {
        row[0] = a ^ (~e & i);
        row[1] = e ^ (~i & o);
        row[2] = i ^ (~o & u);
        row[3] = o ^ (~u & a);
        row[4] = u ^ (~a & e);
    } else if constexpr (kY == 0) {
        row[0] = a ^ (e | i);
        row[1] = e ^ (~i | o);
        row[2] = i ^ (o & u);
        row[3] = o ^ (u | a);
        row[4] = u ^ (a & e);
    } else if constexpr (kY == 1) {
        row[0] = a ^ (e | i);
        row[1] = e ^ (i & o);
        row[2] = i ^ (o | ~u);
        row[3] = o ^ (u | a);
        row[4] = u ^ (a & e);
    } else if constexpr (kY == 2) {
        const std::uint64_t not_o = ~o;
        row[0] = a ^ (e | i);
        row[1] = e ^ (i & o);
        row[2] = i ^ (not_o & u);
        row[3] = not_o ^ (u | a);
        row[4] = u ^ (a & e);
    } else if constexpr (kY == 3) {
        const std::uint64_t not_o = ~o;
        row[0] = a ^ (e & i);
        row[1] = e ^ (i | o);
        row[2] = i ^ (not_o | u);
        row[3] = not_o ^ (u & a);
        row[4] = u ^ (a | e);
    } else {
        const std::uint64_t not_e = ~e;
        row[0] = a ^ (not_e & i);
        row[1] = not_e ^ (i | o);
        row[2] = i ^ (o & u);
        row[3] = o ^ (u | a);
        row[4] = u ^ (a & e);
    }
    // iota
    if constexpr (kY == 0) row[0] ^= round_constant;
    sums[0] ^= row[0];
    sums[1] ^= row[1];
    sums[2] ^= row[2];
    sums[3] ^= row[3];
    sums[4] ^= row[4];
}

/// One round from `in` to `out`; `sums` are the five column sums of `in`, and afterwards those of `out`.
template <KeccakForm kForm>
[[gnu::always_inline]] inline void keccak_round(const std::uint64_t* in, std::uint64_t* out, std::uint64_t (&sums)[5],
                                                std::uint64_t round_constant) noexcept {
    const std::uint64_t correction[5] = {sums[4] ^ std::rotl(sums[1], 1), sums[0] ^ std::rotl(sums[2], 1),
                                         sums[1] ^ std::rotl(sums[3], 1), sums[2] ^ std::rotl(sums[4], 1),
                                         sums[3] ^ std::rotl(sums[0], 1)};
    std::uint64_t next[5]{};
    keccak_row<kForm, 0>(in, correction, out, next, round_constant);
    keccak_row<kForm, 1>(in, correction, out, next, 0);
    keccak_row<kForm, 2>(in, correction, out, next, 0);
    keccak_row<kForm, 3>(in, correction, out, next, 0);
    keccak_row<kForm, 4>(in, correction, out, next, 0);
    sums[0] = next[0];
    sums[1] = next[1];
    sums[2] = next[2];
    sums[3] = next[3];
    sums[4] = next[4];
}

/// The permutation Keccak-f[1600] on 25 lanes, lane (x, y) at 5 y + x.
template <KeccakForm kForm>
[[gnu::always_inline]] inline void keccak_permute(std::uint64_t state[25]) noexcept {
    std::uint64_t even[25];
    std::uint64_t odd[25];
    std::memcpy(even, state, sizeof even);
    if constexpr (kForm == KeccakForm::complemented) {
        for (const unsigned lane : kKeccakComplementedLanes) even[lane] = ~even[lane];
    }
    std::uint64_t sums[5];
#pragma GCC unroll 5
    for (int x = 0; x < 5; ++x) sums[x] = even[x] ^ even[x + 5] ^ even[x + 10] ^ even[x + 15] ^ even[x + 20];
    for (unsigned round = 0; round < 24; round += 2) {
        keccak_round<kForm>(even, odd, sums, kKeccakRoundConstants[round]);
        keccak_round<kForm>(odd, even, sums, kKeccakRoundConstants[round + 1]);
    }
    if constexpr (kForm == KeccakForm::complemented) {
        for (const unsigned lane : kKeccakComplementedLanes) even[lane] = ~even[lane];
    }
    std::memcpy(state, even, sizeof even);
}

#if defined(__x86_64__)
/// With BMI1's and-not and BMI2's rotation that leaves its source.
[[gnu::target("bmi,bmi2")]] inline void keccak_f1600_bmi(std::uint64_t state[25]) noexcept {
    keccak_permute<KeccakForm::plain>(state);
}
#endif

/// Keccak-f[1600] on 25 lanes, lane (x, y) at 5 y + x, in the form that suits the processor.
inline void keccak_f1600(std::uint64_t state[25]) noexcept {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2")) return keccak_f1600_bmi(state);
#endif
    keccak_permute<KeccakForm::complemented>(state);
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
