// Rounds of sum-checks over vectors of the extension. SPDX-License-Identifier: MIT OR Apache-2.0
//
// A variable that is bound is folded by the pass that makes the sums of the next one. Beyond the end of a vector are
// zeros.
#pragma once

#include "sum_kernels.h"

namespace sluice::backend_cuda {

/// Element i of a vector of `size` elements whose lowest variable is at r.
template <unsigned D>
[[nodiscard]] SLUICE_HD Extension<D> fold_at(const ExtView<D>& source, std::uint64_t size, std::uint64_t i,
                                             const Extension<D>& r) noexcept {
    const Extension<D> low = source.get(2 * i);
    const Extension<D> high = 2 * i + 1 < size ? source.get(2 * i + 1) : Extension<D>::zero();
    return low + r * (high - low);
}

/// Binds the lowest variable.
template <unsigned D>
struct FoldVector {
    ExtView<D> source, target;
    std::uint64_t size;  ///< of the source
    Extension<D> r;

    SLUICE_HD void operator()(std::uint64_t i) const { target.set(i, fold_at(source, size, i, r)); }
};

/// Pair x of a round over eq times a vector of an even size: both halves of the sum. If kFold, the vector is made from
/// one of `size` elements, with its lowest variable at r.
template <unsigned D, bool kFold>
struct WeightedRound {
    using Value = Sums<D, 2>;

    ExtView<D> source, target;
    std::uint64_t size;  ///< of the source
    EqView<D> eq;
    Extension<D> r;

    SLUICE_HD Value operator()(std::uint64_t x, std::uint64_t) const {
        const Extension<D> weight = eq.get(x);
        Value sum;
        for (unsigned half = 0; half < 2; ++half) {
            const std::uint64_t i = 2 * x + half;
            Extension<D> value;
            if constexpr (kFold) {
                value = fold_at(source, size, i, r);
                target.set(i, value);
            } else {
                value = source.get(i);
            }
            sum.value[half] = weight * value;
        }
        return sum;
    }
};

/// Two values of a line each, and what a round over their product needs: the value at 0 and the leading coefficient.
template <unsigned D>
[[nodiscard]] SLUICE_HD Sums<D, 2> line_product(const Extension<D> (&a)[2], const Extension<D> (&b)[2]) noexcept {
    Sums<D, 2> sum;
    sum.value[0] = a[0] * b[0];
    sum.value[1] = (a[1] - a[0]) * (b[1] - b[0]);
    return sum;
}

/// Pair x of a round over the product of two vectors. If kFold, they are made from others of `size` elements, with the
/// lowest variable at r.
template <unsigned D, bool kFold>
struct ProductRound {
    using Value = Sums<D, 2>;

    ExtView<D> source_a, source_b, target_a, target_b;
    std::uint64_t size;  ///< of the sources
    Extension<D> r;

    SLUICE_HD Value operator()(std::uint64_t x, std::uint64_t) const {
        Extension<D> a[2], b[2];
        for (unsigned half = 0; half < 2; ++half) {
            const std::uint64_t i = 2 * x + half;
            const bool there = kFold ? 2 * i < size : i < size;
            a[half] = b[half] = Extension<D>::zero();
            if (!there) continue;
            if constexpr (kFold) {
                a[half] = fold_at(source_a, size, i, r);
                b[half] = fold_at(source_b, size, i, r);
                target_a.set(i, a[half]);
                target_b.set(i, b[half]);
            } else {
                a[half] = source_a.get(i);
                b[half] = source_b.get(i);
            }
        }
        return line_product(a, b);
    }
};

}  // namespace sluice::backend_cuda
