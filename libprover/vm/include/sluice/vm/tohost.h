// Programs that end by a write to `tohost`, as RISC-V test suites do. SPDX-License-Identifier: MIT OR Apache-2.0
//
//   if (const auto tohost = vm::find_tohost(elf_bytes, *program)) run = vm::execute_until_tohost(*program, *tohost,
//   input);
//
// The convention (riscv-tests, "HTIF"): a program that has a symbol `tohost` stores an odd number there when it is
// done; the number without its lowest bit, halved, is the exit code, so 1 says that all went well. It is the host that
// ends the run: for the machine the store is one like any other, the program runs on, and no proof can say that it has
// ended.
#pragma once

#include <cstdint>
#include <optional>

#include "absl/status/statusor.h"

#include "sluice/base/bytes.h"
#include "sluice/vm/elf.h"
#include "sluice/vm/machine.h"

namespace sluice::vm {

/// Address of the symbol `tohost` of an ELF file whose program this is: a multiple of 8, with 8 bytes in a writable
/// segment that are zero at first. Nothing if there is no such symbol.
[[nodiscard]] std::optional<std::uint32_t> find_tohost(ByteView file, const Program& program);

struct TohostRun {
    Run run;  ///< of all steps until the end; `exit_code` is that of HALT or of `tohost`
    /// What the word at `tohost` was when the run ended by it; none: it halted or trapped before.
    std::optional<std::uint64_t> value;
};

/// Runs a program until it ends or the word at `tohost` is not zero, stopping after each instruction to look; slow.
/// Unimplemented: an even number, which asks the host for a service; InvalidArgument: nothing can be written at
/// `tohost`; other errors of execute().
[[nodiscard]] absl::StatusOr<TohostRun> execute_until_tohost(const Program& program, std::uint32_t tohost,
                                                             ByteView input, const RunOptions& options = {});

}  // namespace sluice::vm
