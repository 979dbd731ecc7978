// Whole blocks: native execution in each witness mode with everything verified, the emulator on the block guest, and
// filling the tables of its run.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <algorithm>
#include <benchmark/benchmark.h>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "sample/sample.h"
#include "sluice/block/record.h"
#include "sluice/block/run.h"
#include "sluice/chips/rv64_machine.h"
#include "sluice/executor_host/chain_file.h"
#include "sluice/files/files.h"
#include "sluice/proving/program_prover.h"
#include "sluice/vm/machine.h"
#include "sluice/vm/shards.h"
#include "sluice/witness_host/block_folder.h"

namespace {

using namespace sluice;

struct Block {
    std::string name;
    witness_host::ExecutionWitness witness;
    std::uint64_t gas = 0;
    std::string streams[3];  // by mode - 1
};

constexpr witness::WitnessMode kModes[] = {witness::WitnessMode::eager, witness::WitnessMode::account,
                                           witness::WitnessMode::value};

witness_host::ExecutionWitness sample() {
    const auto made = host::make_sample({});
    witness_host::ExecutionWitness witness;
    std::uint8_t encoding[executor::kMaxChainConfigSize];
    const auto config = executor_host::parse_chain_file(made->chain_file);
    witness.chain_config.assign(reinterpret_cast<const char*>(encoding),
                                executor::encode_chain_config(*config, encoding));
    witness.chain_id = made->chain_id;
    witness.block = made->block;
    witness.headers = made->headers;
    witness.nodes = made->nodes;
    witness.codes = made->codes;
    return witness;
}

/// The synthetic block, and the real ones where test data is found.
const std::vector<std::unique_ptr<Block>>& blocks() {
    static const std::vector<std::unique_ptr<Block>> all = [] {
        std::vector<std::unique_ptr<Block>> list;
        const auto add = [&](std::string name, witness_host::ExecutionWitness witness) {
            auto block = std::make_unique<Block>();
            block->name = std::move(name);
            block->witness = std::move(witness);
            const auto recorded = block::record(block->witness);
            if (!recorded.ok() || recorded->ending.verdict != block::Verdict::valid) return;
            block->gas = recorded->computed.gas_used;
            for (std::size_t i = 0; i < 3; ++i) block->streams[i] = *recorded->stream(kModes[i]);
            list.push_back(std::move(block));
        };
        add("sample", sample());
        const char* given = std::getenv("SLUICE_TEST_DATA");
        const std::string data = given != nullptr && *given != 0 ? given : SLUICE_DEFAULT_TEST_DATA;
        for (const char* set : {"/mainnet", "/mainnet-noparent"}) {
            std::error_code error;
            std::vector<std::string> folders;
            for (const auto& entry : std::filesystem::directory_iterator(data + set, error))
                folders.push_back(entry.path());
            std::sort(folders.begin(), folders.end());
            for (const std::string& folder : folders) {
                auto witness = witness_host::read_block_folder(folder);
                if (witness.ok()) add(std::filesystem::path(folder).filename(), *std::move(witness));
            }
        }
        return list;
    }();
    return all;
}

const block::NativeMemory& memory() {
    static const block::NativeMemory region = *block::NativeMemory::reserve();
    return region;
}

/// Gas a second of native execution, the witness in memory, everything verified.
void native(benchmark::State& state, const Block& block, std::size_t mode) {
    for (auto _ : state) {
        const block::NativeRun run = block::execute_natively(witness_host::bytes_of(block.streams[mode]), memory());
        if (run.ending.verdict != block::Verdict::valid) state.SkipWithError(run.ending.message.c_str());
    }
    state.counters["gas_per_second"] = benchmark::Counter(
        static_cast<double>(block.gas) * static_cast<double>(state.iterations()), benchmark::Counter::kIsRate);
    state.counters["gas"] = static_cast<double>(block.gas);
}

/// Instructions a second of the emulator on the block guest; `accounting` counts the words that cross five cuts.
void emulator(benchmark::State& state, const Block& block, const vm::Program& program, bool accounting) {
    const ByteView input = witness_host::bytes_of(block.streams[2]);
    std::vector<vm::ShardPlan> plans;
    const auto counting = vm::execute(program, input);
    for (const double share : {0.25, 0.5, 0.562, 0.616, 0.75}) {
        plans.push_back(*vm::plan_by_shares(counting->cost.instructions, std::array{share}));
    }
    std::uint64_t instructions = 0;
    for (auto _ : state) {
        if (accounting) {
            const auto run = vm::account_shards(program, input, plans);
            instructions += run->run.cost.instructions;
        } else {
            const auto run = vm::execute(program, input);
            instructions += run->cost.instructions;
        }
    }
    state.counters["instructions_per_second"] =
        benchmark::Counter(static_cast<double>(instructions), benchmark::Counter::kIsRate);
}

/// The block guest with the accelerators that have chips, its machine, and the run's first 500,000 instructions or so.
struct Tables {
    vm::Program program;
    std::unique_ptr<chips::Rv64Machine> machine;
    vm::ShardPlan plan;

