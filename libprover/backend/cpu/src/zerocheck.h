// The zerocheck over all chips, which takes the claims about the leaves with it: libprover/DESIGN.md, section 6, steps
// 1 to 3. SPDX-License-Identifier: MIT OR Apache-2.0
//
// For each chip, Z is written in the factored form of factored_form.h. The linear forms are computed once over the rows
// and then folded as one column each; the products run as code over tiles. So columns that no product reads are never
// folded; their values at the end are inner products with eq.
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
#include "sluice/backend/rounds.h"
#include "sluice/backend/tile_code.h"
#include "sluice/backend/zerocheck_forms.h"
#include "sluice/math/multilinear.h"
#include "sluice/math/planar.h"
#include "sluice/simd/slices.h"

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
            const std::array<Ext, 4> message = backend::cubic_message(sums.minus_one, g0, g1, sums.two);
            channel.send("zerocheck_round", message);
            point.push_back(channel.sample("row_point"));
            claim = backend::cubic_at(message, point.back());
        }
        backend::ColumnClaims<D> result;
        result.values = column_values(point);
        result.point = std::move(point);
        channel.send("column_values", result.values);
        return result;
    }

 private:
    using Part = typename backend::ZerocheckForms<D>::Part;
    struct Chip {
        std::uint32_t index;  ///< in the machine
        std::uint32_t height;
        std::vector<Part> parts;  ///< the first has no factor
        const TileCode* code;     ///< backend::ChipCode::products
        std::vector<KoalaBear> scalars;
        std::vector<std::pair<std::size_t, Ext>> products;  ///< by use: part and weight
        std::size_t tile = 0;                               ///< pairs of rows that are worked on together
        std::vector<ExtBuffer<D>> forms;                    ///< linear forms, by part; empty if there is none
        // After the first round:
        std::uint32_t rows = 0;
        std::size_t stride = 0;  ///< between columns
        ExtBuffer<D> columns;    ///< the code's
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

    /// Writes down Z of each chip; gives the claim.
    Ext prepare(const Ext& xi) {
        backend::ZerocheckForms<D> forms = backend::zerocheck_forms(*table_.shape, challenges_, leaves_, xi);
        for (auto& form : forms.chips) {
            Chip chip;
            chip.index = form.chip;
            chip.height = table_.shape->heights[form.chip];
            chip.parts = std::move(form.parts);
            chip.products = std::move(form.products);
            chip.code = form.code;
            chip.scalars = std::move(form.scalars);
            chip.tile = tile_rows((chip.code->columns.size() + chip.code->slots + chip.parts.size() + 2) * D *
                                  sizeof(KoalaBear));
            chips_.push_back(std::move(chip));
        }
        return forms.claim;
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
            for (const Part& part : chip.parts) {
                chip.forms.emplace_back(context_.memory, part.columns.empty() ? 0 : capacity(chip.height, 2));
            }
        }
        const std::vector<Task> tasks = tasks_of_round();
        return context_.pool.template sum<Sums>(tasks.size(), [&](std::size_t t) {
            const Task& task = tasks[t];
            const Chip& chip = chips_[task.chip];
            const std::size_t count = task.last - task.first;
            const std::size_t pairs = padded(count);
            const std::size_t columns = chip.code->columns.size();
            const std::size_t tile = chip.tile;
            ScratchPool::Lease lease(scratch_, (columns + chip.code->slots + (chip.parts.size() + 1) * D) * tile);
            KoalaBear* const lines = lease.data();
            KoalaBear* const slots = lines + columns * tile;
            const View part_sums{slots + chip.code->slots * tile, tile};
            const View weights = part_sums.at(chip.parts.size() * D * tile);

            // What lies behind a column's end is another column: its weight is 0.
            for (unsigned l = 0; l < D; ++l) {
                std::copy_n(eq.base + l * eq.stride + task.first, count, weights.base + l * tile);
                std::fill_n(weights.base + l * tile + count, pairs - count, KoalaBear::zero());
            }
            for (std::size_t part = 0; part < chip.parts.size(); ++part)
                compute_form(chip, part, 2 * task.first, 2 * pairs);
            Sums sums;
            add_first_form(sums, chip, task.first, weights, pairs, at_one);
            if (chip.code->uses.empty()) {
                add_constant(sums, chip.parts[0].constant, weights, count);
                return sums;
            }
            const std::array<LinePoint, kPoints> where = points(at_one);
            for (std::size_t p = 0; p < kPoints; ++p) {
                for (std::size_t c = 0; c < columns; ++c) {
                    context_.kernels.line(column(chip, chip.code->columns[c]) + 2 * task.first, where[p],
                                          lines + c * tile, pairs);
                }
                begin_parts(chip, task.first, where[p], part_sums, pairs);
                const auto operand = [&](const Operand& from) -> TileOperand {
                    switch (from.kind) {
                        case Operand::Kind::slot:
                            return {slots + from.index * tile, 0, false};
                        case Operand::Kind::column:
                            return {lines + from.index * tile, 0, false};
                        default:
                            return {&chip.scalars[from.index], 0, true};
                    }
                };
                for (const Step& step : chip.code->steps) {
                    if (step.kind != Step::Kind::use) {
                        context_.kernels.base_operation(step.kind, operand(step.a), operand(step.b),
                                                        slots + step.target * tile, pairs);
                        continue;
                    }
                    const KoalaBear* const value = operand(chip.code->uses[step.target][0]).data;
                    if (step.target < chip.products.size()) {
                        const auto& [part, weight] = chip.products[step.target];
                        context_.kernels.accumulate_base(part_sums.at(part * D * tile), weight, value, pairs);
                    } else {
                        const std::size_t part = step.target - chip.products.size() + 1;
                        context_.kernels.accumulate_product_base(part_sums, part_sums.at(part * D * tile), value,
                                                                 pairs);
                    }
                }
                sum_at(sums, p) += context_.kernels.dot(weights, part_sums, pairs);
            }
            return sums;
        });
    }

    [[nodiscard]] const KoalaBear* column(const Chip& chip, const Column& column) const noexcept {
        return columns_.get(chip.index, column.group, column.index);
    }

    /// Rows `first` to `first + count` of a linear form: zero where there is no row.
    void compute_form(const Chip& chip, std::size_t part, std::size_t first, std::size_t count) const {
        const Part& of = chip.parts[part];
        if (of.columns.empty()) return;
        std::vector<const KoalaBear*> from;
        for (const Column& found : of.columns) from.push_back(column(chip, found) + first);
        const View form = chip.forms[part].view().at(first);
        simd::combine_columns<D>(from, std::span<const Ext>(of.column_weights),
                                 math::PlanarSpan<D>{form.base, form.stride, count});
        form.fill(std::min<std::size_t>(chip.height - first, count), count, Ext::zero());
    }

    /// What the first part's linear form gives.
    void add_first_form(Sums& sums, const Chip& chip, std::size_t first, View weights, std::size_t pairs,
                        bool at_one) const {
        if (chip.parts[0].columns.empty()) return;
        add_form(sums, context_.kernels.pair_sums(weights, chip.forms[0].view().at(2 * first), pairs), at_one);
    }

    /// Starts each part's sum over a tile: its constant and, but for the first part, its linear form.
    void begin_parts(const Chip& chip, std::size_t first, LinePoint point, View sums, std::size_t pairs) const {
        const std::size_t tile = sums.stride;
        for (std::size_t part = 0; part < chip.parts.size(); ++part) {
            const View sum = sums.at(part * D * tile);
            if (part == 0 || chip.parts[part].columns.empty()) {
                sum.fill(0, pairs, chip.parts[part].constant);
            } else {
                context_.kernels.form_line(chip.forms[part].view().at(2 * first), point, chip.parts[part].constant, sum,
                                           pairs);
            }
        }
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
        std::vector<Chip> before = std::move(chips_);
        chips_.clear();
        for (Chip& chip : before) {
            Chip next;
            next.index = chip.index;
            next.height = chip.height;
            next.tile = chip.tile;
            next.rows = half_up(chip.rows);
            next.stride = capacity(next.rows, 2);
            next.columns = ExtBuffer<D>(context_.memory, chip.code->columns.size() * next.stride);
            for (const Part& part : chip.parts)
                next.forms.emplace_back(context_.memory, part.columns.empty() ? 0 : next.stride);
            next.parts = std::move(chip.parts);
            next.products = std::move(chip.products);
            next.code = chip.code;
            next.scalars = std::move(chip.scalars);
            chips_.push_back(std::move(next));
        }
        const std::vector<Task> tasks = tasks_of_round();
        return context_.pool.template sum<Sums>(tasks.size(), [&](std::size_t t) {
            const Task& task = tasks[t];
            const Chip& chip = chips_[task.chip];
            const std::size_t count = task.last - task.first;
            const std::size_t pairs = padded(count);
            const std::size_t columns = chip.code->columns.size();
            const std::size_t tile = chip.tile;

            fold_rows(before[task.chip], chip, r, 2 * task.first, 2 * pairs);
            Sums sums;
            add_first_form(sums, chip, task.first, eq.at(task.first), pairs, at_one);
            if (chip.code->uses.empty()) {
                add_constant(sums, chip.parts[0].constant, eq.at(task.first), pairs);
                return sums;
            }

            ScratchPool::Lease lease(scratch_, (columns + chip.code->slots + chip.parts.size()) * D * tile);
            const View lines{lease.data(), tile};
            const View slots = lines.at(columns * D * tile);
            const View part_sums = slots.at(chip.code->slots * D * tile);
            const std::array<LinePoint, kPoints> where = points(at_one);
            for (std::size_t p = 0; p < kPoints; ++p) {
                for (std::size_t c = 0; c < columns; ++c) {
                    const View in = chip.columns.view().at(c * chip.stride + 2 * task.first);
                    for (unsigned l = 0; l < D; ++l) {
                        context_.kernels.line(in.base + l * in.stride, where[p], lines.base + (c * D + l) * tile,
                                              pairs);
                    }
                }
                begin_parts(chip, task.first, where[p], part_sums, pairs);
                const auto view = [&](const Operand& from) {
                    return from.kind == Operand::Kind::slot ? slots.at(from.index * D * tile)
                                                            : lines.at(from.index * D * tile);
                };
                const auto operand = [&](const Operand& from) -> TileOperand {
                    if (from.kind == Operand::Kind::scalar) return {&chip.scalars[from.index], 0, true};
                    return {view(from).base, tile, false};
                };
                for (const Step& step : chip.code->steps) {
                    if (step.kind != Step::Kind::use) {
                        context_.kernels.ext_operation(step.kind, operand(step.a), operand(step.b),
                                                       slots.at(step.target * D * tile), pairs);
                        continue;
                    }
                    const View value = view(chip.code->uses[step.target][0]);
                    if (step.target < chip.products.size()) {
                        const auto& [part, weight] = chip.products[step.target];
                        context_.kernels.accumulate(part_sums.at(part * D * tile), weight, value, pairs);
                    } else {
                        const std::size_t part = step.target - chip.products.size() + 1;
                        context_.kernels.accumulate_product(part_sums, part_sums.at(part * D * tile), value, pairs);
                    }
                }
                sum_at(sums, p) += context_.kernels.dot(eq.at(task.first), part_sums, pairs);
            }
            return sums;
        });
    }

    /// Rows `first` to `first + count` of `after`, from those of the round before: those that are there, then zeros.
    void fold_rows(const Chip& before, const Chip& after, const Ext& r, std::size_t first, std::size_t count) const {
        const std::size_t there = std::min<std::size_t>(count, after.rows - first);
        const std::size_t folded = std::min(padded(there), count);
        for (std::size_t c = 0; c < after.code->columns.size(); ++c) {
            const View out = after.columns.view().at(c * after.stride + first);
            if (before.stride == 0) {
                context_.kernels.fold_base(column(after, after.code->columns[c]) + 2 * first, r, out, folded);
            } else {
                context_.kernels.fold(before.columns.view().at(c * before.stride + 2 * first), r, out, folded);
            }
            out.fill(there, count, Ext::zero());
        }
        for (std::size_t part = 0; part < after.parts.size(); ++part) {
            if (after.parts[part].columns.empty()) continue;
            const View out = after.forms[part].view().at(first);
            context_.kernels.fold(before.forms[part].view().at(2 * first), r, out, folded);
            out.fill(there, count, Ext::zero());
        }
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
            const auto& folded = chip.code->columns;
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
