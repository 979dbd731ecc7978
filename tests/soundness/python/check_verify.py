"""Compares the verdicts of the Python verifier with those of the C++ one on a corpus of honest and forged proofs.

SPDX-License-Identifier: MIT OR Apache-2.0

    check_verify.py CORPUS

CORPUS is text, a JSON value a line. First an object from profile numbers to parameters (sluice_verify.verify); then for each case
{"name", "key", "proof" (both hexadecimal), "statement", "verdict"}, the verdict being the name of the C++ verifier's status. A key
may be "same": that of the case before.
"""
import collections
import json
import sys
import time

import sluice_verify


def main(path):
    verdicts, differing, key = collections.Counter(), [], None
    start = time.monotonic()
    with open(path, encoding="ascii") as lines:
        profiles = {int(number): profile for number, profile in json.loads(next(lines)).items()}
        for line in lines:
            case = json.loads(line)
            key = key if case["key"] == "same" else bytes.fromhex(case["key"])
            found = sluice_verify.verify(key, bytes.fromhex(case["proof"]), case["statement"], profiles)
            verdicts[found] += 1
            # Where several checks would refuse, the order decides which speaks; that both refuse is what matters.
            if (found == "ok") != (case["verdict"] == "ok"):
                differing.append(f"{case['name']}: C++ says {case['verdict']}, Python says {found}")
            elif found != case["verdict"]:
                print(f"{case['name']}: C++ says {case['verdict']}, Python says {found}")
    for line in differing:
        print("DIFFERS", line)
    print(f"{sum(verdicts.values())} cases in {time.monotonic() - start:.0f} s:", dict(sorted(verdicts.items())))
    if differing or verdicts["ok"] == 0 or len(verdicts) < 2:
        sys.exit("the verifiers do not agree" if differing else "the corpus lacks honest or forged proofs")


if __name__ == "__main__":
    main(sys.argv[1])
