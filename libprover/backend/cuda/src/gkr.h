// The four trees over all records, lookups and links, and the sumchecks from their roots to their leaves:
// libprover/DESIGN.md, section 5. SPDX-License-Identifier: MIT OR Apache-2.0
//
// Only rows that exist are stored. The leaves, about half of all nodes, are made twice: once for the layers above them,
// which are kept together, and again when their own sum-check comes. What neutral nodes give to a sum follows from the
// sum of eq over the others. The layers without row variables are small, and proved on the host.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"

#include "gkr_kernels.h"
#include "gkr_tail.h"
#include "program.h"
#include "sluice/backend/backend.h"
#include "sluice/backend/gkr_layers.h"
#include "sluice/backend/interactions.h"
#include "sluice/backend/rounds.h"
#include "sluice/backend/tile_code.h"
#include "sluice/math/multilinear.h"
#include "sums.h"

namespace sluice::backend_cuda {

template <unsigned D, class Hasher>
class GkrProver {
    using Ext = Extension<D>;
    using Children = backend::GkrChildren<D>;
    static constexpr std::size_t kTrees = machine::kInteractionTypes;
    static constexpr bool is_fraction(std::size_t tree) noexcept { return tree >= 2; }

 public:
    GkrProver(const Context& context, const backend::Table<Hasher>& table,
              const backend::FingerprintChallenges<D>& challenges)
        : context_(context),
          table_(table),
          challenges_(challenges),
          lists_(backend::list_interactions(*table.shape)),
          row_variables_(backend::row_variables(table.shape->heights)),
          place_variables_(backend::place_variables(lists_)) {}

    absl::StatusOr<backend::LeafClaims<D>> prove(backend::Channel<D, Hasher>& channel) {
        {
            const Span span(context_.stream, "build_tower_witness");
            build();
        }
        std::array<Ext, 6> roots;
        for (std::size_t v = 0; v < 6; ++v) roots[v] = dense_[0][v][0];
        channel.send("roots", roots);
        backend::LeafClaims<D> claims;
        claims.roots = roots;
        claims.values = roots;
        for (unsigned layer = 0; layer < row_variables_ + place_variables_; ++layer)
            prove_layer(layer, claims, channel);
        return claims;
    }

    /// Bytes of device memory at most.
    [[nodiscard]] static std::uint64_t plan(const backend::TableShape& shape, const Tuning& tuning) {
        const backend::InteractionLists lists = backend::list_interactions(shape);
        const unsigned mu = backend::row_variables(shape.heights);
        std::vector<std::uint64_t> layers(mu + 1, 0), once(mu + 1, 0), twice(mu + 1, 0);
        std::vector<std::uint32_t> heights;
        std::size_t fraction_count = 0;
        for (std::size_t tree = 0; tree < kTrees; ++tree) {
            const std::uint64_t folded = (is_fraction(tree) ? 2 : 1) * 4 * kExt;  // a group
            for (const backend::InteractionPlace& place : lists[tree]) {
                if (place.height == 0) continue;
                heights.push_back(place.height);
                if (is_fraction(tree)) ++fraction_count;
                for (unsigned j = 0; j <= mu; ++j) {
                    const std::uint64_t groups = groups_of(place.height, mu - j);
                    const std::uint64_t numerator = !is_fraction(tree) ? 0 : j == mu ? kWord : kExt;
                    layers[j] += 4 * groups * (kExt + numerator);
                    once[j] += folded * ((groups + 1) / 2);
                    twice[j] += folded * ((groups + 3) / 4);
                }
            }
        }
        const GkrTailShape<D> tails(tuning, heights, fraction_count, mu, backend::place_variables(lists));
        // While a layer is proved, those below it but the leaves are there, and it or what is left of it is folded.
        std::uint64_t below = 0, most = mu == 0 ? layers[0] : layers[mu] + layers[mu - 1];
        for (unsigned j = mu + 1; j-- != 0;) {
            most = std::max(most, below + std::max(layers[j], twice[j]) + once[j]);
            const unsigned tail = j == 0 ? 0 : tails.rounds(j - 1, j == mu);
            if (tail != 0) {
                const bool folds = tail != j - 1;
                most = std::max(most, below + (folds ? tails.node_bytes(tails.totals(tail)) : layers[j]) +
                                          tails.bytes(tail, folds));
            }
            if (j != mu) below += layers[j];
        }
        std::uint64_t program = 0;
        for (std::size_t chip = 0; chip < shape.machine.chips.size(); ++chip) {
            if (shape.heights[chip] == 0) continue;
            const backend::TileCode& code = (*shape.code)[chip].leaves;
            std::uint64_t elements = 0;
            for (const auto& operands : code.uses) elements += operands.size() - 1;
            program =
                std::max(program, DeviceProgram::bytes_for(code) + aligned(code.uses.size() * sizeof(LeafUse<D>)) +
                                      aligned(elements * sizeof(PackedOperand)) + aligned(elements * sizeof(Ext)) +
                                      aligned(code.slots * threads_for(shape.heights[chip]) * kWord));
        }
        // Each array is rounded up.
        const std::uint64_t rounding = (3 * std::uint64_t{mu + 1} + 12) * kAlignment;
        return std::max(
                   most + 2 * aligned(heights.size() * sizeof(Segment<D>)) + sum_bytes<D>() + EqTable<D>::bytes_for(mu),
                   layers[mu] + program + EqTable<D>::bytes_for(mu)) +
               tails.table_bytes() + rounding;
    }

