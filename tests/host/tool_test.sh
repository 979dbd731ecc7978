#!/usr/bin/env bash
# The tool as a user runs it: exit codes, JSON keys, files. Arguments: the tool, the project's folder, the block guest built
# as a native program.
# SPDX-License-Identifier: MIT OR Apache-2.0
set -euo pipefail
tool=$1
project=$2
native_guest=$3
work=$(mktemp -d)
node=
trap '[ -z "$node" ] || kill "$node"; rm -rf "$work"' EXIT
guest=$(dirname "$(dirname "$tool")")/guest/block.elf

fail() { echo "tool test: $*" >&2; exit 1; }
# expect_exit CODE WORDS COMMAND..: the command ends with the code and says the words on standard error.
expect_exit() {
    local code=$1 words=$2 status=0
    shift 2
    "$@" >"$work/out" 2>"$work/err" || status=$?
    [ "$status" = "$code" ] || fail "expected exit code $code, found $status: $* ($(cat "$work/err"))"
    grep -q -- "$words" "$work/err" || fail "expected '$words' in: $(cat "$work/err")"
}
# has_keys FILE KEY..: python expressions that must be there.
has_keys() {
    python3 - "$@" <<'PYTHON'
import functools, json, sys
data = json.load(open(sys.argv[1]))
for path in sys.argv[2:]:
    functools.reduce(lambda value, key: value[int(key)] if key.isdigit() else value[key], path.split("."), data)
PYTHON
}

"$tool" make-sample -o "$work/sample" --json >"$work/json"
has_keys "$work/json" block_number gas_used transactions
"$tool" make-sample -o "$work/again" >/dev/null
diff -r "$work/sample" "$work/again" >/dev/null || fail "two samples differ"

"$tool" execute-host --input "$work/sample" --json --report "$work/report" >"$work/json"
has_keys "$work/json" block_number outcome gas_used post_state_root anchored seconds public_output
has_keys "$work/report" phases.execute_seconds opcodes.SSTORE peak_resident_bytes

"$tool" make-input --input "$work/sample" -o "$work/block.bin" --stream "$work/block.stream" >/dev/null
"$tool" execute-host --input "$work/block.bin" --witness account >/dev/null
"$tool" execute-host --input "$work/block.stream" >/dev/null
expect_exit 1 "cannot be turned into mode" "$tool" execute-host --input "$work/block.stream" --witness eager

# Bad input, each with its exit code.
expect_exit 2 "name a block" "$tool" execute-host
expect_exit 2 "" "$tool" execute-host --no-such-flag
expect_exit 2 "" "$tool" no-such-command
expect_exit 2 "" "$tool" execute-host --input "$work/nowhere"
expect_exit 3 "127.0.0.1:1" "$tool" execute-host --rpc-url http://127.0.0.1:1
expect_exit 3 "chain id: expected 5" "$tool" execute-host --input "$work/block.bin" --chain-id 5
head -c 5000 "$work/block.bin" >"$work/cut.bin"
expect_exit 1 "cut.bin" "$tool" execute-host --input "$work/cut.bin"
python3 - "$work/sample/witness.json" <<'PYTHON'
import json, sys
witness = json.load(open(sys.argv[1]))
witness["codes"] = witness["codes"][:3]
json.dump(witness, open(sys.argv[1] + ".new", "w"))
PYTHON
cp -r "$work/sample" "$work/lacking" && mv "$work/sample/witness.json.new" "$work/lacking/witness.json"
rm -f "$work/lacking/witness.json.new"
expect_exit 1 "witness_missing_code" "$tool" execute-host --input "$work/lacking"
"$tool" execute-host --input "$work/lacking" --json 2>/dev/null >"$work/json" || true
has_keys "$work/json" error.name error.code error.message

