// Authenticates original values without changing anything. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include "sluice/base/arena.h"
#include "sluice/base/result.h"
#include "sluice/executor/blob_set.h"
#include "sluice/witness/end_pass.h"

namespace sluice::executor {

/// What trie_missing_node tells: the hash (as the value expected), and where the node should be.
[[nodiscard]] ErrorDetail missing_node(const Hash32& hash, const witness::NodePosition& position) noexcept;

/// Trie nodes out of a set, wherever they lie.
class BlobNodes final : public witness::NodeSource {
 public:
    BlobNodes(const BlobSet& blobs, Diagnostics& diagnostics) noexcept : blobs_(blobs), diagnostics_(diagnostics) {}
    Result<ByteView> node(const Hash32& hash, const witness::NodePosition& position) noexcept override;

 private:
    const BlobSet& blobs_;
    Diagnostics& diagnostics_;
};

/// The end pass over `accesses` as if the block had changed nothing: ok if every original value is that of the parent
/// state. Overwrites the current values and drops the slots that are not listed.
ErrorCode run_read_only_pass(const Hash32& parent_state_root, witness::BlockAccesses accesses,
                             witness::NodeSource& nodes, Arena& arena, Diagnostics& diagnostics) noexcept;

}  // namespace sluice::executor
