// Modular exponentiation: Montgomery form for the odd part of the modulus, truncation for its power of two.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <bit>
#include <cstring>

#include "crypto/soft/kernels.h"
#include "crypto/soft/limbs.h"
#include "crypto/soft/montgomery.h"

namespace sluice::crypto::soft {
namespace {

using Word = std::uint64_t;

constexpr std::size_t kWordBytes = sizeof(Word);
constexpr unsigned kWordBits = 64;

constexpr Word high_word(Uint128 value) noexcept {
    return static_cast<Word>(value >> kWordBits);
}

constexpr std::size_t words_for(std::size_t bytes) noexcept {
    return (bytes + kWordBytes - 1) / kWordBytes;
}

ByteView without_leading_zeros(ByteView number) noexcept {
    std::size_t zeros = 0;
    while (zeros < number.size() && number[zeros] == 0) ++zeros;
    return number.subspan(zeros);
}

/// The low `count` words of a big-endian number, least significant first, filled up with zeros.
void load_words(ByteView number, Word* words, std::size_t count) noexcept {
    std::size_t left = number.size();
    for (std::size_t i = 0; i < count; ++i) {
        if (left >= kWordBytes) {
            left -= kWordBytes;
            words[i] = load_be<Word>(number.data() + left);
        } else {
            Word word = 0;
            for (std::size_t k = 0; k < left; ++k) word = (word << 8) | number[k];
            left = 0;
            words[i] = word;
        }
    }
}

/// Writes `count` words as a big-endian number over all of `bytes`. What does not fit must be zero.
void store_words(const Word* words, std::size_t count, MutableBytes bytes) noexcept {
    std::size_t left = bytes.size();
    for (std::size_t i = 0; i < count && left != 0; ++i) {
        if (left >= kWordBytes) {
            left -= kWordBytes;
            store_be(bytes.data() + left, words[i]);
        } else {
            for (Word word = words[i]; left != 0; word >>= 8) bytes[--left] = static_cast<std::uint8_t>(word);
        }
    }
    if (left != 0) std::memset(bytes.data(), 0, left);
}

/// floor((2^128 - 1) / d) - 2^64 for d >= 2^63 (Moeller and Granlund, "Improved division by invariant integers", 2011),
/// the first approximation by a short division instead of a table.
constexpr Word reciprocal(Word d) noexcept {
    const Word odd = d & 1;
    const Word d40 = (d >> 24) + 1;
    const Word d63 = (d >> 1) + odd;
    const Word v0 = 0x7fd00 / (d >> 55);
    const Word v1 = (v0 << 11) - ((v0 * v0 * d40) >> 40) - 1;
    const Word v2 = (v1 << 13) + ((v1 * ((Word{1} << 60) - v1 * d40)) >> 47);
    const Word e = ((v2 >> 1) & (0 - odd)) - v2 * d63;
    const Word v3 = (v2 << 31) + (high_word(static_cast<Uint128>(v2) * e) >> 1);
    return v3 - (high_word(static_cast<Uint128>(v3) * d + d) + d);
}

/// Quotient of the two words (high, low) by d >= 2^63, where high < d and `v` = reciprocal(d).
constexpr Word divide_two_words(Word high, Word low, Word d, Word v, Word& remainder) noexcept {
    const Uint128 estimate = static_cast<Uint128>(v) * high + ((static_cast<Uint128>(high) << kWordBits) | low);
    Word quotient = high_word(estimate) + 1;
    Word rest = low - quotient * d;
    if (rest > static_cast<Word>(estimate)) {
        --quotient;
        rest += d;
    }
    if (rest >= d) {
        ++quotient;
        rest -= d;
    }
    remainder = rest;
    return quotient;
}

/// a -= factor * b over `n` words; gives back the word to be borrowed from a[n].
Word subtract_multiple(Word* a, const Word* b, std::size_t n, Word factor) noexcept {
    Word carry = 0;
    Word borrow = 0;
    for (std::size_t i = 0; i < n; ++i) a[i] = sub_limbs(a[i], multiply_add(factor, b[i], 0, carry), borrow);
    return carry + borrow;
}

/// a mod b in place: the result is in the low `n` words of `a`. b's top bit is set; `a` has `size` > n words, its top
/// word is below b's.
void reduce_normalized(Word* a, std::size_t size, const Word* b, std::size_t n) noexcept {
    const Word top = b[n - 1];
    const Word v = reciprocal(top);
    if (n == 1) {
        Word remainder = a[size - 1];
        for (std::size_t i = size - 1; i-- > 0;) (void)divide_two_words(remainder, a[i], top, v, remainder);
        a[0] = remainder;
        return;
    }
    // Knuth's algorithm D: a quotient word guessed from the top words is at most one too large once the third word
    // has been looked at.
    for (std::size_t i = size - n; i-- > 0;) {
        Word* part = a + i;
        Word remainder = 0;
        Word guess = ~Word{0};
        bool refine = true;
        if (part[n] < top) {
            guess = divide_two_words(part[n], part[n - 1], top, v, remainder);
        } else {
            remainder = part[n - 1] + top;
            refine = remainder >= top;
        }
        while (refine && static_cast<Uint128>(guess) * b[n - 2] >
                             ((static_cast<Uint128>(remainder) << kWordBits) | part[n - 2])) {
            --guess;
            remainder += top;
            refine = remainder >= top;
        }
        const Word borrowed = subtract_multiple(part, b, n, guess);
        const bool too_large = part[n] < borrowed;
        part[n] -= borrowed;
        if (too_large) {
            Word carry = 0;
            for (std::size_t k = 0; k < n; ++k) part[k] = add_limbs(part[k], b[k], carry);
            part[n] += carry;
        }
    }
}

/// words <<= bits, bits < 64, from `source` to `target` (may be the same); gives back what is shifted out.
Word shift_left(const Word* source, Word* target, std::size_t n, unsigned bits) noexcept {
    Word out = 0;
    for (std::size_t i = 0; i < n; ++i) {
        const Word word = source[i];
        target[i] = (word << bits) | out;
        out = bits == 0 ? 0 : word >> (kWordBits - bits);
    }
    return out;
}

void shift_right(const Word* source, Word* target, std::size_t n, unsigned bits) noexcept {
    for (std::size_t i = 0; i < n; ++i) {
        const Word above = i + 1 < n && bits != 0 ? source[i + 1] << (kWordBits - bits) : 0;
        target[i] = (source[i] >> bits) | above;
    }
}

/// A number read bit by bit.
struct Exponent {
    ByteView bytes;  ///< no leading zeros
    std::size_t bits = 0;