 private:
    static constexpr std::uint64_t kWord = sizeof(KoalaBear);
    static constexpr std::uint64_t kExt = D * kWord;

    /// A layer, or what a round leaves.
    struct Nodes {
        std::vector<std::uint64_t> groups;  ///< of each segment
        ExtBuffer<D> values;                ///< nodes of products, then denominators
        ExtBuffer<D> numerators;
        DeviceBuffer<KoalaBear> leaf_numerators;  ///< in the leaves

        template <bool kLeaves>
        [[nodiscard]] NodesView<D, kLeaves> view() const noexcept {
            return {values.view(), numerators.view(), leaf_numerators.data()};
        }
    };
    /// An interaction of a present chip.
    struct Place {
        std::size_t tree;
        std::size_t index;  ///< in its tree's list
        std::uint32_t height;
    };
    [[nodiscard]] const machine::Machine& machine() const noexcept { return table_.shape->machine; }
    static std::uint64_t threads_for(std::uint32_t height) noexcept {
        return std::min<std::uint64_t>(machine::align4(height), kProgramThreads);
    }

    [[nodiscard]] std::vector<std::uint64_t> layer_groups(unsigned j) const {
        std::vector<std::uint64_t> groups;
        for (const Place& place : places_) groups.push_back(groups_of(place.height, row_variables_ - j));
        return groups;
    }

    /// Groups, in all and of fractions.
    [[nodiscard]] std::pair<std::uint64_t, std::uint64_t> totals(std::span<const std::uint64_t> groups) const {
        std::pair<std::uint64_t, std::uint64_t> sums{0, 0};
        for (std::size_t s = 0; s < groups.size(); ++s) {
            sums.first += groups[s];
            if (s >= first_fraction_) sums.second += groups[s];
        }
        return sums;
    }

    [[nodiscard]] Nodes make_nodes(std::vector<std::uint64_t> groups) const {
        Nodes nodes;
        const auto [all, fractions] = totals(groups);
        nodes.values = ExtBuffer<D>(context_, 4 * all);
        nodes.numerators = ExtBuffer<D>(context_, 4 * fractions);
        nodes.groups = std::move(groups);
        return nodes;
    }

