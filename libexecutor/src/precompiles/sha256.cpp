// 0x02: SHA-256.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "precompiles/input.h"
#include "sluice/crypto/hash.h"

namespace sluice::executor {

std::uint64_t sha256_gas(ByteView input, Fork) noexcept {
    return price_by_word(60, 12, input.size());
}

Result<PrecompileResult> sha256_run(ByteView input, Fork, Arena& arena) noexcept {
    std::uint8_t* output = make_output(arena, 32);
    if (output == nullptr) return ErrorCode::arena_exhausted;
    const Hash32 hash = crypto::sha256(input);
    std::memcpy(output, hash.bytes.data(), 32);
    return PrecompileResult{true, {output, 32}};
}

}  // namespace sluice::executor
