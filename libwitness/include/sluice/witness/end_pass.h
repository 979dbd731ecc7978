// The one pass over the state trie at block end: authenticates all values that execution used and computes the root
// after the block. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include "sluice/base/arena.h"
#include "sluice/base/result.h"
#include "sluice/witness/accesses.h"

namespace sluice::witness {

/// Where a node lies: nibbles from the root of the state trie or of one account's storage trie.
struct NodePosition {
    const Hash32* storage_owner = nullptr;  ///< hashed address if in a storage trie, else null
    const std::uint8_t* nibbles = nullptr;  ///< one a byte
    std::size_t depth = 0;                  ///< number of nibbles, at most 64
};

/// Gives the RLP of trie nodes. The caller compares keccak256 of the answer with `hash`; a source need not.
class NodeSource {
 public:
    /// The node whose keccak256 should be `hash`, at `position`. Valid until the next call. A source that cannot give
    /// it returns ErrorCode::trie_missing_node (or an error of its stream) after noting hash and position.
    virtual Result<ByteView> node(const Hash32& hash, const NodePosition& position) noexcept;

 protected:
    ~NodeSource() = default;
};

/// Walks all touched paths of the state trie, and of the storage tries under their accounts, in ascending order of
/// hashed keys. Every node is asked for once per position, hashed, compared with the reference that its authenticated
/// parent holds (the root of the state trie: with `parent_state_root`), used and dropped. Every original value in
/// `accesses` is compared with what the trie holds; changed values are put in place, and the new references are
/// computed on the way back up. The shape after the block decides whether a branch collapses; the remaining child of a
/// collapsing branch is asked for inside the order if it was not touched. Memory is O(depth) plus the sorted lists.
///
/// Returns the state root after the block. Errors: trie_* as in errors.def, with account, slot and path in
/// `diagnostics`; whatever `nodes` returns. Soundness: if this returns a root, every original value equals the value
/// under `parent_state_root`, whatever `nodes` gave.
Result<Hash32> run_end_pass(const Hash32& parent_state_root, BlockAccesses accesses, NodeSource& nodes, Arena& scratch,
                            Diagnostics& diagnostics) noexcept;

}  // namespace sluice::witness
