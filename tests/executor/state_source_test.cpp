// State sources against a map and the naive trie, and streams that lie. SPDX-License-Identifier: MIT OR Apache-2.0
#include <functional>
#include <memory>

#include "executor/synthetic_state.h"
#include "sluice/executor/memory_state.h"
#include "sluice/executor/recording_state.h"
#include "sluice/executor/streaming_state.h"
#include "sluice/witness_host/format_error.h"
#include "sluice/witness_host/records.h"
#include "sluice/witness_host/stream_writer.h"
#include "support/catch.h"

using namespace sluice;
using namespace sluice::test;
using executor::MemoryState;
using executor::ParentLink;
using executor::Recording;
using executor::RecordingState;
using executor::StateSource;
using witness::RecordKind;
using witness::WitnessMode;
using witness_host::ExecutionWitness;

namespace {

constexpr WitnessMode kModes[] = {WitnessMode::eager, WitnessMode::account, WitnessMode::value};
constexpr std::size_t kArenaSize = std::size_t{4} << 20;

struct Memory {
    std::unique_ptr<std::uint64_t[]> words = std::make_unique<std::uint64_t[]>(kArenaSize / 8);
    Arena arena{words.get(), kArenaSize};
};

/// A state, a script on it, its witness and the recording of one run.
struct Case {
    Model model;
    Script script;
    ExecutionWitness witness;
    Memory memory;
    Diagnostics diagnostics;
    Recording recording;
    std::vector<Bytes> observed;
    Hash32 post_root;

    Case(Model model_in, Script script_in, ExecutionWitness witness_in)
        : model(std::move(model_in)), script(std::move(script_in)), witness(std::move(witness_in)) {
        const auto link = witness_host::parent_link(witness);
        REQUIRE(link.ok());
        Arena recording_arena = memory.arena.split_off(kArenaSize / 2);
        const witness_host::WitnessViews views(witness);
        MemoryState state(*link, memory.arena, diagnostics);
        REQUIRE(state.load(views.full()) == ErrorCode::ok);
        RecordingState recorder(state, state, link->state_root, recording_arena, diagnostics);
        ScriptRun run(recorder);
        REQUIRE(run.run(script) == ErrorCode::ok);
        const Result<Hash32> root = recorder.post_state_root(run.accesses());
        INFO(witness_host::format_error(diagnostics.detail()));
        REQUIRE(root.ok());
        REQUIRE(recorder.finish() == ErrorCode::ok);
        observed = run.observed;
        post_root = *root;
        recording = recorder.recording();
        REQUIRE(post_root == run.apply(model).state_trie().root());
    }

    std::string stream(WitnessMode mode) const {
        const auto header = witness_host::make_stream_header(mode, witness);
        REQUIRE(header.ok());
        const auto bytes = witness_host::write_stream(*header, witness, recording);
        INFO(bytes.status());
        REQUIRE(bytes.ok());
        return *bytes;
    }
};

/// What a client does around a state source, up to the end of the stream.
struct StreamRun {
    ErrorCode code = ErrorCode::ok;
    Diagnostics diagnostics;
    std::vector<Bytes> observed;
    Hash32 post_root{};

    /// With `stop_early` the block is found invalid after the script, as by a rule of execution.
    StreamRun(const std::string& bytes, const Script& script, bool stop_early = false) {
        Memory memory;
        // An exact copy on the heap, so that a sanitizer sees reads past the end.
        const std::vector<std::uint8_t> copy(bytes.begin(), bytes.end());
        code = run(copy, script, memory.arena, stop_early);
    }

    ErrorCode run(ByteView bytes, const Script& script, Arena& arena, bool stop_early) {
        witness::StreamReader reader(bytes, diagnostics);
        SLUICE_RETURN_IF_ERROR(reader.open());
        SLUICE_TRY(const ByteView config, reader.read_chain_config());
        if (!config.empty()) return ErrorCode::chain_config_encoding;
        SLUICE_TRY(const witness::AncestorHeadersInput ancestors, reader.read_ancestor_headers());
        SLUICE_TRY(const ByteView block, reader.read_current_block());
        ExecutionWitness parts;
        parts.block = witness_host::string_of(block);
        if (ancestors.anchored) {
            parts.headers.push_back(witness_host::string_of(ancestors.parent()));
        } else {
            parts.unanchored.emplace();
            parts.unanchored->state_root = ancestors.parent_state_root;
        }
        const auto identity = witness_host::identify_block(parts.block);
        // An executor compares transactions and withdrawals with the header's roots; here both are empty.
        const bool empty_body = parts.block.size() > 3 && parts.block.substr(parts.block.size() - 3) == "\xc0\xc0\xc0";
        if (!identity.ok() || !empty_body) return diagnostics.fail(ErrorCode::rlp_truncated);
        const auto expected = witness_host::make_stream_header(reader.header().mode, parts);
        if (!expected.ok()) return diagnostics.fail(ErrorCode::stream_header_mismatch);
        SLUICE_RETURN_IF_ERROR(check_stream_header(reader.header(), *expected, diagnostics));
        const auto link = witness_host::parent_link(parts);
        if (!link.ok()) return diagnostics.fail(ErrorCode::rlp_truncated);
        if (ancestors.anchored && !(keccak256(ancestors.parent()) == identity->parent_hash)) {
            return diagnostics.fail(ErrorCode::stream_header_chain);
        }
        SLUICE_TRY(StateSource* const source, open_streaming_state(reader, *link, ancestors, arena, diagnostics));
        ScriptRun steps(*source);
        SLUICE_RETURN_IF_ERROR(steps.run(script));
        observed = steps.observed;
        if (stop_early) return source->authenticate(steps.accesses());
        SLUICE_TRY(post_root, source->post_state_root(steps.accesses()));
        return source->finish();
    }

