// Checks of headers and transactions that need no state. Every rule has its row in RULES.md.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include "sluice/base/result.h"
#include "sluice/executor/fees.h"
#include "sluice/executor/fork.h"
#include "sluice/executor/types.h"

namespace sluice::executor {

/// Rules of a header by itself and, unless `parent` is null, against its parent. `schedule` is null before Cancun.
ErrorCode check_header(const Header& header, const Header* parent, Fork fork, const BlobSchedule* schedule,
                       Diagnostics& diagnostics) noexcept;

/// Rules of a body that need no execution: ommers, presence of withdrawals, size.
ErrorCode check_body(const Block& block, Fork fork, Diagnostics& diagnostics) noexcept;

/// What the rules of a transaction depend on.
struct TransactionRules {
    Fork fork = Fork::paris;
    std::uint64_t chain_id = 1;
    std::uint64_t block_gas_left = 0;
    std::uint64_t block_blobs_left = 0;
    std::uint64_t max_blobs = 0;  ///< a transaction
    Uint256 base_fee{};
    Uint256 blob_base_fee{};
};

/// Rules of a transaction that need no state.
ErrorCode check_transaction(const Transaction& transaction, const IntrinsicGas& intrinsic,
                            const TransactionRules& rules, Diagnostics& diagnostics) noexcept;

/// A failure with 64-bit values.
inline ErrorCode fail_with(Diagnostics& diagnostics, ErrorCode code, std::string_view what, std::uint64_t expected,
                           std::uint64_t found) noexcept {
    return diagnostics.fail(code, ErrorDetail{}.with_what(what).with_values(expected, found));
}
/// A failure with 32-byte values.
inline ErrorCode fail_with(Diagnostics& diagnostics, ErrorCode code, std::string_view what, const Hash32& expected,
                           const Hash32& found) noexcept {
    return diagnostics.fail(code, ErrorDetail{}.with_what(what).with_values(expected, found));
}
inline ErrorCode fail_with(Diagnostics& diagnostics, ErrorCode code, std::string_view what, const Uint256& expected,
                           const Uint256& found) noexcept {
    return fail_with(diagnostics, code, what, expected.to_hash(), found.to_hash());
}

}  // namespace sluice::executor
