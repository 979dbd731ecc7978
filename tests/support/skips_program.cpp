// Two test cases that cannot run, one for each kind of reason; skips_test.py looks at how they end.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "support/catch.h"

TEST_CASE("a test without its data") {
    SLUICE_SKIP_NO_DATA("the data of this test");
}

TEST_CASE("a test that this machine cannot run") {
    SLUICE_SKIP("another reason");
}
