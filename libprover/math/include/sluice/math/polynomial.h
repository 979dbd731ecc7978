// Polynomials in one variable: evaluation from coefficients, from values at small integers, and from values on a
// subgroup. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "sluice/base/hd.h"
#include "sluice/math/batch_inverse.h"
#include "sluice/math/koala_bear.h"

namespace sluice::math {

/// sum_i coefficients[i] point^i (Horner). Coefficients in the point's field or in the prime field; zero if there are
/// none.
template <class Coefficient, class Field>
[[nodiscard]] SLUICE_HD constexpr Field evaluate_polynomial(std::span<const Coefficient> coefficients,
                                                            const Field& point) noexcept {
    Field result = Field::zero();
    for (std::size_t i = coefficients.size(); i-- != 0;) result = result * point + coefficients[i];
    return result;
}

/// Writes `scale` times 1, base, base^2, ...
template <class Field>
SLUICE_HD constexpr void fill_powers(std::span<Field> output, const Field& base,
                                     const Field& scale = Field::one()) noexcept {
    Field power = scale;
    for (Field& value : output) {
        value = power;
        power *= base;
    }
}

/// What Lagrange's formula on the nodes 0, 1, ..., Count - 1 divides by, inverted: weight[i] = prod_{j != i} 1 / (i -
/// j).
template <std::size_t Count>
struct IntegerWeights {
    KoalaBear weight[Count];

    [[nodiscard]] SLUICE_HD static constexpr IntegerWeights make() noexcept {
        IntegerWeights result{};
        for (std::size_t i = 0; i < Count; ++i) {
            KoalaBear product = KoalaBear::one();
            for (std::size_t j = 0; j < Count; ++j) {
                if (j != i) product *= KoalaBear::reduce(i) - KoalaBear::reduce(j);
            }
            result.weight[i] = product.inverse();
        }
        return result;
    }
};

/// The value at `point` of the polynomial of degree below Count that has values[i] at i. A sumcheck round of degree d
/// sends Count = d + 1 values.
template <std::size_t Count, class Field>
[[nodiscard]] SLUICE_HD constexpr Field evaluate_from_integers(const Field* values, const Field& point) noexcept {
    static_assert(Count >= 1 && Count <= 64, "the cost is meant for the degrees of round polynomials");
    constexpr IntegerWeights<Count> kWeights = IntegerWeights<Count>::make();
    // before[i] = prod_{j < i} (point - j); the products from above are accumulated on the way down.
    Field before[Count]{};
    before[0] = Field::one();
    for (std::size_t i = 1; i < Count; ++i) {
        before[i] = before[i - 1] * (point - KoalaBear::from_canonical(static_cast<std::uint32_t>(i - 1)));
    }
    Field after = Field::one();
    Field result = Field::zero();
    for (std::size_t i = Count; i-- != 0;) {
        result += before[i] * after * (values[i] * kWeights.weight[i]);
        if (i != 0) after *= point - KoalaBear::from_canonical(static_cast<std::uint32_t>(i));
    }
    return result;
}

/// The same from an array, whose length is Count.
template <class Field, std::size_t Count>
[[nodiscard]] SLUICE_HD constexpr Field evaluate_from_integers(const Field (&values)[Count],
                                                               const Field& point) noexcept {
    return evaluate_from_integers<Count, Field>(static_cast<const Field*>(values), point);
}

/// The value at `point` of the polynomial of degree at most Count that has values[i] at i < Count and the coefficient
/// `leading` at degree Count, which is its "value at infinity".
template <std::size_t Count, class Field>
[[nodiscard]] SLUICE_HD constexpr Field evaluate_from_integers_and_infinity(const Field* values, const Field& leading,
                                                                            const Field& point) noexcept {
    // leading * X (X - 1) ... (X - Count + 1) vanishes on the nodes and accounts for the leading term.
    Field vanishing = leading;
    for (std::size_t i = 0; i < Count; ++i) {
        vanishing *= point - KoalaBear::from_canonical(static_cast<std::uint32_t>(i));
    }
    return evaluate_from_integers<Count, Field>(values, point) + vanishing;
}

/// The coefficients of the polynomial of degree below Count that has values[i] at i.
template <std::size_t Count, class Field>
SLUICE_HD constexpr void interpolate_from_integers(const Field* values, Field* coefficients) noexcept {
    static_assert(Count >= 1 && Count <= 64, "quadratic cost");
    constexpr IntegerWeights<Count> kWeights = IntegerWeights<Count>::make();
    // The product of all X - j, then for each i its quotient by X - i.
    KoalaBear all[Count + 1]{};
    all[0] = KoalaBear::one();
    for (std::size_t j = 0; j < Count; ++j) {
        const KoalaBear node = KoalaBear::from_canonical(static_cast<std::uint32_t>(j));
        for (std::size_t power = j + 1; power != 0; --power) all[power] = all[power - 1] - node * all[power];
        all[0] *= -node;
    }
    for (std::size_t power = 0; power < Count; ++power) coefficients[power] = Field::zero();
    for (std::size_t i = 0; i < Count; ++i) {
        const Field factor = values[i] * kWeights.weight[i];
        const KoalaBear node = KoalaBear::from_canonical(static_cast<std::uint32_t>(i));
        KoalaBear quotient = KoalaBear::zero();
        for (std::size_t power = Count; power-- != 0;) {
            quotient = quotient * node + all[power + 1];
            coefficients[power] += factor * quotient;
        }
    }
}

/// The value at `point` of the polynomial of degree below n = values.size() that has values[i] at shift * g^i, where n
/// is a power of two up to 2^kTwoAdicity and g = two_adic_generator(log2 n); `shift` is not zero. By the barycentric
/// formula
///
///     f(z) = (z^n - shift^n) / (n shift^n)  sum_i values[i] (shift g^i) / (z - shift g^i).
///
/// `denominators` and `scratch` hold n elements each, and are overwritten. `point` may be a node.
template <class Value, class Field>
[[nodiscard]] SLUICE_HD constexpr Field evaluate_from_subgroup(std::span<const Value> values, KoalaBear shift,
                                                               const Field& point, std::span<Field> denominators,
                                                               std::span<Field> scratch) noexcept {
    const std::size_t size = values.size();
    unsigned bits = 0;
    while ((std::size_t{1} << bits) < size) ++bits;
    const KoalaBear root = KoalaBear::two_adic_generator(bits);
    KoalaBear node = shift;
    for (std::size_t i = 0; i < size; ++i, node *= root) {
        denominators[i] = point - node;
        if (denominators[i].is_zero()) return Field::zero() + values[i];
    }
    batch_inverse(denominators.first(size), scratch.first(size));
    Field sum = Field::zero();
    node = shift;
    for (std::size_t i = 0; i < size; ++i, node *= root) sum += denominators[i] * (values[i] * node);
    const KoalaBear shift_power = shift.pow(size);
    return (point.pow(size) - shift_power) * sum * (shift_power * KoalaBear::reduce(size)).inverse();
}

}  // namespace sluice::math
