// The interactions of a table proof in the order of its trees: libprover/DESIGN.md, section 5.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "sluice/backend/backend.h"

namespace sluice::backend {

/// An interaction with its place in the list of its type.
struct InteractionPlace {
    std::uint32_t chip;
    std::uint32_t interaction;  ///< within the chip
    std::uint32_t height;
};
using InteractionLists = std::array<std::vector<InteractionPlace>, machine::kInteractionTypes>;

[[nodiscard]] inline InteractionLists list_interactions(const TableShape& shape) {
    InteractionLists lists;
    for (std::uint32_t chip = 0; chip < shape.machine.chips.size(); ++chip) {
        const machine::Program& program = shape.machine.chips[chip].program;
        for (std::uint32_t i = 0; i < program.interactions.size(); ++i) {
            lists[static_cast<std::size_t>(program.interactions[i].type)].push_back({chip, i, shape.heights[chip]});
        }
    }
    return lists;
}

/// kappa: log of the longest list's length.
[[nodiscard]] inline unsigned place_variables(const InteractionLists& lists) noexcept {
    std::size_t longest = 0;
    for (const auto& list : lists) longest = std::max(longest, list.size());
    return machine::ceil_log2(longest);
}

/// a or link_a, b or link_b.
template <unsigned D>
[[nodiscard]] std::pair<Extension<D>, Extension<D>> challenges_for(const FingerprintChallenges<D>& challenges,
                                                                   machine::InteractionType type) {
    if (type == machine::InteractionType::link) return {challenges.link_a, challenges.link_b};
    return {challenges.a, challenges.b};
}

[[nodiscard]] constexpr std::uint32_t half_up(std::uint32_t n) noexcept {
    return n / 2 + n % 2;
}

}  // namespace sluice::backend
