// Values and net changes on tries that lie decoded in memory: `account` and `eager` mode.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <span>

#include "sluice/base/arena.h"
#include "sluice/base/result.h"
#include "sluice/witness/accesses.h"
#include "sluice/witness/item.h"
#include "sluice/witness/partial_trie.h"
#include "sluice/witness/reader.h"

namespace sluice::executor {

/// One account's storage trie, below a root that its account states.
struct DecodedStorage {
    Hash32 hashed_address;  ///< of the account; the trie points here
    witness::PartialTrie trie;
    bool used = false;
};

/// What these modes keep of an account, by its number.
struct DecodedAccount {
    Address address{};
    Hash32 hashed_address{};
    Hash32 storage_root{};
    DecodedStorage* storage = nullptr;  ///< null until its trie is decoded
};

/// Reads the raw bytes that `header` (in the record `place`) announced and decodes them below `header.storage_root`.
/// The caller checks that this is the root of the account.
Result<DecodedStorage*> read_storage_trie(witness::ClientInputReader& reader, const witness::StorageTrieHeader& header,
                                          Arena& arena, Diagnostics& diagnostics) noexcept;

/// The account under a hashed address, or an absent one.
Result<witness::AccountInfo> lookup_account(const witness::PartialTrie& state, const Hash32& hashed_address,
                                            Diagnostics& diagnostics) noexcept;
/// The value of a slot; zero if the trie shows that it is absent.
Result<Uint256> lookup_slot(const DecodedStorage& storage, const Uint256& slot, Diagnostics& diagnostics) noexcept;

/// Puts the net changes into the tries, storage first, and returns the new root of `state`. accounts[i] goes with
/// accesses.accounts[i]. The original values have been checked.
Result<Hash32> apply_changes(witness::PartialTrie& state, witness::BlockAccesses accesses,
                             std::span<const DecodedAccount> accounts, Arena& arena, Diagnostics& diagnostics) noexcept;

}  // namespace sluice::executor
