// The trees of GKR and the rounds over their rows. SPDX-License-Identifier: MIT OR Apache-2.0
//
// A layer holds, for each interaction that has rows, its nodes in groups of four, the last group filled with neutral
// nodes; first those of products, then those of fractions, whose numerators lie apart. The children of node y are the
// nodes 2y and 2y + 1 below it, so a group has both children of the two nodes that a round's variable tells apart:
// child c of node x + X is at 2 X + c. Folding a group leaves two children, and two groups make one: all rounds look
// alike.
#pragma once

#include "program_kernels.h"
#include "sum_kernels.h"

namespace sluice::backend_cuda {

/// An interaction in a layer or round, with its place in what it is made from.
template <unsigned D>
struct Segment {
    std::uint64_t first;          ///< group, of those that the threads take
    std::uint64_t source;         ///< group, in what it is made from
    std::uint64_t source_groups;  ///< there
    Extension<D> weight;          ///< in the round's sum
    std::uint64_t target;         ///< group, in what is made
};

/// Segments in order; those from `fractions` on are fractions.
template <unsigned D>
struct SegmentsView {
    DevicePointer<const Segment<D>> segments;
    std::uint32_t count;
    std::uint32_t fractions;
    std::uint64_t first_fraction, first_source_fraction;  ///< groups

    /// The segment that group x is in.
    [[nodiscard]] SLUICE_HD std::uint32_t find(std::uint64_t x) const noexcept {
        std::uint32_t low = 0, high = count;
        while (high - low > 1) {
            const std::uint32_t middle = low + (high - low) / 2;
            if (segments[middle].first <= x) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return low;
    }
};

/// Nodes of all trees: of products and denominators, and numerators, which are of the prime field in the leaves.
template <unsigned D, bool kLeaves>
struct NodesView {
    ExtView<D> values;
    ExtView<D> numerators;
    DevicePointer<KoalaBear> leaf_numerators;

    [[nodiscard]] SLUICE_HD Extension<D> numerator(std::uint64_t i) const noexcept {
        if constexpr (kLeaves) {
            return Extension<D>::from_base(leaf_numerators[i]);
        } else {
            return numerators.get(i);
        }
    }
};

/// The layer above: node i of it, counted over the segments.
template <unsigned D, bool kLeaves>
struct BuildLayer {
    SegmentsView<D> segments;
    NodesView<D, kLeaves> below;
    NodesView<D, false> above;

    SLUICE_HD void operator()(std::uint64_t i) const {
        const std::uint32_t s = segments.find(i / 4);
        const Segment<D> segment = segments.segments[s];
        const std::uint64_t node = i - 4 * segment.first;
        const std::uint64_t child = 2 * node;
        const std::uint64_t to = 4 * segment.target + node;
        const bool there = child < 4 * segment.source_groups;
        const std::uint64_t at = 4 * segment.source + child;
        Extension<D> value = Extension<D>::one();
        if (s < segments.fractions) {
            if (there) value = below.values.get(at) * below.values.get(at + 1);
            above.values.set(to, value);
            return;
        }
        Extension<D> numerator = Extension<D>::zero();
        if (there) {
            const Extension<D> d0 = below.values.get(at);
            const Extension<D> d1 = below.values.get(at + 1);
            const std::uint64_t n = at - 4 * segments.first_source_fraction;
            value = d0 * d1;
            numerator = d1 * below.numerator(n) + d0 * below.numerator(n + 1);
        }
        above.values.set(to, value);
        above.numerators.set(to - 4 * segments.first_fraction, numerator);
    }
};

/// The children of a node in a round.
template <unsigned D>
struct NodeChildren {
    Extension<D> d[2], n[2];  ///< of products n is not used
};

/// Where the nodes of an interaction are in a round, and in what they are made from.
struct RoundPlace {
    std::uint64_t source, source_groups;  ///< groups
    std::uint64_t target;                 ///< group
    std::uint64_t first_source_fraction, first_fraction;

