// Limits that both runtimes keep, so that a program behaves the same natively and in the machine.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstddef>

namespace sluice::runtime {

/// Bytes of public output a program may write; more ends it with SLUICE_EXIT_OUTPUT_OVERFLOW.
inline constexpr std::size_t kOutputCapacity = std::size_t{1} << 20;

/// Working memory of modexp and the multi-scalar multiplications. Enough for a modulus of about 200 KB, more than any
/// block's gas pays for.
inline constexpr std::size_t kScratchSize = std::size_t{8} << 20;

}  // namespace sluice::runtime
