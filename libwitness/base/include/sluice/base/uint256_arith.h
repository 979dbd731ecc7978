// Division, modular arithmetic, powers, signed operations and bit work on 256-bit integers, as the EVM defines them.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <bit>

#include "sluice/base/uint256.h"

namespace sluice {

/// Full product of two words.
struct WideWord {
    std::uint64_t low = 0;
    std::uint64_t high = 0;
};
[[nodiscard]] constexpr WideWord multiply_wide(std::uint64_t a, std::uint64_t b) noexcept {
    const Uint128 product = static_cast<Uint128>(a) * b;
    return {static_cast<std::uint64_t>(product), static_cast<std::uint64_t>(product >> 64)};
}

namespace detail {

[[nodiscard]] constexpr Uint128 join(std::uint64_t high, std::uint64_t low) noexcept {
    return (static_cast<Uint128>(high) << 64) | low;
}

/// floor((2^128 - 1) / d) - 2^64 for d with its top bit set: schoolbook division with 32-bit digits, so that a target
/// without a 128-by-64-bit division needs two word divisions and no library call.
[[nodiscard]] constexpr std::uint64_t reciprocal(std::uint64_t d) noexcept {
    constexpr std::uint64_t kDigit = std::uint64_t{1} << 32;
    const std::uint64_t d_high = d >> 32;
    const std::uint64_t d_low = d & (kDigit - 1);
    // The dividend is (~d, 2^64 - 1), whose quotient fits a word.
    std::uint64_t remainder = ~d;
    std::uint64_t quotient = 0;
    for (int step = 0; step < 2; ++step) {
        std::uint64_t digit = remainder / d_high;
        std::uint64_t rest = remainder - digit * d_high;
        while (digit >= kDigit || digit * d_low > ((rest << 32) | (kDigit - 1))) {
            --digit;
            rest += d_high;
            if (rest >= kDigit) break;
        }
        remainder = (remainder << 32) + (kDigit - 1) - digit * d;
        quotient = (quotient << 32) + digit;
    }
    return quotient;
}

/// Divides (u1, u0) by d with v = reciprocal(d) and u1 < d (Moeller, Granlund: "Improved division by invariant
/// integers", algorithm 4). u1 becomes the remainder.
[[nodiscard]] constexpr std::uint64_t divide_2by1(std::uint64_t& u1, std::uint64_t u0, std::uint64_t d,
                                                  std::uint64_t v) noexcept {
    const Uint128 q = static_cast<Uint128>(v) * u1 + join(u1, u0);
    const auto q_low = static_cast<std::uint64_t>(q);
    std::uint64_t digit = static_cast<std::uint64_t>(q >> 64) + 1;
    std::uint64_t rest = u0 - digit * d;
    if (rest > q_low) {
        --digit;
        rest += d;
    }
    if (rest >= d) [[unlikely]] {
        ++digit;
        rest -= d;
    }
    u1 = rest;
    return digit;
}

/// The reciprocal of a two-word divisor with its top bit set (same paper, algorithm 6).
[[nodiscard]] constexpr std::uint64_t reciprocal_3by2(std::uint64_t d1, std::uint64_t d0) noexcept {
    std::uint64_t v = reciprocal(d1);
    std::uint64_t p = d1 * v + d0;
    if (p < d0) {
        --v;
        if (p >= d1) {
            --v;
            p -= d1;
        }
        p -= d1;
    }
    const WideWord t = multiply_wide(v, d0);
    p += t.high;
    if (p < t.high) {
        --v;
        if (join(p, t.low) >= join(d1, d0)) --v;
    }
    return v;
}

/// Divides (u2, u1, u0) by d with (u2, u1) < d (same paper, algorithm 5). (u2, u1) becomes the remainder.
[[nodiscard]] constexpr std::uint64_t divide_3by2(std::uint64_t& u2, std::uint64_t& u1, std::uint64_t u0, Uint128 d,
                                                  std::uint64_t v) noexcept {
    const auto d1 = static_cast<std::uint64_t>(d >> 64);
    const auto d0 = static_cast<std::uint64_t>(d);
    const Uint128 q = static_cast<Uint128>(v) * u2 + join(u2, u1);
    const auto q_low = static_cast<std::uint64_t>(q);
    auto digit = static_cast<std::uint64_t>(q >> 64);
    Uint128 rest = join(u1 - digit * d1, u0) - static_cast<Uint128>(d0) * digit - d;
    ++digit;
    if (static_cast<std::uint64_t>(rest >> 64) >= q_low) {
        --digit;
        rest += d;
    }
    if (rest >= d) [[unlikely]] {
        ++digit;
        rest -= d;
    }
    u2 = static_cast<std::uint64_t>(rest >> 64);
    u1 = static_cast<std::uint64_t>(rest);
    return digit;
}

/// Divides the limbs u[0 .. count) by d[0 .. 4), d not zero. u becomes the remainder; the low four limbs of the
/// quotient go to `quotient`. `u` has room for count + 1 limbs; count is at most 8.
constexpr void divide_limbs(std::uint64_t* u, int count, const Uint256& divisor, Uint256& quotient) noexcept {
    int size = 4;
    while (divisor.limb[size - 1] == 0) --size;
    while (count > 0 && u[count - 1] == 0) --count;
    quotient = {};
    if (count < size) return;

    // Normalise so that the divisor's top bit is set.
    const int shift = std::countl_zero(divisor.limb[size - 1]);
    std::uint64_t d[4]{};
    if (shift == 0) {
        for (int i = 0; i < size; ++i) d[i] = divisor.limb[i];
        u[count] = 0;
    } else {
        for (int i = size - 1; i > 0; --i) d[i] = (divisor.limb[i] << shift) | (divisor.limb[i - 1] >> (64 - shift));
        d[0] = divisor.limb[0] << shift;
        u[count] = u[count - 1] >> (64 - shift);
        for (int i = count - 1; i > 0; --i) u[i] = (u[i] << shift) | (u[i - 1] >> (64 - shift));
        u[0] <<= shift;
    }

    if (size == 1) {
        const std::uint64_t v = reciprocal(d[0]);
        std::uint64_t rest = u[count];
        for (int i = count - 1; i >= 0; --i) {
            const std::uint64_t digit = divide_2by1(rest, u[i], d[0], v);
            if (i < 4) quotient.limb[i] = digit;
            u[i] = 0;
        }
        u[count] = 0;
        u[0] = rest >> shift;
        return;
    }

    const Uint128 top = join(d[size - 1], d[size - 2]);
    const std::uint64_t v = reciprocal_3by2(d[size - 1], d[size - 2]);
    for (int j = count - size; j >= 0; --j) {
        std::uint64_t& u2 = u[j + size];
        std::uint64_t& u1 = u[j + size - 1];
        std::uint64_t digit = 0;
        if (join(u2, u1) >= top) [[unlikely]] {
            // The digit is 2^64 - 1 (it cannot be more, since the part so far is below the divisor).
            digit = ~std::uint64_t{0};
            std::uint64_t borrow = 0;
            for (int i = 0; i < size; ++i) {
                const Uint128 t = static_cast<Uint128>(digit) * d[i] + borrow;
                const auto low = static_cast<std::uint64_t>(t);
                borrow = static_cast<std::uint64_t>(t >> 64) + (u[i + j] < low);
                u[i + j] -= low;
            }
            u2 -= borrow;
        } else {
            digit = divide_3by2(u2, u1, u[j + size - 2], top, v);
            // (u2, u1) holds the remainder of the top three limbs in its place: shifted down by one limb.
            std::uint64_t borrow = 0;
            for (int i = 0; i < size - 2; ++i) {
                const Uint128 t = static_cast<Uint128>(digit) * d[i] + borrow;
                const auto low = static_cast<std::uint64_t>(t);
                borrow = static_cast<std::uint64_t>(t >> 64) + (u[i + j] < low);
                u[i + j] -= low;
            }
            const Uint128 rest = join(u2, u1);
            const Uint128 reduced = rest - borrow;
            u[j + size - 2] = static_cast<std::uint64_t>(reduced);
            u1 = static_cast<std::uint64_t>(reduced >> 64);
            u2 = 0;
            if (rest < borrow) [[unlikely]] {
                --digit;
                std::uint64_t carry = 0;
                for (int i = 0; i < size; ++i) {
                    const Uint128 t = static_cast<Uint128>(u[i + j]) + d[i] + carry;
                    u[i + j] = static_cast<std::uint64_t>(t);
                    carry = static_cast<std::uint64_t>(t >> 64);
                }
            }
        }
        if (j < 4) quotient.limb[j] = digit;
    }
    if (shift != 0) {
        for (int i = 0; i < size - 1; ++i) u[i] = (u[i] >> shift) | (u[i + 1] << (64 - shift));
        u[size - 1] >>= shift;
    }
}

}  // namespace detail

struct DivMod {
    Uint256 quotient;
    Uint256 remainder;
};

/// Quotient and remainder; `b` is not zero.
[[nodiscard]] constexpr DivMod divide(const Uint256& a, const Uint256& b) noexcept {
    if (a.fits_u64() && b.fits_u64()) return {a.limb[0] / b.limb[0], a.limb[0] % b.limb[0]};
    std::uint64_t u[5] = {a.limb[0], a.limb[1], a.limb[2], a.limb[3], 0};
    DivMod result;
    detail::divide_limbs(u, 4, b, result.quotient);
    result.remainder = {u[0], u[1], u[2], u[3]};
    return result;
}

/// a / b, 0 if b is 0 (EVM DIV).
[[nodiscard]] constexpr Uint256 operator/(const Uint256& a, const Uint256& b) noexcept {
    return b.is_zero() ? Uint256{} : divide(a, b).quotient;
}
/// a mod b, 0 if b is 0 (EVM MOD).
[[nodiscard]] constexpr Uint256 operator%(const Uint256& a, const Uint256& b) noexcept {
    return b.is_zero() ? Uint256{} : divide(a, b).remainder;
}

[[nodiscard]] constexpr bool is_negative(const Uint256& a) noexcept {
    return (a.limb[3] >> 63) != 0;
}
[[nodiscard]] constexpr Uint256 negate(const Uint256& a) noexcept {
    return Uint256{} - a;
}

/// Two's complement quotient, rounded towards zero; 0 if b is 0 (EVM SDIV).
[[nodiscard]] constexpr Uint256 signed_divide(const Uint256& a, const Uint256& b) noexcept {
    const Uint256 quotient = (is_negative(a) ? negate(a) : a) / (is_negative(b) ? negate(b) : b);
    return is_negative(a) != is_negative(b) ? negate(quotient) : quotient;
}
/// Two's complement remainder with the sign of a; 0 if b is 0 (EVM SMOD).
[[nodiscard]] constexpr Uint256 signed_modulo(const Uint256& a, const Uint256& b) noexcept {
    const Uint256 remainder = (is_negative(a) ? negate(a) : a) % (is_negative(b) ? negate(b) : b);
    return is_negative(a) ? negate(remainder) : remainder;
}
/// a < b as two's complement numbers.
[[nodiscard]] constexpr bool signed_less(const Uint256& a, const Uint256& b) noexcept {
    if (((a.limb[3] ^ b.limb[3]) >> 63) != 0) return is_negative(a);
    return a < b;
}

/// (a + b) mod m over the full sum; 0 if m is 0 (EVM ADDMOD).
[[nodiscard]] constexpr Uint256 add_mod(const Uint256& a, const Uint256& b, const Uint256& m) noexcept {
    if (m.is_zero()) return {};
    bool carry = false;
    const Uint256 sum = add_carry(a, b, carry);
    if (!carry) {
        if (sum < m) return sum;
        return divide(sum, m).remainder;
    }
    std::uint64_t u[6] = {sum.limb[0], sum.limb[1], sum.limb[2], sum.limb[3], 1, 0};
    Uint256 quotient;
    detail::divide_limbs(u, 5, m, quotient);
    return {u[0], u[1], u[2], u[3]};
}

/// a * b mod m over the full product; 0 if m is 0 (EVM MULMOD).
[[nodiscard]] constexpr Uint256 mul_mod(const Uint256& a, const Uint256& b, const Uint256& m) noexcept {
    if (m.is_zero()) return {};
    std::uint64_t u[9]{};
    for (int i = 0; i < 4; ++i) {
        std::uint64_t carry = 0;
        for (int j = 0; j < 4; ++j) {
            const Uint128 t = static_cast<Uint128>(a.limb[i]) * b.limb[j] + u[i + j] + carry;
            u[i + j] = static_cast<std::uint64_t>(t);
            carry = static_cast<std::uint64_t>(t >> 64);
        }
        u[i + 4] = carry;
    }
    if ((m.limb[0] & m.limb[1] & m.limb[2] & m.limb[3]) == ~std::uint64_t{0}) {
        // m = 2^256 - 1, how contracts take the upper half of a product: 2^256 is 1 mod m.
        bool carry = false;
        Uint256 sum = add_carry({u[0], u[1], u[2], u[3]}, {u[4], u[5], u[6], u[7]}, carry);
        if (carry) sum = sum + Uint256{1};
        return sum == m ? Uint256{} : sum;
    }
    Uint256 quotient;
    detail::divide_limbs(u, 8, m, quotient);
    return {u[0], u[1], u[2], u[3]};
}

/// base^exponent mod 2^256 (EVM EXP).
[[nodiscard]] constexpr Uint256 power(Uint256 base, const Uint256& exponent) noexcept {
    Uint256 result{1};
    const unsigned bits = exponent.bit_width();
    for (unsigned i = 0; i < bits; ++i) {
        if (((exponent.limb[i / 64] >> (i % 64)) & 1) != 0) result = result * base;
        if (i + 1 < bits) base = base * base;
    }
    return result;
}

/// Extends the sign of the byte at `index` (0: least significant) upwards (EVM SIGNEXTEND).
[[nodiscard]] constexpr Uint256 sign_extend(const Uint256& index, const Uint256& value) noexcept {
    if (!index.fits_u64() || index.limb[0] >= 31) return value;
    const auto byte = static_cast<unsigned>(index.limb[0]);
    const unsigned word = byte / 8;
    const unsigned shift = 56 - 8 * (byte % 8);
    const auto extended = static_cast<std::int64_t>(value.limb[word] << shift) >> shift;
    const auto sign = static_cast<std::uint64_t>(extended >> 63);
    Uint256 result = value;
    result.limb[word] = static_cast<std::uint64_t>(extended);
    for (unsigned i = word + 1; i < 4; ++i) result.limb[i] = sign;
    return result;
}

/// The byte at `index`, 0 being the most significant; 0 from 32 on (EVM BYTE).
[[nodiscard]] constexpr std::uint64_t byte_at(const Uint256& index, const Uint256& value) noexcept {
    if (!index.fits_u64() || index.limb[0] >= 32) return 0;
    const auto from_low = static_cast<unsigned>(31 - index.limb[0]);
    return (value.limb[from_low / 8] >> (8 * (from_low % 8))) & 0xff;
}

/// Shifts right by `shift` bits and fills with the sign bit; all sign from 256 on (EVM SAR).
[[nodiscard]] constexpr Uint256 shift_right_signed(const Uint256& a, unsigned shift) noexcept {
    if (!is_negative(a)) return a >> shift;
    return ~(~a >> shift);
}

}  // namespace sluice
