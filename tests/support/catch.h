// Catch2 of either major version, skips with a reason, and the seed of random tests.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#if __has_include(<catch2/catch_test_macros.hpp>)
#include <catch2/catch_approx.hpp>
#include <catch2/catch_message.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators_all.hpp>
using Catch::Approx;  // as version 2 has it
#else
#include <catch2/catch.hpp>
#endif

#include <cstdint>
#include <cstdio>
#include <random>
#include <string>

namespace sluice::test {

/// Seed of the random tests: SLUICE_SEED if set, else fixed per run of the suite. Printed when a test fails (INFO).
std::uint64_t seed();

/// How often a random test runs its loop: `count` times SLUICE_ROUNDS (default 1, `make nightly` sets more).
std::uint64_t rounds(std::uint64_t count);

/// Folder of the test data: SLUICE_TEST_DATA, default `../shared/data` beside the project. Empty if it is missing.
std::string test_data();

/// Prints "SKIPPED: <reason>" so that `make test` can count it.
void skip(const std::string& reason);

/// Whether a test that finds no test data fails (SLUICE_REQUIRE_TEST_DATA=1, as in CI) or is skipped.
bool test_data_required();

}  // namespace sluice::test

/// Ends the test case as skipped, with a reason: this machine or this program cannot do what the test is about. Always
/// a skip. A test whose test data is missing uses SLUICE_SKIP_NO_DATA.
#define SLUICE_SKIP(reason)           \
    do {                              \
        ::sluice::test::skip(reason); \
        SUCCEED();                    \
        return;                       \
    } while (false)

/// Ends the test case for want of the test data `what` (such as "mainnet blocks"): skipped, and failed where
/// SLUICE_REQUIRE_TEST_DATA=1 says that all test data is there.
#define SLUICE_SKIP_NO_DATA(what)                                              \
    do {                                                                       \
        if (::sluice::test::test_data_required()) FAIL("no test data: " what); \
        SLUICE_SKIP("no test data: " what ", looked for in SLUICE_TEST_DATA"); \
    } while (false)

/// Declares a seeded generator `rng` and shows its seed when an assertion fails.
#define SLUICE_RANDOM(rng)                       \
    std::mt19937_64 rng(::sluice::test::seed()); \
    INFO("seed " << ::sluice::test::seed() << " (replay with SLUICE_SEED)")
