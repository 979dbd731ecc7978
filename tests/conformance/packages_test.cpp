// Every case of the public blockchain tests. SPDX-License-Identifier: MIT OR Apache-2.0
#include <fstream>
#include <map>

#include "nlohmann/json.hpp"

#include "fixtures/runner.h"
#include "support/catch.h"

using namespace sluice;

namespace {

/// What `counts.json` says about a package: cases by network.
std::map<std::string, std::uint64_t> counts_of(const std::string& folder, const std::string& package) {
    std::ifstream file(folder + "/counts.json");
    REQUIRE(file.good());
    return nlohmann::json::parse(file).at(package).at("cases").get<std::map<std::string, std::uint64_t>>();
}

void run_package(const std::string& package) {
    const std::string data = test::test_data();
    if (data.empty()) SLUICE_SKIP_NO_DATA("ethereum-tests");
    const std::string folder = data + "/ethereum-tests";
    std::map<std::string, std::uint64_t> seen;
    fixtures::Options options;
    options.on_case = [&](const fixtures::CaseReport& report) {
        ++seen[report.network];
        INFO(report.file << "::" << report.name << ": " << report.cause);
        CHECK(report.outcome != fixtures::Outcome::failed);
        // Nothing else is skipped: every precompile of the forks up to Osaka is there.
        CHECK((report.outcome == fixtures::Outcome::skipped) == (report.network == "Amsterdam"));
    };
    fixtures::Runner runner(options);
    REQUIRE(runner.run(folder + "/" + package + ".tar.zst").ok());
    const auto counts = counts_of(folder, package);
    CHECK(seen == counts);
    if (runner.totals().skipped != 0) {
        SLUICE_SKIP(std::to_string(runner.totals().skipped) + " cases of " + package +
                    ": the rules of Amsterdam are not implemented");
    }
}

}  // namespace

#define SLUICE_PACKAGE(name)                   \
    TEST_CASE("the package " name " passes") { \
        run_package(name);                     \
    }

SLUICE_PACKAGE("eest-benchmark-osaka")
SLUICE_PACKAGE("eest-osaka")
SLUICE_PACKAGE("eest-osaka-static")
SLUICE_PACKAGE("eest-paris-shanghai-cancun")
SLUICE_PACKAGE("eest-prague")
SLUICE_PACKAGE("eest-prague-v4.5.0")
SLUICE_PACKAGE("eest-zkevm-amsterdam")
SLUICE_PACKAGE("tests-general-state-cancun")
SLUICE_PACKAGE("tests-invalid-blocks")
SLUICE_PACKAGE("tests-valid-blocks")
