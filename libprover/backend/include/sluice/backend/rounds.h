// What the rounds of sum-checks share on every backend, and in kernels. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <utility>

#include "sluice/base/hd.h"
#include "sluice/math/extension.h"
#include "sluice/math/koala_bear.h"

namespace sluice::backend {

using math::Extension;
using math::KoalaBear;

/// g(2) of the polynomial of degree 2 with g(0), g(1) and leading coefficient.
template <unsigned D>
[[nodiscard]] SLUICE_HD constexpr Extension<D> quadratic_at_two(const Extension<D>& at_zero, const Extension<D>& at_one,
                                                                const Extension<D>& top) {
    // g(0) + 2 (g(1) - g(0) - top) + 4 top
    return (at_one + top).doubled() - at_zero;
}

/// The value at `x` of the polynomial of degree 2 with g(0), g(1) and leading coefficient.
template <unsigned D>
[[nodiscard]] SLUICE_HD constexpr Extension<D> quadratic_at(const Extension<D>& at_zero, const Extension<D>& at_one,
                                                            const Extension<D>& top, const Extension<D>& x) {
    return at_zero + x * (at_one - at_zero - top + x * top);
}

/// The value at `x` of the polynomial of degree 2 with these values at 0, 1 and 2.
template <unsigned D>
[[nodiscard]] SLUICE_HD constexpr Extension<D> quadratic_through(const Extension<D>& at_zero,
                                                                 const Extension<D>& at_one, const Extension<D>& at_two,
                                                                 const Extension<D>& x) {
    return quadratic_at(at_zero, at_one, (at_two - at_one.doubled() + at_zero).halved(), x);
}

/// From the claim (1 - rho) g(0) + rho g(1) = claim and one of the two values, the other: `known` is g(0) unless rho is
/// zero, then g(1). Gives g(0) and g(1). `inverse` is that of rho.
template <unsigned D>
[[nodiscard]] SLUICE_HD constexpr std::pair<Extension<D>, Extension<D>> complete_line(const Extension<D>& rho,
                                                                                      const Extension<D>& inverse,
                                                                                      const Extension<D>& claim,
                                                                                      const Extension<D>& known) {
    if (rho.is_zero()) return {claim, known};
    return {known, (claim - (KoalaBear::one() - rho) * known) * inverse};
}
template <unsigned D>
[[nodiscard]] std::pair<Extension<D>, Extension<D>> complete_line(const Extension<D>& rho, const Extension<D>& claim,
                                                                  const Extension<D>& known) {
    return complete_line(rho, rho.inverse(), claim, known);
}

/// The value at `x` of the polynomial of degree 3 with these values at 0, 1, 2, 3.
template <unsigned D>
[[nodiscard]] SLUICE_HD constexpr Extension<D> cubic_at(const std::array<Extension<D>, 4>& values,
                                                        const Extension<D>& x) {
    constexpr KoalaBear kSixth = KoalaBear::from_canonical(6).inverse();
    // Newton's form.
    const Extension<D> first = values[1] - values[0];
    const Extension<D> second = (values[2] - values[1].doubled() + values[0]).halved();
    const Extension<D> third =
        (values[3] - values[0] - (values[2] - values[1]).doubled() - (values[2] - values[1])) * kSixth;
    return values[0] + x * (first + (x - KoalaBear::one()) * (second + (x - KoalaBear::from_canonical(2)) * third));
}

/// The values at 0, 1, 2 and 3 of the polynomial of degree 3 with these at -1, 0, 1 and 2.
template <unsigned D>
[[nodiscard]] SLUICE_HD constexpr std::array<Extension<D>, 4> cubic_message(const Extension<D>& at_minus_one,
                                                                            const Extension<D>& at_zero,
                                                                            const Extension<D>& at_one,
                                                                            const Extension<D>& at_two) {
    // The third difference of the values at -1, 0, 1, 2, 3 is the same twice.
    return {at_zero, at_one, at_two,
            ((at_two + at_zero).doubled() - (at_one.doubled() + at_one)).doubled() - at_minus_one};
}

/// T of libprover/DESIGN.md, section 5, from the twelve values of children.
template <unsigned D>
[[nodiscard]] SLUICE_HD constexpr Extension<D> combine_children(const Extension<D>& lambda,
                                                                const std::array<Extension<D>, 12>& c) {
    const auto fraction = [&](std::size_t n) { return c[n + 3] * (c[n] + lambda * c[n + 2]) + c[n + 2] * c[n + 1]; };
    const Extension<D> square = lambda * lambda;
    return c[0] * c[1] + lambda * (c[2] * c[3]) + square * (fraction(4) + square * fraction(8));
}

}  // namespace sluice::backend
