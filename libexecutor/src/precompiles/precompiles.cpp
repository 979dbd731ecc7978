// The precompile table and the search in it.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "precompiles/precompiles.h"

#include <cstddef>

namespace sluice::executor {
namespace {

constexpr Precompile kPrecompiles[] = {
#define SLUICE_PRECOMPILE(address, first_fork, name) {address, Fork::first_fork, &name##_gas, &name##_run},
#include "precompiles/precompiles.def"
#undef SLUICE_PRECOMPILE
};
constexpr std::size_t kCount = sizeof kPrecompiles / sizeof *kPrecompiles;

/// The rows from the first one on whose address is their place, counted from 1.
constexpr std::size_t count_dense() {
    std::size_t count = 0;
    while (count < kCount && kPrecompiles[count].address == count + 1) ++count;
    return count;
}
constexpr std::size_t kDense = count_dense();

constexpr std::uint64_t kLastAddress = kPrecompiles[kCount - 1].address;

}  // namespace

const Precompile* find_precompile(const Uint256& address, Fork fork) noexcept {
    if (!address.fits_u64() || address.limb[0] > kLastAddress || address.limb[0] == 0) return nullptr;
    const std::uint64_t number = address.limb[0];
    const Precompile* row = nullptr;
    if (number <= kDense) {
        row = &kPrecompiles[number - 1];
    } else {
        for (std::size_t i = kDense; i < kCount; ++i) {
            if (kPrecompiles[i].address == number) row = &kPrecompiles[i];
        }
    }
    return row != nullptr && fork >= row->first_fork ? row : nullptr;
}

}  // namespace sluice::executor
