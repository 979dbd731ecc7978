// The tries of real blocks' witnesses. SPDX-License-Identifier: MIT OR Apache-2.0
#include <set>
#include <unordered_map>

#include "sluice/witness/end_pass.h"
#include "sluice/witness/partial_trie.h"
#include "support/catch.h"
#include "support/witness_files.h"

using namespace sluice;
using namespace sluice::test;
using namespace sluice::witness;

namespace {

using NodeMap = std::unordered_map<std::string, Bytes>;

NodeMap node_map(const WitnessFiles& files) {
    NodeMap nodes;
    for (const Bytes& node : files.state) nodes[bytes_of(keccak256(view(node)))] = node;
    return nodes;
}

class MapSource final : public NodeSource {
 public:
    explicit MapSource(const NodeMap& nodes) : nodes_(nodes) {}
    Result<ByteView> node(const Hash32& hash, const NodePosition&) noexcept override {
        const auto found = nodes_.find(bytes_of(hash));
        if (found == nodes_.end()) return ErrorCode::trie_missing_node;
        asked.insert(found->first);
        return view(found->second);
    }
    std::set<std::string> asked;

 private:
    const NodeMap& nodes_;
};

// Goes through all of a trie that is there, calls `at_leaf(path, value)`, and writes the node records of what it went
// through.
struct Records {
    Bytes bytes;
    std::size_t count = 0;
};
class Sweep {
 public:
    Sweep(const NodeMap& nodes, std::set<std::string>& reached) : nodes_(nodes), reached_(reached) {}

    // True if the node is there.
    bool at_hash(const Bytes& hash, const Bytes& path, Records& records,
                 const std::function<void(const Bytes&, ByteView)>& at_leaf) {
        const auto found = nodes_.find(hash);
        if (found == nodes_.end()) return false;
        reached_.insert(hash);
        const std::size_t at = records.bytes.size();
        records.bytes += Bytes(8, '\0') + found->second;
        records.bytes.resize(align8(records.bytes.size()));
        ++records.count;
        const unsigned supplied = at_node(view(found->second), path, records, at_leaf);
        auto* header = reinterpret_cast<std::uint8_t*>(records.bytes.data() + at);
        store_le(header, static_cast<std::uint32_t>(found->second.size()));
        store_le(header + 4, static_cast<std::uint16_t>(supplied));
        return true;
    }

 private:
    unsigned at_node(ByteView rlp, const Bytes& path, Records& records,
                     const std::function<void(const Bytes&, ByteView)>& at_leaf) {
        Node node;
        REQUIRE(decode_node(rlp, node) == ErrorCode::ok);
        const auto child = [&](const std::uint8_t* reference, const Bytes& child_path) {
            if (*reference == kHashReference) {
                return at_hash(bytes_of({reference + 1, 32}), child_path, records, at_leaf) ? 1u : 0u;
            }
            if (*reference != kEmptyReference) {
                at_node({reference, reference_size(reference)}, child_path, records, at_leaf);
            }
            return 0u;
        };
        unsigned supplied = 0;
        if (node.kind == NodeKind::branch) {
            for (unsigned i = 0; i < 16; ++i) supplied |= child(node.reference(i), path + static_cast<char>(i)) << i;
            return supplied;
        }
        Bytes end = path;
        for (unsigned i = 0; i < node.path.count; ++i) end.push_back(static_cast<char>(node.path[i]));
        if (node.kind == NodeKind::extension) return child(node.child, end);
        REQUIRE(end.size() == 64);
        at_leaf(end, node.value);
        return 0;
    }

