// Errors as text. SPDX-License-Identifier: MIT OR Apache-2.0
#include "sluice/witness_host/format_error.h"

#include <string_view>

#include "sluice/base/keccak.h"
#include "sluice/files/text.h"
#include "sluice/witness/stream.h"
#include "sluice/witness_host/hex.h"

namespace sluice::witness_host {
namespace {

std::string value_text(const ErrorDetail& detail, const Hash32& value) {
    const ByteView used = value.view().last(detail.value_size < 32 ? detail.value_size : 32);
    if (detail.value_size != 8) return to_hex(used);
    const auto number = load_be<std::uint64_t>(used.data());
    if (detail.code == ErrorCode::stream_unexpected_record) {
        return std::string(witness::record_kind_name(static_cast<witness::RecordKind>(number)));
    }
    if (detail.code == ErrorCode::stream_bad_magic) return to_hex(used);
    return cat(number);
}

std::string path_text(const ErrorDetail& detail) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string text;
    for (std::size_t i = 0; i < detail.path_size && i < sizeof detail.path; ++i)
        text.push_back(kDigits[detail.path[i] & 15]);
    return text.empty() ? "the root" : text;
}

/// Errors about something that is not there: there is an expected hash and nothing was found.
bool nothing_found(ErrorCode code) {
    return code == ErrorCode::trie_missing_node || code == ErrorCode::witness_missing_code;
}

}  // namespace

std::string format_error(const ErrorDetail& detail) {
    std::string text = cat(error_name(detail.code), ": ", error_text(detail.code));
    const std::string_view what(detail.what, std::string_view(detail.what, sizeof detail.what).find('\0'));
    if (!what.empty()) append(text, " [", what, "]");
    if (detail.item != ErrorDetail::kNone) append(text, ", item ", detail.item);
    if (detail.offset != ErrorDetail::kNone) append(text, ", offset ", detail.offset);
    if (detail.key_size != 0) {
        const ByteView key = detail.key.view().first(detail.key_size < 32 ? detail.key_size : 32);
        append(text, detail.storage_path != 0 ? ", storage of account " : ", of ", to_hex(key));
    }
    if (detail.path_size != 0 || nothing_found(detail.code) || detail.code == ErrorCode::trie_wrong_node_hash) {
        if (detail.code != ErrorCode::witness_missing_code) append(text, ", at path ", path_text(detail));
    }
    if (detail.value_size != 0) {
        append(text, ": expected ", value_text(detail, detail.expected));
        append(text, ", found ", nothing_found(detail.code) ? "nothing" : value_text(detail, detail.found));
    }
    return text;
}

absl::Status to_status(ErrorCode code, const Diagnostics& diagnostics) {
    if (code == ErrorCode::ok) return absl::OkStatus();
    ErrorDetail detail;
    if (diagnostics.detail().code == code) detail = diagnostics.detail();
    detail.code = code;
    std::string text = format_error(detail);
    switch (error_kind(code)) {
        case ErrorKind::witness:
            return absl::InvalidArgumentError(text);
        case ErrorKind::block:
            return absl::FailedPreconditionError(text);
        default:
            return absl::InternalError(text);
    }
}

}  // namespace sluice::witness_host
