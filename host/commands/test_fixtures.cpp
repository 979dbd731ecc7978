// `sluice test-fixtures`: the public blockchain tests. SPDX-License-Identifier: MIT OR Apache-2.0
#include <cstdio>
#include <filesystem>

#include "nlohmann/json.hpp"

#include "commands/input.h"
#include "fixtures/runner.h"

namespace sluice::host {
namespace {

class TestFixtures final : public Command {
 public:
    [[nodiscard]] std::string name() const override { return "test-fixtures"; }
    [[nodiscard]] std::string help() const override {
        return "Run blockchain tests (ethereum/tests, execution-spec-tests) from folders, packages or files";
    }
    void add_options(CLI::App& app) override {
        app.add_option("paths", paths_, "JSON files, .tar.zst or .tar.gz packages, or folders of them")
            ->required()
            ->check(CLI::ExistingPath);
        app.add_option("--filter", options_.filter, "Only cases whose file::name contains this");
        app.add_option("--network", options_.network, "Only cases of this network, such as Osaka");
        app.add_flag("--json", json_, "Print JSON");
        app.add_flag("-v,--verbose", verbose_, "Print skipped cases too");
    }

    Exit run() override {
        nlohmann::json failures = nlohmann::json::array();
        std::map<std::string, std::uint64_t> skip_causes;
        options_.on_case = [&](const fixtures::CaseReport& report) {
            if (report.outcome == fixtures::Outcome::skipped) {
                ++skip_causes[report.cause];
                if (verbose_)
                    std::fprintf(stderr, "skipped %s::%s: %s\n", report.file.c_str(), report.name.c_str(),
                                 report.cause.c_str());
            }
            if (report.outcome != fixtures::Outcome::failed) return;
            failures.push_back(
                {{"file", report.file}, {"name", report.name}, {"network", report.network}, {"cause", report.cause}});
            if (!json_)
                std::printf("FAILED %s::%s: %s\n", report.file.c_str(), report.name.c_str(), report.cause.c_str());
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
        if (json_) {
            const nlohmann::json json = {{"passed", totals.passed},
                                         {"failed", totals.failed},
                                         {"skipped", totals.skipped},
                                         {"failures", failures},
                                         {"skip_causes", skip_causes}};
            std::printf("%s\n", json.dump(2).c_str());
        } else {
            for (const auto& [cause, count] : skip_causes)
                std::printf("skipped %llu: %s\n", static_cast<unsigned long long>(count), cause.c_str());
            std::printf("%llu passed, %llu failed, %llu skipped\n", static_cast<unsigned long long>(totals.passed),
                        static_cast<unsigned long long>(totals.failed),
                        static_cast<unsigned long long>(totals.skipped));
        }
        return totals.failed == 0 ? Exit::ok : Exit::invalid;
    }

 private:
    std::vector<std::string> paths_;
    fixtures::Options options_;
    bool json_ = false;
    bool verbose_ = false;
};

}  // namespace

std::unique_ptr<Command> make_test_fixtures_command() {
    return std::make_unique<TestFixtures>();
}

}  // namespace sluice::host
