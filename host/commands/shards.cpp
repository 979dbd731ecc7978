// `sluice shards`: what each witness mode costs in words that cross shards. SPDX-License-Identifier: MIT OR Apache-2.0
#include "sluice/vm/shards.h"

#include <algorithm>
#include <cstdio>
#include <map>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

#include "commands/execution.h"
#include "commands/input.h"
#include "sluice/files/files.h"

namespace sluice::host {
namespace {

constexpr witness::WitnessMode kModes[] = {witness::WitnessMode::eager, witness::WitnessMode::account,
                                           witness::WitnessMode::value};

nlohmann::json to_json(const vm::WordCount& count) {
    return {{"words4", count.words4}, {"words8", count.words8}};
}

nlohmann::json to_json(const vm::RegionCounts& counts) {
    nlohmann::json json = {{"total", counts.total().words4}, {"total8", counts.total().words8}};
    for (std::size_t region = 0; region < vm::kRegionCount; ++region) {
        json[vm::kRegionNames[region]] = to_json(counts.by_region[region]);
    }
    return json;
}

nlohmann::json to_json(const vm::ShardTraffic& traffic) {
    return {{"first_instruction", traffic.first_instruction},
            {"instructions", traffic.instructions},
            {"external_write", to_json(traffic.external_write)},
            {"external_read", to_json(traffic.external_read)},
            {"late_first", to_json(traffic.late_first)},
            {"touched_words", traffic.touched.total().words4},
            {"touched", to_json(traffic.touched)}};
}

nlohmann::json to_json(const vm::ShardReport& report) {
    nlohmann::json json = {{"plan", report.plan.name}, {"shards", nlohmann::json::array()}};
    for (const vm::ShardTraffic& shard : report.shards) json["shards"].push_back(to_json(shard));
    json["total"] = to_json(report.total());
    return json;
}

class Shards final : public Command {
 public:
    [[nodiscard]] std::string name() const override { return "shards"; }
    [[nodiscard]] std::string help() const override {
        return "Cut the guest's run into shards and count the words that cross them, for each witness mode";
    }
    void add_options(CLI::App& app) override {
        input_.add_to(app);
        app.add_option("--elf", elf_, "Guest program (default: the one built with the tool)")->check(CLI::ExistingFile);
        app.add_option("--cut", cuts_,
                       "Shares of the instructions, in percent, at which to cut in two (default: 25 50 56.2 61.6 75)")
            ->check(CLI::Range(0.0, 100.0));
        app.add_option("--shard-instructions", shard_instructions_, "Also cut every so many instructions");
        app.add_option("--shard-cells", shard_cells_, "Also cut by this estimate of trace cells a shard");
        app.add_option("--crossings", crossings_,
                       "Write to this JSON file which functions touched the words that cross, before and after, for "
                       "each mode and plan");
        app.add_flag("--json", json_, "Print JSON");
    }

    Exit run() override {
        if (const absl::Status status = input_.check(); !status.ok()) return fail_usage(status);
        const auto program = load_guest(elf_.empty() ? default_guest_path() : elf_);
        if (!program.ok()) return fail(program.status());
        const auto job = prepare(input_);
        if (!job.ok()) return fail(job.status());
        if (job->native.verdict != block::Verdict::valid) {
            // A run that stops early says nothing of what the modes cost.
            if (json_) std::printf("%s\n", to_json(job->native, *job).dump(2).c_str());
            print_ending(job->native, job->identity, "natively, before the guest");
            return exit_of(job->native);
        }
        nlohmann::json crossings;
        nlohmann::json json = {{"block_number", job->identity.number}, {"gas_used", job->computed.gas_used}};
        for (const witness::WitnessMode mode : kModes) {
            const std::string mode_name(witness::witness_mode_name(mode));
            const auto stream = job->stream(mode);
            if (!stream.ok()) return fail(stream.status());
            auto counted = count(*program, witness_host::bytes_of(*stream), mode_name);
            if (!counted.ok()) return fail(counted.status());
            const block::Ending ending = block::ending_of(counted->run);
            if (ending.verdict != block::Verdict::valid) {
                print_ending(ending, job->identity, "in the guest");
                return exit_of(ending);
            }
            if (ending.public_output != job->native.public_output) {
                return fail(absl::InternalError(
                    absl::StrCat("mode ", mode_name, ": public output differs from the native one")));
            }
            nlohmann::json& entry = json["modes"][mode_name];
            entry = host::to_json(counted->run);
            entry["stream_bytes"] = stream->size();
            entry["anchored"] = ending.output.anchored ? 1 : 0;
            for (const vm::ShardReport& report : counted->reports) entry["plans"].push_back(to_json(report));
            if (!crossings_.empty()) {
                for (const vm::ShardReport& report : counted->reports) {
                    auto plan = crossings_of(*program, witness_host::bytes_of(*stream), report.plan);
                    if (!plan.ok()) return fail(plan.status());
                    crossings[mode_name].push_back(*std::move(plan));
                }
            }
            // The plan that the reference's figures are given for stands out.
            const auto main = std::find_if(counted->reports.begin(), counted->reports.end(),
                                           [](const vm::ShardReport& report) { return report.plan.name == kMainPlan; });
            entry["shards"] = to_json(main == counted->reports.end() ? counted->reports.front() : *main)["shards"];
        }
        if (!crossings_.empty()) {
            const absl::Status status = files::write_file(crossings_, crossings.dump(1) + "\n");
            if (!status.ok()) return fail(status);
        }
        if (json_) {
            std::printf("%s\n", json.dump(2).c_str());
        } else {
            print(json);
        }
        return Exit::ok;
    }

