// See checks.h. SPDX-License-Identifier: MIT OR Apache-2.0
#include "sluice/backend/checks.h"

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"

namespace sluice::backend {

absl::Status check_columns(const TableShape& shape, const params::Opening& opening, machine::Group group,
                           std::span<const std::span<const KoalaBear>> columns, bool left_out) {
    const std::size_t g = static_cast<std::size_t>(group);
    const unsigned h = shape.stack_height;
    if (h < opening.min_stack_height_log || h > opening.max_stack_height_log) {
        return absl::InvalidArgumentError(absl::StrCat("commit: stack height 2^", h, " is not within 2^",
                                                       opening.min_stack_height_log, " .. 2^",
                                                       opening.max_stack_height_log, " of the opening"));
    }
    const machine::Machine& machine = shape.machine;
    if (columns.size() != machine.chips.size() || shape.heights.size() != machine.chips.size()) {
        return absl::InvalidArgumentError(absl::StrCat("commit: columns of ", columns.size(), " chips and ",
                                                       shape.heights.size(), " heights for a machine of ",
                                                       machine.chips.size(), " chips"));
    }
    for (std::size_t chip = 0; chip < columns.size(); ++chip) {
        const std::uint64_t expected = machine.chips[chip].widths[g] * machine::align4(shape.heights[chip]);
        if (columns[chip].size() != expected && !(left_out && columns[chip].empty())) {
            return absl::InvalidArgumentError(
                absl::StrCat("commit: group ", g, " of chip ", std::string(machine.chips[chip].name), " has ",
                             columns[chip].size(), " elements; its ", machine.chips[chip].widths[g],
                             " columns of height ", shape.heights[chip], " have ", expected));
        }
    }
    return absl::OkStatus();
}

}  // namespace sluice::backend
