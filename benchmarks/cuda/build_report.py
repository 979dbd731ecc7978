#!/usr/bin/env python3
"""What nvcc makes of the CUDA units, and what that takes: a table of kernels, a table of units, and the build's budget.

    benchmarks/cuda/build_report.py BUILD [OUT.md]      a configured build folder with CUDA; nothing has to be built in it
    benchmarks/cuda/build_report.py --check BUILD TABLE.md

The first compiles every .cu file of the backend in BUILD's compile_commands.json again, on all processors and past ccache, with
-Xptxas -v. Seconds are processor time, so that other programs on the machine do not count; memory is the most that one
process of the compiler had. It fails if a unit is over the budget, or all together are with one architecture.
The second compares the kernels that BUILD's library has with those of a table: a test runs it.

SPDX-License-Identifier: MIT OR Apache-2.0
"""
import collections
import concurrent.futures
import glob
import json
import os
import re
import shlex
import subprocess
import sys
import tempfile

UNIT_SECONDS, UNIT_GB, WHOLE_SECONDS = 120, 3, 20 * 60
ENTRY = re.compile(r"Compiling entry function '(\S+)' for 'sm_(\w+)'")
STACK = re.compile(r"(\d+) bytes stack frame, (\d+) bytes spill stores, (\d+) bytes spill loads")
USED = re.compile(r"Used (\d+) registers")
SHARED = re.compile(r"(\d+) bytes smem")
Use = collections.namedtuple("Use", "registers stack spills shared")

# Why a kernel has local memory, by the start of its name: the reason stands below the table. A kernel that is not named
# here may have none.
REASONS = {
    "FillCalls<Halt>": "nvcc keeps some of a row there for this card alone",
    "FillCalls<MemcpyLead>": "nvcc keeps some of a row there for this card alone",
    "FillSteps<AddWordImmediate>": "nvcc keeps some of a row there for this card alone",
    "FillCalls<": "a row of an accelerator has up to 2,163 cells and numbers of many words, which loops index; calls are a few in a hundred "
    "instructions",
    "FillSteps<": "a column of flags or a list of operations that the instruction indexes",
    "HashNodes<Poseidon2Hasher<16": "ptxas spills six words of its own accord: blocks of 128 threads may have 255 registers",
    "Tail<5, GkrTail": "ptxas spills two words: blocks of 512 threads leave 128 registers to each",
    "Tail<4, ProductTail": "ptxas spills two words of its own accord: blocks of 512 threads may have 128 registers",
    "SumBlocks<JaggedCorners<4>": "ptxas spills two words of its own accord: blocks of 128 threads may have 255 registers",
    "SumBlocks<ProductRounds<4, 1, 2>": "ptxas spills two words of its own accord: blocks of 128 threads may have 255 registers",
    "SumBlocks<ZerocheckRound<4, false>": "ptxas spills six words of its own accord: blocks of 128 threads may have 255 registers; the slots of a "
    "program are in memory in any case",
    "SumBlocks<GkrRound<4, 2, true>": "ptxas spills four words of its own accord, for this card alone: blocks of 128 threads may have 255 registers",
    "SumBlocks<GkrRound<5, 1, true>": "ptxas spills two words of its own accord, for this card alone: blocks of 128 threads may have 255 registers",
    "SumBlocks<GkrRound<5, 2, false>": "ptxas spills two words of its own accord, for this card alone: blocks of 128 threads may have 255 registers",
    "SumBlocks<GkrTwoRounds<5, 2, false>": "nvcc keeps 256 bytes of the nodes that it binds on the stack, and spills nothing; the rest has 238 registers",
}


def readable(names):
    """By mangled name the kernel's type, such as `SumBlocks<GkrRound<4, true, false>>`; others are left out."""
    out = subprocess.run(["c++filt"], input="\n".join(names), text=True, capture_output=True, check=True).stdout
    kernels = {}
    for name, line in zip(names, out.splitlines()):
        found = re.match(r"void sluice::backend_cuda::run_(?:elements|blocks)<(.*)>\(", line)
        if found:
            kernel = re.sub(r"(\d)u\b", r"\1", found.group(1)).replace("(anonymous namespace)::", "")
            kernels[name] = re.sub(r"(?<=>) (?=>)", "", re.sub(r"sluice::(\w+::)*", "", kernel)).strip()
    return kernels


