#!/usr/bin/env bash
# Runs every benchmark program of a build folder; one JSON file each under BUILD/benchmarks/results.
#   benchmarks/run.sh BUILD [filter of program names]
# SPDX-License-Identifier: MIT OR Apache-2.0
set -euo pipefail
build=$(cd "$1" && pwd)
filter=${2:-}
root=$(cd "$(dirname "$0")/.." && pwd)
export SLUICE_TEST_DATA="${SLUICE_TEST_DATA:-$root/../shared/data}"
mkdir -p "$build/benchmarks/results"
for program in "$build"/benchmarks/bench_*"$filter"*; do
    [ -x "$program" ] && [ -f "$program" ] || continue
    name=$(basename "$program")
    "$program" --benchmark_out="$build/benchmarks/results/$name.json" --benchmark_out_format=json \
        --benchmark_repetitions="${REPETITIONS:-3}" --benchmark_report_aggregates_only=true
done
echo "results: $build/benchmarks/results"
