// The prime field KoalaBear: p = 2^31 - 2^24 + 1, elements in Montgomery form.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstdint>
#include <type_traits>

#include "sluice/base/hd.h"

namespace sluice::math {

/// An element of the field of p = 2^31 - 2^24 + 1 elements. p - 1 = 2^24 * 127, so there are roots of unity of order
/// 2^24 and cubing is a permutation.
///
/// `montgomery` holds value * 2^32 mod p and is always below p, so that equal elements have equal words. An element is
/// plain data: a default-initialised one is indeterminate, `KoalaBear{}` is zero. Conversion from and to integers is
/// explicit; outside formats hold `canonical()`. Nothing here runs in constant time: the prover has no secrets.
struct KoalaBear {
    static constexpr std::uint32_t kModulus = 0x7f000001;
    /// p - 1 is divisible by 2^kTwoAdicity and by no higher power of 2.
    static constexpr unsigned kTwoAdicity = 24;
    /// The integer whose class generates the multiplicative group.
    static constexpr std::uint32_t kGenerator = 3;
    /// Degree over the prime field, as for the extensions.
    static constexpr unsigned kDegree = 1;

    std::uint32_t montgomery;

    [[nodiscard]] SLUICE_HD static constexpr KoalaBear zero() noexcept { return {0}; }
    [[nodiscard]] SLUICE_HD static constexpr KoalaBear one() noexcept { return {kOneMontgomery}; }
    /// The class of `value`, which must be below p: whoever reads outside data checks that first.
    [[nodiscard]] SLUICE_HD static constexpr KoalaBear from_canonical(std::uint32_t value) noexcept {
        return {reduce_product(std::uint64_t{value} * kSquareMontgomery)};
    }
    /// The class of any 64-bit integer.
    [[nodiscard]] SLUICE_HD static constexpr KoalaBear reduce(std::uint64_t value) noexcept {
        // The first step leaves value / 2^32 in 32 bits, not always below p, which the second step admits.
        return {reduce_product(std::uint64_t{reduce_loosely(value)} * kCubeMontgomery)};
    }
    /// The element that `word`, which must be below p, is the Montgomery form of.
    [[nodiscard]] SLUICE_HD static constexpr KoalaBear from_montgomery(std::uint32_t word) noexcept { return {word}; }
    /// The identity, so that generic code embeds the prime field in any field alike.
    [[nodiscard]] SLUICE_HD static constexpr KoalaBear from_base(KoalaBear value) noexcept { return value; }
    /// The element of kGenerator.
    [[nodiscard]] SLUICE_HD static constexpr KoalaBear generator() noexcept { return from_canonical(kGenerator); }
    /// A root of unity of order exactly 2^bits, bits <= kTwoAdicity; the one for bits - 1 is the square of the one for
    /// bits.
    [[nodiscard]] SLUICE_HD static constexpr KoalaBear two_adic_generator(unsigned bits) noexcept;

    /// The representative in [0, p).
    [[nodiscard]] SLUICE_HD constexpr std::uint32_t canonical() const noexcept { return reduce_product(montgomery); }

    [[nodiscard]] SLUICE_HD constexpr bool is_zero() const noexcept { return montgomery == 0; }
    SLUICE_HD friend constexpr bool operator==(KoalaBear a, KoalaBear b) noexcept {
        return a.montgomery == b.montgomery;
    }

    SLUICE_HD friend constexpr KoalaBear operator+(KoalaBear a, KoalaBear b) noexcept {
        const std::uint32_t sum = a.montgomery + b.montgomery;  // below 2^32, since p is below 2^31
        return {sum >= kModulus ? sum - kModulus : sum};
    }
    SLUICE_HD friend constexpr KoalaBear operator-(KoalaBear a, KoalaBear b) noexcept {
        const std::uint32_t difference = a.montgomery - b.montgomery;
        return {a.montgomery < b.montgomery ? difference + kModulus : difference};
    }
    SLUICE_HD friend constexpr KoalaBear operator*(KoalaBear a, KoalaBear b) noexcept {
        return {reduce_product(std::uint64_t{a.montgomery} * b.montgomery)};
    }
    SLUICE_HD constexpr KoalaBear operator-() const noexcept { return {montgomery == 0 ? 0 : kModulus - montgomery}; }
    SLUICE_HD constexpr KoalaBear& operator+=(KoalaBear other) noexcept { return *this = *this + other; }
    SLUICE_HD constexpr KoalaBear& operator-=(KoalaBear other) noexcept { return *this = *this - other; }
    SLUICE_HD constexpr KoalaBear& operator*=(KoalaBear other) noexcept { return *this = *this * other; }

