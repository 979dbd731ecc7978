// Takes down the steps of a shard for its tables. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "absl/status/status.h"

#include "shard_records.h"
#include "step_chip.h"

namespace sluice::chips {

class ShardRecorder {
 public:
    /// `chips` must outlive it.
    explicit ShardRecorder(std::span<const StepChip> chips) : chips_(chips), dispatch_(chips) {
        records_.chips.resize(chips.size());
    }
    /// Room for so many rows of each chip.
    void reserve(std::span<const std::uint32_t> rows);
    /// Errors are Dispatch's.
    absl::Status add(const ExecutedStep& step);
    [[nodiscard]] ShardRecords& records() noexcept { return records_; }

 private:
    std::uint32_t add_call(const ExecutedStep& step);

    std::span<const StepChip> chips_;
    Dispatch dispatch_;
    ShardRecords records_;
};

}  // namespace sluice::chips
