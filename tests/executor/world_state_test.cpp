// The world state's journal against a twin that keeps a whole copy of everything for each snapshot.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "sluice/executor/world_state.h"

#include <memory>
#include <set>
#include <tuple>

#include "support/catch.h"
#include "support/map_state.h"

namespace sluice::test {
namespace {

using executor::AccountIndex;
using executor::Fork;
using executor::WorldState;

using Key = std::pair<Address, Uint256>;

struct TwinAccount {
    bool exists = false;
    Uint256 balance{};
    std::uint64_t nonce = 0;
    std::vector<std::uint8_t> code{};
    std::map<Uint256, Uint256> storage{};
    bool created = false;    // in this transaction
    bool destroyed = false;  // in this transaction
    bool touched = false;    // in this transaction, or made empty in it

    [[nodiscard]] bool empty() const { return nonce == 0 && balance.is_zero() && code.empty(); }
};

/// Everything a snapshot has to bring back.
struct Twin {
    std::map<Address, TwinAccount> accounts;
    std::map<Key, Uint256> transient;
    std::set<Address> warm_accounts;
    std::set<Key> warm_slots;
    std::vector<std::uint64_t> logs;

    TwinAccount& at(const Address& address) { return accounts[address]; }

    void end_transaction() {
        for (auto& [address, account] : accounts) {
            if (account.destroyed || (account.touched && account.exists && account.empty())) account = {};
            account.created = account.destroyed = account.touched = false;
        }
        transient.clear();
        warm_accounts.clear();
        warm_slots.clear();
        logs.clear();
    }
};

class Pair {
 public:
    Pair(Fork fork, std::mt19937_64& rng) : fork_(fork), rng_(rng) {
        for (std::uint64_t i = 0; i < kAccounts; ++i) {
            const Address address = name(i);
            if (i % 3 == 0) continue;  // not in the parent state
            MapAccount parent;
            parent.balance = Uint256{i * 10};
            parent.nonce = i % 4;
            if (i % 4 == 1) parent.code = {static_cast<std::uint8_t>(i)};
            if (i % 5 != 0) {
                for (std::uint64_t slot = 0; slot < kSlots; slot += 2) parent.storage[slot] = Uint256{100 * i + slot};
            }
            if (i == 5) parent = {};  // exists and is empty
            source_.accounts[address] = parent;
            twin_.accounts[address] = {
                true, parent.balance, parent.nonce, parent.code, {parent.storage.begin(), parent.storage.end()}};
        }
        start_ = twin_;
        state_ = std::make_unique<WorldState>(source_, block_arena_, transaction_arena_, rng(), fork, diagnostics_);
        state_->begin_transaction();
    }

    void step() {
        const Address address = name(rng_() % kAccounts);
        const AccountIndex account = state_->account(address).value();
        TwinAccount& twin = twin_.at(address);
        const Uint256 slot{rng_() % kSlots};
        const Uint256 value{rng_() % 4};
        switch (rng_() % 16) {
            case 0:
                done(state_->add_balance(account, value));
                if (value.is_zero()) {
                    if (twin.exists && twin.empty()) twin.touched = true;
                } else {
                    twin.exists = true;
                    twin.balance += value;
                }
                break;
            case 1:
                if (twin.balance < value || value.is_zero()) break;
                done(state_->subtract_balance(account, value));
                twin.balance -= value;
                if (twin.empty()) twin.touched = true;
                break;
            case 2:
                done(state_->set_nonce(account, twin.nonce + 1));
                twin.nonce += 1;
                twin.exists = true;
                break;
            case 3: {
                std::vector<std::uint8_t> code(rng_() % 3);
                for (auto& byte : code) byte = static_cast<std::uint8_t>(rng_() % 3);
                if (twin.nonce == 0) break;  // only created accounts and delegating ones, both with a nonce, get code
                done(state_->set_code(account, code));
                twin.code = code;
                twin.exists = true;
                break;
            }
            case 4:
            case 5:
            case 6:
                if (!twin.exists || twin.empty()) break;  // code runs in neither
                done(state_->set_storage(account, slot, value));
                twin.storage[slot] = value;
                break;
            case 7:
                done(state_->set_transient_storage(account, slot, value));
                twin_.transient[{address, slot}] = value;
                break;
            case 8:
                CHECK(*state_->warm_account(account) == twin_.warm_accounts.insert(address).second);
                break;
            case 9:
                CHECK(*state_->warm_slot(account, slot) == twin_.warm_slots.insert({address, slot}).second);
                break;
            case 10:
                done(state_->touch(account));
                if (twin.exists && twin.empty()) twin.touched = true;
                break;
            case 11: {
                const bool has_storage = state_->info(account).storage_root != kEmptyTrieRoot;
                if (twin.nonce != 0 || !twin.code.empty() || has_storage) break;
                done(state_->create_contract(account));
                twin.exists = twin.created = true;
                twin.nonce = 1;
                break;
            }
            case 12: {
                if (!twin.exists) break;
                const bool removes = fork_ < Fork::cancun || twin.created;
                CHECK(*state_->self_destruct(account) == (removes && !twin.destroyed));
                twin.destroyed = twin.destroyed || removes;
                break;
            }
            case 13: {
                const std::uint8_t data[] = {static_cast<std::uint8_t>(twin_.logs.size())};
                executor::Log log;
                log.address = address;
                log.data = data;
                done(state_->add_log(log));
                twin_.logs.push_back(twin_.logs.size());
                break;
            }
            case 14:
                CHECK(*state_->original_storage(account, slot) == value_of(transaction_start_, address, slot));
                break;
            default:
                snapshots_.emplace_back(state_->snapshot(), twin_);
                break;
        }
        if (!snapshots_.empty() && rng_() % 12 == 0) {
            // Back to any of the snapshots, which drops those after it.
            const std::size_t to = rng_() % snapshots_.size();
            state_->revert(snapshots_[to].first);
            twin_ = snapshots_[to].second;
            snapshots_.resize(to);
        }
        if (rng_() % 60 == 0) end_transaction();
    }