 private:
    static constexpr const char* kMainPlan = "56.2 %";

    absl::StatusOr<vm::AccountedRun> count(const vm::Program& program, ByteView input, const std::string& mode) const {
        vm::RunOptions options;
        options.progress = guest_progress(mode);
        const auto counting = vm::execute(program, input, options);
        if (!counting.ok()) return counting.status();
        const std::uint64_t instructions = counting->cost.instructions;
        std::vector<vm::ShardPlan> plans;
        for (const double percent : cuts_) {
            auto plan = vm::plan_by_shares(instructions, std::array{percent / 100});
            if (!plan.ok()) return plan.status();
            plan->name = absl::StrCat(percent, " %");
            plans.push_back(*std::move(plan));
        }
        if (shard_instructions_ != 0) {
            auto plan = vm::plan_by_instructions(instructions, shard_instructions_);
            if (!plan.ok()) return plan.status();
            plans.push_back(*std::move(plan));
        }
        if (shard_cells_ != 0) {
            vm::ShardLimits limits;
            limits.max_cells = shard_cells_;
            auto planned = vm::plan_shards(program, input, limits, options);
            if (!planned.ok()) return planned.status();
            plans.push_back(std::move(planned->plan));
        }
        auto counted = vm::account_shards(program, input, plans, options);
        if (options.progress) std::fprintf(stderr, "\r\033[K");
        return counted;
    }

    /// The function of a touch; for the runtime's memory functions also the one that called.
    static std::string name_of(const vm::Program& program, const vm::TouchSite& site) {
        const auto name = [&](std::uint32_t pc) {
            const vm::Symbol* symbol = program.function_at(pc);
            return symbol == nullptr ? std::string("?") : vm::demangle(symbol->name);
        };
        std::string function = name(site.pc);
        if (function.starts_with("mem") || function == "bcmp") function += " from " + name(site.caller);
        return function;
    }

    static absl::StatusOr<nlohmann::json> crossings_of(const vm::Program& program, ByteView input,
                                                       const vm::ShardPlan& plan) {
        const auto traced = vm::trace_crossings(program, input, plan);
        if (!traced.ok()) return traced.status();
        using Functions = std::tuple<vm::Region, std::string, std::string>;
        std::map<Functions, std::uint64_t> sums;
        nlohmann::json sites = nlohmann::json::array();
        for (const vm::Crossing& crossing : *traced) {
            sums[{crossing.region, name_of(program, crossing.before), name_of(program, crossing.after)}] +=
                crossing.words;
            sites.push_back({{"region", vm::kRegionNames[static_cast<std::size_t>(crossing.region)]},
                             {"before", crossing.before.pc},
                             {"before_caller", crossing.before.caller},
                             {"after", crossing.after.pc},
                             {"after_caller", crossing.after.caller},
                             {"words", crossing.words}});
        }
        std::vector<std::pair<Functions, std::uint64_t>> most_first(sums.begin(), sums.end());
        std::sort(most_first.begin(), most_first.end(), [](const auto& a, const auto& b) {
            return std::tie(b.second, a.first) < std::tie(a.second, b.first);
        });
        nlohmann::json functions = nlohmann::json::array();
        for (const auto& [key, words] : most_first) {
            functions.push_back({{"region", vm::kRegionNames[static_cast<std::size_t>(std::get<0>(key))]},
                                 {"before", std::get<1>(key)},
                                 {"after", std::get<2>(key)},
                                 {"words", words}});
        }
        return nlohmann::json{{"plan", plan.name}, {"functions", functions}, {"instructions", sites}};
    }

