// The RV64IM machine, put together. SPDX-License-Identifier: MIT OR Apache-2.0
#include "sluice/chips/rv64_machine.h"

#include <utility>

#include "program_image.h"
#include "sluice/abi/features.h"
#include "step_chip.h"
#include "tables/linking.h"
#include "tables/lookup_tables.h"
#include "tables/program_tables.h"

namespace sluice::chips {

namespace {

/// Adds chips until the first that could not be made.
class ChipList {
 public:
    void add(absl::StatusOr<machine::ChipDescription> chip) {
        if (chip.ok()) {
            chips_.push_back(*std::move(chip));
        } else if (status_.ok()) {
            status_ = chip.status();
        }
    }
    [[nodiscard]] absl::StatusOr<machine::MachineDescription> make(machine::MachineRules rules) {
        if (!status_.ok()) return status_;
        return machine::MachineDescription::make(std::move(rules), std::move(chips_));
    }

 private:
    absl::Status status_;
    std::vector<machine::ChipDescription> chips_;
};

/// A single row whose selector the key fixes to 1.
machine::ChipShape one_row() {
    return {.fixed_height = 1,
            .max_height = 1,
            .preprocessed = {KoalaBear::one(), KoalaBear::zero(), KoalaBear::zero(), KoalaBear::zero()}};
}
machine::ChipShape up_to(std::uint32_t max_height) {
    return {.fixed_height = 0, .max_height = max_height, .preprocessed = {}};
}

constexpr std::uint32_t kMaxStepRows = 1u << 24;

absl::StatusOr<machine::MachineDescription> make_shards(const ProgramImage& image, std::uint64_t features) {
    ChipList chips;
    for (const LookupTable& table : lookup_tables(features)) chips.add(table.describe(image));
    chips.add(machine::make_chip<Ends>(one_row()));
    chips.add(machine::make_chip<ShardRam>(up_to(kMaxStepRows)));
    for (const StepChip& chip : step_chips(features)) chips.add(chip.describe(up_to(chip.max_height)));
    machine::MachineRules rules;
    rules.public_values = kPublicValues;
    rules.max_total_rows = kMaxTotalRows;
    rules.shard_index_value = kShardValue;
    rules.last_shard_value = kIsLastValue;
    rules.chains = {{.first = kFirstPcValue, .last = kLastPcValue, .initial = image.entry()}};
    for (std::uint32_t i = kExitCodeValue; i < kPublicValues; ++i) rules.statement.push_back(i);
    return chips.make(std::move(rules));
}

absl::StatusOr<machine::MachineDescription> make_boundary(const ProgramImage& image) {
    ChipList chips;
    chips.add(machine::make_chip<RangeTable>(RangeTable::shape()));
    chips.add(machine::make_chip<ImageTable>(image.image_shape()));
    chips.add(machine::make_chip<PageClassTable>(image.page_class_shape()));
    chips.add(machine::make_chip<Boundary>(up_to(kMaxStepRows)));
    chips.add(machine::make_chip<BoundaryEnds>(one_row()));
    machine::MachineRules rules;
    rules.max_total_rows = kMaxTotalRows;
    return chips.make(std::move(rules));
}

}  // namespace

std::uint64_t provable_features() {
    std::uint64_t features = 0;
    for (const StepChip& chip : step_chips()) features |= chip.feature;
    return features;
}

absl::StatusOr<Rv64Machine> Rv64Machine::make(const vm::Program& program) {
    absl::StatusOr<ProgramImage> image = ProgramImage::make(program);
    if (!image.ok()) return image.status();
    const std::uint64_t features = program.features.has_value() ? program.features->value : SLUICE_FEATURES_ALL;
    absl::StatusOr<machine::MachineDescription> shards = make_shards(*image, features);
    if (!shards.ok()) return shards.status();
    absl::StatusOr<machine::MachineDescription> boundary = make_boundary(*image);
    if (!boundary.ok()) return boundary.status();
    return Rv64Machine(*std::move(shards), *std::move(boundary), std::make_unique<ProgramImage>(*std::move(image)),
                       features);
}

Rv64Machine::Rv64Machine(machine::MachineDescription shards, machine::MachineDescription boundary,
                         std::unique_ptr<ProgramImage> image, std::uint64_t features)
    : shards_(std::move(shards)), boundary_(std::move(boundary)), image_(std::move(image)), features_(features) {}
Rv64Machine::Rv64Machine(Rv64Machine&&) noexcept = default;
Rv64Machine& Rv64Machine::operator=(Rv64Machine&&) noexcept = default;
Rv64Machine::~Rv64Machine() = default;

std::array<std::uint32_t, kStatementValues> statement_of(std::int32_t exit_code,
                                                         const std::array<std::uint8_t, 32>& output_digest) {
    std::array<std::uint32_t, kStatementValues> statement{};
    const auto code = static_cast<std::uint32_t>(exit_code);
    statement[0] = code & 0xffff;
    statement[1] = code >> 16;
    for (std::size_t i = 0; i < 16; ++i) {
        statement[2 + i] = output_digest[2 * i] | std::uint32_t{output_digest[2 * i + 1]} << 8;
    }
    return statement;
}

}  // namespace sluice::chips
