// The jagged reduction over the columns in the stack. SPDX-License-Identifier: MIT OR Apache-2.0
//
// Columns begin at multiples of four, so that a block of four rows has one column in it, or none.
#pragma once

#include "sumcheck_kernels.h"

namespace sluice::backend_cuda {

/// Stack columns of all groups, one after the other.
struct StackView {
    static constexpr unsigned kGroups = 3;

    DevicePointer<const KoalaBear> groups[kGroups];
    std::uint64_t ends[kGroups];  ///< blocks of the groups so far

    [[nodiscard]] SLUICE_HD DevicePointer<const KoalaBear> block(std::uint64_t x) const noexcept {
        if (x < ends[0]) return groups[0] + 4 * x;
        if (x < ends[1]) return groups[1] + 4 * (x - ends[0]);
        return groups[2] + 4 * (x - ends[1]);
    }
};

/// A column in the stack.
template <unsigned D>
struct Piece {
    std::uint64_t first;     ///< block of the stack
    std::uint64_t complete;  ///< blocks with four rows
    Extension<D> weight;
    Extension<D> end;  ///< J in the block after those, with its variables bound: zero if the column has no rows there
};

template <unsigned D>
struct PiecesView {
    DevicePointer<const Piece<D>> pieces;  ///< ascending
    std::uint32_t count;

    /// The last that begins at block x or before it; the first if none does.
    [[nodiscard]] SLUICE_HD const Piece<D>& find(std::uint64_t x) const noexcept {
        std::uint32_t low = 0, high = count;
        while (high - low > 1) {
            const std::uint32_t middle = low + (high - low) / 2;
            if (pieces[middle].first <= x) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return pieces[low];
    }
};

/// For each of the four rows of a block: weight times eq times Q, in block x if it is complete.
template <unsigned D>
struct JaggedCorners {
    using Value = Sums<D, 4>;

    StackView stack;
    PiecesView<D> pieces;
    EqView<D> eq;  ///< of the variables after the first two

    SLUICE_HD Value operator()(std::uint64_t x, std::uint64_t) const {
        Value sum{};
        const Piece<D>& piece = pieces.find(x);
        const std::uint64_t row = x - piece.first;  // huge before the first piece
        if (row >= piece.complete) return sum;
        const Extension<D> weight = piece.weight * eq.get(row);
        const DevicePointer<const KoalaBear> values = stack.block(x);
        for (unsigned c = 0; c < 4; ++c) sum.value[c] = weight * values[c];
        return sum;
    }
};

/// Q and J with the variables within a block bound, and the sums of the round of the next variable, or of the next two.
template <unsigned D, unsigned kRounds>
struct JaggedBlocks {
    using Value = RoundSums<D, kRounds>;

    StackView stack;
    PiecesView<D> pieces;
    EqView<D> eq;
    Extension<D> weights[4];  ///< of the rows of a block in Q
    std::uint64_t size;       ///< blocks
    ExtView<D> q, j;

    SLUICE_HD Value operator()(std::uint64_t x, std::uint64_t) const {
        return product_sums<D, kRounds>(
            x, [&](std::uint64_t block, Extension<D>& of_q, Extension<D>& of_j) { make(block, of_q, of_j); });
    }

 private:
    SLUICE_HD void make(std::uint64_t block, Extension<D>& of_q, Extension<D>& of_j) const {
        of_q = of_j = Extension<D>::zero();
        if (block >= size) return;
        const DevicePointer<const KoalaBear> values = stack.block(block);
        for (unsigned c = 0; c < 4; ++c) of_q += weights[c] * values[c];
        q.set(block, of_q);
        const Piece<D>& piece = pieces.find(block);
        const std::uint64_t row = block - piece.first;
        if (row < piece.complete) {
            of_j = piece.weight * eq.get(row);
        } else if (row == piece.complete) {
            of_j = piece.end;
        }
        j.set(block, of_j);
    }
};

}  // namespace sluice::backend_cuda
