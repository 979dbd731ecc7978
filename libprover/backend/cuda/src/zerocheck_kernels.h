// The zerocheck's rounds: a thread takes a pair of rows through a chip's program, at three points.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Z of a chip is in the factored form of backend::FactoredForm: part_0 + sum_i factor_i part_i, each part a constant, a
// linear form, which is a column of its own, and products, which the program computes.
#pragma once

#include <type_traits>

#include "program_kernels.h"
#include "sum_kernels.h"

namespace sluice::backend_cuda {

/// What is done with a value of the program: times weight into a part, or times the part into the sum.
template <unsigned D>
struct PartUse {
    Extension<D> weight;
    std::uint32_t part;
    PackedOperand value;
    bool factor;
};

/// A part before its products.
template <unsigned D>
struct PartStart {
    Extension<D> constant;
    std::uint64_t form;  ///< column of the forms, if there is one
    bool has_form;
};

/// form[x] = sum_c weights[c] columns[c][x] for the rows that are there, zeros up to an even number of them.
template <unsigned D>
struct LinearForm {
    DevicePointer<const DevicePointer<const KoalaBear>> columns;
    DevicePointer<const Extension<D>> weights;
    std::uint32_t count;
    std::uint64_t height;
    ExtView<D> form;

    SLUICE_HD void operator()(std::uint64_t row) const {
        Extension<D> sum = Extension<D>::zero();
        if (row < height) {
            for (std::uint32_t c = 0; c < count; ++c) sum += weights[c] * columns[c][row];
        }
        form.set(row, sum);
    }
};

/// Columns of the extension, one after the other: the program's, or linear forms. Each has `stride` rows.
template <unsigned D>
struct ColumnsView {
    ExtView<D> values;
    std::uint64_t stride;
    [[nodiscard]] SLUICE_HD Extension<D> get(std::uint64_t column, std::uint64_t row) const noexcept {
        return values.get(column * stride + row);
    }
    SLUICE_HD void set(std::uint64_t column, std::uint64_t row, const Extension<D>& value) const noexcept {
        values.set(column * stride + row, value);
    }
};

/// Where a line is evaluated whose values at 0 and 1 are given.
enum class LinePoint : unsigned { zero, one, two, minus_one };

template <class Value>
SLUICE_HD Value line_at(LinePoint point, const Value& at_zero, const Value& at_one) {
    switch (point) {
        case LinePoint::zero:
            return at_zero;
        case LinePoint::one:
            return at_one;
        case LinePoint::two:
            return at_one.doubled() - at_zero;
        default:
            return at_zero.doubled() - at_one;
    }
}

/// Z of a chip at a row: `form(f)` and `column(c)` give values of linear forms and columns there.
template <unsigned D, class Element, class Form, class Column>
[[nodiscard]] SLUICE_HD Extension<D> evaluate_parts(const ProgramView& program, DevicePointer<const PartUse<D>> uses,
                                                    DevicePointer<const PartStart<D>> parts, std::uint32_t part_count,
                                                    const Slots<Element>& slots, const Slots<Extension<D>>& sums,
                                                    const Form& form, const Column& column) {
    for (std::uint32_t part = 0; part < part_count; ++part) {
        const PartStart<D> start = parts[part];
        Extension<D> sum = start.constant;
        if (start.has_form) sum += form(start.form);
        sums.set(part, sum);
    }
    Extension<D> total = Extension<D>::zero();
    run_program(program, slots, column, [&](std::uint32_t u) {
        const PartUse<D> use = uses[u];
        const Element value = load_operand(program, slots, use.value, column);
        if (use.factor) {
            total += sums.get(use.part) * value;
        } else {
            sums.set(use.part, sums.get(use.part) + use.weight * value);
        }
    });
    return total + sums.get(0);
}

/// A round of one chip: eq times Z at 0 (or 1), 2 and -1, summed over pairs of rows. kFirst: from committed columns.
/// Later ones fold the columns and forms of the round before by r as they go.
template <unsigned D, bool kFirst>
struct ZerocheckRound {
    using Value = Sums<D, 3>;
    using Ext = Extension<D>;
    /// The field that the program computes in.
    using Element = std::conditional_t<kFirst, KoalaBear, Ext>;

    ProgramView program;
    DevicePointer<const PartUse<D>> uses;
    DevicePointer<const PartStart<D>> parts;
    std::uint32_t part_count, column_count, form_count;
    std::uint32_t slots;
    DevicePointer<KoalaBear> memory;  ///< slots, then sums of the parts, of all threads
    std::uint64_t threads;
    EqView<D> eq;
    bool at_one;
    ColumnsView<D> forms;  ///< of this round

