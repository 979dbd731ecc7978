// What keygen, prove and verify have in common. SPDX-License-Identifier: MIT OR Apache-2.0
#include "commands/proving.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <iterator>
#include <numeric>
#include <unistd.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

#include "sluice/abi/features.h"
#include "sluice/chips/rv64_machine.h"
#include "sluice/files/files.h"
#include "sluice/witness_host/execution_witness.h"
#include "sluice/witness_host/hex.h"

namespace sluice::host {

namespace {

struct Accelerator {
    std::string_view name;
    std::uint64_t bit;
};
constexpr Accelerator kAccelerators[] = {
    {"memcpy", SLUICE_FEATURE_MEMCPY},       {"keccak", SLUICE_FEATURE_KECCAK},       {"sha256", SLUICE_FEATURE_SHA256},
    {"secp256k1", SLUICE_FEATURE_SECP256K1}, {"uint256", SLUICE_FEATURE_UINT256},     {"bn254", SLUICE_FEATURE_BN254},
    {"bls12_381", SLUICE_FEATURE_BLS12_381}, {"poseidon2", SLUICE_FEATURE_POSEIDON2},
};

static_assert(std::accumulate(std::begin(kAccelerators), std::end(kAccelerators), std::uint64_t{0},
                              [](std::uint64_t word, const Accelerator& one) { return word | one.bit; }) ==
              SLUICE_FEATURES_ALL);

/// The feature word that "all", "none" or a list of names stands for; InvalidArgument names what is none.
absl::StatusOr<std::uint64_t> features_of(const std::string& accelerators) {
    if (accelerators == "all") return chips::provable_features();
    std::uint64_t features = 0;
    if (accelerators == "none") return features;
    const std::vector<std::string> names = absl::StrSplit(accelerators, ',');
    for (const std::string& name : names) {
        const auto* found = std::ranges::find(kAccelerators, name, &Accelerator::name);
        if (found == std::end(kAccelerators)) {
            const auto add_name = [](std::string* out, const Accelerator& one) { out->append(one.name); };
            return absl::InvalidArgumentError(absl::StrCat("found ", std::string(name), "; expected all, none, or ",
                                                           absl::StrJoin(kAccelerators, ", ", add_name)));
        }
        features |= found->bit;
    }
    return features;
}

}  // namespace

void ProgramOptions::add_to(CLI::App& app, bool required) {
    app.add_option("--elf", elf, "RV64IM program")->check(CLI::ExistingFile)->required(required);
    app.add_option("--accelerators", accelerators,
                   "What the machine has circuits for, named with commas between; all (default) or none. The program "
                   "computes the rest in software")
        ->check([](const std::string& list) { return std::string(features_of(list).status().message()); });
    app.add_option("--profile", profile, "Security profile: bits100 (default) or bits128");
    app.add_option("--threads", threads, "Threads (default: one a core)")->check(CLI::Range(0, 1024));
}

absl::StatusOr<proving::Options> ProgramOptions::proving_options() const {
    proving::Options options;
    options.profile = params::find_profile(std::string_view(profile));
    if (options.profile == nullptr) {
        return absl::InvalidArgumentError(absl::StrCat("--profile: found ", profile, "; expected bits100 or bits128"));
    }
    options.threads = threads;
    if (isatty(STDERR_FILENO) != 0) {
        options.on_progress = [](const proving::Progress& progress) {
            std::fprintf(stderr, "\r\033[K%s", progress_line(progress).c_str());
        };
    }
    return options;
}

void BackendOptions::add_to(CLI::App& app) {
    app.add_option("--backend", backend, "cpu (default), cuda, or auto: the cards that there are, else the CPU")
        ->check(CLI::IsMember({"auto", "cpu", "cuda"}));
    app.add_option("--device", devices, "Numbers of the cards to use (default: all)")->check(CLI::Range(0, 1023));
    app.add_option("--gpu-memory", gpu_memory_gib,
                   "GiB to take of each card's memory (default: nine tenths of what is free)")
        ->check(CLI::Range(1, 1 << 20));
}

void BackendOptions::apply(proving::Options& options) const {
    options.backend = backend == "cpu"    ? proving::BackendChoice::cpu
                      : backend == "cuda" ? proving::BackendChoice::cuda
                                          : proving::BackendChoice::any;
    options.devices = devices;
    options.device_memory_bytes = gpu_memory_gib << 30;
}

absl::StatusOr<vm::Program> ProgramOptions::load() const {
    auto file = files::read_file(elf);
    if (!file.ok()) return file.status();
    const auto features = features_of(accelerators);
    if (!features.ok()) return features.status();
    auto program = proving::load_program(*std::move(file), *features);
    if (!program.ok()) {
        return absl::Status(program.status().code(), absl::StrCat(elf, ": ", program.status().message()));
    }
    return program;
}

void end_progress(const proving::Options& options) {
    if (options.on_progress) std::fprintf(stderr, "\r\033[K");
}

std::string progress_line(const proving::Progress& progress) {
    std::string line(progress.stage);
    if (progress.tables == 0) return line;
    absl::StrAppendFormat(&line, " %s, %d of %d tables done",
                          progress.table == 0 ? "boundary" : absl::StrCat("shard ", progress.table),
                          progress.tables_done, progress.tables);
    if (progress.cells_done == 0 || progress.seconds <= 0) return line;
    const double speed = static_cast<double>(progress.cells_done) / progress.seconds;
    absl::StrAppendFormat(&line, ", %.1f M cells/s, %.0f s left", speed / 1e6,
                          static_cast<double>(progress.cells - progress.cells_done) / speed);
    return line;
}

prover::KeyFile key_file(const std::string& body, const ProgramOptions& options) {
    return {.profile = options.profile,
            .machine = "RV64IM, " + std::filesystem::path(options.elf).filename().string(),
            .body = body,
            .notes = {}};
}

absl::StatusOr<std::string> digest_text(const std::string& key_body) {
    const auto digest = prover::key_digest(key_body);
    if (!digest.ok()) return digest.status();
    return witness_host::to_hex(witness_host::bytes_of(*digest));
}

std::string in_folder(const std::string& path, const char* name) {
    if (!std::filesystem::is_directory(path)) return path;
    return (std::filesystem::path(path) / name).string();
}

}  // namespace sluice::host