    explicit Exponent(ByteView number) noexcept : bytes(without_leading_zeros(number)) {
        if (!bytes.empty()) bits = 8 * (bytes.size() - 1) + static_cast<std::size_t>(std::bit_width(bytes[0]));
    }
    [[nodiscard]] unsigned bit(std::size_t index) const noexcept {
        return (bytes[bytes.size() - 1 - index / 8] >> (index % 8)) & 1u;
    }
};

/// Residues modulo an odd number of n words, as x * 2^(64 n) mod m (Montgomery form).
class OddRing {
 public:
    OddRing(const Word* modulus, std::size_t size, Word* scratch) noexcept
        : modulus_(modulus), size_(size), scratch_(scratch), negated_inverse_(0 - inverse_mod_limb(modulus[0])) {}

    static constexpr std::size_t scratch_words(std::size_t size) noexcept { return 2 * size; }
    [[nodiscard]] std::size_t size() const noexcept { return size_; }

    /// out = a * b / 2^(64 n); the arguments may be the same.
    void multiply(Word* out, const Word* a, const Word* b) const noexcept {
        Word* sum = scratch_;
        for (std::size_t j = 0; j < size_; ++j) sum[j] = 0;
        Word top = 0;
        for (std::size_t i = 0; i < size_; ++i) {
            const Word factor = b[i];
            Word carry = 0;
            Word reduce_carry = 0;
            const Word low = multiply_add(a[0], factor, sum[0], carry);
            const Word multiple = low * negated_inverse_;
            (void)multiply_add(multiple, modulus_[0], low, reduce_carry);
            for (std::size_t j = 1; j < size_; ++j) {
                const Word word = multiply_add(a[j], factor, sum[j], carry);
                sum[j - 1] = multiply_add(multiple, modulus_[j], word, reduce_carry);
            }
            sum[size_ - 1] = add_limbs(carry, reduce_carry, top);
        }
        subtract_modulus_once(out, sum, top);
    }

