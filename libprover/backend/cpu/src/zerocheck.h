// The zerocheck over all chips, which takes the claims about the leaves with it: libprover/DESIGN.md, section 6, steps
// 1 to 3. SPDX-License-Identifier: MIT OR Apache-2.0
//
// For each chip, Z is written as a sum of columns, products and records' terms, each with its weight: weights go down
// from constraints and elements through sums, differences and multiples. What is left of columns themselves is one
// linear form, which is computed once over the rows and then folded as one column. So columns that no product reads are
// never folded; their values at the end are inner products with eq.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"

#include "commitment.h"
#include "context.h"
#include "gkr.h"
#include "kernels.h"
#include "sluice/backend/backend.h"
#include "sluice/math/multilinear.h"
#include "tile_code.h"

namespace sluice::backend_cpu {

template <unsigned D, class Hasher>
class ZerocheckProver {
    using Ext = Extension<D>;
    using View = ExtView<D>;

 public:
    ZerocheckProver(const Context<D>& context, ScratchPool& scratch, const backend::Table<Hasher>& table,
                    const backend::FingerprintChallenges<D>& challenges, const backend::LeafClaims<D>& leaves)
        : context_(context),
          scratch_(scratch),
          table_(table),
          challenges_(challenges),
          leaves_(leaves),
          columns_(table),
          variables_(backend::row_variables(table.shape->heights)) {}

    absl::StatusOr<backend::ColumnClaims<D>> prove(backend::Channel<D, Hasher>& channel) {
        const Ext xi = channel.sample("xi");
        Ext claim = prepare(xi);

        const std::span<const Ext> rho = std::span(leaves_.point).first(variables_);
        std::vector<Ext> point;
        ExtBuffer<D> eq;
        for (unsigned k = 0; k < variables_; ++k) {
            const std::size_t eq_size = std::size_t{1} << (variables_ - 1 - k);
            eq = k == 0 ? context_.eq_table(rho.subspan(1), Ext::one()) : context_.drop_variable(eq, 2 * eq_size);
            const bool at_one = rho[k].is_zero();
            const Sums sums = k == 0 ? first_round(eq.view(), at_one) : later_round(eq.view(), at_one, point.back());

            const auto [g0, g1] = complete_line(rho[k], claim, sums.known);
            // The third difference of the values at -1, 0, 1, 2, 3 is the same twice.
            const Ext g3 = ((sums.two + g0).doubled() - (g1.doubled() + g1)).doubled() - sums.minus_one;
            const std::array<Ext, 4> message{g0, g1, sums.two, g3};
            channel.send("zerocheck_round", message);
            point.push_back(channel.sample("row_point"));
            claim = cubic_at(message, point.back());
        }
        backend::ColumnClaims<D> result;
        result.values = column_values(point);
        result.point = std::move(point);
        channel.send("column_values", result.values);
        return result;
    }

 private:
    /// What is done with a value, or values, of a tile.
    struct Use {
        Ext weight{};         ///< of a product
        bool record = false;  ///< first operand times (constant + sum of coefficients times the others)
        Ext constant{};       ///< of a record
        std::vector<Ext> coefficients;
    };
    struct Chip {
        std::uint32_t index;  ///< in the machine
        std::uint32_t height;
        TileCode code;
        std::vector<Use> uses;
        Ext constant{};
        std::vector<std::pair<Column, Ext>> linear;
        std::size_t tile = 0;  ///< pairs of rows that are worked on together
        // After the first round:
        std::uint32_t rows = 0;
        std::size_t stride = 0;  ///< between columns
        ExtBuffer<D> columns;    ///< the code's
        ExtBuffer<D> form;       ///< the linear form
    };
    struct Sums {
        Ext known{}, two{}, minus_one{};
        Sums& operator+=(const Sums& other) noexcept {
            known += other.known;
            two += other.two;
            minus_one += other.minus_one;
            return *this;
        }
    };
    struct Task {
        std::size_t chip, first, last;
    };

    [[nodiscard]] const machine::Machine& machine() const noexcept { return table_.shape->machine; }

