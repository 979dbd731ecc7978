// The state a block works on: accounts and slots at their first touch, changes with undo, and what a transaction has
// warmed, created, destroyed and logged. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <span>

#include "sluice/base/arena.h"
#include "sluice/base/containers.h"
#include "sluice/base/result.h"
#include "sluice/base/uint256.h"
#include "sluice/executor/code.h"
#include "sluice/executor/fork.h"
#include "sluice/executor/state_source.h"

namespace sluice::executor {

struct Log {
    Address address{};
    std::uint32_t topic_count = 0;
    Hash32 topics[4]{};
    ByteView data{};
};

/// Number of an account in the order in which the block first named it. (The source counts the accounts it is asked
/// for, which are fewer: an account that is only warmed is never asked for.)
using AccountIndex = std::uint32_t;

struct Slot;

/// An account in a block. Lives in the block arena at a fixed place. Flags that last a transaction are the number of
/// the transaction that set them, so that nothing has to be cleared between transactions.
struct Account {
    static constexpr std::uint32_t kNotAsked = 0xffffffffu;

    Address address{};
    AccountIndex index = 0;
    std::uint32_t source_index = kNotAsked;  ///< the source's number for it; kNotAsked: values not loaded
    std::uint32_t warm_in = 0;
    std::uint32_t created_in = 0;
    std::uint32_t destroyed_in = 0;
    bool storage_empty = false;    ///< no slot of the parent state is to be asked for
    bool storage_cleared = false;  ///< as witness::AccountAccess
    Uint256 word{};                ///< the address as the EVM's stack holds it
    AccountInfo info{};            ///< present values; storage_root is the parent state's
    AccountInfo original{};        ///< values in the parent state
    Code* code = nullptr;          ///< code of info.code_hash once needed
    Slot* slots = nullptr;         ///< the account's slots, latest first

    [[nodiscard]] bool is_loaded() const noexcept { return source_index != kNotAsked; }
    /// EIP-161: not existing or empty.
    [[nodiscard]] bool is_dead() const noexcept { return !info.exists || info.is_empty(); }
};

/// A storage slot in a block, in the block arena at a fixed place.
struct Slot {
    Uint256 key{};
    Uint256 current{};
    Uint256 original{};           ///< value in the parent state
    Uint256 transaction_start{};  ///< value before transaction `start_in`'s first write
    Account* account = nullptr;
    Slot* next = nullptr;
    std::uint32_t warm_in = 0;
    std::uint32_t start_in = 0;
    bool loaded = false;
    bool listed = false;  ///< as witness::SlotAccess
};

/// All mutable state of a block. Per-transaction data is dropped by end_transaction(); what the block needs to its end
/// lives in the block arena. All changes after a snapshot can be undone.
///
/// The interface comes twice: by AccountIndex for block execution, and by Account and Slot for the interpreter, which
/// keeps them at hand.
class WorldState {
 public:
    /// `seed` randomises the hash maps (pass bits of the parent state root).
    WorldState(StateSource& source, Arena& block_arena, Arena& transaction_arena, std::uint64_t seed, Fork fork,
               Diagnostics& diagnostics) noexcept;

    // -- accounts. The index stays valid for the block; the first touch asks the source.
    Result<AccountIndex> account(const Address& address) noexcept;
    [[nodiscard]] const Address& address(AccountIndex account) const noexcept { return at(account).address; }
    /// The account's present values (storage_root is the parent state's).
    [[nodiscard]] const AccountInfo& info(AccountIndex account) const noexcept { return at(account).info; }
    /// EIP-161: not existing or empty.
    [[nodiscard]] bool is_dead(AccountIndex account) const noexcept { return at(account).is_dead(); }

