// `sluice verify`: whether a proof holds. SPDX-License-Identifier: MIT OR Apache-2.0
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <optional>

#include "nlohmann/json.hpp"

#include "commands/block_statement.h"
#include "commands/command.h"
#include "commands/input.h"
#include "commands/proving.h"
#include "sluice/files/files.h"
#include "sluice/witness_host/execution_witness.h"
#include "sluice/witness_host/hex.h"

namespace sluice::host {
namespace {

class Verify final : public Command {
 public:
    [[nodiscard]] std::string name() const override { return "verify"; }
    [[nodiscard]] std::string help() const override { return "Verify a proof of a program's run"; }
    void add_options(CLI::App& app) override {
        app.add_option("--proof", proof_, "Proof file, or the folder that prove wrote")
            ->required()
            ->check(CLI::ExistingPath);
        app.add_option("--key", key_, "Key file (default: key.bin beside the proof)")->check(CLI::ExistingFile);
        program_.add_to(app, false);
        app.add_option("--output", output_, "File with the public output that is expected (default: the proof file's)")
            ->check(CLI::ExistingFile);
        app.add_option("--expect-exit", exit_code_, "Exit code that is expected (default 0)");
        app.add_flag("--block", block_,
                     "The proof has to be one of a block, by the guest built with the tool or --elf");
        app.add_flag("--allow-unanchored", allow_unanchored_,
                     "Accept a block whose state root before it is a claim of the input (anchored 0)");
        app.add_flag("--json", json_, "Print JSON");
    }

    Exit run() override {
        const std::string proof_path = in_folder(proof_, kProofFileName);
        const std::string key_path =
            !key_.empty() ? key_ : (std::filesystem::path(proof_path).parent_path() / kKeyFileName).string();
        const auto proof = prover::read_proof_file(proof_path);
        if (!proof.ok()) return fail(proof.status());
        const auto key = prover::read_key_file(key_path);
        if (!key.ok()) return fail(key.status());
        if (const absl::Status status = prover::check_pair(*key, *proof); !status.ok()) return refuse(status);
        std::string output = proof->output;
        if (!output_.empty()) {
            auto file = files::read_file(output_);
            if (!file.ok()) return fail(file.status());
            output = *std::move(file);
        }
        const auto digest = digest_text(key->body);
        if (!digest.ok()) return fail(digest.status());
        std::optional<executor::PublicOutput> statement;
        if (block_ || says_block(*proof)) {
            const auto stated = block_statement(witness_host::bytes_of(output));
            if (!stated.ok()) return refuse(stated.status());
            statement = *stated;
        }
        if (block_ && program_.elf.empty()) program_.elf = default_guest_path();
        if (!program_.elf.empty()) {
            if (const absl::Status status = compare_with_program(*key); !status.ok()) return refuse(status);
        }
        const auto start = std::chrono::steady_clock::now();
        const absl::Status held =
            proving::verify_run(witness_host::bytes_of(key->body), witness_host::bytes_of(proof->body), exit_code_,
                                witness_host::bytes_of(output));
        const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
        if (!held.ok()) return refuse(held);
        if (statement.has_value() && !statement->anchored && !allow_unanchored_) {
            return refuse(absl::FailedPreconditionError(
                "the proof holds, but the block is not anchored: the state root before it is a claim of the input. "
                "Compare it yourself and say --allow-unanchored"));
        }
        if (json_) {
            nlohmann::json json = {{"verified", true},
                                   {"exit_code", exit_code_},
                                   {"public_output", witness_host::to_hex(witness_host::bytes_of(output))},
                                   {"key_digest", *digest},
                                   {"key_is_of_program", !program_.elf.empty()},
                                   {"profile", key->profile},
                                   {"seconds", seconds}};
            if (statement.has_value()) json["block"] = to_json(*statement);
            std::printf("%s\n", json.dump(2).c_str());
            return Exit::ok;
        }
        std::printf("verified: the program of this key halts with exit code %d and this output on some input\n",
                    exit_code_);
        std::printf("  key digest %s, profile %s%s\n", digest->c_str(), key->profile.c_str(),
                    program_.elf.empty() ? "; that it is the key of the program you mean is not checked without --elf"
                                         : ", the key of the program given");
        std::printf("  output %s\n", witness_host::to_hex(witness_host::bytes_of(output)).c_str());
        if (statement.has_value()) print_statement(*statement);
        return Exit::ok;
    }

 private:
    static bool says_block(const prover::ProofFile& proof) {
        const auto note = proof.notes.find(kStatementNote);
        return note != proof.notes.end() && note->second == kBlockStatement;
    }

    /// The program's own key, made again, has to be the one given.
    [[nodiscard]] absl::Status compare_with_program(const prover::KeyFile& key) {
        program_.profile = key.profile;
        const auto options = program_.proving_options();
        if (!options.ok()) return options.status();
        const auto program = program_.load();
        if (!program.ok()) return program.status();
        const auto own = proving::ProgramProver::make(*program, *options);
        end_progress(*options);
        if (!own.ok()) return own.status();
        if ((*own)->key() == key.body) return absl::OkStatus();
        const auto expected = digest_text((*own)->key());
        const auto found = digest_text(key.body);
        if (!expected.ok() || !found.ok()) return absl::InternalError("a key without a digest");
        return absl::InvalidArgumentError("the key is of another program than " + program_.elf + ": expected digest " +
                                          *expected + ", found " + *found);
    }

    Exit refuse(const absl::Status& status) const {
        if (json_) {
            std::printf("%s\n",
                        nlohmann::json{{"verified", false}, {"reason", std::string(status.message())}}.dump(2).c_str());
        }
        std::fprintf(stderr, "sluice: not verified: %s\n", std::string(status.message()).c_str());
        return Exit::invalid;
    }

    std::string proof_;
    std::string key_;
    ProgramOptions program_;
    std::string output_;
    std::int32_t exit_code_ = 0;
    bool block_ = false;
    bool allow_unanchored_ = false;
    bool json_ = false;
};

}  // namespace

std::unique_ptr<Command> make_verify_command() {
    return std::make_unique<Verify>();
}

}  // namespace sluice::host