    std::string error() const { return witness_host::format_error(diagnostics.detail()); }
};

struct Record {
    RecordKind kind;
    std::string payload;
    friend bool operator==(const Record&, const Record&) = default;
};

/// A stream taken apart, to be changed and put together again.
struct Parts {
    witness::StreamHeader header;
    std::vector<Record> records;

    explicit Parts(const std::string& stream) {
        Diagnostics diagnostics;
        header = *witness::decode_stream_header(view(stream), diagnostics);
        const auto items = witness_host::list_stream(view(stream));
        REQUIRE(items.ok());
        for (const auto& item : *items) records.push_back({item.kind, witness_host::string_of(item.payload)});
    }
    std::string join() const {
        witness_host::RecordWriter out(header);
        for (const Record& record : records) out.add(record.kind, record.payload);
        return *std::move(out).take();
    }
    std::size_t find(RecordKind kind, std::size_t nth = 0) const {
        for (std::size_t i = 0; i < records.size(); ++i) {
            if (records[i].kind == kind && nth-- == 0) return i;
        }
        FAIL("no such record");
        return 0;
    }
    std::size_t count(RecordKind kind) const {
        return static_cast<std::size_t>(
            std::count_if(records.begin(), records.end(), [&](const Record& record) { return record.kind == kind; }));
    }
};

Case random_case(std::mt19937_64& rng, std::uint64_t accounts, std::size_t steps) {
    Model model = random_model(rng, accounts);
    Script script = random_script(rng, accounts + accounts / 3 + 1, kParentNumber, kParentNumber - 8, steps);
    ExecutionWitness witness = make_witness(model, rng, 9);
    return Case(std::move(model), std::move(script), std::move(witness));
}

/// A case in which every kind of record occurs and is known: account 0 and 1 with equal storage, read and written; 2
/// only touched; 3 with code only, its balance changed; an absent account; two ancestors.
Case known_case(std::mt19937_64& rng) {
    Model model = random_model(rng, 12);
    const auto step = [](Step::Kind kind, std::uint64_t account, std::uint64_t slot = 0, std::uint64_t value = 0) {
        Step result{};
        result.kind = kind;
        result.address = address_number(account);
        result.slot = Uint256(slot);
        result.value = Uint256(value);
        result.number = kParentNumber - 3;
        return result;
    };
    Script script;
    const std::uint64_t slot = model.accounts[address_number(0)].storage.begin()->first.low64();
    const std::uint64_t other_slot = model.accounts[address_number(0)].storage.rbegin()->first.low64();
    script.push_back(step(Step::Kind::touch, 2));
    script.push_back(step(Step::Kind::read_slot, 0, slot));
    script.push_back(step(Step::Kind::read_slot, 1, slot));
    script.push_back(step(Step::Kind::set_slot, 0, other_slot, 77));  // read, then overwritten
    script.push_back(step(Step::Kind::code, 0));
    script.push_back(step(Step::Kind::code, 3));
    script.push_back(step(Step::Kind::block_hash, 0));
    script.push_back(step(Step::Kind::touch, 100));  // absent
    script.push_back(step(Step::Kind::set_balance, 3, 0, 5));
    ExecutionWitness witness = make_witness(model, rng, 9);
    return Case(std::move(model), std::move(script), std::move(witness));
}

/// Runs a changed stream: it has to be refused, and as the witness's fault.
ErrorCode refusal(const Parts& parts, const Script& script) {
    const StreamRun run(parts.join(), script);
    INFO(run.error());
    CHECK(run.code != ErrorCode::ok);
    CHECK(error_kind(run.code) == ErrorKind::witness);
    return run.code;
}

void flip(std::string& bytes, std::size_t at, unsigned bit = 0) {
    bytes[at] = static_cast<char>(static_cast<unsigned char>(bytes[at]) ^ 1u << bit);
}

std::uint64_t load64(const std::string& bytes, std::size_t at) {
    return load_le<std::uint64_t>(view(bytes).data() + at);
}
void store64(std::string& bytes, std::size_t at, std::uint64_t value) {
    store_le(reinterpret_cast<std::uint8_t*>(bytes.data()) + at, value);
}

}  // namespace

TEST_CASE("all sources give the values of the state and the same root after random blocks") {
    SLUICE_RANDOM(rng);
    for (int round = 0; round < 40; ++round) {
        const Case block = random_case(rng, 1 + rng() % 40, 10 + rng() % 120);
        for (const WitnessMode mode : kModes) {
            const StreamRun run(block.stream(mode), block.script);
            INFO("round " << round << " mode " << witness_mode_name(mode) << ": " << run.error());
            REQUIRE(run.code == ErrorCode::ok);
            REQUIRE(run.observed == block.observed);
            REQUIRE(run.post_root == block.post_root);
        }
    }
}

