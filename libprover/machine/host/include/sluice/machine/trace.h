// Filled tables: the columns of the chips of one shard or boundary. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "sluice/machine/builder.h"
#include "sluice/machine/program.h"

namespace sluice::machine {

class ColumnSource;

/// The linked and main columns of one chip. Column c of a group begins at c * align4(height); what lies between the
/// height and the next column is 0. Preprocessed columns are the machine's (ChipShape::preprocessed) and are not
/// repeated here.
struct ChipTrace {
    std::uint32_t height = 0;
    std::array<std::vector<KoalaBear>, kGroups> columns;  ///< columns[0] stays empty

    [[nodiscard]] KoalaBear& at(Group group, std::uint32_t index, std::uint32_t row) {
        return columns[static_cast<std::size_t>(group)][index * align4(height) + row];
    }
};

/// The tables of a shard or of the boundary: one entry for each chip of the machine, in its order.
struct TableTrace {
    std::vector<ChipTrace> chips;
    std::vector<KoalaBear> public_values;
    /// Not null: main columns of chips that have rows may be left out, and are this source's.
    std::shared_ptr<const ColumnSource> source = nullptr;
};

/// Gathers a chip's rows and lays them out by column.
template <class ChipType>
class TraceWriter {
 public:
    using Linked = typename ChipType::template Linked<KoalaBear>;
    using Main = typename ChipType::template Main<KoalaBear>;

    void append(const Main& main) { append(Linked{}, main); }
    void append(const Linked& linked, const Main& main) {
        linked_.push_back(linked);
        main_.push_back(main);
    }
    [[nodiscard]] std::uint32_t height() const noexcept { return static_cast<std::uint32_t>(main_.size()); }
    [[nodiscard]] const Linked& linked(std::size_t row) const { return linked_[row]; }
    [[nodiscard]] const Main& main(std::size_t row) const { return main_[row]; }

    [[nodiscard]] ChipTrace finish() const {
        ChipTrace trace;
        trace.height = height();
        lay_out(linked_, trace.columns[1]);
        lay_out(main_, trace.columns[2]);
        return trace;
    }

 private:
    template <class Columns>
    static void lay_out(const std::vector<Columns>& rows, std::vector<KoalaBear>& columns) {
        constexpr std::uint32_t width = kColumnCount<Columns, KoalaBear>;
        const std::uint64_t stride = align4(rows.size());
        columns.assign(width * stride, KoalaBear::zero());
        if constexpr (width > 0) {
            for (std::size_t i = 0; i < rows.size(); ++i) {
                const std::array<KoalaBear, width> values = store_columns<KoalaBear>(rows[i]);
                for (std::uint32_t c = 0; c < width; ++c) columns[c * stride + i] = values[c];
            }
        }
    }

    std::vector<Linked> linked_;
    std::vector<Main> main_;
};

}  // namespace sluice::machine
