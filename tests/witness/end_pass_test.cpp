// The end pass against the naive trie: roots, the nodes asked for and their order, and attacks.
//
// This program brings its own keccak256, in which an address or a slot is its own hash. So tests choose where keys lie:
// deep common prefixes, embedded nodes and collapsing branches are common instead of impossible to find.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "sluice/witness/end_pass.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <set>
#include <string_view>

#include "crypto/soft/keccak.h"
#include "sluice/witness_host/batch_node_hasher.h"
#include "support/catch.h"
#include "support/naive_trie.h"

namespace sluice {

Hash32 keccak256(ByteView data) noexcept {
    if (data.size() == 20 || data.size() == 32) {
        Hash32 key;
        std::memcpy(key.bytes.data(), data.data(), data.size());
        return key;
    }
    return crypto::soft::keccak256<crypto::soft::PlainKeccak>(data);
}

}  // namespace sluice

using namespace sluice;
using namespace sluice::test;
using namespace sluice::witness;

namespace {

using Storage = std::map<Bytes, Uint256>;  // 32 bytes -> value, not zero

struct Account {
    std::uint64_t nonce = 0;
    Uint256 balance;
    Hash32 code_hash = kEmptyCodeHash;
    Storage storage;
};

using State = std::map<Bytes, Account>;  // 20 bytes -> account

Bytes minimal(const Uint256& value) {
    const Bytes bytes = bytes_of(value.to_hash());
    return bytes.substr(32 - value.byte_width());
}

NaiveTrie storage_trie(const Storage& storage) {
    NaiveTrie::Leaves leaves;
    for (const auto& [slot, value] : storage) leaves[nibbles_of(slot)] = naive_rlp::string(minimal(value));
    return NaiveTrie(leaves);
}

Bytes account_key(const Bytes& address) {
    return nibbles_of(address + Bytes(12, '\0'));
}

NaiveTrie state_trie(const State& state) {
    NaiveTrie::Leaves leaves;
    for (const auto& [address, account] : state) {
        leaves[account_key(address)] =
            naive_rlp::list(naive_rlp::integer(account.nonce) + naive_rlp::string(minimal(account.balance)) +
                            naive_rlp::string(bytes_of(storage_trie(account.storage).root())) +
                            naive_rlp::string(bytes_of(account.code_hash)));
    }
    return NaiveTrie(leaves);
}

AccountInfo info_of(const State& state, const Bytes& address) {
    AccountInfo info;
    const auto found = state.find(address);
    if (found == state.end()) return info;
    info.exists = true;
    info.nonce = found->second.nonce;
    info.balance = found->second.balance;
    info.code_hash = found->second.code_hash;
    info.storage_root = storage_trie(found->second.storage).root();
    return info;
}

Address address_of(const Bytes& bytes) {
    return Address::from(view(bytes).data());
}
Bytes slot_bytes(const Uint256& slot) {
    return bytes_of(slot.to_hash());
}

// Byte strings that share long and short prefixes.
class KeyMaker {
 public:
    KeyMaker(std::mt19937_64& rng, std::size_t size) : rng_(rng), size_(2 * size) {}
    Bytes key() {
        Bytes nibbles;
        if (!known_.empty() && rng_() % 5 != 0) {
            const Bytes& other = known_[rng_() % known_.size()];
            const std::size_t depths[] = {0, 1, 2, 3, 5, 8, 30, size_ - 5, size_ - 4, size_ - 3, size_ - 2, size_ - 1};
            nibbles = other.substr(0, depths[rng_() % std::size(depths)]);
        }
        const std::uint64_t variety = 2 + rng_() % 15;
        while (nibbles.size() < size_) nibbles.push_back(static_cast<char>(rng_() % variety));
        known_.push_back(nibbles);
        return packed(nibbles);
    }
    // One that was given before, or a new one if there is none.
    Bytes known() { return known_.empty() ? key() : packed(known_[rng_() % known_.size()]); }

