// From a key's profile to its verifier. SPDX-License-Identifier: MIT OR Apache-2.0
#include "sluice/verify/verify.h"

#include "profiles.h"
#include "sluice/machine/key.h"
#include "sluice/params/profile.h"

namespace sluice::verify {

Verdict verify(ByteView key, ByteView proof, std::span<const std::uint32_t> statement, Arena& arena) noexcept {
    const std::optional<std::uint32_t> profile = machine::key_profile(key);
    if (!profile.has_value()) {
        const machine::KeyStatus status =
            key.size() < 12 ? machine::KeyStatus::truncated : machine::KeyStatus::wrong_magic;
        return {Status::malformed_key, 0, static_cast<std::uint32_t>(status)};
    }
    // The profiles of tests have few queries, so that a proof is soon made, by a forger too: they are not here.
    switch (*profile) {
        case static_cast<std::uint32_t>(params::ProfileId::bits100):
            return verify_bits100(key, proof, statement, arena);
        case static_cast<std::uint32_t>(params::ProfileId::bits128):
            return verify_bits128(key, proof, statement, arena);
        default:
            return {Status::unsupported_profile, 0, 0};
    }
}

}  // namespace sluice::verify
