// See fill_shard.h. SPDX-License-Identifier: MIT OR Apache-2.0
#include "fill_shard.h"

#include <utility>
#include <vector>

namespace sluice::chips {

ShardRam::Linked<KoalaBear> linked_row(std::uint32_t key, std::uint64_t in, std::uint64_t out, std::uint32_t shard_in) {
    return {KoalaBear::one(), element(key), limbs(in), limbs(out), element(shard_in)};
}

machine::ChipTrace fill_words(const ShardRecords& shard, LookupCounts& counts) {
    machine::TraceWriter<ShardRam> rows;
    for (const TouchedWord& word : shard.touched) {
        rows.append(linked_row(word.key, word.in, word.out, word.shard), {element(word.time)});
    }
    return finish_rows(rows, counts, shard.public_values);
}

absl::StatusOr<machine::TableTrace> fill_shard(const Rv64Machine& machine, std::span<const StepChip> chips,
                                               const ShardRecords& shard) {
    machine::TableTrace trace;
    trace.public_values = shard.public_values;
    LookupCounts counts(machine.image());
    machine::TraceWriter<Ends> ends;
    ends.append({}, {});
    machine::ChipTrace words = fill_words(shard, counts);
    std::vector<machine::ChipTrace> steps;
    for (std::size_t i = 0; i < chips.size(); ++i) steps.push_back(chips[i].fill(shard, i, machine.image(), counts));
    if (!counts.status().ok()) return counts.status();

    for (const LookupTable& table : lookup_tables(machine.features())) trace.chips.push_back((counts.*table.fill)());
    trace.chips.push_back(ends.finish());
    trace.chips.push_back(std::move(words));
    for (machine::ChipTrace& chip : steps) trace.chips.push_back(std::move(chip));
    return trace;
}

}  // namespace sluice::chips
