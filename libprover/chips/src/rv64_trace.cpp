// Filling the tables of a run. SPDX-License-Identifier: MIT OR Apache-2.0
#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

#include "program_image.h"
#include "shard_walker.h"
#include "sluice/chips/rv64_machine.h"
#include "step_chip.h"
#include "tables/linking.h"
#include "tables/lookup_tables.h"
#include "tables/program_tables.h"
#include "word_store.h"

namespace sluice::chips {

namespace {

/// The rows of one shard.
class ShardFiller {
 public:
    ShardFiller(const ProgramImage& image, std::uint64_t features, std::span<const StepChip> chips)
        : image_(image), features_(features), dispatch_(chips) {
        for (const StepChip& chip : chips) tables_.push_back(chip.table());
    }

    absl::Status add(const ExecutedStep& step) {
        const auto takers = dispatch_.takers(step);
        if (!takers.ok()) return takers.status();
        for (const std::size_t taker : *takers) tables_[taker]->append(step);
        return absl::OkStatus();
    }

    /// The tables. `public_values` and what `words` holds are those at the shard's end.
    absl::StatusOr<machine::TableTrace> finish(std::vector<KoalaBear> public_values, const WordStore& words) {
        machine::TableTrace trace;
        trace.public_values = std::move(public_values);
        LookupCounts counts(image_);
        machine::TraceWriter<ShardRam> ram;
        for (const std::uint32_t key : words.touched()) {
            const WordStore::Word& word = words.at(key);
            ram.append({KoalaBear::one(), element(key), limbs(word.in), limbs(word.value), element(word.shard_in)},
                       {element(word.time)});
        }
        machine::TraceWriter<Ends> ends;
        ends.append({}, {});
        const std::span<const KoalaBear> values = trace.public_values;
        machine::ChipTrace ram_trace = finish_rows(ram, counts, values);
        std::vector<machine::ChipTrace> steps;
        for (const auto& table : tables_) steps.push_back(table->finish(counts, values));
        if (!counts.status().ok()) return counts.status();

        trace.chips.push_back(counts.range_table());
        trace.chips.push_back(counts.byte_table());
        trace.chips.push_back(counts.shift_table());
        if ((features_ & SLUICE_FEATURE_KECCAK) != 0) {
            trace.chips.push_back(counts.keccak_limb_table());
            trace.chips.push_back(counts.keccak_turn_table());
            trace.chips.push_back(counts.keccak_sum_table());
        }
        trace.chips.push_back(counts.program_table());
        trace.chips.push_back(counts.page_table());
        trace.chips.push_back(ends.finish());
        trace.chips.push_back(std::move(ram_trace));
        for (machine::ChipTrace& chip : steps) trace.chips.push_back(std::move(chip));
        return trace;
    }

