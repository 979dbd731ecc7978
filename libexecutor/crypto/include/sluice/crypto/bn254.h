// The curve BN254 (alt_bn128) as the EVM's precompiles use it: EIP-196 and EIP-197.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstdint>

#include "sluice/base/bytes.h"
#include "sluice/crypto/pairing.h"

namespace sluice::crypto {

/// out = a + b. A point is x, y, 32 big-endian bytes each; (0, 0) is infinity. `out` may be an input.
/// False, with `out` untouched, if a coordinate is not below p or a point is off the curve.
[[nodiscard]] bool bn254_add(const std::uint8_t a[64], const std::uint8_t b[64], std::uint8_t out[64]) noexcept;

/// out = scalar * point, the scalar being any 256-bit big-endian number. Fails like bn254_add.
[[nodiscard]] bool bn254_mul(const std::uint8_t point[64], const std::uint8_t scalar[32],
                             std::uint8_t out[64]) noexcept;

/// Whether the product of e(P_i, Q_i) is one. `pairs` has 192 bytes for each: P (x, y) on the curve, then Q (x, y) on
/// the twist, each coordinate of Q with its imaginary part first. Infinity is all zeros. Q has to lie in the subgroup
/// of order r.
[[nodiscard]] PairingResult bn254_pairing(ByteView pairs) noexcept;

}  // namespace sluice::crypto
