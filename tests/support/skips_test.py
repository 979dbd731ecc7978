"""Missing test data fails a test where all of it has to be there; any other reason to skip stays one, and is counted.

    skips_test.py PROGRAM    (tests/support/skips_program.cpp)

SPDX-License-Identifier: MIT OR Apache-2.0
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree

here = pathlib.Path(__file__).resolve().parent


def run(required, *cases):
    environment = dict(os.environ)
    environment.pop("SLUICE_REQUIRE_TEST_DATA", None)
    if required is not None:
        environment["SLUICE_REQUIRE_TEST_DATA"] = required
    return subprocess.run([sys.argv[1], *cases], env=environment, stdout=subprocess.PIPE, text=True)


def summary(result):
    """Exit status and lines of tests/summary.py for one run."""
    suite = ElementTree.Element("testsuite")
    case = ElementTree.SubElement(suite, "testcase", name="skips", status="fail" if result.returncode else "run")
    ElementTree.SubElement(case, "system-out").text = result.stdout
    with tempfile.NamedTemporaryFile(suffix=".xml") as file:
        ElementTree.ElementTree(suite).write(file.name)
        done = subprocess.run([sys.executable, here.parent / "summary.py", file.name], stdout=subprocess.PIPE, text=True)
    return done.returncode, done.stdout.splitlines()


def check(held, what):
    if not held:
        sys.exit(f"failed: {what}")


no_data, other = "a test without its data", "a test that this machine cannot run"
for required in None, "", "0":
    result = run(required)
    check(result.returncode == 0, f"with SLUICE_REQUIRE_TEST_DATA={required} both cases are skipped:\n{result.stdout}")
    check(len(re.findall("^SKIPPED: no test data: the data of this test", result.stdout, re.M)) == 1, result.stdout)
    check(len(re.findall("^SKIPPED: another reason$", result.stdout, re.M)) == 1, result.stdout)
    status, lines = summary(result)
    check(lines[-1] == "0 passed, 0 failed, 2 skipped", lines)
    check("  1 x skips: another reason" in lines, lines)

result = run("1", no_data)
check(result.returncode != 0, "missing test data fails where it is required")
check("SKIPPED" not in result.stdout and "no test data: the data of this test" in result.stdout, result.stdout)
result = run("1", other)
check(result.returncode == 0 and "SKIPPED: another reason" in result.stdout, "another reason stays a skip")
status, lines = summary(run("1"))
check(status != 0 and lines[-1] == "0 passed, 1 failed, 1 skipped", lines)

# No test calls the missing test data another reason.
for source in here.parent.rglob("*.cpp"):
    check(not re.search(r'SLUICE_SKIP\(\s*"[^"]*(test data|mainnet)', source.read_text()), f"{source}: SLUICE_SKIP_NO_DATA")
