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
#include <span>
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

/// Something that took time: a step of the prover (protocol::ProverOptions), or "fill", done by other threads ahead.
struct Event {
    std::string_view name;
    std::uint32_t table = 0;  ///< number of the shard; 0: the boundary, or none
    double begin = 0;         ///< seconds since the prover was made
    double seconds = 0;
    int worker = -1;         ///< which backend did it (RunFigures::workers); -1: none, but the host
    bool on_device = false;  ///< a module of a step, by the clock of the backend's card
};

/// How far a run of the prover is.
struct Progress {
    std::string_view stage;  ///< "key", "plan", "words", "link", "prove" or "assemble"
    std::uint32_t table = 0;
    std::uint32_t tables_done = 0;
    std::uint32_t tables = 0;  ///< to prove in this run; known from "prove" on
    std::uint64_t cells_done = 0;
    std::uint64_t cells = 0;
    double seconds = 0;  ///< spent in "prove"
};

/// What proves. All of them make the same proof, byte for byte.
enum class BackendChoice : std::uint8_t {
    any,  ///< the cards that the build has code for, or else the CPU
    cpu,
    cuda,  ///< cards, or an error that says why not
};

struct Options {
    const params::Profile* profile = &params::kBits100;
    BackendChoice backend = BackendChoice::cpu;
    std::vector<int> devices{};             ///< cards by number; none named: all there are
    std::uint64_t device_memory_bytes = 0;  ///< of each card; 0: nine tenths of what is free
    unsigned threads =
        0;  ///< of the CPU; with n of them up to n - 1 tables are filled beside its backend. 0: one a core
    /// A shard is cut where its cells, as sluice/vm/cost_model.h estimates them, would exceed this. 0: 2^25 on the CPU;
    /// on cards as many as fit the smallest one's memory.
    std::uint64_t shard_cells = 0;
    /// What proving may take, by plan: see MemoryPlan. 0: no limit.
    std::uint64_t memory_bytes = 0;
    /// Where the parts of the proof are kept (part_files.h), so that a run that was broken off goes on from there.
    /// Empty: nowhere.
    std::string folder{};

    // All of these may be null; none is called from two threads at once.
    std::function<void(const Progress&)> on_progress{};
    std::function<void(const Event&)> on_event{};
    /// A file of the folder, or a backend, that is not used, and why.
    std::function<void(std::string_view notice)> on_notice{};
    /// Told of each file of the folder when it is there; an error ends the run with it.
    std::function<absl::Status(const std::string& path)> on_file{};
};

/// What proving takes of the host's memory at most, known before it begins: by the backends' plan of the largest table,
/// and the tables held beside it. Fewer tables are filled ahead where memory does not allow them.
struct MemoryPlan {
    std::uint64_t proving_bytes = 0;  ///< of all backends, each with the table that takes most, traces among them
    std::uint64_t ahead_bytes = 0;    ///< of tables filled ahead
    std::uint32_t ahead = 0;          ///< how many they are
    std::uint32_t largest = 0;        ///< number of the table that takes most
};

/// A backend's part in a run.
struct WorkerFigures {
    std::string name;                 ///< "cpu", or the card's
    std::uint32_t tables = 0;         ///< that it proved
    std::uint64_t planned_bytes = 0;  ///< for the table that takes most, without its trace
    std::uint64_t peak_bytes = 0;     ///< by its own account
    std::uint64_t device_bytes = 0;   ///< what it has; 0: it takes the host's
    std::string failure{};            ///< not empty: it failed, and others took over
};

/// Rows and cells (rows times columns, without preprocessed columns) of a chip, over all tables.
struct ChipFigures {
    std::string name;  ///< the boundary machine's begin with "boundary/"
    std::uint64_t rows = 0;
    std::uint64_t cells = 0;
};

/// A run, and the tables that prove it.
struct RunFigures {
    vm::Run run;
    std::uint32_t shards = 0;
    std::uint64_t cells = 0;
    std::vector<ChipFigures> chips;
    MemoryPlan memory;
    std::vector<WorkerFigures> workers;
};

/// A proof and the run that it is of.
struct ProvedRun {
    RunFigures figures;
    std::string proof;  ///< body, DESIGN.md section 10
};

/// Proves runs of one program. Holds the key and the tables that the program fixes.
class ProgramProver {
 public:
    /// Errors of chips::Rv64Machine::make, protocol::ProvingKey::make and of the backend asked for (Unavailable,
    /// Unimplemented, FailedPrecondition as backend_cuda::open_cuda_device says). The program must outlive the prover.
    [[nodiscard]] static absl::StatusOr<std::unique_ptr<ProgramProver>> make(const vm::Program& program,
                                                                             const Options& options);
    virtual ~ProgramProver() = default;

    /// Body of the key, DESIGN.md section 9. Depends on program and profile alone.
    [[nodiscard]] virtual std::string key() const = 0;
    /// Runs the program and proves the run; the proof has been verified. Parts that the folder has are not proved
    /// again; a table whose backend fails is proved by another one. FailedPrecondition: the run traps; AlreadyExists:
    /// the folder has the parts of another proof; ResourceExhausted: more memory than allowed or there, with both
    /// numbers; Unimplemented: an instruction without a chip; DataLoss: a file of the folder, named, is whole and holds
    /// a false proof; Internal: the proof does not verify, or all backends fail.
    [[nodiscard]] virtual absl::StatusOr<ProvedRun> prove(ByteView input) = 0;
    /// Leaves the link and the proofs of these tables (0: the boundary) in the folder, for a prove() somewhere.
    /// InvalidArgument if there is no folder, or no such table; other errors of prove().
    [[nodiscard]] virtual absl::StatusOr<RunFigures> prove_parts(ByteView input,
                                                                 std::span<const std::uint32_t> tables) = 0;
};

/// What a proof states, as public values: exit code, SHA-256 of the output.
using Statement = std::array<std::uint32_t, chips::kStatementValues>;
[[nodiscard]] Statement statement_of_run(std::int32_t exit_code, ByteView output);

/// OK if `proof` shows that the program of `key` halts with this exit code and this public output on some input;
/// InvalidArgument with the check that refused it if not. That the key is the program's own is for the caller to know:
/// ProgramProver::key() of the program gives the same bytes.
[[nodiscard]] absl::Status verify_run(ByteView key, ByteView proof, std::int32_t exit_code, ByteView output);

}  // namespace sluice::proving
