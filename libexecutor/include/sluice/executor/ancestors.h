// Hashes of the blocks before the current one, as far back as headers have shown them.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include "sluice/base/arena.h"
#include "sluice/base/containers.h"
#include "sluice/base/result.h"
#include "sluice/executor/streaming_state.h"
#include "sluice/witness/item.h"

namespace sluice::executor {

/// A chain of block hashes, newest first. With an anchored parent each link is a header whose keccak is the hash that
/// the link before it names, so all hashes follow from the current block's parentHash.
class AncestorChain {
 public:
    AncestorChain(const ParentLink& parent, Arena& arena, Diagnostics& diagnostics) noexcept
        : parent_(parent), hashes_(arena), diagnostics_(diagnostics) {}

    /// Starts from the parent's header, which the caller of open_streaming_state() has checked.
    ErrorCode start_anchored() noexcept;
    /// Takes hashes on trust. `hash_of(i)` is the hash of the block `i` before the parent.
    template <class HashOf>
    ErrorCode start_unanchored(std::uint64_t count, const HashOf& hash_of) noexcept {
        for (std::uint64_t i = 0; i < count; ++i) {
            if (!hashes_.push_back(hash_of(i))) return ErrorCode::arena_exhausted;
        }
        return check_first();
    }
    /// Adds the header of the oldest block whose hash is known. `place` is where it was read.
    ErrorCode extend(ByteView header, const witness::WitnessItem& place) noexcept;
    /// Hash of the block of which extend() takes the header next.
    [[nodiscard]] const Hash32& oldest() const noexcept { return hashes_.back(); }
    /// True if the hash of block `number`, below the parent's, is known.
    [[nodiscard]] bool knows(std::uint64_t number) const noexcept { return parent_.number - number < hashes_.size(); }
    /// The hash of block `number`, below the parent's; stream_missing_ancestor if not known.
    [[nodiscard]] Result<Hash32> at(std::uint64_t number) const noexcept;

    [[nodiscard]] const ParentLink& parent() const noexcept { return parent_; }

 private:
    ErrorCode check_first() noexcept;

    ParentLink parent_;
    ArenaVector<Hash32> hashes_;  ///< [i]: block parent.number - i
    Diagnostics& diagnostics_;
};

/// Reads what a stream's ancestors record says beyond the parent: older headers, chained at once, or unanchored hashes.
ErrorCode load_ancestors(AncestorChain& chain, const witness::AncestorHeadersInput& ancestors) noexcept;

}  // namespace sluice::executor
