// From a block and its witness to the public output: the one entry for guests, tools and tests.
//
//     Diagnostics diagnostics;
//     ClientExecutor client(Arena(memory, size), diagnostics);
//     witness::StreamReader reader(stream, diagnostics);
//     const ErrorCode code = reader.open();
//     const auto result = client.execute_from_reader(reader);
//
// Result or error: see execute_block(). A block error, a witness error and an internal error are told apart by
// error_kind(); `diagnostics` has item, place, expected and found.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include "sluice/base/arena.h"
#include "sluice/base/result.h"
#include "sluice/executor/execute_block.h"
#include "sluice/executor/fork.h"
#include "sluice/executor/memory_state.h"
#include "sluice/executor/output.h"
#include "sluice/executor/recording_state.h"
#include "sluice/witness/reader.h"

namespace sluice::executor {

/// A block with a whole witness in memory. All views outlive the run.
struct ClientInput {
    const ChainConfig* config = nullptr;
    ByteView block{};  ///< RLP
    /// RLP of the parent's header; empty if it is not at hand: then `parent_state_root` and `witness.block_hashes` are
    /// taken on trust and the output says so.
    ByteView parent_header{};
    Hash32 parent_state_root{};  ///< read only without `parent_header`
    FullWitness witness{};       ///< `anchored` is set by the run
};

/// A valid block.
struct ClientResult {
    PublicOutput output{};
    BlockOutcome outcome{};
};

/// Runs one block in memory of the caller. A second run needs a second ClientExecutor; what the first one gave lives as
/// long as its memory.
class ClientExecutor {
 public:
    ClientExecutor(Arena memory, Diagnostics& diagnostics) noexcept
        : memory_(ExecutionMemory::over(memory)), diagnostics_(diagnostics) {}

    /// For reports; to be called before a run.
    void set_extras(const ExecutionExtras& extras) noexcept { extras_ = extras; }

    /// Executes on a whole witness.
    Result<ClientResult> execute(const ClientInput& input) noexcept;
    /// Executes while reading, in the order and mode of the input. The output is made after the input was read to its
    /// last byte and everything in it was checked. `reader` has been opened.
    Result<ClientResult> execute_from_reader(witness::ClientInputReader& reader) noexcept;
    /// Executes on a whole witness and notes what a stream has to hold, in order. `recording` is filled, and says that
    /// it is complete, if the block is valid, and also if it is one that could be decoded and breaks a rule.
    Result<ClientResult> execute_recording_witness_order(const ClientInput& input, Recording& recording) noexcept;

    /// Memory that the runs took at their peak, in bytes.
    [[nodiscard]] std::size_t peak_memory() const noexcept {
        return memory_.block.peak() + memory_.transaction.peak() + memory_.scratch.peak();
    }

 private:
    struct Run;

    Result<ClientResult> execute_stream(witness::ClientInputReader& reader) noexcept;
    Result<ClientResult> execute_in_memory(const ClientInput& input, Recording* recording) noexcept;
    /// Decodes block and parent and links them.
    ErrorCode open(Run& run, ByteView block, ByteView parent_header, const Hash32& parent_state_root) noexcept;
    Result<ClientResult> finish(const Run& run, StateSource& source) noexcept;
    /// Notes an error that has no details.
    Result<ClientResult> noted(Result<ClientResult> result) noexcept;

    ExecutionMemory memory_;
    Diagnostics& diagnostics_;
    ExecutionExtras extras_{};
};

}  // namespace sluice::executor