    template <unsigned D>
    [[nodiscard]] SLUICE_HD static RoundPlace of(const SegmentsView<D>& segments, const Segment<D>& segment) noexcept {
        return {segment.source, segment.source_groups, segment.target, segments.first_source_fraction,
                segments.first_fraction};
    }
};

/// The nodes of a round, read or, if kBind is not 0, made from those of as many rounds before, with their variables at
/// r.
template <unsigned D, unsigned kBind, bool kLeaves>
struct RoundNodes {
    using Ext = Extension<D>;
    static_assert(kBind <= 2);

    NodesView<D, kLeaves> source;
    NodesView<D, false> target;
    Ext r[2];

    /// Node t of an interaction, neutral behind the last group. One that was made is written, too.
    [[nodiscard]] SLUICE_HD_INLINE NodeChildren<D> get(const RoundPlace& place, std::uint64_t t, bool fraction) const {
        const bool there = (t / 2) << kBind < place.source_groups;
        const NodeChildren<D> node = there ? made(place, t, fraction) : neutral();
        if constexpr (kBind != 0) {
            if (!there) return node;
            const std::uint64_t to = 4 * place.target + 2 * t;
            const std::uint64_t to_n = to - 4 * place.first_fraction;
            target.values.set(to, node.d[0]);
            target.values.set(to + 1, node.d[1]);
            if (!fraction) return node;
            target.numerators.set(to_n, node.n[0]);
            target.numerators.set(to_n + 1, node.n[1]);
        }
        return node;
    }

    /// Node t of an interaction, which is there.
    [[nodiscard]] SLUICE_HD_INLINE NodeChildren<D> made(const RoundPlace& place, std::uint64_t t, bool fraction) const {
        const auto value = [&](std::uint64_t i) { return source.values.get(i); };
        const auto numerator = [&](std::uint64_t i) { return source.numerator(i - 4 * place.first_source_fraction); };
        NodeChildren<D> node = neutral();
        // No loop over the two children: it would not be unrolled, and arrays with its index would not be in registers.
        node.d[0] = bind(place, t, 0, Ext::one(), value);
        node.d[1] = bind(place, t, 1, Ext::one(), value);
        if (!fraction) return node;
        node.n[0] = bind(place, t, 0, Ext::zero(), numerator);
        node.n[1] = bind(place, t, 1, Ext::zero(), numerator);
        return node;
    }

