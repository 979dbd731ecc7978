// The state of a running guest, as the run loop and the driver share it. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <memory>

#include "address_space.h"
#include "code.h"
#include "sluice/vm/machine.h"

namespace sluice::vm {

class TouchTracker;
class CallProfiler;

/// Why the run loop came back.
enum class Stop : std::uint8_t {
    budget,      ///< the block at `index` is longer than the instructions left; it has not been entered
    cells,       ///< the block at `index` costs more than the cells left; it has not been entered
    breakpoint,  ///< `index` holds kOpStop
    ecall,       ///< `index` holds an ECALL, counted but not done
    trap,        ///< see `trap`; the instruction at `index` is counted and not done
    lost,        ///< see `trap`; the jump at `index` is done and led out of the text
};

inline constexpr std::int64_t kUnlimited = std::numeric_limits<std::int64_t>::max();

struct MachineState {
    MachineState(std::unique_ptr<AddressSpace> address_space, Code text)
        : space(std::move(address_space)), code(std::move(text)) {}

    std::array<std::uint64_t, 33> registers{};  ///< x0 to x31, and the sink of writes to x0
    std::unique_ptr<AddressSpace> space;
    Code code;

    std::size_t index = 0;            ///< next instruction
    std::int64_t budget = 0;          ///< instructions that may still be counted
    std::int64_t cells = kUnlimited;  ///< cells that may still be spent; used only where cells are counted
    std::uint64_t misaligned_loads = 0;
    std::uint64_t misaligned_stores = 0;
    Trap trap;

    // Observers; null where a run has none.
    TouchTracker* tracker = nullptr;
    CallProfiler* profiler = nullptr;
    const std::uint32_t* block_cells = nullptr;  ///< cells to the end of the block, by instruction
    std::int64_t* entries = nullptr;             ///< how often a block was entered, by instruction
    std::uint32_t touched_registers = 0;         ///< bit i: x_i was touched since the last cut
};

}  // namespace sluice::vm
