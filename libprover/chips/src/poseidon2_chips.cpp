// Chips of POSEIDON2_16 and POSEIDON2_24. SPDX-License-Identifier: MIT OR Apache-2.0
#include "accelerators/poseidon2.chip.h"
#include "step_chip.h"

namespace sluice::chips {

void add_poseidon2(std::vector<StepChip>& chips) {
    chips.push_back(call_chip<Poseidon2Permute<16>>(SLUICE_FEATURE_POSEIDON2));
    chips.push_back(call_chip<Poseidon2Permute<24>>(SLUICE_FEATURE_POSEIDON2));
}

}  // namespace sluice::chips
