// Chips of SHA256_COMPRESS. SPDX-License-Identifier: MIT OR Apache-2.0
#include "accelerators/sha256.chip.h"
#include "step_chip.h"

namespace sluice::chips {

void add_sha256(std::vector<StepChip>& chips) {
    chips.push_back(call_chip<Sha256Compress>(SLUICE_FEATURE_SHA256));
    chips.push_back(rows_chip<Sha256Round>(SLUICE_FEATURE_SHA256));
}

}  // namespace sluice::chips
