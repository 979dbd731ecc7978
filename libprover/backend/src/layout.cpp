// See layout.h. SPDX-License-Identifier: MIT OR Apache-2.0
#include "sluice/backend/layout.h"

namespace sluice::backend {

Layout make_layout(const machine::Machine& machine, std::span<const std::uint32_t> heights, unsigned stack_height) {
    Layout layout;
    layout.stack_height = stack_height;
    for (std::size_t group = 0; group < machine::kGroups; ++group) {
        std::uint64_t at = 0;
        for (std::size_t chip = 0; chip < machine.chips.size(); ++chip) {
            if (heights[chip] == 0) continue;
            for (std::uint32_t column = 0; column < machine.chips[chip].widths[group]; ++column) {
                layout.groups[group].push_back(
                    {static_cast<std::uint32_t>(chip), column, heights[chip], static_cast<machine::Group>(group), at});
                at += machine::align4(heights[chip]);
            }
        }
        layout.lengths[group] = at;
        layout.widths[group] =
            static_cast<std::uint32_t>((at + (std::uint64_t{1} << stack_height) - 1) >> stack_height);
    }
    return layout;
}

unsigned row_variables(std::span<const std::uint32_t> heights) noexcept {
    std::uint32_t largest = 0;
    for (const std::uint32_t height : heights) largest = height > largest ? height : largest;
    return machine::ceil_log2(largest);
}

}  // namespace sluice::backend
