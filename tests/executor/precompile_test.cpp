// The precompile table over go-ethereum's vectors: price and output of every row, which fork has which, edge cases.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "crypto/gmp.h"
#include "precompiles/precompiles.h"
#include "sluice/crypto/hash.h"
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

namespace {

/// EIP-2565's and EIP-7883's price as their texts have it, in GMP's numbers. An exponent of more than 32 bytes is
/// judged by its first 32.
mpz_class modexp_price(const mpz_class& base, const mpz_class& exponent, const mpz_class& modulus,
                       const mpz_class& head, Fork fork) {
    const bool osaka = fork >= Fork::osaka;
    const mpz_class longest = base > modulus ? base : modulus;
    const mpz_class words = (longest + 7) / 8;
    mpz_class complexity = words * words;
    if (osaka) complexity = longest > 32 ? mpz_class(2 * words * words) : mpz_class(16);
    mpz_class iterations = 0;
    if (head != 0) iterations = mpz_sizeinbase(head.get_mpz_t(), 2) - 1;
    if (exponent > 32) iterations += (osaka ? 16 : 8) * (exponent - 32);
    if (iterations < 1) iterations = 1;
    const mpz_class price = complexity * iterations / (osaka ? 1 : 3);
    const mpz_class least = osaka ? 500 : 200;
    return price > least ? price : least;
}

}  // namespace

TEST_CASE("modexp's price is that of the EIPs' formulas, at the edges of lengths and exponents") {
    SLUICE_RANDOM(rng);
    const std::uint64_t lengths[] = {0, 1, 7, 8, 9, 31, 32, 33, 40, 63, 64, 65, 255, 256, 257, 1023, 1024, 1025, 5000};
    const auto length = [&]() -> mpz_class {
        if (rng() % 8 == 0) return test::random_below(rng, mpz_class(1) << (rng() % 256 + 1));
        return mpz_class(lengths[rng() % std::size(lengths)]);
    };
    std::uint64_t exact = 0;
    for (std::uint64_t round = 0; round < rounds(20000); ++round) {
        const mpz_class base = length();
        const mpz_class exponent = length();
        const mpz_class modulus = length();
        // The exponent's first bytes: zeros, ones, one bit, anything; sometimes the input ends within them.
        mpz_class head = 0;
        const unsigned bits = exponent < 32 ? static_cast<unsigned>(exponent.get_ui()) * 8 : 256;
        if (bits != 0) {
            const mpz_class bound = mpz_class(1) << bits;
            const mpz_class kinds[] = {0, bound - 1, mpz_class(1) << (rng() % bits), test::random_below(rng, bound)};
            head = kinds[rng() % 4];
        }
        Bytes input;
        for (const mpz_class& value : {base, exponent, modulus}) {
            const Bytes word = test::to_bytes(value, 32);
            input.insert(input.end(), word.begin(), word.end());
        }
        if (base < 6000) {
            input.resize(input.size() + base.get_ui(), 0xaa);
            const Bytes digits = test::to_bytes(head, bits / 8);
            const std::size_t present = rng() % 4 == 0 ? rng() % (digits.size() + 1) : digits.size();
            input.insert(input.end(), digits.begin(), digits.begin() + static_cast<std::ptrdiff_t>(present));
            const auto missing = static_cast<unsigned>(8 * (digits.size() - present));
            head = mpz_class(head >> missing) << missing;  // zeros
            if (exponent > 32 && present == digits.size()) input.insert(input.end(), 20, 0xff);
        } else {
            head = 0;  // beyond the input's end
        }
        for (const Fork fork : {Fork::paris, Fork::prague, Fork::osaka}) {
            const mpz_class expected = modexp_price(base, exponent, modulus, head, fork);
            const std::uint64_t price = find_precompile(Uint256{5}, fork)->gas(input, fork);
            INFO("lengths " << base << " " << exponent << " " << modulus << " head " << head.get_str(16) << " fork "
                            << static_cast<int>(fork));
            const bool fits = expected < (mpz_class(1) << 64);
            REQUIRE(price == (fits ? mpz_get_ui(expected.get_mpz_t()) : ~std::uint64_t{0}));
            exact += fits ? 1 : 0;
        }
    }
    CHECK(exact > rounds(20000));
}

