// 0x01: the address that signed a hash (Yellow Paper, appendix E).
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "precompiles/input.h"
#include "sluice/base/keccak.h"
#include "sluice/crypto/ecdsa.h"

namespace sluice::executor {

std::uint64_t ecrecover_gas(ByteView, Fork) noexcept {
    return 3000;
}

Result<PrecompileResult> ecrecover_run(ByteView input, Fork, Arena& arena) noexcept {
    const PaddedInput<128> padded(input);
    const std::uint8_t* bytes = padded.bytes;
    const Uint256 v = Uint256::from_be(bytes + 32);
    // A signature of nobody is no failure: the call succeeds and returns nothing.
    constexpr PrecompileResult kNobody{true, {}};
    if (!(v == Uint256{27}) && !(v == Uint256{28})) return kNobody;
    std::uint8_t key[64];
    if (!crypto::secp256k1_recover(Hash32::from(bytes), Uint256::from_be(bytes + 64), Uint256::from_be(bytes + 96),
                                   static_cast<std::uint8_t>(v.low64() - 27), key)) {
        return kNobody;
    }
    std::uint8_t* output = make_output(arena, 32);
    if (output == nullptr) return ErrorCode::arena_exhausted;
    const Hash32 hash = keccak256({key, 64});
    std::memset(output, 0, 12);
    std::memcpy(output + 12, hash.bytes.data() + 12, 20);
    return PrecompileResult{true, {output, 32}};
}

}  // namespace sluice::executor
