"""Counts test cases in ctest's JUnit files. Catch2 programs count by test case, other tests as one each.

SPDX-License-Identifier: MIT OR Apache-2.0
"""
import collections
import re
import sys
import xml.etree.ElementTree as ElementTree

passed = failed = 0
skipped = collections.Counter()
cases = [case for file in sys.argv[1:] for case in ElementTree.parse(file).getroot().iter("testcase")]
for case in cases:
    output = case.findtext("system-out") or ""
    reasons = re.findall(r"^SKIPPED: (.*)$", output, re.M)
    skipped.update(f"{case.get('name')}: {reason}" for reason in reasons)
    all_passed = re.findall(r"^All tests passed \(\d+ assertions? in (\d+) test cases?\)", output, re.M)
    mixed = re.findall(r"^test cases:(.*)$", output, re.M)
    if case.get("status") != "run":
        case_failed = max(1, sum(int(n) for line in mixed for n in re.findall(r"(\d+) failed", line)))
        failed += case_failed
        # Catch2 counts a skipped test case among those that passed.
        passed += max(0, sum(int(n) for line in mixed for n in re.findall(r"(\d+) passed", line)) - len(reasons))
    elif all_passed:
        passed += sum(int(n) for n in all_passed) - len(reasons)
    elif not reasons:
        passed += 1

print("\nskipped:" if skipped else "\nskipped: none")
for reason, count in sorted(skipped.items()):
    print(f"  {count} x {reason}")
print(f"\n{passed} passed, {failed} failed, {sum(skipped.values())} skipped")
sys.exit(1 if failed or not passed else 0)
