// The interpreter's inner loop: RV64IM, one label an operation. SPDX-License-Identifier: MIT OR Apache-2.0
//
// Instructions are counted by blocks: entering a block takes its whole length off the budget, so straight code pays
// nothing for it. The driver (driver.h) handles what a block cannot: a budget that ends inside it, ECALLs, traps.
//
// The loop is a template over the kind of run, so that what a run does not observe costs it nothing.
#pragma once

#include <cstdint>
#include <cstring>

#include "call_profiler.h"
#include "machine_state.h"
#include "sluice/base/uint256.h"
#include "sluice/vm/cost_model.h"
#include "touch_tracker.h"

namespace sluice::vm {

/// Kinds of runs.
struct PlainMode {
    static constexpr bool kTouches = false;  ///< note which words and registers are touched
    static constexpr bool kSites = false;    ///< and keep `state.index` at the instruction that touches
    static constexpr bool kCells = false;    ///< stop when the cells are spent
    static constexpr bool kProfile = false;  ///< count block entries, follow calls and returns
};
struct TouchMode : PlainMode {
    static constexpr bool kTouches = true;
};
struct SiteMode : TouchMode {
    static constexpr bool kSites = true;
};
struct CellMode : PlainMode {
    static constexpr bool kCells = true;
};
struct ProfileMode : PlainMode {
    static constexpr bool kProfile = true;
};

/// A load or store that its page table does not let through: misaligned, first use of a page, or a fault.
/// False, with `state.trap` set, for a fault.
bool slow_access(MachineState& state, std::uint64_t address, unsigned size, bool is_store) noexcept;

/// Notes the trap and gives back Stop::trap, for the end of the run loop.
Stop raise(MachineState& state, abi::TrapCode code, std::uint64_t address) noexcept;

/// A branch or JAL with a target that is misaligned or not in the text. Sets `target` to where it goes; false if the
/// branch is not taken.
bool far_jump_target(const MachineState& state, const Decoded* at, std::uint64_t& target) noexcept;

/// A jump that has been made to a place outside the text: notes the trap of fetching there and gives back Stop::lost.
Stop jump_outside(MachineState& state, std::uint64_t target) noexcept;

namespace detail {

inline std::uint64_t sign_extend_word(std::uint64_t value) {
    return static_cast<std::uint64_t>(std::int64_t{static_cast<std::int32_t>(static_cast<std::uint32_t>(value))});
}
inline std::int64_t as_signed(std::uint64_t value) {
    return static_cast<std::int64_t>(value);
}
inline std::uint64_t as_unsigned(std::int64_t value) {
    return static_cast<std::uint64_t>(value);
}

inline std::uint64_t multiply_high(std::uint64_t a, std::uint64_t b) {
    return static_cast<std::uint64_t>((static_cast<Uint128>(a) * b) >> 64);
}
/// The signed forms from the unsigned one: a negative factor counts 2^64 too much of the other.
inline std::uint64_t multiply_high_signed(std::uint64_t a, std::uint64_t b) {
    return multiply_high(a, b) - (as_signed(a) < 0 ? b : 0) - (as_signed(b) < 0 ? a : 0);
}
inline std::uint64_t multiply_high_mixed(std::uint64_t a, std::uint64_t b) {
    return multiply_high(a, b) - (as_signed(a) < 0 ? b : 0);
}

/// Division by zero gives -1 and leaves the dividend; the smallest number divided by -1 gives itself and leaves 0.
template <class T>
T divide(T a, T b) {
    if (b == 0) return static_cast<T>(-1);
    if constexpr (static_cast<T>(-1) < 0) {
        if (b == -1) return static_cast<T>(0 - static_cast<std::make_unsigned_t<T>>(a));
    }
    return static_cast<T>(a / b);
}
template <class T>
T remainder(T a, T b) {
    if (b == 0) return a;
    if constexpr (static_cast<T>(-1) < 0) {
        if (b == -1) return 0;
    }
    return static_cast<T>(a % b);
}

template <class T>
T load(const std::uint8_t* at) {
    T value;
    std::memcpy(&value, at, sizeof value);
    return value;
}

}  // namespace detail

/// Runs from `state.index`, whose block the caller has counted, until something stops it.
template <class Mode>
Stop run_blocks(MachineState& state) {
    using namespace detail;
    using abi::TrapCode;
#define SLUICE_LABEL(name) __extension__&& L_##name
    static const void* const kLabels[kLoopOpCount] = {
        SLUICE_LABEL(ILLEGAL),
#define SLUICE_INSTRUCTION(name, mask, match, format, class_name) SLUICE_LABEL(name),
#include "sluice/isa/rv64im.def"
#undef SLUICE_INSTRUCTION
        SLUICE_LABEL(FAR_JUMP),
        SLUICE_LABEL(STOP),
    };
#undef SLUICE_LABEL

    Decoded* const code = state.code.begin();
    const std::uint64_t code_base = state.code.base();
    const std::uint64_t code_size = state.code.size();
    std::uint64_t* const x = state.registers.data();
    std::uint8_t* const memory = state.space->base();
    const PageTable& readable = state.space->readable();
    const PageTable& writable = state.space->writable();
    [[maybe_unused]] const std::uint16_t* const tags = Mode::kTouches ? state.tracker->tags() : nullptr;
    [[maybe_unused]] const std::uint16_t shard_tag = Mode::kTouches ? state.tracker->current() : std::uint16_t{0};
    [[maybe_unused]] std::uint32_t touched = state.touched_registers;
    std::int64_t budget = state.budget;
    [[maybe_unused]] std::int64_t cells = state.cells;
    const Decoded* ip = code + state.index;
    std::uint64_t address = 0;  // of the access or jump in hand
    Stop stop;

#define SLUICE_DISPATCH() __extension__({ goto* kLabels[ip->op]; })
#define SLUICE_NEXT()      \
    do {                   \
        ++ip;              \
        SLUICE_DISPATCH(); \
    } while (false)
#define SLUICE_ENTER()                                            \
    do {                                                          \
        budget -= ip->length;                                     \
        if (budget < 0) [[unlikely]]                              \
            goto out_of_budget;                                   \
        if constexpr (Mode::kCells) {                             \
            cells -= state.block_cells[ip - code];                \
            if (cells < 0) [[unlikely]]                           \
                goto out_of_cells;                                \
        }                                                         \
        if constexpr (Mode::kTouches) touched |= ip->registers;   \
        if constexpr (Mode::kProfile) ++state.entries[ip - code]; \
        SLUICE_DISPATCH();                                        \
    } while (false)
#define SLUICE_SET(name, value)     \
    L_##name : x[ip->rd] = (value); \
    SLUICE_NEXT()
#define SLUICE_IMM as_unsigned(ip->imm)
#define SLUICE_BRANCH(name, condition)       \
    L_##name : if (condition) ip += ip->imm; \
    else ++ip;                               \
    SLUICE_ENTER()
#define SLUICE_LOAD(name, type, extend)                                                                \
    L_##name : address = x[ip->rs1] + SLUICE_IMM;                                                      \
    if constexpr (Mode::kSites) state.index = static_cast<std::size_t>(ip - code);                     \
    if (!readable.allows<sizeof(type)>(address)) [[unlikely]] {                                        \
        if (!slow_access(state, address, sizeof(type), false)) goto trapped;                           \
        if constexpr (Mode::kCells) cells -= address % sizeof(type) != 0 ? kMisalignedCells : 0;       \
    }                                                                                                  \
    if constexpr (Mode::kTouches) {                                                                    \
        if (!TouchTracker::is_fresh<sizeof(type)>(tags, shard_tag, address)) [[unlikely]]              \
            state.tracker->touch(address, sizeof(type));                                               \
    }                                                                                                  \
    x[ip->rd] = static_cast<std::uint64_t>(static_cast<extend>(detail::load<type>(memory + address))); \
    SLUICE_NEXT()
#define SLUICE_STORE(name, type)                                                                 \
    L_##name : address = x[ip->rs1] + SLUICE_IMM;                                                \
    if constexpr (Mode::kSites) state.index = static_cast<std::size_t>(ip - code);               \
    if (!writable.allows<sizeof(type)>(address)) [[unlikely]] {                                  \
        if (!slow_access(state, address, sizeof(type), true)) goto trapped;                      \
        if constexpr (Mode::kCells) cells -= address % sizeof(type) != 0 ? kMisalignedCells : 0; \
    }                                                                                            \
    if constexpr (Mode::kTouches) {                                                              \
        if (!TouchTracker::is_fresh<sizeof(type)>(tags, shard_tag, address)) [[unlikely]]        \
            state.tracker->touch(address, sizeof(type));                                         \
    }                                                                                            \
    {                                                                                            \
        const auto value = static_cast<type>(x[ip->rs2]);                                        \
        std::memcpy(memory + address, &value, sizeof value);                                     \
    }                                                                                            \
    SLUICE_NEXT()
#define SLUICE_A x[ip->rs1]
#define SLUICE_B x[ip->rs2]
#define SLUICE_A32 static_cast<std::uint32_t>(x[ip->rs1])
#define SLUICE_B32 static_cast<std::uint32_t>(x[ip->rs2])
#define SLUICE_PC (code_base + 4 * static_cast<std::uint64_t>(ip - code))

    SLUICE_DISPATCH();

    SLUICE_SET(LUI, SLUICE_IMM);
    SLUICE_SET(AUIPC, SLUICE_PC + SLUICE_IMM);
    SLUICE_SET(ADDI, SLUICE_A + SLUICE_IMM);
    SLUICE_SET(SLTI, as_signed(SLUICE_A) < ip->imm ? 1 : 0);
    SLUICE_SET(SLTIU, SLUICE_A < SLUICE_IMM ? 1 : 0);
    SLUICE_SET(XORI, SLUICE_A ^ SLUICE_IMM);
    SLUICE_SET(ORI, SLUICE_A | SLUICE_IMM);
    SLUICE_SET(ANDI, SLUICE_A & SLUICE_IMM);
    SLUICE_SET(SLLI, SLUICE_A << ip->imm);
    SLUICE_SET(SRLI, SLUICE_A >> ip->imm);
    SLUICE_SET(SRAI, as_unsigned(as_signed(SLUICE_A) >> ip->imm));
    SLUICE_SET(ADDIW, sign_extend_word(SLUICE_A + SLUICE_IMM));
    SLUICE_SET(SLLIW, sign_extend_word(SLUICE_A << ip->imm));
    SLUICE_SET(SRLIW, sign_extend_word(SLUICE_A32 >> ip->imm));
    SLUICE_SET(SRAIW, as_unsigned(static_cast<std::int32_t>(SLUICE_A32) >> ip->imm));
    SLUICE_SET(ADD, SLUICE_A + SLUICE_B);
    SLUICE_SET(SUB, SLUICE_A - SLUICE_B);
    SLUICE_SET(SLL, SLUICE_A << (SLUICE_B & 63));
    SLUICE_SET(SLT, as_signed(SLUICE_A) < as_signed(SLUICE_B) ? 1 : 0);
    SLUICE_SET(SLTU, SLUICE_A < SLUICE_B ? 1 : 0);
    SLUICE_SET(XOR, SLUICE_A ^ SLUICE_B);
    SLUICE_SET(SRL, SLUICE_A >> (SLUICE_B & 63));
    SLUICE_SET(SRA, as_unsigned(as_signed(SLUICE_A) >> (SLUICE_B & 63)));
    SLUICE_SET(OR, SLUICE_A | SLUICE_B);
    SLUICE_SET(AND, SLUICE_A & SLUICE_B);
    SLUICE_SET(ADDW, sign_extend_word(SLUICE_A + SLUICE_B));
    SLUICE_SET(SUBW, sign_extend_word(SLUICE_A - SLUICE_B));
    SLUICE_SET(SLLW, sign_extend_word(SLUICE_A << (SLUICE_B & 31)));
    SLUICE_SET(SRLW, sign_extend_word(SLUICE_A32 >> (SLUICE_B & 31)));
    SLUICE_SET(SRAW, as_unsigned(static_cast<std::int32_t>(SLUICE_A32) >> (SLUICE_B & 31)));

    SLUICE_SET(MUL, SLUICE_A * SLUICE_B);
    SLUICE_SET(MULH, multiply_high_signed(SLUICE_A, SLUICE_B));
    SLUICE_SET(MULHSU, multiply_high_mixed(SLUICE_A, SLUICE_B));
    SLUICE_SET(MULHU, multiply_high(SLUICE_A, SLUICE_B));
    SLUICE_SET(MULW, sign_extend_word(SLUICE_A * SLUICE_B));
    SLUICE_SET(DIV, as_unsigned(divide(as_signed(SLUICE_A), as_signed(SLUICE_B))));
    SLUICE_SET(DIVU, divide(SLUICE_A, SLUICE_B));
    SLUICE_SET(REM, as_unsigned(remainder(as_signed(SLUICE_A), as_signed(SLUICE_B))));
    SLUICE_SET(REMU, remainder(SLUICE_A, SLUICE_B));
    SLUICE_SET(DIVW, as_unsigned(divide(static_cast<std::int32_t>(SLUICE_A32), static_cast<std::int32_t>(SLUICE_B32))));
    SLUICE_SET(DIVUW, sign_extend_word(divide(SLUICE_A32, SLUICE_B32)));
    SLUICE_SET(REMW,
               as_unsigned(remainder(static_cast<std::int32_t>(SLUICE_A32), static_cast<std::int32_t>(SLUICE_B32))));
    SLUICE_SET(REMUW, sign_extend_word(remainder(SLUICE_A32, SLUICE_B32)));

    SLUICE_LOAD(LB, std::int8_t, std::int64_t);
    SLUICE_LOAD(LH, std::int16_t, std::int64_t);
    SLUICE_LOAD(LW, std::int32_t, std::int64_t);
    SLUICE_LOAD(LD, std::uint64_t, std::uint64_t);
    SLUICE_LOAD(LBU, std::uint8_t, std::uint64_t);
    SLUICE_LOAD(LHU, std::uint16_t, std::uint64_t);
    SLUICE_LOAD(LWU, std::uint32_t, std::uint64_t);
    SLUICE_STORE(SB, std::uint8_t);
    SLUICE_STORE(SH, std::uint16_t);
    SLUICE_STORE(SW, std::uint32_t);
    SLUICE_STORE(SD, std::uint64_t);

    SLUICE_BRANCH(BEQ, SLUICE_A == SLUICE_B);
    SLUICE_BRANCH(BNE, SLUICE_A != SLUICE_B);
    SLUICE_BRANCH(BLT, as_signed(SLUICE_A) < as_signed(SLUICE_B));
    SLUICE_BRANCH(BGE, as_signed(SLUICE_A) >= as_signed(SLUICE_B));
    SLUICE_BRANCH(BLTU, SLUICE_A < SLUICE_B);
    SLUICE_BRANCH(BGEU, SLUICE_A >= SLUICE_B);

L_JAL:
    x[ip->rd] = SLUICE_PC + 4;
    if constexpr (Mode::kProfile) {
        state.profiler->on_jump(SLUICE_PC, SLUICE_PC + 4 * as_unsigned(ip->imm), ip->rd, 0, budget);
    }
    ip += ip->imm;
    SLUICE_ENTER();

L_JALR:
    address = (SLUICE_A + SLUICE_IMM) & ~std::uint64_t{1};
    {
        // One comparison for both: the low two bits of a misaligned target rotate into the highest.
        const std::uint64_t offset = address - code_base;
        const std::uint64_t target_index = (offset >> 2) | (offset << 62);
        if (target_index >= code_size) [[unlikely]]
            goto leave_text;
        x[ip->rd] = SLUICE_PC + 4;
        if constexpr (Mode::kProfile) state.profiler->on_jump(SLUICE_PC, address, ip->rd, ip->rs1, budget);
        ip = code + target_index;
    }
    SLUICE_ENTER();

L_FAR_JUMP:
    if (!far_jump_target(state, ip, address)) {
        ++ip;
        SLUICE_ENTER();
    }
leave_text:
    if (address % 4 != 0) {
        stop = raise(state, TrapCode::misaligned_jump, address);
        goto leave;
    }
    // A branch's rd is the sink, so this writes no more than a link.
    x[ip->rd] = SLUICE_PC + 4;
    stop = jump_outside(state, address);
    goto leave;

L_FENCE:
    SLUICE_NEXT();

L_ECALL:
    stop = Stop::ecall;
    goto leave;
L_EBREAK:
    stop = raise(state, TrapCode::illegal_instruction, SLUICE_PC);
    goto leave;
L_ILLEGAL:
    stop = raise(
        state, state.space->permits(SLUICE_PC, 4, kPageExecute) ? TrapCode::illegal_instruction : TrapCode::fetch_fault,
        SLUICE_PC);
    goto leave;
L_STOP:
    stop = Stop::breakpoint;
    goto leave;

trapped:
    stop = Stop::trap;
    goto leave;
    [[maybe_unused]] out_of_cells : cells += state.block_cells[ip - code];
    budget += ip->length;
    stop = Stop::cells;
    goto leave;
out_of_budget:
    budget += ip->length;
    stop = Stop::budget;
leave:
    state.index = static_cast<std::size_t>(ip - code);
    state.budget = budget;
    if constexpr (Mode::kCells) state.cells = cells;
    if constexpr (Mode::kTouches) state.touched_registers = touched;
    return stop;

#undef SLUICE_DISPATCH
#undef SLUICE_NEXT
#undef SLUICE_ENTER
#undef SLUICE_SET
#undef SLUICE_IMM
#undef SLUICE_BRANCH
#undef SLUICE_LOAD
#undef SLUICE_STORE
#undef SLUICE_A
#undef SLUICE_B
#undef SLUICE_A32
#undef SLUICE_B32
#undef SLUICE_PC
}

}  // namespace sluice::vm
