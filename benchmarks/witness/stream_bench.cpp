// Witness streams of a real block: reading with all checks, per mode and without the EVM, and writing.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Reads block 25229957 from SLUICE_TEST_DATA. The block is executed once to learn what it touches; its touches are then
// recorded again as a block that changes nothing, so that a run is: open the stream, ask for every account, slot, code
// and ancestor in order, authenticate all of it, end. Keccak is included. Counters: `touches` of one run, bytes a
// second.
#include <benchmark/benchmark.h>
#include <cstdlib>
#include <memory>
#include <vector>

#include "sluice/executor/client_executor.h"
#include "sluice/executor/streaming_state.h"
#include "sluice/witness_host/block_folder.h"
#include "sluice/witness_host/records.h"
#include "sluice/witness_host/stream_writer.h"

namespace {

using namespace sluice;
using executor::RecordedTouch;
using executor::Recording;
using witness::WitnessMode;

constexpr const char* kFolder = "/mainnet/25229957";
constexpr std::size_t kMemorySize = std::size_t{256} << 20;

class Memory {
 public:
    [[nodiscard]] Arena arena() { return {words_.get(), kMemorySize}; }

 private:
    std::unique_ptr<std::uint64_t[]> words_ = std::make_unique<std::uint64_t[]>(kMemorySize / 8);
};

/// The touches of a recording as accesses that change nothing.
class ReadOnlyAccesses {
 public:
    explicit ReadOnlyAccesses(std::span<const RecordedTouch> touches) {
        for (const RecordedTouch& touch : touches) {
            if (touch.kind == RecordedTouch::Kind::account) {
                accounts_.push_back({touch.address, touch.info, touch.info, false, {}});
                slots_.emplace_back();
            } else if (touch.kind == RecordedTouch::Kind::slot) {
                slots_[touch.account].push_back({touch.slot, touch.value, touch.value, true});
            }
        }
        for (std::size_t i = 0; i < accounts_.size(); ++i) accounts_[i].slots = slots_[i];
    }
    [[nodiscard]] witness::BlockAccesses accesses() { return {accounts_}; }

 private:
    std::vector<witness::AccountAccess> accounts_;
    std::vector<std::vector<witness::SlotAccess>> slots_;
};

/// Asks for everything in order.
ErrorCode replay(std::span<const RecordedTouch> touches, executor::StateSource& source) {
    for (const RecordedTouch& touch : touches) {
        switch (touch.kind) {
            case RecordedTouch::Kind::account:
                SLUICE_RETURN_IF_ERROR(source.account(touch.address, touch.account).error());
                break;
            case RecordedTouch::Kind::slot:
                SLUICE_RETURN_IF_ERROR(source.storage(touch.account, touch.address, touch.slot).error());
                break;
            case RecordedTouch::Kind::code:
                SLUICE_RETURN_IF_ERROR(source.code(touch.hash).error());
                break;
            case RecordedTouch::Kind::block_hash:
                SLUICE_RETURN_IF_ERROR(source.block_hash(touch.block_number).error());
                break;
        }
    }
    return ErrorCode::ok;
}

/// The block, prepared once.
struct Fixture {
    witness_host::ExecutionWitness witness;
    executor::ParentLink link;
    Memory execution_memory;
    Memory recording_memory;
    Memory run_memory;
    Recording executed;
    Recording recording;  ///< the touches of `executed`, without changes
    std::string streams[3];
    const char* problem = nullptr;

    explicit Fixture(const std::string& folder) { problem = prepare(folder); }

    [[nodiscard]] const std::string& stream(WitnessMode mode) const {
        return streams[static_cast<std::size_t>(mode) - 1];
    }

