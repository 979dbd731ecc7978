// Chips of the fields of bn254 and BLS12-381. SPDX-License-Identifier: MIT OR Apache-2.0
#include "accelerators/prime_field.chip.h"
#include "step_chip.h"

namespace sluice::chips {

namespace {

template <class Field>
void add_field(std::vector<StepChip>& chips, std::uint64_t feature) {
    chips.push_back(call_chip<FieldSum<Field, 1>>(feature));
    chips.push_back(call_chip<FieldProduct<Field, 1>>(feature));
    chips.push_back(call_chip<FieldSum<Field, 2>>(feature));
    chips.push_back(call_chip<FieldProduct<Field, 2>>(feature));
}

}  // namespace

void add_fields(std::vector<StepChip>& chips) {
    add_field<Bn254>(chips, SLUICE_FEATURE_BN254);
    add_field<Bls12381>(chips, SLUICE_FEATURE_BLS12_381);
}

}  // namespace sluice::chips
