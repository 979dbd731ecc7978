// 0x08: pairing check on BN254 (EIP-197), priced by EIP-1108.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "precompiles/input.h"
#include "precompiles/truth.h"
#include "sluice/crypto/bn254.h"

namespace sluice::executor {

namespace {
constexpr std::size_t kPair = 192;
}

std::uint64_t bn254_pairing_gas(ByteView input, Fork) noexcept {
    return 45000 + 34000 * (input.size() / kPair);
}

Result<PrecompileResult> bn254_pairing_run(ByteView input, Fork, Arena&) noexcept {
    if (input.size() % kPair != 0) return kPrecompileFailure;
    return pairing_output(crypto::bn254_pairing(input));
}

}  // namespace sluice::executor
