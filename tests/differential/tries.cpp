// Random changes of partial tries. SPDX-License-Identifier: MIT OR Apache-2.0
#include "differential/tries.h"

#include <set>
#include <string>
#include <vector>

#include "sluice/witness/partial_trie.h"
#include "support/naive_trie.h"
#include "support/node_records.h"

namespace sluice::test {
namespace {

using Json = nlohmann::json;
using witness::PartialTrie;

std::string hex_of(const Bytes& bytes) {
    return "0x" + to_hex(bytes);
}
std::string hex_of(const Hash32& hash) {
    return hex_of(bytes_of(hash));
}
Bytes key_bytes(const Bytes& nibbles) {
    return bytes_of(key_of(nibbles));
}

struct Change {
    Bytes key;    ///< nibbles
    Bytes value;  ///< empty: removed
};

/// Values that are set first, then removals, each in the order in which they come.
std::vector<Change> changes_of(const Json& trie) {
    std::vector<Change> changes;
    for (const bool removals : {false, true}) {
        for (const Json& change : trie.at("changes")) {
            const Bytes value = from_hex(change.at(1).get<std::string>());
            if (value.empty() == removals) changes.push_back({nibbles_of(from_hex(change.at(0))), value});
        }
    }
    return changes;
}

}  // namespace

Json TrieGenerator::next() {
    std::vector<Bytes> keys;
    const auto key = [&] {
        Bytes nibbles;
        if (!keys.empty() && rng_() % 4 != 0) {
            constexpr std::size_t kDepths[] = {0, 1, 2, 3, 5, 8, 30, 60, 61, 62, 63};
            nibbles = keys[rng_() % keys.size()].substr(0, kDepths[rng_() % std::size(kDepths)]);
        }
        const std::uint64_t variety = 2 + rng_() % 15;
        while (nibbles.size() < 64) nibbles.push_back(static_cast<char>(rng_() % variety));
        keys.push_back(nibbles);
        return nibbles;
    };
    std::uint64_t values = 0;
    // No two are equal, so that a change makes no node that is not known anew.
    const auto value = [&] {
        Bytes bytes = naive_rlp::big_endian(++values);
        bytes.resize(bytes.size() + (rng_() % 4 == 0 ? rng_() % 60 : 0), 'v');
        return bytes;
    };
    NaiveTrie::Leaves leaves;
    for (std::uint64_t count = 1 + rng_() % 40; count > 0; --count) leaves[key()] = value();
    const std::size_t known = keys.size();
    std::map<Bytes, Bytes> changes;
    for (std::uint64_t i = rng_() % 6; i > 0; --i) changes[rng_() % 2 == 0 ? keys[rng_() % known] : key()] = value();
    for (std::uint64_t i = 1 + rng_() % 12; i > 0; --i) changes[keys[rng_() % known]] = Bytes();

    const NaiveTrie before(leaves);
    Json trie;
    for (const auto& [nibbles, bytes] : leaves) trie["leaves"][hex_of(key_bytes(nibbles))] = hex_of(bytes);
    for (const auto& [nibbles, bytes] : changes) {
        trie["changes"].push_back(Json::array({hex_of(key_bytes(nibbles)), hex_of(bytes)}));
    }
    // What lies beside the changed paths is what a collapse needs; and now and then any node.
    std::vector<Bytes> beside;
    std::vector<Bytes> all;
    for (const auto& [path, node] : before.nodes()) {
        if (path.empty()) continue;
        all.push_back(path);
        const auto on_path = [&](const auto& change) { return change.first.compare(0, path.size(), path) == 0; };
        if (std::none_of(changes.begin(), changes.end(), on_path)) beside.push_back(path);
    }
    trie["unknown"] = Json::array();
    const auto forget = [&](const Bytes& path) {
        trie["unknown"].push_back(hex_of(keccak256(view(before.nodes().at(path)))));
    };
    if (rng_() % 2 == 0) {
        for (const Bytes& path : beside) forget(path);
    } else if (!all.empty()) {
        for (std::uint64_t i = rng_() % 3; i > 0; --i) forget(all[rng_() % all.size()]);
    }
    return {{"trie", trie}};
}

Json run_trie_here(const Json& request, Arena memory) {
    const Json& trie = request.at("trie");
    NaiveTrie::Leaves leaves;
    for (const auto& [key, value] : trie.at("leaves").items()) leaves[nibbles_of(from_hex(key))] = from_hex(value);
    const NaiveTrie before(leaves);
    std::set<std::string> unknown;
    for (const Json& hash : trie.at("unknown")) unknown.insert(hash.get<std::string>());
    // In pre-order; below a node that is not known nothing is.
    std::set<Bytes> paths;
    Bytes forgotten(1, '\x7f');
    for (const auto& [path, node] : before.nodes()) {
        if (path.compare(0, forgotten.size(), forgotten) == 0) continue;
        if (unknown.contains(hex_of(keccak256(view(node))))) {
            forgotten = path;
            continue;
        }
        paths.insert(path);
    }
    const std::vector<Change> changes = changes_of(trie);
    std::vector<PartialTrie::Change> list;
    for (const Change& change : changes) {
        list.push_back({key_of(change.key), view(change.value)});
        if (change.value.empty()) {
            leaves.erase(change.key);
        } else {
            leaves[change.key] = change.value;
        }
    }
    const Hash32 expected = NaiveTrie(std::move(leaves)).root();

    const Records records = records_of(before, paths);
    Diagnostics diagnostics;
    auto partial = PartialTrie::parse(before.root(), view(records.bytes), records.count, nullptr, memory, diagnostics);
    if (!partial.ok()) return {{"error", std::string(error_name(partial.error()))}};
    const ErrorCode code = partial->apply(list, diagnostics);
    if (code == ErrorCode::trie_missing_node && !unknown.empty()) {
        return {{"before", hex_of(before.root())}, {"missing", true}};
    }
    if (failed(code)) return {{"error", std::string(error_name(code))}};
    const auto root = partial->root(diagnostics);
    if (!root.ok()) return {{"error", std::string(error_name(root.error()))}};
    if (!(*root == expected)) return {{"error", "another root than the naive trie's, " + hex_of(expected)}};
    return {{"before", hex_of(before.root())}, {"after", hex_of(*root)}};
}

}  // namespace sluice::test
