// The hashes of the precompiled contracts. Bodies are in the crypto_* library that is linked (sluice::crypto_soft, or
// sluice::crypto_zkvm inside a zkVM); keccak-256 is in sluice/base/keccak.h.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include "sluice/base/bytes.h"

namespace sluice::crypto {

/// SHA-256 (FIPS 180-4).
[[nodiscard]] Hash32 sha256(ByteView data) noexcept;

/// RIPEMD-160: the bare 20 bytes; a caller that needs the precompile's 32-byte form puts 12 zero bytes in front.
[[nodiscard]] std::array<std::uint8_t, 20> ripemd160(ByteView data) noexcept;

/// BLAKE2b's compression function F with a free number of rounds (EIP-152, RFC 7693 section 3.2), in place on `h`.
/// `t` is the byte counter, low word first; `final_block` tells whether the last-block flag is set. All words are host
/// integers: decoding the little-endian words of a precompile's input is the caller's.
void blake2f(std::uint32_t rounds, std::uint64_t h[8], const std::uint64_t m[16], const std::uint64_t t[2],
             bool final_block) noexcept;

}  // namespace sluice::crypto
