// 0x10 to 0x1e: comparison, bits, shifts.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include "evm/ops/op.h"
#include "sluice/base/uint256_arith.h"

namespace sluice::executor::ops {

/// a < b, deciding at the highest limb that differs: most operands are small and equal above.
[[gnu::always_inline]] inline bool less(const Uint256& a, const Uint256& b) noexcept {
    if (a.limb[3] != b.limb[3]) return a.limb[3] < b.limb[3];
    if (a.limb[2] != b.limb[2]) return a.limb[2] < b.limb[2];
    if (a.limb[1] != b.limb[1]) return a.limb[1] < b.limb[1];
    return a.limb[0] < b.limb[0];
}
[[gnu::always_inline]] inline bool less_signed(const Uint256& a, const Uint256& b) noexcept {
    if (a.limb[3] != b.limb[3]) return static_cast<std::int64_t>(a.limb[3]) < static_cast<std::int64_t>(b.limb[3]);
    return less(a, b);
}

SLUICE_OP lt(Registers& r, Interpreter&) noexcept {
    set_low(r.top[-1], less(r.top[0], r.top[-1]));
    --r.top;
    return Flow::next;
}
SLUICE_OP gt(Registers& r, Interpreter&) noexcept {
    set_low(r.top[-1], less(r.top[-1], r.top[0]));
    --r.top;
    return Flow::next;
}
SLUICE_OP slt(Registers& r, Interpreter&) noexcept {
    set_low(r.top[-1], less_signed(r.top[0], r.top[-1]));
    --r.top;
    return Flow::next;
}
SLUICE_OP sgt(Registers& r, Interpreter&) noexcept {
    set_low(r.top[-1], less_signed(r.top[-1], r.top[0]));
    --r.top;
    return Flow::next;
}
SLUICE_OP eq(Registers& r, Interpreter&) noexcept {
    set_low(r.top[-1], r.top[0] == r.top[-1]);
    --r.top;
    return Flow::next;
}
SLUICE_OP is_zero(Registers& r, Interpreter&) noexcept {
    set_low(r.top[0], r.top[0].is_zero());
    return Flow::next;
}
SLUICE_OP bit_and(Registers& r, Interpreter&) noexcept {
    r.top[-1] = r.top[0] & r.top[-1];
    --r.top;
    return Flow::next;
}
SLUICE_OP bit_or(Registers& r, Interpreter&) noexcept {
    r.top[-1] = r.top[0] | r.top[-1];
    --r.top;
    return Flow::next;
}
SLUICE_OP bit_xor(Registers& r, Interpreter&) noexcept {
    r.top[-1] = r.top[0] ^ r.top[-1];
    --r.top;
    return Flow::next;
}
SLUICE_OP bit_not(Registers& r, Interpreter&) noexcept {
    r.top[0] = ~r.top[0];
    return Flow::next;
}
SLUICE_OP byte(Registers& r, Interpreter&) noexcept {
    set_low(r.top[-1], byte_at(r.top[0], r.top[-1]));
    --r.top;
    return Flow::next;
}

namespace outlined {
/// The shift as a number that fits, 256 for all that is more.
[[nodiscard]] inline unsigned shift_count(const Uint256& word) noexcept {
    return word.fits_u64() && word.limb[0] < 256 ? static_cast<unsigned>(word.limb[0]) : 256;
}
[[gnu::noinline]] inline void shl(Uint256* top) noexcept {
    top[-1] = top[-1] << shift_count(top[0]);
}
[[gnu::noinline]] inline void shr(Uint256* top) noexcept {
    top[-1] = top[-1] >> shift_count(top[0]);
}
[[gnu::noinline]] inline void sar(Uint256* top) noexcept {
    top[-1] = shift_right_signed(top[-1], shift_count(top[0]));
}
}  // namespace outlined

SLUICE_OP shl(Registers& r, Interpreter&) noexcept {
    outlined::shl(r.top);
    --r.top;
    return Flow::next;
}
SLUICE_OP shr(Registers& r, Interpreter&) noexcept {
    outlined::shr(r.top);
    --r.top;
    return Flow::next;
}
SLUICE_OP sar(Registers& r, Interpreter&) noexcept {
    outlined::sar(r.top);
    --r.top;
    return Flow::next;
}
SLUICE_OP clz(Registers& r, Interpreter&) noexcept {
    set_low(r.top[0], 256 - r.top[0].bit_width());
    return Flow::next;
}

}  // namespace sluice::executor::ops
