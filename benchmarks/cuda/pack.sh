#!/usr/bin/env bash
# What run.sh needs on a machine that has a driver and nothing else of ours: a folder to carry there.
#   benchmarks/cuda/pack.sh BUILD FOLDER      BUILD has bench_cuda, test_backend_cuda and test_prover_cuda
# Programs find their libraries by $ORIGIN/../lib; the CUDA runtime is in them, the driver and libc are the machine's.
# Less than 64 MiB, or it fails. SPDX-License-Identifier: MIT OR Apache-2.0
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
build=$(cd "$1" && pwd)
folder=$2
rm -rf "$folder"
mkdir -p "$folder/bin" "$folder/lib"
for program in benchmarks/bench_cuda tests/test_backend_cuda tests/test_prover_cuda; do
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
cp "$here/run.sh" "$folder/"
git -C "$here" describe --always --dirty --abbrev=12 >"$folder/commit" 2>/dev/null || echo unknown >"$folder/commit"
size=$(du -s --block-size=1K --apparent-size "$folder" | cut -f1)
if [ "$size" -ge 65536 ]; then
    echo "$folder: $size KiB, which is not less than 64 MiB" >&2
    exit 1
fi
echo "$folder: $size KiB; run $folder/run.sh OUT there"
