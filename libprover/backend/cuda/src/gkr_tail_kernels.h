// The last rounds of a layer of GKR: over rows, and then over the places of interactions, down to the children's
// values. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include "gkr_kernels.h"
#include "tail_kernels.h"

namespace sluice::backend_cuda {

/// Where an interaction's children go.
struct GkrPlace {
    std::uint32_t tree;
    std::uint32_t index;  ///< in its tree's list
};

/// Groups of the interactions in rounds by how many row variables come after: the same in all layers.
struct TailSegments {
    DevicePointer<const std::uint32_t> firsts;  ///< `count` + 1 for each number of variables
    DevicePointer<const GkrPlace> places;
    std::uint32_t count;
    std::uint32_t fractions;  ///< the first that is one

    [[nodiscard]] SLUICE_HD std::uint64_t first(unsigned variables, std::uint32_t s) const noexcept {
        return firsts[std::uint64_t{variables} * (count + 1) + s];
    }
    [[nodiscard]] SLUICE_HD std::uint64_t groups(unsigned variables) const noexcept { return first(variables, count); }
    /// The one that group x is in.
    [[nodiscard]] SLUICE_HD std::uint32_t find(unsigned variables, std::uint64_t x) const noexcept {
        std::uint32_t low = 0, high = count;
        while (high - low > 1) {
            const std::uint32_t middle = low + (high - low) / 2;
            if (first(variables, middle) <= x) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return low;
    }
};

template <unsigned D>
struct GkrTail {
    using Ext = Extension<D>;
    using Value = Sums<D, 3>;
    using Last = LastRound<D>;
    static constexpr unsigned kMessage = 3;
    static constexpr unsigned kChildren = 12;
    struct State {
        Ext claim;
    };

    TailSegments segments;
    unsigned row_rounds;    ///< at least 1
    unsigned place_rounds;  ///< places are 2^place_rounds
    bool folds_first;       ///< `source` is what the round before read
    NodesView<D, false> source;
    NodesView<D, false> turns[2];    ///< what rounds write, by turns; the one that the first does not may be `source`
    DevicePointer<const Ext> point;  ///< of the layer's claim, from the first round's variable on
    DevicePointer<const Ext> inverses;  ///< of the rows' part of it
    DevicePointer<const Ext> weights;   ///< by segment
    Ext lambda;
    Ext claim;
    Ext absent;  ///< what places without rows add to every sum
    EqHeap<D> row_eq, place_eq;
    ExtView<D> children[2];            ///< by turns: kChildren lists, one after the other
    DevicePointer<Ext> last_children;  ///< with all variables bound

    [[nodiscard]] SLUICE_HD unsigned rounds() const noexcept { return row_rounds + place_rounds; }
    [[nodiscard]] SLUICE_HD unsigned setup_phases() const noexcept {
        return row_rounds > place_rounds ? row_rounds : place_rounds;
    }
    SLUICE_HD void setup(unsigned phase, unsigned thread, State& state) const {
        row_eq.fill(phase, row_rounds - 1, point + 1, thread);
        if (place_rounds != 0) place_eq.fill(phase, place_rounds - 1, point + (row_rounds + 1), thread);
        if (phase != 0) return;
        if (thread == 0) state.claim = claim;
        for (unsigned v = 0; v < kChildren; ++v) {
            const Ext neutral = v >= 4 && v % 4 < 2 ? Ext::zero() : Ext::one();
            for (std::uint64_t y = thread; y < places(0); y += kTailThreads) set_child(0, v, y, neutral);
        }
    }

    SLUICE_HD void prepare(unsigned round, unsigned thread, const Last& last, State& state) const {
        if (round < row_rounds) {
            if (round != 0 && thread == 0)
                state.claim = backend::quadratic_through(last.message[0], last.message[1], last.message[2], last.r);
        } else if (round == row_rounds) {
            bind_rows(thread, last.r);
        } else {
            const unsigned bound = round - row_rounds;
            for (std::uint64_t i = thread; i < kChildren * places(bound); i += kTailThreads) {
                const auto v = static_cast<unsigned>(i / places(bound));
                const std::uint64_t y = i % places(bound);
                const Ext a = child(bound - 1, v, 2 * y), b = child(bound - 1, v, 2 * y + 1);
                set_child(bound, v, y, a + last.r * (b - a));
            }
        }
    }

    SLUICE_HD Value term(unsigned round, unsigned thread, const Last& last, State&) const {
        Value sum{};
        if (round < row_rounds) {
            const unsigned variables = row_rounds - 1 - round;
            const std::uint64_t groups = segments.groups(variables);
            if (thread == 0) sum.value[0] = absent;
            for (std::uint64_t x = thread; x < groups; x += kTailThreads) add_group(round, variables, x, last.r, sum);
        } else {
            const unsigned bound = round - row_rounds;
            for (std::uint64_t i = thread; i < 3 * places(bound + 1); i += kTailThreads)
                add_places(bound, i / 3, static_cast<unsigned>(i % 3), sum);
        }
        return sum;
    }

