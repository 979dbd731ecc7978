// Prime fields in Montgomery form for any number of limbs, and their quadratic extension by i^2 = -1.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Curves, towers and pairings in this folder are templates over two types, so that a runtime with accelerated field
// operations can bring its own. What they ask of a prime field `Fp`:
//   Fp()                          zero
//   Fp::from_words(w), a.words()  from and to the canonical integer, least significant word first; from_words constexpr
//   a + b, a - b, -a, a * b, square(a), inverse(a) (zero for zero), a == b, a.is_zero()
// and of its quadratic extension `Fp2`:
//   Fp2{c0, c1} is c0 + c1 i, an aggregate with just these two members
//   a + b, a - b, -a, a * b, square(a), times_xi(a), a == b, a.is_zero()
// where xi is the curve's sextic non-residue (9 + i for BN254, 1 + i for BLS12-381). All functions by
// argument-dependent lookup. PrimeField and QuadraticField below are the software versions.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>
#include <utility>

#include "crypto/soft/adx.h"
#include "crypto/soft/limbs.h"
#include "sluice/base/bytes.h"

namespace sluice::crypto::pairing {

using soft::add_limbs;
using soft::multiply_add;
using soft::sub_limbs;

/// An unsigned integer, least significant word first.
template <std::size_t kCount>
using Words = std::array<std::uint64_t, kCount>;

/// Constants are written as hexadecimal strings, most significant digit first, without prefix.
template <std::size_t kCount>
[[nodiscard]] consteval Words<kCount> hex(std::string_view digits) {
    Words<kCount> words{};
    std::size_t position = 0;
    for (std::size_t i = digits.size(); i-- > 0; ++position) {
        const char c = digits[i];
        const auto value = static_cast<std::uint64_t>(c <= '9' ? c - '0' : c - 'a' + 10);
        words[position / 16] |= value << (4 * (position % 16));
    }
    return words;
}

template <std::size_t kCount>
[[nodiscard]] constexpr bool less(const Words<kCount>& a, const Words<kCount>& b) noexcept {
    for (std::size_t i = kCount; i-- > 0;) {
        if (a[i] != b[i]) return a[i] < b[i];
    }
    return false;
}

template <std::size_t kCount>
[[nodiscard]] constexpr unsigned bit_width(const Words<kCount>& a) noexcept {
    for (std::size_t i = kCount; i-- > 0;) {
        if (a[i] != 0) return static_cast<unsigned>(64 * i) + static_cast<unsigned>(std::bit_width(a[i]));
    }
    return 0;
}

/// a * b, all words.
template <std::size_t kLeft, std::size_t kRight>
[[nodiscard]] constexpr Words<kLeft + kRight> multiply_integers(const Words<kLeft>& a,
                                                                const Words<kRight>& b) noexcept {
    Words<kLeft + kRight> product{};
    for (std::size_t i = 0; i < kLeft; ++i) {
        std::uint64_t carry = 0;
        for (std::size_t j = 0; j < kRight; ++j) product[i + j] = multiply_add(a[i], b[j], product[i + j], carry);
        product[i + kRight] = carry;
    }
    return product;
}

/// a - b modulo 2^(64 kCount), b without its words beyond that.
template <std::size_t kCount, std::size_t kRight>
[[nodiscard]] constexpr Words<kCount> subtract_integers(const Words<kCount>& a, const Words<kRight>& b) noexcept {
    Words<kCount> difference{};
    std::uint64_t borrow = 0;
    for (std::size_t i = 0; i < kCount; ++i) difference[i] = sub_limbs(a[i], i < kRight ? b[i] : 0, borrow);
    return difference;
}

template <std::size_t kCount>
[[nodiscard]] constexpr Words<kCount> load_words(const std::uint8_t* bytes) noexcept {
    Words<kCount> words{};
    for (std::size_t i = 0; i < kCount; ++i) words[i] = load_be<std::uint64_t>(bytes + 8 * (kCount - 1 - i));
    return words;
}

template <std::size_t kCount>
constexpr void store_words(const Words<kCount>& words, std::uint8_t* bytes) noexcept {
    for (std::size_t i = 0; i < kCount; ++i) store_be(bytes + 8 * (kCount - 1 - i), words[i]);
}

/// An element of the field of `Parameters::kModulus` (Words<N>, prime, below 2^(64 N - 2)), kept as a 2^(64 N) mod p.
template <class Parameters>
class PrimeField {
 public:
    static constexpr std::size_t kLimbs = Parameters::kModulus.size();
    using Integer = Words<kLimbs>;
    /// A product before reduction. What is reduced has to lie below p 2^(64 N).
    using Wide = Words<2 * kLimbs>;