# start_node MODE: a node that serves the sample; its address is in $url, its requests in $work/requests.
start_node() {
    if [ -n "$node" ]; then kill "$node"; fi
    rm -f "$work/port"
    "$project/tests/host/node.py" "$work/sample" "$work/port" "$1" >"$work/requests" &
    node=$!
    for _ in $(seq 100); do [ -e "$work/port" ] && break || sleep 0.1; done
    url=http://127.0.0.1:$(cat "$work/port")
}
number=$(python3 -c "import json; print(json.load(open('$work/sample/meta.json'))['number'])")
hash=$(python3 -c "import json; print(json.load(open('$work/sample/meta.json'))['hash'])")
chain=$(python3 -c "import json; print(json.load(open('$work/sample/meta.json'))['chainId'])")
rpc() { "$tool" execute-host --rpc-url "$url" --chain "$work/sample/chain.json" "$@"; }

# By number, alias, hash and tag; after the first look-up by hash alone; kept under its name and not fetched again.
start_node standard
"$tool" execute-host --input "$work/sample" >"$work/direct"
rpc --block-number "$number" --chain-id "$chain" --cache-dir "$work/cache" >"$work/fetched"
[ "$(sed -n 1p "$work/direct")" = "$(sed -n 1p "$work/fetched")" ] || fail "a fetched block ends otherwise"
[ -f "$work/cache/$chain/$number-$hash.bin" ] || fail "no $chain/$number-$hash.bin in the cache folder"
[ "$(sed -n '3,$p' "$work/requests" | grep -cv "$hash")" = 0 ] || fail "asked for something else than the hash"
rpc --block "$hash" --cache-dir "$work/cache" >/dev/null
[ "$(grep -c debug_executionWitness "$work/requests")" = 1 ] || fail "a cached block was fetched again"
rpc --block latest >/dev/null
expect_exit 3 "has no block 7" rpc --block 7
expect_exit 2 "expected a number" rpc --block pending
expect_exit 3 "chain id: expected 5, 127.0.0.1" rpc --chain-id 5
expect_exit 3 "no built-in rules for chain $chain" "$tool" execute-host --rpc-url "$url"
sed 's/1337001/1337002/' "$work/sample/chain.json" >"$work/other-chain.json"
expect_exit 3 "expected 1337001, which the node serves, found 1337002" \
    "$tool" execute-host --rpc-url "$url" --chain "$work/other-chain.json"
echo damage >"$work/cache/$chain/$number-$hash.bin"
expect_exit 3 "remove this file" rpc --block "$hash" --cache-dir "$work/cache"
start_node reth
rpc >/dev/null
grep -q "debug_executionWitnessByBlockHash" "$work/requests" || fail "reth's method was not tried"
start_node bare
expect_exit 3 "127.0.0.1.* does not offer debug_executionWitness. Clients that have it: reth" rpc
start_node swapped
expect_exit 3 "unfit answer: block hash: expected $hash, found 0x" rpc
start_node chain
expect_exit 3 "expected $chain, 127.0.0.1.* serves 5" rpc --chain-id "$chain"

# --chain is not passed over: other rules give another statement; a stream has its own.
python3 - "$work/sample/chain.json" <<'PYTHON' >"$work/deposits-elsewhere.json"
import json, sys
chain = json.load(open(sys.argv[1]))
(chain["config"] if "config" in chain else chain)["depositContractAddress"] = "0x" + "17" * 20
print(json.dumps(chain))
PYTHON
"$tool" execute-host --input "$work/block.bin" --json >"$work/json"
"$tool" execute-host --input "$work/block.bin" --chain "$work/deposits-elsewhere.json" --json >"$work/json2"
[ "$(grep chain_config_hash "$work/json")" != "$(grep chain_config_hash "$work/json2")" ] || fail "--chain was passed over"
expect_exit 1 "carries its rules" "$tool" execute-host --input "$work/block.stream" --chain "$work/sample/chain.json"

