// A chip's program as straight-line code over tiles of rows. SPDX-License-Identifier: MIT OR Apache-2.0
//
// Nodes that depend on no column become scalars, whose values are the table's; of the others, those that something
// needs become steps in order, each writing one slot. A slot is used again as soon as what it held has had its last
// use, so that few tiles are live. What is done with values is a *use*: it names nodes and comes right after the last
// of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "sluice/machine/program.h"
#include "sluice/math/koala_bear.h"

namespace sluice::backend {

using math::KoalaBear;

/// Where a value is.
struct Operand {
    enum class Kind : std::uint8_t { slot, column, scalar };
    Kind kind;
    std::uint32_t index;  ///< slot; place in TileCode::columns; place in TileCode::scalars
};

struct Column {
    machine::Group group;
    std::uint32_t index;
    friend bool operator==(const Column&, const Column&) = default;
};
[[nodiscard]] constexpr bool is_column(const machine::Node& node) noexcept {
    return node.kind == machine::NodeKind::preprocessed || node.kind == machine::NodeKind::linked ||
           node.kind == machine::NodeKind::main;
}
[[nodiscard]] constexpr Column column_of(const machine::Node& node) noexcept {
    return {static_cast<machine::Group>(static_cast<std::uint32_t>(node.kind) - 1), node.a};
}

/// Either target = a op b, or use number `target`.
struct Step {
    enum class Kind : std::uint8_t { add, sub, mul, use };
    Kind kind;
    std::uint32_t target;
    Operand a, b;
};

/// The same for all tables of a machine.
struct TileCode {
    std::vector<Step> steps;
    std::uint32_t slots = 0;
    std::vector<Column> columns;             ///< that the code reads
    std::vector<std::uint32_t> scalars;      ///< nodes
    std::vector<std::vector<Operand>> uses;  ///< the operands of each use, in the order of its nodes
};

/// Which nodes depend on no column.
[[nodiscard]] std::vector<bool> fixed_nodes(const machine::Program& program);
/// The values of all nodes where all columns are 0; those of fixed nodes are the same everywhere.
[[nodiscard]] std::vector<KoalaBear> zero_values(const machine::Program& program,
                                                 std::span<const KoalaBear> public_values);
/// Those of a code's scalars.
[[nodiscard]] std::vector<KoalaBear> scalar_values(const TileCode& code, std::span<const KoalaBear> at_zero);

/// The code for the uses given, each a list of nodes. The last `at_end` of them are done after all else.
[[nodiscard]] TileCode compile(const machine::Program& program, const std::vector<bool>& fixed,
                               std::span<const std::vector<std::uint32_t>> uses, std::size_t at_end = 0);

}  // namespace sluice::backend
