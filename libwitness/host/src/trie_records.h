// The nodes of one trie as the records that PartialTrie decodes. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

#include "sluice/executor/recording_state.h"

namespace sluice::witness_host {

struct TrieRecords {
    std::uint64_t node_count = 0;
    std::string bytes;
};

/// `nodes` are nodes of one trie, in any order, each position once. Fails if one does not hang under another.
absl::StatusOr<TrieRecords> make_trie_records(std::vector<const executor::RecordedNode*> nodes);

}  // namespace sluice::witness_host
