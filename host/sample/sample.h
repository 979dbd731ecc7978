// A synthetic chain for demos and tests where no mainnet block is at hand. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

#include "sluice/executor/fork.h"

namespace sluice::host {

struct SampleOptions {
    std::uint64_t transactions = 140;  ///< at least 100
};

/// A block of the synthetic chain with all that a node would give for it. Deterministic: same options, same bytes.
struct Sample {
    std::string chain_file;  ///< JSON, in the form of geth's genesis `config`
    std::uint64_t chain_id = 0;
    std::uint64_t number = 0;
    Hash32 hash{};
    Hash32 parent_state_root{};
    std::string block;                 ///< RLP
    std::vector<std::string> headers;  ///< RLP, oldest first, the parent last
    std::vector<std::string> nodes;    ///< RLP of every node of the parent state
    std::vector<std::string> codes;
    std::uint64_t gas_used = 0;
    std::map<std::string, unsigned> kinds;  ///< how many transactions of each kind
};

/// Builds state, ancestors and block, executes the block to fill in its header, and checks that the finished block is
/// valid under the rules of its own chain.
absl::StatusOr<Sample> make_sample(const SampleOptions& options);

/// Writes it as a folder like those of the test data: block.rlp, witness.json, meta.json, chain.json.
absl::Status write_sample(const Sample& sample, const std::string& folder);

}  // namespace sluice::host
