#!/usr/bin/env bash
# Random comparisons with other implementations: nightly.sh BUILD. Of each primitive of cryptography a million cases and
# more (NIGHTLY_PERCENT of that, default 100), and of executor and trie as many as NIGHTLY_SECONDS (default 1800) give. The
# seed is the time unless SLUICE_SEED has one. SPDX-License-Identifier: MIT OR Apache-2.0
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "$1" && pwd)
export SLUICE_SEED="${SLUICE_SEED:-$(date +%s)}"
jobs="${SLUICE_TEST_JOBS:-2}"
export percent="${NIGHTLY_PERCENT:-100}"
echo "seed $SLUICE_SEED (again: SLUICE_SEED=$SLUICE_SEED)"

# program, SLUICE_ROUNDS, test cases (Catch2's patterns), cases it makes
runs=(
    "ecdsa|1000|recovering and verifying agree with libsecp256k1 on numbers that are mostly edges|2M recoveries, 2M verifications"
    "ecdsa|2500|P-256 verification agrees with OpenSSL on signatures of multipliers that are mostly edges|2M verifications"
    "ecdsa|100|the field of secp256k1*,Montgomery arithmetic*|2M of each operation"
    "hash|350|hashes of random lengths*|1M messages for SHA-256, RIPEMD-160 and BLAKE2"
    "modexp|500|*operands that are mostly edges|1M powers"
    "bn254|350|BN254 field arithmetic*mostly edges,*points agree with OpenSSL's|1M of each operation, 50,000 points"
    "bls12_381|350|BLS12-381 field arithmetic*mostly edges,*G1 agree with OpenSSL's|1M of each operation, 10,000 points"
    "uint256_arith|60|*|1M of each operation"
)
run() {
    IFS='|' read -r program rounds cases count <<<"$1"
    local start=$SECONDS log
    rounds=$((rounds * percent / 100 > 0 ? rounds * percent / 100 : 1))
    [ "$percent" = 100 ] || count="$percent % of $count"
    if log=$(SLUICE_ROUNDS=$rounds "$build/tests/test_$program" "$cases" 2>&1) && [[ $log == *"All tests passed"* ]]; then
        echo "passed $program: $count ($((SECONDS - start)) s)"
    else
        printf '%s\nFAILED %s: %s\n' "$log" "$program" "$cases"
        return 1
    fi
}
export -f run
export build
printf '%s\0' "${runs[@]}" | xargs -0 -P "$jobs" -I{} bash -c 'run "$1"' _ {}
status=$?

if (cd "$here/differential" && npm ci --silent); then
    data="${SLUICE_TEST_DATA:-$here/../../shared/data}"
    inputs=()
    [ -f "$data/precompiles.tar.zst" ] && inputs+=(--precompiles "$data/precompiles.tar.zst")
    for package in eest-osaka eest-osaka-static eest-prague eest-prague-v4.5.0 eest-paris-shanghai-cancun \
        tests-valid-blocks tests-general-state-cancun; do
        [ -f "$data/ethereum-tests/$package.tar.zst" ] && inputs+=(--fixtures "$data/ethereum-tests/$package.tar.zst")
    done
    mkdir -p "$build/differential"
    "$build/tests/compare_executors" --peer "node '$here/differential/peer.mjs'" --seed "$SLUICE_SEED" \
        --seconds "${NIGHTLY_SECONDS:-1800}" --keep "$build/differential" "${inputs[@]}" || status=1
else
    echo "NOT RUN: the comparison of executors and tries, for want of npm or its packages"
fi
[ "$status" = 0 ] && echo "all passed" || echo "some FAILED"
exit "$status"
