// Real and synthetic blocks, natively and in the guest, in every witness mode. SPDX-License-Identifier: MIT OR
// Apache-2.0
#include <algorithm>
#include <filesystem>
#include <functional>

#include "nlohmann/json.hpp"

#include "block/block_case.h"
#include "sluice/base/rlp.h"
#include "sluice/vm/shards.h"
#include "sluice/witness_host/hex.h"
#include "sluice/witness_host/records.h"

using namespace sluice;
using namespace sluice::test;

namespace {

std::vector<std::string> folders(const std::string& set) {
    std::vector<std::string> paths;
    for (const auto& entry : std::filesystem::directory_iterator(test_data() + "/" + set))
        paths.push_back(entry.path());
    std::sort(paths.begin(), paths.end());
    return paths;
}

/// Blocks whose guest runs take seconds rather than fractions.
bool is_large(const std::string& folder) {
    return folder.find("23879620") != std::string::npos;
}

void check_in_all_modes(const witness_host::ExecutionWitness& witness, const std::string& name) {
    INFO(name);
    const auto recorded = block::record(witness);
    INFO(recorded.status());
    REQUIRE(recorded.ok());
    INFO(recorded->ending.message);
    REQUIRE(recorded->ending.verdict == block::Verdict::valid);
    const auto identity = witness_host::identify_block(witness.block);
    REQUIRE(identity.ok());
    REQUIRE(recorded->ending.output.block_hash == identity->hash);
    REQUIRE(recorded->ending.output.post_state_root == identity->state_root);
    REQUIRE(recorded->ending.output.anchored == !witness.unanchored.has_value());
    for (const witness::WitnessMode mode : kModes) {
        INFO(witness::witness_mode_name(mode));
        const auto stream = recorded->stream(mode);
        REQUIRE(stream.ok());
        const block::Ending native = run_natively(*stream);
        INFO(native.message);
        REQUIRE(native.public_output == recorded->ending.public_output);
        if (!block_guest().has_value() || is_large(name)) continue;
        const block::Ending guest = run_in_guest(*stream);
        INFO(guest.message);
        REQUIRE(guest.public_output == recorded->ending.public_output);
    }
}

/// The fields of a list, each with its header.
std::vector<std::string> list_fields(ByteView list) {
    rlp::Reader outer(list);
    rlp::Reader inner = *outer.list();
    std::vector<std::string> fields;
    while (!inner.done()) fields.push_back(witness_host::string_of(*inner.raw()));
    return fields;
}

std::string encode_list(const std::vector<std::string>& fields) {
    std::string payload;
    for (const std::string& field : fields) payload += field;
    std::string header(rlp::length_of_header(payload.size()), '\0');
    rlp::put_list_header(reinterpret_cast<std::uint8_t*>(header.data()), payload.size());
    return header + payload;
}

std::string with_block(const std::string& stream, const std::string& block) {
    Diagnostics diagnostics;
    auto header = *witness::decode_stream_header(witness_host::bytes_of(stream), diagnostics);
    const auto identity = *witness_host::identify_block(block);
    header.block_hash = identity.hash;
    header.block_number = identity.number;
    header.timestamp = identity.timestamp;
    witness_host::RecordWriter writer(header);
    const auto items = witness_host::list_stream(witness_host::bytes_of(stream));
    REQUIRE(items.ok());
    for (const witness::WitnessItem& item : *items) {
        if (item.kind == witness::RecordKind::current_block) {
            writer.add(item.kind, std::string_view(block));
        } else {
            writer.add(item.kind, item.payload);
        }
    }
    return *std::move(writer).take();
}

/// A header field changed, by its place in the list, and the errors that may name it.
struct HeaderChange {
    const char* name;
    std::size_t field;
    std::vector<ErrorCode> errors;
};
const HeaderChange kHeaderChanges[] = {
    {"parent hash", 0, {ErrorCode::header_parent_hash, ErrorCode::stream_header_chain}},
    {"ommers hash", 1, {ErrorCode::header_ommers_hash}},
    {"coinbase",
     2,
     {ErrorCode::block_state_root, ErrorCode::trie_wrong_account, ErrorCode::stream_wrong_item,
      ErrorCode::block_gas_used}},
    {"state root", 3, {ErrorCode::block_state_root}},
    {"transactions root", 4, {ErrorCode::block_transactions_root}},
    {"receipts root", 5, {ErrorCode::block_receipts_root}},
    {"logs bloom", 6, {ErrorCode::block_logs_bloom}},
    {"difficulty", 7, {ErrorCode::header_difficulty}},
    {"number", 8, {ErrorCode::header_number}},
    {"gas limit", 9, {ErrorCode::header_gas_limit_step}},
    {"gas used", 10, {ErrorCode::block_gas_used}},
    {"timestamp", 11, {ErrorCode::header_timestamp}},
    {"extra data", 12, {ErrorCode::header_extra_data}},
    {"nonce", 14, {ErrorCode::header_nonce}},
    {"base fee", 15, {ErrorCode::header_base_fee}},
    {"withdrawals root", 16, {ErrorCode::block_withdrawals_root}},
    {"blob gas used", 17, {ErrorCode::header_blob_gas_used}},
    {"excess blob gas", 18, {ErrorCode::header_excess_blob_gas}},
    // EIP-4788 stores it: the state root is another one.
    {"parent beacon root", 19, {ErrorCode::block_state_root}},
    {"requests hash", 20, {ErrorCode::block_requests_hash}},
};

std::string integer(std::uint64_t value) {
    std::string out(rlp::length_of_uint64(value), '\0');
    rlp::put_uint64(reinterpret_cast<std::uint8_t*>(out.data()), value);
    return out;
}

/// The field with another value of the same form.
std::string changed(const HeaderChange& change, const std::string& field) {
    rlp::Reader reader(witness_host::bytes_of(field));
    switch (change.field) {
        case 7:
            return integer(1);
        case 8:
            return integer(*reader.uint64() + 1);
        case 9:
            return integer(*reader.uint64() * 2);
        case 10:
        case 15:
            return integer(*reader.uint64() - 1);
        case 11:
            return integer(*reader.uint64() - 100'000);
        case 12:
            return "\xa1" + std::string(33, 'x');
        case 17:
        case 18:
            return integer(*reader.uint64() + 131'072);
        default: {
            std::string other = field;
            other.back() = static_cast<char>(other.back() ^ 1);
            return other;
        }
    }
}

}  // namespace

TEST_CASE("the synthetic block gives one public output natively and in the guest, in every mode") {
    check_in_all_modes(sample_witness(), "sample");
}

TEST_CASE("every real block gives one public output natively and in the guest, in every mode") {
    if (test_data().empty()) SLUICE_SKIP_NO_DATA("mainnet blocks");
    for (const std::string set : {"mainnet", "mainnet-noparent"}) {
        for (const std::string& folder : folders(set)) {
            const auto witness = witness_host::read_block_folder(folder);
            INFO(folder << " " << witness.status());
            REQUIRE(witness.ok());
            check_in_all_modes(*witness, folder);
        }
    }
}

TEST_CASE("the guest was built, so that blocks are run in it") {
    if (std::string(SLUICE_BLOCK_GUEST).empty()) SLUICE_SKIP("no RISC-V tools: the guest is not built");
    REQUIRE(block_guest().has_value());
}

TEST_CASE("a witness that lacks a node fails cleanly, naming the node and its path") {
    if (test_data().empty()) SLUICE_SKIP_NO_DATA("mainnet blocks");
    for (const std::string& folder : folders("mainnet-incomplete")) {
        const auto witness = witness_host::read_block_folder(folder);
        REQUIRE(witness.ok());
        const auto recorded = block::record(*witness);
        REQUIRE(recorded.ok());
        REQUIRE(recorded->ending.verdict == block::Verdict::bad_witness);
        REQUIRE(recorded->ending.error.code == ErrorCode::trie_missing_node);
        REQUIRE(recorded->ending.error.path_size > 0);
        REQUIRE(recorded->ending.error.storage_path == 1);
        REQUIRE(recorded->ending.message.find("0x") != std::string::npos);
    }
}

TEST_CASE("each header field that a rule binds is refused when changed, natively and in the guest, by name") {
    if (test_data().empty()) SLUICE_SKIP_NO_DATA("mainnet blocks");
    // From Paris to Osaka with its blob forks.
    for (const std::string number : {"16424145", "18884864", "21429063", "21688509", "25134887"}) {
        const auto witness = witness_host::read_block_folder(test_data() + "/mainnet/" + number);
        REQUIRE(witness.ok());
        const auto recorded = block::record(*witness);
        REQUIRE(recorded.ok());
        const auto stream = recorded->stream(witness::WitnessMode::value);
        REQUIRE(stream.ok());
        std::vector<std::string> parts = list_fields(witness_host::bytes_of(witness->block));
        const std::vector<std::string> header = list_fields(witness_host::bytes_of(parts[0]));
        REQUIRE(run_natively(with_block(*stream, witness->block)).verdict == block::Verdict::valid);
        for (const HeaderChange& change : kHeaderChanges) {
            if (change.field >= header.size()) continue;
            INFO("block " << number << ", " << change.name);
            std::vector<std::string> fields = header;
            fields[change.field] = changed(change, header[change.field]);
            REQUIRE(fields[change.field] != header[change.field]);
            parts[0] = encode_list(fields);
            const std::string forged = with_block(*stream, encode_list(parts));
            const block::Ending native = run_natively(forged);
            INFO(native.message);
            REQUIRE(native.verdict != block::Verdict::valid);
            CHECK(std::find(change.errors.begin(), change.errors.end(), native.error.code) != change.errors.end());
            // Computed and expected are shown.
            REQUIRE(native.message.find("expected") != std::string::npos);
            if (block_guest().has_value()) {
                const block::Ending guest = run_in_guest(forged);
                REQUIRE(guest.error.code == native.error.code);
                REQUIRE(guest.message == native.message);
            }
            // The invalid block's own streams say the same; there are none if the witness is not that of the changed
            // block.
            witness_host::ExecutionWitness changed_block = *witness;
            changed_block.block = encode_list(parts);
            const auto again = block::record(changed_block);
            if (!again.ok()) {
                REQUIRE(change.field == 0);  // refused before anything runs
                continue;
            }
            if (!again->has_stream()) {
                REQUIRE(again->ending.verdict == block::Verdict::bad_witness);
                continue;
            }
            for (const witness::WitnessMode mode : kModes) {
                const block::Ending ending = run_natively(*again->stream(mode));
                INFO(witness::witness_mode_name(mode) << ": " << ending.message);
                REQUIRE(ending.verdict == block::Verdict::invalid_block);
                REQUIRE(ending.message == again->ending.message);
                CHECK(std::find(change.errors.begin(), change.errors.end(), ending.error.code) != change.errors.end());
            }
        }
    }
}

TEST_CASE("an invalid block has a stream in every mode that ends in its error, natively and in the guest") {
    const witness_host::ExecutionWitness valid = sample_witness();
    const std::vector<std::string> parts = list_fields(witness_host::bytes_of(valid.block));
    const std::vector<std::string> transactions = list_fields(witness_host::bytes_of(parts[1]));
    const auto with = [&](std::size_t part, std::string replacement) {
        std::vector<std::string> changed = parts;
        changed[part] = std::move(replacement);
        return encode_list(changed);
    };
    const auto with_transactions = [&](const std::function<void(std::vector<std::string>&)>& edit) {
        std::vector<std::string> list = transactions;
        edit(list);
        return with(1, encode_list(list));
    };
    const auto with_header = [&](std::size_t field) {
        std::vector<std::string> fields = list_fields(witness_host::bytes_of(parts[0]));
        fields[field].back() = static_cast<char>(fields[field].back() ^ 1);
        return with(0, encode_list(fields));
    };
    const std::size_t middle = transactions.size() / 2;
    struct Invalid {
        const char* name;
        std::string block;
        ErrorCode error;
        std::uint64_t item;
    };
    const Invalid cases[] = {
        // Before anything is asked of the state.
        {"extra data",
         with(0,
              [&] {
                  std::vector<std::string> fields = list_fields(witness_host::bytes_of(parts[0]));
                  fields[12] = "\xa1" + std::string(33, 'x');
                  return encode_list(fields);
              }()),
         ErrorCode::header_extra_data, ErrorDetail::kNone},
        {"an ommer", with(2, encode_list({"\xc0"})), ErrorCode::block_ommers, ErrorDetail::kNone},
        // In the first transaction, in one in the middle, and in the last withdrawal.
        {"a malformed first transaction", with_transactions([](auto& list) { list.front() = std::string("\xc0"); }),
         ErrorCode::tx_encoding, 0},
        {"a transaction sent twice",
         with_transactions([&](auto& list) { list.insert(list.begin() + static_cast<long>(middle), list[middle]); }),
         ErrorCode::tx_nonce_too_low, middle + 1},
        {"a withdrawal with a field more",
         with(3,
              [&] {
                  std::vector<std::string> items = list_fields(witness_host::bytes_of(parts[3]));
                  std::vector<std::string> fields = list_fields(witness_host::bytes_of(items.back()));
                  fields.emplace_back("\x01");
                  items.back() = encode_list(fields);
                  return encode_list(items);
              }()),
         ErrorCode::block_encoding, list_fields(witness_host::bytes_of(parts[3])).size() - 1},
        // When everything is computed.
        {"a transaction left out at the end", with_transactions([](auto& list) { list.pop_back(); }),
         ErrorCode::block_transactions_root, ErrorDetail::kNone},
        {"state root", with_header(3), ErrorCode::block_state_root, ErrorDetail::kNone},
        {"receipts root", with_header(5), ErrorCode::block_receipts_root, ErrorDetail::kNone},
    };
    for (const Invalid& invalid : cases) {
        INFO(invalid.name);
        witness_host::ExecutionWitness witness = valid;
        witness.block = invalid.block;
        const auto recorded = block::record(witness);
        INFO(recorded.status());
        REQUIRE(recorded.ok());
        INFO(recorded->ending.message);
        REQUIRE(recorded->ending.verdict == block::Verdict::invalid_block);
        CHECK(recorded->ending.error.code == invalid.error);
        CHECK(recorded->ending.error.item == invalid.item);
        REQUIRE(recorded->has_stream());
        for (const witness::WitnessMode mode : kModes) {
            INFO(witness::witness_mode_name(mode));
            const auto stream = recorded->stream(mode);
            INFO(stream.status());
            REQUIRE(stream.ok());
            const block::Ending native = run_natively(*stream);
            REQUIRE(native.message == recorded->ending.message);
            if (!block_guest().has_value()) continue;
            REQUIRE(run_in_guest(*stream).message == recorded->ending.message);
        }
    }
}

TEST_CASE("a block that cannot be decoded, or whose witness is not whole, has no stream") {
    witness_host::ExecutionWitness witness = sample_witness();
    std::vector<std::string> parts = list_fields(witness_host::bytes_of(witness.block));
    parts[1] = "\x80";  // transactions that are no list
    witness.block = encode_list(parts);
    const auto undecodable = block::record(witness);
    REQUIRE(undecodable.ok());
    REQUIRE(undecodable->ending.error.code == ErrorCode::block_encoding);
    REQUIRE_FALSE(undecodable->has_stream());
    REQUIRE_FALSE(undecodable->stream(witness::WitnessMode::value).ok());
    witness = sample_witness();
    witness.codes.clear();
    const auto lacking = block::record(witness);
    REQUIRE(lacking.ok());
    REQUIRE(lacking->ending.error.code == ErrorCode::witness_missing_code);
    REQUIRE_FALSE(lacking->has_stream());
}

TEST_CASE("value mode writes fewer words in shard 0 for later shards than account mode, and that fewer than eager") {
    if (!block_guest().has_value()) SLUICE_SKIP("no RISC-V tools: the guest is not built");
    const witness_host::ExecutionWitness witness = sample_witness();
    const auto recorded = block::record(witness);
    REQUIRE(recorded.ok());
    std::uint64_t writes[3] = {};
    for (std::size_t i = 0; i < 3; ++i) {
        const std::string stream = *recorded->stream(kModes[i]);
        const auto run = vm::execute(*block_guest(), witness_host::bytes_of(stream));
        REQUIRE(run.ok());
        const auto plan = vm::plan_by_shares(run->cost.instructions, std::array{0.5});
        REQUIRE(plan.ok());
        const auto counted = vm::account_shards(*block_guest(), witness_host::bytes_of(stream), std::array{*plan});
        REQUIRE(counted.ok());
        REQUIRE(counted->run.output == run->output);
        writes[i] = counted->reports[0].shards[0].external_write.total().words4;
    }
    REQUIRE(writes[2] < writes[1]);
    REQUIRE(writes[1] < writes[0]);
}
