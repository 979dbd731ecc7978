// What the rows of instructions share: the program, the state, registers and memory.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include "gadgets/execution.h"
#include "gadgets/word.h"
#include "sluice/machine/columns.h"

namespace sluice::chips {

/// The clock at the start of an instruction.
template <class T>
struct Step {
    T pc, time;
    SLUICE_COLUMNS(pc, time)
};
[[nodiscard]] constexpr Step<KoalaBear> fill_step(const ExecutedStep& step) {
    return {element(step.line.pc), element(step.time)};
}

/// What an instruction says beside its pc; what it does not have is 0.
template <class V>
struct Fetched {
    V op, rd, rs1, rs2;
    std::array<V, 3> immediate;
    V target;
};

template <class B>
[[nodiscard]] typename B::Var op_constant(B& b, isa::Op op) {
    return b.constant(static_cast<std::uint32_t>(op));
}
/// An instruction without operands.
template <class B>
[[nodiscard]] Fetched<typename B::Var> fetched(B& b, const typename B::Var& op) {
    const auto zero = b.constant(0);
    return {op, zero, zero, zero, {zero, zero, zero}, zero};
}

/// The instruction is the program's, and it is its turn. Without the lookup a row could do what no instruction says.
template <class B, class V>
void check_fetch(B& b, const V& is_real, const Step<V>& step, const Fetched<V>& line) {
    b.lookup(kProgramBus, is_real,
             {step.pc, line.op, line.rd, line.rs1, line.rs2, line.immediate[0], line.immediate[1], line.immediate[2],
              line.target});
    b.read(kStateBus, is_real, {step.pc, step.time});
}
/// After it the instruction at `next_pc` runs.
template <class B, class V>
void check_step(B& b, const V& is_real, const Step<V>& step, const Fetched<V>& line, const V& next_pc) {
    check_fetch(b, is_real, step, line);
    b.write(kStateBus, is_real, {next_pc, step.time + b.constant(kTimeStep)});
}
template <class B, class V>
[[nodiscard]] V next_in_line(B& b, const Step<V>& step) {
    return step.pc + b.constant(4);
}

/// When a word was accessed before: the time, and the lower 16 bits of how long ago that is, less one.
template <class T>
struct Age {
    T previous, low;
    SLUICE_COLUMNS(previous, low)
};
/// An access to a word that was `before`.
template <class T>
struct Access {
    Limbs<T> before;
    Age<T> age;
    SLUICE_COLUMNS(before, age)
};
[[nodiscard]] constexpr Age<KoalaBear> fill_age(const AccessRecord& access) {
    return {element(access.previous), element((access.now - 1 - access.previous) & 0xffff)};
}
[[nodiscard]] constexpr Access<KoalaBear> fill_access(const AccessRecord& access) {
    return {limbs(access.before), fill_age(access)};
}

/// Offsets of an instruction's accesses from its time. Memory words may share the first registers' offset, since keys
/// of memory and registers differ.
inline constexpr std::uint32_t kFirstOffset = 0;
inline constexpr std::uint32_t kSecondOffset = 1;
inline constexpr std::uint32_t kTargetOffset = 2;
inline constexpr std::uint32_t kMemoryOffset = 0;

/// Word `key` was `before` and is `after` from the step's time + `offset` on. Who calls sees to the limbs of `after`.
template <class B, class V>
void check_access(B& b, const V& is_real, const Step<V>& step, std::uint32_t offset, const V& key,
                  const Limbs<V>& before, const Age<V>& age, const Limbs<V>& after) {
    const V now = step.time + b.constant(offset);
    b.read(kMemoryBus, is_real, {key, before[0], before[1], before[2], before[3], age.previous});
    b.write(kMemoryBus, is_real, {key, after[0], after[1], after[2], after[3], now});
    // Without this a read could take what is written later.
    check_bits(b, is_real, age.low, 16);
    check_bits(b, is_real, shifted_down(b, now - b.constant(1) - age.previous - age.low, 16), kTimeBits - 16);
}
/// The word is read.
template <class B, class V>
void check_read(B& b, const V& is_real, const Step<V>& step, std::uint32_t offset, const V& key,
                const Access<V>& access) {
    check_access(b, is_real, step, offset, key, access.before, access.age, access.before);
}

/// An instruction with two registers read and one written.
template <class T>
struct RegisterStep {
    Step<T> step;
    T rd, rs1, rs2;
    Access<T> first, second, target;
    SLUICE_COLUMNS(step, rd, rs1, rs2, first, second, target)
};
[[nodiscard]] constexpr RegisterStep<KoalaBear> fill_register_step(const ExecutedStep& step) {
    return {fill_step(step),
            element(step.line.rd),
            element(step.line.rs1),
            element(step.line.rs2),
            fill_access(step.first_access),
            fill_access(step.second_access),
            fill_access(step.target_access)};
}
/// It is `op`, and writes `result`, whose limbs the caller sees to.
template <class B, class V>
void check_register_step(B& b, const V& is_real, const RegisterStep<V>& row, const V& op, const Limbs<V>& result) {
    Fetched<V> line = fetched(b, op);
    line.rd = row.rd;
    line.rs1 = row.rs1;
    line.rs2 = row.rs2;
    check_step(b, is_real, row.step, line, next_in_line(b, row.step));
    check_read(b, is_real, row.step, kFirstOffset, row.rs1, row.first);
    check_read(b, is_real, row.step, kSecondOffset, row.rs2, row.second);
    check_access(b, is_real, row.step, kTargetOffset, row.rd, row.target.before, row.target.age, result);
}

/// A sign-extended 12-bit immediate: its lowest limb and all the others.
template <class T>
struct Immediate {
    T low, high;
    SLUICE_COLUMNS(low, high)

