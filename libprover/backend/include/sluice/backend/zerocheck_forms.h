// What the zerocheck sums over each chip's rows: libprover/DESIGN.md, section 6. SPDX-License-Identifier: MIT OR
// Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "sluice/backend/backend.h"
#include "sluice/backend/factored_form.h"
#include "sluice/backend/interactions.h"
#include "sluice/backend/tile_code.h"
#include "sluice/math/multilinear.h"

namespace sluice::backend {

/// Z of the chips that are present, in factored form, with code for its products.
template <unsigned D>
struct ZerocheckForms {
    struct Chip {
        std::uint32_t chip;                                          ///< in the machine
        std::vector<typename FactoredForm<D>::Part> parts;           ///< the first has no factor
        std::vector<std::pair<std::size_t, Extension<D>>> products;  ///< by use: part and weight
        /// Uses are the products, part after part, then the factors of the parts after the first.
        TileCode code;
    };
    std::vector<Chip> chips;
    Extension<D> claim{};  ///< C of step 1
};

/// The values of all nodes where all columns are 0.
[[nodiscard]] std::vector<KoalaBear> zero_values(const machine::Program& program,
                                                 std::span<const KoalaBear> public_values);

/// Steps before the first round. `leaves` come from GKR.
template <unsigned D>
[[nodiscard]] ZerocheckForms<D> zerocheck_forms(const TableShape& shape, const FingerprintChallenges<D>& challenges,
                                                const LeafClaims<D>& leaves, const Extension<D>& xi) {
    using Ext = Extension<D>;
    const machine::Machine& machine = shape.machine;
    ZerocheckForms<D> result;
    std::uint64_t constraints = 0;
    for (const machine::Chip& chip : machine.chips) constraints += chip.program.constraints.size();
    std::array<Ext, 6> form_weights;
    form_weights[0] = xi.pow(constraints);
    for (std::size_t j = 1; j < 6; ++j) form_weights[j] = form_weights[j - 1] * xi;

    const unsigned variables = row_variables(shape.heights);
    const std::span<const Ext> rho(leaves.point);
    const std::span<const Ext> rho_rows = rho.first(variables);
    std::vector<Ext> place_eq(std::size_t{1} << (rho.size() - variables));
    math::fill_eq_table(rho.subspan(variables), Ext::one(), std::span(place_eq));

    std::array<Ext, 6> left = leaves.values;
    for (const std::size_t j : {0, 1, 3, 5}) left[j] -= KoalaBear::one();
    std::array<std::size_t, machine::kInteractionTypes> places{};
    Ext constraint_weight = Ext::one();
    for (std::uint32_t index = 0; index < machine.chips.size(); ++index) {
        const machine::Program& program = machine.chips[index].program;
        const std::uint32_t height = shape.heights[index];
        if (height == 0) {
            for (const machine::Interaction& interaction : program.interactions)
                ++places[static_cast<std::size_t>(interaction.type)];
            for (std::size_t j = 0; j < program.constraints.size(); ++j) constraint_weight *= xi;
            continue;
        }
        const auto fixed = fixed_values(program, shape.public_values);
        const std::vector<KoalaBear> at_zero = zero_values(program, shape.public_values);
        const Ext rows_weight = math::evaluate_less_than(rho_rows, height);

        FactoredForm<D> form(program, fixed);
        for (const std::uint32_t node : program.constraints) {
            form.add(node, constraint_weight);
            constraint_weight *= xi;
        }
        for (const machine::Interaction& interaction : program.interactions) {
            const std::size_t type = static_cast<std::size_t>(interaction.type);
            const Ext& e = place_eq[places[type]++];
            const auto [a, b] = challenges_for(challenges, interaction.type);
            const std::span<const std::uint32_t> elements =
                program.elements.subspan(interaction.first_element, interaction.element_count);
            const Ext start = a + KoalaBear::from_canonical(interaction.kind);
            if (type < 2) {
                // A fixed selector is 0, by the rule about zero rows.
                if (fixed[interaction.multiplicity]) continue;
                const Ext scale = form_weights[type] * e;
                form.add_selected_constant(interaction.multiplicity, scale * (start - KoalaBear::one()));
                Ext coefficient = scale * b;
                for (const std::uint32_t node : elements) {
                    form.add_selected(interaction.multiplicity, node, coefficient);
                    coefficient *= b;
                }
            } else {
                const std::size_t side = 2 * type - 2;
                form.add(interaction.multiplicity, form_weights[side] * e);
                Ext coefficient = form_weights[side + 1] * e * b;
                Ext power = b;
                Ext at_zero_row = start;
                for (const std::uint32_t node : elements) {
                    form.add(node, coefficient);
                    form.add_constant(-(coefficient * at_zero[node]));
                    at_zero_row += power * at_zero[node];
                    coefficient *= b;
                    power *= b;
                }
                left[side + 1] -= e * (at_zero_row - KoalaBear::one()) * rows_weight;
            }
        }
        typename ZerocheckForms<D>::Chip chip;
        chip.chip = index;
        chip.parts = form.finish();
        std::vector<std::vector<std::uint32_t>> uses;
        for (std::size_t part = 0; part < chip.parts.size(); ++part) {
            for (const auto& [node, weight] : chip.parts[part].products) {
                chip.products.emplace_back(part, weight);
                uses.push_back({node});
            }
        }
        for (std::size_t part = 1; part < chip.parts.size(); ++part) uses.push_back({*chip.parts[part].factor});
        chip.code = compile(program, fixed, uses, chip.parts.size() - 1);
        result.chips.push_back(std::move(chip));
    }
    for (std::size_t j = 0; j < 6; ++j) result.claim += form_weights[j] * left[j];
    return result;
}

}  // namespace sluice::backend