    static Ext cubic_at(const std::array<Ext, 4>& values, const Ext& x) {
        // Newton's form on 0, 1, 2, 3.
        const Ext first = values[1] - values[0];
        const Ext second = (values[2] - values[1].doubled() + values[0]).halved();
        const Ext third =
            (values[3] - values[0] - (values[2] - values[1]).doubled() - (values[2] - values[1])) * kSixth;
        return values[0] + x * (first + (x - KoalaBear::one()) * (second + (x - KoalaBear::from_canonical(2)) * third));
    }
    static constexpr KoalaBear kSixth = KoalaBear::from_canonical(6).inverse();

    /// Writes down Z of each chip; gives the claim.
    Ext prepare(const Ext& xi) {
        std::uint64_t constraints = 0;
        for (const machine::Chip& chip : machine().chips) constraints += chip.program.constraints.size();
        const Ext base = xi.pow(constraints);
        std::array<Ext, 6> form_weights;
        form_weights[0] = base;
        for (std::size_t j = 1; j < 6; ++j) form_weights[j] = form_weights[j - 1] * xi;

        const std::span<const Ext> rho(leaves_.point);
        const std::span<const Ext> rho_rows = rho.first(variables_);
        std::vector<Ext> place_eq(std::size_t{1} << (rho.size() - variables_));
        math::fill_eq_table(rho.subspan(variables_), Ext::one(), std::span(place_eq));

        std::array<Ext, 6> left = leaves_.values;
        for (const std::size_t j : {0, 1, 3, 5}) left[j] -= KoalaBear::one();
        std::array<std::size_t, machine::kInteractionTypes> places{};
        Ext constraint_weight = Ext::one();
        for (std::uint32_t index = 0; index < machine().chips.size(); ++index) {
            const machine::Program& program = machine().chips[index].program;
            const std::uint32_t height = table_.shape->heights[index];
            if (height == 0) {
                for (const machine::Interaction& interaction : program.interactions)
                    ++places[static_cast<std::size_t>(interaction.type)];
                for (std::size_t j = 0; j < program.constraints.size(); ++j) constraint_weight *= xi;
                continue;
            }
            const auto fixed = fixed_values(program, table_.shape->public_values);
            const std::vector<KoalaBear> at_zero = zero_values(program);
            const Ext rows_weight = math::evaluate_less_than(rho_rows, height);

            Chip chip;
            chip.index = index;
            chip.height = height;
            chip.constant = Ext::zero();
            std::vector<Ext> weights(program.nodes.size(), Ext::zero());
            std::vector<std::vector<std::uint32_t>> use_nodes;
            for (const std::uint32_t node : program.constraints) {
                weights[node] += constraint_weight;
                constraint_weight *= xi;
            }
            for (const machine::Interaction& interaction : program.interactions) {
                const std::size_t type = static_cast<std::size_t>(interaction.type);
                const Ext& e = place_eq[places[type]++];
                const auto [a, b] = challenges_for(challenges_, interaction.type);
                const std::span<const std::uint32_t> elements =
                    program.elements.subspan(interaction.first_element, interaction.element_count);
                const Ext start = a + KoalaBear::from_canonical(interaction.kind);
                if (type < 2) {
                    Use use;
                    use.record = true;
                    const Ext scale = form_weights[type] * e;
                    use.constant = scale * (start - KoalaBear::one());
                    std::vector<std::uint32_t> nodes{interaction.multiplicity};
                    Ext coefficient = scale * b;
                    for (const std::uint32_t node : elements) {
                        if (fixed[node]) {
                            use.constant += coefficient * *fixed[node];
                        } else {
                            nodes.push_back(node);
                            use.coefficients.push_back(coefficient);
                        }
                        coefficient *= b;
                    }
                    // A fixed selector is 0, by the rule about zero rows.
                    if (fixed[interaction.multiplicity]) continue;
                    chip.uses.push_back(std::move(use));
                    use_nodes.push_back(std::move(nodes));
                } else {
                    const std::size_t form = 2 * type - 2;
                    weights[interaction.multiplicity] += form_weights[form] * e;
                    Ext coefficient = form_weights[form + 1] * e * b;
                    Ext power = b;
                    Ext at_zero_row = start;
                    for (const std::uint32_t node : elements) {
                        weights[node] += coefficient;
                        chip.constant -= coefficient * at_zero[node];
                        at_zero_row += power * at_zero[node];
                        coefficient *= b;
                        power *= b;
                    }
                    left[form + 1] -= e * (at_zero_row - KoalaBear::one()) * rows_weight;
                }
            }
            push_down(program, fixed, weights, chip, use_nodes);
            chip.code = compile(program, fixed, use_nodes);
            chip.tile = tile_rows((chip.code.columns.size() + chip.code.slots + 3) * D * sizeof(KoalaBear));
            chips_.push_back(std::move(chip));
        }
        Ext claim = Ext::zero();
        for (std::size_t j = 0; j < 6; ++j) claim += form_weights[j] * left[j];
        return claim;
    }

