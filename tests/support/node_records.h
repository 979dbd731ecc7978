// A part of a naive trie as the records that PartialTrie decodes. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <set>
#include <vector>

#include "sluice/base/bytes.h"
#include "support/naive_trie.h"

namespace sluice::test {

/// The node records (partial_trie.h) of the nodes at these paths, closed under parents, in pre-order.
struct Records {
    Bytes bytes;
    std::size_t count = 0;
    std::vector<std::size_t> offsets;
};
inline Records records_of(const NaiveTrie& trie, const std::set<Bytes>& paths) {
    Records records;
    for (const Bytes& path : paths) {
        const Bytes& rlp = trie.nodes().at(path);
        unsigned mask = 0;
        const Bytes fork = trie.fork(path);
        if (fork != path) {
            mask = paths.count(fork) != 0 ? 1 : 0;
        } else {
            for (char nibble = 0; nibble < 16; ++nibble) mask |= unsigned{paths.count(path + nibble) != 0} << nibble;
        }
        records.offsets.push_back(records.bytes.size());
        Bytes header(8, '\0');
        store_le(reinterpret_cast<std::uint8_t*>(header.data()), static_cast<std::uint32_t>(rlp.size()));
        store_le(reinterpret_cast<std::uint8_t*>(header.data()) + 4, static_cast<std::uint16_t>(mask));
        records.bytes += header + rlp;
        records.bytes.resize(align8(records.bytes.size()));
        ++records.count;
    }
    return records;
}
inline std::set<Bytes> all_paths(const NaiveTrie& trie) {
    std::set<Bytes> paths;
    for (const auto& [path, rlp] : trie.nodes()) paths.insert(path);
    return paths;
}

/// The key of 64 nibbles.
inline Hash32 key_of(const Bytes& nibbles) {
    Hash32 key;
    for (std::size_t i = 0; i < 64; ++i) {
        key.bytes[i / 2] = static_cast<std::uint8_t>(key.bytes[i / 2] | nibbles[i] << (i % 2 == 0 ? 4 : 0));
    }
    return key;
}

}  // namespace sluice::test
