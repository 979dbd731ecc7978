// What follows from a machine and the heights of its chips: sizes of trees, places of columns.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include "scheme.h"
#include "sluice/base/arena.h"
#include "sluice/machine/key.h"

namespace sluice::verify {

/// Shape of a table proof (libprover/DESIGN.md, sections 3 and 5). All of it is computed here, from what the key says
/// and the header binds: a place or size that the prover could choose would let columns overlap or claims go unread.
struct TableShape {
    std::span<const std::uint32_t> heights;       ///< by chip; 0: absent
    unsigned stack_height = 0;                    ///< h: a stack column has 2^h elements
    unsigned row_variables = 0;                   ///< mu
    unsigned place_variables = 0;                 ///< kappa
    std::uint64_t widths[machine::kGroups] = {};  ///< stack columns of each group
    std::uint64_t stack_columns = 0;              ///< W, their sum
    unsigned stack_variables = 0;                 ///< omega, log of W
    std::uint64_t columns = 0;                    ///< columns of the present chips, all groups
    std::uint64_t constraints = 0;                ///< K: of all chips

    [[nodiscard]] unsigned tree_depth() const noexcept { return row_variables + place_variables; }
    [[nodiscard]] unsigned dense_variables() const noexcept { return stack_height + stack_variables; }
};

/// Terms of a type in a table proof: sum over chips of height times interactions of the type.
[[nodiscard]] std::uint64_t count_terms(const machine::Machine& machine, std::span<const std::uint32_t> heights,
                                        machine::InteractionType type) noexcept;

/// Shape for heights that are within the machine's limits, and a stack height within the key's.
[[nodiscard]] TableShape shape_of(const machine::Machine& machine, std::span<const std::uint32_t> heights,
                                  unsigned stack_height) noexcept;

/// Checks the heights of one table proof against the key's and the profile's limits.
[[nodiscard]] Outcome check_heights(const machine::Machine& machine, std::span<const std::uint32_t> heights,
                                    const params::Limits& limits) noexcept;

/// Checks that a key asks for nothing that the profile's bits were not computed for.
[[nodiscard]] Outcome check_limits(const machine::KeyView& key, const params::Limits& limits,
                                   const params::Opening& opening) noexcept;

}  // namespace sluice::verify
