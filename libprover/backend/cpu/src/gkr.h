// The four trees over all records, lookups and links, and the sumchecks from their roots to their leaves:
// libprover/DESIGN.md, section 5. SPDX-License-Identifier: MIT OR Apache-2.0
//
// Only rows that exist are stored. In a layer with j row variables an interaction of a chip of height n has
// ceil(n / 2^(mu - j)) nodes; all others are neutral (1, or 0/1), and so are sums of neutral ones. Layers with no row
// variable left are small and dense. In a sumcheck, a neutral node's term is a constant, so what all neutral nodes give
// follows from the sum of eq over the others, which has a closed form.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "commitment.h"
#include "context.h"
#include "kernels.h"
#include "sluice/backend/backend.h"
#include "sluice/backend/gkr_layers.h"
#include "sluice/backend/interactions.h"
#include "sluice/backend/tile_code.h"
#include "sluice/math/multilinear.h"
#include "sluice/math/planar.h"
#include "sluice/simd/slices.h"

namespace sluice::backend_cpu {

using backend::challenges_for;
using backend::half_up;
using backend::InteractionLists;
using backend::InteractionPlace;
using backend::list_interactions;
using backend::place_variables;

/// Room for `count` elements in whole groups of `group` elements, whose number is padded.
[[nodiscard]] constexpr std::size_t capacity(std::size_t count, std::size_t group) noexcept {
    return group * padded((count + group - 1) / group);
}

template <unsigned D, class Hasher>
class GkrProver {
    using Ext = Extension<D>;
    using Children = backend::GkrChildren<D>;
    using View = ExtView<D>;
    static constexpr std::size_t kTrees = machine::kInteractionTypes;
    static constexpr std::size_t kTile = 1024;
    static constexpr bool is_fraction(std::size_t tree) noexcept { return tree >= 2; }
    static constexpr std::size_t arrays_of(std::size_t tree) noexcept { return is_fraction(tree) ? 4 : 2; }

 public:
    GkrProver(const Context<D>& context, ScratchPool& scratch, const backend::Table<Hasher>& table,
              const backend::FingerprintChallenges<D>& challenges)
        : context_(context),
          scratch_(scratch),
          table_(table),
          challenges_(challenges),
          lists_(list_interactions(*table.shape)),
          row_variables_(backend::row_variables(table.shape->heights)),
          place_variables_(place_variables(lists_)) {}

    absl::StatusOr<backend::LeafClaims<D>> prove(backend::Channel<D, Hasher>& channel) {
        build();

        const std::array<Ext, 6> roots = dense_children(0);
        channel.send("roots", roots);
        backend::LeafClaims<D> claims;
        claims.roots = roots;
        claims.values = roots;
        for (unsigned layer = 0; layer < row_variables_ + place_variables_; ++layer) {
            prove_layer(layer, claims, channel);
        }
        return claims;
    }

 private:
    /// One tree's part of a layer of the row phase.
    struct Layer {
        std::vector<std::size_t> offsets;  ///< of each place, its nodes side by side
        std::vector<std::uint32_t> counts;
        ExtBuffer<D> values;  ///< nodes of a product; denominators
        ExtBuffer<D> numerators;
        Buffer<KoalaBear> leaf_numerators;  ///< in the leaves
    };
    /// Children after the first round of a sumcheck: child 0 and 1 apart. Numerators of child 0 as in kernels.h.
    struct Folded {
        std::vector<std::size_t> offsets;
        std::vector<std::uint32_t> counts;
        std::array<ExtBuffer<D>, 4> values;  ///< c0, c1; or n0, n1, d0, d1
    };
    /// The layers without row variables, all trees: entry k has 2^k nodes.
    [[nodiscard]] const machine::Machine& machine() const noexcept { return table_.shape->machine; }

    static std::size_t lay_out(Layer& layer) {
        std::size_t at = 0;
        layer.offsets.clear();
        for (const std::uint32_t count : layer.counts) {
            layer.offsets.push_back(at);
            at += count == 0 ? 0 : capacity(count, 4);
        }
        return at;
    }

