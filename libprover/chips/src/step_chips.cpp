// The list of step chips. SPDX-License-Identifier: MIT OR Apache-2.0
#include <algorithm>

#include "step_chip.h"

namespace sluice::chips {

const std::vector<StepChip>& step_chips() {
    static const std::vector<StepChip> kChips = [] {
        std::vector<StepChip> chips;
        add_sums(chips);
        add_logic(chips);
        add_products(chips);
        add_memory(chips);
        std::sort(chips.begin(), chips.end(), [](const StepChip& a, const StepChip& b) { return a.id < b.id; });
        return chips;
    }();
    return kChips;
}

}  // namespace sluice::chips
