// `value` mode. SPDX-License-Identifier: MIT OR Apache-2.0
#include "value_stream.h"

#include "place.h"
#include "read_code.h"
#include "read_only_pass.h"

namespace sluice::executor {

using witness::RecordKind;
using witness::WitnessItem;

ErrorCode ValueStreamState::open(const witness::AncestorHeadersInput& ancestors) noexcept {
    anchored_ = ancestors.anchored;
    // Older headers here would be read before they are needed, which is what this mode is there to avoid.
    if (anchored_ && ancestors.count != 1) {
        return diagnostics_.fail(
            ErrorCode::stream_bad_payload,
            detail_at(ancestors.place, "ancestor headers up front").with_values(1, ancestors.count));
    }
    return load_ancestors(ancestors_, ancestors);
}

Result<AccountInfo> ValueStreamState::account(const Address& address, std::uint32_t /*index*/) noexcept {
    SLUICE_TRY(const WitnessItem item, reader_.read_witness_input(RecordKind::account_value));
    witness::AccountValueItem account;
    if (!parse_account_value(item.payload, account)) {
        return diagnostics_.fail(ErrorCode::stream_bad_payload, detail_at(item, "account_value"));
    }
    // The end pass would find the values of another account wrong in any case; here the record can still be named.
    if (!(account.address == address)) {
        return diagnostics_.fail(ErrorCode::stream_wrong_item,
                                 detail_at(item, "account_value")
                                     .with_key(address.view())
                                     .with_values(Uint256::from_address(address).to_hash(),
                                                  Uint256::from_address(account.address).to_hash()));
    }
    ++accounts_given_;
    return account.info;
}

Result<Uint256> ValueStreamState::storage(std::uint32_t index, const Address& address, const Uint256& slot) noexcept {
    SLUICE_TRY(const WitnessItem item, reader_.read_witness_input(RecordKind::slot_value));
    witness::SlotValueItem value;
    if (!parse_slot_value(item.payload, value)) {
        return diagnostics_.fail(ErrorCode::stream_bad_payload, detail_at(item, "slot_value"));
    }
    // As for accounts: a wrong one cannot pass the end, but is named here.
    if (value.account != index) {
        return diagnostics_.fail(
            ErrorCode::stream_wrong_item,
            detail_at(item, "slot_value, account number").with_key(address.view()).with_values(index, value.account));
    }
    if (!(value.slot == slot)) {
        return diagnostics_.fail(ErrorCode::stream_wrong_item, detail_at(item, "slot_value, slot")
                                                                   .with_key(address.view())
                                                                   .with_values(slot.to_hash(), value.slot.to_hash()));
    }
    ++slots_given_;
    return value.value;
}

Result<ByteView> ValueStreamState::code(const Hash32& code_hash) noexcept {
    return read_code(reader_, code_hash, diagnostics_);
}

Result<Hash32> ValueStreamState::block_hash(std::uint64_t number) noexcept {
    while (anchored_ && number < ancestors_.parent().number && !ancestors_.knows(number)) {
        SLUICE_TRY(const WitnessItem item, reader_.read_witness_input(RecordKind::header));
        SLUICE_RETURN_IF_ERROR(ancestors_.extend(item.payload, item));
    }
    return ancestors_.at(number);
}

/// A value that the executor was given and does not list would reach the end without being compared. The end pass
/// refuses duplicates, so equal counts mean that each value given is listed.
ErrorCode ValueStreamState::check_all_listed(std::uint64_t accounts, std::uint64_t slots) const noexcept {
    if (accounts != accounts_given_) {
        return diagnostics_.fail(ErrorCode::internal_fault,
                                 ErrorDetail().with_what("accounts listed").with_values(accounts_given_, accounts));
    }
    if (slots != slots_given_) {
        return diagnostics_.fail(ErrorCode::internal_fault,
                                 ErrorDetail().with_what("slots listed").with_values(slots_given_, slots));
    }
    return ErrorCode::ok;
}

ErrorCode ValueStreamState::check_all_listed(witness::BlockAccesses accesses) const noexcept {
    std::uint64_t slots = 0;
    for (const witness::AccountAccess& account : accesses.accounts) {
        for (const witness::SlotAccess& slot : account.slots) slots += std::uint64_t{slot.listed};
    }
    return check_all_listed(accesses.accounts.size(), slots);
}

namespace {

/// Hands accesses on and counts them.
class CountedAccesses final : public witness::AccessSource {
 public:
    explicit CountedAccesses(witness::AccessSource& source) noexcept : source_(source) {}
    [[nodiscard]] std::size_t listed_accounts() noexcept override { return source_.listed_accounts(); }
    [[nodiscard]] Address listed_address(std::size_t number) noexcept override {
        return source_.listed_address(number);
    }
    std::size_t listed_account(std::size_t number, witness::AccountAccess& access) noexcept override {
        return source_.listed_account(number, access);
    }
    void listed_slots(std::size_t number, std::span<SlotEntry> out) noexcept override {
        source_.listed_slots(number, out);
        for (const SlotEntry& entry : out) slots += std::uint64_t{entry.listed};
    }
    [[nodiscard]] SlotValues slot_values(std::size_t number, std::uint32_t name) noexcept override {
        return source_.slot_values(number, name);
    }

