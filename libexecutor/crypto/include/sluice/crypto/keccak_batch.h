// Keccak-256 of many messages at once, for hosts. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <span>

#include "sluice/base/bytes.h"

namespace sluice::crypto {

/// digests[i] = keccak256(messages[i]), with one message in each lane of a vector. `digests` has as many elements as
/// `messages`. Body in sluice::crypto_simd.
void keccak256_batch(std::span<const ByteView> messages, std::span<Hash32> digests);

}  // namespace sluice::crypto