    void build() {
        layers_.resize(row_variables_ + 1);
        build_leaves();
        for (unsigned j = row_variables_; j-- != 0;) build_layer(j);
        dense_.resize(place_variables_ + 1);
        backend::DenseLayer<D>& lowest = dense_[place_variables_];
        const std::size_t places = std::size_t{1} << place_variables_;
        for (std::size_t tree = 0; tree < kTrees; ++tree) {
            const Layer& layer = layers_[0][tree];
            std::vector<Ext> values(places, Ext::one());
            std::vector<Ext> numerators(places, Ext::zero());
            for (std::size_t i = 0; i < layer.counts.size(); ++i) {
                if (layer.counts[i] == 0) continue;
                values[i] = layer.values.get(layer.offsets[i]);
                if (!is_fraction(tree)) continue;
                numerators[i] = row_variables_ == 0 ? Ext::from_base(layer.leaf_numerators[layer.offsets[i]])
                                                    : layer.numerators.get(layer.offsets[i]);
            }
            if (is_fraction(tree)) {
                lowest[2 * tree - 2] = std::move(numerators);
                lowest[2 * tree - 1] = std::move(values);
            } else {
                lowest[tree] = std::move(values);
            }
        }
        layers_[0] = {};
        for (unsigned k = place_variables_; k-- != 0;) dense_[k] = backend::layer_above<D>(dense_[k + 1]);
    }

    void build_leaves() {
        std::array<Layer, kTrees>& leaves = layers_[row_variables_];
        for (std::size_t tree = 0; tree < kTrees; ++tree) {
            Layer& layer = leaves[tree];
            for (const InteractionPlace& place : lists_[tree]) layer.counts.push_back(place.height);
            const std::size_t size = lay_out(layer);
            layer.values = ExtBuffer<D>(context_.memory, size);
            if (is_fraction(tree)) layer.leaf_numerators = Buffer<KoalaBear>(context_.memory, size);
        }
        const TableColumns<Hasher> columns(table_);
        std::array<std::size_t, kTrees> next{};  // places of the chips before
        for (std::size_t chip = 0; chip < machine().chips.size(); ++chip) {
            const machine::Program& program = machine().chips[chip].program;
            const std::uint32_t height = table_.shape->heights[chip];
            std::vector<std::size_t> offsets;
            for (const machine::Interaction& interaction : program.interactions) {
                const std::size_t tree = static_cast<std::size_t>(interaction.type);
                offsets.push_back(leaves[tree].offsets[next[tree]++]);
            }
            if (height != 0 && !program.interactions.empty()) build_chip_leaves(chip, columns, offsets, leaves);
        }
    }

