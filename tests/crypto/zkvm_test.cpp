// crypto_zkvm over a scripted accelerator: which arguments arrive, and what it makes of each status and answer.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <algorithm>
#include <cstring>
#include <functional>
#include <vector>

#include "sluice/base/keccak.h"
#include "sluice/crypto/bls12_381.h"
#include "sluice/crypto/bn254.h"
#include "sluice/crypto/ecdsa.h"
#include "sluice/crypto/hash.h"
#include "sluice/crypto/kzg.h"
#include "sluice/crypto/modexp.h"
#include "support/catch.h"
#include "zkvm_accelerators.h"

using namespace sluice;
using crypto::PairingResult;

namespace {

using Bytes = std::vector<std::uint8_t>;

/// One call as the accelerator saw it, and the answer it gives.
struct Script {
    zkvm_status status = ZKVM_EOK;
    bool verified = false;
    std::vector<Bytes> arguments;
    std::vector<std::uint64_t> numbers;
    int calls = 0;
};
Script script;

void take(const void* data, std::size_t size) {
    REQUIRE(data != nullptr);
    const auto* bytes = static_cast<const std::uint8_t*>(data);
    script.arguments.emplace_back(bytes, bytes + size);
}

/// Notes the operands, fills the result with 1, 2, 3, ... and gives the scripted status.
template <class Output, class... Operands>
zkvm_status answer(Output* output, const Operands*... operands) {
    ++script.calls;
    (take(operands, sizeof *operands), ...);
    REQUIRE(output != nullptr);
    std::uint8_t next = 1;
    for (auto& byte : output->data) byte = next++;
    return script.status;
}
template <class... Operands>
zkvm_status verdict(bool* verified, const Operands*... operands) {
    ++script.calls;
    (take(operands, sizeof *operands), ...);
    REQUIRE(verified != nullptr);
    *verified = script.verified;
    return script.status;
}
template <class Output>
zkvm_status answer_hash(const std::uint8_t* data, std::size_t size, Output* output) {
    take(data, size);
    return answer(output);
}

Bytes counting(std::size_t size, std::uint8_t first) {
    Bytes bytes(size);
    for (auto& byte : bytes) byte = first++;
    return bytes;
}

Bytes concatenated(const Bytes& a, const Bytes& b) {
    Bytes bytes = a;
    bytes.insert(bytes.end(), b.begin(), b.end());
    return bytes;
}

const Bytes kMessage = counting(32, 100);
const Uint256 kR = Uint256::from_be(counting(32, 10).data());
const Uint256 kS = Uint256::from_be(counting(32, 50).data());

}  // namespace

