// Converters and input files. SPDX-License-Identifier: MIT OR Apache-2.0
#include <filesystem>
#include <fstream>

#include "nlohmann/json.hpp"

#include "sluice/base/rlp.h"
#include "sluice/files/files.h"
#include "sluice/witness_host/block_folder.h"
#include "sluice/witness_host/block_json.h"
#include "sluice/witness_host/format_error.h"
#include "sluice/witness_host/hex.h"
#include "sluice/witness_host/input_file.h"
#include "sluice/witness_host/witness_json.h"
#include "support/catch.h"
#include "support/memory_use.h"
#include "support/naive_trie.h"

using namespace sluice;
using namespace sluice::test;
using namespace sluice::witness_host;
using nlohmann::json;
using witness_host::bytes_of;
using witness_host::to_hex;

namespace {

/// A folder that goes away with the test.
class TemporaryFolder {
 public:
    TemporaryFolder() {
        std::string name = (std::filesystem::temp_directory_path() / "sluice-test-XXXXXX").string();
        REQUIRE(mkdtemp(name.data()) != nullptr);
        path_ = name;
    }
    ~TemporaryFolder() { std::filesystem::remove_all(path_); }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    [[nodiscard]] std::string operator/(const std::string& name) const { return (path_ / name).string(); }
    [[nodiscard]] std::string string() const { return path_.string(); }

 private:
    std::filesystem::path path_;
};

std::string hex(std::string_view bytes) {
    return to_hex(bytes_of(bytes));
}

/// Minimal quantity text of an RLP integer.
std::string quantity(ByteView digits) {
    std::string text = to_hex(digits).substr(2);
    const std::size_t first = text.find_first_not_of('0');
    return "0x" + (first == std::string::npos ? "0" : text.substr(first));
}

/// The JSON of a node for a block in RLP: the converter's inverse, written from the JSON-RPC specification.
class JsonOfBlock {
 public:
    static json header(ByteView raw) {
        static const std::vector<std::pair<std::string, bool>> kFields = {{"parentHash", false},
                                                                          {"sha3Uncles", false},
                                                                          {"miner", false},
                                                                          {"stateRoot", false},
                                                                          {"transactionsRoot", false},
                                                                          {"receiptsRoot", false},
                                                                          {"logsBloom", false},
                                                                          {"difficulty", true},
                                                                          {"number", true},
                                                                          {"gasLimit", true},
                                                                          {"gasUsed", true},
                                                                          {"timestamp", true},
                                                                          {"extraData", false},
                                                                          {"mixHash", false},
                                                                          {"nonce", false},
                                                                          {"baseFeePerGas", true},
                                                                          {"withdrawalsRoot", false},
                                                                          {"blobGasUsed", true},
                                                                          {"excessBlobGas", true},
                                                                          {"parentBeaconBlockRoot", false},
                                                                          {"requestsHash", false}};
        json object;
        rlp::Reader fields = list(raw);
        for (const auto& [name, is_quantity] : kFields) {
            if (fields.done()) break;
            const ByteView value = *fields.string();
            object[name] = is_quantity ? quantity(value) : to_hex(value);
        }
        REQUIRE(fields.done());
        object["hash"] = to_hex(keccak256(raw));
        return object;
    }
    static json block(std::string_view rlp_bytes) {
        rlp::Reader items = list(bytes_of(rlp_bytes));
        json object = header(*items.raw());
        rlp::Reader transactions = *items.list();
        object["transactions"] = json::array();
        while (!transactions.done()) object["transactions"].push_back(transaction(*transactions.item()));
        REQUIRE(items.list()->done());
        object["uncles"] = json::array();
        if (!items.done()) {
            object["withdrawals"] = json::array();
            rlp::Reader withdrawals = *items.list();
            while (!withdrawals.done()) {
                rlp::Reader fields = *withdrawals.list();
                json entry;
                entry["index"] = quantity(*fields.string());
                entry["validatorIndex"] = quantity(*fields.string());
                entry["address"] = to_hex(*fields.string());
                entry["amount"] = quantity(*fields.string());
                object["withdrawals"].push_back(entry);
            }
        }
        return object;
    }

