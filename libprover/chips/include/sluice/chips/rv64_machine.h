// The RV64IM machine for one program: its chips, and the tables that the program fixes. See libprover/chips/README.md.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
//   absl::StatusOr<chips::Rv64Machine> machine = chips::Rv64Machine::make(program);
//   auto key = protocol::ProvingKey<...>::make(*backend, options, {&machine->shards(), &machine->boundary()});
//   absl::StatusOr<chips::Rv64Run> run = chips::Rv64Run::make(*machine, program, input, plan);
//   prover.prove({run->shard_count(), [&](std::uint32_t i) { return run->shard(i); }, [&] { return run->boundary();
//   }});
//
// The program's feature word says which accelerators its machine has, if they have chips: provable_features().
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
struct ShardRecords;

/// The bits of the feature word (sluice/abi/features.h) of accelerators that have chips.
[[nodiscard]] std::uint64_t provable_features();

class Rv64Machine {
 public:
    /// The machine has the chips of all accelerators in the program's feature word; of all there are if it has none.
    /// InvalidArgument if the program is not one of load_elf, or has no instruction.
    [[nodiscard]] static absl::StatusOr<Rv64Machine> make(const vm::Program& program);

    Rv64Machine(Rv64Machine&&) noexcept;
    Rv64Machine& operator=(Rv64Machine&&) noexcept;
    ~Rv64Machine();

    [[nodiscard]] const machine::MachineDescription& shards() const noexcept { return shards_; }
    [[nodiscard]] const machine::MachineDescription& boundary() const noexcept { return boundary_; }
    [[nodiscard]] const ProgramImage& image() const noexcept { return *image_; }
    [[nodiscard]] std::uint64_t features() const noexcept { return features_; }

 private:
    Rv64Machine(machine::MachineDescription shards, machine::MachineDescription boundary,
                std::unique_ptr<ProgramImage> image, std::uint64_t features);

    machine::MachineDescription shards_;
    machine::MachineDescription boundary_;
    std::unique_ptr<ProgramImage> image_;
    std::uint64_t features_;
};

/// Public values that make up the statement: exit code (2 limbs), SHA-256 of the public output (16 limbs).
inline constexpr std::size_t kStatementValues = 18;
/// What a proof states.
[[nodiscard]] std::array<std::uint32_t, kStatementValues> statement_of(
    std::int32_t exit_code, const std::array<std::uint8_t, 32>& output_digest);

/// A run of a program, cut into shards; gives the tables of one shard at a time. It keeps of each shard the words that
/// it touches, 24 bytes each: with them the shard's steps are run again alone, whenever its tables are wanted.
class Rv64Run {
 public:
    /// Runs the program once. FailedPrecondition if the run traps; Unimplemented names the first instruction that no
    /// chip takes, such as an ECALL of an accelerator; InvalidArgument if the plan does not fit the run; other errors
    /// are those of vm::trace_all. Machine, program and input must outlive the run.
    [[nodiscard]] static absl::StatusOr<Rv64Run> make(const Rv64Machine& machine, const vm::Program& program,
                                                      ByteView input, const vm::ShardPlan& plan = {},
                                                      const vm::RunOptions& options = {});

    [[nodiscard]] const vm::Run& run() const noexcept { return run_; }
    /// Where it was cut (vm::ShardPlan).
    [[nodiscard]] const std::vector<std::uint64_t>& cuts() const noexcept { return cuts_; }
    [[nodiscard]] std::uint32_t shard_count() const noexcept { return static_cast<std::uint32_t>(shards_.size()); }
    /// The tables of shard `number`, 1 to shard_count(), always the same; runs the steps of this shard alone.
    [[nodiscard]] absl::StatusOr<machine::TableTrace> shard(std::uint32_t number) const;
    /// What these tables are filled from: some 40 bytes an instruction instead of its rows. The type is the library's
    /// own.
    [[nodiscard]] absl::StatusOr<ShardRecords> records(std::uint32_t number) const;
    /// The same without main columns: what linking commits. Runs nothing.
    [[nodiscard]] absl::StatusOr<machine::TableTrace> linked(std::uint32_t number) const;
    [[nodiscard]] const machine::TableTrace& boundary() const noexcept { return boundary_; }

 private:
    class Walk;
    /// A word as a shard finds and leaves it.
    struct LinkedWord {
        std::uint32_t key;
        std::uint32_t shard;  ///< that touched it last, or 0
        std::uint64_t in, out;
    };
    struct Shard {
        std::uint64_t instructions = 0;
        std::uint32_t first_pc = 0;
        std::uint32_t last_pc = 0;  ///< where the next shard begins
        std::uint32_t end_time = 0;
        std::vector<std::uint32_t> rows;  ///< of each step chip
        std::vector<LinkedWord> words;    ///< ascending
    };

    Rv64Run(const Rv64Machine& machine, const vm::Program& program, ByteView input, vm::RunOptions options);

    [[nodiscard]] absl::Status check_number(std::uint32_t number) const;
    [[nodiscard]] std::vector<math::KoalaBear> public_values(std::uint32_t number) const;

    const Rv64Machine& machine_;
    const vm::Program& program_;
    ByteView input_;
    vm::RunOptions options_;
    vm::Run run_;
    std::vector<std::uint64_t> cuts_;
    std::vector<Shard> shards_;
    std::vector<vm::Resumption::Word> output_words_;  ///< as HALT finds them
    machine::TableTrace boundary_;
};

}  // namespace sluice::chips