    [[nodiscard]] SLUICE_HD constexpr KoalaBear square() const noexcept { return *this * *this; }
    [[nodiscard]] SLUICE_HD constexpr KoalaBear doubled() const noexcept { return *this + *this; }
    /// The element whose double this is.
    [[nodiscard]] SLUICE_HD constexpr KoalaBear halved() const noexcept {
        const std::uint32_t even = (montgomery & 1) != 0 ? montgomery + kModulus : montgomery;
        return {even >> 1};
    }
    /// This to the power of `exponent`; the power of 0 is one, for zero too.
    [[nodiscard]] SLUICE_HD constexpr KoalaBear pow(std::uint64_t exponent) const noexcept {
        KoalaBear result = one();
        for (KoalaBear base = *this; exponent != 0; exponent >>= 1, base = base.square()) {
            if ((exponent & 1) != 0) result *= base;
        }
        return result;
    }
    /// The multiplicative inverse; zero for zero.
    [[nodiscard]] SLUICE_HD constexpr KoalaBear inverse() const noexcept {
        // This to the power p - 2, whose binary digits are six ones, a zero, then 24 ones.
        const KoalaBear ones2 = square() * *this;
        const KoalaBear ones3 = ones2.square() * *this;
        const KoalaBear ones6 = ones3.square().square().square() * ones3;
        KoalaBear result = ones6.square();
        for (int block = 0; block < 4; ++block) {
            for (int bit = 0; bit < 6; ++bit) result = result.square();
            result *= ones6;
        }
        return result;
    }

    /// product / 2^32 mod p, in [0, p), for product < 2^32 p (Montgomery, "Modular Multiplication Without Trial
    /// Division", 1985): subtracts the multiple of p that agrees with the product in its low 32 bits.
    [[nodiscard]] SLUICE_HD static constexpr std::uint32_t reduce_product(std::uint64_t product) noexcept {
        return reduce_loosely(product);
    }
    /// The Montgomery form of sum / 2^32 mod p for a sum < 2^33 p, such as that of four products of words below p.
    [[nodiscard]] SLUICE_HD static constexpr std::uint32_t reduce_sum(std::uint64_t sum) noexcept {
        return reduce_product(subtract_if_large(sum));
    }
    /// sum, less 2^32 p if it is that or more: keeps a sum of products below 2^32 p without changing its class.
    [[nodiscard]] SLUICE_HD static constexpr std::uint64_t subtract_if_large(std::uint64_t sum) noexcept {
        constexpr std::uint64_t kLarge = std::uint64_t{kModulus} << 32;
        return sum >= kLarge ? sum - kLarge : sum;
    }

 private:
    /// 1 / p mod 2^32.
    static constexpr std::uint32_t kInverseOfModulus = 0x81000001;
    static constexpr std::uint32_t kOneMontgomery = static_cast<std::uint32_t>((std::uint64_t{1} << 32) % kModulus);
    /// 2^64 mod p and 2^96 mod p.
    static constexpr std::uint32_t kSquareMontgomery =
        static_cast<std::uint32_t>(std::uint64_t{kOneMontgomery} * kOneMontgomery % kModulus);
    static constexpr std::uint32_t kCubeMontgomery =
        static_cast<std::uint32_t>(std::uint64_t{kSquareMontgomery} * kOneMontgomery % kModulus);
    static_assert(static_cast<std::uint32_t>(kInverseOfModulus * std::uint64_t{kModulus}) == 1);

    /// value / 2^32 mod p for any value: below p if value < 2^32 p, else merely below 2^32.
    SLUICE_HD static constexpr std::uint32_t reduce_loosely(std::uint64_t value) noexcept {
#if defined(__riscv) && __riscv_xlen == 64
        // Two 64-bit products without conversions: the quotient is left in the upper half, where MULHU wants it.
        __extension__ using Wide = unsigned __int128;
        const std::uint64_t shifted = value * (std::uint64_t{kInverseOfModulus} << 32);
        const auto multiple = static_cast<std::int64_t>((Wide{shifted} * kModulus) >> 64);
        const std::int64_t signed_difference = static_cast<std::int64_t>(value >> 32) - multiple;
        return static_cast<std::uint32_t>(signed_difference + ((signed_difference >> 63) & kModulus));
#else
        const std::uint32_t quotient = static_cast<std::uint32_t>(value) * kInverseOfModulus;
        const auto subtrahend = static_cast<std::uint32_t>((std::uint64_t{quotient} * kModulus) >> 32);
        const auto high = static_cast<std::uint32_t>(value >> 32);
        const std::uint32_t difference = high - subtrahend;
        return high < subtrahend ? difference + kModulus : difference;
#endif
    }
};

SLUICE_HD constexpr KoalaBear KoalaBear::two_adic_generator(unsigned bits) noexcept {
    KoalaBear root = generator().pow((kModulus - 1) >> kTwoAdicity);
    for (unsigned order = kTwoAdicity; order > bits; --order) root = root.square();
    return root;
}

static_assert(sizeof(KoalaBear) == 4 && alignof(KoalaBear) == 4);
static_assert(std::is_trivial_v<KoalaBear> && std::is_standard_layout_v<KoalaBear>);
static_assert(KoalaBear::kModulus == (1u << 31) - (1u << 24) + 1);
static_assert((KoalaBear::kModulus - 1) >> KoalaBear::kTwoAdicity == 127);  // odd and prime
// 3 is no square and no 127th power, so it generates the group.
static_assert(!(KoalaBear::generator().pow((KoalaBear::kModulus - 1) / 2) == KoalaBear::one()));
static_assert(!(KoalaBear::generator().pow((KoalaBear::kModulus - 1) / 127) == KoalaBear::one()));
static_assert(KoalaBear::two_adic_generator(0) == KoalaBear::one());
static_assert(KoalaBear::two_adic_generator(1) == -KoalaBear::one());

}  // namespace sluice::math
