// What keygen, prove and verify have in common. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/status/statusor.h"

#include "sluice/prover/proof_files.h"
#include "sluice/proving/program_prover.h"

namespace sluice::host {

/// Names in an output folder.
inline constexpr const char* kKeyFileName = "key.bin";
inline constexpr const char* kProofFileName = "proof.bin";
/// Note of a proof file whose output is a block's.
inline constexpr const char* kStatementNote = "statement";
inline constexpr const char* kBlockStatement = "block";

/// --elf, --accelerators, --profile, --threads.
struct ProgramOptions {
    std::string elf;
    std::string accelerators = "all";
    std::string profile = "bits100";
    unsigned threads = 0;

    /// `required`: whether --elf has to be given.
    void add_to(CLI::App& app, bool required);
    /// With the profile set, and the progress line if standard error is a terminal; errors name the profile.
    [[nodiscard]] absl::StatusOr<proving::Options> proving_options() const;
    [[nodiscard]] absl::StatusOr<vm::Program> load() const;
};

/// --backend, --device, --gpu-memory.
struct BackendOptions {
    std::string backend = "cpu";
    std::vector<int> devices;
    std::uint64_t gpu_memory_gib = 0;

    void add_to(CLI::App& app);
    void apply(proving::Options& options) const;
};

/// One line for people: stage, table, speed and time left.
[[nodiscard]] std::string progress_line(const proving::Progress& progress);
/// Clears that line.
void end_progress(const proving::Options& options);

/// The key as a file, with the program's name.
[[nodiscard]] prover::KeyFile key_file(const std::string& body, const ProgramOptions& options);

/// Hexadecimal digits of a key's digest.
[[nodiscard]] absl::StatusOr<std::string> digest_text(const std::string& key_body);

/// Where a file lies that is named by itself or by its folder.
[[nodiscard]] std::string in_folder(const std::string& path, const char* name);

}  // namespace sluice::host
