#!/usr/bin/env bash
# What run.sh needs on a machine that has a driver and nothing else of ours: a folder to carry there.
#   benchmarks/cuda/pack.sh BUILD FOLDER [BLOCKS]      BUILD has bench_cuda, test_backend_cuda, test_prover_cuda, the tool and the
#                                                      guest; BLOCKS has mainnet blocks, in folders by number; without
#                                                      it those of $SLUICE_TEST_DATA are taken, if there are any
# Programs find their libraries by $ORIGIN/../lib; the CUDA runtime is in them, the driver and libc are the machine's.
# Less than 64 MiB, or it fails. SPDX-License-Identifier: MIT OR Apache-2.0
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "$1" && pwd)
folder=$2
rm -rf "$folder"
mkdir -p "$folder/bin" "$folder/lib" "$folder/guest" "$folder/blocks"
for program in benchmarks/bench_cuda tests/test_backend_cuda tests/test_prover_cuda bin/sluice; do
    strip -o "$folder/bin/$(basename "$program")" "$build/$program"
done
# All that the loader finds, but for libc's own.
ldd "$folder"/bin/* | awk '$2 == "=>" && $1 !~ /^(libc|libm|libdl|librt|libpthread)\.so/ { print $1, $3 }' | sort -u |
    while read -r name path; do
        if [ "$path" = not ]; then
            echo "$name: not found" >&2
            exit 1
        fi
        strip -o "$folder/lib/$name" "$(readlink -f "$path")"
    done
cp "$here/run.sh" "$here/reference.md" "$folder/"
# Blocks to prove, small ones first: a sample, and some of mainnet. Nothing of them if the build has no guest.
if [ -f "$build/guest/block.elf" ]; then
    cp "$build/guest/block.elf" "$folder/guest/"
    "$build/bin/sluice" make-sample -o "$folder/sample" >/dev/null
    "$build/bin/sluice" make-input --input "$folder/sample" -o "$folder/blocks/0-sample.bin" >/dev/null
    rm -r "$folder/sample"
    blocks=${3:-${SLUICE_TEST_DATA:-}/mainnet}
    for block in 21429020 21740136 23879620; do
        [ -d "$blocks/$block" ] || continue
        "$build/bin/sluice" make-input --input "$blocks/$block" -o "$folder/blocks/$block.bin" >/dev/null
    done
fi
git -C "$here" describe --always --dirty --abbrev=12 >"$folder/commit" 2>/dev/null || echo unknown >"$folder/commit"
size=$(du -s --block-size=1K --apparent-size "$folder" | cut -f1)
if [ "$size" -ge 65536 ]; then
    echo "$folder: $size KiB, which is not less than 64 MiB" >&2
    exit 1
fi
echo "$folder: $size KiB; run $folder/run.sh OUT there"
