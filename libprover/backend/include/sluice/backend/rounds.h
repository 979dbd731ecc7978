// What the rounds of sum-checks share on every backend. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <array>
#include <utility>

#include "sluice/math/extension.h"
#include "sluice/math/koala_bear.h"

namespace sluice::backend {

using math::Extension;
using math::KoalaBear;

/// g(2) of the polynomial of degree 2 with g(0), g(1) and leading coefficient.
template <unsigned D>
[[nodiscard]] Extension<D> quadratic_at_two(const Extension<D>& at_zero, const Extension<D>& at_one,
                                            const Extension<D>& top) {
    // g(0) + 2 (g(1) - g(0) - top) + 4 top
    return (at_one + top).doubled() - at_zero;
}

/// The value at `x` of the polynomial of degree 2 with g(0), g(1) and leading coefficient.
template <unsigned D>
[[nodiscard]] Extension<D> quadratic_at(const Extension<D>& at_zero, const Extension<D>& at_one,
                                        const Extension<D>& top, const Extension<D>& x) {
    return at_zero + x * (at_one - at_zero - top + x * top);
}

/// From the claim (1 - rho) g(0) + rho g(1) = claim and one of the two values, the other: `known` is g(0) unless rho is
/// zero, then g(1). Gives g(0) and g(1).
template <unsigned D>
[[nodiscard]] std::pair<Extension<D>, Extension<D>> complete_line(const Extension<D>& rho, const Extension<D>& claim,
                                                                  const Extension<D>& known) {
    if (rho.is_zero()) return {claim, known};
    return {known, (claim - (KoalaBear::one() - rho) * known) * rho.inverse()};
}

/// The value at `x` of the polynomial of degree 3 with these values at 0, 1, 2, 3.
template <unsigned D>
[[nodiscard]] Extension<D> cubic_at(const std::array<Extension<D>, 4>& values, const Extension<D>& x) {
    constexpr KoalaBear kSixth = KoalaBear::from_canonical(6).inverse();
    // Newton's form.
    const Extension<D> first = values[1] - values[0];
    const Extension<D> second = (values[2] - values[1].doubled() + values[0]).halved();
    const Extension<D> third =
        (values[3] - values[0] - (values[2] - values[1]).doubled() - (values[2] - values[1])) * kSixth;
    return values[0] + x * (first + (x - KoalaBear::one()) * (second + (x - KoalaBear::from_canonical(2)) * third));
}

}  // namespace sluice::backend
