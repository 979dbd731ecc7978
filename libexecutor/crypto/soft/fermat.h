// Inversion written as an exponentiation: base^(p - 2) mod p (Fermat), for the primes that contracts use.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstddef>

#include "crypto/soft/modular_inverse.h"
#include "sluice/base/bytes.h"
#include "sluice/base/uint256.h"

namespace sluice::crypto::soft {

/// Fields and orders of secp256k1, P-256 and BN254, and the order of BLS12-381. All are above 2^253.
inline constexpr Uint256 kPrimesOfCurves[] = {
    {0xfffffffefffffc2f, 0xffffffffffffffff, 0xffffffffffffffff, 0xffffffffffffffff},
    {0xbfd25e8cd0364141, 0xbaaedce6af48a03b, 0xfffffffffffffffe, 0xffffffffffffffff},
    {0xffffffffffffffff, 0x00000000ffffffff, 0x0000000000000000, 0xffffffff00000001},
    {0xf3b9cac2fc632551, 0xbce6faada7179e84, 0xffffffffffffffff, 0xffffffff00000000},
    {0x3c208c16d87cfd47, 0x97816a916871ca8d, 0xb85045b68181585d, 0x30644e72e131a029},
    {0x43e1f593f0000001, 0x2833e84879b97091, 0xb85045b68181585d, 0x30644e72e131a029},
    {0xffffffff00000001, 0x53bda402fffe5bfe, 0x3339d80809a1d805, 0x73eda753299d7d48},
};

/// modexp (sluice/crypto/modexp.h) where all three numbers have 32 bytes, the modulus p is one of those primes and the
/// exponent is p - 2: so contracts that check SNARKs invert. False, and nothing done, for other numbers. `output` may
/// be an input.
[[nodiscard]] inline bool modexp_if_inversion(ByteView base, ByteView exponent, ByteView modulus,
                                              MutableBytes output) noexcept {
    constexpr std::size_t kSize = 32;
    if (base.size() != kSize || exponent.size() != kSize || modulus.size() != kSize) return false;
    const Uint256 prime = Uint256::from_be(modulus.data());
    if (!(Uint256::from_be(exponent.data()) == prime - Uint256(2))) return false;
    for (const Uint256& known : kPrimesOfCurves) {
        if (!(known == prime)) continue;
        Uint256 value = Uint256::from_be(base.data());
        while (!(value < prime)) value = value - prime;  // at most five times
        modular_inverse(value, InverseModulus::from(prime)).to_be(output.data());
        return true;
    }
    return false;
}

}  // namespace sluice::crypto::soft
