// What each instruction set provides. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "sluice/hash/merkle.h"
#include "sluice/hash/poseidon2_hasher.h"
#include "sluice/hash/transcript.h"

namespace sluice::hash {

/// The functions of batch.h for one hasher.
template <class H>
struct HasherKernels {
    using Digest = typename H::Digest;

    void (*hash_leaves)(const MatrixView* matrices, std::size_t matrix_count, LeafShape shape, std::size_t first,
                        Digest* digests, std::size_t count);
    void (*compress_pairs)(const Digest* below, Digest* above, std::size_t count);
    std::optional<KoalaBear> (*find_nonce)(const GrindingStart<H>& start, unsigned bits, std::uint32_t first,
                                           std::uint32_t count);
};

struct BatchKernels {
    void (*permute16)(KoalaBear* states, std::size_t stride, std::size_t count);
    void (*permute24)(KoalaBear* states, std::size_t stride, std::size_t count);
    HasherKernels<Poseidon2Hasher16> hasher16;
    HasherKernels<Poseidon2Hasher24> hasher24;
};

}  // namespace sluice::hash
