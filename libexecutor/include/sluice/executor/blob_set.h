// A set of byte strings, found by their keccak256. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include "sluice/base/arena.h"
#include "sluice/base/containers.h"
#include "sluice/base/keccak.h"
#include "sluice/base/result.h"

namespace sluice::executor {

/// Trie nodes, codes or headers in memory. Does not own the bytes.
class BlobSet {
 public:
    struct Blob {
        Hash32 hash;
        ByteView bytes;
    };

    /// `seed` randomises the hash map (bits of the parent state root).
    BlobSet(Arena& arena, std::uint64_t seed) noexcept : blobs_(arena), index_(arena, seed) {}

    /// Hashes and adds; a duplicate is passed over. Only error: arena_exhausted.
    ErrorCode add(ByteView bytes) noexcept {
        const Hash32 hash = keccak256(bytes);
        if (find(hash) != nullptr) return ErrorCode::ok;
        const auto number = static_cast<std::uint32_t>(blobs_.size());
        if (!blobs_.push_back({hash, bytes}) || !index_.insert(hash_key(hash, index_.seed()), number)) {
            return ErrorCode::arena_exhausted;
        }
        return ErrorCode::ok;
    }
    /// Null if there is none. Valid until the next add().
    [[nodiscard]] const Blob* find(const Hash32& hash) const noexcept {
        const std::uint32_t number =
            index_.find(hash_key(hash, index_.seed()), [&](std::uint32_t i) { return blobs_[i].hash == hash; });
        return number == ArenaIndex::kNotFound ? nullptr : &blobs_[number];
    }
    [[nodiscard]] std::size_t size() const noexcept { return blobs_.size(); }

 private:
    ArenaVector<Blob> blobs_;
    ArenaIndex index_;
};

}  // namespace sluice::executor
