// LinkedPoseidon2 as calls of the guest's runtime. SPDX-License-Identifier: MIT OR Apache-2.0
#include "sluice/hash/linked_poseidon2.h"
#include "sluice_guest.h"

namespace sluice::hash {

// The runtime takes the elements' words.
static_assert(sizeof(KoalaBear) == sizeof(std::uint32_t));

template <>
void LinkedPoseidon2<16>::permute(KoalaBear* state) noexcept {
    sluice_poseidon2_16(&state->montgomery);
}
template <>
void LinkedPoseidon2<24>::permute(KoalaBear* state) noexcept {
    sluice_poseidon2_24(&state->montgomery);
}

}  // namespace sluice::hash
