// The witness stream: its header, its records and how they lie in memory. The byte layout is in libwitness/README.md.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

#include "sluice/base/bytes.h"
#include "sluice/base/result.h"

namespace sluice::witness {

/// How the state of the parent block reaches the executor. The numbers are those of the stream header.
enum class WitnessMode : std::uint32_t {
    eager = 1,    ///< all headers, tries and codes first, then execution
    account = 2,  ///< accounts, storage tries and codes at their first touch, the state trie after execution
    value = 3,    ///< accounts, slots, codes and headers at their first touch, then one pass over the trie nodes
};
/// "eager", "account", "value"; "unknown" for another number.
[[nodiscard]] constexpr std::string_view witness_mode_name(WitnessMode mode) noexcept {
    switch (mode) {
        case WitnessMode::eager:
            return "eager";
        case WitnessMode::account:
            return "account";
        case WitnessMode::value:
            return "value";
    }
    return "unknown";
}

/// "SLUICEWS", the first 8 bytes of every stream.
inline constexpr std::uint64_t kStreamMagic = 0x5357454349554c53u;
/// Changes when the framing changes: the header, or the way records follow one another.
inline constexpr std::uint32_t kStreamVersion = 1;
/// What the records hold. High byte: the newest fork whose blocks they can carry, numbered as in EIP-8025 (Osaka 0x14,
/// Amsterdam 0x15); low byte: the revision of the payload layouts.
inline constexpr std::uint32_t kStreamSchema = 0x1401;

/// What a record's payload is. The numbers are part of the format.
enum class RecordKind : std::uint32_t {
    none = 0,               ///< no record has it
    chain_config = 1,       ///< canonical encoding of the rules; empty: the built-in rules of the header's chain id
    ancestor_headers = 2,   ///< headers as RLP, newest first, beginning with the parent
    unanchored_parent = 3,  ///< state root and block hashes, for a block whose parent header is not at hand
    current_block = 4,      ///< the block as RLP
    state_trie = 5,         ///< node count of the state trie, count of the items after it
    account = 6,            ///< account by hashed address (account mode)
    account_value = 7,      ///< account by address (value mode)
    slot_value = 8,         ///< storage slot (value mode)
    storage_trie = 9,       ///< storage root and node count of one account's storage trie
    raw_bytes = 10,         ///< the nodes of the trie announced last
    bytecode = 11,          ///< the code of a contract
    node = 12,              ///< a trie node as RLP (value mode)
    header = 13,            ///< an ancestor's header as RLP (value mode)
    end = 14,               ///< nothing follows
};
/// The kind as written in RecordKind; "unknown" for another number.
[[nodiscard]] std::string_view record_kind_name(RecordKind kind) noexcept;

/// The first bytes of a stream. Apart from `mode`, which says how to read the rest, its fields are informative: they
/// name the block before it is decoded, and check_stream_header() refuses those that turn out wrong.
struct StreamHeader {
    static constexpr std::size_t kSize = 88;

    WitnessMode mode = WitnessMode::value;
    std::uint64_t chain_id = 0;
    std::uint64_t block_number = 0;
    std::uint64_t timestamp = 0;
    std::uint64_t fork = 0;  ///< number of the rule set, as executor::Fork counts them
    Hash32 block_hash{};

    friend bool operator==(const StreamHeader&, const StreamHeader&) = default;
};

/// Size of a record's header: kind u32, payload length u32.
inline constexpr std::size_t kRecordHeaderSize = 8;
/// The longest payload a writer makes: padded, its size still fits the field.
inline constexpr std::uint64_t kMaxPayloadSize = 0xfffffff0u;

/// Writes the header's bytes to `out`.
void encode_stream_header(const StreamHeader& header, std::uint8_t out[StreamHeader::kSize]) noexcept;
/// Reads the header at the start of `stream`. Errors: stream_truncated, stream_bad_magic, stream_bad_version,
/// stream_bad_schema, stream_bad_mode; each with what was expected and found.
Result<StreamHeader> decode_stream_header(ByteView stream, Diagnostics& diagnostics) noexcept;

/// Compares a stream's header with what the executor derived from the block and its chain config (`computed.mode` is
/// the mode of the source that ran). stream_header_mismatch, naming the field, for the first difference.
///
/// Nothing that is proved rests on these fields; but a stream that names one block and carries another is malformed,
/// and tools show what the header says.
ErrorCode check_stream_header(const StreamHeader& header, const StreamHeader& computed,
                              Diagnostics& diagnostics) noexcept;

}  // namespace sluice::witness
