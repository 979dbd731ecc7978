// A block and all that is needed to run it, whatever format it came in. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "sluice/base/bytes.h"
#include "sluice/executor/memory_state.h"
#include "sluice/witness/stream.h"

namespace sluice::witness_host {

/// What stands in for the parent's header where it is not at hand. Nothing backs these values.
struct UnanchoredParent {
    Hash32 state_root{};
    std::vector<Hash32>
        block_hashes;  ///< of the blocks before the current one, newest first, beginning with the parent

    friend bool operator==(const UnanchoredParent&, const UnanchoredParent&) = default;
};

/// Byte strings are binary, not hex.
struct ExecutionWitness {
    std::uint64_t chain_id = 1;
    std::string chain_config;          ///< canonical encoding of the rules; empty: the built-in rules of `chain_id`
    std::string block;                 ///< RLP: [header, transactions, ommers, withdrawals]
    std::vector<std::string> headers;  ///< RLP, ascending, the last is the parent; empty if unanchored
    std::vector<std::string> nodes;    ///< a set: order and duplicates mean nothing
    std::vector<std::string> codes;    ///< a set
    std::optional<UnanchoredParent> unanchored;

    friend bool operator==(const ExecutionWitness&, const ExecutionWitness&) = default;
};

/// What names a block: fields of its header.
struct BlockIdentity {
    std::uint64_t number = 0;
    std::uint64_t timestamp = 0;
    Hash32 hash{};
    Hash32 parent_hash{};
    Hash32 state_root{};
};
/// Reads the fields of a header's RLP.
absl::StatusOr<BlockIdentity> identify_header(std::string_view header);
/// Reads the fields of the header in a block's RLP.
absl::StatusOr<BlockIdentity> identify_block(std::string_view block);

/// Sorts headers by number, drops duplicates, and checks that each names the one before it as its parent.
absl::Status sort_headers(std::vector<std::string>& headers);

/// Checks that the parts belong together: headers chained and ending in the block's parent, or an unanchored parent
/// that has the block's parent hash. Says what is missing or differs.
absl::Status check_witness(const ExecutionWitness& witness);

/// The parent of the witness's block, for a state source. The witness has passed check_witness().
absl::StatusOr<executor::ParentLink> parent_link(const ExecutionWitness& witness);

/// Views of a witness, in the form MemoryState takes. The witness outlives them and does not change.
class WitnessViews {
 public:
    explicit WitnessViews(const ExecutionWitness& witness);
    [[nodiscard]] executor::FullWitness full() const;

 private:
    std::vector<ByteView> nodes_;
    std::vector<ByteView> codes_;
    std::vector<ByteView> headers_;
    std::vector<Hash32> block_hashes_;
    bool anchored_ = true;
};

/// The bytes of a string.
[[nodiscard]] inline ByteView bytes_of(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
/// A string of these bytes.
[[nodiscard]] inline std::string string_of(ByteView bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

}  // namespace sluice::witness_host
