// `sluice prove`: a proof of a block, or of any program's run. SPDX-License-Identifier: MIT OR Apache-2.0
#include <chrono>
#include <cstdio>
#include <filesystem>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "commands/block_statement.h"
#include "commands/command.h"
#include "commands/execution.h"
#include "commands/input.h"
#include "commands/proving.h"
#include "report/proof_report.h"
#include "sluice/files/files.h"
#include "sluice/vm/tohost.h"
#include "sluice/witness_host/execution_witness.h"
#include "sluice/witness_host/hex.h"

namespace sluice::host {
namespace {

class Prove final : public Command {
 public:
    [[nodiscard]] std::string name() const override { return "prove"; }
    [[nodiscard]] std::string help() const override {
        return "Prove a block, or a run of a RISC-V program: its exit code and public output";
    }
    void add_options(CLI::App& app) override {
        block_.add_to(app);
        witness_.add_to(app);
        program_.add_to(app, false);
        backend_.add_to(app);
        app.add_option("--program-input", input_, "Instead of a block: file that the program of --elf reads")
            ->check(CLI::ExistingFile);
        app.add_option("--output-dir", output_, "Folder for key, proof and reports; a run that broke off goes on there")
            ->required();
        app.add_option("--shard-id", shard_ids_,
                       "Prove these shards alone (0: the boundary) and leave them in the folder; run it without to "
                       "put the proof together");
        app.add_option("--shard-cells", shard_cells_,
                       "Cells of a shard, estimated (default: 2^25 on the CPU, on cards what their memory takes)")
            ->check(CLI::Range(std::uint64_t{1} << 16, std::uint64_t{1} << 32));
        app.add_option("--memory", memory_gib_, "GiB of the host's memory that proving may take (default 12)")
            ->check(CLI::Range(1, 1 << 20));
        app.add_option("--trace", trace_, "Write the timeline (Chrome's trace format) to this file as well");
        app.add_flag("--json", json_, "Print JSON");
    }

    Exit run() override {
        auto options = program_.proving_options();
        if (!options.ok()) return fail_usage(options.status());
        if (const absl::Status status = check_flags(); !status.ok()) return fail_usage(status);
        backend_.apply(*options);
        options->folder = output_;
        options->shard_cells = shard_cells_;
        options->memory_bytes = memory_gib_ << 30;
        options->on_event = [&](const proving::Event& event) { timeline_.add(event); };
        options->on_notice = [](std::string_view notice) {
            std::fprintf(stderr, "sluice: %.*s\n", static_cast<int>(notice.size()), notice.data());
        };
        std::string input;
        if (const Exit exit = read_input(input); exit != Exit::ok) return exit;
        const auto program = program_.load();
        if (!program.ok()) return fail(program.status());
        if (const absl::Status status = check_halts(*program, input); !status.ok()) return no_proof(status);
        const auto start = std::chrono::steady_clock::now();
        const auto prover = proving::ProgramProver::make(*program, *options);
        if (!prover.ok()) return fail(prover.status());
        if (!shard_ids_.empty()) {
            const auto parts = (*prover)->prove_parts(witness_host::bytes_of(input), shard_ids_);
            end_progress(*options);
            return parts.ok() ? say_parts(*parts) : no_proof(parts.status());
        }
        const auto proved = (*prover)->prove(witness_host::bytes_of(input));
        end_progress(*options);
        if (!proved.ok()) return no_proof(proved.status());
        const double took = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
        return write(*proved, key_file((*prover)->key(), program_), took);
    }

 private:
    /// A block, or a program.
    [[nodiscard]] bool is_block() const { return !block_.input.empty() || !block_.rpc_url.empty(); }