    /// The values of all nodes where all columns are 0.
    [[nodiscard]] std::vector<KoalaBear> zero_values(const machine::Program& program) const {
        std::vector<KoalaBear> values(program.nodes.size(), KoalaBear::zero());
        for (std::size_t i = 0; i < values.size(); ++i) {
            const machine::Node& node = program.nodes[i];
            switch (node.kind) {
                case machine::NodeKind::constant:
                    values[i] = KoalaBear::from_canonical(node.a);
                    break;
                case machine::NodeKind::public_value:
                    values[i] = table_.shape->public_values[node.a];
                    break;
                case machine::NodeKind::add:
                    values[i] = values[node.a] + values[node.b];
                    break;
                case machine::NodeKind::sub:
                    values[i] = values[node.a] - values[node.b];
                    break;
                case machine::NodeKind::mul:
                    values[i] = values[node.a] * values[node.b];
                    break;
                default:
                    break;
            }
        }
        return values;
    }

    /// Moves weights from sums to what they are sums of, until only products and columns have any.
    static void push_down(const machine::Program& program, std::span<const std::optional<KoalaBear>> fixed,
                          std::vector<Ext>& weights, Chip& chip, std::vector<std::vector<std::uint32_t>>& use_nodes) {
        for (std::uint32_t i = static_cast<std::uint32_t>(program.nodes.size()); i-- != 0;) {
            const Ext weight = weights[i];
            if (weight.is_zero()) continue;
            const machine::Node& node = program.nodes[i];
            if (fixed[i]) {
                chip.constant += weight * *fixed[i];
                continue;
            }
            switch (node.kind) {
                case machine::NodeKind::add:
                    weights[node.a] += weight;
                    weights[node.b] += weight;
                    break;
                case machine::NodeKind::sub:
                    weights[node.a] += weight;
                    weights[node.b] -= weight;
                    break;
                case machine::NodeKind::mul:
                    if (fixed[node.a]) {
                        weights[node.b] += weight * *fixed[node.a];
                    } else if (fixed[node.b]) {
                        weights[node.a] += weight * *fixed[node.b];
                    } else {
                        Use use;
                        use.weight = weight;
                        chip.uses.push_back(std::move(use));
                        use_nodes.push_back({i});
                    }
                    break;
                default: {
                    const Column column{static_cast<machine::Group>(static_cast<std::uint32_t>(node.kind) - 1), node.a};
                    chip.linear.emplace_back(column, weight);
                    break;
                }
            }
        }
    }

    [[nodiscard]] std::vector<Task> tasks_of_round() const {
        std::vector<Task> tasks;
        for (std::size_t c = 0; c < chips_.size(); ++c) {
            const std::size_t pairs = half_up(chips_[c].rows);
            for (std::size_t first = 0; first < pairs; first += chips_[c].tile)
                tasks.push_back({c, first, std::min(pairs, first + chips_[c].tile)});
        }
        return tasks;
    }

    /// Adds what the linear form gives: it is a line.
    static void add_form(Sums& sums, const Pair<D>& form, bool at_one) {
        const Ext& at_zero = form.at;
        const Ext& at_unit = form.top;
        sums.known += at_one ? at_unit : at_zero;
        sums.two += at_unit.doubled() - at_zero;
        sums.minus_one += at_zero.doubled() - at_unit;
    }

