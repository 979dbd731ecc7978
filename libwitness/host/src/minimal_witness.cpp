// The part of a witness that a block needs. SPDX-License-Identifier: MIT OR Apache-2.0
#include "sluice/witness_host/minimal_witness.h"

#include <algorithm>
#include <set>

#include "sluice/files/text.h"

namespace sluice::witness_host {

absl::StatusOr<ExecutionWitness> minimal_witness(const ExecutionWitness& witness,
                                                 const executor::Recording& recording) {
    const absl::StatusOr<executor::ParentLink> link = parent_link(witness);
    if (!link.ok()) return link.status();
    std::set<std::string> nodes;
    for (const executor::RecordedNode& node : recording.nodes) nodes.insert(string_of(node.rlp));
    std::set<std::string> codes;
    std::size_t headers = 1;
    for (const executor::RecordedTouch& touch : recording.touches) {
        if (touch.kind == executor::RecordedTouch::Kind::code) codes.insert(string_of(touch.code));
        // A block's hash is in the header of its child, so the headers from the parent down to that child are needed.
        if (touch.kind == executor::RecordedTouch::Kind::block_hash && touch.block_number < link->number) {
            headers = std::max(headers, static_cast<std::size_t>(link->number - touch.block_number));
        }
    }
    ExecutionWitness minimal = witness;
    minimal.nodes.assign(nodes.begin(), nodes.end());
    minimal.codes.assign(codes.begin(), codes.end());
    if (witness.unanchored.has_value()) return minimal;
    if (headers > witness.headers.size()) {
        return absl::FailedPreconditionError(
            cat("the block reads ", headers, " ancestor headers, the witness has ", witness.headers.size()));
    }
    minimal.headers.assign(witness.headers.end() - static_cast<std::ptrdiff_t>(headers), witness.headers.end());
    return minimal;
}

}  // namespace sluice::witness_host
