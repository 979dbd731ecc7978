// LinkedPoseidon2 computed here. SPDX-License-Identifier: MIT OR Apache-2.0
#include "sluice/hash/linked_poseidon2.h"

namespace sluice::hash {

template <>
void LinkedPoseidon2<16>::permute(KoalaBear* state) noexcept {
    poseidon2<16>(state);
}
template <>
void LinkedPoseidon2<24>::permute(KoalaBear* state) noexcept {
    poseidon2<24>(state);
}

}  // namespace sluice::hash
