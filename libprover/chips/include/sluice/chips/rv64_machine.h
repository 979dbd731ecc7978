// The RV64IM machine for one program: its chips, and the tables that the program fixes. See libprover/chips/README.md.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
//   absl::StatusOr<chips::Rv64Machine> machine = chips::Rv64Machine::make(program);
//   auto key = protocol::ProvingKey<...>::make(*backend, options, {&machine->shards(), &machine->boundary()});
//   absl::StatusOr<chips::Rv64Tables> tables = chips::fill_tables(*machine, program, input, plan);
//   prover.prove({.shards = n, .shard = ..., .boundary = ...});
//
// A program is proved as it is loaded: its feature word should name no accelerator, since those have no chips yet.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "sluice/base/bytes.h"
#include "sluice/machine/description.h"
#include "sluice/machine/trace.h"
#include "sluice/vm/elf.h"
#include "sluice/vm/machine.h"
#include "sluice/vm/shards.h"

namespace sluice::chips {

class ProgramImage;

class Rv64Machine {
 public:
    /// InvalidArgument if the program is not one of load_elf, or has no instruction.
    [[nodiscard]] static absl::StatusOr<Rv64Machine> make(const vm::Program& program);

    Rv64Machine(Rv64Machine&&) noexcept;
    Rv64Machine& operator=(Rv64Machine&&) noexcept;
    ~Rv64Machine();

    [[nodiscard]] const machine::MachineDescription& shards() const noexcept { return shards_; }
    [[nodiscard]] const machine::MachineDescription& boundary() const noexcept { return boundary_; }
    [[nodiscard]] const ProgramImage& image() const noexcept { return *image_; }

 private:
    Rv64Machine(machine::MachineDescription shards, machine::MachineDescription boundary,
                std::unique_ptr<ProgramImage> image);

    machine::MachineDescription shards_;
    machine::MachineDescription boundary_;
    std::unique_ptr<ProgramImage> image_;
};

/// Public values that make up the statement: exit code (2 limbs), SHA-256 of the public output (16 limbs).
inline constexpr std::size_t kStatementValues = 18;
/// What a proof states.
[[nodiscard]] std::array<std::uint32_t, kStatementValues> statement_of(
    std::int32_t exit_code, const std::array<std::uint8_t, 32>& output_digest);

/// A run as tables.
struct Rv64Tables {
    vm::Run run;
    std::vector<machine::TableTrace> shards;  ///< shard i + 1 at index i
    machine::TableTrace boundary;
};

/// Runs the program and fills the tables of every shard of `plan` (all are in memory at once). FailedPrecondition if
/// the run traps; Unimplemented names the first instruction that no chip takes, such as an ECALL of an accelerator;
/// InvalidArgument if the plan does not fit the run; other errors are those of vm::trace.
[[nodiscard]] absl::StatusOr<Rv64Tables> fill_tables(const Rv64Machine& machine, const vm::Program& program,
                                                     ByteView input, const vm::ShardPlan& plan = {},
                                                     const vm::RunOptions& options = {});

}  // namespace sluice::chips
