// ECALLs on numbers of several words: what their tables say is what GMP says, wherever operands lie, and rows that
// claim something else are refused. SPDX-License-Identifier: MIT OR Apache-2.0
#include "accelerators/prime_field.chip.h"
#include "accelerators/secp256k1.chip.h"
#include "accelerators/uint256.chip.h"
#include "call_forger.h"

namespace sluice::test {
namespace {

/// Runs the calls; the boundary table says of each word what it is at the end.
void check_calls(const std::vector<WideCall>& calls) {
    const auto [program, input] = program_of(calls);
    MachineRun run = MachineRun::make(program, input);
    CHECK(run.faults() == "");
    machine::ChipTrace& words = run.chip(run.machine.boundary(), run.tables.boundary, "boundary");
    std::map<std::uint32_t, std::uint64_t> last;
    for (std::uint32_t row = 0; row < words.height; ++row) {
        const auto cell = [&](std::uint32_t column) {
            return std::uint64_t{words.at(machine::Group::linked, column, row).canonical()};
        };
        last[static_cast<std::uint32_t>(cell(1))] = cell(6) | cell(7) << 16 | cell(8) << 32 | cell(9) << 48;
    }
    for (std::size_t i = 0; i < calls.size(); ++i) {
        const Words expected = expected_memory(calls[i]);
        Words found;
        for (std::size_t j = 0; j < expected.size(); ++j) {
            found.push_back(last[static_cast<std::uint32_t>(memory_of_call(i) / 8 + j)]);
        }
        INFO("call " << i << ": " << abi::ecall_name(calls[i].number));
        CHECK(found == expected);
    }
}

TEST_CASE("calls on edge and random numbers leave what GMP computes") {
    SLUICE_RANDOM(rng);
    for (int program = 0; program < 3; ++program) {
        check_calls(wide_calls(rng, 40));
        check_calls(field_calls_on(rng, 10));
    }
}

TEST_CASE("sums and products of the largest and smallest numbers, modulo each") {
    std::vector<WideCall> calls;
    const mpz_class max = (mpz_class(1) << 256) - 1;
    for (const mpz_class& m : {mpz_class(0), mpz_class(1), mpz_class(2), mpz_class(3), mpz_class(max >> 1),
                               mpz_class((max >> 1) + 1), mpz_class(max - 1), max}) {
        for (const mpz_class& a : {mpz_class(0), mpz_class(1), max}) {
            for (const mpz_class& c : {mpz_class(0), mpz_class(1), max}) {
                calls.push_back({SLUICE_ECALL_UINT256_MULMOD_ADD,
                                 joined_words({words_of_number(a), words_of_number(max), words_of_number(c),
                                               words_of_number(m), Words(4)}),
                                 {16, 0, 4, 8}});
            }
        }
    }
    check_calls(calls);
}

TEST_CASE("operands may lie on each other in any way") {
    SLUICE_RANDOM(rng);
    std::vector<WideCall> calls;
    const auto memory = [&](std::size_t words) {
        Words out(words);
        for (std::uint64_t& word : out) word = rng() >> 1;  // below the prime wherever it is cut
        return out;
    };
    for (std::size_t p = 0; p <= 8; ++p) {
        for (const std::size_t q : {std::size_t{0}, std::size_t{4}, std::size_t{8}}) {
            if (p != q) calls.push_back({SLUICE_ECALL_SECP256K1_ADD, memory(16), {p, q}});
        }
    }
    for (std::size_t result = 0; result <= 12; ++result) {
        calls.push_back({SLUICE_ECALL_UINT256_MULMOD_ADD, memory(16), {result, 0, 4, 8}});
        calls.push_back({SLUICE_ECALL_UINT256_MULMOD_ADD, memory(16), {result, 2, 2, 3}});
    }
    calls.push_back({SLUICE_ECALL_UINT256_MULMOD_ADD, memory(8), {0, 0, 0, 0}});
    calls.push_back({SLUICE_ECALL_UINT256_MULMOD_ADD, memory(8), {4, 4, 4, 0}});
    check_calls(calls);
    calls.clear();
    for (const std::uint64_t number : field_calls()) {
        const FieldCall field(number);
        const std::size_t size = field.words * field.parts;
        Words words = memory(2 * size);
        for (std::uint64_t& word : words) word >>= 4;
        for (const std::size_t result : {std::size_t{0}, std::size_t{1}, size / 2, size - 1, size}) {
            calls.push_back({number, words, {result, 0, size}});
            calls.push_back({number, words, {result, size, 1}});
            calls.push_back({number, words, {result, 0, 0}});
        }
    }
    check_calls(calls);
}

TEST_CASE("a call that traps has no tables") {
    const auto message = [](const WideCall& call) {
        const auto [program, input] = program_of({call});
        const auto machine = chips::Rv64Machine::make(program);
        REQUIRE(machine.ok());
        return chips::Rv64Run::make(*machine, program, input).status().ToString();
    };
    using Catch::Contains;
    const mpz_class& p = kSecp256k1Prime;
    const auto point = [](const mpz_class& x, const mpz_class& y) {
        return joined_words({words_of_number(x), words_of_number(y)});
    };
    const auto add = [&](const Words& a, const Words& b) {
        return WideCall{SLUICE_ECALL_SECP256K1_ADD, joined_words({a, b}), {0, 8}};
    };
    CHECK_THAT(message(add(point(p, 1), point(2, 3))), Contains("ecall_non_canonical"));
    CHECK_THAT(message(add(point(1, 1), point(2, p))), Contains("ecall_non_canonical"));
    CHECK_THAT(message(add(point(1, 1), point(1, 3))), Contains("ecall_degenerate"));
    CHECK_THAT(message({SLUICE_ECALL_SECP256K1_ADD, point(1, 3), {0, 0}}), Contains("ecall_degenerate"));
    CHECK_THAT(message({SLUICE_ECALL_SECP256K1_DOUBLE, point(p, 1), {0}}), Contains("ecall_non_canonical"));
    CHECK_THAT(message({SLUICE_ECALL_SECP256K1_DOUBLE, point(1, 0), {0}}), Contains("ecall_degenerate"));
    for (const std::uint64_t number : field_calls()) {
        const FieldCall field(number);
        const std::size_t size = field.words * field.parts;
        for (std::size_t part = 0; part < 2 * field.parts; ++part) {
            Words memory(3 * size);
            put_number(memory, field.words * part, field.prime, field.words);
            CHECK_THAT(message({number, memory, {2 * size, 0, size}}), Contains("ecall_non_canonical"));
        }
    }
}

chips::Wide<4> wide(const mpz_class& value) {
    const Words words = words_of_number(value);
    return {words[0], words[1], words[2], words[3]};
}
Words point(const mpz_class& x, const mpz_class& y) {
    return joined_words({words_of_number(x), words_of_number(y)});
}

/// A row of SECP256K1_ADD: from P, Q and the slope, with results moved by some numbers.
struct AddClaim {
    mpz_class x1 = 3, y1 = 4, x2 = 10, y2 = 25;
    mpz_class slope = 3;
    mpz_class x3_off = 0, y3_off = 0;

