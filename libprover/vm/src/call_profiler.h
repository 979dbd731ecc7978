// Calls and returns of a running guest, gathered into a tree. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "absl/container/flat_hash_map.h"

#include "code.h"
#include "sluice/vm/elf.h"

namespace sluice::vm {

/// Follows jumps by the calling convention: a jump that links to ra (or t0) is a call, `jalr x0, ra` (or t0) to the
/// place a call on the stack returns to is a return, and a jump to the first instruction of another function is a tail
/// call. Instructions between jumps belong to the function at the tree's current node.
class CallProfiler {
 public:
    static constexpr std::uint32_t kUnknown = ~std::uint32_t{0};

    struct Node {
        std::uint32_t function = kUnknown;  ///< index into Program::functions
        std::uint32_t parent = 0;           ///< the root is its own parent
        std::uint64_t calls = 0;
        std::uint64_t instructions = 0;  ///< exclusive
        std::uint64_t extra = 0;         ///< exclusive weight beside the instructions
    };

    /// `event` is the driver's count of instructions at which the budget runs out; it outlives the profiler.
    CallProfiler(const Program& program, const Code& code, const std::uint64_t* event);

    /// A jump at `pc`, done; `budget` is what is left until the event. `rs1` is 0 for JAL.
    void on_jump(std::uint64_t pc, std::uint64_t target, unsigned rd, unsigned rs1, std::int64_t budget) noexcept;
    /// Weight of an ecall or of misaligned accesses since the last jump or ecall.
    void add_extra(std::uint64_t weight) noexcept { nodes_[current_].extra += weight; }
    /// Books all instructions up to `done`.
    void settle(std::uint64_t done) noexcept {
        nodes_[current_].instructions += done - settled_;
        settled_ = done;
    }
    /// Parents come before their children; entry 0 is the root, the function of the entry point.
    [[nodiscard]] const std::vector<Node>& nodes() const noexcept { return nodes_; }

 private:
    /// Deeper than the guest's stack can get; a program that links without ever returning does not eat the host's
    /// memory.
    static constexpr std::size_t kMaxFrames = std::size_t{1} << 20;
    static constexpr std::size_t kMaxNodes = std::size_t{1} << 22;

    struct Frame {
        std::uint32_t node;
        std::uint64_t return_address;
    };

    [[nodiscard]] std::uint32_t function_at(std::uint64_t address) const noexcept;
    [[nodiscard]] std::uint32_t child(std::uint32_t node, std::uint32_t function) noexcept;

    const Program& program_;
    std::uint64_t code_base_;
    std::vector<std::uint32_t> function_of_;  ///< by instruction
    const std::uint64_t* event_;
    std::vector<Node> nodes_;
    absl::flat_hash_map<std::uint64_t, std::uint32_t> children_;  ///< (node, function) to node
    std::vector<Frame> frames_;
    std::uint32_t current_ = 0;
    std::uint64_t settled_ = 0;
};

}  // namespace sluice::vm
