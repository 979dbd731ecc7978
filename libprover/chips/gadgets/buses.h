// The buses of the RV64IM machine: kinds of records, lookups and links. See ../README.md.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstdint>

namespace sluice::chips {

/// Records.
inline constexpr std::uint32_t kStateBus = 1;      ///< (pc, time)
inline constexpr std::uint32_t kMemoryBus = 2;     ///< (key, limb 0 .. limb 3, time)
inline constexpr std::uint32_t kOrderBus = 3;      ///< boundary: (smallest key allowed)
inline constexpr std::uint32_t kKeccakBus = 4;     ///< (time of the call, rounds done, pairs of strands)
inline constexpr std::uint32_t kCopyBus = 5;       ///< MEMCPY: what is left (accelerators/memcpy.chip.h)
inline constexpr std::uint32_t kSha256Bus = 6;     ///< (time of the call, round, a .. h, 16 words), two limbs a word
inline constexpr std::uint32_t kSha256EndBus = 7;  ///< (time of the call, a .. h)

/// Lookups.
inline constexpr std::uint32_t kProgramBus = 1;        ///< (pc, op, rd, rs1, rs2, immediate 0 .. 2, target)
inline constexpr std::uint32_t kRangeBus = 2;          ///< (value, bits): value < 2^bits, bits <= 16
inline constexpr std::uint32_t kBytePairBus = 3;       ///< (x, y), bytes
inline constexpr std::uint32_t kByteAndBus = 4;        ///< (x, y, x & y), bytes
inline constexpr std::uint32_t kReadPageBus = 5;       ///< (page)
inline constexpr std::uint32_t kWritePageBus = 6;      ///< (page)
inline constexpr std::uint32_t kShiftBus = 7;          ///< (kind, amount, 2^bits, 2^(16 - bits), bits, place)
inline constexpr std::uint32_t kPageClassBus = 8;      ///< boundary: (page, class)
inline constexpr std::uint32_t kImageBus = 9;          ///< boundary: (key, limb 0 .. limb 3)
inline constexpr std::uint32_t kKeccakLimbBus = 16;    ///< (limb, its part of each pair of strands)
inline constexpr std::uint32_t kKeccakTurnBus = 17;    ///< (turn, sum of two strands, the sum modulo 2, turned)
inline constexpr std::uint32_t kKeccakParityBus = 18;  ///< (sum of four strands, bit 0 of each digit)
inline constexpr std::uint32_t kKeccakChiBus = 19;     ///< (sum of four strands, bit 1 of each digit)

/// Links.
inline constexpr std::uint32_t kWordBus = 1;  ///< (key, limb 0 .. limb 3, shard)

/// Bits of a key: an address over 8.
inline constexpr std::uint32_t kKeyBits = 29;
/// Bits of a key within a page of 64 KiB.
inline constexpr std::uint32_t kPageKeyBits = 13;
/// Bits of a time and of the age of a record.
inline constexpr std::uint32_t kTimeBits = 28;
/// Time taken by an instruction, and the first one's.
inline constexpr std::uint32_t kTimeStep = 4;
/// Rows of a shard: with them every time is below 2^kTimeBits.
inline constexpr std::uint32_t kMaxTotalRows = (1u << (kTimeBits - 2)) - (1u << 16);
/// The word that writes to x0 go to.
inline constexpr std::uint32_t kSink = 32;

/// How the words of a page start.
enum class PageClass : std::uint32_t { zero = 0, image = 1, input = 2 };

/// Places of the public values.
enum PublicValue : std::uint32_t {
    kShardValue,
    kIsLastValue,
    kFirstPcValue,
    kLastPcValue,
    kLastTimeValue,
    kExitCodeValue,                     ///< 2 limbs
    kDigestValue = kExitCodeValue + 2,  ///< 16 limbs
    kPublicValues = kDigestValue + 16,
};

}  // namespace sluice::chips