    constexpr PrimeField() noexcept = default;

    /// `integer` is below the modulus.
    [[nodiscard]] static constexpr PrimeField from_words(const Integer& integer) noexcept {
        return PrimeField(integer) * PrimeField(kRadixSquared);
    }
    [[nodiscard]] constexpr Integer words() const noexcept {
        Wide wide{};
        for (std::size_t i = 0; i < kLimbs; ++i) wide[i] = value_[i];
        return reduce(wide).value_;
    }

    [[nodiscard]] constexpr bool is_zero() const noexcept { return is_zero_integer(value_); }
    friend constexpr bool operator==(const PrimeField& a, const PrimeField& b) noexcept {
        std::uint64_t bits = 0;
        for (std::size_t i = 0; i < kLimbs; ++i) bits |= a.value_[i] ^ b.value_[i];
        return bits == 0;
    }

    friend constexpr PrimeField operator+(const PrimeField& a, const PrimeField& b) noexcept {
        return subtract_modulus_once(add_unreduced(a, b).value_);
    }
    friend constexpr PrimeField operator-(const PrimeField& a, const PrimeField& b) noexcept {
        PrimeField difference;
        std::uint64_t borrow = 0;
        for (std::size_t i = 0; i < kLimbs; ++i) difference.value_[i] = sub_limbs(a.value_[i], b.value_[i], borrow);
        const std::uint64_t mask = 0 - borrow;
        std::uint64_t carry = 0;
        for (std::size_t i = 0; i < kLimbs; ++i) {
            difference.value_[i] = add_limbs(difference.value_[i], kModulus[i] & mask, carry);
        }
        return difference;
    }
    friend constexpr PrimeField operator-(const PrimeField& a) noexcept { return PrimeField() - a; }

    /// Each limb of b adds its product and is reduced away at once; the spare bits of p make a carry limb needless.
    [[gnu::noinline]] friend constexpr PrimeField operator*(const PrimeField& a, const PrimeField& b) noexcept {
#if defined(__x86_64__)
        if (!std::is_constant_evaluated() && soft::adx::available()) {
            PrimeField product;
            soft::adx::montgomery_product(limbs(product.value_), limbs(a.value_), limbs(b.value_), limbs(kModulus),
                                          kNegatedInverse);
            return product;
        }
#endif
        Integer sum{};
        for (std::size_t i = 0; i < kLimbs; ++i) {
            std::uint64_t carry = 0;
            std::uint64_t reduce_carry = 0;
            const std::uint64_t low = multiply_add(a.value_[0], b.value_[i], sum[0], carry);
            const std::uint64_t multiple = low * kNegatedInverse;
            (void)multiply_add(multiple, kModulus[0], low, reduce_carry);
            for (std::size_t j = 1; j < kLimbs; ++j) {
                const std::uint64_t word = multiply_add(a.value_[j], b.value_[i], sum[j], carry);
                sum[j - 1] = multiply_add(multiple, kModulus[j], word, reduce_carry);
            }
            sum[kLimbs - 1] = carry + reduce_carry;
        }
        return subtract_modulus_once(sum);
    }
    friend constexpr PrimeField square(const PrimeField& a) noexcept {
        return a * a;
    }

    /// Zero for zero. Kaliski's almost inverse; its running time depends on the value.
    ///
    /// With x the Montgomery form, it keeps x r = -u 2^k and x s = v 2^k (mod p) while u and v, odd, shrink to 1.
    [[gnu::noinline]] friend constexpr PrimeField inverse(const PrimeField& a) noexcept {
        if (a.is_zero()) return a;
        Integer u = kModulus;
        Integer v = a.value_;
        Integer r{};
        Integer s{1};
        unsigned k = make_odd(v, r);
        for (;;) {
            Integer difference = u;
            if (subtract(difference, v) == 0) {
                if (is_zero_integer(difference)) break;
                u = difference;
                add(r, s);
                k += make_odd(u, s);
            } else {
                (void)subtract(v, u);
                add(s, r);
                k += make_odd(v, r);
            }
        }
        // s = x^-1 2^k with bits - 1 <= k < 2 bits: one product takes out 2^k, a second one sets the radix right.
        const unsigned exponent = 2 * kBits - k;
        PrimeField power;
        power.value_[exponent / 64] = std::uint64_t{1} << (exponent % 64);
        return PrimeField(s) * power * PrimeField(kInverseScale);
    }

