// 0x07: scalar multiplication on BN254 (EIP-196), priced by EIP-1108.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "precompiles/input.h"
#include "sluice/crypto/bn254.h"

namespace sluice::executor {

std::uint64_t bn254_mul_gas(ByteView, Fork) noexcept {
    return 6000;
}

Result<PrecompileResult> bn254_mul_run(ByteView input, Fork, Arena& arena) noexcept {
    const PaddedInput<96> padded(input);
    std::uint8_t* output = make_output(arena, 64);
    if (output == nullptr) return ErrorCode::arena_exhausted;
    if (!crypto::bn254_mul(padded.bytes, padded.bytes + 64, output)) return kPrecompileFailure;
    return PrecompileResult{true, {output, 64}};
}

}  // namespace sluice::executor
