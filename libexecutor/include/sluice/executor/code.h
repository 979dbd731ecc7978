// A contract's code as the interpreter runs it: without a check for its end, and which jumps it may take.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include "sluice/base/arena.h"
#include "sluice/base/bytes.h"

namespace sluice::executor {

// Code ends with an implicit STOP. The interpreter has no check for that in each opcode: either the code cannot run
// past its end, which nearly all compiled code can be seen not to do, or it is copied to where zeros follow it.

/// Zero bytes behind copied code: the data of a PUSH32 in the last place, and a STOP behind it.
inline constexpr std::size_t kCodePadding = 33;

/// Which positions of a code are valid jump destinations (Yellow Paper 9.4.3): a JUMPDEST that is not data of a PUSH.
///
/// Most code of a contract is never jumped into, so positions are judged when a jump first asks: the 32 bytes before
/// usually rule out that a PUSH covers the position. When that has cost as much as walking the whole code, it is
/// walked.
class JumpTable {
 public:
    JumpTable() = default;
    JumpTable(const std::uint8_t* code, std::size_t size) noexcept : code_(code), size_(size), budget_(size) {}

    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    /// True if `position` is below size() and known to be valid.
    [[nodiscard]] bool is_known(std::uint64_t position) const noexcept {
        return position < known_size_ && ((valid_[position / 64] >> (position % 64)) & 1) != 0;
    }
    enum class Answer : std::uint8_t { valid, invalid, arena_exhausted };
    /// Judges a position that is not known. The table's memory comes from `arena` at the first valid jump and has to
    /// live as long as the table.
    Answer judge(std::uint64_t position, Arena& arena) noexcept;

 private:
    bool reserve(Arena& arena) noexcept;
    void walk() noexcept;

    const std::uint8_t* code_ = nullptr;
    std::size_t size_ = 0;
    std::size_t known_size_ = 0;      ///< size_ once there is memory, before that 0
    std::uint64_t* valid_ = nullptr;  ///< a bit a position
    std::size_t budget_ = 0;          ///< bytes that judging may still pass: it never costs more than the walk
    bool complete_ = false;           ///< what is not in valid_ is invalid
};

/// Code that ends by itself or is padded with kCodePadding zero bytes.
struct Code {
    ByteView bytes{};  ///< without the padding
    Hash32 hash{};
    JumpTable jumps{};
};

/// Whether nothing that runs in `code` reads beyond it: near its end an instruction that never goes on to the next one
/// (STOP, JUMP, RETURN, REVERT, INVALID, SELFDESTRUCT), behind it no JUMPDEST. False means that this was not seen.
[[nodiscard]] bool ends_by_itself(ByteView code) noexcept;

/// Copies code behind which there is no padding. The arena's view has the same bytes and zeros after them; null data
/// when exhausted.
[[nodiscard]] ByteView copy_padded(ByteView code, Arena& arena) noexcept;

}  // namespace sluice::executor
