// The parent state out of a whole witness in memory. SPDX-License-Identifier: MIT OR Apache-2.0
#include "sluice/executor/memory_state.h"

#include "place.h"
#include "sluice/base/rlp.h"

namespace sluice::executor {

MemoryState::MemoryState(const ParentLink& parent, Arena& arena, Diagnostics& diagnostics) noexcept
    : arena_(arena),
      diagnostics_(diagnostics),
      nodes_(arena, parent.state_root.word(0)),
      codes_(arena, parent.state_root.word(1)),
      headers_(arena, parent.state_root.word(2)),
      ancestors_(parent, arena, diagnostics),
      accounts_(arena) {}

ErrorCode MemoryState::load(const FullWitness& witness) noexcept {
    for (const ByteView node : witness.nodes) SLUICE_RETURN_IF_ERROR(nodes_.add(node));
    for (const ByteView code : witness.codes) SLUICE_RETURN_IF_ERROR(codes_.add(code));
    anchored_ = witness.anchored;
    if (!anchored_) {
        return ancestors_.start_unanchored(witness.block_hashes.size(),
                                           [&](std::uint64_t i) { return witness.block_hashes[i]; });
    }
    for (const ByteView header : witness.headers) SLUICE_RETURN_IF_ERROR(headers_.add(header));
    return ancestors_.start_anchored();
}

Result<AccountInfo> MemoryState::account(const Address& address, std::uint32_t index) noexcept {
    if (index != accounts_.size()) {
        return diagnostics_.fail(ErrorCode::internal_fault,
                                 ErrorDetail().with_what("account number").with_values(accounts_.size(), index));
    }
    const Hash32 hashed = keccak256(address.view());
    SLUICE_TRY(const auto leaf, lookup(state_root(), hashed, nullptr, *this, diagnostics_));
    AccountInfo info;
    if (leaf.has_value()) {
        const Result<AccountInfo> decoded = witness::decode_account(*leaf);
        if (!decoded.ok()) {
            return diagnostics_.fail(decoded.error(), ErrorDetail().with_what("account").with_key(address.view()));
        }
        info = *decoded;
    }
    if (!accounts_.push_back({hashed, info.storage_root})) return ErrorCode::arena_exhausted;
    return info;
}

Result<Uint256> MemoryState::storage(std::uint32_t index, const Address& address, const Uint256& slot) noexcept {
    if (index >= accounts_.size()) {
        return diagnostics_.fail(ErrorCode::internal_fault,
                                 ErrorDetail().with_what("account number").with_values(accounts_.size(), index));
    }
    const Account account = accounts_[index];
    const Hash32 hashed_slot = keccak256(slot.to_hash().view());
    SLUICE_TRY(const auto leaf,
               lookup(account.storage_root, hashed_slot, &account.hashed_address, *this, diagnostics_));
    if (!leaf.has_value()) return Uint256();
    const Result<Uint256> value = witness::decode_slot(*leaf);
    if (!value.ok()) {
        return diagnostics_.fail(value.error(), ErrorDetail().with_what("slot").with_key(address.view()));
    }
    return *value;
}

Result<ByteView> MemoryState::code(const Hash32& code_hash) noexcept {
    const BlobSet::Blob* code = codes_.find(code_hash);
    if (code != nullptr) return code->bytes;
    return diagnostics_.fail(ErrorCode::witness_missing_code,
                             ErrorDetail().with_what("code").with_values(code_hash, {}));
}

Result<Hash32> MemoryState::block_hash(std::uint64_t number) noexcept {
    while (anchored_ && number < ancestors_.parent().number && !ancestors_.knows(number)) {
        const BlobSet::Blob* header = headers_.find(ancestors_.oldest());
        if (header == nullptr) break;
        SLUICE_RETURN_IF_ERROR(ancestors_.extend(header->bytes, {}));
    }
    return ancestors_.at(number);
}

Result<Hash32> MemoryState::post_state_root(witness::BlockAccesses accesses) noexcept {
    return run_end_pass(state_root(), accesses, *this, arena_, diagnostics_);
}

ErrorCode MemoryState::authenticate(witness::BlockAccesses /*accesses*/) noexcept {
    return ErrorCode::ok;
}

ErrorCode MemoryState::finish() noexcept {
    return ErrorCode::ok;
}

Result<witness::NodeBytes> MemoryState::node(const Hash32& hash, const witness::NodePosition& /*position*/) noexcept {
    const BlobSet::Blob* blob = nodes_.find(hash);
    if (blob == nullptr) return ErrorCode::trie_missing_node;
    return witness::NodeBytes{blob->bytes, &blob->hash};
}

}  // namespace sluice::executor
