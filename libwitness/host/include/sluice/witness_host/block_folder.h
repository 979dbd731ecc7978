// A block and its witness out of a folder of files, or of two files. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <string>

#include "absl/status/statusor.h"

#include "sluice/witness_host/execution_witness.h"
#include "sluice/witness_host/witness_json.h"

namespace sluice::witness_host {

/// Puts a block and what a node gave as its witness together and checks that they fit. The witness's headers may reach
/// further than needed. `unanchored` is used only if there are no headers.
absl::StatusOr<ExecutionWitness> make_witness(std::string block, WitnessArrays arrays,
                                              std::optional<UnanchoredParent> unanchored = std::nullopt);

/// A block file (RLP, or JSON of eth_getBlockByNumber) and a witness file (JSON of debug_executionWitness), each plain,
/// gzip or zstd.
absl::StatusOr<ExecutionWitness> read_block_files(const std::string& block_path, const std::string& witness_path);

/// A folder with
///   block.rlp or block.json      the block
///   witness.json                 debug_executionWitness; also with .gz or .zst added
///   meta.json                    optional: `number` and `hash` are compared with the block's; for a witness without
///   headers,
///                                `parentStateRoot` and `blockHashes` (newest first) stand in for them
absl::StatusOr<ExecutionWitness> read_block_folder(const std::string& folder);

}  // namespace sluice::witness_host
