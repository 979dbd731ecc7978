// `sluice execute`: a block's stream executed in the RISC-V guest. SPDX-License-Identifier: MIT OR Apache-2.0
#include <chrono>
#include <cstdio>

#include "commands/execution.h"
#include "commands/input.h"
#include "sluice/files/files.h"
#include "sluice/isa/decode.h"
#include "sluice/vm/profile.h"
#include "sluice/vm/tohost.h"
#include "sluice/witness_host/hex.h"

namespace sluice::host {
namespace {

/// A demangled name without parameters, return type and the project's namespace.
std::string short_name(std::string name) {
    for (const std::string_view part : {std::string_view("(anonymous namespace)::"), std::string_view("sluice::")}) {
        for (std::size_t at = 0; (at = name.find(part, at)) != std::string::npos;) name.erase(at, part.size());
    }
    std::size_t begin = 0;
    int depth = 0;  // of template arguments
    for (std::size_t i = 0; i < name.size(); ++i) {
        depth += name[i] == '<' ? 1 : name[i] == '>' ? -1 : 0;
        if (depth == 0 && name[i] == ' ') begin = i + 1;
        if (depth == 0 && name[i] == '(' && i != 0) return name.substr(begin, i - begin);
    }
    return name;
}

/// The most expensive functions as a table in Markdown, which adds up to what is booked on functions.
void print_functions(const vm::ProfiledRun& run, std::size_t count, std::uint64_t gas) {
    std::uint64_t total = 0;
    for (const vm::FunctionCost& function : run.functions) total += function.exclusive_weighted;
    const auto row = [&](const std::string& name, std::uint64_t calls, std::uint64_t own, const std::string& all) {
        std::printf("| `%s` | %llu | %llu | %.1f %% | %.3f | %s |\n", name.c_str(),
                    static_cast<unsigned long long>(calls), static_cast<unsigned long long>(own),
                    100.0 * static_cast<double>(own) / static_cast<double>(total),
                    gas == 0 ? 0.0 : static_cast<double>(own) / static_cast<double>(gas), all.c_str());
    };
    std::printf(
        "| function | calls | weighted cost, own | share | a gas | with what it calls |\n|---|---|---|---|---|---|\n");
    std::uint64_t rest = 0;
    std::uint64_t rest_calls = 0;
    for (std::size_t i = 0; i < run.functions.size(); ++i) {
        const vm::FunctionCost& function = run.functions[i];
        if (i < count) {
            row(short_name(function.name), function.calls, function.exclusive_weighted,
                std::to_string(function.inclusive_weighted));
        } else {
            rest += function.exclusive_weighted;
            rest_calls += function.calls;
        }
    }
    if (count < run.functions.size()) row("all others", rest_calls, rest, "");
    row("all", 1, total, std::to_string(total));
}

class Execute final : public Command {
 public:
    [[nodiscard]] std::string name() const override { return "execute"; }
    [[nodiscard]] std::string help() const override {
        return "Execute a block in the RISC-V guest, or any RISC-V program, and report its cost";
    }
    void add_options(CLI::App& app) override {
        input_.add_to(app);
        witness_.add_to(app);
        app.add_option("--elf", elf_,
                       "Guest program (default: the one built with the tool); without a block any program")
            ->check(CLI::ExistingFile);
        app.add_option("--program-input", program_input_, "Instead of a block: file that the program of --elf reads")
            ->check(CLI::ExistingFile);
        app.add_flag("--json", json_, "Print JSON");
        app.add_option("--report", report_,
                       "Write phases, counts per function and instruction and peak memory to this JSON file");
        app.add_option("--functions", functions_, "Print so many of the most expensive functions as a table");
        app.add_option("--profile", profile_, "Write folded stacks, weighted by cost, to this file");
    }

