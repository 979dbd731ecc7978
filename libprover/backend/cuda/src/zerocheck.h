// The zerocheck over all chips, which takes the claims about the leaves with it: libprover/DESIGN.md, section 6, steps
// 1 to 3. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"

#include "program.h"
#include "sluice/backend/backend.h"
#include "sluice/backend/interactions.h"
#include "sluice/backend/rounds.h"
#include "sluice/backend/zerocheck_forms.h"
#include "sums.h"
#include "tail.h"
#include "zerocheck_kernels.h"
#include "zerocheck_tail_kernels.h"

namespace sluice::backend_cuda {

template <unsigned D, class Hasher>
class ZerocheckProver {
    using Ext = Extension<D>;

 public:
    ZerocheckProver(const Context& context, const backend::Table<Hasher>& table,
                    const backend::FingerprintChallenges<D>& challenges, const backend::LeafClaims<D>& leaves)
        : context_(context),
          table_(table),
          challenges_(challenges),
          leaves_(leaves),
          columns_(table),
          variables_(backend::row_variables(table.shape->heights)) {}

    absl::StatusOr<backend::ColumnClaims<D>> prove(backend::Channel<D, Hasher>& channel) {
        const Ext xi = channel.sample("xi");
        backend::ZerocheckForms<D> forms = backend::zerocheck_forms(*table_.shape, challenges_, leaves_, xi);
        Ext claim = forms.claim;
        prepare(forms);

        const std::span<const Ext> rho = std::span(leaves_.point).first(variables_);
        const EqTable<D> eq_table(context_, variables_);
        std::vector<Ext> point;
        const unsigned tail = tail_rounds(heights_of(chips_), variables_, context_.tuning);
        for (unsigned k = 0; k < variables_ - tail; ++k) {
            const EqView<D> eq = eq_table.fill(context_, rho.subspan(k + 1));
            const bool at_one = rho[k].is_zero();
            const Sums<D, 3> sums =
                k == 0 ? round<true>(eq, at_one, Ext::zero(), k) : round<false>(eq, at_one, point.back(), k);
            const auto [g0, g1] = backend::complete_line(rho[k], claim, sums.value[0]);
            const std::array<Ext, 4> message = backend::cubic_message(sums.value[2], g0, g1, sums.value[1]);
            channel.send("zerocheck_round", message);
            point.push_back(channel.sample("row_point"));
            claim = backend::cubic_at(message, point.back());
        }
        if (tail != 0) last_rounds(rho.subspan(variables_ - tail), claim, channel, point);
        chips_.clear();
        memory_ = {};
        backend::ColumnClaims<D> result;
        result.values = column_values(eq_table.fill(context_, point));
        result.point = std::move(point);
        channel.send("column_values", result.values);
        return result;
    }

    /// Bytes of device memory at most.
    [[nodiscard]] static std::uint64_t plan(const backend::TableShape& shape, const Tuning& tuning) {
        const unsigned mu = backend::row_variables(shape.heights);
        std::uint64_t programs = 0, scratch = 0, making = 0, blocks = 0, all_columns = 0, pieces = 0;
        std::vector<std::uint64_t> heights;
        std::uint64_t words = 0;                // of a thread that interprets
        std::array<std::uint64_t, 3> rounds{};  // forms and columns that the first rounds read
        for (std::size_t index = 0; index < shape.heights.size(); ++index) {
            const std::uint64_t height = shape.heights[index];
            if (height == 0) continue;
            const backend::ChipCode& chip_code = (*shape.code)[index];
            const backend::TileCode& code = chip_code.products;
            const std::uint64_t columns = code.columns.size(), parts = chip_code.form.parts.size();
            std::uint64_t linear = 0;
            for (const auto& part : chip_code.form.parts) {
                if (part.columns.empty()) continue;
                ++linear;
                making = std::max(
                    making, aligned(part.columns.size() * sizeof(void*)) + aligned(part.columns.size() * sizeof(Ext)));
            }
            programs += DeviceProgram::bytes_for(code) + aligned(code.uses.size() * sizeof(PartUse<D>)) +
                        aligned(parts * sizeof(PartStart<D>));
            std::uint64_t rows = height;
            for (std::size_t k = 0; k < rounds.size(); ++k, rows = half(rows)) {
                rounds[k] += ExtBuffer<D>::bytes_for(linear * 2 * half(rows));
                if (k != 0) rounds[k] += ExtBuffer<D>::bytes_for(columns * 2 * half(rows));
            }
            heights.push_back(height);
            words = std::max<std::uint64_t>(words, code.slots + parts);
            scratch = std::max(scratch, aligned((code.slots + parts) * sizeof(Ext) * threads_for(height)));
            blocks += threads_for(height) / SumBlocks<ZerocheckRound<D, true>>::kThreads;
            const machine::Chip& chip = shape.machine.chips[index];
            const std::uint64_t width = std::uint64_t{chip.widths[0]} + chip.widths[1] + chip.widths[2];
            all_columns += width;
            pieces += width * (height / ColumnSums<D>::kPiece + 1);
        }
        std::uint64_t tail_bytes = 0;
        if (const unsigned tail = tail_rounds(heights, mu, tuning); tail != 0) {
            tail_bytes = ExtBuffer<D>::bytes_for(EqHeap<D>::size_for(tail - 1)) +
                         aligned(heights.size() * sizeof(TailChip<D>)) +
                         2 * aligned((heights.size() + 1) * (tail + 1) * sizeof(std::uint32_t)) +
                         aligned(2 * tail * sizeof(Ext)) + aligned(tail_size<ZerocheckTail<D>>(tail) * sizeof(Ext));
            scratch = std::max(scratch, aligned(words * sizeof(Ext) * kTailThreads));
        }
        const std::uint64_t ends =
            aligned(all_columns * sizeof(typename ColumnSums<D>::Column)) + aligned(pieces * sizeof(Ext));
        return std::max(programs + std::max(rounds[0] + rounds[1], rounds[1] + rounds[2]) + scratch + making +
                            std::max(aligned(blocks * sizeof(Sums<D, 3>)), tail_bytes),
                        ends) +
               EqTable<D>::bytes_for(mu);
    }