TEST_CASE("the memory source answers as the state says") {
    SLUICE_RANDOM(rng);
    const Model model = random_model(rng, 30);
    const ExecutionWitness witness = make_witness(model, rng, 9);
    Memory memory;
    Diagnostics diagnostics;
    const auto link = witness_host::parent_link(witness);
    REQUIRE(link.ok());
    const witness_host::WitnessViews views(witness);
    MemoryState state(*link, memory.arena, diagnostics);
    REQUIRE(state.load(views.full()) == ErrorCode::ok);
    for (std::uint32_t i = 0; i < 40; ++i) {
        const Address address = address_number(i);
        const auto info = state.account(address, i);
        REQUIRE(info.ok());
        REQUIRE(*info == model.info(address));
        if (info->storage_root == kEmptyTrieRoot) continue;
        for (std::uint64_t slot = 0; slot < 20; ++slot) {
            const auto value = state.storage(i, address, Uint256(slot));
            REQUIRE(value.ok());
            REQUIRE(*value == model.slot(address, Uint256(slot)));
        }
    }
    for (const auto& [hash, code] : model.codes) REQUIRE(bytes_of(*state.code(hash)) == code);
    for (std::uint64_t back = 1; back < 9; ++back) {
        REQUIRE(*state.block_hash(kParentNumber - back) == keccak256(view(witness.headers[8 - back])));
    }
    REQUIRE(state.block_hash(kParentNumber - 10).error() == ErrorCode::stream_missing_ancestor);
    REQUIRE(state.code(Hash32{}).error() == ErrorCode::witness_missing_code);
}

TEST_CASE("a witness without a node that is needed is refused with hash and path") {
    SLUICE_RANDOM(rng);
    const Model model = random_model(rng, 30);
    ExecutionWitness witness = make_witness(model, rng, 1);
    const NaiveTrie trie = model.state_trie();
    const Bytes key = nibbles_of(keccak256(address_number(5).view()));
    Bytes path;
    for (const auto& [position, node] : trie.nodes()) {
        if (key.compare(0, position.size(), position) == 0) path = position;
    }
    std::erase(witness.nodes, trie.nodes().at(path));
    Memory memory;
    Diagnostics diagnostics;
    const witness_host::WitnessViews views(witness);
    MemoryState state(*witness_host::parent_link(witness), memory.arena, diagnostics);
    REQUIRE(state.load(views.full()) == ErrorCode::ok);
    REQUIRE(state.account(address_number(5), 0).error() == ErrorCode::trie_missing_node);
    REQUIRE(diagnostics.detail().expected == keccak256(view(trie.nodes().at(path))));
    REQUIRE(Bytes(reinterpret_cast<const char*>(diagnostics.detail().path), diagnostics.detail().path_size) == path);
}

TEST_CASE("an unanchored parent gives hashes on trust and nothing else") {
    SLUICE_RANDOM(rng);
    Case anchored = known_case(rng);
    ExecutionWitness witness = anchored.witness;
    witness.unanchored.emplace();
    witness.unanchored->state_root = anchored.model.state_trie().root();
    for (std::size_t i = witness.headers.size(); i-- > 0;) {
        witness.unanchored->block_hashes.push_back(keccak256(view(witness.headers[i])));
    }
    witness.headers.clear();
    const Case block(anchored.model, anchored.script, witness);
    REQUIRE(block.observed == anchored.observed);
    for (const WitnessMode mode : kModes) {
        const std::string stream = block.stream(mode);
        const StreamRun run(stream, block.script);
        INFO(run.error());
        REQUIRE(run.code == ErrorCode::ok);
        REQUIRE(run.observed == anchored.observed);
        REQUIRE(run.post_root == anchored.post_root);

        Parts root = Parts(stream);
        flip(root.records[root.find(RecordKind::unanchored_parent)].payload, 3);
        CHECK(refusal(root, block.script) == ErrorCode::trie_wrong_node_hash);
        Parts parent = Parts(stream);
        flip(parent.records[parent.find(RecordKind::unanchored_parent)].payload, 41);
        CHECK(refusal(parent, block.script) == ErrorCode::stream_header_chain);
        Parts fewer = Parts(stream);
        std::string& payload = fewer.records[fewer.find(RecordKind::unanchored_parent)].payload;
        payload.resize(40 + 32);
        store64(payload, 32, 1);
        CHECK(refusal(fewer, block.script) == ErrorCode::stream_missing_ancestor);
    }
}

