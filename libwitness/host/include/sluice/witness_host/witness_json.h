// Execution witnesses out of the JSON of debug_executionWitness. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "nlohmann/json_fwd.hpp"

#include "sluice/witness_host/execution_witness.h"

namespace sluice::witness_host {

/// What debug_executionWitness gives, in binary.
struct WitnessArrays {
    std::vector<std::string> nodes;    ///< sorted, each once; without the empty node
    std::vector<std::string> codes;    ///< sorted, each once; without the empty code
    std::vector<std::string> headers;  ///< ascending, chained
};

/// Takes the proposed standard form (`state`, `codes`, `headers`, `keys`) and what clients make of it: arrays are sets
/// and may be null or missing; `state` and `codes` may be objects from hash to bytes; headers are RLP or header objects
/// (geth), in any order; `keys` is not read. Errors name the element.
absl::StatusOr<WitnessArrays> witness_from_json(const nlohmann::json& witness);
/// The same from text, plain or as JSON-RPC response.
absl::StatusOr<WitnessArrays> witness_from_json_text(std::string_view text);

/// A witness as `debug_executionWitness` gives it in the proposed standard: state and codes in ascending order without
/// duplicates, headers ascending, no keys. It has no place for an unanchored parent: its headers are then empty.
std::string witness_json_text(const ExecutionWitness& witness);

}  // namespace sluice::witness_host
