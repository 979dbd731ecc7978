// The Poseidon2 permutation over KoalaBear, widths 16 and 24.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
//   KoalaBear state[16] = ...;
//   hash::poseidon2<16>(state);
//
// Grassi, Khovratovich, Schofnegger: "Poseidon2", eprint 2023/323. S-box x^3, 8 full rounds, 20 (width 16) or 23 (width
// 24) partial rounds; round constants from libprover/hash/tools/poseidon2_constants.py. Both matrices are those of
// Plonky3 (poseidon2/src/external.rs, koala-bear/src/poseidon2.rs), whose test vectors this meets.
#pragma once

#include "sluice/base/hd.h"
#include "sluice/hash/poseidon2_constants.h"
#include "sluice/math/koala_bear.h"

namespace sluice::hash {

using math::KoalaBear;

/// The permutation in 64-bit integers, reduced as seldom as their range allows. Bounds are in units of p, or named;
/// 2^63 is 2.03 p^2.
template <unsigned Width>
struct Poseidon2 {
    static_assert(Width == 16 || Width == 24, "no parameters for this width");
    using Parameters = Poseidon2Parameters<Width>;
    static constexpr unsigned kFullRounds = Parameters::kFullRounds;
    static constexpr unsigned kPartialRounds = Parameters::kPartialRounds;

    /// Round constants and the diagonal of the partial rounds' matrix, in Montgomery form.
    struct Table {
        std::uint32_t full[kFullRounds][Width];
        std::uint32_t partial[kPartialRounds];
        std::int32_t diagonal[Width];  ///< between -p/2 and p/2
    };
    [[nodiscard]] SLUICE_HD static constexpr Table table() noexcept {
        constexpr typename Parameters::Table kCanonical = Parameters::canonical();
        Table result{};
        for (unsigned round = 0; round < kFullRounds; ++round) {
            for (unsigned i = 0; i < Width; ++i)
                result.full[round][i] = KoalaBear::from_canonical(kCanonical.full[round][i]).montgomery;
        }
        for (unsigned round = 0; round < kPartialRounds; ++round)
            result.partial[round] = KoalaBear::from_canonical(kCanonical.partial[round]).montgomery;
        for (unsigned i = 0; i < Width; ++i) {
            const auto word = static_cast<std::int32_t>(diagonal(i).montgomery);
            result.diagonal[i] = word > kModulus / 2 ? static_cast<std::int32_t>(word - kModulus) : word;
        }
        return result;
    }

    /// Entry i of the diagonal that is added to the all-ones matrix of the partial rounds:
    ///
    ///     width 16    -2, 1, 2, 1/2, 3, 4, -1/2, -3, -4, 1/2^8, 1/2^3, 1/2^24, -1/2^8, -1/2^3, -1/2^4, -1/2^24
    ///     width 24    -2, 1, 2, 1/2, 3, 4, -1/2, -3, -4, 1/2^8, 1/2^2, 1/2^3, 1/2^4, 1/2^5, 1/2^6, 1/2^24,
    ///                 -1/2^8, -1/2^3, -1/2^4, -1/2^5, -1/2^6, -1/2^7, -1/2^9, -1/2^24
    [[nodiscard]] SLUICE_HD static constexpr KoalaBear diagonal(unsigned i) noexcept {
        /// A small number, or the power of 1/2 if it is above 4; negative for the negative of either.
        constexpr int kFirst[9] = {-2, 1, 2, 5, 3, 4, -5, -3, -4};
        constexpr unsigned kHalvings16[7] = {8, 3, 24, 8, 3, 4, 24};
        constexpr unsigned kHalvings24[15] = {8, 2, 3, 4, 5, 6, 24, 8, 3, 4, 5, 6, 7, 9, 24};
        constexpr unsigned kPositive = Width == 16 ? 12 : 16;  // the first of the negative powers
        bool negative = i >= kPositive;
        KoalaBear magnitude = KoalaBear::one();
        unsigned halvings = 0;
        if (i < 9) {
            negative = kFirst[i] < 0;
            const int small = negative ? -kFirst[i] : kFirst[i];
            if (small == 5) {
                halvings = 1;
            } else {
                magnitude = KoalaBear::from_canonical(static_cast<std::uint32_t>(small));
            }
        } else {
            halvings = Width == 16 ? kHalvings16[i - 9] : kHalvings24[i - 9];
        }
        for (; halvings != 0; --halvings) magnitude = magnitude.halved();
        return negative ? -magnitude : magnitude;
    }

