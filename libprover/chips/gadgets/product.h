// Products of numbers given by their bytes. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <type_traits>

#include "gadgets/word.h"

namespace sluice::chips {

/// A number of twice the length: the bytes, then all ones or all zeros.
template <class B, class V, std::size_t kBytes>
[[nodiscard]] std::array<V, 2 * kBytes> sign_extended(B& b, const std::array<V, kBytes>& bytes, const V& sign) {
    std::array<V, 2 * kBytes> out;
    for (std::size_t i = 0; i < kBytes; ++i) {
        out[i] = bytes[i];
        out[kBytes + i] = b.constant(255) * sign;
    }
    return out;
}

/// If `count` is 1: x y + addend = result modulo 2^(16 kLimbs), for bytes and limbs in range.
///
/// The products of bytes that go to one limb add up to less than 2^28.1 with at most 16 bytes; so neither side wraps
/// modulo p, and a carry has at most 13 bits.
template <class B, class V, std::size_t kBytes, std::size_t kLimbs = kBytes / 2>
void check_product(B& b, const V& count, const std::array<V, kBytes>& x, const std::array<V, kBytes>& y,
                   const std::type_identity_t<std::array<V, kLimbs>>* addend, const std::array<V, kLimbs>& result) {
    static_assert(kBytes <= 16);
    V carry = b.constant(0);
    for (std::size_t i = 0; i < kLimbs; ++i) {
        V sum = carry;
        if (addend != nullptr) sum = sum + (*addend)[i];
        for (std::size_t j = 0; j <= 2 * i; ++j) sum = sum + x[j] * y[2 * i - j];
        V upper = b.constant(0);
        for (std::size_t j = 0; j <= 2 * i + 1; ++j) upper = upper + x[j] * y[2 * i + 1 - j];
        carry = shifted_down(b, sum + b.constant(256) * upper - result[i], 16);
        check_bits(b, count, carry, 13);
    }
}

}  // namespace sluice::chips
