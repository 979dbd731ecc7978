// A chip's program as straight-line code over tiles of rows. SPDX-License-Identifier: MIT OR Apache-2.0
//
// Nodes that depend on no column become scalars; of the others, those that something needs become steps in order, each
// writing one slot. A slot is used again as soon as what it held has had its last use, so that few tiles are live. What
// is done with values is a *use*: it names nodes and comes right after the last of them.
#pragma once

#include <cstdint>
#include <optional>
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

struct TileCode {
    std::vector<Step> steps;
    std::uint32_t slots = 0;
    std::vector<Column> columns;  ///< that the code reads
    std::vector<KoalaBear> scalars;
    std::vector<std::vector<Operand>> uses;  ///< the operands of each use, in the order of its nodes
};

/// The values of the nodes that depend on no column.
[[nodiscard]] std::vector<std::optional<KoalaBear>> fixed_values(const machine::Program& program,
                                                                 std::span<const KoalaBear> public_values);

/// The code for the uses given, each a list of nodes. The last `at_end` of them are done after all else.
[[nodiscard]] TileCode compile(const machine::Program& program, std::span<const std::optional<KoalaBear>> fixed,
                               std::span<const std::vector<std::uint32_t>> uses, std::size_t at_end = 0);

}  // namespace sluice::backend
