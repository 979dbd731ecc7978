// The flags that choose a block, and the block they choose. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "CLI/CLI.hpp"
#include "absl/status/statusor.h"

#include "commands/command.h"
#include "sluice/witness/stream.h"
#include "sluice/witness_host/input_file.h"

namespace sluice::host {

/// --input, --witness-json, --rpc-url, --block, --chain-id, --chain, --cache-dir.
struct InputOptions {
    std::string input;         ///< folder, input file, or block file
    std::string witness_json;  ///< debug_executionWitness, beside a block file
    std::string rpc_url;
    std::string block;
    std::optional<std::uint64_t> chain_id;
    std::string chain_file;
    std::string cache_dir;

    void add_to(CLI::App& app);
    /// InvalidArgument for flags that are missing or do not go together.
    [[nodiscard]] absl::Status check() const;
};

/// Reads or fetches the block (or reads a stream, which some commands take too), checks that its parts belong together,
/// and keeps a fetched one in the cache folder
/// (`{chain}/{number}-{hash}.bin`). Errors: InvalidArgument for flags that do not go together; NotFound, Unavailable
/// and FailedPrecondition for the environment; others for malformed input.
absl::StatusOr<witness_host::InputFile> load_input(const InputOptions& options);

/// --witness.
struct WitnessOption {
    witness::WitnessMode mode = witness::WitnessMode::value;
    void add_to(CLI::App& app);
};

/// Prints "sluice: message" to standard error and gives the exit code that fits the status.
Exit fail(const absl::Status& status);
/// The same for wrong flags.
Exit fail_usage(const absl::Status& status);

/// Where `sluice` finds the guest it was built with: `../guest/block.elf` beside its own folder.
std::string default_guest_path();

}  // namespace sluice::host
