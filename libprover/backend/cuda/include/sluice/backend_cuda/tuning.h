// Sizes by which the backend chooses how to compute: no proof depends on them. SPDX-License-Identifier: MIT OR
// Apache-2.0
#pragma once

#include <cstdint>

namespace sluice::backend_cuda {

/// Below these one block makes all rounds of a sum-check that are left, with the transcript, since each launch and wait
/// of the host costs more than they do; 0 leaves all rounds to the host. Guesses, as no card has told yet.
struct Tuning {
    std::uint64_t tail_groups = 4096;   ///< of four nodes, in a round of GKR
    std::uint64_t tail_values = 16384;  ///< of each of two vectors, before a round folds them
    std::uint64_t tail_pairs = 256;     ///< of rows, of all chips in a round of the zerocheck
};

}  // namespace sluice::backend_cuda
