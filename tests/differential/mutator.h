// Blocks of the public tests, changed at random, for comparing executors. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "nlohmann/json.hpp"

#include "differential/rlp_tree.h"

namespace sluice::test {

/// Draws requests with a `block` (README.md) out of BlockchainTests: the first block of a case on its `pre`, with other
/// call data, gas limits, values, recipients, access lists and authorizations, withdrawals, code bytes, storage and
/// balances. Each transaction is signed by a key of its own, whose account the state is given.
class FixtureMutator {
 public:
    explicit FixtureMutator(std::uint64_t seed) : rng_(seed) {}

    /// Takes the cases of a package or folder that can be compared. Gives an error's text, or an empty one.
    std::string load(const std::string& path);
    [[nodiscard]] std::size_t size() const { return cases_.size(); }

    nlohmann::json next();

 private:
    struct Draft;

    std::uint64_t below(std::uint64_t bound) { return rng_() % bound; }
    bool chance(unsigned one_in) { return below(one_in) == 0; }
    Uint256 word();
    std::string changed(std::string bytes);
    std::string any_address(const Draft& draft);
    RlpTree access_list(const Draft& draft);
    RlpTree authorization(const Draft& draft);
    void change_transaction(Draft& draft, RlpTree& fields, unsigned type);
    void change_state(Draft& draft);
    std::string signed_transaction(Draft& draft, RlpTree fields, unsigned type, unsigned signer);

    std::mt19937_64 rng_;
    std::vector<std::string> cases_;  ///< JSON: network, pre, genesisRLP, block
};

}  // namespace sluice::test
