// Branches. SPDX-License-Identifier: MIT OR Apache-2.0
//
// The target is the program's. Range checks: limbs of the difference, here.
#pragma once

#include "gadgets/comparison.h"
#include "gadgets/step.h"

namespace sluice::chips {

/// Two registers read, and a place to go to.
template <class T>
struct BranchStep {
    Step<T> step;
    T rs1, rs2, target;
    Access<T> first, second;
    T taken;
    SLUICE_COLUMNS(step, rs1, rs2, target, first, second, taken)
};
[[nodiscard]] constexpr BranchStep<KoalaBear> fill_branch_step(const ExecutedStep& step, bool taken) {
    return {fill_step(step),
            element(step.line.rs1),
            element(step.line.rs2),
            element(step.line.target),
            fill_access(step.first_access),
            fill_access(step.second_access),
            element(taken)};
}
/// The caller says what `taken` is.
template <class B, class V>
void check_branch_step(B& b, const V& is_real, const BranchStep<V>& row, const V& op) {
    Fetched<V> line = fetched(b, op);
    line.rs1 = row.rs1;
    line.rs2 = row.rs2;
    line.target = row.target;
    const V next = next_in_line(b, row.step);
    b.boolean("taken is a bit", row.taken);
    check_step(b, is_real, row.step, line, next + row.taken * (row.target - next));
    check_read(b, is_real, row.step, kFirstOffset, row.rs1, row.first);
    check_read(b, is_real, row.step, kSecondOffset, row.rs2, row.second);
}

/// BEQ, BNE.
struct BranchEqual : StepChipBase {
    static constexpr std::uint32_t kId = 0x0120;
    static constexpr std::string_view kName = "branch_equal";
    static constexpr std::array kOps = {isa::Op::BEQ, isa::Op::BNE};
    template <class T>
    struct Main {
        T is_beq, is_bne;
        BranchStep<T> step;
        Limbs<T> inverse;  ///< if the words differ: of a limb's difference, for one limb; else 0
        SLUICE_COLUMNS(is_beq, is_bne, step, inverse)
    };

    static constexpr void fill(const ExecutedStep& step, Main<KoalaBear>& row) {
        const bool is_beq = step.line.op == isa::Op::BEQ;
        row = {element(is_beq), element(!is_beq), fill_branch_step(step, is_beq == (step.first == step.second)),
               limbs(0)};
        for (unsigned i = 0; i < 4; ++i) {
            const KoalaBear difference = element(limb(step.first, i)) - element(limb(step.second, i));
            if (difference.is_zero()) continue;
            row.inverse[i] = difference.inverse();
            break;
        }
    }

    template <class B>
    static void eval(B& b, const machine::Row<BranchEqual, typename B::Var>& row) {
        const auto& [is_beq, is_bne, step, inverse] = row.main;
        const auto is_real = is_beq + is_bne;
        b.boolean("is_beq is a bit", is_beq);
        b.boolean("is_bne is a bit", is_bne);
        b.boolean("is_real is a bit", is_real);
        check_branch_step(b, is_real, step,
                          is_beq * op_constant(b, isa::Op::BEQ) + is_bne * op_constant(b, isa::Op::BNE));
        // Equal words have no inverse that makes the sum 1; words that differ in a limb are not called equal.
        const auto equal = is_bne + (is_beq - is_bne) * step.taken;
        auto sum = b.constant(0);
        for (std::size_t i = 0; i < 4; ++i) {
            const auto difference = step.first.before[i] - step.second.before[i];
            b.zero("equal words are equal in each limb", equal * difference);
            sum = sum + inverse[i] * difference;
        }
        b.zero("other words differ", sum - is_real + equal);
    }
};

/// BLT, BGE, BLTU, BGEU: by the borrow of rs1 - rs2; for signed ones both with their highest bit flipped.
struct BranchLess : StepChipBase {
    static constexpr std::uint32_t kId = 0x0121;
    static constexpr std::string_view kName = "branch_less";
    static constexpr std::array kOps = {isa::Op::BLT, isa::Op::BGE, isa::Op::BLTU, isa::Op::BGEU};
    template <class T>
    struct Main {
        T is_blt, is_bge, is_bltu, is_bgeu;
        BranchStep<T> step;
        Comparison<T> comparison;
        SLUICE_COLUMNS(is_blt, is_bge, is_bltu, is_bgeu, step, comparison)
    };

    static constexpr void fill(const ExecutedStep& step, Main<KoalaBear>& row) {
        const isa::Op op = step.line.op;
        const bool is_signed = op == isa::Op::BLT || op == isa::Op::BGE;
        const bool less = is_less(step.first, step.second, is_signed);
        const bool taken = less == (op == isa::Op::BLT || op == isa::Op::BLTU);
        row = {element(op == isa::Op::BLT),   element(op == isa::Op::BGE),
               element(op == isa::Op::BLTU),  element(op == isa::Op::BGEU),
               fill_branch_step(step, taken), fill_comparison(step.first, step.second, is_signed)};
    }

    template <class B>
    static void eval(B& b, const machine::Row<BranchLess, typename B::Var>& row) {
        const auto& [is_blt, is_bge, is_bltu, is_bgeu, step, comparison] = row.main;
        const auto is_real = is_blt + is_bge + is_bltu + is_bgeu;
        b.boolean("is_blt is a bit", is_blt);
        b.boolean("is_bge is a bit", is_bge);
        b.boolean("is_bltu is a bit", is_bltu);
        b.boolean("is_bgeu is a bit", is_bgeu);
        b.boolean("is_real is a bit", is_real);
        check_branch_step(b, is_real, step,
                          is_blt * op_constant(b, isa::Op::BLT) + is_bge * op_constant(b, isa::Op::BGE) +
                              is_bltu * op_constant(b, isa::Op::BLTU) + is_bgeu * op_constant(b, isa::Op::BGEU));
        const auto less = check_less(b, is_real, is_blt + is_bge, step.first.before, step.second.before, comparison);
        b.zero("taken follows from the comparison",
               step.taken - (is_blt + is_bltu) * less - (is_bge + is_bgeu) * (b.constant(1) - less));
    }
};

}  // namespace sluice::chips