    ErrorCode add_balance(AccountIndex account,
                          const Uint256& amount) noexcept {  ///< also touches (EIP-161), amount 0 too
        return add_balance(at(account), amount);
    }
    /// The caller has checked that the balance covers `amount`.
    ErrorCode subtract_balance(AccountIndex account, const Uint256& amount) noexcept {
        return subtract_balance(at(account), amount);
    }
    ErrorCode set_nonce(AccountIndex account, std::uint64_t nonce) noexcept { return set_nonce(at(account), nonce); }
    /// Marks as touched: if empty at the end of the transaction, it is removed (EIP-161).
    ErrorCode touch(AccountIndex account) noexcept { return touch(at(account)); }

    /// The account's code; asks the source at its first need.
    Result<ByteView> code(AccountIndex account) noexcept;
    /// Copies `code` into the block arena and sets it with its hash.
    ErrorCode set_code(AccountIndex account, ByteView code) noexcept { return set_code(at(account), code); }

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
    [[nodiscard]] bool is_warm(AccountIndex account) const noexcept { return is_warm(at(account)); }

    // -- creation and destruction
    /// Starts a contract at `account`: nonce 1, empty storage, marked as created in this transaction. The caller has
    /// checked for collisions (EIP-7610: nonce, code, storage root).
    ErrorCode create_contract(AccountIndex account) noexcept { return create_contract(at(account)); }
    [[nodiscard]] bool created_in_transaction(AccountIndex account) const noexcept {
        return created_in_transaction(at(account));
    }
    /// Marks for removal at the end of the transaction; true if it was not marked before. From Cancun on an account not
    /// created in this transaction stays (EIP-6780), and the answer is false.
    Result<bool> self_destruct(AccountIndex account) noexcept { return self_destruct(at(account)); }

    // -- logs. Data is copied into the transaction arena.
    ErrorCode add_log(const Log& log) noexcept;
    /// Logs of the current transaction.
    [[nodiscard]] std::span<const Log> logs() const noexcept { return logs_.span(); }

    // -- undo
    struct Snapshot {
        std::uint32_t changes = 0;
        std::uint32_t logs = 0;
    };
    [[nodiscard]] Snapshot snapshot() const noexcept {
        return {static_cast<std::uint32_t>(journal_.size()), static_cast<std::uint32_t>(logs_.size())};
    }
    void revert(const Snapshot& snapshot) noexcept;

    // -- transactions
    void begin_transaction() noexcept;
    /// Removes destroyed and touched empty accounts, then drops warm sets, transient storage, logs and undo records and
    /// resets the transaction arena. Also ends system calls and the other changes of state between transactions.
    ErrorCode end_transaction() noexcept;

    /// Hash of ancestor block `number`, cached. The caller has checked the range.
    Result<Hash32> block_hash(std::uint64_t number) noexcept;

    /// Everything touched in the block with values before and after; arrays in `arena`. Account i is the source's
    /// number i. Slots that the parent state has nothing of and that end as zero are left out.
    Result<witness::BlockAccesses> accesses(Arena& arena) noexcept;
    /// Every code that was in hand in the block, in the order of its first need or creation.
    [[nodiscard]] std::span<Code* const> codes() const noexcept { return codes_.span(); }

    // -- the same by Account and Slot
    /// The account whose address is the low 20 bytes of `word`, without asking the source; null when the arena is
    /// exhausted.
    [[nodiscard]] Account* find(const Uint256& word) noexcept;
    [[nodiscard]] Account* find(const Address& address) noexcept;
    /// Asks for the account's values if that was not done.
    ErrorCode load(Account& account) noexcept { return account.is_loaded() ? ErrorCode::ok : ask(account); }
    /// A slot of an account, without asking the source; null when the arena is exhausted.
    [[nodiscard]] Slot* find_slot(Account& account, const Uint256& key) noexcept;
    /// Asks for the slot's value if that was not done. Loads its account.
    ErrorCode load(Slot& slot) noexcept { return slot.loaded ? ErrorCode::ok : ask(slot); }
    /// The code of a loaded account; null, with `error`, if the source fails. Never null otherwise: empty code is an
    /// empty view.
    [[nodiscard]] Code* code(Account& account, ErrorCode& error) noexcept;

    [[nodiscard]] Code* empty_code() noexcept { return &empty_code_; }

