// A small machine with memory that runs over several shards: programs of five operations on 16-bit words.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Words have 16-bit addresses and values. Words at 0x8000 and above hold the input, all others start as 0. An
// instruction names its words by address; it takes one step of 4 on a clock that starts at 4 in every shard. Words
// cross shards by the ShardRAM table and the boundary machine of libprover/DESIGN.md section 8.
//
//   Program countdown = {{Op::set, 1, 5}, {Op::set, 2, 0xffff}, {Op::add, 1, 1, 2}, {Op::jump_if_not_zero, 2, 1},
//   {Op::halt, 0, 1}}; absl::StatusOr<RegisterRun> run = run_register_machine(countdown, {}, {6});   // two shards, the
//   first of 6 instructions
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include "absl/status/statusor.h"

#include "sluice/machine/description.h"
#include "sluice/machine/trace.h"

namespace sluice::toys {

enum class Op : std::uint32_t {
    add = 1,               ///< word[target] = word[a] + word[b] modulo 2^16
    mul = 2,               ///< word[target] = word[a] * word[b] modulo 2^16
    set = 3,               ///< word[target] = a
    jump_if_not_zero = 4,  ///< if word[a] is not 0, the next instruction is number `target`
    halt = 5,              ///< ends the run; word[a] is the result
};

struct Instruction {
    Op op;
    std::uint16_t target;
    std::uint16_t a = 0;
    std::uint16_t b = 0;
};

using RegisterProgram = std::vector<Instruction>;

/// First address of the input words.
inline constexpr std::uint16_t kInputStart = 0x8000;
/// Places of the public values.
enum RegisterPublic : std::uint32_t {
    kRegisterShard,
    kRegisterIsLast,
    kRegisterFirstPc,
    kRegisterLastPc,
    kRegisterLastTime,
    kRegisterResult,  ///< low byte, then high byte: the statement
    kRegisterPublicValues = 7,
};

/// The machine of the shards; the program is part of it (a preprocessed table). InvalidArgument if the program is empty
/// or longer than 2^16.
[[nodiscard]] absl::StatusOr<machine::MachineDescription> register_machine(const RegisterProgram& program);
/// The machine of the boundary proof.
[[nodiscard]] absl::StatusOr<machine::MachineDescription> register_boundary_machine();

/// A run cut into shards, as tables.
struct RegisterRun {
    std::vector<machine::TableTrace> shards;
    machine::TableTrace boundary;
    std::uint16_t result = 0;
    std::uint64_t instructions = 0;
};

/// Runs the program. `input[i]` is the word at kInputStart + i. `cuts` gives the instructions of the first shards, the
/// last one runs to the end; a shard may be empty of accesses but not of instructions. InvalidArgument if the program
/// leaves itself, does not halt within `max_instructions`, or halts before the last shard.
[[nodiscard]] absl::StatusOr<RegisterRun> run_register_machine(const RegisterProgram& program,
                                                               std::span<const std::uint16_t> input,
                                                               std::span<const std::uint64_t> cuts,
                                                               std::uint64_t max_instructions = 1u << 22);

/// A loop of `rounds` rounds that reads input, multiplies, adds and stores: 8 instructions a round.
[[nodiscard]] RegisterProgram mixing_program(std::uint16_t rounds);

}  // namespace sluice::toys
