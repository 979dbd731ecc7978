// Where a guest program spends its instructions. SPDX-License-Identifier: MIT OR Apache-2.0
//
//   auto profiled = vm::profile(program, input);
//   write_file("block.folded", profiled->folded_stacks(vm::ProfileUnit::weighted));
//
// Functions are those of the symbol table; instructions outside of all of them belong to "?". Calls are followed by the
// calling convention: a jump that links is a call, a jump back through the link register a return, a jump to another
// function's first instruction a tail call. Code that keeps to neither is booked on the function it was called from.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

#include "sluice/isa/decode.h"
#include "sluice/vm/machine.h"

namespace sluice::vm {

/// Instructions, or instructions plus the weight of ecalls (sluice/abi/cost.h; without misaligned accesses, which are
/// not booked on functions).
enum class ProfileUnit : std::uint8_t { instructions, weighted };

/// One function. `exclusive` is its own instructions, `inclusive` those of what it called as well; recursion counts
/// once.
struct FunctionCost {
    std::string name;  ///< demangled
    std::uint64_t calls = 0;
    std::uint64_t exclusive = 0;
    std::uint64_t inclusive = 0;
    std::uint64_t exclusive_weighted = 0;
    std::uint64_t inclusive_weighted = 0;
};

/// A node of the call tree.
struct CallNode {
    std::uint32_t function = 0;  ///< index into ProfiledRun::functions
    std::uint32_t parent = 0;    ///< index of the caller's node; the root, node 0, is its own
    std::uint64_t calls = 0;
    std::uint64_t instructions = 0;  ///< exclusive
    std::uint64_t weighted = 0;      ///< exclusive
};

struct ProfiledRun {
    Run run;
    std::vector<FunctionCost> functions;  ///< those that ran, most expensive (exclusive_weighted) first
    std::vector<CallNode> calls;          ///< parents before children
    std::array<std::uint64_t, isa::kOpCount> operations{};  ///< completed instructions by isa::Op

    /// One line a stack, "outer;inner count", sorted: the input of flame graph tools.
    [[nodiscard]] std::string folded_stacks(ProfileUnit unit) const;
};

/// Runs a program and profiles it. Errors are those of execute(); a trap is a result here too.
[[nodiscard]] absl::StatusOr<ProfiledRun> profile(const Program& program, ByteView input,
                                                  const RunOptions& options = {});

}  // namespace sluice::vm
