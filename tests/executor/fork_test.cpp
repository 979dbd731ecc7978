// Fork schedule, canonical encoding of chain rules, chain files. SPDX-License-Identifier: MIT OR Apache-2.0
#include "sluice/executor/fork.h"

#include "nlohmann/json.hpp"

#include "sluice/base/keccak.h"
#include "sluice/executor_host/chain_file.h"
#include "support/catch.h"
#include "support/naive_trie.h"

using namespace sluice;
using namespace sluice::executor;
using namespace sluice::test;

namespace {

Bytes encode(const ChainConfig& config) {
    std::uint8_t bytes[kMaxChainConfigSize];
    const std::size_t size = encode_chain_config(config, bytes);
    return bytes_of(ByteView(bytes, size));
}

ErrorCode decode_error(const Bytes& bytes) {
    return decode_chain_config(view(bytes)).error();
}

// The `config` of mainnet's genesis in go-ethereum (params/config.go), fields of older forks left out but two.
constexpr const char* kMainnetFile = R"({
  "chainId": 1,
  "homesteadBlock": 1150000,
  "mergeNetsplitBlock": 15537394,
  "terminalTotalDifficulty": 58750000000000000000000,
  "shanghaiTime": 1681338455,
  "cancunTime": 1710338135,
  "pragueTime": 1746612311,
  "osakaTime": 1764798551,
  "bpo1Time": 1765290071,
  "bpo2Time": 1767747671,
  "blobSchedule": {
    "cancun": {"target": 3, "max": 6, "baseFeeUpdateFraction": 3338477},
    "prague": {"target": 6, "max": 9, "baseFeeUpdateFraction": 5007716},
    "bpo1": {"target": 10, "max": 15, "baseFeeUpdateFraction": 8346193},
    "bpo2": {"target": 14, "max": 21, "baseFeeUpdateFraction": 11684671}
  },
  "depositContractAddress": "0x00000000219ab540356cbb839cbe05303d7705fa"
})";

}  // namespace

TEST_CASE("mainnet's forks begin at their block and times") {
    const ChainConfig& config = mainnet_config();
    const std::uint64_t number = 20000000;
    CHECK(config.fork_at(15537393, 1663224162).error() == ErrorCode::unsupported_fork);
    CHECK(*config.fork_at(15537394, 1663224179) == Fork::paris);
    const std::pair<std::uint64_t, Fork> starts[] = {{1681338455, Fork::shanghai},
                                                     {1710338135, Fork::cancun},
                                                     {1746612311, Fork::prague},
                                                     {1764798551, Fork::osaka}};
    Fork before = Fork::paris;
    for (const auto& [time, fork] : starts) {
        CHECK(*config.fork_at(number, time - 1) == before);
        CHECK(*config.fork_at(number, time) == fork);
        before = fork;
    }
    CHECK(*config.fork_at(number, ~std::uint64_t{0}) == Fork::osaka);
}

TEST_CASE("mainnet's blob parameters change at their times") {
    const ChainConfig& config = mainnet_config();
    CHECK(config.blob_schedule_at(1710338134) == nullptr);
    const std::array<std::uint64_t, 4> steps[] = {{1710338135, 3, 6, 3338477},
                                                  {1746612311, 6, 9, 5007716},
                                                  {1765290071, 10, 15, 8346193},
                                                  {1767747671, 14, 21, 11684671}};
    for (std::size_t i = 0; i < std::size(steps); ++i) {
        const BlobSchedule* schedule = config.blob_schedule_at(steps[i][0]);
        REQUIRE(schedule != nullptr);
        CHECK(schedule->target == steps[i][1]);
        CHECK(schedule->max == steps[i][2]);
        CHECK(schedule->base_fee_update_fraction == steps[i][3]);
        if (i != 0) CHECK(config.blob_schedule_at(steps[i][0] - 1)->target == steps[i - 1][1]);
    }
}

TEST_CASE("a fork without a time never begins") {
    ChainConfig config{};
    CHECK(*config.fork_at(0, ~std::uint64_t{0}) == Fork::paris);
}

