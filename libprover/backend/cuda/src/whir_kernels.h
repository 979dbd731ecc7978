// The weights of WHIR's claims: libprover/DESIGN.md, section 7.1. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include "encode_kernels.h"
#include "sum_kernels.h"

namespace sluice::backend_cuda {

/// All values of eq.
template <unsigned D>
struct WriteEq {
    EqView<D> eq;
    ExtView<D> out;

    SLUICE_HD void operator()(std::uint64_t i) const { out.set(i, eq.get(i)); }
};

/// The powers of X, i.e. T of X, as products from two tables like those of eq: fills both, the low one first.
template <unsigned D>
struct FillPowers {
    static constexpr unsigned kMaxVariables = FillEq<D>::kMaxVariables;

    Extension<D> squares[kMaxVariables];  ///< X, X^2, X^4, ...
    unsigned variables;
    EqView<D> out;

    SLUICE_HD void operator()(std::uint64_t i) const {
        const std::uint64_t low_size = std::uint64_t{1} << out.low_bits;
        const bool high = i >= low_size;
        std::uint64_t bits = high ? i - low_size : i;
        const std::uint64_t place = bits;
        Extension<D> product = Extension<D>::one();
        for (unsigned k = high ? out.low_bits : 0; k < (high ? variables : out.low_bits); ++k, bits >>= 1) {
            if ((bits & 1) != 0) product *= squares[k];
        }
        (high ? out.high : out.low).set(place, product);
    }
};

/// F times the powers of a point.
template <unsigned D>
struct DotPowers {
    using Value = Sums<D, 1>;

    ExtView<D> f;
    EqView<D> powers;

    SLUICE_HD Value operator()(std::uint64_t i, std::uint64_t) const {
        Value sum;
        sum.value[0] = f.get(i) * powers.get(i);
        return sum;
    }
};

/// w += factor * powers.
template <unsigned D>
struct AddPowers {
    ExtView<D> w;
    EqView<D> powers;
    Extension<D> factor;

    SLUICE_HD void operator()(std::uint64_t i) const { w.set(i, w.get(i) + factor * powers.get(i)); }
};

/// w += sum_q weights[q] T of g^exponents[q], g of order 2^log_order; sums F times what w becomes.
template <unsigned D>
struct AddQueries {
    using Value = Sums<D, 1>;

    ExtView<D> f, w;
    DevicePointer<const std::uint64_t> exponents;
    DevicePointer<const Extension<D>> weights;
    std::uint32_t queries;
    unsigned log_order;
    Roots roots;

    SLUICE_HD Value operator()(std::uint64_t i, std::uint64_t) const {
        const std::uint64_t mask = (std::uint64_t{1} << log_order) - 1;
        Extension<D> weight = w.get(i);
        for (std::uint32_t q = 0; q < queries; ++q)
            weight += weights[q] * roots.power(log_order, (exponents[q] * i) & mask);
        w.set(i, weight);
        Value sum;
        sum.value[0] = f.get(i) * weight;
        return sum;
    }
};

}  // namespace sluice::backend_cuda
