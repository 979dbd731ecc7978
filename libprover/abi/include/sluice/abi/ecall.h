/* Every ecall of the machine: number, registers, alignment, aliasing, exceptional cases.
 * The macros are readable by C, C++ and assembler; the rest is C++.
 * SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef SLUICE_ABI_ECALL_H
#define SLUICE_ABI_ECALL_H

#include "sluice/abi/features.h"

/* Conventions that hold for all of them.
 *
 *   Registers   a7 is the number, a0 to a3 the arguments, all 64 bits of each. No ecall writes a register; execution
 *               goes on at pc + 4.
 *   Memory      A pointer argument names aligned 8-byte words (MEMCPY alone takes any byte address). A pointer that is
 *               not a multiple of 8 is the trap `ecall_misaligned`. An input word outside readable memory is the trap
 *               `load_fault`, an output word outside writable memory the trap `store_fault`.
 *   Aliasing    Operands may overlap in any way: all inputs are read before the first output word is written.
 *   Numbers     Multi-word integers are little-endian 64-bit limbs, least significant first; never Montgomery form,
 *               but for the elements of POSEIDON2.
 *               A field element is canonical when it is below the modulus.
 *   Traps       A trap ends the run; a run that trapped has no proof. If several conditions hold at once, which one is
 *               named is not specified, but it is a trap all the same.
 *   Features    An ecall of a group whose bit is missing in the machine, and a number not listed here, is the trap
 *               `unknown_ecall`.
 *
 * The meaning in code is sluice/abi/semantics.h; emulator and circuits share it. */

/* HALT: ends the run.
 *   a0  exit code: the 32-bit int that main returned, sign-extended to 64 bits. It is kept whole; 0 alone is success.
 *       Any other upper half is the trap `ecall_bad_argument`, so that no value is ever cut down to 0.
 *   a1  address of 32 bytes: SHA-256 of the public output
 *   a2  address of the public output \ a hint for the host, which takes the output from there and must check that it
 *   a3  length of the public output  / has the digest of a1. The machine itself does not look at a2 and a3. */
#define SLUICE_ECALL_HALT 0x00

/* DEBUG_WRITE: shows bytes to the host; no statement contains them. Changes no state and never traps: the host drops
 * what it cannot read.
 *   a0  address, any alignment
 *   a1  length */
#define SLUICE_ECALL_DEBUG_WRITE 0x01

/* COST_SCOPE_BEGIN, COST_SCOPE_END: attribute the cost in between to a scope. Scopes nest; an END that does not match
 * the innermost BEGIN is ignored by the host. Change no state, never trap.
 *   a0  scope id, below 256 */
#define SLUICE_ECALL_COST_SCOPE_BEGIN 0x02
#define SLUICE_ECALL_COST_SCOPE_END 0x03

/* MEMCPY: copies bytes; the result is right for overlapping ranges too (the meaning of C's memmove).
 *   a0  destination, any alignment
 *   a1  source, any alignment
 *   a2  length, at most SLUICE_MEMCPY_MAX; more is the trap `ecall_bad_argument`
 * Length 0 does nothing and does not look at the addresses. All aligned words that hold a byte of the source are read,
 * all that hold a byte of the destination are written; bytes of those words outside the destination keep their value.
 */
#define SLUICE_ECALL_MEMCPY 0x10
#define SLUICE_MEMCPY_MAX 0x10000

/* KECCAK_F: the permutation Keccak-f[1600] in place (FIPS 202, section 3.3).
 *   a0  25 lanes; lane (x, y) is word 5 y + x */
#define SLUICE_ECALL_KECCAK_F 0x20

/* KECCAK_ABSORB: XORs a block of rate 136 into lanes 0 to 16, then does KECCAK_F.
 *   a0  25 lanes, in place
 *   a1  17 words: the block's bytes as they are in the message */
#define SLUICE_ECALL_KECCAK_ABSORB 0x21

/* SHA256_COMPRESS: the compression function of SHA-256 in place (FIPS 180-4, section 6.2.2).
 *   a0  state: H0 to H7, 32-bit integers in the machine's byte order, H0 at the lowest address; 4 words
 *   a1  message block: 64 bytes as they are in the message; 8 words */
