// Fibonacci numbers modulo 2^16, with a table of bytes: the smallest machine with records and lookups.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Chips: `byte_table` (256 rows), `fibonacci_ends` (one row: the first and the last state), `fibonacci` (one row a
// step). Public values, all of them the statement: number of steps, then the bytes (low first) of the first two numbers
// and of the last two.
#pragma once

#include <cstdint>

#include "absl/status/statusor.h"

#include "sluice/machine/description.h"
#include "sluice/machine/trace.h"

namespace sluice::toys {

/// Largest number of steps.
inline constexpr std::uint32_t kFibonacciMaxSteps = 1u << 21;

[[nodiscard]] absl::StatusOr<machine::MachineDescription> fibonacci_machine();

/// The filled tables for `steps` steps from (first, second), steps <= kFibonacciMaxSteps.
[[nodiscard]] machine::TableTrace fibonacci_trace(std::uint32_t steps, std::uint16_t first, std::uint16_t second);

}  // namespace sluice::toys
