// Operations on arrays of field elements: one source for every instruction set. SPDX-License-Identifier: MIT OR
// Apache-2.0
#include "sluice/simd/slices.h"

#include <cstdint>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "slices.cpp"
#include <hwy/foreach_target.h>

#include "kernels.h"
#include "sluice/math/multilinear.h"
#include "sluice/simd/vector_field-inl.h"

HWY_BEFORE_NAMESPACE();
namespace sluice::simd::HWY_NAMESPACE {
namespace {

// Each kernel runs over whole vectors and does what is left over with the elements of sluice/math.

struct Add {
    template <class T>
    HWY_INLINE T operator()(const T& a, const T& b) const noexcept {
        return a + b;
    }
};
struct Subtract {
    template <class T>
    HWY_INLINE T operator()(const T& a, const T& b) const noexcept {
        return a - b;
    }
};
struct Multiply {
    template <class T>
    HWY_INLINE T operator()(const T& a, const T& b) const noexcept {
        return a * b;
    }
};

template <class Operation>
void base_binary(const KoalaBear* a, const KoalaBear* b, std::size_t size, KoalaBear* output) {
    std::size_t i = 0;
    for (; i + Lanes::kCount <= size; i += Lanes::kCount) {
        Operation()(Lanes::load(a + i), Lanes::load(b + i)).store(output + i);
    }
    for (; i < size; ++i) output[i] = Operation()(a[i], b[i]);
}

void base_scale(const KoalaBear* a, KoalaBear factor, std::size_t size, KoalaBear* output) {
    const Factor lanes = Factor::broadcast(factor);
    std::size_t i = 0;
    for (; i + Lanes::kCount <= size; i += Lanes::kCount) (Lanes::load(a + i) * lanes).store(output + i);
    for (; i < size; ++i) output[i] = a[i] * factor;
}

template <unsigned D>
HWY_INLINE ExtensionLanes<D> load(PlanarView<D> view, std::size_t i) noexcept {
    return ExtensionLanes<D>::load(view.base + i, view.stride);
}
template <unsigned D>
HWY_INLINE void store(const ExtensionLanes<D>& lanes, PlanarSpan<D> output, std::size_t i) noexcept {
    lanes.store(output.base + i, output.stride);
}

template <unsigned D, class Operation>
void binary(PlanarView<D> a, PlanarView<D> b, PlanarSpan<D> output) {
    std::size_t i = 0;
    for (; i + Lanes::kCount <= output.size; i += Lanes::kCount) store(Operation()(load(a, i), load(b, i)), output, i);
    for (; i < output.size; ++i) output.set(i, Operation()(a.get(i), b.get(i)));
}

template <unsigned D>
void multiply_base(PlanarView<D> a, const KoalaBear* b, PlanarSpan<D> output) {
    std::size_t i = 0;
    for (; i + Lanes::kCount <= output.size; i += Lanes::kCount) store(load(a, i) * Lanes::load(b + i), output, i);
    for (; i < output.size; ++i) output.set(i, a.get(i) * b[i]);
}

template <unsigned D>
void scale(PlanarView<D> a, const Extension<D>& factor, PlanarSpan<D> output) {
    const auto lanes = ExtensionFactor<D>::broadcast(factor);
    std::size_t i = 0;
    for (; i + Lanes::kCount <= output.size; i += Lanes::kCount) store(load(a, i) * lanes, output, i);
    for (; i < output.size; ++i) output.set(i, a.get(i) * factor);
}

template <unsigned D>
void scale_base(const KoalaBear* a, const Extension<D>& factor, PlanarSpan<D> output) {
    std::size_t i = 0;
    for (; i + Lanes::kCount <= output.size; i += Lanes::kCount) {
        const Lanes value = Lanes::load(a + i);
        HWY_UNROLL(6)
        for (unsigned l = 0; l < D; ++l) {
            (value * Factor::broadcast(factor.limb[l])).store(output.base + l * output.stride + i);
        }
    }
    for (; i < output.size; ++i) output.set(i, factor * a[i]);
}

template <unsigned D>
void add_scaled(PlanarView<D> a, const Extension<D>& factor, PlanarSpan<D> accumulator) {
    const auto lanes = ExtensionFactor<D>::broadcast(factor);
    std::size_t i = 0;
    for (; i + Lanes::kCount <= accumulator.size; i += Lanes::kCount) {
        store(load<D>(accumulator, i) + load(a, i) * lanes, accumulator, i);
    }
    for (; i < accumulator.size; ++i) accumulator.set(i, accumulator.get(i) + a.get(i) * factor);
}

/// Sums of products, one per limb, that are kept below 2^32 p between additions of at most two products.
template <unsigned D>
struct WideExtension {
    WideLanes limb[D];

