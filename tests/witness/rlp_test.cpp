// RLP: official vectors, round trips, and every form that is not the shortest. SPDX-License-Identifier: MIT OR
// Apache-2.0
#include "sluice/base/rlp.h"

#include <vector>

#include "support/catch.h"
#include "support/naive_trie.h"

using namespace sluice;
using namespace sluice::test;

namespace {

// Reads a sequence of items to the innermost one; the naive encoding of what was read, or nothing if it was refused.
bool read_all(rlp::Reader input, Bytes& encoded) {
    while (!input.done()) {
        const auto kind = input.next_kind();
        REQUIRE(kind.ok());
        if (*kind == rlp::Kind::list) {
            const auto items = input.list();
            Bytes inside;
            if (!items.ok() || !read_all(*items, inside)) return false;
            encoded += naive_rlp::list(inside);
        } else {
            const auto bytes = input.string();
            if (!bytes.ok()) return false;
            encoded += naive_rlp::string(bytes_of(*bytes));
        }
    }
    return true;
}

rlp::Reader reader(const Bytes& bytes) {
    return rlp::Reader(view(bytes));
}

ErrorCode error_of(const Bytes& bytes) {
    rlp::Reader input = reader(bytes);
    const auto item = input.item();
    return item.ok() ? input.finish() : item.error();
}

struct Output {
    std::vector<std::uint8_t> memory = std::vector<std::uint8_t>(1 << 16);
    Arena arena{memory.data(), memory.size()};
    ArenaVector<std::uint8_t> bytes{arena};
    rlp::Writer writer{bytes};
    Bytes result() const {
        REQUIRE(writer.finish() == ErrorCode::ok);
        return bytes_of(bytes.span());
    }
};

Bytes random_bytes(std::mt19937_64& rng, std::size_t size) {
    Bytes bytes;
    for (std::size_t i = 0; i < size; ++i) bytes.push_back(static_cast<char>(rng()));
    return bytes;
}

}  // namespace

TEST_CASE("RLP: strings of the official vectors are written and read") {
    const Bytes lorem = "Lorem ipsum dolor sit amet, consectetur adipisicing eli";
    const std::vector<std::pair<Bytes, std::string>> cases = {
        {"", "80"},
        {Bytes(1, '\0'), "00"},
        {"\x01", "01"},
        {"\x7f", "7f"},
        {"\x80", "8180"},
        {"dog", "83646f67"},
        {lorem, std::string("b7") + to_hex(lorem)},
        {lorem + "t", std::string("b838") + to_hex(lorem + "t")},
        {Bytes(1024, 'a'), std::string("b90400") + to_hex(Bytes(1024, 'a'))},
    };
    for (const auto& [text, hex] : cases) {
        INFO(hex.substr(0, 40));
        Output out;
        out.writer.string(view(text));
        CHECK(to_hex(out.result()) == hex);
        CHECK(rlp::length_of_string(view(text)) == hex.size() / 2);
        const Bytes encoded = from_hex(hex);
        rlp::Reader input = reader(encoded);
        const auto read = input.string();
        REQUIRE(read.ok());
        CHECK(bytes_of(*read) == text);
        CHECK(input.finish() == ErrorCode::ok);
    }
}