namespace {

/// Compressed points of G1: the generator, [tau] of the ceremony (g1_monomial[1] of trusted_setup_4096.json), infinity.
const std::string kG1 =
    "97f1d3a73197d7942695638c4fa9ac0fc3688c4f9774b905a14e3a3f171bac586c55e83ff97a1aeffb3af00adb22c6bb";
const std::string kTau =
    "ad3eb50121139aa34db1d545093ac9374ab7bca2c0f3bf28e27c8dcd8fc7cb42d25926fc0c97b336e9f0fb35e5a04c81";
const std::string kInfinity = "c0" + std::string(94, '0');
const mpz_class kScalars("73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001", 16);

/// The other point with the same x.
std::string negative(std::string point) {
    point[0] = "0123456789abcdef"[std::string("0123456789abcdef").find(point[0]) ^ 2];
    return point;
}

/// Input of the point evaluation: versioned hash, z, y, commitment, proof.
Bytes opening(const std::string& commitment, const mpz_class& z, const mpz_class& y, const std::string& proof) {
    const Bytes point = from_hex(commitment);
    const Hash32 hash = crypto::sha256(ByteView(point));
    Bytes input(hash.bytes.begin(), hash.bytes.end());
    input[0] = 1;
    for (const Bytes& part : {test::to_bytes(z, 32), test::to_bytes(y, 32), point, from_hex(proof)}) {
        input.insert(input.end(), part.begin(), part.end());
    }
    return input;
}

bool opens(const Bytes& input) {
    std::vector<std::uint8_t> memory(1 << 16);
    Arena arena(memory.data(), memory.size());
    const auto result = find_precompile(Uint256{10}, Fork::osaka)->run(input, Fork::osaka, arena);
    REQUIRE(result.ok());
    if (!result->success) {
        CHECK(result->output.empty());
        return false;
    }
    const Bytes output(result->output.begin(), result->output.end());
    Bytes expected = test::to_bytes(4096, 32);  // field elements of a blob, then the modulus
    const Bytes modulus = test::to_bytes(kScalars, 32);
    expected.insert(expected.end(), modulus.begin(), modulus.end());
    CHECK(output == expected);
    return true;
}

}  // namespace

TEST_CASE("point evaluation accepts the openings that algebra gives and refuses their neighbours (EIP-4844)") {
    SLUICE_RANDOM(rng);
    const mpz_class& r = kScalars;
    const mpz_class z = test::random_below(rng, r);
    const std::string minus_g = negative(kG1);
    const std::string minus_tau = negative(kTau);
    for (const mpz_class& at : {mpz_class(0), mpz_class(1), mpz_class(r - 1), z}) {
        CHECK(opens(opening(kInfinity, at, 0, kInfinity)));           // p(X) = 0
        CHECK(opens(opening(kG1, at, 1, kInfinity)));                 // 1
        CHECK(opens(opening(minus_g, at, r - 1, kInfinity)));         // -1
        CHECK(opens(opening(kTau, at, at, kG1)));                     // X: quotient 1
        CHECK(opens(opening(minus_tau, at, (r - at) % r, minus_g)));  // -X
        CHECK_FALSE(opens(opening(kInfinity, at, 1, kInfinity)));
        CHECK_FALSE(opens(opening(kG1, at, 0, kInfinity)));
        CHECK_FALSE(opens(opening(kG1, at, 1, kG1)));
        CHECK_FALSE(opens(opening(kTau, at, (at + 1) % r, kG1)));
        CHECK_FALSE(opens(opening(kTau, at, at, minus_g)));
        CHECK_FALSE(opens(opening(minus_tau, at, at + 1, minus_g)));
        CHECK_FALSE(opens(opening(kTau, at, at, kInfinity)));
        // Numbers that are not below the modulus stand for nothing, though they are equal to those that hold.
        if (at + r < (mpz_class(1) << 256)) {
            CHECK_FALSE(opens(opening(kTau, at + r, at, kG1)));
            CHECK_FALSE(opens(opening(kTau, at, at + r, kG1)));
        }
        CHECK_FALSE(opens(opening(kInfinity, at, r, kInfinity)));
    }
    CHECK(find_precompile(Uint256{10}, Fork::osaka)->gas({}, Fork::osaka) == 50000);
}

TEST_CASE("point evaluation refuses another versioned hash, another length and points that are none (EIP-4844)") {
    const Bytes good = opening(kTau, 77, 77, kG1);
    REQUIRE(opens(good));
    for (std::size_t byte = 0; byte < 32; ++byte) {
        for (const unsigned bit : {1u, 128u}) {
            Bytes bad = good;
            bad[byte] = static_cast<std::uint8_t>(bad[byte] ^ bit);
            CHECK_FALSE(opens(bad));
        }
    }
    Bytes unversioned = good;  // the plain SHA-256, and the version of no fork
    unversioned[0] = crypto::sha256(ByteView(from_hex(kTau))).bytes[0];
    CHECK_FALSE(opens(unversioned));
    for (const std::size_t size : {0, 1, 96, 144, 191}) CHECK_FALSE(opens(Bytes(good.begin(), good.begin() + size)));
    Bytes longer = good;
    longer.push_back(0);
    CHECK_FALSE(opens(longer));

    const std::string x_of_no_point = "80" + std::string(93, '0') + "1";
    const std::string outside_subgroup = "80" + std::string(94, '0');  // (0, 2), of order 3
    const std::string p =
        "9a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaab";
    const std::string points[] = {x_of_no_point,
                                  outside_subgroup,
                                  p,                                  // x = p
                                  "17" + kG1.substr(2),               // not compressed
                                  "c0" + std::string(93, '0') + "1",  // infinity with an x
                                  "e0" + std::string(94, '0'),        // infinity with a sign
                                  std::string(96, '0'),
                                  std::string(96, 'f')};
    for (const std::string& point : points) {
        INFO(point);
        CHECK_FALSE(opens(opening(point, 77, 0, kInfinity)));
        CHECK_FALSE(opens(opening(kTau, 77, 77, point)));
        CHECK_FALSE(opens(opening(kInfinity, 77, 0, point)));
    }
}

}  // namespace sluice::test