TEST_CASE("every stream with one record left out, doubled or swapped is refused") {
    SLUICE_RANDOM(rng);
    const Case block = random_case(rng, 12, 60);
    for (const WitnessMode mode : kModes) {
        const Parts honest(block.stream(mode));
        for (std::size_t i = 0; i < honest.records.size(); ++i) {
            INFO("mode " << witness_mode_name(mode) << " record " << i << " "
                         << record_kind_name(honest.records[i].kind));
            Parts without = honest;
            without.records.erase(without.records.begin() + static_cast<std::ptrdiff_t>(i));
            static_cast<void>(refusal(without, block.script));
            Parts doubled = honest;
            doubled.records.insert(doubled.records.begin() + static_cast<std::ptrdiff_t>(i), honest.records[i]);
            static_cast<void>(refusal(doubled, block.script));
            if (i + 1 < honest.records.size() && !(honest.records[i] == honest.records[i + 1])) {
                Parts swapped = honest;
                std::swap(swapped.records[i], swapped.records[i + 1]);
                static_cast<void>(refusal(swapped, block.script));
            }
        }
    }
}

TEST_CASE("every stream with one bit flipped is refused") {
    SLUICE_RANDOM(rng);
    const Case block = random_case(rng, 8, 40);
    for (const WitnessMode mode : kModes) {
        const std::string honest = block.stream(mode);
        for (std::size_t at = 0; at < honest.size(); at += 1 + rng() % 12) {
            std::string changed = honest;
            const auto bit = static_cast<unsigned>(rng() % 8);
            flip(changed, at, bit);
            const StreamRun run(changed, block.script);
            INFO("mode " << witness_mode_name(mode) << " byte " << at << " bit " << bit << ": " << run.error());
            CHECK(run.code != ErrorCode::ok);
            CHECK(error_kind(run.code) == ErrorKind::witness);
        }
    }
}

TEST_CASE("every stream cut short is refused, and so is one with bytes after the end") {
    SLUICE_RANDOM(rng);
    const Case block = random_case(rng, 6, 30);
    for (const WitnessMode mode : kModes) {
        const std::string honest = block.stream(mode);
        for (std::size_t size = 0; size < honest.size(); size += 1 + rng() % 8) {
            const StreamRun run(honest.substr(0, size), block.script);
            INFO("mode " << witness_mode_name(mode) << " size " << size << ": " << run.error());
            CHECK(error_kind(run.code) == ErrorKind::witness);
        }
        for (const std::size_t extra : {1, 7, 8, 64}) {
            const StreamRun run(honest + std::string(extra, '\0'), block.script);
            CHECK(run.code == ErrorCode::stream_trailing_bytes);
        }
    }
}

TEST_CASE("the right stream under the wrong mode is refused") {
    SLUICE_RANDOM(rng);
    const Case block = known_case(rng);
    for (const WitnessMode mode : kModes) {
        for (const WitnessMode claimed : kModes) {
            if (mode == claimed) continue;
            Parts parts(block.stream(mode));
            parts.header.mode = claimed;
            // Each ends at the first thing that the other mode has or has not: headers or post-update items announced
            // up front, or a record of another kind.
            const ErrorCode code = refusal(parts, block.script);
            const bool up_front = mode != WitnessMode::value && claimed == WitnessMode::value;
            const bool items = mode == WitnessMode::account && claimed == WitnessMode::eager;
            CHECK(code == (up_front ? ErrorCode::stream_bad_payload
                           : items  ? ErrorCode::stream_post_update_count
                                    : ErrorCode::stream_unexpected_record));
        }
    }
}

TEST_CASE("a stream header that names another block is refused, naming the field") {
    SLUICE_RANDOM(rng);
    const Case block = known_case(rng);
    const Parts honest(block.stream(WitnessMode::value));
    const std::pair<const char*, std::function<void(witness::StreamHeader&)>> changes[] = {
        {"block number", [](auto& header) { ++header.block_number; }},
        {"timestamp", [](auto& header) { ++header.timestamp; }},
        {"fork", [](auto& header) { ++header.fork; }},
        {"block hash", [](auto& header) { header.block_hash.bytes[31] ^= 1; }},
        {"chain id", [](auto& header) { ++header.chain_id; }},
    };
    for (const auto& [field, change] : changes) {
        Parts parts = honest;
        change(parts.header);
        const StreamRun run(parts.join(), block.script);
        CHECK(run.code == ErrorCode::stream_header_mismatch);
        CHECK(std::string(run.diagnostics.detail().what) == field);
    }
}