TEST_CASE("RLP: integers of the official vectors are written and read") {
    const std::vector<std::pair<Uint256, std::string>> cases = {
        {0, "80"},
        {1, "01"},
        {16, "10"},
        {79, "4f"},
        {127, "7f"},
        {128, "8180"},
        {255, "81ff"},
        {256, "820100"},
        {1000, "8203e8"},
        {100000, "830186a0"},
        {0xffffffffffffffff, "88ffffffffffffffff"},
        {{0, 1, 0, 0}, "89010000000000000000"},
        // 83729609699884896815286331701780722
        {{0x8090a0b0c0d0e0f2, 0x10203040506070, 0, 0}, "8f102030405060708090a0b0c0d0e0f2"},
        // 105315505618206987246253880190783558935785933862974822347068935681
        {{0xb000c000d000e01, 0x700080009000a00, 0x300040005000600, 0x1000200},
         "9c0100020003000400050006000700080009000a000b000c000d000e01"},
    };
    for (const auto& [value, hex] : cases) {
        INFO(hex);
        Output out;
        out.writer.uint256(value);
        CHECK(to_hex(out.result()) == hex);
        CHECK(rlp::length_of_uint256(value) == hex.size() / 2);
        const Bytes encoded = from_hex(hex);
        rlp::Reader input = reader(encoded);
        const auto read = input.uint256();
        REQUIRE(read.ok());
        CHECK(*read == value);
        CHECK(input.done());
        input = reader(encoded);
        const auto small = input.uint64();
        CHECK(small.ok() == value.fits_u64());
        if (small.ok()) {
            CHECK(*small == value.low64());
            Output again;
            again.writer.uint64(*small);
            CHECK(to_hex(again.result()) == hex);
            CHECK(rlp::length_of_uint64(*small) == hex.size() / 2);
        } else {
            CHECK(small.error() == ErrorCode::rlp_overflow);
        }
    }
}

TEST_CASE("RLP: lists of the official vectors are read to their innermost items") {
    for (const char* hex :
         {"c0", "cc83646f6783676f6483636174", "c6827a77c10401", "c4c2c0c0c0", "c7c0c1c0c3c0c1c0",
          "f784617364668471776572847a78637684617364668471776572847a78637684617364668471776572847a7863768461736466847177"
          "657"
          "2",
          "f840cf84617364668471776572847a786376cf84617364668471776572847a786376cf84617364668471776572847a786376cf846173"
          "64"
          "668471776572847a786376",
          "ecca846b6579318476616c31ca846b6579328476616c32ca846b6579338476616c33ca846b6579348476616c34"}) {
        INFO(hex);
        const Bytes encoded = from_hex(hex);
        Bytes again;
        REQUIRE(read_all(reader(encoded), again));
        CHECK(again == encoded);
    }
}

TEST_CASE("RLP: the official invalid encodings are refused") {
    const std::vector<std::string> cases = {
        "bf0f000000000000021111",
        "ff0f000000000000021111",
        "f80180",
        "f80100",
        "b9002100dc2b275d0f74e8a53e6f4ec61b27f24278820be3f82ea2110e582081b0565df0",
        "f861f83eb9002100dc2b275d0f74e8a53e6f4ec61b27f24278820be3f82ea2110e582081b0565df027b90015002d5ef8325ae4d034df55"
        "d4b"
        "58d0dfba64d61ddd17be00000b9001a00dae30907045a2f66fa36f2bb8aa9029cbb0b8a7b3b5c435ab331",
        "8100",
        "8101",
        "817f",
        "b90040000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f30313233"
        "343"
        "5363738393a3b3c3d3e3f",
        "b800",
        "fb00000040000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f3031"
        "323"
        "33435363738393a3b3c3d3e3f",
        "f800",
        "b81000112233445566778899aabbccddeeff",
        "b801ff",
        "f810000102030405060708090a0b0c0d0e0f",
        "f803112233",
        "81",
        "a0000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e",
        "c1",
        "b8",
        "f8",
    };
    for (const std::string& hex : cases) {
        INFO(hex);
        const Bytes encoded = from_hex(hex);
        Bytes again;
        CHECK_FALSE(read_all(reader(encoded), again));
    }
    CHECK(error_of("") == ErrorCode::rlp_truncated);
}

