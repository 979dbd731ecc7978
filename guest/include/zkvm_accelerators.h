/* Accelerated cryptography for guest programs: names, types and values of eth-act's standard C interface
 * (zkvm-standards, c-interface-accelerators, May 2026); the text is ours.
 * C11 and C++11. SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * All functions:
 *   - return ZKVM_EOK if the operation could be done, ZKVM_EFAIL if the input is malformed: a coordinate or scalar
 *     out of range, a point off its curve or outside its subgroup where that matters, a signature nothing can be
 *     recovered from. Outputs are then unspecified. A check that comes out negative is ZKVM_EOK with *verified false;
 *   - end the program like abort() if a pointer is NULL; only a data pointer whose length is 0 may be NULL;
 *   - allow an output to be one of the inputs.
 *
 * Where the standard leaves room, this implementation reads it so:
 *   - integers are big endian, except in BLAKE2f; field elements have to be below the modulus;
 *   - bn254 is encoded as in EIP-196 and EIP-197 (a G2 coordinate has its imaginary part first);
 *   - BLS12-381 is encoded as in EIP-2537 without the 16 zero bytes in front of each element: an Fp2 element is c0,
 *     then c1;
 *   - the point at infinity is all zeros;
 *   - additions check that points are on the curve; multi-scalar multiplications and pairings the subgroup too;
 *   - scalars are any 256-bit number. */
#ifndef ZKVM_ACCELERATORS_H
#define ZKVM_ACCELERATORS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#define ZKVM_ALIGN8 alignas(8)
#else
#define ZKVM_ALIGN8 _Alignas(8)
#endif

typedef enum { ZKVM_EOK = 0, ZKVM_EFAIL = -1 } zkvm_status;

/* Byte strings of fixed size, aligned to 8. */
typedef struct {
    ZKVM_ALIGN8 uint8_t data[16];
} zkvm_bytes_16;
typedef struct {
    ZKVM_ALIGN8 uint8_t data[32];
} zkvm_bytes_32;
typedef struct {
    ZKVM_ALIGN8 uint8_t data[48];
} zkvm_bytes_48;
typedef struct {
    ZKVM_ALIGN8 uint8_t data[64];
} zkvm_bytes_64;
typedef struct {
    ZKVM_ALIGN8 uint8_t data[96];
} zkvm_bytes_96;
typedef struct {
    ZKVM_ALIGN8 uint8_t data[128];
} zkvm_bytes_128;
typedef struct {
    ZKVM_ALIGN8 uint8_t data[192];
} zkvm_bytes_192;

typedef zkvm_bytes_32 zkvm_keccak256_hash;
typedef zkvm_bytes_32 zkvm_sha256_hash;
typedef zkvm_bytes_32 zkvm_ripemd160_hash; /* 12 zero bytes, then the 20 of the hash */

typedef zkvm_bytes_32 zkvm_secp256k1_hash;
typedef zkvm_bytes_64 zkvm_secp256k1_signature; /* r, s */
typedef zkvm_bytes_64 zkvm_secp256k1_pubkey;    /* x, y */

typedef zkvm_bytes_32 zkvm_secp256r1_hash;
typedef zkvm_bytes_64 zkvm_secp256r1_signature; /* r, s */
typedef zkvm_bytes_64 zkvm_secp256r1_pubkey;    /* x, y */

typedef zkvm_bytes_64 zkvm_bn254_g1_point;  /* x, y */
typedef zkvm_bytes_128 zkvm_bn254_g2_point; /* x, y */
typedef zkvm_bytes_32 zkvm_bn254_scalar;

typedef struct {
    zkvm_bn254_g1_point g1;
    zkvm_bn254_g2_point g2;
} zkvm_bn254_pairing_pair;

typedef zkvm_bytes_96 zkvm_bls12_381_g1_point;  /* x, y */
typedef zkvm_bytes_192 zkvm_bls12_381_g2_point; /* x, y */
typedef zkvm_bytes_32 zkvm_bls12_381_scalar;
typedef zkvm_bytes_48 zkvm_bls12_381_fp;
typedef zkvm_bytes_96 zkvm_bls12_381_fp2; /* c0, c1 */

typedef struct {
    zkvm_bls12_381_g1_point point;
    zkvm_bls12_381_scalar scalar;
} zkvm_bls12_381_g1_msm_pair;

typedef struct {
    zkvm_bls12_381_g2_point point;
    zkvm_bls12_381_scalar scalar;
} zkvm_bls12_381_g2_msm_pair;

typedef struct {
    zkvm_bls12_381_g1_point g1;
    zkvm_bls12_381_g2_point g2;
} zkvm_bls12_381_pairing_pair;

typedef zkvm_bytes_64 zkvm_blake2f_state;
typedef zkvm_bytes_128 zkvm_blake2f_message;
typedef zkvm_bytes_16 zkvm_blake2f_offset;

typedef zkvm_bytes_48 zkvm_kzg_commitment; /* compressed G1 point */
typedef zkvm_bytes_48 zkvm_kzg_proof;      /* compressed G1 point */
typedef zkvm_bytes_32 zkvm_kzg_field_element;

