// Follows the steps of one shard: clock, registers and memory. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "gadgets/execution.h"
#include "program_image.h"
#include "sluice/isa/step.h"
#include "word_store.h"

namespace sluice::chips {

class ShardWalker {
 public:
    /// `words` holds what the shards before have left. Image and words must outlive it.
    ShardWalker(const ProgramImage& image, WordStore& words, std::uint32_t shard) : image_(image), words_(words) {
        words_.begin_shard(shard);
    }

    /// When the next step begins.
    [[nodiscard]] std::uint32_t time() const noexcept { return time_; }

    /// What a step did, which refers to the walker until the next one. Unimplemented if the program table has no row
    /// of it; Internal if the record disagrees with what the words say.
    [[nodiscard]] absl::StatusOr<ExecutedStep> next(const isa::Step& recorded);

 private:
    absl::Status add_accesses(ExecutedStep& step, const isa::Step& recorded);
    absl::Status add_call(ExecutedStep& step);
    [[nodiscard]] absl::Status disagrees(const ExecutedStep& step, const char* what, std::uint64_t found) const;

    const ProgramImage& image_;
    WordStore& words_;
    std::uint32_t time_ = kTimeStep;
    ExecutedCall call_;  ///< whose operands refer to these two
    std::array<std::vector<AccessRecord>, kMaxArguments> operand_words_;
    std::array<std::vector<std::uint64_t>, kMaxArguments> operand_after_;
    std::vector<WordRange> ranges_;
};

}  // namespace sluice::chips
