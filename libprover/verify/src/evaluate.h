// Evaluation of a chip's program. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include "scheme.h"
#include "sluice/machine/program.h"

namespace sluice::verify {

/// Values of a chip's columns, by group; for a row of zeros all pointers are null.
template <class T>
struct ColumnValues {
    const T* group[machine::kGroups] = {};

    [[nodiscard]] T at(std::size_t g, std::uint32_t column) const noexcept {
        return group[g] == nullptr ? T::zero() : group[g][column];
    }
};

/// Writes the value of every node to `values`. T: KoalaBear or an extension.
template <class T>
void evaluate_program(const machine::Program& program, const ColumnValues<T>& columns,
                      std::span<const KoalaBear> public_values, T* values) noexcept {
    using machine::NodeKind;
    for (std::size_t i = 0; i < program.nodes.size(); ++i) {
        const machine::Node& node = program.nodes[i];
        switch (node.kind) {
            case NodeKind::constant:
                values[i] = T::from_base(KoalaBear::from_canonical(node.a));
                break;
            case NodeKind::preprocessed:
            case NodeKind::linked:
            case NodeKind::main:
                values[i] = columns.at(static_cast<std::size_t>(node.kind) - 1, node.a);
                break;
            case NodeKind::public_value:
                values[i] = T::from_base(public_values[node.a]);
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
        }
    }
}

/// The challenges of a fingerprint.
template <class Ext>
struct FingerprintChallenges {
    Ext a;
    Ext b;
};

/// a + kind + b e_1 + b^2 e_2 + ..., the elements being nodes with these values.
template <class Ext, class T>
[[nodiscard]] Ext fingerprint(const machine::Program& program, const machine::Interaction& interaction, const T* values,
                              const FingerprintChallenges<Ext>& challenges) noexcept {
    Ext sum = Ext::zero();
    for (std::uint32_t k = interaction.element_count; k-- > 0;) {
        sum = (sum + values[program.elements[interaction.first_element + k]]) * challenges.b;
    }
    return sum + challenges.a + KoalaBear::from_canonical(interaction.kind);
}

}  // namespace sluice::verify
