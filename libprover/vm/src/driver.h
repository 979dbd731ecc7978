// What surrounds the run loop: exact stops, ECALLs, traps, limits. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "machine_state.h"
#include "run_loop.h"
#include "sluice/abi/semantics.h"
#include "sluice/vm/machine.h"

namespace sluice::vm {

inline constexpr std::uint64_t kNever = std::numeric_limits<std::uint64_t>::max();

/// What a kind of run does at chosen places. Never called inside the run loop.
class RunHooks {
 public:
    /// Number of instructions done at which at_cut() is wanted next; greater than `done`.
    virtual std::uint64_t next_cut(std::uint64_t done) { return static_cast<void>(done), kNever; }
    /// The run stands between two instructions. False ends it here.
    virtual absl::StatusOr<bool> at_cut(std::uint64_t done) { return static_cast<void>(done), true; }
    /// CellMode: the next instruction does not fit into the cells left; afterwards `state.cells` must have been
    /// renewed.
    virtual absl::Status cells_spent(std::uint64_t done) { return static_cast<void>(done), absl::OkStatus(); }

 protected:
    ~RunHooks() = default;
};

/// The parts that do not depend on the kind of run.
class DriverBase {
 public:
    DriverBase(MachineState& state, const Program& program, const RunOptions& options, RunHooks& hooks);

    /// Instructions done at which the budget ends.
    [[nodiscard]] const std::uint64_t* event() const noexcept { return &event_; }

 protected:
    enum class Next { go_on, halted, trapped };

    [[nodiscard]] std::uint64_t done() const noexcept { return event_ - static_cast<std::uint64_t>(state_.budget); }
    /// Sets event and budget from what lies ahead of `done`.
    void arm(std::uint64_t done);
    /// Budget is 0: cut, progress or limit. False ends the run.
    absl::StatusOr<bool> at_event();
    /// Does the ECALL at `state.index`, which is counted already; `state.index` moves on.
    absl::StatusOr<Next> do_ecall();
    /// Bytes of a MEMCPY that the ECALL at hand asks for, 0 for other ecalls.
    [[nodiscard]] std::uint64_t ecall_length() const noexcept;
    [[nodiscard]] std::uint64_t ecall_number() const noexcept { return state_.registers[17]; }
    absl::StatusOr<Run> finish();
    void finish_trap(bool at_index);

    MachineState& state_;
    const Program& program_;
    const RunOptions& options_;
    RunHooks& hooks_;
    Run run_;
    std::uint64_t event_ = 0;

 private:
    struct OpenScope {
        std::uint8_t id;
        std::uint64_t instructions;
        std::uint64_t weighted;
    };

    absl::Status take_output(const abi::EcallOutcome& outcome);
    [[nodiscard]] std::uint64_t weighted_now() const noexcept;
    void begin_scope(std::uint64_t id);
    void end_scope();

    std::uint64_t features_;
    std::uint64_t next_cut_ = kNever;
    std::uint64_t next_progress_ = kNever;
    std::vector<OpenScope> scopes_;
};

/// Drives one run from state to end.
template <class Mode>
class Driver : public DriverBase {
 public:
    using DriverBase::DriverBase;

    absl::StatusOr<Run> run() {
        arm(0);
        for (;;) {
            if (state_.budget == 0) {
                absl::StatusOr<bool> more = at_event();
                if (!more.ok()) return more.status();
                if (!*more) return finish();
                continue;
            }
            const std::uint32_t length = entry(state_.index).length;
            const std::uint32_t count = fitting();
            if (count == 0 && length != 0) {
                if (absl::Status status = hooks_.cells_spent(done()); !status.ok()) return status;
                arm(done());
                continue;
            }
            // A block that does not fit ends at a breakpoint; `rest` is the part that is not counted.
            const std::size_t start = state_.index;
            const std::size_t end = start + count;
            const bool whole = count == length;
            const std::uint32_t rest = length - count;
            charge(start, count);
            const std::uint8_t saved = entry(end).op;
            if (!whole) entry(end).op = kOpStop;
            const Stop stop = run_blocks<Mode>(state_);
            if (!whole) entry(end).op = saved;

            if (stop == Stop::ecall) {
                if constexpr (Mode::kCells) {
                    if (absl::Status status = pay_ecall(); !status.ok()) return status;
                }
                absl::StatusOr<Next> next = do_ecall();
                if (!next.ok()) return next.status();
                if (*next == Next::go_on) continue;
                if (*next == Next::trapped) refund(0);
                return finish();
            }
            if (stop == Stop::trap || stop == Stop::lost) {
                if (stop == Stop::trap) refund(whole ? 0 : rest);
                finish_trap(stop == Stop::trap);
                return finish();
            }
        }
    }

