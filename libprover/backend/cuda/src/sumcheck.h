// The host's side of sumcheck_kernels.h. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
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

/// The sums of ProductRound over two vectors of one size, whose lowest variable first goes to r, if that is there.
template <unsigned D>
[[nodiscard]] Sums<D, 2> product_round(const Context& context, ExtBuffer<D>& a, ExtBuffer<D>& b,
                                       const std::optional<Extension<D>>& r) {
    const std::uint64_t size = a.size();
    if (!r) return sum(context, (size + 1) / 2, ProductRound<D, false>{a.view(), b.view(), {}, {}, size, {}});
    ExtBuffer<D> next_a(context, (size + 1) / 2);
    ExtBuffer<D> next_b(context, (size + 1) / 2);
    const Sums<D, 2> sums = sum(context, (next_a.size() + 1) / 2,
                                ProductRound<D, true>{a.view(), b.view(), next_a.view(), next_b.view(), size, *r});
    a = std::move(next_a);
    b = std::move(next_b);
    return sums;
}

}  // namespace sluice::backend_cuda