    ErrorCode add_balance(Account& account, const Uint256& amount) noexcept;
    ErrorCode subtract_balance(Account& account, const Uint256& amount) noexcept;
    ErrorCode set_nonce(Account& account, std::uint64_t nonce) noexcept;
    ErrorCode touch(Account& account) noexcept;
    ErrorCode set_code(Account& account, ByteView code) noexcept;
    ErrorCode create_contract(Account& account) noexcept;
    Result<bool> self_destruct(Account& account) noexcept;
    [[nodiscard]] bool created_in_transaction(const Account& account) const noexcept {
        return account.created_in == transaction_;
    }
    [[nodiscard]] bool is_warm(const Account& account) const noexcept { return account.warm_in == transaction_; }
    [[nodiscard]] bool is_warm(const Slot& slot) const noexcept { return slot.warm_in == transaction_; }
    /// Warms what was cold.
    ErrorCode warm(Account& account) noexcept;
    ErrorCode warm(Slot& slot) noexcept;
    /// EIP-2200 "original value" of a loaded slot.
    [[nodiscard]] const Uint256& transaction_start(const Slot& slot) const noexcept {
        return slot.start_in == transaction_ ? slot.transaction_start : slot.current;
    }
    ErrorCode set(Slot& slot, const Uint256& value) noexcept;

    [[nodiscard]] Arena& block_arena() noexcept { return block_arena_; }

 private:
    enum class Undo : std::uint64_t;
    struct Transient {
        Uint256 key;
        Uint256 value;
        AccountIndex account;
        std::uint32_t transaction;
    };
    struct Ancestor {
        std::uint64_t number_plus_one;
        Hash32 hash;
    };

    [[nodiscard]] Account& at(AccountIndex account) noexcept { return *accounts_[account]; }
    [[nodiscard]] const Account& at(AccountIndex account) const noexcept { return *accounts_[account]; }
    Result<Slot*> loaded_slot(AccountIndex account, const Uint256& key) noexcept;
    ErrorCode ask(Account& account) noexcept;
    ErrorCode ask(Slot& slot) noexcept;
    [[nodiscard]] Code* find_code(const Hash32& hash) const noexcept;
    [[nodiscard]] Code* keep_code(const Hash32& hash, ByteView bytes) noexcept;
    [[nodiscard]] Transient* find_transient(AccountIndex account, const Uint256& key,
                                            std::uint64_t hash) const noexcept;
    ErrorCode exhausted() noexcept;
    /// Appends an undo record: the words of `old`, then what they belong to. False when the arena is exhausted.
    [[nodiscard]] bool record(Undo kind, void* subject) noexcept;
    [[nodiscard]] bool record(Undo kind, void* subject, std::uint64_t old) noexcept;
    [[nodiscard]] bool record(Undo kind, void* subject, const Uint256& old) noexcept;
    [[nodiscard]] bool bring_to_life(Account& account) noexcept;
    void remove(Account& account) noexcept;

    StateSource& source_;
    Arena& block_arena_;
    Arena& transaction_arena_;
    Diagnostics& diagnostics_;
    Fork fork_;
    std::uint32_t transaction_ = 1;  ///< number of the current transaction; 0 is never one
    std::uint32_t asked_ = 0;        ///< accounts the source was asked for

    ArenaIndex account_index_;
    ArenaIndex slot_index_;
    ArenaIndex code_index_;
    ArenaIndex transient_index_;
    ArenaVector<Account*> accounts_;
    ArenaVector<Slot*> slots_;
    ArenaVector<Code*> codes_;
    ArenaVector<Transient> transients_;
    Code empty_code_{};
    Ancestor* ancestors_ = nullptr;  ///< by number mod 256

    ArenaVector<std::uint64_t> journal_;
    ArenaVector<Log> logs_;
    ArenaVector<Account*> destroyed_;  ///< in this transaction, once each
    ArenaVector<Account*> touched_;    ///< in this transaction, existing and empty when touched
};

}  // namespace sluice::executor
