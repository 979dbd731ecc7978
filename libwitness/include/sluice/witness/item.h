// The payloads of witness records, read in place. Every field starts at a multiple of 8 bytes; integers and 256-bit
// words are little endian, hashes are as they are. The byte layout is in libwitness/README.md.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstdint>

#include "sluice/base/bytes.h"
#include "sluice/base/keccak.h"
#include "sluice/base/result.h"
#include "sluice/base/uint256.h"
#include "sluice/witness/account.h"
#include "sluice/witness/stream.h"

namespace sluice::witness {

/// A record where it lies: kind, payload without padding, and its place for error reports.
struct WitnessItem {
    RecordKind kind = RecordKind::none;
    ByteView payload{};
    std::uint64_t index = 0;       ///< number of the record in the stream, from 0
    std::uint64_t offset = 0;      ///< byte offset of the record's header
    const Hash32* hash = nullptr;  ///< keccak256 of the payload where the reader was told it, else null

    /// keccak256 of the payload.
    [[nodiscard]] Hash32 payload_hash() const noexcept { return hash != nullptr ? *hash : keccak256(payload); }
};

/// The parent and what is known of older blocks.
///
/// Anchored: `headers()` has the parent's header and maybe older ones. Not anchored: `parent_state_root` and
/// `block_hash()` are claims that nothing in the stream backs, and the public output says so.
class AncestorHeadersInput {
 public:
    bool anchored = false;
    std::uint64_t count = 0;     ///< headers, or block hashes if not anchored; at least 1
    Hash32 parent_state_root{};  ///< only if not anchored; else it is in the parent's header
    ByteView body{};             ///< what follows the fixed part of the payload
    WitnessItem place{};         ///< the record, for error reports

    /// Walks the headers, newest first. The payload has been checked: `count` calls of next() succeed.
    class Cursor {
     public:
        explicit Cursor(ByteView body) noexcept : next_(body.data()) {}
        [[nodiscard]] ByteView next() noexcept {
            const auto size = load_le<std::uint64_t>(next_);
            const ByteView header(next_ + 8, size);
            next_ += 8 + align8(size);
            return header;
        }

     private:
        const std::uint8_t* next_;
    };
    /// Only if anchored.
    [[nodiscard]] Cursor headers() const noexcept { return Cursor(body); }
    /// RLP of the parent's header; only if anchored.
    [[nodiscard]] ByteView parent() const noexcept { return headers().next(); }
    /// Hash of the block `index` before the parent (0: the parent), `index` below `count`; only if not anchored.
    [[nodiscard]] Hash32 block_hash(std::uint64_t index) const noexcept {
        return Hash32::from(body.data() + 32 * index);
    }
};

/// Announces the state trie's nodes, in raw_bytes, and in account mode the items after them.
struct StateTrieHeader {
    static constexpr std::size_t kSize = 16;
    std::uint64_t node_count = 0;
    std::uint64_t post_update_witness_count = 0;
};

/// Announces one account's storage trie, in raw_bytes.
struct StorageTrieHeader {
    static constexpr std::size_t kSize = 72;
    Hash32 hashed_address{};
    Hash32 storage_root{};
    std::uint64_t node_count = 0;
};

/// An account by hashed address.
struct AccountItem {
    static constexpr std::size_t kAbsentSize = 40;
    static constexpr std::size_t kSize = 144;
    Hash32 hashed_address{};
    AccountInfo info{};
};

/// An account by address.
struct AccountValueItem {
    static constexpr std::size_t kAbsentSize = 24;
    static constexpr std::size_t kSize = 128;
    Address address{};
    AccountInfo info{};
};

/// A storage slot of account number `account` (in order of first touch).
struct SlotValueItem {
    static constexpr std::size_t kSize = 72;
    std::uint64_t account = 0;
    Uint256 slot{};
    Uint256 value{};
};

// Each parse_* reads the payload of one kind. False if it does not have exactly the form of its kind: another length,
// flags other than 0 and 1, bytes that should be zero, an offset past the end. StreamReader turns that into
// stream_bad_payload.

[[nodiscard]] bool parse_ancestor_headers(ByteView payload, AncestorHeadersInput& out) noexcept;
[[nodiscard]] bool parse_unanchored_parent(ByteView payload, AncestorHeadersInput& out) noexcept;
[[nodiscard]] bool parse_state_trie(ByteView payload, StateTrieHeader& out) noexcept;
[[nodiscard]] bool parse_storage_trie(ByteView payload, StorageTrieHeader& out) noexcept;
[[nodiscard]] bool parse_account(ByteView payload, AccountItem& out) noexcept;
[[nodiscard]] bool parse_account_value(ByteView payload, AccountValueItem& out) noexcept;
[[nodiscard]] bool parse_slot_value(ByteView payload, SlotValueItem& out) noexcept;

// Each encode_* writes the payload that parse_* reads and gives its size. `out` has kSize bytes.

std::size_t encode_state_trie(const StateTrieHeader& item, std::uint8_t* out) noexcept;
std::size_t encode_storage_trie(const StorageTrieHeader& item, std::uint8_t* out) noexcept;
std::size_t encode_account(const AccountItem& item, std::uint8_t* out) noexcept;
std::size_t encode_account_value(const AccountValueItem& item, std::uint8_t* out) noexcept;
std::size_t encode_slot_value(const SlotValueItem& item, std::uint8_t* out) noexcept;

}  // namespace sluice::witness