def compile_unit(directory, command):
    """(what the compiler said, processor seconds, most bytes of a process)"""
    with tempfile.TemporaryFile("w+") as said:
        process = subprocess.Popen(command, cwd=directory, stdout=said, stderr=subprocess.STDOUT)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0)
        text = said.read()
    if process.returncode != 0:
        sys.exit(f"failed: {shlex.join(command)}\n{text}")
    return text, used.ru_utime + used.ru_stime, used.ru_maxrss * 1024


def units(build):
    with open(os.path.join(build, "compile_commands.json")) as file:
        entries = [entry for entry in json.load(file) if re.search(r"libprover/.*\.cu$", entry["file"])]
    for entry in sorted(entries, key=lambda entry: entry["file"]):
        words = shlex.split(entry["command"])
        words = words[next(i for i, word in enumerate(words) if os.path.basename(word) == "nvcc"):]
        yield os.path.basename(entry["file"]), entry["directory"], words


def kernels_said(text):
    """Of ptxas's report: (mangled name, architecture, Use)"""
    name = architecture = None
    stack = spills = 0
    for line in text.splitlines():
        if match := ENTRY.search(line):
            name, architecture = match.groups()
        elif match := STACK.search(line):
            stack, spills = int(match.group(1)), int(match.group(2)) + int(match.group(3))
        elif name and (match := USED.search(line)):
            shared = SHARED.search(line)
            yield name, architecture, Use(int(match.group(1)), stack, spills, int(shared.group(1)) if shared else 0)
            name = None


def source_commit():
    """The last commit that changed what the kernels are made of."""
    root = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../..")
    sources = ["--", "libprover/backend/cuda/src", "libprover/chips/cuda/src", "libprover/chips/accelerators",
               "libprover/chips/gadgets", "libprover/chips/rv64", "libprover/chips/tables", "libprover/math/include", "libprover/hash/include"]
    git = lambda *words: subprocess.run(["git", *words, *sources], cwd=root, text=True, capture_output=True).stdout.strip()
    return (git("log", "-1", "--format=%h", "--abbrev=7") or "unknown") + (" (changed since)" if git("status", "--porcelain") else "")


def trapping_kernels(folder):
    """Kernels of the portable code in FOLDER that end in a trap: nvcc puts one where a function or an
    object is the host's alone, and says nothing of it."""
    trapping = set()
    for path in glob.glob(os.path.join(folder, "*.ptx")):
        with open(path) as file:
            for part in file.read().split(".entry ")[1:]:
                if re.search(r"^\s*trap;", part, re.M):
                    trapping.add(part.split("(")[0].strip())
    return trapping


