// `eager` mode. SPDX-License-Identifier: MIT OR Apache-2.0
#include "eager_stream.h"

#include <algorithm>

#include "place.h"
#include "sluice/base/keccak.h"

namespace sluice::executor {

using witness::PartialTrie;
using witness::RecordKind;
using witness::WitnessItem;

ErrorCode EagerStreamState::open(const witness::AncestorHeadersInput& ancestors) noexcept {
    SLUICE_RETURN_IF_ERROR(load_ancestors(ancestors_, ancestors));
    SLUICE_RETURN_IF_ERROR(read_state_trie());
    SLUICE_RETURN_IF_ERROR(read_storage_tries());
    return read_codes();
}

ErrorCode EagerStreamState::read_state_trie() noexcept {
    SLUICE_TRY(const witness::StateTrieHeader header, reader_.read_state_trie_header());
    if (header.post_update_witness_count != 0) {
        return diagnostics_.fail(
            ErrorCode::stream_post_update_count,
            detail_at(reader_.last(), "post_update_witness_count").with_values(0, header.post_update_witness_count));
    }
    SLUICE_TRY(const ByteView records, reader_.read_raw_bytes());
    // The anchor: node for node by hash from the parent's state root. Without it a cheater invents the state.
    const Result<PartialTrie> state =
        PartialTrie::parse(ancestors_.parent().state_root, records, header.node_count, nullptr, arena_, diagnostics_);
    if (!state.ok()) {
        diagnostics_.locate(reader_.last().index, reader_.last().offset);
        return state.error();
    }
    state_ = *state;
    return ErrorCode::ok;
}

/// Strictly ascending, so that duplicates show and look-ups need no map.
ErrorCode EagerStreamState::check_order(const Hash32* last, const Hash32& next, const WitnessItem& place) noexcept {
    if (last == nullptr || *last < next) return ErrorCode::ok;
    const ErrorCode code = *last == next ? ErrorCode::stream_duplicate : ErrorCode::stream_wrong_item;
    return diagnostics_.fail(code, detail_at(place, "ascending order").with_values(*last, next));
}

ErrorCode EagerStreamState::read_storage_tries() noexcept {
    while (reader_.next_kind() == RecordKind::storage_trie) {
        SLUICE_TRY(const WitnessItem item, reader_.read_witness_input(RecordKind::storage_trie));
        witness::StorageTrieHeader header;
        if (!parse_storage_trie(item.payload, header) || header.node_count == 0) {
            return diagnostics_.fail(ErrorCode::stream_bad_payload, detail_at(item, "storage_trie"));
        }
        const Hash32* last = storages_.empty() ? nullptr : &storages_.back()->hashed_address;
        SLUICE_RETURN_IF_ERROR(check_order(last, header.hashed_address, item));
        SLUICE_TRY(const AccountInfo account, lookup_account(state_, header.hashed_address, diagnostics_));
        if (!account.exists || account.storage_root == kEmptyTrieRoot || header.storage_root == kEmptyTrieRoot) {
            return diagnostics_.fail(ErrorCode::stream_never_streamed,
                                     detail_at(item, "storage_trie").with_key(header.hashed_address.view()));
        }
        // Without this a cheater hangs a trie of their making under an account.
        if (!(account.storage_root == header.storage_root)) {
            return diagnostics_.fail(ErrorCode::stream_storage_root,
                                     detail_at(item, "storage_trie")
                                         .with_key(header.hashed_address.view())
                                         .with_values(account.storage_root, header.storage_root));
        }
        SLUICE_TRY(DecodedStorage* const storage, read_storage_trie(reader_, header, arena_, diagnostics_));
        if (!storages_.push_back(storage)) return diagnostics_.fail(ErrorCode::arena_exhausted);
    }
    return ErrorCode::ok;
}

ErrorCode EagerStreamState::read_codes() noexcept {
    while (reader_.next_kind() == RecordKind::bytecode) {
        SLUICE_TRY(const WitnessItem item, reader_.read_witness_input(RecordKind::bytecode));
        if (item.payload.empty()) {
            return diagnostics_.fail(ErrorCode::stream_never_streamed, detail_at(item, "bytecode"));
        }
        // The hash is the key that the code is found by: a changed code is one that nobody asks for.
        const Hash32 hash = item.payload_hash();
        SLUICE_RETURN_IF_ERROR(check_order(codes_.empty() ? nullptr : &codes_.back().hash, hash, item));
        if (!codes_.push_back({hash, item.payload, false})) return diagnostics_.fail(ErrorCode::arena_exhausted);
    }
    return ErrorCode::ok;
}

Result<AccountInfo> EagerStreamState::account(const Address& address, std::uint32_t index) noexcept {
    if (index != accounts_.size()) {
        return diagnostics_.fail(ErrorCode::internal_fault,
                                 ErrorDetail().with_what("account number").with_values(accounts_.size(), index));
    }
    const Hash32 hashed = keccak256(address.view());
    SLUICE_TRY(const AccountInfo info, lookup_account(state_, hashed, diagnostics_));
    if (!accounts_.push_back({address, hashed, info.storage_root, nullptr})) {
        return diagnostics_.fail(ErrorCode::arena_exhausted);
    }
    return info;
}

Result<Uint256> EagerStreamState::storage(std::uint32_t index, const Address& address, const Uint256& slot) noexcept {
    if (index >= accounts_.size() || !(accounts_[index].address == address)) {
        return diagnostics_.fail(ErrorCode::internal_fault,
                                 ErrorDetail().with_what("account number").with_values(accounts_.size(), index));
    }
    DecodedAccount& account = accounts_[index];
    if (account.storage == nullptr) {
        DecodedStorage** found = std::lower_bound(
            storages_.begin(), storages_.end(), account.hashed_address,
            [](const DecodedStorage* storage, const Hash32& hashed) { return storage->hashed_address < hashed; });
        if (found == storages_.end() || !((*found)->hashed_address == account.hashed_address)) {
            return diagnostics_.fail(ErrorCode::witness_missing_trie,
                                     ErrorDetail().with_what("storage_trie").with_key(address.view()));
        }
        account.storage = *found;
        account.storage->used = true;
    }
    return lookup_slot(*account.storage, slot, diagnostics_);
}

Result<ByteView> EagerStreamState::code(const Hash32& code_hash) noexcept {
    Code* found = std::lower_bound(codes_.begin(), codes_.end(), code_hash,
                                   [](const Code& code, const Hash32& hash) { return code.hash < hash; });
    if (found == codes_.end() || !(found->hash == code_hash)) {
        return diagnostics_.fail(ErrorCode::witness_missing_code,
                                 ErrorDetail().with_what("bytecode").with_values(code_hash, {}));
    }
    found->used = true;
    return found->bytes;
}

Result<Hash32> EagerStreamState::post_state_root(witness::BlockAccesses accesses) noexcept {
    if (accesses.accounts.size() != accounts_.size()) {
        return diagnostics_.fail(
            ErrorCode::internal_fault,
            ErrorDetail().with_what("number of accesses").with_values(accounts_.size(), accesses.accounts.size()));
    }
    for (std::size_t i = 0; i < accounts_.size(); ++i) {
        if (!(accesses.accounts[i].address == accounts_[i].address)) {
            return diagnostics_.fail(ErrorCode::internal_fault,
                                     ErrorDetail().with_what("order of accesses").with_item(i));
        }
    }
    return apply_changes(state_, accesses, accounts_.span(), arena_, diagnostics_);
}

/// Every answer was authentic when it was given.
ErrorCode EagerStreamState::authenticate(witness::BlockAccesses /*accesses*/) noexcept {
    return ErrorCode::ok;
}

ErrorCode EagerStreamState::finish() noexcept {
    // Harmless, but a witness has one form: the writer puts in what the recorder saw.
    for (const DecodedStorage* storage : storages_) {
        if (!storage->used) {
            return diagnostics_.fail(ErrorCode::stream_unused,
                                     ErrorDetail().with_what("storage_trie").with_key(storage->hashed_address.view()));
        }
    }
    for (const Code& code : codes_) {
        if (!code.used) {
            return diagnostics_.fail(ErrorCode::stream_unused,
                                     ErrorDetail().with_what("bytecode").with_key(code.hash.view()));
        }
    }
    return reader_.read_end();
}

}  // namespace sluice::executor