 private:
    struct Chip {
        std::uint64_t rows = 0;
        DeviceProgram program;
        std::uint32_t slots = 0;
        std::uint32_t columns = 0;
        std::uint32_t forms = 0;
        DeviceBuffer<PartUse<D>> uses;
        DeviceBuffer<PartStart<D>> parts;
        std::uint64_t form_stride = 0;
        ExtBuffer<D> form_values;
        // After the first round:
        std::uint64_t stride = 0;
        ExtBuffer<D> column_values;

        [[nodiscard]] std::uint64_t pairs() const noexcept { return half(rows); }
        [[nodiscard]] ColumnsView<D> forms_view() const noexcept { return {form_values.view(), form_stride}; }
        [[nodiscard]] ColumnsView<D> columns_view() const noexcept { return {column_values.view(), stride}; }
    };

    static constexpr std::uint64_t half(std::uint64_t n) noexcept { return n / 2 + n % 2; }
    /// Of a round over so many rows.
    static std::uint64_t threads_for(std::uint64_t rows) noexcept {
        using Round = ZerocheckRound<D, true>;
        return sum_blocks<Round>(half(rows), kProgramBlocks) * SumBlocks<Round>::kThreads;
    }

    /// Programs and linear forms, on the device.
    void prepare(const backend::ZerocheckForms<D>& forms) {
        std::uint64_t scratch = 0, most_words = 0;
        for (const auto& form : forms.chips) {
            Chip chip;
            chip.rows = table_.shape->heights[form.chip];
            chip.slots = form.code->slots;
            chip.columns = static_cast<std::uint32_t>(form.code->columns.size());
            chip.program = DeviceProgram(context_, *form.code, places_of(form.chip, form.code->columns), form.scalars);
            std::vector<PartUse<D>> uses;
            for (std::size_t u = 0; u < form.code->uses.size(); ++u) {
                const bool factor = u >= form.products.size();
                PartUse<D> use{};
                use.factor = factor;
                use.part = static_cast<std::uint32_t>(factor ? u - form.products.size() + 1 : form.products[u].first);
                if (!factor) use.weight = form.products[u].second;
                use.value = pack(form.code->uses[u][0]);
                uses.push_back(use);
            }
            std::vector<PartStart<D>> parts;
            for (const auto& part : form.parts) {
                parts.push_back({part.constant, chip.forms, !part.columns.empty()});
                if (!part.columns.empty()) ++chip.forms;
            }
            chip.uses = DeviceBuffer<PartUse<D>>(context_, std::span<const PartUse<D>>(uses));
            chip.parts = DeviceBuffer<PartStart<D>>(context_, std::span<const PartStart<D>>(parts));
            chip.form_stride = 2 * chip.pairs();
            chip.form_values = ExtBuffer<D>(context_, chip.forms * chip.form_stride);
            for (std::size_t p = 0; p < parts.size(); ++p) {
                if (!parts[p].has_form) continue;
                const auto& part = form.parts[p];
                const auto places = places_of(form.chip, part.columns);
                const DeviceBuffer<DevicePointer<const KoalaBear>> columns(
                    context_, std::span<const DevicePointer<const KoalaBear>>(places));
                const DeviceBuffer<Ext> weights(context_, std::span<const Ext>(part.column_weights));
                launch(context_.stream, chip.form_stride,
                       LinearForm<D>{columns.data(), weights.data(), static_cast<std::uint32_t>(places.size()),
                                     chip.rows, chip.form_values.view().at(parts[p].form * chip.form_stride)});
            }
            const std::uint64_t words = (chip.slots + chip.parts.size()) * D;
            scratch = std::max(scratch, words * threads_for(chip.rows));
            most_words = std::max(most_words, words);
            chips_.push_back(std::move(chip));
        }
        if (tail_rounds(heights_of(chips_), variables_, context_.tuning) != 0)
            scratch = std::max(scratch, most_words * kTailThreads);
        memory_ = DeviceBuffer<KoalaBear>(context_, scratch);
    }

