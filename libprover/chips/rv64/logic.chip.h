// AND, OR, XOR and their immediates: by the AND of bytes, since x | y = x + y - (x & y) and x ^ y = x + y - 2 (x & y).
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Range checks: all bytes, by the lookup of the AND.
#pragma once

#include "gadgets/step.h"

namespace sluice::chips {

/// If `count` is 1, `and_low` and `and_high` are the ANDs of the bytes of x and y, of which the lower ones are given.
template <class B, class V>
void check_limb_and(B& b, const V& count, const V& x, const V& x_low, const V& y, const V& y_low, const V& and_low,
                    const V& and_high) {
    b.lookup(kByteAndBus, count, {x_low, y_low, and_low});
    b.lookup(kByteAndBus, count, {shifted_down(b, x - x_low, 8), shifted_down(b, y - y_low, 8), and_high});
}

struct Logic : StepChipBase {
    static constexpr std::uint32_t kId = 0x0150;
    static constexpr std::string_view kName = "logic";
    static constexpr std::array kOps = {isa::Op::AND, isa::Op::OR, isa::Op::XOR};
    template <class T>
    struct Main {
        T is_and, is_or, is_xor;
        RegisterStep<T> step;
        Limbs<T> x_low, y_low, and_low, and_high;  ///< bytes
        SLUICE_COLUMNS(is_and, is_or, is_xor, step, x_low, y_low, and_low, and_high)
    };

    static constexpr void fill(const ExecutedStep& step, Main<KoalaBear>& row) {
        const isa::Op op = step.line.op;
        const std::uint64_t both = step.first & step.second;
        row = {element(op == isa::Op::AND),
               element(op == isa::Op::OR),
               element(op == isa::Op::XOR),
               fill_register_step(step),
               low_bytes(step.first),
               low_bytes(step.second),
               low_bytes(both),
               low_bytes(both >> 8)};
    }

    template <class B>
    static void eval(B& b, const machine::Row<Logic, typename B::Var>& row) {
        const auto& [is_and, is_or, is_xor, step, x_low, y_low, and_low, and_high] = row.main;
        const auto is_real = is_and + is_or + is_xor;
        b.boolean("is_and is a bit", is_and);
        b.boolean("is_or is a bit", is_or);
        b.boolean("is_xor is a bit", is_xor);
        b.boolean("is_real is a bit", is_real);
        const auto& x = step.first.before;
        const auto& y = step.second.before;
        Limbs<typename B::Var> result;
        for (std::size_t i = 0; i < 4; ++i) {
            check_limb_and(b, is_real, x[i], x_low[i], y[i], y_low[i], and_low[i], and_high[i]);
            result[i] = (is_or + is_xor) * (x[i] + y[i]) +
                        (is_and - is_or - b.constant(2) * is_xor) * (and_low[i] + b.constant(256) * and_high[i]);
        }
        check_register_step(b, is_real, step,
                            is_and * op_constant(b, isa::Op::AND) + is_or * op_constant(b, isa::Op::OR) +
                                is_xor * op_constant(b, isa::Op::XOR),
                            result);
    }
};

/// The upper limbs of the immediate are all ones or all zeros: there the result is `factor` x + (or, xor: the limb).
struct LogicImmediate : StepChipBase {
    static constexpr std::uint32_t kId = 0x0151;
    static constexpr std::string_view kName = "logic_immediate";
    static constexpr std::array kOps = {isa::Op::ANDI, isa::Op::ORI, isa::Op::XORI};
    template <class T>
    struct Main {
        T is_and, is_or, is_xor;
        ImmediateStep<T> step;
        T x_low, immediate_low, and_low, and_high;  ///< bytes of the lowest limbs
        T factor;                                   ///< for x's upper limbs: 0, 1 or -1
        SLUICE_COLUMNS(is_and, is_or, is_xor, step, x_low, immediate_low, and_low, and_high, factor)
    };

    static constexpr void fill(const ExecutedStep& step, Main<KoalaBear>& row) {
        const isa::Op op = step.line.op;
        const std::uint64_t immediate = step.line.immediate[0];
        const std::uint64_t both = step.first & immediate;
        const bool ones = step.line.immediate[2] != 0;
        KoalaBear factor = element(op == isa::Op::ANDI ? ones : !ones);
        if (op == isa::Op::XORI && ones) factor = -KoalaBear::one();
        row = {element(op == isa::Op::ANDI), element(op == isa::Op::ORI),  element(op == isa::Op::XORI),
               fill_immediate_step(step),    element(byte(step.first, 0)), element(byte(immediate, 0)),
               element(byte(both, 0)),       element(byte(both, 1)),       factor};
    }

    template <class B>
    static void eval(B& b, const machine::Row<LogicImmediate, typename B::Var>& row) {
        const auto& [is_and, is_or, is_xor, step, x_low, immediate_low, and_low, and_high, factor] = row.main;
        const auto is_real = is_and + is_or + is_xor;
        b.boolean("is_and is a bit", is_and);
        b.boolean("is_or is a bit", is_or);
        b.boolean("is_xor is a bit", is_xor);
        b.boolean("is_real is a bit", is_real);
        const auto& x = step.first.before;
        const auto& [low, high] = step.immediate;
        const auto ones = high * b.constant(KoalaBear::from_canonical(0xffff).inverse().canonical());
        b.zero("the factor of the upper limbs", factor - is_and * ones - is_or * (b.constant(1) - ones) -
                                                    is_xor * (b.constant(1) - b.constant(2) * ones));
        check_limb_and(b, is_real, x[0], x_low, low, immediate_low, and_low, and_high);
        Limbs<typename B::Var> result;
        result[0] = (is_or + is_xor) * (x[0] + low) +
                    (is_and - is_or - b.constant(2) * is_xor) * (and_low + b.constant(256) * and_high);
        for (std::size_t i = 1; i < 4; ++i) result[i] = factor * x[i] + (is_or + is_xor) * high;
        check_immediate_step(b, is_real, step,
                             is_and * op_constant(b, isa::Op::ANDI) + is_or * op_constant(b, isa::Op::ORI) +
                                 is_xor * op_constant(b, isa::Op::XORI),
                             result);
    }
};

}  // namespace sluice::chips
