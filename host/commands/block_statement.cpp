// See block_statement.h. SPDX-License-Identifier: MIT OR Apache-2.0
#include "commands/block_statement.h"

#include <cstdio>

#include "absl/strings/str_cat.h"

#include "sluice/witness_host/hex.h"

namespace sluice::host {

using witness_host::to_hex;

absl::StatusOr<executor::PublicOutput> block_statement(ByteView output) {
    const auto statement = executor::decode_public_output(output);
    if (statement.ok()) return *statement;
    return absl::InvalidArgumentError(absl::StrCat("the public output of ", output.size(),
                                                   " bytes is not a block's, which has ", executor::PublicOutput::kSize,
                                                   " of version 1"));
}

nlohmann::json to_json(const executor::PublicOutput& statement) {
    return {{"block_number", statement.block_number},
            {"block_hash", to_hex(statement.block_hash)},
            {"parent_hash", to_hex(statement.parent_hash)},
            {"pre_state_root", to_hex(statement.pre_state_root)},
            {"post_state_root", to_hex(statement.post_state_root)},
            {"chain_config_hash", to_hex(statement.chain_config_hash)},
            {"anchored", statement.anchored ? 1 : 0}};
}

void print_statement(const executor::PublicOutput& statement) {
    std::printf("  block %llu, hash %s, is valid under the chain configuration %s\n",
                static_cast<unsigned long long>(statement.block_number), to_hex(statement.block_hash).c_str(),
                to_hex(statement.chain_config_hash).c_str());
    std::printf("  parent %s\n  state root before it %s\n  state root after it  %s\n",
                to_hex(statement.parent_hash).c_str(), to_hex(statement.pre_state_root).c_str(),
                to_hex(statement.post_state_root).c_str());
    if (!statement.anchored) {
        std::printf("  anchored 0: state root before it and older hashes are claims of the input, bound to nothing\n");
    }
}

}  // namespace sluice::host