    [[nodiscard]] std::vector<DevicePointer<const KoalaBear>> places_of(
        std::size_t chip, std::span<const backend::Column> columns) const {
        std::vector<DevicePointer<const KoalaBear>> places;
        for (const backend::Column& column : columns) places.push_back(columns_.get(chip, column.group, column.index));
        return places;
    }

    template <bool kFirst>
    [[nodiscard]] Sums<D, 3> round(const EqView<D>& eq, bool at_one, const Ext& r, unsigned k) {
        using Round = ZerocheckRound<D, kFirst>;
        std::vector<Chip> before;
        if (!kFirst) before = fold_room();
        std::uint64_t blocks = 0;
        for (const Chip& chip : chips_) blocks += sum_blocks<Round>(chip.pairs(), kProgramBlocks);
        const DeviceBuffer<Sums<D, 3>> partial(context_, blocks);
        std::uint64_t at = 0;
        for (std::size_t c = 0; c < chips_.size(); ++c) {
            const Chip& chip = chips_[c];
            const std::uint64_t chip_blocks = sum_blocks<Round>(chip.pairs(), kProgramBlocks);
            Round term{};
            term.program = chip.program.view();
            term.uses = chip.uses.data();
            term.parts = chip.parts.data();
            term.part_count = static_cast<std::uint32_t>(chip.parts.size());
            term.column_count = chip.columns;
            term.form_count = chip.forms;
            term.slots = chip.slots;
            term.memory = memory_.data();
            term.threads = chip_blocks * SumBlocks<Round>::kThreads;
            term.eq = eq;
            term.at_one = at_one;
            term.forms = chip.forms_view();
            if (!kFirst) {
                term.from_committed = k == 1;
                term.source_rows = before[c].rows;
                term.source_forms = before[c].forms_view();
                term.source_columns = before[c].columns_view();
                term.columns = chip.columns_view();
                term.r = r;
            }
            launch(context_.stream, chip_blocks,
                   SumBlocks<Round>{term, chip.pairs(), chip_blocks, partial.data() + at});
            at += chip_blocks;
        }
        return add_up(context_, partial.data(), blocks);
    }

    /// Room for half the rows in chips_; gives what was there, less the programs.
    [[nodiscard]] std::vector<Chip> fold_room() {
        std::vector<Chip> before(chips_.size());
        for (std::size_t c = 0; c < chips_.size(); ++c) {
            Chip& chip = chips_[c];
            before[c].rows = chip.rows;
            before[c].form_stride = chip.form_stride;
            before[c].stride = chip.stride;
            before[c].form_values = std::move(chip.form_values);
            before[c].column_values = std::move(chip.column_values);
            chip.rows = half(chip.rows);
            chip.stride = chip.form_stride = 2 * chip.pairs();
            chip.form_values = ExtBuffer<D>(context_, chip.forms * chip.stride);
            chip.column_values = ExtBuffer<D>(context_, chip.columns * chip.stride);
        }
        return before;
    }

    // ---- The last rounds

    [[nodiscard]] static std::vector<std::uint64_t> heights_of(const std::vector<Chip>& chips) {
        std::vector<std::uint64_t> heights;
        for (const Chip& chip : chips) heights.push_back(chip.rows);
        return heights;
    }
    /// How many of all rounds are a tail's: not the first two, whose columns lie otherwise.
    [[nodiscard]] static unsigned tail_rounds(std::span<const std::uint64_t> heights, unsigned variables,
                                              const Tuning& tuning) noexcept {
        for (unsigned k = 2; k < variables; ++k) {
            std::uint64_t pairs = 0;
            for (const std::uint64_t height : heights) pairs += rows_after(height, k + 1);
            if (pairs <= tuning.tail_pairs) return variables - k;
        }
        return 0;
    }
    static std::uint64_t rows_after(std::uint64_t rows, unsigned bound) noexcept {
        return (rows + (std::uint64_t{1} << bound) - 1) >> bound;
    }

