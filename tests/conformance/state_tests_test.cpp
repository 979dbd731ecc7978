// State tests: our fixtures pass, a changed expectation fails, and transactions are made as others make them.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>

#include "nlohmann/json.hpp"

#include "fixtures/runner.h"
#include "fixtures/state_transaction.h"
#include "sluice/witness_host/hex.h"
#include "support/catch.h"

using namespace sluice;
using namespace sluice::fixtures;
using Json = nlohmann::json;

namespace {

const std::string kFolder = SLUICE_STATE_TESTS;

Json fixtures_of(const std::string& file) {
    std::ifstream stream(kFolder + "/" + file);
    REQUIRE(stream.good());
    return Json::parse(stream);
}

/// A test of the file whose name contains `part`.
Json load(const std::string& file, const std::string& part) {
    const Json tests = fixtures_of(file);
    for (const auto& [name, test] : tests.items()) {
        if (name.find(part) != std::string::npos) return test;
    }
    FAIL("no test named " << part);
    return {};
}

std::vector<CaseReport> reports_of(const Json& file, Options options = {}) {
    std::vector<CaseReport> reports;
    options.on_case = [&](const CaseReport& report) { reports.push_back(report); };
    Runner runner(options);
    REQUIRE(runner.run_json("file.json", file.dump()).ok());
    return reports;
}

/// What the runner says of a test with one entry after a change of the test and its entry.
CaseReport report_of(Json test, const std::function<void(Json& test, Json& entry)>& change) {
    change(test, test["post"].begin().value()[0]);
    const auto reports = reports_of({{"name", test}});
    REQUIRE(reports.size() == 1);
    return reports[0];
}

}  // namespace

TEST_CASE("every state test passes, of every fork") {
    std::map<std::string, unsigned> passed;
    Options options;
    options.on_case = [&](const CaseReport& report) {
        INFO(report.file << "::" << report.name << ": " << report.cause);
        CHECK(report.outcome == (report.network == "London" ? Outcome::skipped : Outcome::passed));
        ++passed[report.network];
    };
    Runner runner(options);
    REQUIRE(runner.run(kFolder).ok());
    for (const char* fork : {"Paris", "Shanghai", "Cancun", "Prague", "Osaka"}) {
        INFO(fork);
        CHECK(passed[fork] > 5);
    }
}

TEST_CASE("a state test with a changed expectation fails, and says why") {
    const Json test = load("converted.json", "log1_correct");
    CHECK(report_of(test, [](Json&, Json&) {}).outcome == Outcome::passed);
    const auto failed_with = [&](const std::function<void(Json&, Json&)>& change, const char* text) {
        const CaseReport report = report_of(test, change);
        CHECK(report.outcome == Outcome::failed);
        CHECK_THAT(report.cause, Catch::Contains(text));
    };
    failed_with([](Json&, Json& entry) { entry["hash"] = "0x" + std::string(64, '1'); }, "state root");
    failed_with([](Json&, Json& entry) { entry["logs"] = "0x" + std::string(64, '1'); }, "hash of logs");
    failed_with([](Json&, Json& entry) { entry["expectException"] = "TransactionException.INVALID_CHAINID"; },
                "accepted, expected TransactionException.INVALID_CHAINID");
    failed_with([](Json& whole, Json&) { whole["pre"].begin().value()["balance"] = "0x1234567"; }, "");
    failed_with([](Json& whole, Json&) { whole["env"]["currentCoinbase"] = "0x" + std::string(40, '7'); }, "root");
    failed_with([](Json& whole, Json&) { whole["env"].erase("currentRandom"); }, "malformed case");
    failed_with([](Json& whole, Json&) { whole.erase("pre"); }, "malformed case");
    failed_with([](Json&, Json& entry) { entry["txbytes"] = "0x02"; }, "expected to be valid; tx_encoding");
    failed_with([](Json&, Json& entry) { entry = 7; }, "malformed case");
    // The whole state, where an entry has it, names what differs.
    failed_with(
        [](Json& whole, Json& entry) {
            entry["hash"] = "0x" + std::string(64, '1');
            entry["state"] = whole["pre"];
        },
        "differs in");
}

TEST_CASE("a rejected transaction leaves the state as it was, and is rejected for the reason named") {
    const Json test = load("converted.json", "tipTooHigh");
    CHECK(report_of(test, [](Json&, Json&) {}).outcome == Outcome::passed);
    CHECK(report_of(test, [](Json&, Json& entry) { entry["hash"] = "0x" + std::string(64, '1'); }).outcome ==
          Outcome::failed);
    CHECK(report_of(test, [](Json&, Json& entry) { entry.erase("expectException"); }).outcome == Outcome::failed);
    const CaseReport report =
        report_of(test, [](Json&, Json& entry) { entry["expectException"] = "TransactionException.SENDER_NOT_EOA"; });
    CHECK(report.outcome == Outcome::failed);
    CHECK_THAT(report.cause, Catch::Contains("rejected for another reason"));
}

TEST_CASE("a transaction made of its parts is the one that was signed") {
    // libsecp256k1 signs by RFC 6979, as the tools did that made the tests; so the bytes are equal.
    unsigned made = 0;
    std::map<unsigned, unsigned> types;
    const Json tests = fixtures_of("converted.json");
    for (const auto& [name, test] : tests.items()) {
        const Json& transaction = test["transaction"];
        if (!transaction.contains("secretKey")) continue;
        INFO(name);
        const std::string expected = test["post"].begin().value()[0]["txbytes"];
        const std::string envelope = make_transaction(transaction, {}, 1);
        CHECK(witness_host::to_hex(witness_host::bytes_of(envelope)) == expected);
        const auto first = static_cast<std::uint8_t>(envelope[0]);
        ++types[first < 0x80 ? first : 0];
        ++made;
    }
    CHECK(made > 5);
    CHECK(types.size() >= 2);
}

TEST_CASE("one test has a case for every fork and every choice of data, gas limit and value") {
    const Json test = load("handmade.json", "indexes_of");
    const auto reports = reports_of({{"name", test}});
    std::size_t entries = 0;
    for (const auto& [network, list] : test["post"].items()) entries += list.size();
    REQUIRE(reports.size() == entries);
    for (const CaseReport& report : reports) {
        INFO(report.name << ": " << report.cause);
        CHECK(report.outcome == (report.network == "London" ? Outcome::skipped : Outcome::passed));
    }
    Options options;
    options.network = "Cancun";
    options.filter = "name [Cancun 1/0/1]";
    const auto one = reports_of({{"name", test}}, options);
    REQUIRE(one.size() == 1);
    CHECK(one[0].outcome == Outcome::passed);
}
