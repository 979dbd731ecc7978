// Chips of the Keccak accelerator. SPDX-License-Identifier: MIT OR Apache-2.0
#include "accelerators/keccak.chip.h"
#include "step_chip.h"

namespace sluice::chips {

void add_keccak(std::vector<StepChip>& chips) {
    chips.push_back(call_chip<KeccakF>(SLUICE_FEATURE_KECCAK));
    chips.push_back(call_chip<KeccakAbsorb>(SLUICE_FEATURE_KECCAK));
    chips.push_back(rows_chip<KeccakRounds>(SLUICE_FEATURE_KECCAK));
}

}  // namespace sluice::chips
