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
    block::Ending native;
    std::uint64_t gas_used = 0;
    double native_seconds = 0;
    std::optional<block::RecordedBlock> recorded;
    std::unique_ptr<witness_host::ExecutionWitness> witness;  ///< what `recorded` refers to
    std::string given_stream;
    witness::WitnessMode given_mode{};

    /// True if the recording run refused the block: there is then no stream.
    [[nodiscard]] bool refused() const { return recorded.has_value() && native.verdict != block::Verdict::valid; }
    /// The stream in a mode; a given stream has one mode, and another one is an error.
    [[nodiscard]] absl::StatusOr<std::string> stream(witness::WitnessMode mode) const;
};

/// Loads the input and, if it is a whole witness, executes and records it.
absl::StatusOr<Job> prepare(const InputOptions& options);

/// Exit code for a run's ending.
[[nodiscard]] Exit exit_of(const block::Ending& ending);

/// The keys that every execution gives: block_number, block_hash, outcome, post_state_root, anchored, unchecked, and
/// error with its name, number, message, expected and found where the block is not valid.
[[nodiscard]] nlohmann::json to_json(const block::Ending& ending, const witness_host::BlockIdentity& block);

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
