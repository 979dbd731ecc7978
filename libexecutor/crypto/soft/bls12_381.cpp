// BLS12-381 in software.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "sluice/crypto/bls12_381.h"

#include "crypto/soft/pairing/bls12_381.h"

namespace sluice::crypto {
namespace {
using Curve = pairing::Bls12_381<pairing::Bls12_381Fp, pairing::Bls12_381Fp2>;
}

bool g1_add(const std::uint8_t a[96], const std::uint8_t b[96], std::uint8_t out[96]) noexcept {
    return Curve::add_points<Curve::G1>(a, b, out);
}

bool g1_msm(ByteView pairs, std::uint8_t out[96], Arena& scratch) noexcept {
    return Curve::sum_of_products<Curve::G1>(pairs, out, scratch);
}

bool g2_add(const std::uint8_t a[192], const std::uint8_t b[192], std::uint8_t out[192]) noexcept {
    return Curve::add_points<Curve::G2>(a, b, out);
}

bool g2_msm(ByteView pairs, std::uint8_t out[192], Arena& scratch) noexcept {
    return Curve::sum_of_products<Curve::G2>(pairs, out, scratch);
}

PairingResult pairing_check(ByteView pairs) noexcept {
    return Curve::pairing_check(pairs);
}

bool map_fp_to_g1(const std::uint8_t element[48], std::uint8_t out[96]) noexcept {
    Curve::Fp u;
    if (!Curve::load(element, u)) return false;
    Curve::map_to_group(u, out);
    return true;
}

bool map_fp2_to_g2(const std::uint8_t element[96], std::uint8_t out[192]) noexcept {
    Curve::Fp2 u;
    if (!Curve::load(element, u)) return false;
    Curve::map_to_group(u, out);
    return true;
}

}  // namespace sluice::crypto