extern "C" {

zkvm_status zkvm_keccak256(const std::uint8_t* data, std::size_t len, zkvm_keccak256_hash* output) {
    return answer_hash(data, len, output);
}
zkvm_status zkvm_sha256(const std::uint8_t* data, std::size_t len, zkvm_sha256_hash* output) {
    return answer_hash(data, len, output);
}
zkvm_status zkvm_ripemd160(const std::uint8_t* data, std::size_t len, zkvm_ripemd160_hash* output) {
    return answer_hash(data, len, output);
}
zkvm_status zkvm_secp256k1_verify(const zkvm_secp256k1_hash* msg, const zkvm_secp256k1_signature* sig,
                                  const zkvm_secp256k1_pubkey* pubkey, bool* verified) {
    return verdict(verified, msg, sig, pubkey);
}
zkvm_status zkvm_secp256k1_ecrecover(const zkvm_secp256k1_hash* msg, const zkvm_secp256k1_signature* sig,
                                     std::uint8_t recid, zkvm_secp256k1_pubkey* output) {
    script.numbers = {recid};
    return answer(output, msg, sig);
}
zkvm_status zkvm_secp256r1_verify(const zkvm_secp256r1_hash* msg, const zkvm_secp256r1_signature* sig,
                                  const zkvm_secp256r1_pubkey* pubkey, bool* verified) {
    return verdict(verified, msg, sig, pubkey);
}
zkvm_status zkvm_modexp(const std::uint8_t* base, std::size_t base_len, const std::uint8_t* exp, std::size_t exp_len,
                        const std::uint8_t* modulus, std::size_t mod_len, std::uint8_t* output) {
    ++script.calls;
    take(base, base_len);
    take(exp, exp_len);
    take(modulus, mod_len);
    REQUIRE(output != nullptr);
    for (std::size_t i = 0; i < mod_len; ++i) output[i] = static_cast<std::uint8_t>(i + 1);
    return script.status;
}
zkvm_status zkvm_bn254_g1_add(const zkvm_bn254_g1_point* p1, const zkvm_bn254_g1_point* p2,
                              zkvm_bn254_g1_point* result) {
    return answer(result, p1, p2);
}
zkvm_status zkvm_bn254_g1_mul(const zkvm_bn254_g1_point* point, const zkvm_bn254_scalar* scalar,
                              zkvm_bn254_g1_point* result) {
    return answer(result, point, scalar);
}
zkvm_status zkvm_bn254_pairing(const zkvm_bn254_pairing_pair* pairs, std::size_t num_pairs, bool* verified) {
    take(pairs, num_pairs * sizeof *pairs);
    return verdict(verified);
}
zkvm_status zkvm_blake2f(std::uint32_t rounds, zkvm_blake2f_state* h, const zkvm_blake2f_message* m,
                         const zkvm_blake2f_offset* t, std::uint8_t f) {
    script.numbers = {rounds, f};
    take(h, sizeof *h);
    return answer(h, m, t);
}
zkvm_status zkvm_kzg_point_eval(const zkvm_kzg_commitment* commitment, const zkvm_kzg_field_element* z,
                                const zkvm_kzg_field_element* y, const zkvm_kzg_proof* proof, bool* verified) {
    return verdict(verified, commitment, z, y, proof);
}
zkvm_status zkvm_bls12_g1_add(const zkvm_bls12_381_g1_point* p1, const zkvm_bls12_381_g1_point* p2,
                              zkvm_bls12_381_g1_point* result) {
    return answer(result, p1, p2);
}
zkvm_status zkvm_bls12_g1_msm(const zkvm_bls12_381_g1_msm_pair* pairs, std::size_t num_pairs,
                              zkvm_bls12_381_g1_point* result) {
    take(pairs, num_pairs * sizeof *pairs);
    return answer(result);
}
zkvm_status zkvm_bls12_g2_add(const zkvm_bls12_381_g2_point* p1, const zkvm_bls12_381_g2_point* p2,
                              zkvm_bls12_381_g2_point* result) {
    return answer(result, p1, p2);
}
zkvm_status zkvm_bls12_g2_msm(const zkvm_bls12_381_g2_msm_pair* pairs, std::size_t num_pairs,
                              zkvm_bls12_381_g2_point* result) {
    take(pairs, num_pairs * sizeof *pairs);
    return answer(result);
}
zkvm_status zkvm_bls12_pairing(const zkvm_bls12_381_pairing_pair* pairs, std::size_t num_pairs, bool* verified) {
    take(pairs, num_pairs * sizeof *pairs);
    return verdict(verified);
}
zkvm_status zkvm_bls12_map_fp_to_g1(const zkvm_bls12_381_fp* field_element, zkvm_bls12_381_g1_point* result) {
    return answer(result, field_element);
}
zkvm_status zkvm_bls12_map_fp2_to_g2(const zkvm_bls12_381_fp2* field_element, zkvm_bls12_381_g2_point* result) {
    return answer(result, field_element);
}

}  // extern "C"

TEST_CASE("hashes hand on their message and take the digest, RIPEMD-160's from behind 12 bytes") {
    const Bytes message = counting(45, 7);
    script = {};
    const auto same = [](const auto& digest, const Bytes& expected) {
        return Bytes(digest.begin(), digest.end()) == expected;
    };
    REQUIRE(same(keccak256(message).bytes, counting(32, 1)));
    REQUIRE(same(crypto::sha256(message).bytes, counting(32, 1)));
    REQUIRE(same(crypto::ripemd160(message), counting(20, 13)));
    REQUIRE(script.arguments == std::vector<Bytes>{message, message, message});
}

TEST_CASE("an accelerator never gets a null pointer, since it may end the program on one") {
    // take() above refuses one.
    script = {};
    (void)keccak256({});
    (void)crypto::sha256({});
    (void)crypto::ripemd160({});
    (void)crypto::bn254_pairing({});
    REQUIRE(script.calls == 4);
    REQUIRE(script.arguments == std::vector<Bytes>(4));

    std::uint8_t memory[8];
    Arena scratch(memory, sizeof memory);
    const std::uint8_t modulus[1] = {9};
    std::uint8_t output[1] = {0};
    REQUIRE(crypto::modexp({}, {}, modulus, output, scratch));
    REQUIRE(output[0] == 1);
    // Without a modulus there is nothing to write to, and nothing to ask.
    script = {};
    REQUIRE(crypto::modexp(modulus, modulus, {}, {}, scratch));
    REQUIRE(script.calls == 0);
}

