// Multilinear polynomials given by their values on the cube.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// One convention everywhere: a point (r_0, ..., r_(m-1)) belongs to an index of m bits, r_k to bit k, the least
// significant first. A table of fewer than 2^m values is continued by zeros.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "sluice/base/hd.h"
#include "sluice/math/koala_bear.h"

namespace sluice::math {

/// eq(x, y) = x y + (1 - x)(1 - y) in one variable.
template <class Field, class Other>
[[nodiscard]] SLUICE_HD constexpr Field evaluate_eq(const Field& x, const Other& y) noexcept {
    return (x * y).doubled() - x - y + KoalaBear::one();
}

/// prod_k eq(x_k, y_k) for two points of the same number of variables.
template <class Field>
[[nodiscard]] SLUICE_HD constexpr Field evaluate_eq(std::span<const Field> x, std::span<const Field> y) noexcept {
    Field product = Field::one();
    for (std::size_t k = 0; k < x.size(); ++k) product *= evaluate_eq(x[k], y[k]);
    return product;
}

/// eq(point, index) for an index below 2^m.
template <class Field>
[[nodiscard]] SLUICE_HD constexpr Field evaluate_eq_at_index(std::span<const Field> point,
                                                             std::uint64_t index) noexcept {
    Field product = Field::one();
    for (std::size_t k = 0; k < point.size(); ++k) {
        product *= ((index >> k) & 1) != 0 ? point[k] : KoalaBear::one() - point[k];
    }
    return product;
}

/// Writes scale * eq(point, x) at each index x of `table`, which has 2^m places, m = point.size(). One multiplication a
/// value.
template <class Field>
SLUICE_HD constexpr void fill_eq_table(std::span<const Field> point, const Field& scale,
                                       std::span<Field> table) noexcept {
    table[0] = scale;
    for (std::size_t k = 0; k < point.size(); ++k) {
        const std::size_t size = std::size_t{1} << k;
        for (std::size_t i = 0; i < size; ++i) {
            const Field upper = table[i] * point[k];
            table[i + size] = upper;
            table[i] -= upper;
        }
    }
}

/// eq(point, x) for all x as products from two tables of about the square root's size, which stay in the nearest cache
/// where one of 2^m values would not.
template <class Field>
struct SplitEq {
    std::span<const Field> low;   ///< eq of the first low_bits variables, 2^low_bits values
    std::span<const Field> high;  ///< eq of the others
    unsigned low_bits;

    /// How many of `variables` the low table covers.
    [[nodiscard]] SLUICE_HD static constexpr unsigned low_bits_for(std::size_t variables) noexcept {
        return static_cast<unsigned>((variables + 1) / 2);
    }
    /// Places that `make` fills for a point of `variables`: both tables, one after the other.
    [[nodiscard]] SLUICE_HD static constexpr std::size_t table_size(std::size_t variables) noexcept {
        const unsigned low_bits = low_bits_for(variables);
        return (std::size_t{1} << low_bits) + (std::size_t{1} << (variables - low_bits));
    }
    /// Fills `memory` (table_size places, which must outlive the result); `scale` goes into the high table.
    [[nodiscard]] SLUICE_HD static constexpr SplitEq make(std::span<const Field> point, const Field& scale,
                                                          std::span<Field> memory) noexcept {
        const unsigned low_bits = low_bits_for(point.size());
        const std::size_t low_size = std::size_t{1} << low_bits;
        const std::span<Field> low = memory.first(low_size);
        const std::span<Field> high = memory.subspan(low_size, std::size_t{1} << (point.size() - low_bits));
        fill_eq_table(point.first(low_bits), Field::one(), low);
        fill_eq_table(point.subspan(low_bits), scale, high);
        return {low, high, low_bits};
    }
    /// scale * eq(point, index).
    [[nodiscard]] SLUICE_HD constexpr Field value(std::size_t index) const noexcept {
        return low[index & (low.size() - 1)] * high[index >> low_bits];
    }
};

/// a + t (b - a): the line through a at 0 and b at 1. For `a` and `b` in the field of `t` or in the prime field.
template <class Value, class Field>
[[nodiscard]] SLUICE_HD constexpr Field evaluate_line(const Value& a, const Value& b, const Field& t) noexcept {
    return t * (b - a) + a;
}

/// Binds the lowest variable to `t`: output[k] = values[2k] + t (values[2k + 1] - values[2k]). `output` has ceil(n / 2)
/// places for n values and may begin where `values` does.
template <class Value, class Field>
SLUICE_HD constexpr void fold_lowest(std::span<const Value> values, const Field& t, std::span<Field> output) noexcept {
    const std::size_t pairs = values.size() / 2;
    for (std::size_t k = 0; k < pairs; ++k) output[k] = evaluate_line(values[2 * k], values[2 * k + 1], t);
    if (values.size() % 2 != 0) output[pairs] = evaluate_line(values[2 * pairs], Value::zero(), t);
}

/// sum_x eq(point, x) values[x], for at most 2^m values, m = point.size() <= 63. n - 1 multiplications and m elements
/// of memory: complete subcubes are merged as they appear, as the digits of a binary counter.
template <class Value, class Field>
[[nodiscard]] SLUICE_HD constexpr Field evaluate_multilinear(std::span<const Value> values,
                                                             std::span<const Field> point) noexcept {
    Field pending[64]{};  // pending[k]: a subcube of k variables that waits for its upper neighbour
    for (std::size_t i = 0; i < values.size(); ++i) {
        Field value = Field::zero() + values[i];
        unsigned level = 0;
        for (; ((i >> level) & 1) != 0; ++level) value = evaluate_line(pending[level], value, point[level]);
        pending[level] = value;
    }
    // What waits is completed by zeros, from below.
    Field result = Field::zero();
    for (std::size_t k = 0; k < point.size(); ++k) {
        const bool waits = ((values.size() >> k) & 1) != 0;
        result = waits ? evaluate_line(pending[k], result, point[k]) : result - point[k] * result;
    }
    return (values.size() >> point.size()) != 0 ? pending[point.size()] : result;
}

/// sum_{x < n} eq(point, x), the multilinear of "the index is less than n", for n <= 2^m. m multiplications.
template <class Field>
[[nodiscard]] SLUICE_HD constexpr Field evaluate_less_than(std::span<const Field> point, std::uint64_t n) noexcept {
    if ((n >> point.size()) != 0) return Field::one();
    // By induction from below: whether the low bits of the index are less than those of n.
    Field less = Field::zero();
    for (std::size_t k = 0; k < point.size(); ++k) {
        const Field product = point[k] * less;
        less = ((n >> k) & 1) != 0 ? product + (KoalaBear::one() - point[k]) : less - product;
    }
    return less;
}

/// sum_{x >= n} eq(point, x), for n <= 2^m.
template <class Field>
[[nodiscard]] SLUICE_HD constexpr Field evaluate_at_least(std::span<const Field> point, std::uint64_t n) noexcept {
    return KoalaBear::one() - evaluate_less_than(point, n);
}

}  // namespace sluice::math
