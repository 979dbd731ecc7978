// 0xa0 to 0xa4: logs.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include "evm/ops/op.h"

namespace sluice::executor::ops {

template <int topics>
SLUICE_OP log(Registers& r, Interpreter& vm) noexcept {
    r.gas = vm.log(*r.frame, r.gas, r.top, topics);
    r.top -= 2 + topics;
    return gas_or_fail(r.gas);
}

}  // namespace sluice::executor::ops