 private:
    static Bytes packed(const Bytes& nibbles) {
        Bytes bytes;
        for (std::size_t i = 0; i < nibbles.size(); i += 2)
            bytes.push_back(static_cast<char>(nibbles[i] * 16 + nibbles[i + 1]));
        return bytes;
    }
    std::mt19937_64& rng_;
    std::size_t size_;
    std::vector<Bytes> known_;
};

Uint256 random_value(std::mt19937_64& rng) {
    if (rng() % 3 != 0) return Uint256(1 + rng() % 127);
    return Uint256(1 + rng() % 1000, rng(), rng() % 2 == 0 ? rng() : 0, 0);
}

struct Position {
    Bytes owner;  // hashed address, or empty
    Bytes path;
    bool operator==(const Position& other) const { return owner == other.owner && path == other.path; }
    bool operator<(const Position& other) const { return std::tie(owner, path) < std::tie(other.owner, other.path); }
};
std::ostream& operator<<(std::ostream& out, const Position& position) {
    for (const char nibble : position.path) out << "0123456789abcdef"[static_cast<int>(nibble)];
    return out << (position.owner.empty() ? "" : " in the storage of ") << to_hex(position.owner);
}

// Nodes by position, as a stream has them.
class PositionSource final : public NodeSource {
 public:
    Result<NodeBytes> node(const Hash32&, const NodePosition& position) noexcept override {
        const Position at{position.storage_owner != nullptr ? bytes_of(*position.storage_owner) : Bytes(),
                          Bytes(position.nibbles, position.nibbles + position.depth)};
        asked.push_back(at);
        const auto found = nodes.find(at);
        if (found == nodes.end()) return ErrorCode::trie_missing_node;
        return NodeBytes{view(found->second)};
    }
    std::map<Position, Bytes> nodes;
    std::vector<Position> asked;
};

// A state, what a block does to it, and what must come of it.
struct Case {
    State before;
    State after;
    std::vector<AccountAccess> accounts;
    std::vector<std::vector<SlotAccess>> slots;