TEST_CASE("value mode: wrong accounts and slots are found by the end pass") {
    SLUICE_RANDOM(rng);
    const Case block = known_case(rng);
    const Parts honest(block.stream(WitnessMode::value));
    // Record: address 20, exists u32, nonce, balance, storage root, code hash. The first is account 2, which is only
    // touched.
    const std::size_t touched = honest.find(RecordKind::account_value);
    for (const std::size_t field : {24, 32, 56, 64, 96}) {
        Parts parts = honest;
        flip(parts.records[touched].payload, field);
        CHECK(refusal(parts, block.script) == ErrorCode::trie_wrong_account);
    }
    SECTION("present streamed as absent") {
        Parts parts = honest;
        parts.records[touched].payload.resize(witness::AccountValueItem::kAbsentSize);
        parts.records[touched].payload[20] = 0;
        CHECK(refusal(parts, block.script) == ErrorCode::trie_wrong_account);
    }
    SECTION("absent streamed as present") {
        Parts parts = honest;
        for (Record& record : parts.records) {
            if (record.kind != RecordKind::account_value || record.payload[20] != 0) continue;
            witness::AccountValueItem item;
            REQUIRE(parse_account_value(view(record.payload), item));
            item.info.exists = true;
            item.info.balance = Uint256(1000);
            record.payload.resize(witness::AccountValueItem::kSize);
            encode_account_value(item, reinterpret_cast<std::uint8_t*>(record.payload.data()));
        }
        CHECK(refusal(parts, block.script) == ErrorCode::trie_wrong_account);
    }
    SECTION("a slot value that is wrong; the last one is overwritten by the block") {
        const std::size_t slots = honest.count(RecordKind::slot_value);
        REQUIRE(slots == 3);
        for (std::size_t i = 0; i < slots; ++i) {
            Parts parts = honest;
            flip(parts.records[parts.find(RecordKind::slot_value, i)].payload, 40);
            CHECK(refusal(parts, block.script) == ErrorCode::trie_wrong_slot);
        }
    }
    SECTION("another account or slot than the one asked for") {
        Parts account = honest;
        flip(account.records[touched].payload, 0);
        CHECK(refusal(account, block.script) == ErrorCode::stream_wrong_item);
        Parts number = honest;
        flip(number.records[number.find(RecordKind::slot_value)].payload, 0);
        CHECK(refusal(number, block.script) == ErrorCode::stream_wrong_item);
        Parts slot = honest;
        flip(slot.records[slot.find(RecordKind::slot_value)].payload, 8);
        CHECK(refusal(slot, block.script) == ErrorCode::stream_wrong_item);
    }
    SECTION("two copies of a node that differ") {
        Parts parts = honest;
        std::map<std::string, std::size_t> first;
        bool changed = false;
        for (std::size_t i = 0; i < parts.records.size(); ++i) {
            if (parts.records[i].kind != RecordKind::node) continue;
            if (first.count(parts.records[i].payload) != 0 && !changed) {
                flip(parts.records[i].payload, 40);
                changed = true;
            }
            first[parts.records[i].payload] = i;
        }
        REQUIRE(changed);
        CHECK(refusal(parts, block.script) == ErrorCode::trie_wrong_node_hash);
    }
    SECTION("an embedded node or an empty trie as a record") {
        const std::size_t root = honest.find(RecordKind::node);
        Parts embedded = honest;
        embedded.records.insert(embedded.records.begin() + static_cast<std::ptrdiff_t>(root) + 1,
                                {RecordKind::node, std::string("\xc2\x20\x01", 3)});
        CHECK(refusal(embedded, block.script) == ErrorCode::stream_never_streamed);
        Parts empty = honest;
        empty.records.insert(empty.records.begin() + static_cast<std::ptrdiff_t>(root),
                             {RecordKind::node, std::string("\x80", 1)});
        CHECK(refusal(empty, block.script) == ErrorCode::stream_never_streamed);
    }
    SECTION("older headers up front") {
        Parts parts = honest;
        witness_host::RecordWriter out;
        out.add_ancestor_headers({block.witness.headers[8], block.witness.headers[7]});
        const std::string bytes = *std::move(out).take();
        const auto items = witness_host::list_records(view(bytes));
        parts.records[parts.find(RecordKind::ancestor_headers)].payload = witness_host::string_of(items->at(0).payload);
        CHECK(refusal(parts, block.script) == ErrorCode::stream_bad_payload);
    }
    SECTION("an ancestor with the right number and another hash") {
        Parts parts = honest;
        Record& header = parts.records[parts.find(RecordKind::header)];
        const auto at = header.payload.find("synthetic");
        REQUIRE(at != std::string::npos);
        flip(header.payload, at);
        CHECK(refusal(parts, block.script) == ErrorCode::stream_header_chain);
    }
}

