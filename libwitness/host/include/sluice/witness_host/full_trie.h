// Builds a whole trie in memory: for states that are made rather than fetched. SPDX-License-Identifier: MIT OR
// Apache-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

#include "sluice/base/bytes.h"

namespace sluice::witness_host {

/// A trie with every key in it.
struct FullTrie {
    Hash32 root{};
    std::vector<std::string> nodes;  ///< RLP of each node that is referred to by hash, the root's included
};

/// The trie of `leaves`: hashed key to value (the RLP that a leaf holds). Empty: the empty root and no node.
/// Depth of recursion is at most 64.
FullTrie build_full_trie(const std::map<Hash32, std::string>& leaves);

}  // namespace sluice::witness_host
