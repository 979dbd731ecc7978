// Stores of every width at every address. SPDX-License-Identifier: MIT OR Apache-2.0
//
// SD of an aligned word has a smaller chip (StoreDouble).
#pragma once

#include "gadgets/byte_window.h"
#include "gadgets/store_step.h"

namespace sluice::chips {

struct Store : StepChipBase {
    static constexpr std::uint32_t kId = 0x0133;
    static constexpr std::string_view kName = "store";
    static constexpr std::array kOps = {isa::Op::SB, isa::Op::SH, isa::Op::SW, isa::Op::SD};
    static constexpr std::uint32_t kMemoryWords = 2;
    template <class T>
    struct Main {
        std::array<T, 4> is;  ///< each of kOps
        StoreStep<T> step;
        ByteWindow<T> window;
        Limbs<T> value_low;  ///< lower bytes of what is stored
        Limbs<T> first_after, second_after;
        SLUICE_COLUMNS(is, step, window, value_low, first_after, second_after)
    };

    static constexpr void fill(const ExecutedStep& step, Main<KoalaBear>& row) {
        constexpr auto ops = kOps;
        for (std::size_t i = 0; i < ops.size(); ++i) row.is[i] = element(step.line.op == ops[i]);
        row.step = fill_store_step(step);
        row.window = fill_byte_window(step);
        row.value_low = low_bytes(step.second);
        row.first_after = limbs(step.memory_after[0]);
        row.second_after = limbs(step.memory_after[1]);
    }

    template <class B>
    static void eval(B& b, const machine::Row<Store, typename B::Var>& row) {
        using V = typename B::Var;
        const auto& [is, step, window, value_low, first_after, second_after] = row.main;
        V op = b.constant(0);
        for (std::size_t i = 0; i < kOps.size(); ++i) {
            b.boolean("each operation is a bit", is[i]);
            op = op + is[i] * op_constant(b, kOps[i]);
        }
        const Widths<V> widths{is[0], is[1], is[2], is[3]};
        const V is_real = widths.any();
        b.boolean("is_real is a bit", is_real);
        check_byte_window(b, step.step, widths, step.first.before, step.immediate, window, kWritePageBus, first_after,
                          second_after);
        const auto bytes = window_bytes(b, is_real, window);
        const auto value = split_limbs(b, is_real, step.second.before, value_low);
        std::array<V, 16> after;
        for (std::size_t place = 0; place < 16; ++place) {
            V change = b.constant(0);
            for (std::size_t offset = 0; offset < 8; ++offset) {
                if (offset > place || place >= offset + 8) continue;
                // The store's byte `place - offset` goes here if it has so many.
                const std::size_t from = place - offset;
                V reaches = widths.eight;
                if (from < 4) reaches = reaches + widths.four;
                if (from < 2) reaches = reaches + widths.two;
                if (from < 1) reaches = reaches + widths.one;
                change = change + window.at[offset] * reaches * (value[from] - bytes[place]);
            }
            after[place] = bytes[place] + change;
        }
        for (std::size_t i = 0; i < 4; ++i) {
            b.equal("a limb of the first word", first_after[i], after[2 * i] + b.constant(256) * after[2 * i + 1]);
            b.equal("a limb of the second word", second_after[i],
                    after[8 + 2 * i] + b.constant(256) * after[9 + 2 * i]);
        }
        check_store_step(b, is_real, step, op);
    }
};

}  // namespace sluice::chips
