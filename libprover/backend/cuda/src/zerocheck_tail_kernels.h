// The last rounds of the zerocheck, over all chips at once. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include "tail_kernels.h"
#include "zerocheck_kernels.h"

namespace sluice::backend_cuda {

/// A chip in the last rounds.
template <unsigned D>
struct TailChip {
    ProgramView program;
    DevicePointer<const PartUse<D>> uses;
    DevicePointer<const PartStart<D>> parts;
    std::uint32_t part_count, column_count, form_count;
    std::uint32_t slots;
    std::uint64_t rows;               ///< that the first round folds
    ExtView<D> forms[2], columns[2];  ///< those, and by turns what rounds leave

    /// Rows with so many variables bound, and pairs of them; columns have room for whole pairs.
    [[nodiscard]] SLUICE_HD std::uint64_t rows_with(unsigned bound) const noexcept {
        return (rows + (std::uint64_t{1} << bound) - 1) >> bound;
    }
    [[nodiscard]] SLUICE_HD std::uint64_t pairs_with(unsigned bound) const noexcept { return rows_with(bound + 1); }
    [[nodiscard]] SLUICE_HD ColumnsView<D> forms_with(unsigned bound) const noexcept {
        return {forms[bound % 2], 2 * pairs_with(bound)};
    }
    [[nodiscard]] SLUICE_HD ColumnsView<D> columns_with(unsigned bound) const noexcept {
        return {columns[bound % 2], 2 * pairs_with(bound)};
    }
};

/// Things of all chips, one after the other: where those of a chip begin, by variables bound.
struct ChipRanges {
    DevicePointer<const std::uint32_t> firsts;  ///< chips + 1 for each number
    std::uint32_t chips;

    [[nodiscard]] SLUICE_HD std::uint32_t first(unsigned bound, std::uint32_t chip) const noexcept {
        return firsts[std::uint64_t{bound} * (chips + 1) + chip];
    }
    [[nodiscard]] SLUICE_HD std::uint32_t count(unsigned bound) const noexcept { return first(bound, chips); }
    /// The chip that number i is of.
    [[nodiscard]] SLUICE_HD std::uint32_t find(unsigned bound, std::uint32_t i) const noexcept {
        std::uint32_t low = 0, high = chips;
        while (high - low > 1) {
            const std::uint32_t middle = low + (high - low) / 2;
            (first(bound, middle) <= i ? low : high) = middle;
        }
        return low;
    }
};

/// Rounds that first fold what the round before left, which was not the first.
template <unsigned D>
struct ZerocheckTail {
    using Ext = Extension<D>;
    using Value = Sums<D, 3>;
    using Last = LastRound<D>;
    static constexpr unsigned kMessage = 4;
    struct State {
        Ext claim;
    };

    DevicePointer<const TailChip<D>> chips;
    ChipRanges values;  ///< of forms and columns, in whole pairs of rows
    ChipRanges pairs;
    unsigned count;                     ///< of rounds
    DevicePointer<const Ext> point;     ///< of eq, from the first round's variable on
    DevicePointer<const Ext> inverses;  ///< of it
    Ext claim;
    EqHeap<D> eq;
    DevicePointer<KoalaBear> memory;  ///< slots, then sums of the parts, of all threads

    [[nodiscard]] SLUICE_HD unsigned rounds() const noexcept { return count; }
    [[nodiscard]] SLUICE_HD unsigned setup_phases() const noexcept { return count; }
    SLUICE_HD void setup(unsigned phase, unsigned thread, State& state) const {
        eq.fill(phase, count - 1, point + 1, thread);
        if (phase == 0 && thread == 0) state.claim = claim;
    }

    SLUICE_HD void prepare(unsigned round, unsigned thread, const Last& last, State& state) const {
        if (round == count) return;
        if (round != 0 && thread == 0) {
            state.claim =
                backend::cubic_at<D>({last.message[0], last.message[1], last.message[2], last.message[3]}, last.r);
        }
        for (std::uint32_t i = thread; i < values.count(round + 1); i += kTailThreads) {
            const std::uint32_t c = values.find(round + 1, i);
            const TailChip<D>& chip = chips[c];
            const std::uint64_t rows = 2 * chip.pairs_with(round + 1);
            const std::uint64_t at = i - values.first(round + 1, c);
            const std::uint64_t column = at / rows, row = at % rows;
            if (column < chip.form_count) {
                fold(chip.rows_with(round), chip.forms_with(round), chip.forms_with(round + 1), column, row, last.r);
            } else {
                fold(chip.rows_with(round), chip.columns_with(round), chip.columns_with(round + 1),
                     column - chip.form_count, row, last.r);
            }
        }
    }

    SLUICE_HD Value term(unsigned round, unsigned thread, const Last&, State&) const {
        constexpr unsigned kWarp = 32;
        Value sum{};
        // Neighbours among the pairs and points, which may be of different chips, go to different warps.
        const std::uint32_t first = thread % kWarp * (kTailThreads / kWarp) + thread / kWarp;
        for (std::uint32_t i = first; i < 3 * pairs.count(round + 1); i += kTailThreads) {
            const std::uint32_t c = pairs.find(round + 1, i / 3);
            const std::uint64_t x = i / 3 - pairs.first(round + 1, c);
            const Ext value = eq.get(count - 1 - round, x) * evaluate(chips[c], round, thread, x, i % 3);
            SLUICE_UNROLL
            for (unsigned p = 0; p < 3; ++p) {
                if (p == i % 3) sum.value[p] += value;
            }
        }
        return sum;
    }

    SLUICE_HD void message(unsigned round, const Value& sum, Ext* out, State& state) const {
        const auto [at_zero, at_one] =
            backend::complete_line(Ext(point[round]), Ext(inverses[round]), state.claim, sum.value[0]);
        const auto message = backend::cubic_message(sum.value[2], at_zero, at_one, sum.value[1]);
        for (unsigned i = 0; i < kMessage; ++i) out[i] = message[i];
    }

 private:
    SLUICE_HD static void fold(std::uint64_t source_rows, const ColumnsView<D>& source, const ColumnsView<D>& target,
                               std::uint64_t column, std::uint64_t row, const Ext& r) noexcept {
        Ext value = Ext::zero();
        if (2 * row < source_rows) {
            const Ext a = source.get(column, 2 * row), b = source.get(column, 2 * row + 1);
            value = a + r * (b - a);
        }
        target.set(column, row, value);
    }

    /// Z of a chip between the rows of pair x, at one of the points of ZerocheckRound.
    [[nodiscard]] SLUICE_HD Ext evaluate(const TailChip<D>& chip, unsigned round, unsigned thread, std::uint64_t x,
                                         unsigned p) const {
        const LinePoint at = p == 0   ? (point[round].is_zero() ? LinePoint::one : LinePoint::zero)
                             : p == 1 ? LinePoint::two
                                      : LinePoint::minus_one;
        const ColumnsView<D> forms = chip.forms_with(round + 1), columns = chip.columns_with(round + 1);
        const Slots<Ext> slots{memory + thread, kTailThreads};
        const Slots<Ext> sums{memory + (std::uint64_t{chip.slots} * D * kTailThreads + thread), kTailThreads};
        const auto form = [&](std::uint64_t f) { return line_at(at, forms.get(f, 2 * x), forms.get(f, 2 * x + 1)); };
        const auto column = [&](std::uint32_t c) {
            return line_at(at, columns.get(c, 2 * x), columns.get(c, 2 * x + 1));
        };
        return evaluate_parts<D>(chip.program, chip.uses, chip.parts, chip.part_count, slots, sums, form, column);
    }
};

}  // namespace sluice::backend_cuda
