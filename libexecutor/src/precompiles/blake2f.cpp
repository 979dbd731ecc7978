// 0x09: BLAKE2b's compression function F (EIP-152).
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "precompiles/input.h"
#include "sluice/crypto/hash.h"

namespace sluice::executor {

namespace {
constexpr std::size_t kSize = 213;  // rounds 4, h 64, m 128, t 16, final 1
}

std::uint64_t blake2f_gas(ByteView input, Fork) noexcept {
    return input.size() == kSize ? load_be<std::uint32_t>(input.data()) : 0;
}

Result<PrecompileResult> blake2f_run(ByteView input, Fork, Arena& arena) noexcept {
    if (input.size() != kSize || input[kSize - 1] > 1) return kPrecompileFailure;
    std::uint64_t h[8];
    std::uint64_t m[16];
    std::uint64_t t[2];
    std::memcpy(h, input.data() + 4, sizeof h);
    std::memcpy(m, input.data() + 68, sizeof m);
    std::memcpy(t, input.data() + 196, sizeof t);
    crypto::blake2f(load_be<std::uint32_t>(input.data()), h, m, t, input[kSize - 1] == 1);
    std::uint8_t* output = make_output(arena, sizeof h);
    if (output == nullptr) return ErrorCode::arena_exhausted;
    std::memcpy(output, h, sizeof h);
    return PrecompileResult{true, {output, sizeof h}};
}

}  // namespace sluice::executor
