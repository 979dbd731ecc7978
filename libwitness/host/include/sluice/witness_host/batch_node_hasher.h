// Hashes the nodes of an end pass in batches, for native runs. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
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
        ByteView bytes;
        std::size_t level;     ///< above all nodes below it
        std::uint8_t* target;  ///< where in a node the hash belongs; null for a node that is in none
    };
    struct Placed {
        std::size_t node;
        const std::uint8_t* at;
    };

    std::uint8_t* allocate(std::size_t size);

    Hash& hash_;
    std::vector<std::unique_ptr<std::uint8_t[]>> blocks_;  ///< memory of all nodes
    std::span<std::uint8_t> free_;                         ///< what is left of the last block
    std::vector<Node> nodes_;                              ///< a ticket is an index
    std::vector<Placed> placed_;                           ///< tickets in nodes that are not made yet
};

}  // namespace sluice::witness_host
