// The rules that a chip's program keeps. SPDX-License-Identifier: MIT OR Apache-2.0
#include "key_rules.h"

#include <algorithm>

namespace sluice::machine::detail {
namespace {

/// What is known of a node's value.
struct Facts {
    std::uint8_t degree;  ///< in the columns, at most kDegreeCap
    bool zero_row;        ///< 0 when all columns are, for any public values
    bool linked_only;     ///< reaches no preprocessed or main column
};
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
            return node.a < kModulus ? KeyStatus::ok : KeyStatus::node_constant;
        case NodeKind::public_value:
            return node.a < public_values ? KeyStatus::ok : KeyStatus::node_column;
        default: {
            const std::uint32_t group = static_cast<std::uint32_t>(node.kind) - 1;
            return node.a < chip.widths[group] ? KeyStatus::ok : KeyStatus::node_column;
        }
    }
}

/// Facts of a node whose fields are right; `known` holds those of earlier nodes.
[[nodiscard]] Facts facts_of(const Node& node, const Facts* known) noexcept {
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
    const Facts& a = known[node.a];
    const Facts& b = known[node.b];
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

[[nodiscard]] KeyStatus check_interaction(const Interaction& interaction, const Program& program,
                                          const Facts* facts) noexcept {
    if (static_cast<std::size_t>(interaction.type) >= kInteractionTypes) return KeyStatus::interaction_type;
    if (interaction.kind >= kModulus) return KeyStatus::interaction_kind;
    if (interaction.multiplicity >= program.nodes.size()) return KeyStatus::interaction_node;
    const Facts& multiplicity = facts[interaction.multiplicity];
    unsigned degree = 0;
    bool linked_only = multiplicity.linked_only;
    for (const std::uint32_t element : program.elements.subspan(interaction.first_element, interaction.element_count)) {
        if (element >= program.nodes.size()) return KeyStatus::interaction_node;
        degree = std::max<unsigned>(degree, facts[element].degree);
        linked_only = linked_only && facts[element].linked_only;
    }
    // A record's leaf is the product of selector and tuple; numerator and denominator of a fraction are apart.
    const unsigned whole =
        is_record(interaction.type) ? multiplicity.degree + degree : std::max<unsigned>(multiplicity.degree, degree);
    if (whole > kMaxDegree) return KeyStatus::interaction_degree;
    if (!multiplicity.zero_row) return KeyStatus::interaction_zero_row;
    if (interaction.type == InteractionType::link && !linked_only) return KeyStatus::link_reach;
    return KeyStatus::ok;
}

[[nodiscard]] KeyStatus check_demands(const Program& program, const Facts* facts) noexcept {
    for (const std::uint32_t constraint : program.constraints) {
        if (constraint >= program.nodes.size()) return KeyStatus::constraint_node;
        if (facts[constraint].degree > kMaxDegree) return KeyStatus::constraint_degree;
        if (!facts[constraint].zero_row) return KeyStatus::constraint_zero_row;
    }
    for (const Interaction& interaction : program.interactions) {
        const KeyStatus status = check_interaction(interaction, program, facts);
        if (status != KeyStatus::ok) return status;
    }
    return KeyStatus::ok;
}

/// A bus and the number of elements of one of its tuples. Buses of different spaces never meet.
struct Bus {
    std::uint32_t space;  ///< links of both machines 0; records and lookups of the first 1, 2; of the second 3, 4
    std::uint32_t kind;
    std::uint32_t elements;
};

[[nodiscard]] std::uint32_t space_of(InteractionType type, std::uint32_t machine) noexcept {
    if (type == InteractionType::link) return 0;
    return 2 * machine + (type == InteractionType::lookup ? 2 : 1);
}

[[nodiscard]] bool before(const Bus& a, const Bus& b) noexcept {
    return a.space != b.space ? a.space < b.space : a.kind < b.kind;
}

[[nodiscard]] std::size_t interaction_count(const Machine& machine) noexcept {
    std::size_t count = 0;
    for (const Chip& chip : machine.chips) count += chip.program.interactions.size();
    return count;
}

/// Writes the buses of all interactions of a machine; returns the end of what was written.
[[nodiscard]] Bus* list_buses(const Machine& machine, std::uint32_t number, Bus* out) noexcept {
    for (const Chip& chip : machine.chips) {
        for (const Interaction& interaction : chip.program.interactions)
            *out++ = {space_of(interaction.type, number), interaction.kind, interaction.element_count};
    }
    return out;
}

}  // namespace

KeyStatus check_program(const Chip& chip, std::uint32_t public_values, Arena& arena) noexcept {
    const Arena::Mark mark = arena.mark();
    const Program& program = chip.program;
    Facts* facts = arena.make_array<Facts>(program.nodes.size());
    if (facts == nullptr) return KeyStatus::scratch_exhausted;
    KeyStatus status = KeyStatus::ok;
    for (std::uint32_t i = 0; i < program.nodes.size() && status == KeyStatus::ok; ++i) {
        status = check_node(program.nodes[i], i, chip, public_values);
        if (status == KeyStatus::ok) facts[i] = facts_of(program.nodes[i], facts);
    }
    if (status == KeyStatus::ok) status = check_demands(program, facts);
    arena.rewind(mark);
    return status;
}

KeyStatus check_buses(const KeyView& key, Arena& arena) noexcept {
    const Arena::Mark mark = arena.mark();
    std::size_t count = 0;
    for (const Machine& machine : key.machines) count += interaction_count(machine);
    Bus* buses = arena.make_array<Bus>(count);
    if (buses == nullptr) return KeyStatus::scratch_exhausted;
    Bus* end = buses;
    for (std::uint32_t m = 0; m < key.machine_count; ++m) end = list_buses(key.machines[m], m, end);
    // By a heap: no recursion, no quadratic worst case.
    std::make_heap(buses, end, before);
    std::sort_heap(buses, end, before);
    KeyStatus status = KeyStatus::ok;
    for (const Bus* bus = buses; bus + 1 < end; ++bus) {
        const bool same = !before(bus[0], bus[1]);
        if (same && bus[0].elements != bus[1].elements) status = KeyStatus::arity;
    }
    arena.rewind(mark);
    return status;
}

}  // namespace sluice::machine::detail