TEST_CASE("RLP: each broken rule has its error") {
    CHECK(error_of(from_hex("8101")) == ErrorCode::rlp_non_canonical);
    CHECK(error_of(from_hex("b837") + Bytes(55, 'x')) == ErrorCode::rlp_non_canonical);
    CHECK(error_of(from_hex("f837") + Bytes(55, '\x01')) == ErrorCode::rlp_non_canonical);
    CHECK(error_of(from_hex("b90038") + Bytes(56, 'x')) == ErrorCode::rlp_non_canonical);
    CHECK(error_of(from_hex("b838") + Bytes(55, 'x')) == ErrorCode::rlp_truncated);
    CHECK(error_of(from_hex("bfffffffffffffffff")) == ErrorCode::rlp_truncated);
    CHECK(error_of(from_hex("bffffffffffffffff7") + Bytes(8, 'x')) == ErrorCode::rlp_truncated);
    CHECK(error_of(from_hex("0000")) == ErrorCode::rlp_trailing_bytes);
    CHECK(error_of(from_hex("83646f6700")) == ErrorCode::rlp_trailing_bytes);
    CHECK(error_of(from_hex("c0c0")) == ErrorCode::rlp_trailing_bytes);

    const auto integer_error = [](const char* hex) {
        const Bytes encoded = from_hex(hex);
        const auto small = reader(encoded).uint64();
        REQUIRE_FALSE(small.ok());
        const auto big = reader(encoded).uint256();
        if (!big.ok()) CHECK(big.error() == small.error());
        return small.error();
    };
    CHECK(integer_error("00") == ErrorCode::rlp_leading_zero);
    CHECK(integer_error("820001") == ErrorCode::rlp_leading_zero);
    CHECK(integer_error("8100") == ErrorCode::rlp_non_canonical);
    CHECK(integer_error("c0") == ErrorCode::rlp_unexpected_kind);
    CHECK(integer_error("c101") == ErrorCode::rlp_unexpected_kind);
    CHECK(integer_error("89010000000000000000") == ErrorCode::rlp_overflow);
    // 2^256, an official vector too long for any integer of Ethereum
    CHECK(integer_error("a1010000000000000000000000000000000000000000000000000000000000000000") ==
          ErrorCode::rlp_overflow);

    const auto fixed_error = [](const Bytes& encoded) {
        const auto hash = reader(encoded).hash();
        const auto address = reader(encoded).address();
        REQUIRE_FALSE(hash.ok());
        REQUIRE_FALSE(address.ok());
        CHECK(hash.error() == address.error());
        return hash.error();
    };
    CHECK(fixed_error(naive_rlp::string(Bytes(31, 'x'))) == ErrorCode::rlp_bad_length);
    CHECK(fixed_error(naive_rlp::string(Bytes(33, 'x'))) == ErrorCode::rlp_bad_length);
    CHECK(fixed_error(naive_rlp::string(Bytes(19, 'x'))) == ErrorCode::rlp_bad_length);
    CHECK(fixed_error("") == ErrorCode::rlp_truncated);
    CHECK(fixed_error(naive_rlp::list(Bytes(20, 'x'))) == ErrorCode::rlp_unexpected_kind);
    CHECK(fixed_error(naive_rlp::list(Bytes(32, 'x'))) == ErrorCode::rlp_unexpected_kind);
    CHECK(reader(from_hex("83646f67")).list().error() == ErrorCode::rlp_unexpected_kind);
    CHECK(reader(from_hex("c0")).string().error() == ErrorCode::rlp_unexpected_kind);
}

TEST_CASE("RLP: an optional address is an address or the empty string") {
    const Bytes address(20, '\x11');
    const Bytes there = naive_rlp::string(address);
    const auto some = reader(there).optional_address();
    REQUIRE(some.ok());
    REQUIRE(some->has_value());
    CHECK(bytes_of((*some)->view()) == address);
    const auto none = reader("\x80").optional_address();
    REQUIRE(none.ok());
    CHECK_FALSE(none->has_value());
    CHECK(reader(naive_rlp::string(Bytes(19, 'x'))).optional_address().error() == ErrorCode::rlp_bad_length);
    CHECK(reader(from_hex("c0")).optional_address().error() == ErrorCode::rlp_unexpected_kind);
}

