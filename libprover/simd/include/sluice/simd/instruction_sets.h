// The instruction sets that kernels were compiled for, and a way to force one.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace sluice::simd {

/// One instruction set, as Highway knows it.
struct InstructionSet {
    std::int64_t target;  ///< bit of Highway
    std::string name;     ///< "AVX3" (AVX-512), "AVX2", "SSE4", "SCALAR", "EMU128"
};

/// Those that this processor has and kernels were compiled for, best first. The last one is portable code.
[[nodiscard]] std::vector<InstructionSet> available_instruction_sets();

/// While it lives, kernels run on one instruction set: for tests and benchmarks, which compare them. Process-wide; to
/// be made and destroyed while no kernel runs.
class ForceInstructionSet {
 public:
    explicit ForceInstructionSet(const InstructionSet& chosen);
    ~ForceInstructionSet();
    ForceInstructionSet(const ForceInstructionSet&) = delete;
    ForceInstructionSet& operator=(const ForceInstructionSet&) = delete;
};

}  // namespace sluice::simd
