// The root of a list whose values come one after the other. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstdint>

#include "sluice/base/arena.h"
#include "sluice/base/result.h"

namespace sluice::witness {

class Builder;

/// Computes what ordered_root() does while the values are made or read: the values need not be held together, and each
/// is hashed close to where it was used.
class ListRoot {
 public:
    /// Open branches and copies of values are in `arena`, which nothing else uses until finish().
    explicit ListRoot(Arena& arena) noexcept : arena_(arena) {}

    /// The value at the next index, from 0; not empty. The bytes of value 0 stay where they are until finish(), those
    /// of the others until the next add(). ErrorCode::arena_exhausted if the arena is too small.
    ErrorCode add(ByteView value) noexcept;
    /// The root of all values.
    Result<Hash32> finish() noexcept;
    [[nodiscard]] std::uint64_t size() const noexcept { return size_; }

 private:
    ErrorCode put(std::uint64_t index, ByteView value) noexcept;

    Arena& arena_;
    Builder* builder_ = nullptr;
    std::uint64_t size_ = 0;
    ByteView first_{};
};

}  // namespace sluice::witness