TEST_CASE("chain rules encode and decode to the same, and the hash is that of the encoding") {
    const Bytes encoding = encode(mainnet_config());
    CHECK(encoding.size() == 104 + 4 * 32);
    const auto decoded = decode_chain_config(view(encoding));
    REQUIRE(decoded.ok());
    CHECK(encode(*decoded) == encoding);
    CHECK(decoded->deposit_contract == mainnet_config().deposit_contract);
    CHECK(chain_config_hash(mainnet_config()) == keccak256(view(encoding)));
}

TEST_CASE("encodings of chain rules that are not canonical are refused") {
    const Bytes good = encode(mainnet_config());
    CHECK(decode_error(good) == ErrorCode::ok);
    for (std::size_t size = 0; size < good.size(); ++size) {
        CHECK(decode_error(good.substr(0, size)) == ErrorCode::chain_config_encoding);
    }
    CHECK(decode_error(good + '\0') == ErrorCode::chain_config_encoding);
    CHECK(decode_error(good + Bytes(32, '\0')) == ErrorCode::chain_config_encoding);
    const auto changed_at = [&](std::size_t at) {
        Bytes bad = good;
        bad[at] = static_cast<char>(bad[at] ^ 1);
        return decode_error(bad);
    };
    for (std::size_t at = 0; at < 16; ++at)
        CHECK(changed_at(at) == ErrorCode::chain_config_encoding);  // magic, version
    for (std::size_t at = 72; at < 80; ++at) CHECK(changed_at(at) == ErrorCode::chain_config_encoding);    // zero word
    for (std::size_t at = 100; at < 104; ++at) CHECK(changed_at(at) == ErrorCode::chain_config_encoding);  // padding
    // Every other byte is part of the rules: if the changed encoding decodes, it has another hash.
    for (std::size_t at = 16; at < good.size(); ++at) {
        Bytes other = good;
        other[at] = static_cast<char>(other[at] ^ 1);
        const auto decoded = decode_chain_config(view(other));
        if (decoded.ok()) CHECK(chain_config_hash(*decoded) != chain_config_hash(mainnet_config()));
    }
}

TEST_CASE("chain rules that contradict each other are refused") {
    const auto refused = [](const std::function<void(ChainConfig&)>& change) {
        ChainConfig config = mainnet_config();
        change(config);
        return decode_error(encode(config)) == ErrorCode::chain_config_encoding;
    };
    CHECK_FALSE(refused([](ChainConfig&) {}));
    CHECK(refused([](ChainConfig& config) { config.cancun_time = config.shanghai_time - 1; }));
    CHECK(refused([](ChainConfig& config) { config.osaka_time = config.prague_time - 1; }));
    CHECK(refused([](ChainConfig& config) { config.prague_time = ChainConfig::kNever; }));
    CHECK(refused([](ChainConfig& config) { config.blob_schedule_count = 0; }));
    CHECK(refused([](ChainConfig& config) { config.blob_schedules[1].activation_time -= 100000000; }));
    CHECK(refused([](ChainConfig& config) { config.blob_schedules[0].activation_time += 1; }));
    CHECK(refused([](ChainConfig& config) { config.blob_schedules[2].max = 0; }));
    CHECK(refused([](ChainConfig& config) { config.blob_schedules[2].max = kMaxBlobsPerBlock + 1; }));
    CHECK(refused([](ChainConfig& config) { config.blob_schedules[2].target = 16; }));
    CHECK(refused([](ChainConfig& config) { config.blob_schedules[2].base_fee_update_fraction = 0; }));
}

TEST_CASE("mainnet's chain file gives the built-in rules") {
    const auto config = executor_host::parse_chain_file(kMainnetFile);
    REQUIRE(config.ok());
    CHECK(encode(*config) == encode(mainnet_config()));
    const auto whole = executor_host::parse_chain_file(std::string("{\"config\": ") + kMainnetFile + "}");
    REQUIRE(whole.ok());
    CHECK(encode(*whole) == encode(mainnet_config()));
}

