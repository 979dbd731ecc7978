// The rules that a machine keeps (libprover/DESIGN.md, section 2): one statement of them, for the reader of keys and
// for the builder, which puts names to what is refused. SPDX-License-Identifier: MIT OR Apache-2.0
//
// Memory is the caller's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "sluice/machine/key.h"
#include "sluice/machine/program.h"

namespace sluice::machine {

/// What the rules ask of a node's value.
struct NodeFacts {
    std::uint8_t degree;  ///< in the columns; degrees above 100 are given as 100
    bool zero_row;        ///< 0 when all columns are, for any public values
    bool linked_only;     ///< reaches no preprocessed or main column
};

/// Which rule a program breaks, and where.
struct ProgramFault {
    KeyStatus status = KeyStatus::ok;
    std::uint32_t index = 0;   ///< the node, constraint or interaction that the status speaks of
    std::uint32_t degree = 0;  ///< of what has too high a degree
};

/// Checks the nodes of a chip whose machine has so many public values. `facts` has one place for each node; afterwards
/// it holds the facts of all nodes before the one that is refused.
[[nodiscard]] ProgramFault check_nodes(const Chip& chip, std::uint32_t public_values,
                                       std::span<NodeFacts> facts) noexcept;
/// Checks constraints and interactions of a program whose nodes keep the rules.
[[nodiscard]] ProgramFault check_demands(const Program& program, std::span<const NodeFacts> facts) noexcept;

/// Checks widths and heights of a chip.
[[nodiscard]] KeyStatus check_shape(const Chip& chip) noexcept;

/// Checks what the machine's rules say of its public values.
[[nodiscard]] KeyStatus check_public_values(const Machine& machine) noexcept;

/// The number of elements of an interaction's tuple, and where it stands.
struct Bus {
    std::uint32_t space;  ///< buses of different spaces never meet
    std::uint32_t kind;
    std::uint32_t elements;
    std::uint32_t chip;  ///< its place in its machine
};

/// Interactions of a machine.
[[nodiscard]] std::size_t interaction_count(const Machine& machine) noexcept;

/// Two tuples of different lengths on one bus, one after the other in `buses`, the shorter one first; null if there are
/// none. Records and lookups of a kind have one length within each machine, links in all of them. `buses` has a place
/// for each interaction.
[[nodiscard]] const Bus* find_arity_fault(std::span<const Machine> machines, std::span<Bus> buses) noexcept;

}  // namespace sluice::machine
