// 0x10: maps a field element to BLS12-381's G1 (EIP-2537).
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "precompiles/bls12.h"

namespace sluice::executor {

std::uint64_t bls12_map_fp_to_g1_gas(ByteView, Fork) noexcept {
    return 5500;
}

Result<PrecompileResult> bls12_map_fp_to_g1_run(ByteView input, Fork, Arena& arena) noexcept {
    std::uint8_t element[kBareFieldElement];
    if (input.size() != kFieldElement || !strip_padding(input.data(), 1, element)) return kPrecompileFailure;
    std::uint8_t point[2 * kBareFieldElement];
    if (!crypto::map_fp_to_g1(element, point)) return kPrecompileFailure;
    return padded_output(point, 2, arena);
}

}  // namespace sluice::executor
