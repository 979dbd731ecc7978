// RLP, the trie in memory, and the end pass, over the witness of a real block. SPDX-License-Identifier: MIT OR
// Apache-2.0
//
// Reads block 25229957 (its witness names addresses and slots) from SLUICE_TEST_DATA. Keccak is included wherever the
// operation hashes. Counters: `items` operations a second, `nodes` trie nodes of one pass.
#include <benchmark/benchmark.h>
#include <cstdlib>
#include <memory>

#include "sluice/witness/end_pass.h"
#include "sluice/witness/partial_trie.h"
#include "support/witness_files.h"

namespace {

using namespace sluice;
using namespace sluice::test;
using namespace sluice::witness;

// The block's tries, prepared once.
struct Fixture {
    explicit Fixture(const std::string& folder)
        : files(read_witness(folder)), nodes(files), accesses(accesses_of(files, nodes)) {
        sweep_trie(
            nodes, bytes_of(files.parent_state_root), Bytes(), state, [](const Bytes&) {},
            [&](const Bytes&, ByteView value) { account_values.push_back(bytes_of(value)); });
        // The witness does not say which account a slot belongs to; one that has a value will belong there.
        for (auto& slots : accesses.slots) {
            std::erase_if(slots, [](const SlotAccess& slot) { return slot.original.is_zero(); });
        }
        for (const AccountAccess& account : accesses.accounts) {
            keys.push_back(keccak256(account.address.view()));
        }
    }
    // Every third slot and every second account changes.
    void change() {
        for (std::size_t i = 0; i < accesses.accounts.size(); ++i) {
            AccountAccess& account = accesses.accounts[i];
            if (account.original.exists && i % 2 == 0) account.current.balance += Uint256(1);
            for (std::size_t k = 0; k < accesses.slots[i].size(); k += 3) {
                SlotAccess& slot = accesses.slots[i][k];
                slot.current = slot.original + Uint256(1);
                if (slot.current.is_zero()) slot.current = 1;
            }
        }
    }
    void restore() {
        for (std::size_t i = 0; i < accesses.accounts.size(); ++i) {
            accesses.accounts[i].current = accesses.accounts[i].original;
            for (SlotAccess& slot : accesses.slots[i]) slot.current = slot.original;
        }
    }

    WitnessFiles files;
    WitnessNodes nodes;
    OwnedAccesses accesses;
    NodeRecords state;
    std::vector<Bytes> account_values;
    std::vector<Hash32> keys;
    std::vector<std::uint8_t> memory = std::vector<std::uint8_t>(std::size_t{1} << 26);
};

Fixture* fixture(benchmark::State& state) {
    static const std::unique_ptr<Fixture> block = [] {
        const char* data = std::getenv("SLUICE_TEST_DATA");
        const std::string folder = std::string(data != nullptr ? data : "../shared/data") + "/mainnet/25229957";
        return std::filesystem::exists(folder) ? std::make_unique<Fixture>(folder) : nullptr;
    }();
    if (block == nullptr) state.SkipWithError("SLUICE_TEST_DATA has no mainnet/25229957");
    return block.get();
}

void count(benchmark::State& state, std::size_t per_iteration) {
    state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * per_iteration));
}

void rlp_decode_account(benchmark::State& state) {
    Fixture* block = fixture(state);
    if (block == nullptr) return;
    for (auto _ : state) {
        for (const Bytes& value : block->account_values) benchmark::DoNotOptimize(decode_account(view(value)));
    }
    count(state, block->account_values.size());
}
BENCHMARK(rlp_decode_account);

void rlp_encode_account(benchmark::State& state) {
    Fixture* block = fixture(state);
    if (block == nullptr) return;
    std::uint8_t out[kMaxAccountSize];
    for (auto _ : state) {
        for (const AccountAccess& access : block->accesses.accounts) {
            benchmark::DoNotOptimize(encode_account(access.original, out));
        }
    }
    count(state, block->accesses.accounts.size());
}
BENCHMARK(rlp_encode_account);

void node_decode(benchmark::State& state) {
    Fixture* block = fixture(state);
    if (block == nullptr) return;
    for (auto _ : state) {
        for (const Bytes& rlp : block->files.state) {
            Node node;
            benchmark::DoNotOptimize(decode_node(view(rlp), node));
        }
    }
    count(state, block->files.state.size());
}
BENCHMARK(node_decode);