    /// Segments of `target` groups that are made from `source` groups, on the device.
    struct DeviceSegments {
        DeviceBuffer<Segment<D>> memory;
        SegmentsView<D> view;
    };
    [[nodiscard]] DeviceSegments make_segments(std::span<const std::uint64_t> target,
                                               std::span<const std::uint64_t> source,
                                               std::span<const Ext> weights) const {
        std::vector<Segment<D>> segments(target.size());
        std::uint64_t first = 0, from = 0;
        DeviceSegments result;
        result.view.count = static_cast<std::uint32_t>(target.size());
        result.view.fractions = static_cast<std::uint32_t>(first_fraction_);
        for (std::size_t s = 0; s <= target.size(); ++s) {
            if (s == first_fraction_) {
                result.view.first_fraction = first;
                result.view.first_source_fraction = from;
            }
            if (s == target.size()) break;
            segments[s] = {first, from, source[s], weights.empty() ? Ext::zero() : weights[s]};
            first += target[s];
            from += source[s];
        }
        result.memory = DeviceBuffer<Segment<D>>(context_, std::span<const Segment<D>>(segments));
        result.view.segments = result.memory.data();
        return result;
    }

    // ---- The trees

    void build() {
        for (std::size_t tree = 0; tree < kTrees; ++tree) {
            if (tree == 2) first_fraction_ = places_.size();
            for (std::size_t i = 0; i < lists_[tree].size(); ++i) {
                if (lists_[tree][i].height != 0) places_.push_back({tree, i, lists_[tree][i].height});
            }
        }
        make_tails();
        layers_.resize(row_variables_ + 1);
        layers_[row_variables_] = make_leaves();
        for (unsigned j = row_variables_; j-- != 0;) {
            build_layer(j);
            if (j + 1 == row_variables_) layers_[j + 1] = {};
        }
        build_dense();
    }

    void make_tails() {
        std::vector<std::uint32_t> heights;
        std::vector<GkrPlace> places;
        for (const Place& place : places_) {
            heights.push_back(place.height);
            places.push_back({static_cast<std::uint32_t>(place.tree), static_cast<std::uint32_t>(place.index)});
        }
        const std::size_t fractions = places_.size() - first_fraction_;
        tails_ = GkrTails<D>(context_,
                             GkrTailShape<D>(context_.tuning, heights, fractions, row_variables_, place_variables_),
                             places, fractions);
    }

    [[nodiscard]] Nodes make_leaves() const {
        Nodes leaves;
        leaves.groups = layer_groups(row_variables_);
        const auto [all, fractions] = totals(leaves.groups);
        leaves.values = ExtBuffer<D>(context_, 4 * all);
        leaves.leaf_numerators = DeviceBuffer<KoalaBear>(context_, 4 * fractions);
        // By tree and place: the first node.
        std::array<std::vector<std::uint64_t>, kTrees> first;
        for (std::size_t tree = 0; tree < kTrees; ++tree) first[tree].resize(lists_[tree].size());
        std::uint64_t at = 0;
        std::uint64_t before_fractions = 0;
        for (std::size_t s = 0; s < places_.size(); ++s) {
            first[places_[s].tree][places_[s].index] = 4 * at;
            at += leaves.groups[s];
            if (s < first_fraction_) before_fractions = 4 * at;
        }
        const TableColumns<Hasher> columns(table_);
        std::array<std::size_t, kTrees> next{};  // places of the chips before
        for (std::size_t chip = 0; chip < machine().chips.size(); ++chip) {
            const machine::Program& program = machine().chips[chip].program;
            std::vector<std::uint64_t> at_row_0;
            for (const machine::Interaction& interaction : program.interactions) {
                const std::size_t tree = static_cast<std::size_t>(interaction.type);
                at_row_0.push_back(first[tree][next[tree]++]);
            }
            if (table_.shape->heights[chip] != 0 && !program.interactions.empty())
                make_chip_leaves(chip, columns, at_row_0, before_fractions, leaves);
        }
        return leaves;
    }

