// Values and net changes on decoded tries. SPDX-License-Identifier: MIT OR Apache-2.0
#include "decoded_tries.h"

#include "place.h"
#include "sluice/base/containers.h"
#include "sluice/base/keccak.h"
#include "sluice/base/rlp.h"

namespace sluice::executor {

using witness::AccountAccess;
using witness::AccountInfo;
using witness::PartialTrie;
using witness::SlotAccess;

namespace {

Hash32 hashed_slot(const Uint256& slot) noexcept {
    return keccak256(slot.to_hash().view());
}

/// A view of `size` bytes of `bytes`, copied into the arena.
Result<ByteView> keep(const std::uint8_t* bytes, std::size_t size, Arena& arena) noexcept {
    auto* copy = static_cast<std::uint8_t*>(arena.allocate(size));
    if (copy == nullptr) return ErrorCode::arena_exhausted;
    std::memcpy(copy, bytes, size);
    return ByteView(copy, size);
}

/// The slot's change, if it has a net change; `changed` says so.
Result<PartialTrie::Change> slot_change(const SlotAccess& slot, Arena& arena) noexcept {
    PartialTrie::Change change{hashed_slot(slot.slot), {}};
    if (slot.current.is_zero()) return change;
    std::uint8_t encoded[witness::kMaxSlotSize];
    const std::uint8_t* end = rlp::put_uint256(encoded, slot.current);
    SLUICE_TRY(change.value, keep(encoded, static_cast<std::size_t>(end - encoded), arena));
    return change;
}

/// The root of an account's storage after the block.
Result<Hash32> new_storage_root(const AccountAccess& access, const DecodedAccount& account, Arena& arena,
                                Diagnostics& diagnostics) noexcept {
    ArenaVector<PartialTrie::Change> changes(arena);
    const bool starts_empty = access.storage_cleared || access.original.storage_root == kEmptyTrieRoot;
    for (const SlotAccess& slot : access.slots) {
        if (!starts_empty && !slot.listed) {
            return diagnostics.fail(ErrorCode::internal_fault,
                                    ErrorDetail().with_what("slot not read before").with_key(access.address.view()));
        }
        const Uint256 before = starts_empty ? Uint256() : slot.original;
        if (slot.current == before) continue;
        SLUICE_TRY(const PartialTrie::Change change, slot_change(slot, arena));
        if (!changes.push_back(change)) return ErrorCode::arena_exhausted;
    }
    if (changes.empty()) return starts_empty ? kEmptyTrieRoot : access.original.storage_root;
    if (starts_empty) {
        PartialTrie trie(arena, &account.hashed_address);
        SLUICE_RETURN_IF_ERROR(trie.apply(changes.span(), diagnostics));
        return trie.root(diagnostics);
    }
    if (account.storage == nullptr) {
        return diagnostics.fail(ErrorCode::internal_fault,
                                ErrorDetail().with_what("storage trie not read").with_key(access.address.view()));
    }
    SLUICE_RETURN_IF_ERROR(account.storage->trie.apply(changes.span(), diagnostics));
    return account.storage->trie.root(diagnostics);
}

}  // namespace

Result<DecodedStorage*> read_storage_trie(witness::ClientInputReader& reader, const witness::StorageTrieHeader& header,
                                          Arena& arena, Diagnostics& diagnostics) noexcept {
    SLUICE_TRY(const ByteView records, reader.read_raw_bytes());
    auto* storage = arena.make<DecodedStorage>(header.hashed_address, PartialTrie(arena), false);
    if (storage == nullptr) return diagnostics.fail(ErrorCode::arena_exhausted);
    // Every node is compared with its parent's reference, the first with the root: without this a cheater invents
    // slots.
    Result<PartialTrie> trie = PartialTrie::parse(header.storage_root, records, header.node_count,
                                                  &storage->hashed_address, arena, diagnostics);
    if (!trie.ok()) {
        diagnostics.locate(reader.last().index, reader.last().offset);
        return trie.error();
    }
    storage->trie = *trie;
    return storage;
}

Result<AccountInfo> lookup_account(const PartialTrie& state, const Hash32& hashed_address,
                                   Diagnostics& diagnostics) noexcept {
    SLUICE_TRY(const auto leaf, state.lookup(hashed_address, diagnostics));
    if (!leaf.has_value()) return AccountInfo();
    const Result<AccountInfo> info = witness::decode_account(*leaf);
    if (info.ok()) return info;
    return diagnostics.fail(ErrorCode::trie_malformed_value,
                            ErrorDetail().with_what("account").with_key(hashed_address.view()));
}

Result<Uint256> lookup_slot(const DecodedStorage& storage, const Uint256& slot, Diagnostics& diagnostics) noexcept {
    SLUICE_TRY(const auto leaf, storage.trie.lookup(hashed_slot(slot), diagnostics));
    if (!leaf.has_value()) return Uint256();
    const Result<Uint256> value = witness::decode_slot(*leaf);
    if (value.ok()) return value;
    return diagnostics.fail(ErrorCode::trie_malformed_value,
                            ErrorDetail().with_what("slot").with_key(storage.hashed_address.view()));
}

Result<Hash32> apply_changes(PartialTrie& state, witness::BlockAccesses accesses,
                             std::span<const DecodedAccount> accounts, Arena& arena,
                             Diagnostics& diagnostics) noexcept {
    ArenaVector<PartialTrie::Change> changes(arena);
    for (std::size_t i = 0; i < accesses.accounts.size(); ++i) {
        const AccountAccess& access = accesses.accounts[i];
        AccountInfo after = access.current;
        if (after.exists) {
            SLUICE_TRY(after.storage_root, new_storage_root(access, accounts[i], arena, diagnostics));
            if (after == access.original) continue;
        } else if (!access.original.exists) {
            continue;
        }
        PartialTrie::Change change{accounts[i].hashed_address, {}};
        if (after.exists) {
            std::uint8_t encoded[witness::kMaxAccountSize];
            const std::size_t size = witness::encode_account(after, encoded);
            SLUICE_TRY(change.value, keep(encoded, size, arena));
        }
        if (!changes.push_back(change)) return diagnostics.fail(ErrorCode::arena_exhausted);
    }
    SLUICE_RETURN_IF_ERROR(state.apply(changes.span(), diagnostics));
    return state.root(diagnostics);
}

}  // namespace sluice::executor
