// Where the columns of a table proof lie in its stack: libprover/DESIGN.md, section 3.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "sluice/machine/program.h"

namespace sluice::backend {

/// A column of a present chip.
struct ColumnPlace {
    std::uint32_t chip;    ///< place in the machine
    std::uint32_t column;  ///< within its chip and group
    std::uint32_t height;  ///< of the chip, not 0
    machine::Group group;
    std::uint64_t start;  ///< of its first element in the group's dense vector
};

/// The stack of one table proof.
struct Layout {
    unsigned stack_height = 0;                                      ///< log
    std::array<std::vector<ColumnPlace>, machine::kGroups> groups;  ///< columns of present chips in order
    std::array<std::uint64_t, machine::kGroups> lengths{};          ///< of the dense vectors
    std::array<std::uint32_t, machine::kGroups> widths{};           ///< stack columns

    [[nodiscard]] std::uint32_t stack_columns() const noexcept { return widths[0] + widths[1] + widths[2]; }
    /// omega: variables that tell the stack columns apart.
    [[nodiscard]] unsigned column_variables() const noexcept { return machine::ceil_log2(stack_columns()); }
    /// Place in the stack of the first element of a group's dense vector.
    [[nodiscard]] std::uint64_t group_start(std::size_t group) const noexcept {
        std::uint64_t columns = 0;
        for (std::size_t g = 0; g < group; ++g) columns += widths[g];
        return columns << stack_height;
    }
    /// Elements of all columns, padding not counted.
    [[nodiscard]] std::uint64_t cells() const noexcept {
        std::uint64_t sum = 0;
        for (const auto& group : groups) {
            for (const ColumnPlace& place : group) sum += place.height;
        }
        return sum;
    }
};

/// `heights` has one entry for each chip, 0 for absent ones.
[[nodiscard]] Layout make_layout(const machine::Machine& machine, std::span<const std::uint32_t> heights,
                                 unsigned stack_height);

/// log of the largest height: the number of row variables, mu.
[[nodiscard]] unsigned row_variables(std::span<const std::uint32_t> heights) noexcept;

}  // namespace sluice::backend
