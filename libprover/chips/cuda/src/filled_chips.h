// All step chips whose rows a device fills, with the kernels. SPDX-License-Identifier: MIT OR Apache-2.0
//
// X(kernel) for each, in parts that compile apart.
#pragma once

#include "accelerators/keccak.chip.h"
#include "accelerators/memcpy.chip.h"
#include "accelerators/poseidon2.chip.h"
#include "accelerators/prime_field.chip.h"
#include "accelerators/secp256k1.chip.h"
#include "accelerators/sha256.chip.h"
#include "accelerators/uint256.chip.h"
#include "fill_kernels.h"
#include "rv64/add.chip.h"
#include "rv64/branch.chip.h"
#include "rv64/constant.chip.h"
#include "rv64/divide.chip.h"
#include "rv64/double_word.chip.h"
#include "rv64/ecall.chip.h"
#include "rv64/jump_register.chip.h"
#include "rv64/less.chip.h"
#include "rv64/load.chip.h"
#include "rv64/logic.chip.h"
#include "rv64/multiply.chip.h"
#include "rv64/shift.chip.h"
#include "rv64/store.chip.h"

#define SLUICE_FILLED_SUMS(X)      \
    X(FillSteps<Constant>)         \
    X(FillSteps<AddImmediate>)     \
    X(FillSteps<Add>)              \
    X(FillSteps<Subtract>)         \
    X(FillSteps<AddWordImmediate>) \
    X(FillSteps<AddWord>)          \
    X(FillSteps<SubtractWord>)     \
    X(FillSteps<BranchEqual>)      \
    X(FillSteps<BranchLess>)       \
    X(FillSteps<JumpRegister>)     \
    X(FillSteps<Less>)             \
    X(FillSteps<LessImmediate>)
#define SLUICE_FILLED_PRODUCTS(X)    \
    X(FillSteps<Logic>)              \
    X(FillSteps<LogicImmediate>)     \
    X(FillSteps<ShiftImmediate>)     \
    X(FillSteps<Shift>)              \
    X(FillSteps<ShiftWordImmediate>) \
    X(FillSteps<ShiftWord>)          \
    X(FillSteps<Multiply>)           \
    X(FillSteps<MultiplyWord>)       \
    X(FillSteps<MultiplyHigh>)       \
    X(FillSteps<Divide>)             \
    X(FillCalls<Uint256MulmodAdd>)
#define SLUICE_FILLED_MEMORY(X)     \
    X(FillSteps<LoadDouble>)        \
    X(FillSteps<StoreDouble>)       \
    X(FillSteps<Load>)              \
    X(FillSteps<Store>)             \
    X(FillCalls<Halt>)              \
    X(FillCalls<NoEffect>)          \
    X(FillCalls<Memcpy>)            \
    X(FillCalls<MemcpyWord>)        \
    X(FillCalls<MemcpyEdge>)        \
    X(FillCalls<MemcpyShiftedWord>) \
    X(FillCalls<MemcpyShiftedEdge>) \
    X(FillCalls<MemcpyLead>)
#define SLUICE_FILLED_FIELD(X, Field)    \
    X(FillCalls<FieldSum<Field, 1>>)     \
    X(FillCalls<FieldProduct<Field, 1>>) \
    X(FillCalls<FieldSum<Field, 2>>)     \
    X(FillCalls<FieldProduct<Field, 2>>)
#define SLUICE_FILLED_WIDE(X)  \
    X(FillCalls<Secp256k1Add>) \
    X(FillCalls<Secp256k1Double>)
#define SLUICE_FILLED_FIELDS(X)   \
    SLUICE_FILLED_FIELD(X, Bn254) \
    SLUICE_FILLED_FIELD(X, Bls12381)
#define SLUICE_FILLED_HASHES(X)        \
    X(FillCalls<KeccakF>)              \
    X(FillCalls<KeccakAbsorb>)         \
    X(FillCalls<KeccakRounds>)         \
    X(FillCalls<Sha256Compress>)       \
    X(FillCalls<Sha256Round>)          \
    X(FillCalls<Poseidon2Permute<16>>) \
    X(FillCalls<Poseidon2Permute<24>>)
#define SLUICE_FILLED(X)      \
    SLUICE_FILLED_SUMS(X)     \
    SLUICE_FILLED_PRODUCTS(X) \
    SLUICE_FILLED_MEMORY(X)   \
    SLUICE_FILLED_WIDE(X)     \
    SLUICE_FILLED_FIELDS(X)   \
    SLUICE_FILLED_HASHES(X)
