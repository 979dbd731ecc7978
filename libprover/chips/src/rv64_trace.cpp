// Filling the tables of a run. SPDX-License-Identifier: MIT OR Apache-2.0
#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

#include "fill_shard.h"
#include "program_image.h"
#include "shard_recorder.h"
#include "shard_walker.h"
#include "sluice/chips/rv64_machine.h"
#include "step_chip.h"
#include "tables/linking.h"
#include "tables/lookup_tables.h"
#include "tables/program_tables.h"
#include "word_store.h"

namespace sluice::chips {

namespace {

absl::StatusOr<machine::TableTrace> fill_boundary(const ProgramImage& image, const WordStore& words) {
    LookupCounts counts(image);
    machine::TraceWriter<Boundary> rows;
    std::uint32_t smallest = 0;
    for (const std::uint32_t key : words.all_touched()) {
        const WordStore::Word& word = words.at(key);
        const std::uint32_t page = key >> kPageKeyBits;
        const std::uint32_t index = image.page_at(page);
        const PageClass page_class = index != kNoRow ? image.pages()[index].page_class : PageClass::zero;
        rows.append(
            {KoalaBear::one(), element(key), limbs(words.initial(key)), limbs(word.value), element(word.last_shard)},
            {element(smallest), element((key - smallest) & 0xffff), element(page),
             element(page_class == PageClass::image), element(page_class == PageClass::input)});
        smallest = key + 1;
    }
    machine::TraceWriter<BoundaryEnds> ends;
    ends.append({element(smallest)});
    machine::ChipTrace boundary = finish_rows(rows, counts, {});
    if (!counts.status().ok()) return counts.status();
    machine::TableTrace trace;
    trace.chips.push_back(counts.range_table());
    trace.chips.push_back(counts.image_table());
    trace.chips.push_back(counts.page_class_table());
    trace.chips.push_back(std::move(boundary));
    trace.chips.push_back(ends.finish());
    return trace;
}

/// How many rows each step chip has.
class RowCounter {
 public:
    explicit RowCounter(std::span<const StepChip> chips) : chips_(chips), dispatch_(chips), rows_(chips.size(), 0) {}

    absl::Status add(const ExecutedStep& step) {
        const auto takers = dispatch_.takers(step);
        if (!takers.ok()) return takers.status();
        for (const std::size_t taker : *takers) rows_[taker] += chips_[taker].rows(step);
        return absl::OkStatus();
    }
    /// Counts of what was added since the last time.
    std::vector<std::uint32_t> take() { return std::exchange(rows_, std::vector<std::uint32_t>(chips_.size(), 0)); }

 private:
    std::span<const StepChip> chips_;
    Dispatch dispatch_;
    std::vector<std::uint32_t> rows_;
};

/// Keys of the words that HALT's output lies in.
std::pair<std::uint32_t, std::uint32_t> output_keys(WordStore& words) {
    const std::uint64_t address = words.value(kRegisterA0 + 2);
    const std::uint64_t size = words.value(kRegisterA0 + 3);
    if (size == 0) return {0, 0};
    return {static_cast<std::uint32_t>(address / 8), static_cast<std::uint32_t>((address + size - 1) / 8 + 1)};
}

}  // namespace

/// Follows a whole run, shard by shard, and notes of each what its tables are filled from.
class Rv64Run::Walk {
 public:
    Walk(Rv64Run& run, const vm::ShardPlan& plan)
        : run_(run),
          plan_(plan),
          chips_(step_chips(run.machine_.features())),
          counter_(chips_),
          words_(run.machine_.image(), run.input_) {
        begin();
    }

    absl::Status add(const isa::Step& step) {
        if (shards().size() <= plan_.cuts.size() && done_ == plan_.cuts[shards().size() - 1]) {
            end();
            begin();
        }
        Shard& shard = shards().back();
        if (shard.instructions++ == 0) shard.first_pc = step.pc;
        shard.last_pc = step.next_pc;
        ++done_;
        const absl::StatusOr<ExecutedStep> executed = walker_->next(step);
        if (!executed.ok()) return executed.status();
        return counter_.add(*executed);
    }

    /// The run is over.
    absl::Status finish() {
        end();
        // The emulator reads the output where HALT says that it is, though the machine does not.
        const auto [first, last] = output_keys(words_);
        for (std::uint32_t key = first; key != last; ++key) {
            run_.output_words_.push_back({8 * key, words_.value(key)});
        }
        absl::StatusOr<machine::TableTrace> boundary = fill_boundary(run_.machine_.image(), words_);
        if (!boundary.ok()) return boundary.status();
        run_.boundary_ = *std::move(boundary);
        return absl::OkStatus();
    }

 private:
    std::vector<Shard>& shards() { return run_.shards_; }

    void begin() {
        shards().emplace_back();
        walker_.emplace(run_.machine_.image(), words_, static_cast<std::uint32_t>(shards().size()));
    }
    void end() {
        Shard& shard = shards().back();
        shard.end_time = walker_->time();
        shard.rows = counter_.take();
        for (const std::uint32_t key : words_.touched()) {
            const WordStore::Word& word = words_.at(key);
            shard.words.push_back({key, word.shard_in, word.in, word.value});
        }
    }

