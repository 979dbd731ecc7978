// The transcript's sponge in a block of threads. SPDX-License-Identifier: MIT OR Apache-2.0
//
// A thread has an element of the state. By the full rounds all go on in one phase each. In the partial rounds only
// element 0 meets the S-box, so that the others are sums of powers of the diagonal times what they were, and of the
// rounds' own sums: one phase makes the former, and in one more every thread runs through all rounds.
#pragma once

#include "kernel.h"
#include "sluice/hash/poseidon2_hasher.h"

namespace sluice::backend_cuda {

/// Poseidon2 by phases; the state lies in `state[0]` before and after.
template <unsigned Width>
struct Poseidon2Lanes {
    using Permutation = hash::Poseidon2<Width>;
    static constexpr unsigned kFullRounds = Permutation::kFullRounds;
    static constexpr unsigned kPartialRounds = Permutation::kPartialRounds;
    static constexpr unsigned kPhases = kFullRounds + 2;
    static_assert(kPhases % 2 == 0, "phases go from one copy of the state to the other");
    /// Threads that have something to do.
    static constexpr unsigned kLanes = Width > kPartialRounds ? Width : kPartialRounds;

    struct Shared {
        KoalaBear state[2][Width];
        KoalaBear rest[kPartialRounds];  ///< sums of the elements but the first in partial rounds, as far as known
    };

    /// A phase of a thread below kLanes.
    SLUICE_HD static void run(unsigned phase, unsigned lane, Shared& shared) noexcept {
        const KoalaBear* const from = shared.state[phase % 2];
        KoalaBear* const to = shared.state[1 - phase % 2];
        constexpr unsigned kHalf = kFullRounds / 2;
        if (phase < kHalf) {
            if (lane < Width) to[lane] = cube(external(from, lane) + table().full[phase][lane]);
        } else if (phase == kHalf) {
            if (lane < Width) to[lane] = external(from, lane);
            if (lane < kPartialRounds) shared.rest[lane] = weigh(from, table().weights[lane]);
        } else if (phase == kHalf + 1) {
            if (lane < Width) to[lane] = cube(partial_rounds(from, lane, shared.rest) + table().full[kHalf][lane]);
        } else if (phase + 1 < kPhases) {
            if (lane < Width) to[lane] = cube(external(from, lane) + table().full[phase - 1][lane]);
        } else {
            if (lane < Width) to[lane] = external(from, lane);
        }
    }

 private:
    struct Table {
        KoalaBear full[kFullRounds][Width];
        KoalaBear partial[kPartialRounds];
        KoalaBear diagonal[Width];  ///< of the partial rounds' matrix, less 1
        /// Of the state before the last matrix of the first full rounds: the sum over i > 0 of diagonal[i]^round times
        /// element i.
        KoalaBear weights[kPartialRounds][Width];
        KoalaBear powers[kPartialRounds];  ///< sums over i > 0 of diagonal[i]^k
    };
    static constexpr Table make_table() noexcept {
        constexpr auto kCanonical = Permutation::Parameters::canonical();
        Table result{};
        for (unsigned round = 0; round < kFullRounds; ++round) {
            for (unsigned i = 0; i < Width; ++i)
                result.full[round][i] = KoalaBear::from_canonical(kCanonical.full[round][i]);
        }
        KoalaBear power[Width];  // none for element 0
        for (unsigned i = 0; i < Width; ++i) {
            result.diagonal[i] = Permutation::diagonal(i);
            power[i] = i == 0 ? KoalaBear::zero() : KoalaBear::one();
        }
        for (unsigned round = 0; round < kPartialRounds; ++round) {
            result.partial[round] = KoalaBear::from_canonical(kCanonical.partial[round]);
            for (unsigned i = 0; i < Width; ++i) {
                result.weights[round][i] = transposed(power, i);
                result.powers[round] += power[i];
            }
            for (unsigned i = 0; i < Width; ++i) power[i] *= result.diagonal[i];
        }
        return result;
    }
    SLUICE_HD static const Table& table() noexcept {
        static constexpr Table kTable = make_table();
        return kTable;
    }

    SLUICE_HD static constexpr KoalaBear cube(KoalaBear x) noexcept { return x.square() * x; }

    /// Sums over the groups of four, the one of `lane` twice: of the elements as far behind `lane` in their groups.
    SLUICE_HD static constexpr KoalaBear column(const KoalaBear* x, unsigned lane, unsigned behind) noexcept {
        const unsigned place = (lane + behind) % 4;
        KoalaBear sum = x[lane / 4 * 4 + place];
        for (unsigned group = 0; group < Width; group += 4) sum += x[group + place];
        return sum;
    }
    /// Element `lane` of the state times the matrix of the full rounds (Poseidon2::external_layer).
    SLUICE_HD static constexpr KoalaBear external(const KoalaBear* x, unsigned lane) noexcept {
        const KoalaBear own = column(x, lane, 0), next = column(x, lane, 1);
        return (own + next).doubled() + next + column(x, lane, 2) + column(x, lane, 3);
    }
    /// The same of the transposed matrix.
    SLUICE_HD static constexpr KoalaBear transposed(const KoalaBear* x, unsigned lane) noexcept {
        const KoalaBear own = column(x, lane, 0), before = column(x, lane, 3);
        return (own + before).doubled() + before + column(x, lane, 1) + column(x, lane, 2);
    }
    [[nodiscard]] SLUICE_HD static KoalaBear weigh(const KoalaBear* x, const KoalaBear* weights) noexcept {
        std::uint64_t sum = 0;
        for (unsigned i = 0; i < Width; ++i) sum = add_product(sum, weights[i], x[i]);
        return KoalaBear::from_montgomery(KoalaBear::reduce_product(sum));
    }
    /// sum + a b, for a sum below 2^32 p, which it leaves below it.
    SLUICE_HD static std::uint64_t add_product(std::uint64_t sum, KoalaBear a, KoalaBear b) noexcept {
        return KoalaBear::subtract_if_large(sum + std::uint64_t{a.montgomery} * b.montgomery);
    }

