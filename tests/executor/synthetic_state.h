// Random states, random reads and writes on them, and the witness that a node would give: for tests of state sources.
// Expected values come from a map, expected roots from the naive trie. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "sluice/executor/state_source.h"
#include "sluice/witness_host/execution_witness.h"
#include "support/naive_trie.h"

namespace sluice::test {

using witness::AccountInfo;

/// A whole state.
struct Model {
    struct Account {
        Uint256 balance{};
        std::uint64_t nonce = 0;
        Hash32 code_hash = kEmptyCodeHash;
        std::map<Uint256, Uint256> storage;  // no zeros
    };
    std::map<Address, Account> accounts;
    std::map<Hash32, Bytes> codes;

    static Bytes word(const Uint256& value) {
        const Hash32 bytes = value.to_hash();
        return bytes_of(bytes.view().last(value.byte_width()));
    }
    static NaiveTrie storage_trie(const Account& account) {
        NaiveTrie::Leaves leaves;
        for (const auto& [slot, value] : account.storage) {
            leaves[nibbles_of(keccak256(slot.to_hash().view()))] = naive_rlp::string(word(value));
        }
        return NaiveTrie(leaves);
    }
    NaiveTrie state_trie() const {
        NaiveTrie::Leaves leaves;
        for (const auto& [address, account] : accounts) {
            leaves[nibbles_of(keccak256(address.view()))] =
                naive_rlp::list(naive_rlp::integer(account.nonce) + naive_rlp::string(word(account.balance)) +
                                naive_rlp::string(bytes_of(storage_trie(account).root())) +
                                naive_rlp::string(bytes_of(account.code_hash)));
        }
        return NaiveTrie(leaves);
    }
    AccountInfo info(const Address& address) const {
        const auto found = accounts.find(address);
        if (found == accounts.end()) return {};
        AccountInfo info;
        info.exists = true;
        info.balance = found->second.balance;
        info.nonce = found->second.nonce;
        info.code_hash = found->second.code_hash;
        info.storage_root = storage_trie(found->second).root();
        return info;
    }
    Uint256 slot(const Address& address, const Uint256& slot) const {
        const auto account = accounts.find(address);
        if (account == accounts.end()) return {};
        const auto value = account->second.storage.find(slot);
        return value == account->second.storage.end() ? Uint256() : value->second;
    }
};

/// One step of a block as far as the state sees it.
struct Step {
    enum class Kind { touch, read_slot, code, block_hash, set_balance, set_nonce, set_code, set_slot, remove, create };
    Kind kind;
    Address address{};
    Uint256 slot{};
    Uint256 value{};
    std::uint64_t number = 0;
};
using Script = std::vector<Step>;

inline Address address_number(std::uint64_t number) {
    return Address::from(keccak256(view(naive_rlp::integer(number))).bytes.data());
}

inline Uint256 random_word(std::mt19937_64& rng) {
    switch (rng() % 4) {
        case 0:
            return Uint256(rng() % 200);
        case 1:
            return Uint256(rng());
        default:
            return Uint256(rng(), rng(), rng(), rng() | 1);
    }
}

/// Accounts 0 to `count` - 1 exist. Accounts 0 and 1 have equal storage, so that one node lies at two positions.
inline Model random_model(std::mt19937_64& rng, std::uint64_t count) {
    Model model;
    for (std::uint64_t i = 0; i < count; ++i) {
        Model::Account account;
        account.balance = random_word(rng);
        account.nonce = rng() % 300;
        if (rng() % 2 == 0 || i < 4) {
            Bytes code(1 + rng() % 200, '\0');
            for (char& byte : code) byte = static_cast<char>(rng());
            account.code_hash = keccak256(view(code));
            model.codes[account.code_hash] = code;
            const std::uint64_t slots = i < 4 ? 8 : rng() % 12;
            for (std::uint64_t s = 0; s < slots; ++s) {
                const Uint256 value = random_word(rng);
                if (!value.is_zero()) account.storage[Uint256(rng() % 16)] = value;
            }
        }
        if (account.balance.is_zero()) account.balance = Uint256(1);
        model.accounts[address_number(i)] = account;
    }
    if (count > 1) model.accounts[address_number(1)].storage = model.accounts[address_number(0)].storage;
    return model;
}

inline Script random_script(std::mt19937_64& rng, std::uint64_t addresses, std::uint64_t parent_number,
                            std::uint64_t oldest_number, std::size_t length) {
    Script script;
    for (std::size_t i = 0; i < length; ++i) {
        Step step{};
        const std::uint64_t pick = rng() % 100;
        step.kind = pick < 15   ? Step::Kind::touch
                    : pick < 45 ? Step::Kind::read_slot
                    : pick < 60 ? Step::Kind::code
                    : pick < 64 ? Step::Kind::block_hash
                    : pick < 74 ? Step::Kind::set_balance
                    : pick < 78 ? Step::Kind::set_nonce
                    : pick < 80 ? Step::Kind::set_code
                    : pick < 96 ? Step::Kind::set_slot
                    : pick < 98 ? Step::Kind::remove
                                : Step::Kind::create;
        step.address = address_number(rng() % addresses);
        step.slot = Uint256(rng() % 20);
        step.value = rng() % 3 == 0 ? Uint256() : random_word(rng);
        step.number = oldest_number + rng() % (parent_number - oldest_number);
        script.push_back(step);
    }
    return script;
}

/// Runs a script on a source, asking for everything once as an executor does.
class ScriptRun {
 public:
    explicit ScriptRun(executor::StateSource& source) : source_(source) {}

