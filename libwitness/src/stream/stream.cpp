// The stream header and the names of records. SPDX-License-Identifier: MIT OR Apache-2.0
#include "sluice/witness/stream.h"

namespace sluice::witness {

std::string_view record_kind_name(RecordKind kind) noexcept {
    switch (kind) {
        case RecordKind::none:
            return "none";
        case RecordKind::chain_config:
            return "chain_config";
        case RecordKind::ancestor_headers:
            return "ancestor_headers";
        case RecordKind::unanchored_parent:
            return "unanchored_parent";
        case RecordKind::current_block:
            return "current_block";
        case RecordKind::state_trie:
            return "state_trie";
        case RecordKind::account:
            return "account";
        case RecordKind::account_value:
            return "account_value";
        case RecordKind::slot_value:
            return "slot_value";
        case RecordKind::storage_trie:
            return "storage_trie";
        case RecordKind::raw_bytes:
            return "raw_bytes";
        case RecordKind::bytecode:
            return "bytecode";
        case RecordKind::node:
            return "node";
        case RecordKind::header:
            return "header";
        case RecordKind::end:
            return "end";
    }
    return "unknown";
}

namespace {

// Offsets in the stream header.
constexpr std::size_t kMagicAt = 0;
constexpr std::size_t kVersionAt = 8;
constexpr std::size_t kSchemaAt = 12;
constexpr std::size_t kModeAt = 16;  // u32, then a u32 that is zero
constexpr std::size_t kChainIdAt = 24;
constexpr std::size_t kBlockNumberAt = 32;
constexpr std::size_t kTimestampAt = 40;
constexpr std::size_t kForkAt = 48;
constexpr std::size_t kBlockHashAt = 56;
static_assert(kBlockHashAt + 32 == StreamHeader::kSize);

constexpr std::uint64_t kLastMode = static_cast<std::uint64_t>(WitnessMode::value);

ErrorDetail field(std::string_view name, std::uint64_t offset) noexcept {
    return ErrorDetail().with_what(name).with_offset(offset);
}

}  // namespace

void encode_stream_header(const StreamHeader& header, std::uint8_t out[StreamHeader::kSize]) noexcept {
    store_le(out + kMagicAt, kStreamMagic);
    store_le(out + kVersionAt, kStreamVersion);
    store_le(out + kSchemaAt, kStreamSchema);
    store_le(out + kModeAt, static_cast<std::uint64_t>(header.mode));
    store_le(out + kChainIdAt, header.chain_id);
    store_le(out + kBlockNumberAt, header.block_number);
    store_le(out + kTimestampAt, header.timestamp);
    store_le(out + kForkAt, header.fork);
    std::memcpy(out + kBlockHashAt, header.block_hash.bytes.data(), 32);
}

Result<StreamHeader> decode_stream_header(ByteView stream, Diagnostics& diagnostics) noexcept {
    const std::uint8_t* bytes = stream.data();
    if (stream.size() < StreamHeader::kSize) {
        return diagnostics.fail(ErrorCode::stream_truncated,
                                field("stream header", 0).with_values(StreamHeader::kSize, stream.size()));
    }
    if (const auto magic = load_le<std::uint64_t>(bytes + kMagicAt); magic != kStreamMagic) {
        // Shown as text would be: first byte first.
        return diagnostics.fail(ErrorCode::stream_bad_magic,
                                field("magic", kMagicAt).with_values(byte_swap(kStreamMagic), byte_swap(magic)));
    }
    if (const auto version = load_le<std::uint32_t>(bytes + kVersionAt); version != kStreamVersion) {
        return diagnostics.fail(ErrorCode::stream_bad_version,
                                field("format version", kVersionAt).with_values(kStreamVersion, version));
    }
    if (const auto schema = load_le<std::uint32_t>(bytes + kSchemaAt); schema != kStreamSchema) {
        return diagnostics.fail(ErrorCode::stream_bad_schema,
                                field("schema id", kSchemaAt).with_values(kStreamSchema, schema));
    }
    const auto mode = load_le<std::uint64_t>(bytes + kModeAt);
    if (mode == 0 || mode > kLastMode) {
        return diagnostics.fail(ErrorCode::stream_bad_mode,
                                field("witness mode", kModeAt).with_values(kLastMode, mode));
    }
    StreamHeader header;
    header.mode = static_cast<WitnessMode>(mode);
    header.chain_id = load_le<std::uint64_t>(bytes + kChainIdAt);
    header.block_number = load_le<std::uint64_t>(bytes + kBlockNumberAt);
    header.timestamp = load_le<std::uint64_t>(bytes + kTimestampAt);
    header.fork = load_le<std::uint64_t>(bytes + kForkAt);
    header.block_hash = Hash32::from(bytes + kBlockHashAt);
    return header;
}

ErrorCode check_stream_header(const StreamHeader& header, const StreamHeader& computed,
                              Diagnostics& diagnostics) noexcept {
    const auto refuse = [&](const ErrorDetail& detail) {
        return diagnostics.fail(ErrorCode::stream_header_mismatch, detail);
    };
    if (header.mode != computed.mode) {
        return refuse(
            field("witness mode", kModeAt)
                .with_values(static_cast<std::uint64_t>(computed.mode), static_cast<std::uint64_t>(header.mode)));
    }
    if (header.chain_id != computed.chain_id) {
        return refuse(field("chain id", kChainIdAt).with_values(computed.chain_id, header.chain_id));
    }
    if (header.block_number != computed.block_number) {
        return refuse(field("block number", kBlockNumberAt).with_values(computed.block_number, header.block_number));
    }
    if (header.timestamp != computed.timestamp) {
        return refuse(field("timestamp", kTimestampAt).with_values(computed.timestamp, header.timestamp));
    }
    if (header.fork != computed.fork) return refuse(field("fork", kForkAt).with_values(computed.fork, header.fork));
    if (!(header.block_hash == computed.block_hash)) {
        return refuse(field("block hash", kBlockHashAt).with_values(computed.block_hash, header.block_hash));
    }
    return ErrorCode::ok;
}

}  // namespace sluice::witness
