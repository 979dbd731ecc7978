// zkvm_accelerators.h over the crypto templates: instantiated with the backends of the runtime this is compiled for,
// where the machine has the feature, and in software. SPDX-License-Identifier: MIT OR Apache-2.0
#include <cstdlib>
#include <cstring>

#include "crypto/soft/kernels.h"
#include "crypto/soft/pairing/bls12_381.h"
#include "crypto/soft/pairing/bn254.h"
#include "crypto/soft/pairing/kzg.h"
#include "runtime/limits.h"
#include "runtime_backends.h"
#include "zkvm_accelerators.h"

using namespace sluice;
using runtime::has_feature;

namespace {

namespace soft = crypto::soft;
using crypto::pairing::Bls12_381Fp;
using crypto::pairing::Bls12_381Fp2;
using SoftBls12_381 = crypto::pairing::Bls12_381<Bls12_381Fp, Bls12_381Fp2>;
using SoftKzg = crypto::pairing::Kzg<Bls12_381Fp, Bls12_381Fp2>;
using SoftBn254 = crypto::pairing::Bn254<crypto::pairing::Bn254Fp, crypto::pairing::Bn254Fp2>;

// secp256k1 needs 256-bit arithmetic beside the curve.
constexpr std::uint64_t kSecp256k1Features = SLUICE_FEATURE_SECP256K1 | SLUICE_FEATURE_UINT256;

// In bss: what is not written costs nothing.
alignas(64) std::uint8_t scratch_memory[runtime::kScratchSize];

Arena scratch() noexcept {
    return Arena(scratch_memory, sizeof scratch_memory);
}

// -- Arguments

// The standard wants a program that passes a null pointer to end.
template <class... Pointers>
[[gnu::always_inline]] inline void require(const Pointers*... pointers) noexcept {
    const bool all = ((pointers != nullptr) && ...);
    if (!all) [[unlikely]] {
        abort();
    }
}

ByteView view(const std::uint8_t* data, std::size_t size) noexcept {
    if (size != 0) require(data);
    return {data, size};
}

Uint256 integer(const std::uint8_t* bytes) noexcept {
    return Uint256::from_be(bytes);
}

template <class T>
ByteView bytes_of(const T* items, std::size_t count) noexcept {
    if (count != 0) require(items);
    // More items than memory holds cannot have come from a valid pointer; the product would wrap.
    if (count > (std::uint64_t{1} << 32) / sizeof(T)) abort();
    return {reinterpret_cast<const std::uint8_t*>(items), count * sizeof(T)};
}

zkvm_status status(bool ok) noexcept {
    return ok ? ZKVM_EOK : ZKVM_EFAIL;
}

zkvm_status pairing_status(crypto::PairingResult result, bool* verified) noexcept {
    *verified = result == crypto::PairingResult::one;
    return status(result != crypto::PairingResult::invalid);
}

template <class Curve, class Coordinate>
bool map_to_curve(const std::uint8_t* element, std::uint8_t* point) noexcept {
    Coordinate u;
    if (!Curve::load(element, u)) return false;
    Curve::map_to_group(u, point);
    return true;
}

}  // namespace

