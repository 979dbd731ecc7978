// Chips of constants, sums, comparisons, branches and jumps. SPDX-License-Identifier: MIT OR Apache-2.0
#include "rv64/add.chip.h"
#include "rv64/branch.chip.h"
#include "rv64/constant.chip.h"
#include "rv64/jump_register.chip.h"
#include "rv64/less.chip.h"
#include "step_chip.h"

namespace sluice::chips {

void add_sums(std::vector<StepChip>& chips) {
    chips.push_back(step_chip<Constant>());
    chips.push_back(step_chip<AddImmediate>());
    chips.push_back(step_chip<Add>());
    chips.push_back(step_chip<Subtract>());
    chips.push_back(step_chip<AddWordImmediate>());
    chips.push_back(step_chip<AddWord>());
    chips.push_back(step_chip<SubtractWord>());
    chips.push_back(step_chip<BranchEqual>());
    chips.push_back(step_chip<BranchLess>());
    chips.push_back(step_chip<JumpRegister>());
    chips.push_back(step_chip<Less>());
    chips.push_back(step_chip<LessImmediate>());
}

}  // namespace sluice::chips
