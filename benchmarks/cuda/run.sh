#!/usr/bin/env bash
# All that a machine with a card is asked for, from the folder that pack.sh packed; ten minutes at most.
#   run.sh OUT              writes OUT/report.json and OUT/report.md, and beside them what each part said
#   run.sh --dry-run OUT    on no card, even where there is one; benchmarks are those of the host twin, tiny
#
# Parts run one after the other, what matters most first, each with a limit of its own; one that fails or takes too long
# does not stop the others. Of the machine it needs a CUDA driver, bash, coreutils, sed and grep; compute-sanitizer, if
# it is in PATH or SLUICE_COMPUTE_SANITIZER names it. The card's settings are only those that it has.
#
# Exit status: 0 if all parts passed; 1 if one failed or took too long; 3 if none did, and there was no card; 0 for a dry
# run in which none failed. SPDX-License-Identifier: MIT OR Apache-2.0
set -uo pipefail
dry=
if [ "${1:-}" = --dry-run ]; then
    dry=yes
    shift
    export CUDA_VISIBLE_DEVICES=
fi
if [ $# != 1 ]; then
    sed -n '2,5s/^# \{0,1\}//p' "$0" >&2
    exit 2
fi
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$1"
out=$(cd "$1" && pwd)
commit=$(cat "$here/commit")

names=() states=() times=() reasons=()
note() { # name, state, seconds, reason
    names+=("$1") states+=("$2") times+=("$3") reasons+=("$4")
    printf '%-24s %-8s %4s s  %s\n' "$@"
}
# A part: its name, its limit in seconds, and the command, whose output goes to OUT/NAME.txt. Tests that find no device
# tell why on lines "SKIPPED: no CUDA device: ..."; a program that must have one ends with status 3, which
# means nothing else while there is none.
part() {
    local name=$1 limit=$2 start=$SECONDS status reason state
    shift 2
    timeout --kill-after=5 "$limit" "$@" >"$out/$name.txt" 2>"$out/$name.log"
    status=$?
    reason=$(cat "$out/$name.txt" "$out/$name.log" | sed -n 's/^SKIPPED: no CUDA device: //p' | head -n 1)
    if [ "$status" = 124 ] || [ "$status" = 137 ]; then
        state=timeout reason="more than $limit s"
    elif [ "$status" = 3 ] && [ "${states[0]:-skipped}" = skipped ]; then
        state=skipped reason=$(cat "$out/$name.txt" "$out/$name.log" | tail -n 1)
    elif [ "$status" != 0 ]; then
        state=failed reason="status $status: $(cat "$out/$name.log" "$out/$name.txt" | grep -v '^ *$' | tail -n 1)"
    elif [ -n "$reason" ]; then
        state=skipped
    else
        state=passed
    fi
    [ -s "$out/$name.log" ] || rm -f "$out/$name.log"
    note "$name" "$state" $((SECONDS - start)) "$reason"
}

bin=$here/bin
export SLUICE_TEST_DEVICE=cuda
least=0.001
if [ -z "$dry" ]; then
    export SLUICE_BENCH_DEVICE=cuda
    least=0.1
fi

part device 10 "$bin/bench_cuda" --describe
device=$(head -n 1 "$out/device.txt")
part kernel_tests 60 "$bin/test_backend_cuda"
part fill_tests 40 "$bin/test_chips_device" '[device]'
part proof_tests 60 "$bin/test_prover_cuda"
bench=("$bin/bench_cuda" --markdown --benchmark_min_time=$least --benchmark_out_format=json)
part kernels 100 "${bench[@]}" --benchmark_filter='-^proof/' --benchmark_out="$out/kernels.json"
part proofs 80 "${bench[@]}" --benchmark_filter='^proof/' --benchmark_out="$out/proofs.json"
# Blocks proved whole, each with a CPU's verifier on its proof; reports stay, keys and proofs do not.
for block in "$here"/blocks/*.bin; do
    [ -f "$block" ] || continue
    name=$(basename "$block" .bin)
    name=block_${name#0-}
    part "$name" 45 "$bin/sluice" prove --backend cuda --input "$block" --elf "$here/guest/block.elf" --output-dir "$out/$name"
    rm -f "$out/$name"/*.bin
done
# The small tests again, watched: accesses to memory, and races within shared memory.
sanitizer=${SLUICE_COMPUTE_SANITIZER:-$(command -v compute-sanitizer)}
for tool in memcheck racecheck; do
    if [ -z "$sanitizer" ]; then
        note "$tool" skipped 0 "no compute-sanitizer in PATH"
    else
        part "$tool" 30 "$sanitizer" --tool "$tool" --error-exitcode 9 "$bin/test_backend_cuda" '~*for every size*'
    fi
done

# A text as a JSON string.
quoted() {
    printf '"%s"' "$(printf '%s' "$1" | tr -d '\000-\010\013-\037' | sed 's/[\\"]/\\&/g; s/\t/ /g' | tr '\n' ' ')"
}
{
    printf '{\n "device": %s,\n "commit": %s,\n "dry_run": %s,\n "date": %s,\n "parts": [' "$(quoted "$device")" \
        "$(quoted "$commit")" "$([ -n "$dry" ] && echo true || echo false)" "$(quoted "$(date -u +%FT%TZ)")"
    for i in "${!names[@]}"; do
        [ "$i" = 0 ] || printf ','
        printf '\n  {"name": %s, "state": %s, "seconds": %s, "reason": %s}' "$(quoted "${names[i]}")" \
            "$(quoted "${states[i]}")" "${times[i]}" "$(quoted "${reasons[i]}")"
    done
    printf '\n ]'
    for file in kernels proofs; do
        # One that broke off may have left half of it.
        [ "$(tail -n 1 "$out/$file.json" 2>/dev/null)" = "}" ] && printf ',\n "%s": %s' "$file" "$(cat "$out/$file.json")"
    done
    for metrics in "$out"/block_*/metrics.json; do
        if [ -s "$metrics" ]; then
            printf ',\n "%s": %s' "$(basename "$(dirname "$metrics")")" "$(cat "$metrics")"
        fi
    done
    printf '\n}\n'
} >"$out/report.json.new" && mv "$out/report.json.new" "$out/report.json"
{
    printf '# CUDA: tests and speed\n\nDevice: %s. Commit %s.%s\n\n' "$device" "$commit" "${dry:+ A dry run, without a card.}"
    printf '| part | state | seconds | why |\n|---|---|---|---|\n'
    for i in "${!names[@]}"; do
        printf '| %s | %s | %s | %s |\n' "${names[i]}" "${states[i]}" "${times[i]}" "$(printf '%s' "${reasons[i]}" | tr '|\n' '/ ')"
    done
    for file in kernels proofs; do
        printf '\n## %s\n\n' "${file^}"
        cat "$out/$file.txt"
    done
    for report in "$out"/block_*/report.md; do
        if [ -s "$report" ]; then
            printf '\n## %s\n\n%s\n' "$(basename "$(dirname "$report")")" "$(cat "$report")"
        fi
    done
    printf '\n%s\n' "$(cat "$here/reference.md")"
} >"$out/report.md.new" && mv "$out/report.md.new" "$out/report.md"
echo "$out/report.json $out/report.md"

case " ${states[*]} " in
    *" failed "* | *" timeout "*) exit 1 ;;
esac
if [ -z "$dry" ] && [ "${states[0]}" = skipped ]; then
    exit 3
fi
exit 0
