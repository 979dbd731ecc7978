// Filling the tables of a run. SPDX-License-Identifier: MIT OR Apache-2.0
#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

#include "program_image.h"
#include "sluice/abi/ecall.h"
#include "sluice/chips/rv64_machine.h"
#include "sluice/isa/step.h"
#include "step_chip.h"
#include "tables/linking.h"
#include "tables/lookup_tables.h"
#include "tables/program_tables.h"
#include "word_store.h"

namespace sluice::chips {

namespace {

/// Follows the steps of one shard: clock, registers and memory.
class ShardWalker {
 public:
    ShardWalker(const ProgramImage& image, WordStore& words, std::uint32_t shard) : image_(image), words_(words) {
        words_.begin_shard(shard);
    }

    /// When the next step begins.
    [[nodiscard]] std::uint32_t time() const noexcept { return time_; }

    absl::StatusOr<ExecutedStep> next(const isa::Step& recorded) {
        const auto row = image_.line_at(recorded.pc);
        if (!row.has_value()) {
            return absl::UnimplementedError(
                absl::StrFormat("pc 0x%x: no row of the program table for word 0x%08x", recorded.pc, recorded.word));
        }
        ExecutedStep step;
        step.line = image_.lines()[*row];
        step.time = time_;
        step.next_pc = recorded.next_pc;
        if (const absl::Status status = step.line.op == isa::Op::ECALL ? add_ecall(step) : add_accesses(step, recorded);
            !status.ok()) {
            return status;
        }
        time_ += kTimeStep;
        return step;
    }

 private:
    absl::Status add_accesses(ExecutedStep& step, const isa::Step& recorded) {
        step.first = recorded.rs1_value;
        step.second = recorded.rs2_value;
        const isa::Instruction decoded = isa::decode(recorded.word);
        const isa::Format format = isa::info(decoded.op).format;
        const bool has_second = format == isa::Format::r || format == isa::Format::s || format == isa::Format::b;
        const bool has_first =
            has_second || format == isa::Format::i || format == isa::Format::shift || format == isa::Format::shift_word;
        if (has_first) {
            step.first_access = words_.access(decoded.rs1, time_, step.first);
            if (step.first_access.before != step.first) return disagrees(step, "rs1", step.first_access.before);
        }
        if (has_second) {
            step.second_access = words_.access(decoded.rs2, time_ + 1, step.second);
            if (step.second_access.before != step.second) return disagrees(step, "rs2", step.second_access.before);
        }
        const isa::OpClass kind = isa::op_class(decoded.op);
        if (kind == isa::OpClass::load || kind == isa::OpClass::store) {
            const unsigned size = 1u << (recorded.word >> 12 & 3);
            step.address = recorded.address;
            step.memory_words = recorded.address % 8 + size > 8 ? 2 : 1;
            const unsigned offset = recorded.address % 8;
            std::uint64_t found = 0;
            for (unsigned i = 0; i < size; ++i) {
                const std::uint64_t word = words_.value(recorded.address / 8 + (offset + i) / 8);
                found |= std::uint64_t{byte(word, (offset + i) % 8)} << (8 * i);
            }
            if (found != recorded.memory_value) return disagrees(step, "memory", found);
            for (std::uint32_t i = 0; i < step.memory_words; ++i) {
                const std::uint32_t key = recorded.address / 8 + i;
                std::uint64_t value = words_.value(key);
                if (kind == isa::OpClass::store) value = stored(value, step.second, offset, size, i);
                step.memory_after[i] = value;
                step.memory[i] = words_.access(key, time_, value);
            }
        }
        if (step.line.rd != 0) {
            step.result = recorded.rd_value;
            step.target_access = words_.access(step.line.rd, time_ + 2, step.result);
        }
        return absl::OkStatus();
    }