def report(build, out):
    table = collections.defaultdict(dict)  # kernel -> architecture -> Use
    rows, whole, trapped = [], 0, set()
    def measure(entry):
        unit, directory, command = entry
        with tempfile.TemporaryDirectory() as folder:
            command[command.index("-o") + 1] = os.path.join(folder, "unit.o")
            text, seconds, memory = compile_unit(directory, command + ["-Xptxas", "-v", "--keep", "--keep-dir", folder])
            return unit, command, text, seconds, memory, trapping_kernels(folder)

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for unit, command, text, seconds, memory, trapping in pool.map(measure, units(build)):
            trapped |= trapping
            found = list(kernels_said(text))
            names = readable(sorted({name for name, _, _ in found}))
            for name, architecture, use in found:
                if name in names:
                    table[names[name]][architecture] = use
            rows.append((unit, seconds, memory / 1e9, len(names)))
            whole += seconds
            print(f"{unit}: {seconds:.0f} s, {memory / 1e9:.2f} GB, {len(names)} kernels", file=sys.stderr, flush=True)
    if trapped:
        sys.exit("kernels that trap, for want of device code: " + ", ".join(sorted(trapped)))
    if not table:
        sys.exit("no kernels: was the build configured with CUDA?")
    architectures = sorted({a for uses in table.values() for a in uses}, key=lambda a: int(re.match(r"\d+", a).group()))
    version = subprocess.run([command[0], "--version"], text=True, capture_output=True, check=True).stdout
    version = re.search(r"release [\d.]+, V([\d.]+)", version).group(1)
    names = ", ".join("sm_" + a for a in architectures)

    lines = ["# What nvcc makes of the CUDA kernels", "",
             f"Made by `make cuda-report` of the sources of commit {source_commit()} with nvcc {version}, for {names}.", "",
             "## Kernels", "",
             "Registers of a thread by architecture; bytes of stack (local memory) of a thread, of spills stored and loaded, and of static shared",
             "memory of a block, each the most of all architectures.", "",
             "| kernel | " + " | ".join("sm_" + a for a in architectures) + " | stack | spills | shared |",
             "|---|" + "---|" * (len(architectures) + 3)]
    local = {}
    for kernel in sorted(table):
        uses = table[kernel]
        most = Use(*map(max, zip(*uses.values())))
        if most.stack or most.spills:
            local[kernel] = ", ".join("sm_" + a for a in architectures if a in uses and (uses[a].stack or uses[a].spills))
        lines.append(f"| `{kernel}` | " + " | ".join(str(uses[a].registers) if a in uses else "" for a in architectures) +
                     f" | {most.stack} | {most.spills} | {most.shared} |")
    lines += ["", "Local memory:", ""] if local else ["", "No kernel uses local memory."]
    unknown = []
    for kernel, where in local.items():
        reason = next((why for start, why in REASONS.items() if kernel.startswith(start)), None)
        if reason is None:
            unknown.append(kernel)
        lines.append(f"- `{kernel}` ({where}): {reason or 'not known why'}")
    lines += ["", "## Units", "", f"The budget of a unit is {UNIT_SECONDS} s and {UNIT_GB} GB; that of all together, for one architecture, "
              f"{WHOLE_SECONDS // 60} minutes. Seconds are processor time.", "",
              "| unit | seconds | GB | kernels |", "|---|---|---|---|"]
    lines += [f"| `{unit}` | {seconds:.0f} | {memory:.2f} | {count} |" for unit, seconds, memory, count in rows]
    lines.append(f"| all | {whole:.0f} | {max(row[2] for row in rows):.2f} | {sum(row[3] for row in rows)} |")
    text = "\n".join(lines) + "\n"
    if out:
        with open(out + ".new", "w") as file:
            file.write(text)
        os.replace(out + ".new", out)
    else:
        print(text, end="")

    faults = [f"{unit}: {seconds:.0f} s and {memory:.2f} GB are over the budget of a unit" for unit, seconds, memory, _ in rows
              if seconds > UNIT_SECONDS or memory > UNIT_GB]
    if len(architectures) == 1 and whole > WHOLE_SECONDS:
        faults.append(f"all units: {whole:.0f} s are over the budget of {WHOLE_SECONDS} s")
    faults += [f"{kernel}: uses local memory, and REASONS does not tell why" for kernel in unknown]
    if faults:
        sys.exit("\n".join(faults))


def check(build, path):
    """Whether the libraries of BUILD have just the kernels of the table."""
    libraries = [os.path.join(build, "libprover", library)
                 for library in ("backend/cuda/libsluice_cuda_kernels.a", "chips/cuda/libsluice_cuda_fill_kernels.a")]
    symbols = subprocess.run(["nm", "--defined-only", *libraries], text=True, capture_output=True, check=True).stdout
    names = sorted({line.split()[-1] for line in symbols.splitlines() if re.search(r" [tTW] _ZN6sluice\w*run_(elements|blocks)", line)})
    built = set(readable(names).values())
    with open(path) as file:
        listed = set(re.findall(r"^\| `([^`]+)` \|(?:[^|\n]*\|){4,}$", file.read(), re.M))
    if not built:
        sys.exit(f"{libraries}: no kernels found")
    for kernel in sorted(built - listed):
        print(f"built, and not in the table: {kernel}")
    for kernel in sorted(listed - built):
        print(f"in the table, and not built: {kernel}")
    if built != listed:
        sys.exit(f"{path} is not of this source: make cuda-report")
    print(f"{len(built)} kernels, as in the table")


if __name__ == "__main__":
    if len(sys.argv) == 4 and sys.argv[1] == "--check":
        check(sys.argv[2], sys.argv[3])
    elif len(sys.argv) in (2, 3) and not sys.argv[1].startswith("-"):
        report(sys.argv[1], sys.argv[2] if len(sys.argv) == 3 else None)
    else:
        sys.exit(__doc__)
