// The rules that a chip's program keeps (libprover/DESIGN.md, section 2). SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include "sluice/machine/key.h"

namespace sluice::machine::detail {

inline constexpr std::uint32_t kModulus = 0x7f000001;  // KoalaBear; this library does no arithmetic in the field

/// Checks nodes, constraints and interactions of one chip. `public_values`: how many the machine has. The arena is used
/// as scratch and left as it was.
[[nodiscard]] KeyStatus check_program(const Chip& chip, std::uint32_t public_values, Arena& arena) noexcept;

/// Whether each bus has one number of elements: records and lookups within each machine, links in both. The arena is
/// used as scratch and left as it was.
[[nodiscard]] KeyStatus check_buses(const KeyView& key, Arena& arena) noexcept;

}  // namespace sluice::machine::detail
