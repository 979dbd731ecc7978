// Random changes of partial tries, for comparing tries. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstdint>
#include <random>

#include "nlohmann/json.hpp"

#include "sluice/base/arena.h"

namespace sluice::test {

/// Draws requests with a `trie` (README.md): leaves whose keys share prefixes of all lengths, changes that are mostly
/// of these keys, and nodes that are not known, as a rule those that a removal needs.
class TrieGenerator {
 public:
    explicit TrieGenerator(std::uint64_t seed) : rng_(seed) {}
    nlohmann::json next();

 private:
    std::mt19937_64 rng_;
};

/// What the partial trie says of a request with a `trie`, in the form of an answer; {"error": ...} if it gives another
/// root than the naive trie, or misses a node though none is unknown. Throws std::exception if the request is
/// malformed.
nlohmann::json run_trie_here(const nlohmann::json& request, Arena memory);

}  // namespace sluice::test