    void link() {
        for (std::size_t i = 0; i < accounts.size(); ++i) accounts[i].slots = slots[i];
    }
};

struct Outcome {
    Result<Hash32> root = ErrorCode::ok;
    Diagnostics diagnostics;
    std::size_t peak = 0;
};

Outcome run(Case& test, NodeSource& source, const Hash32& root, std::size_t memory_size, NodeHasher* hasher) {
    std::vector<std::uint8_t> memory(memory_size);
    Arena arena(memory.data(), memory.size());
    Outcome outcome;
    outcome.root = run_end_pass(root, {test.accounts}, source, arena, outcome.diagnostics, hasher);
    CHECK(arena.used() == 0);
    CHECK(outcome.diagnostics.detail().code == outcome.root.error());
    outcome.peak = arena.peak();
    return outcome;
}

void hash_each(std::span<const ByteView> messages, std::span<Hash32> digests) {
    std::transform(messages.begin(), messages.end(), digests.begin(), keccak256);
}

// Member by member, since there is padding.
void check_same(const ErrorDetail& a, const ErrorDetail& b) {
    CHECK(a.code == b.code);
    CHECK(a.storage_path == b.storage_path);
    CHECK(a.item == b.item);
    CHECK(a.offset == b.offset);
    CHECK(a.key_size == b.key_size);
    CHECK(a.key == b.key);
    CHECK(a.value_size == b.value_size);
    CHECK(a.expected == b.expected);
    CHECK(a.found == b.found);
    CHECK(a.path_size == b.path_size);
    CHECK(std::equal(std::begin(a.path), std::end(a.path), std::begin(b.path)));
    CHECK(std::string_view(a.what) == b.what);
}

// Nodes hashed at once; and the same with all new nodes hashed at the end, which must make no difference.
Outcome run(Case test, PositionSource& source, const Hash32& root, std::size_t memory_size = std::size_t{1} << 18) {
    test.link();
    PositionSource again = source;
    const std::ptrdiff_t asked_before = std::ssize(source.asked);
    Outcome outcome = run(test, source, root, memory_size, nullptr);
    witness_host::BatchNodeHasher hasher(hash_each);
    again.asked.clear();
    const Outcome later = run(test, again, root, memory_size, &hasher);
    CHECK(later.root.error() == outcome.root.error());
    if (later.root.ok() && outcome.root.ok()) CHECK(*later.root == *outcome.root);
    CHECK(std::equal(again.asked.begin(), again.asked.end(), source.asked.begin() + asked_before, source.asked.end()));
    check_same(later.diagnostics.detail(), outcome.diagnostics.detail());
    return outcome;
}

PositionSource full_source(const State& state) {
    PositionSource source;
    const NaiveTrie trie = state_trie(state);
    for (const auto& [path, rlp] : trie.nodes()) source.nodes[{Bytes(), path}] = rlp;
    for (const auto& [address, account] : state) {
        if (account.storage.empty()) continue;
        const NaiveTrie storage = storage_trie(account.storage);
        for (const auto& [path, rlp] : storage.nodes()) {
            source.nodes[{address + Bytes(12, '\0'), path}] = rlp;
        }
    }
    return source;
}

std::vector<Position> needed_positions(const Case& test) {
    std::vector<Position> needed;
    std::vector<Bytes> keys;
    for (const AccountAccess& access : test.accounts) keys.push_back(account_key(bytes_of(access.address.view())));
    std::sort(keys.begin(), keys.end());
    const NaiveTrie before = state_trie(test.before);
    const NaiveTrie after = state_trie(test.after);
    const auto at_account = [&](const Bytes& key) {
        for (std::size_t i = 0; i < test.accounts.size(); ++i) {
            const AccountAccess& access = test.accounts[i];
            const Bytes address = bytes_of(access.address.view());
            if (account_key(address) != key || test.before.count(address) == 0) continue;
            const bool read_only = access.storage_cleared || !access.current.exists;
            std::vector<Bytes> slots;
            for (const SlotAccess& slot : test.slots[i]) {
                if (slot.listed || !read_only) slots.push_back(nibbles_of(slot_bytes(slot.slot)));
            }
            std::sort(slots.begin(), slots.end());
            const NaiveTrie storage = storage_trie(test.before.at(address).storage);
            if (storage.leaves().empty()) continue;
            const NaiveTrie storage_after = read_only ? storage : storage_trie(test.after.at(address).storage);
            needed_nodes(
                storage, storage_after, slots,
                [&](const Bytes& path) {
                    needed.push_back({address + Bytes(12, '\0'), path});
                },
                [](const Bytes&) {});
        }
    };
    if (!before.leaves().empty()) {
        needed_nodes(
            before, after, keys,
            [&](const Bytes& path) {
                needed.push_back({Bytes(), path});
            },
            at_account);
    }
    return needed;
}

Storage random_storage(std::mt19937_64& rng, KeyMaker& keys) {
    Storage storage;
    for (std::uint64_t i = rng() % 3 == 0 ? 0 : rng() % 25; i-- != 0;) storage[keys.key()] = random_value(rng);
    return storage;
}

Case random_case(std::mt19937_64& rng) {
    Case test;
    KeyMaker addresses(rng, 20);
    KeyMaker slots(rng, 32);
    for (std::uint64_t i = rng() % 25; i-- != 0;) {
        Account& account = test.before[addresses.key()];
        account.nonce = rng() % 3;
        account.balance = rng() % 3 == 0 ? Uint256() : random_value(rng);
        if (rng() % 2 == 0) account.storage = random_storage(rng, slots);
        if (rng() % 2 == 0) account.code_hash.bytes.fill(static_cast<std::uint8_t>(rng()));
    }
    test.after = test.before;
    std::set<Bytes> touched;
    const std::uint64_t removals = rng() % 4;
    for (std::uint64_t i = rng() % 15; i-- != 0;) touched.insert(rng() % 4 == 0 ? addresses.key() : addresses.known());
    for (const Bytes& address : touched) {
        const bool existed = test.before.count(address) != 0;
        AccountAccess access{};
        access.address = address_of(address);
        access.original = info_of(test.before, address);
        Account account = existed ? test.before[address] : Account();
        bool exists = existed;
        if (rng() % 8 < 1 + 2 * removals && existed) {
            exists = false;
        } else if (rng() % 2 == 0) {
            exists = true;
            account.balance = rng() % 3 == 0 ? Uint256() : random_value(rng);
            if (rng() % 2 == 0) account.nonce = rng() % 100000;
            if (rng() % 4 == 0) account.code_hash.bytes.fill(static_cast<std::uint8_t>(rng()));
        }
        access.storage_cleared = rng() % 5 == 0;
        const bool starts_empty = access.storage_cleared || !exists;
        std::map<Bytes, SlotAccess> accesses;
        for (std::uint64_t i = rng() % 3 == 0 ? 0 : rng() % 12; i-- != 0;) {
            const Bytes slot = rng() % 4 == 0 ? slots.key() : slots.known();
            SlotAccess entry{};
            entry.slot = Uint256::from_be(view(slot).data());
            const auto value = account.storage.find(slot);
            entry.original = value != account.storage.end() && existed ? value->second : Uint256();
            entry.current = rng() % 3 == 0 ? entry.original : rng() % 2 == 0 ? Uint256() : random_value(rng);
            entry.listed = (!starts_empty && !account.storage.empty()) || rng() % 2 == 0;
            if (!entry.listed && starts_empty) entry.original = random_value(rng);  // means nothing
            accesses.emplace(slot, entry);
        }
        if (!existed && !exists) {
            for (auto& [slot, entry] : accesses) entry.current = Uint256();
        }
        if (access.storage_cleared) account.storage.clear();
        for (const auto& [slot, entry] : accesses) {
            if (entry.current.is_zero()) {
                account.storage.erase(slot);
            } else {
                account.storage[slot] = entry.current;
            }
        }
        if (exists) {
            test.after[address] = account;
        } else {
            test.after.erase(address);
        }
        access.current = info_of(test.after, address);
        access.current.storage_root = Hash32{};  // not read
        test.accounts.push_back(access);
        test.slots.emplace_back();
        for (const auto& [slot, entry] : accesses) test.slots.back().push_back(entry);
        std::shuffle(test.slots.back().begin(), test.slots.back().end(), rng);
    }
    // Any order, the slots with their account.
    for (std::size_t i = test.accounts.size(); i-- > 1;) {
        const std::size_t other = rng() % (i + 1);
        std::swap(test.accounts[i], test.accounts[other]);
        std::swap(test.slots[i], test.slots[other]);
    }
    return test;
}

}  // namespace