    HWY_INLINE static WideExtension zero() noexcept {
        WideExtension result;
        HWY_UNROLL(6)
        for (unsigned l = 0; l < D; ++l) result.limb[l] = WideLanes::zero();
        return result;
    }
    [[nodiscard]] HWY_INLINE ExtensionLanes<D> reduced() const noexcept {
        ExtensionLanes<D> result;
        HWY_UNROLL(6)
        for (unsigned l = 0; l < D; ++l) result.limb[l] = limb[l].reduced();
        return result;
    }
};

template <unsigned D>
void combine_columns(const KoalaBear* const* columns, const Extension<D>* coefficients, std::size_t count,
                     PlanarSpan<D> output) {
    std::size_t i = 0;
    for (; i + Lanes::kCount <= output.size; i += Lanes::kCount) {
        auto sums = WideExtension<D>::zero();
        std::size_t j = 0;
        for (; j + 2 <= count; j += 2) {
            const Factor first = Factor::of(Lanes::load(columns[j] + i));
            const Factor second = Factor::of(Lanes::load(columns[j + 1] + i));
            HWY_UNROLL(6)
            for (unsigned l = 0; l < D; ++l) {
                const WideLanes products = WideLanes::product(first, Factor::broadcast(coefficients[j].limb[l])) +
                                           WideLanes::product(second, Factor::broadcast(coefficients[j + 1].limb[l]));
                sums.limb[l] = (sums.limb[l] + products).subtracted_if_large();
            }
        }
        if (j < count) {
            const Factor last = Factor::of(Lanes::load(columns[j] + i));
            HWY_UNROLL(6)
            for (unsigned l = 0; l < D; ++l) {
                sums.limb[l] = sums.limb[l] + WideLanes::product(last, Factor::broadcast(coefficients[j].limb[l]));
            }
        }
        store(sums.reduced(), output, i);
    }
    for (; i < output.size; ++i) {
        Extension<D> sum = Extension<D>::zero();
        for (std::size_t j = 0; j < count; ++j) sum += coefficients[j] * columns[j][i];
        output.set(i, sum);
    }
}

template <unsigned D>
void fold_base(const KoalaBear* values, std::size_t size, const Extension<D>& point, PlanarSpan<D> output) {
    const std::size_t pairs = size / 2;
    std::size_t k = 0;
    for (; k + Lanes::kCount <= pairs; k += Lanes::kCount) {
        Lanes even, odd;
        Lanes::load_pairs(values + 2 * k, even, odd);
        const Lanes difference = odd - even;
        ExtensionLanes<D> folded;
        HWY_UNROLL(6)
        for (unsigned l = 0; l < D; ++l) folded.limb[l] = difference * Factor::broadcast(point.limb[l]);
        store(folded + even, output, k);
    }
    for (; k < pairs; ++k) output.set(k, math::evaluate_line(values[2 * k], values[2 * k + 1], point));
    if (size % 2 != 0) output.set(pairs, math::evaluate_line(values[2 * pairs], KoalaBear::zero(), point));
}

template <unsigned D>
void fold(PlanarView<D> values, const Extension<D>& point, PlanarSpan<D> output) {
    const auto factor = ExtensionFactor<D>::broadcast(point);
    const std::size_t pairs = values.size / 2;
    std::size_t k = 0;
    for (; k + Lanes::kCount <= pairs; k += Lanes::kCount) {
        ExtensionLanes<D> even, odd;
        ExtensionLanes<D>::load_pairs(values.base + 2 * k, values.stride, even, odd);
        store(even + (odd - even) * factor, output, k);
    }
    for (; k < pairs; ++k) output.set(k, math::evaluate_line(values.get(2 * k), values.get(2 * k + 1), point));
    if (values.size % 2 != 0) {
        output.set(pairs, math::evaluate_line(values.get(2 * pairs), Extension<D>::zero(), point));
    }
}

template <unsigned D>
Extension<D> inner_product_base(const KoalaBear* values, PlanarView<D> weights) {
    auto sums = WideExtension<D>::zero();
    std::size_t i = 0;
    for (; i + 2 * Lanes::kCount <= weights.size; i += 2 * Lanes::kCount) {
        const Factor first = Factor::of(Lanes::load(values + i));
        const Factor second = Factor::of(Lanes::load(values + i + Lanes::kCount));
        HWY_UNROLL(6)
        for (unsigned l = 0; l < D; ++l) {
            const KoalaBear* plane = weights.base + l * weights.stride + i;
            const WideLanes products = WideLanes::product(first, Factor::of(Lanes::load(plane))) +
                                       WideLanes::product(second, Factor::of(Lanes::load(plane + Lanes::kCount)));
            sums.limb[l] = (sums.limb[l] + products).subtracted_if_large();
        }
    }
    Extension<D> result = sums.reduced().sum();
    for (; i < weights.size; ++i) result += weights.get(i) * values[i];
    return result;
}

template <unsigned D>
Extension<D> inner_product(PlanarView<D> values, PlanarView<D> weights) {
    auto sums = WideExtension<D>::zero();
    std::size_t i = 0;
    for (; i + Lanes::kCount <= weights.size; i += Lanes::kCount) {
        const ExtensionLanes<D> left = load(values, i);
        const ExtensionLanes<D> right = load(weights, i);
        const auto factor = ExtensionFactor<D>::of(right.limb);
        Factor limbs[D];
        HWY_UNROLL(6)
        for (unsigned j = 0; j < D; ++j) limbs[j] = Factor::of(left.limb[j]);
        HWY_UNROLL(6)
        for (unsigned l = 0; l < D; ++l) {
            WideLanes sum = sums.limb[l];
            HWY_UNROLL(6)
            for (unsigned j = 0; j < D; ++j) {
                if (j != 0 && j % 2 == 0) sum = sum.subtracted_if_large();
                sum = sum + WideLanes::product(limbs[j], factor.shifted[j][l]);
            }
            sums.limb[l] = sum.subtracted_if_large();
        }
    }
    Extension<D> result = sums.reduced().sum();
    for (; i < weights.size; ++i) result += values.get(i) * weights.get(i);
    return result;
}

template <unsigned D>
void fill_eq_table(const Extension<D>* point, std::size_t variables, const Extension<D>& scale, PlanarSpan<D> table) {
    table.set(0, scale);
    for (std::size_t k = 0; k < variables; ++k) {
        const std::size_t size = std::size_t{1} << k;
        const auto factor = ExtensionFactor<D>::broadcast(point[k]);
        std::size_t i = 0;
        for (; i + Lanes::kCount <= size; i += Lanes::kCount) {
            const ExtensionLanes<D> value = load<D>(table, i);
            const ExtensionLanes<D> upper = value * factor;
            store(upper, table, i + size);
            store(value - upper, table, i);
        }
        for (; i < size; ++i) {
            const Extension<D> value = table.get(i);
            const Extension<D> upper = value * point[k];
            table.set(i + size, upper);
            table.set(i, value - upper);
        }
    }
}

template <unsigned D>
constexpr ExtensionKernels<D> extension_kernels() {
    return {binary<D, Add>,        binary<D, Subtract>, binary<D, Multiply>, multiply_base<D>, scale<D>,
            scale_base<D>,         add_scaled<D>,       combine_columns<D>,  fold_base<D>,     fold<D>,
            inner_product_base<D>, inner_product<D>,    fill_eq_table<D>};
}

}  // namespace

const SliceKernels* slice_kernels() {
    static constexpr SliceKernels kKernels = {
        base_binary<Add>,       base_binary<Subtract>,  base_binary<Multiply>, base_scale,
        extension_kernels<4>(), extension_kernels<5>(), extension_kernels<6>()};
    return &kKernels;
}

}  // namespace sluice::simd::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sluice::simd {

