// Whole blocks of the comparison, run by the executor. SPDX-License-Identifier: MIT OR Apache-2.0
#include "differential/whole_block.h"

#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

#include "differential/rlp_tree.h"
#include "fixtures/host_state.h"
#include "fixtures/networks.h"
#include "fixtures/state_json.h"
#include "fixtures/state_run.h"
#include "sluice/base/keccak.h"
#include "sluice/block/record.h"
#include "sluice/executor/execute_block.h"
#include "sluice/executor/fork.h"
#include "sluice/witness_host/format_error.h"
#include "sluice/witness_host/hex.h"
#include "support/naive_trie.h"

namespace sluice::test {
namespace {

using Json = nlohmann::json;

// Places in a header.
enum HeaderItem : std::size_t {
    kStateRoot = 3,
    kTransactionsRoot = 4,
    kReceiptsRoot = 5,
    kLogsBloom = 6,
    kGasUsed = 10,
    kWithdrawalsRoot = 16,
    kBlobGasUsed = 17,
    kRequestsHash = 20,
};

RlpTree hash_item(const Hash32& hash) {
    return RlpTree::string(bytes_of(hash));
}

Hash32 list_root(const std::vector<Bytes>& values) {
    NaiveTrie::Leaves leaves;
    for (std::size_t i = 0; i < values.size(); ++i) leaves[nibbles_of(naive_rlp::integer(i))] = values[i];
    return NaiveTrie(std::move(leaves)).root();
}

class Results final : public executor::TransactionObserver {
 public:
    std::vector<Json> of_transactions;
    void on_transaction(const executor::TransactionOutcome& outcome) noexcept override {
        of_transactions.push_back({{"status", outcome.success ? 1 : 0},
                                   {"gasUsed", outcome.gas_used},
                                   {"logs", witness_host::to_hex(fixtures::hash_logs(outcome.logs))}});
    }
};

Json error_answer(std::string text) {
    return {{"error", std::move(text)}};
}

/// Runs the sealed block on its witness and from the streams; an empty text if all say that it is valid.
std::string stateless_difference(const witness_host::ExecutionWitness& witness, const Hash32& root,
                                 const block::NativeMemory& native) {
    const auto recorded = block::record(witness);
    if (!recorded.ok()) return absl::StrCat("recording: ", recorded.status().ToString());
    const block::Ending& ending = recorded->ending;
    if (ending.verdict != block::Verdict::valid) return absl::StrCat("recording: ", ending.message);
    if (!(ending.output.post_state_root == root)) return "recording: another state root";
    for (const auto mode : {witness::WitnessMode::eager, witness::WitnessMode::account, witness::WitnessMode::value}) {
        const auto stream = recorded->stream(mode);
        if (!stream.ok()) return absl::StrCat("stream: ", stream.status().ToString());
        const block::Ending run = block::execute_natively(witness_host::bytes_of(*stream), native).ending;
        if (run.verdict != block::Verdict::valid || run.public_output != ending.public_output) {
            return std::string(witness::witness_mode_name(mode)) + ": " + run.message;
        }
    }
    return {};
}

}  // namespace

Json run_block_here(const Json& request, Arena memory, const block::NativeMemory& native) {
    fixtures::CodeStore codes;
    const fixtures::HostState before = fixtures::read_state(request.at("pre"), codes);
    const auto config = fixtures::network_config(request.at("fork").get<std::string>(), Json::object());
    if (!config.ok()) return error_answer(std::string(config.status().message()));

    witness_host::ExecutionWitness witness;
    std::map<std::uint64_t, Hash32> hashes;
    for (const Json& text : request.at("headers")) {
        witness.headers.push_back(witness_host::parse_data(text.get<std::string>()).value());
        const std::string& header = witness.headers.back();
        hashes[RlpTree::decode(header).items.at(8).number().low64()] = keccak256(view(header));
    }
    RlpTree tree = RlpTree::decode(witness_host::parse_data(request.at("block").get<std::string>()).value());
    const std::vector<RlpTree> transactions = tree.items.at(1).items;
    RlpTree& header = tree.items.at(0);
    if (tree.items.size() > 3) {
        std::vector<Bytes> items;
        for (const RlpTree& item : tree.items[3].items) items.push_back(item.encode());
        header.items.at(kWithdrawalsRoot) = hash_item(list_root(items));
    }

    std::vector<Json> results(transactions.size());
    std::vector<std::size_t> kept;
    for (std::size_t i = 0; i < transactions.size(); ++i) kept.push_back(i);
    executor::BlockOutcome computed;
    for (;;) {
        tree.items[1].items.clear();
        std::vector<Bytes> envelopes;
        for (const std::size_t i : kept) {
            tree.items[1].items.push_back(transactions[i]);
            envelopes.push_back(transactions[i].is_list ? transactions[i].encode() : transactions[i].bytes);
        }
        header.items.at(kTransactionsRoot) = hash_item(list_root(envelopes));
        const std::string rlp = tree.encode();
        Diagnostics diagnostics;
        const auto parent = executor::decode_header(view(witness.headers.back()), diagnostics);
        const auto block = executor::decode_block(view(rlp), diagnostics);
        if (!parent.ok() || !block.ok()) return error_answer(witness_host::format_error(diagnostics.detail()));
        fixtures::HostStateSource source(before, codes, hashes);
        executor::ExecutionMemory execution_memory = executor::ExecutionMemory::over(memory);
        Results observed;
        executor::ExecutionExtras extras;
        extras.observer = &observed;
        extras.computed = &computed;
        computed = {};
        static_cast<void>(executor::execute_block(*config, *block, &*parent, before.root, source, execution_memory,
                                                  diagnostics, extras));
        if (!(computed.state_root == Hash32{})) {
            for (std::size_t i = 0; i < kept.size(); ++i) results[kept[i]] = observed.of_transactions.at(i);
            break;
        }
        const ErrorDetail& detail = diagnostics.detail();
        const std::string text = witness_host::format_error(detail);
        if (error_kind(detail.code) != ErrorKind::block) return error_answer(text);
        if (!std::string(error_name(detail.code)).starts_with("tx_") || detail.item >= kept.size()) {
            return {{"invalid", text}};
        }
        const auto rejected = kept.begin() + static_cast<std::ptrdiff_t>(detail.item);
        results[*rejected] = {{"status", "rejected"}, {"error", text}};
        kept.erase(rejected);
    }

    const std::string bloom(reinterpret_cast<const char*>(computed.logs_bloom.bytes), sizeof computed.logs_bloom.bytes);
    header.items.at(kStateRoot) = hash_item(computed.state_root);
    header.items.at(kReceiptsRoot) = hash_item(computed.receipts_root);
    header.items.at(kLogsBloom) = RlpTree::string(bloom);
    header.items.at(kGasUsed) = RlpTree::integer(computed.gas_used);
    if (header.items.size() > kBlobGasUsed) header.items[kBlobGasUsed] = RlpTree::integer(computed.blob_gas_used);
    if (header.items.size() > kRequestsHash) header.items[kRequestsHash] = hash_item(computed.requests_hash);
    witness.block = tree.encode();
    std::uint8_t encoded[executor::kMaxChainConfigSize];
    witness.chain_config.assign(reinterpret_cast<const char*>(encoded),
                                executor::encode_chain_config(*config, encoded));
    witness.nodes = before.nodes();
    for (const auto& [hash, code] : codes) witness.codes.push_back(code);
    const std::string difference = stateless_difference(witness, computed.state_root, native);
    if (!difference.empty()) return error_answer(difference);

    Json answer = {{"stateRoot", witness_host::to_hex(computed.state_root)},
                   {"receiptsRoot", witness_host::to_hex(computed.receipts_root)},
                   {"logsBloom", witness_host::to_hex(view(bloom))},
                   {"gasUsed", computed.gas_used},
                   {"results", results}};
    if (header.items.size() > kRequestsHash) answer["requestsHash"] = witness_host::to_hex(computed.requests_hash);
    return answer;
}

}  // namespace sluice::test
