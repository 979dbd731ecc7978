// Fuzzes tries with nodes that nothing vouches for: whatever the nodes are, there is a root or an error.
//
// The program's own keccak256 is the same for all nodes, so that malformed nodes are not held back by their hashes, and
// an address or a slot is its own hash. SPDX-License-Identifier: MIT OR Apache-2.0
#include <cstdlib>
#include <vector>

#include "sluice/witness/end_pass.h"
#include "sluice/witness/partial_trie.h"

namespace sluice {

Hash32 keccak256(ByteView data) noexcept {
    Hash32 hash;
    if (data.size() == 20 || data.size() == 32) {
        std::memcpy(hash.bytes.data(), data.data(), data.size());
    } else {
        hash.bytes.fill(0xaa);
    }
    return hash;
}

}  // namespace sluice

using namespace sluice;
using namespace sluice::witness;

namespace {

class Input {
 public:
    Input(const std::uint8_t* data, std::size_t size) : data_(data, size) {}
    unsigned byte() {
        if (data_.empty()) return 0;
        const unsigned value = data_[0];
        data_ = data_.subspan(1);
        return value;
    }
    ByteView bytes(std::size_t size) {
        const ByteView result = data_.first(size < data_.size() ? size : data_.size());
        data_ = data_.subspan(result.size());
        return result;
    }
    ByteView rest() const { return data_; }

 private:
    ByteView data_;
};

// Keys of few kinds, so that they meet the nodes.
Hash32 key(Input& input) {
    Hash32 hash;
    const unsigned head = input.byte();
    hash.bytes.fill(static_cast<std::uint8_t>(input.byte()));
    hash.bytes[0] = static_cast<std::uint8_t>(head);
    hash.bytes[31] = static_cast<std::uint8_t>(input.byte());
    return hash;
}

Hash32 node_hash() {
    Hash32 hash;
    hash.bytes.fill(0xaa);
    return hash;
}

// Nodes one after another: size in two bytes, then the node. A copy of exactly its size, so that reads past it are
// seen.
class Nodes final : public NodeSource {
 public:
    explicit Nodes(Input& input) : input_(input) {}
    Result<NodeBytes> node(const Hash32& hash, const NodePosition& position) noexcept override {
        if (hash == kEmptyTrieRoot || position.depth > kKeyNibbles) abort();
        if (input_.rest().size() < 2) return ErrorCode::trie_missing_node;
        const unsigned size = input_.byte() * 256 + input_.byte();
        const ByteView bytes = input_.bytes(size);
        kept_.emplace_back(bytes.begin(), bytes.end());
        return NodeBytes{ByteView(kept_.back())};
    }

 private:
    Input& input_;
    std::vector<std::vector<std::uint8_t>> kept_;
};

void fuzz_end_pass(Input& input, Arena& arena) {
    std::vector<AccountAccess> accounts(input.byte() % 6);
    std::vector<std::vector<SlotAccess>> slots(accounts.size());
    for (std::size_t i = 0; i < accounts.size(); ++i) {
        const unsigned flags = input.byte();
        accounts[i].address = Address::from(key(input).bytes.data());
        // An account as a node of this trie holds it, so that its storage is reached.
        accounts[i].original.exists = (flags & 1) != 0;
        if (accounts[i].original.exists && (flags & 2) != 0) accounts[i].original.storage_root = node_hash();
        accounts[i].current = accounts[i].original;
        if ((flags & 4) != 0) accounts[i].current.balance = 5;
        if ((flags & 8) != 0) accounts[i].current.exists = !accounts[i].current.exists;
        accounts[i].storage_cleared = (flags & 16) != 0;
        slots[i].resize(flags >> 5);
        for (SlotAccess& slot : slots[i]) {
            slot.slot = Uint256::from_hash(key(input));
            slot.original = input.byte() % 3;
            slot.current = input.byte() % 3;
            slot.listed = true;
        }
        accounts[i].slots = slots[i];
    }
    Nodes nodes(input);
    Diagnostics diagnostics;
    const auto root = run_end_pass(node_hash(), {accounts}, nodes, arena, diagnostics);
    if (root.ok() == diagnostics.failed() || arena.used() != 0) abort();
}

void fuzz_partial_trie(Input& input, Arena& arena) {
    const unsigned count = input.byte();
    const unsigned operations = input.byte();
    const ByteView script = input.bytes(operations % 32 * 4);
    const std::vector<std::uint8_t> records(input.rest().begin(), input.rest().end());
    Diagnostics diagnostics;
    auto trie = PartialTrie::parse(node_hash(), records, count, nullptr, arena, diagnostics);
    if (trie.ok() == diagnostics.failed()) abort();
    if (!trie.ok()) return;
    Input steps(script.data(), script.size());
    while (!steps.rest().empty()) {
        const unsigned operation = steps.byte();
        const Hash32 at = key(steps);
        const std::uint8_t value[40] = {1};
        diagnostics.clear();
        switch (operation % 4) {
            case 0:
                static_cast<void>(trie->lookup(at, diagnostics));
                break;
            case 1: {
                const ErrorCode code = trie->upsert(at, ByteView(value).first(1 + operation / 4 % 40), diagnostics);
                if (failed(code)) break;
                const auto found = trie->lookup(at, diagnostics);
                if (!found.ok() || !found->has_value()) abort();
                break;
            }
            case 2: {
                if (failed(trie->erase(at, diagnostics))) break;
                const auto found = trie->lookup(at, diagnostics);
                if (!found.ok() || found->has_value()) abort();
                break;
            }
            default:
                static_cast<void>(trie->root(diagnostics));
        }
    }
    diagnostics.clear();
    static_cast<void>(trie->root(diagnostics));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static std::vector<std::uint8_t> memory(1 << 20);
    Arena arena(memory.data(), memory.size());
    Input input(data, size);
    switch (input.byte() % 4) {
        case 0: {
            const std::vector<std::uint8_t> copy(input.rest().begin(), input.rest().end());
            Node node;
            static_cast<void>(decode_node(copy, node));
            break;
        }
        case 1:
            fuzz_partial_trie(input, arena);
            break;
        case 2: {
            const Hash32 at = key(input);
            Nodes nodes(input);
            Diagnostics diagnostics;
            const auto found = lookup(node_hash(), at, nullptr, nodes, diagnostics);
            if (found.ok() == diagnostics.failed()) abort();
            break;
        }
        default:
            fuzz_end_pass(input, arena);
    }
    return 0;
}