    /// Runs all steps. What the source answered is in `observed`.
    ErrorCode run(const Script& script) {
        for (const Step& step : script) {
            SLUICE_RETURN_IF_ERROR(run(step));
        }
        return ErrorCode::ok;
    }

    witness::BlockAccesses accesses() {
        accesses_.clear();
        for (std::size_t i = 0; i < entries_.size(); ++i) {
            Entry& entry = entries_[i];
            entry.slot_list.clear();
            for (const auto& [number, slot] : entry.slots) entry.slot_list.push_back(slot);
            witness::AccountAccess access{};
            access.address = entry.address;
            access.original = entry.original;
            access.current = entry.current;
            access.storage_cleared = entry.cleared;
            access.slots = entry.slot_list;
            accesses_.push_back(access);
        }
        return {accesses_};
    }

    /// The state after the steps.
    Model apply(Model model) const {
        for (const Entry& entry : entries_) {
            if (!entry.current.exists) {
                model.accounts.erase(entry.address);
                continue;
            }
            Model::Account& account = model.accounts[entry.address];
            account.balance = entry.current.balance;
            account.nonce = entry.current.nonce;
            account.code_hash = entry.current.code_hash;
            if (entry.cleared) account.storage.clear();
            for (const auto& [number, slot] : entry.slots) {
                if (slot.current.is_zero()) {
                    account.storage.erase(number);
                } else {
                    account.storage[number] = slot.current;
                }
            }
        }
        return model;
    }

    /// Every answer, in order, as text.
    std::vector<Bytes> observed;

 private:
    struct Entry {
        Address address;
        AccountInfo original;
        AccountInfo current;
        bool cleared = false;
        std::map<Uint256, witness::SlotAccess> slots;
        std::vector<witness::SlotAccess> slot_list;
    };

