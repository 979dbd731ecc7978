// The verifier of profile bits100. SPDX-License-Identifier: MIT OR Apache-2.0
#include "execution.h"
#include "profiles.h"

namespace sluice::verify {

Verdict verify_bits100(ByteView key, ByteView proof, std::span<const std::uint32_t> statement, Arena& arena) noexcept {
    return verify_execution<Scheme<params::kBits100>>(key, proof, statement, arena);
}

}  // namespace sluice::verify
