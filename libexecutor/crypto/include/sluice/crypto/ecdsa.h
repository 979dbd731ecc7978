// ECDSA over secp256k1 and secp256r1 (P-256). Bodies are in the crypto_* library that is linked.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstdint>

#include "sluice/base/bytes.h"
#include "sluice/base/uint256.h"

namespace sluice::crypto {

/// Order of the secp256k1 group (SEC 2, section 2.4.1).
inline constexpr Uint256 kSecp256k1Order{0xbfd25e8cd0364141, 0xbaaedce6af48a03b, 0xfffffffffffffffe,
                                         0xffffffffffffffff};

/// The public key that made a signature (SEC 1, section 4.1.6), as x || y, each 32 bytes big endian.
///
/// `recovery_id` is 0 to 3: bit 0 is the parity of the nonce point's y, bit 1 tells that its x is r + n. Ethereum's
/// v - 27 gives 0 or 1. A high s is accepted here: the low-s rule (EIP-2) is the caller's.
/// False, with `public_key` unspecified, if r or s is outside [1, n - 1], the id is above 3, no point has that x, or
/// the key would be the point at infinity.
[[nodiscard]] bool secp256k1_recover(const Hash32& message_hash, const Uint256& r, const Uint256& s,
                                     std::uint8_t recovery_id, std::uint8_t public_key[64]) noexcept;

/// Whether (r, s) is a signature of `message_hash` under the key x || y (SEC 1, section 4.1.4). A high s is accepted.
/// False also if r or s is outside [1, n - 1] or the key is not a point of the curve with coordinates below p.
[[nodiscard]] bool secp256k1_verify(const Hash32& message_hash, const Uint256& r, const Uint256& s,
                                    const std::uint8_t public_key[64]) noexcept;

/// Whether (r, s) is a signature of `message_hash` under the P-256 key (x, y), by the rules of EIP-7951: r and s in
/// [1, n - 1], x and y below p, the point on the curve and not (0, 0). A high s is accepted.
[[nodiscard]] bool secp256r1_verify(const Hash32& message_hash, const Uint256& r, const Uint256& s, const Uint256& x,
                                    const Uint256& y) noexcept;

}  // namespace sluice::crypto
