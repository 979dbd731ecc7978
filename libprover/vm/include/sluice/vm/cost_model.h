// The estimate of trace cells by which shards are planned. SPDX-License-Identifier: MIT OR Apache-2.0
//
// Linear: cells = sum over instructions of the cells of their chip's row + sum over ecalls of their cells + some for
// each misaligned access. They are the chips' own (libprover/chips/README.md; a test compares them), but for what is
// not known when they are counted: whether a smaller load or store is misaligned, how a MEMCPY's source and destination
// lie. They decide where shards are cut, never what is proved.
//
// Not in the estimate: the linking rows of touched words (12 cells each, and 16 in the boundary), which
// `account_shards` counts; and tables of fixed size.
#pragma once

#include <array>
#include <cstdint>

#include "sluice/abi/cost.h"
#include "sluice/isa/decode.h"

namespace sluice::vm {

/// Cells of an instruction's row.
[[nodiscard]] constexpr std::uint32_t instruction_cells(isa::Op op) noexcept {
    using isa::Op;
    switch (op) {
        case Op::LUI:
        case Op::AUIPC:
        case Op::JAL:
        case Op::FENCE:
            return 14;
        case Op::ADDI:
        case Op::JALR:
            return 23;
        case Op::ADDIW:
            return 22;
        case Op::ADD:
        case Op::SUB:
            return 28;
        case Op::ADDW:
        case Op::SUBW:
            return 27;
        case Op::AND:
        case Op::OR:
        case Op::XOR:
            return 42;
        case Op::ANDI:
        case Op::ORI:
        case Op::XORI:
        case Op::SLTI:
        case Op::SLTIU:
            return 26;
        case Op::SLT:
        case Op::SLTU:
            return 31;
        case Op::SLLI:
        case Op::SRLI:
        case Op::SRAI:
            return 37;
        case Op::SLL:
        case Op::SRL:
        case Op::SRA:
            return 45;
        case Op::SLLIW:
        case Op::SRLIW:
        case Op::SRAIW:
            return 30;
        case Op::SLLW:
        case Op::SRLW:
        case Op::SRAW:
            return 38;
        case Op::BEQ:
        case Op::BNE:
            return 24;
        case Op::BLT:
        case Op::BGE:
        case Op::BLTU:
        case Op::BGEU:
            return 28;
        case Op::LD:
        case Op::SD:
            return 27;  // of an aligned word
        case Op::LB:
        case Op::LBU:
        case Op::LH:
        case Op::LHU:
        case Op::LW:
        case Op::LWU:
            return 63;
        case Op::SB:
        case Op::SH:
        case Op::SW:
            return 66;
        case Op::MUL:
            return 36;
        case Op::MULW:
            return 31;
        case Op::MULH:
        case Op::MULHSU:
        case Op::MULHU:
            return 44;
        case Op::DIV:
        case Op::DIVU:
        case Op::REM:
        case Op::REMU:
        case Op::DIVW:
        case Op::DIVUW:
        case Op::REMW:
        case Op::REMUW:
            return 62;
        case Op::ECALL:
            return abi::kAluRowCells;  // with the call's cells, which are those beside, its rows
        default:
            return 0;  // has no row
    }
}

/// What a misaligned access costs more, if it is of 8 bytes: the chip of all stores, not that of SD. A load's is 3
/// less, and the chip of smaller ones is always the same; but few of them are misaligned.
inline constexpr std::uint32_t kMisalignedCells = instruction_cells(isa::Op::SW) - instruction_cells(isa::Op::SD);

/// Cells of one ecall beside its instruction's row; `length` is the number of bytes of a MEMCPY.
[[nodiscard]] constexpr std::uint64_t ecall_cells(std::uint64_t number, std::uint64_t length) noexcept {
    std::uint64_t cells = abi::ecall_cost(number).cells;
    if (number == SLUICE_ECALL_MEMCPY) cells += (length + 7) / 8 * abi::kMemcpyWordCells;
    return cells;
}

}  // namespace sluice::vm
