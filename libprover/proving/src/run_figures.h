// What the tables of a run come to: cells by chip, and the memory that proving them takes.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "absl/status/statusor.h"

#include "sluice/backend/backend.h"
#include "sluice/proving/program_prover.h"

namespace sluice::proving {

/// A table after linking.
struct SizedTable {
    std::uint32_t number = 0;  ///< of the shard; 0: the boundary
    const backend::TableShape* shape = nullptr;
    std::uint64_t plan_bytes = 0;  ///< of the host's memory, beside the trace (backend::Backend::plan_bytes)
};

/// Rows times columns, without preprocessed columns.
[[nodiscard]] std::uint64_t cells_of(const backend::TableShape& shape);

/// Chips in the order of the tables' machines.
[[nodiscard]] std::vector<ChipFigures> sum_chips(std::span<const SizedTable> tables);

/// For `workers` tables proved at once. ResourceExhausted if they may take more than `allowed` bytes (0: no limit).
/// `most_ahead`: tables to fill ahead.
[[nodiscard]] absl::StatusOr<MemoryPlan> plan_memory(std::span<const SizedTable> tables, std::uint64_t allowed,
                                                     std::uint32_t most_ahead, std::uint32_t workers = 1);

}  // namespace sluice::proving
