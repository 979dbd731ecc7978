// Integers of a few 64-bit limbs, least significant first: what the ecalls' arithmetic is stated in.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "sluice/base/uint256.h"

namespace sluice::abi {

template <std::size_t N>
using Limbs = std::array<std::uint64_t, N>;

template <std::size_t N>
[[nodiscard]] constexpr bool is_zero(const Limbs<N>& a) noexcept {
    std::uint64_t any = 0;
    for (const std::uint64_t limb : a) any |= limb;
    return any == 0;
}

template <std::size_t N>
[[nodiscard]] constexpr bool less(const Limbs<N>& a, const Limbs<N>& b) noexcept {
    for (std::size_t i = N; i-- > 0;) {
        if (a[i] != b[i]) return a[i] < b[i];
    }
    return false;
}

/// a += b; returns the carry.
template <std::size_t N>
constexpr std::uint64_t add_to(Limbs<N>& a, const Limbs<N>& b) noexcept {
    std::uint64_t carry = 0;
    for (std::size_t i = 0; i < N; ++i) {
        const Uint128 sum = static_cast<Uint128>(a[i]) + b[i] + carry;
        a[i] = static_cast<std::uint64_t>(sum);
        carry = static_cast<std::uint64_t>(sum >> 64);
    }
    return carry;
}

/// a -= b; returns the borrow.
template <std::size_t N>
constexpr std::uint64_t subtract_from(Limbs<N>& a, const Limbs<N>& b) noexcept {
    std::uint64_t borrow = 0;
    for (std::size_t i = 0; i < N; ++i) {
        const Uint128 difference = static_cast<Uint128>(a[i]) - b[i] - borrow;
        a[i] = static_cast<std::uint64_t>(difference);
        borrow = static_cast<std::uint64_t>(difference >> 64) & 1;
    }
    return borrow;
}

template <std::size_t N>
[[nodiscard]] constexpr Limbs<2 * N> multiply(const Limbs<N>& a, const Limbs<N>& b) noexcept {
    Limbs<2 * N> product{};
    for (std::size_t i = 0; i < N; ++i) {
        std::uint64_t carry = 0;
        for (std::size_t j = 0; j < N; ++j) {
            const Uint128 t = static_cast<Uint128>(a[i]) * b[j] + product[i + j] + carry;
            product[i + j] = static_cast<std::uint64_t>(t);
            carry = static_cast<std::uint64_t>(t >> 64);
        }
        product[i + N] = carry;
    }
    return product;
}

/// value mod modulus by long division in base 2^64; the modulus is not zero.
template <std::size_t M, std::size_t N>
[[nodiscard]] constexpr Limbs<N> remainder(const Limbs<M>& value, const Limbs<N>& modulus) noexcept {
    std::size_t size = N;
    while (modulus[size - 1] == 0) --size;
    // Shifted so that the modulus has its top bit set, the quotient digit estimated from two limbs is at most 2 too
    // large.
    const int shift = std::countl_zero(modulus[size - 1]);
    const auto shifted = [shift](std::uint64_t high, std::uint64_t low) {
        return shift == 0 ? high : (high << shift) | (low >> (64 - shift));
    };
    Limbs<N> divisor{};
    Limbs<M + 1> rest{};
    for (std::size_t i = size; i-- > 0;) divisor[i] = shifted(modulus[i], i == 0 ? 0 : modulus[i - 1]);
    rest[M] = shifted(0, value[M - 1]);
    for (std::size_t i = M; i-- > 0;) rest[i] = shifted(value[i], i == 0 ? 0 : value[i - 1]);

    for (std::size_t at = M + 1 - size; at-- > 0;) {
        const Uint128 top = (static_cast<Uint128>(rest[at + size]) << 64) | rest[at + size - 1];
        std::uint64_t digit = ~std::uint64_t{0};
        if (rest[at + size] < divisor[size - 1]) digit = static_cast<std::uint64_t>(top / divisor[size - 1]);
        std::uint64_t carry = 0;
        std::uint64_t borrow = 0;
        for (std::size_t i = 0; i < size; ++i) {
            const Uint128 product = static_cast<Uint128>(digit) * divisor[i] + carry;
            carry = static_cast<std::uint64_t>(product >> 64);
            const Uint128 difference =
                static_cast<Uint128>(rest[at + i]) - static_cast<std::uint64_t>(product) - borrow;
            rest[at + i] = static_cast<std::uint64_t>(difference);
            borrow = static_cast<std::uint64_t>(difference >> 64) & 1;
        }
        const Uint128 last = static_cast<Uint128>(rest[at + size]) - carry - borrow;
        rest[at + size] = static_cast<std::uint64_t>(last);
        bool negative = (last >> 64) != 0;
        while (negative) {
            carry = 0;
            for (std::size_t i = 0; i < size; ++i) {
                const Uint128 sum = static_cast<Uint128>(rest[at + i]) + divisor[i] + carry;
                rest[at + i] = static_cast<std::uint64_t>(sum);
                carry = static_cast<std::uint64_t>(sum >> 64);
            }
            rest[at + size] += carry;
            negative = carry == 0;
        }
    }
    Limbs<N> result{};
    for (std::size_t i = 0; i < size; ++i) {
        const std::uint64_t above = rest[i + 1];
        result[i] = shift == 0 ? rest[i] : (rest[i] >> shift) | (above << (64 - shift));
    }
    return result;
}

/// Arithmetic modulo P, whose top bit is clear, on canonical values.
template <std::size_t N, Limbs<N> P>
struct ModularField {
    static_assert(P[N - 1] >> 63 == 0, "sums must fit N limbs");
    using Value = Limbs<N>;

    [[nodiscard]] static constexpr bool is_canonical(const Value& a) noexcept { return less(a, P); }
    [[nodiscard]] static constexpr Value add(Value a, const Value& b) noexcept {
        add_to(a, b);
        if (!less(a, P)) subtract_from(a, P);
        return a;
    }
    [[nodiscard]] static constexpr Value subtract(Value a, const Value& b) noexcept {
        if (subtract_from(a, b) != 0) add_to(a, P);
        return a;
    }
    [[nodiscard]] static constexpr Value multiply(const Value& a, const Value& b) noexcept {
        return remainder(abi::multiply(a, b), P);
    }
};

}  // namespace sluice::abi
