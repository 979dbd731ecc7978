// The inner loops of the CPU backend: one table of functions for each degree, made for the best instruction set at
// hand. SPDX-License-Identifier: MIT OR Apache-2.0
//
// Counts are of outputs (or of terms, for sums) and multiples of kPad; arrays reach as far. Sums over pairs take the
// values of a line at two places: `at` is the value at 0 (or at 1, where `at_one` is set), `top` the leading
// coefficient.
#pragma once

#include <cstddef>

#include "buffer.h"
#include "sluice/backend/tile_code.h"

namespace sluice::backend_cpu {

using backend::Column;
using backend::Operand;
using backend::Step;
using backend::TileCode;

/// Two sums.
template <unsigned D>
struct Pair {
    Extension<D> at{}, top{};
    Pair& operator+=(const Pair& other) noexcept {
        at += other.at;
        top += other.top;
        return *this;
    }
};

/// Four sums: by the two low bits of the index.
template <unsigned D>
struct Corners {
    Extension<D> corner[4]{};
    Corners& operator+=(const Corners& other) noexcept {
        for (unsigned i = 0; i < 4; ++i) corner[i] += other.corner[i];
        return *this;
    }
};

/// Where a line is evaluated whose values at 0 and 1 are given.
enum class LinePoint { zero, one, two, minus_one };

/// An operand of an operation on a tile: an array (stride: between limbs) or one element of the prime field.
struct TileOperand {
    const KoalaBear* data;
    std::size_t stride;
    bool scalar;
};

template <unsigned D>
struct KernelTable {
    using Ext = Extension<D>;
    using View = ExtView<D>;

    const char* name;

    // ---- eq tables and folding ----
    /// high = low * r, then low -= high.
    void (*split)(View low, View high, const Ext& r, std::size_t count);
    /// out[x] = in[2x] + in[2x + 1].
    void (*add_pairs)(View in, View out, std::size_t count);
    /// out[x] = in[2x] + r (in[2x + 1] - in[2x]).
    void (*fold)(View in, const Ext& r, View out, std::size_t count);
    void (*fold_base)(const KoalaBear* in, const Ext& r, View out, std::size_t count);
    /// out[x] = sum_c weights[c] in[4x + c].
    void (*fold_quads_base)(const KoalaBear* in, const Ext* weights, View out, std::size_t count);
    /// out[x] = factor * in[x].
    void (*scale)(View in, const Ext& factor, View out, std::size_t count);

    // ---- sums ----
    /// sum_x weights[x] values[x].
    Ext (*dot_base)(View weights, const KoalaBear* values, std::size_t count);
    Ext (*dot)(View weights, View values, std::size_t count);
    /// at = sum_x weights[x] values[2x], top = sum_x weights[x] values[2x + 1].
    Pair<D> (*pair_sums)(View weights, View values, std::size_t count);
    /// corner[c] = sum_x weights[x] values[4x + c].
    Corners<D> (*corner_sums)(View weights, const KoalaBear* values, std::size_t count);
    /// The product of two lines, summed.
    Pair<D> (*inner)(View a, View b, std::size_t count);

    // ---- GKR: trees ----
    /// out[x] = in[2x] in[2x + 1].
    void (*product_up)(View in, View out, std::size_t count);
    /// The sum of the fractions 2x and 2x + 1.
    void (*fraction_up)(View numerators, View denominators, View numerators_out, View denominators_out,
                        std::size_t count);
    void (*fraction_up_leaves)(const KoalaBear* numerators, View denominators, View numerators_out,
                               View denominators_out, std::size_t count);

    // ---- GKR: sumcheck. Children of a layer lie side by side (c0 at even places, c1 at odd ones) in its first round
    // and apart in later ones; the numerator of child 0 is kept as n0 + lambda d0, which saves a product in every term
    // ----
    Pair<D> (*product_eval_children)(View children, View eq, std::size_t count, bool at_one);
    Pair<D> (*product_eval)(View c0, View c1, View eq, std::size_t count, bool at_one);
    void (*product_fold_children)(View children, const Ext& r, View c0, View c1, std::size_t count);
    Pair<D> (*fraction_eval_children)(View numerators, View denominators, const Ext& lambda, View eq, std::size_t count,
                                      bool at_one);
    Pair<D> (*fraction_eval_leaves)(const KoalaBear* numerators, View denominators, const Ext& lambda, View eq,
                                    std::size_t count, bool at_one);
    Pair<D> (*fraction_eval)(View n0, View n1, View d0, View d1, View eq, std::size_t count, bool at_one);
    void (*fraction_fold_children)(View numerators, View denominators, const Ext& lambda, const Ext& r, View n0,
                                   View n1, View d0, View d1, std::size_t count);
    void (*fraction_fold_leaves)(const KoalaBear* numerators, View denominators, const Ext& lambda, const Ext& r,
                                 View n0, View n1, View d0, View d1, std::size_t count);

    // ---- tiles ----
    /// out[x] = the line through in[2x] and in[2x + 1] at `point`.
    void (*line)(const KoalaBear* in, LinePoint point, KoalaBear* out, std::size_t count);
    /// The same for arrays of the extension, plus a constant.
    void (*form_line)(View in, LinePoint point, const Ext& constant, View out, std::size_t count);
    void (*base_operation)(Step::Kind kind, TileOperand a, TileOperand b, KoalaBear* out, std::size_t count);
    void (*ext_operation)(Step::Kind kind, TileOperand a, TileOperand b, View out, std::size_t count);
    /// sum += weight * values.
    void (*accumulate_base)(View sum, const Ext& weight, const KoalaBear* values, std::size_t count);
    void (*accumulate)(View sum, const Ext& weight, View values, std::size_t count);
    /// sum += factors * values.
    void (*accumulate_product_base)(View sum, View factors, const KoalaBear* values, std::size_t count);
    void (*accumulate_product)(View sum, View factors, View values, std::size_t count);
    /// out = 1 + selectors * factors.
    void (*record_leaves)(View factors, const KoalaBear* selectors, View out, std::size_t count);
};

/// The kernels for this machine.
template <unsigned D>
[[nodiscard]] const KernelTable<D>& kernels();

}  // namespace sluice::backend_cpu
