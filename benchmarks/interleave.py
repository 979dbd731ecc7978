#!/usr/bin/env python3
"""Times native execution of the real blocks (mode `value`) with several builds of bench_block, which take turns, and prints
medians of CPU time and the gas-weighted mean of each build, with its ratio to the first.

    benchmarks/interleave.py ROUNDS BENCH_BLOCK...

A build of an older commit comes from a worktree of it (`ninja bench_block`). SLUICE_TEST_DATA says where the blocks are.

SPDX-License-Identifier: MIT OR Apache-2.0
"""
import json
import statistics
import subprocess
import sys

rounds, programs = int(sys.argv[1]), sys.argv[2:]
times = {program: {} for program in programs}
gas = {}
for i in range(rounds):
    # Every other round in reverse, so that no build always runs after the same one.
    for program in programs if i % 2 == 0 else programs[::-1]:
        output = subprocess.run([program, "--benchmark_filter=^native/value/[0-9]", "--benchmark_min_time=0.1",
                                 "--benchmark_format=json"], check=True, capture_output=True, text=True).stdout
        for result in json.loads(output)["benchmarks"]:
            block = result["name"].split("/")[2]
            times[program].setdefault(block, []).append(result["cpu_time"])
            gas[block] = result["gas"]

medians = {program: {block: statistics.median(times[program][block]) for block in gas} for program in programs}
print("| block | Mgas |" + "".join(f" {program}, ms |" for program in programs))
print("|---|---|" + "---|" * len(programs))
for block in gas:
    print(f"| {block} | {gas[block] / 1e6:.2f} |" + "".join(f" {medians[program][block]:.2f} |" for program in programs))
total = {program: sum(medians[program].values()) for program in programs}
for program in programs:
    print(f"{program}: gas-weighted mean {sum(gas.values()) / total[program] / 1e6:.3f} Ggas/s, "
          f"{total[programs[0]] / total[program]:.2f} times the first")
