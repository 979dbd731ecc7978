// What the proof of a block's run says. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "nlohmann/json.hpp"

#include "sluice/base/bytes.h"
#include "sluice/executor/output.h"

namespace sluice::host {

/// The statement in a public output. InvalidArgument if it is not one of the block guest.
[[nodiscard]] absl::StatusOr<executor::PublicOutput> block_statement(ByteView output);
[[nodiscard]] nlohmann::json to_json(const executor::PublicOutput& statement);
/// Lines for people, indented.
void print_statement(const executor::PublicOutput& statement);

}  // namespace sluice::host