#define SLUICE_ECALL_SHA256_COMPRESS 0x28

/* SECP256K1_ADD: P := P + Q on secp256k1 for P different from Q and -Q.
 *   a0  P, in place: x, then y; 8 words
 *   a1  Q: x, then y; 8 words
 * A coordinate that is not canonical is the trap `ecall_non_canonical`. Equal x coordinates (P = Q, P = -Q) are the
 * trap `ecall_degenerate`. There is no form for the point at infinity; (0, 0) is a pair like any other. Whether the
 * points lie on the curve is not checked: the result is the chord formula's, s = (y2 - y1) / (x2 - x1), x3 = s^2 - x1 -
 * x2, y3 = s (x1 - x3) - y1, all canonical. */
#define SLUICE_ECALL_SECP256K1_ADD 0x30

/* SECP256K1_DOUBLE: P := 2 P on secp256k1.
 *   a0  P, in place: x, then y; 8 words
 * A coordinate that is not canonical is the trap `ecall_non_canonical`; y = 0 is the trap `ecall_degenerate` (no point
 * of the curve has it). Otherwise the tangent formula, on the curve or not: s = 3 x^2 / (2 y), x3 = s^2 - 2 x, y3 = s
 * (x - x3) - y, all canonical. */
#define SLUICE_ECALL_SECP256K1_DOUBLE 0x31

/* UINT256_MULMOD_ADD: result := (a b + c) mod m; the product and sum are not cut to 256 bits.
 *   a0  result; 4 words
 *   a1  a; 4 words, any value
 *   a2  b; 4 words, any value
 *   a3  c, then m; 8 words, any value. m = 0 stands for 2^256. */
#define SLUICE_ECALL_UINT256_MULMOD_ADD 0x40

/* Arithmetic modulo the base field primes of bn254 (EIP-196) and BLS12-381 (EIP-2537): result := x op y.
 *   a0  result
 *   a1  x
 *   a2  y
 * FP operands are 4 words for bn254 and 6 for BLS12-381. FP2 operands are c0, then c1, of c0 + c1 u with u^2 = -1 (both
 * fields). An input that is not canonical is the trap `ecall_non_canonical`; results are canonical. */
#define SLUICE_ECALL_BN254_FP_ADD 0x50
#define SLUICE_ECALL_BN254_FP_SUB 0x51
#define SLUICE_ECALL_BN254_FP_MUL 0x52
#define SLUICE_ECALL_BN254_FP2_ADD 0x54
#define SLUICE_ECALL_BN254_FP2_SUB 0x55
#define SLUICE_ECALL_BN254_FP2_MUL 0x56
#define SLUICE_ECALL_BLS12_381_FP_ADD 0x58
#define SLUICE_ECALL_BLS12_381_FP_SUB 0x59
#define SLUICE_ECALL_BLS12_381_FP_MUL 0x5a
#define SLUICE_ECALL_BLS12_381_FP2_ADD 0x5c
#define SLUICE_ECALL_BLS12_381_FP2_SUB 0x5d
#define SLUICE_ECALL_BLS12_381_FP2_MUL 0x5e

/* POSEIDON2_16, POSEIDON2_24: the permutation Poseidon2 over KoalaBear, p = 2^31 - 2^24 + 1, of 16 or of 24 elements,
 * in place (eprint 2023/323; constants and matrices are those of libprover/hash, which are Plonky3's). a0  state:
 * 32-bit integers in the machine's byte order, element 0 at the lowest address; 8 or 12 words An integer w stands for
 * the element w / 2^32: Montgomery form, in which programs hold elements in memory, so that a call needs no conversion.
 * Every input is taken, w of p or more as its residue; results are below p. */
#define SLUICE_ECALL_POSEIDON2_16 0x60
#define SLUICE_ECALL_POSEIDON2_24 0x61

