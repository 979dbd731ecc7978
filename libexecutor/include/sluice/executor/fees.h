// What gas and blobs cost: base fees from block to block, and what a transaction pays before it runs.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstdint>

#include "sluice/base/uint256.h"
#include "sluice/executor/fork.h"
#include "sluice/executor/types.h"

namespace sluice::executor {

inline constexpr std::uint64_t kGasPerBlob = std::uint64_t{1} << 17;  // EIP-4844

/// Base fee of the block after `parent` (EIP-1559).
[[nodiscard]] Uint256 next_base_fee(const Header& parent) noexcept;

/// Base fee of a blob gas: the integer e^(excess / fraction) of EIP-4844, 2^256 - 1 if it is larger.
/// `update_fraction` is not zero.
[[nodiscard]] Uint256 blob_base_fee(std::uint64_t excess_blob_gas, std::uint64_t update_fraction) noexcept;

/// Excess blob gas of the block after `parent`, under that block's rules (EIP-4844; from Osaka on EIP-7918). A parent
/// from before Cancun counts as one without blobs. 2^64 - 1 if the sum is larger, which no valid block has.
[[nodiscard]] std::uint64_t next_excess_blob_gas(const Header& parent, Fork fork,
                                                 const BlobSchedule& schedule) noexcept;

/// Gas that a transaction pays before its first instruction.
struct IntrinsicGas {
    std::uint64_t gas = 0;
    std::uint64_t floor = 0;  ///< least gas it pays in the end (EIP-7623); 0 before Prague
};
[[nodiscard]] IntrinsicGas intrinsic_gas(const Transaction& transaction, Fork fork) noexcept;

}  // namespace sluice::executor
