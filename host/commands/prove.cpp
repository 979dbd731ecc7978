// `sluice prove`: a proof of a program's run. SPDX-License-Identifier: MIT OR Apache-2.0
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <map>

#include "nlohmann/json.hpp"

#include "commands/command.h"
#include "commands/execution.h"
#include "commands/input.h"
#include "commands/proving.h"
#include "sluice/files/files.h"
#include "sluice/witness_host/execution_witness.h"
#include "sluice/witness_host/hex.h"

namespace sluice::host {
namespace {

class Prove final : public Command {
 public:
    [[nodiscard]] std::string name() const override { return "prove"; }
    [[nodiscard]] std::string help() const override {
        return "Prove a run of a RISC-V program: its exit code and public output";
    }
    void add_options(CLI::App& app) override {
        program_.add_to(app, true);
        app.add_option("--program-input", input_, "File that the program reads (default: nothing)")
            ->check(CLI::ExistingFile);
        app.add_option("--output-dir", output_, "Folder for key.bin and proof.bin")->required();
        app.add_option("--shard-cells", shard_cells_, "Cells of a shard, estimated (default 2^25)")
            ->check(CLI::Range(std::uint64_t{1} << 16, std::uint64_t{1} << 32));
        app.add_option("--memory", memory_gib_, "GiB that a shard may take (default 12)")
            ->check(CLI::Range(1, 1 << 20));
        app.add_flag("--json", json_, "Print JSON");
    }

    Exit run() override {
        auto options = program_.proving_options();
        if (!options.ok()) return fail_usage(options.status());
        if (std::filesystem::exists(output_) && !std::filesystem::is_directory(output_)) {
            return fail_usage(absl::InvalidArgumentError("--output-dir: " + output_ + " is a file, expected a folder"));
        }
        options->shard_cells = shard_cells_;
        options->memory_bytes = memory_gib_ << 30;
        std::map<std::string, double> seconds;
        options->on_step = [&](std::string_view step, double took) { seconds[std::string(step)] += took; };
        std::string input;
        if (!input_.empty()) {
            auto file = files::read_file(input_);
            if (!file.ok()) return fail(file.status());
            input = *std::move(file);
        }
        const auto program = program_.load();
        if (!program.ok()) return fail(program.status());
        const auto start = std::chrono::steady_clock::now();
        const auto prover = proving::ProgramProver::make(*program, *options);
        if (!prover.ok()) return fail(prover.status());
        const auto proved = (*prover)->prove(witness_host::bytes_of(input));
        const double took = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
        if (options->on_stage) std::fprintf(stderr, "\r\033[K");
        // A run that traps is what there is no proof of, not a fault of the surroundings.
        if (absl::IsFailedPrecondition(proved.status())) {
            std::fprintf(stderr, "sluice: no proof: %s\n", std::string(proved.status().message()).c_str());
            return Exit::invalid;
        }
        if (!proved.ok()) return fail(proved.status());
        return write(*proved, key_file((*prover)->key(), program_), seconds, took);
    }

 private:
    Exit write(const proving::ProvedRun& proved, const prover::KeyFile& key, const std::map<std::string, double>& steps,
               double seconds) const {
        const auto digest = prover::key_digest(key.body);
        if (!digest.ok()) return fail(digest.status());
        const vm::Run& run = proved.run;
        const proving::Statement statement = proving::statement_of_run(run.exit_code, run.output);
        const prover::ProofFile proof{.profile = key.profile,
                                      .key_digest = *digest,
                                      .statement = {statement.begin(), statement.end()},
                                      .output = {run.output.begin(), run.output.end()},
                                      .body = proved.proof,
                                      .notes = {{"program", key.machine}}};
        const std::filesystem::path folder(output_);
        absl::Status status = prover::write_key_file((folder / kKeyFileName).string(), key);
        if (status.ok()) status = prover::write_proof_file((folder / kProofFileName).string(), proof);
        if (!status.ok()) return fail(status);

        const std::string output = witness_host::to_hex({run.output.data(), run.output.size()});
        const std::string key_digest = witness_host::to_hex(witness_host::bytes_of(*digest));
        const nlohmann::json json = {
            {"exit_code", run.exit_code},
            {"public_output", output},
            {"key_digest", key_digest},
            {"profile", key.profile},
            {"instructions", run.cost.instructions},
            {"shards", proved.shards},
            {"cells", proved.cells},
            {"proof_bytes", proved.proof.size()},
            {"seconds", seconds},
            {"step_seconds", steps},
            {"peak_resident_bytes", peak_resident_bytes()},
        };
        if (json_) {
            std::printf("%s\n", json.dump(2).c_str());
            return Exit::ok;
        }
        std::printf("proved: the program of this key halts with exit code %d and %zu bytes of output on some input\n",
                    run.exit_code, run.output.size());
        std::printf("  key digest %s\n", key_digest.c_str());
        if (!run.output.empty()) std::printf("  output %s\n", output.c_str());
        std::printf("  %llu instructions, %u shards, %llu cells (%.1f an instruction), proof of %zu bytes, %.2f s\n",
                    static_cast<unsigned long long>(run.cost.instructions), proved.shards,
                    static_cast<unsigned long long>(proved.cells),
                    static_cast<double>(proved.cells) / static_cast<double>(run.cost.instructions), proved.proof.size(),
                    seconds);
        std::printf("  verify it with: sluice verify --proof %s --expect-exit %d --elf %s\n", output_.c_str(),
                    run.exit_code, program_.elf.c_str());
        return Exit::ok;
    }

    ProgramOptions program_;
    std::string input_;
    std::string output_;
    std::uint64_t shard_cells_ = std::uint64_t{1} << 25;
    std::uint64_t memory_gib_ = 12;
    bool json_ = false;
};

}  // namespace

std::unique_ptr<Command> make_prove_command() {
    return std::make_unique<Prove>();
}

}  // namespace sluice::host
