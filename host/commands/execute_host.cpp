// `sluice execute-host`: a block's stream executed natively. SPDX-License-Identifier: MIT OR Apache-2.0
#include <algorithm>
#include <chrono>
#include <cstdio>

#include "commands/execution.h"
#include "commands/input.h"
#include "sluice/executor/evm.h"
#include "sluice/files/files.h"
#include "sluice/witness_host/hex.h"

namespace sluice::host {
namespace {

class ExecuteHost final : public Command {
 public:
    [[nodiscard]] std::string name() const override { return "execute-host"; }
    [[nodiscard]] std::string help() const override { return "Execute a block natively from a streamed witness"; }
    void add_options(CLI::App& app) override {
        input_.add_to(app);
        witness_.add_to(app);
        app.add_flag("--json", json_, "Print JSON");
        app.add_option("--repeat", repeat_, "Runs; the median time is reported")->check(CLI::Range(1, 1000));
        app.add_option("--report", report_, "Write phases, counts per opcode and peak memory to this JSON file");
    }

    Exit run() override {
        if (const absl::Status status = input_.check(); !status.ok()) return fail_usage(status);
        const auto job = prepare(input_);
        if (!job.ok()) return fail(job.status());
        if (job->without_stream()) return finish(job->native, *job, nullptr, 0);
        const auto writing = std::chrono::steady_clock::now();
        const auto stream = job->stream(witness_.mode);
        if (!stream.ok()) return fail(stream.status());
        const double write_seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - writing).count();

        const auto memory = block::NativeMemory::reserve();
        if (!memory.ok()) return fail(memory.status());
        block::NativeRun run;
        std::vector<double> seconds;
        for (int i = 0; i < repeat_; ++i) {
            run = block::execute_natively(witness_host::bytes_of(*stream), *memory);
            seconds.push_back(run.seconds);
            if (run.ending.verdict != block::Verdict::valid) break;
        }
        std::nth_element(seconds.begin(), seconds.begin() + static_cast<long>(seconds.size() / 2), seconds.end());
        run.seconds = seconds[seconds.size() / 2];
        if (!report_.empty()) {
            // A run of its own: counting opcodes takes time.
            executor::OpcodeCounts counts;
            (void)block::execute_natively(witness_host::bytes_of(*stream), *memory, &counts);
            nlohmann::json report = result(run.ending, *job, &run, stream->size());
            report["phases"] = {{"load_seconds", job->load_seconds},
                                {"record_seconds", job->native_seconds},
                                {"write_stream_seconds", write_seconds},
                                {"execute_seconds", run.seconds}};
            report["peak_resident_bytes"] = peak_resident_bytes();
            for (unsigned opcode = 0; opcode < 256; ++opcode) {
                if (counts.count[opcode] == 0) continue;
                report["opcodes"][std::string(executor::opcode_name(static_cast<std::uint8_t>(opcode)))] =
                    counts.count[opcode];
            }
            if (const absl::Status status = files::write_file(report_, report.dump(2) + "\n"); !status.ok()) {
                return fail(status);
            }
        }
        return finish(run.ending, *job, &run, stream->size());
    }

 private:
    [[nodiscard]] nlohmann::json result(const block::Ending& ending, const Job& job, const block::NativeRun* run,
                                        std::size_t stream_bytes) const {
        nlohmann::json json = to_json(ending, job);
        json["witness"] = std::string(witness::witness_mode_name(witness_.mode));
        if (run != nullptr) {
            json["seconds"] = run->seconds;
            json["executor_peak_bytes"] = run->peak_memory;
            json["stream_bytes"] = stream_bytes;
        }
        return json;
    }

    [[nodiscard]] Exit finish(const block::Ending& ending, const Job& job, const block::NativeRun* run,
                              std::size_t stream_bytes) const {
        if (json_) {
            std::printf("%s\n", result(ending, job, run, stream_bytes).dump(2).c_str());
            if (ending.verdict != block::Verdict::valid) print_ending(ending, job.identity, "natively");
            return exit_of(ending);
        }
        print_ending(ending, job.identity, "natively");
        if (run != nullptr && ending.verdict == block::Verdict::valid) {
            std::printf("  gas %llu in %.3f s (%.0f Mgas/s), witness mode %s, stream of %.1f KiB, %.1f MiB of memory\n",
                        static_cast<unsigned long long>(run->computed.gas_used), run->seconds,
                        static_cast<double>(run->computed.gas_used) / run->seconds / 1e6,
                        std::string(witness::witness_mode_name(witness_.mode)).c_str(),
                        static_cast<double>(stream_bytes) / 1024, static_cast<double>(run->peak_memory) / (1 << 20));
        }
        return exit_of(ending);
    }

    InputOptions input_;
    WitnessOption witness_;
    bool json_ = false;
    int repeat_ = 1;
    std::string report_;
};

}  // namespace

std::unique_ptr<Command> make_execute_host_command() {
    return std::make_unique<ExecuteHost>();
}

}  // namespace sluice::host