    /// a + b as an integer, below 2 p; only for multiply_wide.
    [[nodiscard]] static constexpr PrimeField add_unreduced(const PrimeField& a, const PrimeField& b) noexcept {
        PrimeField sum;
        std::uint64_t carry = 0;
        for (std::size_t i = 0; i < kLimbs; ++i) sum.value_[i] = add_limbs(a.value_[i], b.value_[i], carry);
        return sum;
    }
#if defined(__x86_64__)
    /// x0 y0 + x1 y1 with one reduction, where soft::adx::available().
    [[nodiscard]] static PrimeField sum_of_products(const PrimeField (&x)[2], const PrimeField (&y)[2]) noexcept {
        PrimeField sum;
        soft::adx::montgomery_sum_of_products(limbs(sum.value_), limbs(x), limbs(y), limbs(kModulus), kNegatedInverse);
        return sum;
    }
    /// p - a as an integer, p for zero; only for sum_of_products.
    [[nodiscard]] static PrimeField negate_unreduced(const PrimeField& a) noexcept {
        PrimeField difference;
        std::uint64_t borrow = 0;
        for (std::size_t i = 0; i < kLimbs; ++i) difference.value_[i] = sub_limbs(kModulus[i], a.value_[i], borrow);
        return difference;
    }
#endif
    [[nodiscard]] static constexpr Wide multiply_wide(const PrimeField& a, const PrimeField& b) noexcept {
        Wide product{};
        for_each_limb(
            [&](std::size_t i) { add_product(product.data() + i, product[i + kLimbs], a.value_, b.value_[i]); });
        return product;
    }
    /// a - b for a >= b.
    [[nodiscard]] static constexpr Wide subtract_wide(const Wide& a, const Wide& b) noexcept {
        std::uint64_t borrow = 0;
        return subtract_wide(a, b, borrow);
    }
    /// a - b, plus p 2^(64 N) if that is negative.
    [[nodiscard]] static constexpr Wide subtract_wide_modulo(const Wide& a, const Wide& b) noexcept {
        std::uint64_t borrow = 0;
        Wide difference = subtract_wide(a, b, borrow);
        const std::uint64_t mask = 0 - borrow;
        std::uint64_t carry = 0;
        for (std::size_t i = 0; i < kLimbs; ++i) {
            difference[kLimbs + i] = add_limbs(difference[kLimbs + i], kModulus[i] & mask, carry);
        }
        return difference;
    }
    [[nodiscard]] static constexpr PrimeField reduce(Wide wide) noexcept {
        std::uint64_t carry = 0;
        for_each_limb([&](std::size_t i) {
            std::uint64_t top = 0;
            add_product(wide.data() + i, top, kModulus, wide[i] * kNegatedInverse);
            wide[i + kLimbs] = add_limbs(wide[i + kLimbs], top, carry);
        });
        Integer high{};
        for (std::size_t i = 0; i < kLimbs; ++i) high[i] = wide[kLimbs + i];
        return subtract_modulus_once(high);
    }

 private:
    static constexpr Integer kModulus = Parameters::kModulus;
    static constexpr unsigned kBits = bit_width(kModulus);
    static_assert((kModulus[0] & 1) == 1 && kBits + 2 <= 64 * kLimbs);

    constexpr explicit PrimeField(const Integer& value) noexcept : value_(value) {}

    /// The limbs inside, for assembly.
    [[nodiscard]] static std::uint64_t (&limbs(Integer& integer) noexcept)[kLimbs] {
        return *reinterpret_cast<std::uint64_t(*)[kLimbs]>(integer.data());
    }
    [[nodiscard]] static const std::uint64_t (&limbs(const Integer& integer) noexcept)[kLimbs] {
        return *reinterpret_cast<const std::uint64_t(*)[kLimbs]>(integer.data());
    }
    [[nodiscard]] static const std::uint64_t (&limbs(const PrimeField (&pair)[2]) noexcept)[2 * kLimbs] {
        static_assert(sizeof pair == 16 * kLimbs);
        return *reinterpret_cast<const std::uint64_t(*)[2 * kLimbs]>(&pair);
    }

