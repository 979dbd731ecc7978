// Merkle trees and grinding by Poseidon2, a state a thread. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include "kernel.h"
#include "sluice/hash/hasher.h"
#include "sluice/hash/poseidon2_hasher.h"
#include "sluice/hash/transcript.h"

namespace sluice::backend_cuda {

/// Leaves of a matrix (hash::LeafShape): digests[j] covers the rows j 2^log_rows .. of all columns. All indices into
/// the state are known when compiled, so that it stays in registers.
template <class Hasher>
struct HashLeaves {
    static constexpr unsigned kThreads = 128;

    DevicePointer<const KoalaBear> data;
    std::uint64_t columns, stride;
    unsigned log_rows;
    bool by_row;
    DevicePointer<typename Hasher::Digest> digests;

    SLUICE_HD void operator()(std::uint64_t leaf) const {
        const std::uint64_t rows = std::uint64_t{1} << log_rows;
        const std::uint64_t first = leaf << log_rows;
        // An element is at first + outer * outer_step + inner * inner_step.
        const std::uint64_t inner_count = by_row ? columns : rows;
        const std::uint64_t inner_step = by_row ? stride : 1;
        const std::uint64_t outer_step = by_row ? 1 : stride;
        std::uint64_t left = columns << log_rows;
        std::uint64_t line = first;
        std::uint64_t inner = 0;

        KoalaBear state[Hasher::kWidth];
        for (unsigned i = 0; i < Hasher::kWidth; ++i) state[i] = KoalaBear::zero();
        state[Hasher::kRate] = KoalaBear::from_canonical(hash::kLeafDomain);
        state[Hasher::kRate + 1] = KoalaBear::from_canonical(static_cast<std::uint32_t>(left));
        do {
            for (unsigned i = 0; i < Hasher::kRate; ++i) {
                state[i] = KoalaBear::zero();
                if (left == 0) continue;
                state[i] = data[line + inner * inner_step];
                --left;
                if (++inner == inner_count) {
                    inner = 0;
                    line += outer_step;
                }
            }
            hash::poseidon2<Hasher::kWidth>(state);
        } while (left != 0);
        typename Hasher::Digest digest;
        for (unsigned i = 0; i < Hasher::Digest::kElements; ++i) digest.element[i] = state[i];
        digests[leaf] = digest;
    }
};

/// Nodes of a level from those below.
template <class Hasher>
struct HashNodes {
    static constexpr unsigned kThreads = 128;

    DevicePointer<const typename Hasher::Digest> below;
    DevicePointer<typename Hasher::Digest> above;

    SLUICE_HD void operator()(std::uint64_t i) const { above[i] = Hasher::compress(below[2 * i], below[2 * i + 1]); }
};

/// All nodes above a level of 2^log_size, in one block: each level follows the one below it in memory.
template <class Hasher>
struct HashTop {
    static constexpr unsigned kThreads = 256;
    /// Levels of more are worth blocks of their own.
    static constexpr unsigned kMaxLogSize = 9;

    DevicePointer<typename Hasher::Digest> nodes;  ///< the level that is there
    unsigned log_size;

    using Shared = Nothing;
    using Local = Nothing;
    [[nodiscard]] SLUICE_HD unsigned phases() const noexcept { return log_size; }
    SLUICE_HD void run(unsigned phase, const Block& block, Shared&, Local&) const {
        const std::uint64_t size = std::uint64_t{1} << (log_size - phase);
        const DevicePointer<typename Hasher::Digest> below = nodes + ((std::uint64_t{2} << log_size) - 2 * size);
        for (std::uint64_t i = block.thread; i < size / 2; i += kThreads)
            below[size + i] = Hasher::compress(below[2 * i], below[2 * i + 1]);
    }
};

/// *best becomes the smallest nonce from `from` on, in the range of the launch, that grinding accepts.
template <class Hasher>
struct FindNonce {
    static constexpr unsigned kThreads = 128;

    hash::GrindingStart<Hasher> start;
    std::uint32_t mask;
    std::uint32_t from;
    DevicePointer<std::uint32_t> best;

    SLUICE_HD void operator()(std::uint64_t i) const {
        const auto nonce = static_cast<std::uint32_t>(from + i);
        KoalaBear block[Hasher::kRate];
        for (unsigned j = 0; j < Hasher::kRate; ++j)
            block[j] = j == start.count ? KoalaBear::from_canonical(nonce) : start.block[j];
        typename Hasher::Sponge sponge = start.sponge;
        sponge.absorb_block(block, start.count + 1);
        if ((sponge.output(0).canonical() & mask) == 0) atomic_min(best.raw(), nonce);
    }
};

}  // namespace sluice::backend_cuda
