// 0x0a: proof that a blob's polynomial has a value at a point (EIP-4844).
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "precompiles/input.h"
#include "sluice/crypto/hash.h"
#include "sluice/crypto/kzg.h"

namespace sluice::executor {

std::uint64_t kzg_point_evaluation_gas(ByteView, Fork) noexcept {
    return 50000;
}

namespace {

constexpr std::size_t kSize = 192;  // versioned hash 32, z 32, y 32, commitment 48, proof 48
constexpr std::uint8_t kVersionKzg = 0x01;

/// FIELD_ELEMENTS_PER_BLOB = 4096, then BLS_MODULUS, each 32 big-endian bytes.
constexpr std::uint8_t kOutput[64] = {0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,
                                      0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,    0,
                                      0,    0,    0,    0,    0x10, 0x00, 0x73, 0xed, 0xa7, 0x53, 0x29, 0x9d, 0x7d,
                                      0x48, 0x33, 0x39, 0xd8, 0x08, 0x09, 0xa1, 0xd8, 0x05, 0x53, 0xbd, 0xa4, 0x02,
                                      0xff, 0xfe, 0x5b, 0xfe, 0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x01};

}  // namespace

Result<PrecompileResult> kzg_point_evaluation_run(ByteView input, Fork, Arena&) noexcept {
    if (input.size() != kSize) return kPrecompileFailure;
    const std::uint8_t* bytes = input.data();
    const std::uint8_t* commitment = bytes + 96;
    Hash32 versioned_hash = crypto::sha256({commitment, 48});
    versioned_hash.bytes[0] = kVersionKzg;
    if (!(versioned_hash == Hash32::from(bytes))) return kPrecompileFailure;
    if (!crypto::kzg_verify_point(commitment, bytes + 32, bytes + 64, bytes + 144)) return kPrecompileFailure;
    return PrecompileResult{true, kOutput};
}

}  // namespace sluice::executor
