// Rounds of sum-checks over vectors of the extension. SPDX-License-Identifier: MIT OR Apache-2.0
//
// A variable that is bound is folded by the pass that makes the sums of the next one. Beyond the end of a vector are
// zeros.
#pragma once

#include <type_traits>

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

/// Element i of a vector of `size` elements whose lowest kBind variables are at r; zero beyond its end.
template <unsigned kBind, unsigned D>
[[nodiscard]] SLUICE_HD Extension<D> bound_at(const ExtView<D>& source, std::uint64_t size, std::uint64_t i,
                                              const Extension<D> (&r)[2]) noexcept {
    static_assert(kBind <= 2);
    if (i << kBind >= size) return Extension<D>::zero();
    if constexpr (kBind == 0) {
        return source.get(i);
    } else if constexpr (kBind == 1) {
        return fold_at(source, size, i, r[0]);
    } else {
        const Extension<D> low = fold_at(source, size, 2 * i, r[0]);
        const Extension<D> high = 4 * i + 2 < size ? fold_at(source, size, 2 * i + 1, r[0]) : Extension<D>::zero();
        return low + r[1] * (high - low);
    }
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

template <unsigned D, unsigned kRounds>
using RoundSums = std::conditional_t<kRounds == 1, Sums<D, 2>, TwoRoundSums<D>>;

/// Two values of a line each, and what a round over their product needs: the value at 0 and the leading coefficient.
template <unsigned D>
[[nodiscard]] SLUICE_HD Sums<D, 2> product_of(const Extension<D> (&a)[2], const Extension<D> (&b)[2]) noexcept {
    Sums<D, 2> sum;
    sum.value[0] = a[0] * b[0];
    sum.value[1] = (a[1] - a[0]) * (b[1] - b[0]);
    return sum;
}

/// Four values each, of which i + 2 j has the first variable at i and the second at j, and what two rounds over their
/// product need. The value with both at 1 follows from the claim, and is left zero.
template <unsigned D>
[[nodiscard]] SLUICE_HD TwoRoundSums<D> product_of(const Extension<D> (&a)[4], const Extension<D> (&b)[4]) noexcept {
    TwoRoundSums<D> sum;
    const Extension<D> a0 = a[1] - a[0], a1 = a[3] - a[2], b0 = b[1] - b[0], b1 = b[3] - b[2];
    sum.value[0] = a[0] * b[0];
    sum.value[1] = a[2] * b[2];
    sum.value[2] = (a[2] - a[0]) * (b[2] - b[0]);
    sum.value[3] = a[1] * b[1];
    sum.value[4] = Extension<D>::zero();
    sum.value[5] = (a[3] - a[1]) * (b[3] - b[1]);
    sum.value[6] = a0 * b0;
    sum.value[7] = a1 * b1;
    sum.value[8] = (a1 - a0) * (b1 - b0);
    return sum;
}

/// The sums over elements 2^kRounds x and on, which get(i, a, b) gives.
template <unsigned D, unsigned kRounds, class Get>
[[nodiscard]] SLUICE_HD_INLINE RoundSums<D, kRounds> product_sums(std::uint64_t x, const Get& get) {
    constexpr unsigned kElements = 1u << kRounds;
    Extension<D> a[kElements], b[kElements];
    SLUICE_UNROLL
    for (unsigned i = 0; i < kElements; ++i) get(kElements * x + i, a[i], b[i]);
    return product_of(a, b);
}

/// Of one or two rounds over the product of two vectors. They are made from others of `size` elements, with the lowest
/// kBind variables at r.
template <unsigned D, unsigned kRounds, unsigned kBind>
struct ProductRounds {
    using Value = RoundSums<D, kRounds>;

    ExtView<D> source_a, source_b, target_a, target_b;
    std::uint64_t size;  ///< of the sources
    Extension<D> r[2];

    SLUICE_HD Value operator()(std::uint64_t x, std::uint64_t) const {
        return product_sums<D, kRounds>(x, [&](std::uint64_t i, Extension<D>& a, Extension<D>& b) {
            a = bound_at<kBind>(source_a, size, i, r);
            b = bound_at<kBind>(source_b, size, i, r);
            if (kBind == 0 || i << kBind >= size) return;
            target_a.set(i, a);
            target_b.set(i, b);
        });
    }
};

}  // namespace sluice::backend_cuda