    [[nodiscard]] std::string broken() const {
        CallForger forger({SLUICE_ECALL_SECP256K1_ADD, joined_words({point(1, 2), point(3, 4)}), {0, 8}});
        auto [x3, y3] = third_point(slope, x1, y1, x2);
        forger.operand(0, 0, point(x2, y2), point(x2, y2));
        forger.operand(1, 1, point(x1, y1), point(x3 + x3_off, y3 + y3_off));
        chips::Secp256k1Add::Main<KoalaBear> row{};
        chips::Secp256k1Add::fill_with_slope(forger.step(), wide(slope), row);
        return forger.broken<chips::Secp256k1Add>(row);
    }
};

TEST_CASE("a sum of points that is another is refused") {
    const mpz_class& p = kSecp256k1Prime;
    CHECK(AddClaim{}.broken() == "");
    SECTION("with another slope") {
        for (const mpz_class& slope : {mpz_class(0), mpz_class(4), mpz_class(p - 3)}) {
            AddClaim claim;
            claim.slope = slope;
            CHECK(claim.broken() == "the slope is the chord's");
        }
    }
    SECTION("with another result") {
        CHECK(AddClaim{.x3_off = 1}.broken() == "x3 lies on the chord");
        CHECK(AddClaim{.x3_off = mpz_class(1) << 200}.broken() == "x3 lies on the chord");
        CHECK(AddClaim{.y3_off = 1}.broken() == "y3 lies on the chord");
        CHECK(AddClaim{.y3_off = mpz_class(1) << 128}.broken() == "y3 lies on the chord");
    }
    SECTION("with equal x, where any slope would do") {
        for (const mpz_class& slope : {mpz_class(0), mpz_class(1), mpz_class(77)}) {
            CHECK(AddClaim{.x1 = 3, .y1 = 4, .x2 = 3, .y2 = 4, .slope = slope}.broken() == "x1 is not x2");
        }
        CHECK(AddClaim{.x1 = 3, .y1 = 4, .x2 = 3, .y2 = 5}.broken() != "");
    }
    SECTION("of numbers from the prime on") {
        const char* const refused = "a coordinate is below the prime";
        // The same residues: only the size speaks against them.
        CHECK(AddClaim{.x1 = 3 + p}.broken() == refused);
        CHECK(AddClaim{.y1 = 4 + p}.broken() == refused);
        CHECK(AddClaim{.x2 = 10 + p}.broken() == refused);
        CHECK(AddClaim{.y2 = 25 + p}.broken() == refused);
        CHECK(AddClaim{.x1 = 3 + p, .x2 = 10 + p}.broken() == refused);
        // Equal modulo the prime, and not as integers.
        CHECK(AddClaim{.x1 = 3 + p, .y1 = 4, .x2 = 3, .y2 = 4, .slope = 7}.broken() == refused);
        for (const mpz_class& x : {p, mpz_class(p + 1), mpz_class((mpz_class(1) << 256) - 1),
                                   mpz_class((mpz_class(1) << 256) - 977), mpz_class((mpz_class(1) << 256) - 65536)}) {
            const mpz_class slope = mod(21 * inverse_modulo(10 - x, p), p);
            CHECK(AddClaim{.x1 = x, .slope = slope}.broken() == refused);
        }
        for (const mpz_class& x : {mpz_class(p - 1), mpz_class(p - 65536), mpz_class((p >> 64) << 64)}) {
            const mpz_class slope = mod(21 * inverse_modulo(10 - x, p), p);
            CHECK(AddClaim{.x1 = x, .slope = slope}.broken() == "");
        }
    }
    SECTION("with results from the prime on") {
        // (x1, y1) and x2 for which x3 is 5: 3 * 3 - 1 - 3.
        AddClaim claim{.x1 = 1, .y1 = p - 20, .x2 = 3, .y2 = p - 14};
        REQUIRE(third_point(3, 1, p - 20, 3) == std::pair<mpz_class, mpz_class>(5, 8));
        CHECK(claim.broken() == "");
        claim.x3_off = p;
        CHECK(claim.broken() == "a coordinate is below the prime");
        claim.x3_off = 0;
        claim.y3_off = p;
        CHECK(claim.broken() == "a coordinate is below the prime");
    }
}

TEST_CASE("twice a point that is another is refused") {
    const mpz_class& p = kSecp256k1Prime;
    /// `slope` is twice the slope.
    const auto claim = [](const mpz_class& x, const mpz_class& y, const mpz_class& slope, const mpz_class& x3_off,
                          const mpz_class& y3_off) {
        CallForger forger({SLUICE_ECALL_SECP256K1_DOUBLE, point(1, 2), {0}});
        const mpz_class half = mod(slope * inverse_modulo(2, kSecp256k1Prime), kSecp256k1Prime);
        auto [x3, y3] = third_point(half, x, y, x);
        forger.operand(0, 0, point(x, y), point(x3 + x3_off, y3 + y3_off));
        chips::Secp256k1Double::Main<KoalaBear> row{};
        chips::Secp256k1Double::fill_with_slope(forger.step(), wide(slope), row);
        return forger.broken<chips::Secp256k1Double>(row);
    };
    const auto slope_at = [&](const mpz_class& x, const mpz_class& y) {
        return mod(3 * x * x * inverse_modulo(y, p), p);
    };
    const mpz_class slope = slope_at(3, 4);
    CHECK(claim(3, 4, slope, 0, 0) == "");
    CHECK(claim(3, 4, slope + 1, 0, 0) == "the slope is the tangent's");
    CHECK(claim(3, 4, p - slope, 0, 0) == "the slope is the tangent's");
    CHECK(claim(3, 4, slope, 1, 0) == "x3 lies on the tangent");
    CHECK(claim(3, 4, slope, 0, 1) == "y3 lies on the tangent");
    for (const mpz_class& any : {mpz_class(0), mpz_class(1), mpz_class(77)}) {
        CHECK(claim(0, 0, any, 0, 0) == "y is not 0");
    }
    const char* const refused = "a coordinate is below the prime";
    CHECK(claim(0, p, 5, 0, 0) == refused);
    CHECK(claim(3 + p, 4, slope, 0, 0) == refused);
    CHECK(claim(3, 4 + p, slope, 0, 0) == refused);
    // x3 = (3 x^2 / 2 y)^2 - 2 x is 9 / 4 - 2 at (1, 1); at (2, 6) it is 1 - 4, and at (0, y) 0 with y3 = -y.
    CHECK(claim(0, p - 5, 0, 0, 0) == "");
    CHECK(claim(0, p - 5, 0, p, 0) == refused);
    CHECK(claim(0, p - 5, 0, 0, p) == refused);
    // The largest quotients.
    for (const mpz_class& x : {mpz_class(1), mpz_class(p - 1)}) {
        for (const mpz_class& y : {mpz_class(1), mpz_class(p - 1)}) CHECK(claim(x, y, slope_at(x, y), 0, 0) == "");
    }
}

TEST_CASE("a remainder that is another is refused") {
    const mpz_class max = (mpz_class(1) << 256) - 1;
    using Main = chips::Uint256MulmodAdd::Main<KoalaBear>;
    const auto row_of = [](CallForger& forger, const mpz_class& a, const mpz_class& b, const mpz_class& c,
                           const mpz_class& m, const mpz_class& r) {
        forger.operand(0, 0, words_of_number(a), words_of_number(a));
        forger.operand(1, 1, words_of_number(b), words_of_number(b));
        forger.operand(2, 2, point(c, m), point(c, m));
        forger.operand(3, 3, Words(4), words_of_number(r));
        Main row{};
        chips::Uint256MulmodAdd::fill(forger.step(), row);
        return row;
    };
    CallForger forger({SLUICE_ECALL_UINT256_MULMOD_ADD, Words(20, 1), {16, 0, 4, 8}});
    const auto claim = [&](const mpz_class& a, const mpz_class& b, const mpz_class& c, const mpz_class& m,
                           const mpz_class& r) {
        return forger.broken<chips::Uint256MulmodAdd>(row_of(forger, a, b, c, m, r));
    };
    CHECK(claim(7, 9, 5, 10, 8) == "");
    CHECK(claim(7, 9, 5, 10, 7) == "a b + c is q m + r");
    // m too many, and one quotient fewer.
    CHECK(claim(7, 9, 5, 10, 18) == "lookup of kind 2");
    CHECK(claim(7, 9, 5, 10, 68) == "lookup of kind 2");
    CHECK(claim(max, 1, 0, 1, max) == "lookup of kind 2");
    CHECK(claim(max, 1, 0, max, max) == "lookup of kind 2");
    CHECK(claim(max, 1, 0, max, 0) == "");
    // A quotient that is right modulo 2^512 alone.
    CHECK(claim(7, 9, 5, 11, 3) != "");
    CHECK(claim(max, max, max, 3, 1) != "");
    CHECK(claim(max, max, max, 1, 0) == "");
    // m = 0.
    CHECK(claim(max, max, max, 0, 0) == "");
    CHECK(claim(max, max, max, 0, 1) != "");
    CHECK(claim(max, 2, 0, 0, max - 1) == "");
    Main row = row_of(forger, 7, 9, 5, 0, 68);
    row.m_is_zero = KoalaBear::zero();
    CHECK(forger.broken<chips::Uint256MulmodAdd>(row) == "lookup of kind 2");
    // Nor is another modulus 0.
    row = row_of(forger, 7, 9, 5, 10, 8);
    row.m_is_zero = KoalaBear::one();
    row.q = {};
    row.r = chips::fill_limbs(wide(68));
    row.below = {};
    CHECK(forger.broken<chips::Uint256MulmodAdd>(row) == "m is 0 if it is said so");
    row.m_is_zero = -KoalaBear::one();
    CHECK(forger.broken<chips::Uint256MulmodAdd>(row) != "");
    // A quotient whose product counts 2^512 and is not looked at below.
    for (const int m : {0, 256}) {
        row = row_of(forger, 7, 9, 5, m, 68);
        CHECK(forger.broken<chips::Uint256MulmodAdd>(row) == "");
        row.q[63] = KoalaBear::one();
        CHECK(forger.broken<chips::Uint256MulmodAdd>(row) == "q m has 512 bits");
    }
}

/// Claims of a field's chip.
template <class ChipType>
void check_field_claims(std::uint64_t number) {
    using Numbers = std::vector<mpz_class>;
    const FieldCall field(number);
    const mpz_class& p = field.prime;
    INFO(abi::ecall_name(number));
    const std::size_t size = field.words * field.parts;
    CallForger forger({number, Words(3 * size, 1), {2 * size, 0, size}});
    const auto words = [&](const Numbers& parts) {
        Words out;
        for (std::size_t i = 0; i < field.parts; ++i) {
            out = joined_words({out, words_of_number(parts[i], field.words)});
        }
        return out;
    };
    const auto row_of = [&](const Numbers& x, const Numbers& y, const Numbers& r) {
        forger.operand(0, 0, words(x), words(x));
        forger.operand(1, 1, words(y), words(y));
        forger.operand(2, 2, Words(size), words(r));
        typename ChipType::template Main<KoalaBear> row{};
        ChipType::fill(forger.step(), row);
        return row;
    };
    const auto claim = [&](const Numbers& x, const Numbers& y, const Numbers& r) {
        return forger.broken<ChipType>(row_of(x, y, r));
    };
    // All that is largest and smallest.
    const Numbers edges = {0, 1, p - 1};
    for (const mpz_class& x0 : edges) {
        for (const mpz_class& x1 : edges) {
            for (const mpz_class& y0 : edges) {
                for (const mpz_class& y1 : edges) {
                    const Numbers x = {x0, x1}, y = {y0, y1};
                    const Numbers r = field.apply(x, y);
                    CHECK(claim(x, y, r) == "");
                    for (std::size_t i = 0; i < field.parts; ++i) {
                        Numbers other = r;
                        other[i] = mod(r[i] + 1, p);
                        CHECK_THAT(claim(x, y, other), Catch::StartsWith("the result"));
                        // The same residues.
                        other[i] = r[i] + p;
                        CHECK(claim(x, y, other) != "");
                        Numbers large = x;
                        large[i] += p;
                        CHECK(claim(large, y, r) != "");
                        large = y;
                        large[i] += p;
                        CHECK(claim(x, large, r) != "");
                    }
                }
            }
        }
    }
    // Whatever is said of where the first difference lies.
    Numbers r = field.apply({3, 4}, {5, 6});
    r[0] += p;
    auto row = row_of({3, 4}, {5, 6}, r);
    const auto at = [&](std::size_t block, std::size_t place) {
        row.operation.r_below[0] = {};
        if (block > 0) row.operation.r_below[0].block[block - 1] = KoalaBear::one();
        if (place > 0) row.operation.r_below[0].place[place - 1] = KoalaBear::one();
        return forger.broken<ChipType>(row);
    };
    for (std::size_t block = 0; block < 4; ++block) {
        for (std::size_t place = 0; place < field.words; ++place) CHECK(at(block, place) != "");
    }
    row.operation.r_below[0] = {};
    row.operation.r_below[0].block[0] = row.operation.r_below[0].block[1] = KoalaBear::one();
    CHECK(forger.broken<ChipType>(row) == "where numbers differ is told by bits");
}

TEST_CASE("another result in a field is refused") {
    using chips::Bls12381, chips::Bn254, chips::FieldProduct, chips::FieldSum;
    check_field_claims<FieldSum<Bn254, 1>>(SLUICE_ECALL_BN254_FP_ADD);
    check_field_claims<FieldSum<Bn254, 1>>(SLUICE_ECALL_BN254_FP_SUB);
    check_field_claims<FieldProduct<Bn254, 1>>(SLUICE_ECALL_BN254_FP_MUL);
    check_field_claims<FieldSum<Bn254, 2>>(SLUICE_ECALL_BN254_FP2_ADD);
    check_field_claims<FieldSum<Bn254, 2>>(SLUICE_ECALL_BN254_FP2_SUB);
    check_field_claims<FieldProduct<Bn254, 2>>(SLUICE_ECALL_BN254_FP2_MUL);
    check_field_claims<FieldSum<Bls12381, 1>>(SLUICE_ECALL_BLS12_381_FP_ADD);
    check_field_claims<FieldSum<Bls12381, 1>>(SLUICE_ECALL_BLS12_381_FP_SUB);
    check_field_claims<FieldProduct<Bls12381, 1>>(SLUICE_ECALL_BLS12_381_FP_MUL);
    check_field_claims<FieldSum<Bls12381, 2>>(SLUICE_ECALL_BLS12_381_FP2_ADD);
    check_field_claims<FieldSum<Bls12381, 2>>(SLUICE_ECALL_BLS12_381_FP2_SUB);
    check_field_claims<FieldProduct<Bls12381, 2>>(SLUICE_ECALL_BLS12_381_FP2_MUL);
}

TEST_CASE("another place of a number is refused") {
    const auto broken = [](std::size_t argument, std::uint64_t address) {
        CallForger forger({SLUICE_ECALL_UINT256_MULMOD_ADD, Words(20, 1), {16, 0, 4, 8}});
        const Words one = words_of_number(1);
        forger.operand(0, 0, one, one);
        forger.operand(1, 1, one, one);
        forger.operand(2, 2, point(1, 7), point(1, 7));
        forger.operand(3, 3, Words(4), words_of_number(2));
        forger.point(argument, address);
        return forger.broken<chips::Uint256MulmodAdd>();
    };
    for (const std::size_t argument : {0u, 1u, 2u, 3u}) {
        CHECK(broken(argument, SLUICE_HEAP_BEGIN + 8) == "");
        CHECK(broken(argument, SLUICE_HEAP_BEGIN + SLUICE_PAGE_SIZE - 8) == "");
        CHECK(broken(argument, SLUICE_HEAP_BEGIN + 4) == "lookup of kind 2");
        CHECK(broken(argument, 8 * a0) == (argument == 0 ? "lookup of kind 6" : "lookup of kind 5"));
        CHECK(broken(argument, SLUICE_INPUT_BEGIN) == (argument == 0 ? "lookup of kind 6" : ""));
        CHECK(broken(argument, SLUICE_INPUT_END - 24) == (argument == 0 ? "lookup of kind 6" : "lookup of kind 5"));
        CHECK(broken(argument, SLUICE_HEAP_BEGIN + (std::uint64_t{1} << 32)) != "");
    }
}

}  // namespace
}  // namespace sluice::test
