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

struct Uint512 {
    std::uint64_t limb[8]{};
};

/// a * b, all 512 bits.
[[nodiscard]] constexpr Uint512 multiply_wide(const Uint256& a, const Uint256& b) noexcept {
    Uint512 product;
    for (int i = 0; i < 4; ++i) {
        std::uint64_t carry = 0;
        for (int j = 0; j < 4; ++j) {
            product.limb[i + j] = multiply_add(a.limb[i], b.limb[j], product.limb[i + j], carry);
        }
        product.limb[i + 4] = carry;
    }
    return product;
}

/// a * a, all 512 bits: the six mixed products once, doubled, then the four squares.
[[nodiscard]] constexpr Uint512 square_wide(const Uint256& a) noexcept {
    std::uint64_t mixed[8]{};
    for (int i = 0; i < 3; ++i) {
        std::uint64_t carry = 0;
        for (int j = i + 1; j < 4; ++j) mixed[i + j] = multiply_add(a.limb[i], a.limb[j], mixed[i + j], carry);
        mixed[i + 4] = carry;
    }
    Uint512 square;
    std::uint64_t carry = 0;
    for (int i = 0; i < 4; ++i) {
        const std::uint64_t low = (mixed[2 * i] << 1) | (i == 0 ? 0 : mixed[2 * i - 1] >> 63);
        const std::uint64_t high = (mixed[2 * i + 1] << 1) | (mixed[2 * i] >> 63);
        const Uint128 t = static_cast<Uint128>(a.limb[i]) * a.limb[i];
        square.limb[2 * i] = add_limbs(low, static_cast<std::uint64_t>(t), carry);
        square.limb[2 * i + 1] = add_limbs(high, static_cast<std::uint64_t>(t >> 64), carry);
    }
    return square;
}

}  // namespace sluice::crypto::soft
