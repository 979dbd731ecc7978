/* The feature word: which accelerators the machine has.
 * Readable by C, C++ and assembler.
 * SPDX-License-Identifier: MIT OR Apache-2.0 */
#ifndef SLUICE_ABI_FEATURES_H
#define SLUICE_ABI_FEATURES_H

/* The ELF holds one read-only little-endian 64-bit word, alone in the section `.sluice.features` under the symbol
 * `sluice_features`. As linked it is SLUICE_FEATURES_ALL. Whoever makes a proving key (or an emulator asked to run a
 * poorer machine) writes the machine's own word there before the image is hashed, so it is part of the program's
 * identity. Each accelerator of the guest runtime tests its bit and otherwise runs the software version. Calling an
 * ecall whose bit the machine lacks is the trap `unknown_ecall`. */
#define SLUICE_FEATURES_SECTION ".sluice.features"

#define SLUICE_FEATURE_MEMCPY 0x01
#define SLUICE_FEATURE_KECCAK 0x02
#define SLUICE_FEATURE_SHA256 0x04
#define SLUICE_FEATURE_SECP256K1 0x08
#define SLUICE_FEATURE_UINT256 0x10
#define SLUICE_FEATURE_BN254 0x20
#define SLUICE_FEATURE_BLS12_381 0x40
#define SLUICE_FEATURE_POSEIDON2 0x80
#define SLUICE_FEATURES_ALL 0xff

#endif
