#!/usr/bin/env bash
# Runs ctest in a build folder (further arguments go to ctest) and ends with the number of test cases passed, failed
# and skipped, skips with their reasons. SLUICE_TEST_JOBS tests run at once (default 2); those that fill the machine on
# their own say so with PROCESSORS. SPDX-License-Identifier: MIT OR Apache-2.0
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "$1" && pwd)
shift
export SLUICE_TEST_DATA="${SLUICE_TEST_DATA:-$here/../../shared/data}"
ctest --test-dir "$build" -j "${SLUICE_TEST_JOBS:-2}" --output-junit "$build/test.xml" --output-on-failure \
    --test-output-size-passed 4000000 --test-output-size-failed 4000000 "$@" | grep -v '^Internal ctest'
status=${PIPESTATUS[0]}
python3 "$here/summary.py" "$build/test.xml" && [ "$status" = 0 ]
