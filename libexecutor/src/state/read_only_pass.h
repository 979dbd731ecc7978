// Authenticates original values without changing anything. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include "sluice/base/arena.h"
#include "sluice/base/result.h"
#include "sluice/executor/blob_set.h"
#include "sluice/witness/end_pass.h"

namespace sluice::executor {

/// Trie nodes out of a set, wherever they lie.
class BlobNodes final : public witness::NodeSource {
 public:
    explicit BlobNodes(const BlobSet& blobs) noexcept : blobs_(blobs) {}
    Result<witness::NodeBytes> node(const Hash32& hash, const witness::NodePosition& position) noexcept override;

 private:
    const BlobSet& blobs_;
};

/// The end pass over `accesses` as if the block had changed nothing: ok if every original value is that of the parent
/// state. Overwrites the current values and drops the slots that are not listed.
ErrorCode run_read_only_pass(const Hash32& parent_state_root, witness::BlockAccesses accesses,
                             witness::NodeSource& nodes, Arena& arena, Diagnostics& diagnostics) noexcept;

}  // namespace sluice::executor
