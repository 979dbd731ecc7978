// One running call: what it runs, for whom, and its registers while a call of its own runs.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include "sluice/base/arena.h"
#include "sluice/base/uint256.h"
#include "sluice/executor/evm.h"

namespace sluice::executor {

/// Words an operand stack may hold.
inline constexpr std::size_t kStackLimit = 1024;

/// Lies in the scratch arena; the frame's memory follows it directly and is the arena's latest block while the frame is
/// the newest. Memory has a multiple of 32 bytes.
struct alignas(16) Frame {
    Frame* caller = nullptr;
    const std::uint8_t* code = nullptr;  ///< cannot run past its end (code.h)
    JumpTable* jumps = nullptr;          ///< also knows the code's size
    ByteView input{};
    std::uint64_t memory_size = 0;
    Account* account = nullptr;  ///< the recipient: whose storage and balance the code works on
    Uint256 recipient{};         ///< addresses as the stack holds them
    Uint256 sender{};
    Uint256 value{};
    std::int64_t refund = 0;
    WorldState::Snapshot snapshot{};
    Arena::Mark mark = 0;  ///< where the arena stood before the call
    std::uint32_t depth = 0;
    bool is_static = false;
    bool is_create = false;
    JumpTable initcode_jumps{};  ///< `jumps` of initcode, which is no account's code

    // Where the code stands while a call runs, and where that call's output goes.
    const std::uint8_t* pc = nullptr;
    Uint256* floor = nullptr;
    Uint256* top = nullptr;
    std::int64_t gas = 0;
    std::uint64_t output_offset = 0;
    std::uint64_t output_size = 0;

    [[nodiscard]] std::uint8_t* memory() noexcept { return reinterpret_cast<std::uint8_t*>(this + 1); }
};

/// What the running frame keeps in machine registers. The stack grows upwards from `floor`, the word below the first;
/// `top` is the latest word.
struct Registers {
    const std::uint8_t* pc;  ///< after the opcode that runs
    Uint256* top;
    std::int64_t gas;  ///< left; may be negative for a while (opcodes.def)
    Uint256* floor;
    Uint256* limit;  ///< where `top` stands when the stack is full
    Frame* frame;

    [[gnu::always_inline]] void load(Frame* from) noexcept {
        frame = from;
        pc = from->pc;
        top = from->top;
        gas = from->gas;
        floor = from->floor;
        limit = from->floor + kStackLimit;
    }
    [[gnu::always_inline]] void store() const noexcept {
        frame->pc = pc;
        frame->top = top;
        frame->gas = gas;
    }
    [[gnu::always_inline]] void push(const Uint256& word) noexcept { *++top = word; }
};

/// How an opcode's function ends.
enum class Flow : std::uint8_t {
    next,  ///< go on with the next opcode, which may be another frame's
    fail,  ///< exceptional halt of the frame, or the run cannot go on (Interpreter::error)
    done,  ///< the outermost frame has ended
};

}  // namespace sluice::executor
