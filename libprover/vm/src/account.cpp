// Cross-shard accounting: folds the touch tracker's columns into the reports of all plans.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <algorithm>

#include "absl/strings/str_format.h"

#include "driver.h"
#include "launch.h"
#include "sluice/vm/shards.h"
#include "touch_tracker.h"

namespace sluice::vm {
namespace {

/// A plan's report while it grows. The run is cut into pieces at the cuts of all plans together; each shard of a plan
/// is some pieces in a row. A word's touches in order of pieces, taken together shard by shard, cross a shard's end
/// exactly where two consecutive pieces that touch it lie in different shards. So the pieces' columns tell all there is
/// to know.
class ReportBuilder {
 public:
    explicit ReportBuilder(const ShardPlan& plan) {
        report_.plan = plan;
        report_.shards.resize(plan.shard_count());
    }

    /// Adds the piece that begins at instruction `first`.
    void add_piece(std::uint64_t first, const std::vector<TouchTracker::Column>& columns) {
        const std::vector<std::uint64_t>& cuts = report_.plan.cuts;
        const auto shard = static_cast<std::size_t>(std::upper_bound(cuts.begin(), cuts.end(), first) - cuts.begin());
        shard_of_piece_.push_back(shard);
        for (std::size_t last = 0; last < columns.size(); ++last) {
            for (std::size_t r = 0; r < kRegionCount; ++r) {
                const WordCount& count = columns[last][r];
                if (last == 0) {
                    first_touch(shard, static_cast<Region>(r), count);
                } else if (shard_of_piece_[last - 1] != shard) {
                    report_.shards[shard_of_piece_[last - 1]].external_write.by_region[r] += count;
                    report_.shards[shard].external_read.by_region[r] += count;
                    report_.shards[shard].touched.by_region[r] += count;
                }
            }
        }
    }

    ShardReport finish(std::uint64_t instructions) {
        std::uint64_t begin = 0;
        for (std::size_t i = 0; i < report_.shards.size(); ++i) {
            const std::uint64_t end = i < report_.plan.cuts.size() ? report_.plan.cuts[i] : instructions;
            report_.shards[i].first_instruction = begin;
            report_.shards[i].instructions = end - begin;
            begin = end;
        }
        return std::move(report_);
    }

 private:
    void first_touch(std::size_t shard, Region region, const WordCount& count) {
        ShardTraffic& traffic = report_.shards[shard];
        traffic.first.of(region) += count;
        traffic.touched.of(region) += count;
        if (shard == 0 || region == Region::heap || region == Region::input) return;
        traffic.late_first.of(region) += count;
        traffic.external_read.of(region) += count;
    }

    ShardReport report_;
    std::vector<std::size_t> shard_of_piece_;
};

class AccountHooks final : public RunHooks {
 public:
    AccountHooks(MachineState& state, TouchTracker& tracker, std::vector<std::uint64_t> cuts,
                 std::vector<ReportBuilder>& builders)
        : state_(state), tracker_(tracker), cuts_(std::move(cuts)), builders_(builders) {}

    std::uint64_t next_cut(std::uint64_t) override { return next_ < cuts_.size() ? cuts_[next_] : kNever; }
    absl::StatusOr<bool> at_cut(std::uint64_t done) override {
        end_piece();
        piece_begin_ = done;
        ++next_;
        return true;
    }
    void end_piece() {
        tracker_.touch_registers(state_.touched_registers);
        state_.touched_registers = 0;
        const std::vector<TouchTracker::Column> columns = tracker_.end_shard();
        for (ReportBuilder& builder : builders_) builder.add_piece(piece_begin_, columns);
    }