    std::uint64_t slots = 0;  ///< listed ones

 private:
    witness::AccessSource& source_;
};

}  // namespace

Result<Hash32> ValueStreamState::apply(witness::AccessSource& accesses, Arena& /*arena*/) noexcept {
    CountedAccesses counted(accesses);
    const Result<Hash32> root =
        run_end_pass(ancestors_.parent().state_root, counted, *this, arena_, diagnostics_, reader_.node_hasher());
    if (!root.ok()) {
        diagnostics_.locate(reader_.last().index, reader_.last().offset);
        return root;
    }
    // The pass has asked for each account once and compared all that is listed of it.
    SLUICE_RETURN_IF_ERROR(check_all_listed(counted.listed_accounts(), counted.slots));
    return root;
}

Result<Hash32> ValueStreamState::post_state_root(witness::BlockAccesses accesses) noexcept {
    SLUICE_RETURN_IF_ERROR(check_all_listed(accesses));
    witness::ListedAccesses source(accesses);
    return apply(source, arena_);
}

/// The values that the rest of the block would have asked for are passed over; the nodes after them, which are in the
/// order of a pass over more paths than were touched so far, are kept as a set.
ErrorCode ValueStreamState::authenticate(witness::BlockAccesses accesses) noexcept {
    SLUICE_RETURN_IF_ERROR(check_all_listed(accesses));
    const Hash32& root = ancestors_.parent().state_root;
    BlobSet nodes(arena_, root.word(0));
    for (;;) {
        const RecordKind kind = reader_.next_kind();
        if (kind == RecordKind::end) break;
        const bool known = kind == RecordKind::account_value || kind == RecordKind::slot_value ||
                           kind == RecordKind::bytecode || kind == RecordKind::header || kind == RecordKind::node;
        SLUICE_TRY(const WitnessItem item, reader_.read_witness_input(known ? kind : RecordKind::end));
        if (kind == RecordKind::node) SLUICE_RETURN_IF_ERROR(nodes.add(item.payload));
    }
    SLUICE_RETURN_IF_ERROR(reader_.read_end());
    BlobNodes source(nodes);
    return run_read_only_pass(root, accesses, source, arena_, diagnostics_);
}

Result<witness::NodeBytes> ValueStreamState::node(const Hash32& /*hash*/,
                                                  const witness::NodePosition& position) noexcept {
    SLUICE_TRY(const WitnessItem item, reader_.read_witness_input(RecordKind::node));
    // Only a root may be shorter than a hash and stand on its own. One further down cannot have the hash its parent
    // holds, since the parent holds the node itself; the end pass would refuse it as a wrong hash.
    const bool is_root = position.depth == 0;
    const bool is_empty_trie = item.payload.empty() || (item.payload.size() == 1 && item.payload[0] == 0x80);
    if (is_empty_trie || (!is_root && item.payload.size() < 32)) {
        return diagnostics_.fail(ErrorCode::stream_never_streamed,
                                 detail_at(item, "node").with_path(position.nibbles, position.depth));
    }
    return witness::NodeBytes{item.payload, item.hash};
}

}  // namespace sluice::executor
