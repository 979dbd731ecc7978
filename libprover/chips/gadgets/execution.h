// One executed instruction as the chips fill their rows from it. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "sluice/isa/decode.h"

namespace sluice::chips {

/// Registers of ECALLs: the first argument (the others follow it) and the number.
inline constexpr std::uint32_t kRegisterA0 = 10;
inline constexpr std::uint32_t kRegisterA7 = 17;
inline constexpr std::size_t kMaxArguments = 4;

/// Access to a word: what was there, since when, and when it is accessed.
struct AccessRecord {
    std::uint64_t before = 0;
    std::uint32_t previous = 0;
    std::uint32_t now = 0;
};

/// Words in a row that an ECALL accesses at one time: time of the instruction + `offset`.
struct WordRange {
    std::uint32_t first_key = 0;
    std::uint32_t words = 0;
    std::uint32_t offset = 0;
    bool written = false;
};

/// What an ECALL did.
struct ExecutedCall {
    std::uint64_t number = 0;
    AccessRecord number_access;
    std::array<std::uint64_t, kMaxArguments> arguments{};  ///< those that the call has
    std::array<AccessRecord, kMaxArguments> argument_accesses;

    /// The words of a range: how each was accessed, and what it is afterwards.
    struct Operand {
        std::span<const AccessRecord> words;
        std::span<const std::uint64_t> after;
    };
    std::array<Operand, kMaxArguments> operands;  ///< in the order of the call's ranges
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
    std::uint32_t row = 0;  ///< of the program table
    std::uint32_t time = 0;
    std::uint32_t next_pc = 0;
    std::uint64_t first = 0;    ///< value of rs1
    std::uint64_t second = 0;   ///< value of rs2
    std::uint64_t result = 0;   ///< what is written to rd
    std::uint64_t address = 0;  ///< of a load or store
    AccessRecord first_access, second_access, target_access;
    std::array<AccessRecord, 2> memory;           ///< of a load or store, in ascending order of key
    std::array<std::uint64_t, 2> memory_after{};  ///< of a store
    std::uint32_t memory_words = 0;               ///< how many words are accessed
    const ExecutedCall* call = nullptr;           ///< of an ECALL; good until the next step
};

}  // namespace sluice::chips
