// The base field of secp256k1 (SEC 2, section 2.4.1) on canonical values.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include "sluice/abi/wide_integer.h"

namespace sluice::abi::secp256k1 {

using Fe = Limbs<4>;

/// p = 2^256 - kFold.
inline constexpr std::uint64_t kFold = 0x1000003d1;
/// Functions copy it: device code has no objects of this scope.
inline constexpr Fe kPrime{0xfffffffefffffc2f, ~std::uint64_t{0}, ~std::uint64_t{0}, ~std::uint64_t{0}};

[[nodiscard]] constexpr bool is_canonical(const Fe& a) noexcept {
    constexpr Fe prime = kPrime;
    return less(a, prime);
}

[[nodiscard]] constexpr Fe add(Fe a, const Fe& b) noexcept {
    constexpr Fe prime = kPrime;
    if (add_to(a, b) != 0 || !less(a, prime)) subtract_from(a, prime);
    return a;
}

[[nodiscard]] constexpr Fe subtract(Fe a, const Fe& b) noexcept {
    constexpr Fe prime = kPrime;
    if (subtract_from(a, b) != 0) add_to(a, prime);
    return a;
}

[[nodiscard]] constexpr Fe multiply(const Fe& a, const Fe& b) noexcept {
    // 2^256 = kFold modulo p: the upper half folds down to 34 more bits, those once more to a carry.
    const Limbs<8> product = abi::multiply(a, b);
    Fe result;
    std::uint64_t carry = 0;
    for (std::size_t i = 0; i < 4; ++i) {
        const Uint128 t = static_cast<Uint128>(product[i + 4]) * kFold + product[i] + carry;
        result[i] = static_cast<std::uint64_t>(t);
        carry = static_cast<std::uint64_t>(t >> 64);
    }
    Uint128 t = static_cast<Uint128>(carry) * kFold;
    for (std::size_t i = 0; i < 4; ++i) {
        t += result[i];
        result[i] = static_cast<std::uint64_t>(t);
        t >>= 64;
    }
    constexpr Fe prime = kPrime;
    if (t != 0 || !less(result, prime)) subtract_from(result, prime);
    return result;
}

/// a^(p - 2): the inverse of a non-zero value.
[[nodiscard]] constexpr Fe invert(const Fe& a) noexcept {
    // p - 2 in binary: 223 ones, a zero, 22 ones, 0000101101. Runs of ones are built by doubling their length.
    const auto power_of_two = [](Fe x, int squarings) {
        while (squarings-- > 0) x = multiply(x, x);
        return x;
    };
    const auto join = [&](const Fe& x, int squarings, const Fe& y) { return multiply(power_of_two(x, squarings), y); };
    const Fe ones2 = join(a, 1, a);
    const Fe ones3 = join(ones2, 1, a);
    const Fe ones6 = join(ones3, 3, ones3);
    const Fe ones9 = join(ones6, 3, ones3);
    const Fe ones11 = join(ones9, 2, ones2);
    const Fe ones22 = join(ones11, 11, ones11);
    const Fe ones44 = join(ones22, 22, ones22);
    const Fe ones88 = join(ones44, 44, ones44);
    const Fe ones176 = join(ones88, 88, ones88);
    const Fe ones220 = join(ones176, 44, ones44);
    const Fe ones223 = join(ones220, 3, ones3);
    Fe result = join(ones223, 23, ones22);
    result = join(result, 5, a);
    result = join(result, 3, ones2);
    return join(result, 2, a);
}

}  // namespace sluice::abi::secp256k1