    /// Word number `i` of the two from the first that a store reaches into, after it.
    static std::uint64_t stored(std::uint64_t word, std::uint64_t value, unsigned offset, unsigned size, unsigned i) {
        for (unsigned j = 0; j < size; ++j) {
            const unsigned place = offset + j;
            if (place / 8 != i) continue;
            const unsigned shift = 8 * (place % 8);
            word = (word & ~(std::uint64_t{0xff} << shift)) | (value >> (8 * j) & 0xff) << shift;
        }
        return word;
    }

    absl::Status disagrees(const ExecutedStep& step, const char* what, std::uint64_t found) const {
        return absl::InternalError(absl::StrFormat("pc 0x%x, time %d: %s is 0x%x, the step record does not say so",
                                                   step.line.pc, step.time, what, found));
    }

    absl::Status add_ecall(ExecutedStep& step) {
        step.first = words_.value(kRegisterA7);
        step.first_access = words_.access(kRegisterA7, time_, step.first);
        if (step.first != SLUICE_ECALL_HALT) return absl::OkStatus();
        step.second = words_.value(kRegisterA0);
        step.second_access = words_.access(kRegisterA0, time_ + 1, step.second);
        step.third = words_.value(kRegisterA1);
        step.third_access = words_.access(kRegisterA1, time_ + 2, step.third);
        step.memory_words = 4;
        for (std::uint32_t i = 0; i < 4; ++i) {
            const auto key = static_cast<std::uint32_t>(step.third / 8 + i);
            step.memory[i] = words_.access(key, time_, words_.value(key));
        }
        return absl::OkStatus();
    }

    const ProgramImage& image_;
    WordStore& words_;
    std::uint32_t time_ = kTimeStep;
};

/// Which chip takes which step.
class Dispatch {
 public:
    Dispatch() {
        for (std::size_t i = 0; i < step_chips().size(); ++i) {
            for (const isa::Op op : step_chips()[i].ops) takers_[static_cast<std::size_t>(op)].push_back(i);
        }
    }

    /// Index into step_chips(). Unimplemented names the step if there is none.
    [[nodiscard]] absl::StatusOr<std::size_t> taker_of(const ExecutedStep& step) const {
        for (const std::size_t taker : takers_[static_cast<std::size_t>(step.line.op)]) {
            if (step_chips()[taker].takes(step)) return taker;
        }
        return absl::UnimplementedError(
            absl::StrFormat("pc 0x%x: no chip for %s%s", step.line.pc, std::string(isa::name(step.line.op)),
                            step.line.op == isa::Op::ECALL
                                ? absl::StrCat(" ", step.first, " ", std::string(abi::ecall_name(step.first)))
                                : ""));
    }

 private:
    std::array<std::vector<std::size_t>, isa::kOpCount> takers_;
};

/// The rows of one shard.
class ShardFiller {
 public:
    explicit ShardFiller(const ProgramImage& image) : image_(image) {
        for (const StepChip& chip : step_chips()) tables_.push_back(chip.table());
    }

    void add(std::size_t chip, const ExecutedStep& step) { tables_[chip]->append(step); }

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
        trace.chips.push_back(counts.program_table());
        trace.chips.push_back(counts.page_table());
        trace.chips.push_back(ends.finish());
        trace.chips.push_back(std::move(ram_trace));
        for (machine::ChipTrace& chip : steps) trace.chips.push_back(std::move(chip));
        return trace;
    }

 private:
    const ProgramImage& image_;
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
    const Dispatch dispatch;
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
            if (const auto taker = dispatch.taker_of(*executed); !taker.ok()) return taker.status();
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
    const Dispatch dispatch;
    ShardFiller filler(machine_.image());
    for (const isa::Step& step : traced->steps) {
        absl::StatusOr<ExecutedStep> executed = walker.next(step);
        if (!executed.ok()) return executed.status();
        const absl::StatusOr<std::size_t> taker = dispatch.taker_of(*executed);
        if (!taker.ok()) return taker.status();
        filler.add(*taker, *executed);
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
