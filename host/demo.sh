#!/usr/bin/env bash
# The main job on one block: natively, in the guest, and what each witness mode costs in cross-shard writes; and the proof
# of a small program (a block takes too long yet).
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
echo; echo "== a proof of a small program of the guest, and its verification"
"$sluice" prove --elf "$build/guest/hello.elf" --output-dir "$build/demo-proof"
"$sluice" verify --proof "$build/demo-proof" --elf "$build/guest/hello.elf"
echo
echo "For a block of your own, from a node with debug_executionWitness:"
echo "  $sluice shards --rpc-url http://localhost:8545 --block latest"