 private:
    const char* prepare(const std::string& folder) {
        auto read = witness_host::read_block_folder(folder);
        if (!read.ok()) return "no test data: set SLUICE_TEST_DATA";
        witness = *std::move(read);
        link = *witness_host::parent_link(witness);
        const witness_host::WitnessViews views(witness);
        Diagnostics diagnostics;
        executor::ClientInput input;
        input.config = &executor::mainnet_config();
        input.block = witness_host::bytes_of(witness.block);
        input.parent_header = witness_host::bytes_of(witness.headers.back());
        input.witness = views.full();
        executor::ClientExecutor client(execution_memory.arena(), diagnostics);
        if (!client.execute_recording_witness_order(input, executed).ok()) return "the block does not execute";

        Arena state_arena = recording_memory.arena();
        Arena arena = state_arena.split_off(kMemorySize / 2);
        executor::MemoryState state(link, state_arena, diagnostics);
        if (failed(state.load(views.full()))) return "the witness does not load";
        executor::RecordingState recorder(state, state, link.state_root, arena, diagnostics);
        ReadOnlyAccesses accesses(executed.touches);
        if (failed(replay(executed.touches, recorder)) || !recorder.post_state_root(accesses.accesses()).ok()) {
            return "the touches cannot be recorded";
        }
        recording = recorder.recording();
        for (const WitnessMode mode : {WitnessMode::eager, WitnessMode::account, WitnessMode::value}) {
            const auto header = witness_host::make_stream_header(mode, witness);
            const auto bytes = witness_host::write_stream(*header, witness, recording);
            if (!bytes.ok()) return "the stream cannot be written";
            streams[static_cast<std::size_t>(mode) - 1] = *bytes;
        }
        return nullptr;
    }
};

Fixture* fixture(benchmark::State& state) {
    static Fixture block([] {
        const char* data = std::getenv("SLUICE_TEST_DATA");
        return std::string(data != nullptr && *data != 0 ? data : SLUICE_DEFAULT_TEST_DATA) + kFolder;
    }());
    if (block.problem == nullptr) return &block;
    state.SkipWithError(block.problem);
    return nullptr;
}

ErrorCode read_stream(Fixture& block, const std::string& stream, witness::BlockAccesses accesses) {
    Diagnostics diagnostics;
    Arena arena = block.run_memory.arena();
    witness::StreamReader reader(witness_host::bytes_of(stream), diagnostics);
    SLUICE_RETURN_IF_ERROR(reader.open());
    SLUICE_TRY([[maybe_unused]] const ByteView config, reader.read_chain_config());
    SLUICE_TRY(const witness::AncestorHeadersInput ancestors, reader.read_ancestor_headers());
    SLUICE_TRY([[maybe_unused]] const ByteView block_bytes, reader.read_current_block());
    SLUICE_TRY(executor::StateSource* const source,
               open_streaming_state(reader, block.link, ancestors, arena, diagnostics));
    SLUICE_RETURN_IF_ERROR(replay(block.recording.touches, *source));
    SLUICE_TRY([[maybe_unused]] const Hash32 root, source->post_state_root(accesses));
    return source->finish();
}

void stream_read(benchmark::State& state) {
    Fixture* block = fixture(state);
    if (block == nullptr) return;
    const auto mode = static_cast<WitnessMode>(state.range(0));
    const std::string& stream = block->stream(mode);
    ReadOnlyAccesses accesses(block->recording.touches);
    for (auto _ : state) {
        if (failed(read_stream(*block, stream, accesses.accesses()))) {
            state.SkipWithError("the stream is refused");
            return;
        }
    }
    state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) * static_cast<std::int64_t>(stream.size()));
    state.counters["touches"] = static_cast<double>(block->recording.touches.size());
    state.SetLabel(std::string(witness_mode_name(mode)));
}
BENCHMARK(stream_read)->ArgName("mode")->DenseRange(1, 3)->Unit(benchmark::kMillisecond);

void stream_write(benchmark::State& state) {
    Fixture* block = fixture(state);
    if (block == nullptr) return;
    const auto mode = static_cast<WitnessMode>(state.range(0));
    const auto header = witness_host::make_stream_header(mode, block->witness);
    std::size_t size = 0;
    for (auto _ : state) {
        const auto bytes = witness_host::write_stream(*header, block->witness, block->executed);
        size = bytes.ok() ? bytes->size() : 0;
        benchmark::DoNotOptimize(size);
    }
    state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) * static_cast<std::int64_t>(size));
    state.SetLabel(std::string(witness_mode_name(mode)));
}
BENCHMARK(stream_write)->ArgName("mode")->DenseRange(1, 3)->Unit(benchmark::kMillisecond);

// The cursor alone: every record passed over.
void stream_cursor(benchmark::State& state) {
    Fixture* block = fixture(state);
    if (block == nullptr) return;
    const std::string& stream = block->stream(WitnessMode::value);
    std::uint64_t records = 0;
    for (auto _ : state) {
        Diagnostics diagnostics;
        witness::StreamReader reader(witness_host::bytes_of(stream), diagnostics);
        records = 0;
        bool more = reader.open() == ErrorCode::ok;
        for (; more; ++records) more = reader.read_witness_input(reader.next_kind()).ok() && reader.remaining() != 0;
        benchmark::DoNotOptimize(records);
    }
    state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * records));
}
BENCHMARK(stream_cursor)->Unit(benchmark::kMicrosecond);

}  // namespace

BENCHMARK_MAIN();
