// The debugger: which chip, row, constraint, record or lookup of a filled table is wrong, with the values.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "sluice/machine/description.h"
#include "sluice/machine/trace.h"

namespace sluice::machine {

/// One thing that is wrong.
struct Fault {
    enum class Kind : std::uint8_t {
        shape,       ///< columns, heights or public values have not the size that the machine asks for
        constraint,  ///< a constraint is not 0
        selector,    ///< a selector of a record is neither 0 nor 1
        record,      ///< a record is written and read a different number of times
        lookup,      ///< a tuple is demanded and supplied a different number of times
        link,        ///< a term of the sum over all shards is left over
    };
    Kind kind;
    std::string chip;  ///< empty for records, lookups and links
    std::uint32_t row = 0;
    std::string text;  ///< in words: the constraint, or the tuple with counts; then the column values
};

/// Checks one filled table by running each chip's `eval` on plain values; stops after `max_faults`. It is independent
/// of the flattened programs.
[[nodiscard]] std::vector<Fault> find_faults(const MachineDescription& machine, const TableTrace& trace,
                                             std::size_t max_faults = 16);

/// A filled table of an execution.
struct TableInRun {
    const MachineDescription* machine;
    const TableTrace* trace;
};

/// The terms over all tables of an execution (boundary and shards) that do not cancel.
[[nodiscard]] std::vector<Fault> find_link_faults(std::span<const TableInRun> tables, std::size_t max_faults = 16);

/// One line for each fault.
[[nodiscard]] std::string describe(std::span<const Fault> faults);

}  // namespace sluice::machine
