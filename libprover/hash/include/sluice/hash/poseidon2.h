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

/// What the permutation asks of an element type beside addition and subtraction. A vector of elements that specialises
/// it runs the same permutation in each of its lanes.
template <class T>
struct Poseidon2Element;

template <>
struct Poseidon2Element<KoalaBear> {
    SLUICE_HD static constexpr KoalaBear add_constant(KoalaBear x, KoalaBear constant) noexcept { return x + constant; }
    SLUICE_HD static constexpr KoalaBear cube(KoalaBear x) noexcept { return x.square() * x; }
    SLUICE_HD static constexpr KoalaBear doubled(KoalaBear x) noexcept { return x.doubled(); }
    /// x / 2^Power, 1 <= Power <= 24.
    ///
    /// With x = high 2^Power + low: since p = 1 mod 2^24, x - low p is divisible by 2^Power, and the quotient is
    /// high - low 127 2^(24-Power). Both terms are below p.
    template <unsigned Power>
    SLUICE_HD static constexpr KoalaBear divided(KoalaBear x) noexcept {
        static_assert(Power >= 1 && Power <= KoalaBear::kTwoAdicity);
        const std::uint32_t low = x.montgomery & ((std::uint32_t{1} << Power) - 1);
        const std::uint32_t subtrahend = (low << (31 - Power)) - (low << (24 - Power));
        return KoalaBear{x.montgomery >> Power} - KoalaBear{subtrahend};
    }
};

/// The pieces of the permutation, apart for the tests.
template <unsigned Width, class T = KoalaBear>
struct Poseidon2 {
    static_assert(Width == 16 || Width == 24, "no parameters for this width");
    using Parameters = Poseidon2Parameters<Width>;
    using Element = Poseidon2Element<T>;
    static constexpr unsigned kFullRounds = Parameters::kFullRounds;
    static constexpr unsigned kPartialRounds = Parameters::kPartialRounds;

    /// Round constants as field elements.
    struct Table {
        KoalaBear full[kFullRounds][Width];
        KoalaBear partial[kPartialRounds];
    };
    [[nodiscard]] SLUICE_HD static constexpr Table table() noexcept {
        constexpr typename Parameters::Table kCanonical = Parameters::canonical();
        Table result{};
        for (unsigned round = 0; round < kFullRounds; ++round) {
            for (unsigned i = 0; i < Width; ++i)
                result.full[round][i] = KoalaBear::from_canonical(kCanonical.full[round][i]);
        }
        for (unsigned round = 0; round < kPartialRounds; ++round)
            result.partial[round] = KoalaBear::from_canonical(kCanonical.partial[round]);
        return result;
    }

    /// The matrix of the full rounds: circ(2 M, M, ..., M) for M = circ(2, 3, 1, 1) on groups of four.
    SLUICE_HD static constexpr void external_layer(T* state) noexcept {
        for (unsigned group = 0; group < Width; group += 4) {
            T* x = state + group;
            const T sum01 = x[0] + x[1];
            const T sum23 = x[2] + x[3];
            const T all = sum01 + sum23;
            const T all_and_1 = all + x[1];
            const T all_and_3 = all + x[3];
            x[3] = all_and_3 + Element::doubled(x[0]);
            x[1] = all_and_1 + Element::doubled(x[2]);
            x[0] = all_and_1 + sum01;
            x[2] = all_and_3 + sum23;
        }
        for (unsigned i = 0; i < 4; ++i) {
            T sum = state[i] + state[4 + i];
            for (unsigned j = 8 + i; j < Width; j += 4) sum = sum + state[j];
            for (unsigned j = i; j < Width; j += 4) state[j] = state[j] + sum;
        }
    }

    /// The matrix of the partial rounds: all ones, plus on the diagonal
    ///
    ///     width 16    -2, 1, 2, 1/2, 3, 4, -1/2, -3, -4, 1/2^8, 1/2^3, 1/2^24, -1/2^8, -1/2^3, -1/2^4, -1/2^24
    ///     width 24    -2, 1, 2, 1/2, 3, 4, -1/2, -3, -4, 1/2^8, 1/2^2, 1/2^3, 1/2^4, 1/2^5, 1/2^6, 1/2^24,
    ///                 -1/2^8, -1/2^3, -1/2^4, -1/2^5, -1/2^6, -1/2^7, -1/2^9, -1/2^24
    SLUICE_HD static constexpr void internal_layer(T* state) noexcept {
        T rest = state[1];
        for (unsigned i = 2; i < Width; ++i) rest = rest + state[i];
        const T sum = state[0] + rest;
        state[0] = rest - state[0];
        state[1] = sum + state[1];
        state[2] = sum + Element::doubled(state[2]);
        state[3] = sum + Element::template divided<1>(state[3]);
        state[4] = sum + (Element::doubled(state[4]) + state[4]);
        state[5] = sum + Element::doubled(Element::doubled(state[5]));
        state[6] = sum - Element::template divided<1>(state[6]);
        state[7] = sum - (Element::doubled(state[7]) + state[7]);
        state[8] = sum - Element::doubled(Element::doubled(state[8]));
        state[9] = sum + Element::template divided<8>(state[9]);
        if constexpr (Width == 16) {
            state[10] = sum + Element::template divided<3>(state[10]);
            state[11] = sum + Element::template divided<24>(state[11]);
            state[12] = sum - Element::template divided<8>(state[12]);
            state[13] = sum - Element::template divided<3>(state[13]);
            state[14] = sum - Element::template divided<4>(state[14]);
            state[15] = sum - Element::template divided<24>(state[15]);
        } else {
            state[10] = sum + Element::template divided<2>(state[10]);
            state[11] = sum + Element::template divided<3>(state[11]);
            state[12] = sum + Element::template divided<4>(state[12]);
            state[13] = sum + Element::template divided<5>(state[13]);
            state[14] = sum + Element::template divided<6>(state[14]);
            state[15] = sum + Element::template divided<24>(state[15]);
            state[16] = sum - Element::template divided<8>(state[16]);
            state[17] = sum - Element::template divided<3>(state[17]);
            state[18] = sum - Element::template divided<4>(state[18]);
            state[19] = sum - Element::template divided<5>(state[19]);
            state[20] = sum - Element::template divided<6>(state[20]);
            state[21] = sum - Element::template divided<7>(state[21]);
            state[22] = sum - Element::template divided<9>(state[22]);
            state[23] = sum - Element::template divided<24>(state[23]);
        }
    }

    SLUICE_HD static constexpr void full_round(T* state, const KoalaBear* constants) noexcept {
        for (unsigned i = 0; i < Width; ++i) state[i] = Element::cube(Element::add_constant(state[i], constants[i]));
        external_layer(state);
    }
    SLUICE_HD static constexpr void partial_round(T* state, KoalaBear constant) noexcept {
        state[0] = Element::cube(Element::add_constant(state[0], constant));
        internal_layer(state);
    }

    /// The permutation, in place.
    SLUICE_HD static inline void permute(T* state) noexcept {
        static constexpr Table kTable = table();
        external_layer(state);
        for (unsigned round = 0; round < kFullRounds / 2; ++round) full_round(state, kTable.full[round]);
        for (unsigned round = 0; round < kPartialRounds; ++round) partial_round(state, kTable.partial[round]);
        for (unsigned round = kFullRounds / 2; round < kFullRounds; ++round) full_round(state, kTable.full[round]);
    }
};

/// Poseidon2 of `Width` elements in place.
template <unsigned Width, class T>
SLUICE_HD inline void poseidon2(T* state) noexcept {
    Poseidon2<Width, T>::permute(state);
}

}  // namespace sluice::hash
