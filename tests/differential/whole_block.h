// Whole blocks of the comparison, run by the executor. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include "nlohmann/json.hpp"

#include "sluice/base/arena.h"
#include "sluice/block/run.h"

namespace sluice::test {

/// What the executor says of a request with a `block` (README.md), in the form of an answer. Transactions that are
/// rejected are left out. The block is then given the results in its header and has to be valid as a recording on
/// partial tries and as a stream of each mode; {"error": ...} if it is not. Throws std::exception if the request is
/// malformed.
nlohmann::json run_block_here(const nlohmann::json& request, Arena memory, const block::NativeMemory& native);

}  // namespace sluice::test
