// Chips of secp256k1 and of 256-bit integers. SPDX-License-Identifier: MIT OR Apache-2.0
#include "accelerators/secp256k1.chip.h"
#include "accelerators/uint256.chip.h"
#include "step_chip.h"

namespace sluice::chips {

void add_wide(std::vector<StepChip>& chips) {
    chips.push_back(call_chip<Secp256k1Add>(SLUICE_FEATURE_SECP256K1));
    chips.push_back(call_chip<Secp256k1Double>(SLUICE_FEATURE_SECP256K1));
    chips.push_back(call_chip<Uint256MulmodAdd>(SLUICE_FEATURE_UINT256));
}

}  // namespace sluice::chips
