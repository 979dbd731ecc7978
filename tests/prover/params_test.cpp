// The table of security parameters: shapes, lookups, and what keeps tests' profiles out.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "sluice/params/profile.h"
#include "sluice/params_test/profile.h"
#include "support/catch.h"

namespace sluice {
namespace {

/// A stand-in for a shipped verifier.
template <const params::Profile& kProfile>
requires params::ShippedProfile<kProfile>
struct Shipped {
};

template <const params::Profile& kProfile>
concept HasShippedVerifier = requires {
    typename Shipped<kProfile>;
};

inline constexpr params::Profile kCopy = params::kBits100;

TEST_CASE("a shipped verifier can be made for shipped profiles only") {
    STATIC_REQUIRE(HasShippedVerifier<params::kBits100>);
    STATIC_REQUIRE(HasShippedVerifier<params::kBits128>);
    STATIC_REQUIRE_FALSE(HasShippedVerifier<params_test::kTest>);
    STATIC_REQUIRE_FALSE(HasShippedVerifier<params_test::kTestWide>);
    // Not even for a copy, whose numbers could be changed.
    STATIC_REQUIRE_FALSE(HasShippedVerifier<kCopy>);
}

TEST_CASE("no number or name of a test's profile is found in the table") {
    for (const params::Profile* profile : params::kProfiles) {
        CHECK(params::find_profile(static_cast<std::uint16_t>(profile->id)) == profile);
        CHECK(params::find_profile(profile->name) == profile);
        CHECK(static_cast<std::uint16_t>(profile->id) < params::kFirstTestProfile);
    }
    for (const params::Profile* profile : {&params_test::kTest, &params_test::kTestWide}) {
        CHECK(params::find_profile(static_cast<std::uint16_t>(profile->id)) == nullptr);
        CHECK(params::find_profile(profile->name) == nullptr);
        CHECK(static_cast<std::uint16_t>(profile->id) >= params::kFirstTestProfile);
    }
    CHECK(params::find_profile(std::uint16_t{0}) == nullptr);
    CHECK(params::find_profile("") == nullptr);
}

TEST_CASE("groups bind all variables but the final ones, and domains fit the field") {
    for (const params::Profile* profile :
         {&params::kBits100, &params::kBits128, &params_test::kTest, &params_test::kTestWide}) {
        for (const params::Opening& opening : profile->openings) {
            for (std::uint32_t h = opening.min_stack_height_log; h <= opening.max_stack_height_log; ++h) {
                CAPTURE(profile->name, params::name_of(opening.id), h);
                std::uint32_t bound = 0;
                for (std::uint32_t group = 0; group < opening.num_groups(h); ++group) {
                    const std::uint32_t size = opening.group_size(h, group);
                    REQUIRE(opening.group_start(h, group) == bound);
                    REQUIRE(size >= 1);
                    // Only the last group may be small.
                    REQUIRE((size == opening.fold_arity_log || group + 1 == opening.num_groups(h)));
                    bound += size;
                }
                CHECK(opening.group_size(h, opening.num_groups(h)) == 0);
                CHECK(bound + opening.final_log_size(h) == h);
                CHECK(opening.final_log_size(h) <= opening.final_log);

                // Sizes from their definitions: coefficients, rate, values in a leaf.
                std::uint32_t inverse_rate = opening.log_inverse_rate;
                std::uint32_t coefficients = h;
                for (std::uint32_t oracle = 0; oracle < opening.num_oracles(h); ++oracle) {
                    const std::uint32_t in_leaf = opening.group_size(h, oracle);
                    const std::uint32_t values = coefficients + inverse_rate;
                    CHECK(opening.log_inverse_rate_of(h, oracle) == inverse_rate);
                    CHECK(opening.num_leaves_log(h, oracle) + in_leaf == values);
                    CHECK(opening.domain_log_size(h, oracle) <= params::kTwoAdicity);
                    coefficients -= in_leaf;
                    // Basefold keeps the rate; WHIR halves the number of values only once.
                    if (opening.kind == params::OpeningKind::whir) inverse_rate = values - 1 - coefficients;
                }
                CHECK(opening.allows(h, opening.max_stack_columns));
                CHECK_FALSE(opening.allows(h, std::uint64_t{opening.max_stack_columns} + 1));
            }
            CHECK_FALSE(opening.allows(opening.max_stack_height_log + 1, 1));
            CHECK_FALSE(opening.allows(opening.min_stack_height_log - 1, 1));
        }
    }
}

}  // namespace
}  // namespace sluice
