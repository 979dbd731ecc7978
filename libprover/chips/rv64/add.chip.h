// ADD, SUB, ADDI on 64 bits, ADDW, SUBW, ADDIW on 32. SPDX-License-Identifier: MIT OR Apache-2.0
//
// Range checks: limbs of the sum here; operands are words read, immediates the program's.
#pragma once

#include "gadgets/step.h"
#include "gadgets/word_result.h"

namespace sluice::chips {

struct AddImmediate : StepChipBase {
    static constexpr std::uint32_t kId = 0x0110;
    static constexpr std::string_view kName = "add_immediate";
    static constexpr std::array kOps = {isa::Op::ADDI};
    template <class T>
    struct Main {
        T is_real;
        ImmediateStep<T> step;
        Limbs<T> sum;
        SLUICE_COLUMNS(is_real, step, sum)
    };

    static constexpr void fill(const ExecutedStep& step, Main<KoalaBear>& row) {
        row = {KoalaBear::one(), fill_immediate_step(step), limbs(step.result)};
    }

    template <class B>
    static void eval(B& b, const machine::Row<AddImmediate, typename B::Var>& row) {
        const auto& [is_real, step, sum] = row.main;
        b.boolean("is_real is a bit", is_real);
        check_immediate_step(b, is_real, step, op_constant(b, isa::Op::ADDI), sum);
        check_sum<4>(b, step.first.before, step.immediate.limbs(), sum);
        check_limbs(b, is_real, sum);
    }
};

/// ADD; or SUB, which is rd + rs2 = rs1.
template <isa::Op kOp, std::uint32_t kNumber>
struct AddRegister : StepChipBase {
    static_assert(kOp == isa::Op::ADD || kOp == isa::Op::SUB);
    static constexpr std::uint32_t kId = kNumber;
    static constexpr std::string_view kName = kOp == isa::Op::ADD ? "add" : "subtract";
    static constexpr std::array kOps = {kOp};
    template <class T>
    struct Main {
        T is_real;
        RegisterStep<T> step;
        Limbs<T> result;
        SLUICE_COLUMNS(is_real, step, result)
    };

    static constexpr void fill(const ExecutedStep& step, Main<KoalaBear>& row) {
        row = {KoalaBear::one(), fill_register_step(step), limbs(step.result)};
    }

    template <class B>
    static void eval(B& b, const machine::Row<AddRegister, typename B::Var>& row) {
        const auto& [is_real, step, result] = row.main;
        b.boolean("is_real is a bit", is_real);
        check_register_step(b, is_real, step, op_constant(b, kOp), result);
        if constexpr (kOp == isa::Op::ADD) {
            check_sum<4>(b, step.first.before, step.second.before, result);
        } else {
            check_sum<4>(b, result, step.second.before, step.first.before);
        }
        check_limbs(b, is_real, result);
    }
};
using Add = AddRegister<isa::Op::ADD, 0x0111>;
using Subtract = AddRegister<isa::Op::SUB, 0x0112>;

struct AddWordImmediate : StepChipBase {
    static constexpr std::uint32_t kId = 0x0113;
    static constexpr std::string_view kName = "add_word_immediate";
    static constexpr std::array kOps = {isa::Op::ADDIW};
    template <class T>
    struct Main {
        T is_real;
        ImmediateStep<T> step;
        WordResult<T> sum;
        SLUICE_COLUMNS(is_real, step, sum)
    };

    static constexpr void fill(const ExecutedStep& step, Main<KoalaBear>& row) {
        row = {KoalaBear::one(), fill_immediate_step(step), fill_word_result(step.result)};
    }

    template <class B>
    static void eval(B& b, const machine::Row<AddWordImmediate, typename B::Var>& row) {
        const auto& [is_real, step, sum] = row.main;
        b.boolean("is_real is a bit", is_real);
        const auto result = check_word_result(b, is_real, sum);
        check_immediate_step(b, is_real, step, op_constant(b, isa::Op::ADDIW), result);
        check_sum<2>(b, step.first.before, step.immediate.limbs(), result);
    }
};

template <isa::Op kOp, std::uint32_t kNumber>
struct AddWordRegister : StepChipBase {
    static_assert(kOp == isa::Op::ADDW || kOp == isa::Op::SUBW);
    static constexpr std::uint32_t kId = kNumber;
    static constexpr std::string_view kName = kOp == isa::Op::ADDW ? "add_word" : "subtract_word";
    static constexpr std::array kOps = {kOp};
    template <class T>
    struct Main {
        T is_real;
        RegisterStep<T> step;
        WordResult<T> word;
        SLUICE_COLUMNS(is_real, step, word)
    };

    static constexpr void fill(const ExecutedStep& step, Main<KoalaBear>& row) {
        row = {KoalaBear::one(), fill_register_step(step), fill_word_result(step.result)};
    }

    template <class B>
    static void eval(B& b, const machine::Row<AddWordRegister, typename B::Var>& row) {
        const auto& [is_real, step, word] = row.main;
        b.boolean("is_real is a bit", is_real);
        const auto result = check_word_result(b, is_real, word);
        check_register_step(b, is_real, step, op_constant(b, kOp), result);
        if constexpr (kOp == isa::Op::ADDW) {
            check_sum<2>(b, step.first.before, step.second.before, result);
        } else {
            check_sum<2>(b, result, step.second.before, step.first.before);
        }
    }
};
using AddWord = AddWordRegister<isa::Op::ADDW, 0x0114>;
using SubtractWord = AddWordRegister<isa::Op::SUBW, 0x0115>;

}  // namespace sluice::chips