# What the block needs and nothing else: the same witness again, and less than the whole state.
"$tool" make-input --input "$work/sample" --execution-witness "$work/minimal.json" >/dev/null
"$tool" execute-host --input "$work/sample/block.rlp" --witness-json "$work/minimal.json" \
    --chain "$work/sample/chain.json" >"$work/fetched"
[ "$(sed -n 1p "$work/direct")" = "$(sed -n 1p "$work/fetched")" ] || fail "the minimal witness ends otherwise"
[ "$(stat -c %s "$work/minimal.json")" -lt "$(stat -c %s "$work/sample/witness.json")" ] || fail "not minimal"

# An invalid block: another state root. The parts of a header before it have 33, 33 and 21 bytes.
cp -r "$work/sample" "$work/invalid" && rm "$work/invalid/meta.json"
python3 - "$work/invalid/block.rlp" <<'PYTHON'
import sys
block = bytearray(open(sys.argv[1], "rb").read())
at = 1 + block[0] - 0xf7
at += 1 + block[at] - 0xf7 + 33 + 33 + 21
assert block[at] == 0xa0
block[at + 32] ^= 1
open(sys.argv[1], "wb").write(block)
PYTHON
for mode in eager account value; do
    expect_exit 1 "invalid block: block_state_root" "$tool" execute-host --input "$work/invalid" --witness $mode
done
"$tool" execute-host --input "$work/invalid" --json 2>/dev/null >"$work/json" && fail "an invalid block is valid"
has_keys "$work/json" error.expected error.found gas_used post_state_root anchored
expect_exit 1 "nothing was written" "$tool" make-input --input "$work/invalid" -o "$work/invalid.bin"
[ ! -e "$work/invalid.bin" ] || fail "an invalid block was written"
expect_exit 1 "block_state_root" "$tool" make-input --input "$work/invalid" --allow-invalid -o "$work/invalid.bin" \
    --stream "$work/invalid.stream"
expect_exit 1 "invalid block: block_state_root" "$tool" execute-host --input "$work/invalid.bin"
expect_exit 1 "invalid block: block_state_root" "$tool" execute-host --input "$work/invalid.stream"

# The guest's source as a native program: stream in, public output out, the error's exit code in 8 bits.
"$native_guest" <"$work/block.stream" | od -An -v -tx1 | tr -d ' \n' >"$work/output"
"$tool" execute-host --input "$work/block.stream" --json >"$work/json"
grep -q "\"public_output\": \"0x$(cat "$work/output")\"" "$work/json" || fail "the native guest states something else"
status=0
"$native_guest" <"$work/invalid.stream" >"$work/output" 2>/dev/null || status=$?
[ "$status" = $((434 % 256)) ] || fail "the native guest ends with $status on an invalid block"
[ ! -s "$work/output" ] || fail "the native guest states something of an invalid block"

# The README's table names each command with the words of --help.
commands=$("$tool" --help | sed -n '/^Subcommands:/,$p' | sed -nE 's/^  ([a-z-]+) .*/\1/p')
for name in $commands; do "$tool" "$name" --help >/dev/null; done
[ "$commands" = "$(sed -n '/^| command |/,/^$/p' "$project/README.md" | sed -nE 's/^\| `([a-z-]+)` \|.*/\1/p')" ] ||
    fail "README.md and --help differ in their commands"

"$tool" params >"$work/params"
sed -n '/^<!-- Computed;/,/^<!-- End of the computed part/p' "$project/libprover/SOUNDNESS.md" | sed '1,2d;$d' | sed '$d' |
    cmp - "$work/params" || fail "sluice params prints other tables than libprover/SOUNDNESS.md holds"
"$tool" params --json >"$work/json"
has_keys "$work/json" profiles.0.bits profiles.1.bits profiles.1.openings.0.rounds.0.bits profiles.0.limits.shards