    static void print(const nlohmann::json& json) {
        std::printf("block %llu, gas %llu\n\n",
                    static_cast<unsigned long long>(json["block_number"].get<std::uint64_t>()),
                    static_cast<unsigned long long>(json["gas_used"].get<std::uint64_t>()));
        std::printf("%-9s %14s %14s %12s %12s %14s\n", "mode", "instructions", "weighted", "stream KiB", "heap MiB",
                    "misaligned");
        for (const char* mode : {"eager", "account", "value"}) {
            const nlohmann::json& entry = json["modes"][mode];
            std::printf("%-9s %14llu %14llu %12.1f %12.1f %14llu\n", mode, number(entry["instructions"]),
                        number(entry["weighted_cost"]), entry["stream_bytes"].get<double>() / 1024,
                        entry["memory_bytes"]["heap"].get<double>() / (1 << 20),
                        number(entry["misaligned_loads"]) + number(entry["misaligned_stores"]));
        }
        std::printf(
            "\nwords of 4 bytes written in shard 0 and touched again later (external writes); share of eager\n");
        std::printf("%-12s %10s %18s %18s   %s\n", "cut", "eager", "account", "value",
                    "value by region: heap / input / stack / image / registers");
        const nlohmann::json& modes = json["modes"];
        for (std::size_t plan = 0; plan < modes["eager"]["plans"].size(); ++plan) {
            const auto shard0 = [&](const char* mode) -> const nlohmann::json& {
                return modes[mode]["plans"][plan]["shards"][0]["external_write"];
            };
            const double eager = shard0("eager")["total"].get<double>();
            std::printf("%-12s %10llu", modes["eager"]["plans"][plan]["plan"].get<std::string>().c_str(),
                        number(shard0("eager")["total"]));
            for (const char* mode : {"account", "value"}) {
                std::printf(" %9llu (%5.1f%%)", number(shard0(mode)["total"]),
                            eager == 0 ? 0.0 : 100 * shard0(mode)["total"].get<double>() / eager);
            }
            std::printf("   ");
            for (std::size_t region = 0; region < vm::kRegionCount; ++region) {
                std::printf("%s%llu", region == 0 ? "" : " / ",
                            number(shard0("value")[vm::kRegionNames[region]]["words4"]));
            }
            std::printf("\n");
        }
        std::printf(
            "\nsum over the shards of external writes, and words that linking proves (touched in each shard)\n");
        std::printf("%-12s %12s %12s %12s   %12s %12s %12s\n", "cut", "eager", "account", "value", "eager", "account",
                    "value");
        for (std::size_t plan = 0; plan < modes["eager"]["plans"].size(); ++plan) {
            std::printf("%-12s", modes["eager"]["plans"][plan]["plan"].get<std::string>().c_str());
            for (const char* mode : {"eager", "account", "value"}) {
                std::printf(" %12llu", number(modes[mode]["plans"][plan]["total"]["external_write"]["total"]));
            }
            std::printf("  ");
            for (const char* mode : {"eager", "account", "value"}) {
                std::printf(" %12llu", number(modes[mode]["plans"][plan]["total"]["touched_words"]));
            }
            std::printf("\n");
        }
    }
    static unsigned long long number(const nlohmann::json& value) { return value.get<unsigned long long>(); }

    InputOptions input_;
    std::string elf_;
    std::vector<double> cuts_ = {25, 50, 56.2, 61.6, 75};
    std::uint64_t shard_instructions_ = 0;
    std::uint64_t shard_cells_ = 0;
    std::string crossings_;
    bool json_ = false;
};

}  // namespace

std::unique_ptr<Command> make_shards_command() {
    return std::make_unique<Shards>();
}

}  // namespace sluice::host
