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
    std::uint64_t first;          ///< group
    std::uint64_t source;         ///< group, in what it is made from
    std::uint64_t source_groups;  ///< there
    Extension<D> weight;          ///< in the round's sum
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

/// The layer above: node i of it.
template <unsigned D, bool kLeaves>
struct BuildLayer {
    SegmentsView<D> segments;
    NodesView<D, kLeaves> below;
    NodesView<D, false> above;

    SLUICE_HD void operator()(std::uint64_t i) const {
        const std::uint32_t s = segments.find(i / 4);
        const Segment<D> segment = segments.segments[s];
        const std::uint64_t child = 2 * (i - 4 * segment.first);
        const bool there = child < 4 * segment.source_groups;
        const std::uint64_t at = 4 * segment.source + child;
        Extension<D> value = Extension<D>::one();
        if (s < segments.fractions) {
            if (there) value = below.values.get(at) * below.values.get(at + 1);
            above.values.set(i, value);
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
        above.values.set(i, value);
        above.numerators.set(i - 4 * segments.first_fraction, numerator);
    }
};

/// The two nodes that a group leaves whose variable is at r, the first of them `at` among the values and `at_n` among
/// the numerators; neutral ones if it is not there.
template <unsigned D, bool kLeaves>
SLUICE_HD void fold_group(const NodesView<D, kLeaves>& source, bool there, std::uint64_t at, std::uint64_t at_n,
                          bool fraction, const Extension<D>& r, Extension<D>& d0, Extension<D>& d1, Extension<D>& n0,
                          Extension<D>& n1) noexcept {
    const auto line = [&](const Extension<D>& a, const Extension<D>& b) { return a + r * (b - a); };
    d0 = there ? line(source.values.get(at), source.values.get(at + 2)) : Extension<D>::one();
    d1 = there ? line(source.values.get(at + 1), source.values.get(at + 3)) : Extension<D>::one();
    if (!fraction) return;
    n0 = there ? line(source.numerator(at_n), source.numerator(at_n + 2)) : Extension<D>::zero();
    n1 = there ? line(source.numerator(at_n + 1), source.numerator(at_n + 3)) : Extension<D>::zero();
}

/// Writes two nodes.
template <unsigned D>
SLUICE_HD void put_half(const NodesView<D, false>& target, std::uint64_t to, std::uint64_t to_n, bool fraction,
                        const Extension<D>& d0, const Extension<D>& d1, const Extension<D>& n0,
                        const Extension<D>& n1) noexcept {
    target.values.set(to, d0);
    target.values.set(to + 1, d1);
    if (!fraction) return;
    target.numerators.set(to_n, n0);
    target.numerators.set(to_n + 1, n1);
}

/// b or a, limb by limb: an index that is not known when compiled would put the arrays into local memory.
template <unsigned D>
[[nodiscard]] SLUICE_HD Extension<D> select(bool second, const Extension<D>& a, const Extension<D>& b) noexcept {
    Extension<D> value;
    for (unsigned l = 0; l < D; ++l) value.limb[l] = second ? b.limb[l] : a.limb[l];
    return value;
}

/// What a group adds to a round's sums, but for its weight: its term at 0 (or 1) and the leading coefficient.
template <unsigned D>
[[nodiscard]] SLUICE_HD Sums<D, 2> group_sums(bool fraction, bool at_one, const Extension<D>& lambda,
                                              const Extension<D> (&d)[4], const Extension<D> (&n)[4]) noexcept {
    // n0 d1 + n1 d0 + lambda d0 d1.
    const auto add_fractions = [&](const Extension<D>& n0, const Extension<D>& n1, const Extension<D>& d0,
                                   const Extension<D>& d1) { return d1 * (n0 + lambda * d0) + d0 * n1; };
    const Extension<D> d0 = select(at_one, d[0], d[2]), d1 = select(at_one, d[1], d[3]);
    Sums<D, 2> sum;
    if (!fraction) {
        sum.value[0] = d0 * d1;
        sum.value[1] = (d[2] - d[0]) * (d[3] - d[1]);
    } else {
        sum.value[0] = add_fractions(select(at_one, n[0], n[2]), select(at_one, n[1], n[3]), d0, d1);
        sum.value[1] = add_fractions(n[2] - n[0], n[3] - n[1], d[2] - d[0], d[3] - d[1]);
    }
    return sum;
}

/// A round over group x of every interaction: the values at 0 (or 1) and the leading coefficients of its terms. If
/// kFold, the groups are made from those of the round before, with its variable at r.
template <unsigned D, bool kFold, bool kLeaves>
struct GkrRound {
    using Value = Sums<D, 2>;
    using Ext = Extension<D>;

    SegmentsView<D> segments;
    NodesView<D, kLeaves> source;
    NodesView<D, false> target;
    EqView<D> eq;
    Ext r, lambda;
    bool at_one;

    SLUICE_HD Value operator()(std::uint64_t x, std::uint64_t) const {
        const std::uint32_t s = segments.find(x);
        const Segment<D> segment = segments.segments[s];
        const std::uint64_t y = x - segment.first;
        const bool fraction = s >= segments.fractions;
        Ext d[4], n[4]{};
        if constexpr (kFold) {
            // No loop over the two: it would not be unrolled, and arrays with its index would not be in registers.
            fold(segment, x, 0, fraction, d[0], d[1], n[0], n[1]);
            fold(segment, x, 1, fraction, d[2], d[3], n[2], n[3]);
        } else {
            for (unsigned i = 0; i < 4; ++i) {
                d[i] = source.values.get(4 * x + i);
                if (fraction) n[i] = source.numerator(4 * (x - segments.first_fraction) + i);
            }
        }
        const Ext weight = segment.weight * eq.get(y);
        Value sum = group_sums(fraction, at_one, lambda, d, n);
        for (Ext& value : sum.value) value *= weight;
        return sum;
    }

 private:
    /// Half of group x, from a group of the source.
    SLUICE_HD void fold(const Segment<D>& segment, std::uint64_t x, unsigned half, bool fraction, Ext& d0, Ext& d1,
                        Ext& n0, Ext& n1) const {
        const std::uint64_t from = 2 * (x - segment.first) + half;
        const std::uint64_t at = 4 * (segment.source + from);
        fold_group(source, from < segment.source_groups, at, at - 4 * segments.first_source_fraction, fraction, r, d0,
                   d1, n0, n1);
        const std::uint64_t to = 4 * x + 2 * half;
        put_half(target, to, to - 4 * segments.first_fraction, fraction, d0, d1, n0, n1);
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
