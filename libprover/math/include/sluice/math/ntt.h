// Number-theoretic transforms on two-adic subgroups, in their plain form.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// n = 2^bits <= 2^kTwoAdicity, g = KoalaBear::two_adic_generator(bits), f = sum_i coefficient_i X^i. Values are
// elements of the prime field or of an extension; nodes are in the prime field. In *bit-reversed order* position i
// belongs to g^rev(i), where rev reverses the bits of an index; so neighbours 2i and 2i + 1 belong to a node and its
// negative.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "sluice/base/hd.h"
#include "sluice/math/koala_bear.h"

namespace sluice::math {

/// The lowest `bits` bits of `index` in reverse order; bits <= 64, higher bits of `index` are dropped.
[[nodiscard]] SLUICE_HD constexpr std::uint64_t reverse_bits(std::uint64_t index, unsigned bits) noexcept {
    std::uint64_t result = 0;
    for (unsigned i = 0; i < bits; ++i, index >>= 1) result = (result << 1) | (index & 1);
    return result;
}

/// Log of a power of two.
[[nodiscard]] SLUICE_HD constexpr unsigned log2_exact(std::size_t size) noexcept {
    unsigned bits = 0;
    while ((std::size_t{1} << bits) < size) ++bits;
    return bits;
}

/// Moves each value from position i to rev(i). The number of values is a power of two.
template <class Value>
SLUICE_HD constexpr void bit_reverse_permute(std::span<Value> values) noexcept {
    const unsigned bits = log2_exact(values.size());
    for (std::size_t i = 0; i < values.size(); ++i) {
        const std::size_t other = reverse_bits(i, bits);
        if (i < other) {
            const Value held = values[i];
            values[i] = values[other];
            values[other] = held;
        }
    }
}

/// Coefficients become values in bit-reversed order, in place (Gentleman and Sande's order of butterflies).
template <class Value>
SLUICE_HD constexpr void ntt_to_reversed(std::span<Value> values) noexcept {
    unsigned bits = log2_exact(values.size());
    for (std::size_t half = values.size() / 2; half != 0; half /= 2, --bits) {
        const KoalaBear root = KoalaBear::two_adic_generator(bits);
        for (std::size_t block = 0; block < values.size(); block += 2 * half) {
            KoalaBear twiddle = KoalaBear::one();
            for (std::size_t i = block; i < block + half; ++i, twiddle *= root) {
                const Value lower = values[i];
                const Value upper = values[i + half];
                values[i] = lower + upper;
                values[i + half] = (lower - upper) * twiddle;
            }
        }
    }
}

/// Values in bit-reversed order become coefficients, in place: the inverse of ntt_to_reversed.
template <class Value>
SLUICE_HD constexpr void inverse_ntt_from_reversed(std::span<Value> values) noexcept {
    unsigned bits = 1;
    for (std::size_t half = 1; half < values.size(); half *= 2, ++bits) {
        const KoalaBear root = KoalaBear::two_adic_generator(bits).inverse();
        for (std::size_t block = 0; block < values.size(); block += 2 * half) {
            KoalaBear twiddle = KoalaBear::one();
            for (std::size_t i = block; i < block + half; ++i, twiddle *= root) {
                const Value lower = values[i];
                const Value upper = values[i + half] * twiddle;
                values[i] = lower + upper;
                values[i + half] = lower - upper;
            }
        }
    }
    const KoalaBear scale = KoalaBear::reduce(values.size()).inverse();
    for (Value& value : values) value = value * scale;
}

/// Coefficients become values at 1, g, g^2, ..., in place.
template <class Value>
SLUICE_HD constexpr void ntt(std::span<Value> values) noexcept {
    ntt_to_reversed(values);
    bit_reverse_permute(values);
}

/// Values at 1, g, g^2, ... become coefficients, in place.
template <class Value>
SLUICE_HD constexpr void inverse_ntt(std::span<Value> values) noexcept {
    bit_reverse_permute(values);
    inverse_ntt_from_reversed(values);
}

/// Coefficients of f become those of f(shift X), so that a transform gives values on the coset shift * subgroup.
template <class Value>
SLUICE_HD constexpr void scale_coefficients(std::span<Value> coefficients, KoalaBear shift) noexcept {
    KoalaBear power = KoalaBear::one();
    for (Value& coefficient : coefficients) {
        coefficient = coefficient * power;
        power *= shift;
    }
}

/// Reed-Solomon code word of a message of 2^h coefficients: the values on the subgroup of code_word.size() = 2^(h + R)
/// elements, in bit-reversed order. `code_word` is apart from `coefficients`.
template <class Value>
SLUICE_HD constexpr void encode_to_reversed(std::span<const Value> coefficients, std::span<Value> code_word) noexcept {
    for (std::size_t i = 0; i < code_word.size(); ++i) {
        code_word[i] = i < coefficients.size() ? coefficients[i] : Value::zero();
    }
    ntt_to_reversed(code_word);
}

/// Coset low-degree extension: values at 1, g, g^2, ... of a polynomial of degree below values.size() become its values
/// at shift * G^i, where G generates the subgroup of extended.size() elements, a power of two not below values.size().
/// `extended` is apart from `values`.
template <class Value>
SLUICE_HD constexpr void extend_to_coset(std::span<const Value> values, KoalaBear shift,
                                         std::span<Value> extended) noexcept {
    for (std::size_t i = 0; i < extended.size(); ++i) extended[i] = i < values.size() ? values[i] : Value::zero();
    const std::span<Value> coefficients = extended.first(values.size());
    inverse_ntt(coefficients);
    scale_coefficients(coefficients, shift);
    ntt(extended);
}

}  // namespace sluice::math
