// Last rounds of a sum-check, which one block makes with the transcript. SPDX-License-Identifier: MIT OR Apache-2.0
//
// What a sum-check's rounds are is told by a struct:
//
//     using Value = Sums<D, N>;                          // of a round
//     static constexpr unsigned kMessage = 3;            // elements of the extension that are sent
//     struct State { ... };                              // memory of the block
//     SLUICE_HD unsigned rounds() const;
//     SLUICE_HD unsigned setup_phases() const;
//     SLUICE_HD void setup(unsigned phase, unsigned thread, State&) const;
//     SLUICE_HD void prepare(unsigned round, unsigned thread, const LastRound<D>&, State&) const;
//     SLUICE_HD Value term(unsigned round, unsigned thread, const LastRound<D>&, State&) const;
//     SLUICE_HD void message(unsigned round, const Value& sum, Extension<D>* message, State&) const;
//
// A round is a phase of `prepare`, one of `term`, whose values of all threads are added up, and `message` by one
// thread; after the last round `prepare` is called once more.
#pragma once

#include "sluice/backend/rounds.h"
#include "sponge_kernels.h"
#include "sum_kernels.h"

namespace sluice::backend_cuda {

/// Threads of a tail's block.
inline constexpr unsigned kTailThreads = 512;

/// What the round before sent, and its challenge.
template <unsigned D>
struct LastRound {
    const Extension<D>* message;
    Extension<D> r;
};

template <unsigned D, class Rounds, class Hasher>
struct Tail {
    static constexpr unsigned kThreads = kTailThreads;
    static constexpr unsigned kMessage = Rounds::kMessage;
    using Ext = Extension<D>;
    using Value = typename Rounds::Value;
    using Sponge = SpongeLanes<Hasher, kMessage * D>;
    static_assert(D <= Sponge::kRate);

    Rounds rounds;
    typename Hasher::Sponge sponge;  ///< with nothing absorbed that was not permuted
    Ext r;                           ///< the challenge before
    DevicePointer<Ext> out;          ///< of each round its message and challenge

    struct Shared {
        Value values[kThreads];
        Ext message[kMessage];
        typename Sponge::Shared sponge;
        typename Rounds::State state;
    };
    using Local = Nothing;
    [[nodiscard]] SLUICE_HD unsigned phases() const noexcept {
        return rounds.setup_phases() + rounds.rounds() * kRoundPhases + 1;
    }
    SLUICE_HD void run(unsigned phase, const Block& block, Shared& shared, Local&) const {
        const unsigned thread = block.thread;
        const unsigned setup = rounds.setup_phases();
        if (phase < setup) {
            if (phase == 0) Sponge::load(thread, shared.sponge, sponge);
            rounds.setup(phase, thread, shared.state);
            return;
        }
        const unsigned round = (phase - setup) / kRoundPhases;
        const unsigned step = (phase - setup) % kRoundPhases;
        const auto element = [&](unsigned i) { return shared.message[i / D].limb[i % D]; };
        if (step < kFirstSum) {
            LastRound<D> last{shared.message, r};
            if (round != 0) {
                for (unsigned l = 0; l < D; ++l) last.r.limb[l] = Sponge::output(shared.sponge, l);
            }
            if (step == 1) {
                shared.values[thread] = rounds.term(round, thread, last, shared.state);
                return;
            }
            if (round != 0 && thread == 0) out[round * (kMessage + 1) - 1] = last.r;
            rounds.prepare(round, thread, last, shared.state);
        } else if (step < kMessagePhase) {
            BlockSum<kThreads>::run(step - kFirstSum, thread, shared.values);
        } else if (step > kMessagePhase) {
            Sponge::run(step - kMessagePhase - 1, thread, shared.sponge, element);
        } else if (thread == 0) {
            rounds.message(round, shared.values[0], shared.message, shared.state);
            for (unsigned i = 0; i < kMessage; ++i) out[round * (kMessage + 1) + i] = shared.message[i];
            Sponge::begin(shared.sponge, element);
        }
    }

 private:
    static constexpr unsigned kFirstSum = 2;
    static constexpr unsigned kMessagePhase = kFirstSum + BlockSum<kThreads>::kPhases;
    static constexpr unsigned kRoundPhases = kMessagePhase + 1 + Sponge::kPhases;
};

/// One of two that take turns. Indices that are not known when compiled would put kernels' parameters into local
/// memory.
template <class T>
[[nodiscard]] SLUICE_HD T in_turn(unsigned i, const T (&both)[2]) noexcept {
    return i % 2 != 0 ? both[1] : both[0];
}

/// eq(point, .) for a point and all its ends: values of the last m variables from place 2^m on.
template <unsigned D>
struct EqHeap {
    ExtView<D> values;

    [[nodiscard]] SLUICE_HD static constexpr std::uint64_t size_for(unsigned variables) noexcept {
        return std::uint64_t{2} << variables;
    }
    /// Phase m makes those of m variables; `point` has `variables` of them.
    SLUICE_HD void fill(unsigned m, unsigned variables, DevicePointer<const Extension<D>> point,
                        unsigned thread) const noexcept {
        if (m > variables) return;
        if (m == 0) {
            if (thread == 0) values.set(1, Extension<D>::one());
            return;
        }
        const Extension<D> r = point[variables - m];
        for (std::uint64_t i = thread; i < std::uint64_t{1} << m; i += kTailThreads) {
            const std::uint64_t place = (std::uint64_t{1} << m) + i;
            const Extension<D> factor = (i & 1) != 0 ? r : KoalaBear::one() - r;
            values.set(place, values.get(place / 2) * factor);
        }
    }
    /// eq of the last m variables at x.
    [[nodiscard]] SLUICE_HD Extension<D> get(unsigned m, std::uint64_t x) const noexcept {
        return values.get((std::uint64_t{1} << m) + x);
    }
    /// The sum of it over x < n, for n up to 2^m: a value for each bit of n.
    [[nodiscard]] SLUICE_HD Extension<D> sum_below(unsigned m, std::uint64_t n) const noexcept {
        Extension<D> sum = Extension<D>::zero();
        for (unsigned bit = 0; bit <= m; ++bit) {
            if (((n >> bit) & 1) != 0) sum += get(m - bit, (n >> bit) - 1);
        }
        return sum;
    }
};

}  // namespace sluice::backend_cuda
