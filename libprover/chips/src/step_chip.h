// The chips of instructions behind one interface. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

#include "gadgets/execution.h"
#include "lookup_counts.h"
#include "sluice/isa/decode.h"
#include "sluice/machine/description.h"
#include "sluice/machine/trace.h"

namespace sluice::chips {

/// The rows of one step chip in one shard.
class StepTable {
 public:
    virtual ~StepTable() = default;
    virtual void append(const ExecutedStep& step) = 0;
    [[nodiscard]] virtual machine::ChipTrace finish(LookupCounts& counts,
                                                    std::span<const KoalaBear> public_values) const = 0;
};

struct StepChip {
    std::uint32_t id;
    std::string_view name;
    std::span<const isa::Op> ops;        ///< operations that it may take
    bool (*takes)(const ExecutedStep&);  ///< whether it takes a step of them
    absl::StatusOr<machine::ChipDescription> (*describe)(machine::ChipShape);
    std::unique_ptr<StepTable> (*table)();
};

template <class ChipType>
class StepTableOf final : public StepTable {
 public:
    void append(const ExecutedStep& step) override {
        typename ChipType::template Main<KoalaBear> row{};
        ChipType::fill(step, row);
        rows_.append(row);
    }
    [[nodiscard]] machine::ChipTrace finish(LookupCounts& counts,
                                            std::span<const KoalaBear> public_values) const override {
        return finish_rows(rows_, counts, public_values);
    }

 private:
    machine::TraceWriter<ChipType> rows_;
};

template <class ChipType>
[[nodiscard]] StepChip step_chip() {
    return {ChipType::kId, ChipType::kName, ChipType::kOps, &ChipType::takes, &machine::make_chip<ChipType>, [] {
                return std::unique_ptr<StepTable>(std::make_unique<StepTableOf<ChipType>>());
            }};
}

/// All of them, by ascending id. Where several have an operation, the first that takes a step has it.
[[nodiscard]] const std::vector<StepChip>& step_chips();

// Parts of it, in files of their own that compile apart.
void add_sums(std::vector<StepChip>& chips);      ///< constants, sums, comparisons, branches, jumps
void add_logic(std::vector<StepChip>& chips);     ///< logic and shifts
void add_products(std::vector<StepChip>& chips);  ///< multiplication and division
void add_memory(std::vector<StepChip>& chips);    ///< loads, stores, ECALLs

}  // namespace sluice::chips
