#!/usr/bin/env python3
"""Runs the tool on every real block of the test data and writes benchmarks/results/blocks.{json,md} and shards.{json,md}.

    benchmarks/tables.py BUILD_FOLDER TEST_DATA [--keep-times] [--only=blocks|shards]

--keep-times: times stay those of the committed table, native ones with the commit at which they were measured; for machines
that are too busy to time anything. Everything else is a count and does not depend on the machine.

SPDX-License-Identifier: MIT OR Apache-2.0
"""
import json
import os
import statistics
import subprocess
import sys

keep_times = "--keep-times" in sys.argv
only = next((argument[7:] for argument in sys.argv if argument.startswith("--only=")), "")
build, data = [argument for argument in sys.argv[1:] if not argument.startswith("--")]
root = os.path.join(os.path.dirname(os.path.abspath(__file__)), "results")
tool = os.path.join(build, "bin", "sluice")
MODES = ("eager", "account", "value")
SHARD_BLOCKS = ("23587691", "18884864", "21077746", "21740136", "24171384", "24628608", "25229957")
# scroll-tech/ceno-reth-benchmark, block 23587691, words written in shard 0 for later shards.
REFERENCE = {"before streaming": 129862, "with account streaming": 53991}


def run(*arguments):
    return json.loads(subprocess.run([tool, *arguments, "--json"], check=True, capture_output=True, text=True).stdout)


folders = {}
for kind in ("mainnet", "mainnet-noparent"):
    for number in sorted(os.listdir(os.path.join(data, kind))):
        folders[number] = os.path.join(data, kind, number)


def write_blocks():
    here = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=root, check=True, capture_output=True, text=True).stdout.strip()
    kept = json.load(open(os.path.join(root, "blocks.json"))) if keep_times else {}

    def native(number, folder, mode):
        entry = run("execute-host", "--input", folder, "--witness", mode, "--repeat", "1" if keep_times else "21")
        entry["timed_at_commit"] = here
        if keep_times:
            old = kept[number][mode]["native"]
            entry["seconds"], entry["timed_at_commit"] = old["seconds"], old.get("timed_at_commit", "8377815")
        return entry

    def guest(number, folder, mode):
        entry = run("execute", "--input", folder, "--witness", mode)
        if keep_times:
            entry["seconds"] = kept[number][mode]["guest"]["seconds"]
        return entry

    blocks = {}
    for number, folder in sorted(folders.items()):
        blocks[number] = {mode: {"native": native(number, folder, mode), "guest": guest(number, folder, mode)}
                          for mode in MODES}
        outputs = {entry[side]["public_output"] for entry in blocks[number].values() for side in entry}
        assert len(outputs) == 1, f"block {number}: public outputs differ"
    with open(os.path.join(root, "blocks.json"), "w") as out:
        json.dump(blocks, out, indent=1)
        out.write("\n")

    lines = ["# Real blocks, per witness mode", "",
             "Made by `benchmarks/tables.py`. One core, median of 21 native runs with the stream in memory and everything",
             "verified. Weighted cost = instructions + misaligned accesses + accelerator calls x rows; cell cost = the same with",
             "cells / 40 for rows (`libprover/abi/include/sluice/abi/cost.h`). Targets are set for the weighted cost.",
             "Each block's public output is the same natively and in the guest, in all three modes.", "",
             "| block | gas | mode | instructions | accelerator calls | weighted cost / gas | cell cost / gas | misaligned | guest memory KiB"
             " (heap + stack) | stream KiB | native ms | Mgas/s |",
             "|---|---|---|---|---|---|---|---|---|---|---|---|"]
    for number, modes in blocks.items():
        for mode in MODES:
            timed, guest = modes[mode]["native"], modes[mode]["guest"]
            calls = sum(c["calls"] for name, c in guest["accelerators"].items() if name != "halt")
            memory = (guest["memory_bytes"]["heap"] + guest["memory_bytes"]["stack"]) // 1024
            lines.append(f"| {number} | {timed['gas_used']:,} | {mode} | {guest['instructions']:,} | {calls:,} | "
                         f"{guest['weighted_cost_per_gas']:.2f} | {guest['cell_cost_per_gas']:.2f} | "
                         f"{guest['misaligned_loads'] + guest['misaligned_stores']:,} | {memory:,} | "
                         f"{timed['stream_bytes'] / 1024:,.0f} | {timed['seconds'] * 1e3:.2f} | "
                         f"{timed['gas_used'] / timed['seconds'] / 1e6:,.0f} |")
    value = [modes["value"] for modes in blocks.values()]
    gas = sum(entry["native"]["gas_used"] for entry in value)
    large = [entry["native"] for entry in value if entry["native"]["gas_used"] >= 10_000_000]
    lines += ["",
              f"`value` mode: gas-weighted mean {gas / sum(e['native']['seconds'] for e in value) / 1e9:.3f} Ggas/s; median of the "
              f"{len(large)} blocks of 10 Mgas or more {statistics.median(e['gas_used'] / e['seconds'] for e in large) / 1e9:.3f} "
              f"Ggas/s; median weighted cost {statistics.median(e['guest']['weighted_cost_per_gas'] for e in value):.2f} per gas, "
              f"median cell cost {statistics.median(e['guest']['cell_cost_per_gas'] for e in value):.2f}.",
              "Native times were measured at commit "
              + ", ".join(sorted({e["native"]["timed_at_commit"] for m in blocks.values() for e in m.values()})) + "."]
    with open(os.path.join(root, "blocks.md"), "w") as out:
        out.write("\n".join(lines) + "\n")