 private:
    [[nodiscard]] SLUICE_HD_INLINE static NodeChildren<D> neutral() noexcept {
        return {{Ext::one(), Ext::one()}, {Ext::zero(), Ext::zero()}};
    }
    template <class Get>
    [[nodiscard]] SLUICE_HD_INLINE Ext bind(const RoundPlace& place, std::uint64_t t, unsigned child,
                                            const Ext& neutral, const Get& get) const {
        if constexpr (kBind == 0) {
            return get(4 * place.source + 2 * t + child);
        } else if constexpr (kBind == 1) {
            return group(place, t, child, neutral, get);
        } else {
            const Ext low = group(place, 2 * t, child, neutral, get);
            const Ext high = group(place, 2 * t + 1, child, neutral, get);
            return low + r[1] * (high - low);
        }
    }
    /// A child in group g with the group's variable bound.
    template <class Get>
    [[nodiscard]] SLUICE_HD_INLINE Ext group(const RoundPlace& place, std::uint64_t g, unsigned child,
                                             const Ext& neutral, const Get& get) const {
        if (g >= place.source_groups) return neutral;
        const std::uint64_t at = 4 * (place.source + g) + child;
        const Ext low = get(at);
        return low + r[0] * (get(at + 2) - low);
    }
};

/// b or a, limb by limb: an index that is not known when compiled would put the arrays into local memory.
template <unsigned D>
[[nodiscard]] SLUICE_HD Extension<D> select(bool second, const Extension<D>& a, const Extension<D>& b) noexcept {
    Extension<D> value;
    for (unsigned l = 0; l < D; ++l) value.limb[l] = second ? b.limb[l] : a.limb[l];
    return value;
}

/// What the two nodes of a group add to a round's sums, but for their weight: their term at 0 (or 1) and the leading
/// coefficient.
template <unsigned D>
[[nodiscard]] SLUICE_HD Sums<D, 2> group_sums(bool fraction, bool at_one, const Extension<D>& lambda,
                                              const NodeChildren<D>& a, const NodeChildren<D>& b) noexcept {
    // n0 d1 + n1 d0 + lambda d0 d1.
    const auto add_fractions = [&](const Extension<D>& n0, const Extension<D>& n1, const Extension<D>& d0,
                                   const Extension<D>& d1) { return d1 * (n0 + lambda * d0) + d0 * n1; };
    const Extension<D> d0 = select(at_one, a.d[0], b.d[0]), d1 = select(at_one, a.d[1], b.d[1]);
    Sums<D, 2> sum;
    if (!fraction) {
        sum.value[0] = d0 * d1;
        sum.value[1] = (b.d[0] - a.d[0]) * (b.d[1] - a.d[1]);
    } else {
        sum.value[0] = add_fractions(select(at_one, a.n[0], b.n[0]), select(at_one, a.n[1], b.n[1]), d0, d1);
        sum.value[1] = add_fractions(b.n[0] - a.n[0], b.n[1] - a.n[1], b.d[0] - a.d[0], b.d[1] - a.d[1]);
    }
    return sum;
}

/// A round over group x of every interaction: the values at 0 (or 1) and the leading coefficients of its terms.
template <unsigned D, unsigned kBind, bool kLeaves>
struct GkrRound {
    using Value = Sums<D, 2>;
    using Ext = Extension<D>;

    SegmentsView<D> segments;
    RoundNodes<D, kBind, kLeaves> nodes;
    EqView<D> eq;
    Ext lambda;
    bool at_one;

    SLUICE_HD Value operator()(std::uint64_t x, std::uint64_t) const {
        const std::uint32_t s = segments.find(x);
        const Segment<D> segment = segments.segments[s];
        const RoundPlace place = RoundPlace::of(segments, segment);
        const std::uint64_t y = x - segment.first;
        const bool fraction = s >= segments.fractions;
        const NodeChildren<D> a = nodes.get(place, 2 * y, fraction);
        const NodeChildren<D> b = nodes.get(place, 2 * y + 1, fraction);
        const Ext weight = segment.weight * eq.get(y);
        Value sum = group_sums(fraction, at_one, lambda, a, b);
        for (Ext& value : sum.value) value *= weight;
        return sum;
    }
};

/// Two rounds over pair x of groups of every interaction, whose variables tell the nodes of a group apart, and the two
/// groups.
template <unsigned D, unsigned kBind, bool kLeaves>
struct GkrTwoRounds {
    using Value = TwoRoundSums<D>;
    using Ext = Extension<D>;

    SegmentsView<D> segments;
    RoundNodes<D, kBind, kLeaves> nodes;
    EqView<D> eq;  ///< of the variables after the two
    Ext lambda;

    SLUICE_HD Value operator()(std::uint64_t x, std::uint64_t) const {
        const std::uint32_t s = segments.find(x);
        const Segment<D> segment = segments.segments[s];
        const std::uint64_t y = x - segment.first;
        const bool fraction = s >= segments.fractions;
        const RoundPlace place = RoundPlace::of(segments, segment);
        const NodeChildren<D> a0 = get(place, 4 * y, fraction), b0 = get(place, 4 * y + 1, fraction);
        const NodeChildren<D> a1 = get(place, 4 * y + 2, fraction), b1 = get(place, 4 * y + 3, fraction);
        const Ext weight = segment.weight * eq.get(y);
        Value sum;
        row(a0, a1, fraction, weight, sum.value[0], sum.value[1], sum.value[2]);
        row(b0, b1, fraction, weight, sum.value[3], sum.value[4], sum.value[5]);
        row(minus(b0, a0), minus(b1, a1), fraction, weight, sum.value[6], sum.value[7], sum.value[8]);
        return sum;
    }