 private:
    const ProgramImage& image_;
    std::uint64_t features_;
    Dispatch dispatch_;
    std::vector<std::unique_ptr<StepTable>> tables_;
};

absl::StatusOr<machine::TableTrace> fill_boundary(const ProgramImage& image, const WordStore& words) {
    LookupCounts counts(image);
    machine::TraceWriter<Boundary> rows;
    std::uint32_t smallest = 0;
    for (const std::uint32_t key : words.all_touched()) {
        const WordStore::Word& word = words.at(key);
        const std::uint32_t page = key >> kPageKeyBits;
        const auto index = image.page_at(page);
        const PageClass page_class = index.has_value() ? image.pages()[*index].page_class : PageClass::zero;
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

std::vector<KoalaBear> first_values(std::uint32_t shard, std::uint32_t first_pc) {
    std::vector<KoalaBear> values(kPublicValues, KoalaBear::zero());
    values[kShardValue] = element(shard);
    values[kFirstPcValue] = element(first_pc);
    return values;
}

}  // namespace

Rv64Run::Rv64Run(const Rv64Machine& machine, const vm::Program& program, ByteView input, vm::RunOptions options)
    : machine_(machine), program_(program), input_(input), options_(std::move(options)) {}

absl::StatusOr<Rv64Run> Rv64Run::make(const Rv64Machine& machine, const vm::Program& program, ByteView input,
                                      const vm::ShardPlan& plan, const vm::RunOptions& options) {
    if (absl::Status status = plan.check(); !status.ok()) return status;
    Rv64Run out(machine, program, input, options);
    absl::StatusOr<vm::Run> run = vm::execute(program, input, options);
    if (!run.ok()) return run.status();
    out.run_ = *std::move(run);
    if (!out.run_.halted()) {
        return absl::FailedPreconditionError("a run that traps has no proof: " + out.run_.trap.to_string());
    }
    const std::uint64_t instructions = out.run_.cost.instructions;
    if (!plan.cuts.empty() && plan.cuts.back() >= instructions) {
        return absl::InvalidArgumentError(
            absl::StrCat("shard plan: cut at instruction ", plan.cuts.back(), " of a run of ", instructions));
    }
    const std::vector<StepChip> chips = step_chips(machine.features());
    const Dispatch dispatch(chips);
    WordStore words(machine.image(), input);
    std::uint64_t begin = 0;
    for (std::size_t i = 0; i < plan.shard_count(); ++i) {
        const std::uint64_t end = i < plan.cuts.size() ? plan.cuts[i] : instructions;
        absl::StatusOr<vm::TracedRun> traced = vm::trace(program, input, begin, end - begin, options);
        if (!traced.ok()) return traced.status();
        ShardWalker walker(machine.image(), words, static_cast<std::uint32_t>(i + 1));
        for (const isa::Step& step : traced->steps) {
            const absl::StatusOr<ExecutedStep> executed = walker.next(step);
            if (!executed.ok()) return executed.status();
            if (const auto takers = dispatch.takers(*executed); !takers.ok()) return takers.status();
        }
        Shard shard{begin, end - begin, {}};
        for (const std::uint32_t key : words.touched()) {
            const WordStore::Word& word = words.at(key);
            shard.words.push_back({key, word.shard_in, word.in});
        }
        out.shards_.push_back(std::move(shard));
        begin = end;
    }
    absl::StatusOr<machine::TableTrace> boundary = fill_boundary(machine.image(), words);
    if (!boundary.ok()) return boundary.status();
    out.boundary_ = *std::move(boundary);
    return out;
}

absl::StatusOr<machine::TableTrace> Rv64Run::shard(std::uint32_t number) const {
    if (number == 0 || number > shards_.size()) {
        return absl::InvalidArgumentError(absl::StrCat("shard ", number, " of ", shards_.size()));
    }
    const Shard& shard = shards_[number - 1];
    absl::StatusOr<vm::TracedRun> traced =
        vm::trace(program_, input_, shard.first_instruction, shard.instructions, options_);
    if (!traced.ok()) return traced.status();
    WordStore words(machine_.image(), input_);
    for (const LinkedWord& word : shard.words) words.put(word.key, word.value, word.shard);
    ShardWalker walker(machine_.image(), words, number);
    const std::vector<StepChip> chips = step_chips(machine_.features());
    ShardFiller filler(machine_.image(), machine_.features(), chips);
    for (const isa::Step& step : traced->steps) {
        const absl::StatusOr<ExecutedStep> executed = walker.next(step);
        if (!executed.ok()) return executed.status();
        if (absl::Status status = filler.add(*executed); !status.ok()) return status;
    }
    std::vector<KoalaBear> values = first_values(number, traced->steps.front().pc);
    if (number < shards_.size()) {
        values[kLastPcValue] = element(traced->steps.back().next_pc);
        values[kLastTimeValue] = element(walker.time());
    } else {
        values[kIsLastValue] = KoalaBear::one();
        const auto statement = statement_of(run_.exit_code, run_.output_digest);
        for (std::size_t i = 0; i < statement.size(); ++i) values[kExitCodeValue + i] = element(statement[i]);
    }
    return filler.finish(std::move(values), words);
}

}  // namespace sluice::chips
