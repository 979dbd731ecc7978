// A block with its recording, runnable natively and in the guest. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sample/sample.h"
#include "sluice/block/record.h"
#include "sluice/block/run.h"
#include "sluice/executor_host/chain_file.h"
#include "sluice/files/files.h"
#include "sluice/vm/machine.h"
#include "sluice/witness_host/block_folder.h"
#include "support/catch.h"

namespace sluice::test {

inline constexpr witness::WitnessMode kModes[] = {witness::WitnessMode::eager, witness::WitnessMode::account,
                                                  witness::WitnessMode::value};

/// The block guest, or nothing if it was not built.
inline const std::optional<vm::Program>& block_guest() {
    static const std::optional<vm::Program> program = []() -> std::optional<vm::Program> {
        if (std::string(SLUICE_BLOCK_GUEST).empty()) return std::nullopt;
        const auto bytes = files::read_file(SLUICE_BLOCK_GUEST);
        if (!bytes.ok()) return std::nullopt;
        auto loaded = vm::load_elf(witness_host::bytes_of(*bytes));
        if (!loaded.ok()) return std::nullopt;
        return *std::move(loaded);
    }();
    return program;
}

/// Memory for native runs, one after the other.
inline const block::NativeMemory& native_memory() {
    static const block::NativeMemory memory = *block::NativeMemory::reserve();
    return memory;
}

inline block::Ending run_natively(const std::string& stream) {
    return block::execute_natively(witness_host::bytes_of(stream), native_memory()).ending;
}

inline block::Ending run_in_guest(const std::string& stream) {
    const auto run = vm::execute(*block_guest(), witness_host::bytes_of(stream));
    REQUIRE(run.ok());
    // What is stated, is stated with exit code 0 alone.
    REQUIRE((run->exit_code == 0 || run->output.empty()));
    return block::ending_of(*run);
}

/// The synthetic block, as a witness.
inline witness_host::ExecutionWitness sample_witness() {
    static const host::Sample sample = *host::make_sample({});
    witness_host::ExecutionWitness witness;
    const executor::ChainConfig config = *executor_host::parse_chain_file(sample.chain_file);
    std::uint8_t encoding[executor::kMaxChainConfigSize];
    witness.chain_config.assign(reinterpret_cast<const char*>(encoding),
                                executor::encode_chain_config(config, encoding));
    witness.chain_id = sample.chain_id;
    witness.block = sample.block;
    witness.headers = sample.headers;
    witness.nodes = sample.nodes;
    witness.codes = sample.codes;
    return witness;
}

}  // namespace sluice::test
