// What keygen, prove and verify have in common. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "CLI/CLI.hpp"
#include "absl/status/statusor.h"

#include "sluice/prover/proof_files.h"
#include "sluice/proving/program_prover.h"

namespace sluice::host {

/// Names in an output folder.
inline constexpr const char* kKeyFileName = "key.bin";
inline constexpr const char* kProofFileName = "proof.bin";

/// --elf, --profile, --threads.
struct ProgramOptions {
    std::string elf;
    std::string profile = "bits100";
    unsigned threads = 0;

    /// `required`: whether --elf has to be given.
    void add_to(CLI::App& app, bool required);
    /// With the profile set; errors name the file or the profile.
    [[nodiscard]] absl::StatusOr<proving::Options> proving_options() const;
    [[nodiscard]] absl::StatusOr<vm::Program> load() const;
};

/// The key as a file, with the program's name.
[[nodiscard]] prover::KeyFile key_file(const std::string& body, const ProgramOptions& options);

/// Hexadecimal digits of a key's digest.
[[nodiscard]] absl::StatusOr<std::string> digest_text(const std::string& key_body);

/// Where a file lies that is named by itself or by its folder.
[[nodiscard]] std::string in_folder(const std::string& path, const char* name);

}  // namespace sluice::host
