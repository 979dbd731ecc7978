// The part of a witness that a block needs. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include "absl/status/statusor.h"

#include "sluice/executor/recording_state.h"
#include "sluice/witness_host/execution_witness.h"

namespace sluice::witness_host {

/// The witness with only those nodes, codes and headers that the block's execution asked for, as a set: without any one
/// of them the block does not run. Nodes and codes are in ascending order. Hashes of ancestors that are taken on trust
/// stay as they are. `recording` is that of the block's execution on `witness`; FailedPrecondition if it needs headers
/// that the witness does not have.
absl::StatusOr<ExecutionWitness> minimal_witness(const ExecutionWitness& witness, const executor::Recording& recording);

}  // namespace sluice::witness_host
