// `sluice make-input`: a block from anywhere into one input file. SPDX-License-Identifier: MIT OR Apache-2.0
#include <cstdio>

#include "absl/strings/str_cat.h"

#include "commands/execution.h"
#include "commands/input.h"
#include "sluice/files/files.h"
#include "sluice/witness_host/input_file.h"
#include "sluice/witness_host/witness_json.h"

namespace sluice::host {
namespace {

class MakeInput final : public Command {
 public:
    [[nodiscard]] std::string name() const override { return "make-input"; }
    [[nodiscard]] std::string help() const override {
        return "Fetch or read a block, check it by executing it, and write an input file or a witness stream";
    }
    void add_options(CLI::App& app) override {
        input_.add_to(app);
        witness_.add_to(app);
        app.add_option("-o,--output", output_, "Input file to write, for --input of any command");
        app.add_option("--stream", stream_, "Witness stream to write, as the guest reads it, in the mode of --witness");
        app.add_option("--execution-witness", execution_witness_,
                       "debug_executionWitness JSON to write, with what the block needs and nothing else");
        app.add_flag("--allow-invalid", allow_invalid_,
                     "Write also if the block breaks a rule; the exit code is 1 all the same");
        app.add_flag("--json", json_, "Print JSON");
    }

    Exit run() override {
        if (const absl::Status status = input_.check(); !status.ok()) return fail_usage(status);
        if (output_.empty() && stream_.empty() && execution_witness_.empty() && input_.cache_dir.empty()) {
            return fail_usage(absl::InvalidArgumentError(
                "name what to write: --output, --stream, --execution-witness or --cache-dir"));
        }
        const auto job = prepare(input_);
        if (!job.ok()) return fail(job.status());
        nlohmann::json json = to_json(job->native, *job);
        if (!job->recorded.has_value()) {
            return fail_usage(absl::InvalidArgumentError("the input is a stream already; name a whole witness"));
        }
        const bool valid = job->native.verdict == block::Verdict::valid;
        if (!valid && (!allow_invalid_ || job->without_stream())) {
            if (json_) std::printf("%s\n", json.dump(2).c_str());
            print_ending(job->native, job->identity, "natively; nothing was written");
            return exit_of(job->native);
        }
        if (!output_.empty()) {
            const auto file = witness_host::make_input_file(*job->witness);
            if (!file.ok()) return fail(file.status());
            if (const absl::Status status = witness_host::write_input_file(output_, *file); !status.ok())
                return fail(status);
            json["output"] = output_;
        }
        if (!stream_.empty()) {
            const auto stream = job->stream(witness_.mode);
            if (!stream.ok()) return fail(stream.status());
            if (const absl::Status status = files::write_file(stream_, *stream); !status.ok()) return fail(status);
            json["stream"] = stream_;
            json["stream_bytes"] = stream->size();
        }
        if (!execution_witness_.empty()) {
            const auto minimal = job->recorded->minimal_witness();
            if (!minimal.ok()) return fail(minimal.status());
            const absl::Status status =
                files::write_file(execution_witness_, witness_host::witness_json_text(*minimal));
            if (!status.ok()) return fail(status);
            json["execution_witness"] = execution_witness_;
        }
        if (json_) std::printf("%s\n", json.dump(2).c_str());
        if (!json_ || !valid) print_ending(job->native, job->identity, "natively");
        if (!json_) {
            for (const std::string& path : {output_, stream_, execution_witness_}) {
                if (!path.empty()) std::printf("  wrote %s\n", path.c_str());
            }
        }
        return exit_of(job->native);
    }

 private:
    InputOptions input_;
    WitnessOption witness_;
    std::string output_;
    std::string stream_;
    std::string execution_witness_;
    bool allow_invalid_ = false;
    bool json_ = false;
};

}  // namespace

std::unique_ptr<Command> make_make_input_command() {
    return std::make_unique<MakeInput>();
}

}  // namespace sluice::host