def write_shards():
    shards = {number: run("shards", "--input", folders[number]) for number in SHARD_BLOCKS}
    with open(os.path.join(root, "shards.json"), "w") as out:
        json.dump(shards, out, indent=1)
        out.write("\n")
    lines = ["# Words that cross shards, per witness mode", "",
             "Made by `benchmarks/tables.py` with `sluice shards`; definitions in `libprover/README.md`. A run is cut in two at a",
             "share of its instructions. External writes: words of 4 bytes touched in shard 0 and touched again later (in brackets",
             "words of 8 bytes). The target for `value` is at most 10 % of `eager`. Touched words are what our own linking proves:",
             "a word counts once for each shard that touches it.", "",
             "What crosses in `value` mode, and why it must (`sluice shards --crossings` tells by function):", "",
             "- values that were given without proof and are compared at the end of the block: every account and slot touched",
             "  before the cut (words each, and how many of them are bookkeeping: `libexecutor/README.md`, World state);",
             "- code hashed before the cut and run after it (region input, or heap where it had to be padded);",
             "- accounts, slots and maps that transactions on both sides use;",
             "- memory used again: EVM stacks and memories, undo records, logs, encodings (heap), frames (stack; most where a pairing is cut).",
             "  Fresh memory for each transaction would make most of these free here, and would make more touched words of them;",
             "- tables of constants that both sides read: multiples of the generator for ecrecover, opcode labels (image).", "",
             f"The reference (scroll-tech/ceno-reth-benchmark, block 23587691, RV32 guest): {REFERENCE['before streaming']:,} before "
             f"and {REFERENCE['with account streaming']:,} with account streaming (-58.4 %), at 56.2 % and 61.6 % of its run.", "",
             "| block | cut | eager | account | value | value / eager | target 10 % | value by region: heap, input, stack, image, "
             "registers | touched words, sum: eager | account | value |",
             "|---|---|---|---|---|---|---|---|---|---|---|"]
    for number, result in shards.items():
        modes = result["modes"]
        for index, plan in enumerate(modes["eager"]["plans"]):
            writes = {mode: modes[mode]["plans"][index]["shards"][0]["external_write"] for mode in MODES}
            share = writes["value"]["total"] / writes["eager"]["total"]
            regions = ", ".join(f"{writes['value'][r]['words4']:,}" for r in ("heap", "input", "stack", "image", "registers"))
            cells = " | ".join(f"{writes[mode]['total']:,} ({writes[mode]['total8']:,})" for mode in MODES)
            touched = " | ".join(f"{modes[mode]['plans'][index]['total']['touched_words']:,}" for mode in MODES)
            verdict = "met" if share <= 0.1 else f"missed by {100 * share - 10:.1f} points"
            lines.append(f"| {number} | {plan['plan']} | {cells} | {100 * share:.1f} % | {verdict} | {regions} | {touched} |")
    with open(os.path.join(root, "shards.md"), "w") as out:
        out.write("\n".join(lines) + "\n")


if only != "shards":
    write_blocks()
if only != "blocks":
    write_shards()
