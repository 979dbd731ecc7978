// 0x00, 0x56 to 0x5b, 0xf3, 0xfd: where the code goes on, and how it ends.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include "evm/ops/op.h"

namespace sluice::executor::ops {

/// Goes to the JUMPDEST at `target` and past it, its gas charged here: that saves a dispatch for each jump.
[[gnu::always_inline]] inline Flow jump_to(Registers& r, Interpreter& vm, const Uint256& target) noexcept {
    r.gas -= 1;
    if (r.gas < 0 || !target.fits_u64()) return Flow::fail;
    const std::uint64_t position = target.limb[0];
    if (!r.frame->jumps->is_known(position)) [[unlikely]] {
        if (!vm.judge_jump(*r.frame, position)) return Flow::fail;
    }
    r.pc = r.frame->code + position + 1;
    return Flow::next;
}

SLUICE_OP jump(Registers& r, Interpreter& vm) noexcept {
    --r.top;
    return jump_to(r, vm, r.top[1]);
}
SLUICE_OP jumpi(Registers& r, Interpreter& vm) noexcept {
    r.top -= 2;
    if (r.top[1].is_zero()) return Flow::next;
    return jump_to(r, vm, r.top[2]);
}
SLUICE_OP jumpdest(Registers&, Interpreter&) noexcept {
    return Flow::next;
}
SLUICE_OP pc(Registers& r, Interpreter&) noexcept {
    set_low(*++r.top, static_cast<std::uint64_t>(r.pc - r.frame->code - 1));
    return Flow::next;
}
SLUICE_OP gas(Registers& r, Interpreter&) noexcept {
    set_low(*++r.top, static_cast<std::uint64_t>(r.gas));
    return Flow::next;
}

[[gnu::always_inline]] inline Flow end_frame(Registers& r, Interpreter& vm, CallStatus status, std::uint64_t offset,
                                             std::uint64_t size) noexcept {
    r.store();
    vm.end_frame(status, offset, size);
    if (vm.error() != ErrorCode::ok) return Flow::fail;
    Frame* next = vm.frame();
    if (next == nullptr) return Flow::done;
    r.load(next);
    return Flow::next;
}

SLUICE_OP stop(Registers& r, Interpreter& vm) noexcept {
    return end_frame(r, vm, CallStatus::success, 0, 0);
}

/// RETURN and REVERT.
template <CallStatus status>
SLUICE_OP leave(Registers& r, Interpreter& vm) noexcept {
    r.gas = vm.expand(*r.frame, r.gas, r.top[0], r.top[-1]);
    if (r.gas < 0) return Flow::fail;
    return end_frame(r, vm, status, r.top[0].limb[0], r.top[-1].limb[0]);
}

}  // namespace sluice::executor::ops
