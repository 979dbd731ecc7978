// `sluice test-fixtures`: the public blockchain and state tests. SPDX-License-Identifier: MIT OR Apache-2.0
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <map>
#include <thread>
#include <tuple>

#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"

#include "commands/input.h"
#include "fixtures/runner.h"

namespace sluice::host {
namespace {

class TestFixtures final : public Command {
 public:
    [[nodiscard]] std::string name() const override { return "test-fixtures"; }
    [[nodiscard]] std::string help() const override {
        return "Run blockchain and state tests (ethereum/tests, execution-spec-tests) from folders, packages or files";
    }
    void add_options(CLI::App& app) override {
        app.add_option("paths", paths_, "JSON files, .tar.zst or .tar.gz packages, or folders of them")
            ->required()
            ->check(CLI::ExistingPath);
        app.add_option("--name,--filter", options_.filter, "Only cases whose file::name contains this");
        app.add_option("--fork,--network", options_.network, "Only cases of this network, such as Osaka");
        app.add_option("--jobs", options_.jobs, "Threads (default: one a core, 8 at most)")->check(CLI::Range(1, 256));
        app.add_flag("--json", json_, "Print JSON");
        app.add_flag("-v,--verbose", verbose_, "Print skipped cases too");
    }

    Exit run() override {
        if (options_.jobs == 0) options_.jobs = std::clamp(std::thread::hardware_concurrency(), 1u, 8u);
        std::vector<fixtures::CaseReport> failures;
        std::map<std::string, std::uint64_t> skip_causes;
        std::map<std::string, fixtures::Totals> by_fork;
        std::map<std::string, fixtures::Totals> by_folder;
        options_.on_case = [&](const fixtures::CaseReport& report) {
            count(by_fork[report.network], report.outcome);
            count(by_folder[folder_of(report)], report.outcome);
            if (report.outcome == fixtures::Outcome::skipped) {
                ++skip_causes[report.cause];
                if (verbose_)
                    std::fprintf(stderr, "skipped %s::%s: %s\n", report.file.c_str(), report.name.c_str(),
                                 report.cause.c_str());
            }
            if (report.outcome == fixtures::Outcome::failed) failures.push_back(report);
        };
        fixtures::Runner runner(options_);
        for (const std::string& path : paths_) {
            if (const absl::Status status = runner.run(path); !status.ok()) return fail(status);
            if (!json_) {
                const fixtures::Totals& totals = runner.totals();
                std::fprintf(stderr, "%s: so far %llu passed, %llu failed, %llu skipped\n", path.c_str(),
                             static_cast<unsigned long long>(totals.passed),
                             static_cast<unsigned long long>(totals.failed),
                             static_cast<unsigned long long>(totals.skipped));
            }
        }
        const fixtures::Totals& totals = runner.totals();
        // The threads end their cases in any order.
        std::sort(failures.begin(), failures.end(), [](const auto& a, const auto& b) {
            return std::tie(a.source, a.file, a.name) < std::tie(b.source, b.file, b.name);
        });
        if (json_) {
            nlohmann::json json = to_json(totals);
            json["failures"] = nlohmann::json::array();
            for (const fixtures::CaseReport& report : failures) {
                json["failures"].push_back({{"file", report.file},
                                            {"name", report.name},
                                            {"network", report.network},
                                            {"cause", report.cause},
                                            {"replay", replay(report)}});
            }
            json["skip_causes"] = skip_causes;
            for (const auto& [fork, part] : by_fork) json["by_fork"][fork] = to_json(part);
            for (const auto& [folder, part] : by_folder) json["by_folder"][folder] = to_json(part);
            std::printf("%s\n", json.dump(2).c_str());
        } else {
            for (const fixtures::CaseReport& report : failures) {
                std::printf("FAILED %s::%s: %s\n  again: %s\n", report.file.c_str(), report.name.c_str(),
                            report.cause.c_str(), replay(report).c_str());
            }
            print("folder", by_folder);
            print("fork", by_fork);
            for (const auto& [cause, count] : skip_causes)
                std::printf("skipped %llu: %s\n", static_cast<unsigned long long>(count), cause.c_str());
            std::printf("%llu passed, %llu failed, %llu skipped\n", static_cast<unsigned long long>(totals.passed),
                        static_cast<unsigned long long>(totals.failed),
                        static_cast<unsigned long long>(totals.skipped));
        }
        return totals.failed == 0 ? Exit::ok : Exit::invalid;
    }

 private:
    static void count(fixtures::Totals& totals, fixtures::Outcome outcome) {
        totals.passed += outcome == fixtures::Outcome::passed;
        totals.failed += outcome == fixtures::Outcome::failed;
        totals.skipped += outcome == fixtures::Outcome::skipped;
    }
    /// The package or folder that was named, and below it the first two folders of the file's path.
    static std::string folder_of(const fixtures::CaseReport& report) {
        std::string folder = std::filesystem::path(report.source).lexically_normal().string();
        int depth = 0;
        for (const auto& part : std::filesystem::path(report.file).parent_path()) {
            if (depth++ == 2) break;
            folder += "/" + part.string();
        }
        return folder;
    }
    static nlohmann::json to_json(const fixtures::Totals& totals) {
        return {{"passed", totals.passed}, {"failed", totals.failed}, {"skipped", totals.skipped}};
    }
    static void print(const char* what, const std::map<std::string, fixtures::Totals>& parts) {
        std::printf("%8s %8s %8s  %s\n", "passed", "failed", "skipped", what);
        for (const auto& [name, totals] : parts) {
            std::printf("%8llu %8llu %8llu  %s\n", static_cast<unsigned long long>(totals.passed),
                        static_cast<unsigned long long>(totals.failed), static_cast<unsigned long long>(totals.skipped),
                        name.c_str());
        }
    }
    /// The command that runs this case alone.
    static std::string replay(const fixtures::CaseReport& report) {
        return absl::StrCat("sluice test-fixtures '", report.source, "' --name '", report.file, "::", report.name, "'");
    }

    std::vector<std::string> paths_;
    fixtures::Options options_ = [] {
        fixtures::Options options;
        options.jobs = 0;  // chosen when it runs
        return options;
    }();
    bool json_ = false;
    bool verbose_ = false;
};

}  // namespace

std::unique_ptr<Command> make_test_fixtures_command() {
    return std::make_unique<TestFixtures>();
}

}  // namespace sluice::host
