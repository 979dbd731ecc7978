// The last rounds of a sum-check over the product of two vectors. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include "sumcheck_kernels.h"
#include "tail_kernels.h"

namespace sluice::backend_cuda {

/// Rounds of ProductRounds, each of which first folds what the round before left.
template <unsigned D>
struct ProductTail {
    using Ext = Extension<D>;
    using Value = Sums<D, 2>;
    using Last = LastRound<D>;
    static constexpr unsigned kMessage = 3;
    struct State {
        Ext claim;
    };

    unsigned count;         ///< of rounds
    std::uint64_t size;     ///< of what the first one folds
    ExtView<D> a[2], b[2];  ///< that, and by turns what rounds leave
    Ext claim;
    unsigned kept_round;      ///< what this round makes of `a`, or the last challenge after all rounds,
    DevicePointer<Ext> kept;  ///< goes here as well

    [[nodiscard]] SLUICE_HD unsigned rounds() const noexcept { return count; }
    [[nodiscard]] SLUICE_HD unsigned setup_phases() const noexcept { return 1; }
    SLUICE_HD void setup(unsigned, unsigned thread, State& state) const {
        if (thread == 0) state.claim = claim;
    }
    SLUICE_HD void prepare(unsigned round, unsigned thread, const Last& last, State& state) const {
        if (round != 0 && thread == 0)
            state.claim = backend::quadratic_through(last.message[0], last.message[1], last.message[2], last.r);
        if (round != count || kept_round != count) return;
        const std::uint64_t source = size_in(round);
        for (std::uint64_t i = thread; 2 * i < source; i += kTailThreads)
            kept[i] = fold_at(in_turn(round, a), source, i, last.r);
    }
    SLUICE_HD Value term(unsigned round, unsigned thread, const Last& last, State&) const {
        Value sum{};
        const std::uint64_t source = size_in(round);
        for (std::uint64_t x = thread; 4 * x < source; x += kTailThreads) {
            Ext of_a[2], of_b[2];
            make(round, source, 2 * x, last.r, of_a[0], of_b[0]);
            make(round, source, 2 * x + 1, last.r, of_a[1], of_b[1]);
            sum += product_of(of_a, of_b);
        }
        return sum;
    }
    SLUICE_HD void message(unsigned, const Value& sum, Ext* out, State& state) const {
        out[0] = sum.value[0];
        out[1] = state.claim - out[0];
        out[2] = backend::quadratic_at_two(out[0], out[1], sum.value[1]);
    }

 private:
    /// Of what a round folds.
    [[nodiscard]] SLUICE_HD std::uint64_t size_in(unsigned round) const noexcept {
        return (size + (std::uint64_t{1} << round) - 1) >> round;
    }
    /// Elements i of what a round leaves.
    SLUICE_HD void make(unsigned round, std::uint64_t source, std::uint64_t i, const Ext& r, Ext& of_a,
                        Ext& of_b) const {
        of_a = of_b = Ext::zero();
        if (2 * i >= source) return;
        of_a = fold_at(in_turn(round, a), source, i, r);
        of_b = fold_at(in_turn(round, b), source, i, r);
        in_turn(round + 1, a).set(i, of_a);
        in_turn(round + 1, b).set(i, of_b);
        if (round == kept_round) kept[i] = of_a;
    }
};

}  // namespace sluice::backend_cuda
