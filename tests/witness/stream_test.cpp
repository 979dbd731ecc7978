// The stream format: headers, payloads, framing. SPDX-License-Identifier: MIT OR Apache-2.0
#include <functional>
#include <string>
#include <vector>

#include "sluice/witness/reader.h"
#include "sluice/witness_host/execution_witness.h"
#include "sluice/witness_host/format_error.h"
#include "sluice/witness_host/records.h"
#include "support/catch.h"
#include "support/naive_trie.h"

using namespace sluice;
using namespace sluice::test;
using namespace sluice::witness;
using witness_host::RecordWriter;

namespace {

Hash32 random_hash(std::mt19937_64& rng) {
    Hash32 hash;
    for (auto& byte : hash.bytes) byte = static_cast<std::uint8_t>(rng());
    return hash;
}

AccountInfo random_account(std::mt19937_64& rng) {
    AccountInfo info;
    if (rng() % 4 == 0) return info;
    info.exists = true;
    info.nonce = rng();
    info.balance = Uint256(rng(), rng(), rng(), rng());
    info.storage_root = random_hash(rng);
    info.code_hash = random_hash(rng);
    return info;
}

/// Payload bytes of exactly their size on the heap, so that a sanitizer sees reads past the end.
std::vector<std::uint8_t> exact(const std::uint8_t* bytes, std::size_t size) {
    return {bytes, bytes + size};
}

/// One payload has one size: every other length is refused.
template <class Item>
void refuse_other_sizes(const std::vector<std::uint8_t>& payload, bool (*parse)(ByteView, Item&),
                        std::size_t other_good_size = ~std::size_t{0}) {
    Item item;
    for (std::size_t size = 0; size < payload.size(); ++size) {
        if (size == other_good_size) continue;
        const std::vector<std::uint8_t> cut(payload.begin(), payload.begin() + static_cast<std::ptrdiff_t>(size));
        REQUIRE_FALSE(parse(cut, item));
    }
    std::vector<std::uint8_t> longer = payload;
    longer.push_back(0);
    REQUIRE_FALSE(parse(longer, item));
    longer.resize(payload.size() + 8);
    REQUIRE_FALSE(parse(longer, item));
}

StreamHeader some_header() {
    StreamHeader header;
    header.mode = WitnessMode::account;
    header.chain_id = 1;
    header.block_number = 23587691;
    header.timestamp = 1760000000;
    header.fork = 3;
    header.block_hash = keccak256(view("block"));
    return header;
}

std::string payload_of(const std::function<void(RecordWriter&)>& add) {
    RecordWriter out;
    add(out);
    const std::string bytes = *std::move(out).take();
    return witness_host::string_of(witness_host::list_records(view(bytes))->at(0).payload);
}

}  // namespace

TEST_CASE("the magic is the text SLUICEWS") {
    std::uint8_t bytes[StreamHeader::kSize];
    encode_stream_header(some_header(), bytes);
    REQUIRE(bytes_of(ByteView(bytes, 8)) == "SLUICEWS");
    static_assert(StreamHeader::kSize % 8 == 0);
}

TEST_CASE("a stream header reads back as written; cut short or foreign it is refused by name") {
    std::vector<std::uint8_t> bytes(StreamHeader::kSize);
    encode_stream_header(some_header(), bytes.data());
    Diagnostics diagnostics;
    const auto header = decode_stream_header(bytes, diagnostics);
    REQUIRE(header.ok());
    REQUIRE(*header == some_header());
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        const std::vector<std::uint8_t> cut(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
        Diagnostics cut_diagnostics;
        REQUIRE(decode_stream_header(cut, cut_diagnostics).error() == ErrorCode::stream_truncated);
    }
    const auto refused = [&](std::size_t at, std::uint8_t value) {
        std::vector<std::uint8_t> changed = bytes;
        changed[at] = value;
        Diagnostics changed_diagnostics;
        const ErrorCode code = decode_stream_header(changed, changed_diagnostics).error();
        REQUIRE(changed_diagnostics.detail().code == code);
        REQUIRE(changed_diagnostics.detail().value_size == 8);
        return code;
    };
    REQUIRE(refused(0, 'X') == ErrorCode::stream_bad_magic);
    REQUIRE(refused(7, 'X') == ErrorCode::stream_bad_magic);
    REQUIRE(refused(8, 2) == ErrorCode::stream_bad_version);
    REQUIRE(refused(12, 0xff) == ErrorCode::stream_bad_schema);
    REQUIRE(refused(16, 0) == ErrorCode::stream_bad_mode);
    REQUIRE(refused(16, 4) == ErrorCode::stream_bad_mode);
    REQUIRE(refused(20, 1) == ErrorCode::stream_bad_mode);
}

