// Writes a block and its witness as a stream. SPDX-License-Identifier: MIT OR Apache-2.0
#include "sluice/witness_host/stream_writer.h"

#include <algorithm>
#include <map>
#include <set>

#include "sluice/base/keccak.h"
#include "sluice/executor/fork.h"
#include "sluice/files/text.h"
#include "sluice/witness_host/hex.h"
#include "sluice/witness_host/records.h"
#include "trie_records.h"

namespace sluice::witness_host {
namespace {

using executor::RecordedNode;
using executor::RecordedTouch;
using executor::Recording;
using witness::RecordKind;
using witness::WitnessMode;

using NodeList = std::vector<const RecordedNode*>;

absl::Status inconsistent(std::size_t touch, std::string_view what) {
    return absl::FailedPreconditionError(cat("touch ", touch, " of the recording: ", what));
}

/// What a stream is made of, and the writers of its parts. The three write_*_mode functions below are the three orders.
class Planner {
 public:
    Planner(const witness::StreamHeader& header, const ExecutionWitness& witness, const Recording& recording)
        : mode_(header.mode), witness_(witness), recording_(recording), out_(header) {}

    absl::StatusOr<std::string> write() {
        if (absl::Status status = check(); !status.ok()) return status;
        out_.add(RecordKind::chain_config, witness_.chain_config);
        if (absl::Status status = write_ancestors(); !status.ok()) return status;
        out_.add(RecordKind::current_block, witness_.block);
        const absl::Status status = mode_ == WitnessMode::eager     ? write_eager_mode()
                                    : mode_ == WitnessMode::account ? write_account_mode()
                                                                    : write_value_mode();
        if (!status.ok()) return status;
        out_.add(RecordKind::end, ByteView());
        return std::move(out_).take();
    }

 private:
    absl::Status check();
    absl::Status write_ancestors();
    absl::Status write_value_mode();
    absl::Status write_account_mode();
    absl::Status write_eager_mode();

    absl::Status write_storage_trie(const Hash32& hashed_address, const Hash32& storage_root, const NodeList& nodes);

    /// Headers that BLOCKHASH needs so that the hash of block `number` is known: those of its descendants up to the
    /// parent.
    [[nodiscard]] std::size_t headers_for(std::uint64_t number) const {
        return static_cast<std::size_t>(link_.number - number);
    }
    /// `index` 0: the parent's.
    [[nodiscard]] std::string_view header(std::size_t index) const {
        return witness_.headers[witness_.headers.size() - 1 - index];
    }

