// KZG point evaluation in software.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "sluice/crypto/kzg.h"

#include "crypto/soft/pairing/kzg.h"

namespace sluice::crypto {

bool kzg_verify_point(const std::uint8_t commitment[48], const std::uint8_t z[32], const std::uint8_t y[32],
                      const std::uint8_t proof[48]) noexcept {
    return pairing::Kzg<pairing::Bls12_381Fp, pairing::Bls12_381Fp2>::verify(commitment, z, y, proof);
}

}  // namespace sluice::crypto
