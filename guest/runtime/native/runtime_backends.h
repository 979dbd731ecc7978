// Natively there is nothing to accelerate with: the software versions stand in for all backends.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstdint>

#include "crypto/soft/keccak.h"
#include "crypto/soft/pairing/bls12_381.h"
#include "crypto/soft/pairing/bn254.h"
#include "crypto/soft/pairing/kzg.h"
#include "crypto/soft/secp256k1.h"
#include "crypto/soft/secp256r1.h"
#include "crypto/soft/sha256.h"
#include "sluice/abi/features.h"

namespace sluice::runtime {

[[nodiscard]] constexpr bool has_feature(std::uint64_t) noexcept {
    return false;
}

using Keccak = crypto::soft::PlainKeccak;
using Sha256 = crypto::soft::PlainSha256;
using Secp256k1 = crypto::soft::secp256k1::Plain;
using Secp256r1 = crypto::soft::secp256r1::Plain;
using Bn254 = crypto::pairing::Bn254<crypto::pairing::Bn254Fp, crypto::pairing::Bn254Fp2>;
using Bls12_381 = crypto::pairing::Bls12_381<crypto::pairing::Bls12_381Fp, crypto::pairing::Bls12_381Fp2>;
using Kzg = crypto::pairing::Kzg<crypto::pairing::Bls12_381Fp, crypto::pairing::Bls12_381Fp2>;

template <unsigned kWidth>
[[nodiscard]] constexpr bool poseidon2_if_there(std::uint32_t*) noexcept {
    return false;
}
[[nodiscard]] constexpr bool modexp_if_short(ByteView, ByteView, ByteView, MutableBytes) noexcept {
    return false;
}

}  // namespace sluice::runtime
