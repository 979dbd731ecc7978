// The parent state out of a whole witness in memory. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <span>

#include "sluice/base/arena.h"
#include "sluice/base/containers.h"
#include "sluice/base/result.h"
#include "sluice/executor/ancestors.h"
#include "sluice/executor/blob_set.h"
#include "sluice/executor/state_source.h"
#include "sluice/executor/streaming_state.h"
#include "sluice/witness/end_pass.h"

namespace sluice::executor {

/// A witness as `debug_executionWitness` has it: sets, so order and duplicates do not matter, and what is not needed
/// does no harm. The views outlive the state made from it.
struct FullWitness {
    std::span<const ByteView> nodes{};
    std::span<const ByteView> codes{};
    std::span<const ByteView> headers{};  ///< RLP; need not hold the parent's own
    /// Not anchored: hashes of the blocks before the current one, newest first, beginning with the parent's. Used only
    /// if `anchored` is false.
    std::span<const Hash32> block_hashes{};
    bool anchored = true;
};

/// Looks every value up in the tries below the parent's state root, node by node, so that an answer is authenticated
/// when it is given.
class MemoryState final : public StateSource, public witness::NodeSource {
 public:
    /// Uses `arena` for its maps and for the sorting of the end pass.
    MemoryState(const ParentLink& parent, Arena& arena, Diagnostics& diagnostics) noexcept;
    /// Hashes everything in the witness once. To be called first.
    ErrorCode load(const FullWitness& witness) noexcept;

    Result<AccountInfo> account(const Address& address, std::uint32_t index) noexcept override;
    Result<Uint256> storage(std::uint32_t index, const Address& address, const Uint256& slot) noexcept override;
    Result<ByteView> code(const Hash32& code_hash) noexcept override;
    Result<Hash32> block_hash(std::uint64_t number) noexcept override;
    Result<Hash32> post_state_root(witness::BlockAccesses accesses) noexcept override;
    /// Every answer was authenticated when it was given: always ok.
    ErrorCode authenticate(witness::BlockAccesses accesses) noexcept override;
    /// What was not needed does no harm here: always ok.
    ErrorCode finish() noexcept override;

    /// The node with this hash, wherever it lies.
    Result<witness::NodeBytes> node(const Hash32& hash, const witness::NodePosition& position) noexcept override;

    [[nodiscard]] const Hash32& state_root() const noexcept { return ancestors_.parent().state_root; }

 private:
    Arena& arena_;
    Diagnostics& diagnostics_;
    BlobSet nodes_;
    BlobSet codes_;
    BlobSet headers_;
    AncestorChain ancestors_;
    bool anchored_ = true;
    struct Account {
        Hash32 hashed_address;
        Hash32 storage_root;
    };
    ArenaVector<Account> accounts_;  ///< by account number
};

}  // namespace sluice::executor
