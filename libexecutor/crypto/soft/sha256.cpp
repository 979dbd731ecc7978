// sluice::crypto::sha256 in software. SPDX-License-Identifier: MIT OR Apache-2.0
#include "crypto/soft/sha256.h"

#include "sluice/crypto/hash.h"

namespace sluice::crypto {

Hash32 sha256(ByteView data) noexcept {
    return soft::sha256<soft::PlainSha256>(data);
}

}  // namespace sluice::crypto
