// Loads of every width at every address. SPDX-License-Identifier: MIT OR Apache-2.0
//
// LD of an aligned word has a smaller chip (LoadDouble).
#pragma once

#include "gadgets/byte_window.h"

namespace sluice::chips {

struct Load : StepChipBase {
    static constexpr std::uint32_t kId = 0x0132;
    static constexpr std::string_view kName = "load";
    static constexpr std::array kOps = {isa::Op::LB, isa::Op::LBU, isa::Op::LH, isa::Op::LHU,
                                        isa::Op::LW, isa::Op::LWU, isa::Op::LD};
    static constexpr std::uint32_t kMemoryWords = 2;
    template <class T>
    struct Main {
        std::array<T, 7> is;  ///< each of kOps
        ImmediateStep<T> step;
        ByteWindow<T> window;
        Limbs<T> raw;  ///< 8 bytes from the offset on, whatever the width
        T lowest;      ///< byte
        T sign;        ///< of a signed load
        SLUICE_COLUMNS(is, step, window, raw, lowest, sign)
    };

    static constexpr void fill(const ExecutedStep& step, Main<KoalaBear>& row) {
        const isa::Op op = step.line.op;
        constexpr auto ops = kOps;
        for (std::size_t i = 0; i < ops.size(); ++i) row.is[i] = element(op == ops[i]);
        row.step = fill_immediate_step(step);
        row.window = fill_byte_window(step);
        const std::uint64_t second = step.memory_words == 2 ? step.memory[1].before : 0;
        const unsigned shift = 8 * static_cast<unsigned>(step.address % 8);
        const std::uint64_t raw =
            shift == 0 ? step.memory[0].before : step.memory[0].before >> shift | second << (64 - shift);
        row.raw = limbs(raw);
        row.lowest = element(byte(raw, 0));
        const bool is_signed = op == isa::Op::LB || op == isa::Op::LH || op == isa::Op::LW;
        row.sign = element(is_signed ? sign_bit(step.result) : 0);
    }

    template <class B>
    static void eval(B& b, const machine::Row<Load, typename B::Var>& row) {
        using V = typename B::Var;
        const auto& [is, step, window, raw, lowest, sign] = row.main;
        V op = b.constant(0);
        for (std::size_t i = 0; i < kOps.size(); ++i) {
            b.boolean("each operation is a bit", is[i]);
            op = op + is[i] * op_constant(b, kOps[i]);
        }
        const auto& [lb, lbu, lh, lhu, lw, lwu, ld] = is;
        const Widths<V> widths{lb + lbu, lh + lhu, lw + lwu, ld};
        const V is_real = widths.any();
        b.boolean("is_real is a bit", is_real);
        check_byte_window(b, step.step, widths, step.first.before, step.immediate, window, kReadPageBus,
                          window.first.before, window.second.before);
        const auto bytes = window_bytes(b, is_real, window);
        const auto byte_at = [&](std::size_t place) {
            V value = b.constant(0);
            for (std::size_t i = 0; i < 8; ++i) value = value + window.at[i] * bytes[i + place];
            return value;
        };
        b.equal("the lowest byte", lowest, byte_at(0));
        for (std::size_t i = 0; i < 4; ++i) {
            b.equal("a limb from the offset on", raw[i], byte_at(2 * i) + b.constant(256) * byte_at(2 * i + 1));
        }
        b.boolean("the sign is a bit", sign);
        b.zero("an unsigned load has no sign", sign * (b.constant(1) - lb - lh - lw));
        check_bits(b, lb, b.constant(256) * lowest - b.constant(1u << 15) * sign, 15);
        check_sign(b, lh, raw[0], sign);
        check_sign(b, lw, raw[1], sign);
        const V above = sign_limb(b, sign);
        check_immediate_step(b, is_real, step, op,
                             {raw[0] + widths.one * (lowest + b.constant(0xff00) * sign - raw[0]),
                              raw[1] + (widths.one + widths.two) * (above - raw[1]),
                              raw[2] + (is_real - ld) * (above - raw[2]), raw[3] + (is_real - ld) * (above - raw[3])});
    }
};

}  // namespace sluice::chips
