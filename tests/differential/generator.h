// Random states, code and transactions for comparing executors. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "nlohmann/json.hpp"

#include "sluice/base/uint256.h"

namespace sluice::test {

/// Draws cases {"fork", "env", "pre", "transactions"} in the form that README.md describes. Code takes from the stack
/// what is there as a rule, calls the other contracts, precompiles and itself, creates, loops, and sometimes is any
/// bytes.
class CaseGenerator {
 public:
    /// `precompile_inputs` are inputs that precompiles take, by address; they are mutated now and then.
    CaseGenerator(std::uint64_t seed, std::vector<std::pair<unsigned, std::string>> precompile_inputs);

    /// A request with transactions alone.
    nlohmann::json next();
    /// A request with a block: transactions, withdrawals, system contracts, deposits and requests, on a short chain.
    nlohmann::json next_block();

 private:
    struct Code;

    std::uint64_t below(std::uint64_t bound) { return rng_() % bound; }
    bool chance(unsigned one_in) { return below(one_in) == 0; }
    Uint256 word();
    Address any_address();
    std::string initcode(unsigned depth);
    std::string code(unsigned depth, unsigned statements);
    std::string caller_of_precompile(unsigned address);
    void statement(Code& code, unsigned depth);
    void call(Code& code);
    void create(Code& code, unsigned depth);
    std::string transaction(unsigned newest_type);
    std::string deposit_event();
    std::string mutated(std::string bytes);

    std::mt19937_64 rng_;
    std::vector<std::pair<unsigned, std::string>> precompile_inputs_;
    std::string fork_;
    std::vector<Address> pool_;
    std::vector<std::uint64_t> nonces_;
    std::string input_;         ///< of the precompile that this case is about; empty: none
    bool whole_block_ = false;  ///< whether the state has the system contracts and the deposit contract
};

}  // namespace sluice::test
