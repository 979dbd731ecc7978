// Machines as their authors make them: chips built from `eval`, with names for people; and the checks of the rules.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
//   ChipShape shape{.max_height = 1u << 20};
//   absl::StatusOr<ChipDescription> chip = make_chip<Square>(shape);
//   MachineRules rules{.public_values = 2, .statement = {0, 1}};
//   absl::StatusOr<MachineDescription> machine = MachineDescription::make(rules, {*std::move(chip), ...});
//   machine->view();                                                    // what provers and key writers read
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "sluice/machine/builder.h"
#include "sluice/machine/chip_shape.h"
#include "sluice/machine/program.h"

namespace sluice::machine {

/// A chip with its program and the names that people read. Owns everything.
struct ChipDescription {
    std::uint32_t id = 0;
    std::string name;
    std::array<std::uint32_t, kGroups> widths{};
    ChipShape shape;
    std::vector<Node> nodes;
    std::vector<std::uint32_t> constraints;
    std::vector<Interaction> interactions;
    std::vector<std::uint32_t> elements;
    std::vector<std::string> constraint_names;                   ///< one for each constraint
    std::array<std::vector<std::string>, kGroups> column_names;  ///< one for each column
    void (*evaluate)(ValueBuilder&, const std::array<const KoalaBear*, kGroups>&) = nullptr;

    /// A view that is valid while this object stays where it is.
    [[nodiscard]] Chip view() const noexcept;
    /// The largest degree of a constraint in the columns.
    [[nodiscard]] unsigned constraint_degree() const;
};

/// What a machine adds to its chips: DESIGN.md section 8, step 3, and section 9.
struct MachineRules {
    std::uint32_t public_values = 0;
    std::uint32_t max_total_rows = 1u << 27;
    std::uint32_t shard_index_value = kNoIndex;
    std::uint32_t last_shard_value = kNoIndex;
    std::vector<Chain> chains;
    std::vector<std::uint32_t> statement;
};

/// Chips in ascending order of id that keep the rules of DESIGN.md section 2. Movable, not copyable.
class MachineDescription {
 public:
    /// Sorts the chips; InvalidArgument names chip, constraint or interaction that breaks a rule.
    [[nodiscard]] static absl::StatusOr<MachineDescription> make(MachineRules rules,
                                                                 std::vector<ChipDescription> chips);

    MachineDescription(MachineDescription&&) = default;
    MachineDescription& operator=(MachineDescription&&) = default;

    [[nodiscard]] const std::vector<ChipDescription>& chips() const noexcept { return chips_; }
    [[nodiscard]] const MachineRules& rules() const noexcept { return rules_; }
    /// Valid while this object lives (moving it keeps the view valid).
    [[nodiscard]] Machine view() const noexcept;

 private:
    MachineDescription(MachineRules rules, std::vector<ChipDescription> chips);

    MachineRules rules_;
    std::vector<ChipDescription> chips_;
    std::vector<Chip> views_;
};

namespace detail {
/// Takes over what the builder has gathered and checks counts and names.
[[nodiscard]] absl::StatusOr<ChipDescription> finish_chip(
    ChipDescription chip, SymbolicBuilder builder,
    std::array<std::optional<std::vector<std::string>>, kGroups> column_names);
}  // namespace detail

/// Builds a chip from its struct. InvalidArgument if a SLUICE_COLUMNS is not the list of its struct's members or the
/// preprocessed columns have not the size that the shape tells.
template <class ChipType>
[[nodiscard]] absl::StatusOr<ChipDescription> make_chip(ChipShape shape = {}) {
    using Preprocessed = typename ChipType::template Preprocessed<Expression>;
    using Linked = typename ChipType::template Linked<Expression>;
    using Main = typename ChipType::template Main<Expression>;
    ChipDescription chip;
    chip.id = ChipType::kId;
    chip.name = std::string(ChipType::kName);
    chip.widths = {kColumnCount<Preprocessed, Expression>, kColumnCount<Linked, Expression>,
                   kColumnCount<Main, Expression>};
    chip.shape = std::move(shape);
    chip.evaluate = &evaluate_row<ChipType>;
    SymbolicBuilder builder;
    std::array<std::vector<Expression>, kGroups> columns;
    for (std::size_t group = 0; group < kGroups; ++group) {
        for (std::uint32_t i = 0; i < chip.widths[group]; ++i) {
            columns[group].push_back(builder.column(static_cast<Group>(group), i));
        }
    }
    Row<ChipType, Expression> row;
    load_columns(row.preprocessed, columns[0].data());
    load_columns(row.linked, columns[1].data());
    load_columns(row.main, columns[2].data());
    ChipType::eval(builder, row);
    return detail::finish_chip(std::move(chip), std::move(builder),
                               {column_names<Preprocessed, Expression>(), column_names<Linked, Expression>(),
                                column_names<Main, Expression>()});
}

}  // namespace sluice::machine
