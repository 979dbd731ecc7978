// Carry chains and full products on 64-bit limbs, least significant first.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstdint>
#include <type_traits>

#include "sluice/base/uint256.h"

namespace sluice::crypto::soft {

/// a + b + carry; `carry` (0 or 1) becomes the bit that falls out.
[[nodiscard]] constexpr std::uint64_t add_limbs(std::uint64_t a, std::uint64_t b, std::uint64_t& carry) noexcept {
#if defined(__x86_64__)
    // The compilers make a chain of adc of these, but of no plain form that both of them know.
    if (!std::is_constant_evaluated()) {
        unsigned long long sum = 0;
        carry = __builtin_ia32_addcarryx_u64(static_cast<unsigned char>(carry), a, b, &sum);
        return sum;
    }
#endif
    const std::uint64_t partial = a + b;
    const std::uint64_t sum = partial + carry;
    carry = static_cast<std::uint64_t>(partial < a) | static_cast<std::uint64_t>(sum < partial);
    return sum;
}

/// a - b - borrow; `borrow` (0 or 1) becomes the new one.
[[nodiscard]] constexpr std::uint64_t sub_limbs(std::uint64_t a, std::uint64_t b, std::uint64_t& borrow) noexcept {
#if defined(__x86_64__)
    if (!std::is_constant_evaluated()) {
        unsigned long long difference = 0;
#if defined(__clang__)
        borrow = __builtin_ia32_subborrow_u64(static_cast<unsigned char>(borrow), a, b, &difference);
#else
        borrow = __builtin_ia32_sbb_u64(static_cast<unsigned char>(borrow), a, b, &difference);
#endif
        return difference;
    }
#endif
    const std::uint64_t partial = a - b;
    const std::uint64_t difference = partial - borrow;
    borrow = static_cast<std::uint64_t>(a < b) | static_cast<std::uint64_t>(partial < borrow);
    return difference;
}

/// a * b + c + carry, which never exceeds 128 bits: the low word is given back, the high one becomes `carry`.
[[nodiscard]] constexpr std::uint64_t multiply_add(std::uint64_t a, std::uint64_t b, std::uint64_t c,
                                                   std::uint64_t& carry) noexcept {
    const Uint128 t = static_cast<Uint128>(a) * b + c + carry;
    carry = static_cast<std::uint64_t>(t >> 64);
    return static_cast<std::uint64_t>(t);
}

/// x^-1 mod 2^64 of an odd x: x is its own inverse mod 8, and each step doubles the number of right bits.
[[nodiscard]] constexpr std::uint64_t inverse_mod_limb(std::uint64_t x) noexcept {
    std::uint64_t inverse = x;
    for (int bits = 3; bits < 64; bits *= 2) inverse *= 2 - x * inverse;
    return inverse;
}

/// t + x a for the five limbs t4 .. t0 with t4 = 0 before: one row of a product by columns.
[[gnu::always_inline]] constexpr void multiply_add_row(const Uint256& a, std::uint64_t x, std::uint64_t& t0,
                                                       std::uint64_t& t1, std::uint64_t& t2, std::uint64_t& t3,
                                                       std::uint64_t& t4) noexcept {
#if defined(__x86_64__)
    // Low words and high words in a chain of adc each.
    const Uint128 p0 = static_cast<Uint128>(a.limb[0]) * x;
    const Uint128 p1 = static_cast<Uint128>(a.limb[1]) * x;
    const Uint128 p2 = static_cast<Uint128>(a.limb[2]) * x;
    const Uint128 p3 = static_cast<Uint128>(a.limb[3]) * x;
    std::uint64_t carry = 0;
    t0 = add_limbs(t0, static_cast<std::uint64_t>(p0), carry);
    t1 = add_limbs(t1, static_cast<std::uint64_t>(p1), carry);
    t2 = add_limbs(t2, static_cast<std::uint64_t>(p2), carry);
    t3 = add_limbs(t3, static_cast<std::uint64_t>(p3), carry);
    t4 = add_limbs(static_cast<std::uint64_t>(p3 >> 64), 0, carry);
    t1 = add_limbs(t1, static_cast<std::uint64_t>(p0 >> 64), carry);
    t2 = add_limbs(t2, static_cast<std::uint64_t>(p1 >> 64), carry);
    t3 = add_limbs(t3, static_cast<std::uint64_t>(p2 >> 64), carry);
    t4 = add_limbs(t4, 0, carry);
#else
    // Without a carry flag the running carry is the shorter way.
    std::uint64_t carry = 0;
    t0 = multiply_add(a.limb[0], x, t0, carry);
    t1 = multiply_add(a.limb[1], x, t1, carry);
    t2 = multiply_add(a.limb[2], x, t2, carry);
    t3 = multiply_add(a.limb[3], x, t3, carry);
    t4 = carry;
#endif
}

struct Uint512 {
    std::uint64_t limb[8]{};
};

/// a * b, all 512 bits.
[[nodiscard]] constexpr Uint512 multiply_wide(const Uint256& a, const Uint256& b) noexcept {
    std::uint64_t t0 = 0, t1 = 0, t2 = 0, t3 = 0, t4 = 0, t5 = 0, t6 = 0, t7 = 0;
    multiply_add_row(a, b.limb[0], t0, t1, t2, t3, t4);
    multiply_add_row(a, b.limb[1], t1, t2, t3, t4, t5);
    multiply_add_row(a, b.limb[2], t2, t3, t4, t5, t6);
    multiply_add_row(a, b.limb[3], t3, t4, t5, t6, t7);
    return {{t0, t1, t2, t3, t4, t5, t6, t7}};
}

/// a * a, all 512 bits: the six mixed products once, doubled, then the four squares.
[[nodiscard]] constexpr Uint512 square_wide(const Uint256& a) noexcept {
    const std::uint64_t a0 = a.limb[0], a1 = a.limb[1], a2 = a.limb[2], a3 = a.limb[3];
    std::uint64_t carry = 0;
    std::uint64_t t1 = multiply_add(a0, a1, 0, carry);
    std::uint64_t t2 = multiply_add(a0, a2, 0, carry);
    std::uint64_t t3 = multiply_add(a0, a3, 0, carry);
    std::uint64_t t4 = carry;
    carry = 0;
    t3 = multiply_add(a1, a2, t3, carry);
    t4 = multiply_add(a1, a3, t4, carry);
    std::uint64_t t5 = carry;
    carry = 0;
    t5 = multiply_add(a2, a3, t5, carry);
    std::uint64_t t6 = carry;

    const std::uint64_t t7 = t6 >> 63;
    t6 = (t6 << 1) | (t5 >> 63);
    t5 = (t5 << 1) | (t4 >> 63);
    t4 = (t4 << 1) | (t3 >> 63);
    t3 = (t3 << 1) | (t2 >> 63);
    t2 = (t2 << 1) | (t1 >> 63);
    t1 <<= 1;

    const Uint128 s0 = static_cast<Uint128>(a0) * a0;
    const Uint128 s1 = static_cast<Uint128>(a1) * a1;
    const Uint128 s2 = static_cast<Uint128>(a2) * a2;
    const Uint128 s3 = static_cast<Uint128>(a3) * a3;
    carry = 0;
    Uint512 square;
    square.limb[0] = static_cast<std::uint64_t>(s0);
    square.limb[1] = add_limbs(t1, static_cast<std::uint64_t>(s0 >> 64), carry);
    square.limb[2] = add_limbs(t2, static_cast<std::uint64_t>(s1), carry);
    square.limb[3] = add_limbs(t3, static_cast<std::uint64_t>(s1 >> 64), carry);
    square.limb[4] = add_limbs(t4, static_cast<std::uint64_t>(s2), carry);
    square.limb[5] = add_limbs(t5, static_cast<std::uint64_t>(s2 >> 64), carry);
    square.limb[6] = add_limbs(t6, static_cast<std::uint64_t>(s3), carry);
    square.limb[7] = add_limbs(t7, static_cast<std::uint64_t>(s3 >> 64), carry);
    return square;
}

/// a + b mod 2^256; `carry` (0 or 1) is added and becomes the bit that falls out. Written limb by limb, not as a loop,
/// so that the limbs stay in registers at any optimisation level.
[[nodiscard]] constexpr Uint256 add_words(const Uint256& a, const Uint256& b, std::uint64_t& carry) noexcept {
    const std::uint64_t s0 = add_limbs(a.limb[0], b.limb[0], carry);
    const std::uint64_t s1 = add_limbs(a.limb[1], b.limb[1], carry);
    const std::uint64_t s2 = add_limbs(a.limb[2], b.limb[2], carry);
    const std::uint64_t s3 = add_limbs(a.limb[3], b.limb[3], carry);
    return {s0, s1, s2, s3};
}

/// a - b mod 2^256; `borrow` (0 or 1) is subtracted and becomes the new one.
[[nodiscard]] constexpr Uint256 sub_words(const Uint256& a, const Uint256& b, std::uint64_t& borrow) noexcept {
    const std::uint64_t d0 = sub_limbs(a.limb[0], b.limb[0], borrow);
    const std::uint64_t d1 = sub_limbs(a.limb[1], b.limb[1], borrow);
    const std::uint64_t d2 = sub_limbs(a.limb[2], b.limb[2], borrow);
    const std::uint64_t d3 = sub_limbs(a.limb[3], b.limb[3], borrow);
    return {d0, d1, d2, d3};
}

/// `a` where the mask is all ones, zero where it is zero.
[[nodiscard]] constexpr Uint256 mask_words(const Uint256& a, std::uint64_t mask) noexcept {
    return {a.limb[0] & mask, a.limb[1] & mask, a.limb[2] & mask, a.limb[3] & mask};
}

}  // namespace sluice::crypto::soft
