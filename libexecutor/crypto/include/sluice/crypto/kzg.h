// Verification of a KZG opening at one point (EIP-4844's verify_kzg_proof).
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstdint>

namespace sluice::crypto {

/// Whether `proof` shows that the polynomial committed to by `commitment` has the value y at z, under the setup of
/// Ethereum's KZG ceremony. z and y are big-endian numbers below the group order r; commitment and proof are compressed
/// points of BLS12-381's G1, infinity included. False also for malformed input. That the commitment belongs to a
/// versioned hash is the caller's check.
[[nodiscard]] bool kzg_verify_point(const std::uint8_t commitment[48], const std::uint8_t z[32],
                                    const std::uint8_t y[32], const std::uint8_t proof[48]) noexcept;

}  // namespace sluice::crypto
