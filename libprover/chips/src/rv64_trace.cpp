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

/// One shard while its steps come in.
class ShardFiller {
 public:
    ShardFiller(const Rv64Machine& machine, WordStore& words, std::uint32_t shard)
        : machine_(machine), words_(words), shard_(shard) {
        words_.begin_shard(shard);
        for (const StepChip& chip : step_chips()) {
            tables_.push_back(chip.table());
            for (const isa::Op op : chip.ops) takers_[static_cast<std::size_t>(op)].push_back(tables_.size() - 1);
        }
    }

    absl::Status add(const isa::Step& recorded) {
        const auto row = machine_.image().line_at(recorded.pc);
        if (!row.has_value()) {
            return absl::UnimplementedError(
                absl::StrFormat("pc 0x%x: no row of the program table for word 0x%08x", recorded.pc, recorded.word));
        }
        ExecutedStep step;
        step.line = machine_.image().lines()[*row];
        step.time = time_;
        step.next_pc = recorded.next_pc;
        if (const absl::Status status = step.line.op == isa::Op::ECALL ? add_ecall(step) : add_accesses(step, recorded);
            !status.ok()) {
            return status;
        }
        for (const std::size_t taker : takers_[static_cast<std::size_t>(step.line.op)]) {
            if (!step_chips()[taker].takes(step)) continue;
            tables_[taker]->append(step);
            time_ += kTimeStep;
            return absl::OkStatus();
        }
        return absl::UnimplementedError(
            absl::StrFormat("pc 0x%x: no chip for %s%s", step.line.pc, std::string(isa::name(step.line.op)),
                            step.line.op == isa::Op::ECALL
                                ? absl::StrCat(" ", step.first, " ", std::string(abi::ecall_name(step.first)))
                                : ""));
    }

    /// The tables. `next_pc`: of the next shard; nothing in the last one, which has ended with `run`.
    absl::StatusOr<machine::TableTrace> finish(std::uint32_t first_pc, std::optional<std::uint32_t> next_pc,
                                               const vm::Run& run) {
        machine::TableTrace trace;
        trace.public_values.assign(kPublicValues, KoalaBear::zero());
        trace.public_values[kShardValue] = element(shard_);
        trace.public_values[kFirstPcValue] = element(first_pc);
        if (next_pc.has_value()) {
            trace.public_values[kLastPcValue] = element(*next_pc);
            trace.public_values[kLastTimeValue] = element(time_);
        } else {
            trace.public_values[kIsLastValue] = KoalaBear::one();
            const auto statement = statement_of(run.exit_code, run.output_digest);
            for (std::size_t i = 0; i < statement.size(); ++i) {
                trace.public_values[kExitCodeValue + i] = element(statement[i]);
            }
        }

        LookupCounts counts(machine_.image());
        machine::TraceWriter<ShardRam> ram;
        for (const std::uint32_t key : words_.touched()) {
            const WordStore::Word& word = words_.at(key);
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

    const Rv64Machine& machine_;
    WordStore& words_;
    std::uint32_t shard_;
    std::uint32_t time_ = kTimeStep;
    std::vector<std::unique_ptr<StepTable>> tables_;
    std::array<std::vector<std::size_t>, isa::kOpCount> takers_;
};

machine::TableTrace fill_boundary(const Rv64Machine& machine, const WordStore& words, absl::Status& status) {
    LookupCounts counts(machine.image());
    machine::TraceWriter<Boundary> rows;
    std::uint32_t smallest = 0;
    for (const std::uint32_t key : words.all_touched()) {
        const WordStore::Word& word = words.at(key);
        const std::uint32_t page = key >> kPageKeyBits;
        const auto index = machine.image().page_at(page);
        const PageClass page_class = index.has_value() ? machine.image().pages()[*index].page_class : PageClass::zero;
        rows.append(
            {KoalaBear::one(), element(key), limbs(words.initial(key)), limbs(word.value), element(word.last_shard)},
            {element(smallest), element((key - smallest) & 0xffff), element(page),
             element(page_class == PageClass::image), element(page_class == PageClass::input)});
        smallest = key + 1;
    }
    machine::TraceWriter<BoundaryEnds> ends;
    ends.append({element(smallest)});
    machine::ChipTrace boundary = finish_rows(rows, counts, {});
    status = counts.status();
    machine::TableTrace trace;
    trace.chips.push_back(counts.range_table());
    trace.chips.push_back(counts.image_table());
    trace.chips.push_back(counts.page_class_table());
    trace.chips.push_back(std::move(boundary));
    trace.chips.push_back(ends.finish());
    return trace;
}

}  // namespace

absl::StatusOr<Rv64Tables> fill_tables(const Rv64Machine& machine, const vm::Program& program, ByteView input,
                                       const vm::ShardPlan& plan, const vm::RunOptions& options) {
    if (absl::Status status = plan.check(); !status.ok()) return status;
    absl::StatusOr<vm::Run> run = vm::execute(program, input, options);
    if (!run.ok()) return run.status();
    if (!run->halted()) return absl::FailedPreconditionError("a run that traps has no proof: " + run->trap.to_string());
    const std::uint64_t instructions = run->cost.instructions;
    if (!plan.cuts.empty() && plan.cuts.back() >= instructions) {
        return absl::InvalidArgumentError(
            absl::StrCat("shard plan: cut at instruction ", plan.cuts.back(), " of a run of ", instructions));
    }
    Rv64Tables out;
    WordStore words(machine.image(), input);
    std::uint64_t begin = 0;
    std::uint32_t first_pc = program.entry;
    for (std::size_t i = 0; i < plan.shard_count(); ++i) {
        const std::uint64_t end = i < plan.cuts.size() ? plan.cuts[i] : instructions;
        absl::StatusOr<vm::TracedRun> traced = vm::trace(program, input, begin, end - begin, options);
        if (!traced.ok()) return traced.status();
        ShardFiller filler(machine, words, static_cast<std::uint32_t>(i + 1));
        for (const isa::Step& step : traced->steps) {
            if (absl::Status status = filler.add(step); !status.ok()) return status;
        }
        std::optional<std::uint32_t> next_pc;
        if (end != instructions) next_pc = traced->steps.back().next_pc;
        absl::StatusOr<machine::TableTrace> trace = filler.finish(first_pc, next_pc, *run);
        if (!trace.ok()) return trace.status();
        out.shards.push_back(*std::move(trace));
        first_pc = next_pc.value_or(0);
        begin = end;
    }
    absl::Status status;
    out.boundary = fill_boundary(machine, words, status);
    if (!status.ok()) return status;
    out.run = *std::move(run);
    return out;
}

}  // namespace sluice::chips
