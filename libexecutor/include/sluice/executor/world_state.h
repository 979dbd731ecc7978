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

/// The 64-bit limbs of a word that are not zero, bit i for limb i.
[[nodiscard]] constexpr std::uint32_t used_limbs(const Uint256& word) noexcept {
    return std::uint32_t{word.limb[0] != 0} | std::uint32_t{word.limb[1] != 0} << 1 |
           std::uint32_t{word.limb[2] != 0} << 2 | std::uint32_t{word.limb[3] != 0} << 3;
}

// Most of a block's accounts and slots are touched in one transaction and then once more, at the end of the block, when
// their values are authenticated. What has to be looked at then is kept small, since in a proof cut into shards each
// such word is carried from shard to shard: a value that is never changed is there once, and limbs that are zero are
// not looked at.

/// An account in a block. Lives in the block arena at a fixed place. Flags that last a transaction are the number of
/// the transaction that set them, so that nothing has to be cleared between transactions.
struct alignas(16) Account {
    static constexpr std::uint32_t kNotAsked = 0xffffffffu;

    // Bits of `flags`.
    static constexpr std::uint32_t kExisted = 1u << 0;       ///< in the parent state
    static constexpr std::uint32_t kHadCode = 1u << 1;       ///< its code hash there is not that of empty code
    static constexpr std::uint32_t kHadStorage = 1u << 2;    ///< its storage root there is not that of the empty trie
    static constexpr std::uint32_t kBalanceSaved = 1u << 3;  ///< info.balance may differ: see original
    static constexpr std::uint32_t kNonceSaved = 1u << 4;
    static constexpr std::uint32_t kCodeSaved = 1u << 5;
    static constexpr std::uint32_t kStorageSaved = 1u << 6;
    static constexpr std::uint32_t kStorageEmpty = 1u << 7;    ///< no slot of the parent state is to be asked for
    static constexpr std::uint32_t kStorageCleared = 1u << 8;  ///< as witness::AccountAccess
    static constexpr unsigned kBalanceLimbs = 12;              ///< four bits: used_limbs(info.balance)
    static constexpr unsigned kOriginalLimbs = 16;             ///< four bits: of the balance in the parent state

    Address address;
    std::uint32_t flags;
    std::uint32_t last_slot;  ///< number of the account's latest slot, plus 1; 0: none
    AccountIndex index;
    std::uint32_t source_index;  ///< the source's number for it; kNotAsked: values not loaded
    std::uint32_t warm_in;
    std::uint32_t created_in;
    std::uint32_t destroyed_in;
    AccountInfo info;      ///< present values, once loaded; storage_root is the parent state's
    AccountInfo original;  ///< values in the parent state; of each field only if it was saved, that is, changed
    Uint256 word;          ///< the address as the EVM's stack holds it
    Code* code;            ///< code of info.code_hash once needed

    [[nodiscard]] bool is_loaded() const noexcept { return source_index != kNotAsked; }
    /// EIP-161: not existing or empty.
    [[nodiscard]] bool is_dead() const noexcept { return !info.exists || info.is_empty(); }
    [[nodiscard]] bool has(std::uint32_t flag) const noexcept { return (flags & flag) != 0; }
    void set(std::uint32_t flag, bool value) noexcept { flags = value ? flags | flag : flags & ~flag; }
};

/// A storage slot in a block, in the block arena at a fixed place.
struct alignas(16) Slot {
    // Bits of `flags`.
    static constexpr std::uint32_t kLoaded = 1u << 0;  ///< `current` is known
    static constexpr std::uint32_t kListed = 1u << 1;  ///< as witness::SlotAccess
    static constexpr std::uint32_t kSaved = 1u << 2;   ///< was changed: the value before is in `original`
    static constexpr unsigned kKeyLimbs = 8;           ///< four bits: used_limbs(key)
    static constexpr unsigned kCurrentLimbs = 12;
    static constexpr unsigned kOriginalLimbs = 16;

    std::uint32_t previous;  ///< number of the account's slot before this one, plus 1; 0: none
    std::uint32_t flags;
    std::uint32_t account;  ///< AccountIndex
    std::uint32_t warm_in;
    std::uint32_t start_in;
    Uint256 key;
    Uint256 current;            ///< once loaded
    Uint256 original;           ///< value in the parent state, if saved
    Uint256 transaction_start;  ///< value before transaction `start_in`'s first write

