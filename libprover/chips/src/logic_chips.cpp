// Chips of logic and shifts. SPDX-License-Identifier: MIT OR Apache-2.0
#include "rv64/logic.chip.h"
#include "rv64/shift.chip.h"
#include "step_chip.h"

namespace sluice::chips {

void add_logic(std::vector<StepChip>& chips) {
    chips.push_back(step_chip<Logic>());
    chips.push_back(step_chip<LogicImmediate>());
    chips.push_back(step_chip<ShiftImmediate>());
    chips.push_back(step_chip<Shift>());
    chips.push_back(step_chip<ShiftWordImmediate>());
    chips.push_back(step_chip<ShiftWord>());
}

}  // namespace sluice::chips
