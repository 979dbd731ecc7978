// From a block and its witness to the public output. SPDX-License-Identifier: MIT OR Apache-2.0
#include "sluice/executor/client_executor.h"

#include "block/rules.h"
#include "sluice/executor/streaming_state.h"

namespace sluice::executor {

/// What a run knows before it touches state.
struct ClientExecutor::Run {
    ChainConfig config{};
    Block block{};
    Hash32 block_hash{};
    Header parent{};
    bool anchored = false;
    ParentLink link{};
};

ErrorCode ClientExecutor::open(Run& run, ByteView block, ByteView parent_header,
                               const Hash32& parent_state_root) noexcept {
    SLUICE_TRY(run.block, decode_block(block, diagnostics_));
    const Header& header = run.block.header;
    run.block_hash = header.hash();
    run.anchored = !parent_header.empty();
    run.link.number = header.number - 1;
    run.link.hash = header.parent_hash;
    run.link.state_root = parent_state_root;
    if (!run.anchored) return ErrorCode::ok;

    // The parent is hint data until it hashes to what the block names: a header that does not is the witness's fault.
    const Hash32 parent_hash = keccak256(parent_header);
    if (parent_hash != header.parent_hash) {
        return fail_with(diagnostics_, ErrorCode::stream_header_chain, "parent header", header.parent_hash,
                         parent_hash);
    }
    SLUICE_TRY(run.parent, decode_header(parent_header, diagnostics_));
    run.link.state_root = run.parent.state_root;
    run.link.parent_hash = run.parent.parent_hash;
    return ErrorCode::ok;
}

Result<ClientResult> ClientExecutor::finish(const Run& run, StateSource& source) noexcept {
    ClientResult result;
    SLUICE_TRY(result.outcome, execute_block(run.config, run.block, run.anchored ? &run.parent : nullptr,
                                             run.link.state_root, source, memory_, diagnostics_, extras_));
    // Without this a stream could carry what nothing has checked.
    SLUICE_RETURN_IF_ERROR(source.finish());
    result.output.chain_config_hash = chain_config_hash(run.config);
    result.output.block_number = run.block.header.number;
    result.output.block_hash = run.block_hash;
    result.output.parent_hash = run.block.header.parent_hash;
    result.output.pre_state_root = run.link.state_root;
    result.output.post_state_root = result.outcome.state_root;
    result.output.anchored = run.anchored;
    return result;
}

Result<ClientResult> ClientExecutor::execute_in_memory(const ClientInput& input, Recording* recording) noexcept {
    Run run;
    run.config = *input.config;
    SLUICE_RETURN_IF_ERROR(open(run, input.block, input.parent_header, input.parent_state_root));
    FullWitness witness = input.witness;
    witness.anchored = run.anchored;
    MemoryState state(run.link, memory_.block, diagnostics_);
    SLUICE_RETURN_IF_ERROR(state.load(witness));
    if (recording == nullptr) return finish(run, state);

    // The lists of the recording grow all through the run, beside what the execution keeps.
    auto* arena = memory_.block.make<Arena>(memory_.block.split_off(memory_.block.available() / 2));
    if (arena == nullptr) return ErrorCode::arena_exhausted;
    RecordingState recorder(state, state, run.link.state_root, *arena, diagnostics_);
    const Result<ClientResult> result = finish(run, recorder);
    *recording = recorder.recording();
    recording->complete = result.ok() || error_kind(result.error()) == ErrorKind::block;
    return result;
}

Result<ClientResult> ClientExecutor::noted(Result<ClientResult> result) noexcept {
    if (!result.ok() && !diagnostics_.failed()) return diagnostics_.fail(result.error());
    return result;
}

Result<ClientResult> ClientExecutor::execute(const ClientInput& input) noexcept {
    return noted(execute_in_memory(input, nullptr));
}

Result<ClientResult> ClientExecutor::execute_recording_witness_order(const ClientInput& input,
                                                                     Recording& recording) noexcept {
    return noted(execute_in_memory(input, &recording));
}

Result<ClientResult> ClientExecutor::execute_from_reader(witness::ClientInputReader& reader) noexcept {
    return noted(execute_stream(reader));
}

Result<ClientResult> ClientExecutor::execute_stream(witness::ClientInputReader& reader) noexcept {
    Run run;
    SLUICE_TRY(const ByteView config, reader.read_chain_config());
    if (!config.empty()) {
        const auto decoded = decode_chain_config(config);
        if (!decoded.ok()) return diagnostics_.fail(decoded.error(), ErrorDetail{}.with_what("chain config"));
        run.config = *decoded;
    } else if (reader.header().chain_id == mainnet_config().chain_id) {
        run.config = mainnet_config();
    } else {
        return fail_with(diagnostics_, ErrorCode::unsupported_chain, "chain id", mainnet_config().chain_id,
                         reader.header().chain_id);
    }

    SLUICE_TRY(const witness::AncestorHeadersInput ancestors, reader.read_ancestor_headers());
    SLUICE_TRY(const ByteView block, reader.read_current_block());
    SLUICE_RETURN_IF_ERROR(
        open(run, block, ancestors.anchored ? ancestors.parent() : ByteView(), ancestors.parent_state_root));
    const Header& header = run.block.header;
    const auto fork = run.config.fork_at(header.number, header.timestamp);
    if (!fork.ok()) {
        return fail_with(diagnostics_, fork.error(), "block number at least", run.config.merge_block, header.number);
    }
    const witness::StreamHeader computed{.mode = reader.header().mode,
                                         .chain_id = run.config.chain_id,
                                         .block_number = header.number,
                                         .timestamp = header.timestamp,
                                         .fork = static_cast<std::uint64_t>(*fork),
                                         .block_hash = run.block_hash};
    SLUICE_RETURN_IF_ERROR(witness::check_stream_header(reader.header(), computed, diagnostics_));

    SLUICE_TRY(StateSource* const source,
               open_streaming_state(reader, run.link, ancestors, memory_.block, diagnostics_));
    return finish(run, *source);
}

}  // namespace sluice::executor
