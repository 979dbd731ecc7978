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
#include "sluice/backend/machine_code.h"
#include "sluice/backend/tile_code.h"
#include "sluice/math/multilinear.h"

namespace sluice::backend {

/// Z of the chips that are present, with a table's weights.
template <unsigned D>
struct ZerocheckForms {
    struct Part {
        Extension<D> constant;
        std::span<const Column> columns;  ///< of the linear form
        std::vector<Extension<D>> column_weights;
    };
    struct Chip {
        std::uint32_t chip;                                          ///< in the machine
        std::vector<Part> parts;                                     ///< the first has no factor
        std::vector<std::pair<std::size_t, Extension<D>>> products;  ///< by use of the code: part and weight
        const TileCode* code;                                        ///< ChipCode::products
        std::vector<KoalaBear> scalars;                              ///< of the code
    };
    std::vector<Chip> chips;
    Extension<D> claim{};  ///< C of step 1
};

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
        const std::vector<KoalaBear> at_zero = zero_values(program, shape.public_values);
        const Ext rows_weight = math::evaluate_less_than(rho_rows, height);

        const ChipCode& code = (*shape.code)[index];
        const FactoredForm& form = code.form;
        std::vector<Ext> weights(form.weight_count, Ext::zero());
        for (const std::uint32_t place : form.constraints) {
            weights[place] += constraint_weight;
            constraint_weight *= xi;
        }
        for (std::size_t i = 0; i < program.interactions.size(); ++i) {
            const machine::Interaction& interaction = program.interactions[i];
            const std::span<const std::uint32_t> into = form.interactions[i];
            const std::size_t type = static_cast<std::size_t>(interaction.type);
            const Ext& e = place_eq[places[type]++];
            const auto [a, b] = challenges_for(challenges, interaction.type);
            const std::span<const std::uint32_t> elements =
                program.elements.subspan(interaction.first_element, interaction.element_count);
            const Ext start = a + KoalaBear::from_canonical(interaction.kind);
            if (type < 2) {
                // A fixed selector is 0, by the rule about zero rows.
                if (into.empty()) continue;
                const Ext scale = form_weights[type] * e;
                weights[into[0]] += scale * (start - KoalaBear::one());
                Ext coefficient = scale * b;
                for (const std::uint32_t place : into.subspan(1)) {
                    weights[place] += coefficient;
                    coefficient *= b;
                }
            } else {
                const std::size_t side = 2 * type - 2;
                weights[into[0]] += form_weights[side] * e;
                Ext coefficient = form_weights[side + 1] * e * b;
                Ext power = b;
                Ext at_zero_row = start;
                for (std::size_t j = 0; j < elements.size(); ++j) {
                    const KoalaBear& value = at_zero[elements[j]];
                    weights[into[1 + j]] += coefficient;
                    weights[form.parts[0].constant] -= coefficient * value;
                    at_zero_row += power * value;
                    coefficient *= b;
                    power *= b;
                }
                left[side + 1] -= e * (at_zero_row - KoalaBear::one()) * rows_weight;
            }
        }
        push_down<D>(form, at_zero, std::span(weights));

        typename ZerocheckForms<D>::Chip chip;
        chip.chip = index;
        for (const FactoredForm::Part& part : form.parts) {
            std::vector<Ext> column_weights;
            for (const std::uint32_t place : part.column_weights) column_weights.push_back(weights[place]);
            for (const auto& product : part.products)
                chip.products.emplace_back(chip.parts.size(), weights[product.second]);
            chip.parts.push_back({weights[part.constant], part.columns, std::move(column_weights)});
        }
        chip.code = &code.products;
        chip.scalars = scalar_values(code.products, at_zero);
        result.chips.push_back(std::move(chip));
    }
    for (std::size_t j = 0; j < 6; ++j) result.claim += form_weights[j] * left[j];
    return result;
}

}  // namespace sluice::backend