    WitnessMode mode_;
    const ExecutionWitness& witness_;
    const Recording& recording_;
    RecordWriter out_;
    executor::ParentLink link_;
    NodeList state_nodes_;
    std::map<Hash32, NodeList> storage_nodes_;
    std::vector<const RecordedTouch*> accounts_;  ///< by number
    std::size_t ancestors_needed_ = 1;            ///< headers, or hashes if unanchored
};

absl::Status Planner::check() {
    if (absl::Status status = check_witness(witness_); !status.ok()) return status;
    const absl::StatusOr<executor::ParentLink> link = parent_link(witness_);
    if (!link.ok()) return link.status();
    link_ = *link;
    if (!(recording_.parent_state_root == link_.state_root)) {
        return absl::FailedPreconditionError(cat("the recording starts from state root ",
                                                 to_hex(recording_.parent_state_root), ", the witness from ",
                                                 to_hex(link_.state_root)));
    }
    const bool anchored = !witness_.unanchored.has_value();
    const std::size_t ancestors = anchored ? witness_.headers.size() : witness_.unanchored->block_hashes.size();
    std::set<Hash32> codes;
    for (std::size_t i = 0; i < recording_.touches.size(); ++i) {
        const RecordedTouch& touch = recording_.touches[i];
        switch (touch.kind) {
            case RecordedTouch::Kind::account:
                if (touch.account != accounts_.size()) return inconsistent(i, "account numbers have a gap");
                accounts_.push_back(&touch);
                break;
            case RecordedTouch::Kind::slot:
                if (touch.account >= accounts_.size())
                    return inconsistent(i, "a slot of an account not touched before");
                if (accounts_[touch.account]->info.storage_root == kEmptyTrieRoot) {
                    return inconsistent(i, "a slot of an account without storage");
                }
                break;
            case RecordedTouch::Kind::code:
                if (!(keccak256(touch.code) == touch.hash)) return inconsistent(i, "a code with another hash");
                if (touch.code.empty()) return inconsistent(i, "the empty code");
                if (!codes.insert(touch.hash).second) return inconsistent(i, "a code that was read before");
                break;
            case RecordedTouch::Kind::block_hash: {
                if (touch.block_number >= link_.number)
                    return inconsistent(i, "the hash of a block that is no ancestor");
                // The hash is in the header of the child; without headers, it is itself in the list.
                const std::size_t needed = headers_for(touch.block_number) + (anchored ? 0 : 1);
                if (needed > ancestors) {
                    return inconsistent(i, cat("the hash of block ", touch.block_number, " needs ", needed,
                                               " ancestors, the witness has ", ancestors));
                }
                ancestors_needed_ = std::max(ancestors_needed_, needed);
                break;
            }
        }
    }
    for (const RecordedNode& node : recording_.nodes) {
        if (!(keccak256(node.rlp) == node.hash)) {
            return absl::FailedPreconditionError(cat("recorded node ", to_hex(node.hash), " has another hash"));
        }
        (node.in_storage ? storage_nodes_[node.storage_owner] : state_nodes_).push_back(&node);
    }
    return absl::OkStatus();
}

/// In value mode older headers follow when they are needed; hashes without headers, which are nobody's to check, do
/// not.
absl::Status Planner::write_ancestors() {
    if (witness_.unanchored.has_value()) {
        const std::span<const Hash32> hashes(witness_.unanchored->block_hashes);
        out_.add_unanchored_parent(witness_.unanchored->state_root, hashes.first(ancestors_needed_));
        return absl::OkStatus();
    }
    std::vector<std::string_view> headers;
    const std::size_t count = mode_ == WitnessMode::value ? 1 : ancestors_needed_;
    for (std::size_t i = 0; i < count; ++i) headers.push_back(header(i));
    out_.add_ancestor_headers(headers);
    return absl::OkStatus();
}

absl::Status Planner::write_value_mode() {
    std::size_t headers_written = 1;
    for (const RecordedTouch& touch : recording_.touches) {
        switch (touch.kind) {
            case RecordedTouch::Kind::account: {
                std::uint8_t payload[witness::AccountValueItem::kSize];
                out_.add(RecordKind::account_value,
                         ByteView(payload, witness::encode_account_value({touch.address, touch.info}, payload)));
                break;
            }
            case RecordedTouch::Kind::slot: {
                std::uint8_t payload[witness::SlotValueItem::kSize];
                out_.add(
                    RecordKind::slot_value,
                    ByteView(payload, witness::encode_slot_value({touch.account, touch.slot, touch.value}, payload)));
                break;
            }
            case RecordedTouch::Kind::code:
                out_.add(RecordKind::bytecode, touch.code);
                break;
            case RecordedTouch::Kind::block_hash:
                if (witness_.unanchored.has_value()) break;
                for (; headers_written < headers_for(touch.block_number); ++headers_written) {
                    out_.add(RecordKind::header, header(headers_written));
                }
                break;
        }
    }
    for (const RecordedNode& node : recording_.nodes) out_.add(RecordKind::node, node.rlp);
    return absl::OkStatus();
}

absl::Status Planner::write_storage_trie(const Hash32& hashed_address, const Hash32& storage_root,
                                         const NodeList& nodes) {
    const absl::StatusOr<TrieRecords> trie = make_trie_records(nodes);
    if (!trie.ok()) return trie.status();
    std::uint8_t payload[witness::StorageTrieHeader::kSize];
    out_.add(
        RecordKind::storage_trie,
        ByteView(payload, witness::encode_storage_trie({hashed_address, storage_root, trie->node_count}, payload)));
    out_.add(RecordKind::raw_bytes, trie->bytes);
    return absl::OkStatus();
}

absl::Status Planner::write_account_mode() {
    const absl::StatusOr<TrieRecords> state = make_trie_records(state_nodes_);
    if (!state.ok()) return state.status();
    std::uint8_t header[witness::StateTrieHeader::kSize];
    out_.add(RecordKind::state_trie,
             ByteView(header, witness::encode_state_trie({state->node_count, recording_.post_update.size()}, header)));
    std::vector<Hash32> hashed_addresses;
    std::set<std::uint32_t> with_storage;
    for (std::size_t i = 0; i < recording_.touches.size(); ++i) {
        const RecordedTouch& touch = recording_.touches[i];
        switch (touch.kind) {
            case RecordedTouch::Kind::account: {
                hashed_addresses.push_back(keccak256(touch.address.view()));
                std::uint8_t payload[witness::AccountItem::kSize];
                out_.add(RecordKind::account,
                         ByteView(payload,
                                  encode_account(witness::AccountItem{hashed_addresses.back(), touch.info}, payload)));
                break;
            }
            case RecordedTouch::Kind::slot: {
                if (!with_storage.insert(touch.account).second) break;
                const Hash32& owner = hashed_addresses[touch.account];
                const auto nodes = storage_nodes_.find(owner);
                if (nodes == storage_nodes_.end())
                    return inconsistent(i, "the end pass asked for no node of its storage trie");
                const absl::Status status =
                    write_storage_trie(owner, accounts_[touch.account]->info.storage_root, nodes->second);
                if (!status.ok()) return status;
                break;
            }
            case RecordedTouch::Kind::code:
                out_.add(RecordKind::bytecode, touch.code);
                break;
            case RecordedTouch::Kind::block_hash:
                break;
        }
    }
    out_.add(RecordKind::raw_bytes, state->bytes);
    for (const executor::RecordedStorageRoot& item : recording_.post_update) {
        const absl::Status status = write_storage_trie(item.hashed_address, item.storage_root, {});
        if (!status.ok()) return status;
    }
    return absl::OkStatus();
}

absl::Status Planner::write_eager_mode() {
    const absl::StatusOr<TrieRecords> state = make_trie_records(state_nodes_);
    if (!state.ok()) return state.status();
    std::uint8_t header[witness::StateTrieHeader::kSize];
    out_.add(RecordKind::state_trie, ByteView(header, witness::encode_state_trie({state->node_count, 0}, header)));
    out_.add(RecordKind::raw_bytes, state->bytes);
    std::map<Hash32, Hash32> storage_roots;
    for (const RecordedTouch* account : accounts_) {
        storage_roots[keccak256(account->address.view())] = account->info.storage_root;
    }
    for (const auto& [owner, nodes] : storage_nodes_) {
        const auto root = storage_roots.find(owner);
        if (root == storage_roots.end()) {
            return absl::FailedPreconditionError(
                cat("the end pass asked for storage of ", to_hex(owner), ", never touched"));
        }
        if (absl::Status status = write_storage_trie(owner, root->second, nodes); !status.ok()) return status;
    }
    std::map<Hash32, ByteView> codes;
    for (const RecordedTouch& touch : recording_.touches) {
        if (touch.kind == RecordedTouch::Kind::code) codes[touch.hash] = touch.code;
    }
    for (const auto& [hash, code] : codes) out_.add(RecordKind::bytecode, code);
    return absl::OkStatus();
}

}  // namespace

absl::StatusOr<witness::StreamHeader> make_stream_header(WitnessMode mode, const ExecutionWitness& witness) {
    const absl::StatusOr<BlockIdentity> block = identify_block(witness.block);
    if (!block.ok()) return block.status();
    executor::ChainConfig config = executor::mainnet_config();
    if (!witness.chain_config.empty()) {
        const Result<executor::ChainConfig> decoded = executor::decode_chain_config(bytes_of(witness.chain_config));
        if (!decoded.ok()) return absl::InvalidArgumentError(std::string(error_text(decoded.error())));
        config = *decoded;
    }
    if (config.chain_id != witness.chain_id) {
        return witness.chain_config.empty()
                   ? absl::NotFoundError(
                         cat("there are no built-in rules for chain ", witness.chain_id, "; give a chain file"))
                   : absl::InvalidArgumentError(cat("the chain config is for chain ", config.chain_id,
                                                    ", the witness for ", witness.chain_id));
    }
    const Result<executor::Fork> fork = config.fork_at(block->number, block->timestamp);
    if (!fork.ok()) return absl::UnimplementedError(cat("block ", block->number, ": ", error_text(fork.error())));
    witness::StreamHeader header;
    header.mode = mode;
    header.chain_id = witness.chain_id;
    header.block_number = block->number;
    header.timestamp = block->timestamp;
    header.fork = static_cast<std::uint64_t>(*fork);
    header.block_hash = block->hash;
    return header;
}

absl::StatusOr<std::string> write_stream(const witness::StreamHeader& header, const ExecutionWitness& witness,
                                         const Recording& recording) {
    return Planner(header, witness, recording).write();
}

}  // namespace sluice::witness_host
