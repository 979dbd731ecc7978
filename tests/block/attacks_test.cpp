// Streams that lie about a valid block: each is refused with the named error, natively and in the guest, and states
// nothing. SPDX-License-Identifier: MIT OR Apache-2.0
#include <algorithm>
#include <functional>

#include "block/block_case.h"
#include "sluice/base/keccak.h"
#include "sluice/witness_host/records.h"

using namespace sluice;
using namespace sluice::test;
using witness::RecordKind;
using witness::WitnessMode;

namespace {

struct Record {
    RecordKind kind;
    std::string payload;
};

/// A stream taken apart.
struct Stream {
    witness::StreamHeader header{};
    std::vector<Record> records;

    explicit Stream(const std::string& bytes) {
        Diagnostics diagnostics;
        header = *witness::decode_stream_header(witness_host::bytes_of(bytes), diagnostics);
        const auto items = witness_host::list_stream(witness_host::bytes_of(bytes));
        REQUIRE(items.ok());
        for (const witness::WitnessItem& item : *items) {
            records.push_back({item.kind, witness_host::string_of(item.payload)});
        }
    }
    [[nodiscard]] std::string bytes() const {
        witness_host::RecordWriter writer(header);
        for (const Record& record : records) writer.add(record.kind, std::string_view(record.payload));
        return *std::move(writer).take();
    }
    /// Index of the `nth` record of a kind with a property.
    [[nodiscard]] std::size_t find(RecordKind kind, std::size_t nth = 0,
                                   const std::function<bool(const std::string&)>& holds = nullptr) const {
        for (std::size_t i = 0; i < records.size(); ++i) {
            if (records[i].kind != kind || (holds && !holds(records[i].payload))) continue;
            if (nth-- == 0) return i;
        }
        FAIL("the stream has no such record");
        return 0;
    }
};

/// The block attacked, in all modes. Synthetic, so that the attacks run without test data.
const std::string& good_stream(WitnessMode mode) {
    static const witness_host::ExecutionWitness witness = sample_witness();
    static const block::RecordedBlock recorded = *block::record(witness);
    static const std::string streams[] = {*recorded.stream(WitnessMode::eager), *recorded.stream(WitnessMode::account),
                                          *recorded.stream(WitnessMode::value)};
    return streams[static_cast<std::size_t>(mode) - 1];
}

/// Refused natively and in the guest, with one of the errors; and the guest says the same as the native run.
void require_refused(const std::string& stream, const std::vector<ErrorCode>& errors) {
    const block::Ending native = run_natively(stream);
    INFO(native.message);
    REQUIRE(native.verdict != block::Verdict::valid);
    REQUIRE(std::find(errors.begin(), errors.end(), native.error.code) != errors.end());
    if (!block_guest().has_value()) return;
    const block::Ending guest = run_in_guest(stream);
    INFO(guest.message);
    REQUIRE(guest.error.code == native.error.code);
    REQUIRE(guest.public_output.empty());
}

void attack(WitnessMode mode, const std::vector<ErrorCode>& errors, const std::function<void(Stream&)>& change) {
    INFO("mode " << witness::witness_mode_name(mode));
    Stream stream(good_stream(mode));
    change(stream);
    REQUIRE(stream.bytes() != good_stream(mode));
    require_refused(stream.bytes(), errors);
}

RecordKind account_kind(WitnessMode mode) {
    return mode == WitnessMode::value ? RecordKind::account_value : RecordKind::account;
}

/// The account of an Account record of either form.
witness::AccountInfo info_of(RecordKind kind, const std::string& payload) {
    if (kind == RecordKind::account_value) {
        witness::AccountValueItem item;
        REQUIRE(witness::parse_account_value(witness_host::bytes_of(payload), item));
        return item.info;
    }
    witness::AccountItem item;
    REQUIRE(witness::parse_account(witness_host::bytes_of(payload), item));
    return item.info;
}

/// Changes the account in an Account record.
void edit_account(Record& record, const std::function<void(witness::AccountInfo&)>& edit) {
    std::uint8_t out[256];
    if (record.kind == RecordKind::account_value) {
        witness::AccountValueItem item;
        REQUIRE(witness::parse_account_value(witness_host::bytes_of(record.payload), item));
        edit(item.info);
        record.payload.assign(reinterpret_cast<const char*>(out), witness::encode_account_value(item, out));
    } else {
        witness::AccountItem item;
        REQUIRE(witness::parse_account(witness_host::bytes_of(record.payload), item));
        edit(item.info);
        record.payload.assign(reinterpret_cast<const char*>(out), witness::encode_account(item, out));
    }
}

// A lie about a value can show itself in many ways before it is found out; but it is always the witness that is blamed.
const std::vector<ErrorCode> kWrongAccount = {ErrorCode::trie_wrong_account,       ErrorCode::stream_wrong_item,
                                              ErrorCode::stream_unexpected_record, ErrorCode::stream_code_hash,
                                              ErrorCode::stream_storage_root,      ErrorCode::trie_missing_node,
                                              ErrorCode::trie_wrong_node_hash,     ErrorCode::stream_never_streamed};

constexpr WitnessMode kStreamed[] = {WitnessMode::account, WitnessMode::value};

}  // namespace