"$tool" info --json >"$work/json"
has_keys "$work/json" version stream_version guest
if [ -f "$guest" ]; then
    "$tool" execute --input "$work/sample" --json --report "$work/report" --profile "$work/folded" >"$work/json"
    has_keys "$work/json" instructions weighted_cost exit_code public_output accelerators.keccak_absorb.calls
    has_keys "$work/report" functions.0.name operations phases
    grep -q ';' "$work/folded" || fail "no folded stacks"
    "$tool" execute --input "$work/sample" --functions 5 >"$work/functions"
    # Five functions, the others and the sum of all, which is the weighted cost without misaligned accesses.
    python3 - "$work/functions" "$work/report" <<'END' || fail "the table of functions does not add up"
import json, sys
own = [int(line.split("|")[3]) for line in open(sys.argv[1]) if line.startswith("| `")]
report = json.load(open(sys.argv[2]))
misaligned = report["misaligned_loads"] + report["misaligned_stores"]
sys.exit(len(own) != 7 or sum(own[:-1]) != own[-1] or own[-1] + misaligned != report["weighted_cost"])
END
    for mode in eager account value; do
        expect_exit 1 "in the guest: invalid block: block_state_root" "$tool" execute --input "$work/invalid" --witness $mode
    done
    "$tool" execute --input "$work/invalid.stream" --json 2>/dev/null >"$work/json" && fail "an invalid block is valid"
    grep -q '"exit_code": 434' "$work/json" || fail "the guest's exit code is not the error's number"
    expect_exit 1 "block_state_root" "$tool" shards --input "$work/invalid"
    "$tool" shards --input "$work/sample" --json >"$work/json"
    for mode in eager account value; do
        has_keys "$work/json" modes.$mode.shards.0.external_write.total modes.$mode.shards.1.external_read.total \
            modes.$mode.shards.0.touched_words
    done
    "$tool" shards --input "$work/sample" --shard-instructions 1000000 --shard-cells 100000000 >/dev/null
    expect_exit 1 "block.stream" "$tool" execute --elf "$work/block.stream" --input "$work/sample"

    # A program as RISC-V test suites have them: its store to tohost ends a run of the emulator, and nothing is proved.
    cat >"$work/suite.S" <<'ASSEMBLER'
    .globl _start
_start:
    la t0, tohost
    li t1, VALUE
again:
    sw t1, 0(t0)
    sw zero, 4(t0)
    j again
    .section .tohost, "aw", @progbits
    .globl tohost
    .balign 8
