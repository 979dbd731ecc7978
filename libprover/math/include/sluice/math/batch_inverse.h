// Many inverses for the price of one and three multiplications each (Montgomery's trick).
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstddef>
#include <span>

#include "sluice/base/hd.h"

namespace sluice::math {

/// Replaces each of `values` by its inverse, zero by zero. `scratch` is as long as `values` and apart from it; what it
/// holds afterwards means nothing.
template <class Field>
SLUICE_HD constexpr void batch_inverse(std::span<Field> values, std::span<Field> scratch) noexcept {
    Field product = Field::one();
    for (std::size_t i = 0; i < values.size(); ++i) {
        scratch[i] = product;  // of the non-zero values before i
        if (!values[i].is_zero()) product *= values[i];
    }
    Field inverse = product.inverse();
    for (std::size_t i = values.size(); i-- != 0;) {
        if (values[i].is_zero()) continue;
        const Field value = values[i];
        values[i] = inverse * scratch[i];
        inverse *= value;
    }
}

}  // namespace sluice::math
