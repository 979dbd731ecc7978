// 0x54, 0x55, 0x5c, 0x5d: persistent and transient storage.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include "evm/ops/op.h"

namespace sluice::executor::ops {

SLUICE_OP sload(Registers& r, Interpreter& vm) noexcept {
    return gas_or_fail(r.gas = vm.sload(*r.frame, r.gas, r.top));
}
SLUICE_OP sstore(Registers& r, Interpreter& vm) noexcept {
    r.gas = vm.sstore(*r.frame, r.gas, r.top);
    r.top -= 2;
    return gas_or_fail(r.gas);
}
SLUICE_OP tload(Registers& r, Interpreter& vm) noexcept {
    vm.tload(*r.frame, r.top);
    return Flow::next;
}
SLUICE_OP tstore(Registers& r, Interpreter& vm) noexcept {
    const bool stored = vm.tstore(*r.frame, r.top);
    r.top -= 2;
    return stored ? Flow::next : Flow::fail;
}

}  // namespace sluice::executor::ops
