// Forks, chain configuration and blob schedule. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "sluice/base/bytes.h"
#include "sluice/base/result.h"

namespace sluice::executor {

/// Rule sets, oldest first, so that `fork >= Fork::cancun` reads as "Cancun or later". The blob-parameter-only forks
/// (EIP-7892) change numbers in the blob schedule, not the fork.
enum class Fork : std::uint8_t { paris, shanghai, cancun, prague, osaka };

[[nodiscard]] std::string_view fork_name(Fork fork) noexcept;

/// Upper bound on the blobs of a block in any schedule: keeps blob gas and fees far from 64-bit overflow.
inline constexpr std::uint64_t kMaxBlobsPerBlock = 4096;

/// Blob parameters in force from a timestamp on (EIP-4844, EIP-7691, EIP-7892).
struct BlobSchedule {
    std::uint64_t activation_time = 0;
    std::uint64_t target = 0;  ///< blobs a block
    std::uint64_t max = 0;     ///< blobs a block
    std::uint64_t base_fee_update_fraction = 0;
};

/// The rules of a chain. Not hint data: the public output carries keccak256 of its canonical encoding.
struct ChainConfig {
    static constexpr std::uint64_t kNever = ~std::uint64_t{0};
    static constexpr std::size_t kMaxBlobSchedules = 16;

    std::uint64_t chain_id = 1;
    std::uint64_t merge_block = 0;  ///< first block of the Paris rules
    std::uint64_t shanghai_time = kNever;
    std::uint64_t cancun_time = kNever;
    std::uint64_t prague_time = kNever;
    std::uint64_t osaka_time = kNever;
    Address deposit_contract{};  ///< EIP-6110
    std::uint64_t blob_schedule_count = 0;
    BlobSchedule blob_schedules[kMaxBlobSchedules]{};  ///< ascending activation times

    /// The fork of a block; unsupported_fork for one before the Merge.
    [[nodiscard]] Result<Fork> fork_at(std::uint64_t number, std::uint64_t timestamp) const noexcept;
    /// Blob parameters at a timestamp; null if none is in force yet (before Cancun).
    [[nodiscard]] const BlobSchedule* blob_schedule_at(std::uint64_t timestamp) const noexcept;
};

/// Ethereum mainnet, through BPO2.
[[nodiscard]] const ChainConfig& mainnet_config() noexcept;

/// Canonical encoding: fixed layout, little endian, see README. Decoding refuses anything that does not encode back to
/// the same bytes, and rules that contradict each other (forks or blob schedules out of order, Cancun without blobs),
/// with chain_config_encoding.
inline constexpr std::size_t kMaxChainConfigSize = 16 + 8 * 8 + 24 + 32 * ChainConfig::kMaxBlobSchedules;
std::size_t encode_chain_config(const ChainConfig& config, std::uint8_t out[kMaxChainConfigSize]) noexcept;
Result<ChainConfig> decode_chain_config(ByteView bytes) noexcept;
/// keccak256 of the canonical encoding.
[[nodiscard]] Hash32 chain_config_hash(const ChainConfig& config) noexcept;

}  // namespace sluice::executor
