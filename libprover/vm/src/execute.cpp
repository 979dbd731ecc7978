// Plain runs and traces. SPDX-License-Identifier: MIT OR Apache-2.0
#include "absl/strings/str_format.h"

#include "driver.h"
#include "launch.h"
#include "sluice/isa/decode.h"

namespace sluice::vm {
namespace {

class NoHooks final : public RunHooks {};

/// Stands still at each instruction of the window and tells what the one before did.
class TraceHooks final : public RunHooks {
 public:
    TraceHooks(const MachineState& state, std::uint64_t first, std::uint64_t count, const StepSink& sink)
        : state_(state), sink_(sink), first_(first), end_(first + std::min(count, kNever - first)) {}

    std::uint64_t next_cut(std::uint64_t done) override {
        // The window's first instruction is also stood at when it is the run's first, which no cut can be: see start().
        return done < first_ ? first_ : done + 1;
    }
    absl::StatusOr<bool> at_cut(std::uint64_t done) override {
        if (done > first_) {
            complete();
            if (absl::Status status = tell(); !status.ok()) return status;
        }
        if (done >= end_) return false;
        begin();
        return true;
    }
    void start() {
        if (first_ == 0 && end_ != 0) begin();
    }
    /// The run is over. A jump out of the text completed, though nothing could be fetched where it led.
    absl::Status finish(const Run& run) {
        if (!pending_ || run.cost.instructions <= first_ + told_) return absl::OkStatus();
        complete();
        if (!run.halted()) step_.next_pc = static_cast<std::uint32_t>(run.trap.pc);
        return tell();
    }

 private:
    [[nodiscard]] std::uint64_t value_of(unsigned reg) const { return reg == 0 ? 0 : state_.registers[reg]; }

    [[nodiscard]] bool has_target() const {
        switch (isa::info(instruction_.op).format) {
            case isa::Format::none:
            case isa::Format::s:
            case isa::Format::b:
                return false;
            default:
                return true;
        }
    }

    void begin() {
        step_ = {};
        const std::uint64_t pc = state_.code.address_of(state_.index);
        // Where nothing can be fetched the step traps and is never completed.
        if (!state_.space->permits(pc, 4, kPageExecute)) return;
        step_.pc = static_cast<std::uint32_t>(pc);
        step_.word = load_le<std::uint32_t>(state_.space->base() + pc);
        instruction_ = isa::decode(step_.word);
        step_.rs1_value = value_of(instruction_.rs1);
        step_.rs2_value = value_of(instruction_.rs2);
        step_.rd_before = value_of(instruction_.rd);
        const isa::OpClass kind = isa::op_class(instruction_.op);
        if (kind == isa::OpClass::load || kind == isa::OpClass::store) {
            const std::uint64_t address = step_.rs1_value + static_cast<std::uint64_t>(std::int64_t{instruction_.imm});
            const std::uint64_t size = std::uint64_t{1} << ((step_.word >> 12) & 3);
            const PageBits permission = kind == isa::OpClass::load ? kPageRead : kPageWrite;
            if (state_.space->permits(address, size, permission)) {
                step_.address = static_cast<std::uint32_t>(address);
                std::memcpy(&step_.memory_value, state_.space->base() + address, size);
            }
        }
        pending_ = true;
    }
    void complete() {
        step_.rd_value = has_target() ? state_.registers[instruction_.rd == 0 ? kSinkRegister : instruction_.rd] : 0;
        step_.next_pc = static_cast<std::uint32_t>(state_.code.address_of(state_.index));
        pending_ = false;
    }
    absl::Status tell() {
        ++told_;
        return sink_(step_);
    }

    const MachineState& state_;
    const StepSink& sink_;
    std::uint64_t first_;
    std::uint64_t end_;
    std::uint64_t told_ = 0;
    isa::Step step_{};
    isa::Instruction instruction_;
    bool pending_ = false;
};

/// Runs from where `state` stands, and tells the steps of a window.
absl::StatusOr<Run> run_traced(Driver<PlainMode>& driver, TraceHooks& hooks) {
    hooks.start();
    absl::StatusOr<Run> run = driver.run();
    if (!run.ok()) return run;
    if (absl::Status status = hooks.finish(*run); !status.ok()) return status;
    return run;
}

}  // namespace

absl::StatusOr<Run> execute(const Program& program, ByteView input, const RunOptions& options) {
    absl::StatusOr<std::unique_ptr<MachineState>> state = launch(program, input);
    if (!state.ok()) return state.status();
    NoHooks hooks;
    return Driver<PlainMode>(**state, program, options, hooks).run();
}

absl::StatusOr<Run> trace_all(const Program& program, ByteView input, const StepSink& sink, const RunOptions& options) {
    absl::StatusOr<std::unique_ptr<MachineState>> state = launch(program, input);
    if (!state.ok()) return state.status();
    TraceHooks hooks(**state, 0, kNever, sink);
    Driver<PlainMode> driver(**state, program, options, hooks);
    return run_traced(driver, hooks);
}

absl::StatusOr<Run> trace_from(const Program& program, ByteView input, const Resumption& from, std::uint64_t count,
                               const StepSink& sink, const RunOptions& options) {
    absl::StatusOr<std::unique_ptr<MachineState>> state = launch(program, input);
    if (!state.ok()) return state.status();
    if (from.pc % 4 != 0 || !(*state)->code.contains(from.pc)) {
        return absl::InvalidArgumentError(absl::StrFormat("a run cannot go on at pc 0x%x: no text there", from.pc));
    }
    for (const Resumption::Word& word : from.words) {
        if (word.address % 8 != 0 || !(*state)->space->permits(word.address, 8, kPageRead)) {
            return absl::InvalidArgumentError(
                absl::StrFormat("a run cannot go on with a word at 0x%x: none can be read there", word.address));
        }
        store_le<std::uint64_t>((*state)->space->base() + word.address, word.value);
    }
    TraceHooks hooks(**state, 0, count, sink);
    Driver<PlainMode> driver(**state, program, options, hooks);
    (*state)->index = (from.pc - (*state)->code.base()) / 4;
    std::copy(from.registers.begin(), from.registers.end(), (*state)->registers.begin());
    return run_traced(driver, hooks);
}

absl::StatusOr<TracedRun> trace(const Program& program, ByteView input, std::uint64_t first, std::uint64_t count,
                                const RunOptions& options) {
    absl::StatusOr<std::unique_ptr<MachineState>> state = launch(program, input);
    if (!state.ok()) return state.status();
    TracedRun out;
    const StepSink keep = [&](const isa::Step& step) {
        out.steps.push_back(step);
        return absl::OkStatus();
    };
    TraceHooks hooks(**state, first, count, keep);
    Driver<PlainMode> driver(**state, program, options, hooks);
    absl::StatusOr<Run> run = run_traced(driver, hooks);
    if (!run.ok()) return run.status();
    out.run = *std::move(run);
    return out;
}

}  // namespace sluice::vm
