// JALR. SPDX-License-Identifier: MIT OR Apache-2.0
//
// The target is (rs1 + immediate) without its lowest bit. It is a multiple of 4 below 2^29, else there is no row, as
// there is no instruction. Range checks: target and link, here.
#pragma once

#include "gadgets/step.h"

namespace sluice::chips {

struct JumpRegister : StepChipBase {
    static constexpr std::uint32_t kId = 0x0122;
    static constexpr std::string_view kName = "jump_register";
    static constexpr std::array kOps = {isa::Op::JALR};
    template <class T>
    struct Main {
        T is_real;
        ImmediateStep<T> step;
        T low, high;  ///< of the target
        T dropped;    ///< the sum's lowest bit
        T link_low;
        SLUICE_COLUMNS(is_real, step, low, high, dropped, link_low)
    };

    static constexpr void fill(const ExecutedStep& step, Main<KoalaBear>& row) {
        const std::uint64_t sum =
            step.first + static_cast<std::uint64_t>(std::int64_t{static_cast<std::int16_t>(step.line.immediate[0])});
        row = {KoalaBear::one(),
               fill_immediate_step(step),
               element(step.next_pc & 0xffff),
               element(step.next_pc >> 16),
               element(sum & 1),
               element((step.line.pc + 4) & 0xffff)};
    }

    template <class B>
    static void eval(B& b, const machine::Row<JumpRegister, typename B::Var>& row) {
        const auto& [is_real, step, low, high, dropped, link_low] = row.main;
        const auto zero = b.constant(0);
        b.boolean("is_real is a bit", is_real);
        b.boolean("the dropped bit is a bit", dropped);
        check_sum<4>(b, step.first.before, step.immediate.limbs(), {low + dropped, high, zero, zero});
        check_bits(b, is_real, shifted_down(b, low, 2), 14);
        check_bits(b, is_real, high, 13);
        const auto link_high = shifted_down(b, step.step.pc + b.constant(4) - link_low, 16);
        check_bits(b, is_real, link_low, 16);
        check_bits(b, is_real, link_high, 13);
        check_immediate_step(b, is_real, step, op_constant(b, isa::Op::JALR), {link_low, link_high, zero, zero},
                             low + b.constant(1u << 16) * high);
    }
};

}  // namespace sluice::chips