    /// step(0), step(1), .., without a loop.
    template <class Step>
    [[gnu::always_inline]] static constexpr void for_each_limb(Step step) noexcept {
        unrolled(step, std::make_index_sequence<kLimbs>());
    }
    template <class Step, std::size_t... kIndex>
#if !defined(__x86_64__)
    // x86-64 has too few registers for all limbs of a product; there a function with the limbs in memory is faster.
    [[gnu::always_inline]]
#endif
    static constexpr void
    unrolled(const Step& step, std::index_sequence<kIndex...>) noexcept {
        (step(kIndex), ...);
    }
    /// (top, sum) += a * x, over N limbs and the one above, which does not overflow.
    [[gnu::always_inline]] static constexpr void add_product(std::uint64_t* sum, std::uint64_t& top, const Integer& a,
                                                             std::uint64_t x) noexcept {
#if defined(__x86_64__)
        // Low words and high words in a chain of adc each.
        Uint128 product[kLimbs]{};
        for (std::size_t j = 0; j < kLimbs; ++j) product[j] = static_cast<Uint128>(a[j]) * x;
        std::uint64_t carry = 0;
        for (std::size_t j = 0; j < kLimbs; ++j) {
            sum[j] = add_limbs(sum[j], static_cast<std::uint64_t>(product[j]), carry);
        }
        top = add_limbs(top, static_cast<std::uint64_t>(product[kLimbs - 1] >> 64), carry);
        for (std::size_t j = 0; j + 1 < kLimbs; ++j) {
            sum[j + 1] = add_limbs(sum[j + 1], static_cast<std::uint64_t>(product[j] >> 64), carry);
        }
        top += carry;
#else
        // Without a carry flag the running carry is the shorter way.
        std::uint64_t carry = 0;
        for (std::size_t j = 0; j < kLimbs; ++j) sum[j] = multiply_add(a[j], x, sum[j], carry);
        top += carry;
#endif
    }
    [[nodiscard]] static constexpr Wide subtract_wide(const Wide& a, const Wide& b, std::uint64_t& borrow) noexcept {
        Wide difference{};
        for (std::size_t i = 0; i < 2 * kLimbs; ++i) difference[i] = sub_limbs(a[i], b[i], borrow);
        return difference;
    }
    [[nodiscard]] static constexpr PrimeField subtract_modulus_once(const Integer& value) noexcept {
        PrimeField result;
        std::uint64_t borrow = 0;
        for (std::size_t i = 0; i < kLimbs; ++i) result.value_[i] = sub_limbs(value[i], kModulus[i], borrow);
        const std::uint64_t keep = 0 - borrow;
        for (std::size_t i = 0; i < kLimbs; ++i) result.value_[i] ^= (result.value_[i] ^ value[i]) & keep;
        return result;
    }
    static constexpr void add(Integer& a, const Integer& b) noexcept {
        std::uint64_t carry = 0;
        for (std::size_t i = 0; i < kLimbs; ++i) a[i] = add_limbs(a[i], b[i], carry);
    }
    /// a -= b; gives the borrow.
    static constexpr std::uint64_t subtract(Integer& a, const Integer& b) noexcept {
        std::uint64_t borrow = 0;
        for (std::size_t i = 0; i < kLimbs; ++i) a[i] = sub_limbs(a[i], b[i], borrow);
        return borrow;
    }
    [[nodiscard]] static constexpr bool is_zero_integer(const Integer& a) noexcept {
        std::uint64_t bits = 0;
        for (const std::uint64_t limb : a) bits |= limb;
        return bits == 0;
    }
    /// Halves `even`, not zero, until it is odd and doubles `partner` as often; gives the number of times.
    static constexpr unsigned make_odd(Integer& even, Integer& partner) noexcept {
        unsigned total = 0;
        while ((even[0] & 1) == 0) {
            // Not 64 at a time: shifts by a whole limb would need another path.
            const unsigned zeros = even[0] == 0 ? 63 : static_cast<unsigned>(std::countr_zero(even[0]));
            for (std::size_t i = 0; i + 1 < kLimbs; ++i) even[i] = (even[i] >> zeros) | (even[i + 1] << (64 - zeros));
            even[kLimbs - 1] >>= zeros;
            for (std::size_t i = kLimbs - 1; i > 0; --i) {
                partner[i] = (partner[i] << zeros) | (partner[i - 1] >> (64 - zeros));
            }
            partner[0] <<= zeros;
            total += zeros;
        }
        return total;
    }

    /// -1 / p mod 2^64.
    static constexpr std::uint64_t kNegatedInverse = 0 - soft::inverse_mod_limb(kModulus[0]);
    /// 2^exponent mod p.
    static constexpr Integer power_of_two(unsigned exponent) noexcept {
        PrimeField value(Integer{1});
        for (unsigned i = 0; i < exponent; ++i) value = value + value;
        return value.value_;
    }
    static constexpr Integer kRadixSquared = power_of_two(128 * kLimbs);
    static constexpr Integer kInverseScale = power_of_two(256 * kLimbs - 2 * kBits);

