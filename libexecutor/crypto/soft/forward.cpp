// The declared names of the algorithms in kernels.h, and what is faster than they are.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "crypto/soft/fermat.h"
#include "crypto/soft/kernels.h"
#include "sluice/crypto/hash.h"
#include "sluice/crypto/modexp.h"

namespace sluice::crypto {

std::array<std::uint8_t, 20> ripemd160(ByteView data) noexcept {
    return soft::ripemd160(data);
}

void blake2f(std::uint32_t rounds, std::uint64_t h[8], const std::uint64_t m[16], const std::uint64_t t[2],
             bool final_block) noexcept {
    soft::blake2f(rounds, h, m, t, final_block);
}

bool modexp(ByteView base, ByteView exponent, ByteView modulus, MutableBytes output, Arena& scratch) noexcept {
    return soft::modexp_if_inversion(base, exponent, modulus, output) ||
           soft::modexp(base, exponent, modulus, output, scratch);
}

}  // namespace sluice::crypto
