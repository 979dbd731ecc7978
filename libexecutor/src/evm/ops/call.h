// 0xf0 to 0xf2, 0xf4, 0xf5, 0xfa, 0xff: calls, creation and self-destruction.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include "evm/ops/flow.h"

namespace sluice::executor::ops {

template <CallKind kind>
SLUICE_OP call(Registers& r, Interpreter& vm) noexcept {
    r.store();
    if (!vm.begin_call(kind)) return Flow::fail;
    r.load(vm.frame());
    return Flow::next;
}
template <CallKind kind>
SLUICE_OP create(Registers& r, Interpreter& vm) noexcept {
    r.store();
    if (!vm.begin_create(kind)) return Flow::fail;
    r.load(vm.frame());
    return Flow::next;
}
SLUICE_OP selfdestruct(Registers& r, Interpreter& vm) noexcept {
    r.store();
    if (!vm.self_destruct()) return Flow::fail;
    r.gas = r.frame->gas;
    return end_frame(r, vm, CallStatus::success, 0, 0);
}

}  // namespace sluice::executor::ops
