// Fetching by hash after the first look-up. SPDX-License-Identifier: MIT OR Apache-2.0
#include "rpc/fetch.h"

#include <algorithm>
#include <cctype>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace sluice::host {
namespace {

absl::StatusOr<std::uint64_t> quantity(const nlohmann::json& value, const std::string& what) {
    std::uint64_t number = 0;
    if (!value.is_string() || value.get_ref<const std::string&>().rfind("0x", 0) != 0 ||
        !absl::SimpleHexAtoi(value.get_ref<const std::string&>(), &number)) {
        return absl::InternalError(absl::StrCat(what, ": expected a hex quantity, found ", value.dump()));
    }
    return number;
}

bool is_hash(const std::string& text) {
    return text.size() == 66 && text.rfind("0x", 0) == 0 &&
           std::all_of(text.begin() + 2, text.end(), [](unsigned char c) { return std::isxdigit(c) != 0; });
}

}  // namespace

bool is_block_selector(const std::string& text) {
    std::uint64_t number = 0;
    if (text.rfind("0x", 0) == 0) return is_hash(text) || (text.size() <= 18 && absl::SimpleHexAtoi(text, &number));
    return text == "latest" || text == "safe" || text == "finalized" || absl::SimpleAtoi(text, &number);
}

absl::StatusOr<BlockId> resolve_block(RpcClient& client, const std::string& selector,
                                      std::optional<std::uint64_t> expected_chain_id) {
    BlockId id;
    auto chain = client.call("eth_chainId", nlohmann::json::array());
    if (!chain.ok()) return chain.status();
    auto chain_id = quantity(*chain, absl::StrCat("eth_chainId at ", client.provider()));
    if (!chain_id.ok()) return chain_id.status();
    id.chain_id = *chain_id;
    if (expected_chain_id.has_value() && *expected_chain_id != id.chain_id) {
        return absl::FailedPreconditionError(
            absl::StrCat("chain id: expected ", *expected_chain_id, ", ", client.provider(), " serves ", id.chain_id));
    }

    std::string method = "eth_getBlockByNumber";
    std::string argument = selector;
    std::uint64_t number = 0;
    if (is_hash(selector)) {
        method = "eth_getBlockByHash";
    } else if (absl::SimpleAtoi(selector, &number)) {
        argument = absl::StrCat("0x", absl::Hex(number));
    } else if (!is_block_selector(selector)) {
        return absl::InvalidArgumentError(
            absl::StrCat("block: expected a number, a hash, latest, safe or finalized, found ", selector));
    }
    auto block = client.call(method, {argument, false});
    if (!block.ok()) return block.status();
    if (!block->is_object() || !block->contains("hash") || !(*block)["hash"].is_string() ||
        !is_hash((*block)["hash"].get_ref<const std::string&>()) || !block->contains("number")) {
        return absl::NotFoundError(absl::StrCat(client.provider(), " has no block ", selector));
    }
    id.hash = absl::AsciiStrToLower((*block)["hash"].get<std::string>());
    auto block_number = quantity((*block)["number"], absl::StrCat(method, " at ", client.provider(), ": number"));
    if (!block_number.ok()) return block_number.status();
    id.number = *block_number;
    return id;
}

absl::StatusOr<FetchedBlock> fetch_block(RpcClient& client, const BlockId& id) {
    FetchedBlock fetched{id.chain_id, id.number, id.hash, {}, {}};
    auto block = client.call("eth_getBlockByHash", {id.hash, true});
    if (!block.ok()) return block.status();
    if (!block->is_object()) {
        return absl::NotFoundError(
            absl::StrCat(client.provider(), " no longer has block ", id.hash, "; was it reorganised away?"));
    }
    fetched.block = *std::move(block);

    // The proposed standard takes a hash too; reth has a method of its own for hashes.
    absl::StatusOr<nlohmann::json> witness = client.call("debug_executionWitness", {id.hash});
    if (rpc_error_code(witness.status()) == kRpcInvalidParams) {
        auto by_hash = client.call("debug_executionWitnessByBlockHash", {id.hash});
        if (by_hash.ok()) witness = std::move(by_hash);
    }
    if (rpc_error_code(witness.status()) == kRpcMethodNotFound) {
        return absl::UnimplementedError(absl::StrCat(
            client.provider(),
            " does not offer debug_executionWitness. Clients that have it: reth (--http.api debug), geth "
            "(--http.api debug), Nethermind and Erigon (debug module enabled); hosted providers often leave it out"));
    }
    if (!witness.ok()) return witness.status();
    if (!witness->is_object() || !witness->contains("state")) {
        return absl::InternalError(absl::StrCat("debug_executionWitness at ", client.provider(),
                                                ": expected an object with `state`, found ", witness->type_name()));
    }
    fetched.witness = *std::move(witness);
    return fetched;
}

}  // namespace sluice::host
