// Sums over many terms, and tables of eq. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include "kernel.h"

namespace sluice::backend_cuda {

/// N sums that are made together.
template <unsigned D, unsigned N>
struct Sums {
    Extension<D> value[N];

    SLUICE_HD Sums& operator+=(const Sums& other) noexcept {
        for (unsigned i = 0; i < N; ++i) value[i] += other.value[i];
        return *this;
    }
};

/// What two rounds in a pass need of terms of degree 2 in both their variables: value 3 i + j has the first at i and
/// the second at j, each at 0, at 1, or as its leading coefficient.
template <unsigned D>
using TwoRoundSums = Sums<D, 9>;

/// sums[block] = the sum of term(i, thread) over the i < count that are the block's, `thread` counted over all blocks.
/// A term may write what it alone reads, so a round of a sum-check folds and evaluates in one pass.
template <class Term>
struct SumBlocks {
    static constexpr unsigned kThreads = 128;
    using Value = typename Term::Value;

    Term term;
    std::uint64_t count;
    std::uint64_t blocks;
    DevicePointer<Value> sums;

    struct Shared {
        Value values[kThreads];
    };
    using Local = Nothing;
    [[nodiscard]] SLUICE_HD unsigned phases() const noexcept { return 1 + BlockSum<kThreads>::kPhases; }
    SLUICE_HD void run(unsigned phase, const Block& block, Shared& shared, Local&) const {
        if (phase == 0) {
            Value sum{};
            const std::uint64_t thread = block.index * kThreads + block.thread;
            for (std::uint64_t i = thread; i < count; i += blocks * kThreads) sum += term(i, thread);
            shared.values[block.thread] = sum;
            return;
        }
        BlockSum<kThreads>::run(phase - 1, block.thread, shared.values);
        if (phase == BlockSum<kThreads>::kPhases && block.thread == 0) sums[block.index] = shared.values[0];
    }
};

/// Sums of blocks, to be added up.
template <class ValueType>
struct PartialSums {
    using Value = ValueType;
    DevicePointer<const Value> partial;
    SLUICE_HD Value operator()(std::uint64_t i, std::uint64_t) const { return partial[i]; }
};

/// scale * eq(point, x) for all x, as products from two tables of about the square root's size, which stay in caches
/// where a table of all would not.
template <unsigned D>
struct EqView {
    ExtView<D> low, high;
    unsigned low_bits;

    [[nodiscard]] SLUICE_HD Extension<D> get(std::uint64_t x) const noexcept {
        return low.get(x & ((std::uint64_t{1} << low_bits) - 1)) * high.get(x >> low_bits);
    }
};

/// Fills both tables of an EqView, the low one first.
template <unsigned D>
struct FillEq {
    static constexpr unsigned kMaxVariables = 32;

    Extension<D> point[kMaxVariables];
    unsigned variables;
    Extension<D> scale;  ///< goes into the high table
    EqView<D> out;

    SLUICE_HD void operator()(std::uint64_t i) const {
        const std::uint64_t low_size = std::uint64_t{1} << out.low_bits;
        const bool high = i >= low_size;
        std::uint64_t bits = high ? i - low_size : i;
        const std::uint64_t place = bits;
        Extension<D> product = high ? scale : Extension<D>::one();
        for (unsigned k = high ? out.low_bits : 0; k < (high ? variables : out.low_bits); ++k, bits >>= 1)
            product *= (bits & 1) != 0 ? point[k] : KoalaBear::one() - point[k];
        (high ? out.high : out.low).set(place, product);
    }
};

}  // namespace sluice::backend_cuda