 private:
    /// With lambda d0 added to n0, so that a term of a fraction is n0 d1 + n1 d0.
    [[nodiscard]] SLUICE_HD_INLINE NodeChildren<D> get(const RoundPlace& place, std::uint64_t t, bool fraction) const {
        NodeChildren<D> node = nodes.get(place, t, fraction);
        if (fraction) node.n[0] += lambda * node.d[0];
        return node;
    }
    [[nodiscard]] SLUICE_HD_INLINE static NodeChildren<D> minus(const NodeChildren<D>& a,
                                                                const NodeChildren<D>& b) noexcept {
        return {{a.d[0] - b.d[0], a.d[1] - b.d[1]}, {a.n[0] - b.n[0], a.n[1] - b.n[1]}};
    }
    [[nodiscard]] SLUICE_HD_INLINE static Ext term(const NodeChildren<D>& node, bool fraction) noexcept {
        return fraction ? node.d[1] * node.n[0] + node.d[0] * node.n[1] : node.d[0] * node.d[1];
    }
    SLUICE_HD_INLINE static void row(const NodeChildren<D>& zero, const NodeChildren<D>& one, bool fraction,
                                     const Ext& weight, Ext& at_zero, Ext& at_one, Ext& top) noexcept {
        at_zero = weight * term(zero, fraction);
        at_one = weight * term(one, fraction);
        top = weight * term(minus(one, zero), fraction);
    }
};

/// What makes a leaf of an interaction.
template <unsigned D>
struct LeafUse {
    Extension<D> constant;  ///< of the fingerprint, less 1 for records
    PackedOperand multiplicity;
    std::uint32_t first, count;  ///< elements that are not fixed, with their weights
    std::uint64_t place;         ///< of the leaf of row 0 among the values
    std::uint64_t numerator;     ///< and among the numerators
    bool fraction;
};

/// The leaves of a chip, row by row, and the neutral ones behind them.
template <unsigned D>
struct BuildLeaves {
    static constexpr unsigned kThreads = 128;

    ProgramView program;
    DevicePointer<const LeafUse<D>> uses;
    std::uint32_t use_count;
    DevicePointer<const PackedOperand> elements;
    DevicePointer<const Extension<D>> weights;
    DevicePointer<KoalaBear> memory;  ///< slots * threads
    std::uint64_t threads;
    std::uint64_t height;
    ExtView<D> values;
    DevicePointer<KoalaBear> numerators;

    SLUICE_HD void operator()(std::uint64_t thread) const {
        const Slots<KoalaBear> slots{memory + thread, threads};
        const std::uint64_t rows = (height + 3) / 4 * 4;
        for (std::uint64_t row = thread; row < rows; row += threads) {
            if (row >= height) {
                for (std::uint32_t u = 0; u < use_count; ++u) {
                    values.set(uses[u].place + row, Extension<D>::one());
                    if (uses[u].fraction) numerators[uses[u].numerator + row] = KoalaBear::zero();
                }
                continue;
            }
            const auto column = [&](std::uint32_t c) { return program.columns[c][row]; };
            run_program(program, slots, column, [&](std::uint32_t u) {
                const LeafUse<D> use = uses[u];
                Extension<D> sum = use.constant;
                for (std::uint32_t e = use.first; e < use.first + use.count; ++e)
                    sum += weights[e] * load_operand(program, slots, elements[e], column);
                const KoalaBear multiplicity = load_operand(program, slots, use.multiplicity, column);
                if (use.fraction) {
                    values.set(use.place + row, sum);
                    numerators[use.numerator + row] = multiplicity;
                } else {
                    values.set(use.place + row, sum * multiplicity + KoalaBear::one());
                }
            });
        }
    }
};

}  // namespace sluice::backend_cuda