    void build_chip_leaves(std::size_t chip, const TableColumns<Hasher>& columns, std::span<const std::size_t> offsets,
                           std::array<Layer, kTrees>& leaves) {
        const machine::Program& program = machine().chips[chip].program;
        const std::uint32_t height = table_.shape->heights[chip];
        const TileCode& code = (*table_.shape->code)[chip].leaves;
        const std::vector<KoalaBear> scalars =
            backend::scalar_values(code, backend::zero_values(program, table_.shape->public_values));

        // By use: a combination of a column of ones, for the fixed part (less 1 for records), and the other elements.
        struct Fingerprint {
            std::vector<Operand> elements;
            std::vector<Ext> weights;
        };
        std::vector<Fingerprint> fingerprints;
        for (std::size_t u = 0; u < code.uses.size(); ++u) {
            const machine::Interaction& interaction = program.interactions[u];
            const auto [a, b] = challenges_for(challenges_, interaction.type);
            Fingerprint fingerprint;
            Ext constant = a + KoalaBear::from_canonical(interaction.kind);
            if (!is_fraction(static_cast<std::size_t>(interaction.type))) constant -= KoalaBear::one();
            fingerprint.weights.push_back(constant);
            Ext power = b;
            for (std::size_t e = 1; e < code.uses[u].size(); ++e, power *= b) {
                const Operand& element = code.uses[u][e];
                if (element.kind == Operand::Kind::scalar) {
                    fingerprint.weights[0] += power * scalars[element.index];
                } else {
                    fingerprint.elements.push_back(element);
                    fingerprint.weights.push_back(power);
                }
            }
            fingerprints.push_back(std::move(fingerprint));
        }

        const std::size_t tile = tile_rows((code.slots + D + 2) * sizeof(KoalaBear));
        for_chunks(context_.pool, height, tile, [&](std::size_t first, std::size_t last) {
            const std::size_t rows = padded(last - first);
            ScratchPool::Lease lease(scratch_, (code.slots + D + 2) * tile);
            KoalaBear* const slots = lease.data();
            const View factors{slots + code.slots * tile, tile};
            KoalaBear* const constant = slots + (code.slots + D) * tile;
            KoalaBear* const ones = constant + tile;
            std::fill_n(ones, rows, KoalaBear::one());
            std::vector<const KoalaBear*> elements;
            const auto operand = [&](const Operand& from) -> TileOperand {
                switch (from.kind) {
                    case Operand::Kind::slot:
                        return {slots + from.index * tile, 0, false};
                    case Operand::Kind::column: {
                        const Column& column = code.columns[from.index];
                        return {columns.get(chip, column.group, column.index) + first, 0, false};
                    }
                    default:
                        return {&scalars[from.index], 0, true};
                }
            };
            const auto values = [&](const Operand& from) -> const KoalaBear* {
                const TileOperand found = operand(from);
                if (!found.scalar) return found.data;
                std::fill_n(constant, rows, *found.data);
                return constant;
            };
            for (const Step& step : code.steps) {
                if (step.kind != Step::Kind::use) {
                    context_.kernels.base_operation(step.kind, operand(step.a), operand(step.b),
                                                    slots + step.target * tile, rows);
                    continue;
                }
                const std::size_t u = step.target;
                const std::size_t tree = static_cast<std::size_t>(program.interactions[u].type);
                const std::vector<Operand>& operands = code.uses[u];
                Layer& layer = leaves[tree];
                const std::size_t at = offsets[u] + first;
                const View out = layer.values.view().at(at);
                const View sum = is_fraction(tree) ? out : factors;
                elements.assign(1, ones);
                for (const Operand& element : fingerprints[u].elements) elements.push_back(operand(element).data);
                simd::combine_columns<D>(elements, std::span<const Ext>(fingerprints[u].weights),
                                         math::PlanarSpan<D>{sum.base, sum.stride, rows});
                if (is_fraction(tree)) {
                    std::copy_n(values(operands[0]), rows, layer.leaf_numerators.data() + at);
                } else {
                    context_.kernels.record_leaves(factors, values(operands[0]), out, rows);
                }
            }
        });
        // Neutral leaves up to what kernels read.
        for (std::size_t u = 0; u < code.uses.size(); ++u) {
            const std::size_t tree = static_cast<std::size_t>(program.interactions[u].type);
            Layer& layer = leaves[tree];
            const std::size_t from = offsets[u] + height;
            const std::size_t to = offsets[u] + capacity(height, 4);
            layer.values.view().fill(from, to, Ext::one());
            if (is_fraction(tree))
                std::fill(layer.leaf_numerators.data() + from, layer.leaf_numerators.data() + to, KoalaBear::zero());
        }
    }

    /// Layer of j row variables from that of j + 1.
    void build_layer(unsigned j) {
        for (std::size_t tree = 0; tree < kTrees; ++tree) {
            const Layer& below = layers_[j + 1][tree];
            Layer& layer = layers_[j][tree];
            for (const std::uint32_t count : below.counts) layer.counts.push_back(half_up(count));
            const std::size_t size = lay_out(layer);
            layer.values = ExtBuffer<D>(context_.memory, size);
            if (is_fraction(tree)) layer.numerators = ExtBuffer<D>(context_.memory, size);
            const bool from_leaves = j + 1 == row_variables_;
            const View in = below.values.view();
            const View out = layer.values.view();
            for_tiles(layer.counts, 4, [&](std::size_t i, std::size_t first, std::size_t last) {
                // Outputs that have inputs; the rest is neutral.
                const std::size_t from = below.offsets[i] + 2 * first;
                const std::size_t to = layer.offsets[i] + first;
                const std::size_t computed = std::min(last, std::max(first, capacity(below.counts[i], 4) / 2)) - first;
                if (!is_fraction(tree)) {
                    context_.kernels.product_up(in.at(from), out.at(to), computed);
                } else if (from_leaves) {
                    context_.kernels.fraction_up_leaves(below.leaf_numerators.data() + from, in.at(from),
                                                        layer.numerators.view().at(to), out.at(to), computed);
                } else {
                    context_.kernels.fraction_up(below.numerators.view().at(from), in.at(from),
                                                 layer.numerators.view().at(to), out.at(to), computed);
                }
                out.at(to).fill(computed, last - first, Ext::one());
                if (is_fraction(tree)) layer.numerators.view().at(to).fill(computed, last - first, Ext::zero());
            });
        }
    }

