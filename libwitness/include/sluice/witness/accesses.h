// What a block did to the state: every account and slot it touched, with the value before and after.
//
// Execution keeps this list anyway (the values before are what a block's net changes are measured against). At block
// end it is the input of the pass that authenticates the values before and computes the root after.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstddef>
#include <span>

#include "sluice/base/arena.h"
#include "sluice/witness/account.h"

namespace sluice::witness {

/// One storage slot touched in a block.
struct SlotAccess {
    Uint256 slot;
    Uint256 original;  ///< value in the parent state, as the source gave it; meaningful if `listed`
    Uint256 current;   ///< value after the block
    bool listed;       ///< `original` came from the source and must be compared with the parent's storage trie
};

/// One account touched in a block.
struct AccountAccess {
    Address address;
    /// The account in the parent state, as the source gave it. Always compared with the parent's state trie.
    AccountInfo original;
    /// The account after the block; `storage_root` is not read (it follows from the slots). Not existing: removed or
    /// never there.
    AccountInfo current;
    /// The storage after the block starts from the empty trie: the account was created or destroyed in the block.
    /// Slots that are `listed` are compared with the parent's storage trie all the same.
    bool storage_cleared = false;
    std::span<SlotAccess> slots;
};

/// All that a block touched, each account once and each of its slots once.
struct BlockAccesses {
    std::span<AccountAccess> accounts;
};

/// The same, asked for piece by piece, so that what keeps the accesses need not copy them into a list. An account's
/// number is its place in the order of first touch. All is inline, so that code with and without RTTI may derive.
class AccessSource {
 public:
    /// A slot in a list of an account's slots.
    struct SlotEntry {
        Hash32 key;          ///< the slot's number as 32 bytes, big endian
        std::uint32_t name;  ///< of the source's choice, by which the pass asks for more
        bool listed;         ///< as in SlotAccess
    };
    /// Of a slot, as in SlotAccess.
    struct SlotValues {
        Uint256 original;
        Uint256 current;
    };

    [[nodiscard]] virtual std::size_t listed_accounts() noexcept { return 0; }
    /// Address of an account, by a number below listed_accounts().
    [[nodiscard]] virtual Address listed_address(std::size_t /*number*/) noexcept { return {}; }
    /// Sets `access` to an account, by its number, but for its slots, and gives how many those are.
    virtual std::size_t listed_account(std::size_t /*number*/, AccountAccess& /*access*/) noexcept { return 0; }
    /// Writes an entry for each of the account's slots, in the order of first touch.
    virtual void listed_slots(std::size_t /*number*/, std::span<SlotEntry> /*out*/) noexcept {}
    /// What there is to know of one of them.
    [[nodiscard]] virtual SlotValues slot_values(std::size_t /*number*/, std::uint32_t /*name*/) noexcept { return {}; }

 protected:
    ~AccessSource() = default;
};

/// A list as a source of accesses.
class ListedAccesses final : public AccessSource {
 public:
    explicit ListedAccesses(BlockAccesses accesses) noexcept : accounts_(accesses.accounts) {}
    [[nodiscard]] std::size_t listed_accounts() noexcept override { return accounts_.size(); }
    [[nodiscard]] Address listed_address(std::size_t number) noexcept override { return accounts_[number].address; }
    std::size_t listed_account(std::size_t number, AccountAccess& access) noexcept override {
        access = accounts_[number];
        access.slots = {};
        return accounts_[number].slots.size();
    }
    void listed_slots(std::size_t number, std::span<SlotEntry> out) noexcept override {
        const std::span<SlotAccess> slots = accounts_[number].slots;
        for (std::uint32_t i = 0; i < slots.size(); ++i) out[i] = {slots[i].slot.to_hash(), i, slots[i].listed};
    }
    [[nodiscard]] SlotValues slot_values(std::size_t number, std::uint32_t name) noexcept override {
        const SlotAccess& slot = accounts_[number].slots[name];
        return {slot.original, slot.current};
    }

 private:
    std::span<AccountAccess> accounts_;
};

/// The whole list of a source, in `arena`. Errors: arena_exhausted.
Result<BlockAccesses> list_accesses(AccessSource& source, Arena& arena) noexcept;

}  // namespace sluice::witness