    static constexpr std::size_t kPoints = 3;
    static std::array<LinePoint, kPoints> points(bool at_one) {
        return {at_one ? LinePoint::one : LinePoint::zero, LinePoint::two, LinePoint::minus_one};
    }
    static Ext& sum_at(Sums& sums, std::size_t point) {
        return point == 0 ? sums.known : point == 1 ? sums.two : sums.minus_one;
    }

    /// From the committed columns; computes the linear forms on the way.
    Sums first_round(View eq, bool at_one) {
        for (Chip& chip : chips_) {
            chip.rows = chip.height;
            if (!chip.linear.empty()) chip.form = ExtBuffer<D>(context_.memory, capacity(chip.height, 2));
        }
        const std::vector<Task> tasks = tasks_of_round();
        return context_.pool.template sum<Sums>(tasks.size(), [&](std::size_t t) {
            const Task& task = tasks[t];
            Chip& chip = chips_[task.chip];
            const std::size_t count = task.last - task.first;
            const std::size_t pairs = padded(count);
            const std::size_t columns = chip.code.columns.size();
            const std::size_t tile = chip.tile;
            ScratchPool::Lease lease(scratch_, (columns + chip.code.slots + 3 * D) * tile);
            KoalaBear* const lines = lease.data();
            KoalaBear* const slots = lines + columns * tile;
            const View sum{slots + chip.code.slots * tile, tile};
            const View factors = sum.at(D * tile);
            const View weights = factors.at(D * tile);

            // What lies behind a column's end is another column: its weight is 0.
            for (unsigned l = 0; l < D; ++l) {
                std::copy_n(eq.base + l * eq.stride + task.first, count, weights.base + l * tile);
                std::fill_n(weights.base + l * tile + count, pairs - count, KoalaBear::zero());
            }
            Sums sums;
            if (!chip.linear.empty()) {
                const View form = chip.form.view().at(2 * task.first);
                form.fill(0, 2 * pairs, Ext::zero());
                for (const auto& [column, weight] : chip.linear) {
                    context_.kernels.accumulate_base(
                        form, weight, columns_.get(chip.index, column.group, column.index) + 2 * task.first, 2 * pairs);
                }
                form.fill(chip.height - 2 * task.first < 2 * pairs ? chip.height - 2 * task.first : 2 * pairs,
                          2 * pairs, Ext::zero());
                add_form(sums, context_.kernels.pair_sums(weights, form, pairs), at_one);
            }
            if (chip.uses.empty()) {
                add_constant(sums, chip.constant, weights, count);
                return sums;
            }
            const std::array<LinePoint, kPoints> where = points(at_one);
            for (std::size_t p = 0; p < kPoints; ++p) {
                for (std::size_t c = 0; c < columns; ++c) {
                    const Column& column = chip.code.columns[c];
                    context_.kernels.line(columns_.get(chip.index, column.group, column.index) + 2 * task.first,
                                          where[p], lines + c * tile, pairs);
                }
                sum.fill(0, pairs, chip.constant);
                const auto operand = [&](const Operand& from) -> TileOperand {
                    switch (from.kind) {
                        case Operand::Kind::slot:
                            return {slots + from.index * tile, 0, false};
                        case Operand::Kind::column:
                            return {lines + from.index * tile, 0, false};
                        default:
                            return {&chip.code.scalars[from.index], 0, true};
                    }
                };
                for (const Step& step : chip.code.steps) {
                    if (step.kind != Step::Kind::use) {
                        context_.kernels.base_operation(step.kind, operand(step.a), operand(step.b),
                                                        slots + step.target * tile, pairs);
                        continue;
                    }
                    const Use& use = chip.uses[step.target];
                    const std::vector<Operand>& operands = chip.code.uses[step.target];
                    if (!use.record) {
                        context_.kernels.accumulate_base(sum, use.weight, operand(operands[0]).data, pairs);
                        continue;
                    }
                    factors.fill(0, pairs, use.constant);
                    for (std::size_t e = 0; e < use.coefficients.size(); ++e) {
                        context_.kernels.accumulate_base(factors, use.coefficients[e], operand(operands[e + 1]).data,
                                                         pairs);
                    }
                    context_.kernels.accumulate_product_base(sum, factors, operand(operands[0]).data, pairs);
                }
                sum_at(sums, p) += context_.kernels.dot(weights, sum, pairs);
            }
            return sums;
        });
    }

