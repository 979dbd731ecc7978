// BN254 in software.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "sluice/crypto/bn254.h"

#include "crypto/soft/pairing/bn254.h"

namespace sluice::crypto {
namespace {
using Curve = pairing::Bn254<pairing::Bn254Fp, pairing::Bn254Fp2>;
}

bool bn254_add(const std::uint8_t a[64], const std::uint8_t b[64], std::uint8_t out[64]) noexcept {
    return Curve::add(a, b, out);
}

bool bn254_mul(const std::uint8_t point[64], const std::uint8_t scalar[32], std::uint8_t out[64]) noexcept {
    return Curve::mul(point, scalar, out);
}

PairingResult bn254_pairing(ByteView pairs) noexcept {
    return Curve::pairing_check(pairs);
}

}  // namespace sluice::crypto
