// The fixture runner notices what is wrong. SPDX-License-Identifier: MIT OR Apache-2.0
#include <filesystem>
#include <fstream>
#include <functional>
#include <unistd.h>

#include "nlohmann/json.hpp"

#include "fixtures/package.h"
#include "fixtures/runner.h"
#include "support/catch.h"
#include "support/memory_use.h"

using namespace sluice;
using namespace sluice::fixtures;
using Json = nlohmann::json;

namespace {

/// One case of the test data: the first whose path contains `part`.
Json load_case(const std::string& package, const std::string& part) {
    Json found;
    const absl::Status status = for_each_json(test::test_data() + "/ethereum-tests/" + package + ".tar.zst",
                                              [&](const std::string& file, std::string_view bytes) {
                                                  if (found.is_null() && file.find(part) != std::string::npos) {
                                                      found = *Json::parse(bytes).begin();
                                                  }
                                                  return absl::OkStatus();
                                              });
    REQUIRE(status.ok());
    REQUIRE(found.is_object());
    return found;
}

/// What the runner says of a case after a change.
CaseReport report_of(Json test, const std::function<void(Json&)>& change) {
    change(test);
    std::vector<CaseReport> reports;
    Options options;
    options.on_case = [&](const CaseReport& report) { reports.push_back(report); };
    Runner runner(options);
    REQUIRE(runner.run_json("file.json", Json{{"name", test}}.dump()).ok());
    REQUIRE(reports.size() == 1);
    return reports[0];
}

std::string tar_entry(const std::string& name, const std::string& content, char type = '0') {
    std::string header(512, '\0');
    header.replace(0, name.size(), name);
    char size[13];
    std::snprintf(size, sizeof size, "%011lo ", static_cast<unsigned long>(content.size()));
    header.replace(124, 12, size);
    header[156] = type;
    header.replace(257, 8, std::string("ustar\00000", 8));
    header.replace(148, 8, "        ");
    unsigned sum = 0;
    for (const char c : header) sum += static_cast<unsigned char>(c);
    char checksum[8];
    std::snprintf(checksum, sizeof checksum, "%06o", sum);
    header.replace(148, 7, std::string(checksum, 7));
    return header + content + std::string((512 - content.size() % 512) % 512, '\0');
}

}  // namespace

TEST_CASE("a case with a changed expectation fails, and says why") {
    if (test::test_data().empty()) SLUICE_SKIP_NO_DATA("ethereum-tests");
    const Json valid = load_case("tests-valid-blocks", "bcValidBlockTest/");
    using Catch::Contains;
    CHECK(report_of(valid, [](Json&) {}).outcome == Outcome::passed);
    const auto failed_with = [&](const std::function<void(Json&)>& change, const char* text) {
        const CaseReport report = report_of(valid, change);
        CHECK(report.outcome == Outcome::failed);
        CHECK_THAT(report.cause, Contains(text));
    };
    failed_with([](Json& test) { test["lastblockhash"] = "0x" + std::string(64, '1'); }, "last block");
    failed_with([](Json& test) { test["pre"].begin().value()["balance"] = "0x1234"; }, "genesis: state root");
    failed_with([](Json& test) { test["blocks"][0]["expectException"] = "BlockException.INVALID_GASLIMIT"; },
                "accepted, expected BlockException.INVALID_GASLIMIT");
    failed_with([](Json& test) { test["postStateDiff"].begin().value()["balance"] = "0x1234"; }, "differs");
    failed_with([](Json& test) { test["postStateDiff"]["0x" + std::string(40, '7')] = test["pre"].begin().value(); },
                "is missing");
    failed_with([](Json& test) { test["postStateDiff"][test["pre"].begin().key()] = nullptr; }, "accounts, expected");
    failed_with([](Json& test) { test["blocks"].erase(0); }, "");
    failed_with([](Json& test) { test["blocks"][0]["rlp"] = "0xzz"; }, "rlp");
    failed_with([](Json& test) { test.erase("pre"); }, "malformed case");
    const CaseReport skipped = report_of(valid, [](Json& test) { test["network"] = "Amsterdam"; });
    CHECK(skipped.outcome == Outcome::skipped);
    CHECK_THAT(skipped.cause, Contains("Amsterdam"));
}

