"""Compares the verdicts of the Python verifier with those of the C++ one on a corpus of honest and forged proofs.

SPDX-License-Identifier: MIT OR Apache-2.0

    check_verify.py CORPUS_WRITER                  the program of tests/soundness/corpus_writer.cpp; SLUICE_SEED is its seed
    check_verify.py --golden CORPUS_WRITER         writes the golden trace, tests/soundness/data/verify_trace.txt
    check_verify.py --golden CORPUS_WRITER FILE    compares it with FILE

The writer prints a JSON value a line. First an object from the words by which keys name parameters to these (sluice_verify.verify); then for each case
{"name", "key", "proof" (both hexadecimal), "statement", "verdict"}, the verdict being the name of the C++ verifier's status. A key
may be "same": that of the case before.
"""
import collections
import json
import os
import subprocess
import sys
import time

import sluice_verify


def golden(writer):
    """All that goes into and comes out of the transcripts of the first case, which is honest and the same for every seed. Calls with
    the same label one after another are one line."""
    with subprocess.Popen([writer, "1"], stdout=subprocess.PIPE, text=True) as process:
        profiles = {int(number): profile for number, profile in json.loads(next(process.stdout)).items()}
        case = json.loads(next(process.stdout))
        process.kill()
    lines = []

    def trace(label, direction, elements):
        if not lines or lines[-1][:2] != [label, direction]:
            lines.append([label, direction])
        lines[-1].extend(map(str, elements))

    verdict = sluice_verify.verify(bytes.fromhex(case["key"]), bytes.fromhex(case["proof"]), case["statement"], profiles, trace)
    if verdict != "ok":
        sys.exit(f"{case['name']}: {verdict}")
    return "\n".join(map(" ".join, lines)) + "\n"


def main(writer):
    verdicts, differing, key = collections.Counter(), [], None
    start = time.monotonic()
    seed = os.environ.get("SLUICE_SEED", "1")
    print("seed", seed)
    with subprocess.Popen([writer, seed], stdout=subprocess.PIPE, text=True) as process:
        lines = process.stdout
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
    if process.returncode != 0:
        sys.exit(f"{writer} ended with {process.returncode}")
    for line in differing:
        print("DIFFERS", line)
    print(f"{sum(verdicts.values())} cases in {time.monotonic() - start:.0f} s:", dict(sorted(verdicts.items())))
    if differing or verdicts["ok"] == 0 or len(verdicts) < 2:
        sys.exit("the verifiers do not agree" if differing else "the corpus lacks honest or forged proofs")


if __name__ == "__main__":
    if sys.argv[1] != "--golden":
        main(sys.argv[1])
    elif len(sys.argv) == 3:
        sys.stdout.write(golden(sys.argv[2]))
    else:
        with open(sys.argv[3], encoding="ascii") as file:
            if file.read() != golden(sys.argv[2]):
                sys.exit(f"{sys.argv[3]} is another trace")
