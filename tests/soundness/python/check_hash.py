"""Repeats in Python what sluice::hash did: permutations by way of leaves, openings and random transcripts.

SPDX-License-Identifier: MIT OR Apache-2.0

    check_hash.py HASH_SCRIPT       the program of tests/soundness/hash_script.cpp; SLUICE_SEED is its seed
    check_hash.py --golden          writes the golden trace, tests/soundness/data/transcript_trace.txt
    check_hash.py --golden FILE     compares it with FILE
"""
import json
import os
import subprocess
import sys

import sluice_hash

# The published vectors of Plonky3 (koala-bear/src/poseidon2.rs), first elements; the C++ tests hold the whole.
VECTORS = {
    16: ([894848333, 1437655012, 1200606629, 1690012884, 71131202, 1749206695, 1717947831, 120589055, 19776022, 42382981,
          1831865506, 724844064, 171220207, 1299207443, 227047920, 1783754913], [1934285469, 604889435, 133449501]),
    24: ([886409618, 1327899896, 1902407911, 591953491, 648428576, 1844789031, 1198336108, 355597330, 1799586834, 59617783,
          790334801, 1968791836, 559272107, 31054313, 1042221543, 474748436, 135686258, 263665994, 1962340735, 1741539604,
          2026927696, 449439011, 1131357108, 50869465], [382801106, 82839311, 1503190615]),
}


def decode(hasher, text):
    data = bytes.fromhex(text)
    if isinstance(hasher, sluice_hash.Blake3Hasher):
        return data
    return tuple(int.from_bytes(data[at:at + 4], "little") for at in range(0, len(data), 4))


def check(condition, *what):
    if not condition:
        sys.exit(" ".join(map(str, ("differs:",) + what)))


def check_transcript(hasher, case):
    transcript = sluice_hash.Transcript(hasher, case["protocol"])
    for name, label, *arguments in case["calls"]:
        if name == "absorb_digest":
            transcript.absorb_digest(label, decode(hasher, arguments[0]))
        elif name == "absorb_bytes":
            transcript.absorb_bytes(label, bytes.fromhex(arguments[0]))
        elif name.startswith("absorb"):
            getattr(transcript, name)(label, arguments[0])
        else:
            *inputs, expected = arguments
            result = getattr(transcript, name)(label, *inputs)
            check(result == expected, case["hasher"], name, label, result, expected)


def check_case(case):
    hasher = sluice_hash.HASHERS[case["hasher"]]
    check_transcript(hasher, case)
    for row, digest in case["leaves"]:
        check(hasher.hash_leaf(row) == decode(hasher, digest), case["hasher"], "leaf of", len(row))
    for root, log_leaves, opened, siblings, expected in case["openings"]:
        result = sluice_hash.verify_multi(hasher, decode(hasher, root), log_leaves,
                                          {index: decode(hasher, digest) for index, digest in opened},
                                          [decode(hasher, sibling) for sibling in siblings])
        check(result == expected, case["hasher"], "opening of", [index for index, _ in opened], "of 2 ^", log_leaves)
    return len(case["calls"]) + len(case["leaves"]) + len(case["openings"])


def golden():
    """A transcript with every kind of call, for each hasher."""
    lines = []
    for name, hasher in sluice_hash.HASHERS.items():
        lines.append(f"hasher {name}")
        transcript = sluice_hash.Transcript(
            hasher, "golden", lambda label, direction, elements: lines.append(f"{label} {direction} {elements}"))
        transcript.absorb("element", 7)
        transcript.absorb("row", list(range(20)))
        transcript.absorb_digest("digest", hasher.hash_leaf([1, 2, 3]))
        transcript.sample_ext("alpha", 4)
        transcript.sample_ext("beta", 5)
        transcript.absorb_u64("number", 0x0123456789ABCDEF)
        transcript.sample_bits("query", 20)
        transcript.sample_bits("query", 24)
        transcript.absorb_bytes("bytes", b"sluice")
        nonce = next(nonce for nonce in range(sluice_hash.P) if grinding_holds(transcript, 6, nonce))
        transcript.check_grinding("grinding", 6, nonce)
        transcript.sample_base("gamma")
        for _ in range(3):
            transcript.sample_ext("delta", 6)
    return "\n".join(lines) + "\n"


def grinding_holds(transcript, bits, nonce):
    copy = sluice_hash.Transcript(transcript.hasher, "")
    copy.state, copy.pending, copy.unread = transcript.state, list(transcript.pending), []
    return copy.check_grinding("", bits, nonce)


def main(arguments):
    for width, (state, expected) in VECTORS.items():
        check(sluice_hash.poseidon2(width, state)[:3] == expected, "Poseidon2 of width", width)
    if arguments == ["--golden"]:
        sys.stdout.write(golden())
        return
    if arguments[0] == "--golden":
        with open(arguments[1], encoding="ascii") as file:
            check(file.read() == golden(), arguments[1])
        return
    seed = os.environ.get("SLUICE_SEED", "1")
    script = json.loads(subprocess.run([arguments[0], seed], check=True, capture_output=True).stdout)
    print("seed", seed, "compared", sum(map(check_case, script)))


if __name__ == "__main__":
    main(sys.argv[1:])