TEST_CASE("a file that is no map of cases is a failed case, however deep it nests") {
    for (const std::string& text : {std::string("[]"), std::string("{"), std::string(500'000, '['), std::string()}) {
        std::vector<CaseReport> reports;
        Options options;
        options.on_case = [&](const CaseReport& report) { reports.push_back(report); };
        Runner runner(options);
        REQUIRE(runner.run_json("file.json", text).ok());
        REQUIRE(reports.size() == 1);
        CHECK(reports[0].outcome == Outcome::failed);
    }
}

TEST_CASE("the official form has the whole state after the case, and is held against it") {
    if (test::test_data().empty()) SLUICE_SKIP_NO_DATA("ethereum-tests");
    const Json trimmed = load_case("tests-valid-blocks", "bcValidBlockTest/");
    const auto to_official = [](Json& test) {
        test["postState"] = test["pre"];
        for (const auto& [address, account] : test["postStateDiff"].items()) {
            if (account.is_null()) {
                test["postState"].erase(address);
            } else {
                test["postState"][address] = account;
            }
        }
        test.erase("postStateDiff");
    };
    CHECK(report_of(trimmed, to_official).outcome == Outcome::passed);
    const CaseReport report = report_of(trimmed, [&](Json& test) {
        to_official(test);
        test["postState"].begin().value()["nonce"] = "0x77";
    });
    CHECK(report.outcome == Outcome::failed);
    CHECK_THAT(report.cause, Catch::Contains("differs in nonce: expected 119"));
}

TEST_CASE("threads give the totals that one thread gives") {
    if (test::test_data().empty()) SLUICE_SKIP_NO_DATA("ethereum-tests");
    const auto totals_of = [](unsigned jobs) {
        std::map<std::string, unsigned> reports;
        Options options;
        options.jobs = jobs;
        options.filter = "bcInvalidHeaderTest";
        options.on_case = [&](const CaseReport& report) { ++reports[report.file + report.name + report.cause]; };
        Runner runner(options);
        REQUIRE(runner.run(test::test_data() + "/ethereum-tests/tests-invalid-blocks.tar.zst").ok());
        REQUIRE(runner.totals().passed > 10);
        return std::pair(reports, runner.totals().passed);
    };
    CHECK(totals_of(1) == totals_of(3));
}

TEST_CASE("a package that would unpack to more than 1 GiB is refused, and takes no more memory than that") {
    constexpr std::size_t kGiB = std::size_t{1} << 30;
    const std::string zeros = test::zstd_zeros(2 * kGiB);
    REQUIRE(zeros.size() < 100'000);
    std::string path = (std::filesystem::temp_directory_path() / "sluice-test-XXXXXX.tar.zst").string();
    const int file = mkstemps(path.data(), 8);
    REQUIRE(file >= 0);
    close(file);
    std::ofstream(path, std::ios::binary) << zeros;
    Runner runner(Options{});
    const std::size_t before = test::peak_memory();
    const absl::Status status = runner.run(path);
    std::filesystem::remove(path);
    CHECK(status.code() == absl::StatusCode::kResourceExhausted);
    CHECK_THAT(std::string(status.message()), Catch::Contains("more than 1073741824 bytes"));
    CHECK(runner.totals().passed + runner.totals().failed == 0);
    // The string is copied once more when it grows.
    CHECK(test::peak_memory() - before < 2 * kGiB);
}

TEST_CASE("a block under the rules of another fork is refused") {
    if (test::test_data().empty()) SLUICE_SKIP_NO_DATA("ethereum-tests");
    const Json valid = load_case("tests-valid-blocks", "bcValidBlockTest/");
    REQUIRE(valid["network"] == "Cancun");
    for (const char* network : {"Paris", "Shanghai", "Prague", "Osaka"}) {
        CHECK(report_of(valid, [&](Json& test) { test["network"] = network; }).outcome == Outcome::failed);
    }
}

TEST_CASE("a rejection for another reason than the one named fails") {
    if (test::test_data().empty()) SLUICE_SKIP_NO_DATA("ethereum-tests");
    const Json invalid = load_case("tests-invalid-blocks", "bcInvalidHeaderTest/badTimestamp");
    CHECK(report_of(invalid, [](Json&) {}).outcome == Outcome::passed);
    const auto expecting = [&](const char* reason) {
        return report_of(invalid, [&](Json& test) {
            for (Json& block : test["blocks"]) {
                if (block.contains("expectException")) block["expectException"] = reason;
            }
        });
    };
    CHECK(expecting("BlockException.INVALID_LOG_BLOOM").outcome == Outcome::failed);
    CHECK(expecting("BlockException.NOT_A_REASON").outcome == Outcome::failed);
    CHECK(expecting("BlockException.INVALID_LOG_BLOOM|BlockException.INVALID_BLOCK_TIMESTAMP_OLDER_THAN_PARENT")
              .outcome == Outcome::passed);
    const CaseReport report = report_of(invalid, [](Json& test) {
        for (Json& block : test["blocks"]) block.erase("expectException");
    });
    CHECK(report.outcome == Outcome::failed);
    CHECK_THAT(report.cause, Catch::Contains("expected to be valid; header_timestamp"));
}

TEST_CASE("a tar archive gives its files, and a malformed one an error with its offset") {
    const std::string end(1024, '\0');
    const std::string long_content(1300, 'x');
    const std::string archive = tar_entry("a.json", "one") + tar_entry("folder/", "", '5') +
                                tar_entry("b/c.json", long_content) + tar_entry("empty.json", "") + end;
    std::vector<std::pair<std::string, std::string>> files;
    const auto read = [&](const std::string& bytes) {
        files.clear();
        return for_each_tar_entry(bytes, [&](const std::string& name, std::string_view content) {
            files.emplace_back(name, content);
            return absl::OkStatus();
        });
    };
    REQUIRE(read(archive).ok());
    CHECK(files == std::vector<std::pair<std::string, std::string>>{
                       {"a.json", "one"}, {"b/c.json", long_content}, {"empty.json", ""}});
    for (const std::size_t size : {100, 512, 700, 1500, 2600}) CHECK_FALSE(read(archive.substr(0, size)).ok());
    for (const std::size_t at : {3, 130, 150, 200, 258}) {  // name, size, checksum, elsewhere, magic
        std::string bad = archive;
        bad[at] = static_cast<char>(bad[at] ^ 1);
        const absl::Status status = read(bad);
        CHECK_FALSE(status.ok());
        CHECK_THAT(std::string(status.message()), Catch::Contains("offset 0"));
    }
    CHECK_FALSE(read(tar_entry("link", "", '2') + end).ok());
    const auto with_pax = [&](const std::string& records) {
        return read(tar_entry("pax", records, 'x') + tar_entry("short.json", "one") + tar_entry("b.json", "") + end);
    };
    REQUIRE(with_pax("20 path=long/name.j\n16 mtime=123456\n").ok());
    CHECK(files == std::vector<std::pair<std::string, std::string>>{{"long/name.j", "one"}, {"b.json", ""}});
    for (const char* bad :
         {"21 path=long/name.j\n", "path=x\n", "3 x", "9 size=1\n", "6 path\n", "99999999999 a=b\n"}) {
        CHECK_FALSE(with_pax(bad).ok());
    }
    CHECK_FALSE(for_each_json("/nowhere/at/all.json", [](const auto&, auto) { return absl::OkStatus(); }).ok());
}