TEST_CASE("account mode: what the state trie does not hold is refused") {
    SLUICE_RANDOM(rng);
    const Case block = known_case(rng);
    const Parts honest(block.stream(WitnessMode::account));
    // Record: hashed address 32, exists u64, nonce, balance, storage root, code hash.
    const std::size_t touched = honest.find(RecordKind::account);
    for (const std::size_t field : {40, 48, 80, 112}) {
        Parts parts = honest;
        flip(parts.records[touched].payload, field);
        CHECK(refusal(parts, block.script) == ErrorCode::trie_wrong_account);
    }
    SECTION("present streamed as absent, and the reverse") {
        Parts absent = honest;
        absent.records[touched].payload.resize(witness::AccountItem::kAbsentSize);
        absent.records[touched].payload[32] = 0;
        CHECK(refusal(absent, block.script) == ErrorCode::trie_wrong_account);
        Parts present = honest;
        for (Record& record : present.records) {
            if (record.kind != RecordKind::account || record.payload.size() != witness::AccountItem::kAbsentSize)
                continue;
            record.payload[32] = 1;
            record.payload.append(8 + 32, '\1');
            record.payload.append(bytes_of(kEmptyTrieRoot)).append(bytes_of(kEmptyCodeHash));
        }
        CHECK(refusal(present, block.script) == ErrorCode::trie_wrong_account);
    }
    SECTION("another account than the one asked for") {
        Parts parts = honest;
        flip(parts.records[touched].payload, 0);
        CHECK(refusal(parts, block.script) == ErrorCode::stream_wrong_item);
    }
    SECTION("a storage trie of another account or another root") {
        const std::size_t trie = honest.find(RecordKind::storage_trie);
        Parts other = honest;
        flip(other.records[trie].payload, 0);
        CHECK(refusal(other, block.script) == ErrorCode::stream_wrong_item);
        Parts root = honest;
        flip(root.records[trie].payload, 32);
        CHECK(refusal(root, block.script) == ErrorCode::stream_storage_root);
        Parts empty = honest;
        empty.records[trie].payload.replace(32, 32, bytes_of(kEmptyTrieRoot));
        CHECK(refusal(empty, block.script) == ErrorCode::stream_never_streamed);
    }
    SECTION("self-consistent storage of the cheater's making") {
        // Account 0 gets a trie of its own, root included: only the state trie can tell.
        Model lie = block.model;
        lie.accounts[address_number(0)].storage.begin()->second = Uint256(123456789);
        const Case lying(lie, block.script, make_witness(lie, rng, 9));
        const Parts from(lying.stream(WitnessMode::account));
        Parts parts = honest;
        const std::string wanted = bytes_of(keccak256(address_number(0).view()));
        for (std::size_t i = 0; i < parts.records.size(); ++i) {
            const RecordKind kind = parts.records[i].kind;
            const bool about = parts.records[i].payload.substr(0, 32) == wanted;
            if (about && (kind == RecordKind::account || kind == RecordKind::storage_trie))
                parts.records[i] = from.records[i];
            if (about && kind == RecordKind::storage_trie) parts.records[i + 1] = from.records[i + 1];
        }
        CHECK(refusal(parts, block.script) == ErrorCode::trie_wrong_account);
    }
    SECTION("the count of post-update items is off by one") {
        const std::size_t trie = honest.find(RecordKind::state_trie);
        REQUIRE(load64(honest.records[trie].payload, 8) == 1);
        for (const std::uint64_t count : {0, 2}) {
            Parts parts = honest;
            store64(parts.records[trie].payload, 8, count);
            CHECK(refusal(parts, block.script) == ErrorCode::stream_post_update_count);
        }
    }
    SECTION("a post-update item that is wrong") {
        const std::size_t item = honest.records.size() - 3;
        REQUIRE(honest.records[item].kind == RecordKind::storage_trie);
        Parts other = honest;
        flip(other.records[item].payload, 0);
        CHECK(refusal(other, block.script) == ErrorCode::stream_wrong_item);
        Parts root = honest;
        flip(root.records[item].payload, 32);
        CHECK(refusal(root, block.script) == ErrorCode::stream_storage_root);
        Parts nodes = honest;
        store64(nodes.records[item].payload, 64, 1);
        CHECK(refusal(nodes, block.script) == ErrorCode::stream_bad_payload);
    }
    SECTION("a node count that is not the number of nodes") {
        for (const RecordKind kind : {RecordKind::state_trie, RecordKind::storage_trie}) {
            const std::size_t header = honest.find(kind);
            const std::size_t at = kind == RecordKind::state_trie ? 0 : 64;
            for (const std::int64_t change : {-1, 1}) {
                Parts parts = honest;
                std::string& payload = parts.records[header].payload;
                store64(payload, at, load64(payload, at) + static_cast<std::uint64_t>(change));
                static_cast<void>(refusal(parts, block.script));
            }
            Parts huge = honest;
            store64(huge.records[header].payload, at, ~std::uint64_t{0});
            static_cast<void>(refusal(huge, block.script));
        }
    }
}