    [[nodiscard]] Limbs<T> limbs() const { return {low, high, high, high}; }
    [[nodiscard]] std::array<T, 3> in_line() const { return {low, high, high}; }
};
[[nodiscard]] constexpr Immediate<KoalaBear> fill_immediate(const ExecutedStep& step) {
    return {element(step.line.immediate[0]), element(step.line.immediate[2])};
}

/// An instruction with one register read, an immediate, and one register written.
template <class T>
struct ImmediateStep {
    Step<T> step;
    T rd, rs1;
    Immediate<T> immediate;
    Access<T> first, target;
    SLUICE_COLUMNS(step, rd, rs1, immediate, first, target)
};
[[nodiscard]] constexpr ImmediateStep<KoalaBear> fill_immediate_step(const ExecutedStep& step) {
    return {fill_step(step),      element(step.line.rd),          element(step.line.rs1),
            fill_immediate(step), fill_access(step.first_access), fill_access(step.target_access)};
}
/// It is `op`, writes `result`, whose limbs the caller sees to, and goes on at `next_pc`.
template <class B, class V>
void check_immediate_step(B& b, const V& is_real, const ImmediateStep<V>& row, const V& op, const Limbs<V>& result,
                          const V& next_pc) {
    Fetched<V> line = fetched(b, op);
    line.rd = row.rd;
    line.rs1 = row.rs1;
    line.immediate = row.immediate.in_line();
    check_step(b, is_real, row.step, line, next_pc);
    check_read(b, is_real, row.step, kFirstOffset, row.rs1, row.first);
    check_access(b, is_real, row.step, kTargetOffset, row.rd, row.target.before, row.target.age, result);
}
template <class B, class V>
void check_immediate_step(B& b, const V& is_real, const ImmediateStep<V>& row, const V& op, const Limbs<V>& result) {
    check_immediate_step(b, is_real, row, op, result, next_in_line(b, row.step));
}

/// An address below 2^32.
template <class T>
struct Address {
    T low, page;
    SLUICE_COLUMNS(low, page)
};
[[nodiscard]] constexpr Address<KoalaBear> fill_address(std::uint64_t address) {
    return {element(address & 0xffff), element(address >> 16)};
}
/// The address is base + immediate modulo 2^64. The caller bounds `low` and looks the page up.
template <class B, class V>
void check_address(B& b, const Limbs<V>& base, const Immediate<V>& immediate, const Address<V>& address) {
    check_sum<4>(b, base, immediate.limbs(), {address.low, address.page, b.constant(0), b.constant(0)});
}
/// The key of the word that begins at `low` in a page; if `is_real` is 1, `low` is a multiple of 8 below 2^16.
template <class B, class V>
[[nodiscard]] V check_word_key(B& b, const V& is_real, const V& low, const V& page) {
    const V place = shifted_down(b, low, 3);
    check_bits(b, is_real, place, kPageKeyBits);
    return place + b.constant(1u << kPageKeyBits) * page;
}

/// Gives all step chips what they have alike.
struct StepChipBase : machine::ChipBase {
    /// Rows of a shard.
    static constexpr std::uint32_t kMaxHeight = 1u << 24;
    /// Words of memory that one of its instructions may access.
    static constexpr std::uint32_t kMemoryWords = 0;
    /// Whether the chip takes a step of one of its operations.
    [[nodiscard]] static constexpr bool takes(const ExecutedStep&) { return true; }
};

}  // namespace sluice::chips
