// Expected size of Merkle openings with shared siblings left out. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstdint>

namespace sluice::soundness {

/// Expected number of different leaves among `queries` independent uniform ones of 2^log_leaves.
[[nodiscard]] double expected_distinct_leaves(std::uint32_t log_leaves, std::uint32_t queries) noexcept;

/// Expected number of sibling digests that open `queries` independent uniform leaves of 2^log_leaves together, rounded
/// up in each layer. A node at depth d is sent if no query is below it and one is below its sibling, which has the
/// probability (1 - 2^-d)^q - (1 - 2^(1-d))^q.
[[nodiscard]] double expected_siblings(std::uint32_t log_leaves, std::uint32_t queries) noexcept;

}  // namespace sluice::soundness