    void add_constant(Sums& sums, const Ext& constant, View weights, std::size_t count) const {
        Ext total = Ext::zero();
        for (std::size_t x = 0; x < count; ++x) total += weights.get(x);
        total *= constant;
        sums.known += total;
        sums.two += total;
        sums.minus_one += total;
    }

    /// Binds the variable before to r, and sums over what is left.
    Sums later_round(View eq, bool at_one, const Ext& r) {
        std::vector<ExtBuffer<D>> next_columns(chips_.size());
        std::vector<ExtBuffer<D>> next_form(chips_.size());
        std::vector<std::size_t> next_stride(chips_.size());
        const bool from_base = chips_.empty() || chips_[0].stride == 0;
        std::vector<std::uint32_t> rows_before(chips_.size());
        for (std::size_t c = 0; c < chips_.size(); ++c) {
            Chip& chip = chips_[c];
            rows_before[c] = chip.rows;
            chip.rows = half_up(chip.rows);
            next_stride[c] = capacity(chip.rows, 2);
            next_columns[c] = ExtBuffer<D>(context_.memory, chip.code.columns.size() * next_stride[c]);
            if (!chip.linear.empty()) next_form[c] = ExtBuffer<D>(context_.memory, next_stride[c]);
        }
        const std::vector<Task> tasks = tasks_of_round();
        const Sums sums = context_.pool.template sum<Sums>(tasks.size(), [&](std::size_t t) {
            const Task& task = tasks[t];
            Chip& chip = chips_[task.chip];
            const std::size_t count = task.last - task.first;
            const std::size_t pairs = padded(count);
            const std::size_t columns = chip.code.columns.size();
            const std::size_t tile = chip.tile;

            // Fold this tile's rows: those that are there, then zeros.
            const std::size_t first = 2 * task.first;
            const std::size_t there = std::min<std::size_t>(2 * pairs, chip.rows - first);
            const std::size_t folded = std::min(padded(there), 2 * pairs);
            const auto finish = [&](const View& out) { out.fill(there, 2 * pairs, Ext::zero()); };
            for (std::size_t c = 0; c < columns; ++c) {
                const View out = next_columns[task.chip].view().at(c * next_stride[task.chip] + first);
                if (from_base) {
                    const Column& column = chip.code.columns[c];
                    context_.kernels.fold_base(columns_.get(chip.index, column.group, column.index) + 2 * first, r, out,
                                               folded);
                } else {
                    context_.kernels.fold(chip.columns.view().at(c * chip.stride + 2 * first), r, out, folded);
                }
                finish(out);
            }
            Sums part;
            if (!chip.linear.empty()) {
                const View out = next_form[task.chip].view().at(first);
                context_.kernels.fold(chip.form.view().at(2 * first), r, out, folded);
                finish(out);
                add_form(part, context_.kernels.pair_sums(eq.at(task.first), out, pairs), at_one);
            }
            if (chip.uses.empty()) {
                add_constant(part, chip.constant, eq.at(task.first), pairs);
                return part;
            }

            ScratchPool::Lease lease(scratch_, (columns + chip.code.slots + 2) * D * tile);
            const View lines{lease.data(), tile};
            const View slots = lines.at(columns * D * tile);
            const View sum = slots.at(chip.code.slots * D * tile);
            const View factors = sum.at(D * tile);
            const std::array<LinePoint, kPoints> where = points(at_one);
            for (std::size_t p = 0; p < kPoints; ++p) {
                for (std::size_t c = 0; c < columns; ++c) {
                    const View in = next_columns[task.chip].view().at(c * next_stride[task.chip] + first);
                    for (unsigned l = 0; l < D; ++l) {
                        context_.kernels.line(in.base + l * in.stride, where[p], lines.base + (c * D + l) * tile,
                                              pairs);
                    }
                }
                sum.fill(0, pairs, chip.constant);
                const auto operand = [&](const Operand& from) -> TileOperand {
                    switch (from.kind) {
                        case Operand::Kind::slot:
                            return {slots.base + from.index * D * tile, tile, false};
                        case Operand::Kind::column:
                            return {lines.base + from.index * D * tile, tile, false};
                        default:
                            return {&chip.code.scalars[from.index], 0, true};
                    }
                };
                const auto view = [&](const Operand& from) {
                    return from.kind == Operand::Kind::slot ? slots.at(from.index * D * tile)
                                                            : lines.at(from.index * D * tile);
                };
                for (const Step& step : chip.code.steps) {
                    if (step.kind != Step::Kind::use) {
                        context_.kernels.ext_operation(step.kind, operand(step.a), operand(step.b),
                                                       slots.at(step.target * D * tile), pairs);
                        continue;
                    }
                    const Use& use = chip.uses[step.target];
                    const std::vector<Operand>& operands = chip.code.uses[step.target];
                    if (!use.record) {
                        context_.kernels.accumulate(sum, use.weight, view(operands[0]), pairs);
                        continue;
                    }
                    factors.fill(0, pairs, use.constant);
                    for (std::size_t e = 0; e < use.coefficients.size(); ++e)
                        context_.kernels.accumulate(factors, use.coefficients[e], view(operands[e + 1]), pairs);
                    context_.kernels.accumulate_product(sum, factors, view(operands[0]), pairs);
                }
                sum_at(part, p) += context_.kernels.dot(eq.at(task.first), sum, pairs);
            }
            return part;
        });
        for (std::size_t c = 0; c < chips_.size(); ++c) {
            chips_[c].columns = std::move(next_columns[c]);
            chips_[c].form = std::move(next_form[c]);
            chips_[c].stride = next_stride[c];
        }
        return sums;
    }