extern "C" {

zkvm_status zkvm_keccak256(const std::uint8_t* data, std::size_t len, zkvm_keccak256_hash* output) {
    require(output);
    const Hash32 hash = soft::keccak256<runtime::Keccak>(view(data, len));
    std::memcpy(output->data, hash.bytes.data(), sizeof output->data);
    return ZKVM_EOK;
}

zkvm_status zkvm_sha256(const std::uint8_t* data, std::size_t len, zkvm_sha256_hash* output) {
    require(output);
    const Hash32 hash = soft::sha256<runtime::Sha256>(view(data, len));
    std::memcpy(output->data, hash.bytes.data(), sizeof output->data);
    return ZKVM_EOK;
}

zkvm_status zkvm_ripemd160(const std::uint8_t* data, std::size_t len, zkvm_ripemd160_hash* output) {
    require(output);
    const auto hash = soft::ripemd160(view(data, len));
    std::memset(output->data, 0, 12);
    std::memcpy(output->data + 12, hash.data(), hash.size());
    return ZKVM_EOK;
}

zkvm_status zkvm_secp256k1_verify(const zkvm_secp256k1_hash* msg, const zkvm_secp256k1_signature* sig,
                                  const zkvm_secp256k1_pubkey* pubkey, bool* verified) {
    require(msg, sig, pubkey, verified);
    const Hash32 hash = Hash32::from(msg->data);
    const Uint256 r = integer(sig->data);
    const Uint256 s = integer(sig->data + 32);
    *verified = has_feature(kSecp256k1Features)
                    ? soft::secp256k1::verify<runtime::Secp256k1>(hash, r, s, pubkey->data)
                    : soft::secp256k1::verify<soft::secp256k1::Plain>(hash, r, s, pubkey->data);
    return ZKVM_EOK;
}

zkvm_status zkvm_secp256k1_ecrecover(const zkvm_secp256k1_hash* msg, const zkvm_secp256k1_signature* sig,
                                     std::uint8_t recid, zkvm_secp256k1_pubkey* output) {
    require(msg, sig, output);
    const Hash32 hash = Hash32::from(msg->data);
    const Uint256 r = integer(sig->data);
    const Uint256 s = integer(sig->data + 32);
    return status(has_feature(kSecp256k1Features)
                      ? soft::secp256k1::recover<runtime::Secp256k1>(hash, r, s, recid, output->data)
                      : soft::secp256k1::recover<soft::secp256k1::Plain>(hash, r, s, recid, output->data));
}

zkvm_status zkvm_secp256r1_verify(const zkvm_secp256r1_hash* msg, const zkvm_secp256r1_signature* sig,
                                  const zkvm_secp256r1_pubkey* pubkey, bool* verified) {
    require(msg, sig, pubkey, verified);
    const Hash32 hash = Hash32::from(msg->data);
    const Uint256 r = integer(sig->data);
    const Uint256 s = integer(sig->data + 32);
    const Uint256 x = integer(pubkey->data);
    const Uint256 y = integer(pubkey->data + 32);
    *verified = has_feature(SLUICE_FEATURE_UINT256) ? soft::secp256r1::verify<runtime::Secp256r1>(hash, r, s, x, y)
                                                    : soft::secp256r1::verify<soft::secp256r1::Plain>(hash, r, s, x, y);
    return ZKVM_EOK;
}

zkvm_status zkvm_modexp(const std::uint8_t* base, std::size_t base_len, const std::uint8_t* exp, std::size_t exp_len,
                        const std::uint8_t* modulus, std::size_t mod_len, std::uint8_t* output) {
    if (mod_len != 0) require(output);
    const ByteView base_bytes = view(base, base_len);
    const ByteView exponent_bytes = view(exp, exp_len);
    const ByteView modulus_bytes = view(modulus, mod_len);
    const MutableBytes result(output, mod_len);
    if (has_feature(SLUICE_FEATURE_UINT256) &&
        runtime::modexp_if_short(base_bytes, exponent_bytes, modulus_bytes, result)) {
        return ZKVM_EOK;
    }
    Arena memory = scratch();
    return status(soft::modexp(base_bytes, exponent_bytes, modulus_bytes, result, memory));
}

zkvm_status zkvm_bn254_g1_add(const zkvm_bn254_g1_point* p1, const zkvm_bn254_g1_point* p2,
                              zkvm_bn254_g1_point* result) {
    require(p1, p2, result);
    return status(has_feature(SLUICE_FEATURE_BN254) ? runtime::Bn254::add(p1->data, p2->data, result->data)
                                                    : SoftBn254::add(p1->data, p2->data, result->data));
}

zkvm_status zkvm_bn254_g1_mul(const zkvm_bn254_g1_point* point, const zkvm_bn254_scalar* scalar,
                              zkvm_bn254_g1_point* result) {
    require(point, scalar, result);
    return status(has_feature(SLUICE_FEATURE_BN254) ? runtime::Bn254::mul(point->data, scalar->data, result->data)
                                                    : SoftBn254::mul(point->data, scalar->data, result->data));
}

zkvm_status zkvm_bn254_pairing(const zkvm_bn254_pairing_pair* pairs, std::size_t num_pairs, bool* verified) {
    require(verified);
    const ByteView bytes = bytes_of(pairs, num_pairs);
    return pairing_status(
        has_feature(SLUICE_FEATURE_BN254) ? runtime::Bn254::pairing_check(bytes) : SoftBn254::pairing_check(bytes),
        verified);
}

zkvm_status zkvm_blake2f(std::uint32_t rounds, zkvm_blake2f_state* h, const zkvm_blake2f_message* m,
                         const zkvm_blake2f_offset* t, std::uint8_t f) {
    require(h, m, t);
    if (f > 1) return ZKVM_EFAIL;
    std::uint64_t state[8];
    std::uint64_t message[16];
    std::uint64_t offset[2];
    std::memcpy(state, h->data, sizeof state);
    std::memcpy(message, m->data, sizeof message);
    std::memcpy(offset, t->data, sizeof offset);
    soft::blake2f(rounds, state, message, offset, f != 0);
    std::memcpy(h->data, state, sizeof state);
    return ZKVM_EOK;
}

zkvm_status zkvm_kzg_point_eval(const zkvm_kzg_commitment* commitment, const zkvm_kzg_field_element* z,
                                const zkvm_kzg_field_element* y, const zkvm_kzg_proof* proof, bool* verified) {
    require(commitment, z, y, proof, verified);
    *verified = has_feature(SLUICE_FEATURE_BLS12_381)
                    ? runtime::Kzg::verify(commitment->data, z->data, y->data, proof->data)
                    : SoftKzg::verify(commitment->data, z->data, y->data, proof->data);
    return ZKVM_EOK;
}

zkvm_status zkvm_bls12_g1_add(const zkvm_bls12_381_g1_point* p1, const zkvm_bls12_381_g1_point* p2,
                              zkvm_bls12_381_g1_point* result) {
    require(p1, p2, result);
    using Machine = runtime::Bls12_381;
    return status(has_feature(SLUICE_FEATURE_BLS12_381)
                      ? Machine::add_points<Machine::G1>(p1->data, p2->data, result->data)
                      : SoftBls12_381::add_points<SoftBls12_381::G1>(p1->data, p2->data, result->data));
}

zkvm_status zkvm_bls12_g1_msm(const zkvm_bls12_381_g1_msm_pair* pairs, std::size_t num_pairs,
                              zkvm_bls12_381_g1_point* result) {
    require(result);
    if (num_pairs == 0) return ZKVM_EFAIL;
    using Machine = runtime::Bls12_381;
    const ByteView bytes = bytes_of(pairs, num_pairs);
    Arena memory = scratch();
    return status(has_feature(SLUICE_FEATURE_BLS12_381)
                      ? Machine::sum_of_products<Machine::G1>(bytes, result->data, memory)
                      : SoftBls12_381::sum_of_products<SoftBls12_381::G1>(bytes, result->data, memory));
}

zkvm_status zkvm_bls12_g2_add(const zkvm_bls12_381_g2_point* p1, const zkvm_bls12_381_g2_point* p2,
                              zkvm_bls12_381_g2_point* result) {
    require(p1, p2, result);
    using Machine = runtime::Bls12_381;
    return status(has_feature(SLUICE_FEATURE_BLS12_381)
                      ? Machine::add_points<Machine::G2>(p1->data, p2->data, result->data)
                      : SoftBls12_381::add_points<SoftBls12_381::G2>(p1->data, p2->data, result->data));
}

zkvm_status zkvm_bls12_g2_msm(const zkvm_bls12_381_g2_msm_pair* pairs, std::size_t num_pairs,
                              zkvm_bls12_381_g2_point* result) {
    require(result);
    if (num_pairs == 0) return ZKVM_EFAIL;
    using Machine = runtime::Bls12_381;
    const ByteView bytes = bytes_of(pairs, num_pairs);
    Arena memory = scratch();
    return status(has_feature(SLUICE_FEATURE_BLS12_381)
                      ? Machine::sum_of_products<Machine::G2>(bytes, result->data, memory)
                      : SoftBls12_381::sum_of_products<SoftBls12_381::G2>(bytes, result->data, memory));
}

zkvm_status zkvm_bls12_pairing(const zkvm_bls12_381_pairing_pair* pairs, std::size_t num_pairs, bool* verified) {
    require(verified);
    if (num_pairs == 0) return ZKVM_EFAIL;
    const ByteView bytes = bytes_of(pairs, num_pairs);
    return pairing_status(has_feature(SLUICE_FEATURE_BLS12_381) ? runtime::Bls12_381::pairing_check(bytes)
                                                                : SoftBls12_381::pairing_check(bytes),
                          verified);
}

zkvm_status zkvm_bls12_map_fp_to_g1(const zkvm_bls12_381_fp* field_element, zkvm_bls12_381_g1_point* result) {
    require(field_element, result);
    return status(has_feature(SLUICE_FEATURE_BLS12_381)
                      ? map_to_curve<runtime::Bls12_381, runtime::Bls12_381::Fp>(field_element->data, result->data)
                      : map_to_curve<SoftBls12_381, SoftBls12_381::Fp>(field_element->data, result->data));
}

zkvm_status zkvm_bls12_map_fp2_to_g2(const zkvm_bls12_381_fp2* field_element, zkvm_bls12_381_g2_point* result) {
    require(field_element, result);
    return status(has_feature(SLUICE_FEATURE_BLS12_381)
                      ? map_to_curve<runtime::Bls12_381, runtime::Bls12_381::Fp2>(field_element->data, result->data)
                      : map_to_curve<SoftBls12_381, SoftBls12_381::Fp2>(field_element->data, result->data));
}

}  // extern "C"
