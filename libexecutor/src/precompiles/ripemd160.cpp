// 0x03: RIPEMD-160, its 20 bytes behind 12 zeros.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "precompiles/input.h"
#include "sluice/crypto/hash.h"

namespace sluice::executor {

std::uint64_t ripemd160_gas(ByteView input, Fork) noexcept {
    return price_by_word(600, 120, input.size());
}

Result<PrecompileResult> ripemd160_run(ByteView input, Fork, Arena& arena) noexcept {
    std::uint8_t* output = make_output(arena, 32);
    if (output == nullptr) return ErrorCode::arena_exhausted;
    const auto hash = crypto::ripemd160(input);
    std::memset(output, 0, 12);
    std::memcpy(output + 12, hash.data(), hash.size());
    return PrecompileResult{true, {output, 32}};
}

}  // namespace sluice::executor
