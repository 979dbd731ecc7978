// sluice::crypto::secp256k1_recover and secp256k1_verify in software. SPDX-License-Identifier: MIT OR Apache-2.0
#include "crypto/soft/secp256k1.h"

#include "sluice/crypto/ecdsa.h"

namespace sluice::crypto {

bool secp256k1_recover(const Hash32& message_hash, const Uint256& r, const Uint256& s, std::uint8_t recovery_id,
                       std::uint8_t public_key[64]) noexcept {
    return soft::secp256k1::recover<soft::secp256k1::Plain>(message_hash, r, s, recovery_id, public_key);
}

bool secp256k1_verify(const Hash32& message_hash, const Uint256& r, const Uint256& s,
                      const std::uint8_t public_key[64]) noexcept {
    return soft::secp256k1::verify<soft::secp256k1::Plain>(message_hash, r, s, public_key);
}

}  // namespace sluice::crypto