TEST_CASE("the end pass gives the root of the changed state and asks for just the nodes it needs, in order") {
    SLUICE_RANDOM(rng);
    int changed = 0;
    int emptied = 0;
    for (int round = 0; round < 1000; ++round) {
        const Case test = random_case(rng);
        PositionSource source = full_source(test.before);
        const Hash32 before = state_trie(test.before).root();
        const Hash32 after = state_trie(test.after).root();
        const Outcome outcome = run(test, source, before);
        REQUIRE(outcome.root.ok());
        REQUIRE(*outcome.root == after);
        REQUIRE(source.asked == needed_positions(test));
        changed += before == after ? 0 : 1;
        emptied += !test.before.empty() && test.after.empty() ? 1 : 0;
    }
    CHECK(changed > 500);
    CHECK(emptied > 3);
}

TEST_CASE("the end pass needs every node it asks for, unchanged") {
    SLUICE_RANDOM(rng);
    for (int round = 0; round < 300; ++round) {
        const Case test = random_case(rng);
        const PositionSource full = full_source(test.before);
        const Hash32 root = state_trie(test.before).root();
        for (const Position& position : needed_positions(test)) {
            const Bytes node = full.nodes.at(position);
            const auto attack = [&](const std::optional<Bytes>& replacement) {
                PositionSource source = full;
                source.nodes.erase(position);
                if (replacement) source.nodes[position] = *replacement;
                const Outcome outcome = run(test, source, root);
                const ErrorDetail& detail = outcome.diagnostics.detail();
                CHECK(Bytes(detail.path, detail.path + detail.path_size) == position.path);
                CHECK(detail.expected == keccak256(view(node)));
                CHECK(detail.storage_path == (position.owner.empty() ? 0 : 1));
                if (!position.owner.empty()) CHECK(bytes_of(detail.key) == position.owner);
                return outcome.root.error();
            };
            CHECK(attack(std::nullopt) == ErrorCode::trie_missing_node);
            Bytes corrupted = node;
            corrupted[rng() % corrupted.size()] ^= static_cast<char>(1 << rng() % 8);
            CHECK(attack(corrupted) == ErrorCode::trie_wrong_node_hash);
            CHECK(attack(Bytes()) == ErrorCode::trie_wrong_node_hash);
            CHECK(attack(node + '\0') == ErrorCode::trie_wrong_node_hash);
            const auto other = std::next(full.nodes.begin(), static_cast<std::ptrdiff_t>(rng() % full.nodes.size()));
            if (other->second != node) CHECK(attack(other->second) == ErrorCode::trie_wrong_node_hash);
        }
    }
}

