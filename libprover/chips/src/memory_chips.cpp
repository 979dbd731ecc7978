// Chips of loads and stores. SPDX-License-Identifier: MIT OR Apache-2.0
#include "rv64/double_word.chip.h"
#include "rv64/load.chip.h"
#include "rv64/store.chip.h"
#include "step_chip.h"

namespace sluice::chips {

void add_memory(std::vector<StepChip>& chips) {
    chips.push_back(step_chip<LoadDouble>());
    chips.push_back(step_chip<StoreDouble>());
    chips.push_back(step_chip<Load>());
    chips.push_back(step_chip<Store>());
}

}  // namespace sluice::chips
