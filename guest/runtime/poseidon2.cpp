// The runtime's Poseidon2: by the machine where it has the feature, and in software. SPDX-License-Identifier: MIT OR
// Apache-2.0
#include "sluice/hash/poseidon2.h"

#include "runtime_backends.h"
#include "sluice_guest.h"

namespace {

using sluice::math::KoalaBear;

template <unsigned kWidth>
void permute(uint32_t* state) noexcept {
    if (sluice::runtime::poseidon2_if_there<kWidth>(state)) return;
    KoalaBear elements[kWidth];
    for (unsigned i = 0; i < kWidth; ++i) elements[i] = KoalaBear::from_montgomery(state[i] % KoalaBear::kModulus);
    sluice::hash::poseidon2<kWidth>(elements);
    for (unsigned i = 0; i < kWidth; ++i) state[i] = elements[i].montgomery;
}

}  // namespace

extern "C" {

void sluice_poseidon2_16(uint32_t* state) {
    permute<16>(state);
}
void sluice_poseidon2_24(uint32_t* state) {
    permute<24>(state);
}

}  // extern "C"