TEST_CASE("no value that execution used may differ from the parent state") {
    SLUICE_RANDOM(rng);
    int accounts = 0;
    int slots = 0;
    for (int round = 0; round < 400; ++round) {
        const Case test = random_case(rng);
        if (test.accounts.empty()) continue;
        const PositionSource full = full_source(test.before);
        const Hash32 root = state_trie(test.before).root();
        const auto attack = [&](const Case& wrong, ErrorCode expected) {
            PositionSource source = full;
            const Outcome outcome = run(wrong, source, root);
            REQUIRE(outcome.root.error() == expected);
            return outcome.diagnostics.detail();
        };
        const std::size_t i = rng() % test.accounts.size();
        const Bytes address = bytes_of(test.accounts[i].address.view());
        const auto wrong_account = [&](auto change, const char* what) {
            Case wrong = test;
            change(wrong.accounts[i].original);
            const ErrorDetail detail = attack(wrong, ErrorCode::trie_wrong_account);
            CHECK(Bytes(detail.key.bytes.begin(), detail.key.bytes.begin() + detail.key_size) == address);
            CHECK(std::string(detail.what) == what);
            ++accounts;
        };
        wrong_account([&](AccountInfo& info) { info.nonce ^= 1; }, "account nonce");
        wrong_account([&](AccountInfo& info) { info.balance += 1; }, "account balance");
        wrong_account([&](AccountInfo& info) { info.code_hash.bytes[3] ^= 1; }, "account code hash");
        wrong_account([&](AccountInfo& info) { info.storage_root.bytes[31] ^= 1; }, "account storage root");
        // present as absent, and the reverse
        wrong_account([&](AccountInfo& info) { info.exists = !info.exists; }, "account existence");
        wrong_account(
            [&](AccountInfo& info) {
                if (info.exists) {
                    info = AccountInfo();
                } else {
                    info.exists = true;
                    info.balance = 5;
                }
            },
            "account existence");
        // Also if the wrong value was changed afterwards, or the account is gone.
        {
            Case wrong = test;
            wrong.accounts[i].original.balance += 1;
            wrong.accounts[i].current = AccountInfo();
            attack(wrong, ErrorCode::trie_wrong_account);
        }

        // Whether a slot that is not listed is compared depends on the account; listed ones always are.
        for (std::size_t k = 0; k < test.slots[i].size(); ++k) {
            if (!test.slots[i][k].listed) continue;
            Case wrong = test;
            SlotAccess& slot = wrong.slots[i][k];
            slot.original = slot.original.is_zero() || rng() % 2 == 0 ? slot.original + Uint256(1) : Uint256();
            const ErrorDetail detail = attack(wrong, ErrorCode::trie_wrong_slot);
            CHECK(Bytes(detail.key.bytes.begin(), detail.key.bytes.begin() + detail.key_size) == address);
            CHECK(detail.found == slot.original.to_hash());
            CHECK(detail.expected == test.slots[i][k].original.to_hash());
            ++slots;
            // overwritten after it was used
            slot.current = Uint256(77);
            attack(wrong, ErrorCode::trie_wrong_slot);
        }
    }
    CHECK(accounts > 500);
    CHECK(slots > 200);
}

TEST_CASE("an account or slot that is listed twice is an internal error") {
    SLUICE_RANDOM(rng);
    int slots = 0;
    for (int round = 0; round < 300; ++round) {
        const Case test = random_case(rng);
        if (test.accounts.empty()) continue;
        const Hash32 root = state_trie(test.before).root();
        Case twice = test;
        const std::size_t i = rng() % test.accounts.size();
        twice.accounts.push_back(test.accounts[i]);
        twice.slots.push_back({});
        PositionSource source = full_source(test.before);
        CHECK(run(twice, source, root).root.error() == ErrorCode::internal_fault);
        // Slots of an account that is removed have no part in the root unless they are listed.
        if (test.slots[i].empty() || !test.slots[i][0].listed) continue;
        twice = test;
        twice.slots[i].push_back(test.slots[i][0]);
        CHECK(run(twice, source, root).root.error() == ErrorCode::internal_fault);
        ++slots;
    }
    CHECK(slots > 50);
}