tohost: .dword 0
ASSEMBLER
    # link_suite VALUE PLACE: where the program begins.
    link_suite() {
        printf 'ENTRY(_start) SECTIONS { . = %s; .text : { *(.text) } . = ALIGN(0x10000); .tohost : { *(.tohost) } }' \
            "$2" >"$work/suite.ld"
        clang-19 --target=riscv64-unknown-elf -march=rv64im -mabi=lp64 -mno-relax -nostdlib -static -fuse-ld=lld-19 \
            -Wl,-z,max-page-size=0x10000 -Wl,-T,"$work/suite.ld" -DVALUE="$1" -o "$work/suite.elf" "$work/suite.S"
    }
    link_suite 1 0x10000
    "$tool" execute --elf "$work/suite.elf" --json >"$work/json"
    has_keys "$work/json" ended_by exit_code instructions seconds public_output
    grep -q '"ended_by": "tohost"' "$work/json" || fail "not ended by tohost: $(cat "$work/json")"
    expect_exit 1 "by a write of 1 to tohost" "$tool" prove --elf "$work/suite.elf" --output-dir "$work/no-proof"
    [ ! -e "$work/no-proof/proof.bin" ] || fail "a proof of a run that does not halt"
    link_suite 15 0x10000
    "$tool" execute --elf "$work/suite.elf" --json >"$work/json" && fail "exit code 7 passes for 0"
    grep -q '"exit_code": 7' "$work/json" || fail "expected exit code 7: $(cat "$work/json")"
    link_suite 1 0x80000000
    expect_exit 1 "outside the image region 0x10000 to 0x20000000" "$tool" execute --elf "$work/suite.elf"
    "$tool" execute --elf "$(dirname "$guest")/hello.elf" --json >"$work/json"
    grep -q '"ended_by": "halt"' "$work/json" || fail "not ended by halt: $(cat "$work/json")"
    expect_exit 2 "not with a block" "$tool" execute --program-input "$work/suite.S" --input "$work/sample"

    # A run of a program is proved; each part of what the proof states is refused when it is another one.
    fib=$(dirname "$guest")/fib.elf
    printf '\100\0\0\0\0\0\0\0' >"$work/sixty-four"
    # Without accelerators the machine is small, and the run has several shards.
    "$tool" prove --elf "$fib" --accelerators none --program-input "$work/sixty-four" --output-dir "$work/proof" \
        --shard-cells 100000 --json >"$work/json"
    has_keys "$work/json" instructions shards cells proof_bytes step_seconds.gkr module_seconds.commit_traces \
        chips.0.share memory_plan.proving_bytes backends.0.busy_seconds
    has_keys "$work/proof/metrics.json" cells_per_second chips.0.rows
    has_keys "$work/proof/trace.json" traceEvents.0.dur
    grep -q '^chip,rows,cells,share$' "$work/proof/chips.csv" || fail "no header in chips.csv"
    [ "$(grep -c '^|---' "$work/proof/report.md")" = 4 ] || fail "expected four tables in report.md"
    grep -q '"public_output": "0xbb20ca61a6090000"' "$work/json" || fail "the 64th Fibonacci number: $(cat "$work/json")"
    "$tool" verify --proof "$work/proof" --elf "$fib" --accelerators none --json >"$work/json"
    grep -q '"verified": true' "$work/json" || fail "the proof of fib does not verify"
    expect_exit 1 "another program" "$tool" verify --proof "$work/proof" --elf "$fib"
    expect_exit 2 "found sha3" "$tool" keygen --elf "$fib" --accelerators keccak,sha3 -o "$work/none.key"
    expect_exit 1 "check statement" "$tool" verify --proof "$work/proof" --expect-exit 1
    expect_exit 1 "check statement" "$tool" verify --proof "$work/proof" --output "$work/sixty-four"
    expect_exit 1 "another program" "$tool" verify --proof "$work/proof" --elf "$(dirname "$guest")/hello.elf"
    "$tool" keygen --elf "$(dirname "$guest")/hello.elf" -o "$work/other.key" >/dev/null
    expect_exit 1 "key" "$tool" verify --proof "$work/proof" --key "$work/other.key"
    # Any byte of the body, here some by a seed.
    for seed in 1 2 3 4 5 6; do
        python3 - "$work/proof/proof.bin" "$work/flipped" $seed <<'PYTHON'
