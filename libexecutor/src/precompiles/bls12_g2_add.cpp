// 0x0d: addition in BLS12-381's G2 (EIP-2537).
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "precompiles/bls12.h"

namespace sluice::executor {

std::uint64_t bls12_g2_add_gas(ByteView, Fork) noexcept {
    return 600;
}

Result<PrecompileResult> bls12_g2_add_run(ByteView input, Fork, Arena& arena) noexcept {
    std::uint8_t points[8 * kBareFieldElement];
    if (input.size() != 8 * kFieldElement || !strip_padding(input.data(), 8, points)) return kPrecompileFailure;
    std::uint8_t sum[4 * kBareFieldElement];
    if (!crypto::g2_add(points, points + sizeof sum, sum)) return kPrecompileFailure;
    return padded_output(sum, 4, arena);
}

}  // namespace sluice::executor
