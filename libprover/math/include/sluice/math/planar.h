// Arrays of extension elements in limb-planar memory: limb l of element i is base[l * stride + i].
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstddef>

#include "sluice/base/hd.h"
#include "sluice/math/extension.h"
#include "sluice/math/koala_bear.h"

namespace sluice::math {

/// Elements to be read, owned by another. The D arrays do not overlap: stride >= size, or size is 0.
template <unsigned D>
struct PlanarView {
    const KoalaBear* base;
    std::size_t stride;
    std::size_t size;

    [[nodiscard]] SLUICE_HD constexpr Extension<D> get(std::size_t i) const noexcept {
        Extension<D> value{};
        for (unsigned l = 0; l < D; ++l) value.limb[l] = base[l * stride + i];
        return value;
    }
    /// `count` elements from `first` on.
    [[nodiscard]] SLUICE_HD constexpr PlanarView subview(std::size_t first, std::size_t count) const noexcept {
        return {base + first, stride, count};
    }
};

/// Elements to be read and written, owned by another.
template <unsigned D>
struct PlanarSpan {
    KoalaBear* base;
    std::size_t stride;
    std::size_t size;

    [[nodiscard]] SLUICE_HD constexpr Extension<D> get(std::size_t i) const noexcept {
        return PlanarView<D>(*this).get(i);
    }
    SLUICE_HD constexpr void set(std::size_t i, const Extension<D>& value) const noexcept {
        for (unsigned l = 0; l < D; ++l) base[l * stride + i] = value.limb[l];
    }
    [[nodiscard]] SLUICE_HD constexpr PlanarSpan subspan(std::size_t first, std::size_t count) const noexcept {
        return {base + first, stride, count};
    }
    SLUICE_HD constexpr operator PlanarView<D>() const noexcept { return {base, stride, size}; }
};

}  // namespace sluice::math
