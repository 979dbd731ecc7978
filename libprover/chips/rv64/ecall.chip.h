// ECALLs that have no chip of their own: HALT, and those without effect. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include "gadgets/step.h"
#include "sluice/abi/ecall.h"

namespace sluice::chips {

/// HALT: takes the state and gives none. The exit code and the digest's words are public values.
/// Range checks: the code's sign and the places of the first and last word, here.
struct Halt : StepChipBase {
    static constexpr std::uint32_t kId = 0x0140;
    static constexpr std::string_view kName = "halt";
    static constexpr std::array kOps = {isa::Op::ECALL};
    static bool takes(const ExecutedStep& step) { return step.first == SLUICE_ECALL_HALT; }
    template <class T>
    struct Main {
        T is_real;
        Step<T> step;
        Age<T> number;
        Access<T> code, pointer;
        T negative;   ///< the exit code is below 0
        T next_page;  ///< the digest's last word lies on the page behind its first
        std::array<Access<T>, 4> words;
        SLUICE_COLUMNS(is_real, step, number, code, pointer, negative, next_page, words)
    };

    static void fill(const ExecutedStep& step, Main<KoalaBear>& row) {
        row.is_real = KoalaBear::one();
        row.step = fill_step(step);
        row.number = fill_age(step.first_access);
        row.code = fill_access(step.second_access);
        row.pointer = fill_access(step.third_access);
        row.negative = element(sign_bit(step.second));
        row.next_page = element((step.third & 0xffff) + 24 > 0xffff);
        for (std::size_t i = 0; i < 4; ++i) row.words[i] = fill_access(step.memory[i]);
    }

    template <class B>
    static void eval(B& b, const machine::Row<Halt, typename B::Var>& row) {
        const auto& [is_real, step, number, code, pointer, negative, next_page, words] = row.main;
        const auto zero = b.constant(0);
        const Limbs<typename B::Var> zeros = {zero, zero, zero, zero};
        b.boolean("is_real is a bit", is_real);
        b.boolean("negative is a bit", negative);
        b.boolean("next_page is a bit", next_page);
        check_fetch(b, is_real, step, fetched(b, op_constant(b, isa::Op::ECALL)));
        static_assert(SLUICE_ECALL_HALT == 0);
        check_access(b, is_real, step, 0, b.constant(kRegisterA7), zeros, number, zeros);
        check_read(b, is_real, step, 1, b.constant(kRegisterA0), code);
        check_read(b, is_real, step, 2, b.constant(kRegisterA1), pointer);

        check_sign(b, is_real, code.before[1], negative);
        b.equal("the exit code has 32 bits", code.before[2], sign_limb(b, negative));
        b.equal("the exit code has 32 bits (top)", code.before[3], sign_limb(b, negative));
        for (std::uint32_t i = 0; i < 2; ++i) {
            b.zero("the exit code is public", is_real * (code.before[i] - b.public_value(kExitCodeValue + i)));
        }

        b.zero("the digest lies below 2^32", pointer.before[2]);
        b.zero("the digest lies below 2^32 (top)", pointer.before[3]);
        const auto last = pointer.before[0] + b.constant(24) - b.constant(1u << 16) * next_page;
        const auto key = check_word_key(b, is_real, pointer.before[0], pointer.before[1]);
        static_cast<void>(check_word_key(b, is_real, last, pointer.before[1] + next_page));
        b.lookup(kReadPageBus, is_real, {pointer.before[1]});
        b.lookup(kReadPageBus, is_real, {pointer.before[1] + next_page});
        for (std::uint32_t i = 0; i < 4; ++i) {
            check_read(b, is_real, step, kMemoryOffset, key + b.constant(i), words[i]);
            for (std::uint32_t j = 0; j < 4; ++j) {
                b.zero("the digest is public",
                       is_real * (words[i].before[j] - b.public_value(kDigestValue + 4 * i + j)));
            }
        }
    }
};

/// DEBUG_WRITE, COST_SCOPE_BEGIN, COST_SCOPE_END: look at a7 and change nothing.
struct NoEffect : StepChipBase {
    static constexpr std::uint32_t kId = 0x0141;
    static constexpr std::string_view kName = "no_effect";
    static constexpr std::array kOps = {isa::Op::ECALL};
    static constexpr std::array<std::uint64_t, 3> kNumbers = {SLUICE_ECALL_DEBUG_WRITE, SLUICE_ECALL_COST_SCOPE_BEGIN,
                                                              SLUICE_ECALL_COST_SCOPE_END};
    static bool takes(const ExecutedStep& step) {
        return step.first == kNumbers[0] || step.first == kNumbers[1] || step.first == kNumbers[2];
    }
    template <class T>
    struct Main {
        std::array<T, 3> is;  ///< each of the three
        Step<T> step;
        Age<T> number;
        SLUICE_COLUMNS(is, step, number)
    };

    static void fill(const ExecutedStep& step, Main<KoalaBear>& row) {
        for (std::size_t i = 0; i < 3; ++i) row.is[i] = element(step.first == kNumbers[i]);
        row.step = fill_step(step);
        row.number = fill_age(step.first_access);
    }

    template <class B>
    static void eval(B& b, const machine::Row<NoEffect, typename B::Var>& row) {
        const auto& [is, step, number] = row.main;
        const auto zero = b.constant(0);
        auto is_real = zero;
        auto value = zero;
        for (std::size_t i = 0; i < 3; ++i) {
            b.boolean("each kind is a bit", is[i]);
            is_real = is_real + is[i];
            value = value + b.constant(static_cast<std::uint32_t>(kNumbers[i])) * is[i];
        }
        b.boolean("is_real is a bit", is_real);
        check_step(b, is_real, step, fetched(b, op_constant(b, isa::Op::ECALL)), next_in_line(b, step));
        const Limbs<typename B::Var> word = {value, zero, zero, zero};
        check_access(b, is_real, step, 0, b.constant(kRegisterA7), word, number, word);
    }
};

}  // namespace sluice::chips
