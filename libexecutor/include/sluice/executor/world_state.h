// The state a block works on: accounts and slots at their first touch, changes with undo, and what a transaction has
// warmed, created, destroyed and logged. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <span>

#include "sluice/base/arena.h"
#include "sluice/base/containers.h"
#include "sluice/base/result.h"
#include "sluice/base/uint256.h"
#include "sluice/executor/fork.h"
#include "sluice/executor/state_source.h"

namespace sluice::executor {

struct Log {
    Address address{};
    std::uint32_t topic_count = 0;
    Hash32 topics[4]{};
    ByteView data{};
};

/// Number of an account in the order of first touch in the block.
using AccountIndex = std::uint32_t;

/// All mutable state of a block. Per-transaction data is dropped by end_transaction(); what the block needs to its end lives in
/// the block arena. All changes after a snapshot can be undone.
class WorldState {
  public:
    /// `seed` randomises the hash maps (pass bits of the parent state root).
    WorldState(StateSource& source, Arena& block_arena, Arena& transaction_arena, std::uint64_t seed, Fork fork,
               Diagnostics& diagnostics) noexcept;

    // -- accounts. The index stays valid for the block; the first touch asks the source.
    Result<AccountIndex> account(const Address& address) noexcept;
    [[nodiscard]] const Address& address(AccountIndex account) const noexcept;
    /// The account's present values (storage_root is the parent state's).
    [[nodiscard]] const AccountInfo& info(AccountIndex account) const noexcept;
    /// EIP-161: not existing or empty.
    [[nodiscard]] bool is_dead(AccountIndex account) const noexcept { return !info(account).exists || info(account).is_empty(); }

    ErrorCode add_balance(AccountIndex account, const Uint256& amount) noexcept;  ///< also touches (EIP-161), amount 0 too
    /// The caller has checked that the balance covers `amount`.
    ErrorCode subtract_balance(AccountIndex account, const Uint256& amount) noexcept;
    ErrorCode set_nonce(AccountIndex account, std::uint64_t nonce) noexcept;
    /// Marks as touched: if empty at the end of the transaction, it is removed (EIP-161).
    ErrorCode touch(AccountIndex account) noexcept;

    /// The account's code; asks the source at its first need.
    Result<ByteView> code(AccountIndex account) noexcept;
    /// Copies `code` into the block arena and sets it with its hash.
    ErrorCode set_code(AccountIndex account, ByteView code) noexcept;

    // -- storage
    Result<Uint256> storage(AccountIndex account, const Uint256& slot) noexcept;
    /// Value at the start of the transaction (EIP-2200 "original value").
    Result<Uint256> original_storage(AccountIndex account, const Uint256& slot) noexcept;
    ErrorCode set_storage(AccountIndex account, const Uint256& slot, const Uint256& value) noexcept;
    [[nodiscard]] Uint256 transient_storage(AccountIndex account, const Uint256& slot) const noexcept;  ///< EIP-1153
    ErrorCode set_transient_storage(AccountIndex account, const Uint256& slot, const Uint256& value) noexcept;

    // -- warm sets (EIP-2929).
    /// Warm for the rest of the transaction without being touched: the source is not asked, since access lists, the
    /// coinbase and precompiles may name accounts and slots that are never read and that no witness holds.
    ErrorCode prewarm_account(const Address& address) noexcept;
    ErrorCode prewarm_slot(const Address& address, const Uint256& slot) noexcept;
    // Both return true if it was cold before.
    Result<bool> warm_account(AccountIndex account) noexcept;
    Result<bool> warm_slot(AccountIndex account, const Uint256& slot) noexcept;
    [[nodiscard]] bool is_warm(AccountIndex account) const noexcept;

    // -- creation and destruction
    /// Starts a contract at `account`: nonce 1, empty storage, marked as created in this transaction. The caller has checked for
    /// collisions (EIP-7610: nonce, code, storage root).
    ErrorCode create_contract(AccountIndex account) noexcept;
    [[nodiscard]] bool created_in_transaction(AccountIndex account) const noexcept;
    /// Marks for removal at the end of the transaction; true if it was not marked before.
    Result<bool> self_destruct(AccountIndex account) noexcept;

    // -- logs. Data is copied into the transaction arena.
    ErrorCode add_log(const Log& log) noexcept;
    /// Logs of the current transaction.
    [[nodiscard]] std::span<const Log> logs() const noexcept;

    // -- undo
    struct Snapshot {
        std::uint32_t changes = 0;
        std::uint32_t logs = 0;
    };
    [[nodiscard]] Snapshot snapshot() const noexcept;
    void revert(const Snapshot& snapshot) noexcept;

    // -- transactions
    void begin_transaction() noexcept;
    /// Removes destroyed and touched empty accounts, then drops warm sets, transient storage, logs and undo records and resets
    /// the transaction arena. Also ends system calls and the other changes of state between transactions.
    ErrorCode end_transaction() noexcept;

    /// Hash of ancestor block `number`, cached. The caller has checked the range.
    Result<Hash32> block_hash(std::uint64_t number) noexcept;

    /// Everything touched in the block with values before and after; arrays in `arena`.
    Result<witness::BlockAccesses> accesses(Arena& arena) noexcept;
};

}  // namespace sluice::executor