    // Later rounds:
    bool from_committed;        ///< the round before was the first
    std::uint64_t source_rows;  ///< of the round before: behind them are zeros
    ColumnsView<D> source_forms, source_columns, columns;
    Ext r;

    SLUICE_HD Value operator()(std::uint64_t x, std::uint64_t thread) const {
        if constexpr (!kFirst) fold(x);
        const Slots<Element> values{memory + thread, threads};
        constexpr std::uint64_t kWords = sizeof(Element) / sizeof(KoalaBear);
        const Slots<Ext> sums{memory + (slots * kWords * threads + thread), threads};
        const Ext weight = eq.get(x);
        Value result;
        for (unsigned p = 0; p < 3; ++p) {
            const LinePoint point = p == 0   ? (at_one ? LinePoint::one : LinePoint::zero)
                                    : p == 1 ? LinePoint::two
                                             : LinePoint::minus_one;
            const auto form = [&](std::uint64_t f) {
                return line_at(point, forms.get(f, 2 * x), forms.get(f, 2 * x + 1));
            };
            const auto column = [&](std::uint32_t c) {
                if constexpr (kFirst) {
                    return line_at(point, program.columns[c][2 * x], program.columns[c][2 * x + 1]);
                } else {
                    return line_at(point, columns.get(c, 2 * x), columns.get(c, 2 * x + 1));
                }
            };
            result.value[p] = weight * evaluate_parts<D>(program, uses, parts, part_count, values, sums, form, column);
        }
        return result;
    }

 private:
    SLUICE_HD void fold(std::uint64_t x) const {
        for (std::uint64_t row = 2 * x; row < 2 * x + 2; ++row) {
            const bool there = 2 * row < source_rows;  // the row after is there, or a zero
            for (std::uint32_t f = 0; f < form_count; ++f) {
                forms.set(f, row,
                          there ? line(source_forms.get(f, 2 * row), source_forms.get(f, 2 * row + 1)) : Ext::zero());
            }
            for (std::uint32_t c = 0; c < column_count; ++c) {
                Ext value = Ext::zero();
                if (there && from_committed) {
                    const KoalaBear a = program.columns[c][2 * row];
                    const KoalaBear b = program.columns[c][2 * row + 1];
                    value = r * (b - a) + a;
                } else if (there) {
                    value = line(source_columns.get(c, 2 * row), source_columns.get(c, 2 * row + 1));
                }
                columns.set(c, row, value);
            }
        }
    }
    [[nodiscard]] SLUICE_HD Ext line(const Ext& a, const Ext& b) const noexcept { return a + r * (b - a); }
};

/// Inner products of eq with committed columns, in pieces of kPiece rows: a block makes one.
template <unsigned D>
struct ColumnSums {
    static constexpr unsigned kThreads = 128;
    static constexpr std::uint64_t kPiece = 1 << 14;
    struct Column {
        DevicePointer<const KoalaBear> data;
        std::uint64_t height;
        std::uint64_t first;  ///< piece
    };

    DevicePointer<const Column> columns;
    std::uint32_t count;
    EqView<D> eq;
    DevicePointer<Extension<D>> sums;  ///< by piece

    struct Shared {
        Extension<D> values[kThreads];
    };
    using Local = Nothing;
    [[nodiscard]] SLUICE_HD unsigned phases() const noexcept { return 1 + BlockSum<kThreads>::kPhases; }
    SLUICE_HD void run(unsigned phase, const Block& block, Shared& shared, Local&) const {
        if (phase == 0) {
            std::uint32_t low = 0, high = count;
            while (high - low > 1) {
                const std::uint32_t middle = low + (high - low) / 2;
                (columns[middle].first <= block.index ? low : high) = middle;
            }
            const Column column = columns[low];
            const std::uint64_t start = (block.index - column.first) * kPiece;
            const std::uint64_t end = start + kPiece < column.height ? start + kPiece : column.height;
            Extension<D> sum = Extension<D>::zero();
            for (std::uint64_t x = start + block.thread; x < end; x += kThreads) sum += eq.get(x) * column.data[x];
            shared.values[block.thread] = sum;
            return;
        }
        BlockSum<kThreads>::run(phase - 1, block.thread, shared.values);
        if (phase == BlockSum<kThreads>::kPhases && block.thread == 0) sums[block.index] = shared.values[0];
    }
};

}  // namespace sluice::backend_cuda
