// Shards: where a run is cut, and what the cuts cost in words that cross them.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
//   auto planned = vm::plan_shards(program, input, {.max_cells = 400'000'000});   // one run; where to cut
//   auto halves  = vm::plan_by_shares(planned->run.instructions, {0.562});        // no run needed
//   auto counted = vm::account_shards(program, input, std::array{planned->plan, *halves});  // one run for all plans
//
// Definitions of the counts. A word is 4 aligned bytes; beside it stand the counts of 8-byte words. A register is one
// 8-byte word and two 4-byte ones; x0 is none. To touch is to read or to write, by a load, a store, an instruction's
// register operands, or an ECALL's registers and memory. Fetching instructions touches nothing: text is fixed and the
// key holds it. For shard s
//   external_write  words touched in s and touched again in any later shard
//   external_read   words touched in s whose last touch was in an earlier shard, plus image, stack and register words
//                   whose first touch is in s, for s > 0
//   late_first      the second part of external_read alone: words initialised for shard 0 and untouched until s
//   first           words whose first touch is in s; heap and input words among them cost no record
//   touched         words touched in s, which is what linking by a global challenge proves
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "sluice/base/bytes.h"
#include "sluice/vm/elf.h"
#include "sluice/vm/machine.h"
#include "sluice/vm/region.h"

namespace sluice::vm {

/// A number of words, in both units.
struct WordCount {
    std::uint64_t words4 = 0;
    std::uint64_t words8 = 0;

    WordCount& operator+=(const WordCount& other) {
        words4 += other.words4;
        words8 += other.words8;
        return *this;
    }
    friend bool operator==(const WordCount&, const WordCount&) = default;
};

/// Word counts by region.
struct RegionCounts {
    std::array<WordCount, kRegionCount> by_region{};

    [[nodiscard]] WordCount& of(Region region) { return by_region[static_cast<std::size_t>(region)]; }
    [[nodiscard]] const WordCount& of(Region region) const { return by_region[static_cast<std::size_t>(region)]; }
    [[nodiscard]] WordCount total() const;
    RegionCounts& operator+=(const RegionCounts& other);
    friend bool operator==(const RegionCounts&, const RegionCounts&) = default;
};

/// Where a run is cut: shard 0 is instructions [0, cuts[0]), the next [cuts[0], cuts[1]), and so on.
struct ShardPlan {
    std::string name;                 ///< for reports, such as "56.2 %"
    std::vector<std::uint64_t> cuts;  ///< strictly ascending, greater than 0

    [[nodiscard]] std::size_t shard_count() const { return cuts.size() + 1; }

    /// InvalidArgument unless the cuts ascend from above 0.
    [[nodiscard]] absl::Status check() const;
    /// A text form: one line "sluice-shard-plan 1 <number of cuts> <name>", then one cut a line.
    [[nodiscard]] std::string save() const;
    /// The inverse of save(); InvalidArgument names the line that is wrong.
    [[nodiscard]] static absl::StatusOr<ShardPlan> load(const std::string& text);

    friend bool operator==(const ShardPlan&, const ShardPlan&) = default;
};

/// What a shard may hold. 0 stands for no limit; at least one must be set.
struct ShardLimits {
    std::uint64_t max_instructions = 0;
    std::uint64_t max_cells = 0;  ///< by the model of cost_model.h
};

struct PlannedRun {
    Run run;
    ShardPlan plan;
    std::vector<std::uint64_t> cells;  ///< of each shard, by the model of cost_model.h
};

/// Runs the program and cuts greedily: each shard is as long as the limits allow (but the extra rows of misaligned
/// accesses are seen at the end of their block only, so a shard may exceed max_cells by those of one block). With the
/// same program, input and limits the plan is the same. FailedPrecondition if a single instruction exceeds the limits
/// or the run ends in a trap.
[[nodiscard]] absl::StatusOr<PlannedRun> plan_shards(const Program& program, ByteView input, const ShardLimits& limits,
                                                     const RunOptions& options = {});

/// Cuts a run of `instructions` at the given shares of them, ascending, each between 0 and 1; {0.25} gives a first
/// shard with a quarter of the instructions (rounded down) and a second with the rest.
[[nodiscard]] absl::StatusOr<ShardPlan> plan_by_shares(std::uint64_t instructions, std::span<const double> shares);

/// Cuts a run of `instructions` every `shard_size` instructions.
[[nodiscard]] absl::StatusOr<ShardPlan> plan_by_instructions(std::uint64_t instructions, std::uint64_t shard_size);

/// The traffic of one shard; see the top of this file.
struct ShardTraffic {
    std::uint64_t first_instruction = 0;
    std::uint64_t instructions = 0;
    RegionCounts external_write;
    RegionCounts external_read;
    RegionCounts late_first;
    RegionCounts first;
    RegionCounts touched;
};

struct ShardReport {
    ShardPlan plan;
    std::vector<ShardTraffic> shards;

    /// Sum over the shards; `touched` counts a word once for each shard that touches it.
    [[nodiscard]] ShardTraffic total() const;
};

struct AccountedRun {
    Run run;
    std::vector<ShardReport> reports;  ///< one for each plan, in the order given
};

/// Runs the program once and counts the traffic of every plan. InvalidArgument if a plan's cuts do not ascend or lie
/// behind the run's end, or if all plans together make more than 65,534 pieces; FailedPrecondition if the run traps,
/// since a trap has no proof and so no shards.
[[nodiscard]] absl::StatusOr<AccountedRun> account_shards(const Program& program, ByteView input,
                                                          std::span<const ShardPlan> plans,
                                                          const RunOptions& options = {});

/// Who touched a word: an instruction, and where the function that it is in returns to if that is in ra still (for a
/// function that calls no others, such as those of memory, it always is).
struct TouchSite {
    std::uint32_t pc = 0;
    std::uint32_t caller = 0;
};

/// Words that crossed from a shard to a later one, by the instruction that touched them first in each of the two.
struct Crossing {
    Region region = Region::heap;
    TouchSite before;  ///< in the last shard that had touched the word
    TouchSite after;   ///< in the shard that touched it again
    std::uint64_t words = 0;
};

/// Runs the program and tells where a plan's external writes come from: crossings, most words first, registers left
/// out. Their words add up to the external writes of all shards (4-byte words; a word that crosses several times counts
/// each time). Errors as of account_shards(). Takes several times as long.
[[nodiscard]] absl::StatusOr<std::vector<Crossing>> trace_crossings(const Program& program, ByteView input,
                                                                    const ShardPlan& plan,
                                                                    const RunOptions& options = {});

}  // namespace sluice::vm
