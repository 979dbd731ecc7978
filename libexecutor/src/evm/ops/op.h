// What every opcode function is made of.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include "evm/interpreter.h"

/// Head of an opcode's function. They are all inlined into the interpreter's loop, so that Registers are machine
/// registers.
#define SLUICE_OP [[gnu::always_inline]] inline Flow

namespace sluice::executor::ops {

/// The flow after an out-of-line function that gives the gas left.
[[nodiscard]] constexpr Flow gas_or_fail(std::int64_t gas_left) noexcept {
    return gas_left >= 0 ? Flow::next : Flow::fail;
}

/// Sets a word to a small value without a copy of a whole one.
[[gnu::always_inline]] inline void set_low(Uint256& word, std::uint64_t value) noexcept {
    word.limb[0] = value;
    word.limb[1] = 0;
    word.limb[2] = 0;
    word.limb[3] = 0;
}

}  // namespace sluice::executor::ops
