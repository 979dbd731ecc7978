// The stream cursor. SPDX-License-Identifier: MIT OR Apache-2.0
#include "sluice/witness/reader.h"

namespace sluice::witness {
namespace {

constexpr StreamHeader kNoHeader{};

RecordKind kind_of(std::uint64_t record_header) noexcept {
    return static_cast<RecordKind>(static_cast<std::uint32_t>(record_header));
}

}  // namespace

const StreamHeader& ClientInputReader::header() const noexcept {
    return kNoHeader;
}
Result<ByteView> ClientInputReader::read_chain_config() noexcept {
    return ErrorCode::stream_unexpected_record;
}
Result<AncestorHeadersInput> ClientInputReader::read_ancestor_headers() noexcept {
    return ErrorCode::stream_unexpected_record;
}
Result<ByteView> ClientInputReader::read_current_block() noexcept {
    return ErrorCode::stream_unexpected_record;
}
Result<StateTrieHeader> ClientInputReader::read_state_trie_header() noexcept {
    return ErrorCode::stream_unexpected_record;
}
Result<WitnessItem> ClientInputReader::read_witness_input(RecordKind /*due*/) noexcept {
    return ErrorCode::stream_unexpected_record;
}
Result<ByteView> ClientInputReader::read_raw_bytes() noexcept {
    return ErrorCode::stream_unexpected_record;
}
RecordKind ClientInputReader::next_kind() const noexcept {
    return RecordKind::none;
}
ErrorCode ClientInputReader::read_end() noexcept {
    return ErrorCode::stream_unexpected_record;
}
WitnessItem ClientInputReader::last() const noexcept {
    return {};
}

ErrorCode StreamReader::open() noexcept {
    SLUICE_TRY(header_, decode_stream_header({begin_, end_}, diagnostics_));
    next_ = begin_ + StreamHeader::kSize;
    return ErrorCode::ok;
}

RecordKind StreamReader::next_kind() const noexcept {
    return remaining() < kRecordHeaderSize ? RecordKind::none : kind_of(load_le<std::uint64_t>(next_));
}

/// Notes a failure of the record at the cursor, whose kind may be none.
ErrorCode StreamReader::refuse(ErrorCode code, RecordKind due) noexcept {
    ErrorDetail detail;
    detail.with_what(record_kind_name(due)).with_item(index_).with_offset(static_cast<std::uint64_t>(next_ - begin_));
    detail.with_values(static_cast<std::uint64_t>(due), static_cast<std::uint64_t>(next_kind()));
    return diagnostics_.fail(code, detail);
}

/// Notes that the record read last does not have the form of its kind.
ErrorCode StreamReader::bad_payload(RecordKind due) noexcept {
    ErrorDetail detail;
    detail.with_what(record_kind_name(due)).with_item(last_.index).with_offset(last_.offset);
    return diagnostics_.fail(ErrorCode::stream_bad_payload, detail);
}

ErrorCode StreamReader::next(RecordKind due) noexcept {
    const std::uint64_t left = remaining();
    if (left < kRecordHeaderSize) return refuse(ErrorCode::stream_truncated, due);
    const auto record_header = load_le<std::uint64_t>(next_);
    if (kind_of(record_header) != due) return refuse(ErrorCode::stream_unexpected_record, due);
    const std::uint64_t size = record_header >> 32;
    const std::uint64_t padded = align8(size);
    if (padded > left - kRecordHeaderSize) return refuse(ErrorCode::stream_truncated, due);
    const std::uint8_t* payload = next_ + kRecordHeaderSize;
    // One form per stream: a cheater gains nothing by other padding, but two streams with one meaning would have two
    // hashes.
    if (size != padded && load_le<std::uint64_t>(payload + padded - 8) >> (8 * (size & 7)) != 0) {
        return refuse(ErrorCode::stream_padding, due);
    }
    last_ = {due, {payload, size}, index_, static_cast<std::uint64_t>(next_ - begin_), nullptr};
    if (index_ < hashes_.size() && (due == RecordKind::node || due == RecordKind::bytecode)) {
        last_.hash = &hashes_[index_];
    }
    ++index_;
    next_ = payload + padded;
    return ErrorCode::ok;
}

Result<ByteView> StreamReader::read_chain_config() noexcept {
    SLUICE_RETURN_IF_ERROR(next(RecordKind::chain_config));
    return last_.payload;
}

Result<AncestorHeadersInput> StreamReader::read_ancestor_headers() noexcept {
    AncestorHeadersInput input;
    const bool unanchored = next_kind() == RecordKind::unanchored_parent;
    const RecordKind due = unanchored ? RecordKind::unanchored_parent : RecordKind::ancestor_headers;
    SLUICE_RETURN_IF_ERROR(next(due));
    const bool formed =
        unanchored ? parse_unanchored_parent(last_.payload, input) : parse_ancestor_headers(last_.payload, input);
    if (!formed) return bad_payload(due);
    input.place = last_;
    return input;
}

Result<ByteView> StreamReader::read_current_block() noexcept {
    SLUICE_RETURN_IF_ERROR(next(RecordKind::current_block));
    return last_.payload;
}

Result<StateTrieHeader> StreamReader::read_state_trie_header() noexcept {
    StateTrieHeader item;
    SLUICE_RETURN_IF_ERROR(next(RecordKind::state_trie));
    if (!parse_state_trie(last_.payload, item)) return bad_payload(RecordKind::state_trie);
    return item;
}

Result<WitnessItem> StreamReader::read_witness_input(RecordKind due) noexcept {
    SLUICE_RETURN_IF_ERROR(next(due));
    return last_;
}

Result<ByteView> StreamReader::read_raw_bytes() noexcept {
    SLUICE_RETURN_IF_ERROR(next(RecordKind::raw_bytes));
    return last_.payload;
}

ErrorCode StreamReader::read_end() noexcept {
    SLUICE_RETURN_IF_ERROR(next(RecordKind::end));
    if (!last_.payload.empty()) return bad_payload(RecordKind::end);
    // What follows would be part of the input and yet checked by nothing.
    if (next_ != end_) {
        ErrorDetail detail;
        detail.with_what("end").with_item(index_).with_offset(static_cast<std::uint64_t>(next_ - begin_));
        return diagnostics_.fail(ErrorCode::stream_trailing_bytes, detail.with_values(0, remaining()));
    }
    return ErrorCode::ok;
}

}  // namespace sluice::witness
