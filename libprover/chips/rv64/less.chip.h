// SLT, SLTU and their immediates. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include "gadgets/comparison.h"
#include "gadgets/step.h"

namespace sluice::chips {

struct Less : StepChipBase {
    static constexpr std::uint32_t kId = 0x0152;
    static constexpr std::string_view kName = "less";
    static constexpr std::array kOps = {isa::Op::SLT, isa::Op::SLTU};
    template <class T>
    struct Main {
        T is_signed, is_unsigned;
        RegisterStep<T> step;
        Comparison<T> comparison;
        SLUICE_COLUMNS(is_signed, is_unsigned, step, comparison)
    };

    static constexpr void fill(const ExecutedStep& step, Main<KoalaBear>& row) {
        const bool is_signed = step.line.op == isa::Op::SLT;
        row = {element(is_signed), element(!is_signed), fill_register_step(step),
               fill_comparison(step.first, step.second, is_signed)};
    }

    template <class B>
    static void eval(B& b, const machine::Row<Less, typename B::Var>& row) {
        const auto& [is_signed, is_unsigned, step, comparison] = row.main;
        const auto is_real = is_signed + is_unsigned;
        const auto zero = b.constant(0);
        b.boolean("is_signed is a bit", is_signed);
        b.boolean("is_unsigned is a bit", is_unsigned);
        b.boolean("is_real is a bit", is_real);
        const auto less = check_less(b, is_real, is_signed, step.first.before, step.second.before, comparison);
        check_register_step(b, is_real, step,
                            is_signed * op_constant(b, isa::Op::SLT) + is_unsigned * op_constant(b, isa::Op::SLTU),
                            {less, zero, zero, zero});
    }
};

struct LessImmediate : StepChipBase {
    static constexpr std::uint32_t kId = 0x0153;
    static constexpr std::string_view kName = "less_immediate";
    static constexpr std::array kOps = {isa::Op::SLTI, isa::Op::SLTIU};
    template <class T>
    struct Main {
        T is_signed, is_unsigned;
        ImmediateStep<T> step;
        Comparison<T> comparison;
        SLUICE_COLUMNS(is_signed, is_unsigned, step, comparison)
    };

    static constexpr void fill(const ExecutedStep& step, Main<KoalaBear>& row) {
        const bool is_signed = step.line.op == isa::Op::SLTI;
        const auto immediate =
            static_cast<std::uint64_t>(std::int64_t{static_cast<std::int16_t>(step.line.immediate[0])});
        row = {element(is_signed), element(!is_signed), fill_immediate_step(step),
               fill_comparison(step.first, immediate, is_signed)};
    }

    template <class B>
    static void eval(B& b, const machine::Row<LessImmediate, typename B::Var>& row) {
        const auto& [is_signed, is_unsigned, step, comparison] = row.main;
        const auto is_real = is_signed + is_unsigned;
        const auto zero = b.constant(0);
        b.boolean("is_signed is a bit", is_signed);
        b.boolean("is_unsigned is a bit", is_unsigned);
        b.boolean("is_real is a bit", is_real);
        const auto less = check_less(b, is_real, is_signed, step.first.before, step.immediate.limbs(), comparison);
        check_immediate_step(b, is_real, step,
                             is_signed * op_constant(b, isa::Op::SLTI) + is_unsigned * op_constant(b, isa::Op::SLTIU),
                             {less, zero, zero, zero});
    }
};

}  // namespace sluice::chips
