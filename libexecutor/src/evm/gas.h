// Gas prices that depend on operands or state; an opcode's base gas is in its row of opcodes.def.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstdint>

namespace sluice::executor::gas {

inline constexpr std::int64_t kCopyWord = 3;
inline constexpr std::int64_t kKeccakWord = 6;
inline constexpr std::int64_t kExpByte = 50;  // EIP-160
inline constexpr std::int64_t kLogByte = 8;
inline constexpr std::int64_t kMemoryWord = 3;
inline constexpr std::uint64_t kMemoryQuadraticDivisor = 512;

inline constexpr std::int64_t kWarmAccess = 100;          // EIP-2929
inline constexpr std::int64_t kColdAccountAccess = 2600;  // EIP-2929
inline constexpr std::int64_t kColdSlotAccess = 2100;     // EIP-2929

inline constexpr std::int64_t kStorageSet = 20000;         // EIP-2200: zero to non-zero
inline constexpr std::int64_t kStorageReset = 2900;        // EIP-2929: 5000 less the cold access
inline constexpr std::int64_t kStorageClearRefund = 4800;  // EIP-3529
inline constexpr std::int64_t kStorageStipend = 2300;      // EIP-2200: SSTORE fails with no more gas than this

inline constexpr std::int64_t kCallValue = 9000;
inline constexpr std::int64_t kCallStipend = 2300;
inline constexpr std::int64_t kNewAccount = 25000;
inline constexpr std::int64_t kInitcodeWord = 2;  // EIP-3860
inline constexpr std::int64_t kCodeDepositByte = 200;

inline constexpr std::uint64_t kMaxCodeSize = 24576;      // EIP-170
inline constexpr std::uint64_t kMaxInitcodeSize = 49152;  // EIP-3860
inline constexpr std::uint64_t kMaxDepth = 1024;

}  // namespace sluice::executor::gas
