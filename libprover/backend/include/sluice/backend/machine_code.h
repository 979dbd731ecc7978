// A machine's chips compiled: what all backends, tables and memory plans share. SPDX-License-Identifier: MIT OR
// Apache-2.0
#pragma once

#include <vector>

#include "sluice/backend/factored_form.h"
#include "sluice/backend/tile_code.h"
#include "sluice/machine/program.h"

namespace sluice::backend {

struct ChipCode {
    /// Makes the leaves of the trees: a use for each interaction, of its multiplicity and its elements.
    TileCode leaves;
    FactoredForm form;  ///< Z of the zerocheck
    /// Computes its products: a use for each, part after part, then one for the factor of each part after the first.
    TileCode products;
};

/// By chip, of a machine whose public values and challenges may be any. It is never changed: threads share it.
using MachineCode = std::vector<ChipCode>;

[[nodiscard]] MachineCode compile_machine(const machine::Machine& machine);

}  // namespace sluice::backend
