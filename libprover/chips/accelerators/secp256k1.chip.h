// SECP256K1_ADD, SECP256K1_DOUBLE: the chord's and the tangent's formula. SPDX-License-Identifier: MIT OR Apache-2.0
//
// The slope is a column: s with s (x2 - x1) = y2 - y1, or, twice the slope, v with v y = 3 x^2. What is not 0 modulo
// the prime is said not to be, since otherwise any slope would do. Results follow by two more identities modulo the
// prime. Each is an identity of integers with a quotient; p = 2^256 - 2^32 - 977 is sparse, so that a quotient needs no
// bytes. All coordinates are below p, which makes the results unique. The slope need not be: it has signed digits,
// which halve the coefficients of the products.
//
// Range checks, all here: bytes of factors, digits of the slope, limbs of y3 and of quotients, carries.
#pragma once

#include "gadgets/wide_number.h"
#include "gadgets/wide_product.h"
#include "sluice/abi/secp256k1.h"

namespace sluice::chips {

namespace secp256k1 {

/// 2^256 - p = 2^32 + kFold.
inline constexpr std::uint32_t kFold = 977;

/// q - 2^256 borrow.
template <class T>
struct SignedQuotient {
    std::array<T, 16> limbs;
    T borrow;
    SLUICE_COLUMNS(limbs, borrow)
};

/// + factor * number * p
template <class Sum, class V, std::size_t kLimbs>
constexpr void add_multiple(Sum& sum, const std::array<V, kLimbs>& limbs, std::int32_t factor, std::size_t place = 0) {
    sum.add_limbs(limbs, factor, place + 32);
    sum.add_limbs(limbs, -factor, place + 4);
    // 977 = 4 * 256 - 47 makes smaller coefficients than 977 at once.
    sum.add_limbs(limbs, -4 * factor, place + 1);
    sum.add_limbs(limbs, 47 * factor, place);
}
template <class Sum, class V>
constexpr void subtract_multiple(Sum& sum, const SignedQuotient<V>& quotient) {
    add_multiple(sum, quotient.limbs, -1);
    add_multiple(sum, std::array<V, 1>{quotient.borrow}, 1, 32);
}

template <class V, std::size_t kSize>
[[nodiscard]] constexpr std::array<V, kSize> differences(const std::array<V, kSize>& x, const std::array<V, kSize>& y) {
    std::array<V, kSize> out{};
    for (std::size_t i = 0; i < kSize; ++i) out[i] = x[i] - y[i];
    return out;
}

template <class V>
using Bytes = std::array<V, 32>;
template <class V>
using Coordinate = std::array<V, 16>;  ///< limbs

/// s (x2 - x1) - (y2 - y1) - q p
template <class B, class V>
[[nodiscard]] constexpr auto chord(B& b, const Bytes<V>& s, const Bytes<V>& x1, const Bytes<V>& x2,
                                   const Coordinate<V>& y1, const Coordinate<V>& y2, const SignedQuotient<V>& q) {
    WideSum<B, 65> sum(b);
    sum.add_product(s, differences(x2, x1), 1);
    sum.add_limbs(y2, -1);
    sum.add_limbs(y1, 1);
    subtract_multiple(sum, q);
    return sum;
}
/// v y - 3 x^2 - q p
template <class B, class V>
[[nodiscard]] constexpr auto tangent(B& b, const Bytes<V>& v, const Bytes<V>& x, const Bytes<V>& y,
                                     const SignedQuotient<V>& q) {
    WideSum<B, 65> sum(b);
    sum.add_product(v, y, 1);
    sum.add_square(x, -3);
    subtract_multiple(sum, q);
    return sum;
}
/// s^2 - kOthers (x1 + x2) - kThird x3 - (q - offset) p, the offset being large enough for q not to be negative.
template <std::int32_t kOthers, std::int32_t kThird, class B, class V>
[[nodiscard]] constexpr auto third_x(B& b, const V& is_real, const Bytes<V>& s, const Coordinate<V>& x1,
                                     const Coordinate<V>& x2, const Bytes<V>& x3, const Coordinate<V>& q) {
    WideSum<B, 64> sum(b);
    sum.add_square(s, 1);
    sum.add_limbs(x1, -kOthers);
    sum.add_limbs(x2, -kOthers);
    sum.add_bytes(x3, -kThird);
    add_multiple(sum, q, -1);
    add_multiple(sum, std::array<V, 1>{is_real}, 2 * kOthers + kThird);
    return sum;
}
/// s (x1 - x3) - kThird (y1 + y3) - q p
template <std::int32_t kThird, class B, class V>
[[nodiscard]] constexpr auto third_y(B& b, const Bytes<V>& s, const Bytes<V>& x1, const Bytes<V>& x3,
                                     const Coordinate<V>& y1, const Coordinate<V>& y3, const SignedQuotient<V>& q) {
    WideSum<B, 65> sum(b);
    sum.add_product(s, differences(x1, x3), 1);
    sum.add_limbs(y1, -kThird);
    sum.add_limbs(y3, -kThird);
    subtract_multiple(sum, q);
    return sum;
}

inline constexpr auto kBytes = kAnyBytes<32>;
inline constexpr auto kSlope = kAnySignedBytes<32>;
inline constexpr auto kCoordinate = kAnyLimbs<16>;
/// Bits of the tangent's borrow: its quotient lies between -3.6 and 0.6 times 2^256, others between -0.6 and 0.6.
inline constexpr unsigned kTangentBorrowBits = 3;
inline constexpr SignedQuotient<Interval> kQuotient = {kCoordinate, kBit};
inline constexpr SignedQuotient<Interval> kTangentQuotient = {kCoordinate, {0, (1 << kTangentBorrowBits) - 1}};

inline constexpr auto kChordPlan = [] {
    BoundsBuilder b;
    return plan_carries(chord(b, kSlope, kBytes, kBytes, kCoordinate, kCoordinate, kQuotient));
}();
inline constexpr auto kTangentPlan = [] {
    BoundsBuilder b;
    return plan_carries(tangent(b, kSlope, kBytes, kBytes, kTangentQuotient));
}();
template <std::int32_t kOthers, std::int32_t kThird>
inline constexpr auto kThirdXPlan = [] {
    BoundsBuilder b;
    return plan_carries(third_x<kOthers, kThird>(b, kBit, kSlope, kCoordinate, kCoordinate, kBytes, kCoordinate));
}();
template <std::int32_t kThird>
inline constexpr auto kThirdYPlan = [] {
    BoundsBuilder b;
    return plan_carries(third_y<kThird>(b, kSlope, kBytes, kBytes, kCoordinate, kCoordinate, kQuotient));
}();
static_assert(kChordPlan.sound && kTangentPlan.sound);
static_assert(kThirdXPlan<1, 1>.sound && kThirdXPlan<4, 4>.sound && kThirdYPlan<1>.sound && kThirdYPlan<2>.sound);

/// That a number is below p. With y_i = 0xffff - x_i, it is not if and only if y_3 to y_15 are 0 and so is
/// y_2 (y_2 + y_1 - c), c = 1 where x_0 + 977 carries: y_2 is then 0, or 1 with y_1 = 0 and c = 1.
template <class T>
struct Canonical {
    T carry;
    T high, low;  ///< an inverse of the one or the other
    SLUICE_COLUMNS(carry, high, low)
};
/// y_3 + ... + y_15, and y_2 (y_2 + y_1 - c). Neither is a multiple of the field's modulus unless it is 0: the sum is
/// below 2^20, the factors are in size below 2^17, and the modulus is a prime.
template <class B, class V>
[[nodiscard]] constexpr std::array<V, 2> distance(B& b, const Coordinate<V>& x, const V& carry) {
    const V top = b.constant(0xffff);
    V high = b.constant(0);
    for (std::size_t i = 3; i < 16; ++i) high = high + (top - x[i]);
    return {high, (top - x[2]) * ((top - x[2]) + (top - x[1]) - carry)};
}
template <class B, class V>
void check_canonical(B& b, const V& is_real, const Coordinate<V>& x, const Canonical<V>& witness) {
    b.boolean("the prime's carry is a bit", witness.carry);
    check_bits(b, is_real, x[0] + b.constant(kFold) - b.constant(1u << 16) * witness.carry, 16);
    const auto [high, low] = distance(b, x, witness.carry);
    b.equal("a coordinate is below the prime", high * witness.high + low * witness.low, is_real);
}
[[nodiscard]] constexpr Canonical<KoalaBear> fill_canonical(const Wide<4>& number) {
    // Values as a builder would have them.
    struct {
        [[nodiscard]] constexpr KoalaBear constant(std::uint32_t value) const { return element(value); }
    } values;
    const KoalaBear carry = element(limb(number[0], 0) + kFold > 0xffff);
    const auto [high, low] = distance(values, fill_limbs(number), carry);
    if (!high.is_zero()) return {carry, high.inverse(), KoalaBear::zero()};
    return {carry, KoalaBear::zero(), low.inverse()};
}

/// Numbers while filling: beyond 256 bits, with sign.
using Signed = Wide<5>;
inline constexpr Signed kPrime = resized<5>(abi::secp256k1::kPrime);
inline constexpr Signed kPrimeInverse = inverse_of_odd(kPrime);

/// The number modulo p that is nearest to 0 as signed digits have it, and those digits.
struct Slope {
    Signed value;
    std::array<KoalaBear, 32> digits;
};
[[nodiscard]] constexpr Slope fill_slope(const Wide<4>& canonical) {
    constexpr std::uint64_t kHalf = 0x8080808080808080;
    constexpr Signed kOffset = {kHalf, kHalf, kHalf, kHalf, 0};
    Slope slope{resized<5>(canonical), {}};
    Signed shifted = sum(slope.value, kOffset);
    if (shifted[4] != 0) {
        constexpr Signed prime = kPrime;
        slope.value = difference(slope.value, prime);
        shifted = difference(shifted, prime);
    }
    slope.digits = fill_bytes(resized<4>(shifted));
    for (KoalaBear& digit : slope.digits) digit = digit - element(128);
    return slope;
}
/// The quotient of a multiple of p.
[[nodiscard]] constexpr Coordinate<KoalaBear> fill_quotient(const Signed& multiple) {
    constexpr Signed inverse = kPrimeInverse;
    return fill_limbs(resized<4>(product(multiple, inverse)));
}
[[nodiscard]] constexpr SignedQuotient<KoalaBear> fill_signed_quotient(const Signed& multiple) {
    constexpr Signed inverse = kPrimeInverse;
    const Signed quotient = product(multiple, inverse);
    return {fill_limbs(resized<4>(quotient)), element(-quotient[4])};
}

}  // namespace secp256k1

struct Secp256k1Add : CallChipBase {
    static constexpr std::uint32_t kId = 0x0174;
    static constexpr std::string_view kName = "secp256k1_add";
    static constexpr std::uint32_t kMaxHeight = 1u << 20;
    static constexpr std::array<std::uint64_t, 1> kNumbers = {SLUICE_ECALL_SECP256K1_ADD};
    static constexpr std::uint32_t kArguments = 2;
    static constexpr std::array<OperandShape, 2> kOperands = {
        {{.argument = 1, .words = 8, .offset = 0, .read = true, .written = false},
         {.argument = 0, .words = 8, .offset = 1, .read = true, .written = true}}};
    template <class T>
    struct Main {
        T is_real;
        Call<T> call;
        Operand<T, 8> q, p;  ///< (x2, y2), (x1, y1)
        std::array<T, 16> x1_low, x2_low;
        std::array<T, 32> slope;  ///< signed digits
        std::array<T, 32> x3;     ///< bytes
        std::array<T, 16> y3;
        secp256k1::SignedQuotient<T> chord_quotient;
        std::array<T, 16> x3_quotient;
        secp256k1::SignedQuotient<T> y3_quotient;
        std::array<secp256k1::Canonical<T>, 6> canonical;  ///< x1, y1, x2, y2, x3, y3
        T inverse;                                         ///< of a number that is 0 if and only if x1 = x2
        SLUICE_COLUMNS(is_real, call, q, p, x1_low, x2_low, slope, x3, y3, chord_quotient, x3_quotient, y3_quotient,
                       canonical, inverse)
    };

