// Receipts, their blooms and their root, made transaction by transaction.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <span>

#include "sluice/base/arena.h"
#include "sluice/base/containers.h"
#include "sluice/base/result.h"
#include "sluice/executor/execute_block.h"
#include "sluice/executor/world_state.h"
#include "sluice/witness/list_root.h"

namespace sluice::executor {

/// Adds addresses and topics to blooms. Remembers the bits of those it has seen in the block: the same few contracts
/// and events fill most logs, and a look-up costs far less than a keccak.
class BloomFilter {
 public:
    BloomFilter(Arena& arena, std::uint64_t seed) noexcept
        : addresses_(arena), address_index_(arena, seed), topics_(arena), topic_index_(arena, seed) {}

    ErrorCode add_address(const Address& address, Bloom& bloom) noexcept;
    ErrorCode add_topic(const Hash32& topic, Bloom& bloom) noexcept;

 private:
    template <class Key>
    struct Seen {
        Key key;
        std::uint16_t bits[3];
    };
    template <class Key>
    static ErrorCode add(const Key& key, ArenaPieces<Seen<Key>>& seen, ArenaIndex& index, Bloom& bloom) noexcept;

    ArenaPieces<Seen<Address>> addresses_;
    ArenaIndex address_index_;
    ArenaPieces<Seen<Hash32>> topics_;
    ArenaIndex topic_index_;
};

class ReceiptList {
 public:
    /// Of `count` transactions. What the blooms remember is in `arena`, the open part of the trie in `list_arena` (see
    /// ListRoot); a receipt is encoded in `scratch`, which add() gives back.
    ReceiptList(Arena& arena, Arena& list_arena, Arena& scratch, std::uint64_t seed, std::uint64_t count) noexcept
        : bloom_filter_(arena, seed), scratch_(scratch), root_(list_arena, scratch, count) {}

    /// The receipt of the next transaction (EIP-2718, EIP-658). `cumulative_gas` includes it.
    ErrorCode add(TransactionType type, bool success, std::uint64_t cumulative_gas, std::span<const Log> logs) noexcept;
    Result<Hash32> finish() noexcept { return root_.finish(); }
    /// Of all logs so far.
    [[nodiscard]] const Bloom& bloom() const noexcept { return bloom_; }

 private:
    BloomFilter bloom_filter_;
    Arena& scratch_;
    Bloom bloom_{};
    witness::ListRoot root_;
};

}  // namespace sluice::executor
