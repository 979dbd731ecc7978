#!/usr/bin/env python3
"""Packs what a machine with a card is given, and goes through run.sh from there without one: a test.

    benchmarks/cuda/dry_run_test.py BUILD FOLDER ARCHITECTURES      FOLDER is made anew

SPDX-License-Identifier: MIT OR Apache-2.0
"""
import json
import os
import re
import shutil
import subprocess
import sys

here = os.path.dirname(os.path.abspath(__file__))
build, folder = map(os.path.abspath, sys.argv[1:3])
architectures = sys.argv[3].split(";")
MOST_MIB = 48  # of the archive, with kernels for one architecture
BLOCKS = ["block_sample"] if os.path.exists(os.path.join(build, "guest", "block.elf")) else []
PARTS = ["device", "kernel_tests", "fill_tests", "proof_tests", "kernels", "proofs", *BLOCKS, "memcheck", "racecheck"]
archive, pack = os.path.join(folder, "pack.tar.gz"), os.path.join(folder, "elsewhere", "pack")
fakes = os.path.join(folder, "fakes")  # programs that hide those of the machine


def check(held, what):
    if not held:
        sys.exit(f"dry run: {what}")


def write_program(path, *lines):
    with open(path, "w") as file:
        file.write("\n".join(("#!/bin/bash",) + lines) + "\n")
    os.chmod(path, 0o755)


