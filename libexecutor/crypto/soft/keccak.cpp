// sluice::keccak256 in software. SPDX-License-Identifier: MIT OR Apache-2.0
#include "crypto/soft/keccak.h"

#include "sluice/base/keccak.h"

namespace sluice {

Hash32 keccak256(ByteView data) noexcept {
    return crypto::soft::keccak256<crypto::soft::PlainKeccak>(data);
}

}  // namespace sluice