    static constexpr void fill(const ExecutedStep& step, Main<KoalaBear>& row) {
        namespace field = abi::secp256k1;
        const auto run = field::subtract(words_before<4>(step, 0), words_before<4>(step, 1));
        const auto rise = field::subtract(words_before<4>(step, 0, 4), words_before<4>(step, 1, 4));
        fill_with_slope(step, field::multiply(rise, field::invert(run)), row);
    }
    static constexpr void fill_with_slope(const ExecutedStep& step, const Wide<4>& canonical_slope,
                                          Main<KoalaBear>& row) {
        using namespace secp256k1;
        const auto x1 = words_before<4>(step, 1), y1 = words_before<4>(step, 1, 4);
        const auto x2 = words_before<4>(step, 0), y2 = words_before<4>(step, 0, 4);
        const auto x3 = words_after<4>(step, 1), y3 = words_after<4>(step, 1, 4);
        row.is_real = KoalaBear::one();
        row.call = fill_call(step);
        fill_operand<Secp256k1Add>(step, 0, row.q);
        fill_operand<Secp256k1Add>(step, 1, row.p);
        row.x1_low = fill_low_bytes(x1);
        row.x2_low = fill_low_bytes(x2);
        row.x3 = fill_bytes(x3);
        row.y3 = fill_limbs(y3);
        constexpr Signed offset = product(Signed{3}, kPrime);
        const Slope slope = fill_slope(canonical_slope);
        row.slope = slope.digits;
        const auto wide = [](const Wide<4>& number) { return resized<5>(number); };
        const Signed run = difference(wide(x2), wide(x1));
        row.chord_quotient =
            fill_signed_quotient(difference(product(slope.value, run), difference(wide(y2), wide(y1))));
        const Signed all_x = sum(sum(wide(x1), wide(x2)), wide(x3));
        row.x3_quotient = fill_quotient(sum(difference(product(slope.value, slope.value), all_x), offset));
        const Signed back = difference(wide(x1), wide(x3));
        row.y3_quotient = fill_signed_quotient(difference(product(slope.value, back), sum(wide(y1), wide(y3))));
        const std::array numbers = {x1, y1, x2, y2, x3, y3};
        for (std::size_t i = 0; i < numbers.size(); ++i) row.canonical[i] = fill_canonical(numbers[i]);
        KoalaBear squares = KoalaBear::zero();
        for (const KoalaBear byte : differences(fill_bytes(x2), fill_bytes(x1))) squares += byte * byte;
        row.inverse = squares.inverse();
    }