TEST_CASE("payloads read back as written and have one size") {
    SLUICE_RANDOM(rng);
    for (int round = 0; round < 100; ++round) {
        std::uint8_t bytes[256];
        {
            const AccountItem item{random_hash(rng), random_account(rng)};
            const auto payload = exact(bytes, encode_account(item, bytes));
            REQUIRE(payload.size() == (item.info.exists ? AccountItem::kSize : AccountItem::kAbsentSize));
            AccountItem back;
            REQUIRE(parse_account(payload, back));
            REQUIRE(back.hashed_address == item.hashed_address);
            REQUIRE(back.info == item.info);
            refuse_other_sizes(payload, parse_account);
            auto flagged = payload;
            flagged[32] = 2;
            REQUIRE_FALSE(parse_account(flagged, back));
            flagged[32] = payload[32];
            flagged[39] = 1;
            REQUIRE_FALSE(parse_account(flagged, back));
        }
        {
            AccountValueItem item;
            item.address = Address::from(random_hash(rng).bytes.data());
            item.info = random_account(rng);
            const auto payload = exact(bytes, encode_account_value(item, bytes));
            AccountValueItem back;
            REQUIRE(parse_account_value(payload, back));
            REQUIRE(back.address == item.address);
            REQUIRE(back.info == item.info);
            refuse_other_sizes(payload, parse_account_value);
            auto flagged = payload;
            flagged[20] = 2;
            REQUIRE_FALSE(parse_account_value(flagged, back));
        }
        {
            const SlotValueItem item{rng(), Uint256(rng(), rng(), rng(), rng()), Uint256(rng(), 0, rng(), 0)};
            const auto payload = exact(bytes, encode_slot_value(item, bytes));
            SlotValueItem back;
            REQUIRE(parse_slot_value(payload, back));
            REQUIRE(back.account == item.account);
            REQUIRE(back.slot == item.slot);
            REQUIRE(back.value == item.value);
            refuse_other_sizes(payload, parse_slot_value);
        }
        {
            const StorageTrieHeader item{random_hash(rng), random_hash(rng), rng()};
            const auto payload = exact(bytes, encode_storage_trie(item, bytes));
            StorageTrieHeader back;
            REQUIRE(parse_storage_trie(payload, back));
            REQUIRE(back.hashed_address == item.hashed_address);
            REQUIRE(back.storage_root == item.storage_root);
            REQUIRE(back.node_count == item.node_count);
            refuse_other_sizes(payload, parse_storage_trie);
        }
        {
            const StateTrieHeader item{rng(), rng()};
            const auto payload = exact(bytes, encode_state_trie(item, bytes));
            StateTrieHeader back;
            REQUIRE(parse_state_trie(payload, back));
            REQUIRE(back.node_count == item.node_count);
            REQUIRE(back.post_update_witness_count == item.post_update_witness_count);
            refuse_other_sizes(payload, parse_state_trie);
        }
    }
}

TEST_CASE("integers in payloads are little endian, at multiples of eight bytes") {
    AccountValueItem item;
    item.address.bytes.fill(0xaa);
    item.info.exists = true;
    item.info.nonce = 0x0102;
    item.info.balance = Uint256(3);
    std::uint8_t bytes[AccountValueItem::kSize];
    REQUIRE(encode_account_value(item, bytes) == 128);
    REQUIRE(bytes[20] == 1);
    REQUIRE(bytes[24] == 2);
    REQUIRE(bytes[25] == 1);
    REQUIRE(bytes[32] == 3);
    REQUIRE(bytes[33] == 0);
    REQUIRE(Hash32::from(bytes + 64) == kEmptyTrieRoot);
    REQUIRE(Hash32::from(bytes + 96) == kEmptyCodeHash);
}

