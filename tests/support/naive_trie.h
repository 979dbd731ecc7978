// A Merkle-Patricia trie built from a sorted map, as the Yellow Paper's appendix D defines it: the trie's twin in
// tests. It shares nothing with the code under test but keccak256. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "sluice/base/keccak.h"

namespace sluice::test {

/// Byte strings; also nibble strings, one nibble a char.
using Bytes = std::string;

inline ByteView view(const Bytes& bytes) {
    return {reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()};
}
inline Bytes bytes_of(ByteView view) {
    return {reinterpret_cast<const char*>(view.data()), view.size()};
}
inline Bytes bytes_of(const Hash32& hash) {
    return bytes_of(hash.view());
}
inline Hash32 hash_of(const Bytes& bytes) {
    return Hash32::from(view(bytes).data());
}

inline Bytes from_hex(const std::string& text) {
    Bytes bytes;
    for (std::size_t i = text.compare(0, 2, "0x") == 0 ? 2 : 0; i + 1 < text.size(); i += 2) {
        bytes.push_back(static_cast<char>(std::stoi(text.substr(i, 2), nullptr, 16)));
    }
    return bytes;
}
inline std::string to_hex(const Bytes& bytes) {
    std::string text;
    for (const char byte : bytes) {
        for (const int shift : {4, 0})
            text.push_back("0123456789abcdef"[static_cast<unsigned char>(byte) >> shift & 15]);
    }
    return text;
}
inline Bytes nibbles_of(const Bytes& key) {
    Bytes nibbles;
    for (const char byte : key) {
        nibbles.push_back(static_cast<char>(static_cast<unsigned char>(byte) >> 4));
        nibbles.push_back(static_cast<char>(byte & 15));
    }
    return nibbles;
}
inline Bytes nibbles_of(const Hash32& key) {
    return nibbles_of(bytes_of(key));
}

namespace naive_rlp {

inline Bytes big_endian(std::uint64_t value) {
    Bytes digits;
    for (; value != 0; value >>= 8) digits.insert(digits.begin(), static_cast<char>(value & 0xff));
    return digits;
}
inline Bytes header(unsigned char base, std::size_t size) {
    if (size < 56) return Bytes(1, static_cast<char>(base + size));
    const Bytes length = big_endian(size);
    return Bytes(1, static_cast<char>(base + 55 + length.size())) + length;
}
inline Bytes string(const Bytes& bytes) {
    if (bytes.size() == 1 && static_cast<unsigned char>(bytes[0]) < 0x80) return bytes;
    return header(0x80, bytes.size()) + bytes;
}
inline Bytes integer(std::uint64_t value) {
    return string(big_endian(value));
}
inline Bytes list(const Bytes& items) {
    return header(0xc0, items.size()) + items;
}

}  // namespace naive_rlp

/// All nodes of the trie that holds `leaves` (nibbles of the key -> value). No key is a prefix of another.
class NaiveTrie {
 public:
    using Leaves = std::map<Bytes, Bytes>;

    explicit NaiveTrie(Leaves leaves) : leaves_(std::move(leaves)) {
        const Bytes root = leaves_.empty() ? Bytes("\x80", 1) : encode(Bytes());
        if (!leaves_.empty()) nodes_[Bytes()] = root;
        root_ = keccak256(view(root));
    }

    const Hash32& root() const { return root_; }
    const Leaves& leaves() const { return leaves_; }
    /// Path -> RLP of every node that a parent holds by hash, and of the root. Pre-order, ascending.
    const std::map<Bytes, Bytes>& nodes() const { return nodes_; }

    /// The leaves whose keys begin with `path`.
    std::pair<Leaves::const_iterator, Leaves::const_iterator> below(const Bytes& path) const {
        const auto first = leaves_.lower_bound(path);
        auto last = leaves_.lower_bound(path + '\x10');  // greater than every nibble
        return {first, last};
    }
    bool empty_below(const Bytes& path) const {
        const auto [first, last] = below(path);
        return first == last;
    }
    /// The longest path that all leaves below `path` share: where the node at `path` branches, or its leaf's key.
    Bytes fork(const Bytes& path) const {
        const auto [first, last] = below(path);
        const Bytes& low = first->first;
        const Bytes& high = std::prev(last)->first;
        std::size_t common = path.size();
        while (common < low.size() && common < high.size() && low[common] == high[common]) ++common;
        return low.substr(0, common);
    }

