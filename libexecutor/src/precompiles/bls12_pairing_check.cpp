// 0x0f: pairing check on BLS12-381 (EIP-2537).
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "precompiles/bls12.h"
#include "precompiles/truth.h"

namespace sluice::executor {

namespace {
constexpr std::size_t kPair = 6 * kFieldElement;
}

std::uint64_t bls12_pairing_check_gas(ByteView input, Fork) noexcept {
    return 37700 + 32600 * (input.size() / kPair);
}

Result<PrecompileResult> bls12_pairing_check_run(ByteView input, Fork, Arena& arena) noexcept {
    if (input.empty() || input.size() % kPair != 0) return kPrecompileFailure;
    const StrippedRecords pairs(input, 6, 0, arena);
    if (!pairs.valid) return kPrecompileFailure;
    if (pairs.data == nullptr) return ErrorCode::arena_exhausted;
    return pairing_output(crypto::pairing_check({pairs.data, pairs.size}));
}

}  // namespace sluice::executor
