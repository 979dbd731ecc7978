// Records one after the other. SPDX-License-Identifier: MIT OR Apache-2.0
#include "sluice/witness_host/records.h"

#include "sluice/crypto/keccak_batch.h"
#include "sluice/files/text.h"
#include "sluice/witness_host/execution_witness.h"
#include "sluice/witness_host/format_error.h"

namespace sluice::witness_host {

using witness::RecordKind;
using witness::WitnessItem;

namespace {

template <class Integer>
void append_le(std::string& out, Integer value) {
    std::uint8_t bytes[sizeof value];
    store_le(bytes, value);
    out.append(string_of(bytes));
}

void pad(std::string& out) {
    out.append(align8(out.size()) - out.size(), '\0');
}

}  // namespace

RecordWriter::RecordWriter(const witness::StreamHeader& header) : bytes_(witness::StreamHeader::kSize, '\0') {
    witness::encode_stream_header(header, reinterpret_cast<std::uint8_t*>(bytes_.data()));
}

void RecordWriter::add(RecordKind kind, ByteView payload) {
    if (payload.size() > witness::kMaxPayloadSize) {
        too_long_ = true;
        return;
    }
    append_le(bytes_, static_cast<std::uint32_t>(kind));
    append_le(bytes_, static_cast<std::uint32_t>(payload.size()));
    bytes_.append(string_of(payload));
    pad(bytes_);  // the stream header is a multiple of 8, so this aligns within the record too
}

void RecordWriter::add(RecordKind kind, std::string_view payload) {
    add(kind, bytes_of(payload));
}

void RecordWriter::add_ancestor_headers(const std::vector<std::string_view>& newest_first) {
    std::string payload;
    append_le(payload, std::uint64_t{newest_first.size()});
    for (const std::string_view header : newest_first) {
        append_le(payload, std::uint64_t{header.size()});
        payload.append(header);
        pad(payload);
    }
    add(RecordKind::ancestor_headers, payload);
}

void RecordWriter::add_unanchored_parent(const Hash32& state_root, std::span<const Hash32> newest_first) {
    std::string payload = string_of(state_root.view());
    append_le(payload, std::uint64_t{newest_first.size()});
    for (const Hash32& hash : newest_first) payload.append(string_of(hash.view()));
    add(RecordKind::unanchored_parent, payload);
}

absl::StatusOr<std::string> RecordWriter::take() && {
    if (too_long_) {
        return absl::ResourceExhaustedError(cat("a record is longer than ", witness::kMaxPayloadSize, " bytes"));
    }
    return std::move(bytes_);
}

absl::StatusOr<std::vector<WitnessItem>> list_records(ByteView records, std::uint64_t offset) {
    std::vector<WitnessItem> items;
    std::size_t at = 0;
    while (at < records.size()) {
        const auto bad = [&](std::string_view what) {
            return absl::InvalidArgumentError(cat("record ", items.size(), " at offset ", offset + at, ": ", what));
        };
        if (records.size() - at < witness::kRecordHeaderSize) return bad("the bytes end inside its header");
        const std::uint8_t* head = records.data() + at;
        const std::uint64_t size = load_le<std::uint32_t>(head + 4);
        if (align8(size) > records.size() - at - witness::kRecordHeaderSize) {
            return bad(cat("it has ", size, " bytes of payload, but the bytes end before"));
        }
        const ByteView payload = records.subspan(at + witness::kRecordHeaderSize, size);
        for (std::size_t i = size; i < align8(size); ++i) {
            if (payload.data()[i] != 0) return bad("its padding is not zero");
        }
        items.push_back(
            {static_cast<RecordKind>(load_le<std::uint32_t>(head)), payload, items.size(), offset + at, nullptr});
        at += witness::kRecordHeaderSize + align8(size);
    }
    return items;
}

absl::StatusOr<std::vector<WitnessItem>> list_stream(ByteView stream) {
    Diagnostics diagnostics;
    const Result<witness::StreamHeader> header = witness::decode_stream_header(stream, diagnostics);
    if (!header.ok()) return to_status(header.error(), diagnostics);
    return list_records(stream.subspan(witness::StreamHeader::kSize), witness::StreamHeader::kSize);
}

std::vector<Hash32> hash_records(ByteView stream) {
    const auto items = list_stream(stream);
    if (!items.ok()) return {};
    std::vector<ByteView> messages;
    std::vector<std::size_t> records;
    for (const WitnessItem& item : *items) {
        if (item.kind != RecordKind::node && item.kind != RecordKind::bytecode) continue;
        messages.push_back(item.payload);
        records.push_back(item.index);
    }
    std::vector<Hash32> digests(messages.size());
    crypto::keccak256_batch(messages, digests);
    std::vector<Hash32> hashes(items->size());
    for (std::size_t i = 0; i < digests.size(); ++i) hashes[records[i]] = digests[i];
    return hashes;
}

}  // namespace sluice::witness_host
