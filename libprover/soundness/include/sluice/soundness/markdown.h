// The computed part of libprover/SOUNDNESS.md. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <string>

namespace sluice::soundness {

/// Tables of the parameters, of the bits of every round, and of expected proof sizes. `sluice params` prints them,
/// SOUNDNESS.md holds them, and a test compares the two. Bits are rounded down.
[[nodiscard]] std::string markdown_tables();

}  // namespace sluice::soundness
