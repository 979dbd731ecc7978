// Records one after the other: written, and listed for those who look into a stream.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

#include "sluice/witness/item.h"
#include "sluice/witness/stream.h"

namespace sluice::witness_host {

/// Appends records: kind, size, payload, zero bytes up to a multiple of 8.
class RecordWriter {
 public:
    RecordWriter() = default;
    /// Begins with a stream header.
    explicit RecordWriter(const witness::StreamHeader& header);

    void add(witness::RecordKind kind, ByteView payload);
    void add(witness::RecordKind kind, std::string_view payload);
    /// Headers as RLP, newest first.
    void add_ancestor_headers(const std::vector<std::string_view>& newest_first);
    void add_unanchored_parent(const Hash32& state_root, std::span<const Hash32> newest_first);

    /// Everything written; ResourceExhausted if a payload was longer than a record can be.
    absl::StatusOr<std::string> take() &&;

 private:
    std::string bytes_;
    bool too_long_ = false;
};

/// The records in `records`, which begins with one and has nothing else. Views lie in it; offsets count from its start
/// plus `offset`. Only framing and padding are checked.
absl::StatusOr<std::vector<witness::WitnessItem>> list_records(ByteView records, std::uint64_t offset = 0);
/// The records of a stream, after its header.
absl::StatusOr<std::vector<witness::WitnessItem>> list_stream(ByteView stream);

/// keccak256 of the payloads of a stream's nodes and bytecodes, by number of the record, as StreamReader::use_hashes
/// takes them; zeros for records of other kinds. Many are hashed at once, which takes a fraction of the time of one
/// after another. Empty for a stream that is not well formed: the reader then hashes what it comes to before the error.
std::vector<Hash32> hash_records(ByteView stream);

}  // namespace sluice::witness_host
