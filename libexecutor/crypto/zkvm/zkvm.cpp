// All that sluice/crypto declares, and sluice::keccak256, as calls of the zkVM accelerator standard.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// The standard's types are aligned to 8, ours are bytes: small operands are copied into place. Arrays of pairs are
// handed on where they lie, aligned or not; the standard's target has misaligned access to main memory (Zicclsm).
#include <cstring>

#include "sluice/base/keccak.h"
#include "sluice/crypto/bls12_381.h"
#include "sluice/crypto/bn254.h"
#include "sluice/crypto/ecdsa.h"
#include "sluice/crypto/hash.h"
#include "sluice/crypto/kzg.h"
#include "sluice/crypto/modexp.h"
#include "zkvm_accelerators.h"

namespace sluice {
namespace {

template <class Bytes>
Bytes load(const std::uint8_t* source) noexcept {
    Bytes bytes;
    std::memcpy(bytes.data, source, sizeof bytes.data);
    return bytes;
}

template <class Bytes>
bool store(zkvm_status status, const Bytes& bytes, std::uint8_t* target) noexcept {
    if (status != ZKVM_EOK) return false;
    std::memcpy(target, bytes.data, sizeof bytes.data);
    return true;
}

Hash32 hash_of(const zkvm_bytes_32& bytes) noexcept {
    return Hash32::from(bytes.data);
}

zkvm_bytes_64 two_integers(const Uint256& a, const Uint256& b) noexcept {
    zkvm_bytes_64 bytes;
    a.to_be(bytes.data);
    b.to_be(bytes.data + 32);
    return bytes;
}

/// An empty view may have a null pointer, on which the standard lets a program end.
const std::uint8_t* data_of(ByteView bytes) noexcept {
    static constexpr std::uint8_t kNothing = 0;
    return bytes.data() != nullptr ? bytes.data() : &kNothing;
}

template <class Pair>
const Pair* pairs_at(ByteView bytes) noexcept {
    return reinterpret_cast<const Pair*>(data_of(bytes));
}

crypto::PairingResult pairing_result(zkvm_status status, bool verified) noexcept {
    if (status != ZKVM_EOK) return crypto::PairingResult::invalid;
    return verified ? crypto::PairingResult::one : crypto::PairingResult::not_one;
}

}  // namespace

Hash32 keccak256(ByteView data) noexcept {
    zkvm_keccak256_hash hash;
    (void)zkvm_keccak256(data_of(data), data.size(), &hash);  // cannot fail
    return hash_of(hash);
}

namespace crypto {

Hash32 sha256(ByteView data) noexcept {
    zkvm_sha256_hash hash;
    (void)zkvm_sha256(data_of(data), data.size(), &hash);  // cannot fail
    return hash_of(hash);
}

std::array<std::uint8_t, 20> ripemd160(ByteView data) noexcept {
    zkvm_ripemd160_hash hash;
    (void)zkvm_ripemd160(data_of(data), data.size(), &hash);  // cannot fail
    std::array<std::uint8_t, 20> result;
    std::memcpy(result.data(), hash.data + 12, result.size());
    return result;
}

void blake2f(std::uint32_t rounds, std::uint64_t h[8], const std::uint64_t m[16], const std::uint64_t t[2],
             bool final_block) noexcept {
    zkvm_blake2f_state state;
    zkvm_blake2f_message message;
    zkvm_blake2f_offset offset;
    std::memcpy(state.data, h, sizeof state.data);
    std::memcpy(message.data, m, sizeof message.data);
    std::memcpy(offset.data, t, sizeof offset.data);
    (void)zkvm_blake2f(rounds, &state, &message, &offset, final_block ? 1 : 0);  // fails for other flags only
    std::memcpy(h, state.data, sizeof state.data);
}

bool modexp(ByteView base, ByteView exponent, ByteView modulus, MutableBytes output, Arena&) noexcept {
    if (modulus.empty()) return true;  // no output to point at
    return zkvm_modexp(data_of(base), base.size(), data_of(exponent), exponent.size(), modulus.data(), modulus.size(),
                       output.data()) == ZKVM_EOK;
}

bool secp256k1_recover(const Hash32& message_hash, const Uint256& r, const Uint256& s, std::uint8_t recovery_id,
                       std::uint8_t public_key[64]) noexcept {
    const auto message = load<zkvm_secp256k1_hash>(message_hash.bytes.data());
    const zkvm_secp256k1_signature signature = two_integers(r, s);
    zkvm_secp256k1_pubkey key;
    return store(zkvm_secp256k1_ecrecover(&message, &signature, recovery_id, &key), key, public_key);
}

bool secp256k1_verify(const Hash32& message_hash, const Uint256& r, const Uint256& s,
                      const std::uint8_t public_key[64]) noexcept {
    const auto message = load<zkvm_secp256k1_hash>(message_hash.bytes.data());
    const zkvm_secp256k1_signature signature = two_integers(r, s);
    const auto key = load<zkvm_secp256k1_pubkey>(public_key);
    bool verified = false;
    return zkvm_secp256k1_verify(&message, &signature, &key, &verified) == ZKVM_EOK && verified;
}

bool secp256r1_verify(const Hash32& message_hash, const Uint256& r, const Uint256& s, const Uint256& x,
                      const Uint256& y) noexcept {
    const auto message = load<zkvm_secp256r1_hash>(message_hash.bytes.data());
    const zkvm_secp256r1_signature signature = two_integers(r, s);
    const zkvm_secp256r1_pubkey key = two_integers(x, y);
    bool verified = false;
    return zkvm_secp256r1_verify(&message, &signature, &key, &verified) == ZKVM_EOK && verified;
}

bool bn254_add(const std::uint8_t a[64], const std::uint8_t b[64], std::uint8_t out[64]) noexcept {
    const auto p = load<zkvm_bn254_g1_point>(a);
    const auto q = load<zkvm_bn254_g1_point>(b);
    zkvm_bn254_g1_point sum;
    return store(zkvm_bn254_g1_add(&p, &q, &sum), sum, out);
}

bool bn254_mul(const std::uint8_t point[64], const std::uint8_t scalar[32], std::uint8_t out[64]) noexcept {
    const auto p = load<zkvm_bn254_g1_point>(point);
    const auto factor = load<zkvm_bn254_scalar>(scalar);
    zkvm_bn254_g1_point product;
    return store(zkvm_bn254_g1_mul(&p, &factor, &product), product, out);
}

PairingResult bn254_pairing(ByteView pairs) noexcept {
    constexpr std::size_t kPair = sizeof(zkvm_bn254_pairing_pair);
    if (pairs.size() % kPair != 0) return PairingResult::invalid;
    bool verified = false;
    const zkvm_status status =
        zkvm_bn254_pairing(pairs_at<zkvm_bn254_pairing_pair>(pairs), pairs.size() / kPair, &verified);
    return pairing_result(status, verified);
}

bool kzg_verify_point(const std::uint8_t commitment[48], const std::uint8_t z[32], const std::uint8_t y[32],
                      const std::uint8_t proof[48]) noexcept {
    const auto c = load<zkvm_kzg_commitment>(commitment);
    const auto at = load<zkvm_kzg_field_element>(z);
    const auto value = load<zkvm_kzg_field_element>(y);
    const auto w = load<zkvm_kzg_proof>(proof);
    bool verified = false;
    return zkvm_kzg_point_eval(&c, &at, &value, &w, &verified) == ZKVM_EOK && verified;
}

bool g1_add(const std::uint8_t a[96], const std::uint8_t b[96], std::uint8_t out[96]) noexcept {
    const auto p = load<zkvm_bls12_381_g1_point>(a);
    const auto q = load<zkvm_bls12_381_g1_point>(b);
    zkvm_bls12_381_g1_point sum;
    return store(zkvm_bls12_g1_add(&p, &q, &sum), sum, out);
}

bool g1_msm(ByteView pairs, std::uint8_t out[96], Arena&) noexcept {
    constexpr std::size_t kPair = sizeof(zkvm_bls12_381_g1_msm_pair);
    if (pairs.size() % kPair != 0) return false;
    zkvm_bls12_381_g1_point sum{};
    if (pairs.empty()) return store(ZKVM_EOK, sum, out);  // infinity; the standard leaves this case open
    return store(zkvm_bls12_g1_msm(pairs_at<zkvm_bls12_381_g1_msm_pair>(pairs), pairs.size() / kPair, &sum), sum, out);
}

bool g2_add(const std::uint8_t a[192], const std::uint8_t b[192], std::uint8_t out[192]) noexcept {
    const auto p = load<zkvm_bls12_381_g2_point>(a);
    const auto q = load<zkvm_bls12_381_g2_point>(b);
    zkvm_bls12_381_g2_point sum;
    return store(zkvm_bls12_g2_add(&p, &q, &sum), sum, out);
}

bool g2_msm(ByteView pairs, std::uint8_t out[192], Arena&) noexcept {
    constexpr std::size_t kPair = sizeof(zkvm_bls12_381_g2_msm_pair);
    if (pairs.size() % kPair != 0) return false;
    zkvm_bls12_381_g2_point sum{};
    if (pairs.empty()) return store(ZKVM_EOK, sum, out);
    return store(zkvm_bls12_g2_msm(pairs_at<zkvm_bls12_381_g2_msm_pair>(pairs), pairs.size() / kPair, &sum), sum, out);
}

PairingResult pairing_check(ByteView pairs) noexcept {
    constexpr std::size_t kPair = sizeof(zkvm_bls12_381_pairing_pair);
    if (pairs.size() % kPair != 0) return PairingResult::invalid;
    if (pairs.empty()) return PairingResult::one;
    bool verified = false;
    const zkvm_status status =
        zkvm_bls12_pairing(pairs_at<zkvm_bls12_381_pairing_pair>(pairs), pairs.size() / kPair, &verified);
    return pairing_result(status, verified);
}

bool map_fp_to_g1(const std::uint8_t element[48], std::uint8_t out[96]) noexcept {
    const auto u = load<zkvm_bls12_381_fp>(element);
    zkvm_bls12_381_g1_point point;
    return store(zkvm_bls12_map_fp_to_g1(&u, &point), point, out);
}

bool map_fp2_to_g2(const std::uint8_t element[96], std::uint8_t out[192]) noexcept {
    const auto u = load<zkvm_bls12_381_fp2>(element);
    zkvm_bls12_381_g2_point point;
    return store(zkvm_bls12_map_fp2_to_g2(&u, &point), point, out);
}

}  // namespace crypto
}  // namespace sluice
