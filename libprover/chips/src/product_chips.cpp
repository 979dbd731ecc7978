// Chips of multiplication and division. SPDX-License-Identifier: MIT OR Apache-2.0
#include "rv64/divide.chip.h"
#include "rv64/multiply.chip.h"
#include "step_chip.h"

namespace sluice::chips {

void add_products(std::vector<StepChip>& chips) {
    chips.push_back(step_chip<Multiply>());
    chips.push_back(step_chip<MultiplyWord>());
    chips.push_back(step_chip<MultiplyHigh>());
    chips.push_back(step_chip<Divide>());
}

}  // namespace sluice::chips
