"""Runs verify_cost and writes benchmarks/results/verify.{json,md}: what it costs to verify one shard proof.

SPDX-License-Identifier: MIT OR Apache-2.0

    table.py VERIFY_COST [LOG_CELLS]
"""
import json
import os
import subprocess
import sys


def short_name(name):
    """A demangled function without its return type and the arguments of templates that name a scheme or a hasher."""
    start, depth, out, group = 0, 0, "", ""
    for at, character in enumerate(name):
        depth += (character == "<") - (character == ">")
        if character == " " and depth == 0:
            start = at + 1
    for character in name[start:]:
        if character == "<":
            depth += 1
        if depth == 0:
            out += character
        else:
            group += character
        if character == ">":
            depth -= 1
            if depth == 0:
                out += "" if "Scheme" in group or "Hasher" in group else group
                group = ""
    return out.replace("sluice::", "")


results = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "results")
runs = json.loads(subprocess.run(sys.argv[1:], check=True, capture_output=True, text=True).stdout)
with open(os.path.join(results, "verify.json"), "w") as out:
    json.dump(runs, out, indent=1)
    out.write("\n")

lines = ["# What it costs to verify one shard proof", "",
         "Made by `benchmarks/verify/table.py`. One proof of the `synthetic` machine (its columns, cells and stack height below), verified by the guest",
         "program `verify` in the emulator: instructions without accelerators, and with them, where each permutation is a call of POSEIDON2_16 or",
         "POSEIDON2_24. Permutations and products are counted natively; the guest's calls are the same number of permutations.",
         "\"Of the key\" are those that hash the key's body, which a verifier that knows its key could do once.", "",
         "| profile | cells | columns | stack height | proof | key | permutations | of the key | extension products | by a scalar |",
         "|---|---|---|---|---|---|---|---|---|---|"]
for run in runs:
    lines.append(f"| `{run['profile']}` | 2^{run['log_cells']} | {run['columns']:,} | 2^{run['stack_height']} | {run['proof_bytes']:,} bytes | "
                 f"{run['key_bytes']:,} bytes | {run['permutations']:,} | {run['key_permutations']:,} | "
                 f"{run['extension_products'] + run['extension_squares']:,} | {run['scalar_products']:,} |")
lines += ["", "Cell cost is instructions plus the cells of calls over the 40 of an ALU row (`libprover/abi`, cost.h).", "",
          "| profile | instructions without accelerators | with them | calls | cell cost |", "|---|---|---|---|---|"]
for run in runs:
    fast = run["accelerated"]
    calls = ", ".join(f"{count:,} {name}" for name, count in fast["calls"].items())
    lines.append(f"| `{run['profile']}` | {run['instructions'] / 1e6:.1f} M | {fast['instructions'] / 1e6:.1f} M | {calls} | {fast['cell_cost'] / 1e6:.1f} M |")
lines += ["", "Instructions with accelerators by function of the symbol table (most functions of the verifier are inlined into the few that are named):", ""]
for run in runs:
    lines += [f"| `{run['profile']}` | calls | instructions of its own |", "|---|---|---|"]
    for name, cost in run["accelerated_functions"].items():
        short = short_name(name)
        lines.append(f"| `{short}` | {cost['calls']:,} | {cost['exclusive'] / 1e6:.2f} M |")
    lines.append("")
with open(os.path.join(results, "verify.md"), "w") as out:
    out.write("\n".join(lines).rstrip() + "\n")
