// The real blocks of the test data: block RLP, witness and what is known of them. SPDX-License-Identifier: MIT OR
// Apache-2.0
#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <unordered_map>
#include <vector>
#include <zlib.h>

#include "nlohmann/json.hpp"

#include "sluice/witness/end_pass.h"
#include "support/naive_trie.h"

namespace sluice::test {

/// See support/catch.h.
std::string test_data();

struct WitnessFiles {
    std::string number;
    Bytes block;               ///< RLP
    std::vector<Bytes> state;  ///< RLP of trie nodes
    std::vector<Bytes> keys;   ///< addresses and slots; often none
    Hash32 parent_state_root;
};

inline Bytes read_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file.good()) throw std::runtime_error("cannot read " + path);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

inline Bytes read_gzip(const std::string& path) {
    gzFile file = gzopen(path.c_str(), "rb");
    if (file == nullptr) throw std::runtime_error("cannot read " + path);
    Bytes bytes;
    std::vector<char> buffer(1 << 16);
    for (int size = 0; (size = gzread(file, buffer.data(), static_cast<unsigned>(buffer.size()))) > 0;) {
        bytes.append(buffer.data(), static_cast<std::size_t>(size));
    }
    gzclose(file);
    return bytes;
}

/// Folders of the set (such as "mainnet") in ascending order; none if the test data is missing (`data` is empty).
inline std::vector<std::string> witness_folders(const std::string& set, const std::string& data = test_data()) {
    std::vector<std::string> folders;
    if (data.empty()) return folders;
    for (const auto& entry : std::filesystem::directory_iterator(data + "/" + set)) folders.push_back(entry.path());
    std::sort(folders.begin(), folders.end());
    return folders;
}

inline WitnessFiles read_witness(const std::string& folder) {
    WitnessFiles files;
    const auto meta = nlohmann::json::parse(read_file(folder + "/meta.json"));
    files.number = std::to_string(meta.at("number").get<std::uint64_t>());
    files.parent_state_root = hash_of(from_hex(meta.at("parentStateRoot").get<std::string>()));
    files.block = read_file(folder + "/block.rlp");
    const auto witness = nlohmann::json::parse(read_gzip(folder + "/witness.json.gz"));
    for (const auto& node : witness.at("state")) files.state.push_back(from_hex(node.get<std::string>()));
    for (const auto& key : witness.at("keys")) files.keys.push_back(from_hex(key.get<std::string>()));
    return files;
}

/// Nodes by hash.
class WitnessNodes final : public witness::NodeSource {
 public:
    explicit WitnessNodes(const WitnessFiles& files) {
        for (const Bytes& node : files.state) nodes_[bytes_of(keccak256(view(node)))] = node;
    }
    Result<witness::NodeBytes> node(const Hash32& hash, const witness::NodePosition&) noexcept override {
        const Bytes* found = find(bytes_of(hash));
        if (found == nullptr) return ErrorCode::trie_missing_node;
        return witness::NodeBytes{view(*found)};
    }
    const Bytes* find(const Bytes& hash) const {
        const auto found = nodes_.find(hash);
        return found != nodes_.end() ? &found->second : nullptr;
    }
    std::size_t size() const { return nodes_.size(); }

 private:
    std::unordered_map<std::string, Bytes> nodes_;
};

/// Accesses with room for their slots.
struct OwnedAccesses {
    std::vector<witness::AccountAccess> accounts;
    std::vector<std::vector<witness::SlotAccess>> slots;  ///< beside `accounts`

    witness::BlockAccesses link() {
        for (std::size_t i = 0; i < accounts.size(); ++i) accounts[i].slots = slots[i];
        return {accounts};
    }
};

/// Every account that the witness names in its keys, and below it every slot it names whose value the nodes can tell.
/// Nothing has changed yet.
inline OwnedAccesses accesses_of(const WitnessFiles& files, WitnessNodes& nodes) {
    OwnedAccesses all;
    std::set<Bytes> addresses;
    std::set<Bytes> slots;
    for (const Bytes& key : files.keys) (key.size() == 20 ? addresses : slots).insert(key);
    for (const Bytes& address : addresses) {
        witness::AccountAccess access{};
        access.address = Address::from(view(address).data());
        const Hash32 hashed = keccak256(view(address));
        Diagnostics diagnostics;
        const auto value = witness::lookup(files.parent_state_root, hashed, nullptr, nodes, diagnostics);
        if (!value.ok()) continue;
        if (value->has_value()) access.original = *witness::decode_account(**value);
        access.current = access.original;
        all.slots.emplace_back();
        for (const Bytes& name : slots) {
            if (access.original.storage_root == kEmptyTrieRoot) break;
            const auto found =
                witness::lookup(access.original.storage_root, keccak256(view(name)), &hashed, nodes, diagnostics);
            if (!found.ok()) continue;
            witness::SlotAccess slot{};
            slot.slot = Uint256::from_be(view(name).data());
            slot.listed = true;
            if (found->has_value()) slot.original = *witness::decode_slot(**found);
            slot.current = slot.original;
            all.slots.back().push_back(slot);
        }
        all.accounts.push_back(access);
    }
    return all;
}

/// The records of the nodes that are there of a trie, in pre-order.
struct NodeRecords {
    Bytes bytes;
    std::size_t count = 0;
};

/// Goes through all of a trie that is there: fills `records`, and calls `at_node(hash)` and `at_leaf(nibbles, value)`.
/// Throws on a malformed node.
inline bool sweep_trie(const WitnessNodes& nodes, const Bytes& hash, const Bytes& path, NodeRecords& records,
                       const std::function<void(const Bytes&)>& at_node,
                       const std::function<void(const Bytes&, ByteView)>& at_leaf) {
    const Bytes* rlp = nodes.find(hash);
    if (rlp == nullptr) return false;
    at_node(hash);
    const std::size_t at = records.bytes.size();
    records.bytes += Bytes(8, '\0') + *rlp;
    records.bytes.resize(align8(records.bytes.size()));
    ++records.count;
    const std::function<unsigned(ByteView, const Bytes&)> walk = [&](ByteView node_rlp, const Bytes& node_path) {
        witness::Node node;
        if (failed(witness::decode_node(node_rlp, node))) throw std::runtime_error("malformed node");
        const auto child = [&](const std::uint8_t* reference, const Bytes& child_path) {
            if (*reference == witness::kHashReference) {
                return sweep_trie(nodes, bytes_of(ByteView(reference + 1, 32)), child_path, records, at_node, at_leaf)
                           ? 1u
                           : 0u;
            }
            if (*reference != witness::kEmptyReference)
                walk({reference, witness::reference_size(reference)}, child_path);
            return 0u;
        };
        unsigned supplied = 0;
        if (node.kind == witness::NodeKind::branch) {
            for (unsigned i = 0; i < 16; ++i)
                supplied |= child(node.reference(i), node_path + static_cast<char>(i)) << i;
            return supplied;
        }
        Bytes end = node_path;
        for (unsigned i = 0; i < node.path.count; ++i) end.push_back(static_cast<char>(node.path[i]));
        if (node.kind == witness::NodeKind::extension) return child(node.child, end);
        at_leaf(end, node.value);
        return supplied;
    };
    const unsigned supplied = walk(view(*rlp), path);
    auto* header = reinterpret_cast<std::uint8_t*>(records.bytes.data() + at);
    store_le(header, static_cast<std::uint32_t>(rlp->size()));
    store_le(header + 4, static_cast<std::uint16_t>(supplied));
    return true;
}

}  // namespace sluice::test
