// 256-bit arithmetic against GMP, over random operands and the edges where limbs carry and borrow.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "sluice/base/uint256_arith.h"

#include <gmpxx.h>
#include <vector>

#include "support/catch.h"

namespace sluice {
namespace {

mpz_class to_gmp(const Uint256& value) {
    mpz_class result;
    mpz_import(result.get_mpz_t(), 4, -1, 8, 0, 0, value.limb);
    return result;
}

const mpz_class& two256() {
    static const mpz_class value = mpz_class(1) << 256;
    return value;
}

Uint256 from_gmp(const mpz_class& value) {
    mpz_class reduced;
    mpz_fdiv_r(reduced.get_mpz_t(), value.get_mpz_t(), two256().get_mpz_t());
    Uint256 result;
    mpz_export(result.limb, nullptr, -1, 8, 0, 0, reduced.get_mpz_t());
    return result;
}

/// Two's complement reading.
mpz_class to_signed(const Uint256& value) {
    mpz_class result = to_gmp(value);
    if (value.limb[3] >> 63 != 0) result -= two256();
    return result;
}

/// Values whose limbs are often all zeros, all ones, or a lone bit: the cases that quotient digits are misjudged on.
Uint256 random_value(std::mt19937_64& rng) {
    Uint256 value;
    const auto limbs = rng() % 5;
    for (unsigned i = 0; i < limbs; ++i) {
        switch (rng() % 6) {
            case 0:
                value.limb[i] = 0;
                break;
            case 1:
                value.limb[i] = ~std::uint64_t{0};
                break;
            case 2:
                value.limb[i] = std::uint64_t{1} << (rng() % 64);
                break;
            case 3:
                value.limb[i] = (std::uint64_t{1} << (rng() % 64)) - 1;
                break;
            default:
                value.limb[i] = rng();
        }
    }
    return value;
}

std::vector<Uint256> edges() {
    const std::uint64_t ones = ~std::uint64_t{0};
    const std::uint64_t top = std::uint64_t{1} << 63;
    return {{0},
            {1},
            {2},
            {10},
            {ones},
            {ones, ones, 0, 0},
            {0, 1, 0, 0},
            {0, 0, 1, 0},
            {0, 0, 0, 1},
            {0, 0, 0, top},
            {1, 0, 0, top},
            {ones, ones, ones, ones},
            {ones - 1, ones, ones, ones},
            {ones, ones, ones, top - 1},
            {0, 0, top, 0},
            {0, top, 0, 0},
            {top, 0, 0, 0}};
}

void check_binary(const Uint256& a, const Uint256& b) {
    INFO("a " << to_gmp(a).get_str(16) << " b " << to_gmp(b).get_str(16));
    const mpz_class x = to_gmp(a);
    const mpz_class y = to_gmp(b);
    CHECK(a + b == from_gmp(x + y));
    CHECK(a - b == from_gmp(x - y));
    CHECK(a * b == from_gmp(x * y));
    CHECK((a < b) == (x < y));
    CHECK(signed_less(a, b) == (to_signed(a) < to_signed(b)));
    CHECK(a / b == (y == 0 ? Uint256{} : from_gmp(x / y)));
    CHECK(a % b == (y == 0 ? Uint256{} : from_gmp(x % y)));
    // GMP's operators truncate towards zero, as the EVM does.
    CHECK(signed_divide(a, b) == (y == 0 ? Uint256{} : from_gmp(to_signed(a) / to_signed(b))));
    CHECK(signed_modulo(a, b) == (y == 0 ? Uint256{} : from_gmp(to_signed(a) % to_signed(b))));
}

void check_ternary(const Uint256& a, const Uint256& b, const Uint256& m) {
    INFO("a " << to_gmp(a).get_str(16) << " b " << to_gmp(b).get_str(16) << " m " << to_gmp(m).get_str(16));
    const mpz_class modulus = to_gmp(m);
    CHECK(add_mod(a, b, m) == (modulus == 0 ? Uint256{} : from_gmp((to_gmp(a) + to_gmp(b)) % modulus)));
    CHECK(mul_mod(a, b, m) == (modulus == 0 ? Uint256{} : from_gmp((to_gmp(a) * to_gmp(b)) % modulus)));
}

}  // namespace

TEST_CASE("arithmetic on edge values agrees with GMP") {
    const auto values = edges();
    for (const auto& a : values) {
        for (const auto& b : values) {
            check_binary(a, b);
            for (const auto& m : values) check_ternary(a, b, m);
        }
    }
}

TEST_CASE("arithmetic on random values agrees with GMP") {
    SLUICE_RANDOM(rng);
    for (std::uint64_t i = 0; i < test::rounds(20000); ++i) {
        const Uint256 a = random_value(rng);
        const Uint256 b = random_value(rng);
        check_binary(a, b);
        check_ternary(a, b, random_value(rng));
    }
}

TEST_CASE("a dividend built from quotient and remainder divides back into them") {
    SLUICE_RANDOM(rng);
    for (std::uint64_t i = 0; i < test::rounds(20000); ++i) {
        const Uint256 divisor = random_value(rng);
        if (divisor.is_zero()) continue;
        const Uint256 room = Uint256{} - Uint256{1};
        const Uint256 quotient = random_value(rng) % (room / divisor + Uint256{1});
        const Uint256 remainder = random_value(rng) % divisor;
        const Uint256 product = quotient * divisor;
        bool carry = false;
        const Uint256 dividend = add_carry(product, remainder, carry);
        if (carry) continue;
        const DivMod result = divide(dividend, divisor);
        CHECK(result.quotient == quotient);
        CHECK(result.remainder == remainder);
    }
}

TEST_CASE("sums and products next to multiples of the modulus reduce as GMP says") {
    SLUICE_RANDOM(rng);
    for (std::uint64_t i = 0; i < test::rounds(5000); ++i) {
        const Uint256 m = random_value(rng);
        if (m.is_zero()) continue;
        const auto near = [&] { return m * Uint256(rng() % 4) + Uint256(rng() % 5) - Uint256(2); };
        check_ternary(near(), near(), m);
        // a b = q m + r for a chosen quotient: q from all ones down, where its digits are guessed too high.
        const Uint256 a = from_gmp((two256() - 1 - static_cast<unsigned long>(rng() % 3)) % to_gmp(m));
        check_ternary(a, ~Uint256() - Uint256(rng() % 3), m);
        check_ternary(~Uint256(), near(), m);
    }
}

TEST_CASE("powers agree with GMP") {
    SLUICE_RANDOM(rng);
    for (std::uint64_t i = 0; i < test::rounds(500); ++i) {
        const Uint256 base = random_value(rng);
        const Uint256 exponent = random_value(rng);
        mpz_class expected;
        mpz_powm(expected.get_mpz_t(), to_gmp(base).get_mpz_t(), to_gmp(exponent).get_mpz_t(), two256().get_mpz_t());
        CHECK(power(base, exponent) == from_gmp(expected));
    }
    CHECK(power(Uint256{0}, Uint256{0}) == Uint256{1});
}

TEST_CASE("shifts, bytes and sign extension agree with GMP") {
    SLUICE_RANDOM(rng);
    for (std::uint64_t i = 0; i < test::rounds(300); ++i) {
        const Uint256 a = random_value(rng);
        INFO("a " << to_gmp(a).get_str(16));
        for (unsigned shift = 0; shift <= 257; ++shift) {
            CHECK((a << shift) == from_gmp(to_gmp(a) << shift));
            CHECK((a >> shift) == from_gmp(to_gmp(a) >> shift));
            mpz_class floor;
            mpz_fdiv_q_2exp(floor.get_mpz_t(), to_signed(a).get_mpz_t(), shift);
            CHECK(shift_right_signed(a, shift) == from_gmp(floor));
        }
        for (unsigned index = 0; index <= 33; ++index) {
            const mpz_class byte = index < 32 ? mpz_class((to_gmp(a) >> (8 * (31 - index))) & 255) : mpz_class(0);
            CHECK(Uint256{byte_at(Uint256{index}, a)} == from_gmp(byte));
            const unsigned bits = 8 * (index + 1);
            mpz_class extended = to_gmp(a);
            if (index < 31) {
                extended &= (mpz_class(1) << bits) - 1;
                if (mpz_tstbit(extended.get_mpz_t(), bits - 1) != 0) extended -= mpz_class(1) << bits;
            }
            CHECK(sign_extend(Uint256{index}, a) == from_gmp(extended));
        }
        CHECK(a.bit_width() == (to_gmp(a) == 0 ? 0 : mpz_sizeinbase(to_gmp(a).get_mpz_t(), 2)));
    }
    const Uint256 huge{0, 0, 0, 1};
    CHECK(byte_at(huge, Uint256{~std::uint64_t{0}}) == 0);
    CHECK(sign_extend(huge, Uint256{0x80}) == Uint256{0x80});
}

}  // namespace sluice
