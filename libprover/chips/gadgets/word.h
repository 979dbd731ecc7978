// Words as four limbs of 16 bits; range checks, sums, bytes, signs. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "gadgets/buses.h"
#include "sluice/machine/builder.h"

namespace sluice::chips {

using machine::KoalaBear;

/// A 64-bit word, lowest limb first.
template <class T>
using Limbs = std::array<T, 4>;

[[nodiscard]] constexpr KoalaBear element(std::uint64_t value) noexcept {
    return KoalaBear::reduce(value);
}
[[nodiscard]] constexpr std::uint32_t limb(std::uint64_t word, unsigned index) noexcept {
    return static_cast<std::uint32_t>(word >> (16 * index) & 0xffff);
}
[[nodiscard]] constexpr std::uint32_t byte(std::uint64_t word, unsigned index) noexcept {
    return static_cast<std::uint32_t>(word >> (8 * index) & 0xff);
}
[[nodiscard]] constexpr Limbs<KoalaBear> limbs(std::uint64_t word) noexcept {
    return {element(limb(word, 0)), element(limb(word, 1)), element(limb(word, 2)), element(limb(word, 3))};
}
/// The lower byte of each limb.
[[nodiscard]] constexpr Limbs<KoalaBear> low_bytes(std::uint64_t word) noexcept {
    return {element(byte(word, 0)), element(byte(word, 2)), element(byte(word, 4)), element(byte(word, 6))};
}
/// Bit 63, as a number.
[[nodiscard]] constexpr std::uint32_t sign_bit(std::uint64_t word) noexcept {
    return static_cast<std::uint32_t>(word >> 63);
}
[[nodiscard]] constexpr std::uint64_t sign_extend_word(std::uint64_t value) noexcept {
    return static_cast<std::uint64_t>(std::int64_t{static_cast<std::int32_t>(static_cast<std::uint32_t>(value))});
}

/// 2^-bits, as a canonical value.
[[nodiscard]] constexpr std::uint32_t inverse_of_two_to(unsigned bits) noexcept {
    KoalaBear value = KoalaBear::one();
    constexpr KoalaBear kHalf = KoalaBear::from_canonical((KoalaBear::kModulus + 1) / 2);
    for (unsigned i = 0; i < bits; ++i) value = value * kHalf;
    return value.canonical();
}

/// `value` divided by 2^bits in the field.
template <class B, class V>
[[nodiscard]] V shifted_down(B& b, const V& value, unsigned bits) {
    return value * b.constant(inverse_of_two_to(bits));
}

/// If `count` is 1, `value` has at most `bits` <= 16 bits.
template <class B, class V>
void check_bits(B& b, const V& count, const V& value, unsigned bits) {
    b.lookup(kRangeBus, count, {value, b.constant(bits)});
}
template <class B, class V, std::size_t kSize>
void check_limbs(B& b, const V& count, const std::array<V, kSize>& values) {
    for (const V& value : values) check_bits(b, count, value, 16);
}

/// If `count` is 1, `sign` (a bit) is the highest of the 16 bits of `top`, and `top` has no more.
template <class B, class V>
void check_sign(B& b, const V& count, const V& top, const V& sign) {
    check_bits(b, count, top - b.constant(1u << 15) * sign, 15);
}

/// x + y = z modulo 2^(16 kLimbs), for limbs in range; gives back the carry out of the top limb. Holds in every row.
template <std::size_t kLimbs, class B, class V>
V check_sum(B& b, const Limbs<V>& x, const Limbs<V>& y, const Limbs<V>& z) {
    constexpr std::array<std::string_view, 4> kNames = {"carry 0 is a bit", "carry 1 is a bit", "carry 2 is a bit",
                                                        "carry 3 is a bit"};
    V carry = b.constant(0);
    for (std::size_t i = 0; i < kLimbs; ++i) {
        carry = shifted_down(b, x[i] + y[i] + carry - z[i], 16);
        b.boolean(kNames[i], carry);
    }
    return carry;
}

/// The bytes of limbs of which the lower ones are given; if `count` is 1, they are bytes.
template <class B, class V, std::size_t kLimbs>
std::array<V, 2 * kLimbs> split_limbs(B& b, const V& count, const std::array<V, kLimbs>& limbs,
                                      const std::array<V, kLimbs>& low) {
    std::array<V, 2 * kLimbs> bytes;
    for (std::size_t i = 0; i < kLimbs; ++i) {
        bytes[2 * i] = low[i];
        bytes[2 * i + 1] = shifted_down(b, limbs[i] - low[i], 8);
        b.lookup(kBytePairBus, count, {bytes[2 * i], bytes[2 * i + 1]});
    }
    return bytes;
}

/// 0xffff for a sign of 1: each limb above a number's own.
template <class B, class V>
[[nodiscard]] V sign_limb(B& b, const V& sign) {
    return b.constant(0xffff) * sign;
}

}  // namespace sluice::chips