 private:
    MachineState& state_;
    TouchTracker& tracker_;
    std::vector<std::uint64_t> cuts_;
    std::vector<ReportBuilder>& builders_;
    std::size_t next_ = 0;
    std::uint64_t piece_begin_ = 0;
};

}  // namespace

WordCount RegionCounts::total() const {
    WordCount sum;
    for (const WordCount& count : by_region) sum += count;
    return sum;
}

RegionCounts& RegionCounts::operator+=(const RegionCounts& other) {
    for (std::size_t i = 0; i < kRegionCount; ++i) by_region[i] += other.by_region[i];
    return *this;
}

ShardTraffic ShardReport::total() const {
    ShardTraffic sum;
    for (const ShardTraffic& shard : shards) {
        sum.instructions += shard.instructions;
        sum.external_write += shard.external_write;
        sum.external_read += shard.external_read;
        sum.late_first += shard.late_first;
        sum.first += shard.first;
        sum.touched += shard.touched;
    }
    return sum;
}

namespace {

/// A run cut by all plans together. With `sites` the crossings are those of one plan.
template <class Mode>
absl::StatusOr<AccountedRun> run_accounted(const Program& program, ByteView input, std::span<const ShardPlan> plans,
                                           const RunOptions& options, [[maybe_unused]] std::vector<Crossing>* sites) {
    std::vector<std::uint64_t> cuts;
    std::vector<ReportBuilder> builders;
    for (const ShardPlan& plan : plans) {
        if (absl::Status status = plan.check(); !status.ok()) return status;
        cuts.insert(cuts.end(), plan.cuts.begin(), plan.cuts.end());
        builders.emplace_back(plan);
    }
    std::sort(cuts.begin(), cuts.end());
    cuts.erase(std::unique(cuts.begin(), cuts.end()), cuts.end());
    if (cuts.size() >= TouchTracker::kMaxShards) {
        return absl::InvalidArgumentError(absl::StrFormat("the shard plans cut the run into %d pieces: at most %d",
                                                          cuts.size() + 1, TouchTracker::kMaxShards));
    }
    absl::StatusOr<std::unique_ptr<MachineState>> state = launch(program, input);
    if (!state.ok()) return state.status();
    absl::StatusOr<std::unique_ptr<TouchTracker>> tracker = TouchTracker::create();
    if (!tracker.ok()) return tracker.status();
    (*state)->tracker = tracker->get();
    if constexpr (Mode::kSites) {
        if (absl::Status status = (*tracker)->record_sites(**state); !status.ok()) return status;
    }

    const std::uint64_t last_cut = cuts.empty() ? 0 : cuts.back();
    AccountHooks hooks(**state, **tracker, std::move(cuts), builders);
    absl::StatusOr<Run> run = Driver<Mode>(**state, program, options, hooks).run();
    if (!run.ok()) return run.status();
    if (!run->halted()) {
        return absl::FailedPreconditionError("a run that traps has no shards: " + run->trap.to_string());
    }
    if (last_cut >= run->cost.instructions) {
        return absl::InvalidArgumentError(
            absl::StrFormat("shard plan: cut at instruction %d of a run of %d", last_cut, run->cost.instructions));
    }
    hooks.end_piece();
    AccountedRun out;
    out.run = *std::move(run);
    for (ReportBuilder& builder : builders) out.reports.push_back(builder.finish(out.run.cost.instructions));
    if constexpr (Mode::kSites) *sites = (*tracker)->crossings();
    return out;
}

}  // namespace

absl::StatusOr<AccountedRun> account_shards(const Program& program, ByteView input, std::span<const ShardPlan> plans,
                                            const RunOptions& options) {
    return run_accounted<TouchMode>(program, input, plans, options, nullptr);
}

absl::StatusOr<std::vector<Crossing>> trace_crossings(const Program& program, ByteView input, const ShardPlan& plan,
                                                      const RunOptions& options) {
    std::vector<Crossing> crossings;
    const auto run = run_accounted<SiteMode>(program, input, {&plan, 1}, options, &crossings);
    if (!run.ok()) return run.status();
    return crossings;
}

}  // namespace sluice::vm
