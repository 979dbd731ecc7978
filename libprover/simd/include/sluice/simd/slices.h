// Operations on arrays of field elements, by the best instruction set of the processor.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Each gives exactly what the loop over sluice/math gives, whatever the instruction set. Arrays of one call have equal
// lengths unless said otherwise; they need no alignment. An output may be the same array as an input, but may not
// overlap one otherwise. D is 4, 5 or 6. Everything runs in the calling thread and allocates nothing.
#pragma once

#include <cstddef>
#include <span>

#include "sluice/math/extension.h"
#include "sluice/math/koala_bear.h"
#include "sluice/math/planar.h"

namespace sluice::simd {

using math::Extension;
using math::KoalaBear;
using math::PlanarSpan;
using math::PlanarView;

// ---- Prime field. ----

/// output = a + b.
void add(std::span<const KoalaBear> a, std::span<const KoalaBear> b, std::span<KoalaBear> output);
/// output = a - b.
void subtract(std::span<const KoalaBear> a, std::span<const KoalaBear> b, std::span<KoalaBear> output);
/// output = a b, place by place.
void multiply(std::span<const KoalaBear> a, std::span<const KoalaBear> b, std::span<KoalaBear> output);
/// output = factor a.
void scale(std::span<const KoalaBear> a, KoalaBear factor, std::span<KoalaBear> output);

// ---- Extensions. ----

/// output = a + b.
template <unsigned D>
void add(PlanarView<D> a, PlanarView<D> b, PlanarSpan<D> output);
/// output = a - b.
template <unsigned D>
void subtract(PlanarView<D> a, PlanarView<D> b, PlanarSpan<D> output);
/// output = a b, place by place.
template <unsigned D>
void multiply(PlanarView<D> a, PlanarView<D> b, PlanarSpan<D> output);
/// output = a b, b in the prime field.
template <unsigned D>
void multiply(PlanarView<D> a, std::span<const KoalaBear> b, PlanarSpan<D> output);
/// output = factor a.
template <unsigned D>
void scale(PlanarView<D> a, const Extension<D>& factor, PlanarSpan<D> output);
/// output = factor a, a in the prime field and apart from the output.
template <unsigned D>
void scale(std::span<const KoalaBear> a, const Extension<D>& factor, PlanarSpan<D> output);
/// accumulator += factor a.
template <unsigned D>
void add_scaled(PlanarView<D> a, const Extension<D>& factor, PlanarSpan<D> accumulator);
/// output[x] = sum_j coefficients[j] columns[j][x], for columns of output.size elements each, apart from the output.
template <unsigned D>
void combine_columns(std::span<const KoalaBear* const> columns, std::span<const Extension<D>> coefficients,
                     PlanarSpan<D> output);

/// Binds the lowest variable of a multilinear to `point`: output[k] = (1 - point) values[2k] + point values[2k + 1].
/// For n values the output has ceil(n / 2); a missing upper one is zero. The output is apart from the values.
template <unsigned D>
void fold_lowest(std::span<const KoalaBear> values, const Extension<D>& point, PlanarSpan<D> output);
/// The same for values in the extension; the output may begin where the values do, with the same stride.
template <unsigned D>
void fold_lowest(PlanarView<D> values, const Extension<D>& point, PlanarSpan<D> output);

/// sum_x values[x] weights[x].
template <unsigned D>
[[nodiscard]] Extension<D> inner_product(std::span<const KoalaBear> values, PlanarView<D> weights);
template <unsigned D>
[[nodiscard]] Extension<D> inner_product(PlanarView<D> values, PlanarView<D> weights);

/// Writes scale * eq(point, x) at each index x of `table`, which has 2^point.size() places: entry k of the point
/// belongs to bit k.
template <unsigned D>
void fill_eq_table(std::span<const Extension<D>> point, const Extension<D>& scale, PlanarSpan<D> table);

}  // namespace sluice::simd
