// One executed instruction as plain data: what trace filling and debugging start from.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace sluice::isa {

/// A step of the machine. Fixed layout: records go to files and to devices as they are. Fields an instruction does not
/// have are 0. An ECALL's own memory accesses are not in its step.
struct Step {
    std::uint32_t pc;
    std::uint32_t word;          ///< the instruction, see decode.h
    std::uint64_t rs1_value;     ///< before the step
    std::uint64_t rs2_value;     ///< before the step
    std::uint64_t rd_before;     ///< before the step; 0 when rd is x0
    std::uint64_t rd_value;      ///< what the step writes to rd; for x0 what is lost
    std::uint64_t memory_value;  ///< bytes at `address` before the step, as many as the access has, zero-extended
    std::uint32_t address;       ///< first byte that a load or store touches
    std::uint32_t next_pc;       ///< the low half, for a jump to 2^32 and beyond (which has no next step)
};
static_assert(sizeof(Step) == 56 && alignof(Step) == 8);
static_assert(offsetof(Step, rs1_value) == 8 && offsetof(Step, memory_value) == 40 && offsetof(Step, next_pc) == 52);
static_assert(std::is_trivially_copyable_v<Step> && std::is_standard_layout_v<Step>);

}  // namespace sluice::isa