    /// Calls run(place, first, last) in parallel for tiles of each place's capacity in groups of `group`.
    template <class Run>
    void for_tiles(const std::vector<std::uint32_t>& counts, std::size_t group, const Run& run) {
        struct Task {
            std::size_t place, first, last;
        };
        std::vector<Task> tasks;
        for (std::size_t i = 0; i < counts.size(); ++i) {
            const std::size_t size = counts[i] == 0 ? 0 : capacity(counts[i], group);
            for (std::size_t first = 0; first < size; first += kTile)
                tasks.push_back({i, first, std::min(size, first + kTile)});
        }
        context_.pool.for_each(tasks.size(),
                               [&](std::size_t t) { run(tasks[t].place, tasks[t].first, tasks[t].last); });
    }

    /// Node 0 of dense layer `layer`, all six values.
    [[nodiscard]] std::array<Ext, 6> dense_children(unsigned layer) const {
        std::array<Ext, 6> result;
        for (std::size_t v = 0; v < 6; ++v) result[v] = dense_[layer][v][0];
        return result;
    }

    /// One layer: from claims at a point of `layer` variables to claims at one of layer + 1.
    void prove_layer(unsigned layer, backend::LeafClaims<D>& claims, backend::Channel<D, Hasher>& channel) {
        backend::prove_gkr_layer(
            claims, channel, [&](const Ext& lambda, const Ext& claim, std::vector<Ext>& point, Children& children) {
                if (layer < place_variables_) {
                    children = backend::children_of<D>(dense_[layer + 1]);
                } else {
                    prove_rows(layer - place_variables_, lambda, claim, claims.point, channel, point, children);
                }
            });
    }

