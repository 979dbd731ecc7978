// What execute-host, execute and shards have in common: from a block to its stream, and from a run's ending to text,
// JSON and exit code. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "nlohmann/json.hpp"

#include "commands/command.h"
#include "commands/input.h"
#include "sluice/block/record.h"
#include "sluice/block/run.h"
#include "sluice/vm/elf.h"
#include "sluice/vm/machine.h"
#include "sluice/witness_host/execution_witness.h"

namespace sluice::host {

/// A block ready to run: its stream, and what a native run found: the recording run, or for a stream given as input a
/// run of that stream.
struct Job {
    witness_host::BlockIdentity identity{};
    bool anchored = true;  ///< the input has the parent's header
    block::Ending native;
    executor::BlockOutcome computed{};  ///< of the native run, if it came to the block's end
    double load_seconds = 0;            ///< reading or fetching, and converting
    double native_seconds = 0;
    std::optional<block::RecordedBlock> recorded;
    std::unique_ptr<witness_host::ExecutionWitness> witness;  ///< what `recorded` refers to
    std::string given_stream;
    witness::WitnessMode given_mode{};

    /// True if there is no stream to run: the witness does not lead to the block's end or to a broken rule, or the
    /// block cannot be decoded.
    [[nodiscard]] bool without_stream() const { return recorded.has_value() && !recorded->has_stream(); }
    /// The stream in a mode; a given stream has one mode, and another one is an error.
    [[nodiscard]] absl::StatusOr<std::string> stream(witness::WitnessMode mode) const;
};

/// Loads the input and, if it is a whole witness, executes and records it.
absl::StatusOr<Job> prepare(const InputOptions& options);

/// Exit code for a run's ending.
[[nodiscard]] Exit exit_of(const block::Ending& ending);

/// The keys that every execution gives: block_number, block_hash, outcome, gas_used, post_state_root, anchored,
/// unchecked, public_output, and error with its name, number, message, expected and found where the block is not valid.
[[nodiscard]] nlohmann::json to_json(const block::Ending& ending, const Job& job);

/// The guest has to say of a block what the native run said: the same public output, or the same error. Only a limit of
/// its memory may make it say less.
[[nodiscard]] absl::Status compare_with_native(const block::Ending& guest, const block::Ending& native);

/// One or two lines for people. Errors go to standard error.
void print_ending(const block::Ending& ending, const witness_host::BlockIdentity& block, const char* where);

/// Instructions, calls and bytes of each accelerator, weighted cost, misaligned accesses, memory by region.
[[nodiscard]] nlohmann::json to_json(const vm::Run& run);

/// Loads a guest. NotFound says how to build it.
absl::StatusOr<vm::Program> load_guest(const std::string& path);

/// Progress of a guest run on standard error, if that is a terminal.
[[nodiscard]] vm::Progress guest_progress(const std::string& label);

/// Peak resident memory of this process, in bytes.
[[nodiscard]] std::uint64_t peak_resident_bytes();

}  // namespace sluice::host
