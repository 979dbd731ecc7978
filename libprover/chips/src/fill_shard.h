// The tables of a shard from its records. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "absl/status/statusor.h"

#include "lookup_counts.h"
#include "shard_records.h"
#include "sluice/chips/rv64_machine.h"
#include "sluice/machine/trace.h"
#include "step_chip.h"
#include "tables/linking.h"

namespace sluice::chips {

/// A word that a shard touches: as it finds and as it leaves it, and which shard touched it last.
[[nodiscard]] ShardRam::Linked<KoalaBear> linked_row(std::uint32_t key, std::uint64_t in, std::uint64_t out,
                                                     std::uint32_t shard_in);
/// The table of the words that the shard touches.
[[nodiscard]] machine::ChipTrace fill_words(const ShardRecords& shard, LookupCounts& counts);
/// All tables. `chips` are the machine's. Internal names the first lookup that no table has.
[[nodiscard]] absl::StatusOr<machine::TableTrace> fill_shard(const Rv64Machine& machine,
                                                             std::span<const StepChip> chips,
                                                             const ShardRecords& shard);

}  // namespace sluice::chips
