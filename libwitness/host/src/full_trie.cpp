// Builds a whole trie in memory. SPDX-License-Identifier: MIT OR Apache-2.0
#include "sluice/witness_host/full_trie.h"

#include <iterator>

#include "sluice/base/keccak.h"
#include "sluice/base/rlp.h"

namespace sluice::witness_host {
namespace {

using Leaf = std::map<Hash32, std::string>::const_iterator;
constexpr std::size_t kKeyNibbles = 64;

ByteView view(const std::string& bytes) {
    return {reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()};
}

std::uint8_t nibble(const Hash32& key, std::size_t index) {
    const std::uint8_t byte = key.bytes[index / 2];
    return index % 2 == 0 ? byte >> 4 : byte & 0x0f;
}

std::string rlp_string(const std::string& bytes) {
    std::string out(rlp::length_of_string(view(bytes)), '\0');
    rlp::put_string(reinterpret_cast<std::uint8_t*>(out.data()), view(bytes));
    return out;
}

std::string rlp_list(const std::string& payload) {
    std::string out(rlp::length_of_header(payload.size()), '\0');
    rlp::put_list_header(reinterpret_cast<std::uint8_t*>(out.data()), payload.size());
    return out + payload;
}

/// Hex-prefix encoding of the nibbles [from, to) of a key (Yellow Paper, appendix C).
std::string hex_prefix(const Hash32& key, std::size_t from, std::size_t to, bool leaf) {
    const bool odd = (to - from) % 2 != 0;
    std::string path(1, static_cast<char>((leaf ? 0x20 : 0) | (odd ? 0x10 | nibble(key, from) : 0)));
    for (std::size_t i = from + (odd ? 1 : 0); i < to; i += 2) {
        path += static_cast<char>(nibble(key, i) << 4 | nibble(key, i + 1));
    }
    return path;
}

class Builder {
 public:
    explicit Builder(FullTrie& trie) : trie_(trie) {}

    /// RLP of the node above the leaves [begin, end), which agree in their first `depth` nibbles.
    std::string node(Leaf begin, Leaf end, std::size_t depth) {
        if (std::next(begin) == end) {
            return rlp_list(rlp_string(hex_prefix(begin->first, depth, kKeyNibbles, true)) + rlp_string(begin->second));
        }
        std::size_t common = depth;
        while (nibble(begin->first, common) == nibble(std::prev(end)->first, common)) ++common;
        std::string children;
        Leaf next = begin;
        for (std::uint8_t child = 0; child < 16; ++child) {
            const Leaf first = next;
            while (next != end && nibble(next->first, common) == child) ++next;
            children += first == next ? std::string(1, static_cast<char>(rlp::kEmptyString))
                                      : reference(node(first, next, common + 1));
        }
        const std::string branch = rlp_list(children + static_cast<char>(rlp::kEmptyString));
        if (common == depth) return branch;
        return rlp_list(rlp_string(hex_prefix(begin->first, depth, common, false)) + reference(branch));
    }

 private:
    /// How a parent refers to a node: by hash, or by the node itself if that is shorter than 32 bytes.
    std::string reference(const std::string& rlp) {
        if (rlp.size() < 32) return rlp;
        trie_.nodes.push_back(rlp);
        const Hash32 hash = keccak256(view(rlp));
        return rlp_string({reinterpret_cast<const char*>(hash.bytes.data()), hash.bytes.size()});
    }

    FullTrie& trie_;
};

}  // namespace

FullTrie build_full_trie(const std::map<Hash32, std::string>& leaves) {
    FullTrie trie;
    if (leaves.empty()) {
        trie.root = kEmptyTrieRoot;
        return trie;
    }
    const std::string root = Builder(trie).node(leaves.begin(), leaves.end(), 0);
    trie.root = keccak256(view(root));
    trie.nodes.push_back(root);
    return trie;
}

}  // namespace sluice::witness_host