    void end_transaction() {
        done(state_->end_transaction());
        state_->begin_transaction();
        twin_.end_transaction();
        transaction_start_ = twin_;
        snapshots_.clear();
    }

    void compare() {
        for (std::uint64_t i = 0; i < kAccounts; ++i) {
            const Address address = name(i);
            const AccountIndex account = state_->account(address).value();
            const TwinAccount& twin = twin_.at(address);
            const auto& info = state_->info(account);
            INFO("account " << i);
            CHECK(info.exists == twin.exists);
            CHECK(info.balance == twin.balance);
            CHECK(info.nonce == twin.nonce);
            CHECK(info.code_hash == (twin.code.empty() ? kEmptyCodeHash : keccak256(twin.code)));
            const auto code = state_->code(account).value();
            CHECK(std::vector<std::uint8_t>(code.begin(), code.end()) == twin.code);
            CHECK(state_->created_in_transaction(account) == twin.created);
            CHECK(state_->is_warm(account) == (twin_.warm_accounts.count(address) != 0));
            for (std::uint64_t slot = 0; slot < kSlots; ++slot) {
                CHECK(*state_->storage(account, slot) == value_of(twin_, address, slot));
                const auto transient = twin_.transient.find({address, Uint256{slot}});
                CHECK(state_->transient_storage(account, slot) ==
                      (transient == twin_.transient.end() ? Uint256{} : transient->second));
            }
        }
        REQUIRE(state_->logs().size() == twin_.logs.size());
        for (std::size_t i = 0; i < twin_.logs.size(); ++i) CHECK(state_->logs()[i].data[0] == (twin_.logs[i] & 0xff));
    }

    /// What the block did, applied to the parent state, gives the state after it.
    void compare_accesses() {
        std::vector<std::uint8_t> memory(1 << 20);
        Arena arena(memory.data(), memory.size());
        const auto accesses = state_->accesses(arena).value();
        for (const auto& access : accesses.accounts) {
            INFO("address " << MapState::hex(access.address.view()));
            const auto parent = start_.accounts.find(access.address);
            const bool existed = parent != start_.accounts.end() && parent->second.exists;
            CHECK(access.original.exists == existed);
            const TwinAccount& twin = twin_.at(access.address);
            CHECK(access.current.exists == twin.exists);
            CHECK(access.current.balance == twin.balance);
            CHECK(access.current.nonce == twin.nonce);

            std::map<Uint256, Uint256> after;
            if (existed && !access.storage_cleared) after = parent->second.storage;
            for (const auto& slot : access.slots) {
                if (slot.listed) CHECK(slot.original == value_of(start_, access.address, slot.slot));
                if (!slot.listed) CHECK((access.storage_cleared || !existed || parent->second.storage.empty()));
                after[slot.slot] = slot.current;
            }
            for (std::uint64_t slot = 0; slot < kSlots; ++slot) {
                const auto found = after.find(slot);
                CHECK((found == after.end() ? Uint256{} : found->second) == value_of(twin_, access.address, slot));
            }
        }
    }

 private:
    static constexpr std::uint64_t kAccounts = 12;
    static constexpr std::uint64_t kSlots = 5;
    static constexpr std::size_t kMemory = std::size_t{16} << 20;

    static Address name(std::uint64_t i) { return Uint256{0x1000 + i}.to_address(); }
    static void done(ErrorCode code) { REQUIRE(code == ErrorCode::ok); }
    static Uint256 value_of(const Twin& twin, const Address& address, const Uint256& slot) {
        const auto account = twin.accounts.find(address);
        if (account == twin.accounts.end()) return {};
        const auto value = account->second.storage.find(slot);
        return value == account->second.storage.end() ? Uint256{} : value->second;
    }