    /// Element `lane` after all partial rounds.
    SLUICE_HD static KoalaBear partial_rounds(const KoalaBear* x, unsigned lane, const KoalaBear* rest) noexcept {
        std::uint64_t others[kPartialRounds];
        SLUICE_UNROLL
        for (unsigned round = 0; round < kPartialRounds; ++round)
            others[round] = std::uint64_t{rest[round].montgomery} << 32;
        KoalaBear first = x[0], own = x[lane];
        partial_rounds_from<0>(table().diagonal[lane], first, own, others);
        return lane == 0 ? first : own;
    }
    /// `others` are the sums of the elements but the first in this round and those after it, times 2^32, as far as
    /// known: each round adds its sum of all elements times a sum of powers of the diagonal to those after it. By
    /// recursion, as compilers do not unroll both loops for all cards, and the array is to be in registers.
    template <unsigned Round>
    SLUICE_HD_INLINE static void partial_rounds_from(KoalaBear factor, KoalaBear& first, KoalaBear& own,
                                                     std::uint64_t (&others)[kPartialRounds]) noexcept {
        const KoalaBear boxed = cube(first + table().partial[Round]);
        const KoalaBear other = KoalaBear::from_montgomery(KoalaBear::reduce_product(others[Round]));
        const KoalaBear sum = other + boxed;
        first = other - boxed;  // diagonal[0] is -2
        own = own * factor + sum;
        SLUICE_UNROLL
        for (unsigned later = Round + 1; later < kPartialRounds; ++later)
            others[later] = add_product(others[later], table().powers[later - Round - 1], sum);
        if constexpr (Round + 1 < kPartialRounds) partial_rounds_from<Round + 1>(factor, first, own, others);
    }
};

/// A sponge that a block absorbs `Elements` elements into at a time, and draws challenges from: no more than its rate.
template <class Hasher, unsigned Elements>
struct SpongeLanes;
template <unsigned Width, unsigned Rate, unsigned DigestLength, class Permutation, unsigned Elements>
struct SpongeLanes<hash::Poseidon2Hasher<Width, Rate, DigestLength, Permutation>, Elements> {
    using Sponge = typename hash::Poseidon2Hasher<Width, Rate, DigestLength, Permutation>::Sponge;
    using Lanes = Poseidon2Lanes<Width>;
    using Shared = typename Lanes::Shared;
    static constexpr unsigned kBlocks = (Elements + Rate - 1) / Rate;
    static constexpr unsigned kPhases = kBlocks * Lanes::kPhases;
    static constexpr unsigned kRate = Rate;

    /// As the host has it.
    SLUICE_HD static void load(unsigned thread, Shared& shared, const Sponge& sponge) noexcept {
        if (thread < Width) shared.state[0][thread] = sponge.state()[thread];
    }
    /// The first block, by one thread; `element(i)` is what is absorbed.
    template <class Element>
    SLUICE_HD static void begin(Shared& shared, const Element& element) noexcept {
        for (unsigned i = 0; i <= Rate; ++i) shared.state[0][i] = absorbed(0, i, shared.state[0][i], element);
    }
    /// A phase of the rest.
    template <class Element>
    SLUICE_HD static void run(unsigned phase, unsigned thread, Shared& shared, const Element& element) noexcept {
        if (thread >= Lanes::kLanes) return;
        Lanes::run(phase % Lanes::kPhases, thread, shared);
        const unsigned next = phase / Lanes::kPhases + 1;
        if ((phase + 1) % Lanes::kPhases == 0 && next < kBlocks && thread <= Rate)
            shared.state[0][thread] = absorbed(next, thread, shared.state[0][thread], element);
    }
    /// Element i < kRate of what is sampled.
    [[nodiscard]] SLUICE_HD static KoalaBear output(const Shared& shared, unsigned i) noexcept {
        return shared.state[0][i];
    }

 private:
    /// Element i of the state with a block absorbed, before it is permuted.
    template <class Element>
    SLUICE_HD static KoalaBear absorbed(unsigned block, unsigned i, KoalaBear before, const Element& element) noexcept {
        const unsigned first = block * Rate;
        const unsigned count = Elements - first < Rate ? Elements - first : Rate;
        if (i == Rate) return before + KoalaBear::from_canonical(count);
        return i < count ? element(first + i) : KoalaBear::zero();
    }
};

}  // namespace sluice::backend_cuda