TEST_CASE("eager mode: tries and codes are checked when they are decoded") {
    SLUICE_RANDOM(rng);
    const Case block = known_case(rng);
    const Parts honest(block.stream(WitnessMode::eager));
    const std::size_t trie = honest.find(RecordKind::storage_trie);
    const auto at = [](std::size_t index) { return static_cast<std::ptrdiff_t>(index); };
    SECTION("a storage trie twice") {
        Parts parts = honest;
        const std::vector<Record> copy(honest.records.begin() + at(trie), honest.records.begin() + at(trie) + 2);
        parts.records.insert(parts.records.begin() + at(trie), copy.begin(), copy.end());
        CHECK(refusal(parts, block.script) == ErrorCode::stream_duplicate);
    }
    SECTION("storage tries out of order") {
        REQUIRE(honest.count(RecordKind::storage_trie) == 2);
        Parts parts = honest;
        std::swap_ranges(parts.records.begin() + at(trie), parts.records.begin() + at(trie) + 2,
                         parts.records.begin() + at(trie) + 2);
        CHECK(refusal(parts, block.script) == ErrorCode::stream_wrong_item);
    }
    SECTION("a storage trie under another root, or under an account that is absent") {
        Parts root = honest;
        flip(root.records[trie].payload, 32);
        CHECK(refusal(root, block.script) == ErrorCode::stream_storage_root);
        Parts empty = honest;
        empty.records[trie].payload.replace(32, 32, bytes_of(kEmptyTrieRoot));
        CHECK(refusal(empty, block.script) == ErrorCode::stream_never_streamed);
        Parts absent = honest;
        absent.records[trie].payload.replace(0, 32, bytes_of(keccak256(address_number(100).view())));
        const ErrorCode code = refusal(absent, block.script);
        CHECK((code == ErrorCode::stream_never_streamed || code == ErrorCode::stream_wrong_item));
    }
    SECTION("a storage trie left out, with its bytes") {
        Parts parts = honest;
        parts.records.erase(parts.records.begin() + at(trie), parts.records.begin() + at(trie) + 2);
        CHECK(refusal(parts, block.script) == ErrorCode::witness_missing_trie);
    }
    SECTION("a code changed, left out or never used") {
        const std::size_t code = honest.find(RecordKind::bytecode);
        Parts missing = honest;
        missing.records.erase(missing.records.begin() + at(code));
        CHECK(refusal(missing, block.script) == ErrorCode::witness_missing_code);
        Parts unused = honest;
        std::string extra;
        for (std::uint64_t i = 0; extra.empty(); ++i) {  // one whose hash sorts after the others
            const Bytes candidate = naive_rlp::integer(i);
            const Bytes last = unused.records[code + unused.count(RecordKind::bytecode) - 1].payload;
            if (keccak256(view(last)) < keccak256(view(candidate))) extra = candidate;
        }
        unused.records.insert(unused.records.end() - 1, {RecordKind::bytecode, extra});
        CHECK(refusal(unused, block.script) == ErrorCode::stream_unused);
    }
    SECTION("items after the state trie are announced") {
        Parts parts = honest;
        store64(parts.records[parts.find(RecordKind::state_trie)].payload, 8, 1);
        CHECK(refusal(parts, block.script) == ErrorCode::stream_post_update_count);
    }
}

TEST_CASE("codes with another hash, another length or none at all are refused in every mode") {
    SLUICE_RANDOM(rng);
    const Case block = known_case(rng);
    for (const WitnessMode mode : {WitnessMode::account, WitnessMode::value}) {
        const Parts honest(block.stream(mode));
        const std::size_t code = honest.find(RecordKind::bytecode);
        Parts longer = honest;
        longer.records[code].payload.push_back('\0');
        CHECK(refusal(longer, block.script) == ErrorCode::stream_code_hash);
        Parts shorter = honest;
        shorter.records[code].payload.pop_back();
        const ErrorCode shortened = refusal(shorter, block.script);
        CHECK((shortened == ErrorCode::stream_code_hash || shortened == ErrorCode::stream_never_streamed));
        Parts changed = honest;
        flip(changed.records[code].payload, 0);
        CHECK(refusal(changed, block.script) == ErrorCode::stream_code_hash);
        Parts empty = honest;
        empty.records[code].payload.clear();
        CHECK(refusal(empty, block.script) == ErrorCode::stream_never_streamed);
    }
    Parts empty(block.stream(WitnessMode::eager));
    empty.records[empty.find(RecordKind::bytecode)].payload.clear();
    CHECK(refusal(empty, block.script) == ErrorCode::stream_never_streamed);
}

TEST_CASE("account and eager mode chain all headers at once") {
    SLUICE_RANDOM(rng);
    const Case block = known_case(rng);
    const auto with_headers = [](Parts parts, const std::vector<std::string_view>& headers) {
        witness_host::RecordWriter out;
        out.add_ancestor_headers(headers);
        const std::string bytes = *std::move(out).take();
        const auto items = witness_host::list_records(view(bytes));
        parts.records[parts.find(RecordKind::ancestor_headers)].payload = witness_host::string_of(items->at(0).payload);
        return parts;
    };
    const std::vector<std::string>& headers = block.witness.headers;
    for (const WitnessMode mode : {WitnessMode::eager, WitnessMode::account}) {
        const Parts honest(block.stream(mode));
        // The script reads the hash of the block 3 before the parent: it is in the header 2 before it.
        CHECK(refusal(with_headers(honest, {headers[8], headers[7]}), block.script) ==
              ErrorCode::stream_missing_ancestor);
        CHECK(refusal(with_headers(honest, {headers[8], headers[6], headers[5]}), block.script) ==
              ErrorCode::stream_header_chain);
        CHECK(refusal(with_headers(honest, {headers[8], headers[7], headers[7]}), block.script) ==
              ErrorCode::stream_header_chain);
        std::string forged = headers[6];
        flip(forged, forged.find("synthetic"));
        CHECK(refusal(with_headers(honest, {headers[8], headers[7], forged}), block.script) ==
              ErrorCode::stream_header_chain);
        CHECK(refusal(with_headers(honest, {headers[7], headers[6]}), block.script) == ErrorCode::stream_header_chain);
        const StreamRun same(with_headers(honest, {headers[8], headers[7], headers[6]}).join(), block.script);
        CHECK(same.code == ErrorCode::ok);
    }
}

