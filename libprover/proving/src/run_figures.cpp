// See run_figures.h. SPDX-License-Identifier: MIT OR Apache-2.0
#include "run_figures.h"

#include <algorithm>
#include <map>
#include <string>

#include "absl/strings/str_cat.h"

namespace sluice::proving {

namespace {

std::uint64_t chip_cells(const machine::Chip& chip, std::uint64_t height) {
    return height * (chip.width(machine::Group::linked) + chip.width(machine::Group::main));
}

}  // namespace

std::uint64_t cells_of(const backend::TableShape& shape) {
    std::uint64_t cells = 0;
    for (std::size_t i = 0; i < shape.heights.size(); ++i)
        cells += chip_cells(shape.machine.chips[i], shape.heights[i]);
    return cells;
}

std::vector<ChipFigures> sum_chips(std::span<const SizedTable> tables) {
    std::vector<ChipFigures> chips;
    std::map<std::string, std::size_t> places;
    for (const SizedTable& table : tables) {
        for (std::size_t i = 0; i < table.shape->heights.size(); ++i) {
            const machine::Chip& chip = table.shape->machine.chips[i];
            const std::string name = absl::StrCat(table.number == 0 ? "boundary/" : "", std::string(chip.name));
            const auto [place, is_new] = places.emplace(name, chips.size());
            if (is_new) chips.push_back({.name = name});
            chips[place->second].rows += table.shape->heights[i];
            chips[place->second].cells += chip_cells(chip, table.shape->heights[i]);
        }
    }
    return chips;
}

absl::StatusOr<MemoryPlan> plan_memory(std::span<const SizedTable> tables, std::uint64_t allowed,
                                       std::uint32_t most_ahead, std::uint32_t workers) {
    MemoryPlan plan;
    std::uint64_t largest_trace = 0;
    workers = std::min(workers, static_cast<std::uint32_t>(tables.size()));
    for (const SizedTable& table : tables) {
        const std::uint64_t trace = sizeof(machine::KoalaBear) * cells_of(*table.shape);
        largest_trace = std::max(largest_trace, trace);
        const std::uint64_t bytes = workers * (table.plan_bytes + trace);
        if (bytes <= plan.proving_bytes) continue;
        plan.proving_bytes = bytes;
        plan.largest = table.number;
    }
    if (allowed != 0 && plan.proving_bytes > allowed) {
        return absl::ResourceExhaustedError(absl::StrCat(
            plan.largest == 0 ? "the boundary" : absl::StrCat("shard ", plan.largest), " takes ",
            workers > 1 ? absl::StrCat("on ", workers, " backends at once ") : "", plan.proving_bytes >> 20,
            " MiB; allowed are ", allowed >> 20, " MiB: allow more, or cut smaller shards"));
    }
    while (plan.ahead < most_ahead &&
           (allowed == 0 || plan.proving_bytes + (plan.ahead + 1) * largest_trace <= allowed)) {
        ++plan.ahead;
    }
    plan.ahead_bytes = plan.ahead * largest_trace;
    return plan;
}

}  // namespace sluice::proving
