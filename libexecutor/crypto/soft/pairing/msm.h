// Sums of many scalar multiples: Straus' method for few points, Pippenger's for many.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "crypto/soft/pairing/points.h"
#include "sluice/base/arena.h"

namespace sluice::crypto::pairing {

/// A point with its factor, any 256-bit number.
template <class Field>
struct Term {
    AffinePoint<Field> point;
    Words<4> scalar;
};

namespace detail {

/// The doublings are shared, each point has a table of its own. `tables` and `digits` have room for all terms.
template <class Field>
[[nodiscard]] JacobianPoint<Field> straus(std::span<const Term<Field>> terms, OddMultiples<Field>* tables,
                                          WindowDigits<4>* digits, const Field& one) noexcept {
    std::size_t length = 0;
    for (std::size_t k = 0; k < terms.size(); ++k) {
        tables[k] = OddMultiples<Field>(to_jacobian(terms[k].point, one));
        digits[k] = WindowDigits<4>(terms[k].scalar);
        if (digits[k].count() > length) length = digits[k].count();
    }
    JacobianPoint<Field> sum{};
    for (std::size_t i = length; i-- > 0;) {
        sum = twice(sum);
        for (std::size_t k = 0; k < terms.size(); ++k) sum = tables[k].add_digit(sum, digits[k][i]);
    }
    return sum;
}

/// The signed digit of weight 2^(width * index), between -2^(width - 1) and 2^(width - 1): the window's bits plus the
/// top bit of the window below, less 2^width if its own top bit is set.
[[nodiscard]] constexpr int signed_window(const Words<4>& scalar, unsigned width, unsigned index) noexcept {
    // The window with the bit below it; beyond either end there are zeros.
    const unsigned start = width * index;
    std::uint64_t bits = 0;
    if (start == 0) {
        bits = scalar[0] << 1;
    } else {
        const unsigned word = (start - 1) / 64;
        const unsigned shift = (start - 1) % 64;
        if (word < 4) bits = scalar[word] >> shift;
        if (shift != 0 && word + 1 < 4) bits |= scalar[word + 1] << (64 - shift);
    }
    bits &= (std::uint64_t{2} << width) - 1;
    const auto value = static_cast<int>((bits + 1) >> 1);
    return (bits >> width) != 0 ? value - (1 << width) : value;
}

/// For each window of all scalars, points go to the bucket of their digit; sum over d of d * bucket[d] is then a sum of
/// running sums. `buckets` has 2^(width - 1) places.
template <class Field>
[[nodiscard]] JacobianPoint<Field> pippenger(std::span<const Term<Field>> terms, JacobianPoint<Field>* buckets,
                                             unsigned width, const Field& one) noexcept {
    const std::size_t bucket_count = std::size_t{1} << (width - 1);
    JacobianPoint<Field> sum{};
    for (unsigned window = 256 / width + 1; window-- > 0;) {
        for (unsigned i = 0; i < width; ++i) sum = twice(sum);
        for (std::size_t i = 0; i < bucket_count; ++i) buckets[i] = {};
        for (const Term<Field>& term : terms) {
            const int digit = signed_window(term.scalar, width, window);
            if (digit > 0) {
                buckets[digit - 1] = add(buckets[digit - 1], term.point, one);
            } else if (digit < 0) {
                buckets[-digit - 1] = add(buckets[-digit - 1], -term.point, one);
            }
        }
        JacobianPoint<Field> running{};
        for (std::size_t i = bucket_count; i-- > 0;) {
            running = add(running, buckets[i]);
            sum = add(sum, running);
        }
    }
    return sum;
}

}  // namespace detail

/// The sum of scalar * point over all terms. Uses `scratch` for speed, works without, and gives all of it back.
template <class Field>
[[nodiscard]] JacobianPoint<Field> sum_of_products(std::span<const Term<Field>> terms, const Field& one,
                                                   Arena& scratch) noexcept {
    constexpr std::size_t kPippengerFrom = 100;  // where the two methods cost the same
    constexpr std::size_t kStrausTerms = 16;     // enough for the doublings to be cheap
    constexpr std::size_t kStackTerms = 2;
    const auto mark = scratch.mark();
    JacobianPoint<Field> sum{};
    if (terms.size() >= kPippengerFrom) {
        const unsigned width = terms.size() < 200 ? 6 : terms.size() < 800 ? 7 : terms.size() < 2000 ? 8 : 9;
        auto* buckets = scratch.make_array<JacobianPoint<Field>>(std::size_t{1} << (width - 1));
        if (buckets != nullptr) {
            sum = detail::pippenger(terms, buckets, width, one);
            scratch.rewind(mark);
            return sum;
        }
    }
    std::size_t chunk = terms.size() < kStrausTerms ? terms.size() : kStrausTerms;
    auto* tables = scratch.make_array<OddMultiples<Field>>(chunk);
    auto* digits = scratch.make_array<WindowDigits<4>>(chunk);
    OddMultiples<Field> stack_tables[kStackTerms];
    WindowDigits<4> stack_digits[kStackTerms];
    if (chunk <= kStackTerms || tables == nullptr || digits == nullptr) {
        chunk = kStackTerms;
        tables = stack_tables;
        digits = stack_digits;
    }
    while (!terms.empty()) {
        const std::size_t count = terms.size() < chunk ? terms.size() : chunk;
        sum = add(sum, detail::straus(terms.first(count), tables, digits, one));
        terms = terms.subspan(count);
    }
    scratch.rewind(mark);
    return sum;
}

}  // namespace sluice::crypto::pairing
