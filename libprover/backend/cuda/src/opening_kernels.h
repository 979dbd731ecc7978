// The kernels of openings beside those of sumcheck_kernels.h. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include "kernel.h"

namespace sluice::backend_cuda {

/// Row x of all stack columns, each times its weight.
template <unsigned D>
struct CombineColumns {
    static constexpr unsigned kGroups = 3;

    DevicePointer<const KoalaBear> groups[kGroups];  ///< column c of a group at c 2^log_height
    std::uint32_t widths[kGroups];
    unsigned log_height;
    DevicePointer<const Extension<D>> weights;
    ExtView<D> out;

    SLUICE_HD void operator()(std::uint64_t x) const {
        Extension<D> sum = Extension<D>::zero();
        std::uint64_t column = 0;
        for (unsigned g = 0; g < kGroups; ++g) {
            for (std::uint64_t c = 0; c < widths[g]; ++c, ++column)
                sum += weights[column] * groups[g][(c << log_height) + x];
        }
        out.set(x, sum);
    }
};

}  // namespace sluice::backend_cuda