 private:
    static Bytes hex_prefix(const Bytes& nibbles, bool leaf) {
        const bool odd = nibbles.size() % 2 != 0;
        Bytes padded;
        padded.push_back(static_cast<char>((leaf ? 2 : 0) + (odd ? 1 : 0)));
        if (!odd) padded.push_back(0);
        padded += nibbles;
        Bytes packed;
        for (std::size_t i = 0; i < padded.size(); i += 2)
            packed.push_back(static_cast<char>(padded[i] * 16 + padded[i + 1]));
        return packed;
    }
    Bytes reference(const Bytes& path) {
        if (empty_below(path)) return Bytes("\x80", 1);
        const Bytes node = encode(path);
        if (node.size() < 32) return node;
        nodes_[path] = node;
        return naive_rlp::string(bytes_of(keccak256(view(node))));
    }
    Bytes encode(const Bytes& path) {
        const auto [first, last] = below(path);
        if (std::next(first) == last) {
            return naive_rlp::list(naive_rlp::string(hex_prefix(first->first.substr(path.size()), true)) +
                                   naive_rlp::string(first->second));
        }
        const Bytes where = fork(path);
        if (where != path) {
            return naive_rlp::list(naive_rlp::string(hex_prefix(where.substr(path.size()), false)) + reference(where));
        }
        Bytes items;
        for (char nibble = 0; nibble < 16; ++nibble) items += reference(path + nibble);
        return naive_rlp::list(items + naive_rlp::string(Bytes()));
    }

    Leaves leaves_;
    std::map<Bytes, Bytes> nodes_;
    Hash32 root_;
};

/// The paths of the nodes that a pass over `before` needs, in its order, when it looks up `keys` (sorted nibble
/// strings) and ends with the leaves of `after`. `at_key` is called for each key when its place has been reached, with
/// the paths so far. A node is needed if a key's path goes through it, or if it is the one child that is left of a
/// branch and no key's path goes there.
inline void needed_nodes(const NaiveTrie& before, const NaiveTrie& after, const std::vector<Bytes>& keys,
                         const std::function<void(const Bytes&)>& at_node,
                         const std::function<void(const Bytes&)>& at_key) {
    const std::function<void(const Bytes&, const std::vector<Bytes>&)> walk = [&](const Bytes& path,
                                                                                  const std::vector<Bytes>& below) {
        if (below.empty()) return;
        if (before.empty_below(path)) {
            for (const Bytes& key : below) at_key(key);
            return;
        }
        if (before.nodes().count(path) != 0) at_node(path);
        const Bytes fork = before.fork(path);
        const bool leaf = fork.size() == before.leaves().begin()->first.size();
        if (leaf) {
            for (const Bytes& key : below) at_key(key);
            return;
        }
        if (fork != path) {
            std::vector<Bytes> inside;
            for (const Bytes& key : below) {
                if (key.compare(0, fork.size(), fork) == 0) inside.push_back(key);
            }
            for (const Bytes& key : below) {
                if (key < fork) at_key(key);
            }
            walk(fork, inside);
            for (const Bytes& key : below) {
                if (key > fork && key.compare(0, fork.size(), fork) != 0) at_key(key);
            }
            return;
        }
        int left = 0;
        Bytes last_left;
        for (char nibble = 0; nibble < 16; ++nibble) {
            std::vector<Bytes> part;
            for (const Bytes& key : below) {
                if (key[path.size()] == nibble) part.push_back(key);
            }
            walk(path + nibble, part);
            if (after.empty_below(path + nibble)) continue;
            ++left;
            last_left = part.empty() ? path + nibble : Bytes();
        }
        if (left == 1 && !last_left.empty() && before.nodes().count(last_left) != 0) at_node(last_left);
    };
    walk(Bytes(), keys);
}

}  // namespace sluice::test