    const NodeMap& nodes_;
    std::set<std::string>& reached_;
};

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
    if (folders.empty()) SLUICE_SKIP("no mainnet blocks in the test data");
    std::vector<std::uint8_t> memory(std::size_t{1} << 26);
    for (const std::string& folder : folders) {
        INFO(folder);
        const WitnessFiles files = read_witness(folder);
        const NodeMap nodes = node_map(files);
        REQUIRE(nodes.size() == files.state.size());
        std::set<std::string> reached;
        Sweep sweep(nodes, reached);
        Arena arena(memory.data(), memory.size());
        Diagnostics diagnostics;
        Records state;
        std::size_t accounts = 0;
        REQUIRE(sweep.at_hash(bytes_of(files.parent_state_root), Bytes(), state, [&](const Bytes& key, ByteView value) {
            ++accounts;
            const auto account = decode_account(value);
            REQUIRE(account.ok());
            // What was read is written again as it was.
            std::uint8_t again[kMaxAccountSize];
            REQUIRE(equal(value, {again, encode_account(*account, again)}));
            if (account->storage_root == kEmptyTrieRoot) return;
            Records storage;
            std::vector<std::pair<Hash32, Bytes>> slots;
            sweep.at_hash(bytes_of(account->storage_root), Bytes(), storage,
                          [&](const Bytes& slot, ByteView slot_value) {
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
        }));
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
    if (folders.empty()) SLUICE_SKIP("no mainnet blocks in the test data");
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
    if (folders.empty()) SLUICE_SKIP("no mainnet blocks in the test data");
    SLUICE_RANDOM(rng);
    int blocks = 0;
    std::vector<std::uint8_t> memory(std::size_t{1} << 27);
    for (const std::string& folder : folders) {
        const WitnessFiles files = read_witness(folder);
        if (files.keys.empty()) continue;  // most witnesses come without addresses and slots
        INFO(folder);
        ++blocks;
        const NodeMap nodes = node_map(files);
        Diagnostics diagnostics;
        // Every address, and below it every slot that the witness can tell; some of them change.
        MapSource source(nodes);
        std::vector<AccountAccess> accounts;
        std::vector<std::vector<SlotAccess>> slots;
        std::set<Bytes> slot_names;
        for (const Bytes& key : files.keys) {
            if (key.size() == 32) slot_names.insert(key);
        }
        std::set<Bytes> addresses;
        for (const Bytes& key : files.keys) {
            if (key.size() != 20 || !addresses.insert(key).second) continue;
            AccountAccess access{};
            access.address = Address::from(view(key).data());
            diagnostics.clear();
            const Hash32 hashed = keccak256(view(key));
            const auto value = lookup(files.parent_state_root, hashed, nullptr, source, diagnostics);
            REQUIRE(value.ok());
            if (value->has_value()) access.original = *decode_account(**value);
            access.current = access.original;
            slots.emplace_back();
            for (const Bytes& name : slot_names) {
                if (access.original.storage_root == kEmptyTrieRoot) break;
                SlotAccess slot{};
                slot.slot = Uint256::from_be(view(name).data());
                slot.listed = true;
                const auto found =
                    lookup(access.original.storage_root, keccak256(view(name)), &hashed, source, diagnostics);
                if (!found.ok()) continue;
                if (found->has_value()) slot.original = *decode_slot(**found);
                slot.current = rng() % 3 == 0 ? Uint256(1 + rng() % 1000) : slot.original;
                slots.back().push_back(slot);
            }
            if (rng() % 2 == 0) {
                access.current.exists = true;
                access.current.balance += Uint256(1 + rng() % 1000000);
                access.current.nonce += 1;
            }
            accounts.push_back(access);
        }
        for (std::size_t i = 0; i < accounts.size(); ++i) {
            accounts[i].slots = slots[i];
            for (const SlotAccess& slot : slots[i]) accounts[i].current.exists |= !slot.current.is_zero();
        }
        REQUIRE(accounts.size() > 100);

        // Tries in memory from the same nodes.
        Arena arena(memory.data(), memory.size());
        std::set<std::string> reached;
        Sweep sweep(nodes, reached);
        diagnostics.clear();
        const auto in_memory = [&](const Hash32& root, Records& records) {
            sweep.at_hash(bytes_of(root), Bytes(), records, [](const Bytes&, ByteView) {});
            auto trie = PartialTrie::parse(root, view(records.bytes), records.count, nullptr, arena, diagnostics);
            REQUIRE(trie.ok());
            return *trie;
        };
        Records state;
        PartialTrie trie = in_memory(files.parent_state_root, state);
        std::vector<Records> storages(accounts.size());
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
        const auto root = run_end_pass(files.parent_state_root, {accounts}, source, scratch, diagnostics);
        INFO(error_name(root.error()) << " " << diagnostics.detail().what);
        REQUIRE(root.ok());
        CHECK(*root == *trie.root(diagnostics));
        CHECK_FALSE(*root == files.parent_state_root);
        // Without changes the root stays, through the same nodes.
        for (AccountAccess& access : accounts) {
            access.current = access.original;
            for (SlotAccess& slot : access.slots) slot.current = slot.original;
        }
        const auto same = run_end_pass(files.parent_state_root, {accounts}, source, scratch, diagnostics);
        REQUIRE(same.ok());
        CHECK(*same == files.parent_state_root);
    }
    CHECK(blocks >= 2);
}