    Integer value_{};
};

/// c0 + c1 i over `Field` with i^2 = -1, where xi = kXi + i.
template <class Field, unsigned kXi>
struct QuadraticField {
    Field c0;
    Field c1;

    [[nodiscard]] constexpr bool is_zero() const noexcept { return c0.is_zero() && c1.is_zero(); }
    friend constexpr bool operator==(const QuadraticField& a, const QuadraticField& b) noexcept {
        return a.c0 == b.c0 && a.c1 == b.c1;
    }
    friend constexpr QuadraticField operator+(const QuadraticField& a, const QuadraticField& b) noexcept {
        return {a.c0 + b.c0, a.c1 + b.c1};
    }
    friend constexpr QuadraticField operator-(const QuadraticField& a, const QuadraticField& b) noexcept {
        return {a.c0 - b.c0, a.c1 - b.c1};
    }
    friend constexpr QuadraticField operator-(const QuadraticField& a) noexcept { return {-a.c0, -a.c1}; }

    /// Three wide products (Karatsuba) and two reductions.
    [[gnu::noinline]] friend constexpr QuadraticField operator*(const QuadraticField& a,
                                                                const QuadraticField& b) noexcept {
#if defined(__x86_64__)
        if (!std::is_constant_evaluated() && soft::adx::available()) {
            const Field x[2] = {a.c0, a.c1};
            return {Field::sum_of_products(x, {b.c0, Field::negate_unreduced(b.c1)}),
                    Field::sum_of_products(x, {b.c1, b.c0})};
        }
#endif
        const auto low = Field::multiply_wide(a.c0, b.c0);
        const auto high = Field::multiply_wide(a.c1, b.c1);
        const auto all = Field::multiply_wide(Field::add_unreduced(a.c0, a.c1), Field::add_unreduced(b.c0, b.c1));
        const auto cross = Field::subtract_wide(Field::subtract_wide(all, low), high);
        return {Field::reduce(Field::subtract_wide_modulo(low, high)), Field::reduce(cross)};
    }
    friend constexpr QuadraticField square(const QuadraticField& a) noexcept {
        const Field product = a.c0 * a.c1;
        return {(a.c0 + a.c1) * (a.c0 - a.c1), product + product};
    }
    friend constexpr QuadraticField times_xi(const QuadraticField& a) noexcept {
        QuadraticField multiple = a;
        if constexpr (kXi == 9) {
            multiple = multiple + multiple;
            multiple = multiple + multiple;
            multiple = multiple + multiple + a;
        } else {
            static_assert(kXi == 1);
        }
        return {multiple.c0 - a.c1, multiple.c1 + a.c0};
    }
};

/// One in a prime field.
template <class Fp>
inline constexpr Fp kOne = Fp::from_words({1});

/// A constant of the quadratic extension as two integers.
template <std::size_t kCount>
struct QuadraticWords {
    Words<kCount> c0{};
    Words<kCount> c1{};

    template <class Fp2>
    [[nodiscard]] constexpr Fp2 as() const noexcept {
        using Fp = decltype(Fp2::c0);
        return {Fp::from_words(c0), Fp::from_words(c1)};
    }
};

/// The canonical integers of an element, for constants that are worked out in software at compile time and then used
/// with any field type.
template <class Fp2>
[[nodiscard]] constexpr auto to_words(const Fp2& a) noexcept {
    return QuadraticWords<decltype(Fp2::c0)::kLimbs>{a.c0.words(), a.c1.words()};
}

/// base^exponent by windows of four bits, for any type with `*` and square().
template <class Element, std::size_t kCount>
[[nodiscard]] constexpr Element power(const Element& base, const Words<kCount>& exponent, const Element& one) noexcept {
    Element table[16]{};
    table[0] = one;
    for (int i = 1; i < 16; ++i) table[i] = table[i - 1] * base;
    Element result = one;
    bool started = false;
    for (std::size_t position = 16 * kCount; position-- > 0;) {
        if (started) {
            for (int i = 0; i < 4; ++i) result = square(result);
        }
        const auto digit = static_cast<unsigned>(exponent[position / 16] >> (4 * (position % 16))) & 15u;
        if (digit != 0) {
            result = started ? result * table[digit] : table[digit];
            started = true;
        }
    }
    return result;
}

}  // namespace sluice::crypto::pairing
