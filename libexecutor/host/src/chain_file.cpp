// Chain rules out of JSON. SPDX-License-Identifier: MIT OR Apache-2.0
#include "sluice/executor_host/chain_file.h"

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"

#include "sluice/base/json_depth.h"

namespace sluice::executor_host {
namespace {

using executor::BlobSchedule;
using executor::ChainConfig;
using Json = nlohmann::json;

// Rule sets and blob-parameter forks in the order in which they follow each other.
constexpr std::array<const char*, 4> kForks = {"shanghai", "cancun", "prague", "osaka"};
constexpr int kMaxBlobForks = 9;

// Blob parameters of the forks that brought them (EIP-4844, EIP-7691).
constexpr BlobSchedule kCancunBlobs{0, 3, 6, 3338477};
constexpr BlobSchedule kPragueBlobs{0, 6, 9, 5007716};

absl::Status field_error(const std::string& field, const char* expected, const Json& found) {
    return absl::InvalidArgumentError(
        absl::StrCat("chain file: ", field, ": expected ", expected, ", found ", found.dump()));
}

absl::StatusOr<std::uint64_t> read_number(const Json& object, const std::string& path, const std::string& name) {
    const auto it = object.find(name);
    const std::string field = absl::StrCat(path, name);
    if (it == object.end()) return absl::InvalidArgumentError(absl::StrCat("chain file: ", field, " is missing"));
    if (!it->is_number_unsigned()) return field_error(field, "a whole number of at least 0", *it);
    return it->get<std::uint64_t>();
}

/// ChainConfig::kNever if the fork has no time.
absl::StatusOr<std::uint64_t> read_time(const Json& config, const std::string& fork) {
    const std::string name = absl::StrCat(fork, "Time");
    const auto it = config.find(name);
    if (it == config.end() || it->is_null()) return ChainConfig::kNever;
    return read_number(config, "", name);
}

absl::StatusOr<std::uint64_t> read_merge_block(const Json& config) {
    if (config.contains("mergeNetsplitBlock")) return read_number(config, "", "mergeNetsplitBlock");
    const auto difficulty = config.find("terminalTotalDifficulty");
    if (difficulty != config.end() && difficulty->is_number_unsigned() && difficulty->get<std::uint64_t>() == 0) {
        return 0;
    }
    return absl::InvalidArgumentError(
        "chain file: mergeNetsplitBlock is missing, and terminalTotalDifficulty is not 0: the number of the first "
        "block "
        "after the Merge is not known");
}

absl::Status check_known_forks(const Json& config) {
    std::set<std::string> known;
    for (const char* fork : kForks) known.insert(absl::StrCat(fork, "Time"));
    for (int i = 1; i <= kMaxBlobForks; ++i) known.insert(absl::StrCat("bpo", i, "Time"));
    for (const auto& [name, value] : config.items()) {
        if (absl::EndsWith(name, "Time") && !value.is_null() && known.count(name) == 0) {
            return absl::UnimplementedError(
                absl::StrCat("chain file: ", name, ": the rules of this fork are not known here"));
        }
    }
    return absl::OkStatus();
}

absl::StatusOr<std::optional<BlobSchedule>> read_blobs(const Json& config, const std::string& fork) {
    const auto schedules = config.find("blobSchedule");
    if (schedules != config.end() && !schedules->is_object()) {
        return field_error("blobSchedule", "an object", *schedules);
    }
    if (schedules != config.end() && schedules->contains(fork)) {
        const Json& entry = (*schedules)[fork];
        const std::string path = absl::StrCat("blobSchedule.", fork, ".");
        if (!entry.is_object()) return field_error(absl::StrCat("blobSchedule.", fork), "an object", entry);
        const auto target = read_number(entry, path, "target");
        if (!target.ok()) return target.status();
        const auto max = read_number(entry, path, "max");
        if (!max.ok()) return max.status();
        const auto fraction = read_number(entry, path, "baseFeeUpdateFraction");
        if (!fraction.ok()) return fraction.status();
        return BlobSchedule{0, *target, *max, *fraction};
    }
    if (fork == "cancun") return kCancunBlobs;
    if (fork == "prague") return kPragueBlobs;
    return std::nullopt;
}

absl::Status add_schedule(ChainConfig& config, std::uint64_t time, const BlobSchedule& blobs) {
    // Forks of one time: the later fork's numbers hold.
    if (config.blob_schedule_count != 0 &&
        config.blob_schedules[config.blob_schedule_count - 1].activation_time == time) {
        --config.blob_schedule_count;
    }
    if (config.blob_schedule_count == ChainConfig::kMaxBlobSchedules) {
        return absl::InvalidArgumentError(
            absl::StrCat("chain file: blobSchedule: more than ", ChainConfig::kMaxBlobSchedules, " steps"));
    }
    BlobSchedule& schedule = config.blob_schedules[config.blob_schedule_count++];
    schedule = blobs;
    schedule.activation_time = time;
    return absl::OkStatus();
}

absl::Status read_schedules(const Json& json, ChainConfig& config) {
    std::uint64_t last_time = config.cancun_time;
    const auto add = [&](const std::string& fork, std::uint64_t time, bool needed) -> absl::Status {
        if (time == ChainConfig::kNever) return absl::OkStatus();
        const auto blobs = read_blobs(json, fork);
        if (!blobs.ok()) return blobs.status();
        if (!blobs->has_value()) {
            if (!needed) return absl::OkStatus();
            return absl::InvalidArgumentError(
                absl::StrCat("chain file: blobSchedule.", fork, " is missing, but ", fork, "Time is set"));
        }
        if (time < last_time) {
            return absl::InvalidArgumentError(absl::StrCat("chain file: ", fork, "Time: expected at least ", last_time,
                                                           ", the fork before, found ", time));
        }
        last_time = time;
        return add_schedule(config, time, **blobs);
    };
    for (const auto& [fork, time] : {std::pair("cancun", config.cancun_time), std::pair("prague", config.prague_time),
                                     std::pair("osaka", config.osaka_time)}) {
        if (const absl::Status status = add(fork, time, false); !status.ok()) return status;
    }
    for (int i = 1; i <= kMaxBlobForks; ++i) {
        const std::string fork = absl::StrCat("bpo", i);
        const auto time = read_time(json, fork);
        if (!time.ok()) return time.status();
        if (*time != ChainConfig::kNever && *time < config.osaka_time) {
            return absl::InvalidArgumentError(
                absl::StrCat("chain file: ", fork, "Time: a blob-parameter fork cannot be before Osaka"));
        }
        if (const absl::Status status = add(fork, *time, true); !status.ok()) return status;
    }
    return absl::OkStatus();
}

absl::Status read_deposit_contract(const Json& json, ChainConfig& config) {
    const auto it = json.find("depositContractAddress");
    if (it == json.end()) {
        if (config.prague_time == ChainConfig::kNever) return absl::OkStatus();
        return absl::InvalidArgumentError("chain file: depositContractAddress is missing, but pragueTime is set");
    }
    const std::string text = it->is_string() ? it->get<std::string>() : std::string();
    if (text.size() != 42 || !absl::StartsWith(text, "0x") ||
        text.find_first_not_of("0123456789abcdefABCDEF", 2) != std::string::npos) {
        return field_error("depositContractAddress", "\"0x\" and 40 hexadecimal digits", *it);
    }
    const std::string bytes = absl::HexStringToBytes(text.substr(2));
    std::memcpy(config.deposit_contract.bytes.data(), bytes.data(), 20);
    return absl::OkStatus();
}

}  // namespace

absl::StatusOr<ChainConfig> parse_chain_file(std::string_view text) {
    if (nests_too_deep(text)) {
        return absl::InvalidArgumentError(absl::StrCat("chain file: JSON nests more than ", kMaxJsonDepth, " deep"));
    }
    Json json = Json::parse(text, nullptr, false);
    if (json.is_discarded()) return absl::InvalidArgumentError("chain file: not JSON");
    if (json.is_object() && json.contains("config")) json = Json(json["config"]);
    if (!json.is_object()) return field_error("config", "an object", json);
    if (absl::Status status = check_known_forks(json); !status.ok()) return status;

    ChainConfig config{};
    const auto chain_id = read_number(json, "", "chainId");
    if (!chain_id.ok()) return chain_id.status();
    config.chain_id = *chain_id;
    const auto merge_block = read_merge_block(json);
    if (!merge_block.ok()) return merge_block.status();
    config.merge_block = *merge_block;

    std::uint64_t* const times[] = {&config.shanghai_time, &config.cancun_time, &config.prague_time,
                                    &config.osaka_time};
    std::uint64_t last_time = 0;
    for (std::size_t i = 0; i < kForks.size(); ++i) {
        const auto time = read_time(json, kForks[i]);
        if (!time.ok()) return time.status();
        if (*time < last_time) {
            return absl::InvalidArgumentError(
                absl::StrCat("chain file: ", kForks[i], "Time: expected at least ", kForks[i - 1], "Time, found ",
                             *time == ChainConfig::kNever ? "never" : absl::StrCat(*time)));
        }
        *times[i] = *time;
        last_time = *time;
    }
    if (absl::Status status = read_schedules(json, config); !status.ok()) return status;
    if (absl::Status status = read_deposit_contract(json, config); !status.ok()) return status;

    // The canonical encoding has the last word on what is a sound set of rules.
    std::uint8_t encoding[executor::kMaxChainConfigSize];
    const std::size_t size = executor::encode_chain_config(config, encoding);
    if (!executor::decode_chain_config({encoding, size}).ok()) {
        return absl::InvalidArgumentError(
            absl::StrCat("chain file: blobSchedule: expected 0 < max <= ", executor::kMaxBlobsPerBlock,
                         ", target <= max and baseFeeUpdateFraction > 0 in every step, found ",
                         json.value("blobSchedule", Json()).dump()));
    }
    return config;
}

std::string format_chain_file(const ChainConfig& config) {
    nlohmann::ordered_json json;
    json["chainId"] = config.chain_id;
    json["mergeNetsplitBlock"] = config.merge_block;
    json["terminalTotalDifficulty"] = 0;
    const std::uint64_t times[] = {config.shanghai_time, config.cancun_time, config.prague_time, config.osaka_time};
    for (std::size_t i = 0; i < kForks.size(); ++i) {
        if (times[i] != ChainConfig::kNever) json[absl::StrCat(kForks[i], "Time")] = times[i];
    }
    nlohmann::ordered_json schedules = nlohmann::ordered_json::object();
    int blob_forks = 0;
    for (std::uint64_t i = 0; i < config.blob_schedule_count; ++i) {
        const BlobSchedule& schedule = config.blob_schedules[i];
        const std::uint64_t time = schedule.activation_time;
        std::string name;
        if (time == config.osaka_time) {
            name = "osaka";
        } else if (time == config.prague_time) {
            name = "prague";
        } else if (time == config.cancun_time) {
            name = "cancun";
        } else {
            name = absl::StrCat("bpo", ++blob_forks);
            json[absl::StrCat(name, "Time")] = time;
        }
        schedules[name] = {{"target", schedule.target},
                           {"max", schedule.max},
                           {"baseFeeUpdateFraction", schedule.base_fee_update_fraction}};
    }
    json["blobSchedule"] = schedules;
    json["depositContractAddress"] =
        "0x" +
        absl::BytesToHexString(std::string(reinterpret_cast<const char*>(config.deposit_contract.bytes.data()), 20));
    return json.dump(2) + "\n";
}

}  // namespace sluice::executor_host