    Result<std::uint32_t> touch(const Address& address) {
        for (std::uint32_t i = 0; i < entries_.size(); ++i) {
            if (entries_[i].address == address) return i;
        }
        const auto index = static_cast<std::uint32_t>(entries_.size());
        SLUICE_TRY(const AccountInfo info, source_.account(address, index));
        observed.push_back("account " + to_hex(bytes_of(info.balance.to_hash())) + " " + std::to_string(info.nonce) +
                           " " + std::to_string(info.exists) + to_hex(bytes_of(info.storage_root)) +
                           to_hex(bytes_of(info.code_hash)));
        entries_.push_back({address, info, info, false, {}, {}});
        return index;
    }
    Result<witness::SlotAccess*> slot(std::uint32_t index, const Uint256& number) {
        Entry& entry = entries_[index];
        const auto found = entry.slots.find(number);
        if (found != entry.slots.end()) return &found->second;
        witness::SlotAccess access{};
        access.slot = number;
        access.listed = !entry.cleared && !(entry.original.storage_root == kEmptyTrieRoot);
        if (access.listed) {
            SLUICE_TRY(access.original, source_.storage(index, entry.address, number));
            observed.push_back("slot " + to_hex(bytes_of(access.original.to_hash())));
        }
        access.current = access.original;
        return &(entry.slots[number] = access);
    }
    void clear_storage(Entry& entry) {
        entry.cleared = true;
        for (auto& [number, slot] : entry.slots) slot.current = {};
    }
    ErrorCode run(const Step& step) {
        if (step.kind == Step::Kind::block_hash) {
            if (!hashes_.insert(step.number).second) return ErrorCode::ok;
            SLUICE_TRY(const Hash32 hash, source_.block_hash(step.number));
            observed.push_back("hash " + to_hex(bytes_of(hash)));
            return ErrorCode::ok;
        }
        SLUICE_TRY(const std::uint32_t index, touch(step.address));
        Entry& entry = entries_[index];
        switch (step.kind) {
            case Step::Kind::touch:
            case Step::Kind::block_hash:
                break;
            case Step::Kind::read_slot: {
                const auto access = slot(index, step.slot);
                if (!access.ok()) return access.error();
                break;
            }
            case Step::Kind::code: {
                const Hash32 hash = entry.original.code_hash;
                if (hash == kEmptyCodeHash || !codes_.insert(hash).second) break;
                SLUICE_TRY(const ByteView code, source_.code(hash));
                observed.push_back("code " + to_hex(bytes_of(code)));
                break;
            }
            case Step::Kind::set_balance:
                entry.current.exists = true;
                entry.current.balance = step.value;
                break;
            case Step::Kind::set_nonce:
                entry.current.exists = true;
                entry.current.nonce = step.slot.low64();
                break;
            case Step::Kind::set_code:
                entry.current.exists = true;
                entry.current.code_hash = keccak256(step.value.to_hash().view());
                break;
            case Step::Kind::set_slot: {
                SLUICE_TRY(witness::SlotAccess* const access, slot(index, step.slot));
                entry.current.exists = true;
                access->current = step.value;
                break;
            }
            case Step::Kind::remove:
                entry.current = {};
                clear_storage(entry);
                break;
            case Step::Kind::create:
                entry.current = {};
                entry.current.exists = true;
                entry.current.nonce = 1;
                clear_storage(entry);
                break;
        }
        return ErrorCode::ok;
    }

    executor::StateSource& source_;
    std::vector<Entry> entries_;
    std::vector<witness::AccountAccess> accesses_;
    std::set<Hash32> codes_;
    std::set<std::uint64_t> hashes_;
};

inline Bytes make_header(const Hash32& parent_hash, const Hash32& state_root, std::uint64_t number,
                         const Bytes& extra) {
    const auto zeros = [](std::size_t size) { return naive_rlp::string(Bytes(size, '\0')); };
    const Bytes fields = naive_rlp::string(bytes_of(parent_hash)) + naive_rlp::string(bytes_of(kEmptyListHash)) +
                         zeros(20) + naive_rlp::string(bytes_of(state_root)) + zeros(32) + zeros(32) + zeros(256) +
                         naive_rlp::integer(0) + naive_rlp::integer(number) + naive_rlp::integer(30'000'000) +
                         naive_rlp::integer(0) + naive_rlp::integer(1'690'000'000 + number % 1'000'000 * 12) +
                         naive_rlp::string(extra) + zeros(32) + zeros(8) + naive_rlp::integer(7) + zeros(32);
    return naive_rlp::list(fields);
}

inline constexpr std::uint64_t kParentNumber = 17'500'000;

/// The witness of a block on `model`: all nodes in random order, some of them twice. `ancestors` headers.
inline witness_host::ExecutionWitness make_witness(const Model& model, std::mt19937_64& rng, std::uint64_t ancestors) {
    witness_host::ExecutionWitness witness;
    const NaiveTrie state = model.state_trie();
    const auto add = [&](const NaiveTrie& trie) {
        for (const auto& [path, node] : trie.nodes()) {
            witness.nodes.push_back(node);
            if (rng() % 8 == 0) witness.nodes.push_back(node);
        }
    };
    add(state);
    for (const auto& [address, account] : model.accounts) add(Model::storage_trie(account));
    std::shuffle(witness.nodes.begin(), witness.nodes.end(), rng);
    for (const auto& [hash, code] : model.codes) witness.codes.push_back(code);
    Hash32 hash = keccak256(view("ancestor"));
    for (std::uint64_t i = 0; i < ancestors; ++i) {
        const Hash32 root = i + 1 == ancestors ? state.root() : keccak256(view(naive_rlp::integer(i)));
        witness.headers.push_back(make_header(hash, root, kParentNumber + 1 + i - ancestors, "synthetic"));
        hash = keccak256(view(witness.headers.back()));
    }
    const Bytes header = make_header(hash, {}, kParentNumber + 1, "synthetic");
    witness.block = naive_rlp::list(header + naive_rlp::list("") + naive_rlp::list("") + naive_rlp::list(""));
    return witness;
}

}  // namespace sluice::test
