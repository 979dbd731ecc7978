// The root of a list whose values come one after the other. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstdint>

#include "sluice/base/arena.h"
#include "sluice/base/result.h"

namespace sluice::witness {

class Builder;
struct Subtree;

/// Computes what ordered_root() does while the values are made or read. Each value is hashed at once: since it is known
/// how many there will be, so is the place of each in the trie.
class ListRoot {
 public:
    /// `count` values will be added. Open branches are in `arena`, which nothing else uses until finish(); `scratch` is
    /// used within add() and given back.
    ListRoot(Arena& arena, Arena& scratch, std::uint64_t count) noexcept
        : arena_(arena), scratch_(scratch), count_(count) {}

    /// The value at the next index, from 0; not empty, and not needed afterwards. ErrorCode::arena_exhausted if an
    /// arena is too small; internal_fault for more values than were announced.
    ErrorCode add(ByteView value) noexcept;
    /// The root of all values; internal_fault if fewer were added than announced.
    Result<Hash32> finish() noexcept;
    [[nodiscard]] std::uint64_t size() const noexcept { return size_; }

 private:
    [[nodiscard]] unsigned depth_of(std::uint64_t index) const noexcept;

    Arena& arena_;
    Arena& scratch_;
    std::uint64_t count_;
    std::uint64_t size_ = 0;
    Builder* builder_ = nullptr;
    Subtree* first_ = nullptr;  ///< value 0, which is not the first in the order of keys
    Hash32 only_{};             ///< the root if there is one value
};

}  // namespace sluice::witness