TEST_CASE("a chain file that was written reads back as the same rules") {
    ChainConfig config = mainnet_config();
    const auto round_trip = [&] {
        const auto back = executor_host::parse_chain_file(executor_host::format_chain_file(config));
        REQUIRE(back.ok());
        CHECK(encode(*back) == encode(config));
    };
    round_trip();
    config.chain_id = 7;
    config.merge_block = 0;
    config.shanghai_time = config.cancun_time = config.prague_time = config.osaka_time = 0;
    config.blob_schedules[0] = {0, 6, 9, 5007716};
    config.blob_schedules[1] = {50, 10, 15, 8346193};
    config.blob_schedule_count = 2;
    round_trip();
    config = ChainConfig{};
    round_trip();
}

TEST_CASE("blob parameters of forks at the same time are those of the latest") {
    const auto config = executor_host::parse_chain_file(R"({"chainId": 5, "terminalTotalDifficulty": 0,
        "shanghaiTime": 0, "cancunTime": 0, "pragueTime": 0, "osakaTime": 0, "bpo1Time": 0,
        "blobSchedule": {"bpo1": {"target": 10, "max": 15, "baseFeeUpdateFraction": 8346193}},
        "depositContractAddress": "0x4242424242424242424242424242424242424242"})");
    REQUIRE(config.ok());
    CHECK(config->blob_schedule_count == 1);
    CHECK(config->blob_schedules[0].max == 15);
}

TEST_CASE("errors of chain files name the field and what was found") {
    const auto error_of = [](const std::function<void(nlohmann::json&)>& change) {
        nlohmann::json file = nlohmann::json::parse(kMainnetFile);
        change(file);
        const auto config = executor_host::parse_chain_file(file.dump());
        CHECK_FALSE(config.ok());
        return std::string(config.status().message());
    };
    using Catch::Contains;
    using Json = nlohmann::json;
    CHECK(executor_host::parse_chain_file("{").status().message() == "chain file: not JSON");
    const std::string deep(500'000, '[');
    CHECK_THAT(std::string(executor_host::parse_chain_file("{\"chainId\":" + deep + std::string(500'000, ']') + "}")
                               .status()
                               .message()),
               Contains("nests more than 64 deep"));
    CHECK_THAT(error_of([](Json& file) { file.erase("chainId"); }), Contains("chainId is missing"));
    CHECK_THAT(error_of([](Json& file) { file["chainId"] = "1"; }), Contains("chainId: expected") && Contains("\"1\""));
    CHECK_THAT(error_of([](Json& file) { file.erase("mergeNetsplitBlock"); }),
               Contains("mergeNetsplitBlock is missing"));
    CHECK_THAT(error_of([](Json& file) { file["pragueTime"] = -1; }), Contains("pragueTime") && Contains("-1"));
    CHECK_THAT(error_of([](Json& file) { file["pragueTime"] = 5; }),
               Contains("pragueTime: expected at least cancunTime"));
    CHECK_THAT(error_of([](Json& file) { file.erase("cancunTime"); }), Contains("pragueTime"));
    CHECK_THAT(error_of([](Json& file) { file["amsterdamTime"] = 1; }), Contains("amsterdamTime"));
    CHECK_THAT(error_of([](Json& file) { file["bpo3Time"] = 1800000000; }), Contains("blobSchedule.bpo3 is missing"));
    CHECK_THAT(error_of([](Json& file) { file["bpo2Time"] = file["osakaTime"]; }), Contains("bpo2Time"));
    CHECK_THAT(error_of([](Json& file) { file["bpo1Time"] = file["pragueTime"]; }), Contains("bpo1Time"));
    CHECK_THAT(error_of([](Json& file) { file["blobSchedule"]["prague"].erase("max"); }),
               Contains("blobSchedule.prague.max is missing"));
    CHECK_THAT(error_of([](Json& file) { file["blobSchedule"]["bpo1"]["max"] = 0; }), Contains("blobSchedule"));
    CHECK_THAT(error_of([](Json& file) { file["depositContractAddress"] = "0x00"; }),
               Contains("depositContractAddress: expected"));
    CHECK_THAT(error_of([](Json& file) { file.erase("depositContractAddress"); }),
               Contains("depositContractAddress is missing"));
}