TEST_CASE("RLP: a list of all kinds is refused when cut at any byte") {
    Output out;
    const auto list = out.writer.begin_list();
    out.writer.uint64(7);
    out.writer.uint64(0x123456789a);
    out.writer.uint256(Uint256(1, 2, 3, 4));
    out.writer.hash(kEmptyTrieRoot);
    out.writer.address(Address{});
    out.writer.optional_address(std::nullopt);
    const auto inner = out.writer.begin_list();
    out.writer.string(view(Bytes(70, 'z')));
    out.writer.end_list(inner);
    out.writer.list_header(1);
    out.writer.raw(view("\x05"));
    out.writer.end_list(list);
    const Bytes whole = out.result();

    const auto read = [](ByteView bytes) -> ErrorCode {
        rlp::Reader outer(bytes);
        SLUICE_TRY(rlp::Reader items, outer.list());
        SLUICE_RETURN_IF_ERROR(outer.finish());
        SLUICE_TRY(const std::uint64_t a, items.uint64());
        SLUICE_TRY(const std::uint64_t b, items.uint64());
        SLUICE_TRY(const Uint256 c, items.uint256());
        SLUICE_TRY(const Hash32 d, items.hash());
        SLUICE_TRY(const Address e, items.address());
        SLUICE_TRY(const auto f, items.optional_address());
        SLUICE_TRY(const ByteView g, items.raw());
        SLUICE_RETURN_IF_ERROR(items.skip());
        REQUIRE(
            (a == 7 && b == 0x123456789a && c == Uint256(1, 2, 3, 4) && d == kEmptyTrieRoot && e == Address{} && !f));
        REQUIRE(bytes_of(g) == naive_rlp::list(naive_rlp::string(Bytes(70, 'z'))));
        return items.finish();
    };
    REQUIRE(read(view(whole)) == ErrorCode::ok);
    for (std::size_t size = 0; size < whole.size(); ++size) {
        // A copy of exactly this size, so that a sanitizer sees any read past the end.
        const std::vector<std::uint8_t> cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
        CHECK(read(cut) == ErrorCode::rlp_truncated);
    }
    CHECK(read(view(whole + '\x01')) == ErrorCode::rlp_trailing_bytes);
}

TEST_CASE("RLP: random structures are written as the naive encoder does and read back") {
    SLUICE_RANDOM(rng);
    for (int round = 0; round < 300; ++round) {
        Output out;
        Bytes expected;
        const std::function<Bytes(int)> write = [&](int depth) {
            Bytes items;
            for (std::uint64_t count = rng() % 5; count-- != 0;) {
                if (depth < 4 && rng() % 3 == 0) {
                    const auto list = out.writer.begin_list();
                    const Bytes inside = write(depth + 1);
                    out.writer.end_list(list);
                    items += naive_rlp::list(inside);
                } else if (rng() % 2 == 0) {
                    const Bytes bytes = random_bytes(rng, rng() % (rng() % 8 == 0 ? 400 : 60));
                    out.writer.string(view(bytes));
                    items += naive_rlp::string(bytes);
                } else {
                    const std::uint64_t value = rng() >> (rng() % 64);
                    out.writer.uint64(value);
                    items += naive_rlp::integer(value);
                }
            }
            return items;
        };
        expected = write(0);
        REQUIRE(out.result() == expected);
        Bytes again;
        REQUIRE(read_all(reader(expected), again));
        REQUIRE(again == expected);
    }
}

TEST_CASE("RLP: what the reader accepts has one encoding, whatever bytes it is given") {
    SLUICE_RANDOM(rng);
    int accepted = 0;
    for (int round = 0; round < 200000; ++round) {
        Bytes bytes = random_bytes(rng, 1 + rng() % 6);
        if (round % 2 == 0) bytes[0] = static_cast<char>("\x81\x82\xb8\xb9\xc1\xc2\xc3\xf8"[rng() % 8]);
        Bytes again;
        if (!read_all(reader(bytes), again)) continue;
        REQUIRE(again == bytes);
        ++accepted;
    }
    CHECK(accepted > 1000);
}

TEST_CASE("RLP: a writer whose arena is too small says so") {
    std::vector<std::uint8_t> memory(64);
    Arena arena(memory.data(), memory.size());
    ArenaVector<std::uint8_t> bytes(arena);
    rlp::Writer writer(bytes);
    const auto list = writer.begin_list();
    for (int i = 0; i < 100; ++i) writer.uint64(1u << 20);
    writer.end_list(list);
    CHECK(writer.finish() == ErrorCode::arena_exhausted);
}