def run(name, *options, **environment):
    """run.sh as on a bare machine; (exit status, report, table)"""
    out = os.path.join(folder, name)
    bare = {"PATH": fakes + ":/usr/bin:/bin", "HOME": folder, **environment}
    done = subprocess.run([os.path.join(pack, "run.sh"), *options, out], env=bare, cwd="/", text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    print(done.stdout)
    with open(os.path.join(out, "report.json")) as file:
        report = json.load(file)
    with open(os.path.join(out, "report.md")) as file:
        return done.returncode, report, file.read()


shutil.rmtree(folder, ignore_errors=True)
os.makedirs(os.path.dirname(pack))
os.makedirs(fakes)
# Packed here and unpacked elsewhere: nothing may depend on where it lies.
subprocess.run([os.path.join(here, "pack.sh"), build, archive, "/nowhere"], check=True)
check(len(architectures) > 1 or os.path.getsize(archive) < MOST_MIB << 20, f"the archive has {os.path.getsize(archive) >> 20} MiB")
check(os.listdir(folder).count("pack.tar.gz") == 1 and not [name for name in os.listdir(folder) if name.startswith("pack.tar.gz.")],
      "packing left files")
subprocess.run(["tar", "-C", os.path.dirname(pack), "-xzf", archive], check=True)
for program in os.listdir(os.path.join(pack, "bin")):
    linked = subprocess.run(["ldd", os.path.join(pack, "bin", program)], check=True, text=True, capture_output=True).stdout
    for name, path in re.findall(r"(\S+) => (.+) \(", linked):
        own = os.path.realpath(path).startswith(os.path.realpath(pack))
        check(own or re.match(r"lib(c|m|dl|rt|pthread)\.so", name), f"{program} takes {name} from {path}")
    check("not found" not in linked, f"{program} does not find all its libraries:\n{linked}")

# A dry run: what needs a card is skipped with the driver's reason, the benchmarks run on the twin.
status, report, table = run("dry", "--dry-run")
check(status == 0, f"exit status {status}")
check([part["name"] for part in report["parts"]] == PARTS, "parts are missing")
check(report["dry_run"] is True and report["commit"], "no commit, or no sign of the dry run")
states = {part["name"]: part["state"] for part in report["parts"]}
reasons = {part["name"]: part["reason"] for part in report["parts"]}
driver = reasons["device"]
check(re.search(r"cudaGetDeviceCount|no CUDA kernels", driver), f"the driver's reason is not told, but {driver!r}")
for part in PARTS:
    check(states[part] == ("passed" if part in ("kernels", "proofs") else "skipped"), f"{part} is {states[part]}: {reasons[part]}")
for part in ("kernel_tests", "fill_tests", "proof_tests"):
    check(reasons[part] == driver, f"{part} is skipped for {reasons[part]!r}, the device for {driver!r}")
for part in BLOCKS:
    check(re.search(r"cudaGetDeviceCount|no CUDA kernels", reasons[part]), f"{part} is skipped for {reasons[part]!r}")
for part in ("memcheck", "racecheck"):
    check(reasons[part] in (driver, "no compute-sanitizer in PATH"), f"{part} is skipped for {reasons[part]!r}")
lines = table.splitlines()
check("## The reference" in lines, "the table does not end with the reference's figures")
for part in report["parts"]:
    check(any(line.startswith(f"| {part['name']} | {part['state']} |") for line in lines), f"no line of {part['name']} in the table")
for kind, least in (("kernels", 54), ("proofs", 2)):
    benchmarks = report[kind]["benchmarks"]
    check(len(benchmarks) >= least, f"{len(benchmarks)} {kind} were measured")
    check(report[kind]["context"]["device"] == "host twin", "the device is not told")
    for entry in benchmarks:
        check(not entry.get("error_occurred"), f"{entry['name']}: {entry.get('error_message')}")
        check(entry["real_time"] > 0, f"{entry['name']} took no time")
        name = re.sub(r"/manual_time$", "", entry["name"])
        row = "| " + (name if kind == "kernels" else re.sub(r"/(\d+)$", r"/2^\1", name)) + " |"
        check(sum(line.startswith(row) for line in lines) == 1, f"the table has not one row of {name}")
        counters = ("bytes_per_second", "products_per_second", "share_of_copy", "share_of_products") if kind == "kernels" else \
            ("cells_per_second", "s_gkr", "s_zerocheck", "s_jagged", "s_opening", "s_commit.main")
        check(all(counter in entry for counter in counters), f"{name} lacks counters")

# A real run where there is no card: all is skipped, and the exit status says so. The sanitizer is one that only starts
# the program.
write_program(os.path.join(fakes, "compute-sanitizer"), '[ "$1" = --tool ] && [ "$3" = --error-exitcode ] || exit 1', 'shift 4', 'exec "$@"')
status, report, table = run("no_card", CUDA_VISIBLE_DEVICES="")
check(status == 3, f"exit status {status} without a card")
check({part["state"] for part in report["parts"]} == {"skipped"} and len(report["parts"]) == len(PARTS), "parts that are not skipped")
check(all(part["reason"] == driver for part in report["parts"][-2:]), "the sanitizer's tools do not tell the driver's reason")
check("kernels" not in report, "kernels were measured without a card")

# Parts that fail, take too long or cannot be started do not stop those after them.
write_program(os.path.join(pack, "bin", "test_backend_cuda"), "echo '\"bad\" | \\ news'", "exit 7")
os.remove(os.path.join(pack, "bin", "test_prover_cuda"))
# What a proof of a block leaves is in both reports, all but keys and proofs.
write_program(os.path.join(pack, "bin", "sluice"), 'out="${@: -1}"; mkdir -p "$out"; cd "$out"', "touch proof.bin key.bin",
              "echo '{\"seconds\": 12}' >metrics.json", "echo '| instructions | 34 |' >report.md")
write_program(os.path.join(fakes, "timeout"), 'case "$*" in *"=^proof/"*) exit 124 ;; esac', 'exec /usr/bin/timeout "$@"')
status, report, table = run("failing", CUDA_VISIBLE_DEVICES="")
check(status == 1, f"exit status {status} after a failure")
parts = {part["name"]: part for part in report["parts"]}
check(list(parts) == PARTS, "a failure stopped the parts after it")
check(parts["kernel_tests"]["state"] == "failed" and parts["kernel_tests"]["reason"] == 'status 7: "bad" | \\ news',
      f"what failed is told as {parts['kernel_tests']}")
check(parts["proof_tests"]["state"] == "failed", f"what is missing is told as {parts['proof_tests']}")
check(parts["proofs"]["state"] == "timeout", f"what takes too long is told as {parts['proofs']}")
for part in BLOCKS:
    check(parts[part]["state"] == "passed" and report[part] == {"seconds": 12}, f"{part} is {parts[part]}, {report.get(part)}")
    check(f"## {part}\n\n| instructions | 34 |" in table, f"the table has not the report of {part}")
    check(not os.path.exists(os.path.join(folder, "failing", part, "proof.bin")), f"the proof of {part} stays")
check(parts["kernels"]["state"] == "skipped", "the parts after a failure do not run")
print("dry run: as it should be")
