#!/usr/bin/env bash
# Prints benchmarks/results/functions.md: the guest's weighted cost by function for real blocks. Nothing in it depends on
# the machine.
#   benchmarks/functions.sh BUILD BLOCK...
# SPDX-License-Identifier: MIT OR Apache-2.0
set -euo pipefail
build=$(cd "$1" && pwd)
root=$(cd "$(dirname "$0")/.." && pwd)
data="${SLUICE_TEST_DATA:-$root/../shared/data}/mainnet"
shift
cat <<END
# Weighted cost of the guest by function

Made by \`benchmarks/functions.sh build/release $*\`, which runs \`sluice execute --functions 30\` on each block (mode
\`value\`); counts are exact and the same on every machine. Weighted cost = instructions + accelerator calls x rows
(\`libprover/abi/include/sluice/abi/cost.h\`), without misaligned accesses, which belong to no function. An accelerator's
rows are booked on the function that calls it. What the compiler inlines belongs to the function that it ends up in:
\`Interpreter::loop\` holds all frequent opcodes.
END
for block in "$@"; do
    "$build/bin/sluice" execute --input "$data/$block" --functions 30 >"$build/functions.txt"
    gas=$(sed -nE 's/^ *gas ([0-9]+),.*/\1/p' "$build/functions.txt")
    printf '\n## Block %s, %s gas\n\n' "$block" "$gas"
    grep '^|' "$build/functions.txt"
done