TEST_CASE("BLAKE2b's F hands on state, message, counter and flag and takes the state") {
    std::uint64_t h[8];
    std::uint64_t m[16];
    std::uint64_t t[2];
    std::memcpy(h, counting(64, 1).data(), 64);
    std::memcpy(m, counting(128, 65).data(), 128);
    std::memcpy(t, counting(16, 193).data(), 16);
    for (const bool final_block : {false, true}) {
        script = {};
        std::uint64_t state[8];
        std::memcpy(state, h, sizeof h);
        crypto::blake2f(0xfffffffe, state, m, t, final_block);
        REQUIRE(script.numbers == std::vector<std::uint64_t>{0xfffffffe, final_block ? 1u : 0u});
        REQUIRE(script.arguments == std::vector<Bytes>{counting(64, 1), counting(128, 65), counting(16, 193)});
        REQUIRE(std::memcmp(state, counting(64, 1).data(), 64) == 0);
    }
}

TEST_CASE("recovery writes r, s and the id as the standard has them, and gives no key on a failure") {
    const Hash32 hash = Hash32::from(kMessage.data());
    std::uint8_t key[64] = {0xee};
    script = {};
    REQUIRE(crypto::secp256k1_recover(hash, kR, kS, 3, key));
    REQUIRE(script.numbers == std::vector<std::uint64_t>{3});
    REQUIRE(script.arguments == std::vector<Bytes>{kMessage, concatenated(counting(32, 10), counting(32, 50))});
    REQUIRE(Bytes(key, key + 64) == counting(64, 1));
    script = {.status = ZKVM_EFAIL, .arguments = {}, .numbers = {}};
    REQUIRE(!crypto::secp256k1_recover(hash, kR, kS, 3, key));
}

TEST_CASE("verification is true only for a status that is good and an answer that is positive") {
    const Hash32 hash = Hash32::from(kMessage.data());
    const Bytes key = counting(64, 130);
    const Bytes commitment = counting(48, 1);
    const Bytes z = counting(32, 2);
    const Bytes y = counting(32, 3);
    const Bytes proof = counting(48, 4);
    const Bytes signature = concatenated(counting(32, 10), counting(32, 50));
    struct Check {
        std::function<bool()> run;
        std::vector<Bytes> arguments;
    };
    const Check checks[] = {
        {[&] { return crypto::secp256k1_verify(hash, kR, kS, key.data()); }, {kMessage, signature, key}},
        {[&] {
             return crypto::secp256r1_verify(hash, kR, kS, Uint256::from_be(key.data()),
                                             Uint256::from_be(key.data() + 32));
         },
         {kMessage, signature, key}},
        {[&] { return crypto::kzg_verify_point(commitment.data(), z.data(), y.data(), proof.data()); },
         {commitment, z, y, proof}},
    };
    for (const Check& check : checks) {
        for (const zkvm_status status : {ZKVM_EOK, ZKVM_EFAIL}) {
            for (const bool verified : {false, true}) {
                script = {};
                script.status = status;
                script.verified = verified;
                REQUIRE(check.run() == (status == ZKVM_EOK && verified));
                REQUIRE(script.arguments == check.arguments);
            }
        }
    }
}

