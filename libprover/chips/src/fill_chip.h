// Rows from records, on the host. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <utility>

#include "lookup_counts.h"
#include "program_image.h"
#include "shard_records.h"
#include "sluice/machine/trace.h"

namespace sluice::chips {

/// Columns that are filled row by row; lookups are counted in passing.
template <class ChipType>
class CountedRows {
 public:
    using Main = typename ChipType::template Main<KoalaBear>;
    static constexpr std::uint32_t kWidth = machine::kColumnCount<Main, KoalaBear>;

    CountedRows(std::uint32_t height, LookupCounts& counts, std::span<const KoalaBear> public_values)
        : counter_(counts, public_values), stride_(machine::align4(height)) {
        trace_.height = height;
        columns().assign(kWidth * stride_, KoalaBear::zero());
    }

    void append(const Main& row) {
        ChipType::eval(counter_, machine::Row<ChipType, KoalaBear>{{}, {}, row});
        const std::array<KoalaBear, kWidth> values = machine::store_columns<KoalaBear>(row);
        for (std::uint32_t c = 0; c < kWidth; ++c) columns()[c * stride_ + next_] = values[c];
        ++next_;
    }
    [[nodiscard]] machine::ChipTrace take() { return std::move(trace_); }

 private:
    std::vector<KoalaBear>& columns() { return trace_.columns[static_cast<std::size_t>(machine::Group::main)]; }

    machine::ChipTrace trace_;
    LookupCounter counter_;
    std::uint64_t stride_;
    std::uint64_t next_ = 0;
};

/// Lays out the rows that a shard's records have for its chip number `chip`, and counts their lookups.
template <class ChipType>
[[nodiscard]] machine::ChipTrace fill_chip(const ShardRecords& shard, std::size_t chip, const ProgramImage& image,
                                           LookupCounts& counts) {
    const ChipRecords& records = shard.chips[chip];
    const ProgramLine* const lines = image.lines().data();
    CountedRows<ChipType> rows(records.rows, counts, shard.public_values);
    constexpr std::size_t kWords = record_words<ChipType>();
    for (std::size_t at = 0; at < records.words.size(); at += kWords) {
        ExecutedStep step;
        ExecutedCall call;
        if constexpr (kTakesCalls<ChipType>) {
            const CallRecord& record = shard.calls[records.words[at]];
            call = read_call(record, shard.accesses.data(), shard.after.data());
            step = read_call_step(record, call, lines);
        } else {
            step = read_record<ChipType>(records.words.data() + at, lines);
        }
        if constexpr (requires { &ChipType::fill; }) {
            typename ChipType::template Main<KoalaBear> row{};
            ChipType::fill(step, row);
            rows.append(row);
        } else {
            ChipType::fill_rows(step, rows);
        }
    }
    return rows.take();
}

}  // namespace sluice::chips
