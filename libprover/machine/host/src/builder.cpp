// The symbolic builder. SPDX-License-Identifier: MIT OR Apache-2.0
#include "sluice/machine/builder.h"

namespace sluice::machine {

Expression operator+(Expression a, Expression b) {
    return a.builder->binary(NodeKind::add, a, b);
}
Expression operator-(Expression a, Expression b) {
    return a.builder->binary(NodeKind::sub, a, b);
}
Expression operator*(Expression a, Expression b) {
    return a.builder->binary(NodeKind::mul, a, b);
}
Expression operator-(Expression a) {
    return a.builder->binary(NodeKind::sub, a.builder->constant(0), a);
}

Expression SymbolicBuilder::constant(std::uint32_t canonical) {
    return intern({NodeKind::constant, canonical, 0});
}
Expression SymbolicBuilder::public_value(std::uint32_t index) {
    return intern({NodeKind::public_value, index, 0});
}
Expression SymbolicBuilder::column(Group group, std::uint32_t index) {
    return intern(
        {static_cast<NodeKind>(static_cast<std::uint32_t>(NodeKind::preprocessed) + static_cast<std::uint32_t>(group)),
         index, 0});
}

Expression SymbolicBuilder::binary(NodeKind kind, Expression a, Expression b) {
    const Node& left = nodes[a.node];
    const Node& right = nodes[b.node];
    const bool left_constant = left.kind == NodeKind::constant;
    const bool right_constant = right.kind == NodeKind::constant;
    if (left_constant && right_constant) {
        const KoalaBear x = KoalaBear::from_canonical(left.a);
        const KoalaBear y = KoalaBear::from_canonical(right.a);
        const KoalaBear value = kind == NodeKind::add ? x + y : kind == NodeKind::sub ? x - y : x * y;
        return constant(value.canonical());
    }
    const bool left_zero = left_constant && left.a == 0;
    const bool right_zero = right_constant && right.a == 0;
    switch (kind) {
        case NodeKind::add:
            if (left_zero) return b;
            if (right_zero) return a;
            break;
        case NodeKind::sub:
            if (right_zero) return a;
            if (a.node == b.node) return constant(0);
            break;
        default:
            if (left_zero) return a;
            if (right_zero) return b;
            if (left_constant && left.a == 1) return b;
            if (right_constant && right.a == 1) return a;
            break;
    }
    // Sums and products are written with the smaller node first, so that a + b and b + a are one node.
    if (kind != NodeKind::sub && a.node > b.node) std::swap(a, b);
    return intern({kind, a.node, b.node});
}

void SymbolicBuilder::add_constraint(std::string_view what, Expression value) {
    constraints.push_back(value.node);
    constraint_names.emplace_back(what);
}

void SymbolicBuilder::add_interaction(InteractionType type, std::uint32_t kind, Expression multiplicity,
                                      std::span<const Expression> tuple) {
    interactions.push_back({type, kind, multiplicity.node, static_cast<std::uint32_t>(elements.size()),
                            static_cast<std::uint32_t>(tuple.size())});
    for (const Expression& element : tuple) elements.push_back(element.node);
}

Expression SymbolicBuilder::intern(Node node) {
    const auto [entry, fresh] = known_.try_emplace({static_cast<std::uint32_t>(node.kind), node.a, node.b},
                                                   static_cast<std::uint32_t>(nodes.size()));
    if (fresh) nodes.push_back(node);
    return {this, entry->second};
}

}  // namespace sluice::machine
