// The machine on which speed is measured: the shape of a RISC-V shard without its meaning. SPDX-License-Identifier: MIT
// OR Apache-2.0
//
// Twelve chips of 30 to 63 columns, each row with 8 product records, 10 lookups and constraints of degree 3, and one
// chip of 2,600 columns, mostly bits, like a keccak-f table. Heights are odd. Values come from a fixed generator; every
// constraint holds.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"

#include "sluice/machine/description.h"
#include "sluice/machine/trace.h"

namespace sluice::toys {

[[nodiscard]] absl::StatusOr<machine::MachineDescription> synthetic_machine();

/// Filled tables with about `cells` linked and main cells; at least the smallest tables (some 20,000 cells).
[[nodiscard]] machine::TableTrace synthetic_trace(std::uint64_t cells);

}  // namespace sluice::toys
