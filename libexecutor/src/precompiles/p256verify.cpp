// 0x100: verification of a P-256 signature (EIP-7951).
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "precompiles/input.h"
#include "precompiles/truth.h"
#include "sluice/crypto/ecdsa.h"

namespace sluice::executor {

std::uint64_t p256verify_gas(ByteView, Fork) noexcept {
    return 6900;
}

Result<PrecompileResult> p256verify_run(ByteView input, Fork, Arena&) noexcept {
    // What does not verify, of whatever length, succeeds with nothing.
    constexpr PrecompileResult kInvalid{true, {}};
    if (input.size() != 160) return kInvalid;
    const auto word = [&](std::size_t index) { return Uint256::from_be(input.data() + 32 * index); };
    const bool valid = crypto::secp256r1_verify(Hash32::from(input.data()), word(1), word(2), word(3), word(4));
    return valid ? PrecompileResult{true, kTrueWord} : kInvalid;
}

}  // namespace sluice::executor
