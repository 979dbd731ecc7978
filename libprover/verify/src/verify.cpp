// From a key's profile and opening to its verifier. SPDX-License-Identifier: MIT OR Apache-2.0
#include "sluice/verify/verify.h"

#include "profiles.h"
#include "sluice/machine/key.h"
#include "sluice/params/profile.h"

namespace sluice::verify {

Verdict verify(ByteView key, ByteView proof, std::span<const std::uint32_t> statement, Arena& arena) noexcept {
    using params::kBits100;
    using params::kBits128;
    using params::key_word;
    using params::OpeningId;
    const std::optional<std::uint32_t> parameters = machine::key_parameters(key);
    if (!parameters.has_value()) {
        const machine::KeyStatus status =
            key.size() < 12 ? machine::KeyStatus::truncated : machine::KeyStatus::wrong_magic;
        return {Status::malformed_key, 0, static_cast<std::uint32_t>(status)};
    }
    // The profiles of tests have few queries, so that a proof is soon made, by a forger too: they are not here.
    switch (*parameters) {
        case key_word(kBits100, OpeningId::basefold_rate_1_2):
            return verify_shipped<kBits100, OpeningId::basefold_rate_1_2>(key, proof, statement, arena);
        case key_word(kBits100, OpeningId::whir_rate_1_2):
            return verify_shipped<kBits100, OpeningId::whir_rate_1_2>(key, proof, statement, arena);
        case key_word(kBits128, OpeningId::basefold_rate_1_2):
            return verify_shipped<kBits128, OpeningId::basefold_rate_1_2>(key, proof, statement, arena);
        case key_word(kBits128, OpeningId::whir_rate_1_2):
            return verify_shipped<kBits128, OpeningId::whir_rate_1_2>(key, proof, statement, arena);
        default:
            return {Status::unsupported_profile, 0, 0};
    }
}

}  // namespace sluice::verify
