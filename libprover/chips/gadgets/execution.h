// One executed instruction as the chips fill their rows from it. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include "sluice/isa/decode.h"

namespace sluice::chips {

/// Registers of ECALLs: number and arguments.
inline constexpr std::uint32_t kRegisterA0 = 10;
inline constexpr std::uint32_t kRegisterA1 = 11;
inline constexpr std::uint32_t kRegisterA7 = 17;

/// Access to a word: what was there, since when, and when it is accessed.
struct AccessRecord {
    std::uint64_t before = 0;
    std::uint32_t previous = 0;
    std::uint32_t now = 0;
};

/// An instruction as the program table has it.
struct ProgramLine {
    std::uint32_t pc = 0;
    isa::Op op = isa::Op::ILLEGAL;  ///< LUI also for AUIPC, JAL and FENCE
    std::uint32_t rd = 0;           ///< kSink for x0, 0 if none is written
    std::uint32_t rs1 = 0;
    std::uint32_t rs2 = 0;
    std::array<std::uint32_t, 3> immediate{};
    std::uint32_t target = 0;
};

/// What an instruction did. Accesses that it does not have are zero.
struct ExecutedStep {
    ProgramLine line;
    std::uint32_t time = 0;
    std::uint32_t next_pc = 0;
    std::uint64_t first = 0;    ///< value of rs1, or of the first register that an ECALL reads
    std::uint64_t second = 0;   ///< value of rs2, or of the second
    std::uint64_t result = 0;   ///< what is written to rd
    std::uint64_t address = 0;  ///< of a load or store
    AccessRecord first_access, second_access, target_access;
    std::uint64_t third = 0;  ///< ECALL: its third register
    AccessRecord third_access;
    std::array<AccessRecord, 4> memory;           ///< in ascending order of key
    std::array<std::uint64_t, 2> memory_after{};  ///< of a store
    std::uint32_t memory_words = 0;               ///< how many words are accessed
};

}  // namespace sluice::chips
