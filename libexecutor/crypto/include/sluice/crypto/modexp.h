// Modular exponentiation of big-endian numbers of any length (EIP-198).
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include "sluice/base/arena.h"
#include "sluice/base/bytes.h"

namespace sluice::crypto {

/// output = base^exponent mod modulus. All numbers are unsigned, big endian, leading zeros allowed; an empty one is
/// zero. `output` has modulus.size() bytes and is filled on the left with zeros. 0^0 is 1; a modulus of 0 or 1 gives
/// zeros. Scratch memory is about base + 40 * modulus bytes and is given back before returning. False only if `scratch`
/// is exhausted; `output` then holds nothing of use.
[[nodiscard]] bool modexp(ByteView base, ByteView exponent, ByteView modulus, MutableBytes output,
                          Arena& scratch) noexcept;

}  // namespace sluice::crypto
