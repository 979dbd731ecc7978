// What an ecall costs beside an instruction: the one table behind "guest weighted cost".
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include "sluice/abi/ecall.h"

namespace sluice::abi {

// Weighted cost = instructions + unaligned accesses x (kMisalignedAccessWeight - 1) + sum over ecalls of calls x weight
// + kMemcpyWeightPerWord for each 8 bytes copied. The ecall instruction counts as an instruction besides. The weight of
// a call is the number of rows that it takes in its own chip, as in systems that count rows whatever their width: this
// is the figure that targets are set for and that can be compared with others'.
//
// Rows of different chips are not equally wide: four rounds of keccak-f are about as many cells as 54 ALU rows. So a
// second figure stands beside it, cell cost: the same sum with a call's cells over the 40 cells of an ALU row, rounded
// up.
//
// The cells are those of the ecall's chips, less the 40 that the instruction counts for already (a test compares them).

inline constexpr std::uint32_t kAluRowCells = 40;

/// A misaligned load or store touches two words: it costs as two instructions.
inline constexpr std::uint32_t kMisalignedAccessWeight = 2;
/// MEMCPY: one row per 8 bytes. Length rounded up to 8.
inline constexpr std::uint32_t kMemcpyWeightPerWord = 1;
/// Cells of that row, if source and destination lie differently in their words; else it has 18.
inline constexpr std::uint32_t kMemcpyWordCells = 32;

/// Cost of one call, without the ecall instruction itself.
struct EcallCost {
    std::uint64_t number;  ///< Ecall
    std::uint32_t rows;    ///< rows of the ecall's own chip
    std::uint32_t cells;   ///< trace cells of its chips, less kAluRowCells

    [[nodiscard]] constexpr std::uint32_t weight() const noexcept { return rows; }
    /// Cells as ALU instruction rows, rounded up.
    [[nodiscard]] constexpr std::uint32_t cell_weight() const noexcept {
        return (cells + kAluRowCells - 1) / kAluRowCells;
    }
};

namespace detail {
/// One row of `columns` cells, in the place of the instruction's own.
constexpr EcallCost chip(Ecall ecall, std::uint32_t columns) noexcept {
    return {static_cast<std::uint64_t>(ecall), 1, columns - kAluRowCells};
}
}  // namespace detail

inline constexpr std::array kEcallCosts{
    detail::chip(Ecall::halt, 41),
    // No-ops of the machine: the instruction alone.
    EcallCost{SLUICE_ECALL_DEBUG_WRITE, 0, 0},
    EcallCost{SLUICE_ECALL_COST_SCOPE_BEGIN, 0, 0},
    EcallCost{SLUICE_ECALL_COST_SCOPE_END, 0, 0},
    // The call, a source word read ahead, and what two words overwritten in part have more than others (54 instead of
    // 32): as dear as it gets without the bytes, which are kMemcpyWeightPerWord and kMemcpyWordCells.
    EcallCost{SLUICE_ECALL_MEMCPY, 1, 23 + 22 + 2 * (54 - kMemcpyWordCells) - kAluRowCells},
    // The weight is one a round, as where a row is a round, and one for the block. Six rows of four rounds, and the
    // call's; a test compares them with the machine.
    EcallCost{SLUICE_ECALL_KECCAK_F, 24, 6 * 2163 + 1060 - kAluRowCells},
    EcallCost{SLUICE_ECALL_KECCAK_ABSORB, 25, 6 * 2163 + 1439 - kAluRowCells},
    // The weight is one a round and one a step of the schedule, with 16 to load and add, as where those are rows. The
    // call's row, and 64 of rounds.
    EcallCost{SLUICE_ECALL_SHA256_COMPRESS, 64 + 16 + 48, 151 + 64 * 312 - kAluRowCells},
    detail::chip(Ecall::secp256k1_add, 292),
    detail::chip(Ecall::secp256k1_double, 233),
    detail::chip(Ecall::uint256_mulmod_add, 280),
    detail::chip(Ecall::bn254_fp_add, 128),
    detail::chip(Ecall::bn254_fp_sub, 128),
    detail::chip(Ecall::bn254_fp_mul, 190),
    detail::chip(Ecall::bn254_fp2_add, 235),
    detail::chip(Ecall::bn254_fp2_sub, 235),
    detail::chip(Ecall::bn254_fp2_mul, 360),
    detail::chip(Ecall::bls12_381_fp_add, 178),
    detail::chip(Ecall::bls12_381_fp_sub, 178),
    detail::chip(Ecall::bls12_381_fp_mul, 272),
    detail::chip(Ecall::bls12_381_fp2_add, 335),
    detail::chip(Ecall::bls12_381_fp2_sub, 335),
    detail::chip(Ecall::bls12_381_fp2_mul, 524),
    detail::chip(Ecall::poseidon2_16, 238),
    detail::chip(Ecall::poseidon2_24, 345),
};

/// The row of `number` in the table; an all-zero row for a number that is no ecall.
[[nodiscard]] constexpr EcallCost ecall_cost(std::uint64_t number) noexcept {
    for (const EcallCost& cost : kEcallCosts) {
        if (cost.number == number) return cost;
    }
    return {number, 0, 0};
}

/// Rows of one call beside those of its chip that `kEcallCosts` states: for MEMCPY the `length` bytes copied.
[[nodiscard]] constexpr std::uint64_t ecall_length_weight(std::uint64_t number, std::uint64_t length) noexcept {
    return number == SLUICE_ECALL_MEMCPY ? (length + 7) / 8 * kMemcpyWeightPerWord : 0;
}

/// Weight of one call: ecall_cost(number).weight(), and for MEMCPY the `length` bytes copied.
[[nodiscard]] constexpr std::uint64_t ecall_weight(std::uint64_t number, std::uint64_t length) noexcept {
    return ecall_cost(number).weight() + ecall_length_weight(number, length);
}

/// The same by cells.
[[nodiscard]] constexpr std::uint64_t ecall_cell_weight(std::uint64_t number, std::uint64_t length) noexcept {
    return ecall_cost(number).cell_weight() + ecall_length_weight(number, length);
}

}  // namespace sluice::abi
