// Running a guest program: what goes in, what comes out. SPDX-License-Identifier: MIT OR Apache-2.0
//
//   absl::StatusOr<vm::Run> run = vm::execute(program, input);
//   if (run.ok() && run->halted() && run->exit_code == 0) use(run->output);
//
// The machine is RV64IM with misaligned access (Zicclsm) over the memory map and the ecalls of libprover/abi. It starts
// with pc at the entry point and all registers zero; the input region holds the input's length and bytes; all other
// memory beside the image is zero. A run is a function of program and input alone.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "sluice/abi/cost.h"
#include "sluice/abi/ecall.h"
#include "sluice/abi/exit.h"
#include "sluice/base/bytes.h"
#include "sluice/isa/step.h"
#include "sluice/vm/elf.h"
#include "sluice/vm/region.h"

namespace sluice::vm {

/// A fault of the program: where and why it could not go on. A run that traps states nothing and has no proof.
struct Trap {
    abi::TrapCode code = abi::TrapCode::none;
    std::uint32_t word = 0;     ///< the instruction at `pc`; 0 if nothing can be fetched there
    std::uint64_t pc = 0;       ///< of the instruction that did not complete; for fetch_fault the place jumped to
    std::uint64_t address = 0;  ///< of the access or jump; for a trap of an ECALL its number
    std::string function;       ///< name from the symbol table; empty if unknown

    /// One line: name, pc, function, address.
    [[nodiscard]] std::string to_string() const;
};

/// Calls and bytes of one ecall number.
struct EcallCount {
    std::uint64_t calls = 0;
    std::uint64_t bytes = 0;  ///< copied by MEMCPY, shown by DEBUG_WRITE; 0 for the others
    friend bool operator==(const EcallCount&, const EcallCount&) = default;
};

/// What one run cost; see sluice/abi/cost.h for the weights.
struct GuestCost {
    std::uint64_t instructions = 0;  ///< completed, ECALLs among them
    std::uint64_t misaligned_loads = 0;
    std::uint64_t misaligned_stores = 0;
    std::array<EcallCount, abi::kEcallNumberEnd> ecalls{};  ///< by number
    std::uint64_t ecall_weight = 0;                         ///< sum of calls x weight, bytes of MEMCPY included

    std::uint64_t ecall_cell_weight = 0;  ///< the same by cells

    /// instructions + misaligned accesses once more + ecall_weight
    [[nodiscard]] std::uint64_t weighted() const;
    /// The same with ecall_cell_weight.
    [[nodiscard]] std::uint64_t cell_cost() const;
};

/// The part of a run between COST_SCOPE_BEGIN and COST_SCOPE_END of one id, summed over its uses. Inclusive: a scope
/// inside counts for both; inside itself it counts once.
struct ScopeCost {
    std::uint64_t uses = 0;
    std::uint64_t instructions = 0;
    std::uint64_t weighted = 0;
};

/// How a run ended and what it did.
struct Run {
    Trap trap;  ///< code `none` if the program halted
    std::int32_t exit_code = 0;
    std::vector<std::uint8_t> output;  ///< public output; its SHA-256 is `output_digest`
    std::array<std::uint8_t, 32> output_digest{};
    std::vector<std::uint8_t> debug;  ///< bytes of DEBUG_WRITE, at most RunOptions::max_debug_bytes
    GuestCost cost;
    std::array<ScopeCost, 256> scopes{};                     ///< by scope id
    std::array<std::uint64_t, kRegionCount> memory_bytes{};  ///< pages (64 KiB) read or written, by Region

    [[nodiscard]] bool halted() const { return trap.code == abi::TrapCode::none; }
};

/// Receives the number of instructions done so far; false cancels the run (absl::CancelledError).
using Progress = std::function<bool(std::uint64_t instructions)>;

struct RunOptions {
    /// More instructions than this are an error (ResourceExhausted).
    std::uint64_t instruction_limit = std::uint64_t{1} << 40;
    /// Called every `progress_interval` instructions, if set.
    Progress progress;
    std::uint64_t progress_interval = 50'000'000;
    /// Debug output beyond this is dropped.
    std::size_t max_debug_bytes = std::size_t{1} << 20;
};

/// Runs a program to its end. A trap is a result, not an error. DataLoss if the output that HALT points at does not
/// have the digest it states; ResourceExhausted for the instruction limit or a host without memory; InvalidArgument for
/// an input larger than its region; Cancelled.
[[nodiscard]] absl::StatusOr<Run> execute(const Program& program, ByteView input, const RunOptions& options = {});

/// A run, and the steps [first, first + steps.size()) of it.
struct TracedRun {
    Run run;
    std::vector<isa::Step> steps;
};

/// Runs a program and records up to `count` steps from number `first` on; slow within that window only. If the program
/// traps there, the last record is the last completed step. Stops after the window: `run` is then what happened until
/// there, with neither trap nor exit code.
[[nodiscard]] absl::StatusOr<TracedRun> trace(const Program& program, ByteView input, std::uint64_t first,
                                              std::uint64_t count, const RunOptions& options = {});

/// Receives completed steps, in order; an error ends the run with it.
using StepSink = std::function<absl::Status(const isa::Step& step)>;

/// Runs a program to its end and tells every step; slow. The run is that of execute().
[[nodiscard]] absl::StatusOr<Run> trace_all(const Program& program, ByteView input, const StepSink& sink,
                                            const RunOptions& options = {});

/// A place in the middle of a run. Registers and words that the steps from there neither read nor write may be left
/// out: what they are cannot matter.
struct Resumption {
    struct Word {
        std::uint32_t address;  ///< multiple of 8, readable
        std::uint64_t value;
    };
    std::uint32_t pc = 0;
    std::array<std::uint64_t, 32> registers{};
    std::vector<Word> words;  ///< in the place of those that the run began with
};

/// Goes on from there for up to `count` steps, and tells them. The run is what happened in them. InvalidArgument if
/// nothing can go on there. HALT reads its output: those words are not to be left out.
[[nodiscard]] absl::StatusOr<Run> trace_from(const Program& program, ByteView input, const Resumption& from,
                                             std::uint64_t count, const StepSink& sink, const RunOptions& options = {});

}  // namespace sluice::vm
