#!/usr/bin/env python3
"""Runs the benchmarks of the proof system and writes benchmarks/results/prover.{json,md}.

    benchmarks/prover.py BUILD_FOLDER [--cells=26] [--cells-other=18]

Whole proofs have 2^cells cells on the best instruction set of the processor and 2^cells-other on the others. Processor
time is what the tables rest on: it means something while other programs run, wall time does not. Stop them for the rows
of several threads.

SPDX-License-Identifier: MIT OR Apache-2.0
"""
import json
import os
import platform
import subprocess
import sys

options = dict(argument[2:].split("=") for argument in sys.argv[1:] if argument.startswith("--"))
(build,) = [argument for argument in sys.argv[1:] if not argument.startswith("--")]
cells, cells_other = int(options.get("cells", 26)), int(options.get("cells-other", 18))
root = os.path.join(os.path.dirname(os.path.abspath(__file__)), "results")
STEPS = ("commit.preprocessed", "commit.linked", "commit.main", "gkr", "zerocheck", "jagged", "opening", "grind")
SETS = {"AVX3": "AVX-512", "AVX3_ZEN4": "AVX-512", "AVX3_DL": "AVX-512", "SCALAR": "portable", "EMU128": "portable"}


def run(program, pattern, log_cells=0):
    command = [os.path.join(build, "benchmarks", program), f"--benchmark_filter={pattern}", "--benchmark_format=json"]
    environment = dict(os.environ, SLUICE_BENCH_CELLS=str(log_cells))
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True, env=environment).stdout)["benchmarks"]


def processor():
    with open("/proc/cpuinfo") as lines:
        names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()


def instruction_set(name):
    return SETS.get(name, name)


primitives = [("bench_math", "base_product/", "items_per_second", "field product"),
              ("bench_math", "extension_product_4/", "items_per_second", "product, degree 4"),
              ("bench_math", "extension_product_5/", "items_per_second", "product, degree 5"),
              ("bench_math", "fold_extension_4/", "items_per_second", "sumcheck fold, degree 4, values"),
              ("bench_math", "fold_extension_5/", "items_per_second", "sumcheck fold, degree 5, values"),
              ("bench_math", "inner_product_base_4/", "items_per_second", "sumcheck sum, degree 4, values"),
              ("bench_math", "encode_2.20_rate_2.-1/", "items_per_second", "NTT of 2^21, values"),
              ("bench_poseidon2", "poseidon2_16/", "permutations", "Poseidon2, width 16"),
              ("bench_poseidon2", "poseidon2_24/", "permutations", "Poseidon2, width 24"),
              ("bench_poseidon2", "merkle_16/.*/14", "cells", "Merkle tree, width 16, 32 columns, cells"),
              ("bench_poseidon2", "merkle_24/.*/14", "cells", "Merkle tree, width 24, 32 columns, cells")]
speeds = {}
for program, pattern, unit, name in primitives:
    speeds[name] = {entry["name"].split("/")[1]: entry[unit] for entry in run(program, pattern) if "/plain" not in entry["name"]}
sets = list(speeds["field product"])

proofs = []
for at, name in enumerate(sets):
    size = cells if at == 0 else cells_other
    for entry in run("bench_protocol", f"/{name}/", size):
        profile, _, threads = entry["name"].split("/")[:3]
        proofs.append({"profile": profile, "instruction_set": instruction_set(name), "threads": int(threads) or os.cpu_count(),
                       "log_cells": size, "seconds": entry["real_time"] / 1e3,
                       **{key: value for key, value in entry.items()
                          if key.startswith(("s_", "cpu_")) or key.endswith(("_per_cell", "_second", "proof_bytes"))}})

commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=root, check=True, capture_output=True, text=True).stdout.strip()
result = {"commit": commit, "processor": processor(), "cores": os.cpu_count(), "load_average": os.getloadavg()[0],
          "speeds": {name: {instruction_set(s): v for s, v in by_set.items()} for name, by_set in speeds.items()}, "proofs": proofs}
with open(os.path.join(root, "prover.json"), "w") as out:
    json.dump(result, out, indent=1)
    out.write("\n")

lines = ["# The prover on the CPU", "",
         f"Made by `benchmarks/prover.py` at commit {commit} on {result['processor']}, {result['cores']} cores; load average "
         f"{result['load_average']:.1f} at the end", "(above the number of cores, other programs ran: wall times are then too long, and processor times "
         "somewhat).", ""]
if "AVX-512" not in map(instruction_set, sets):
    lines += ["AVX-512: not measured, this processor has none.", ""]
lines += ["## One core, millions a second", "", "| what | " + " | ".join(map(instruction_set, sets)) + " |", "|---|" + "---|" * len(sets)]
for name, by_set in speeds.items():
    lines.append(f"| {name} | " + " | ".join(f"{by_set[s] / 1e6:,.2f}" if s in by_set else "" for s in sets) + " |")
lines += ["", "## Whole proofs of the synthetic machine", "",
          "Grinding included, the prover's check of its own proof excluded. Seconds of a step are processor time. The",
          "peak counts the key's tables for all stack heights too, which outweigh the own memory of a small proof.", "",
          "| profile | instruction set | threads | cells | M cells / CPU second | M cells / s | commit | GKR | zerocheck | jagged | opening | grinding | proof KiB "
          "| bytes / cell, peak (plan) |",
          "|---|---|---|---|---|---|---|---|---|---|---|---|---|---|"]
for proof in proofs:
    time = {step: proof.get("cpu_" + step, 0) for step in STEPS}
    commits = sum(time[step] for step in STEPS if step.startswith("commit"))
    lines.append(f"| {proof['profile']} | {proof['instruction_set']} | {proof['threads']} | 2^{proof['log_cells']} | "
                 f"{proof['cells_per_cpu_second'] / 1e6:.2f} | {proof['cells_per_second'] / 1e6:.2f} | {commits:.2f} | "
                 + " | ".join(f"{time[step]:.2f}" for step in STEPS[3:]) +
                 f" | {proof['proof_bytes'] / 1024:,.0f} | {proof['peak_bytes_per_cell']:.1f} ({proof['planned_bytes_per_cell']:.1f}) |")
with open(os.path.join(root, "prover.md"), "w") as out:
    out.write("\n".join(lines) + "\n")
