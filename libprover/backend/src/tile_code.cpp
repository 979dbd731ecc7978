// See tile_code.h. SPDX-License-Identifier: MIT OR Apache-2.0
#include "sluice/backend/tile_code.h"

#include <algorithm>
#include <cstddef>

namespace sluice::backend {

namespace {
using machine::Node;
using machine::NodeKind;

constexpr std::uint32_t kNone = 0xffffffff;

bool is_operation(const Node& node) noexcept {
    return node.kind == NodeKind::add || node.kind == NodeKind::sub || node.kind == NodeKind::mul;
}
}  // namespace

std::vector<bool> fixed_nodes(const machine::Program& program) {
    std::vector<bool> fixed(program.nodes.size());
    for (std::size_t i = 0; i < fixed.size(); ++i) {
        const Node& node = program.nodes[i];
        fixed[i] = is_operation(node) ? fixed[node.a] && fixed[node.b] : !is_column(node);
    }
    return fixed;
}

std::vector<KoalaBear> zero_values(const machine::Program& program, std::span<const KoalaBear> public_values) {
    std::vector<KoalaBear> values(program.nodes.size(), KoalaBear::zero());
    for (std::size_t i = 0; i < values.size(); ++i) {
        const Node& node = program.nodes[i];
        switch (node.kind) {
            case NodeKind::constant:
                values[i] = KoalaBear::from_canonical(node.a);
                break;
            case NodeKind::public_value:
                values[i] = public_values[node.a];
                break;
            case NodeKind::add:
                values[i] = values[node.a] + values[node.b];
                break;
            case NodeKind::sub:
                values[i] = values[node.a] - values[node.b];
                break;
            case NodeKind::mul:
                values[i] = values[node.a] * values[node.b];
                break;
            default:
                break;
        }
    }
    return values;
}

std::vector<KoalaBear> scalar_values(const TileCode& code, std::span<const KoalaBear> at_zero) {
    std::vector<KoalaBear> values;
    values.reserve(code.scalars.size());
    for (const std::uint32_t node : code.scalars) values.push_back(at_zero[node]);
    return values;
}

TileCode compile(const machine::Program& program, const std::vector<bool>& fixed,
                 std::span<const std::vector<std::uint32_t>> uses, std::size_t at_end) {
    const std::size_t count = program.nodes.size();
    TileCode code;

    // What is needed, and how often: by later steps and by uses.
    std::vector<std::uint32_t> readers(count, 0);
    std::vector<std::vector<std::uint32_t>> due(count + 1);  // uses by the node after which they can be done
    for (std::uint32_t use = 0; use < uses.size(); ++use) {
        std::uint32_t last = 0;
        for (const std::uint32_t node : uses[use]) {
            ++readers[node];
            last = std::max(last, node);
        }
        due[use + at_end < uses.size() ? last : count - 1].push_back(use);
    }
    for (std::size_t i = count; i-- != 0;) {
        const Node& node = program.nodes[i];
        if (readers[i] == 0 || fixed[i] || !is_operation(node)) continue;
        ++readers[node.a];
        ++readers[node.b];
    }

    std::vector<std::uint32_t> place(count, kNone);  // slot, column or scalar of a node
    std::vector<std::uint32_t> free_slots;
    const auto operand = [&](std::uint32_t i) -> Operand {
        const Node& node = program.nodes[i];
        if (fixed[i]) {
            if (place[i] == kNone) {
                place[i] = static_cast<std::uint32_t>(code.scalars.size());
                code.scalars.push_back(i);
            }
            return {Operand::Kind::scalar, place[i]};
        }
        if (is_operation(node)) return {Operand::Kind::slot, place[i]};
        if (place[i] == kNone) {
            const Column column = column_of(node);
            const auto found = std::find(code.columns.begin(), code.columns.end(), column);
            place[i] = static_cast<std::uint32_t>(found - code.columns.begin());
            if (found == code.columns.end()) code.columns.push_back(column);
        }
        return {Operand::Kind::column, place[i]};
    };
    const auto release = [&](std::uint32_t i) {
        if (--readers[i] == 0 && !fixed[i] && is_operation(program.nodes[i])) free_slots.push_back(place[i]);
    };
    static_assert(static_cast<int>(NodeKind::preprocessed) == 1 && static_cast<int>(NodeKind::main) == 3);

    code.uses.resize(uses.size());
    for (std::uint32_t i = 0; i < count; ++i) {
        const Node& node = program.nodes[i];
        if (readers[i] != 0 && !fixed[i] && is_operation(node)) {
            const Operand a = operand(node.a);
            const Operand b = operand(node.b);
            release(node.a);
            release(node.b);
            // A step may write over its own operands: rows are independent.
            if (free_slots.empty()) {
                place[i] = code.slots++;
            } else {
                place[i] = free_slots.back();
                free_slots.pop_back();
            }
            const Step::Kind kind = node.kind == NodeKind::add   ? Step::Kind::add
                                    : node.kind == NodeKind::sub ? Step::Kind::sub
                                                                 : Step::Kind::mul;
            code.steps.push_back({kind, place[i], a, b});
        }
        for (const std::uint32_t use : due[i]) {
            for (const std::uint32_t used : uses[use]) code.uses[use].push_back(operand(used));
            for (const std::uint32_t used : uses[use]) release(used);
            code.steps.push_back({Step::Kind::use, use, {}, {}});
        }
    }
    return code;
}

}  // namespace sluice::backend
