// The precompile table over go-ethereum's vectors: price and output of every row, which fork has which, edge cases.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "precompiles/precompiles.h"
#include "support/catch.h"
#include "support/precompile_vectors.h"

namespace sluice::test {
namespace {

using executor::find_precompile;
using executor::Fork;
using executor::Precompile;

struct File {
    std::string name;
    std::uint64_t address;
    Fork fork;
    /// Vectors beyond this many only repeat what the others show, at a cost.
    std::size_t most = 1000;
};

void check_file(const File& file) {
    const Precompile* row = find_precompile(Uint256{file.address}, file.fork);
    REQUIRE(row != nullptr);
    std::vector<std::uint8_t> memory(std::size_t{16} << 20);
    std::size_t count = 0;
    for (const auto& vector : precompile_vectors(file.name)) {
        if (++count > file.most) break;
        INFO(file.name << ": " << vector.name);
        Arena arena(memory.data(), memory.size());
        if (vector.error.empty()) CHECK(row->gas(vector.input, file.fork) == vector.gas);
        const auto result = row->run(vector.input, file.fork, arena);
        REQUIRE(result.ok());
        CHECK(result->success == vector.error.empty());
        CHECK(Bytes(result->output.begin(), result->output.end()) == vector.expected);
    }
    CHECK(count > 0);
}

}  // namespace

TEST_CASE("precompiles price and answer as go-ethereum's vectors say") {
    if (test_data().empty()) SLUICE_SKIP_NO_DATA("precompiles.tar.zst");
    const std::vector<File> files = {
        {"ecRecover", 0x01, Fork::paris},
        {"modexp_eip2565", 0x05, Fork::paris},
        {"modexp_eip2565", 0x05, Fork::prague},
        {"modexp_eip7883", 0x05, Fork::osaka},
        {"bn256Add", 0x06, Fork::paris},
        {"bn256ScalarMul", 0x07, Fork::paris},
        {"bn256Pairing", 0x08, Fork::paris},
        {"blake2F", 0x09, Fork::paris},
        {"fail-blake2f", 0x09, Fork::paris},
        {"pointEvaluation", 0x0a, Fork::cancun},
        {"blsG1Add", 0x0b, Fork::prague},
        {"blsG1MultiExp", 0x0c, Fork::prague, 40},
        {"blsG1Mul", 0x0c, Fork::prague, 40},
        {"blsG2Add", 0x0d, Fork::prague},
        {"blsG2MultiExp", 0x0e, Fork::prague, 20},
        {"blsG2Mul", 0x0e, Fork::prague, 40},
        {"blsPairing", 0x0f, Fork::prague, 20},
        {"blsMapG1", 0x10, Fork::prague, 40},
        {"blsMapG2", 0x11, Fork::prague, 40},
        {"fail-blsG1Add", 0x0b, Fork::prague},
        {"fail-blsG1MultiExp", 0x0c, Fork::prague},
        {"fail-blsG1Mul", 0x0c, Fork::prague},
        {"fail-blsG2Add", 0x0d, Fork::prague},
        {"fail-blsG2MultiExp", 0x0e, Fork::prague},
        {"fail-blsG2Mul", 0x0e, Fork::prague},
        {"fail-blsPairing", 0x0f, Fork::prague},
        {"fail-blsMapG1", 0x10, Fork::prague},
        {"fail-blsMapG2", 0x11, Fork::prague},
        {"p256Verify", 0x100, Fork::osaka, 200},
    };
    for (const File& file : files) check_file(file);
}

TEST_CASE("a fork has its precompiles and no others") {
    const auto count = [](Fork fork) {
        int found = 0;
        for (std::uint64_t address = 0; address <= 0x200; ++address) {
            found += find_precompile(Uint256{address}, fork) != nullptr;
        }
        return found;
    };
    CHECK(count(Fork::paris) == 9);
    CHECK(count(Fork::shanghai) == 9);
    CHECK(count(Fork::cancun) == 10);
    CHECK(count(Fork::prague) == 17);
    CHECK(count(Fork::osaka) == 18);
    CHECK(find_precompile(Uint256{1, 1, 0, 0}, Fork::osaka) == nullptr);
    CHECK(find_precompile(Uint256{1, 0, 1, 0}, Fork::osaka) == nullptr);
    CHECK(find_precompile(Uint256{0x100}, Fork::osaka)->address == 0x100);
}

TEST_CASE("prices by length follow their formulas") {
    const auto price = [](std::uint64_t address, std::size_t size) {
        const Bytes input(size);
        return find_precompile(Uint256{address}, Fork::osaka)->gas(input, Fork::osaka);
    };
    CHECK(price(0x02, 0) == 60);
    CHECK(price(0x02, 33) == 60 + 24);
    CHECK(price(0x03, 32) == 600 + 120);
    CHECK(price(0x04, 65) == 15 + 9);
    CHECK(price(0x08, 192 * 2) == 45000 + 68000);
    CHECK(price(0x0c, 160 * 128) == 128 * 12000 * 519 / 1000);
    CHECK(price(0x0c, 160 * 200) == 200 * 12000 * 519 / 1000);
    CHECK(price(0x0e, 288 * 2) == 2 * 22500);
    CHECK(price(0x0e, 288 * 129) == 129 * 22500 * 524 / 1000);
    CHECK(price(0x0f, 384 * 3) == 37700 + 3 * 32600);
    CHECK(price(0x100, 7) == 6900);
}

TEST_CASE("modexp's lengths are priced without overflow and limited from Osaka on (EIP-7823)") {
    const auto header = [](const Uint256& base, const Uint256& exponent, const Uint256& modulus) {
        Bytes input(96);
        base.to_be(input.data());
        exponent.to_be(input.data() + 32);
        modulus.to_be(input.data() + 64);
        return input;
    };
    const Precompile* row = find_precompile(Uint256{5}, Fork::osaka);
    const Uint256 huge = Uint256{} - Uint256{1};
    const std::uint64_t most = std::uint64_t{1} << 62;
    CHECK(row->gas(header(huge, 0, 0), Fork::prague) > most);
    CHECK(row->gas(header(0, huge, 1), Fork::prague) > most);
    CHECK(row->gas(header(0, 0, huge), Fork::osaka) > most);
    CHECK(row->gas(header(0, huge, 0), Fork::prague) == 200);  // nothing to multiply: EIP-2565's least price
    CHECK(row->gas(header(0, 0, 0), Fork::osaka) == 500);

    std::vector<std::uint8_t> memory(1 << 20);
    Arena arena(memory.data(), memory.size());
    const auto run = [&](const Uint256& base, const Uint256& exponent, const Uint256& modulus, Fork fork) {
        const auto result = find_precompile(Uint256{5}, fork)->run(header(base, exponent, modulus), fork, arena);
        return result.ok() && result->success;
    };
    CHECK(run(1024, 1024, 1024, Fork::osaka));
    CHECK(!run(1025, 0, 1, Fork::osaka));
    CHECK(!run(0, 1025, 1, Fork::osaka));
    CHECK(!run(0, 0, 1025, Fork::osaka));
    CHECK(!run(1025, 0, 0, Fork::osaka));
    CHECK(run(1025, 1025, 1025, Fork::prague));
}

namespace {

Uint256 from_digits(const std::string& digits) {
    return Uint256::from_be(from_hex(digits));
}
Uint256 negate(const Uint256& value, const Uint256& modulus) {
    return modulus - value;
}
Bytes words(std::initializer_list<Uint256> values) {
    Bytes bytes(32 * values.size());
    std::size_t at = 0;
    for (const Uint256& value : values) value.to_be(bytes.data() + 32 * at++);
    return bytes;
}
/// What a precompile of Osaka returns. It has to succeed.
Bytes answer(std::uint64_t address, const Bytes& input) {
    std::vector<std::uint8_t> memory(1 << 16);
    Arena arena(memory.data(), memory.size());
    const auto result = find_precompile(Uint256{address}, Fork::osaka)->run(input, Fork::osaka, arena);
    REQUIRE(result.ok());
    REQUIRE(result->success);
    return {result->output.begin(), result->output.end()};
}

}  // namespace

// In the next two tables hash 0, r = s = x(G) is a signature by the key G: u1 = 0 and u2 = 1, so that R = G. What else
// holds follows from that one by arithmetic modulo n alone.

TEST_CASE("ecrecover's edge cases, each in a row") {
    const Uint256 n = from_digits("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141");
    const Uint256 p = from_digits("fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f");
    const Uint256 x = from_digits("79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798");  // of G
    const Uint256 ones = ~Uint256();
    const std::string key_1 = "7e5f4552091a69125d5dfcb7b8c2659029395bdf";        // the address of G
    const std::string key_minus_1 = "80c0dbf239224071c59dd8970ab9d542e3414ab2";  // of -G
    const std::string nobody;
    struct Row {
        const char* what;
        Uint256 hash, v, r, s;
        std::string signer;
    };
    const Row rows[] = {
        {"the signature itself", 0, 27, x, x, key_1},
        {"the other y", 0, 28, x, x, key_minus_1},
        {"the high s with the other y", 0, 28, x, negate(x, n), key_1},
        {"the high s with this y", 0, 27, x, negate(x, n), key_minus_1},
        {"hash n is hash 0", n, 27, x, x, key_1},
        {"twice s and r as hash: (2 r G - r G) / r", x, 27, x, x + x, key_1},
        {"v 0", 0, 0, x, x, nobody},
        {"v 1", 0, 1, x, x, nobody},
        {"v 26", 0, 26, x, x, nobody},
        {"v 29", 0, 29, x, x, nobody},
        {"v 30", 0, 30, x, x, nobody},
        {"v 27 + 2^8", 0, 27 + 256, x, x, nobody},
        {"v 27 + 2^64", 0, Uint256(27, 1, 0, 0), x, x, nobody},
        {"v 27 + 2^255", 0, Uint256(27, 0, 0, std::uint64_t{1} << 63), x, x, nobody},
        {"r 0", 0, 27, 0, x, nobody},
        {"s 0", 0, 27, x, 0, nobody},
        {"r n", 0, 27, n, x, nobody},
        {"s n", 0, 27, x, n, nobody},
        {"s n + 1", 0, 27, x, n + Uint256(1), nobody},
        {"r p", 0, 27, p, x, nobody},
        {"r all ones", 0, 27, ones, x, nobody},
        {"s all ones", 0, 27, x, ones, nobody},
        {"r of no point", 0, 27, 5, x, nobody},
        {"a key at infinity: r G - r G", x, 27, x, x, nobody},
        {"all zeros", 0, 0, 0, 0, nobody},
        {"all ones", ones, ones, ones, ones, nobody},
    };
    for (const Row& row : rows) {
        INFO(row.what);
        Bytes input = words({row.hash, row.v, row.r, row.s});
        Bytes expected;
        if (!row.signer.empty()) expected = from_hex(std::string(24, '0') + row.signer);
        CHECK(answer(1, input) == expected);
        input.push_back(0xff);  // what follows is not looked at
        CHECK(answer(1, input) == expected);
    }
    // What is missing is zero: of s = 2^8 and of hash 2^8 - r for the key G the last byte.
    const Bytes whole = words({Uint256(256) - x + n, 27, x, 256});
    REQUIRE(answer(1, whole) == from_hex(std::string(24, '0') + key_1));
    CHECK(answer(1, Bytes(whole.begin(), whole.end() - 1)) == answer(1, whole));
    CHECK(answer(1, Bytes(whole.begin(), whole.end() - 2)).empty());
    CHECK(answer(1, {}).empty());
}

TEST_CASE("P-256 verification's edge cases, each in a row (EIP-7951)") {
    const Uint256 n = from_digits("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");
    const Uint256 p = from_digits("ffffffff00000001000000000000000000000000ffffffffffffffffffffffff");
    const Uint256 x = from_digits("6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296");  // of G
    const Uint256 y = from_digits("4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5");
    // The points with x = 5 and x = 0.
    const Uint256 y_5 = from_digits("459243b9aa581806fe913bce99817ade11ca503c64d9a3c533415c083248fbcc");
    const Uint256 y_0 = from_digits("66485c780e2f83d72433bd5d84a06bb6541c2af31dae871728bf856a174f93f4");
    const Uint256 ones = ~Uint256();
    struct Row {
        const char* what;
        Uint256 hash, r, s, x, y;
        bool valid;
    };
    const Row rows[] = {
        {"the signature itself", 0, x, x, x, y, true},
        {"the high s", 0, x, negate(x, n), x, y, true},
        {"the key -G: R = -G has the same x", 0, x, x, x, negate(y, p), true},
        {"hash n is hash 0", n, x, x, x, y, true},
        {"r as hash, twice r as s", x, x, x + x, x, y, true},
        {"hash 1", 1, x, x, x, y, false},
        {"hash all ones", ones, x, x, x, y, false},
        {"R at infinity: -r G + r G", negate(x, n), x, x, x, y, false},
        {"R = 2 G", x, x, x, x, y, false},
        {"r 0", 0, 0, x, x, y, false},
        {"s 0", 0, x, 0, x, y, false},
        {"r n", 0, n, x, x, y, false},
        {"s n", 0, x, n, x, y, false},
        {"s n + 1", 0, x, n + Uint256(1), x, y, false},
        {"r all ones", 0, ones, x, x, y, false},
        {"s all ones", 0, x, ones, x, y, false},
        {"r p", 0, p, x, x, y, false},
        {"the key at infinity", 0, x, x, 0, 0, false},
        {"a key that is no point", 0, x, x, x, y + Uint256(1), false},
        {"a key of another curve, y^2 = x^3 + 7", 0, 1, 1, 1,
         from_digits("4218f20ae6c646b363db68605822fb14264ca8d2587fdd6fbc750d587e76a7ee"), false},
        {"x and y exchanged", 0, x, x, y, x, false},
        {"a key with x = 5", 0, 5, 5, 5, y_5, true},
        {"the same with x + p", 0, 5, 5, p + Uint256(5), y_5, false},
        {"a key with x = 0: r would be 0", 0, 0, 1, 0, y_0, false},
        {"a key with x = p for 0", 0, 1, 1, p, y_0, false},
        {"y of p", 0, x, x, x, p, false},
        {"all zeros", 0, 0, 0, 0, 0, false},
        {"all ones", ones, ones, ones, ones, ones, false},
    };
    Bytes yes(32);
    yes.back() = 1;
    for (const Row& row : rows) {
        INFO(row.what);
        Bytes input = words({row.hash, row.r, row.s, row.x, row.y});
        CHECK(answer(0x100, input) == (row.valid ? yes : Bytes()));
        input.push_back(0);
        CHECK(answer(0x100, input).empty());
        input.resize(159);
        CHECK(answer(0x100, input).empty());
    }
    CHECK(answer(0x100, {}).empty());
}

}  // namespace sluice::test
