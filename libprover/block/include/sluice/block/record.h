// A block executed once on its whole witness, noting the order in which the witness is used: from this come the streams
// of all modes. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"

#include "sluice/block/run.h"
#include "sluice/witness/stream.h"
#include "sluice/witness_host/execution_witness.h"

namespace sluice::block {

/// The recording of one block; keeps what its streams are written from. The witness must outlive it.
class RecordedBlock {
 public:
    RecordedBlock(RecordedBlock&&) noexcept;
    RecordedBlock& operator=(RecordedBlock&&) noexcept;
    ~RecordedBlock();

    Ending ending;                      ///< of the native run on the whole witness
    executor::BlockOutcome computed{};  ///< if execution came to the block's end, whether or not the header agrees
    double seconds = 0;

    /// True if a stream leads to the same ending: for valid blocks, and for those that could be decoded and break a
    /// rule.
    [[nodiscard]] bool has_stream() const;
    /// The bytes of the block's stream. Only if has_stream().
    [[nodiscard]] absl::StatusOr<std::string> stream(witness::WitnessMode mode) const;
    /// The part of the witness that the block needs. Only if has_stream().
    [[nodiscard]] absl::StatusOr<witness_host::ExecutionWitness> minimal_witness() const;

 private:
    friend absl::StatusOr<RecordedBlock> record(const witness_host::ExecutionWitness& witness);
    struct State;
    explicit RecordedBlock(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

/// Executes and records. An invalid block or bad witness is an ending, not an error; errors are those of
/// check_witness() and of memory.
absl::StatusOr<RecordedBlock> record(const witness_host::ExecutionWitness& witness);

}  // namespace sluice::block
