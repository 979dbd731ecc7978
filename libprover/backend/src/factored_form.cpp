// See factored_form.h. SPDX-License-Identifier: MIT OR Apache-2.0
#include "sluice/backend/factored_form.h"

#include <algorithm>
#include <functional>
#include <map>

namespace sluice::backend {

namespace {
/// Products that make a column worth a linear form of its own, which is D columns to fold.
constexpr std::uint32_t kManyProducts = 8;

bool is_record(const machine::Interaction& interaction) noexcept {
    return interaction.type == machine::InteractionType::write || interaction.type == machine::InteractionType::read;
}

class Factoring {
    using Kind = FactoredForm::Flow::Kind;

 public:
    Factoring(const machine::Program& program, const std::vector<bool>& fixed)
        : program_(program), fixed_(fixed), part_of_(program.nodes.size(), 0) {
        open_part();
        for (const std::uint32_t node : common_factors(program)) {
            if (fixed[node]) continue;
            part_of_[node] = static_cast<std::uint32_t>(form_.parts.size());
            open_part();
            form_.parts.back().factor = node;
        }
    }

    FactoredForm run() {
        for (const std::uint32_t node : program_.constraints) form_.constraints.push_back(weight_of(0, node));
        for (const machine::Interaction& interaction : program_.interactions) add(interaction);
        for (std::size_t part = 0; part < form_.parts.size(); ++part) push_down(part);
        std::vector<FactoredForm::Part> parts;
        for (std::size_t p = 0; p < form_.parts.size(); ++p) {
            FactoredForm::Part& part = form_.parts[p];
            if (p == 0 || has_constant_[p] || !part.columns.empty() || !part.products.empty())
                parts.push_back(std::move(part));
        }
        form_.parts = std::move(parts);
        return std::move(form_);
    }

 private:
    void open_part() {
        form_.parts.emplace_back();
        form_.parts.back().constant = form_.weight_count++;
        has_constant_.push_back(false);
        weights_.emplace_back();
    }

    /// The place of a node's weight in a part, which says that it has one.
    std::uint32_t weight_of(std::size_t part, std::uint32_t node) {
        const auto [found, made] = weights_[part].try_emplace(node, form_.weight_count);
        if (made) ++form_.weight_count;
        return found->second;
    }
    std::uint32_t constant_of(std::size_t part) {
        has_constant_[part] = true;
        return form_.parts[part].constant;
    }

    void add(const machine::Interaction& interaction) {
        std::vector<std::uint32_t>& places = form_.interactions.emplace_back();
        const std::uint32_t selector = interaction.multiplicity;
        const bool record = is_record(interaction);
        if (record && fixed_[selector]) return;
        const std::size_t part = record ? part_of_[selector] : 0;
        places.push_back(record ? constant_of(part) : weight_of(0, selector));
        for (const std::uint32_t node : program_.elements.subspan(interaction.first_element, interaction.element_count))
            places.push_back(weight_of(part, node));
    }

    void flow(Kind kind, std::uint32_t from, std::uint32_t to, std::uint32_t scalar = 0) {
        form_.flows.push_back({kind, from, to, scalar});
    }

    /// From the last node to the first: what a node hands on goes to earlier ones.
    void push_down(std::size_t index) {
        for (const auto& [node, place] : weights_[index]) push_down(index, node, place);
    }

    void push_down(std::size_t index, std::uint32_t i, std::uint32_t place) {
        FactoredForm::Part& part = form_.parts[index];
        if (fixed_[i]) return flow(Kind::scale, place, constant_of(index), i);
        const machine::Node& node = program_.nodes[i];
        switch (node.kind) {
            case machine::NodeKind::add:
            case machine::NodeKind::sub:
                flow(Kind::add, place, weight_of(index, node.a));
                flow(node.kind == machine::NodeKind::add ? Kind::add : Kind::sub, place, weight_of(index, node.b));
                break;
            case machine::NodeKind::mul:
                if (fixed_[node.a]) {
                    flow(Kind::scale, place, weight_of(index, node.b), node.a);
                } else if (fixed_[node.b]) {
                    flow(Kind::scale, place, weight_of(index, node.a), node.b);
                } else if (index == 0 && part_of_[node.a] != 0) {
                    flow(Kind::add, place, weight_of(part_of_[node.a], node.b));
                } else if (index == 0 && part_of_[node.b] != 0) {
                    flow(Kind::add, place, weight_of(part_of_[node.b], node.a));
                } else {
                    part.products.emplace_back(i, place);
                }
                break;
            default:
                part.columns.push_back(column_of(node));
                part.column_weights.push_back(place);
                break;
        }
    }

    const machine::Program& program_;
    const std::vector<bool>& fixed_;
    std::vector<std::uint32_t> part_of_;  ///< by factor; 0 for other nodes
    std::vector<bool> has_constant_;
    std::vector<std::map<std::uint32_t, std::uint32_t, std::greater<>>> weights_;  ///< of each part: places by node
    FactoredForm form_;
};
}  // namespace

std::vector<std::uint32_t> common_factors(const machine::Program& program) {
    std::vector<std::uint32_t> products(program.nodes.size(), 0);
    for (const machine::Node& node : program.nodes) {
        if (node.kind != machine::NodeKind::mul) continue;
        for (const std::uint32_t operand : {node.a, node.b}) {
            if (is_column(program.nodes[operand])) ++products[operand];
        }
    }
    for (const machine::Interaction& interaction : program.interactions) {
        if (is_record(interaction)) products[interaction.multiplicity] = kManyProducts;
    }
    std::vector<std::uint32_t> result;
    for (std::uint32_t i = 0; i < products.size(); ++i) {
        if (products[i] >= kManyProducts) result.push_back(i);
    }
    return result;
}

FactoredForm make_factored_form(const machine::Program& program, const std::vector<bool>& fixed) {
    return Factoring(program, fixed).run();
}

}  // namespace sluice::backend