    void make_chip_leaves(std::size_t chip, const TableColumns<Hasher>& columns, std::span<const std::uint64_t> places,
                          std::uint64_t before_fractions, const Nodes& leaves) const {
        const machine::Program& program = machine().chips[chip].program;
        const std::uint32_t height = table_.shape->heights[chip];
        const backend::TileCode& code = (*table_.shape->code)[chip].leaves;
        const std::vector<KoalaBear> scalars =
            backend::scalar_values(code, backend::zero_values(program, table_.shape->public_values));
        std::vector<LeafUse<D>> leaf_uses;
        std::vector<PackedOperand> elements;
        std::vector<Ext> weights;
        for (std::size_t u = 0; u < code.uses.size(); ++u) {
            const machine::Interaction& interaction = program.interactions[u];
            const auto [a, b] = backend::challenges_for(challenges_, interaction.type);
            LeafUse<D> use{};
            use.fraction = is_fraction(static_cast<std::size_t>(interaction.type));
            use.constant = a + KoalaBear::from_canonical(interaction.kind);
            if (!use.fraction) use.constant -= KoalaBear::one();
            use.multiplicity = pack(code.uses[u][0]);
            use.first = static_cast<std::uint32_t>(elements.size());
            Ext power = b;
            for (std::size_t e = 1; e < code.uses[u].size(); ++e, power *= b) {
                const backend::Operand& element = code.uses[u][e];
                if (element.kind == backend::Operand::Kind::scalar) {
                    use.constant += power * scalars[element.index];
                } else {
                    elements.push_back(pack(element));
                    weights.push_back(power);
                }
            }
            use.count = static_cast<std::uint32_t>(elements.size()) - use.first;
            use.place = places[u];
            use.numerator = use.fraction ? places[u] - before_fractions : 0;
            leaf_uses.push_back(use);
        }

        std::vector<DevicePointer<const KoalaBear>> column_places;
        for (const backend::Column& column : code.columns)
            column_places.push_back(columns.get(chip, column.group, column.index));
        const DeviceProgram device_program(context_, code, column_places, scalars);
        const DeviceBuffer<LeafUse<D>> device_uses(context_, std::span<const LeafUse<D>>(leaf_uses));
        const DeviceBuffer<PackedOperand> device_elements(context_, std::span<const PackedOperand>(elements));
        const DeviceBuffer<Ext> device_weights(context_, std::span<const Ext>(weights));
        const std::uint64_t threads = threads_for(height);
        const DeviceBuffer<KoalaBear> slots(context_, code.slots * threads);
        launch(context_.stream, threads,
               BuildLeaves<D>{device_program.view(), device_uses.data(), static_cast<std::uint32_t>(leaf_uses.size()),
                              device_elements.data(), device_weights.data(), slots.data(), threads, height,
                              leaves.values.view(), leaves.leaf_numerators.data()});
    }

    /// Layer of j row variables from that of j + 1.
    void build_layer(unsigned j) {
        const Nodes& below = layers_[j + 1];
        layers_[j] = make_nodes(layer_groups(j));
        const Nodes& above = layers_[j];
        const DeviceSegments segments = make_segments(above.groups, below.groups, {});
        if (j + 1 == row_variables_) {
            launch(context_.stream, above.values.size(),
                   BuildLayer<D, true>{segments.view, below.template view<true>(), above.template view<false>()});
        } else {
            launch(context_.stream, above.values.size(),
                   BuildLayer<D, false>{segments.view, below.template view<false>(), above.template view<false>()});
        }
    }

