// The contracts and the transactions of the sample block. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "encoding/encoding.h"

namespace sluice::host {

inline constexpr std::uint64_t kSampleChainId = 1337001;
inline constexpr std::uint64_t kSampleBaseFee = 1'000'000'000;  // wei

/// An account of the parent state.
struct SampleAccount {
    std::uint64_t nonce = 0;
    Uint256 balance{};
    std::string code;
    std::map<Hash32, Uint256> storage;  ///< by slot, 32 big-endian bytes
};

/// The parent state by address: senders, contracts, system contracts, and a few empty accounts that the block's zero
/// transfers remove (EIP-161).
std::map<Address, SampleAccount> sample_state();

struct SampleTransactions {
    std::vector<std::string> items;  ///< as they stand in the block's list: RLP lists and strings
    std::vector<std::string> envelopes;
    std::map<std::string, unsigned> kinds;
    std::uint64_t blobs = 0;
};

/// Transfers, token calls, writes and deletions of storage, creations, reverts, precompile calls, delegations, a blob
/// transaction; `count` in all, of all types.
SampleTransactions sample_transactions(std::uint64_t count);

}  // namespace sluice::host
