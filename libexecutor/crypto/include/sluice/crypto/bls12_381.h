// The curve BLS12-381 as EIP-2537's precompiles use it, without their padding: a coordinate has 48 bytes here.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstdint>

#include "sluice/base/arena.h"
#include "sluice/base/bytes.h"
#include "sluice/crypto/pairing.h"

namespace sluice::crypto {

// Encodings. A field element is 48 big-endian bytes, below p. An element c0 + c1 i of its quadratic extension is c0,
// then c1. A point is x, then y: 96 bytes in G1, 192 in G2. Infinity is all zeros.
//
// All functions that give bool return false, with `out` untouched, for input that is malformed: a field element that is
// not below p, a point off its curve, or (where the subgroup is asked for) outside the subgroup of order r. `out` may
// overlap the input.

/// out = a + b; the points have to be on the curve, not in the subgroup.
[[nodiscard]] bool g1_add(const std::uint8_t a[96], const std::uint8_t b[96], std::uint8_t out[96]) noexcept;

/// out = the sum of scalar * point. `pairs` has 128 bytes for each: a point of the subgroup, then 32 big-endian bytes
/// of a scalar, any number. The sum of no pairs is infinity. `scratch` makes it faster, up to about 260 bytes a pair
/// and 40 KiB; any size will do, and all of it is given back.
[[nodiscard]] bool g1_msm(ByteView pairs, std::uint8_t out[96], Arena& scratch) noexcept;

/// out = a + b; the points have to be on the twist, not in the subgroup.
[[nodiscard]] bool g2_add(const std::uint8_t a[192], const std::uint8_t b[192], std::uint8_t out[192]) noexcept;

/// As g1_msm, with 224 bytes a pair, and up to about 450 bytes a pair and 75 KiB of scratch.
[[nodiscard]] bool g2_msm(ByteView pairs, std::uint8_t out[192], Arena& scratch) noexcept;

/// Whether the product of e(P_i, Q_i) is one. `pairs` has 288 bytes for each: P in G1, then Q in G2, both in their
/// subgroups. The empty product is one.
[[nodiscard]] PairingResult pairing_check(ByteView pairs) noexcept;

/// out = the point of G1 that RFC 9380 maps a field element to (suite BLS12381G1, without the hashing).
[[nodiscard]] bool map_fp_to_g1(const std::uint8_t element[48], std::uint8_t out[96]) noexcept;

/// out = the point of G2 that RFC 9380 maps an element of the quadratic extension to (suite BLS12381G2).
[[nodiscard]] bool map_fp2_to_g2(const std::uint8_t element[96], std::uint8_t out[192]) noexcept;

}  // namespace sluice::crypto