/* One row per ecall: X(lower-case name, macro suffix, feature bit or 0 if every machine has it). */
#define SLUICE_FOR_EACH_ECALL(X)                                      \
    X(halt, HALT, 0)                                                  \
    X(debug_write, DEBUG_WRITE, 0)                                    \
    X(cost_scope_begin, COST_SCOPE_BEGIN, 0)                          \
    X(cost_scope_end, COST_SCOPE_END, 0)                              \
    X(memcpy, MEMCPY, SLUICE_FEATURE_MEMCPY)                          \
    X(keccak_f, KECCAK_F, SLUICE_FEATURE_KECCAK)                      \
    X(keccak_absorb, KECCAK_ABSORB, SLUICE_FEATURE_KECCAK)            \
    X(sha256_compress, SHA256_COMPRESS, SLUICE_FEATURE_SHA256)        \
    X(secp256k1_add, SECP256K1_ADD, SLUICE_FEATURE_SECP256K1)         \
    X(secp256k1_double, SECP256K1_DOUBLE, SLUICE_FEATURE_SECP256K1)   \
    X(uint256_mulmod_add, UINT256_MULMOD_ADD, SLUICE_FEATURE_UINT256) \
    X(bn254_fp_add, BN254_FP_ADD, SLUICE_FEATURE_BN254)               \
    X(bn254_fp_sub, BN254_FP_SUB, SLUICE_FEATURE_BN254)               \
    X(bn254_fp_mul, BN254_FP_MUL, SLUICE_FEATURE_BN254)               \
    X(bn254_fp2_add, BN254_FP2_ADD, SLUICE_FEATURE_BN254)             \
    X(bn254_fp2_sub, BN254_FP2_SUB, SLUICE_FEATURE_BN254)             \
    X(bn254_fp2_mul, BN254_FP2_MUL, SLUICE_FEATURE_BN254)             \
    X(bls12_381_fp_add, BLS12_381_FP_ADD, SLUICE_FEATURE_BLS12_381)   \
    X(bls12_381_fp_sub, BLS12_381_FP_SUB, SLUICE_FEATURE_BLS12_381)   \
    X(bls12_381_fp_mul, BLS12_381_FP_MUL, SLUICE_FEATURE_BLS12_381)   \
    X(bls12_381_fp2_add, BLS12_381_FP2_ADD, SLUICE_FEATURE_BLS12_381) \
    X(bls12_381_fp2_sub, BLS12_381_FP2_SUB, SLUICE_FEATURE_BLS12_381) \
    X(bls12_381_fp2_mul, BLS12_381_FP2_MUL, SLUICE_FEATURE_BLS12_381) \
    X(poseidon2_16, POSEIDON2_16, SLUICE_FEATURE_POSEIDON2)           \
    X(poseidon2_24, POSEIDON2_24, SLUICE_FEATURE_POSEIDON2)

#if defined(__cplusplus) && !defined(__ASSEMBLER__)

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace sluice::abi {

/// The ecalls by number.
enum class Ecall : std::uint64_t {
#define SLUICE_ECALL_ROW(name, suffix, feature) name = SLUICE_ECALL_##suffix,
    SLUICE_FOR_EACH_ECALL(SLUICE_ECALL_ROW)
#undef SLUICE_ECALL_ROW
};

/// One more than the largest ecall number: the size of a table indexed by number.
inline constexpr std::size_t kEcallNumberEnd = SLUICE_ECALL_POSEIDON2_24 + 1;

/// The ecall's name as in this header, lower case; empty for a number that is none.
[[nodiscard]] constexpr std::string_view ecall_name(std::uint64_t number) noexcept {
    switch (number) {
#define SLUICE_ECALL_ROW(name, suffix, feature) \
    case SLUICE_ECALL_##suffix:                 \
        return #name;
        SLUICE_FOR_EACH_ECALL(SLUICE_ECALL_ROW)
#undef SLUICE_ECALL_ROW
        default:
            return {};
    }
}

/// True if a machine with feature word `features` has the ecall.
[[nodiscard]] constexpr bool has_ecall(std::uint64_t features, std::uint64_t number) noexcept {
    switch (number) {
#define SLUICE_ECALL_ROW(name, suffix, feature) \
    case SLUICE_ECALL_##suffix:                 \
        return (feature) == 0 || (features & (feature)) != 0;
        SLUICE_FOR_EACH_ECALL(SLUICE_ECALL_ROW)
#undef SLUICE_ECALL_ROW
        default:
            return false;
    }
}

}  // namespace sluice::abi

#endif
#endif
