// What a block did to the state: every account and slot it touched, with the value before and after.
//
// Execution keeps this list anyway (the values before are what a block's net changes are measured against). At block
// end it is the input of the pass that authenticates the values before and computes the root after.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <span>

#include "sluice/witness/account.h"

namespace sluice::witness {

/// One storage slot touched in a block.
struct SlotAccess {
    Uint256 slot;
    Uint256 original;      ///< value in the parent state, as the source gave it; meaningful if `listed`
    Uint256 current;       ///< value after the block
    bool listed;           ///< `original` came from the source and must be compared with the parent's storage trie
    Hash32 hashed_slot{};  ///< keccak256 of the slot's 32 bytes; filled by the end pass
};

/// One account touched in a block.
struct AccountAccess {
    Address address;
    /// The account in the parent state, as the source gave it. Always compared with the parent's state trie.
    AccountInfo original;
    /// The account after the block; `storage_root` is not read (it follows from the slots). Not existing: removed or
    /// never there.
    AccountInfo current;
    /// The storage after the block starts from the empty trie: the account was created or destroyed in the block.
    /// Slots that are `listed` are compared with the parent's storage trie all the same.
    bool storage_cleared = false;
    std::span<SlotAccess> slots;
    Hash32 hashed_address{};  ///< keccak256 of the address; filled by the end pass
};

/// All that a block touched, each account once and each of its slots once.
struct BlockAccesses {
    std::span<AccountAccess> accounts;
};

}  // namespace sluice::witness
