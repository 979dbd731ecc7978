// The tries of real blocks' witnesses. SPDX-License-Identifier: MIT OR Apache-2.0
#include <set>

#include "sluice/witness/end_pass.h"
#include "sluice/witness/partial_trie.h"
#include "support/catch.h"
#include "support/witness_files.h"

using namespace sluice;
using namespace sluice::test;
using namespace sluice::witness;

namespace {

// The items of a list, whole.
std::vector<ByteView> items_of(rlp::Reader list) {
    std::vector<ByteView> items;
    while (!list.done()) {
        const auto item = list.raw();
        REQUIRE(item.ok());
        items.push_back(*item);
    }
    return items;
}

Hash32 packed(const Bytes& nibbles) {
    Hash32 key;
    for (std::size_t i = 0; i < 64; i += 2)
        key.bytes[i / 2] = static_cast<std::uint8_t>(nibbles[i] * 16 + nibbles[i + 1]);
    return key;
}

}  // namespace

TEST_CASE("every node of every real witness decodes and hangs below the parent's state root") {
    std::vector<std::string> folders;
    for (const char* set : {"mainnet", "mainnet-noparent", "mainnet-incomplete"}) {
        for (const std::string& folder : witness_folders(set)) folders.push_back(folder);
    }
    if (folders.empty()) SLUICE_SKIP_NO_DATA("mainnet blocks");
    std::vector<std::uint8_t> memory(std::size_t{1} << 26);
    for (const std::string& folder : folders) {
        INFO(folder);
        const WitnessFiles files = read_witness(folder);
        const WitnessNodes nodes(files);
        REQUIRE(nodes.size() == files.state.size());
        std::set<std::string> reached;
        const auto reach = [&](const Bytes& hash) { reached.insert(hash); };
        Arena arena(memory.data(), memory.size());
        Diagnostics diagnostics;
        NodeRecords state;
        std::size_t accounts = 0;
        const auto at_account = [&](const Bytes& key, ByteView value) {
            ++accounts;
            REQUIRE(key.size() == 64);
            const auto account = decode_account(value);
            REQUIRE(account.ok());
            // What was read is written again as it was.
            std::uint8_t again[kMaxAccountSize];
            REQUIRE(equal(value, {again, encode_account(*account, again)}));
            if (account->storage_root == kEmptyTrieRoot) return;
            NodeRecords storage;
            std::vector<std::pair<Hash32, Bytes>> slots;
            sweep_trie(nodes, bytes_of(account->storage_root), Bytes(), storage, reach,
                       [&](const Bytes& slot, ByteView slot_value) {
                           REQUIRE(slot.size() == 64);
                           REQUIRE(decode_slot(slot_value).ok());
                           slots.emplace_back(packed(slot), bytes_of(slot_value));
                       });
            const Hash32 owner = packed(key);
            const auto trie = PartialTrie::parse(account->storage_root, view(storage.bytes), storage.count, &owner,
                                                 arena, diagnostics);
            REQUIRE(trie.ok());
            for (const auto& [slot, slot_value] : slots) {
                const auto found = trie->lookup(slot, diagnostics);
                REQUIRE(found.ok());
                REQUIRE(found->has_value());
                REQUIRE(bytes_of(**found) == slot_value);
            }
        };
        REQUIRE(sweep_trie(nodes, bytes_of(files.parent_state_root), Bytes(), state, reach, at_account));
        CHECK(accounts > 10);
        CHECK(reached.size() == nodes.size());
        auto trie =
            PartialTrie::parse(files.parent_state_root, view(state.bytes), state.count, nullptr, arena, diagnostics);
        REQUIRE(trie.ok());
        CHECK(*trie->root(diagnostics) == files.parent_state_root);
    }
}

TEST_CASE("the roots of real blocks' transactions and withdrawals are those in their headers") {
    const auto folders = witness_folders("mainnet");
    if (folders.empty()) SLUICE_SKIP_NO_DATA("mainnet blocks");
    std::vector<std::uint8_t> memory(std::size_t{1} << 22);
    std::size_t transactions = 0;
    for (const std::string& folder : folders) {
        INFO(folder);
        const Bytes bytes = read_file(folder + "/block.rlp");
        rlp::Reader whole(view(bytes));
        auto block = whole.list();
        REQUIRE(block.ok());
        REQUIRE(whole.done());
        const auto header = items_of(*block->list());
        // A typed transaction stands in its block as a string, in the trie as the bytes in it (EIP-2718).
        std::vector<ByteView> values;
        for (const ByteView item : items_of(*block->list())) {
            rlp::Reader one(item);
            values.push_back(*one.next_kind() == rlp::Kind::list ? item : *one.string());
        }
        transactions += values.size();
        Arena arena(memory.data(), memory.size());
        CHECK(*ordered_root(values, arena) == Hash32::from(header[4].data() + 1));
        REQUIRE(block->skip() == ErrorCode::ok);  // ommers
        if (block->done()) continue;
        const auto withdrawals = items_of(*block->list());
        CHECK(*ordered_root(withdrawals, arena) == Hash32::from(header[16].data() + 1));
    }
    CHECK(transactions > 1000);
}