    /// out = a * a / 2^(64 n): the mixed products are taken once and doubled.
    void square(Word* out, const Word* a) const noexcept {
        const std::size_t n = size_;
        Word* wide = scratch_;
        for (std::size_t j = 0; j < n; ++j) wide[j] = 0;  // wide[i + n] is first written in round i
        for (std::size_t i = 0; i < n; ++i) {
            Word carry = 0;
            for (std::size_t j = i + 1; j < n; ++j) wide[i + j] = multiply_add(a[i], a[j], wide[i + j], carry);
            wide[i + n] = carry;
        }
        Word carry = 0;
        Word shifted_out = 0;
        for (std::size_t i = 0; i < n; ++i) {
            const Uint128 diagonal = static_cast<Uint128>(a[i]) * a[i];
            const Word low = wide[2 * i];
            const Word high = wide[2 * i + 1];
            wide[2 * i] = add_limbs((low << 1) | shifted_out, static_cast<Word>(diagonal), carry);
            wide[2 * i + 1] = add_limbs((high << 1) | (low >> 63), high_word(diagonal), carry);
            shifted_out = high >> 63;
        }
        divide_by_radix(out, wide);
    }

    /// out = a / 2^(64 n), which leaves Montgomery form.
    void leave(Word* out, const Word* a) const noexcept {
        for (std::size_t i = 0; i < size_; ++i) {
            scratch_[i] = a[i];
            scratch_[size_ + i] = 0;
        }
        divide_by_radix(out, scratch_);
    }

 private:
    /// out = wide / 2^(64 n) mod m, for 2n words with a value below m * 2^(64 n), which are used up.
    void divide_by_radix(Word* out, Word* wide) const noexcept {
        Word top = 0;
        for (std::size_t i = 0; i < size_; ++i) {
            const Word multiple = wide[i] * negated_inverse_;
            Word carry = 0;
            for (std::size_t j = 0; j < size_; ++j) {
                wide[i + j] = multiply_add(multiple, modulus_[j], wide[i + j], carry);
            }
            wide[i + size_] = add_limbs(wide[i + size_], carry, top);
        }
        subtract_modulus_once(out, wide + size_, top);
    }

    /// out = (top, value) mod m, for a value below 2m.
    void subtract_modulus_once(Word* out, const Word* value, Word top) const noexcept {
        Word borrow = 0;
        for (std::size_t j = 0; j < size_; ++j) out[j] = sub_limbs(value[j], modulus_[j], borrow);
        if (top < borrow) {
            for (std::size_t j = 0; j < size_; ++j) out[j] = value[j];
        }
    }

    const Word* modulus_;
    std::size_t size_;
    Word* scratch_;
    Word negated_inverse_;
};

/// The same for an odd number of four words, which stay in registers.
class OddRing256 {
 public:
    OddRing256(const Word* modulus, std::size_t, Word*) noexcept : modulus_(MontgomeryModulus::from(load(modulus))) {}

    static constexpr std::size_t scratch_words(std::size_t) noexcept { return 0; }
    [[nodiscard]] std::size_t size() const noexcept { return 4; }

    void multiply(Word* out, const Word* a, const Word* b) const noexcept {
        store(out, montgomery_product(load(a), load(b), modulus_));
    }
    void square(Word* out, const Word* a) const noexcept { store(out, montgomery_square(load(a), modulus_)); }
    void leave(Word* out, const Word* a) const noexcept {
        store(out, montgomery_product(load(a), Uint256(1), modulus_));
    }

 private:
    static Uint256 load(const Word* words) noexcept { return {words[0], words[1], words[2], words[3]}; }
    static void store(Word* words, const Uint256& value) noexcept {
        for (std::size_t i = 0; i < 4; ++i) words[i] = value.limb[i];
    }

    MontgomeryModulus modulus_;
};

/// Residues modulo 2^(64 n).
class TruncatedRing {
 public:
    TruncatedRing(std::size_t size, Word* scratch) noexcept : size_(size), scratch_(scratch) {}

    [[nodiscard]] std::size_t size() const noexcept { return size_; }

