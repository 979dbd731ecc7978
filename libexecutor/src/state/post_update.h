// Which accounts have an item after the state trie in `account` mode. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include "sluice/witness/accesses.h"

namespace sluice::executor {

/// The account's leaf changes and keeps a storage trie that execution never loaded. The reference protocol gives its
/// storage trie after the state trie; here the item carries the storage root and no node, since that root is all that
/// the new leaf needs. Reader and writer both ask this.
[[nodiscard]] inline bool needs_post_update(const witness::AccountAccess& account, bool storage_loaded) noexcept {
    const witness::AccountInfo& before = account.original;
    const witness::AccountInfo& after = account.current;
    if (storage_loaded || account.storage_cleared || !before.exists || !after.exists) return false;
    if (before.storage_root == kEmptyTrieRoot) return false;
    return before.nonce != after.nonce || !(before.balance == after.balance) || !(before.code_hash == after.code_hash);
}

}  // namespace sluice::executor
