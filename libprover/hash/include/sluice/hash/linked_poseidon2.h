// Poseidon2 as the linked library has it. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include "sluice/hash/poseidon2.h"

namespace sluice::hash {

/// The permutation of `Width` elements, in place, for hashers (poseidon2_hasher.h) that run inside a zkVM as well. A
/// program links sluice::hash_soft, which computes it, or sluice::hash_zkvm, which asks the runtime of the guest.
template <unsigned Width>
struct LinkedPoseidon2 {
    /// `state` is aligned to 8.
    static void permute(KoalaBear* state) noexcept;
};
template <>
void LinkedPoseidon2<16>::permute(KoalaBear* state) noexcept;
template <>
void LinkedPoseidon2<24>::permute(KoalaBear* state) noexcept;

}  // namespace sluice::hash