TEST_CASE("pairings tell malformed input from a product that is not one") {
    const Bytes bn254_pairs = counting(2 * 192, 5);
    const Bytes bls_pairs = counting(3 * 288, 6);
    struct Check {
        std::function<PairingResult(ByteView)> run;
        Bytes pairs;
    };
    const Check checks[] = {{crypto::bn254_pairing, bn254_pairs}, {crypto::pairing_check, bls_pairs}};
    for (const Check& check : checks) {
        const auto run = [&](zkvm_status status, bool verified) {
            script = {};
            script.status = status;
            script.verified = verified;
            const PairingResult result = check.run(check.pairs);
            REQUIRE(script.arguments == std::vector<Bytes>{check.pairs});
            return result;
        };
        REQUIRE(run(ZKVM_EOK, true) == PairingResult::one);
        REQUIRE(run(ZKVM_EOK, false) == PairingResult::not_one);
        REQUIRE(run(ZKVM_EFAIL, false) == PairingResult::invalid);
        REQUIRE(run(ZKVM_EFAIL, true) == PairingResult::invalid);
        script = {};
        REQUIRE(check.run(ByteView(check.pairs).first(check.pairs.size() - 1)) == PairingResult::invalid);
        REQUIRE(script.calls == 0);
    }
    // No pairs: the product is one whether or not the accelerator says so for BLS12-381, where the standard is silent.
    script = {};
    REQUIRE(crypto::pairing_check({}) == PairingResult::one);
    script.verified = true;
    REQUIRE(crypto::bn254_pairing({}) == PairingResult::one);
}

TEST_CASE("point operations hand on their operands and give a result only for a good status") {
    const Bytes a64 = counting(64, 1), b64 = counting(64, 80), scalar = counting(32, 160);
    const Bytes a96 = counting(96, 1), b96 = counting(96, 100), a192 = counting(192, 1), b192 = counting(192, 7);
    const Bytes g1_pairs = counting(2 * 128, 9), g2_pairs = counting(2 * 224, 11), fp = counting(48, 3);
    std::uint8_t memory[8];
    Arena scratch(memory, sizeof memory);
    struct Check {
        std::function<bool(std::uint8_t*)> run;
        std::vector<Bytes> arguments;
        std::size_t size;
    };
    const Check checks[] = {
        {[&](auto* out) { return crypto::bn254_add(a64.data(), b64.data(), out); }, {a64, b64}, 64},
        {[&](auto* out) { return crypto::bn254_mul(a64.data(), scalar.data(), out); }, {a64, scalar}, 64},
        {[&](auto* out) { return crypto::g1_add(a96.data(), b96.data(), out); }, {a96, b96}, 96},
        {[&](auto* out) { return crypto::g2_add(a192.data(), b192.data(), out); }, {a192, b192}, 192},
        {[&](auto* out) { return crypto::g1_msm(g1_pairs, out, scratch); }, {g1_pairs}, 96},
        {[&](auto* out) { return crypto::g2_msm(g2_pairs, out, scratch); }, {g2_pairs}, 192},
        {[&](auto* out) { return crypto::map_fp_to_g1(fp.data(), out); }, {fp}, 96},
        {[&](auto* out) { return crypto::map_fp2_to_g2(a96.data(), out); }, {a96}, 192},
    };
    for (const Check& check : checks) {
        Bytes output(check.size + 1, 0xee);
        script = {};
        REQUIRE(check.run(output.data()));
        REQUIRE(script.arguments == check.arguments);
        REQUIRE(Bytes(output.begin(), output.end() - 1) == counting(check.size, 1));
        REQUIRE(output.back() == 0xee);
        script = {};
        script.status = ZKVM_EFAIL;
        REQUIRE(!check.run(output.data()));
    }
    // The sum of no pairs is infinity, all zeros, without a call that the standard does not define.
    script = {};
    Bytes infinity(192, 0xee);
    REQUIRE(crypto::g1_msm({}, infinity.data(), scratch));
    REQUIRE(std::count(infinity.begin(), infinity.end(), 0) == 96);
    REQUIRE(crypto::g2_msm({}, infinity.data(), scratch));
    REQUIRE(std::count(infinity.begin(), infinity.end(), 0) == 192);
    REQUIRE(script.calls == 0);
    REQUIRE(!crypto::g1_msm(ByteView(g1_pairs).first(127), infinity.data(), scratch));
    REQUIRE(!crypto::g2_msm(ByteView(g2_pairs).first(223), infinity.data(), scratch));
}

TEST_CASE("a modular power is handed on whole, and a failure is one") {
    const Bytes base = counting(70, 1), exponent = counting(33, 2), modulus = counting(40, 3);
    std::uint8_t memory[8];
    Arena scratch(memory, sizeof memory);
    Bytes output(40);
    script = {};
    REQUIRE(crypto::modexp(base, exponent, modulus, output, scratch));
    REQUIRE(script.arguments == std::vector<Bytes>{base, exponent, modulus});
    REQUIRE(output == counting(40, 1));
    script.status = ZKVM_EFAIL;
    REQUIRE(!crypto::modexp(base, exponent, modulus, output, scratch));
}