HWY_EXPORT(slice_kernels);

namespace {

const SliceKernels& kernels() {
    return *HWY_DYNAMIC_DISPATCH(slice_kernels)();
}

template <unsigned D>
const ExtensionKernels<D>& kernels_of() {
    if constexpr (D == 4) {
        return kernels().extension4;
    } else if constexpr (D == 5) {
        return kernels().extension5;
    } else {
        return kernels().extension6;
    }
}

}  // namespace

void add(std::span<const KoalaBear> a, std::span<const KoalaBear> b, std::span<KoalaBear> output) {
    kernels().add(a.data(), b.data(), output.size(), output.data());
}
void subtract(std::span<const KoalaBear> a, std::span<const KoalaBear> b, std::span<KoalaBear> output) {
    kernels().subtract(a.data(), b.data(), output.size(), output.data());
}
void multiply(std::span<const KoalaBear> a, std::span<const KoalaBear> b, std::span<KoalaBear> output) {
    kernels().multiply(a.data(), b.data(), output.size(), output.data());
}
void scale(std::span<const KoalaBear> a, KoalaBear factor, std::span<KoalaBear> output) {
    kernels().scale(a.data(), factor, output.size(), output.data());
}

template <unsigned D>
void add(PlanarView<D> a, PlanarView<D> b, PlanarSpan<D> output) {
    kernels_of<D>().add(a, b, output);
}
template <unsigned D>
void subtract(PlanarView<D> a, PlanarView<D> b, PlanarSpan<D> output) {
    kernels_of<D>().subtract(a, b, output);
}
template <unsigned D>
void multiply(PlanarView<D> a, PlanarView<D> b, PlanarSpan<D> output) {
    kernels_of<D>().multiply(a, b, output);
}
template <unsigned D>
void multiply(PlanarView<D> a, std::span<const KoalaBear> b, PlanarSpan<D> output) {
    kernels_of<D>().multiply_base(a, b.data(), output);
}
template <unsigned D>
void scale(PlanarView<D> a, const Extension<D>& factor, PlanarSpan<D> output) {
    kernels_of<D>().scale(a, factor, output);
}
template <unsigned D>
void scale(std::span<const KoalaBear> a, const Extension<D>& factor, PlanarSpan<D> output) {
    kernels_of<D>().scale_base(a.data(), factor, output);
}
template <unsigned D>
void add_scaled(PlanarView<D> a, const Extension<D>& factor, PlanarSpan<D> accumulator) {
    kernels_of<D>().add_scaled(a, factor, accumulator);
}
template <unsigned D>
void combine_columns(std::span<const KoalaBear* const> columns, std::span<const Extension<D>> coefficients,
                     PlanarSpan<D> output) {
    kernels_of<D>().combine_columns(columns.data(), coefficients.data(), columns.size(), output);
}
template <unsigned D>
void fold_lowest(std::span<const KoalaBear> values, const Extension<D>& point, PlanarSpan<D> output) {
    kernels_of<D>().fold_base(values.data(), values.size(), point, output);
}
template <unsigned D>
void fold_lowest(PlanarView<D> values, const Extension<D>& point, PlanarSpan<D> output) {
    kernels_of<D>().fold(values, point, output);
}
template <unsigned D>
Extension<D> inner_product(std::span<const KoalaBear> values, PlanarView<D> weights) {
    return kernels_of<D>().inner_product_base(values.data(), weights);
}
template <unsigned D>
Extension<D> inner_product(PlanarView<D> values, PlanarView<D> weights) {
    return kernels_of<D>().inner_product(values, weights);
}
template <unsigned D>
void fill_eq_table(std::span<const Extension<D>> point, const Extension<D>& scale, PlanarSpan<D> table) {
    kernels_of<D>().fill_eq_table(point.data(), point.size(), scale, table);
}