    /// The permutation, in place.
    SLUICE_HD static inline void permute(KoalaBear* state) noexcept {
        static constexpr Table kTable = table();
        std::int64_t x[Width];
        for (unsigned i = 0; i < Width; ++i) x[i] = state[i].montgomery;
        external_layer(x);
        for (unsigned round = 0; round < kFullRounds / 2; ++round) full_round(x, kTable.full[round]);
        for (unsigned i = 0; i < Width; ++i) x[i] = centered(x[i]);
        for (unsigned round = 0; round < kPartialRounds; ++round)
            partial_round(x, kTable.partial[round], kTable.diagonal);
        for (unsigned round = kFullRounds / 2; round < kFullRounds; ++round) full_round(x, kTable.full[round]);
        for (unsigned i = 0; i < Width; ++i) state[i] = KoalaBear::from_montgomery(below_p(x[i]));
    }

    /// The matrix of the full rounds: circ(2 M, M, ..., M) for M = circ(2, 3, 1, 1) on groups of four. Its rows have
    /// the sum 7 (Width / 4 + 1), so 35 or 49.
    SLUICE_HD static constexpr void external_layer(std::int64_t* x) noexcept {
        for (unsigned group = 0; group < Width; group += 4) {
            const std::int64_t x0 = x[group];
            const std::int64_t x1 = x[group + 1];
            const std::int64_t x2 = x[group + 2];
            const std::int64_t x3 = x[group + 3];
            const std::int64_t all_and_1 = x0 + x1 + x2 + x3 + x1;
            const std::int64_t all_and_3 = x0 + x1 + x2 + x3 + x3;
            x[group] = all_and_1 + x0 + x1;
            x[group + 1] = all_and_1 + 2 * x2;
            x[group + 2] = all_and_3 + x2 + x3;
            x[group + 3] = all_and_3 + 2 * x0;
        }
        for (unsigned i = 0; i < 4; ++i) {
            std::int64_t sum = 0;
            for (unsigned j = i; j < Width; j += 4) sum += x[j];
            for (unsigned j = i; j < Width; j += 4) x[j] += sum;
        }
    }

    /// Takes numbers in (-49, 49) and leaves numbers in (-45, 45).
    SLUICE_HD static constexpr void full_round(std::int64_t* x, const std::uint32_t* constants) noexcept {
        for (unsigned i = 0; i < Width; ++i) x[i] = cube(centered(x[i] + constants[i]));
        external_layer(x);
    }

    /// Takes and leaves numbers in (-1.9, 1.9): the products are within 0.95 p^2, reduced within 0.98, and the sum of
    /// the elements, within 49, adds less than 0.9.
    SLUICE_HD static constexpr void partial_round(std::int64_t* x, std::uint32_t constant,
                                                  const std::int32_t* diagonal) noexcept {
        x[0] = cube(centered(x[0] + constant));
        std::int64_t sum = 0;
        for (unsigned i = 0; i < Width; ++i) sum += x[i];
        sum = centered(sum);
        for (unsigned i = 0; i < Width; ++i) x[i] = reduced(x[i] * diagonal[i]) + sum;
    }

 private:
    static constexpr std::int64_t kModulus = KoalaBear::kModulus;
    /// What makes numbers above -49 positive: a multiple of p.
    static constexpr std::int64_t kBias = 49 * kModulus;

    /// A number in [0, 1.79) that is congruent to x in (-49, 51): 2^31 is 2^24 - 1 mod p, so the low 31 bits, and 2^24
    /// - 1 times the rest, which is at most 99.
    SLUICE_HD static constexpr std::int64_t folded(std::int64_t x) noexcept {
        const std::int64_t positive = x + kBias;
        return positive - (positive >> 31) * kModulus;
    }
    /// One in (-0.9, 0.9), for x in (-49, 50).
    SLUICE_HD static constexpr std::int64_t centered(std::int64_t x) noexcept {
        constexpr std::int64_t kMiddle = kModulus / 64 * 57;
        return folded(x + kMiddle) - kMiddle;
    }
    /// The one in [0, 1).
    SLUICE_HD static constexpr std::uint32_t below_p(std::int64_t x) noexcept {
        const std::int64_t result = folded(x);
        return static_cast<std::uint32_t>(result >= kModulus ? result - kModulus : result);
    }
    /// x / 2^32 mod p, at most |x| / 2^32 + p / 2 in size, for |x| up to 1.02 p^2.
    SLUICE_HD static constexpr std::int64_t reduced(std::int64_t x) noexcept {
        constexpr std::uint32_t kMinusInverse = 0x7effffff;  // -1 / p mod 2^32
        const auto factor = static_cast<std::int32_t>(static_cast<std::uint32_t>(x) * kMinusInverse);
        return (x + factor * kModulus) >> 32;
    }
    /// For x in (-0.9, 0.9): the square is within 0.81 p^2, reduced within 0.91, times x within 0.82 p^2, and that
    /// reduced within 0.91. x^3 of Montgomery words.
    SLUICE_HD static constexpr std::int64_t cube(std::int64_t x) noexcept { return reduced(reduced(x * x) * x); }
};

/// Poseidon2 of `Width` elements in place.
template <unsigned Width>
SLUICE_HD inline void poseidon2(KoalaBear* state) noexcept {
    Poseidon2<Width>::permute(state);
}

}  // namespace sluice::hash