    template <class B>
    static void eval(B& b, const machine::Row<Secp256k1Add, typename B::Var>& row) {
        using namespace secp256k1;
        using V = typename B::Var;
        const auto& main = row.main;
        const V& is_real = main.is_real;
        const Coordinate<V> x1 = operand_limbs<4>(main.p), y1 = operand_limbs<4>(main.p, 4);
        const Coordinate<V> x2 = operand_limbs<4>(main.q), y2 = operand_limbs<4>(main.q, 4);
        const Coordinate<V> x3 = joined(b, main.x3);
        b.boolean("is_real is a bit", is_real);
        check_call(b, is_real, main.call, b.constant(SLUICE_ECALL_SECP256K1_ADD));
        check_operand(b, is_real, main.call.step, kOperands[0], main.q);
        check_operand(b, is_real, main.call.step, kOperands[1], main.p, words_of(concatenated(x3, main.y3)));

        const Bytes<V> x1_bytes = split_limbs(b, is_real, x1, main.x1_low);
        const Bytes<V> x2_bytes = split_limbs(b, is_real, x2, main.x2_low);
        check_bytes(b, is_real, main.x3);
        check_bytes<true>(b, is_real, main.slope);
        check_limbs(b, is_real, main.y3);
        check_limbs(b, is_real, main.chord_quotient.limbs);
        check_limbs(b, is_real, main.x3_quotient);
        check_limbs(b, is_real, main.y3_quotient.limbs);
        check_zero(b, "the slope is the chord's", is_real,
                   chord(b, main.slope, x1_bytes, x2_bytes, y1, y2, main.chord_quotient), kChordPlan);
        check_zero(b, "x3 lies on the chord", is_real,
                   third_x<1, 1>(b, is_real, main.slope, x1, x2, main.x3, main.x3_quotient), kThirdXPlan<1, 1>);
        check_zero(b, "y3 lies on the chord", is_real,
                   third_y<1>(b, main.slope, x1_bytes, main.x3, y1, main.y3, main.y3_quotient), kThirdYPlan<1>);
        b.boolean("the chord's borrow is a bit", main.chord_quotient.borrow);
        b.boolean("y3's borrow is a bit", main.y3_quotient.borrow);
        const std::array coordinates = {x1, y1, x2, y2, x3, main.y3};
        for (std::size_t i = 0; i < coordinates.size(); ++i) {
            check_canonical(b, is_real, coordinates[i], main.canonical[i]);
        }
        // A sum of 32 squares below 2^16. For x1 = x2 and y1 = y2 any slope would do.
        V squares = b.constant(0);
        for (const V& byte : differences(x2_bytes, x1_bytes)) squares = squares + byte * byte;
        b.equal("x1 is not x2", squares * main.inverse, is_real);
    }
};

struct Secp256k1Double : CallChipBase {
    static constexpr std::uint32_t kId = 0x0175;
    static constexpr std::string_view kName = "secp256k1_double";
    static constexpr std::uint32_t kMaxHeight = 1u << 20;
    static constexpr std::array<std::uint64_t, 1> kNumbers = {SLUICE_ECALL_SECP256K1_DOUBLE};
    static constexpr std::uint32_t kArguments = 1;
    static constexpr std::array<OperandShape, 1> kOperands = {
        {{.argument = 0, .words = 8, .offset = 0, .read = true, .written = true}}};
    template <class T>
    struct Main {
        T is_real;
        Call<T> call;
        Operand<T, 8> p;
        std::array<T, 16> x_low, y_low;
        std::array<T, 32> slope;  ///< twice the slope, signed digits
        std::array<T, 32> x3;     ///< bytes
        std::array<T, 16> y3;
        secp256k1::SignedQuotient<T> tangent_quotient;
        std::array<T, 16> x3_quotient;
        secp256k1::SignedQuotient<T> y3_quotient;
        std::array<secp256k1::Canonical<T>, 4> canonical;  ///< x, y, x3, y3
        T inverse;                                         ///< of the sum of y's limbs
        SLUICE_COLUMNS(is_real, call, p, x_low, y_low, slope, x3, y3, tangent_quotient, x3_quotient, y3_quotient,
                       canonical, inverse)
    };

