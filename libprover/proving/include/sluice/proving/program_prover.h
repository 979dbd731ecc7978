// Proving runs of a guest program: key, shards, proof. SPDX-License-Identifier: MIT OR Apache-2.0
//
//   absl::StatusOr<vm::Program> program = proving::load_program(elf_bytes);
//   auto prover = proving::ProgramProver::make(*program, {.profile = &params::kBits100});
//   write((*prover)->key());
//   absl::StatusOr<proving::ProvedRun> proved = (*prover)->prove(input);
//   ...
//   absl::Status held = proving::verify_run(key, proof, exit_code, output);
//
// The machine is that of libprover/chips. Programs are loaded with a feature word that names accelerators which have
// chips there; what others do, the program computes in software.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "sluice/base/bytes.h"
#include "sluice/chips/rv64_machine.h"
#include "sluice/params/profile.h"
#include "sluice/vm/elf.h"
#include "sluice/vm/machine.h"

namespace sluice::proving {

/// The program in an ELF file with this feature word, if it has a place for one. InvalidArgument if the word names an
/// accelerator without a chip; errors of vm::load_elf.
[[nodiscard]] absl::StatusOr<vm::Program> load_program(std::string file,
                                                       std::uint64_t features = chips::provable_features());

struct Options {
    const params::Profile* profile = &params::kBits100;
    unsigned threads = 0;  ///< 0: as many as the machine has
    /// A shard is cut where its cells, as sluice/vm/cost_model.h estimates them, would exceed this.
    std::uint64_t shard_cells = std::uint64_t{1} << 25;
    /// What the tables and working memory of a shard may take; 0: no limit. Beyond it prove() refuses before it proves.
    std::uint64_t memory_bytes = 0;
    /// Told what begins, such as "shard 2 of 5", and of the prover's steps when they end (protocol::ProverOptions).
    std::function<void(std::string_view stage)> on_stage;
    std::function<void(std::string_view step, double seconds)> on_step;
};

/// A proof and the run that it is of.
struct ProvedRun {
    vm::Run run;
    std::string proof;  ///< body, DESIGN.md section 10
    std::uint32_t shards = 0;
    std::uint64_t cells = 0;  ///< of all tables: rows times columns, without preprocessed columns
};

/// Proves runs of one program. Holds the key and the tables that the program fixes.
class ProgramProver {
 public:
    /// Errors of chips::Rv64Machine::make and protocol::ProvingKey::make. The program must outlive the prover.
    [[nodiscard]] static absl::StatusOr<std::unique_ptr<ProgramProver>> make(const vm::Program& program,
                                                                             const Options& options);
    virtual ~ProgramProver() = default;

    /// Body of the key, DESIGN.md section 9. Depends on program and profile alone.
    [[nodiscard]] virtual std::string key() const = 0;
    /// Runs the program and proves the run; the proof has been verified. The tables of a shard are filled twice, to
    /// link it and to prove it, by other threads while the shards before are worked on; three shards' are in memory.
    /// FailedPrecondition: the run traps; ResourceExhausted: more memory than allowed, with both numbers;
    /// Unimplemented: an instruction without a chip; Internal: the proof does not verify.
    [[nodiscard]] virtual absl::StatusOr<ProvedRun> prove(ByteView input) = 0;
};

/// What a proof states, as public values: exit code, SHA-256 of the output.
using Statement = std::array<std::uint32_t, chips::kStatementValues>;
[[nodiscard]] Statement statement_of_run(std::int32_t exit_code, ByteView output);

/// OK if `proof` shows that the program of `key` halts with this exit code and this public output on some input;
/// InvalidArgument with the check that refused it if not. That the key is the program's own is for the caller to know:
/// ProgramProver::key() of the program gives the same bytes.
[[nodiscard]] absl::Status verify_run(ByteView key, ByteView proof, std::int32_t exit_code, ByteView output);

}  // namespace sluice::proving
