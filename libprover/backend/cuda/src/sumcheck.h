// The host's side of sumcheck_kernels.h. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>

#include "buffer.h"
#include "launch.h"
#include "sumcheck_kernels.h"
#include "sums.h"

namespace sluice::backend_cuda {

/// A vector with its lowest variable at r.
template <unsigned D>
[[nodiscard]] ExtBuffer<D> fold(const Context& context, const ExtBuffer<D>& values, const Extension<D>& r) {
    ExtBuffer<D> next(context, (values.size() + 1) / 2);
    launch(context.stream, next.size(), FoldVector<D>{values.view(), next.view(), values.size(), r});
    return next;
}

/// The sums of WeightedRound over a vector, whose lowest variable first goes to r, if that is there.
template <unsigned D>
[[nodiscard]] Sums<D, 2> weighted_round(const Context& context, const EqView<D>& eq, ExtBuffer<D>& values,
                                        const std::optional<Extension<D>>& r) {
    const std::uint64_t size = values.size();
    if (!r) return sum(context, size / 2, WeightedRound<D, false>{values.view(), {}, size, eq, {}});
    ExtBuffer<D> next(context, size / 2);
    const Sums<D, 2> sums = sum(context, size / 4, WeightedRound<D, true>{values.view(), next.view(), size, eq, *r});
    values = std::move(next);
    return sums;
}

/// The sums of ProductRounds over two vectors of one size, whose lowest kBind variables first go to r.
template <unsigned kRounds, unsigned kBind, unsigned D>
[[nodiscard]] RoundSums<D, kRounds> product_pass(const Context& context, ExtBuffer<D>& a, ExtBuffer<D>& b,
                                                 std::span<const Extension<D>> r) {
    const std::uint64_t size = (a.size() + (std::uint64_t{1} << kBind) - 1) >> kBind;
    ExtBuffer<D> next_a, next_b;
    if constexpr (kBind != 0) {
        next_a = ExtBuffer<D>(context, size);
        next_b = ExtBuffer<D>(context, size);
    }
    ProductRounds<D, kRounds, kBind> term{a.view(), b.view(), next_a.view(), next_b.view(), a.size(), {}};
    std::copy(r.begin(), r.end(), term.r);
    const auto sums = sum(context, (size + (std::uint64_t{1} << kRounds) - 1) >> kRounds, term);
    if constexpr (kBind != 0) {
        a = std::move(next_a);
        b = std::move(next_b);
    }
    return sums;
}

/// The sums of one round. `r` has up to two elements.
template <unsigned D>
[[nodiscard]] Sums<D, 2> product_round(const Context& context, ExtBuffer<D>& a, ExtBuffer<D>& b,
                                       std::span<const Extension<D>> r) {
    switch (r.size()) {
        case 0:
            return product_pass<1, 0>(context, a, b, r);
        case 1:
            return product_pass<1, 1>(context, a, b, r);
        default:
            return product_pass<1, 2>(context, a, b, r);
    }
}

}  // namespace sluice::backend_cuda