TEST_CASE("an invalid block is called one only if its values were right") {
    SLUICE_RANDOM(rng);
    const Case block = random_case(rng, 12, 60);
    for (const WitnessMode mode : kModes) {
        const std::string honest = block.stream(mode);
        for (const std::size_t length :
             {std::size_t{0}, std::size_t{1}, block.script.size() / 2, block.script.size()}) {
            const Script part(block.script.begin(), block.script.begin() + static_cast<std::ptrdiff_t>(length));
            const StreamRun run(honest, part, true);
            INFO("mode " << witness_mode_name(mode) << " after " << length << " steps: " << run.error());
            CHECK(run.code == ErrorCode::ok);
        }
    }
    const Script half(block.script.begin(),
                      block.script.begin() + static_cast<std::ptrdiff_t>(block.script.size() / 2));
    const auto refuse_flip = [&](WitnessMode mode, RecordKind kind, std::size_t at, ErrorCode expected) {
        Parts parts(block.stream(mode));
        flip(parts.records[parts.find(kind)].payload, at);
        const StreamRun run(parts.join(), half, true);
        INFO(run.error());
        CHECK(run.code == expected);
    };
    for (std::size_t i = 0; i < 2; ++i) {
        const Parts honest(block.stream(WitnessMode::value));
        if (honest.records[honest.find(RecordKind::account_value)].payload.size() == witness::AccountValueItem::kSize) {
            refuse_flip(WitnessMode::value, RecordKind::account_value, 32, ErrorCode::trie_wrong_account);
            refuse_flip(WitnessMode::account, RecordKind::account, 48, ErrorCode::trie_wrong_account);
        }
        refuse_flip(WitnessMode::value, RecordKind::slot_value, 40, ErrorCode::trie_wrong_slot);
    }
}

TEST_CASE("a value that the executor was given and does not list is never passed over") {
    SLUICE_RANDOM(rng);
    const Case block = known_case(rng);
    for (const WitnessMode mode : {WitnessMode::account, WitnessMode::value}) {
        const std::string stream = block.stream(mode);
        for (int forget = 0; forget < 2; ++forget) {
            if (forget == 1 && mode == WitnessMode::account) continue;  // its slots are authentic when they are given
            Memory memory;
            Diagnostics diagnostics;
            witness::StreamReader reader(view(stream), diagnostics);
            REQUIRE(reader.open() == ErrorCode::ok);
            REQUIRE(reader.read_chain_config().ok());
            const auto ancestors = reader.read_ancestor_headers();
            REQUIRE(ancestors.ok());
            REQUIRE(reader.read_current_block().ok());
            const auto link = witness_host::parent_link(block.witness);
            const auto source = open_streaming_state(reader, *link, *ancestors, memory.arena, diagnostics);
            REQUIRE(source.ok());
            ScriptRun run(**source);
            REQUIRE(run.run(block.script) == ErrorCode::ok);
            witness::BlockAccesses accesses = run.accesses();
            if (forget == 0) {
                accesses.accounts = accesses.accounts.first(accesses.accounts.size() - 1);
            } else {
                for (auto& account : accesses.accounts) {
                    if (!account.slots.empty()) account.slots = account.slots.subspan(1);
                }
            }
            CHECK((*source)->post_state_root(accesses).error() == ErrorCode::internal_fault);
        }
    }
}

TEST_CASE("an exhausted arena is an internal error, never a wrong answer") {
    SLUICE_RANDOM(rng);
    const Case block = random_case(rng, 10, 50);
    for (const WitnessMode mode : kModes) {
        const std::string stream = block.stream(mode);
        for (std::size_t size = 64; size < 40'000; size += 64 + rng() % 1500) {
            std::vector<std::uint64_t> words(size / 8);
            Arena arena(words.data(), size / 8 * 8);
            StreamRun run("", {});
            run.diagnostics.clear();
            const ErrorCode code = run.run(view(stream), block.script, arena, false);
            INFO("mode " << witness_mode_name(mode) << " size " << size << ": " << run.error());
            CHECK((code == ErrorCode::ok || code == ErrorCode::arena_exhausted));
            if (code == ErrorCode::ok) CHECK(run.post_root == block.post_root);
        }
    }
}

TEST_CASE("the writer refuses a recording that does not fit its witness") {
    SLUICE_RANDOM(rng);
    const Case block = known_case(rng);
    const auto header = *witness_host::make_stream_header(WitnessMode::value, block.witness);
    Recording other_root = block.recording;
    other_root.parent_state_root.bytes[0] ^= 1;
    CHECK_FALSE(witness_host::write_stream(header, block.witness, other_root).ok());
    ExecutionWitness fewer_headers = block.witness;
    fewer_headers.headers.erase(fewer_headers.headers.begin(), fewer_headers.headers.begin() + 7);
    const auto written = witness_host::write_stream(header, fewer_headers, block.recording);
    CHECK_FALSE(written.ok());
    INFO(written.status());
    CHECK(std::string(written.status().message()).find("needs") != std::string::npos);
    std::vector<executor::RecordedNode> nodes(block.recording.nodes.begin(), block.recording.nodes.end());
    nodes.erase(nodes.begin());
    Recording without_root = block.recording;
    without_root.nodes = nodes;
    const auto eager = *witness_host::make_stream_header(WitnessMode::eager, block.witness);
    CHECK_FALSE(witness_host::write_stream(eager, block.witness, without_root).ok());
}
