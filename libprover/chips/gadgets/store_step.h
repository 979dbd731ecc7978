// What the rows of stores share. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include "gadgets/step.h"

namespace sluice::chips {

/// A store's registers and immediate.
template <class T>
struct StoreStep {
    Step<T> step;
    T rs1, rs2;
    Immediate<T> immediate;
    Access<T> first, second;
    SLUICE_COLUMNS(step, rs1, rs2, immediate, first, second)
};
[[nodiscard]] constexpr StoreStep<KoalaBear> fill_store_step(const ExecutedStep& step) {
    return {fill_step(step),      element(step.line.rs1),         element(step.line.rs2),
            fill_immediate(step), fill_access(step.first_access), fill_access(step.second_access)};
}
template <class B, class V>
void check_store_step(B& b, const V& is_real, const StoreStep<V>& row, const V& op) {
    Fetched<V> line = fetched(b, op);
    line.rs1 = row.rs1;
    line.rs2 = row.rs2;
    line.immediate = row.immediate.in_line();
    check_step(b, is_real, row.step, line, next_in_line(b, row.step));
    check_read(b, is_real, row.step, kFirstOffset, row.rs1, row.first);
    check_read(b, is_real, row.step, kSecondOffset, row.rs2, row.second);
}

}  // namespace sluice::chips