TEST_CASE("a slot that was not listed may not lie in parent storage that was not cleared") {
    Case test;
    const Bytes address(20, '\1');
    test.before[address].storage[Bytes(32, '\2')] = 5;
    test.accounts.resize(1);
    test.accounts[0].address = address_of(address);
    test.accounts[0].original = test.accounts[0].current = info_of(test.before, address);
    test.slots.resize(1);
    SlotAccess slot{};
    slot.slot = Uint256(3);
    slot.current = Uint256(4);
    test.slots[0].push_back(slot);
    PositionSource source = full_source(test.before);
    CHECK(run(test, source, state_trie(test.before).root()).root.error() == ErrorCode::internal_fault);
}

TEST_CASE("a block that touches nothing asks for nothing and keeps the root") {
    PositionSource source;
    const Hash32 root = keccak256(view("any"));
    const Outcome outcome = run({}, source, root);
    REQUIRE(outcome.root.ok());
    CHECK(*outcome.root == root);
    CHECK(source.asked.empty());
}

TEST_CASE("the collapse sibling is asked for after the touched children and only if the shape in the end needs it") {
    const auto key = [](int nibble) { return Bytes(1, static_cast<char>(nibble * 16)) + Bytes(31, '\5'); };
    Case test;
    const Bytes address(20, '\1');
    for (const int nibble : {1, 2, 3}) test.before[address].storage[key(nibble)] = Uint256(1, 2, 3, 4);
    test.accounts.resize(1);
    test.accounts[0].address = address_of(address);
    test.accounts[0].original = test.accounts[0].current = info_of(test.before, address);
    test.slots.resize(1);
    const auto change = [&](int nibble, const Uint256& value) {
        SlotAccess slot{};
        slot.slot = Uint256::from_be(view(key(nibble)).data());
        const auto found = test.before[address].storage.find(key(nibble));
        slot.original = found != test.before[address].storage.end() ? found->second : Uint256();
        slot.current = value;
        slot.listed = true;
        test.slots[0].push_back(slot);
        if (value.is_zero()) {
            test.after[address].storage.erase(key(nibble));
        } else {
            test.after[address].storage[key(nibble)] = value;
        }
    };
    const auto paths = [&] {
        PositionSource source = full_source(test.before);
        const Outcome outcome = run(test, source, state_trie(test.before).root());
        REQUIRE(outcome.root.ok());
        CHECK(*outcome.root == state_trie(test.after).root());
        std::vector<Bytes> asked;
        for (const Position& position : source.asked) {
            if (!position.owner.empty()) asked.push_back(position.path);
        }
        return asked;
    };
    test.after = test.before;
    change(3, 0);
    CHECK(paths() == std::vector<Bytes>{"", "\3"});
    change(2, 0);
    CHECK(paths() == std::vector<Bytes>{"", "\2", "\3", "\1"});
    change(7, 9);  // comes, and keeps the branch
    CHECK(paths() == std::vector<Bytes>{"", "\2", "\3"});
    test.slots[0].back().current = 0;
    test.after[address].storage.erase(key(7));
    change(1, Uint256(1, 2, 3, 4));  // touched but not changed
    CHECK(paths() == std::vector<Bytes>{"", "\1", "\2", "\3"});
    test.slots[0].back().current = 0;
    test.after[address].storage.clear();  // nothing is left
    CHECK(paths() == std::vector<Bytes>{"", "\1", "\2", "\3"});
}

TEST_CASE("an arena of any size gives the root or says that it is exhausted") {
    SLUICE_RANDOM(rng);
    int exhausted = 0;
    for (int round = 0; round < 40; ++round) {
        const Case test = random_case(rng);
        const PositionSource full = full_source(test.before);
        const Hash32 before = state_trie(test.before).root();
        for (std::size_t size = 0; size < 20000; size += 1 + rng() % 1500) {
            PositionSource source = full;
            const Outcome outcome = run(test, source, before, size);
            if (outcome.root.ok()) {
                REQUIRE(*outcome.root == state_trie(test.after).root());
            } else {
                REQUIRE(outcome.root.error() == ErrorCode::arena_exhausted);
                ++exhausted;
            }
        }
    }
    CHECK(exhausted > 10);
}

