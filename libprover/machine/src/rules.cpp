// The rules that a machine keeps. SPDX-License-Identifier: MIT OR Apache-2.0
#include "sluice/machine/rules.h"

#include <algorithm>

#include "sluice/math/koala_bear.h"

namespace sluice::machine {
namespace {

using math::KoalaBear;

constexpr unsigned kDegreeCap = 100;  // any degree above kMaxDegree is refused alike

[[nodiscard]] bool is_operation(NodeKind kind) noexcept {
    return kind == NodeKind::add || kind == NodeKind::sub || kind == NodeKind::mul;
}

/// Checks the fields of node `index`.
[[nodiscard]] KeyStatus check_node(const Node& node, std::uint32_t index, const Chip& chip,
                                   std::uint32_t public_values) noexcept {
    if (static_cast<std::uint32_t>(node.kind) >= kNodeKinds) return KeyStatus::node_kind;
    if (is_operation(node.kind)) {
        return node.a < index && node.b < index ? KeyStatus::ok : KeyStatus::node_order;
    }
    if (node.b != 0) return KeyStatus::node_unused;
    switch (node.kind) {
        case NodeKind::constant:
            return node.a < KoalaBear::kModulus ? KeyStatus::ok : KeyStatus::node_constant;
        case NodeKind::public_value:
            return node.a < public_values ? KeyStatus::ok : KeyStatus::node_column;
        default: {
            const std::uint32_t group = static_cast<std::uint32_t>(node.kind) - 1;
            return node.a < chip.widths[group] ? KeyStatus::ok : KeyStatus::node_column;
        }
    }
}

/// Facts of a node whose fields are right; `known` holds those of earlier nodes.
[[nodiscard]] NodeFacts facts_of(const Node& node, const NodeFacts* known) noexcept {
    switch (node.kind) {
        case NodeKind::constant:
            return {0, node.a == 0, true};
        case NodeKind::public_value:
            return {0, false, true};
        case NodeKind::linked:
            return {1, true, true};
        case NodeKind::preprocessed:
        case NodeKind::main:
            return {1, true, false};
        default:
            break;
    }
    const NodeFacts& a = known[node.a];
    const NodeFacts& b = known[node.b];
    const bool linked_only = a.linked_only && b.linked_only;
    if (node.kind == NodeKind::mul) {
        const unsigned degree = std::min(a.degree + unsigned{b.degree}, kDegreeCap);
        return {static_cast<std::uint8_t>(degree), a.zero_row || b.zero_row, linked_only};
    }
    return {std::max(a.degree, b.degree), a.zero_row && b.zero_row, linked_only};
}

[[nodiscard]] bool is_record(InteractionType type) noexcept {
    return type == InteractionType::write || type == InteractionType::read;
}

[[nodiscard]] ProgramFault check_interaction(const Interaction& interaction, std::uint32_t index,
                                             const Program& program, std::span<const NodeFacts> facts) noexcept {
    if (static_cast<std::size_t>(interaction.type) >= kInteractionTypes) return {KeyStatus::interaction_type, index};
    if (interaction.kind >= KoalaBear::kModulus) return {KeyStatus::interaction_kind, index};
    if (interaction.multiplicity >= program.nodes.size()) return {KeyStatus::interaction_node, index};
    const NodeFacts& multiplicity = facts[interaction.multiplicity];
    unsigned degree = 0;
    bool linked_only = multiplicity.linked_only;
    for (const std::uint32_t element : program.elements.subspan(interaction.first_element, interaction.element_count)) {
        if (element >= program.nodes.size()) return {KeyStatus::interaction_node, index};
        degree = std::max<unsigned>(degree, facts[element].degree);
        linked_only = linked_only && facts[element].linked_only;
    }
    // A record's leaf is the product of selector and tuple; numerator and denominator of a fraction are apart.
    const unsigned whole =
        is_record(interaction.type) ? multiplicity.degree + degree : std::max<unsigned>(multiplicity.degree, degree);
    if (whole > kMaxDegree) return {KeyStatus::interaction_degree, index, whole};
    if (!multiplicity.zero_row) return {KeyStatus::interaction_zero_row, index};
    if (interaction.type == InteractionType::link && !linked_only) return {KeyStatus::link_reach, index};
    return {};
}

/// Spaces of buses: links of all machines 0; records and lookups of the first 1, 2; of the second 3, 4.
[[nodiscard]] std::uint32_t space_of(InteractionType type, std::uint32_t machine) noexcept {
    if (type == InteractionType::link) return 0;
    return 2 * machine + (type == InteractionType::lookup ? 2 : 1);
}

/// Writes the buses of all interactions of a machine; returns the end of what was written.
[[nodiscard]] Bus* list_buses(const Machine& machine, std::uint32_t number, Bus* out) noexcept {
    for (std::uint32_t c = 0; c < machine.chips.size(); ++c) {
        for (const Interaction& interaction : machine.chips[c].program.interactions)
            *out++ = {space_of(interaction.type, number), interaction.kind, interaction.element_count, c};
    }
    return out;
}

}  // namespace

ProgramFault check_nodes(const Chip& chip, std::uint32_t public_values, std::span<NodeFacts> facts) noexcept {
    const std::span<const Node> nodes = chip.program.nodes;
    for (std::uint32_t i = 0; i < nodes.size(); ++i) {
        const KeyStatus status = check_node(nodes[i], i, chip, public_values);
        if (status != KeyStatus::ok) return {status, i};
        facts[i] = facts_of(nodes[i], facts.data());
    }
    return {};
}

ProgramFault check_demands(const Program& program, std::span<const NodeFacts> facts) noexcept {
    for (std::uint32_t i = 0; i < program.constraints.size(); ++i) {
        const std::uint32_t constraint = program.constraints[i];
        if (constraint >= program.nodes.size()) return {KeyStatus::constraint_node, i};
        if (facts[constraint].degree > kMaxDegree) return {KeyStatus::constraint_degree, i, facts[constraint].degree};
        if (!facts[constraint].zero_row) return {KeyStatus::constraint_zero_row, i};
    }
    for (std::uint32_t i = 0; i < program.interactions.size(); ++i) {
        const ProgramFault fault = check_interaction(program.interactions[i], i, program, facts);
        if (fault.status != KeyStatus::ok) return fault;
    }
    return {};
}

KeyStatus check_shape(const Chip& chip) noexcept {
    std::uint64_t columns = 0;
    for (const std::uint32_t width : chip.widths) {
        if (width > kMaxWidth) return KeyStatus::width;
        columns += width;
    }
    // A table without columns could be higher than everything that is committed.
    if (columns == 0) return KeyStatus::width;
    if (chip.max_height == 0 || chip.max_height > kMaxHeight) return KeyStatus::max_height;
    if (chip.fixed_height > chip.max_height) return KeyStatus::fixed_height;
    // The key has the root of the preprocessed columns: with another height they would lie elsewhere.
    if (chip.width(Group::preprocessed) != 0 && chip.fixed_height == 0) return KeyStatus::fixed_height;
    return KeyStatus::ok;
}

KeyStatus check_public_values(const Machine& machine) noexcept {
    const auto known = [&](std::uint32_t index) { return index < machine.public_values; };
    for (const std::uint32_t index : {machine.shard_index_value, machine.last_shard_value}) {
        if (index != kNoIndex && !known(index)) return KeyStatus::public_value_index;
    }
    for (const Chain& chain : machine.chains) {
        if (!known(chain.first) || !known(chain.last)) return KeyStatus::public_value_index;
        if (chain.initial >= KoalaBear::kModulus) return KeyStatus::chain_initial;
    }
    for (const std::uint32_t index : machine.statement) {
        if (!known(index)) return KeyStatus::public_value_index;
    }
    return KeyStatus::ok;
}

std::size_t interaction_count(const Machine& machine) noexcept {
    std::size_t count = 0;
    for (const Chip& chip : machine.chips) count += chip.program.interactions.size();
    return count;
}

const Bus* find_arity_fault(std::span<const Machine> machines, std::span<Bus> buses) noexcept {
    const auto before = [](const Bus& a, const Bus& b) {
        if (a.space != b.space) return a.space < b.space;
        return a.kind != b.kind ? a.kind < b.kind : a.elements < b.elements;
    };
    Bus* end = buses.data();
    for (std::uint32_t m = 0; m < machines.size(); ++m) end = list_buses(machines[m], m, end);
    // By a heap: no recursion, no quadratic worst case.
    std::make_heap(buses.data(), end, before);
    std::sort_heap(buses.data(), end, before);
    for (const Bus* bus = buses.data(); end - bus > 1; ++bus) {
        if (bus[0].space == bus[1].space && bus[0].kind == bus[1].kind && bus[0].elements != bus[1].elements)
            return bus;
    }
    return nullptr;
}

}  // namespace sluice::machine