    void build_dense() {
        dense_.resize(place_variables_ + 1);
        backend::DenseLayer<D>& lowest = dense_[place_variables_];
        for (std::size_t v = 0; v < 6; ++v)
            lowest[v].assign(std::size_t{1} << place_variables_, v == 2 || v == 4 ? Ext::zero() : Ext::one());
        const std::vector<Ext> values = layers_[0].values.download(context_.stream);
        std::vector<Ext> numerators;
        if (row_variables_ != 0) {
            numerators = layers_[0].numerators.download(context_.stream);
        } else {
            for (const KoalaBear value : layers_[0].leaf_numerators.download(context_.stream))
                numerators.push_back(Ext::from_base(value));
        }
        for (std::size_t s = 0; s < places_.size(); ++s) {
            const auto& [tree, index, height] = places_[s];
            lowest[is_fraction(tree) ? 2 * tree - 1 : tree][index] = values[4 * s];
            if (is_fraction(tree)) lowest[2 * tree - 2][index] = numerators[4 * (s - first_fraction_)];
        }
        layers_[0] = {};
        for (unsigned k = place_variables_; k-- != 0;) dense_[k] = backend::layer_above<D>(dense_[k + 1]);
    }

    // ---- The sumchecks

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
                    backend::Channel<D, Hasher>& channel, std::vector<Ext>& point, Children& children) {
        const bool leaves = rows + 1 == row_variables_;
        std::vector<Ext> place_eq(std::size_t{1} << place_variables_);
        math::fill_eq_table(rho.subspan(rows), Ext::one(), std::span(place_eq));
        const Ext square = lambda * lambda;
        const std::array<Ext, kTrees> factors{Ext::one(), lambda, square, square * square};
        std::vector<Ext> weights;
        for (const Place& place : places_) weights.push_back(factors[place.tree] * place_eq[place.index]);

        const EqTable<D> eq_table(context_, rows == 0 ? 0 : rows - 1);
        Nodes current = leaves ? make_leaves() : std::move(layers_[rows + 1]);
        const unsigned tail = tails_.rounds(rows, leaves);
        for (unsigned k = 0; k < rows - tail; ++k) {
            const std::span<const Ext> later = rho.subspan(k + 1, rows - 1 - k);
            const EqView<D> eq = eq_table.fill(context_, later);
            const bool at_one = rho[k].is_zero();
            Sums<D, 2> sums;
            if (k == 0) {
                sums = leaves ? round<false, true>(current, nullptr, weights, eq, Ext::zero(), lambda, at_one)
                              : round<false, false>(current, nullptr, weights, eq, Ext::zero(), lambda, at_one);
            } else {
                std::vector<std::uint64_t> groups;
                for (const std::uint64_t before : current.groups) groups.push_back((before + 1) / 2);
                Nodes next = make_nodes(std::move(groups));
                const Ext r = point.back();
                sums = leaves && k == 1 ? round<true, true>(current, &next, weights, eq, r, lambda, at_one)
                                        : round<true, false>(current, &next, weights, eq, r, lambda, at_one);
                current = std::move(next);
            }
            sums.value[0] += neutral_part(current.groups, later, factors, place_eq, lambda);
            const auto [g0, g1] = backend::complete_line(rho[k], claim, sums.value[0]);
            claim = backend::finish_gkr_round<D, Hasher>({g0, g1, backend::quadratic_at_two(g0, g1, sums.value[1])},
                                                         channel, point);
        }
        if (tail == 0) return finish_rows(rows, leaves, current, point, children);
        typename GkrTails<D>::Start start{};
        start.rows = tail;
        start.folds = tail != rows;
        start.nodes = current.template view<false>();
        start.claim_point = rho.subspan(rows - tail);
        start.weights = weights;
        start.lambda = lambda;
        start.claim = claim;
        start.absent = absent_part(factors, place_eq, lambda);
        tails_.prove(context_, start, channel, point, children);
    }

    template <bool kFold, bool kLeaves>
    [[nodiscard]] Sums<D, 2> round(const Nodes& source, const Nodes* target, std::span<const Ext> weights,
                                   const EqView<D>& eq, const Ext& r, const Ext& lambda, bool at_one) const {
        const Nodes& made = kFold ? *target : source;
        const DeviceSegments segments = make_segments(made.groups, source.groups, weights);
        GkrRound<D, kFold, kLeaves> term{};
        term.segments = segments.view;
        term.source = source.template view<kLeaves>();
        if (kFold) term.target = target->template view<false>();
        term.eq = eq;
        term.r = r;
        term.lambda = lambda;
        term.at_one = at_one;
        return sum(context_, totals(made.groups).first, term);
    }

