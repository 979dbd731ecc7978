// Chips and machines with the checks of DESIGN.md section 2. SPDX-License-Identifier: MIT OR Apache-2.0
#include "sluice/machine/description.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

#include "sluice/machine/rules.h"

namespace sluice::machine {

namespace {

constexpr std::array<const char*, kInteractionTypes> kTypeNames = {"write", "read", "lookup", "link"};

std::string name_of_interaction(const ChipDescription& chip, std::uint32_t index) {
    const Interaction& interaction = chip.interactions[index];
    return absl::StrCat(kTypeNames[static_cast<std::size_t>(interaction.type)], " of kind ", interaction.kind,
                        " (interaction ", index, ")");
}

/// What of the chip a fault speaks of.
std::string name_of_part(const ChipDescription& chip, const ProgramFault& fault) {
    switch (fault.status) {
        case KeyStatus::constraint_node:
        case KeyStatus::constraint_degree:
        case KeyStatus::constraint_zero_row:
            return absl::StrCat("constraint \"", chip.constraint_names[fault.index], "\"");
        case KeyStatus::interaction_type:
        case KeyStatus::interaction_kind:
        case KeyStatus::interaction_node:
        case KeyStatus::interaction_degree:
        case KeyStatus::interaction_zero_row:
        case KeyStatus::link_reach:
            return name_of_interaction(chip, fault.index);
        default:
            break;
    }
    const Node& node = chip.nodes[fault.index];
    return node.kind == NodeKind::public_value ? absl::StrCat("public value ", node.a)
                                               : absl::StrCat("node ", fault.index);
}

/// The status in words, with what helps to mend it.
std::string explain(KeyStatus status, std::uint32_t degree = 0) {
    std::string words(text(status));
    if (degree != 0) absl::StrAppend(&words, ": degree ", degree);
    if (status == KeyStatus::constraint_zero_row) absl::StrAppend(&words, "; multiply it by a selector");
    return words;
}

absl::Status check_rules(const ChipDescription& chip, std::uint32_t public_values) {
    const Chip view = chip.view();
    if (const KeyStatus status = check_shape(view); status != KeyStatus::ok)
        return absl::InvalidArgumentError(absl::StrCat("chip ", chip.name, ": ", explain(status)));
    std::vector<NodeFacts> facts(chip.nodes.size());
    ProgramFault fault = check_nodes(view, public_values, facts);
    if (fault.status == KeyStatus::ok) fault = check_demands(view.program, facts);
    if (fault.status == KeyStatus::ok) return absl::OkStatus();
    return absl::InvalidArgumentError(
        absl::StrCat("chip ", chip.name, ", ", name_of_part(chip, fault), ": ", explain(fault.status, fault.degree)));
}

absl::Status check_buses(const Machine& machine) {
    std::vector<Bus> buses(interaction_count(machine));
    const Bus* fault = find_arity_fault({&machine, 1}, buses);
    if (fault == nullptr) return absl::OkStatus();
    return absl::InvalidArgumentError(absl::StrCat(
        "chip ", std::string(machine.chips[fault[0].chip].name), ": kind ", fault[0].kind, " has ", fault[0].elements,
        " elements here and ", fault[1].elements, " in chip ", std::string(machine.chips[fault[1].chip].name)));
}

}  // namespace

Chip ChipDescription::view() const noexcept {
    Chip chip;
    chip.id = id;
    chip.name = name;
    std::copy(widths.begin(), widths.end(), chip.widths);
    chip.fixed_height = shape.fixed_height;
    chip.max_height = shape.max_height;
    chip.program = {nodes, constraints, interactions, elements};
    return chip;
}

unsigned ChipDescription::constraint_degree() const {
    std::vector<NodeFacts> facts(nodes.size());
    (void)check_nodes(view(), kNoIndex, facts);  // the machine has checked it with its public values
    unsigned degree = 0;
    for (const std::uint32_t node : constraints) degree = std::max<unsigned>(degree, facts[node].degree);
    return degree;
}

namespace detail {

absl::StatusOr<ChipDescription> finish_chip(ChipDescription chip, SymbolicBuilder builder,
                                            std::array<std::optional<std::vector<std::string>>, kGroups> column_names) {
    for (std::size_t group = 0; group < kGroups; ++group) {
        if (!column_names[group].has_value()) {
            return absl::InvalidArgumentError(absl::StrCat(
                "chip ", chip.name, ", group ", group, ": SLUICE_COLUMNS does not list the columns in their order"));
        }
        chip.column_names[group] = *std::move(column_names[group]);
    }
    ChipShape& shape = chip.shape;
    const std::uint64_t expected = chip.widths[0] * align4(shape.fixed_height);
    if (shape.preprocessed.size() != expected || (chip.widths[0] > 0 && shape.fixed_height == 0)) {
        return absl::InvalidArgumentError(
            absl::StrCat("chip ", chip.name, ": ", shape.preprocessed.size(), " preprocessed elements, expected ",
                         expected, " (", chip.widths[0], " columns, fixed height ", shape.fixed_height, ")"));
    }
    if (shape.fixed_height != 0) shape.max_height = shape.fixed_height;
    chip.nodes = std::move(builder.nodes);
    chip.constraints = std::move(builder.constraints);
    chip.constraint_names = std::move(builder.constraint_names);
    chip.interactions = std::move(builder.interactions);
    chip.elements = std::move(builder.elements);
    return chip;
}

}  // namespace detail

absl::StatusOr<MachineDescription> MachineDescription::make(MachineRules rules, std::vector<ChipDescription> chips) {
    std::sort(chips.begin(), chips.end(),
              [](const ChipDescription& a, const ChipDescription& b) { return a.id < b.id; });
    for (std::size_t i = 0; i < chips.size(); ++i) {
        const ChipDescription& chip = chips[i];
        if (i > 0 && chips[i - 1].id == chip.id) {
            return absl::InvalidArgumentError(
                absl::StrCat("chips ", chips[i - 1].name, " and ", chip.name, " have one id: ", chip.id));
        }
        if (const absl::Status status = check_rules(chip, rules.public_values); !status.ok()) return status;
    }
    MachineDescription machine(std::move(rules), std::move(chips));
    const Machine view = machine.view();
    if (const absl::Status status = check_buses(view); !status.ok()) return status;
    if (const KeyStatus status = check_public_values(view); status != KeyStatus::ok) {
        return absl::InvalidArgumentError(
            absl::StrCat("public values: ", explain(status), "; the machine has ", view.public_values));
    }
    return machine;
}

MachineDescription::MachineDescription(MachineRules rules, std::vector<ChipDescription> chips)
    : rules_(std::move(rules)), chips_(std::move(chips)) {
    for (const ChipDescription& chip : chips_) views_.push_back(chip.view());
}

Machine MachineDescription::view() const noexcept {
    Machine machine;
    machine.chips = views_;
    machine.public_values = rules_.public_values;
    machine.max_total_rows = rules_.max_total_rows;
    machine.shard_index_value = rules_.shard_index_value;
    machine.last_shard_value = rules_.last_shard_value;
    machine.chains = rules_.chains;
    machine.statement = rules_.statement;
    return machine;
}

}  // namespace sluice::machine
