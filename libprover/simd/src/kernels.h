// What each instruction set provides. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstddef>

#include "sluice/math/extension.h"
#include "sluice/math/koala_bear.h"
#include "sluice/math/planar.h"

namespace sluice::simd {

/// The functions of slices.h for one degree, in their order.
template <unsigned D>
struct ExtensionKernels {
    using Extension = math::Extension<D>;
    using KoalaBear = math::KoalaBear;
    using View = math::PlanarView<D>;
    using Span = math::PlanarSpan<D>;

    void (*add)(View, View, Span);
    void (*subtract)(View, View, Span);
    void (*multiply)(View, View, Span);
    void (*multiply_base)(View, const KoalaBear*, Span);
    void (*scale)(View, const Extension&, Span);
    void (*scale_base)(const KoalaBear*, const Extension&, Span);
    void (*add_scaled)(View, const Extension&, Span);
    void (*combine_columns)(const KoalaBear* const*, const Extension*, std::size_t, Span);
    void (*fold_base)(const KoalaBear*, std::size_t, const Extension&, Span);
    void (*fold)(View, const Extension&, Span);
    Extension (*inner_product_base)(const KoalaBear*, View);
    Extension (*inner_product)(View, View);
    void (*fill_eq_table)(const Extension*, std::size_t, const Extension&, Span);
};

struct SliceKernels {
    using KoalaBear = math::KoalaBear;

    void (*add)(const KoalaBear*, const KoalaBear*, std::size_t, KoalaBear*);
    void (*subtract)(const KoalaBear*, const KoalaBear*, std::size_t, KoalaBear*);
    void (*multiply)(const KoalaBear*, const KoalaBear*, std::size_t, KoalaBear*);
    void (*scale)(const KoalaBear*, KoalaBear, std::size_t, KoalaBear*);
    ExtensionKernels<4> extension4;
    ExtensionKernels<5> extension5;
    ExtensionKernels<6> extension6;
};

}  // namespace sluice::simd