    void multiply(Word* out, const Word* a, const Word* b) const noexcept {
        std::memset(scratch_, 0, size_ * kWordBytes);
        for (std::size_t i = 0; i < size_; ++i) {
            Word carry = 0;
            for (std::size_t j = 0; i + j < size_; ++j) {
                scratch_[i + j] = multiply_add(a[j], b[i], scratch_[i + j], carry);
            }
        }
        std::memcpy(out, scratch_, size_ * kWordBytes);
    }
    void square(Word* out, const Word* a) const noexcept { multiply(out, a, a); }

 private:
    std::size_t size_;
    Word* scratch_;
};

/// Width of the sliding window: the table of 2^(width - 1) odd powers has to pay for itself.
constexpr unsigned window_width(std::size_t exponent_bits) noexcept {
    if (exponent_bits <= 32) return 1;
    if (exponent_bits <= 80) return 3;
    if (exponent_bits <= 240) return 4;
    if (exponent_bits <= 672) return 5;
    return 6;
}

/// result = base^exponent in `ring`, exponent > 0, by a sliding window from the top bit down.
template <class Ring>
bool power(const Ring& ring, const Word* base, const Exponent& exponent, Word* result, Arena& scratch) noexcept {
    const std::size_t n = ring.size();
    const unsigned width = window_width(exponent.bits);
    const std::size_t odd_powers = std::size_t{1} << (width - 1);
    Word* table = scratch.make_array<Word>(odd_powers * n);  // base^1, base^3, base^5, ...
    if (table == nullptr) return false;
    std::memcpy(table, base, n * kWordBytes);
    if (odd_powers > 1) {
        ring.square(result, base);
        for (std::size_t i = 1; i < odd_powers; ++i) ring.multiply(table + i * n, table + (i - 1) * n, result);
    }
    bool started = false;  // the top bit is a one, so the first round starts the product
    for (std::size_t left = exponent.bits; left != 0;) {
        if (exponent.bit(left - 1) == 0) {
            ring.square(result, result);
            --left;
            continue;
        }
        // The longest window of at most `width` bits that starts here and ends in a one.
        std::size_t length = left < width ? left : width;
        while (exponent.bit(left - length) == 0) --length;
        std::size_t digit = 0;
        for (std::size_t i = 0; i < length; ++i) digit = (digit << 1) | exponent.bit(left - 1 - i);
        const Word* factor = table + (digit >> 1) * n;
        if (started) {
            for (std::size_t i = 0; i < length; ++i) ring.square(result, result);
            ring.multiply(result, result, factor);
        } else {
            std::memcpy(result, factor, n * kWordBytes);
            started = true;
        }
        left -= length;
    }
    return true;
}

/// result = base^exponent mod an odd modulus > 1 of n words (top word not zero), exponent > 0.
template <class Ring>
bool power_mod_odd(ByteView base, const Exponent& exponent, const Word* modulus, std::size_t n, Word* result,
                   Arena& scratch) noexcept {
    const std::size_t base_words = words_for(base.size());
    const std::size_t size = base_words + n + 1;
    Word* shifted_modulus = scratch.make_array<Word>(n);
    Word* value = scratch.make_array<Word>(size > 2 * n ? size : 2 * n);
    Word* ring_scratch = scratch.make_array<Word>(Ring::scratch_words(n));
    if (shifted_modulus == nullptr || value == nullptr || ring_scratch == nullptr) return false;

    // base * 2^(64 n) mod m, the base in Montgomery form, is one division.
    const auto shift = static_cast<unsigned>(std::countl_zero(modulus[n - 1]));
    (void)shift_left(modulus, shifted_modulus, n, shift);
    std::memset(value, 0, n * kWordBytes);
    load_words(base, value + n, base_words);
    value[size - 1] = shift_left(value + n, value + n, base_words, shift);
    reduce_normalized(value, size, shifted_modulus, n);
    shift_right(value, value, n, shift);

    const Ring ring(modulus, n, ring_scratch);
    if (!power(ring, value, exponent, result, scratch)) return false;
    ring.leave(result, result);
    return true;
}

/// y = difference / odd mod 2^(64 n), word by word from the low end; `difference` is used up.
void divide_exact(Word* y, Word* difference, std::size_t n, const Word* odd, std::size_t odd_words) noexcept {
    const Word inverse = inverse_mod_limb(odd[0]);
    for (std::size_t i = 0; i < n; ++i) {
        y[i] = difference[i] * inverse;
        const std::size_t count = odd_words < n - i ? odd_words : n - i;
        Word borrow = subtract_multiple(difference + i, odd, count, y[i]);
        for (std::size_t k = i + count; k < n && borrow != 0; ++k) {
            const Word before = difference[k];
            difference[k] -= borrow;
            borrow = before < borrow ? 1 : 0;
        }
    }
}

bool modexp_in(ByteView base, ByteView exponent_bytes, ByteView modulus_bytes, MutableBytes output,
               Arena& scratch) noexcept {
    base = without_leading_zeros(base);
    const ByteView significant = without_leading_zeros(modulus_bytes);
    const Exponent exponent(exponent_bytes);
    if (significant.empty() || (significant.size() == 1 && significant[0] == 1)) {
        store_words(nullptr, 0, output);
        return true;
    }
    if (exponent.bits == 0) {
        const Word one = 1;
        store_words(&one, 1, output);
        return true;
    }

    // modulus = odd * 2^twos
    const std::size_t n = words_for(significant.size());
    Word* modulus = scratch.make_array<Word>(n);
    if (modulus == nullptr) return false;
    load_words(significant, modulus, n);
    std::size_t zero_words = 0;
    while (modulus[zero_words] == 0) ++zero_words;
    const auto zero_bits = static_cast<unsigned>(std::countr_zero(modulus[zero_words]));
    const std::size_t twos = kWordBits * zero_words + zero_bits;
    Word* odd = modulus + zero_words;
    std::size_t odd_words = n - zero_words;
    shift_right(odd, odd, odd_words, zero_bits);
    if (odd[odd_words - 1] == 0) --odd_words;

    Word* odd_result = scratch.make_array<Word>(n + 1);
    if (odd_result == nullptr) return false;
    std::memset(odd_result, 0, (n + 1) * kWordBytes);
    if (!(odd_words == 1 && odd[0] == 1)) {
        const auto mark = scratch.mark();
        const bool done = odd_words == 4
                              ? power_mod_odd<OddRing256>(base, exponent, odd, odd_words, odd_result, scratch)
                              : power_mod_odd<OddRing>(base, exponent, odd, odd_words, odd_result, scratch);
        if (!done) return false;
        scratch.rewind(mark);
    }
    if (twos == 0) {
        store_words(odd_result, n, output);
        return true;
    }

    const std::size_t two_words = (twos + kWordBits - 1) / kWordBits;
    Word* two_base = scratch.make_array<Word>(two_words);
    Word* two_result = scratch.make_array<Word>(two_words);
    Word* two_scratch = scratch.make_array<Word>(two_words);
    if (two_base == nullptr || two_result == nullptr || two_scratch == nullptr) return false;
    load_words(base, two_base, two_words);
    if (!power(TruncatedRing(two_words, two_scratch), two_base, exponent, two_result, scratch)) return false;

    // The number that is odd_result mod odd and two_result mod 2^twos is odd_result + odd * y with
    // y = (two_result - odd_result) / odd mod 2^twos. It is below the modulus, so no carry leaves the n + 1 words.
    Word borrow = 0;
    for (std::size_t i = 0; i < two_words; ++i) {
        two_result[i] = sub_limbs(two_result[i], i < odd_words ? odd_result[i] : 0, borrow);
    }
    Word* y = two_base;
    divide_exact(y, two_result, two_words, odd, odd_words);
    if (twos % kWordBits != 0) y[two_words - 1] &= (Word{1} << (twos % kWordBits)) - 1;
    for (std::size_t i = 0; i < two_words; ++i) {
        Word carry = 0;
        for (std::size_t j = 0; j < odd_words; ++j) {
            odd_result[i + j] = multiply_add(y[i], odd[j], odd_result[i + j], carry);
        }
        for (std::size_t k = i + odd_words; carry != 0; ++k) {
            odd_result[k] += carry;
            carry = odd_result[k] < carry ? 1 : 0;
        }
    }
    store_words(odd_result, n, output);
    return true;
}

}  // namespace

bool modexp(ByteView base, ByteView exponent, ByteView modulus, MutableBytes output, Arena& scratch) noexcept {
    const auto mark = scratch.mark();
    const bool done = modexp_in(base, exponent, modulus, output, scratch);
    scratch.rewind(mark);
    return done;
}

}  // namespace sluice::crypto::soft
