// Chips and machines with the checks of DESIGN.md section 2. SPDX-License-Identifier: MIT OR Apache-2.0
#include "sluice/machine/description.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace sluice::machine {

namespace {

/// What the rules ask of a node.
struct NodeFacts {
    unsigned degree = 0;             ///< in the columns
    bool zero_with_columns = false;  ///< 0 whenever all columns are
    bool before_challenges = true;   ///< reaches constants, linked columns and public values alone
};

std::vector<NodeFacts> facts_of(const ChipDescription& chip) {
    std::vector<NodeFacts> facts(chip.nodes.size());
    for (std::size_t i = 0; i < facts.size(); ++i) {
        const Node& node = chip.nodes[i];
        NodeFacts& fact = facts[i];
        switch (node.kind) {
            case NodeKind::constant:
                fact.zero_with_columns = node.a == 0;
                break;
            case NodeKind::public_value:
                break;
            case NodeKind::preprocessed:
            case NodeKind::main:
            case NodeKind::linked:
                fact = {1, true, node.kind == NodeKind::linked};
                break;
            case NodeKind::add:
            case NodeKind::sub:
            case NodeKind::mul: {
                const NodeFacts& a = facts[node.a];
                const NodeFacts& b = facts[node.b];
                const bool product = node.kind == NodeKind::mul;
                fact.degree = product ? a.degree + b.degree : std::max(a.degree, b.degree);
                fact.zero_with_columns =
                    product ? a.zero_with_columns || b.zero_with_columns : a.zero_with_columns && b.zero_with_columns;
                fact.before_challenges = a.before_challenges && b.before_challenges;
                break;
            }
        }
    }
    return facts;
}

constexpr unsigned kMaxDegree = 3;
constexpr std::array<const char*, kInteractionTypes> kTypeNames = {"write", "read", "lookup", "link"};

absl::Status check_rules(const ChipDescription& chip, std::uint32_t public_values) {
    const std::vector<NodeFacts> facts = facts_of(chip);
    for (const Node& node : chip.nodes) {
        if (node.kind == NodeKind::public_value && node.a >= public_values) {
            return absl::InvalidArgumentError(absl::StrCat("chip ", chip.name, ": public value ", node.a,
                                                           " is used, the machine has ", public_values));
        }
    }
    for (std::size_t i = 0; i < chip.constraints.size(); ++i) {
        const NodeFacts& fact = facts[chip.constraints[i]];
        if (fact.degree > kMaxDegree) {
            return absl::InvalidArgumentError(absl::StrCat("chip ", chip.name, ", constraint \"",
                                                           chip.constraint_names[i], "\": degree ", fact.degree,
                                                           ", at most ", kMaxDegree));
        }
        if (!fact.zero_with_columns) {
            return absl::InvalidArgumentError(absl::StrCat("chip ", chip.name, ", constraint \"",
                                                           chip.constraint_names[i],
                                                           "\": not 0 in a row of zeros; multiply it by a selector"));
        }
    }
    for (std::size_t i = 0; i < chip.interactions.size(); ++i) {
        const Interaction& interaction = chip.interactions[i];
        const auto where = [&] {
            return absl::StrCat("chip ", chip.name, ", ", kTypeNames[static_cast<std::size_t>(interaction.type)],
                                " of kind ", interaction.kind, " (interaction ", i, "): ");
        };
        const NodeFacts& multiplicity = facts[interaction.multiplicity];
        unsigned degree = 0;
        bool before_challenges = multiplicity.before_challenges;
        for (std::uint32_t e = 0; e < interaction.element_count; ++e) {
            const NodeFacts& element = facts[chip.elements[interaction.first_element + e]];
            degree = std::max(degree, element.degree);
            before_challenges = before_challenges && element.before_challenges;
        }
        const bool record = interaction.type == InteractionType::write || interaction.type == InteractionType::read;
        const unsigned total = record ? multiplicity.degree + degree : std::max(multiplicity.degree, degree);
        if (total > kMaxDegree) {
            return absl::InvalidArgumentError(absl::StrCat(where(), "degree ", total, ", at most ", kMaxDegree));
        }
        if (!multiplicity.zero_with_columns) {
            return absl::InvalidArgumentError(absl::StrCat(where(), "multiplicity not 0 in a row of zeros"));
        }
        if (interaction.type == InteractionType::link && !before_challenges) {
            return absl::InvalidArgumentError(
                absl::StrCat(where(), "reaches a column that is not linked: it is committed after the challenge"));
        }
    }
    return absl::OkStatus();
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
    const std::vector<NodeFacts> facts = facts_of(*this);
    unsigned degree = 0;
    for (const std::uint32_t node : constraints) degree = std::max(degree, facts[node].degree);
    return degree;
}

namespace detail {

absl::StatusOr<std::vector<std::string>> expand_names(std::string_view names) {
    std::vector<std::string> expanded;
    for (const std::string& word :
         std::vector<std::string>(absl::StrSplit(std::string(names), ' ', absl::SkipEmpty()))) {
        const std::size_t bracket = word.find('[');
        if (bracket == std::string::npos) {
            expanded.emplace_back(word);
            continue;
        }
        std::uint32_t count = 0;
        if (word.back() != ']' || !absl::SimpleAtoi(word.substr(bracket + 1, word.size() - bracket - 2), &count)) {
            return absl::InvalidArgumentError(absl::StrCat("column name \"", word, "\": expected name[count]"));
        }
        for (std::uint32_t i = 0; i < count; ++i)
            expanded.push_back(absl::StrCat(word.substr(0, bracket), "[", i, "]"));
    }
    return expanded;
}

absl::StatusOr<ChipDescription> finish_chip(ChipDescription chip, SymbolicBuilder builder,
                                            const std::array<std::string_view, kGroups>& names) {
    for (std::size_t group = 0; group < kGroups; ++group) {
        absl::StatusOr<std::vector<std::string>> expanded = expand_names(names[group]);
        if (!expanded.ok()) return expanded.status();
        if (expanded->size() != chip.widths[group]) {
            return absl::InvalidArgumentError(absl::StrCat("chip ", chip.name, ", group ", group, ": ",
                                                           expanded->size(), " column names, ", chip.widths[group],
                                                           " columns"));
        }
        chip.column_names[group] = *std::move(expanded);
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
    std::map<std::pair<InteractionType, std::uint32_t>, std::uint32_t> arity;
    for (std::size_t i = 0; i < chips.size(); ++i) {
        const ChipDescription& chip = chips[i];
        if (i > 0 && chips[i - 1].id == chip.id) {
            return absl::InvalidArgumentError(
                absl::StrCat("chips ", chips[i - 1].name, " and ", chip.name, " have one id: ", chip.id));
        }
        if (const absl::Status status = check_rules(chip, rules.public_values); !status.ok()) return status;
        for (const Interaction& interaction : chip.interactions) {
            // Writes and reads meet on one bus.
            const InteractionType type =
                interaction.type == InteractionType::read ? InteractionType::write : interaction.type;
            const auto [entry, fresh] = arity.try_emplace({type, interaction.kind}, interaction.element_count);
            if (!fresh && entry->second != interaction.element_count) {
                return absl::InvalidArgumentError(absl::StrCat("chip ", chip.name, ": kind ", interaction.kind, " has ",
                                                               interaction.element_count, " elements here and ",
                                                               entry->second, " elsewhere"));
            }
        }
    }
    const auto in_range = [&](std::uint32_t index) { return index < rules.public_values; };
    const auto in_range_or_none = [&](std::uint32_t index) { return index == kNoIndex || in_range(index); };
    bool indices_good = in_range_or_none(rules.shard_index_value) && in_range_or_none(rules.last_shard_value) &&
                        std::all_of(rules.statement.begin(), rules.statement.end(), in_range);
    for (const Chain& chain : rules.chains) {
        indices_good =
            indices_good && in_range(chain.first) && in_range(chain.last) && chain.initial < KoalaBear::kModulus;
    }
    if (!indices_good) {
        return absl::InvalidArgumentError(
            absl::StrCat("a rule names a public value beyond the machine's ", rules.public_values));
    }
    return MachineDescription(std::move(rules), std::move(chips));
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
