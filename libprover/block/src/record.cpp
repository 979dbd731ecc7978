// A block executed once on its whole witness. SPDX-License-Identifier: MIT OR Apache-2.0
#include "sluice/block/record.h"

#include <chrono>
#include <utility>

#include "sluice/executor/client_executor.h"
#include "sluice/executor/recording_state.h"
#include "sluice/witness_host/minimal_witness.h"
#include "sluice/witness_host/stream_writer.h"

namespace sluice::block {

struct RecordedBlock::State {
    State(const witness_host::ExecutionWitness& from, NativeMemory reserved)
        : witness(from), views(from), memory(std::move(reserved)) {}

    const witness_host::ExecutionWitness& witness;
    witness_host::WitnessViews views;
    NativeMemory memory;
    executor::ChainConfig config{};
    executor::Recording recording{};  // its lists lie in `memory`
};

RecordedBlock::RecordedBlock(std::unique_ptr<State> state) : state_(std::move(state)) {}
RecordedBlock::RecordedBlock(RecordedBlock&&) noexcept = default;
RecordedBlock& RecordedBlock::operator=(RecordedBlock&&) noexcept = default;
RecordedBlock::~RecordedBlock() = default;

bool RecordedBlock::has_stream() const {
    return state_->recording.complete;
}

absl::StatusOr<std::string> RecordedBlock::stream(witness::WitnessMode mode) const {
    if (!has_stream()) return absl::FailedPreconditionError("the block has no stream: " + ending.message);
    const auto header = witness_host::make_stream_header(mode, state_->witness);
    if (!header.ok()) return header.status();
    return witness_host::write_stream(*header, state_->witness, state_->recording);
}

absl::StatusOr<witness_host::ExecutionWitness> RecordedBlock::minimal_witness() const {
    if (!has_stream()) return absl::FailedPreconditionError("the block was not recorded: " + ending.message);
    return witness_host::minimal_witness(state_->witness, state_->recording);
}

absl::StatusOr<RecordedBlock> record(const witness_host::ExecutionWitness& witness) {
    if (const absl::Status status = witness_host::check_witness(witness); !status.ok()) return status;
    auto memory = NativeMemory::reserve();
    if (!memory.ok()) return memory.status();
    auto state = std::make_unique<RecordedBlock::State>(witness, *std::move(memory));

    executor::ClientInput input;
    if (witness.chain_config.empty()) {
        state->config = executor::mainnet_config();
    } else {
        const auto config = executor::decode_chain_config(witness_host::bytes_of(witness.chain_config));
        if (!config.ok())
            return absl::InvalidArgumentError("the witness's chain config is not in its canonical encoding");
        state->config = *config;
    }
    input.config = &state->config;
    input.block = witness_host::bytes_of(witness.block);
    input.witness = state->views.full();
    if (witness.unanchored.has_value()) {
        input.parent_state_root = witness.unanchored->state_root;
    } else {
        input.parent_header = witness_host::bytes_of(witness.headers.back());
    }

    RecordedBlock recorded(std::move(state));
    const auto start = std::chrono::steady_clock::now();
    Diagnostics diagnostics;
    executor::ClientExecutor client(recorded.state_->memory.arena(), diagnostics);
    executor::ExecutionExtras extras;
    extras.computed = &recorded.computed;
    client.set_extras(extras);
    const auto result = client.execute_recording_witness_order(input, recorded.state_->recording);
    recorded.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    recorded.ending = result.ok() ? ending_of(result->output) : ending_of(result.error(), diagnostics.detail());
    return recorded;
}

}  // namespace sluice::block