TEST_CASE("the streams that are attacked are good") {
    for (const WitnessMode mode : kModes) {
        REQUIRE(run_natively(Stream(good_stream(mode)).bytes()).verdict == block::Verdict::valid);
        if (block_guest().has_value()) REQUIRE(run_in_guest(good_stream(mode)).verdict == block::Verdict::valid);
    }
}

TEST_CASE("a present account streamed as absent, and the reverse, are witness errors") {
    for (const WitnessMode mode : kStreamed) {
        const RecordKind kind = account_kind(mode);
        attack(mode, kWrongAccount, [&](Stream& stream) {
            const std::size_t at = stream.find(kind, 3, [&](const std::string& p) { return info_of(kind, p).exists; });
            edit_account(stream.records[at], [](witness::AccountInfo& info) { info = {}; });
        });
        attack(mode, kWrongAccount, [&](Stream& stream) {
            const std::size_t at = stream.find(kind, 0, [&](const std::string& p) { return !info_of(kind, p).exists; });
            edit_account(stream.records[at], [](witness::AccountInfo& info) {
                info.exists = true;
                info.balance = 7;
            });
        });
    }
}

TEST_CASE("a wrong balance, nonce or code hash is a witness error, even where it makes the block fail") {
    for (const WitnessMode mode : kStreamed) {
        const RecordKind kind = account_kind(mode);
        for (std::size_t nth = 0; nth < 12; nth += 3) {
            const auto exists = [&](const std::string& p) { return info_of(kind, p).exists; };
            attack(mode, kWrongAccount, [&](Stream& stream) {
                edit_account(stream.records[stream.find(kind, nth, exists)],
                             [](witness::AccountInfo& info) { info.balance += 1; });
            });
            // No sender could pay from this.
            attack(mode, kWrongAccount, [&](Stream& stream) {
                edit_account(stream.records[stream.find(kind, nth, exists)], [](witness::AccountInfo& info) {
                    info.balance = info.balance.is_zero() ? Uint256(5) : Uint256(0);
                });
            });
            attack(mode, kWrongAccount, [&](Stream& stream) {
                edit_account(stream.records[stream.find(kind, nth, exists)],
                             [](witness::AccountInfo& info) { info.nonce += 1; });
            });
        }
        attack(mode, kWrongAccount, [&](Stream& stream) {
            const auto has_code = [&](const std::string& p) { return info_of(kind, p).code_hash != kEmptyCodeHash; };
            edit_account(stream.records[stream.find(kind, 2, has_code)],
                         [](witness::AccountInfo& info) { info.code_hash = kEmptyCodeHash; });
        });
        attack(mode, kWrongAccount, [&](Stream& stream) {
            const auto has_storage = [&](const std::string& p) {
                return info_of(kind, p).storage_root != kEmptyTrieRoot;
            };
            edit_account(stream.records[stream.find(kind, 0, has_storage)],
                         [](witness::AccountInfo& info) { info.storage_root = kEmptyTrieRoot; });
        });
    }
}

TEST_CASE("a wrong slot value is a witness error, also if it was executed on and then overwritten") {
    // The ledger's calls overwrite every slot they read.
    for (std::size_t nth = 0; nth < 30; nth += 5) {
        attack(WitnessMode::value, {ErrorCode::trie_wrong_slot}, [&](Stream& stream) {
            std::string& payload = stream.records[stream.find(RecordKind::slot_value, nth)].payload;
            payload[payload.size() - 32] = static_cast<char>(payload[payload.size() - 32] ^ 1);
        });
    }
}