    static std::unique_ptr<Tables> make(const std::string& elf, const Block& block) {
        auto program = proving::load_program(elf);
        if (!program.ok()) return nullptr;
        auto tables = std::make_unique<Tables>();
        tables->program = *std::move(program);
        auto machine = chips::Rv64Machine::make(tables->program);
        auto run = vm::execute(tables->program, witness_host::bytes_of(block.streams[2]));
        if (!machine.ok() || !run.ok()) return nullptr;
        tables->machine = std::make_unique<chips::Rv64Machine>(*std::move(machine));
        for (std::uint64_t cut = 500'000; cut < run->cost.instructions; cut += 500'000)
            tables->plan.cuts.push_back(cut);
        return tables;
    }
};

/// Instructions a second of following a run to find what its shards link.
void link_tables(benchmark::State& state, const Block& block, const Tables& tables) {
    std::uint64_t instructions = 0;
    for (auto _ : state) {
        const auto run = chips::Rv64Run::make(*tables.machine, tables.program, witness_host::bytes_of(block.streams[2]),
                                              tables.plan);
        if (!run.ok()) return state.SkipWithError(run.status().ToString().c_str());
        instructions += run->run().cost.instructions;
    }
    state.counters["instructions_per_second"] =
        benchmark::Counter(static_cast<double>(instructions), benchmark::Counter::kIsRate);
}
/// Cells a second of filling the tables of the first shard.
void fill_tables(benchmark::State& state, const Block& block, const Tables& tables) {
    const auto run =
        chips::Rv64Run::make(*tables.machine, tables.program, witness_host::bytes_of(block.streams[2]), tables.plan);
    if (!run.ok()) return state.SkipWithError(run.status().ToString().c_str());
    std::uint64_t cells = 0;
    for (auto _ : state) {
        const auto shard = run->shard(1);
        if (!shard.ok()) return state.SkipWithError(shard.status().ToString().c_str());
        for (const machine::ChipTrace& chip : shard->chips) {
            for (const auto& columns : chip.columns) cells += columns.size();
        }
    }
    state.counters["cells_per_second"] = benchmark::Counter(static_cast<double>(cells), benchmark::Counter::kIsRate);
    state.counters["cells"] = static_cast<double>(cells) / static_cast<double>(state.iterations());
}

}  // namespace

int main(int argc, char** argv) {
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
    for (const auto& block : blocks()) {
        for (std::size_t mode = 0; mode < 3; ++mode) {
            const std::string name =
                "native/" + std::string(witness::witness_mode_name(kModes[mode])) + "/" + block->name;
            benchmark::RegisterBenchmark(name.c_str(), [&block, mode](benchmark::State& state) {
                native(state, *block, mode);
            })->Unit(benchmark::kMillisecond);
        }
    }
    static std::unique_ptr<vm::Program> program;
    const auto bytes = files::read_file(SLUICE_BLOCK_GUEST);
    if (bytes.ok()) {
        auto loaded = vm::load_elf(witness_host::bytes_of(*bytes));
        if (loaded.ok()) program = std::make_unique<vm::Program>(*std::move(loaded));
    }
    for (const auto& block : blocks()) {
        if (program == nullptr || (block->name != "23879620" && block->name != "21740136" && block->name != "sample"))
            continue;
        for (const bool accounting : {false, true}) {
            const std::string name = std::string("emulator/") + (accounting ? "accounting/" : "plain/") + block->name;
            benchmark::RegisterBenchmark(name.c_str(), [&block, accounting](benchmark::State& state) {
                emulator(state, *block, *program, accounting);
            })->Unit(benchmark::kMillisecond);
        }
    }
    static std::vector<std::unique_ptr<Tables>> tables;
    for (const auto& block : blocks()) {
        if (!bytes.ok() || (block->name != "21429020" && block->name != "sample")) continue;
        tables.push_back(Tables::make(*bytes, *block));
        if (tables.back() == nullptr) continue;
        for (const bool fill : {false, true}) {
            const std::string name = std::string("tables/") + (fill ? "fill/" : "link/") + block->name;
            benchmark::RegisterBenchmark(name.c_str(), [&block, &made = *tables.back(), fill](benchmark::State& state) {
                (fill ? fill_tables : link_tables)(state, *block, made);
            })->Unit(benchmark::kMillisecond);
        }
    }
    benchmark::RunSpecifiedBenchmarks();
    benchmark::Shutdown();
    return 0;
}
