// LUI, AUIPC, JAL and FENCE: a constant to a register, and on to a known place. SPDX-License-Identifier: MIT OR
// Apache-2.0
//
// The program table holds the constant (for AUIPC with the pc added, for JAL the place behind it) and the place. FENCE
// writes to the sink. Nothing is to be range-checked: the limbs are the table's.
#pragma once

#include "gadgets/step.h"

namespace sluice::chips {

struct Constant : StepChipBase {
    static constexpr std::uint32_t kId = 0x0100;
    static constexpr std::string_view kName = "constant";
    static constexpr std::array kOps = {isa::Op::LUI};
    template <class T>
    struct Main {
        T is_real;
        Step<T> step;
        T rd;
        std::array<T, 3> immediate;
        T next_pc;
        Access<T> target;
        SLUICE_COLUMNS(is_real, step, rd, immediate, next_pc, target)
    };

    static constexpr void fill(const ExecutedStep& step, Main<KoalaBear>& row) {
        row.is_real = KoalaBear::one();
        row.step = fill_step(step);
        row.rd = element(step.line.rd);
        for (std::size_t i = 0; i < 3; ++i) row.immediate[i] = element(step.line.immediate[i]);
        row.next_pc = element(step.line.target);
        row.target = fill_access(step.target_access);
    }

    template <class B>
    static void eval(B& b, const machine::Row<Constant, typename B::Var>& row) {
        const auto& [is_real, step, rd, immediate, next_pc, target] = row.main;
        b.boolean("is_real is a bit", is_real);
        auto line = fetched(b, op_constant(b, isa::Op::LUI));
        line.rd = rd;
        line.immediate = immediate;
        line.target = next_pc;
        check_step(b, is_real, step, line, next_pc);
        check_access(b, is_real, step, kTargetOffset, rd, target.before, target.age,
                     {immediate[0], immediate[1], immediate[2], immediate[2]});
    }
};

}  // namespace sluice::chips