    Rv64Run& run_;
    const vm::ShardPlan& plan_;
    std::vector<StepChip> chips_;
    RowCounter counter_;
    WordStore words_;
    std::optional<ShardWalker> walker_;
    std::uint64_t done_ = 0;
};

Rv64Run::Rv64Run(const Rv64Machine& machine, const vm::Program& program, ByteView input, vm::RunOptions options)
    : machine_(machine), program_(program), input_(input), options_(std::move(options)) {}

absl::StatusOr<Rv64Run> Rv64Run::make(const Rv64Machine& machine, const vm::Program& program, ByteView input,
                                      const vm::ShardPlan& plan, const vm::RunOptions& options) {
    if (absl::Status status = plan.check(); !status.ok()) return status;
    Rv64Run out(machine, program, input, options);
    out.cuts_ = plan.cuts;
    Walk walk(out, plan);
    absl::StatusOr<vm::Run> run = vm::trace_all(
        program, input, [&](const isa::Step& step) { return walk.add(step); }, options);
    if (!run.ok()) return run.status();
    out.run_ = *std::move(run);
    if (!out.run_.halted()) {
        return absl::FailedPreconditionError("a run that traps has no proof: " + out.run_.trap.to_string());
    }
    if (!plan.cuts.empty() && plan.cuts.back() >= out.run_.cost.instructions) {
        return absl::InvalidArgumentError(absl::StrCat("shard plan: cut at instruction ", plan.cuts.back(),
                                                       " of a run of ", out.run_.cost.instructions));
    }
    if (absl::Status status = walk.finish(); !status.ok()) return status;
    return out;
}

absl::Status Rv64Run::check_number(std::uint32_t number) const {
    if (number != 0 && number <= shards_.size()) return absl::OkStatus();
    return absl::InvalidArgumentError(absl::StrCat("shard ", number, " of ", shards_.size()));
}

std::vector<KoalaBear> Rv64Run::public_values(std::uint32_t number) const {
    const Shard& shard = shards_[number - 1];
    std::vector<KoalaBear> values(kPublicValues, KoalaBear::zero());
    values[kShardValue] = element(number);
    values[kFirstPcValue] = element(shard.first_pc);
    if (number < shards_.size()) {
        values[kLastPcValue] = element(shard.last_pc);
        values[kLastTimeValue] = element(shard.end_time);
    } else {
        values[kIsLastValue] = KoalaBear::one();
        const auto statement = statement_of(run_.exit_code, run_.output_digest);
        for (std::size_t i = 0; i < statement.size(); ++i) values[kExitCodeValue + i] = element(statement[i]);
    }
    return values;
}

absl::StatusOr<machine::TableTrace> Rv64Run::linked(std::uint32_t number) const {
    if (absl::Status status = check_number(number); !status.ok()) return status;
    const Shard& shard = shards_[number - 1];
    machine::TableTrace trace;
    trace.public_values = public_values(number);
    // In the machine's order: the tables that the key fixes, the words, and the chips of steps.
    for (const machine::ChipDescription& chip : machine_.shards().chips()) {
        trace.chips.emplace_back().height = chip.shape.fixed_height;
    }
    const std::size_t first_step = trace.chips.size() - shard.rows.size();
    for (std::size_t i = 0; i < shard.rows.size(); ++i) trace.chips[first_step + i].height = shard.rows[i];
    machine::TraceWriter<ShardRam> words;
    for (const LinkedWord& word : shard.words) words.append(linked_row(word.key, word.in, word.out, word.shard), {});
    trace.chips[first_step - 1] = words.finish();
    trace.chips[first_step - 1].columns[static_cast<std::size_t>(machine::Group::main)].clear();
    return trace;
}

absl::StatusOr<ShardRecords> Rv64Run::records(std::uint32_t number) const {
    if (absl::Status status = check_number(number); !status.ok()) return status;
    const Shard& shard = shards_[number - 1];
    vm::Resumption from;
    from.pc = shard.first_pc;
    WordStore words(machine_.image(), input_);
    if (number == shards_.size()) from.words = output_words_;
    for (const LinkedWord& word : shard.words) {
        words.put(word.key, word.in, word.shard);
        if (word.key < from.registers.size()) from.registers[word.key] = word.in;
        if (word.key > kSink) from.words.push_back({8 * word.key, word.in});
    }
    ShardWalker walker(machine_.image(), words, number);
    const std::vector<StepChip> chips = step_chips(machine_.features());
    ShardRecorder recorder(chips);
    recorder.reserve(shard.rows);
    const auto record = [&](const isa::Step& step) -> absl::Status {
        const absl::StatusOr<ExecutedStep> executed = walker.next(step);
        if (!executed.ok()) return executed.status();
        return recorder.add(*executed);
    };
    const auto run = vm::trace_from(program_, input_, from, shard.instructions, record, options_);
    if (!run.ok()) return run.status();
    ShardRecords records = std::move(recorder.records());
    records.public_values = public_values(number);
    for (const std::uint32_t key : words.touched()) {
        const WordStore::Word& word = words.at(key);
        records.touched.push_back({key, word.shard_in, word.in, word.value, word.time});
    }
    return records;
}

absl::StatusOr<machine::TableTrace> Rv64Run::shard(std::uint32_t number) const {
    const absl::StatusOr<ShardRecords> records = this->records(number);
    if (!records.ok()) return records.status();
    return fill_shard(machine_, step_chips(machine_.features()), *records);
}

}  // namespace sluice::chips
