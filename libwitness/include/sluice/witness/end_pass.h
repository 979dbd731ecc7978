// The one pass over the state trie at block end: authenticates all values that execution used and computes the root
// after the block. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include "sluice/base/arena.h"
#include "sluice/base/result.h"
#include "sluice/witness/accesses.h"
#include "sluice/witness/node_hasher.h"
#include "sluice/witness/trie.h"

namespace sluice::witness {

/// Walks all touched paths of the state trie, and of the storage tries under their accounts, in ascending order of
/// hashed keys: a node before its children, a storage trie when the account's leaf is reached. Every node is asked for
/// once per position, hashed, compared with the reference that its authenticated parent holds (the root of the state
/// trie: with `parent_state_root`), used and dropped. Every original value in `accesses` is compared with what the trie
/// holds; changed values are put in place, and the new references are computed on the way back up.
///
/// The shape after the block decides whether a branch collapses. If one child of a branch is left over and was not
/// touched, it is asked for when the touched children are done, which is the first moment at which the need is known;
/// this is the only node that may come after nodes of greater path.
///
/// Never asked for: the empty trie, embedded nodes, anything under an account absent from the parent state, the storage
/// trie of an account without slots. Under `storage_cleared`, and of an account that is removed, only listed slots are
/// looked up. Memory is O(depth), taken from `scratch` and given back in reverse order (so `nodes` must not allocate
/// from `scratch`), plus 48 bytes for each account and 56 for each slot of one account; C recursion goes at most 65
/// levels into the state trie and 65 into one storage trie.
///
/// Each account is asked for once, when its leaf is reached, and so are its slots.
///
/// With a `hasher`, used for this pass alone, the new nodes are hashed at its end; result and errors are the same.
///
/// Returns the state root after the block. Errors: trie_* as in errors.def, with account, slot and path in
/// `diagnostics`; whatever `nodes` returns; internal_fault if an account or a slot is there twice, or a slot that is
/// not listed lies in parent storage that has not been cleared. Soundness: if this returns a root, every original value
/// equals the value under `parent_state_root`, whatever `nodes` gave.
Result<Hash32> run_end_pass(const Hash32& parent_state_root, AccessSource& accesses, NodeSource& nodes, Arena& scratch,
                            Diagnostics& diagnostics, NodeHasher* hasher = nullptr) noexcept;
/// The same for a list.
Result<Hash32> run_end_pass(const Hash32& parent_state_root, BlockAccesses accesses, NodeSource& nodes, Arena& scratch,
                            Diagnostics& diagnostics, NodeHasher* hasher = nullptr) noexcept;

}  // namespace sluice::witness