TEST_CASE("a record left out, sent twice or out of order is refused in every mode") {
    for (const WitnessMode mode : kModes) {
        const std::size_t count = Stream(good_stream(mode)).records.size();
        const std::size_t step = count / 25 + 1;
        const auto any_witness_error = [&](const std::string& bytes) {
            const block::Ending ending = run_natively(bytes);
            INFO(ending.message);
            REQUIRE(ending.verdict == block::Verdict::bad_witness);
            if (block_guest().has_value()) REQUIRE(run_in_guest(bytes).error.code == ending.error.code);
        };
        for (std::size_t at = 0; at + 1 < count; at += step) {
            INFO("mode " << witness::witness_mode_name(mode) << ", record " << at);
            Stream without(good_stream(mode));
            without.records.erase(without.records.begin() + static_cast<long>(at));
            any_witness_error(without.bytes());
            Stream twice(good_stream(mode));
            twice.records.insert(twice.records.begin() + static_cast<long>(at), twice.records[at]);
            any_witness_error(twice.bytes());
            Stream swapped(good_stream(mode));
            std::swap(swapped.records[at], swapped.records[at + 1]);
            if (swapped.bytes() != good_stream(mode)) any_witness_error(swapped.bytes());
        }
    }
}

TEST_CASE("a value that the end pass never reaches is refused: nodes left out at the end") {
    attack(WitnessMode::value, {ErrorCode::stream_unexpected_record}, [](Stream& stream) {
        std::size_t last = 0;
        for (std::size_t i = 0; i < stream.records.size(); ++i) {
            if (stream.records[i].kind == RecordKind::node) last = i;
        }
        stream.records.erase(stream.records.begin() + static_cast<long>(last));
    });
}

TEST_CASE("two copies of a node that differ, and a node with one bit changed, are refused") {
    attack(WitnessMode::value, {ErrorCode::trie_wrong_node_hash}, [](Stream& stream) {
        std::string& node = stream.records[stream.find(RecordKind::node, 5)].payload;
        node[node.size() / 2] = static_cast<char>(node[node.size() / 2] ^ 0x10);
    });
    for (const WitnessMode mode : {WitnessMode::eager, WitnessMode::account}) {
        attack(mode, {ErrorCode::trie_wrong_node_hash, ErrorCode::trie_bad_record, ErrorCode::trie_malformed_node},
               [](Stream& stream) {
                   std::string& blob = stream.records[stream.find(RecordKind::raw_bytes)].payload;
                   blob[40] = static_cast<char>(blob[40] ^ 0x10);
               });
    }
}

TEST_CASE("codes of another length, other codes and empty codes are refused in every mode") {
    for (const WitnessMode mode : kModes) {
        attack(mode,
               {ErrorCode::stream_code_hash, ErrorCode::stream_wrong_item, ErrorCode::witness_missing_code,
                ErrorCode::stream_unused},
               [](Stream& stream) { stream.records[stream.find(RecordKind::bytecode)].payload += '\0'; });
        attack(mode,
               {ErrorCode::stream_code_hash, ErrorCode::stream_wrong_item, ErrorCode::witness_missing_code,
                ErrorCode::stream_unused},
               [](Stream& stream) { stream.records[stream.find(RecordKind::bytecode)].payload[0] ^= 1; });
        attack(mode, {ErrorCode::stream_code_hash, ErrorCode::stream_never_streamed},
               [](Stream& stream) { stream.records[stream.find(RecordKind::bytecode)].payload.clear(); });
    }
}

TEST_CASE("a post-update count that is too small or too large is refused") {
    for (const int change : {-1, 1}) {
        attack(WitnessMode::account,
               {ErrorCode::stream_post_update_count, ErrorCode::stream_unexpected_record, ErrorCode::stream_wrong_item},
               [&](Stream& stream) {
                   std::string& payload = stream.records[stream.find(RecordKind::state_trie)].payload;
                   payload[8] = static_cast<char>(payload[8] + change);
               });
    }
}

TEST_CASE("a header with the right number and a wrong hash is refused") {
    // Another beacon root: every other field stays.
    const auto forge = [](std::string& header) { header[header.size() - 40] ^= 1; };
    attack(WitnessMode::value, {ErrorCode::stream_header_chain},
           [&](Stream& stream) { forge(stream.records[stream.find(RecordKind::header)].payload); });
    for (const WitnessMode mode : kModes) {
        attack(mode, {ErrorCode::header_parent_hash, ErrorCode::stream_header_chain, ErrorCode::stream_bad_payload},
               [&](Stream& stream) {
                   std::string& payload = stream.records[stream.find(RecordKind::ancestor_headers)].payload;
                   payload[payload.size() / 2] ^= 1;
               });
    }
}