    static constexpr void fill(const ExecutedStep& step, Main<KoalaBear>& row) {
        namespace field = abi::secp256k1;
        const auto square = field::multiply(words_before<4>(step, 0), words_before<4>(step, 0));
        const auto inverse = field::invert(words_before<4>(step, 0, 4));
        fill_with_slope(step, field::multiply(field::add(field::add(square, square), square), inverse), row);
    }
    /// `canonical_slope` is twice the slope.
    static constexpr void fill_with_slope(const ExecutedStep& step, const Wide<4>& canonical_slope,
                                          Main<KoalaBear>& row) {
        using namespace secp256k1;
        const auto x = words_before<4>(step, 0), y = words_before<4>(step, 0, 4);
        const auto x3 = words_after<4>(step, 0), y3 = words_after<4>(step, 0, 4);
        row.is_real = KoalaBear::one();
        row.call = fill_call(step);
        fill_operand<Secp256k1Double>(step, 0, row.p);
        row.x_low = fill_low_bytes(x);
        row.y_low = fill_low_bytes(y);
        row.x3 = fill_bytes(x3);
        row.y3 = fill_limbs(y3);
        constexpr Signed offset = product(Signed{12}, kPrime);
        const Slope slope = fill_slope(canonical_slope);
        row.slope = slope.digits;
        const auto wide = [](const Wide<4>& number) { return resized<5>(number); };
        // Modulo 2^320, as all is: v y - 3 x^2 does not fit, but its quotient does.
        row.tangent_quotient = fill_signed_quotient(
            difference(product(slope.value, wide(y)), product(Signed{3}, product(wide(x), wide(x)))));
        const Signed all_x = product(Signed{4}, sum(sum(wide(x), wide(x)), wide(x3)));
        row.x3_quotient = fill_quotient(sum(difference(product(slope.value, slope.value), all_x), offset));
        const Signed back = difference(wide(x), wide(x3));
        row.y3_quotient =
            fill_signed_quotient(difference(product(slope.value, back), product(Signed{2}, sum(wide(y), wide(y3)))));
        const std::array numbers = {x, y, x3, y3};
        for (std::size_t i = 0; i < numbers.size(); ++i) row.canonical[i] = fill_canonical(numbers[i]);
        KoalaBear limbs_of_y = KoalaBear::zero();
        for (const KoalaBear limb : fill_limbs(y)) limbs_of_y += limb;
        row.inverse = limbs_of_y.inverse();
    }

