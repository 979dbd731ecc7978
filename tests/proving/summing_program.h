// A small program whose runs are as long as its input says. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "prover/guest_programs.h"

namespace sluice::test {

/// Adds a number to itself, so often as it says, and keeps each sum; has no accelerators, since their tables take time.
inline vm::Program summing_program() {
    Assembler text;
    text.li(s0, SLUICE_INPUT_BEGIN + 8 + 32);
    text.li(s1, SLUICE_HEAP_BEGIN);
    text.ld(t0, s0, 0);
    text.label("loop");
    text.add(t1, t1, t0);
    text.sd(t1, s1, 0);
    text.addi(t0, t0, -1);
    text.bne(t0, zero, "loop");
    halt(text);
    vm::Program program = make_program(text);
    program.features = vm::FeatureWord{};
    return program;
}

/// Input of a run of so many rounds.
inline std::vector<std::uint8_t> summing_input(std::uint16_t count) {
    std::vector<std::uint8_t> input = empty_input();
    input.resize(40);
    input[32] = static_cast<std::uint8_t>(count);
    input[33] = static_cast<std::uint8_t>(count >> 8);
    return input;
}

}  // namespace sluice::test