#define SLUICE_INSTANTIATE(D)                                                                                       \
    template void add(PlanarView<D>, PlanarView<D>, PlanarSpan<D>);                                                 \
    template void subtract(PlanarView<D>, PlanarView<D>, PlanarSpan<D>);                                            \
    template void multiply(PlanarView<D>, PlanarView<D>, PlanarSpan<D>);                                            \
    template void multiply(PlanarView<D>, std::span<const KoalaBear>, PlanarSpan<D>);                               \
    template void scale(PlanarView<D>, const Extension<D>&, PlanarSpan<D>);                                         \
    template void scale(std::span<const KoalaBear>, const Extension<D>&, PlanarSpan<D>);                            \
    template void add_scaled(PlanarView<D>, const Extension<D>&, PlanarSpan<D>);                                    \
    template void combine_columns(std::span<const KoalaBear* const>, std::span<const Extension<D>>, PlanarSpan<D>); \
    template void fold_lowest(std::span<const KoalaBear>, const Extension<D>&, PlanarSpan<D>);                      \
    template void fold_lowest(PlanarView<D>, const Extension<D>&, PlanarSpan<D>);                                   \
    template Extension<D> inner_product(std::span<const KoalaBear>, PlanarView<D>);                                 \
    template Extension<D> inner_product(PlanarView<D>, PlanarView<D>);                                              \
    template void fill_eq_table(std::span<const Extension<D>>, const Extension<D>&, PlanarSpan<D>);

SLUICE_INSTANTIATE(4)
SLUICE_INSTANTIATE(5)
SLUICE_INSTANTIATE(6)
#undef SLUICE_INSTANTIATE

}  // namespace sluice::simd
#endif  // HWY_ONCE