    /// The rounds over the `rows` row variables of a layer; leaves the children over the places.
    void prove_rows(unsigned rows, const Ext& lambda, Ext claim, std::span<const Ext> rho,
                    backend::Channel<D, Hasher>& channel, std::vector<Ext>& point, Children& places) {
        std::array<Layer, kTrees>& children = layers_[rows + 1];
        const bool leaves = rows + 1 == row_variables_;
        std::vector<Ext> place_weights(std::size_t{1} << place_variables_);
        math::fill_eq_table(rho.subspan(rows), Ext::one(), std::span(place_weights));

        std::array<Folded, kTrees> folded;
        ExtBuffer<D> eq;
        for (unsigned k = 0; k < rows; ++k) {
            const std::size_t eq_size = std::size_t{1} << (rows - 1 - k);
            eq = k == 0 ? context_.eq_table(rho.subspan(1, rows - 1), Ext::one())
                        : context_.drop_variable(eq, 2 * eq_size);
            const bool at_one = rho[k].is_zero();
            const std::span<const Ext> later = rho.subspan(k + 1, rows - 1 - k);

            Pair<D> total;
            Ext factor = Ext::one();  // of the tree: 1, lambda, lambda^2, lambda^4
            for (std::size_t tree = 0; tree < kTrees; ++tree) {
                Folded next;
                if (k != 0) next = begin_fold(tree, k, children[tree], folded[tree]);
                const std::vector<std::uint32_t>& counts = k == 0 ? children[tree].counts : next.counts;
                const std::size_t group = k == 0 ? 4 : 2;
                // Tiles are over pairs; a place's sum is weighted by its eq afterwards.
                struct Task {
                    std::size_t place, first, last;
                };
                std::vector<Task> tasks;
                // eq of the pairs that are there. Places of a chip stand side by side and have as many.
                Ext weight = Ext::zero();
                std::size_t known = 0;
                Ext known_weight = Ext::zero();
                for (std::size_t i = 0; i < counts.size(); ++i) {
                    if (counts[i] == 0) continue;
                    const std::size_t pairs = capacity(counts[i], group) / group;
                    for (std::size_t first = 0; first < pairs; first += kTile)
                        tasks.push_back({i, first, std::min(pairs, first + kTile)});
                    if (pairs != known) {
                        known = pairs;
                        known_weight = math::evaluate_less_than(later, std::min(pairs, eq_size));
                    }
                    weight += place_weights[i] * known_weight;
                }
                Pair<D> sum = context_.pool.template sum<Pair<D>>(tasks.size(), [&](std::size_t t) {
                    const Task& task = tasks[t];
                    if (k != 0)
                        fold_tile(tree, k, lambda, point.back(), task.place, 2 * task.first, 2 * task.last,
                                  children[tree], folded[tree], next);
                    Pair<D> part = evaluate_tile(tree, k, leaves, lambda, eq.view().at(task.first), task.place,
                                                 task.first, task.last - task.first, at_one, children[tree], next);
                    part.at *= place_weights[task.place];
                    part.top *= place_weights[task.place];
                    return part;
                });
                // Neutral nodes: 1 in a product, lambda in n0 d1 + n1 d0 + lambda d0 d1.
                const Ext neutral = KoalaBear::one() - weight;
                sum.at += is_fraction(tree) ? lambda * neutral : neutral;
                total.at += factor * sum.at;
                total.top += factor * sum.top;
                factor = factor * (tree < 2 ? lambda : lambda * lambda);
                if (k != 0) folded[tree] = std::move(next);
            }
            const auto [at_zero, at_one_value] = complete_line(rho[k], claim, total.at);
            claim = backend::finish_gkr_round<D, Hasher>(
                {at_zero, at_one_value, quadratic_at_two(at_zero, at_one_value, total.top)}, channel, point);
        }

        const std::size_t size = std::size_t{1} << place_variables_;
        for (std::size_t v = 0; v < 12; ++v) places[v].assign(size, v >= 4 && (v % 4) < 2 ? Ext::zero() : Ext::one());
        for (std::size_t tree = 0; tree < kTrees; ++tree) {
            for (std::size_t i = 0; i < children[tree].counts.size(); ++i) {
                if (children[tree].counts[i] == 0) continue;
                const std::array<Ext, 4> last =
                    last_fold(tree, rows, leaves, lambda, point, i, children[tree], folded[tree]);
                if (is_fraction(tree)) {
                    for (std::size_t v = 0; v < 4; ++v) places[4 * tree - 4 + v][i] = last[v];
                } else {
                    for (std::size_t v = 0; v < 2; ++v) places[2 * tree + v][i] = last[v];
                }
            }
        }
        for (Layer& layer : children) layer = {};
    }

    /// Room for what round k - 1 leaves, k >= 1: ceil(count / 2) of each place.
    Folded begin_fold(std::size_t tree, unsigned k, const Layer& children, const Folded& previous) {
        Folded next;
        std::size_t at = 0;
        for (const std::uint32_t count : k == 1 ? children.counts : previous.counts) {
            const std::uint32_t folded = k == 1 ? (count + 3) / 4 : half_up(count);
            next.offsets.push_back(at);
            next.counts.push_back(folded);
            at += folded == 0 ? 0 : capacity(folded, 2);
        }
        for (std::size_t v = 0; v < arrays_of(tree); ++v) next.values[v] = ExtBuffer<D>(context_.memory, at);
        return next;
    }

