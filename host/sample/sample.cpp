// Makes the sample block: state, ancestors, execution, header. SPDX-License-Identifier: MIT OR Apache-2.0
#include "sample/sample.h"

#include <memory>
#include <sys/mman.h>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"

#include "encoding/encoding.h"
#include "sample/transactions.h"
#include "sluice/base/keccak.h"
#include "sluice/block/run.h"
#include "sluice/executor/execute_block.h"
#include "sluice/executor/fees.h"
#include "sluice/executor/memory_state.h"
#include "sluice/executor_host/chain_file.h"
#include "sluice/files/files.h"
#include "sluice/witness/trie.h"
#include "sluice/witness_host/full_trie.h"

namespace sluice::host {
namespace {

constexpr std::uint64_t kAncestors = 8;
constexpr std::uint64_t kFirstNumber = 1000;
constexpr std::uint64_t kFirstTime = 1'800'000'000;
constexpr std::uint64_t kSlotSeconds = 12;
constexpr std::uint64_t kGasLimit = 36'000'000;
constexpr std::size_t kMemory = std::size_t{1} << 32;

std::string hex(std::string_view bytes) {
    return absl::StrCat("0x", absl::BytesToHexString({bytes.data(), bytes.size()}));
}

/// Every rule from the first block on; blob numbers of mainnet's BPO2.
executor::ChainConfig sample_config() {
    executor::ChainConfig config;
    config.chain_id = kSampleChainId;
    config.merge_block = 0;
    config.shanghai_time = config.cancun_time = config.prague_time = config.osaka_time = 0;
    config.deposit_contract = executor::mainnet_config().deposit_contract;
    config.blob_schedule_count = 1;
    config.blob_schedules[0] = {0, 14, 21, 11'684'671};
    return config;
}

/// The fields of a header that differ from block to block here.
struct HeaderFields {
    std::uint64_t number = 0;
    Hash32 parent_hash{};
    Hash32 state_root = kEmptyTrieRoot;
    Hash32 transactions_root = kEmptyTrieRoot;
    Hash32 receipts_root = kEmptyTrieRoot;
    Hash32 withdrawals_root = kEmptyTrieRoot;
    executor::Bloom bloom{};
    std::uint64_t gas_used = kGasLimit / 2;  // leaves the base fee as it is
    std::uint64_t blob_gas_used = 0;
    std::uint64_t excess_blob_gas = 0;
    Hash32 requests_hash{};
};

std::string encode_header(const HeaderFields& fields) {
    const auto text_hash = [](std::string_view name) { return keccak256(view(name)); };
    return rlp_list({
        rlp_hash(fields.parent_hash),
        rlp_hash(kEmptyListHash),
        rlp_address(Address::from(text_hash("sample coinbase").bytes.data())),
        rlp_hash(fields.state_root),
        rlp_hash(fields.transactions_root),
        rlp_hash(fields.receipts_root),
        rlp_string(bytes_of(fields.bloom.bytes)),
        rlp_integer(0),  // difficulty
        rlp_integer(fields.number),
        rlp_integer(kGasLimit),
        rlp_integer(fields.gas_used),
        rlp_integer(kFirstTime + kSlotSeconds * (fields.number - kFirstNumber)),
        rlp_string("sluice sample"),
        rlp_hash(text_hash(absl::StrCat("sample randao ", fields.number))),
        rlp_string(std::string(8, '\0')),  // nonce
        rlp_integer(kSampleBaseFee),
        rlp_hash(fields.withdrawals_root),
        rlp_integer(fields.blob_gas_used),
        rlp_integer(fields.excess_blob_gas),
        rlp_hash(text_hash(absl::StrCat("sample beacon root ", fields.number))),
        rlp_hash(fields.requests_hash),
    });
}

/// A few withdrawals, one of them of nothing and one to a new account.
std::vector<std::string> withdrawals() {
    std::vector<std::string> items;
    for (std::uint64_t i = 0; i < 8; ++i) {
        const Address address = Signer(absl::StrCat("sample validator ", i % 6)).address();
        items.push_back(
            rlp_list({rlp_integer(5000 + i), rlp_integer(70 + i), rlp_address(address), rlp_integer(i * 1'000'003)}));
    }
    return items;
}

/// The parent state as tries.
absl::Status build_state(Sample& sample) {
    std::map<Hash32, std::string> leaves;
    for (const auto& [address, account] : sample_state()) {
        witness::AccountInfo info;
        info.exists = true;
        info.nonce = account.nonce;
        info.balance = account.balance;
        if (!account.code.empty()) {
            info.code_hash = keccak256(view(account.code));
            sample.codes.push_back(account.code);
        }
        std::map<Hash32, std::string> slots;
        for (const auto& [slot, value] : account.storage) slots[keccak256(slot.view())] = rlp_integer(value);
        witness_host::FullTrie storage = witness_host::build_full_trie(slots);
        info.storage_root = storage.root;
        for (std::string& node : storage.nodes) sample.nodes.push_back(std::move(node));
        leaves[keccak256(address.view())] = rlp_list({rlp_integer(info.nonce), rlp_integer(info.balance),
                                                      rlp_hash(info.storage_root), rlp_hash(info.code_hash)});
    }
    witness_host::FullTrie state = witness_host::build_full_trie(leaves);
    sample.parent_state_root = state.root;
    for (std::string& node : state.nodes) sample.nodes.push_back(std::move(node));
    return absl::OkStatus();
}

std::vector<ByteView> views(const std::vector<std::string>& strings) {
    std::vector<ByteView> out;
    out.reserve(strings.size());
    for (const std::string& bytes : strings) out.push_back(view(bytes));
    return out;
}

/// Executes `sample.block` on the parent state. `computed` is filled as far as execution came.
absl::Status execute(const executor::ChainConfig& config, const Sample& sample, executor::BlockOutcome& computed) {
    const auto memory_region = block::NativeMemory::reserve(kMemory);
    if (!memory_region.ok()) return memory_region.status();
    Arena whole = memory_region->arena();
    Arena state_arena = whole.split_off(kMemory / 2);
    Diagnostics diagnostics;
    const auto failure = [&](ErrorCode code) {
        return absl::InternalError(
            absl::StrCat("sample block: ", block::ending_of(code, diagnostics.detail()).message));
    };
    const auto decoded = executor::decode_block(view(sample.block), diagnostics);
    if (!decoded.ok()) return failure(decoded.error());
    const auto parent = executor::decode_header(view(sample.headers.back()), diagnostics);
    if (!parent.ok()) return failure(parent.error());
    const executor::ParentLink link{parent->number, parent->hash(), parent->state_root, parent->parent_hash};
    executor::MemoryState state(link, state_arena, diagnostics);
    const std::vector<ByteView> nodes = views(sample.nodes);
    const std::vector<ByteView> codes = views(sample.codes);
    const std::vector<ByteView> headers = views(sample.headers);
    executor::FullWitness witness;
    witness.nodes = nodes;
    witness.codes = codes;
    witness.headers = headers;
    if (const ErrorCode code = state.load(witness); failed(code)) return failure(code);
    executor::ExecutionMemory memory = executor::ExecutionMemory::over(whole);
    executor::ExecutionExtras extras;
    extras.computed = &computed;
    const auto outcome =
        executor::execute_block(config, *decoded, &*parent, link.state_root, state, memory, diagnostics, extras);
    if (!outcome.ok()) return failure(outcome.error());
    return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Sample> make_sample(const SampleOptions& options) {
    if (options.transactions < 100 || options.transactions > 1000) {
        return absl::InvalidArgumentError(
            absl::StrCat("number of sample transactions: expected 100 to 1000, found ", options.transactions));
    }
    const executor::ChainConfig config = sample_config();
    Sample sample;
    sample.chain_id = config.chain_id;
    sample.chain_file = executor_host::format_chain_file(config);
    if (const absl::Status status = build_state(sample); !status.ok()) return status;

    // sha256 of nothing: no requests (EIP-7685).
    const std::string no_requests = from_hex("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    HeaderFields fields;
    fields.requests_hash = Hash32::from(view(no_requests).data());
    fields.parent_hash = keccak256(view("sample genesis"));
    for (std::uint64_t i = 0; i < kAncestors; ++i) {
        fields.number = kFirstNumber + i;
        if (i + 1 == kAncestors) fields.state_root = sample.parent_state_root;
        sample.headers.push_back(encode_header(fields));
        fields.parent_hash = keccak256(view(sample.headers.back()));
    }

    SampleTransactions transactions = sample_transactions(options.transactions);
    const std::vector<std::string> withdrawal_items = withdrawals();
    sample.kinds = transactions.kinds;
    fields.number = kFirstNumber + kAncestors;
    fields.blob_gas_used = transactions.blobs * executor::kGasPerBlob;
    fields.gas_used = kGasLimit;
    {
        const auto memory = block::NativeMemory::reserve(kMemory);
        if (!memory.ok()) return memory.status();
        Arena arena = memory->arena();
        const std::vector<ByteView> envelopes = views(transactions.envelopes);
        const std::vector<ByteView> items = views(withdrawal_items);
        const auto transactions_root = witness::ordered_root(envelopes, arena);
        const auto withdrawals_root = witness::ordered_root(items, arena);
        if (!transactions_root.ok() || !withdrawals_root.ok())
            return absl::InternalError("sample block: arena exhausted");
        fields.transactions_root = *transactions_root;
        fields.withdrawals_root = *withdrawals_root;
    }
    const auto assemble = [&] {
        return rlp_list(
            {encode_header(fields), rlp_list(transactions.items), rlp_list({}), rlp_list(withdrawal_items)});
    };

    // The first run computes what the header has to say; its failure at the comparison with the header is expected.
    sample.block = assemble();
    executor::BlockOutcome computed;
    const absl::Status first = execute(config, sample, computed);
    if (computed.transaction_count != transactions.items.size()) return first;
    fields.state_root = computed.state_root;
    fields.receipts_root = computed.receipts_root;
    fields.bloom = computed.logs_bloom;
    fields.gas_used = computed.gas_used;
    fields.requests_hash = computed.requests_hash;
    sample.block = assemble();
    if (const absl::Status status = execute(config, sample, computed); !status.ok()) return status;
    sample.number = fields.number;
    sample.gas_used = computed.gas_used;
    sample.hash = keccak256(view(encode_header(fields)));
    return sample;
}

absl::Status write_sample(const Sample& sample, const std::string& folder) {
    const auto hex_list = [](const std::vector<std::string>& strings) {
        nlohmann::json list = nlohmann::json::array();
        for (const std::string& bytes : strings) list.push_back(hex(bytes));
        return list;
    };
    const nlohmann::json witness = {{"state", hex_list(sample.nodes)},
                                    {"codes", hex_list(sample.codes)},
                                    {"keys", nlohmann::json::array()},
                                    {"headers", hex_list(sample.headers)}};
    nlohmann::json kinds;
    for (const auto& [kind, count] : sample.kinds) kinds[kind] = count;
    const nlohmann::json meta = {{"number", sample.number},
                                 {"hash", hex(bytes_of(sample.hash.view()))},
                                 {"chainId", sample.chain_id},
                                 {"gasUsed", sample.gas_used},
                                 {"parentStateRoot", hex(bytes_of(sample.parent_state_root.view()))},
                                 {"transactions", kinds}};
    for (const auto& [name, bytes] : {std::pair<const char*, std::string>{"block.rlp", sample.block},
                                      {"witness.json", witness.dump()},
                                      {"chain.json", sample.chain_file},
                                      {"meta.json", meta.dump(2) + "\n"}}) {
        if (const absl::Status status = files::write_file(absl::StrCat(folder, "/", name), bytes); !status.ok())
            return status;
    }
    return absl::OkStatus();
}

}  // namespace sluice::host