    Fork fork_;
    std::mt19937_64& rng_;
    MapState source_;
    Diagnostics diagnostics_;
    std::vector<std::uint8_t> memory_ = std::vector<std::uint8_t>(2 * kMemory);
    Arena block_arena_{memory_.data(), kMemory};
    Arena transaction_arena_{memory_.data() + kMemory, kMemory};
    std::unique_ptr<WorldState> state_;
    Twin twin_;
    Twin start_;
    Twin transaction_start_ = twin_;
    std::vector<std::pair<WorldState::Snapshot, Twin>> snapshots_;
};

}  // namespace

TEST_CASE("any history of changes, snapshots, reverts and transactions agrees with whole copies") {
    SLUICE_RANDOM(rng);
    for (int round = 0; round < 120; ++round) {
        const Fork fork = round % 2 == 0 ? Fork::shanghai : Fork::prague;
        INFO("round " << round);
        Pair pair(fork, rng);
        pair.end_transaction();
        for (int i = 0; i < 400; ++i) {
            pair.step();
            if (i % 8 == 0) pair.compare();
        }
        pair.end_transaction();
        pair.compare();
        pair.compare_accesses();
    }
}

TEST_CASE("warming an account or slot asks the source for nothing, and lists nothing") {
    MapState source;
    const Address known = Uint256{1}.to_address();
    source.accounts[known].storage[7] = 9;
    Diagnostics diagnostics;
    std::vector<std::uint8_t> memory(1 << 20);
    Arena block(memory.data(), memory.size() / 2);
    Arena transaction(memory.data() + memory.size() / 2, memory.size() / 2);
    WorldState state(source, block, transaction, 1, Fork::osaka, diagnostics);
    state.begin_transaction();
    REQUIRE(state.prewarm_account(Uint256{2}.to_address()) == ErrorCode::ok);
    REQUIRE(state.prewarm_slot(known, 7) == ErrorCode::ok);
    REQUIRE(state.prewarm_slot(known, 8) == ErrorCode::ok);
    CHECK(source.asked.empty());
    std::vector<std::uint8_t> output(1 << 16);
    Arena arena(output.data(), output.size());
    CHECK(state.accesses(arena).value().accounts.empty());

    const auto account = state.account(known).value();
    CHECK(!*state.warm_slot(account, 7));
    CHECK(*state.warm_slot(account, 9));
    CHECK(*state.storage(account, 7) == Uint256{9});
    CHECK(*state.storage(account, 7) == Uint256{9});
    CHECK(source.asked.size() == 2);
    arena.reset();
    const auto accesses = state.accesses(arena).value();
    REQUIRE(accesses.accounts.size() == 1);
    REQUIRE(accesses.accounts[0].slots.size() == 1);
    CHECK(accesses.accounts[0].slots[0].listed);
    (void)state.end_transaction();
    state.begin_transaction();
    CHECK(*state.warm_slot(account, 7));
}

TEST_CASE("code created in the block is never asked for, whoever has it") {
    MapState source;
    const Address first = Uint256{1}.to_address();
    const Address second = Uint256{2}.to_address();
    source.accounts[second].code = {1, 2, 3};
    Diagnostics diagnostics;
    std::vector<std::uint8_t> memory(1 << 20);
    Arena block(memory.data(), memory.size() / 2);
    Arena transaction(memory.data() + memory.size() / 2, memory.size() / 2);
    WorldState state(source, block, transaction, 1, Fork::osaka, diagnostics);
    state.begin_transaction();
    const std::uint8_t code[] = {1, 2, 3};
    REQUIRE(state.set_code(state.account(first).value(), code) == ErrorCode::ok);
    const auto found = state.code(state.account(second).value()).value();
    CHECK(equal(found, code));
    for (const auto& asked : source.asked) CHECK(asked.substr(0, 4) != "code");
    // Behind it lie the zeros that the interpreter relies on.
    for (std::size_t i = 0; i < executor::kCodePadding; ++i) CHECK(found.data()[found.size() + i] == 0);
}

TEST_CASE("an exhausted block arena is an error from every change, and leaves what was") {
    MapState source;
    Diagnostics diagnostics;
    std::vector<std::uint8_t> memory(32000);
    Arena block(memory.data(), memory.size());
    Arena transaction(memory.data(), 0);
    WorldState state(source, block, transaction, 1, Fork::osaka, diagnostics);
    state.begin_transaction();
    const auto account = state.account(Uint256{1}.to_address()).value();
    ErrorCode code = ErrorCode::ok;
    std::uint64_t added = 0;
    while (code == ErrorCode::ok && added < 10000) {
        code = state.add_balance(account, 1);
        if (code == ErrorCode::ok) ++added;
    }
    CHECK(code == ErrorCode::arena_exhausted);
    CHECK(state.info(account).balance == Uint256{added});
    CHECK(diagnostics.detail().code == ErrorCode::arena_exhausted);
}

}  // namespace sluice::test
