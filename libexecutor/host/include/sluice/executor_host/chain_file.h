// Chain rules out of JSON. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

#include "sluice/executor/fork.h"

namespace sluice::executor_host {

/// Reads the rules of a chain from the `config` object of a geth genesis file (or from a whole genesis file):
///
///   chainId                  number
///   mergeNetsplitBlock       number of the first block after the Merge; 0 if left out and terminalTotalDifficulty is 0
///   shanghaiTime, cancunTime, pragueTime, osakaTime, bpo1Time .. bpo9Time
///                            seconds; left out or null: never
///   blobSchedule             {"cancun": {"target", "max", "baseFeeUpdateFraction"}, "prague", "osaka", "bpo1", ..};
///                            cancun and prague default to the numbers of EIP-4844 and EIP-7691, osaka to prague's
///   depositContractAddress   "0x" and 40 digits; needed from Prague on
///
/// Fields of older forks are not looked at: every block here is after the Merge. A fork or field of rules that are not
/// known here is refused. Errors name the field, and what was expected and found.
absl::StatusOr<executor::ChainConfig> parse_chain_file(std::string_view json);

/// The reverse: a file that parse_chain_file() reads as `config`.
std::string format_chain_file(const executor::ChainConfig& config);

}  // namespace sluice::executor_host
