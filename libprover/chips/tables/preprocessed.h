// Gathers the preprocessed rows of a table that the key fixes. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "sluice/machine/chip_shape.h"
#include "sluice/machine/columns.h"
#include "sluice/machine/program.h"

namespace sluice::chips {

/// Stands for a row that is not there.
inline constexpr std::uint32_t kNoRow = ~std::uint32_t{0};

template <class ChipType>
class PreprocessedRows {
 public:
    using Columns = typename ChipType::template Preprocessed<machine::KoalaBear>;
    static constexpr std::uint32_t kWidth = machine::kColumnCount<Columns, machine::KoalaBear>;

    void append(const Columns& row) { rows_.push_back(row); }
    [[nodiscard]] machine::ChipShape shape() const {
        const auto height = static_cast<std::uint32_t>(rows_.size());
        const std::uint64_t stride = machine::align4(height);
        machine::ChipShape shape{.fixed_height = height, .max_height = height, .preprocessed = {}};
        shape.preprocessed.assign(kWidth * stride, machine::KoalaBear::zero());
        for (std::size_t i = 0; i < rows_.size(); ++i) {
            const auto values = machine::store_columns<machine::KoalaBear>(rows_[i]);
            for (std::uint32_t c = 0; c < kWidth; ++c) shape.preprocessed[c * stride + i] = values[c];
        }
        return shape;
    }

 private:
    std::vector<Columns> rows_;
};

}  // namespace sluice::chips
