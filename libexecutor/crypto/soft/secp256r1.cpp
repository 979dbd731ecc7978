// sluice::crypto::secp256r1_verify in software. SPDX-License-Identifier: MIT OR Apache-2.0
#include "crypto/soft/secp256r1.h"

#include "sluice/crypto/ecdsa.h"

namespace sluice::crypto {

bool secp256r1_verify(const Hash32& message_hash, const Uint256& r, const Uint256& s, const Uint256& x,
                      const Uint256& y) noexcept {
    return soft::secp256r1::verify<soft::secp256r1::Plain>(message_hash, r, s, x, y);
}

}  // namespace sluice::crypto
