// Notes in which order execution touches the parent state. SPDX-License-Identifier: MIT OR Apache-2.0
#include "sluice/executor/recording_state.h"

#include <algorithm>

#include "post_update.h"
#include "read_only_pass.h"

namespace sluice::executor {
namespace {

/// Hands the end pass's requests on and notes them with their answers.
class RecordingNodes final : public witness::NodeSource {
 public:
    RecordingNodes(witness::NodeSource& nodes, ArenaVector<RecordedNode>& recorded) noexcept
        : nodes_(nodes), recorded_(recorded) {}

    Result<witness::NodeBytes> node(const Hash32& hash, const witness::NodePosition& position) noexcept override {
        SLUICE_TRY(const witness::NodeBytes given, nodes_.node(hash, position));
        RecordedNode request;
        request.hash = hash;
        request.rlp = given.bytes;
        request.in_storage = position.storage_owner != nullptr;
        if (request.in_storage) request.storage_owner = *position.storage_owner;
        request.depth = static_cast<std::uint8_t>(position.depth);
        std::memcpy(request.nibbles, position.nibbles, position.depth);
        if (!recorded_.push_back(request)) return ErrorCode::arena_exhausted;
        return given;
    }

 private:
    witness::NodeSource& nodes_;
    ArenaVector<RecordedNode>& recorded_;
};

}  // namespace

RecordingState::RecordingState(StateSource& source, witness::NodeSource& nodes, const Hash32& parent_state_root,
                               Arena& arena, Diagnostics& diagnostics) noexcept
    : source_(source),
      nodes_(nodes),
      parent_state_root_(parent_state_root),
      arena_(arena),
      diagnostics_(diagnostics),
      touches_(arena),
      recorded_nodes_(arena),
      accounts_(arena),
      post_update_(arena) {}

Result<AccountInfo> RecordingState::account(const Address& address, std::uint32_t index) noexcept {
    if (index != accounts_.size()) {
        return diagnostics_.fail(ErrorCode::internal_fault,
                                 ErrorDetail().with_what("account number").with_values(accounts_.size(), index));
    }
    RecordedTouch touch;
    touch.kind = RecordedTouch::Kind::account;
    touch.account = index;
    touch.address = address;
    SLUICE_TRY(touch.info, source_.account(address, index));
    if (!accounts_.push_back({address, false}) || !touches_.push_back(touch)) return ErrorCode::arena_exhausted;
    return touch.info;
}

Result<Uint256> RecordingState::storage(std::uint32_t index, const Address& address, const Uint256& slot) noexcept {
    if (index >= accounts_.size() || !(accounts_[index].address == address)) {
        return diagnostics_.fail(ErrorCode::internal_fault,
                                 ErrorDetail().with_what("account number").with_values(accounts_.size(), index));
    }
    RecordedTouch touch;
    touch.kind = RecordedTouch::Kind::slot;
    touch.account = index;
    touch.address = address;
    touch.slot = slot;
    SLUICE_TRY(touch.value, source_.storage(index, address, slot));
    accounts_[index].storage_read = true;
    if (!touches_.push_back(touch)) return ErrorCode::arena_exhausted;
    return touch.value;
}

Result<ByteView> RecordingState::code(const Hash32& code_hash) noexcept {
    RecordedTouch touch;
    touch.kind = RecordedTouch::Kind::code;
    touch.hash = code_hash;
    SLUICE_TRY(touch.code, source_.code(code_hash));
    if (!touches_.push_back(touch)) return ErrorCode::arena_exhausted;
    return touch.code;
}

Result<Hash32> RecordingState::block_hash(std::uint64_t number) noexcept {
    RecordedTouch touch;
    touch.kind = RecordedTouch::Kind::block_hash;
    touch.block_number = number;
    SLUICE_TRY(touch.hash, source_.block_hash(number));
    if (!touches_.push_back(touch)) return ErrorCode::arena_exhausted;
    return touch.hash;
}

ErrorCode RecordingState::check_order(witness::BlockAccesses accesses) const noexcept {
    for (std::size_t i = 0; i < accesses.accounts.size(); ++i) {
        if (i < accounts_.size() && accounts_[i].address == accesses.accounts[i].address) continue;
        return diagnostics_.fail(ErrorCode::internal_fault, ErrorDetail().with_what("order of accesses").with_item(i));
    }
    return ErrorCode::ok;
}

Result<Hash32> RecordingState::post_state_root(witness::BlockAccesses accesses) noexcept {
    SLUICE_RETURN_IF_ERROR(check_order(accesses));
    for (std::size_t i = 0; i < accesses.accounts.size(); ++i) {
        const witness::AccountAccess& account = accesses.accounts[i];
        if (needs_post_update(account, accounts_[i].storage_read) &&
            !post_update_.push_back({keccak256(account.address.view()), account.original.storage_root})) {
            return ErrorCode::arena_exhausted;
        }
    }
    std::sort(post_update_.begin(), post_update_.end(), [](const RecordedStorageRoot& a, const RecordedStorageRoot& b) {
        return a.hashed_address < b.hashed_address;
    });
    // The recording grows while the pass uses its scratch memory as a stack, so each gets its own half.
    Arena scratch = arena_.split_off(arena_.available() / 2);
    RecordingNodes nodes(nodes_, recorded_nodes_);
    return run_end_pass(parent_state_root_, accesses, nodes, scratch, diagnostics_);
}

ErrorCode RecordingState::authenticate(witness::BlockAccesses accesses) noexcept {
    SLUICE_RETURN_IF_ERROR(check_order(accesses));
    SLUICE_RETURN_IF_ERROR(source_.authenticate(accesses));
    // What a stream's reader asks for in this place: no net change, so no sibling and nothing after the state trie.
    Arena scratch = arena_.split_off(arena_.available() / 2);
    RecordingNodes nodes(nodes_, recorded_nodes_);
    return run_read_only_pass(parent_state_root_, accesses, nodes, scratch, diagnostics_);
}

ErrorCode RecordingState::finish() noexcept {
    return source_.finish();
}

Recording RecordingState::recording() const noexcept {
    return {parent_state_root_, touches_.span(), recorded_nodes_.span(), post_update_.span(), false};
}

}  // namespace sluice::executor
