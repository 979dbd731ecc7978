// The flags that choose a block, and the block they choose. SPDX-License-Identifier: MIT OR Apache-2.0
#include "commands/input.h"

#include <cstdio>
#include <filesystem>
#include <map>
#include <unistd.h>

#include "absl/strings/str_cat.h"

#include "rpc/fetch.h"
#include "sluice/executor_host/chain_file.h"
#include "sluice/files/files.h"
#include "sluice/witness_host/block_folder.h"
#include "sluice/witness_host/block_json.h"
#include "sluice/witness_host/hex.h"
#include "sluice/witness_host/input_file.h"
#include "sluice/witness_host/witness_json.h"

namespace sluice::host {
namespace {

using witness_host::ExecutionWitness;
using witness_host::InputFile;

/// Puts the rules of a chain file into the witness.
absl::Status set_chain(ExecutionWitness& witness, const std::string& chain_file) {
    auto text = files::read_file(chain_file);
    if (!text.ok()) return text.status();
    const auto config = executor_host::parse_chain_file(*text);
    if (!config.ok()) {
        return absl::Status(config.status().code(), absl::StrCat(chain_file, ": ", config.status().message()));
    }
    std::uint8_t encoding[executor::kMaxChainConfigSize];
    const std::size_t size = executor::encode_chain_config(*config, encoding);
    witness.chain_id = config->chain_id;
    witness.chain_config.assign(reinterpret_cast<const char*>(encoding), size);
    return absl::OkStatus();
}

/// A file of the cache folder, which has to hold the block that its name says.
absl::StatusOr<InputFile> read_cached(const std::string& path, const BlockId& id) {
    auto file = witness_host::read_input_file(path);
    if (!file.ok()) {
        return absl::FailedPreconditionError(
            absl::StrCat(file.status().message(), "; remove this file of the cache folder to fetch the block again"));
    }
    const std::string found = absl::StrCat("chain ", file->chain_id, ", block ", file->block_number, ", hash ",
                                           witness_host::to_hex(file->block_hash));
    const std::string expected = absl::StrCat("chain ", id.chain_id, ", block ", id.number, ", hash ", id.hash);
    if (found == expected) return file;
    return absl::FailedPreconditionError(
        absl::StrCat(path, ": expected ", expected, "; found ", found, "; remove this file of the cache folder"));
}

absl::StatusOr<InputFile> fetch(const InputOptions& options) {
    RpcClient client(options.rpc_url);
    const auto id = resolve_block(client, options.block.empty() ? "latest" : options.block, options.chain_id);
    if (!id.ok()) return id.status();
    const std::string cached = options.cache_dir.empty() ? std::string()
                                                         : absl::StrCat(options.cache_dir, "/", id->chain_id, "/",
                                                                        id->number, "-", id->hash, ".bin");
    if (!cached.empty() && std::filesystem::exists(cached)) return read_cached(cached, *id);

    const auto fetched = fetch_block(client, *id);
    if (!fetched.ok()) return fetched.status();
    const auto provider_fault = [&](const absl::Status& status) {
        return absl::Status(absl::StatusCode::kUnavailable,
                            absl::StrCat(client.provider(), " gave an unfit answer: ", status.message()));
    };
    auto block = witness_host::block_from_json(fetched->block);
    if (!block.ok()) return provider_fault(block.status());
    const auto identity = witness_host::identify_block(*block);
    if (!identity.ok()) return provider_fault(identity.status());
    if (witness_host::to_hex(identity->hash) != id->hash) {
        return provider_fault(absl::InternalError(
            absl::StrCat("block hash: expected ", id->hash, ", found ", witness_host::to_hex(identity->hash))));
    }
    auto arrays = witness_host::witness_from_json(fetched->witness);
    if (!arrays.ok()) return provider_fault(arrays.status());
    auto witness = witness_host::make_witness(*std::move(block), *std::move(arrays));
    if (!witness.ok()) return provider_fault(witness.status());
    witness->chain_id = id->chain_id;
    auto file = witness_host::make_input_file(*std::move(witness));
    if (!file.ok() || cached.empty()) return file;
    if (const absl::Status status = witness_host::write_input_file(cached, *file); !status.ok()) return status;
    return file;
}

absl::StatusOr<InputFile> read(const InputOptions& options) {
    namespace fs = std::filesystem;
    absl::StatusOr<ExecutionWitness> witness;
    if (!options.witness_json.empty()) {
        witness = witness_host::read_block_files(options.input, options.witness_json);
    } else if (fs::is_directory(options.input)) {
        witness = witness_host::read_block_folder(options.input);
        const std::string beside = absl::StrCat(options.input, "/chain.json");
        if (witness.ok() && options.chain_file.empty() && fs::exists(beside)) {
            if (const absl::Status status = set_chain(*witness, beside); !status.ok()) return status;
        }
    } else {
        auto bytes = files::read_compressed_file(options.input);
        if (!bytes.ok()) return bytes.status();
        auto file = witness_host::is_input_file(*bytes) ? witness_host::decode_input_file(*bytes)
                                                        : witness_host::make_input_file(*std::move(bytes));
        if (!file.ok()) {
            return absl::Status(file.status().code(), absl::StrCat(options.input, ": ", file.status().message()));
        }
        return file;
    }
    if (!witness.ok()) return witness.status();
    return witness_host::make_input_file(*std::move(witness));
}

/// Puts the rules of --chain in the place of those that the input came with. What a node says of its chain, or a stream
/// of its rules, stays.
absl::Status apply_chain_option(InputFile& file, const InputOptions& options) {
    if (options.chain_file.empty()) return absl::OkStatus();
    auto* witness = std::get_if<ExecutionWitness>(&file.content);
    if (witness == nullptr) {
        return absl::InvalidArgumentError(
            "--chain: the input is a stream, which carries its rules; use a whole witness");
    }
    if (const absl::Status status = set_chain(*witness, options.chain_file); !status.ok()) return status;
    if (!options.rpc_url.empty() && witness->chain_id != file.chain_id) {
        return absl::FailedPreconditionError(absl::StrCat(options.chain_file, ": chain id: expected ", file.chain_id,
                                                          ", which the node serves, found ", witness->chain_id));
    }
    file.chain_id = witness->chain_id;
    return absl::OkStatus();
}

}  // namespace

void InputOptions::add_to(CLI::App& app) {
    app.add_option("--input", input, "Folder (block.rlp, witness.json.gz, meta.json), input file, or block file")
        ->check(CLI::ExistingPath);
    app.add_option("--witness-json", witness_json, "debug_executionWitness JSON, with a block file as --input")
        ->check(CLI::ExistingFile);
    app.add_option("--rpc-url", rpc_url, "Node with debug_executionWitness");
    app.add_option("--block,--block-number", block, "With --rpc-url: number, 0xhash or latest");
    app.add_option("--chain-id", chain_id, "Chain id that the node or input must have");
    app.add_option("--chain", chain_file, "Chain file in the form of geth's genesis `config` (default: mainnet)")
        ->check(CLI::ExistingFile);
    app.add_option("--cache-dir", cache_dir, "Keeps fetched blocks as {chain}/{number}-{hash}.bin");
}

absl::Status InputOptions::check() const {
    if (input.empty() == rpc_url.empty()) {
        return absl::InvalidArgumentError("name a block: either --input or --rpc-url");
    }
    if (!block.empty() && !is_block_selector(block)) {
        return absl::InvalidArgumentError(absl::StrCat(
            "--block: expected a number, a hash of 0x and 64 digits, latest, safe or finalized, found ", block));
    }
    if (!input.empty() && !block.empty()) {
        return absl::InvalidArgumentError("--block goes with --rpc-url, not with --input");
    }
    if (input.empty() && !witness_json.empty()) {
        return absl::InvalidArgumentError("--witness-json goes with a block file as --input");
    }
    return absl::OkStatus();
}

absl::StatusOr<InputFile> load_input(const InputOptions& options) {
    auto file = options.rpc_url.empty() ? read(options) : fetch(options);
    if (!file.ok()) return file;
    if (const absl::Status status = apply_chain_option(*file, options); !status.ok()) return status;
    if (options.chain_id.has_value() && *options.chain_id != file->chain_id) {
        return absl::FailedPreconditionError(
            absl::StrCat("chain id: expected ", *options.chain_id, ", the input is of chain ", file->chain_id));
    }
    if (auto* witness = std::get_if<ExecutionWitness>(&file->content);
        witness != nullptr && witness->chain_config.empty() &&
        witness->chain_id != executor::mainnet_config().chain_id) {
        return absl::FailedPreconditionError(
            absl::StrCat("no built-in rules for chain ", witness->chain_id, ": name a chain file with --chain"));
    }
    return file;
}

void WitnessOption::add_to(CLI::App& app) {
    static const std::map<std::string, witness::WitnessMode> kModes = {{"eager", witness::WitnessMode::eager},
                                                                       {"account", witness::WitnessMode::account},
                                                                       {"value", witness::WitnessMode::value}};
    app.add_option("--witness", mode, "Witness mode: eager, account or value (default)")
        ->transform(CLI::CheckedTransformer(kModes, CLI::ignore_case));
}

Exit fail(const absl::Status& status) {
    std::fprintf(stderr, "sluice: %s\n", std::string(status.message()).c_str());
    switch (status.code()) {
        case absl::StatusCode::kInvalidArgument:
        case absl::StatusCode::kDataLoss:
            return Exit::invalid;
        case absl::StatusCode::kNotFound:
        case absl::StatusCode::kAlreadyExists:
        case absl::StatusCode::kUnavailable:
        case absl::StatusCode::kUnimplemented:
        case absl::StatusCode::kFailedPrecondition:
        case absl::StatusCode::kResourceExhausted:
        case absl::StatusCode::kPermissionDenied:
            return Exit::environment;
        default:
            return Exit::internal;
    }
}

Exit fail_usage(const absl::Status& status) {
    fail(status);
    return Exit::usage;
}

std::string default_guest_path() {
    std::error_code error;
    const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", error);
    return (self.parent_path().parent_path() / "guest" / "block.elf").string();
}

}  // namespace sluice::host
