// Precompiled contracts: their table, and what each row provides.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include "sluice/base/arena.h"
#include "sluice/base/result.h"
#include "sluice/base/uint256.h"
#include "sluice/executor/evm.h"
#include "sluice/executor/fork.h"

namespace sluice::executor {

struct Precompile {
    std::uint64_t address;
    Fork first_fork;
    /// Price of a call; more than any gas limit stands for what cannot be priced.
    std::uint64_t (*gas)(ByteView input, Fork fork) noexcept;
    /// Runs a call that was paid for. Its output is in the arena, in the input, or static. An error is a limit of this
    /// implementation and ends the run.
    Result<PrecompileResult> (*run)(ByteView input, Fork fork, Arena& arena) noexcept;
};

#define SLUICE_PRECOMPILE(address, first_fork, name)              \
    std::uint64_t name##_gas(ByteView input, Fork fork) noexcept; \
    Result<PrecompileResult> name##_run(ByteView input, Fork fork, Arena& arena) noexcept;
#include "precompiles/precompiles.def"
#undef SLUICE_PRECOMPILE

/// The precompile at an address, null if the fork has none there.
[[nodiscard]] const Precompile* find_precompile(const Uint256& address, Fork fork) noexcept;

}  // namespace sluice::executor
