// Hashes the nodes of an end pass in batches, for native runs. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "sluice/crypto/keccak_batch.h"
#include "sluice/witness/node_hasher.h"

namespace sluice::witness_host {

/// Keeps all nodes and hashes them level by level from the leaves on, those of one level at once. For one end pass.
class BatchNodeHasher final : public witness::NodeHasher {
 public:
    using Hash = void(std::span<const ByteView> messages, std::span<Hash32> digests);

    explicit BatchNodeHasher(Hash& hash = crypto::keccak256_batch) : hash_(hash) {}

    [[nodiscard]] Mark mark() noexcept override { return placed_.size(); }
    void place(std::uint8_t* ticket) noexcept override;
    void rewind(Mark mark) noexcept override { placed_.resize(mark); }
    void defer(ByteView node, Mark mark, std::uint8_t* ticket) noexcept override;
    [[nodiscard]] Hash32 resolve(const Hash32& ticket) noexcept override;

 private:
    struct Node {
        std::size_t begin;  ///< in bytes_
        std::size_t size;
        std::size_t level;   ///< above all nodes below it
        std::size_t target;  ///< where in bytes_ the hash belongs, or kNowhere
    };
    struct Placed {
        std::size_t node;
        const std::uint8_t* at;
    };

    Hash& hash_;
    std::vector<std::uint8_t> bytes_;  ///< of all nodes
    std::vector<Node> nodes_;          ///< a ticket is an index
    std::vector<Placed> placed_;       ///< tickets in nodes that are not made yet
};

}  // namespace sluice::witness_host
