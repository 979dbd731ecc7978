// Merkle-Patricia tries node by node: where nodes come from, looking up a key, and the root of a list.
//
// See partial_trie.h for a trie held in memory and end_pass.h for the walk that holds none.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <optional>
#include <span>

#include "sluice/base/arena.h"
#include "sluice/base/keccak.h"
#include "sluice/base/result.h"
#include "sluice/witness/node.h"

namespace sluice::witness {

/// Where a node lies: nibbles from the root of the state trie or of one account's storage trie.
struct NodePosition {
    const Hash32* storage_owner = nullptr;  ///< hashed address if in a storage trie, else null
    const std::uint8_t* nibbles = nullptr;  ///< one a byte
    std::size_t depth = 0;                  ///< number of nibbles, at most 64
};

/// A node's RLP; `hash` is its keccak256 if the source has computed that already, else null.
struct NodeBytes {
    ByteView bytes{};
    const Hash32* hash = nullptr;
};

/// Gives the RLP of trie nodes. Whoever asks compares keccak256 of the answer with `hash`; a source need not.
class NodeSource {
 public:
    /// The node whose keccak256 should be `hash`, at `position`. The bytes stay where they are until the walk that
    /// asked has ended. A source that cannot give the node returns ErrorCode::trie_missing_node (or an error of its
    /// stream); the walk notes hash and position.
    virtual Result<NodeBytes> node(const Hash32& hash, const NodePosition& position) noexcept;

 protected:
    ~NodeSource() = default;
};

/// The details of an error about the node that should have this hash: path and `expected` = hash; `key` is the hashed
/// address of a storage trie's account, and the hash again in the state trie.
[[nodiscard]] ErrorDetail node_detail(const Hash32& hash, const NodePosition& position) noexcept;

/// Asks `nodes` for a node, compares its hash and decodes it. Errors: the source's, trie_wrong_node_hash,
/// trie_malformed_node, noted in `diagnostics`.
[[nodiscard]] ErrorCode load_node(const Hash32& hash, const NodePosition& position, NodeSource& nodes, Node& node,
                                  Diagnostics& diagnostics) noexcept;

/// The value of `hashed_key` in the trie with this root, in the bytes that `nodes` gave; nothing if the trie proves
/// that the key is absent, by an empty place, another leaf or another extension where the key's path would go on. Every
/// node on the path is compared with its parent's reference.
Result<std::optional<ByteView>> lookup(const Hash32& root, const Hash32& hashed_key, const Hash32* storage_owner,
                                       NodeSource& nodes, Diagnostics& diagnostics) noexcept;

/// The root of the trie that has values[i] under the key rlp(i): the transactions, receipts and withdrawals of a
/// header. No value is empty. Memory: one branch for each level and one copy of the largest value, taken from `scratch`
/// and given back. ErrorCode::arena_exhausted if that does not fit.
Result<Hash32> ordered_root(std::span<const ByteView> values, Arena& scratch) noexcept;

}  // namespace sluice::witness