TEST_CASE("another chain's rules are not this chain's: they change the statement or refuse the block") {
    for (const WitnessMode mode : kModes) {
        Stream stream(good_stream(mode));
        Record& config = stream.records[stream.find(RecordKind::chain_config)];
        auto rules = *executor::decode_chain_config(witness_host::bytes_of(config.payload));
        // The same fork under a deposit contract that the block does not use: valid, but under other rules.
        rules.deposit_contract.bytes[0] ^= 1;
        std::uint8_t encoding[executor::kMaxChainConfigSize];
        config.payload.assign(reinterpret_cast<const char*>(encoding), executor::encode_chain_config(rules, encoding));
        const block::Ending ending = run_natively(stream.bytes());
        REQUIRE(ending.verdict == block::Verdict::valid);
        REQUIRE(ending.output.chain_config_hash != run_natively(good_stream(mode)).output.chain_config_hash);
        // Another chain id: no transaction is for that chain, and the stream's header names another one.
        rules.chain_id += 1;
        config.payload.assign(reinterpret_cast<const char*>(encoding), executor::encode_chain_config(rules, encoding));
        require_refused(stream.bytes(), {ErrorCode::stream_header_mismatch, ErrorCode::tx_chain_id});
        stream.header.chain_id += 1;
        require_refused(stream.bytes(), {ErrorCode::tx_chain_id});
        // Mainnet's built-in rules.
        config.payload.clear();
        stream.header.chain_id = 1;
        const block::Ending mainnet = run_natively(stream.bytes());
        REQUIRE(mainnet.verdict != block::Verdict::valid);
    }
}

TEST_CASE("the right stream under another mode is refused") {
    for (const WitnessMode mode : kModes) {
        for (const WitnessMode other : kModes) {
            if (other == mode) continue;
            Stream stream(good_stream(mode));
            stream.header.mode = other;
            const block::Ending ending = run_natively(stream.bytes());
            INFO(ending.message);
            REQUIRE(ending.verdict == block::Verdict::bad_witness);
            if (block_guest().has_value()) REQUIRE(run_in_guest(stream.bytes()).error.code == ending.error.code);
        }
    }
}

TEST_CASE("bytes after the end, and an end cut short, are refused") {
    for (const WitnessMode mode : kModes) {
        require_refused(good_stream(mode) + std::string(8, '\0'), {ErrorCode::stream_trailing_bytes});
        require_refused(good_stream(mode) + "x", {ErrorCode::stream_trailing_bytes, ErrorCode::stream_truncated});
        require_refused(good_stream(mode).substr(0, good_stream(mode).size() - 8),
                        {ErrorCode::stream_truncated, ErrorCode::stream_unexpected_record});
        require_refused(good_stream(mode).substr(0, 100), {ErrorCode::stream_truncated});
        require_refused("", {ErrorCode::stream_truncated});
    }
}

TEST_CASE("a length that points past the end of the input is refused") {
    for (const WitnessMode mode : kModes) {
        std::string stream = good_stream(mode);
        stream[witness::StreamHeader::kSize + 7] = '\x7f';
        require_refused(stream, {ErrorCode::stream_truncated});
    }
}

TEST_CASE("random bit flips anywhere never change what is stated") {
    SLUICE_RANDOM(rng);
    for (const WitnessMode mode : kModes) {
        const block::Ending good = run_natively(good_stream(mode));
        for (int round = 0; round < 300; ++round) {
            std::string stream = good_stream(mode);
            const std::size_t bit = rng() % (stream.size() * 8);
            INFO("mode " << witness::witness_mode_name(mode) << ", bit " << bit);
            stream[bit / 8] = static_cast<char>(stream[bit / 8] ^ (1 << (bit % 8)));
            const block::Ending ending = run_natively(stream);
            if (ending.verdict == block::Verdict::valid) {
                // Only bits of the rules themselves can be changed, and then the statement names other rules.
                REQUIRE(ending.output.chain_config_hash != good.output.chain_config_hash);
            }
        }
    }
}