    absl::Status check_flags() {
        if (!is_block() && program_.elf.empty()) {
            return absl::InvalidArgumentError("name a block (--input or --rpc-url) or a program (--elf)");
        }
        if (backend_.backend == "cpu" && !backend_.devices.empty()) {
            return absl::InvalidArgumentError("--device goes with --backend cuda or auto, not with cpu");
        }
        if (is_block()) {
            if (!input_.empty()) return absl::InvalidArgumentError("--program-input goes with --elf, not with a block");
            if (absl::Status status = block_.check(); !status.ok()) return status;
            if (program_.elf.empty()) program_.elf = default_guest_path();
        }
        if (std::filesystem::exists(output_) && !std::filesystem::is_directory(output_)) {
            return absl::InvalidArgumentError("--output-dir: " + output_ + " is a file, expected a folder");
        }
        return absl::OkStatus();
    }

    /// A write to `tohost` ends a run for the host alone: the machine goes on, and a proof binds HALT's exit code.
    [[nodiscard]] absl::Status check_halts(const vm::Program& program, const std::string& input) const {
        const auto elf = files::read_file(program_.elf);
        if (!elf.ok()) return elf.status();
        const auto tohost = vm::find_tohost(witness_host::bytes_of(*elf), program);
        if (!tohost.has_value()) return absl::OkStatus();
        const auto ended = vm::execute_until_tohost(program, *tohost, witness_host::bytes_of(input));
        if (!ended.ok()) return ended.status();
        if (!ended->value.has_value()) return absl::OkStatus();
        return absl::FailedPreconditionError(absl::StrCat(
            "the run ends by a write of ", *ended->value, " to tohost after ", ended->run.cost.instructions,
            " instructions, not by HALT: no statement holds its exit code ", ended->run.exit_code));
    }

    /// What the program reads. A block is executed natively first: there is no proof of an invalid one.
    Exit read_input(std::string& input) {
        if (!is_block()) {
            if (input_.empty()) return Exit::ok;
            auto file = files::read_file(input_);
            if (!file.ok()) return fail(file.status());
            input = *std::move(file);
            return Exit::ok;
        }
        const auto job = prepare(block_);
        if (!job.ok()) return fail(job.status());
        if (job->native.verdict != block::Verdict::valid) {
            print_ending(job->native, job->identity, "natively; there is nothing to prove");
            return exit_of(job->native);
        }
        auto stream = job->stream(witness_.mode);
        if (!stream.ok()) return fail(stream.status());
        input = *std::move(stream);
        return Exit::ok;
    }

    /// A run that traps is what there is no proof of, not a fault of the surroundings.
    static Exit no_proof(const absl::Status& status) {
        if (!absl::IsFailedPrecondition(status)) return fail(status);
        std::fprintf(stderr, "sluice: no proof: %s\n", std::string(status.message()).c_str());
        return Exit::invalid;
    }

    Exit say_parts(const proving::RunFigures& figures) const {
        if (json_) {
            std::printf("%s\n", nlohmann::json{{"shards", figures.shards}, {"proved", shard_ids_}}.dump(2).c_str());
            return Exit::ok;
        }
        std::printf("proved shards %s of %u, kept in %s\n", absl::StrJoin(shard_ids_, ", ").c_str(), figures.shards,
                    output_.c_str());
        return Exit::ok;
    }

    Exit write(const proving::ProvedRun& proved, const prover::KeyFile& key, double seconds) const {
        const auto digest = prover::key_digest(key.body);
        if (!digest.ok()) return fail(digest.status());
        const vm::Run& run = proved.figures.run;
        const proving::Statement statement = proving::statement_of_run(run.exit_code, run.output);
        prover::ProofFile proof{.profile = key.profile,
                                .key_digest = *digest,
                                .statement = {statement.begin(), statement.end()},
                                .output = {run.output.begin(), run.output.end()},
                                .body = proved.proof,
                                .notes = {{"program", key.machine}}};
        if (is_block()) proof.notes[kStatementNote] = kBlockStatement;
        const ProofReport report{.figures = proved.figures,
                                 .timeline = timeline_,
                                 .profile = key.profile,
                                 .seconds = seconds,
                                 .proof_bytes = proved.proof.size(),
                                 .peak_resident_bytes = peak_resident_bytes()};
        const std::filesystem::path folder(output_);
        absl::Status status = prover::write_key_file((folder / kKeyFileName).string(), key);
        if (status.ok()) status = prover::write_proof_file((folder / kProofFileName).string(), proof);
        if (status.ok()) status = write_reports(output_, report);
        if (status.ok() && !trace_.empty()) status = files::write_file(trace_, timeline_.trace_json());
        if (!status.ok()) return fail(status);
        return print(report, witness_host::to_hex(witness_host::bytes_of(*digest)));
    }

