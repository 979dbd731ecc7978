// Where a client gets its input from: the interface, and the cursor over a stream in memory.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <span>

#include "sluice/base/result.h"
#include "sluice/witness/item.h"
#include "sluice/witness/node_hasher.h"
#include "sluice/witness/stream.h"

namespace sluice::witness {

/// A block and its witness, item by item, in the one order that the witness mode prescribes. The reader knows the form
/// of the items; whether an item is the one that is due and whether it is true is for the caller to check.
///
/// All views that it gives live as long as the input. After an error no further call is made. The defaults refuse with
/// stream_unexpected_record.
class ClientInputReader {
 public:
    [[nodiscard]] virtual const StreamHeader& header() const noexcept;
    /// Canonical encoding of the chain config; empty for the built-in rules of header().chain_id.
    virtual Result<ByteView> read_chain_config() noexcept;
    /// The parent's header and, in account and eager mode, all older ones that are needed; newest first. Or the
    /// unanchored parent: see AncestorHeadersInput.
    virtual Result<AncestorHeadersInput> read_ancestor_headers() noexcept;
    /// RLP of the block.
    virtual Result<ByteView> read_current_block() noexcept;
    /// Account and eager mode.
    virtual Result<StateTrieHeader> read_state_trie_header() noexcept;
    /// The next record, which has to be of the kind `due`: account, account_value, slot_value, storage_trie, bytecode,
    /// node or header.
    virtual Result<WitnessItem> read_witness_input(RecordKind due) noexcept;
    /// The nodes of the trie that the state or storage trie header before announced.
    virtual Result<ByteView> read_raw_bytes() noexcept;
    /// Kind of the next record, or none at the end of the input.
    [[nodiscard]] virtual RecordKind next_kind() const noexcept;
    /// What hashes new nodes at the end of the block, or null.
    [[nodiscard]] virtual NodeHasher* node_hasher() const noexcept { return nullptr; }
    /// Reads the end of the stream: an error unless nothing is left.
    virtual ErrorCode read_end() noexcept;
    /// The record read last, for the reports of those who check it.
    [[nodiscard]] virtual WitnessItem last() const noexcept;

 protected:
    ~ClientInputReader() = default;
};

/// The cursor over a stream that lies in memory, such as the guest's input region. Reads in place; allocates nothing.
class StreamReader final : public ClientInputReader {
 public:
    /// `stream` and `diagnostics` outlive the reader and what it gives.
    StreamReader(ByteView stream, Diagnostics& diagnostics) noexcept
        : begin_(stream.data()), next_(begin_), end_(begin_ + stream.size()), diagnostics_(diagnostics) {}
    /// Reads the stream header. To be called first.
    ErrorCode open() noexcept;
    /// hashes[i] is keccak256 of record i's payload if that is a node or a bytecode, computed by the caller from this
    /// stream; records beyond the end have none. A host that can hash many records at once tells them before reading.
    void use_hashes(std::span<const Hash32> hashes) noexcept { hashes_ = hashes; }
    /// Likewise, what can hash the nodes made at the end of the block at once; for this run alone.
    void use_node_hasher(NodeHasher& hasher) noexcept { node_hasher_ = &hasher; }

    [[nodiscard]] const StreamHeader& header() const noexcept override { return header_; }
    Result<ByteView> read_chain_config() noexcept override;
    Result<AncestorHeadersInput> read_ancestor_headers() noexcept override;
    Result<ByteView> read_current_block() noexcept override;
    Result<StateTrieHeader> read_state_trie_header() noexcept override;
    Result<WitnessItem> read_witness_input(RecordKind due) noexcept override;
    Result<ByteView> read_raw_bytes() noexcept override;
    [[nodiscard]] RecordKind next_kind() const noexcept override;
    [[nodiscard]] NodeHasher* node_hasher() const noexcept override { return node_hasher_; }
    ErrorCode read_end() noexcept override;
    [[nodiscard]] WitnessItem last() const noexcept override { return last_; }

    /// Bytes not read yet.
    [[nodiscard]] std::size_t remaining() const noexcept { return static_cast<std::size_t>(end_ - next_); }

 private:
    ErrorCode next(RecordKind due) noexcept;
    ErrorCode refuse(ErrorCode code, RecordKind due) noexcept;
    ErrorCode bad_payload(RecordKind due) noexcept;

    const std::uint8_t* begin_;
    const std::uint8_t* next_;
    const std::uint8_t* end_;
    std::uint64_t index_ = 0;
    WitnessItem last_{};
    StreamHeader header_{};
    std::span<const Hash32> hashes_{};
    NodeHasher* node_hasher_ = nullptr;
    Diagnostics& diagnostics_;
};

}  // namespace sluice::witness
