// `sluice keygen`: the verifying key of a program. SPDX-License-Identifier: MIT OR Apache-2.0
#include <cstdio>

#include "nlohmann/json.hpp"

#include "commands/command.h"
#include "commands/input.h"
#include "commands/proving.h"

namespace sluice::host {
namespace {

class Keygen final : public Command {
 public:
    [[nodiscard]] std::string name() const override { return "keygen"; }
    [[nodiscard]] std::string help() const override { return "Make the verifying key of a RISC-V program"; }
    void add_options(CLI::App& app) override {
        program_.add_to(app, true);
        app.add_option("-o,--output", output_, "Key file to write")->required();
        app.add_flag("--json", json_, "Print JSON");
    }

    Exit run() override {
        const auto options = program_.proving_options();
        if (!options.ok()) return fail_usage(options.status());
        const auto program = program_.load();
        if (!program.ok()) return fail(program.status());
        const auto prover = proving::ProgramProver::make(*program, *options);
        if (!prover.ok()) return fail(prover.status());
        end_progress(*options);
        const prover::KeyFile key = key_file((*prover)->key(), program_);
        const auto digest = digest_text(key.body);
        if (!digest.ok()) return fail(digest.status());
        if (const absl::Status status = prover::write_key_file(output_, key); !status.ok()) return fail(status);
        if (json_) {
            std::printf(
                "%s\n",
                nlohmann::json{
                    {"key", output_}, {"key_digest", *digest}, {"key_bytes", key.body.size()}, {"profile", key.profile}}
                    .dump(2)
                    .c_str());
        } else {
            std::printf("key %s, profile %s, %zu bytes\n  digest %s\n", output_.c_str(), key.profile.c_str(),
                        key.body.size(), digest->c_str());
        }
        return Exit::ok;
    }

 private:
    ProgramOptions program_;
    std::string output_;
    bool json_ = false;
};

}  // namespace

std::unique_ptr<Command> make_keygen_command() {
    return std::make_unique<Keygen>();
}

}  // namespace sluice::host