    [[nodiscard]] bool has(std::uint32_t flag) const noexcept { return (flags & flag) != 0; }
    /// Whether it has a part in the block's accesses.
    [[nodiscard]] bool matters() const noexcept {
        return has(kLoaded) && (flags & (kListed | 15u << kCurrentLimbs)) != 0;
    }
    void set_current(const Uint256& value) noexcept {
        current = value;
        flags = (flags & ~(15u << kCurrentLimbs)) | used_limbs(value) << kCurrentLimbs;
    }
};

/// All mutable state of a block. Per-transaction data is dropped by end_transaction(); what the block needs to its end
/// lives in the block arena. All changes after a snapshot can be undone.
///
/// The interface comes twice: by AccountIndex for block execution, and by Account and Slot for the interpreter, which
/// keeps them at hand.
class WorldState final : public witness::AccessSource {
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

    // Everything touched in the block with values before and after (witness::AccessSource); accounts have the source's
    // numbers. Slots that the parent state has nothing of and that end as zero are left out.
    [[nodiscard]] std::size_t listed_accounts() noexcept override { return asked_.size(); }
    [[nodiscard]] Address listed_address(std::size_t number) noexcept override {
        return accounts_[asked_[number]].address;
    }
    std::size_t listed_account(std::size_t number, witness::AccountAccess& access) noexcept override;
    void listed_slots(std::size_t number, std::span<SlotEntry> out) noexcept override;
    [[nodiscard]] SlotValues slot_values(std::size_t number, std::uint32_t name) noexcept override;
    /// The same as a list.
    Result<witness::BlockAccesses> accesses(Arena& arena) noexcept { return witness::list_accesses(*this, arena); }
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
    ErrorCode load(Slot& slot) noexcept { return slot.has(Slot::kLoaded) ? ErrorCode::ok : ask(slot); }
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

    [[nodiscard]] Account& at(AccountIndex account) noexcept { return accounts_[account]; }
    [[nodiscard]] const Account& at(AccountIndex account) const noexcept { return accounts_[account]; }
    Result<Slot*> loaded_slot(AccountIndex account, const Uint256& key) noexcept;
    ErrorCode ask(Account& account) noexcept;
    ErrorCode ask(Slot& slot) noexcept;
    [[nodiscard]] Code* find_code(const Hash32& hash) const noexcept;
    [[nodiscard]] Code* keep_code(const Hash32& hash, ByteView bytes) noexcept;
    [[nodiscard]] Transient* find_transient(AccountIndex account, const Uint256& key,
                                            std::uint64_t hash) const noexcept;
    ErrorCode exhausted() noexcept;
    /// Appends an undo record: the words of `old`, then what they belong to and the kind in one word. False when the
    /// arena is exhausted. The subject's address is a multiple of 16.
    [[nodiscard]] bool record(Undo kind, const void* subject) noexcept;
    [[nodiscard]] bool record(Undo kind, const void* subject, std::uint64_t old) noexcept;
    [[nodiscard]] bool record(Undo kind, const void* subject, const Uint256& old) noexcept;
    static void save_balance(Account& account) noexcept;
    static void save_nonce(Account& account) noexcept;
    static void save_code(Account& account) noexcept;
    static void save(Slot& slot) noexcept;
    static void set_balance(Account& account, const Uint256& balance) noexcept;
    [[nodiscard]] bool bring_to_life(Account& account) noexcept;
    void remove(Account& account) noexcept;

    StateSource& source_;
    Arena& block_arena_;
    Arena& transaction_arena_;
    Diagnostics& diagnostics_;
    Fork fork_;
    std::uint32_t transaction_ = 1;  ///< number of the current transaction; 0 is never one

    ArenaIndex account_index_;
    ArenaIndex slot_index_;
    ArenaIndex code_index_;
    ArenaIndex transient_index_;
    ArenaPieces<Account> accounts_;
    ArenaPieces<AccountIndex> asked_;  ///< accounts the source was asked for, in order
    ArenaPieces<Slot> slots_;
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