    /// The rounds of the variables of `rho`, which follow the others.
    void last_rounds(std::span<const Ext> rho, const Ext& claim, backend::Channel<D, Hasher>& channel,
                     std::vector<Ext>& point) {
        ZerocheckTail<D> tail{};
        tail.count = static_cast<unsigned>(rho.size());
        const std::vector<Chip> before = fold_room();
        std::vector<TailChip<D>> chips;
        for (std::size_t c = 0; c < chips_.size(); ++c) {
            const Chip& chip = chips_[c];
            chips.push_back({chip.program.view(),
                             chip.uses.data(),
                             chip.parts.data(),
                             static_cast<std::uint32_t>(chip.parts.size()),
                             chip.columns,
                             chip.forms,
                             chip.slots,
                             before[c].rows,
                             {before[c].form_values.view(), chip.form_values.view()},
                             {before[c].column_values.view(), chip.column_values.view()}});
        }
        const DeviceBuffer<TailChip<D>> device_chips(context_, std::span<const TailChip<D>>(chips));
        tail.chips = device_chips.data();
        std::vector<std::uint32_t> values, pairs;
        for (unsigned bound = 0; bound <= tail.count; ++bound) {
            std::uint64_t value = 0, pair = 0;
            const auto put = [&] {
                values.push_back(static_cast<std::uint32_t>(value));
                pairs.push_back(static_cast<std::uint32_t>(pair));
            };
            for (const TailChip<D>& chip : chips) {
                put();
                pair += chip.pairs_with(bound);
                value += (chip.form_count + chip.column_count) * 2 * chip.pairs_with(bound);
            }
            put();
        }
        const DeviceBuffer<std::uint32_t> device_values(context_, std::span<const std::uint32_t>(values));
        const DeviceBuffer<std::uint32_t> device_pairs(context_, std::span<const std::uint32_t>(pairs));
        tail.values = {device_values.data(), static_cast<std::uint32_t>(chips.size())};
        tail.pairs = {device_pairs.data(), static_cast<std::uint32_t>(chips.size())};

        std::vector<Ext> parameters(rho.begin(), rho.end());
        for (const Ext& value : rho) parameters.push_back(value.inverse());
        const DeviceBuffer<Ext> device_parameters(context_, std::span<const Ext>(parameters));
        tail.point = device_parameters.data();
        tail.inverses = tail.point + rho.size();
        tail.claim = claim;
        const ExtBuffer<D> eq(context_, EqHeap<D>::size_for(tail.count - 1));
        tail.eq.values = eq.view();
        tail.memory = memory_.data();
        const DeviceBuffer<Ext> out(context_, tail_size<ZerocheckTail<D>>(tail.count));
        run_tail(context_, tail, point.back(), out, {"zerocheck_round", "row_point", "zerocheck"}, channel, point);
    }

    // ---- The columns

    /// All columns at the point, in the order of the proof: inner products with eq.
    [[nodiscard]] std::vector<Ext> column_values(const EqView<D>& eq) const {
        using Column = typename ColumnSums<D>::Column;
        const backend::Layout layout =
            backend::make_layout(table_.shape->machine, table_.shape->heights, table_.shape->stack_height);
        std::vector<Column> columns;
        std::uint64_t pieces = 0;
        for (const auto& group : layout.groups) {
            for (const backend::ColumnPlace& place : group) {
                columns.push_back({columns_.get(place.chip, place.group, place.column), place.height, pieces});
                pieces += (place.height + ColumnSums<D>::kPiece - 1) / ColumnSums<D>::kPiece;
            }
        }
        const DeviceBuffer<Column> device_columns(context_, std::span<const Column>(columns));
        const DeviceBuffer<Ext> sums(context_, pieces);
        launch(context_.stream, pieces,
               ColumnSums<D>{device_columns.data(), static_cast<std::uint32_t>(columns.size()), eq, sums.data()});
        const std::vector<Ext> parts = sums.download(context_.stream);
        std::vector<Ext> values(columns.size(), Ext::zero());
        for (std::size_t c = 0; c < columns.size(); ++c) {
            const std::uint64_t end = c + 1 < columns.size() ? columns[c + 1].first : pieces;
            for (std::uint64_t piece = columns[c].first; piece < end; ++piece) values[c] += parts[piece];
        }
        return values;
    }

    const Context& context_;
    const backend::Table<Hasher>& table_;
    const backend::FingerprintChallenges<D>& challenges_;
    const backend::LeafClaims<D>& leaves_;
    TableColumns<Hasher> columns_;
    unsigned variables_;
    std::vector<Chip> chips_;
    DeviceBuffer<KoalaBear> memory_;  ///< of the threads that interpret
};

}  // namespace sluice::backend_cuda
