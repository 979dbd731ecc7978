// See shard_recorder.h. SPDX-License-Identifier: MIT OR Apache-2.0
#include "shard_recorder.h"

namespace sluice::chips {

void ShardRecorder::reserve(std::span<const std::uint32_t> rows) {
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (chips_[i].record != nullptr) records_.chips[i].words.reserve(std::size_t{rows[i]} * chips_[i].record_words);
    }
}

absl::Status ShardRecorder::add(const ExecutedStep& step) {
    const auto takers = dispatch_.takers(step);
    if (!takers.ok()) return takers.status();
    const std::uint32_t call = step.call == nullptr ? 0 : add_call(step);
    for (const std::size_t taker : *takers) {
        const StepChip& chip = chips_[taker];
        ChipRecords& records = records_.chips[taker];
        if (chip.record != nullptr) {
            const std::size_t at = records.words.size();
            records.words.resize(at + chip.record_words);
            chip.record(step, records.words.data() + at);
            ++records.rows;
        } else if (const std::uint32_t rows = chip.rows(step); rows != 0) {
            records.words.insert(records.words.end(), {call, records.rows});
            records.rows += rows;
        }
    }
    return absl::OkStatus();
}

std::uint32_t ShardRecorder::add_call(const ExecutedStep& step) {
    const ExecutedCall& call = *step.call;
    CallRecord record;
    record.number = call.number;
    record.number_access = call.number_access;
    record.arguments = call.arguments;
    record.argument_accesses = call.argument_accesses;
    record.row = step.row;
    record.time = step.time;
    for (std::size_t i = 0; i < kMaxArguments; ++i) {
        const ExecutedCall::Operand& operand = call.operands[i];
        record.first[i] = static_cast<std::uint32_t>(records_.accesses.size());
        record.words[i] = static_cast<std::uint32_t>(operand.words.size());
        records_.accesses.insert(records_.accesses.end(), operand.words.begin(), operand.words.end());
        records_.after.insert(records_.after.end(), operand.after.begin(), operand.after.end());
    }
    records_.calls.push_back(record);
    return static_cast<std::uint32_t>(records_.calls.size() - 1);
}

}  // namespace sluice::chips
