// The estimate of trace cells by which shards are planned. SPDX-License-Identifier: MIT OR Apache-2.0
//
// Linear: cells = sum over instructions of their class's cells + sum over ecalls of their cells + cells of a load for
// each misaligned access. Like those of sluice/abi/cost.h these are the cells of sensible chips with 16-bit limbs, set
// before there were any; the real ones are narrower (libprover/chips/README.md). They decide where shards are cut,
// never what is proved.
//
// Not in the estimate: the linking rows of touched words (about 16 cells each), which `account_shards` counts; and
// tables of fixed size.
#pragma once

#include <array>
#include <cstdint>

#include "sluice/abi/cost.h"
#include "sluice/isa/decode.h"

namespace sluice::vm {

/// Cells of one instruction's row, by isa::OpClass. A row holds pc and clock (4), two register reads and a write with
/// their times (about 24), operation flags, and the class's arithmetic.
inline constexpr std::array<std::uint32_t, isa::kOpClassNames.size()> kClassCells = {
    0,                  // illegal: has no row
    abi::kAluRowCells,  // alu: four limbs of the sum
    58,                 // shift: amount in bits, limb shifts
    62,                 // mul: byte products and carries
    104,                // div: quotient, remainder, and their product
    38,                 // branch: comparison, no write
    36,                 // jump: target limbs
    60,                 // load: address limbs, the word and its time, selection of bytes
    64,                 // store: the same with the word's new value
    24,                 // fence: pc and clock alone
    abi::kAluRowCells,  // system: the ECALL's own row; the call's cells come on top
};

[[nodiscard]] constexpr std::uint32_t instruction_cells(isa::Op op) noexcept {
    return kClassCells[static_cast<std::size_t>(isa::op_class(op))];
}

/// Extra row of a misaligned access: it reads or writes a second word.
inline constexpr std::uint32_t kMisalignedCells = kClassCells[static_cast<std::size_t>(isa::OpClass::load)];

/// Cells of one ecall beside its instruction's row; `length` is the number of bytes of a MEMCPY.
[[nodiscard]] constexpr std::uint64_t ecall_cells(std::uint64_t number, std::uint64_t length) noexcept {
    std::uint64_t cells = abi::ecall_cost(number).cells;
    if (number == SLUICE_ECALL_MEMCPY) {
        cells += (length + 7) / 8 * abi::kMemcpyWeightPerWord * std::uint64_t{abi::kAluRowCells};
    }
    return cells;
}

}  // namespace sluice::vm
