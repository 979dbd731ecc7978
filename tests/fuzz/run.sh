#!/usr/bin/env bash
# Runs every libFuzzer target of a build folder for some seconds, several at once, from the committed corpus.
#   tests/fuzz/run.sh BUILD SECONDS JOBS
# SPDX-License-Identifier: MIT OR Apache-2.0
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "$1" && pwd)
seconds=$2
jobs=${3:-2}
targets=("$build"/fuzz/fuzz_*)
[ -x "${targets[0]}" ] || { echo "no fuzz targets in $build/fuzz"; exit 1; }
one() {
    name=$(basename "$1" | sed 's/^fuzz_//')
    work=$2/fuzz/work/$name
    mkdir -p "$work/corpus" "$work/crashes"
    seeds=$4/corpus/$name
    [ -d "$seeds" ] || seeds=
    if "$1" -max_total_time="$3" -rss_limit_mb=4096 -timeout=20 -print_final_stats=1 \
        -artifact_prefix="$work/crashes/" "$work/corpus" $seeds >"$work/log" 2>&1; then
        echo "fuzz $name: clean, $(grep -o 'number_of_executed_units: *[0-9]*' "$work/log" | grep -o '[0-9]*$') runs in $3 s"
    else
        echo "fuzz $name: FAILED, reproducer in $work/crashes"
        tail -n 60 "$work/log"
        exit 1
    fi
}
export -f one
if printf '%s\0' "${targets[@]}" | xargs -0 -P "$jobs" -I{} bash -c 'one "$@"' _ {} "$build" "$seconds" "$here"; then
    echo "${#targets[@]} passed, 0 failed"
else
    exit 1
fi
