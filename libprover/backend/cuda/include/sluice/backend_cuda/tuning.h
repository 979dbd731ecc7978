// Sizes by which the backend chooses how to compute: no proof depends on them. SPDX-License-Identifier: MIT OR
// Apache-2.0
#pragma once

#include <cstdint>

namespace sluice::backend_cuda {

/// Guesses, as no card has told yet.
struct Tuning {
    // From these on a pass makes the sums of two rounds of a sum-check.
    std::uint64_t two_round_groups = std::uint64_t{1} << 16;  ///< of four nodes, in a round of GKR
    std::uint64_t two_round_values = std::uint64_t{1} << 18;  ///< of each of two vectors, in the first of the rounds

    // Below these one block makes all rounds that are left, with the transcript, since each launch and wait of the host
    // costs more than they do; 0 leaves all rounds to the host.
    std::uint64_t tail_groups = 4096;   ///< of four nodes, in a round of GKR
    std::uint64_t tail_values = 16384;  ///< of each of two vectors, before a round folds them
    std::uint64_t tail_pairs = 256;     ///< of rows, of all chips in a round of the zerocheck
};

}  // namespace sluice::backend_cuda
