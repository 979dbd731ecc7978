"""Runs verify_cost and writes benchmarks/results/verify.{json,md}: what it costs to verify one shard proof.

SPDX-License-Identifier: MIT OR Apache-2.0

    table.py VERIFY_COST [LOG_CELLS]
"""
import json
import os
import subprocess
import sys

results = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "results")
runs = json.loads(subprocess.run(sys.argv[1:], check=True, capture_output=True, text=True).stdout)
with open(os.path.join(results, "verify.json"), "w") as out:
    json.dump(runs, out, indent=1)
    out.write("\n")

lines = ["# What it costs to verify one shard proof", "",
         "Made by `benchmarks/verify/table.py`. One proof of the `synthetic` machine (its columns, cells and stack height below), verified by the guest",
         "program `verify` in the emulator, without accelerators: instructions. Permutations and products are counted natively; the guest's symbol table",
         "gives the same number of permutations. \"Of the key\" are those that hash the key's body, which a verifier that knows its key could do once.", "",
         "| profile | cells | columns | stack height | proof | key | instructions | permutations | of the key | extension products | by a scalar |",
         "|---|---|---|---|---|---|---|---|---|---|---|"]
for run in runs:
    lines.append(f"| `{run['profile']}` | 2^{run['log_cells']} | {run['columns']:,} | 2^{run['stack_height']} | {run['proof_bytes']:,} bytes | "
                 f"{run['key_bytes']:,} bytes | {run['instructions'] / 1e6:.1f} M | {run['permutations']:,} | {run['key_permutations']:,} | "
                 f"{run['extension_products'] + run['extension_squares']:,} | {run['scalar_products']:,} |")
lines += ["", "Instructions by function of the symbol table (most functions of the verifier are inlined into the few that are named):", ""]
for run in runs:
    lines += [f"| `{run['profile']}` | calls | instructions of its own |", "|---|---|---|"]
    for name, cost in run["functions"].items():
        short = name.removeprefix("void ").split("<sluice::verify::Scheme")[0].replace("sluice::", "")
        rest = name.rsplit(">", 1)[-1] if "Scheme" in name else ""
        lines.append(f"| `{short}{rest}` | {cost['calls']:,} | {cost['exclusive'] / 1e6:.2f} M |")
    lines.append("")
with open(os.path.join(results, "verify.md"), "w") as out:
    out.write("\n".join(lines).rstrip() + "\n")
