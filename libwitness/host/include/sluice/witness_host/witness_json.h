// Execution witnesses out of the JSON of debug_executionWitness. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "nlohmann/json_fwd.hpp"

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

}  // namespace sluice::witness_host
