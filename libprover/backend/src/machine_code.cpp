// See machine_code.h. SPDX-License-Identifier: MIT OR Apache-2.0
#include "sluice/backend/machine_code.h"

#include <cstddef>
#include <cstdint>

namespace sluice::backend {

namespace {
ChipCode compile_chip(const machine::Program& program) {
    const std::vector<bool> fixed = fixed_nodes(program);
    ChipCode chip;
    std::vector<std::vector<std::uint32_t>> uses;
    for (const machine::Interaction& interaction : program.interactions) {
        const auto elements = program.elements.subspan(interaction.first_element, interaction.element_count);
        uses.push_back({interaction.multiplicity});
        uses.back().insert(uses.back().end(), elements.begin(), elements.end());
    }
    chip.leaves = compile(program, fixed, uses);

    chip.form = make_factored_form(program, fixed);
    uses.clear();
    for (const FactoredForm::Part& part : chip.form.parts) {
        for (const auto& product : part.products) uses.push_back({product.first});
    }
    const std::size_t factors = chip.form.parts.size() - 1;
    for (std::size_t part = 1; part <= factors; ++part) uses.push_back({*chip.form.parts[part].factor});
    chip.products = compile(program, fixed, uses, factors);
    return chip;
}
}  // namespace

MachineCode compile_machine(const machine::Machine& machine) {
    MachineCode code;
    for (const machine::Chip& chip : machine.chips) code.push_back(compile_chip(chip.program));
    return code;
}

}  // namespace sluice::backend
