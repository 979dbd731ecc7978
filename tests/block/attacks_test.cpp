// Streams that lie about a valid block: each is refused with the named error, natively and in the guest, and states
// nothing. SPDX-License-Identifier: MIT OR Apache-2.0
#include <algorithm>
#include <functional>

#include "block/block_case.h"
#include "sluice/base/keccak.h"
#include "sluice/witness/node.h"
#include "sluice/witness_host/execution_witness.h"
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
    /// Indices of all records of a kind.
    [[nodiscard]] std::vector<std::size_t> all(RecordKind kind) const {
        std::vector<std::size_t> found;
        for (std::size_t i = 0; i < records.size(); ++i) {
            if (records[i].kind == kind) found.push_back(i);
        }
        return found;
    }
    void erase(std::size_t at) { records.erase(records.begin() + static_cast<long>(at)); }
    void insert(std::size_t at, const Record& record) {
        records.insert(records.begin() + static_cast<long>(at), Record(record));
    }
    /// Calls `visit(offset of the node record, size of the node)` for the nodes in raw bytes until it gives false.
    static void for_each_node(const std::string& raw, const std::function<bool(std::size_t, std::size_t)>& visit) {
        for (std::size_t at = 0; at < raw.size();) {
            const auto size = load_le<std::uint32_t>(witness_host::bytes_of(raw).data() + at);
            if (!visit(at, size)) return;
            at += 8 + (size + std::size_t{7}) / 8 * 8;
        }
    }
};

std::uint64_t u64(const std::string& bytes, std::size_t at) {
    REQUIRE(at + 8 <= bytes.size());
    return load_le<std::uint64_t>(witness_host::bytes_of(bytes).data() + at);
}
void set_u64(std::string& bytes, std::size_t at, std::uint64_t value) {
    REQUIRE(at + 8 <= bytes.size());
    store_le(reinterpret_cast<std::uint8_t*>(bytes.data()) + at, value);
}

