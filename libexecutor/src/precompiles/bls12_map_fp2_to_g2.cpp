// 0x11: maps an element of the quadratic extension to BLS12-381's G2 (EIP-2537).
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "precompiles/bls12.h"

namespace sluice::executor {

std::uint64_t bls12_map_fp2_to_g2_gas(ByteView, Fork) noexcept {
    return 23800;
}

Result<PrecompileResult> bls12_map_fp2_to_g2_run(ByteView input, Fork, Arena& arena) noexcept {
    std::uint8_t element[2 * kBareFieldElement];
    if (input.size() != 2 * kFieldElement || !strip_padding(input.data(), 2, element)) return kPrecompileFailure;
    std::uint8_t point[4 * kBareFieldElement];
    if (!crypto::map_fp2_to_g2(element, point)) return kPrecompileFailure;
    return padded_output(point, 4, arena);
}

}  // namespace sluice::executor