/* Keccak-256, the KECCAK256 opcode. */
zkvm_status zkvm_keccak256(const uint8_t* data, size_t len, zkvm_keccak256_hash* output);

/* ECDSA over secp256k1. A high s is accepted. A signature out of range, or a key off the curve, is not verified
 * (ZKVM_EOK). */
zkvm_status zkvm_secp256k1_verify(const zkvm_secp256k1_hash* msg, const zkvm_secp256k1_signature* sig,
                                  const zkvm_secp256k1_pubkey* pubkey, bool* verified);

/* Precompile 0x01: the public key that signed. recid is 0 to 3 (Ethereum's v less 27). The caller makes the
 * address of it. */
zkvm_status zkvm_secp256k1_ecrecover(const zkvm_secp256k1_hash* msg, const zkvm_secp256k1_signature* sig, uint8_t recid,
                                     zkvm_secp256k1_pubkey* output);

/* Precompile 0x02. */
zkvm_status zkvm_sha256(const uint8_t* data, size_t len, zkvm_sha256_hash* output);

/* Precompile 0x03. */
zkvm_status zkvm_ripemd160(const uint8_t* data, size_t len, zkvm_ripemd160_hash* output);

/* Precompile 0x05: base^exp mod modulus in mod_len bytes. Modulus 0 gives zeros, as EIP-198 has it; 0^0 is 1. */
zkvm_status zkvm_modexp(const uint8_t* base, size_t base_len, const uint8_t* exp, size_t exp_len,
                        const uint8_t* modulus, size_t mod_len, uint8_t* output);

/* Precompile 0x06, EIP-196. */
zkvm_status zkvm_bn254_g1_add(const zkvm_bn254_g1_point* p1, const zkvm_bn254_g1_point* p2,
                              zkvm_bn254_g1_point* result);

/* Precompile 0x07, EIP-196. */
zkvm_status zkvm_bn254_g1_mul(const zkvm_bn254_g1_point* point, const zkvm_bn254_scalar* scalar,
                              zkvm_bn254_g1_point* result);

/* Precompile 0x08, EIP-197: whether the product of the pairings is one. No pairs at all: true. */
zkvm_status zkvm_bn254_pairing(const zkvm_bn254_pairing_pair* pairs, size_t num_pairs, bool* verified);

/* Precompile 0x09, EIP-152: BLAKE2b's F in place on h. `rounds` is an integer of the machine (the precompile's input
 * has it big endian); h, m and t are little-endian words; f is 0 or 1, anything else is ZKVM_EFAIL. */
zkvm_status zkvm_blake2f(uint32_t rounds, zkvm_blake2f_state* h, const zkvm_blake2f_message* m,
                         const zkvm_blake2f_offset* t, uint8_t f);

/* Precompile 0x0a, EIP-4844: whether `proof` shows that the committed polynomial is y at z. Malformed points and z or y
 * from the group order on are not verified (ZKVM_EOK). The versioned hash is the caller's to check. */
zkvm_status zkvm_kzg_point_eval(const zkvm_kzg_commitment* commitment, const zkvm_kzg_field_element* z,
                                const zkvm_kzg_field_element* y, const zkvm_kzg_proof* proof, bool* verified);

/* Precompiles 0x0b to 0x11, EIP-2537. A multi-scalar multiplication of no pairs is ZKVM_EFAIL, and so is
 * a pairing of none. */
zkvm_status zkvm_bls12_g1_add(const zkvm_bls12_381_g1_point* p1, const zkvm_bls12_381_g1_point* p2,
                              zkvm_bls12_381_g1_point* result);
zkvm_status zkvm_bls12_g1_msm(const zkvm_bls12_381_g1_msm_pair* pairs, size_t num_pairs,
                              zkvm_bls12_381_g1_point* result);
zkvm_status zkvm_bls12_g2_add(const zkvm_bls12_381_g2_point* p1, const zkvm_bls12_381_g2_point* p2,
                              zkvm_bls12_381_g2_point* result);
zkvm_status zkvm_bls12_g2_msm(const zkvm_bls12_381_g2_msm_pair* pairs, size_t num_pairs,
                              zkvm_bls12_381_g2_point* result);
zkvm_status zkvm_bls12_pairing(const zkvm_bls12_381_pairing_pair* pairs, size_t num_pairs, bool* verified);
zkvm_status zkvm_bls12_map_fp_to_g1(const zkvm_bls12_381_fp* field_element, zkvm_bls12_381_g1_point* result);
zkvm_status zkvm_bls12_map_fp2_to_g2(const zkvm_bls12_381_fp2* field_element, zkvm_bls12_381_g2_point* result);

/* Precompile 0x100, EIP-7951. Whatever is out of range or off the curve is not verified (ZKVM_EOK). */
zkvm_status zkvm_secp256r1_verify(const zkvm_secp256r1_hash* msg, const zkvm_secp256r1_signature* sig,
                                  const zkvm_secp256r1_pubkey* pubkey, bool* verified);

#ifdef __cplusplus
}
#endif
#undef ZKVM_ALIGN8
#endif
