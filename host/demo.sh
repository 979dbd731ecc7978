#!/usr/bin/env bash
# The main job on one block: natively, in the guest, what each witness mode costs in cross-shard writes; and its proof.
#   host/demo.sh BUILD
# SPDX-License-Identifier: MIT OR Apache-2.0
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
build=$1
sluice=$build/bin/sluice
data=${SLUICE_TEST_DATA:-$root/../shared/data}
block=$data/mainnet/21429020
if [ -d "$block" ]; then
    input=$block
    echo "== mainnet block 21429020, from $data"
else
    input=$build/sample
    echo "== no mainnet block found (SLUICE_TEST_DATA): making a synthetic chain in $input"
    "$sluice" make-sample --output "$input"
fi
echo; echo "== native execution from a streamed witness"
"$sluice" execute-host --input "$input"
echo; echo "== the same in the RISC-V guest"
"$sluice" execute --input "$input"
echo; echo "== what each witness mode writes in shard 0 for later shards"
"$sluice" shards --input "$input"
echo; echo "== a proof of the block, and its verification"
rm -rf "$build/demo-proof"
"$sluice" prove --input "$input" --output-dir "$build/demo-proof"
"$sluice" verify --proof "$build/demo-proof" --block
echo
echo "For a block of your own, from a node with debug_executionWitness:"
echo "  $sluice prove --rpc-url http://localhost:8545 --block latest --output-dir proof"