    SLUICE_HD void message(unsigned round, const Value& sum, Ext* out, State& state) const {
        for (unsigned i = 0; i < kMessage; ++i) out[i] = sum.value[i];
        if (round >= row_rounds) return;
        const auto [at_zero, at_one] =
            backend::complete_line(Ext(point[round]), Ext(inverses[round]), state.claim, sum.value[0]);
        out[0] = at_zero;
        out[1] = at_one;
        out[2] = backend::quadratic_at_two(at_zero, at_one, sum.value[1]);
    }

 private:
    // ---- Rows

    /// What round `round` reads.
    [[nodiscard]] SLUICE_HD NodesView<D, false> source_of(unsigned round) const noexcept {
        return round == 0 || (round == 1 && !folds_first) ? source : in_turn(round - 1, turns);
    }
    [[nodiscard]] SLUICE_HD bool is_fraction(std::uint32_t s) const noexcept { return s >= segments.fractions; }

    /// A group's terms, and those of the neutral nodes behind the last one of its segment: 1 in a product, lambda in a
    /// sum of fractions, times the sum of eq over them.
    SLUICE_HD void add_group(unsigned round, unsigned variables, std::uint64_t x, const Ext& r, Value& sum) const {
        const std::uint32_t s = segments.find(variables, x);
        const std::uint64_t first = segments.first(variables, s);
        const std::uint64_t first_fraction = segments.first(variables, segments.fractions);
        const bool fraction = is_fraction(s);
        NodeChildren<D> a, b;
        if (round != 0 || folds_first) {
            const std::uint64_t begin = segments.first(variables + 1, s);
            const RoundPlace place{begin, segments.first(variables + 1, s + 1) - begin, first,
                                   segments.first(variables + 1, segments.fractions), first_fraction};
            const RoundNodes<D, 1, false> nodes{source_of(round), in_turn(round, turns), {r}};
            a = nodes.get(place, 2 * (x - first), fraction);
            b = nodes.get(place, 2 * (x - first) + 1, fraction);
        } else {
            const RoundPlace place{first, segments.first(variables, s + 1) - first, 0, first_fraction, 0};
            const RoundNodes<D, 0, false> nodes{source_of(round), {}, {}};
            a = nodes.get(place, 2 * (x - first), fraction);
            b = nodes.get(place, 2 * (x - first) + 1, fraction);
        }
        const Ext weight = weights[s];
        const bool at_one = point[round].is_zero();
        const Sums<D, 2> own = group_sums(fraction, at_one, lambda, a, b);
        const Ext eq = weight * row_eq.get(variables, x - first);
        sum.value[0] += eq * own.value[0];
        sum.value[1] += eq * own.value[1];
        if (x + 1 != segments.first(variables, s + 1)) return;
        const Ext neutral = weight * (KoalaBear::one() - row_eq.sum_below(variables, x + 1 - first));
        sum.value[0] += fraction ? lambda * neutral : neutral;
    }

    /// The last row variable, which the one group of each interaction is left with.
    SLUICE_HD void bind_rows(unsigned thread, const Ext& r) const {
        const RoundNodes<D, 1, false> nodes{source_of(row_rounds), {}, {r}};
        for (std::uint32_t s = thread; s < segments.count; s += kTailThreads) {
            const GkrPlace place = segments.places[s];
            const bool fraction = is_fraction(s);
            const NodeChildren<D> node = nodes.made({s, 1, 0, segments.fractions, 0}, 0, fraction);
            // Of products: both children; of fractions: both numerators, then both denominators.
            const unsigned v = fraction ? 4 * place.tree - 2 : 2 * place.tree;
            set_child(0, v, place.index, node.d[0]);
            set_child(0, v + 1, place.index, node.d[1]);
            if (!fraction) continue;
            set_child(0, v - 2, place.index, node.n[0]);
            set_child(0, v - 1, place.index, node.n[1]);
        }
    }

    // ---- Places

    /// Places with so many variables bound.
    [[nodiscard]] SLUICE_HD std::uint64_t places(unsigned bound) const noexcept {
        return std::uint64_t{1} << (place_rounds - bound);
    }
    [[nodiscard]] SLUICE_HD Ext child(unsigned bound, unsigned v, std::uint64_t y) const noexcept {
        return in_turn(bound, children).get(v * places(bound) + y);
    }
    SLUICE_HD void set_child(unsigned bound, unsigned v, std::uint64_t y, const Ext& value) const noexcept {
        if (bound == place_rounds) {
            last_children[v] = value;
        } else {
            in_turn(bound, children).set(v * places(bound) + y, value);
        }
    }

    /// The term of a pair of places at 0, 1 or 2.
    SLUICE_HD void add_places(unsigned bound, std::uint64_t y, unsigned at, Value& sum) const {
        std::array<Ext, kChildren> values;
        SLUICE_UNROLL
        for (unsigned v = 0; v < kChildren; ++v) {
            const Ext a = child(bound, v, 2 * y), b = child(bound, v, 2 * y + 1);
            values[v] = select(at == 2, select(at == 1, a, b), b.doubled() - a);
        }
        const Ext value = place_eq.get(place_rounds - 1 - bound, y) * backend::combine_children(lambda, values);
        SLUICE_UNROLL
        for (unsigned i = 0; i < kMessage; ++i) {
            if (i == at) sum.value[i] += value;
        }
    }
};

}  // namespace sluice::backend_cuda