void node_hash(benchmark::State& state) {
    Fixture* block = fixture(state);
    if (block == nullptr) return;
    for (auto _ : state) {
        for (const Bytes& rlp : block->files.state) benchmark::DoNotOptimize(keccak256(view(rlp)));
    }
    count(state, block->files.state.size());
}
BENCHMARK(node_hash);

void partial_trie_parse(benchmark::State& state) {
    Fixture* block = fixture(state);
    if (block == nullptr) return;
    for (auto _ : state) {
        Arena arena(block->memory.data(), block->memory.size());
        Diagnostics diagnostics;
        benchmark::DoNotOptimize(PartialTrie::parse(block->files.parent_state_root, view(block->state.bytes),
                                                    block->state.count, nullptr, arena, diagnostics));
    }
    count(state, block->state.count);
}
BENCHMARK(partial_trie_parse);

void partial_trie_lookup(benchmark::State& state) {
    Fixture* block = fixture(state);
    if (block == nullptr) return;
    Arena arena(block->memory.data(), block->memory.size());
    Diagnostics diagnostics;
    const auto trie = PartialTrie::parse(block->files.parent_state_root, view(block->state.bytes), block->state.count,
                                         nullptr, arena, diagnostics);
    for (auto _ : state) {
        for (const Hash32& key : block->keys) benchmark::DoNotOptimize(trie->lookup(key, diagnostics));
    }
    count(state, block->keys.size());
}
BENCHMARK(partial_trie_lookup);

void partial_trie_update_and_root(benchmark::State& state) {
    Fixture* block = fixture(state);
    if (block == nullptr) return;
    const Bytes value(80, 'v');
    for (auto _ : state) {
        state.PauseTiming();
        Arena arena(block->memory.data(), block->memory.size());
        Diagnostics diagnostics;
        auto trie = PartialTrie::parse(block->files.parent_state_root, view(block->state.bytes), block->state.count,
                                       nullptr, arena, diagnostics);
        state.ResumeTiming();
        for (const Hash32& key : block->keys) benchmark::DoNotOptimize(trie->upsert(key, view(value), diagnostics));
        benchmark::DoNotOptimize(trie->root(diagnostics));
    }
    count(state, block->keys.size());
}
BENCHMARK(partial_trie_update_and_root);

class CountingNodes final : public NodeSource {
 public:
    explicit CountingNodes(NodeSource& nodes) : nodes_(nodes) {}
    Result<NodeBytes> node(const Hash32& hash, const NodePosition& position) noexcept override {
        const auto given = nodes_.node(hash, position);
        kept.push_back(given.ok() ? given->bytes : ByteView());
        return given;
    }
    std::vector<ByteView> kept;

 private:
    NodeSource& nodes_;
};

// Nodes in the order of the walk, as a stream has them.
class StreamedNodes final : public NodeSource {
 public:
    explicit StreamedNodes(const std::vector<ByteView>& nodes) : nodes_(nodes) {}
    Result<NodeBytes> node(const Hash32&, const NodePosition&) noexcept override { return NodeBytes{nodes_[next_++]}; }

 private:
    const std::vector<ByteView>& nodes_;
    std::size_t next_ = 0;
};

void end_pass(benchmark::State& state) {
    Fixture* block = fixture(state);
    if (block == nullptr) return;
    if (state.range(0) != 0) block->change();
    CountingNodes recorder(block->nodes);
    Arena scratch(block->memory.data(), block->memory.size());
    Diagnostics diagnostics;
    const BlockAccesses accesses = block->accesses.link();
    if (!run_end_pass(block->files.parent_state_root, accesses, recorder, scratch, diagnostics).ok()) {
        state.SkipWithError("the end pass fails");
    }
    for (auto _ : state) {
        StreamedNodes nodes(recorder.kept);
        benchmark::DoNotOptimize(run_end_pass(block->files.parent_state_root, accesses, nodes, scratch, diagnostics));
    }
    std::size_t slots = 0;
    for (const auto& list : block->accesses.slots) slots += list.size();
    count(state, block->accesses.accounts.size() + slots);
    state.counters["nodes"] = static_cast<double>(recorder.kept.size());
    state.counters["accounts"] = static_cast<double>(block->accesses.accounts.size());
    state.counters["slots"] = static_cast<double>(slots);
    block->restore();
}
BENCHMARK(end_pass)->ArgName("changes")->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
