// Shard planning. SPDX-License-Identifier: MIT OR Apache-2.0
#include <cmath>
#include <sstream>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"

#include "driver.h"
#include "launch.h"
#include "sluice/vm/cost_model.h"
#include "sluice/vm/shards.h"

namespace sluice::vm {
namespace {

constexpr absl::string_view kPlanMagic = "sluice-shard-plan";
constexpr absl::string_view kPlanVersion = "1";

class PlanHooks final : public RunHooks {
 public:
    PlanHooks(MachineState& state, const ShardLimits& limits)
        : state_(state), limits_(limits), cells_(limits.max_cells == 0 ? kUnlimited / 2 : to_signed(limits.max_cells)) {
        state_.cells = cells_;
    }

    std::uint64_t next_cut(std::uint64_t done) override {
        if (limits_.max_instructions == 0) return kNever;
        // Progress may stop the run between cuts, never behind the next one.
        static_cast<void>(done);
        return limits_.max_instructions > kNever - begin_ ? kNever : begin_ + limits_.max_instructions;
    }
    absl::StatusOr<bool> at_cut(std::uint64_t done) override {
        cut(done);
        return true;
    }
    absl::Status cells_spent(std::uint64_t done) override {
        if (done == begin_) {
            return absl::FailedPreconditionError(absl::StrFormat(
                "shard plan: instruction %d alone costs more than the limit of %d cells", done, limits_.max_cells));
        }
        cut(done);
        return absl::OkStatus();
    }

    void end() { cells_used_.push_back(static_cast<std::uint64_t>(cells_ - state_.cells)); }
    std::vector<std::uint64_t> cuts_;
    std::vector<std::uint64_t> cells_used_;

 private:
    static std::int64_t to_signed(std::uint64_t value) {
        return static_cast<std::int64_t>(std::min<std::uint64_t>(value, kUnlimited / 2));
    }
    void cut(std::uint64_t done) {
        end();
        cuts_.push_back(done);
        begin_ = done;
        state_.cells = cells_;
    }

    MachineState& state_;
    ShardLimits limits_;
    std::int64_t cells_;
    std::uint64_t begin_ = 0;
};

/// Cells to the end of the block, by instruction; one entry more than the text has.
std::vector<std::uint32_t> block_cells(const Code& code, const AddressSpace& space) {
    std::vector<std::uint32_t> cells(code.size() + 1);
    for (std::size_t i = code.size(); i-- > 0;) {
        const Decoded& at = code.begin()[i];
        if (at.length == 0) continue;
        const isa::Op op = isa::decode_op(load_le<std::uint32_t>(space.base() + code.address_of(i)));
        cells[i] = instruction_cells(op) + (at.length == 1 ? 0 : cells[i + 1]);
    }
    return cells;
}

}  // namespace

absl::StatusOr<PlannedRun> plan_shards(const Program& program, ByteView input, const ShardLimits& limits,
                                       const RunOptions& options) {
    if (limits.max_instructions == 0 && limits.max_cells == 0) {
        return absl::InvalidArgumentError("shard plan: no limit is set");
    }
    absl::StatusOr<std::unique_ptr<MachineState>> state = launch(program, input);
    if (!state.ok()) return state.status();
    const std::vector<std::uint32_t> cells = block_cells((*state)->code, *(*state)->space);
    (*state)->block_cells = cells.data();
    PlanHooks hooks(**state, limits);
    absl::StatusOr<Run> run = Driver<CellMode>(**state, program, options, hooks).run();
    if (!run.ok()) return run.status();
    if (!run->halted()) {
        return absl::FailedPreconditionError("a run that traps has no shards: " + run->trap.to_string());
    }
    hooks.end();
    PlannedRun out;
    out.run = *std::move(run);
    out.plan.name = limits.max_cells != 0 ? absl::StrCat("at most ", limits.max_cells, " cells")
                                          : absl::StrCat("at most ", limits.max_instructions, " instructions");
    out.plan.cuts = std::move(hooks.cuts_);
    out.cells = std::move(hooks.cells_used_);
    return out;
}

absl::StatusOr<ShardPlan> plan_by_shares(std::uint64_t instructions, std::span<const double> shares) {
    ShardPlan plan;
    for (const double share : shares) {
        if (!(share > 0 && share < 1)) {
            return absl::InvalidArgumentError(absl::StrFormat("shard plan: share %g is not between 0 and 1", share));
        }
        const auto cut = static_cast<std::uint64_t>(std::floor(static_cast<double>(instructions) * share));
        if (cut <= (plan.cuts.empty() ? 0 : plan.cuts.back()) || cut >= instructions) {
            return absl::InvalidArgumentError(
                absl::StrFormat("shard plan: share %g of %d instructions leaves an empty shard", share, instructions));
        }
        plan.cuts.push_back(cut);
        absl::StrAppendFormat(&plan.name, "%s%g %%", plan.name.empty() ? "" : ", ", share * 100);
    }
    return plan;
}

absl::StatusOr<ShardPlan> plan_by_instructions(std::uint64_t instructions, std::uint64_t shard_size) {
    if (shard_size == 0) return absl::InvalidArgumentError("shard plan: shards of 0 instructions");
    ShardPlan plan;
    plan.name = absl::StrCat("every ", shard_size, " instructions");
    for (std::uint64_t cut = shard_size; cut < instructions; cut += shard_size) plan.cuts.push_back(cut);
    return plan;
}

absl::Status ShardPlan::check() const {
    std::uint64_t last = 0;
    for (const std::uint64_t cut : cuts) {
        if (cut <= last) {
            return absl::InvalidArgumentError(
                absl::StrFormat("shard plan: cut at %d does not come after %d", cut, last));
        }
        last = cut;
    }
    return absl::OkStatus();
}

std::string ShardPlan::save() const {
    std::string text = absl::StrCat(kPlanMagic, " ", kPlanVersion, " ", cuts.size(), " ", name, "\n");
    for (const std::uint64_t cut : cuts) absl::StrAppend(&text, cut, "\n");
    return text;
}

absl::StatusOr<ShardPlan> ShardPlan::load(const std::string& text) {
    const auto refuse = [](std::size_t line, absl::string_view expected, absl::string_view found) {
        return absl::InvalidArgumentError(
            absl::StrFormat("shard plan: line %d: expected %s, found \"%s\"", line, expected, found.substr(0, 60)));
    };
    const std::vector<std::string> lines = absl::StrSplit(text, '\n');
    const std::vector<std::string> head = absl::StrSplit(lines[0], absl::MaxSplits(' ', 3));
    std::uint64_t count = 0;
    if (head.size() != 4 || head[0] != kPlanMagic || head[1] != kPlanVersion || !absl::SimpleAtoi(head[2], &count)) {
        return refuse(1, "\"sluice-shard-plan 1 <cuts> <name>\"", lines[0]);
    }
    // One line for each cut, and the empty one after the last line's end.
    if (lines.size() < 2 || count != lines.size() - 2) {
        return refuse(1, absl::StrCat(lines.size() - 1, " lines in all"), lines[0]);
    }
    if (!lines.back().empty()) return refuse(lines.size(), "the end", lines.back());
    ShardPlan plan;
    plan.name = head[3];
    for (std::size_t i = 0; i < count; ++i) {
        std::uint64_t cut = 0;
        if (!absl::SimpleAtoi(lines[i + 1], &cut)) return refuse(i + 2, "a number", lines[i + 1]);
        plan.cuts.push_back(cut);
    }
    if (absl::Status status = plan.check(); !status.ok()) return status;
    return plan;
}

}  // namespace sluice::vm
