#!/usr/bin/env python3
"""Round constants of Poseidon2 over KoalaBear, by the published procedure, as a C++ header.

SPDX-License-Identifier: MIT OR Apache-2.0

    poseidon2_constants.py > ../include/sluice/hash/poseidon2_constants.h
    poseidon2_constants.py --check FILE      exit status 0 if FILE is what this program writes

Procedure: the self-shrinking Grain LFSR of "Poseidon" (Grassi et al., eprint 2019/458, appendix E), seeded with the
parameters; constants in the order they are used: first full rounds, partial rounds (one each), last full rounds. The
seed's S-box field is 0, for x^alpha, as in the constants of Plonky3 (koala-bear/src/poseidon2.rs), which these equal.

Numbers of rounds: 128-bit security with the margin of the Poseidon papers (two full rounds and 7.5 % partial rounds more
than the attacks ask for); `satisfies` states the inequalities of eprint 2019/458 section 5.5 and of eprint 2023/537, and
the program refuses to write constants for numbers that are not the least ones.
"""
import math
import sys

PRIME = 2**31 - 2**24 + 1
PRIME_BITS = 31
ALPHA = 3
SECURITY_BITS = 128
ROUNDS = {16: (8, 20), 24: (8, 23)}  # width: (full, partial)


class Grain:
    """The bit generator. 80 bits of state, the oldest first."""

    def __init__(self, width, full, partial):
        fields = ((1, 2), (0, 4), (PRIME_BITS, 12), (width, 12), (full, 10), (partial, 10), (2**30 - 1, 30))
        self.state = 0
        for value, size in fields:
            self.state = self.state << size | value
        for _ in range(160):
            self.step()

    def step(self):
        bit = 0
        for tap in (0, 13, 23, 38, 51, 62):
            bit ^= self.state >> (79 - tap) & 1
        self.state = (self.state << 1 | bit) & (2**80 - 1)
        return bit

    def bit(self):
        """Of each pair of bits the second counts if the first is 1."""
        while True:
            keep, bit = self.step(), self.step()
            if keep:
                return bit

    def element(self):
        """Rejection sampling, most significant bit first."""
        while True:
            value = 0
            for _ in range(PRIME_BITS):
                value = value << 1 | self.bit()
            if value < PRIME:
                return value


def satisfies(width, full, partial):
    """Whether (full, partial), before the margin, resist the known attacks."""
    log_alpha_2 = math.log(2, ALPHA)
    log_p = math.log2(PRIME)
    statistical = 6 if SECURITY_BITS <= math.floor(log_p - (ALPHA - 1) / 2) * (width + 1) else 10
    interpolation = 1 + math.ceil(log_alpha_2 * min(SECURITY_BITS, PRIME_BITS)) + math.ceil(math.log(width, ALPHA)) - partial
    groebner = (
        log_alpha_2 * min(SECURITY_BITS, log_p) - partial,
        width - 1 + log_alpha_2 * min(SECURITY_BITS / (width + 1), log_p / 2) - partial,
        (width - 2 + SECURITY_BITS / (2 * math.log2(ALPHA)) - partial) / (width - 1),
    )
    third = width // 3
    under = third * full // 2 + partial + ALPHA
    over = (full - 1) * width + partial + third + under
    return (full >= max(statistical, interpolation, *map(math.ceil, groebner))
            and math.ceil(2 * math.log2(math.comb(over, under))) >= SECURITY_BITS)


def least_rounds(width):
    """(full, partial) with the margin and the fewest S-boxes."""
    choices = [(full + 2, math.ceil(partial * 1.075)) for full in range(4, 40, 2) for partial in range(1, 200)
               if satisfies(width, full, partial)]
    return min(choices, key=lambda rounds: (width * rounds[0] + rounds[1], rounds[0]))


def constants(width):
    """(full-round constants, one list of `width` per round; partial-round constants)."""
    full, partial = ROUNDS[width]
    grain = Grain(width, full, partial)
    first = [[grain.element() for _ in range(width)] for _ in range(full // 2)]
    middle = [grain.element() for _ in range(partial)]
    last = [[grain.element() for _ in range(width)] for _ in range(full // 2)]
    return first + last, middle


def array(values, indent):
    lines = []
    for at in range(0, len(values), 8):
        lines.append(" " * indent + ", ".join(f"0x{value:08x}" for value in values[at:at + 8]))
    return ",\n".join(lines)


def header():
    text = """// Round constants of Poseidon2 over KoalaBear, canonical. Written by libprover/hash/tools/poseidon2_constants.py: do
// not edit. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstdint>

#include "sluice/base/hd.h"

namespace sluice::hash {

/// Numbers of rounds and, from `canonical`, the constants of a width. `full[r][i]` is added to element i in full round
/// r (the first half of them before the partial rounds, the other half after), `partial[r]` to element 0 in partial
/// round r.
template <unsigned kWidth>
struct Poseidon2Parameters;

// clang-format off
"""
    for width, (full, partial) in ROUNDS.items():
        full_constants, partial_constants = constants(width)
        rows = ",\n".join("            {" + array(row, 13).lstrip() + "}" for row in full_constants)
        text += f"""
template <>
struct Poseidon2Parameters<{width}> {{
    static constexpr unsigned kFullRounds = {full};
    static constexpr unsigned kPartialRounds = {partial};
    struct Table {{
        std::uint32_t full[kFullRounds][{width}];
        std::uint32_t partial[kPartialRounds];
    }};
    [[nodiscard]] SLUICE_HD static constexpr Table canonical() noexcept {{
        return {{{{
{rows}}},
            {{{array(partial_constants, 13).lstrip()}}}}};
    }}
}};
"""
    return text + """
// clang-format on

}  // namespace sluice::hash
"""


def main(arguments):
    for width, rounds in ROUNDS.items():
        if least_rounds(width) != rounds:
            sys.exit(f"width {width}: {rounds} rounds, but the least safe numbers are {least_rounds(width)}")
    if len(arguments) == 2 and arguments[0] == "--check":
        with open(arguments[1], encoding="ascii") as file:
            if file.read() != header():
                sys.exit(f"{arguments[1]} is not what this program writes")
    elif arguments:
        sys.exit(__doc__)
    else:
        sys.stdout.write(header())


if __name__ == "__main__":
    main(sys.argv[1:])