    Exit run() override {
        const bool is_block = !input_.input.empty() || !input_.rpc_url.empty();
        if (!is_block && !elf_.empty()) return run_program();
        if (!program_input_.empty()) {
            return fail_usage(absl::InvalidArgumentError("--program-input goes with --elf, not with a block"));
        }
        if (const absl::Status status = input_.check(); !status.ok()) return fail_usage(status);
        const auto program = load_guest(elf_.empty() ? default_guest_path() : elf_);
        if (!program.ok()) return fail(program.status());
        const auto job = prepare(input_);
        if (!job.ok()) return fail(job.status());
        if (job->without_stream()) {
            if (json_) std::printf("%s\n", to_json(job->native, *job).dump(2).c_str());
            print_ending(job->native, job->identity, "natively, before the guest");
            return exit_of(job->native);
        }
        const auto writing = std::chrono::steady_clock::now();
        const auto stream = job->stream(witness_.mode);
        if (!stream.ok()) return fail(stream.status());
        const double write_seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - writing).count();
        const ByteView input = witness_host::bytes_of(*stream);

        vm::RunOptions options;
        options.progress = guest_progress("guest");
        const auto start = std::chrono::steady_clock::now();
        const auto run = vm::execute(*program, input, options);
        const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
        if (options.progress) std::fprintf(stderr, "\r\033[K");
        if (!run.ok()) return fail(run.status());
        const block::Ending ending = block::ending_of(*run);
        if (const absl::Status status = compare_with_native(ending, job->native); !status.ok()) return fail(status);

        nlohmann::json json = to_json(ending, *job);
        json.update(to_json(*run));
        json["witness"] = std::string(witness::witness_mode_name(witness_.mode));
        json["stream_bytes"] = stream->size();
        json["seconds"] = seconds;
        const std::uint64_t gas_used = job->computed.gas_used;
        json["weighted_cost_per_gas"] =
            gas_used == 0 ? 0.0 : static_cast<double>(run->cost.weighted()) / static_cast<double>(gas_used);
        json["cell_cost_per_gas"] =
            gas_used == 0 ? 0.0 : static_cast<double>(run->cost.cell_cost()) / static_cast<double>(gas_used);
        const nlohmann::json phases = {{"load_seconds", job->load_seconds},
                                       {"record_seconds", job->native_seconds},
                                       {"write_stream_seconds", write_seconds},
                                       {"execute_seconds", seconds}};
        if (const absl::Status status = write_reports(*program, input, json, phases); !status.ok()) {
            return fail(status);
        }
        if (json_) std::printf("%s\n", json.dump(2).c_str());
        if (!json_ || ending.verdict != block::Verdict::valid) print_ending(ending, job->identity, "in the guest");
        if (!json_ && ending.verdict == block::Verdict::valid) {
            std::printf(
                "  gas %llu, %llu instructions, weighted cost %llu (%.2f a gas), %.2f s (%.0f MHz), witness mode %s\n",
                static_cast<unsigned long long>(gas_used), static_cast<unsigned long long>(run->cost.instructions),
                static_cast<unsigned long long>(run->cost.weighted()), json["weighted_cost_per_gas"].get<double>(),
                seconds, static_cast<double>(run->cost.instructions) / seconds / 1e6,
                std::string(witness::witness_mode_name(witness_.mode)).c_str());
        }
        return exit_of(ending);
    }

