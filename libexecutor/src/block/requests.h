// Requests of the execution layer to the consensus layer: deposits, withdrawals, consolidations (EIP-7685).
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <span>

#include "sluice/base/arena.h"
#include "sluice/base/containers.h"
#include "sluice/base/result.h"
#include "sluice/executor/world_state.h"

namespace sluice::executor {

enum class RequestType : std::uint8_t {
    deposit = 0,        // EIP-6110
    withdrawal = 1,     // EIP-7002
    consolidation = 2,  // EIP-7251
};

/// Gathers the requests of a block, type after type in ascending order, and their hash.
class RequestList {
 public:
    explicit RequestList(Arena& arena) noexcept : deposits_(arena), arena_(arena), hashes_(arena) {}

    /// Adds the deposits that a transaction's logs announce. deposit_layout if an event of the deposit contract is not
    /// laid out as EIP-6110 says.
    ErrorCode add_deposits(std::span<const Log> logs, const Address& deposit_contract,
                           Diagnostics& diagnostics) noexcept;
    /// Ends the deposits: no more follow.
    ErrorCode end_deposits() noexcept;
    /// The data that a system contract returned. Nothing is added for empty data.
    ErrorCode add(RequestType type, ByteView data) noexcept;
    /// The hash of all requests (EIP-7685).
    [[nodiscard]] Hash32 hash() const noexcept;

 private:
    ArenaVector<std::uint8_t> deposits_;
    Arena& arena_;
    ArenaVector<std::uint8_t> hashes_;  // sha256 of each request
};

}  // namespace sluice::executor
