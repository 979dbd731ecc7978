// Chips of MEMCPY. SPDX-License-Identifier: MIT OR Apache-2.0
#include "accelerators/memcpy.chip.h"
#include "step_chip.h"

namespace sluice::chips {

void add_copies(std::vector<StepChip>& chips) {
    chips.push_back(call_chip<Memcpy>(SLUICE_FEATURE_MEMCPY));
    chips.push_back(rows_chip<MemcpyWord>(SLUICE_FEATURE_MEMCPY));
    chips.push_back(rows_chip<MemcpyEdge>(SLUICE_FEATURE_MEMCPY));
    chips.push_back(rows_chip<MemcpyShiftedWord>(SLUICE_FEATURE_MEMCPY));
    chips.push_back(rows_chip<MemcpyShiftedEdge>(SLUICE_FEATURE_MEMCPY));
    chips.push_back(rows_chip<MemcpyLead>(SLUICE_FEATURE_MEMCPY));
}

}  // namespace sluice::chips
