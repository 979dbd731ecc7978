// Writes a block and its witness as a stream. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <string>

#include "absl/status/statusor.h"

#include "sluice/executor/recording_state.h"
#include "sluice/witness/stream.h"
#include "sluice/witness_host/execution_witness.h"

namespace sluice::witness_host {

/// The header of a stream of this block. The fork follows from the witness's chain config, or the built-in one of its
/// chain id; NotFound if neither is there.
absl::StatusOr<witness::StreamHeader> make_stream_header(witness::WitnessMode mode, const ExecutionWitness& witness);

/// The stream of a block in the mode of `header`. `recording` is that of the block's execution on `witness`
/// (ClientExecutor::execute_recording_witness_order); it decides what the stream holds and, in value and account mode,
/// in which order. All modes carry the same trie nodes: those that the recording's end pass asked for.
/// FailedPrecondition if recording and witness do not belong together, naming the touch or node.
absl::StatusOr<std::string> write_stream(const witness::StreamHeader& header, const ExecutionWitness& witness,
                                         const executor::Recording& recording);

}  // namespace sluice::witness_host
