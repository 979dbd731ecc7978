// 0x06: addition on BN254 (EIP-196), priced by EIP-1108.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "precompiles/input.h"
#include "sluice/crypto/bn254.h"

namespace sluice::executor {

std::uint64_t bn254_add_gas(ByteView, Fork) noexcept {
    return 150;
}

Result<PrecompileResult> bn254_add_run(ByteView input, Fork, Arena& arena) noexcept {
    const PaddedInput<128> padded(input);
    std::uint8_t* output = make_output(arena, 64);
    if (output == nullptr) return ErrorCode::arena_exhausted;
    if (!crypto::bn254_add(padded.bytes, padded.bytes + 64, output)) return kPrecompileFailure;
    return PrecompileResult{true, {output, 64}};
}

}  // namespace sluice::executor