 private:
    /// Any program: to HALT, a trap, or a write to `tohost`.
    Exit run_program() const {
        const auto elf = files::read_file(elf_);
        if (!elf.ok()) return fail(elf.status());
        const auto program = vm::load_elf(witness_host::bytes_of(*elf));
        if (!program.ok()) return fail(program.status());
        std::string bytes;
        if (!program_input_.empty()) {
            auto file = files::read_file(program_input_);
            if (!file.ok()) return fail(file.status());
            bytes = *std::move(file);
        }
        const ByteView input = witness_host::bytes_of(bytes);
        vm::RunOptions options;
        options.progress = guest_progress("program");
        const auto start = std::chrono::steady_clock::now();
        vm::TohostRun ended;
        if (const auto tohost = vm::find_tohost(witness_host::bytes_of(*elf), *program); tohost.has_value()) {
            auto run = vm::execute_until_tohost(*program, *tohost, input, options);
            if (!run.ok()) return fail(run.status());
            ended = *std::move(run);
        } else {
            auto run = vm::execute(*program, input, options);
            if (!run.ok()) return fail(run.status());
            ended.run = *std::move(run);
        }
        const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
        if (options.progress) std::fprintf(stderr, "\r\033[K");
        const vm::Run& run = ended.run;
        const char* by = !run.halted() ? "trap" : ended.value.has_value() ? "tohost" : "halt";
        nlohmann::json json = to_json(run);
        json["ended_by"] = by;
        json["seconds"] = seconds;
        if (run.halted()) json["exit_code"] = run.exit_code;
        if (!run.halted()) json["trap"] = run.trap.to_string();
        json["public_output"] = witness_host::to_hex({run.output.data(), run.output.size()});
        if (const absl::Status status = write_reports(*program, input, json, {{"execute_seconds", seconds}});
            !status.ok()) {
            return fail(status);
        }
        if (json_) std::printf("%s\n", json.dump(2).c_str());
        if (!run.halted()) {
            std::fprintf(stderr, "sluice: the program traps: %s\n", run.trap.to_string().c_str());
            return Exit::invalid;
        }
        if (!json_) {
            std::printf("ended by %s with exit code %d and %zu bytes of output\n", by, run.exit_code,
                        run.output.size());
            std::printf("  %llu instructions, weighted cost %llu, %.2f s\n",
                        static_cast<unsigned long long>(run.cost.instructions),
                        static_cast<unsigned long long>(run.cost.weighted()), seconds);
        }
        return run.exit_code == 0 ? Exit::ok : Exit::invalid;
    }

    [[nodiscard]] absl::Status write_reports(const vm::Program& program, ByteView input, nlohmann::json report,
                                             const nlohmann::json& phases) const {
        if (report_.empty() && profile_.empty() && functions_ == 0) return absl::OkStatus();
        const auto profiled = vm::profile(program, input);
        if (!profiled.ok()) return profiled.status();
        if (functions_ != 0 && !json_) {
            const nlohmann::json& gas = report.at("gas_used");
            print_functions(*profiled, functions_, gas.is_number() ? gas.get<std::uint64_t>() : 0);
        }
        if (!profile_.empty()) {
            const absl::Status status = files::write_file(profile_, profiled->folded_stacks(vm::ProfileUnit::weighted));
            if (!status.ok()) return status;
        }
        if (report_.empty()) return absl::OkStatus();
        report["phases"] = phases;
        report["peak_resident_bytes"] = peak_resident_bytes();
        for (const vm::FunctionCost& function : profiled->functions) {
            report["functions"].push_back({{"name", function.name},
                                           {"calls", function.calls},
                                           {"exclusive", function.exclusive},
                                           {"inclusive", function.inclusive},
                                           {"exclusive_weighted", function.exclusive_weighted},
                                           {"inclusive_weighted", function.inclusive_weighted}});
        }
        for (std::size_t op = 0; op < profiled->operations.size(); ++op) {
            if (profiled->operations[op] == 0) continue;
            report["operations"][std::string(isa::name(static_cast<isa::Op>(op)))] = profiled->operations[op];
        }
        return files::write_file(report_, report.dump(2) + "\n");
    }

    InputOptions input_;
    WitnessOption witness_;
    std::string elf_;
    std::string program_input_;
    bool json_ = false;
    std::string report_;
    std::string profile_;
    std::size_t functions_ = 0;  ///< 0: no table
};

}  // namespace

std::unique_ptr<Command> make_execute_command() {
    return std::make_unique<Execute>();
}

}  // namespace sluice::host