    template <class B>
    static void eval(B& b, const machine::Row<Secp256k1Double, typename B::Var>& row) {
        using namespace secp256k1;
        using V = typename B::Var;
        const auto& main = row.main;
        const V& is_real = main.is_real;
        const Coordinate<V> x = operand_limbs<4>(main.p), y = operand_limbs<4>(main.p, 4);
        const Coordinate<V> x3 = joined(b, main.x3);
        b.boolean("is_real is a bit", is_real);
        check_call(b, is_real, main.call, b.constant(SLUICE_ECALL_SECP256K1_DOUBLE));
        check_operand(b, is_real, main.call.step, kOperands[0], main.p, words_of(concatenated(x3, main.y3)));

        const Bytes<V> x_bytes = split_limbs(b, is_real, x, main.x_low);
        const Bytes<V> y_bytes = split_limbs(b, is_real, y, main.y_low);
        check_bytes(b, is_real, main.x3);
        check_bytes<true>(b, is_real, main.slope);
        check_limbs(b, is_real, main.y3);
        check_limbs(b, is_real, main.tangent_quotient.limbs);
        check_limbs(b, is_real, main.x3_quotient);
        check_limbs(b, is_real, main.y3_quotient.limbs);
        check_zero(b, "the slope is the tangent's", is_real,
                   tangent(b, main.slope, x_bytes, y_bytes, main.tangent_quotient), kTangentPlan);
        check_zero(b, "x3 lies on the tangent", is_real,
                   third_x<4, 4>(b, is_real, main.slope, x, x, main.x3, main.x3_quotient), kThirdXPlan<4, 4>);
        check_zero(b, "y3 lies on the tangent", is_real,
                   third_y<2>(b, main.slope, x_bytes, main.x3, y, main.y3, main.y3_quotient), kThirdYPlan<2>);
        check_bits(b, is_real, main.tangent_quotient.borrow, kTangentBorrowBits);
        b.boolean("y3's borrow is a bit", main.y3_quotient.borrow);
        const std::array coordinates = {x, y, x3, main.y3};
        for (std::size_t i = 0; i < coordinates.size(); ++i) {
            check_canonical(b, is_real, coordinates[i], main.canonical[i]);
        }
        // A sum of 16 limbs. For y = 0 and x = 0 any slope would do.
        V limbs_of_y = b.constant(0);
        for (const V& limb : y) limbs_of_y = limbs_of_y + limb;
        b.equal("y is not 0", limbs_of_y * main.inverse, is_real);
    }
};

}  // namespace sluice::chips
