// 0x0b: addition in BLS12-381's G1 (EIP-2537).
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "precompiles/bls12.h"

namespace sluice::executor {

std::uint64_t bls12_g1_add_gas(ByteView, Fork) noexcept {
    return 375;
}

Result<PrecompileResult> bls12_g1_add_run(ByteView input, Fork, Arena& arena) noexcept {
    std::uint8_t points[4 * kBareFieldElement];
    if (input.size() != 4 * kFieldElement || !strip_padding(input.data(), 4, points)) return kPrecompileFailure;
    std::uint8_t sum[2 * kBareFieldElement];
    if (!crypto::g1_add(points, points + sizeof sum, sum)) return kPrecompileFailure;
    return padded_output(sum, 2, arena);
}

}  // namespace sluice::executor