 private:
    [[nodiscard]] Decoded& entry(std::size_t index) { return state_.code.begin()[index]; }

    /// How many instructions of the block at hand the budget and the cells allow.
    [[nodiscard]] std::uint32_t fitting() {
        const std::uint32_t length = entry(state_.index).length;
        auto count = static_cast<std::uint32_t>(std::min<std::int64_t>(length, state_.budget));
        if constexpr (Mode::kCells) {
            const std::uint32_t* cells = state_.block_cells + state_.index;
            const auto price = [&](std::uint32_t n) {
                return std::int64_t{cells[0]} - (n == length ? 0 : std::int64_t{cells[n]});
            };
            while (count > 0 && price(count) > state_.cells) --count;
        }
        return count;
    }

    /// Counts the first `count` instructions of the block at `start`.
    void charge(std::size_t start, std::uint32_t count) {
        const Decoded& block = entry(start);
        const bool whole = count == block.length;
        state_.budget -= count;
        if constexpr (Mode::kCells) {
            state_.cells -= state_.block_cells[start];
            if (!whole) state_.cells += state_.block_cells[start + count];
        }
        if constexpr (Mode::kProfile) {
            ++state_.entries[start];
            if (!whole) --state_.entries[start + count];
        }
        if constexpr (Mode::kTouches) {
            if (whole) {
                state_.touched_registers |= block.registers;
            } else {
                for (std::size_t i = start; i < start + count; ++i) state_.touched_registers |= own_registers(entry(i));
            }
        }
    }

    /// Takes back what was counted from `state.index` on, as the instruction there did not complete; `rest` is the part
    /// of its block that was never counted.
    void refund(std::uint32_t rest) {
        const std::uint32_t count = entry(state_.index).length - rest;
        state_.budget += count;
        if constexpr (Mode::kProfile) {
            --state_.entries[state_.index];
            if (rest != 0) ++state_.entries[state_.index + count];
        }
    }

    static std::uint32_t own_registers(const Decoded& at) {
        const std::uint32_t written = at.rd == kSinkRegister ? 0 : 1U << at.rd;
        return (written | 1U << at.rs1 | 1U << at.rs2) & ~1U;
    }

    /// CellMode: the cells of the ECALL at hand. If they do not fit, the ECALL starts the next shard.
    absl::Status pay_ecall() {
        const auto price = static_cast<std::int64_t>(ecall_cells(ecall_number(), ecall_length()));
        if (price > state_.cells) {
            constexpr auto kRow = static_cast<std::int64_t>(instruction_cells(isa::Op::ECALL));
            state_.cells += kRow;
            if (absl::Status status = hooks_.cells_spent(done() - 1); !status.ok()) return status;
            arm_at_ecall();
            if (price + kRow > state_.cells) {
                // The hook sees an empty shard and says so.
                return hooks_.cells_spent(done() - 1);
            }
            state_.cells -= kRow;
        }
        state_.cells -= price;
        return absl::OkStatus();
    }

    void arm_at_ecall() {
        // One instruction of the new shard, the ECALL, is counted already.
        const std::uint64_t before = done() - 1;
        arm(before);
        --state_.budget;
    }
};

}  // namespace sluice::vm
