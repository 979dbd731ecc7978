// Which instruction sets are there. SPDX-License-Identifier: MIT OR Apache-2.0
#include "sluice/simd/instruction_sets.h"

#include <algorithm>
#include <hwy/highway.h>

namespace sluice::simd {

std::vector<InstructionSet> available_instruction_sets() {
    std::vector<std::int64_t> targets = hwy::SupportedAndGeneratedTargets();
    std::sort(targets.begin(), targets.end());  // Highway numbers better ones lower
    std::vector<InstructionSet> result;
    for (const std::int64_t target : targets) result.push_back({target, hwy::TargetName(target)});
    return result;
}

ForceInstructionSet::ForceInstructionSet(const InstructionSet& chosen) {
    hwy::SetSupportedTargetsForTest(chosen.target);
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
}

ForceInstructionSet::~ForceInstructionSet() {
    hwy::SetSupportedTargetsForTest(0);
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
}

}  // namespace sluice::simd
