// What the rows of ECALLs share: number, pointers, and the words that they name. SPDX-License-Identifier: MIT OR
// Apache-2.0
//
// Registers are read at the instruction's time + 0. Each range of words has an offset of its own, ascending in the
// order in which the call's inputs are read, the written range last, so that ranges may overlap in any way: a word that
// is read twice, or read and then written, is accessed at two times. A range that is read and written in place is one
// access, at the written range's offset.
#pragma once

#include "gadgets/step.h"
#include "sluice/abi/ecall.h"
#include "sluice/abi/memory_map.h"

namespace sluice::chips {

/// A range of words that a pointer names: which argument, how many words, when, and what is done with them.
struct OperandShape {
    std::uint32_t argument;
    std::uint32_t words;
    std::uint32_t offset;
    bool read;
    bool written;
};

/// What the ECALLs of a chip access, for the walker that follows a run.
struct CallShape {
    std::uint32_t arguments;  ///< registers read beside a7
    /// Appends the ranges of a call with these arguments, in ascending order of offset.
    void (*ranges)(const std::array<std::uint64_t, kMaxArguments>& arguments, std::vector<WordRange>& out);
};

/// A chip that takes ECALLs, one row a call. It states the calls' numbers and operands in `kNumbers` and `kOperands`.
struct CallChipBase : StepChipBase {
    static constexpr std::array kOps = {isa::Op::ECALL};
    static constexpr std::array<OperandShape, 0> kOperands{};
};

/// The shape of a chip's calls by its `kOperands`.
template <class ChipType>
[[nodiscard]] CallShape call_shape_of() {
    return {ChipType::kArguments,
            [](const std::array<std::uint64_t, kMaxArguments>& arguments, std::vector<WordRange>& out) {
                for (const OperandShape& operand : ChipType::kOperands) {
                    out.push_back({static_cast<std::uint32_t>(arguments[operand.argument] / 8), operand.words,
                                   operand.offset, operand.written});
                }
            }};
}

/// The clock, and when the number was accessed before.
template <class T>
struct Call {
    Step<T> step;
    Age<T> number;
    SLUICE_COLUMNS(step, number)
};
[[nodiscard]] constexpr Call<KoalaBear> fill_call(const ExecutedStep& step) {
    return {fill_step(step), fill_age(step.call->number_access)};
}
/// The row is an ECALL of this number, which is below 2^16. Execution goes on behind it.
template <class B, class V>
void check_call(B& b, const V& is_real, const Call<V>& call, const V& number) {
    const V zero = b.constant(0);
    const Limbs<V> word = {number, zero, zero, zero};
    check_step(b, is_real, call.step, fetched(b, op_constant(b, isa::Op::ECALL)), next_in_line(b, call.step));
    check_access(b, is_real, call.step, 0, b.constant(kRegisterA7), word, call.number, word);
}

/// Argument `index` is read.
template <class B, class V>
void check_argument(B& b, const V& is_real, const Step<V>& step, std::uint32_t index, const Limbs<V>& value,
                    const Age<V>& age) {
    check_access(b, is_real, step, 0, b.constant(kRegisterA0 + index), value, age, value);
}

/// An argument that is the address of words.
template <class T>
struct Pointer {
    Address<T> address;
    Age<T> age;   ///< of the register
    T next_page;  ///< the last word lies on the page behind the first's
    SLUICE_COLUMNS(address, age, next_page)
};
template <class T, std::size_t kWords>
struct Operand {
    Pointer<T> pointer;
    std::array<Access<T>, kWords> words;
    SLUICE_COLUMNS(pointer, words)
};

/// Fills operand `index` of the chip's list.
template <class ChipType, std::size_t kWords>
constexpr void fill_operand(const ExecutedStep& step, std::size_t index, Operand<KoalaBear, kWords>& operand) {
    constexpr auto shapes = ChipType::kOperands;
    const OperandShape shape = shapes[index];
    const std::uint64_t address = step.call->arguments[shape.argument];
    operand.pointer.address = fill_address(address);
    operand.pointer.age = fill_age(step.call->argument_accesses[shape.argument]);
    operand.pointer.next_page = element(address % SLUICE_PAGE_SIZE + 8 * (kWords - 1) >= SLUICE_PAGE_SIZE);
    for (std::size_t i = 0; i < kWords; ++i) operand.words[i] = fill_access(step.call->operands[index].words[i]);
}

/// The operand's words are accessed where its pointer says, on pages that permit it, and become `after`, whose limbs
/// the caller sees to.
template <class B, class V, std::size_t kWords>
void check_operand(B& b, const V& is_real, const Step<V>& step, const OperandShape& shape,
                   const Operand<V, kWords>& operand, const std::array<Limbs<V>, kWords>& after) {
    static_assert(8 * kWords <= SLUICE_PAGE_SIZE);  // two pages at most
    const V zero = b.constant(0);
    const auto& [address, age, next_page] = operand.pointer;
    check_argument(b, is_real, step, shape.argument, {address.low, address.page, zero, zero}, age);
    b.boolean("next_page is a bit", next_page);
    const V last_page = address.page + next_page;
    const V key = check_word_key(b, is_real, address.low, address.page);
    static_cast<void>(check_word_key(
        b, is_real, address.low + b.constant(8 * (kWords - 1)) - b.constant(SLUICE_PAGE_SIZE) * next_page, last_page));
    for (const std::uint32_t bus : {kReadPageBus, kWritePageBus}) {
        if (bus == kReadPageBus ? !shape.read : !shape.written) continue;
        b.lookup(bus, is_real, {address.page});
        b.lookup(bus, is_real, {last_page});
    }
    for (std::uint32_t i = 0; i < kWords; ++i) {
        check_access(b, is_real, step, shape.offset, key + b.constant(i), operand.words[i].before, operand.words[i].age,
                     after[i]);
    }
}
/// The operand's words are read.
template <class B, class V, std::size_t kWords>
void check_operand(B& b, const V& is_real, const Step<V>& step, const OperandShape& shape,
                   const Operand<V, kWords>& operand) {
    std::array<Limbs<V>, kWords> before;
    for (std::size_t i = 0; i < kWords; ++i) before[i] = operand.words[i].before;
    check_operand(b, is_real, step, shape, operand, before);
}

}  // namespace sluice::chips