    /// All columns at the point, in the order of the proof.
    std::vector<Ext> column_values(const std::vector<Ext>& point) {
        const backend::Layout layout =
            backend::make_layout(machine(), table_.shape->heights, table_.shape->stack_height);
        std::vector<const backend::ColumnPlace*> places;
        for (const auto& group : layout.groups) {
            for (const backend::ColumnPlace& place : group) places.push_back(&place);
        }
        std::vector<Ext> values(places.size());
        std::vector<const Chip*> by_index(machine().chips.size(), nullptr);
        for (const Chip& chip : chips_) by_index[chip.index] = &chip;
        const ExtBuffer<D> eq = context_.eq_table(point, Ext::one());
        context_.pool.for_each(places.size(), [&](std::size_t i) {
            const backend::ColumnPlace& place = *places[i];
            const Chip& chip = *by_index[place.chip];
            const KoalaBear* const base = columns_.get(place.chip, place.group, place.column);
            const auto& folded = chip.code.columns;
            const auto found = std::find(folded.begin(), folded.end(), Column{place.group, place.column});
            if (chip.stride != 0 && found != folded.end()) {
                const std::size_t at = static_cast<std::size_t>(found - folded.begin()) * chip.stride;
                values[i] = math::evaluate_line(chip.columns.get(at), chip.columns.get(at + 1), point.back());
                return;
            }
            const std::size_t whole = place.height / kPad * kPad;
            Ext sum = context_.kernels.dot_base(eq.view(), base, whole);
            for (std::size_t x = whole; x < place.height; ++x) sum += eq.get(x) * base[x];
            values[i] = sum;
        });
        return values;
    }

    const Context<D>& context_;
    ScratchPool& scratch_;
    const backend::Table<Hasher>& table_;
    const backend::FingerprintChallenges<D>& challenges_;
    const backend::LeafClaims<D>& leaves_;
    TableColumns<Hasher> columns_;
    unsigned variables_;
    std::vector<Chip> chips_;
};

}  // namespace sluice::backend_cpu
