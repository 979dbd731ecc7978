// `account` mode. SPDX-License-Identifier: MIT OR Apache-2.0
#include "account_stream.h"

#include <algorithm>

#include "place.h"
#include "post_update.h"
#include "read_code.h"
#include "sluice/base/keccak.h"

namespace sluice::executor {

using witness::PartialTrie;
using witness::RecordKind;
using witness::StorageTrieHeader;
using witness::WitnessItem;

namespace {

Result<StorageTrieHeader> read_storage_trie_header(witness::ClientInputReader& reader,
                                                   Diagnostics& diagnostics) noexcept {
    SLUICE_TRY(const WitnessItem item, reader.read_witness_input(RecordKind::storage_trie));
    StorageTrieHeader header;
    if (!parse_storage_trie(item.payload, header)) {
        return diagnostics.fail(ErrorCode::stream_bad_payload, detail_at(item, "storage_trie"));
    }
    if (header.storage_root == kEmptyTrieRoot) {
        return diagnostics.fail(ErrorCode::stream_never_streamed,
                                detail_at(item, "storage_trie").with_key(header.hashed_address.view()));
    }
    return header;
}

}  // namespace

ErrorCode AccountStreamState::open(const witness::AncestorHeadersInput& ancestors) noexcept {
    SLUICE_RETURN_IF_ERROR(load_ancestors(ancestors_, ancestors));
    SLUICE_TRY(state_trie_, reader_.read_state_trie_header());
    return ErrorCode::ok;
}

Result<AccountInfo> AccountStreamState::account(const Address& address, std::uint32_t index) noexcept {
    if (index != accounts_.size()) {
        return diagnostics_.fail(ErrorCode::internal_fault,
                                 ErrorDetail().with_what("account number").with_values(accounts_.size(), index));
    }
    SLUICE_TRY(const WitnessItem item, reader_.read_witness_input(RecordKind::account));
    witness::AccountItem account;
    if (!parse_account(item.payload, account)) {
        return diagnostics_.fail(ErrorCode::stream_bad_payload, detail_at(item, "account"));
    }
    // The values are compared with the state trie under this hash, so a record about another account would only fail
    // later.
    const Hash32 hashed = keccak256(address.view());
    if (!(account.hashed_address == hashed)) {
        return diagnostics_.fail(
            ErrorCode::stream_wrong_item,
            detail_at(item, "account").with_key(address.view()).with_values(hashed, account.hashed_address));
    }
    if (!accounts_.push_back({address, hashed, account.info.storage_root, nullptr})) {
        return diagnostics_.fail(ErrorCode::arena_exhausted);
    }
    return account.info;
}

Result<DecodedStorage*> AccountStreamState::read_storage(const DecodedAccount& account) noexcept {
    SLUICE_TRY(const StorageTrieHeader header, read_storage_trie_header(reader_, diagnostics_));
    const WitnessItem place = reader_.last();
    if (!(header.hashed_address == account.hashed_address)) {
        return diagnostics_.fail(ErrorCode::stream_wrong_item,
                                 detail_at(place, "storage_trie")
                                     .with_key(account.address.view())
                                     .with_values(account.hashed_address, header.hashed_address));
    }
    // Without this the account's true storage root passes the check against the state trie while the slots come from a
    // trie of the cheater's making.
    if (!(header.storage_root == account.storage_root)) {
        return diagnostics_.fail(ErrorCode::stream_storage_root,
                                 detail_at(place, "storage_trie")
                                     .with_key(account.address.view())
                                     .with_values(account.storage_root, header.storage_root));
    }
    return read_storage_trie(reader_, header, arena_, diagnostics_);
}

Result<Uint256> AccountStreamState::storage(std::uint32_t index, const Address& address, const Uint256& slot) noexcept {
    if (index >= accounts_.size() || !(accounts_[index].address == address)) {
        return diagnostics_.fail(ErrorCode::internal_fault,
                                 ErrorDetail().with_what("account number").with_values(accounts_.size(), index));
    }
    DecodedAccount& account = accounts_[index];
    if (account.storage == nullptr) {
        SLUICE_TRY(account.storage, read_storage(account));
    }
    return lookup_slot(*account.storage, slot, diagnostics_);
}

Result<ByteView> AccountStreamState::code(const Hash32& code_hash) noexcept {
    return read_code(reader_, code_hash, diagnostics_);
}

Result<PartialTrie> AccountStreamState::read_state_trie() noexcept {
    SLUICE_TRY(const ByteView records, reader_.read_raw_bytes());
    // The anchor of this mode: node for node by hash from the parent's state root.
    Result<PartialTrie> state = PartialTrie::parse(ancestors_.parent().state_root, records, state_trie_.node_count,
                                                   nullptr, arena_, diagnostics_);
    if (!state.ok()) diagnostics_.locate(reader_.last().index, reader_.last().offset);
    return state;
}

ErrorCode AccountStreamState::check_accounts(const PartialTrie& state, witness::BlockAccesses accesses) noexcept {
    // An account that the executor forgot to list would stay unchecked.
    if (accesses.accounts.size() != accounts_.size()) {
        return diagnostics_.fail(
            ErrorCode::internal_fault,
            ErrorDetail().with_what("number of accesses").with_values(accounts_.size(), accesses.accounts.size()));
    }
    for (std::size_t i = 0; i < accounts_.size(); ++i) {
        const witness::AccountAccess& access = accesses.accounts[i];
        if (!(access.address == accounts_[i].address)) {
            return diagnostics_.fail(ErrorCode::internal_fault,
                                     ErrorDetail().with_what("order of accesses").with_item(i));
        }
        // Without this a cheater streams any balance, nonce, code hash or storage root, or an account as absent.
        SLUICE_TRY(const AccountInfo info, lookup_account(state, accounts_[i].hashed_address, diagnostics_));
        if (!(info == access.original)) {
            return diagnostics_.fail(ErrorCode::trie_wrong_account,
                                     account_mismatch(access.original, info).with_key(access.address.view()));
        }
    }
    return ErrorCode::ok;
}

/// Exactly the items that needs_post_update() names, in ascending order. None of them adds anything that the state trie
/// does not say; but a stream with other items than these is not the one that the protocol describes.
ErrorCode AccountStreamState::read_post_update_items(const PartialTrie& state,
                                                     witness::BlockAccesses accesses) noexcept {
    ArenaVector<Hash32> due(arena_);
    for (std::size_t i = 0; i < accounts_.size(); ++i) {
        if (needs_post_update(accesses.accounts[i], accounts_[i].storage != nullptr) &&
            !due.push_back(accounts_[i].hashed_address)) {
            return diagnostics_.fail(ErrorCode::arena_exhausted);
        }
    }
    if (due.size() != state_trie_.post_update_witness_count) {
        return diagnostics_.fail(ErrorCode::stream_post_update_count,
                                 detail_at(reader_.last(), "post_update_witness_count")
                                     .with_values(due.size(), state_trie_.post_update_witness_count));
    }
    std::sort(due.begin(), due.end());
    for (const Hash32& hashed_address : due) {
        SLUICE_TRY(const StorageTrieHeader header, read_storage_trie_header(reader_, diagnostics_));
        const WitnessItem place = reader_.last();
        if (!(header.hashed_address == hashed_address)) {
            return diagnostics_.fail(
                ErrorCode::stream_wrong_item,
                detail_at(place, "storage_trie").with_values(hashed_address, header.hashed_address));
        }
        SLUICE_TRY(const AccountInfo info, lookup_account(state, hashed_address, diagnostics_));
        if (!(header.storage_root == info.storage_root)) {
            return diagnostics_.fail(ErrorCode::stream_storage_root,
                                     detail_at(place, "storage_trie")
                                         .with_key(hashed_address.view())
                                         .with_values(info.storage_root, header.storage_root));
        }
        SLUICE_TRY(const ByteView records, reader_.read_raw_bytes());
        if (header.node_count != 0 || !records.empty()) {
            return diagnostics_.fail(ErrorCode::stream_bad_payload,
                                     detail_at(place, "nodes after the state trie").with_values(0, header.node_count));
        }
    }
    return ErrorCode::ok;
}

Result<Hash32> AccountStreamState::post_state_root(witness::BlockAccesses accesses) noexcept {
    SLUICE_TRY(PartialTrie state, read_state_trie());
    SLUICE_RETURN_IF_ERROR(check_accounts(state, accesses));
    SLUICE_RETURN_IF_ERROR(read_post_update_items(state, accesses));
    return apply_changes(state, accesses, accounts_.span(), arena_, diagnostics_);
}

ErrorCode AccountStreamState::authenticate(witness::BlockAccesses accesses) noexcept {
    // Pass over what the rest of the block would have asked for. Raw bytes without a storage trie before them are the
    // state trie.
    for (RecordKind kind = reader_.next_kind(); kind != RecordKind::raw_bytes; kind = reader_.next_kind()) {
        const bool known =
            kind == RecordKind::account || kind == RecordKind::storage_trie || kind == RecordKind::bytecode;
        SLUICE_TRY(const WitnessItem item, reader_.read_witness_input(known ? kind : RecordKind::raw_bytes));
        if (item.kind == RecordKind::storage_trie) {
            const Result<ByteView> nodes = reader_.read_raw_bytes();
            if (!nodes.ok()) return nodes.error();
        }
    }
    SLUICE_TRY(const PartialTrie state, read_state_trie());
    return check_accounts(state, accesses);
}

}  // namespace sluice::executor
