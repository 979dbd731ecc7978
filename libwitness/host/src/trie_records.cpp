// The nodes of one trie as records. SPDX-License-Identifier: MIT OR Apache-2.0
#include "trie_records.h"

#include <algorithm>
#include <set>
#include <string_view>

#include "sluice/files/text.h"
#include "sluice/witness/node.h"
#include "sluice/witness/partial_trie.h"
#include "sluice/witness_host/execution_witness.h"
#include "sluice/witness_host/hex.h"

namespace sluice::witness_host {
namespace {

using executor::RecordedNode;

/// Nibbles from the root, one a byte. Prefixes sort first, so ascending order is pre-order.
std::string position_of(const RecordedNode& node) {
    return string_of({node.nibbles, node.depth});
}

absl::Status inconsistent(std::string_view what, const RecordedNode& node) {
    return absl::FailedPreconditionError(
        cat("recorded node ", to_hex(node.hash), " at depth ", node.depth, ": ", what));
}

/// Which of the node's children are among `positions`. Each child found is taken out.
absl::StatusOr<std::uint16_t> supplied_children(const RecordedNode& recorded, std::set<std::string>& positions) {
    witness::Node node;
    if (failed(witness::decode_node(recorded.rlp, node))) return inconsistent("malformed", recorded);
    const std::string here = position_of(recorded);
    std::uint16_t mask = 0;
    if (node.kind == witness::NodeKind::branch) {
        for (unsigned i = 0; i < 16; ++i) {
            const bool by_hash = *node.reference(i) == witness::kHashReference;
            if (by_hash && positions.erase(here + static_cast<char>(i)) != 0)
                mask = static_cast<std::uint16_t>(mask | 1u << i);
        }
    } else if (node.kind == witness::NodeKind::extension && *node.child == witness::kHashReference) {
        std::string below = here;
        for (unsigned i = 0; i < node.path.count; ++i) below.push_back(static_cast<char>(node.path[i]));
        if (positions.erase(below) != 0) mask = 1;
    }
    return mask;
}

}  // namespace

absl::StatusOr<TrieRecords> make_trie_records(std::vector<const RecordedNode*> nodes) {
    std::sort(nodes.begin(), nodes.end(),
              [](const RecordedNode* a, const RecordedNode* b) { return position_of(*a) < position_of(*b); });
    std::set<std::string> positions;
    for (const RecordedNode* node : nodes) {
        if (!positions.insert(position_of(*node)).second) return inconsistent("its position is there twice", *node);
    }
    positions.erase("");  // the root hangs under nothing
    TrieRecords records;
    records.node_count = nodes.size();
    for (const RecordedNode* node : nodes) {
        const absl::StatusOr<std::uint16_t> children = supplied_children(*node, positions);
        if (!children.ok()) return children.status();
        std::uint8_t head[witness::kNodeRecordHeaderSize]{};
        store_le(head, static_cast<std::uint32_t>(node->rlp.size()));
        store_le(head + 4, *children);
        records.bytes.append(string_of(head));
        records.bytes.append(string_of(node->rlp));
        records.bytes.append(align8(records.bytes.size()) - records.bytes.size(), '\0');
    }
    if (!positions.empty()) {
        return absl::FailedPreconditionError(
            cat(positions.size(), " recorded nodes hang under no other recorded node"));
    }
    return records;
}

}  // namespace sluice::witness_host
