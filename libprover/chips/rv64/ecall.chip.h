// ECALLs that every machine has: HALT, and those without effect. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include "gadgets/call.h"

namespace sluice::chips {

/// HALT: takes the state and gives none. The exit code and the digest's words are public values.
/// Range checks: the code's sign, here.
struct Halt : CallChipBase {
    static constexpr std::uint32_t kId = 0x0140;
    static constexpr std::string_view kName = "halt";
    static constexpr std::array<std::uint64_t, 1> kNumbers = {SLUICE_ECALL_HALT};
    static constexpr std::uint32_t kArguments = 2;
    static constexpr std::array<OperandShape, 1> kOperands = {
        {{.argument = 1, .words = 4, .offset = 0, .read = true, .written = false}}};
    template <class T>
    struct Main {
        T is_real;
        Call<T> call;
        Access<T> code;
        T negative;  ///< the exit code is below 0
        Operand<T, 4> digest;
        SLUICE_COLUMNS(is_real, call, code, negative, digest)
    };

    static constexpr void fill(const ExecutedStep& step, Main<KoalaBear>& row) {
        row.is_real = KoalaBear::one();
        row.call = fill_call(step);
        row.code = fill_access(step.call->argument_accesses[0]);
        row.negative = element(sign_bit(step.call->arguments[0]));
        fill_operand<Halt>(step, 0, row.digest);
    }

    template <class B>
    static void eval(B& b, const machine::Row<Halt, typename B::Var>& row) {
        const auto& [is_real, call, code, negative, digest] = row.main;
        const auto zero = b.constant(0);
        const Limbs<typename B::Var> zeros = {zero, zero, zero, zero};
        b.boolean("is_real is a bit", is_real);
        b.boolean("negative is a bit", negative);
        check_fetch(b, is_real, call.step, fetched(b, op_constant(b, isa::Op::ECALL)));
        static_assert(SLUICE_ECALL_HALT == 0);
        check_access(b, is_real, call.step, 0, b.constant(kRegisterA7), zeros, call.number, zeros);
        check_argument(b, is_real, call.step, 0, code.before, code.age);
        check_operand(b, is_real, call.step, kOperands[0], digest);

        check_sign(b, is_real, code.before[1], negative);
        b.equal("the exit code has 32 bits", code.before[2], sign_limb(b, negative));
        b.equal("the exit code has 32 bits (top)", code.before[3], sign_limb(b, negative));
        for (std::uint32_t i = 0; i < 2; ++i) {
            b.zero("the exit code is public", is_real * (code.before[i] - b.public_value(kExitCodeValue + i)));
        }
        for (std::uint32_t i = 0; i < 4; ++i) {
            for (std::uint32_t j = 0; j < 4; ++j) {
                b.zero("the digest is public",
                       is_real * (digest.words[i].before[j] - b.public_value(kDigestValue + 4 * i + j)));
            }
        }
    }
};

/// DEBUG_WRITE, COST_SCOPE_BEGIN, COST_SCOPE_END: look at a7 and change nothing.
struct NoEffect : CallChipBase {
    static constexpr std::uint32_t kId = 0x0141;
    static constexpr std::string_view kName = "no_effect";
    static constexpr std::array<std::uint64_t, 3> kNumbers = {SLUICE_ECALL_DEBUG_WRITE, SLUICE_ECALL_COST_SCOPE_BEGIN,
                                                              SLUICE_ECALL_COST_SCOPE_END};
    static constexpr std::uint32_t kArguments = 0;
    template <class T>
    struct Main {
        std::array<T, 3> is;  ///< each of the three
        Call<T> call;
        SLUICE_COLUMNS(is, call)
    };

    static constexpr void fill(const ExecutedStep& step, Main<KoalaBear>& row) {
        constexpr auto numbers = kNumbers;
        for (std::size_t i = 0; i < 3; ++i) row.is[i] = element(step.call->number == numbers[i]);
        row.call = fill_call(step);
    }

    template <class B>
    static void eval(B& b, const machine::Row<NoEffect, typename B::Var>& row) {
        const auto& [is, call] = row.main;
        auto is_real = b.constant(0);
        auto number = b.constant(0);
        for (std::size_t i = 0; i < 3; ++i) {
            b.boolean("each kind is a bit", is[i]);
            is_real = is_real + is[i];
            number = number + b.constant(static_cast<std::uint32_t>(kNumbers[i])) * is[i];
        }
        b.boolean("is_real is a bit", is_real);
        check_call(b, is_real, call, number);
    }
};

}  // namespace sluice::chips