/// The headers in an ancestors record, newest first.
std::vector<std::string> ancestors_of(const Stream& stream) {
    const std::string& payload = stream.records[stream.find(RecordKind::ancestor_headers)].payload;
    std::vector<std::string> headers;
    std::size_t at = 8;
    for (std::uint64_t i = 0; i < u64(payload, 0); ++i) {
        const std::uint64_t size = u64(payload, at);
        headers.push_back(payload.substr(at + 8, size));
        at += 8 + (size + 7) / 8 * 8;
    }
    return headers;
}
void set_ancestors(Stream& stream, const std::vector<std::string>& headers) {
    std::string payload(8, '\0');
    set_u64(payload, 0, headers.size());
    for (const std::string& header : headers) {
        const std::size_t at = payload.size();
        payload.append(8, '\0');
        set_u64(payload, at, header.size());
        payload.append(header);
        payload.append((8 - payload.size() % 8) % 8, '\0');
    }
    stream.records[stream.find(RecordKind::ancestor_headers)].payload = payload;
}

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
        const std::size_t step = count / 8 + 1;
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
        attack(WitnessMode::account, {ErrorCode::stream_post_update_count}, [&](Stream& stream) {
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

TEST_CASE("an account left out or sent twice is named") {
    for (const WitnessMode mode : kStreamed) {
        const RecordKind kind = account_kind(mode);
        const Stream good(good_stream(mode));
        std::size_t pair = 0;  // two accounts after one another
        while (good.records[pair].kind != kind || good.records[pair + 1].kind != kind) ++pair;
        attack(mode, {ErrorCode::stream_wrong_item}, [&](Stream& stream) { stream.erase(pair); });
        attack(mode, {ErrorCode::stream_wrong_item},
               [&](Stream& stream) { stream.insert(pair, stream.records[pair]); });
        attack(mode, {ErrorCode::stream_wrong_item},
               [&](Stream& stream) { std::swap(stream.records[pair], stream.records[pair + 1]); });
        std::size_t single = 0;  // an account before something else
        while (good.records[single].kind != kind || good.records[single + 1].kind == kind) ++single;
        attack(mode, {ErrorCode::stream_unexpected_record}, [&](Stream& stream) { stream.erase(single); });
        attack(mode, {ErrorCode::stream_unexpected_record},
               [&](Stream& stream) { stream.insert(single, stream.records[single]); });
    }
}

TEST_CASE("a storage trie left out, sent twice, out of order, or of another account is named") {
    const auto tries = [](const Stream& stream) { return stream.all(RecordKind::storage_trie); };
    // Eager: a header and its nodes are two records.
    attack(WitnessMode::eager, {ErrorCode::witness_missing_trie}, [&](Stream& stream) {
        const std::size_t at = tries(stream)[0];
        stream.erase(at);
        stream.erase(at);
    });
    attack(WitnessMode::eager, {ErrorCode::stream_duplicate}, [&](Stream& stream) {
        const std::size_t at = tries(stream)[0];
        stream.insert(at + 2, stream.records[at + 1]);
        stream.insert(at + 2, stream.records[at]);
    });
    attack(WitnessMode::eager, {ErrorCode::stream_wrong_item}, [&](Stream& stream) {
        const std::size_t at = tries(stream)[0];
        std::swap(stream.records[at], stream.records[at + 2]);
        std::swap(stream.records[at + 1], stream.records[at + 3]);
    });
    // The storage root of another account, so that the trie is one that exists.
    for (const WitnessMode mode : {WitnessMode::eager, WitnessMode::account}) {
        attack(mode, {ErrorCode::stream_storage_root}, [&](Stream& stream) {
            const std::vector<std::size_t> at = tries(stream);
            const auto root = [&](std::size_t i) { return stream.records[at[i]].payload.substr(32, 32); };
            std::size_t other = 1;
            while (root(other) == root(0)) ++other;
            stream.records[at[0]].payload.replace(32, 32, root(other));
            stream.records[at[0] + 1] = stream.records[at[other] + 1];
        });
        // The right header over the nodes of another trie.
        attack(mode, {ErrorCode::trie_wrong_node_hash}, [&](Stream& stream) {
            const std::vector<std::size_t> at = tries(stream);
            const auto root = [&](std::size_t i) { return stream.records[at[i]].payload.substr(32, 32); };
            std::size_t other = 1;
            while (root(other) == root(0) || stream.records[at[other] + 1].payload.empty()) ++other;
            stream.records[at[0] + 1] = stream.records[at[other] + 1];
        });
        attack(mode, {ErrorCode::stream_never_streamed}, [&](Stream& stream) {
            stream.records[tries(stream)[0]].payload.replace(32, 32, witness_host::string_of(kEmptyTrieRoot.view()));
        });
    }
    // Two accounts with equal storage: the one is not the other, even where every value would be right.
    const auto equal_tries = [&](const Stream& stream) {
        const std::vector<std::size_t> at = tries(stream);
        for (std::size_t i = 0; i < at.size(); ++i) {
            for (std::size_t j = i + 1; j < at.size(); ++j) {
                if (stream.records[at[i]].payload.substr(32, 32) == stream.records[at[j]].payload.substr(32, 32)) {
                    return std::pair{at[i], at[j]};
                }
            }
        }
        FAIL("no two accounts of the sample have equal storage");
        return std::pair{std::size_t{0}, std::size_t{0}};
    };
    attack(WitnessMode::account, {ErrorCode::stream_wrong_item}, [&](Stream& stream) {
        const auto [one, other] = equal_tries(stream);
        stream.records[one].payload.replace(0, 32, stream.records[other].payload.substr(0, 32));
    });
    attack(WitnessMode::eager, {ErrorCode::stream_duplicate, ErrorCode::stream_wrong_item}, [&](Stream& stream) {
        const auto [one, other] = equal_tries(stream);
        stream.records[one].payload.replace(0, 32, stream.records[other].payload.substr(0, 32));
    });
}

TEST_CASE("a code that nothing needs is refused in eager mode, and one that is needed is missed") {
    attack(WitnessMode::eager, {ErrorCode::stream_unused}, [](Stream& stream) {
        const std::string code("\x60\x01", 2);
        const auto hash = [](const Record& record) { return keccak256(witness_host::bytes_of(record.payload)); };
        std::size_t at = stream.find(RecordKind::bytecode);
        while (stream.records[at].kind == RecordKind::bytecode &&
               hash(stream.records[at]) < keccak256(witness_host::bytes_of(code))) {
            ++at;
        }
        stream.insert(at, {RecordKind::bytecode, code});
    });
    attack(WitnessMode::eager, {ErrorCode::witness_missing_code},
           [](Stream& stream) { stream.erase(stream.find(RecordKind::bytecode, 1)); });
    attack(WitnessMode::eager, {ErrorCode::stream_duplicate}, [](Stream& stream) {
        const std::size_t at = stream.find(RecordKind::bytecode, 1);
        stream.insert(at, stream.records[at]);
    });
}

TEST_CASE("a gap in the ancestors, too few of them, and more than are due are refused") {
    // BLOCKHASH reads five blocks back: the parent's header and three older ones.
    for (const WitnessMode mode : {WitnessMode::eager, WitnessMode::account}) {
        const std::vector<std::string> headers = ancestors_of(Stream(good_stream(mode)));
        REQUIRE(headers.size() == 4);
        attack(mode, {ErrorCode::stream_header_chain}, [&](Stream& stream) {
            set_ancestors(stream, {headers[0], headers[1], headers[3]});
        });
        attack(mode, {ErrorCode::stream_header_chain}, [&](Stream& stream) {
            set_ancestors(stream, {headers[0], headers[2], headers[1], headers[3]});
        });
        attack(mode, {ErrorCode::stream_missing_ancestor}, [&](Stream& stream) {
            set_ancestors(stream, {headers[0], headers[1], headers[2]});
        });
        attack(mode, {ErrorCode::stream_header_chain}, [&](Stream& stream) {
            set_ancestors(stream, {headers[1], headers[2], headers[3]});
        });
        attack(mode, {ErrorCode::stream_bad_payload}, [&](Stream& stream) { set_ancestors(stream, {}); });
        attack(mode, {ErrorCode::stream_bad_payload},
               [&](Stream& stream) { set_ancestors(stream, std::vector<std::string>(257, headers[0])); });
    }
    const std::size_t headers = Stream(good_stream(WitnessMode::value)).all(RecordKind::header).size();
    REQUIRE(headers == 3);
    attack(WitnessMode::value, {ErrorCode::stream_header_chain},
           [](Stream& stream) { stream.erase(stream.find(RecordKind::header, 1)); });
    attack(WitnessMode::value, {ErrorCode::stream_unexpected_record},
           [](Stream& stream) { stream.erase(stream.find(RecordKind::header, 2)); });
    attack(WitnessMode::value, {ErrorCode::stream_unexpected_record}, [](Stream& stream) {
        const std::size_t at = stream.find(RecordKind::header, 2);
        stream.insert(at + 1, stream.records[at]);
    });
    attack(WitnessMode::value, {ErrorCode::stream_bad_payload}, [](Stream& stream) {
        const std::string parent = ancestors_of(stream)[0];
        set_ancestors(stream, {parent, stream.records[stream.find(RecordKind::header)].payload});
    });
}

TEST_CASE(
    "a parent taken on trust shows in the statement, and its state root is still what the values are held against") {
    for (const WitnessMode mode : kModes) {
        const block::Ending good = run_natively(good_stream(mode));
        const auto trusting = [&](const Hash32& state_root, const Hash32& parent_hash) {
            Stream stream(good_stream(mode));
            std::string payload = witness_host::string_of(state_root.view());
            payload.append("\x05\0\0\0\0\0\0\0", 8);
            payload.append(witness_host::string_of(parent_hash.view()));
            const std::vector<std::string> headers = ancestors_of(Stream(good_stream(WitnessMode::account)));
            for (const std::string& header : headers) {
                payload.append(witness_host::string_of(witness_host::identify_header(header)->parent_hash.view()));
            }
            stream.records[stream.find(RecordKind::ancestor_headers)] = {RecordKind::unanchored_parent, payload};
            std::erase_if(stream.records, [](const Record& record) { return record.kind == RecordKind::header; });
            return stream.bytes();
        };
        const block::Ending unanchored = run_natively(trusting(good.output.pre_state_root, good.output.parent_hash));
        INFO(unanchored.message);
        REQUIRE(unanchored.verdict == block::Verdict::valid);
        REQUIRE_FALSE(unanchored.output.anchored);
        REQUIRE(unanchored.output.post_state_root == good.output.post_state_root);
        Hash32 other = good.output.pre_state_root;
        other.bytes[31] ^= 1;
        require_refused(trusting(other, good.output.parent_hash), {ErrorCode::trie_wrong_node_hash});
        require_refused(trusting(good.output.pre_state_root, other), {ErrorCode::stream_header_chain});
    }
}

TEST_CASE("node counts that the raw bytes do not bear out, and lengths that leave them, are refused") {
    for (const WitnessMode mode : {WitnessMode::eager, WitnessMode::account}) {
        struct Place {
            RecordKind kind;
            std::size_t count_at;
        };
        for (const Place& place : {Place{RecordKind::state_trie, 0}, Place{RecordKind::storage_trie, 64}}) {
            const auto set_count = [&](const std::function<std::uint64_t(std::uint64_t)>& change) {
                return [&, change](Stream& stream) {
                    std::string& payload = stream.records[stream.find(place.kind)].payload;
                    set_u64(payload, place.count_at, change(u64(payload, place.count_at)));
                };
            };
            attack(mode, {ErrorCode::trie_node_count}, set_count([](std::uint64_t n) { return n + 1; }));
            attack(mode, {ErrorCode::trie_node_count}, set_count([](std::uint64_t n) { return n - 1; }));
            attack(mode, {ErrorCode::trie_node_count}, set_count([](std::uint64_t) { return ~std::uint64_t{0}; }));
            const auto nodes_of = [&](Stream& stream) -> std::string& {
                if (place.kind == RecordKind::storage_trie) return stream.records[stream.find(place.kind) + 1].payload;
                // The state trie's nodes: first in eager mode; in account mode after all others but the empty ones
                // behind it.
                std::vector<std::size_t> raw = stream.all(RecordKind::raw_bytes);
                if (mode == WitnessMode::eager) return stream.records[raw.front()].payload;
                while (stream.records[raw.back()].payload.empty()) raw.pop_back();
                return stream.records[raw.back()].payload;
            };
            attack(mode, {ErrorCode::trie_bad_record}, [&](Stream& stream) {
                std::string& nodes = nodes_of(stream);
                nodes.resize(nodes.size() - 8);
            });
            attack(mode, {ErrorCode::trie_trailing_bytes}, [&](Stream& stream) { nodes_of(stream).append(8, '\0'); });
            attack(mode, {ErrorCode::trie_bad_record}, [&](Stream& stream) {
                set_u64(nodes_of(stream), 0, u64(nodes_of(stream), 0) | 0x7fffffff);  // the first node's length
            });
            // A child announced that its parent does not hold by hash: it is empty, or embedded.
            attack(mode, {ErrorCode::trie_child_mask}, [&](Stream& stream) {
                std::string& nodes = nodes_of(stream);
                Stream::for_each_node(nodes, [&](std::size_t at, std::size_t size) {
                    const auto children = [&] {
                        unsigned by_hash = 0;
                        witness::Node node;
                        REQUIRE(
                            !failed(witness::decode_node(witness_host::bytes_of(nodes).subspan(at + 8, size), node)));
                        if (node.kind != witness::NodeKind::branch) return 0xffffu;
                        for (unsigned i = 0; i < 16; ++i) {
                            by_hash |= unsigned{*node.reference(i) == witness::kHashReference} << i;
                        }
                        return by_hash;
                    }();
                    if (children == 0xffff) return true;
                    set_u64(nodes, at, u64(nodes, at) | std::uint64_t{~children & 0xffffu} << 32);
                    return false;
                });
            });
        }
    }
    for (const WitnessMode mode : kModes) {
        attack(mode, {ErrorCode::stream_bad_payload}, [](Stream& stream) {
            std::string& payload = stream.records[stream.find(RecordKind::ancestor_headers)].payload;
            set_u64(payload, 8, ~std::uint64_t{0} - 6);  // the parent's size: rounding it up would wrap
        });
    }
}

TEST_CASE("an empty trie, or a node that belongs inside its parent, sent as a node record is refused") {
    const auto replace_node = [](std::size_t nth, const std::string& node) {
        return [nth, node](Stream& stream) { stream.records[stream.find(RecordKind::node, nth)].payload = node; };
    };
    attack(WitnessMode::value, {ErrorCode::stream_never_streamed}, replace_node(0, ""));
    attack(WitnessMode::value, {ErrorCode::stream_never_streamed}, replace_node(0, "\x80"));
    attack(WitnessMode::value, {ErrorCode::stream_never_streamed}, replace_node(3, "\x80"));
    // [0x20, 1]: a leaf of two bytes.
    attack(WitnessMode::value, {ErrorCode::stream_never_streamed}, replace_node(3, "\xc2\x20\x01"));
    attack(WitnessMode::value, {ErrorCode::trie_wrong_node_hash}, replace_node(0, "\xc2\x20\x01"));
}

TEST_CASE("of two copies of a node, each is checked") {
    const Stream good(good_stream(WitnessMode::value));
    std::vector<std::size_t> copies;
    const std::vector<std::size_t> nodes = good.all(RecordKind::node);
    for (const std::size_t one : nodes) {
        for (const std::size_t other : nodes) {
            if (one < other && good.records[one].payload == good.records[other].payload) copies = {one, other};
        }
    }
    REQUIRE(copies.size() == 2);
    for (const std::size_t copy : copies) {
        for (const std::size_t at : {std::size_t{0}, good.records[copy].payload.size() - 2}) {
            attack(WitnessMode::value, {ErrorCode::trie_wrong_node_hash}, [&](Stream& stream) {
                stream.records[copy].payload[at] = static_cast<char>(stream.records[copy].payload[at] ^ 1);
            });
        }
        // One record for both places.
        attack(WitnessMode::value, {ErrorCode::trie_wrong_node_hash, ErrorCode::stream_unexpected_record},
               [&](Stream& stream) { stream.erase(copy); });
    }
    for (const WitnessMode mode : {WitnessMode::eager, WitnessMode::account}) {
        const Stream tries(good_stream(mode));
        std::vector<std::size_t> twins;  // raw bytes below equal roots
        for (const std::size_t one : tries.all(RecordKind::storage_trie)) {
            for (const std::size_t other : tries.all(RecordKind::storage_trie)) {
                if (one < other &&
                    tries.records[one].payload.substr(32, 32) == tries.records[other].payload.substr(32, 32))
                    twins = {one + 1, other + 1};
            }
        }
        REQUIRE(twins.size() == 2);
        for (const std::size_t twin : twins) {
            attack(mode, {ErrorCode::trie_wrong_node_hash}, [&](Stream& stream) {
                stream.records[twin].payload[12] = static_cast<char>(stream.records[twin].payload[12] ^ 1);
            });
        }
    }
}

TEST_CASE("values listed and then not backed by any node are refused") {
    attack(WitnessMode::value, {ErrorCode::stream_unexpected_record}, [](Stream& stream) {
        std::erase_if(stream.records, [](const Record& record) { return record.kind == RecordKind::node; });
    });
    // A node more, after the last that is due.
    attack(WitnessMode::value, {ErrorCode::stream_unexpected_record}, [](Stream& stream) {
        const std::size_t last = stream.all(RecordKind::node).back();
        stream.insert(last + 1, stream.records[last]);
    });
    // The state trie left out.
    for (const WitnessMode mode : {WitnessMode::eager, WitnessMode::account}) {
        attack(mode, {ErrorCode::trie_missing_node}, [&](Stream& stream) {
            set_u64(stream.records[stream.find(RecordKind::state_trie)].payload, 0, 0);
            std::vector<std::size_t> raw = stream.all(RecordKind::raw_bytes);
            while (mode == WitnessMode::account && stream.records[raw.back()].payload.empty()) raw.pop_back();
            stream.records[mode == WitnessMode::eager ? raw.front() : raw.back()].payload.clear();
        });
    }
}

TEST_CASE("items after the state trie have to be the ones that are due, with the root that the state says") {
    const WitnessMode mode = WitnessMode::account;
    const auto first_item = [](const Stream& stream) {
        for (const std::size_t at : stream.all(RecordKind::storage_trie)) {
            if (stream.records[at + 1].payload.empty()) return at;
        }
        FAIL("no item after the state trie");
        return std::size_t{0};
    };
    attack(mode, {ErrorCode::stream_storage_root},
           [&](Stream& stream) { stream.records[first_item(stream)].payload[40] ^= 1; });
    attack(mode, {ErrorCode::stream_wrong_item},
           [&](Stream& stream) { stream.records[first_item(stream)].payload[5] ^= 1; });
    attack(mode, {ErrorCode::stream_bad_payload},
           [&](Stream& stream) { set_u64(stream.records[first_item(stream)].payload, 64, 1); });
    attack(mode, {ErrorCode::stream_bad_payload},
           [&](Stream& stream) { stream.records[first_item(stream) + 1].payload.append(8, '\0'); });
    attack(mode, {ErrorCode::stream_post_update_count}, [&](Stream& stream) {
        const std::size_t at = first_item(stream);
        stream.erase(at);
        stream.erase(at);
        std::string& payload = stream.records[stream.find(RecordKind::state_trie)].payload;
        set_u64(payload, 8, u64(payload, 8) - 1);
    });
    attack(mode, {ErrorCode::stream_post_update_count}, [&](Stream& stream) {
        const std::size_t at = first_item(stream);
        stream.insert(at, stream.records[at + 1]);
        stream.insert(at, stream.records[at + 1]);
        std::string& payload = stream.records[stream.find(RecordKind::state_trie)].payload;
        set_u64(payload, 8, u64(payload, 8) + 1);
    });
    attack(WitnessMode::eager, {ErrorCode::stream_post_update_count},
           [](Stream& stream) { set_u64(stream.records[stream.find(RecordKind::state_trie)].payload, 8, 1); });
}

TEST_CASE("a stream header that names another block, time, fork or chain is refused") {
    for (const WitnessMode mode : kModes) {
        attack(mode, {ErrorCode::stream_header_mismatch}, [](Stream& stream) { stream.header.block_number += 1; });
        attack(mode, {ErrorCode::stream_header_mismatch}, [](Stream& stream) { stream.header.timestamp += 1; });
        attack(mode, {ErrorCode::stream_header_mismatch}, [](Stream& stream) { stream.header.fork -= 1; });
        attack(mode, {ErrorCode::stream_header_mismatch}, [](Stream& stream) { stream.header.chain_id += 1; });
        attack(mode, {ErrorCode::stream_header_mismatch},
               [](Stream& stream) { stream.header.block_hash.bytes[9] ^= 1; });
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
