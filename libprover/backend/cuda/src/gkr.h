// The four trees over all records, lookups and links, and the sumchecks from their roots to their leaves:
// libprover/DESIGN.md, section 5. SPDX-License-Identifier: MIT OR Apache-2.0
//
// Only rows that exist are stored. The leaves, about half of all nodes, are made twice: chip by chip for the layers
// above them, which are kept together, and all of them when their own sum-check comes. What neutral nodes give to a sum
// follows from the sum of eq over the others. The layers without row variables are small, and proved on the host.
//
// While a layer is large, one pass makes the sums of two rounds, and the next one binds both variables as it goes: it
// is read half as often. With few groups left a tail goes on, with the transcript on the device.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <numeric>
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
          columns_(table),
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
        struct Layer {
            std::uint64_t groups = 0, bytes = 0;
            std::array<std::uint64_t, 4> bound{};  ///< bytes with so many variables bound
        };
        std::vector<Layer> layers(mu + 1);
        std::vector<std::uint64_t> leaves(shape.machine.chips.size(), 0);  // bytes by chip
        std::vector<std::uint32_t> heights;
        std::size_t fractions = 0;
        for (std::size_t tree = 0; tree < kTrees; ++tree) {
            const std::uint64_t group = (is_fraction(tree) ? 2 : 1) * 4 * kExt;
            for (const backend::InteractionPlace& place : lists[tree]) {
                if (place.height == 0) continue;
                heights.push_back(place.height);
                if (is_fraction(tree)) ++fractions;
                for (unsigned j = 0; j <= mu; ++j) {
                    const std::uint64_t groups = groups_of(place.height, mu - j);
                    const std::uint64_t numerator = !is_fraction(tree) ? 0 : j == mu ? kWord : kExt;
                    layers[j].groups += groups;
                    layers[j].bytes += 4 * groups * (kExt + numerator);
                    if (j == mu) leaves[place.chip] += 4 * groups * (kExt + numerator);
                    for (unsigned k = 0; k < 4; ++k)
                        layers[j].bound[k] += group * ((groups + (std::uint64_t{1} << k) - 1) >> k);
                }
            }
        }
        const GkrTailShape<D> tails(tuning, heights, fractions, mu, backend::place_variables(lists));
        // While a layer is proved, those below it but the leaves are there, and it or what is left of it is folded.
        std::uint64_t below = 0, most = 0;
        for (unsigned j = mu + 1; j-- != 0;) {
            const Layer& layer = layers[j];
            const unsigned rows = j == 0 ? 0 : j - 1;
            const unsigned tail = tails.rounds(rows, j == mu);
            const unsigned first = two_at_once(rows - tail, layer.groups, tuning) ? 2 : 1;
            most = std::max(most, below + std::max(layer.bytes, layer.bound[first + 1]) + layer.bound[first]);
            if (tail != 0) {
                const bool folds = tail != rows;
                most = std::max(most, below + (folds ? tails.node_bytes(tails.totals(tail)) : layer.bytes) +
                                          tails.bytes(tail, folds));
            }
            if (j != mu) below += layer.bytes;
        }
        // While leaves are made, there are programs.
        std::uint64_t making = 0;
        for (std::size_t chip = 0; chip < leaves.size(); ++chip) {
            if (shape.heights[chip] == 0) continue;
            const backend::TileCode& code = (*shape.code)[chip].leaves;
            std::uint64_t elements = 0;
            for (const auto& operands : code.uses) elements += operands.size() - 1;
            const std::uint64_t program = DeviceProgram::bytes_for(code) +
                                          aligned(code.uses.size() * sizeof(LeafUse<D>)) +
                                          aligned(elements * sizeof(PackedOperand)) + aligned(elements * sizeof(Ext)) +
                                          aligned(code.slots * threads_for(shape.heights[chip]) * kWord);
            const std::uint64_t above = mu == 0 ? 0 : layers[mu - 1].bytes;
            making = std::max({making, layers[mu].bytes + program, leaves[chip] + above + program});
        }
        // Each array is rounded up.
        const std::uint64_t rounding = (3 * std::uint64_t{mu + 1} + 12) * kAlignment;
        return std::max(most + sum_bytes<D, 9>(), making) + 2 * aligned(heights.size() * sizeof(Segment<D>)) +
               EqTable<D>::bytes_for(mu) + tails.table_bytes() + rounding;
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
        std::uint32_t chip;
        std::uint32_t interaction;  ///< of the chip
        std::uint32_t height;
    };
    [[nodiscard]] const machine::Machine& machine() const noexcept { return table_.shape->machine; }
    static std::uint64_t threads_for(std::uint32_t height) noexcept {
        return std::min<std::uint64_t>(machine::align4(height), kProgramThreads);
    }

    /// Whether a pass makes the sums of two of the rounds that are left for passes, over so many groups. The last one
    /// is by itself: what comes after binds one variable.
    static bool two_at_once(unsigned rounds_left, std::uint64_t groups, const Tuning& tuning) noexcept {
        return rounds_left > 2 && groups >= tuning.two_round_groups;
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

    /// Segments of some places, ascending, on the device: `target` groups of all places are made from `source` groups
    /// of those. A thread takes `at_once` groups.
    struct DeviceSegments {
        DeviceBuffer<Segment<D>> memory;
        SegmentsView<D> view;
        std::uint64_t threads = 0;
    };
    [[nodiscard]] DeviceSegments make_segments(std::span<const std::size_t> places,
                                               std::span<const std::uint64_t> target,
                                               std::span<const std::uint64_t> source, std::span<const Ext> weights,
                                               unsigned at_once = 1) const {
        std::vector<Segment<D>> segments;
        std::uint64_t first = 0, from = 0;
        DeviceSegments result;
        for (std::size_t s = 0; s <= target.size(); ++s) {
            if (s == first_fraction_) {
                result.view.fractions = static_cast<std::uint32_t>(segments.size());
                result.view.first_fraction = first;
                result.view.first_source_fraction = from;
            }
            if (s == target.size()) break;
            const std::size_t at = segments.size();
            if (at < places.size() && places[at] == s) {
                segments.push_back(
                    {result.threads, from, source[at], weights.empty() ? Ext::zero() : weights[s], first});
                result.threads += (target[s] + at_once - 1) / at_once;
                from += source[at];
            }
            first += target[s];
        }
        result.view.count = static_cast<std::uint32_t>(segments.size());
        result.memory = DeviceBuffer<Segment<D>>(context_, std::span<const Segment<D>>(segments));
        result.view.segments = result.memory.data();
        return result;
    }

    // ---- The trees

    void build() {
        for (std::size_t tree = 0; tree < kTrees; ++tree) {
            if (tree == 2) first_fraction_ = places_.size();
            for (std::size_t i = 0; i < lists_[tree].size(); ++i) {
                const auto& [chip, interaction, height] = lists_[tree][i];
                if (height != 0) places_.push_back({tree, i, chip, interaction, height});
            }
        }
        all_.resize(places_.size());
        std::iota(all_.begin(), all_.end(), std::size_t{0});
        make_tails();
        layers_.resize(row_variables_ + 1);
        if (row_variables_ == 0) {
            layers_[0] = make_leaves(all_);
        } else {
            build_above_leaves();
            for (unsigned j = row_variables_ - 1; j-- != 0;) {
                layers_[j] = make_nodes(layer_groups(j));
                build_layer<false>(all_, layers_[j + 1], layers_[j]);
            }
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

    /// From the leaves of one chip after the other.
    void build_above_leaves() {
        Nodes& above = layers_[row_variables_ - 1];
        above = make_nodes(layer_groups(row_variables_ - 1));
        std::vector<std::vector<std::size_t>> of_chip(machine().chips.size());
        for (const std::size_t s : all_) of_chip[places_[s].chip].push_back(s);
        for (const std::vector<std::size_t>& places : of_chip) {
            if (!places.empty()) build_layer<true>(places, make_leaves(places), above);
        }
    }

    /// The leaves of some places, ascending: all of a chip or none.
    [[nodiscard]] Nodes make_leaves(std::span<const std::size_t> places) const {
        Nodes leaves;
        std::vector<std::vector<std::uint64_t>> first(machine().chips.size());  // node of each interaction
        std::uint64_t all = 0, products = 0;
        for (const std::size_t s : places) {
            const Place& place = places_[s];
            first[place.chip].resize(machine().chips[place.chip].program.interactions.size());
            first[place.chip][place.interaction] = 4 * all;
            leaves.groups.push_back(groups_of(place.height, 0));
            all += leaves.groups.back();
            if (s < first_fraction_) products = all;
        }
        leaves.values = ExtBuffer<D>(context_, 4 * all);
        leaves.leaf_numerators = DeviceBuffer<KoalaBear>(context_, 4 * (all - products));
        for (std::size_t chip = 0; chip < first.size(); ++chip) {
            if (!first[chip].empty()) make_chip_leaves(chip, first[chip], 4 * products, leaves);
        }
        return leaves;
    }

    void make_chip_leaves(std::size_t chip, std::span<const std::uint64_t> places, std::uint64_t before_fractions,
                          const Nodes& leaves) const {
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
            column_places.push_back(columns_.get(chip, column.group, column.index));
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

    /// Nodes of some places from their children.
    template <bool kLeaves>
    void build_layer(std::span<const std::size_t> places, const Nodes& below, const Nodes& above) const {
        const DeviceSegments segments = make_segments(places, above.groups, below.groups, {});
        launch(context_.stream, 4 * segments.threads,
               BuildLayer<D, kLeaves>{segments.view, below.template view<kLeaves>(), above.template view<false>()});
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
            const auto& [tree, index, chip, interaction, height] = places_[s];
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
        Nodes current = leaves ? make_leaves(all_) : std::move(layers_[rows + 1]);
        const unsigned tail = tails_.rounds(rows, leaves);
        bool from_leaves = leaves;
        unsigned unbound = 0;  // challenges that `current` is not yet bound to
        for (unsigned k = 0; k < rows - tail; k += unbound) {
            const std::vector<std::uint64_t> groups = halved(current.groups, unbound);
            const bool two = two_at_once(rows - tail - k, totals(groups).first, context_.tuning);
            const unsigned at_once = two ? 2 : 1;
            const std::span<const Ext> later = rho.subspan(k + at_once, rows - at_once - k);
            const Pass pass{weights, eq_table.fill(context_, later), lambda, std::span(point).last(unbound),
                            from_leaves};
            const Ext neutral = neutral_part(halved(groups, at_once - 1), later, factors, place_eq, lambda);
            const auto send = [&](unsigned round, const Ext& known, const Ext& top) {
                const auto [g0, g1] = backend::complete_line(rho[round], claim, known);
                claim = backend::finish_gkr_round<D, Hasher>({g0, g1, backend::quadratic_at_two(g0, g1, top)}, channel,
                                                             point);
            };
            if (two) {
                TwoRoundSums<D> sums = two_rounds(pass, current, unbound);
                for (const std::size_t v : {0, 1, 3, 4}) sums.value[v] += neutral;
                const auto first = [&](std::size_t i) {
                    return math::evaluate_line(sums.value[3 * i], sums.value[3 * i + 1], rho[k + 1]);
                };
                send(k, first(rho[k].is_zero() ? 1 : 0), first(2));
                const Ext r = point.back();
                send(k + 1, second_round(sums, rho[k + 1].is_zero() ? 1 : 0, r), second_round(sums, 2, r));
            } else {
                const Sums<D, 2> sums = one_round(pass, current, unbound, rho[k].is_zero());
                send(k, sums.value[0] + neutral, sums.value[1]);
            }
            if (unbound != 0) from_leaves = false;
            unbound = at_once;
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

    /// So many groups of each interaction with so many variables more bound.
    static std::vector<std::uint64_t> halved(std::vector<std::uint64_t> groups, unsigned times) {
        for (; times != 0; --times) {
            for (std::uint64_t& count : groups) count = (count + 1) / 2;
        }
        return groups;
    }

    /// What passes over a layer have in common.
    struct Pass {
        std::span<const Ext> weights;
        EqView<D> eq;
        Ext lambda;
        std::span<const Ext> unbound;  ///< challenges that are bound as it goes
        bool from_leaves;
    };

    [[nodiscard]] Sums<D, 2> one_round(const Pass& pass, Nodes& nodes, unsigned bind, bool at_one) const {
        const auto run = [&]<unsigned kBind, bool kLeaves>() {
            GkrRound<D, kBind, kLeaves> term{};
            term.at_one = at_one;
            return sum_of<kBind, kLeaves>(pass, nodes, term, 1);
        };
        switch (bind) {
            case 0:
                return pass.from_leaves ? run.template operator()<0, true>() : run.template operator()<0, false>();
            case 1:
                return pass.from_leaves ? run.template operator()<1, true>() : run.template operator()<1, false>();
            default:
                return pass.from_leaves ? run.template operator()<2, true>() : run.template operator()<2, false>();
        }
    }
    [[nodiscard]] TwoRoundSums<D> two_rounds(const Pass& pass, Nodes& nodes, unsigned bind) const {
        const auto run = [&]<unsigned kBind, bool kLeaves>() {
            return sum_of<kBind, kLeaves>(pass, nodes, GkrTwoRounds<D, kBind, kLeaves>{}, 2);
        };
        // Passes of two rounds come first, so that none follows one of a single round.
        if (bind == 0)
            return pass.from_leaves ? run.template operator()<0, true>() : run.template operator()<0, false>();
        return pass.from_leaves ? run.template operator()<2, true>() : run.template operator()<2, false>();
    }

    /// The sums of a pass, which leaves the nodes with kBind variables bound.
    template <unsigned kBind, bool kLeaves, class Term>
    [[nodiscard]] typename Term::Value sum_of(const Pass& pass, Nodes& nodes, Term term, unsigned at_once) const {
        Nodes made;
        if (kBind != 0) made = make_nodes(halved(nodes.groups, kBind));
        const std::vector<std::uint64_t>& groups = kBind != 0 ? made.groups : nodes.groups;
        const DeviceSegments segments = make_segments(all_, groups, nodes.groups, pass.weights, at_once);
        term.segments = segments.view;
        term.nodes.source = nodes.template view<kLeaves>();
        term.nodes.target = made.template view<false>();
        std::copy(pass.unbound.begin(), pass.unbound.end(), term.nodes.r);
        term.eq = pass.eq;
        term.lambda = pass.lambda;
        const auto sums = sum(context_, segments.threads, term);
        if (kBind != 0) nodes = std::move(made);
        return sums;
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
            const auto& [tree, index, chip, interaction, height] = places_[s];
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
    TableColumns<Hasher> columns_;
    backend::InteractionLists lists_;
    unsigned row_variables_;
    unsigned place_variables_;
    std::vector<Place> places_;       ///< those with rows, tree by tree
    std::vector<std::size_t> all_;    ///< their indices
    std::size_t first_fraction_ = 0;  ///< of them
    GkrTails<D> tails_;
    std::vector<Nodes> layers_;                  ///< by number of row variables
    std::vector<backend::DenseLayer<D>> dense_;  ///< by number of place variables
};

}  // namespace sluice::backend_cuda
