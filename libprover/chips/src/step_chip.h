// The chips of instructions behind one interface. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

#include "fill_chip.h"
#include "gadgets/call.h"
#include "gadgets/records.h"
#include "lookup_counts.h"
#include "sluice/isa/decode.h"
#include "sluice/machine/description.h"
#include "sluice/machine/trace.h"

namespace sluice::chips {

/// Lays out the rows that a shard's records have for its chip number `chip`, and counts their lookups.
using FillChip = machine::ChipTrace (*)(const ShardRecords& shard, std::size_t chip, const ProgramImage& image,
                                        LookupCounts& counts);

struct StepChip {
    std::uint32_t id;
    std::string_view name;
    std::uint32_t max_height;                    ///< rows of a shard
    std::uint64_t feature;                       ///< bit of the feature word that a machine with the chip has, or 0
    std::span<const isa::Op> ops;                ///< operations that it may take
    std::span<const std::uint64_t> numbers;      ///< ECALLs that it takes, or has rows of
    std::optional<CallShape> call;               ///< if it takes them
    bool (*takes)(const ExecutedStep&);          ///< whether it takes a step of its operations
    std::uint32_t (*rows)(const ExecutedStep&);  ///< how many it has of a step that is its own
    absl::StatusOr<machine::ChipDescription> (*describe)(machine::ChipShape);
    std::uint32_t record_words;                                   ///< of a record
    void (*record)(const ExecutedStep& step, std::uint32_t* to);  ///< writes an instruction's; null for calls
    FillChip fill;
};

namespace detail {
template <class ChipType>
[[nodiscard]] StepChip chip_entry(std::uint64_t feature) {
    return {ChipType::kId,
            ChipType::kName,
            ChipType::kMaxHeight,
            feature,
            {},
            {},
            std::nullopt,
            [](const ExecutedStep&) { return true; },
            [](const ExecutedStep&) { return std::uint32_t{1}; },
            &machine::make_chip<ChipType>,
            record_words<ChipType>(),
            nullptr,
            &fill_chip<ChipType>};
}
}  // namespace detail

/// A chip of instructions other than ECALL.
template <class ChipType>
[[nodiscard]] StepChip step_chip() {
    StepChip chip = detail::chip_entry<ChipType>(0);
    chip.ops = ChipType::kOps;
    chip.takes = &ChipType::takes;
    chip.record = &write_record<ChipType>;
    return chip;
}
/// A chip that takes ECALLs: `kNumbers`, with `kOperands`, or `ranges` where their sizes depend on the arguments.
template <class ChipType>
[[nodiscard]] StepChip call_chip(std::uint64_t feature) {
    StepChip chip = detail::chip_entry<ChipType>(feature);
    chip.numbers = ChipType::kNumbers;
    if constexpr (requires { &ChipType::ranges; }) {
        chip.call = CallShape{ChipType::kArguments, &ChipType::ranges};
    } else {
        chip.call = call_shape_of<ChipType>();
    }
    return chip;
}
/// A chip of the further rows of ECALLs that another one takes: `fill_rows` appends as many as `row_count` says.
template <class ChipType>
[[nodiscard]] StepChip rows_chip(std::uint64_t feature) {
    StepChip chip = detail::chip_entry<ChipType>(feature);
    chip.numbers = ChipType::kNumbers;
    chip.rows = &ChipType::row_count;
    return chip;
}

/// All of them, by ascending id. Where several have an operation, the first that takes a step has it.
[[nodiscard]] const std::vector<StepChip>& step_chips();
/// Those of a machine with this feature word.
[[nodiscard]] std::vector<StepChip> step_chips(std::uint64_t features);
/// What a call accesses; null if no chip takes it.
[[nodiscard]] const CallShape* call_shape(std::uint64_t number);

/// Which of a machine's chips have rows of a step.
class Dispatch {
 public:
    /// `chips` must outlive it.
    explicit Dispatch(std::span<const StepChip> chips);

    /// Indices of chips. Unimplemented names the step if there are none.
    [[nodiscard]] absl::StatusOr<std::span<const std::size_t>> takers(const ExecutedStep& step) const;

 private:
    std::span<const StepChip> chips_;
    std::vector<std::vector<std::size_t>> by_op_, by_number_;
};

// Parts of the list, in files of their own that compile apart.
void add_sums(std::vector<StepChip>& chips);       ///< constants, sums, comparisons, branches, jumps
void add_logic(std::vector<StepChip>& chips);      ///< logic and shifts
void add_products(std::vector<StepChip>& chips);   ///< multiplication and division
void add_memory(std::vector<StepChip>& chips);     ///< loads, stores
void add_ecalls(std::vector<StepChip>& chips);     ///< ECALLs that every machine has
void add_wide(std::vector<StepChip>& chips);       ///< ECALLs of secp256k1 and of 256-bit integers
void add_copies(std::vector<StepChip>& chips);     ///< MEMCPY
void add_keccak(std::vector<StepChip>& chips);     ///< KECCAK_F, KECCAK_ABSORB
void add_sha256(std::vector<StepChip>& chips);     ///< SHA256_COMPRESS
void add_fields(std::vector<StepChip>& chips);     ///< ECALLs of the fields of bn254 and BLS12-381
void add_poseidon2(std::vector<StepChip>& chips);  ///< POSEIDON2_16, POSEIDON2_24

}  // namespace sluice::chips
