// Which rules a block has: fork by number and time, blob schedule, and the canonical encoding of a chain's rules.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "sluice/executor/fork.h"

#include "sluice/base/keccak.h"

namespace sluice::executor {
namespace {

// Layout: magic, version, seven numbers, a zero word, the deposit contract padded to 24 bytes, the blob schedules.
constexpr std::uint64_t kMagic = 0x4e49414843434c53;  // "SLCCHAIN"
constexpr std::uint64_t kVersion = 1;
constexpr std::size_t kNumbersAt = 16;
constexpr std::size_t kDepositContractAt = kNumbersAt + 8 * 8;
constexpr std::size_t kSchedulesAt = kDepositContractAt + 24;
constexpr std::size_t kScheduleSize = 32;
static_assert(kMaxChainConfigSize == kSchedulesAt + kScheduleSize * ChainConfig::kMaxBlobSchedules);

constexpr ChainConfig kMainnet{.chain_id = 1,
                               .merge_block = 15537394,
                               .shanghai_time = 1681338455,
                               .cancun_time = 1710338135,
                               .prague_time = 1746612311,
                               .osaka_time = 1764798551,
                               .deposit_contract = {{0x00, 0x00, 0x00, 0x00, 0x21, 0x9a, 0xb5, 0x40, 0x35, 0x6c,
                                                     0xbb, 0x83, 0x9c, 0xbe, 0x05, 0x30, 0x3d, 0x77, 0x05, 0xfa}},
                               .blob_schedule_count = 4,
                               .blob_schedules = {{1710338135, 3, 6, 3338477},       // EIP-4844
                                                  {1746612311, 6, 9, 5007716},       // EIP-7691
                                                  {1765290071, 10, 15, 8346193},     // BPO1
                                                  {1767747671, 14, 21, 11684671}}};  // BPO2

bool is_consistent(const ChainConfig& config) noexcept {
    if (config.shanghai_time > config.cancun_time || config.cancun_time > config.prague_time ||
        config.prague_time > config.osaka_time) {
        return false;
    }
    if (config.blob_schedule_count > ChainConfig::kMaxBlobSchedules) return false;
    for (std::uint64_t i = 0; i < config.blob_schedule_count; ++i) {
        const BlobSchedule& schedule = config.blob_schedules[i];
        if (i != 0 && schedule.activation_time <= config.blob_schedules[i - 1].activation_time) return false;
        if (schedule.max == 0 || schedule.target > schedule.max || schedule.max > kMaxBlobsPerBlock) return false;
        if (schedule.base_fee_update_fraction == 0) return false;
    }
    const bool has_blobs = config.cancun_time != ChainConfig::kNever;
    return !has_blobs || config.blob_schedule_at(config.cancun_time) != nullptr;
}

}  // namespace

std::string_view fork_name(Fork fork) noexcept {
    switch (fork) {
        case Fork::paris:
            return "Paris";
        case Fork::shanghai:
            return "Shanghai";
        case Fork::cancun:
            return "Cancun";
        case Fork::prague:
            return "Prague";
        case Fork::osaka:
            return "Osaka";
    }
    return "unknown";
}

Result<Fork> ChainConfig::fork_at(std::uint64_t number, std::uint64_t timestamp) const noexcept {
    if (number < merge_block) return ErrorCode::unsupported_fork;
    const auto reached = [timestamp](std::uint64_t time) { return time != kNever && timestamp >= time; };
    if (reached(osaka_time)) return Fork::osaka;
    if (reached(prague_time)) return Fork::prague;
    if (reached(cancun_time)) return Fork::cancun;
    if (reached(shanghai_time)) return Fork::shanghai;
    return Fork::paris;
}

const BlobSchedule* ChainConfig::blob_schedule_at(std::uint64_t timestamp) const noexcept {
    const BlobSchedule* latest = nullptr;
    for (std::uint64_t i = 0; i < blob_schedule_count && blob_schedules[i].activation_time <= timestamp; ++i) {
        latest = &blob_schedules[i];
    }
    return latest;
}

const ChainConfig& mainnet_config() noexcept {
    return kMainnet;
}

std::size_t encode_chain_config(const ChainConfig& config, std::uint8_t out[kMaxChainConfigSize]) noexcept {
    const std::uint64_t words[] = {kMagic,
                                   kVersion,
                                   config.chain_id,
                                   config.merge_block,
                                   config.shanghai_time,
                                   config.cancun_time,
                                   config.prague_time,
                                   config.osaka_time,
                                   config.blob_schedule_count,
                                   0};
    for (std::size_t i = 0; i < std::size(words); ++i) store_le(out + 8 * i, words[i]);
    std::memcpy(out + kDepositContractAt, config.deposit_contract.bytes.data(), 20);
    store_le(out + kDepositContractAt + 20, std::uint32_t{0});
    std::uint8_t* next = out + kSchedulesAt;
    for (std::uint64_t i = 0; i < config.blob_schedule_count; ++i, next += kScheduleSize) {
        const BlobSchedule& schedule = config.blob_schedules[i];
        store_le(next, schedule.activation_time);
        store_le(next + 8, schedule.target);
        store_le(next + 16, schedule.max);
        store_le(next + 24, schedule.base_fee_update_fraction);
    }
    return static_cast<std::size_t>(next - out);
}

Result<ChainConfig> decode_chain_config(ByteView bytes) noexcept {
    if (bytes.size() < kSchedulesAt) return ErrorCode::chain_config_encoding;
    const auto word = [&](std::size_t offset) { return load_le<std::uint64_t>(bytes.data() + offset); };
    ChainConfig config{};
    config.chain_id = word(kNumbersAt);
    config.merge_block = word(kNumbersAt + 8);
    config.shanghai_time = word(kNumbersAt + 16);
    config.cancun_time = word(kNumbersAt + 24);
    config.prague_time = word(kNumbersAt + 32);
    config.osaka_time = word(kNumbersAt + 40);
    config.blob_schedule_count = word(kNumbersAt + 48);
    config.deposit_contract = Address::from(bytes.data() + kDepositContractAt);
    if (config.blob_schedule_count > ChainConfig::kMaxBlobSchedules ||
        bytes.size() != kSchedulesAt + kScheduleSize * config.blob_schedule_count) {
        return ErrorCode::chain_config_encoding;
    }
    for (std::uint64_t i = 0; i < config.blob_schedule_count; ++i) {
        const std::size_t at = kSchedulesAt + kScheduleSize * i;
        config.blob_schedules[i] = {word(at), word(at + 8), word(at + 16), word(at + 24)};
    }
    // Magic, version and padding are compared by encoding again: two encodings of one configuration would give it two
    // identities in the public output.
    std::uint8_t again[kMaxChainConfigSize];
    const std::size_t size = encode_chain_config(config, again);
    if (!equal(bytes, {again, size}) || !is_consistent(config)) return ErrorCode::chain_config_encoding;
    return config;
}

Hash32 chain_config_hash(const ChainConfig& config) noexcept {
    std::uint8_t encoding[kMaxChainConfigSize];
    const std::size_t size = encode_chain_config(config, encoding);
    return keccak256({encoding, size});
}

}  // namespace sluice::executor
