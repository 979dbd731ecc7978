// 0x01 to 0x0b: arithmetic.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include "evm/ops/op.h"
#include "sluice/base/uint256_arith.h"

namespace sluice::executor::ops {

SLUICE_OP add(Registers& r, Interpreter&) noexcept {
    r.top[-1] = r.top[0] + r.top[-1];
    --r.top;
    return Flow::next;
}
SLUICE_OP sub(Registers& r, Interpreter&) noexcept {
    r.top[-1] = r.top[0] - r.top[-1];
    --r.top;
    return Flow::next;
}
SLUICE_OP mul(Registers& r, Interpreter&) noexcept {
    r.top[-1] = r.top[0] * r.top[-1];
    --r.top;
    return Flow::next;
}

// Division is long: out of line, the stack's words in and out by pointer.
namespace outlined {
[[gnu::noinline]] inline void div(Uint256* top) noexcept {
    top[-1] = top[0] / top[-1];
}
[[gnu::noinline]] inline void sdiv(Uint256* top) noexcept {
    top[-1] = signed_divide(top[0], top[-1]);
}
[[gnu::noinline]] inline void mod(Uint256* top) noexcept {
    top[-1] = top[0] % top[-1];
}
[[gnu::noinline]] inline void smod(Uint256* top) noexcept {
    top[-1] = signed_modulo(top[0], top[-1]);
}
[[gnu::noinline]] inline void addmod(Uint256* top) noexcept {
    top[-2] = add_mod(top[0], top[-1], top[-2]);
}
[[gnu::noinline]] inline void mulmod(Uint256* top) noexcept {
    top[-2] = mul_mod(top[0], top[-1], top[-2]);
}
[[gnu::noinline]] inline void exp(Uint256* top) noexcept {
    top[-1] = power(top[0], top[-1]);
}
[[gnu::noinline]] inline void signextend(Uint256* top) noexcept {
    top[-1] = sign_extend(top[0], top[-1]);
}
}  // namespace outlined

SLUICE_OP div(Registers& r, Interpreter&) noexcept {
    outlined::div(r.top);
    --r.top;
    return Flow::next;
}
SLUICE_OP sdiv(Registers& r, Interpreter&) noexcept {
    outlined::sdiv(r.top);
    --r.top;
    return Flow::next;
}
SLUICE_OP mod(Registers& r, Interpreter&) noexcept {
    outlined::mod(r.top);
    --r.top;
    return Flow::next;
}
SLUICE_OP smod(Registers& r, Interpreter&) noexcept {
    outlined::smod(r.top);
    --r.top;
    return Flow::next;
}
SLUICE_OP addmod(Registers& r, Interpreter&) noexcept {
    outlined::addmod(r.top);
    r.top -= 2;
    return Flow::next;
}
SLUICE_OP mulmod(Registers& r, Interpreter&) noexcept {
    outlined::mulmod(r.top);
    r.top -= 2;
    return Flow::next;
}
SLUICE_OP exp(Registers& r, Interpreter&) noexcept {
    r.gas -= gas::kExpByte * static_cast<std::int64_t>(r.top[-1].byte_width());
    if (r.gas < 0) return Flow::fail;
    outlined::exp(r.top);
    --r.top;
    return Flow::next;
}
SLUICE_OP signextend(Registers& r, Interpreter&) noexcept {
    outlined::signextend(r.top);
    --r.top;
    return Flow::next;
}

}  // namespace sluice::executor::ops
