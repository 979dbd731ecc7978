// Expected size of Merkle openings. SPDX-License-Identifier: MIT OR Apache-2.0
#include "sluice/soundness/merkle.h"

#include <cmath>

namespace sluice::soundness {

double expected_distinct_leaves(std::uint32_t log_leaves, std::uint32_t queries) noexcept {
    const double leaves = std::exp2(log_leaves);
    return leaves * (1 - std::pow(1 - 1 / leaves, queries));
}

double expected_siblings(std::uint32_t log_leaves, std::uint32_t queries) noexcept {
    double siblings = 0;
    for (std::uint32_t depth = 1; depth <= log_leaves; ++depth) {
        const double nodes = std::exp2(depth);
        siblings += std::ceil(nodes * (std::pow(1 - 1 / nodes, queries) - std::pow(1 - 2 / nodes, queries)));
    }
    return siblings;
}

}  // namespace sluice::soundness