    /// Fills `first` .. `last` - 1 of a place in `next`.
    void fold_tile(std::size_t tree, unsigned k, const Ext& lambda, const Ext& r, std::size_t place, std::size_t first,
                   std::size_t last, const Layer& children, const Folded& previous, Folded& next) {
        const std::size_t computed = std::min(last, std::max(first, padded(next.counts[place]))) - first;
        const std::size_t to = next.offsets[place] + first;
        std::array<View, 4> out;
        for (std::size_t v = 0; v < arrays_of(tree); ++v) out[v] = next.values[v].view().at(to);
        if (k == 1) {
            const std::size_t from = children.offsets[place] + 4 * first;
            const View values = children.values.view().at(from);
            if (!is_fraction(tree)) {
                context_.kernels.product_fold_children(values, r, out[0], out[1], computed);
            } else if (children.leaf_numerators.size() != 0) {
                context_.kernels.fraction_fold_leaves(children.leaf_numerators.data() + from, values, lambda, r, out[0],
                                                      out[1], out[2], out[3], computed);
            } else {
                context_.kernels.fraction_fold_children(children.numerators.view().at(from), values, lambda, r, out[0],
                                                        out[1], out[2], out[3], computed);
            }
        } else {
            const std::size_t from = previous.offsets[place] + 2 * first;
            for (std::size_t v = 0; v < arrays_of(tree); ++v)
                context_.kernels.fold(previous.values[v].view().at(from), r, out[v], computed);
        }
        if (is_fraction(tree)) {
            out[0].fill(computed, last - first, lambda);
            out[1].fill(computed, last - first, Ext::zero());
            out[2].fill(computed, last - first, Ext::one());
            out[3].fill(computed, last - first, Ext::one());
        } else {
            out[0].fill(computed, last - first, Ext::one());
            out[1].fill(computed, last - first, Ext::one());
        }
    }

    Pair<D> evaluate_tile(std::size_t tree, unsigned k, bool leaves, const Ext& lambda, View eq, std::size_t place,
                          std::size_t first, std::size_t count, bool at_one, const Layer& children,
                          const Folded& current) {
        if (k != 0) {
            const std::size_t from = current.offsets[place] + 2 * first;
            std::array<View, 4> in;
            for (std::size_t v = 0; v < arrays_of(tree); ++v) in[v] = current.values[v].view().at(from);
            if (!is_fraction(tree)) return context_.kernels.product_eval(in[0], in[1], eq, count, at_one);
            return context_.kernels.fraction_eval(in[0], in[1], in[2], in[3], eq, count, at_one);
        }
        const std::size_t from = children.offsets[place] + 4 * first;
        const View values = children.values.view().at(from);
        if (!is_fraction(tree)) return context_.kernels.product_eval_children(values, eq, count, at_one);
        if (leaves) {
            return context_.kernels.fraction_eval_leaves(children.leaf_numerators.data() + from, values, lambda, eq,
                                                         count, at_one);
        }
        return context_.kernels.fraction_eval_children(children.numerators.view().at(from), values, lambda, eq, count,
                                                       at_one);
    }

    /// A place's children with all row variables bound: c0, c1; or n0, n1, d0, d1.
    std::array<Ext, 4> last_fold(std::size_t tree, unsigned rows, bool leaves, const Ext& lambda,
                                 const std::vector<Ext>& point, std::size_t place, const Layer& children,
                                 const Folded& previous) {
        std::array<Ext, 4> result{};
        if (rows >= 2) {
            const std::size_t at = previous.offsets[place];
            for (std::size_t v = 0; v < arrays_of(tree); ++v) {
                result[v] =
                    math::evaluate_line(previous.values[v].get(at), previous.values[v].get(at + 1), point.back());
            }
            if (is_fraction(tree)) result[0] -= lambda * result[2];
            return result;
        }
        // The children themselves: two nodes without row variables, four with one.
        const std::size_t at = children.offsets[place];
        const auto bind = [&](const auto& get, std::size_t child) {
            if (rows == 0) return get(at + child);
            return math::evaluate_line(get(at + child), get(at + 2 + child), point.back());
        };
        const auto value = [&](std::size_t i) { return children.values.get(i); };
        const auto numerator = [&](std::size_t i) {
            return leaves ? Ext::from_base(children.leaf_numerators[i]) : children.numerators.get(i);
        };
        if (!is_fraction(tree)) return {bind(value, 0), bind(value, 1), Ext::zero(), Ext::zero()};
        return {bind(numerator, 0), bind(numerator, 1), bind(value, 0), bind(value, 1)};
    }

    const Context<D>& context_;
    ScratchPool& scratch_;
    const backend::Table<Hasher>& table_;
    const backend::FingerprintChallenges<D>& challenges_;
    InteractionLists lists_;
    unsigned row_variables_;
    unsigned place_variables_;
    std::vector<std::array<Layer, kTrees>> layers_;  ///< by number of row variables
    std::vector<backend::DenseLayer<D>> dense_;      ///< by number of place variables
};

}  // namespace sluice::backend_cpu
