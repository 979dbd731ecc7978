// A block and its execution witness from a node. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "nlohmann/json.hpp"

#include "rpc/client.h"

namespace sluice::host {

/// What a node said of one block; not yet checked against its hash (the converters do that).
struct FetchedBlock {
    std::uint64_t chain_id = 0;
    std::uint64_t number = 0;
    std::string hash;        ///< 0x and 64 lower-case digits
    nlohmann::json block;    ///< eth_getBlockByHash with full transactions
    nlohmann::json witness;  ///< debug_executionWitness
};

/// Number, hash and chain of a block, without its witness.
struct BlockId {
    std::uint64_t chain_id = 0;
    std::uint64_t number = 0;
    std::string hash;
};

/// True for a number (decimal, or 0x and up to 16 digits), a hash (0x and 64 digits), latest, safe and finalized. A
/// pending block has no witness.
[[nodiscard]] bool is_block_selector(const std::string& text);

/// Turns `N`, `0xhash` (32 bytes), `0xN` or a tag such as `latest` into a block of the node's chain. With
/// `expected_chain_id`, another chain is an error (failed precondition) that names both.
absl::StatusOr<BlockId> resolve_block(RpcClient& client, const std::string& selector,
                                      std::optional<std::uint64_t> expected_chain_id);

/// Fetches block and witness by hash, so that a reorganisation between the calls cannot mix two blocks. A provider
/// without debug_executionWitness gives an error (unimplemented) that names provider, method and clients that have it.
absl::StatusOr<FetchedBlock> fetch_block(RpcClient& client, const BlockId& id);

}  // namespace sluice::host