TEST_CASE("the end pass over real tries agrees with the tries in memory") {
    const auto folders = witness_folders("mainnet");
    if (folders.empty()) SLUICE_SKIP_NO_DATA("mainnet blocks");
    SLUICE_RANDOM(rng);
    int blocks = 0;
    std::vector<std::uint8_t> memory(std::size_t{1} << 27);
    for (const std::string& folder : folders) {
        const WitnessFiles files = read_witness(folder);
        if (files.keys.empty()) continue;  // most witnesses come without addresses and slots
        INFO(folder);
        ++blocks;
        WitnessNodes nodes(files);
        OwnedAccesses accesses = accesses_of(files, nodes);
        REQUIRE(accesses.accounts.size() > 100);
        auto& accounts = accesses.accounts;
        auto& slots = accesses.slots;
        for (std::size_t i = 0; i < accounts.size(); ++i) {
            for (SlotAccess& slot : slots[i]) {
                if (rng() % 3 != 0) continue;
                slot.current = Uint256(1 + rng() % 1000);
                accounts[i].current.exists = true;
            }
            if (rng() % 2 == 0) {
                accounts[i].current.exists = true;
                accounts[i].current.balance += Uint256(1 + rng() % 1000000);
                accounts[i].current.nonce += 1;
            }
        }

        // Tries in memory from the same nodes.
        Arena arena(memory.data(), memory.size());
        Diagnostics diagnostics;
        const auto in_memory = [&](const Hash32& root, NodeRecords& records) {
            sweep_trie(
                nodes, bytes_of(root), Bytes(), records, [](const Bytes&) {}, [](const Bytes&, ByteView) {});
            auto trie = PartialTrie::parse(root, view(records.bytes), records.count, nullptr, arena, diagnostics);
            REQUIRE(trie.ok());
            return *trie;
        };
        NodeRecords state;
        PartialTrie trie = in_memory(files.parent_state_root, state);
        std::vector<NodeRecords> storages(accounts.size());
        for (std::size_t i = 0; i < accounts.size(); ++i) {
            AccountInfo after = accounts[i].current;
            if (!slots[i].empty()) {
                PartialTrie storage = in_memory(accounts[i].original.storage_root, storages[i]);
                for (const SlotAccess& slot : slots[i]) {
                    if (slot.current == slot.original) continue;
                    std::uint8_t value[kMaxSlotSize];
                    const std::uint8_t* end = rlp::put_uint256(value, slot.current);
                    REQUIRE(storage.upsert(keccak256(slot.slot.to_hash().view()), {value, end}, diagnostics) ==
                            ErrorCode::ok);
                }
                after.storage_root = *storage.root(diagnostics);
            }
            if (!after.exists) continue;
            std::uint8_t value[kMaxAccountSize];
            REQUIRE(trie.upsert(keccak256(accounts[i].address.view()), {value, encode_account(after, value)},
                                diagnostics) == ErrorCode::ok);
        }

        std::vector<std::uint8_t> scratch_memory(1 << 18);
        Arena scratch(scratch_memory.data(), scratch_memory.size());
        const auto root = run_end_pass(files.parent_state_root, accesses.link(), nodes, scratch, diagnostics);
        INFO(error_name(root.error()) << " " << diagnostics.detail().what);
        REQUIRE(root.ok());
        CHECK(*root == *trie.root(diagnostics));
        CHECK_FALSE(*root == files.parent_state_root);
        // Without changes the root stays, through the same nodes.
        for (AccountAccess& access : accounts) {
            access.current = access.original;
            for (SlotAccess& slot : access.slots) slot.current = slot.original;
        }
        const auto same = run_end_pass(files.parent_state_root, accesses.link(), nodes, scratch, diagnostics);
        REQUIRE(same.ok());
        CHECK(*same == files.parent_state_root);
    }
    CHECK(blocks >= 2);
}