 private:
    static rlp::Reader list(ByteView raw) {
        rlp::Reader reader(raw);
        return *reader.list();
    }
    static json access_list(rlp::Reader entries) {
        json result = json::array();
        while (!entries.done()) {
            rlp::Reader entry = *entries.list();
            json object;
            object["address"] = to_hex(*entry.string());
            object["storageKeys"] = json::array();
            rlp::Reader keys = *entry.list();
            while (!keys.done()) object["storageKeys"].push_back(to_hex(*keys.string()));
            result.push_back(object);
        }
        return result;
    }
    static json transaction(const rlp::Item& item) {
        json object;
        const bool legacy = item.kind == rlp::Kind::list;
        const ByteView encoded = legacy ? item.raw : item.payload;
        const unsigned type = legacy ? 0 : encoded[0];
        rlp::Reader fields = list(legacy ? encoded : encoded.subspan(1));
        const auto number = [&](const char* name) { object[name] = quantity(*fields.string()); };
        object["type"] = quantity(ByteView(reinterpret_cast<const std::uint8_t*>(&type), 1));
        object["hash"] = to_hex(keccak256(encoded));
        if (type != 0) number("chainId");
        number("nonce");
        if (type >= 2) {
            number("maxPriorityFeePerGas");
            number("maxFeePerGas");
        } else {
            number("gasPrice");
        }
        number("gas");
        const ByteView to = *fields.string();
        object["to"] = to.empty() ? json() : json(to_hex(to));
        number("value");
        object["input"] = to_hex(*fields.string());
        if (type != 0) object["accessList"] = access_list(*fields.list());
        if (type == 3) {
            number("maxFeePerBlobGas");
            object["blobVersionedHashes"] = json::array();
            rlp::Reader hashes = *fields.list();
            while (!hashes.done()) object["blobVersionedHashes"].push_back(to_hex(*hashes.string()));
        }
        if (type == 4) {
            object["authorizationList"] = json::array();
            rlp::Reader entries = *fields.list();
            while (!entries.done()) {
                rlp::Reader entry = *entries.list();
                json authorization;
                authorization["chainId"] = quantity(*entry.string());
                authorization["address"] = to_hex(*entry.string());
                authorization["nonce"] = quantity(*entry.string());
                authorization["yParity"] = quantity(*entry.string());
                authorization["r"] = quantity(*entry.string());
                authorization["s"] = quantity(*entry.string());
                object["authorizationList"].push_back(authorization);
            }
        }
        number(type == 0 ? "v" : "yParity");
        number("r");
        number("s");
        REQUIRE(fields.done());
        return object;
    }
};

Bytes header_bytes(const Hash32& parent, std::uint64_t number) {
    const auto zeros = [](std::size_t size) { return naive_rlp::string(Bytes(size, '\0')); };
    return naive_rlp::list(naive_rlp::string(test::bytes_of(parent)) + zeros(32) + zeros(20) + zeros(32) + zeros(32) +
                           zeros(32) + zeros(256) + naive_rlp::integer(0) + naive_rlp::integer(number) +
                           naive_rlp::integer(1000) + naive_rlp::integer(0) + naive_rlp::integer(1'700'000'000) +
                           naive_rlp::string("") + zeros(32) + zeros(8) + naive_rlp::integer(7));
}

/// Three chained headers and a block above them.
ExecutionWitness small_witness() {
    ExecutionWitness witness;
    Hash32 parent = keccak256(view("genesis"));
    for (std::uint64_t number = 20'000'000; number < 20'000'003; ++number) {
        witness.headers.push_back(header_bytes(parent, number));
        parent = keccak256(view(witness.headers.back()));
    }
    witness.block = naive_rlp::list(header_bytes(parent, 20'000'003) + naive_rlp::list("") + naive_rlp::list(""));
    witness.nodes = {"node one, which is as long as a node is", "node two"};
    witness.codes = {"\x60\x01"};
    return witness;
}

json witness_json(const ExecutionWitness& witness) {
    json object;
    for (const auto* field : {"state", "codes", "headers", "keys"}) object[field] = json::array();
    for (const auto& node : witness.nodes) object["state"].push_back(hex(node));
    for (const auto& code : witness.codes) object["codes"].push_back(hex(code));
    for (const auto& header : witness.headers) object["headers"].push_back(hex(header));
    return object;
}

std::string message_of(const absl::Status& status) {
    return std::string(status.message());
}

std::vector<std::string> data_folders() {
    std::vector<std::string> folders;
    const std::string data = test_data();
    if (data.empty()) return folders;
    for (const char* set : {"mainnet", "mainnet-noparent", "mainnet-incomplete"}) {
        for (const auto& entry : std::filesystem::directory_iterator(data + "/" + set)) folders.push_back(entry.path());
    }
    std::sort(folders.begin(), folders.end());
    return folders;
}

}  // namespace

TEST_CASE("hex text is read strictly and the place of a wrong digit is named") {
    REQUIRE(*parse_data("0x00fFaA") == std::string("\x00\xff\xaa", 3));
    REQUIRE(parse_data("0x")->empty());
    REQUIRE(message_of(parse_data("00ff").status()).find("expected hex with 0x") != std::string::npos);
    REQUIRE(message_of(parse_data("0x0").status()).find("odd number") != std::string::npos);
    REQUIRE(message_of(parse_data("0x00g1").status()).find("character 4") != std::string::npos);
    REQUIRE_FALSE(parse_data("").ok());
    REQUIRE_FALSE(parse_data("0x 1").ok());
    REQUIRE(*parse_quantity("0x0") == "");
    REQUIRE(*parse_quantity("0x1f4") == std::string("\x01\xf4", 2));
    REQUIRE(*parse_quantity("0x000001") == "\x01");
    REQUIRE_FALSE(parse_quantity("0x").ok());
    REQUIRE(message_of(parse_quantity("0x1z3").status()).find("character 3") != std::string::npos);
    REQUIRE(*parse_quantity_u64("0xffffffffffffffff") == ~std::uint64_t{0});
    REQUIRE_FALSE(parse_quantity_u64("0x10000000000000000").ok());
    REQUIRE_FALSE(parse_hash("0x00").ok());
}

TEST_CASE("gzip and zstd are undone by their first bytes, and damage is an error") {
    SLUICE_RANDOM(rng);
    std::string plain;
    for (int i = 0; i < 100'000; ++i) plain.push_back(static_cast<char>(rng() % 7));
    const std::string packed = *files::gzip(plain);
    REQUIRE(packed.size() < plain.size());
    REQUIRE(*files::decompress(packed) == plain);
    REQUIRE(*files::decompress(packed + packed) == plain + plain);  // gzip allows several members
    REQUIRE(*files::decompress(plain) == plain);
    REQUIRE(*files::decompress("") == "");
    REQUIRE_FALSE(files::decompress(packed.substr(0, packed.size() / 2)).ok());
    std::string damaged = packed;
    damaged[packed.size() / 2] = static_cast<char>(damaged[packed.size() / 2] ^ 0x55);
    REQUIRE_FALSE(files::decompress(damaged).ok());
    REQUIRE_FALSE(files::decompress(std::string("\x28\xb5\x2f\xfd", 4)).ok());
    REQUIRE_FALSE(files::decompress(std::string("\x28\xb5\x2f\xfd\xff\xff\xff", 7)).ok());
    // zstd's frame of "sluice": as the zstd tool writes it.
    const std::string frame = from_hex("28b52ffd0458310000736c756963657c2388a2");
    REQUIRE(*files::decompress(frame) == "sluice");
}

TEST_CASE("what decompresses to more than the limit is refused when it gets there") {
    constexpr std::size_t kLimit = std::size_t{1} << 20;
    // Each stands for exactly the limit, and by repetition for a gigabyte.
    const std::string gzip = *files::gzip(std::string(kLimit, '\0'));
    const std::string zstd = zstd_zeros(kLimit);
    for (const std::string& packed : {gzip, zstd}) {
        const auto whole = files::decompress(packed, kLimit);
        REQUIRE(whole.ok());
        CHECK(*whole == std::string(kLimit, '\0'));
        const absl::Status over = files::decompress(packed, kLimit - 1).status();
        CHECK(over.code() == absl::StatusCode::kResourceExhausted);
        CHECK(message_of(over).find(std::to_string(kLimit - 1)) != std::string::npos);
        std::string bomb;
        for (int i = 0; i < 1024; ++i) bomb += packed;
        const std::size_t before = peak_memory();
        CHECK(files::decompress(bomb, kLimit).status().code() == absl::StatusCode::kResourceExhausted);
        CHECK(peak_memory() - before < (std::size_t{32} << 20));
    }
}

TEST_CASE("a file is written whole or not at all") {
    const TemporaryFolder folder;
    const std::string path = folder / "deep/er/file";
    REQUIRE(files::write_file(path, "first").ok());
    REQUIRE(files::write_file(path, "second").ok());
    REQUIRE(*files::read_file(path) == "second");
    REQUIRE(std::distance(std::filesystem::directory_iterator(folder / "deep/er"),
                          std::filesystem::directory_iterator()) == 1);
    const absl::Status status = files::write_file(folder / "deep", "x");  // a folder is in the way
    REQUIRE_FALSE(status.ok());
    REQUIRE(message_of(status).find("deep") != std::string::npos);
    REQUIRE(files::read_file(folder / "missing").status().code() == absl::StatusCode::kNotFound);
}

TEST_CASE("witness arrays are sets: order, duplicates, empty items, null and missing arrays do not matter") {
    const ExecutionWitness witness = small_witness();
    const auto expected = witness_from_json(witness_json(witness));
    REQUIRE(expected.ok());
    REQUIRE(expected->nodes.size() == 2);
    REQUIRE(expected->headers == witness.headers);
    SECTION("any order, with duplicates, the empty node and the empty code") {
        json shuffled = witness_json(witness);
        std::reverse(shuffled["state"].begin(), shuffled["state"].end());
        std::reverse(shuffled["headers"].begin(), shuffled["headers"].end());
        shuffled["state"].push_back(shuffled["state"][0]);
        shuffled["headers"].push_back(shuffled["headers"][1]);
        shuffled["state"].push_back("0x80");
        shuffled["codes"].push_back("0x");
        shuffled["codes"].push_back(shuffled["codes"][0]);
        const auto arrays = witness_from_json(shuffled);
        REQUIRE(arrays.ok());
        REQUIRE(arrays->nodes == expected->nodes);
        REQUIRE(arrays->codes == expected->codes);
        REQUIRE(arrays->headers == expected->headers);
    }
    SECTION("null or missing, keys of any form, the response around it") {
        json sparse = witness_json(witness);
        sparse["codes"] = nullptr;
        sparse.erase("keys");
        json response = {{"jsonrpc", "2.0"}, {"id", 1}, {"result", sparse}};
        const auto arrays = witness_from_json_text(response.dump());
        REQUIRE(arrays.ok());
        REQUIRE(arrays->nodes == expected->nodes);
        REQUIRE(arrays->codes.empty());
    }
    SECTION("objects from hash to bytes") {
        json mapped = witness_json(witness);
        json nodes;
        for (const auto& node : witness.nodes) nodes[to_hex(keccak256(view(node)))] = hex(node);
        mapped["state"] = nodes;
        const auto arrays = witness_from_json(mapped);
        REQUIRE(arrays.ok());
        REQUIRE(arrays->nodes == expected->nodes);
    }
    SECTION("header objects, in any mixture") {
        json objects = witness_json(witness);
        objects["headers"][1] = JsonOfBlock::header(view(witness.headers[1]));
        objects["headers"][2] = JsonOfBlock::header(view(witness.headers[2]));
        objects["headers"][2]["withdrawalsRoot"] = nullptr;
        const auto arrays = witness_from_json(objects);
        INFO(arrays.status());
        REQUIRE(arrays.ok());
        REQUIRE(arrays->headers == witness.headers);
    }
}

TEST_CASE("a witness written as JSON reads back, and is written in one form") {
    const ExecutionWitness witness = small_witness();
    const std::string text = witness_json_text(witness);
    const auto back = witness_from_json_text(text);
    REQUIRE(back.ok());
    ExecutionWitness sorted = witness;
    std::sort(sorted.nodes.begin(), sorted.nodes.end());
    std::sort(sorted.codes.begin(), sorted.codes.end());
    REQUIRE(back->nodes == sorted.nodes);
    REQUIRE(back->codes == sorted.codes);
    REQUIRE(back->headers == witness.headers);
    ExecutionWitness doubled = witness;
    std::reverse(doubled.nodes.begin(), doubled.nodes.end());
    doubled.nodes.push_back(witness.nodes[0]);
    REQUIRE(witness_json_text(doubled) == text);
}

TEST_CASE("a malformed witness is refused, naming the element") {
    const json good = witness_json(small_witness());
    const auto refusal = [&](const json& changed) {
        const auto arrays = witness_from_json(changed);
        REQUIRE_FALSE(arrays.ok());
        return message_of(arrays.status());
    };
    json changed = good;
    changed["state"][1] = "0x12zz";
    REQUIRE(refusal(changed).find("state[1]: character 4") != std::string::npos);
    changed = good;
    changed["codes"][0] = 5;
    REQUIRE(refusal(changed).find("codes[0]: expected a hex string, found number") != std::string::npos);
    changed = good;
    changed["state"] = "0x00";
    REQUIRE(refusal(changed).find("state: expected an array") != std::string::npos);
    changed = good;
    changed["headers"].erase(1);
    REQUIRE(refusal(changed).find("gap") != std::string::npos);
    changed = good;
    changed["headers"][1] = hex(header_bytes(Hash32{}, 20'000'001));
    REQUIRE(refusal(changed).find("parent hash") != std::string::npos);
    changed = good;
    changed["headers"][0] = "0xc0";
    REQUIRE(refusal(changed).find("headers[0]") != std::string::npos);
    changed = good;
    changed["headers"][2] = JsonOfBlock::header(view(small_witness().headers[2]));
    changed["headers"][2]["gasUsed"] = "0x1";
    REQUIRE(refusal(changed).find("headers[2].hash") != std::string::npos);
    changed["headers"][2].erase("gasUsed");
    REQUIRE(refusal(changed).find("headers[2].gasUsed: expected a hex string, found nothing") != std::string::npos);
    REQUIRE(refusal(json::object()).find("not a debug_executionWitness") != std::string::npos);
    REQUIRE(refusal(json::array()).find("expected an object") != std::string::npos);
    REQUIRE_FALSE(witness_from_json_text("{\"state\": [").ok());
    const std::string deep = std::string(500'000, '[') + std::string(500'000, ']');
    for (const std::string& text : {deep, "{\"jsonrpc\":\"2.0\",\"error\":" + deep + "}", "{\"state\":" + deep + "}"}) {
        REQUIRE(message_of(witness_from_json_text(text).status()).find("nests more than 64 deep") != std::string::npos);
        REQUIRE(message_of(block_from_json_text(text).status()).find("nests more than 64 deep") != std::string::npos);
    }
    const auto rpc_error = witness_from_json_text(R"({"jsonrpc":"2.0","id":1,"error":{"code":-32601,"message":"no"}})");
    REQUIRE(message_of(rpc_error.status()).find("-32601") != std::string::npos);
    REQUIRE_FALSE(witness_from_json_text(R"({"jsonrpc":"2.0","id":1,"result":null})").ok());
}

TEST_CASE("parts that do not belong together are refused") {
    const ExecutionWitness good = small_witness();
    REQUIRE(check_witness(good).ok());
    ExecutionWitness other_parent = good;
    other_parent.headers.pop_back();
    REQUIRE(message_of(check_witness(other_parent)).find("parent hash") != std::string::npos);
    ExecutionWitness no_headers = good;
    no_headers.headers.clear();
    REQUIRE(message_of(check_witness(no_headers)).find("no headers") != std::string::npos);
    ExecutionWitness unanchored = no_headers;
    unanchored.unanchored.emplace();
    REQUIRE(message_of(check_witness(unanchored)).find("1 to 256") != std::string::npos);
    unanchored.unanchored->block_hashes = {Hash32{}};
    REQUIRE(message_of(check_witness(unanchored)).find("first block hash") != std::string::npos);
    unanchored.unanchored->block_hashes = {keccak256(view(good.headers.back()))};
    REQUIRE(check_witness(unanchored).ok());
    ExecutionWitness descending = good;
    std::swap(descending.headers[0], descending.headers[1]);
    REQUIRE_FALSE(check_witness(descending).ok());
}

TEST_CASE("an input file reads back; old, foreign, cut and damaged files are refused, saying what was found") {
    const TemporaryFolder folder;
    const InputFile file = *make_input_file(small_witness());
    REQUIRE(file.block_number == 20'000'003);
    const std::string path = folder / "1/20000003.bin";
    REQUIRE(write_input_file(path, file).ok());
    const auto back = read_input_file(path);
    INFO(back.status());
    REQUIRE(back.ok());
    REQUIRE(*back == file);

    const std::string bytes = *encode_input_file(file);
    REQUIRE(is_input_file(bytes));
    const auto refusal = [&](const std::string& changed) {
        const auto decoded = decode_input_file(changed);
        REQUIRE_FALSE(decoded.ok());
        return message_of(decoded.status());
    };
    std::string changed = bytes;
    changed[8] = 9;
    REQUIRE(refusal(changed).find("expected file version 1, found 9") != std::string::npos);
    changed = bytes;
    changed[12] = 0x55;
    REQUIRE(refusal(changed).find("expected schema") != std::string::npos);
    REQUIRE(refusal("bincode or whatever").find("found 0x62696e636f6465") != std::string::npos);
    REQUIRE(refusal("").find("found 0x") != std::string::npos);
    for (std::size_t size = 0; size < bytes.size(); size += 5) static_cast<void>(refusal(bytes.substr(0, size)));
    static_cast<void>(refusal(bytes + "x"));
    for (std::size_t at = 0; at < bytes.size(); at += 3) {
        changed = bytes;
        changed[at] = static_cast<char>(changed[at] ^ 0x10);
        // The chain id is not in a witness, so it is the one thing that nothing else confirms.
        if (at >= 24 && at < 32) continue;
        static_cast<void>(refusal(changed));
    }
    ExecutionWitness unanchored = small_witness();
    unanchored.unanchored.emplace();
    unanchored.unanchored->block_hashes = {keccak256(view(unanchored.headers.back())), Hash32{}};
    unanchored.unanchored->state_root = keccak256(view("root"));
    unanchored.headers.clear();
    const InputFile without_headers = *make_input_file(unanchored);
    REQUIRE(*decode_input_file(*encode_input_file(without_headers)) == without_headers);

    witness::StreamHeader header;
    header.chain_id = 7;
    header.block_number = 8;
    std::string stream(witness::StreamHeader::kSize, '\0');
    encode_stream_header(header, reinterpret_cast<std::uint8_t*>(stream.data()));
    const InputFile of_stream = *make_input_file(stream);
    REQUIRE(of_stream.chain_id == 7);
    REQUIRE(*decode_input_file(*encode_input_file(of_stream)) == of_stream);
}

TEST_CASE("real blocks pass through the JSON of a node and back, byte for byte") {
    const std::vector<std::string> folders = data_folders();
    if (folders.empty()) SLUICE_SKIP_NO_DATA("mainnet blocks");
    std::size_t types[5]{};
    for (const std::string& folder : folders) {
        INFO(folder);
        const std::string block = *files::read_file(folder + "/block.rlp");
        const json object = JsonOfBlock::block(block);
        for (const json& transaction : object["transactions"]) {
            ++types[*parse_quantity_u64(transaction["type"].get<std::string>())];
        }
        const auto back = block_from_json(object);
        INFO(back.status());
        REQUIRE(back.ok());
        REQUIRE(*back == block);
        json response = {{"jsonrpc", "2.0"}, {"id", 1}, {"result", object}};
        REQUIRE(*block_from_json_text(response.dump()) == block);
    }
    for (const std::size_t count : types) CHECK(count > 0);
}

TEST_CASE("a block's JSON with a field changed, missing or of another form is refused, naming the field") {
    const std::vector<std::string> folders = data_folders();
    if (folders.empty()) SLUICE_SKIP_NO_DATA("mainnet blocks");
    const json good = JsonOfBlock::block(*files::read_file(test_data() + "/mainnet/23879620/block.rlp"));
    const auto refusal = [&](const json& changed) {
        const auto block = block_from_json(changed);
        REQUIRE_FALSE(block.ok());
        return message_of(block.status());
    };
    for (const auto& field : good.items()) {
        if (!field.value().is_string() || field.key() == "hash") continue;
        json changed = good;
        changed.erase(field.key());
        INFO(field.key());
        static_cast<void>(refusal(changed));
    }
    json changed = good;
    changed["gasUsed"] = "0x1";
    REQUIRE(refusal(changed).find("block.hash") != std::string::npos);
    changed = good;
    changed["miner"] = "0x12";
    REQUIRE(refusal(changed).find("block.miner: expected 20 bytes, found 1") != std::string::npos);
    changed = good;
    changed["transactions"][3] = changed["transactions"][3]["hash"];
    REQUIRE(refusal(changed).find("block.transactions[3]: expected a transaction object, found a hash") !=
            std::string::npos);
    changed = good;
    changed["transactions"][3]["value"] = "0x123456789";
    REQUIRE(refusal(changed).find("block.transactions[3].hash") != std::string::npos);
    changed = good;
    changed["transactions"][3]["type"] = "0x7";
    REQUIRE(refusal(changed).find("transaction type from 0 to 4, found 7") != std::string::npos);
    changed = good;
    changed["uncles"] = json::array({"0x00"});
    REQUIRE(refusal(changed).find("block.uncles") != std::string::npos);
    changed = good;
    changed["transactions"] = nullptr;
    REQUIRE(refusal(changed).find("block.transactions: expected an array, found nothing") != std::string::npos);
}

TEST_CASE("folders of real blocks give checked witnesses, and input files keep them") {
    const std::vector<std::string> folders = data_folders();
    if (folders.empty()) SLUICE_SKIP_NO_DATA("mainnet blocks");
    for (const std::string& folder : folders) {
        INFO(folder);
        const auto witness = read_block_folder(folder);
        INFO(witness.status());
        REQUIRE(witness.ok());
        const json meta = json::parse(*files::read_file(folder + "/meta.json"));
        REQUIRE(witness->nodes.size() == meta["stateNodes"].get<std::size_t>());
        REQUIRE(witness->headers.size() == meta["headers"].get<std::size_t>());
        const auto link = parent_link(*witness);
        REQUIRE(link.ok());
        REQUIRE(to_hex(link->state_root) == meta["parentStateRoot"].get<std::string>());
        const InputFile file = *make_input_file(*witness);
        REQUIRE(to_hex(file.block_hash) == meta["hash"].get<std::string>());
        REQUIRE(*decode_input_file(*encode_input_file(file)) == file);
    }
}

TEST_CASE("a folder may hold JSON and zstd, and its meta.json must name its block") {
    const TemporaryFolder folder;
    const ExecutionWitness witness = small_witness();
    REQUIRE(files::write_file(folder / "block.json", JsonOfBlock::block(witness.block).dump()).ok());
    REQUIRE(files::write_file(folder / "witness.json", witness_json(witness).dump()).ok());
    const auto read = read_block_folder(folder.string());
    INFO(read.status());
    REQUIRE(read.ok());
    REQUIRE(read->block == witness.block);
    REQUIRE(read->headers == witness.headers);
    REQUIRE(read_block_files(folder / "block.json", folder / "witness.json").ok());
    REQUIRE(files::write_file(folder / "meta.json", R"({"number": 5})").ok());
    REQUIRE(message_of(read_block_folder(folder.string()).status()).find("number") != std::string::npos);
    const TemporaryFolder empty;
    REQUIRE(message_of(read_block_folder(empty.string()).status()).find("block.rlp") != std::string::npos);
}

TEST_CASE("errors are one line with item, place, expected and found") {
    ErrorDetail detail;
    detail.code = ErrorCode::stream_code_hash;
    detail.with_what("bytecode").with_item(7).with_offset(1234).with_values(Hash32{}, kEmptyCodeHash);
    const std::string text = format_error(detail);
    REQUIRE(text.find("stream_code_hash") == 0);
    for (const char* part : {"[bytecode]", "item 7", "offset 1234", "expected 0x0000", "found 0xc5d2"}) {
        REQUIRE(text.find(part) != std::string::npos);
    }
    REQUIRE(text.find('\n') == std::string::npos);
    Diagnostics diagnostics;
    REQUIRE(to_status(ErrorCode::ok, diagnostics).ok());
    REQUIRE(to_status(ErrorCode::stream_truncated, diagnostics).code() == absl::StatusCode::kInvalidArgument);
    REQUIRE(to_status(ErrorCode::block_gas_used, diagnostics).code() == absl::StatusCode::kFailedPrecondition);
    REQUIRE(to_status(ErrorCode::arena_exhausted, diagnostics).code() == absl::StatusCode::kInternal);
}