TEST_CASE("ancestor headers read back newest first; every cut and every wrong length is refused") {
    const std::vector<std::string_view> headers{"0123456789", "abcdefgh", "x"};
    const std::string payload = payload_of([&](RecordWriter& out) { out.add_ancestor_headers(headers); });
    AncestorHeadersInput input;
    REQUIRE(parse_ancestor_headers(view(payload), input));
    REQUIRE(input.anchored);
    REQUIRE(input.count == 3);
    REQUIRE(bytes_of(input.parent()) == headers[0]);
    auto cursor = input.headers();
    for (const std::string_view header : headers) REQUIRE(bytes_of(cursor.next()) == header);
    for (std::size_t size = 0; size < payload.size(); ++size) {
        const auto cut = exact(view(payload).data(), size);
        REQUIRE_FALSE(parse_ancestor_headers(cut, input));
    }
    const auto with_word = [&](std::size_t at, std::uint64_t value) {
        std::string changed = payload;
        store_le(reinterpret_cast<std::uint8_t*>(changed.data()) + at, value);
        return changed;
    };
    for (const std::uint64_t count : {std::uint64_t{0}, std::uint64_t{2}, std::uint64_t{4}, ~std::uint64_t{0}}) {
        REQUIRE_FALSE(parse_ancestor_headers(view(with_word(0, count)), input));
    }
    for (const std::uint64_t size :
         {std::uint64_t{0}, std::uint64_t{17}, std::uint64_t{1} << 63, ~std::uint64_t{0}, ~std::uint64_t{0} - 7}) {
        REQUIRE_FALSE(parse_ancestor_headers(view(with_word(8, size)), input));
    }
    std::string padding = payload;
    padding[8 + 8 + 15] = 1;
    REQUIRE_FALSE(parse_ancestor_headers(view(padding), input));
    REQUIRE_FALSE(parse_ancestor_headers(view(payload + std::string(8, '\0')), input));
}

TEST_CASE("an unanchored parent reads back; other sizes are refused") {
    const std::vector<Hash32> hashes{keccak256(view("a")), keccak256(view("b"))};
    const Hash32 root = keccak256(view("root"));
    const std::string payload = payload_of([&](RecordWriter& out) { out.add_unanchored_parent(root, hashes); });
    AncestorHeadersInput input;
    REQUIRE(parse_unanchored_parent(view(payload), input));
    REQUIRE_FALSE(input.anchored);
    REQUIRE(input.parent_state_root == root);
    REQUIRE(input.count == 2);
    REQUIRE(input.block_hash(0) == hashes[0]);
    REQUIRE(input.block_hash(1) == hashes[1]);
    for (std::size_t size = 0; size < payload.size(); ++size) {
        const auto cut = exact(view(payload).data(), size);
        REQUIRE_FALSE(parse_unanchored_parent(cut, input));
    }
    std::string huge = payload;
    store_le(reinterpret_cast<std::uint8_t*>(huge.data()) + 32, std::uint64_t{1} << 59);
    REQUIRE_FALSE(parse_unanchored_parent(view(huge), input));
}

TEST_CASE("the reader names record, offset and both kinds when another kind is due") {
    RecordWriter out(some_header());
    out.add(RecordKind::chain_config, ByteView());
    out.add(RecordKind::bytecode, std::string_view("code"));
    out.add(RecordKind::end, ByteView());
    const std::string stream = *std::move(out).take();
    Diagnostics diagnostics;
    StreamReader reader(view(stream), diagnostics);
    REQUIRE(reader.open() == ErrorCode::ok);
    REQUIRE(reader.read_chain_config().ok());
    REQUIRE(reader.next_kind() == RecordKind::bytecode);
    REQUIRE(reader.read_witness_input(RecordKind::slot_value).error() == ErrorCode::stream_unexpected_record);
    REQUIRE(diagnostics.detail().item == 1);
    REQUIRE(diagnostics.detail().offset == StreamHeader::kSize + 8);
    REQUIRE(
        witness_host::format_error(diagnostics.detail()) ==
        "stream_unexpected_record: another kind of record is due [slot_value], item 1, offset 96: expected slot_value, "
        "found bytecode");
    // The cursor has not moved.
    Diagnostics again;
    StreamReader second(view(stream), again);
    REQUIRE(second.open() == ErrorCode::ok);
    REQUIRE(second.read_chain_config().ok());
    const auto item = second.read_witness_input(RecordKind::bytecode);
    REQUIRE(item.ok());
    REQUIRE(bytes_of(item->payload) == "code");
    REQUIRE(item->payload.data() == view(stream).data() + item->offset + 8);
    REQUIRE(second.read_end() == ErrorCode::ok);
    REQUIRE(second.remaining() == 0);
}

