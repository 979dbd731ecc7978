#!/usr/bin/env bash
# What run.sh needs on a machine that has a driver and nothing else of ours: a folder, in an archive to carry there.
#   benchmarks/cuda/pack.sh BUILD NAME.tar.gz [BLOCKS]      BUILD has bench_cuda, test_backend_cuda, test_chips_device,
#                                                           test_prover_cuda, the tool and the guest; BLOCKS has mainnet
#                                                           blocks, in folders by number; without it those of
#                                                           $SLUICE_TEST_DATA are taken, if there are any
# Programs find their libraries by $ORIGIN/../lib; the CUDA runtime is in them, the driver and libc are the machine's.
# SPDX-License-Identifier: MIT OR Apache-2.0
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "$1" && pwd)
archive=$2
name=$(basename "$archive" .tar.gz)
work=$(mktemp -d "$archive.XXXXXX")
trap 'rm -rf "$work"' EXIT
folder=$work/$name
mkdir -p "$folder/bin" "$folder/lib" "$folder/guest" "$folder/blocks"
for program in benchmarks/bench_cuda tests/test_backend_cuda tests/test_chips_device tests/test_prover_cuda bin/sluice; do
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
tar -C "$work" -czf "$work/archive" "$name"
mv "$work/archive" "$archive"
echo "$archive: $(($(stat -c %s "$archive") >> 10)) KiB; there: tar -xzf $name.tar.gz && $name/run.sh OUT"
