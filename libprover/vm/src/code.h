// The program's text, decoded once: an array of operations the run loop walks through.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include "absl/status/statusor.h"

#include "sluice/isa/decode.h"
#include "sluice/vm/elf.h"

namespace sluice::vm {

/// Operations of the run loop: those of RV64IM under the same numbers, and two of our own.
enum : std::uint8_t {
    kOpFarJump = isa::kOpCount,  ///< a branch or JAL whose target is misaligned or out of the text: decode it again
    kOpStop,                     ///< set by the driver to end a run at an instruction that is no block's start
    kLoopOpCount
};

/// Writes to x0 go to a register that nobody reads.
inline constexpr std::uint8_t kSinkRegister = 32;

/// An instruction ready to run, and what its block still holds. A block runs from any instruction to the next one that
/// ends it (isa::ends_block), so each instruction starts a block and the sums below are those of the rest.
struct Decoded {
    std::uint8_t op;
    std::uint8_t rd;  ///< kSinkRegister for x0
    std::uint8_t rs1;
    std::uint8_t rs2;
    std::int32_t imm;         ///< for branches and JAL: distance in instructions
    std::uint32_t length;     ///< instructions to the end of the block, this one included
    std::uint32_t registers;  ///< bit i: x_i is read or written by one of them; never x0
};
static_assert(sizeof(Decoded) == 16);

/// Bits of the registers (not x0) that an instruction reads or writes. An ECALL's are not among them: they depend on
/// which call it is.
[[nodiscard]] std::uint32_t registers_of(const isa::Instruction& instruction) noexcept;

/// Decoded text. Instruction `i` is at address base() + 4 * i. What is not text inside the span is ILLEGAL, and so is
/// the last entry, one past the end.
class Code {
 public:
    [[nodiscard]] static absl::StatusOr<Code> create(const Program& program);
    Code(Code&& other) noexcept;
    Code& operator=(Code&&) = delete;
    ~Code();

    [[nodiscard]] std::uint64_t base() const noexcept { return base_; }
    /// Number of instructions, without the entry one past the end.
    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    [[nodiscard]] Decoded* begin() const noexcept { return entries_; }
    [[nodiscard]] std::uint64_t address_of(std::size_t index) const noexcept { return base_ + 4 * index; }
    [[nodiscard]] bool contains(std::uint64_t address) const noexcept {
        return address >= base_ && address - base_ < 4 * size_;
    }

 private:
    Code() = default;

    std::uint64_t base_ = 0;
    std::size_t size_ = 0;
    std::size_t mapped_bytes_ = 0;
    Decoded* entries_ = nullptr;
};

}  // namespace sluice::vm