TEST_CASE("every kind of record cut at every byte is refused") {
    SLUICE_RANDOM(rng);
    const RecordKind kinds[] = {RecordKind::chain_config,
                                RecordKind::ancestor_headers,
                                RecordKind::unanchored_parent,
                                RecordKind::current_block,
                                RecordKind::state_trie,
                                RecordKind::account,
                                RecordKind::account_value,
                                RecordKind::slot_value,
                                RecordKind::storage_trie,
                                RecordKind::raw_bytes,
                                RecordKind::bytecode,
                                RecordKind::node,
                                RecordKind::header,
                                RecordKind::end};
    for (const RecordKind kind : kinds) {
        RecordWriter out(some_header());
        switch (kind) {
            case RecordKind::ancestor_headers:
                out.add_ancestor_headers({"one header", "another"});
                break;
            case RecordKind::unanchored_parent:
                out.add_unanchored_parent(Hash32{}, std::vector<Hash32>(3));
                break;
            case RecordKind::state_trie:
                out.add(kind, std::string(StateTrieHeader::kSize, '\3'));
                break;
            default:
                out.add(kind, std::string(kind == RecordKind::end ? 0 : 1 + rng() % 40, '\1'));
        }
        const std::string stream = *std::move(out).take();
        const auto read = [&](ByteView bytes, Diagnostics& diagnostics) -> ErrorCode {
            StreamReader reader(bytes, diagnostics);
            SLUICE_RETURN_IF_ERROR(reader.open());
            switch (kind) {
                case RecordKind::chain_config:
                    return reader.read_chain_config().error();
                case RecordKind::ancestor_headers:
                case RecordKind::unanchored_parent:
                    return reader.read_ancestor_headers().error();
                case RecordKind::current_block:
                    return reader.read_current_block().error();
                case RecordKind::state_trie:
                    return reader.read_state_trie_header().error();
                case RecordKind::raw_bytes:
                    return reader.read_raw_bytes().error();
                case RecordKind::end:
                    return reader.read_end();
                default:
                    return reader.read_witness_input(kind).error();
            }
        };
        INFO(record_kind_name(kind));
        Diagnostics diagnostics;
        REQUIRE(read(view(stream), diagnostics) == ErrorCode::ok);
        for (std::size_t size = 0; size < stream.size(); ++size) {
            const auto cut = exact(view(stream).data(), size);
            Diagnostics cut_diagnostics;
            REQUIRE(read(cut, cut_diagnostics) == ErrorCode::stream_truncated);
        }
        // A length that reaches past the end, up to the largest there is.
        for (const std::uint32_t size : {0x7fffffffu, 0xfffffff8u, 0xffffffffu}) {
            std::string changed = stream;
            store_le(reinterpret_cast<std::uint8_t*>(changed.data()) + StreamHeader::kSize + 4, size);
            Diagnostics changed_diagnostics;
            REQUIRE(read(view(changed), changed_diagnostics) == ErrorCode::stream_truncated);
        }
    }
}

TEST_CASE("padding that is not zero and bytes after the end are refused") {
    for (std::size_t size = 1; size < 16; ++size) {
        RecordWriter out(some_header());
        out.add(RecordKind::bytecode, std::string(size, '\xff'));
        const std::string stream = *std::move(out).take();
        for (std::size_t at = StreamHeader::kSize + 8 + size; at < stream.size(); ++at) {
            std::string changed = stream;
            changed[at] = '\x80';
            Diagnostics diagnostics;
            StreamReader reader(view(changed), diagnostics);
            REQUIRE(reader.open() == ErrorCode::ok);
            REQUIRE(reader.read_witness_input(RecordKind::bytecode).error() == ErrorCode::stream_padding);
        }
    }
    RecordWriter out(some_header());
    out.add(RecordKind::end, ByteView());
    const std::string stream = *std::move(out).take() + "x";
    Diagnostics diagnostics;
    StreamReader reader(view(stream), diagnostics);
    REQUIRE(reader.open() == ErrorCode::ok);
    REQUIRE(reader.read_end() == ErrorCode::stream_trailing_bytes);
    REQUIRE(diagnostics.detail().offset == StreamHeader::kSize + 8);
}

