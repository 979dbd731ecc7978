// Profiles of few queries and little grinding, for tests alone: a proof under them proves nothing.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// They are no `params::ShippedProfile`, and `params::find_profile` does not know their numbers, so a shipped verifier
// can neither be made for them nor be led to them by a key.
#pragma once

#include "sluice/params/profile.h"

namespace sluice::params_test {

/// The shapes of `bits100`, with a nonce in every place. Small groups and a small final polynomial give small stacks
/// several rounds.
inline constexpr params::Profile kTest = [] {
    params::Profile profile = params::kBits100;
    profile.id = static_cast<params::ProfileId>(params::kFirstTestProfile);
    profile.name = "test";
    profile.target_bits = 1;
    profile.lookup_grinding_bits = 2;
    profile.linking_grinding_bits = 1;
    for (params::Opening& opening : profile.openings) {
        opening.fold_arity_log = 2;
        opening.final_log = 2;
        opening.query_grinding_bits = 2;
        opening.batch_grinding_bits = 1;
        opening.fold_grinding_bits = 1;
        for (std::uint32_t& queries : opening.queries) queries = 3;
        opening.max_stack_height_log = params::kTwoAdicity - opening.log_inverse_rate;
    }
    return profile;
}();

/// The shapes of `bits128`, without any proof of work.
inline constexpr params::Profile kTestWide = [] {
    params::Profile profile = params::kBits128;
    profile.id = static_cast<params::ProfileId>(params::kFirstTestProfile + 1);
    profile.name = "test_wide";
    profile.target_bits = 1;
    profile.lookup_grinding_bits = 0;
    profile.linking_grinding_bits = 0;
    for (params::Opening& opening : profile.openings) {
        opening.fold_arity_log = 3;
        opening.final_log = 3;
        opening.query_grinding_bits = 0;
        opening.batch_grinding_bits = 0;
        opening.fold_grinding_bits = 0;
        for (std::uint32_t& queries : opening.queries) queries = 3;
        opening.max_stack_height_log = params::kTwoAdicity - opening.log_inverse_rate;
    }
    return profile;
}();

static_assert(params::detail::well_formed(kTest) && params::detail::well_formed(kTestWide));

}  // namespace sluice::params_test