    /// What neutral nodes give: 1 in a product, lambda in n0 d1 + n1 d0 + lambda d0 d1, times the sum of eq over them.
    [[nodiscard]] Ext neutral_part(std::span<const std::uint64_t> groups, std::span<const Ext> later,
                                   const std::array<Ext, kTrees>& factors, std::span<const Ext> place_eq,
                                   const Ext& lambda) const {
        std::array<Ext, kTrees> there{};
        std::map<std::uint64_t, Ext> row_eq;  // many interactions have the same height
        for (std::size_t s = 0; s < places_.size(); ++s) {
            const auto [found, made] = row_eq.try_emplace(groups[s]);
            if (made) found->second = math::evaluate_less_than(later, groups[s]);
            there[places_[s].tree] += place_eq[places_[s].index] * found->second;
        }
        Ext sum = Ext::zero();
        for (std::size_t tree = 0; tree < kTrees; ++tree) {
            const Ext part = factors[tree] * (KoalaBear::one() - there[tree]);
            sum += is_fraction(tree) ? lambda * part : part;
        }
        return sum;
    }

    /// The same of places without rows alone.
    [[nodiscard]] Ext absent_part(const std::array<Ext, kTrees>& factors, std::span<const Ext> place_eq,
                                  const Ext& lambda) const {
        return neutral_part(std::vector<std::uint64_t>(places_.size(), 1), {}, factors, place_eq, lambda);
    }

    /// The children with all row variables bound: one group is left of each interaction, whose variable the last
    /// challenge binds; or none was there to bind.
    void finish_rows(unsigned rows, bool leaves, const Nodes& last, const std::vector<Ext>& point,
                     Children& children) const {
        for (std::size_t v = 0; v < 12; ++v) {
            children[v].assign(std::size_t{1} << place_variables_, v >= 4 && (v % 4) < 2 ? Ext::zero() : Ext::one());
        }
        const std::vector<Ext> values = last.values.download(context_.stream);
        std::vector<Ext> numerators;
        if (leaves && rows < 2) {
            for (const KoalaBear value : last.leaf_numerators.download(context_.stream))
                numerators.push_back(Ext::from_base(value));
        } else {
            numerators = last.numerators.download(context_.stream);
        }
        for (std::size_t s = 0; s < places_.size(); ++s) {
            const auto& [tree, index, height] = places_[s];
            for (std::size_t child = 0; child < 2; ++child) {
                const auto bound = [&](const std::vector<Ext>& from, std::size_t group) {
                    const std::size_t at = 4 * group + child;
                    return rows == 0 ? from[at] : math::evaluate_line(from[at], from[at + 2], point.back());
                };
                if (is_fraction(tree)) {
                    children[4 * tree - 4 + child][index] = bound(numerators, s - first_fraction_);
                    children[4 * tree - 2 + child][index] = bound(values, s);
                } else {
                    children[2 * tree + child][index] = bound(values, s);
                }
            }
        }
    }

    const Context& context_;
    const backend::Table<Hasher>& table_;
    const backend::FingerprintChallenges<D>& challenges_;
    backend::InteractionLists lists_;
    unsigned row_variables_;
    unsigned place_variables_;
    std::vector<Place> places_;       ///< those with rows, tree by tree
    std::size_t first_fraction_ = 0;  ///< of them
    GkrTails<D> tails_;
    std::vector<Nodes> layers_;                  ///< by number of row variables
    std::vector<backend::DenseLayer<D>> dense_;  ///< by number of place variables
};

}  // namespace sluice::backend_cuda