TEST_CASE("an end record with a payload is refused") {
    RecordWriter out(some_header());
    out.add(RecordKind::end, std::string_view("12345678"));
    const std::string stream = *std::move(out).take();
    Diagnostics diagnostics;
    StreamReader reader(view(stream), diagnostics);
    REQUIRE(reader.open() == ErrorCode::ok);
    REQUIRE(reader.read_end() == ErrorCode::stream_bad_payload);
}

TEST_CASE("a reader that implements nothing refuses everything") {
    struct Nothing final : ClientInputReader {};
    Nothing nothing;
    REQUIRE(nothing.read_chain_config().error() == ErrorCode::stream_unexpected_record);
    REQUIRE(nothing.read_ancestor_headers().error() == ErrorCode::stream_unexpected_record);
    REQUIRE(nothing.read_current_block().error() == ErrorCode::stream_unexpected_record);
    REQUIRE(nothing.read_state_trie_header().error() == ErrorCode::stream_unexpected_record);
    REQUIRE(nothing.read_witness_input(RecordKind::node).error() == ErrorCode::stream_unexpected_record);
    REQUIRE(nothing.read_raw_bytes().error() == ErrorCode::stream_unexpected_record);
    REQUIRE(nothing.next_kind() == RecordKind::none);
    REQUIRE(nothing.read_end() == ErrorCode::stream_unexpected_record);
}

TEST_CASE("a header that differs from the block is refused, naming the field") {
    const StreamHeader header = some_header();
    Diagnostics diagnostics;
    REQUIRE(check_stream_header(header, header, diagnostics) == ErrorCode::ok);
    StreamHeader computed = header;
    computed.timestamp += 12;
    REQUIRE(check_stream_header(header, computed, diagnostics) == ErrorCode::stream_header_mismatch);
    REQUIRE(std::string(diagnostics.detail().what) == "timestamp");
    REQUIRE(load_be<std::uint64_t>(diagnostics.detail().expected.bytes.data() + 24) == computed.timestamp);
    REQUIRE(load_be<std::uint64_t>(diagnostics.detail().found.bytes.data() + 24) == header.timestamp);
}

TEST_CASE("stream: hashes told to the reader come with nodes and bytecodes, and with no other record") {
    RecordWriter writer(some_header());
    const std::vector<std::string> payloads = {"a node", std::string(500, 'n'), "code", "a header",
                                               std::string(137, 'c')};
    const RecordKind kinds[] = {RecordKind::node, RecordKind::node, RecordKind::bytecode, RecordKind::header,
                                RecordKind::bytecode};
    for (std::size_t i = 0; i < payloads.size(); ++i) writer.add(kinds[i], payloads[i]);
    writer.add(RecordKind::end, ByteView());
    std::string stream = std::move(writer).take().value();
    const std::vector<Hash32> hashes = witness_host::hash_records(witness_host::bytes_of(stream));
    REQUIRE(hashes.size() == payloads.size() + 1);

    for (const bool told : {false, true}) {
        Diagnostics diagnostics;
        StreamReader reader(witness_host::bytes_of(stream), diagnostics);
        if (told) reader.use_hashes(hashes);
        REQUIRE_FALSE(failed(reader.open()));
        for (std::size_t i = 0; i < payloads.size(); ++i) {
            const auto item = reader.read_witness_input(kinds[i]);
            REQUIRE(item.ok());
            REQUIRE((item->hash != nullptr) == (told && kinds[i] != RecordKind::header));
            REQUIRE(item->payload_hash() == keccak256(witness_host::bytes_of(payloads[i])));
        }
    }
    // The reader meets the error at its place, so there is nothing to be told of a stream that has one.
    stream.pop_back();
    REQUIRE(witness_host::hash_records(witness_host::bytes_of(stream)).empty());
}
