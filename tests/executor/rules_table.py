#!/usr/bin/env python3
"""libexecutor/RULES.md names errors and tests that exist, every rule's error, and every EIP that has to be there.

Usage: rules_table.py PROJECT_FOLDER. SPDX-License-Identifier: MIT OR Apache-2.0
"""
import pathlib
import re
import sys

EIPS = """3675 4399 7610 3651 3855 3860 4895 1153 4788 4844 5656 6780 7516 2537 2935 6110 7002 7251 7623 7685 7691
    7702 7594 7823 7825 7883 7892 7918 7934 7939 7951 161 1559 2681 2930 2929 3529 3541 3607""".split()
STRING = r'"((?:[^"\\]|\\.)*)"'


def main():
    project = pathlib.Path(sys.argv[1])
    tests = set()
    for path in (project / "tests").rglob("*.cpp"):
        for literals in re.findall(r"TEST_CASE\(\s*((?:" + STRING.replace("(", "(?:", 1) + r"\s*)+)", path.read_text()):
            tests.add("".join(re.findall(STRING, literals)))
    errors = dict(re.findall(r"SLUICE_ERROR\((\w+), \d+, (\w+),", (
        project / "libwitness/base/include/sluice/base/errors.def").read_text()))
    rules = (project / "libexecutor/RULES.md").read_text()
    faults, named = [], set()
    for line in rules.splitlines():
        if not line.startswith("|") or line.startswith("|---"):
            continue
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if cells[-1] == "test":
            continue
        for error in re.findall(r"`([a-z]\w+)`", " ".join(cells[1:-1])):
            named.add(error)
            if error not in errors:
                faults.append(f"no error {error}: {line}")
        for part in cells[-1].split(";"):
            if "GMP twin" in part or "vectors and" in part or part.strip().startswith(("tables in", "senders of")):
                continue  # says what else a file does
            name = re.sub(r"\(?`[^`]*`\)?", "", part).strip(" ,")
            if name not in ("", "the same", "conformance") and name not in tests:
                faults.append(f"no test '{name}': {line}")
    for error, kind in errors.items():
        if kind == "block" and error not in named:
            faults.append(f"no rule has the error {error}")
    faults += [f"EIP-{eip} is missing" for eip in EIPS if not re.search(rf"\b{eip}\b", rules)]
    print("\n".join(faults) or f"{len(named)} errors, {len(EIPS)} EIPs")
    sys.exit(bool(faults))


main()
