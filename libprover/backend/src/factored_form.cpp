// See factored_form.h. SPDX-License-Identifier: MIT OR Apache-2.0
#include "sluice/backend/factored_form.h"

namespace sluice::backend {

namespace {
/// Products that make a column worth a linear form of its own, which is D columns to fold.
constexpr std::uint32_t kManyProducts = 8;
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
        if (interaction.type == machine::InteractionType::write || interaction.type == machine::InteractionType::read)
            products[interaction.multiplicity] = kManyProducts;
    }
    std::vector<std::uint32_t> result;
    for (std::uint32_t i = 0; i < products.size(); ++i) {
        if (products[i] >= kManyProducts) result.push_back(i);
    }
    return result;
}

}  // namespace sluice::backend