    Exit print(const ProofReport& report, const std::string& key_digest) const {
        const proving::RunFigures& figures = report.figures;
        const vm::Run& run = figures.run;
        const auto block = block_statement(run.output);
        if (is_block() && !block.ok()) return fail(absl::InternalError(std::string(block.status().message())));
        const std::string output = witness_host::to_hex({run.output.data(), run.output.size()});
        if (json_) {
            nlohmann::json json = metrics(report);
            json.update({{"exit_code", run.exit_code}, {"public_output", output}, {"key_digest", key_digest}});
            if (is_block()) json["block"] = to_json(*block);
            std::printf("%s\n", json.dump(2).c_str());
            return Exit::ok;
        }
        std::printf("proved: the program of this key halts with exit code %d and %zu bytes of output on some input\n",
                    run.exit_code, run.output.size());
        std::printf("  key digest %s\n", key_digest.c_str());
        if (!run.output.empty()) std::printf("  output %s\n", output.c_str());
        if (is_block()) print_statement(*block);
        std::printf("  %llu instructions, %u shards, %llu cells (%.1f an instruction), proof of %llu bytes, %.2f s\n",
                    static_cast<unsigned long long>(run.cost.instructions), figures.shards,
                    static_cast<unsigned long long>(figures.cells),
                    static_cast<double>(figures.cells) / static_cast<double>(run.cost.instructions),
                    static_cast<unsigned long long>(report.proof_bytes), report.seconds);
        std::printf("  memory by plan: %llu MiB for the largest table, %llu MiB for %u filled ahead; peak %llu MiB\n",
                    static_cast<unsigned long long>(figures.memory.proving_bytes >> 20),
                    static_cast<unsigned long long>(figures.memory.ahead_bytes >> 20), figures.memory.ahead,
                    static_cast<unsigned long long>(report.peak_resident_bytes >> 20));
        for (const proving::WorkerFigures& worker : figures.workers) {
            if (worker.device_bytes == 0) continue;
            std::printf("  %s: %u tables, memory by plan %llu MiB, peak %llu of %llu MiB%s%s\n", worker.name.c_str(),
                        worker.tables, static_cast<unsigned long long>(worker.planned_bytes >> 20),
                        static_cast<unsigned long long>(worker.peak_bytes >> 20),
                        static_cast<unsigned long long>(worker.device_bytes >> 20),
                        worker.failure.empty() ? "" : "; failed: ", worker.failure.c_str());
        }
        std::printf("  verify it with: sluice verify --proof %s --expect-exit %d --elf %s\n", output_.c_str(),
                    run.exit_code, program_.elf.c_str());
        return Exit::ok;
    }

    InputOptions block_;
    WitnessOption witness_;
    ProgramOptions program_;
    BackendOptions backend_;
    std::string input_;
    std::string output_;
    std::vector<std::uint32_t> shard_ids_;
    std::uint64_t shard_cells_ = 0;
    std::uint64_t memory_gib_ = 12;
    std::string trace_;
    bool json_ = false;
    Timeline timeline_;
};

}  // namespace

std::unique_ptr<Command> make_prove_command() {
    return std::make_unique<Prove>();
}

}  // namespace sluice::host