import random, sys
data = bytearray(open(sys.argv[1], "rb").read())
body = data.index(b"SLPF")
at = random.Random(int(sys.argv[3])).randrange(body, body + 500_000)  # of about 1 MB
data[at] ^= 1
open(sys.argv[2], "wb").write(data)
PYTHON
        expect_exit 1 "not verified" "$tool" verify --proof "$work/flipped" --key "$work/proof/key.bin"
    done

    # The folder goes on where it was: nothing is proved again, what is damaged is, and another run is refused.
    prove_fib() {
        "$tool" prove --elf "$fib" --accelerators none --program-input "$work/sixty-four" --shard-cells 100000 "$@"
    }
    cp "$work/proof/proof.bin" "$work/first.bin"
    printf damage >"$work/proof/shard-2.bin"
    expect_exit 0 "shard-2.bin is not used and made again: not the proof of a table" prove_fib --output-dir "$work/proof"
    cmp "$work/first.bin" "$work/proof/proof.bin" || fail "a proof made anew in part differs"
    prove_fib --output-dir "$work/shared" --shard-id 0 --shard-id 2 >/dev/null
    [ "$(ls "$work/shared")" = "boundary.bin
link.bin
shard-2.bin" ] || fail "found $(ls "$work/shared")"
    prove_fib --output-dir "$work/shared" >/dev/null
    cmp "$work/first.bin" "$work/shared/proof.bin" || fail "a proof from parts differs"
    expect_exit 3 "the parts of another proof: expected an input" "$tool" prove --elf "$fib" --accelerators none \
        --output-dir "$work/proof" --program-input "$work/block.stream"
    expect_exit 1 "shard 9 of a run of" prove_fib --output-dir "$work/shared" --shard-id 9
    "$tool" inspect "$work/proof" --json >"$work/json"
    for kind in key proof link part; do
        grep -q "\"kind\": \"$kind\"" "$work/json" || fail "inspect shows no $kind"
    done
    "$tool" inspect "$work/proof/key.bin" >"$work/out"
    grep -q shard_ram "$work/out" || fail "inspect does not show the key's chips"
    expect_exit 1 "sixty-four" "$tool" inspect "$work/sixty-four"

    # What a block's proof states, by a program that states what it is told.
    echo_program=$(dirname "$guest")/echo.elf
    for anchored in 0 1; do
        python3 - "$work/claim-$anchored" $anchored <<'PYTHON'
import sys
word = lambda value: value.to_bytes(8, "little")
claim = word(1) + bytes([1] * 32) + word(77) + b"".join(bytes([i] * 32) for i in (2, 3, 4, 5)) + word(int(sys.argv[2]))
open(sys.argv[1], "wb").write(claim)
PYTHON
        "$tool" prove --elf "$echo_program" --program-input "$work/claim-$anchored" --output-dir "$work/echo-$anchored" >/dev/null
    done
    "$tool" verify --proof "$work/echo-1" --block --elf "$echo_program" --json >"$work/json"
    has_keys "$work/json" block.block_hash block.anchored
    expect_exit 1 "not anchored" "$tool" verify --proof "$work/echo-0" --block --elf "$echo_program"
    "$tool" verify --proof "$work/echo-0" --block --elf "$echo_program" --allow-unanchored >"$work/out"
    grep -q "block 77, hash 0x0202.*" "$work/out" && grep -q "bound to nothing" "$work/out" || fail "found $(cat "$work/out")"
    expect_exit 1 "another program" "$tool" verify --proof "$work/echo-1" --block
    expect_exit 1 "is not a block's" "$tool" verify --proof "$work/proof" --block
    expect_exit 1 "nothing to prove" "$tool" prove --input "$work/invalid" --output-dir "$work/none"
    expect_exit 2 "goes with --elf" "$tool" prove --input "$work/sample" --program-input "$work/sixty-four" --output-dir "$work/none"
    expect_exit 2 "name a block" "$tool" prove --output-dir "$work/none"
    expect_exit 2 "goes with --backend cuda or auto" "$tool" prove --elf "$fib" --backend cpu --device 0 --output-dir "$work/none"
    expect_exit 3 "CUDA" "$tool" prove --elf "$fib" --backend cuda --device 1000 --output-dir "$work/none"
    expect_exit 2 "expected a folder" "$tool" prove --elf "$fib" --output-dir "$work/sixty-four"
    expect_exit 1 "load_fault" "$tool" prove --elf "$(dirname "$guest")/null_read.elf" --output-dir "$work/none"
    expect_exit 3 "allowed are 1024 MiB" "$tool" prove --elf "$guest" --program-input "$work/block.stream" --memory 1 --shard-cells 100000000 --output-dir "$work/none"
    [ ! -e "$work/none" ] || fail "a folder without a proof"
else
    expect_exit 3 "make build" "$tool" execute --input "$work/sample"
    echo "SKIPPED: no RISC-V tools: the guest is not built"
fi
echo "All tests passed (1 assertion in 1 test case)"