TEST_CASE("memory grows with the list that is sorted and with the depth, not with the tries") {
    SLUICE_RANDOM(rng);
    Case test;
    const Bytes address(20, '\1');
    KeyMaker keys(rng, 32);
    for (int i = 0; i < 3000; ++i) test.before[address].storage[keys.key()] = random_value(rng);
    test.after = test.before;
    test.accounts.resize(1);
    test.slots.resize(1);
    for (const auto& [bytes, value] : test.before[address].storage) {
        SlotAccess slot{};
        slot.slot = Uint256::from_be(view(bytes).data());
        slot.original = value;
        slot.current = value + Uint256(1);
        slot.listed = true;
        test.slots[0].push_back(slot);
        test.after[address].storage[bytes] = slot.current;
    }
    for (int i = 0; i < 3000; ++i) {
        const Bytes bytes = keys.key();
        if (test.after[address].storage.count(bytes) != 0) continue;
        SlotAccess slot{};
        slot.slot = Uint256::from_be(view(bytes).data());
        slot.current = random_value(rng);
        slot.listed = true;
        test.slots[0].push_back(slot);
        test.after[address].storage[bytes] = slot.current;
    }
    test.accounts[0].address = address_of(address);
    test.accounts[0].original = test.accounts[0].current = info_of(test.before, address);
    for (const bool cleared : {false, true}) {
        test.accounts[0].storage_cleared = cleared;
        PositionSource source = full_source(test.before);
        const Outcome outcome = run(test, source, state_trie(test.before).root(), std::size_t{1} << 20);
        REQUIRE(outcome.root.ok());
        CHECK(*outcome.root == state_trie(test.after).root());
        CHECK(outcome.peak < 56 * (test.slots[0].size() + 1) + 2 * 64 * 640);
    }
}

TEST_CASE("account and slot values are read strictly") {
    AccountInfo info;
    info.exists = true;
    info.nonce = 7;
    info.balance = Uint256(1, 2, 3, 4);
    std::uint8_t buffer[kMaxAccountSize];
    std::size_t size = encode_account(info, buffer);
    const Bytes encoded(buffer, buffer + size);
    const auto decoded = decode_account(view(encoded));
    REQUIRE(decoded.ok());
    CHECK(*decoded == info);
    for (std::size_t cut = 0; cut < encoded.size(); ++cut)
        CHECK_FALSE(decode_account(view(encoded.substr(0, cut))).ok());
    CHECK(decode_account(view(encoded + '\0')).error() == ErrorCode::rlp_trailing_bytes);
    info.nonce = ~std::uint64_t{0};
    info.balance = ~Uint256();
    size = encode_account(info, buffer);
    CHECK(size == kMaxAccountSize);
    CHECK(*decode_account({buffer, size}) == info);
    const Bytes hashes = naive_rlp::string(Bytes(32, 'a')) + naive_rlp::string(Bytes(32, 'b'));
    const Bytes five = naive_rlp::list(naive_rlp::integer(1) + naive_rlp::integer(2) + hashes + naive_rlp::integer(3));
    CHECK(decode_account(view(five)).error() == ErrorCode::rlp_trailing_bytes);
    const Bytes zero = naive_rlp::list(Bytes(1, '\0') + naive_rlp::integer(2) + hashes);
    CHECK(decode_account(view(zero)).error() == ErrorCode::rlp_leading_zero);

    const Bytes five_value = naive_rlp::integer(5);
    CHECK(*decode_slot(view(five_value)) == Uint256(5));
    CHECK_FALSE(decode_slot(view(naive_rlp::integer(0))).ok());
    CHECK_FALSE(decode_slot(view(Bytes(1, '\0'))).ok());
    CHECK_FALSE(decode_slot(view(naive_rlp::string(Bytes(33, 'x')))).ok());
    CHECK_FALSE(decode_slot(view(five_value + '\0')).ok());
    CHECK_FALSE(decode_slot(view(Bytes())).ok());
}
