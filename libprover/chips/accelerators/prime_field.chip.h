// BN254_FP_* and BN254_FP2_*, BLS12_381_FP_* and BLS12_381_FP2_*. SPDX-License-Identifier: MIT OR Apache-2.0
//
// A field has four chips: sums and differences, which need no bytes, and products, of elements of one and of two parts.
// Modulo the prime p each part of the result r is
//   sum, difference   x + y - q p, x - y + q p with a bit q
//   product           x y - q p
//   of two parts      x0 y0 - x1 y1 - (q - k) p with k >= p, so that q is not negative; x0 y1 + x1 y0 - q p
// as integers, with all of x, y and r below p, which makes r unique.
//
// Range checks, all here: bytes of the factors of a product and of its quotients, limbs of r, carries.
#pragma once

#include "gadgets/below.h"
#include "gadgets/wide_number.h"
#include "gadgets/wide_product.h"

namespace sluice::chips {

/// EIP-196: p = 21888242871839275222246405745257275088696311157297823662689037894645226208583.
struct Bn254 {
    static constexpr std::size_t kWords = 4;
    static constexpr Wide<kWords> kPrime = {0x3c208c16d87cfd47, 0x97816a916871ca8d, 0xb85045b68181585d,
                                            0x30644e72e131a029};
    /// Ids: sums and products of one part, then of two. Numbers: ADD, SUB and MUL of one part, 4 more for two.
    static constexpr std::uint32_t kFirstId = 0x01b0;
    static constexpr std::uint64_t kFirstNumber = SLUICE_ECALL_BN254_FP_ADD;
    static constexpr std::array<std::string_view, 4> kNames = {"bn254_fp_sum", "bn254_fp_product", "bn254_fp2_sum",
                                                               "bn254_fp2_product"};
};
/// EIP-2537, "curve parameters".
struct Bls12381 {
    static constexpr std::size_t kWords = 6;
    static constexpr Wide<kWords> kPrime = {0xb9feffffffffaaab, 0x1eabfffeb153ffff, 0x6730d2a0f6b0f624,
                                            0x64774b84f38512bf, 0x4b1ba7b6434bacd7, 0x1a0111ea397fe69a};
    static constexpr std::uint32_t kFirstId = 0x01b8;
    static constexpr std::uint64_t kFirstNumber = SLUICE_ECALL_BLS12_381_FP_ADD;
    static constexpr std::array<std::string_view, 4> kNames = {"bls12_381_fp_sum", "bls12_381_fp_product",
                                                               "bls12_381_fp2_sum", "bls12_381_fp2_product"};
};
static_assert(SLUICE_ECALL_BN254_FP_MUL == Bn254::kFirstNumber + 2);
static_assert(SLUICE_ECALL_BN254_FP2_MUL == Bn254::kFirstNumber + 6);
static_assert(SLUICE_ECALL_BLS12_381_FP_MUL == Bls12381::kFirstNumber + 2);
static_assert(SLUICE_ECALL_BLS12_381_FP2_MUL == Bls12381::kFirstNumber + 6);

namespace prime_field {

template <class V, std::size_t kWords>
using Bytes = std::array<V, 8 * kWords>;
template <class V, std::size_t kWords>
using Number = std::array<V, 4 * kWords>;  ///< limbs
template <class T, std::size_t kWords>
using BelowPrime = FirstDifference<T, 4, kWords>;

template <class Field, class B>
[[nodiscard]] constexpr auto prime_limbs(B& b) {
    std::array<typename B::Var, 4 * Field::kWords> limbs{};
    for (unsigned i = 0; i < limbs.size(); ++i) limbs[i] = b.constant(limb(Field::kPrime[i / 4], i % 4));
    return limbs;
}
template <class Field, class B>
[[nodiscard]] constexpr auto prime_bytes(B& b) {
    std::array<typename B::Var, 8 * Field::kWords> bytes{};
    for (unsigned i = 0; i < bytes.size(); ++i) bytes[i] = b.constant(byte(Field::kPrime[i / 8], i % 8));
    return bytes;
}
/// The highest byte of k, whose others are 0: one more than the prime's.
template <class Field>
inline constexpr std::uint32_t kOffsetByte = byte(Field::kPrime[Field::kWords - 1], 7) + 1;
static_assert(2 * kOffsetByte<Bn254> < 256 && 2 * kOffsetByte<Bls12381> < 256);  // so q, below k + p, has its bytes

/// x + sign y - r - sign q p
template <class Field, class B, class V>
[[nodiscard]] constexpr auto sum(B& b, const V& sign, const Number<V, Field::kWords>& x,
                                 const Number<V, Field::kWords>& y, const V& q, const Number<V, Field::kWords>& r) {
    WideSum<B, 8 * Field::kWords> out(b);
    const auto prime = prime_limbs<Field>(b);
    out.add_limbs(x, 1);
    out.add_limbs(r, -1);
    for (std::size_t i = 0; i < x.size(); ++i) out.add(sign * (y[i] - prime[i] * q), 1, 2 * i);
    return out;
}
/// x y - r - q p
template <class Field, class B, class V>
[[nodiscard]] constexpr auto product(B& b, const Bytes<V, Field::kWords>& x, const Bytes<V, Field::kWords>& y,
                                     const Bytes<V, Field::kWords>& q, const Number<V, Field::kWords>& r) {
    WideSum<B, 16 * Field::kWords> out(b);
    out.add_product(x, y, 1);
    out.add_product(q, prime_bytes<Field>(b), -1);
    out.add_limbs(r, -1);
    return out;
}
template <class V, std::size_t kWords>
using Pair = std::array<Bytes<V, kWords>, 2>;
/// x0 y0 - x1 y1 - r - (q - k) p
template <class Field, class B, class V>
[[nodiscard]] constexpr auto first_part(B& b, const V& is_real, const Pair<V, Field::kWords>& x,
                                        const Pair<V, Field::kWords>& y, const Bytes<V, Field::kWords>& q,
                                        const Number<V, Field::kWords>& r) {
    auto out = product<Field>(b, x[0], y[0], q, r);
    out.add_product(x[1], y[1], -1);
    const auto prime = prime_bytes<Field>(b);
    for (std::size_t i = 0; i < prime.size(); ++i) {
        out.add(prime[i] * is_real, static_cast<std::int32_t>(kOffsetByte<Field>), prime.size() - 1 + i);
    }
    return out;
}
/// x0 y1 + x1 y0 - r - q p
template <class Field, class B, class V>
[[nodiscard]] constexpr auto second_part(B& b, const Pair<V, Field::kWords>& x, const Pair<V, Field::kWords>& y,
                                         const Bytes<V, Field::kWords>& q, const Number<V, Field::kWords>& r) {
    auto out = product<Field>(b, x[0], y[1], q, r);
    out.add_product(x[1], y[0], 1);
    return out;
}

template <class Field>
struct Plans {
    static constexpr auto kBytes = kAnyBytes<8 * Field::kWords>;
    static constexpr auto kNumber = kAnyLimbs<4 * Field::kWords>;
    static constexpr Pair<Interval, Field::kWords> kPair = {kBytes, kBytes};

    static constexpr auto kSum = [] {
        BoundsBuilder b;
        return plan_carries(sum<Field>(b, Interval{-1, 1}, kNumber, kNumber, kBit, kNumber));
    }();
    static constexpr auto kProduct = [] {
        BoundsBuilder b;
        return plan_carries(product<Field>(b, kBytes, kBytes, kBytes, kNumber));
    }();
    static constexpr auto kFirstPart = [] {
        BoundsBuilder b;
        return plan_carries(first_part<Field>(b, kBit, kPair, kPair, kBytes, kNumber));
    }();
    static constexpr auto kSecondPart = [] {
        BoundsBuilder b;
        return plan_carries(second_part<Field>(b, kPair, kPair, kBytes, kNumber));
    }();
    static_assert(kSum.sound && kProduct.sound && kFirstPart.sound && kSecondPart.sound);
};

/// Operands and result of an operation on elements of kParts parts.
template <class Field, std::size_t kParts, class T>
struct Operation {
    static constexpr std::size_t kWords = Field::kWords;
    Call<T> call;
    Operand<T, kParts * kWords> x, y, result;
    std::array<Number<T, kWords>, kParts> r;
    std::array<BelowPrime<T, kWords>, kParts> x_below, y_below, r_below;
    SLUICE_COLUMNS(call, x, y, result, r, x_below, y_below, r_below)
};
/// What both kinds of chips state.
template <class Field, std::size_t kParts>
struct OperationChip : CallChipBase {
    static_assert(kParts == 1 || kParts == 2);
    static constexpr std::uint32_t kMaxHeight = 1u << 20;
    static constexpr std::uint64_t kFirstNumber = Field::kFirstNumber + 4 * (kParts - 1);
    static constexpr std::uint32_t kArguments = 3;
    static constexpr std::uint32_t kWords = kParts * Field::kWords;
    static constexpr std::array<OperandShape, 3> kOperands = {
        {{.argument = 1, .words = kWords, .offset = 0, .read = true, .written = false},
         {.argument = 2, .words = kWords, .offset = 1, .read = true, .written = false},
         {.argument = 0, .words = kWords, .offset = 2, .read = false, .written = true}}};
};

/// Part `part` of operand `index`; of the last, which is the result, after the call.
template <class Field>
[[nodiscard]] constexpr Wide<Field::kWords> part_of(const ExecutedStep& step, std::size_t index, std::size_t part) {
    const std::size_t first = Field::kWords * part;
    return index < 2 ? words_before<Field::kWords>(step, index, first) : words_after<Field::kWords>(step, index, first);
}
template <class Chip, class Field, std::size_t kParts>
constexpr void fill_operation(const ExecutedStep& step, Operation<Field, kParts, KoalaBear>& row) {
    row.call = fill_call(step);
    fill_operand<Chip>(step, 0, row.x);
    fill_operand<Chip>(step, 1, row.y);
    fill_operand<Chip>(step, 2, row.result);
    constexpr auto prime = fill_limbs(Field::kPrime);
    for (std::size_t i = 0; i < kParts; ++i) {
        row.r[i] = fill_limbs(part_of<Field>(step, 2, i));
        const auto below = [&](std::size_t index) {
            return fill_first_difference<4, Field::kWords>(fill_limbs(part_of<Field>(step, index, i)), prime);
        };
        row.x_below[i] = below(0);
        row.y_below[i] = below(1);
        row.r_below[i] = below(2);
    }
}
/// The call, its operands, and that all parts are below the prime. Range checks: the result's limbs, here.
template <class Chip, class B, class V, class Field, std::size_t kParts>
void check_operation(B& b, const V& is_real, const V& number, const Operation<Field, kParts, V>& row) {
    const Step<V>& step = row.call.step;
    check_call(b, is_real, row.call, number);
    check_operand(b, is_real, step, Chip::kOperands[0], row.x);
    check_operand(b, is_real, step, Chip::kOperands[1], row.y);
    std::array<Limbs<V>, kParts * Field::kWords> after;
    const auto prime = prime_limbs<Field>(b);
    for (std::size_t i = 0; i < kParts; ++i) {
        const std::size_t first = Field::kWords * i;
        check_limbs(b, is_real, row.r[i]);
        const auto words = words_of(row.r[i]);
        for (std::size_t j = 0; j < Field::kWords; ++j) after[first + j] = words[j];
        check_below(b, "x is below the prime", is_real, operand_limbs<Field::kWords>(row.x, first), prime,
                    row.x_below[i]);
        check_below(b, "y is below the prime", is_real, operand_limbs<Field::kWords>(row.y, first), prime,
                    row.y_below[i]);
        check_below(b, "the result is below the prime", is_real, row.r[i], prime, row.r_below[i]);
    }
    check_operand(b, is_real, step, Chip::kOperands[2], row.result, after);
}

}  // namespace prime_field

/// ADD and SUB.
template <class Field, std::size_t kParts>
struct FieldSum : prime_field::OperationChip<Field, kParts> {
    static constexpr std::uint32_t kId = Field::kFirstId + 2 * (kParts - 1);
    static constexpr std::string_view kName = Field::kNames[2 * (kParts - 1)];
    static constexpr std::array<std::uint64_t, 2> kNumbers = {FieldSum::kFirstNumber, FieldSum::kFirstNumber + 1};
    template <class T>
    struct Main {
        T is_sum, is_difference;
        prime_field::Operation<Field, kParts, T> operation;
        std::array<T, kParts> q;
        SLUICE_COLUMNS(is_sum, is_difference, operation, q)
    };

    static constexpr void fill(const ExecutedStep& step, Main<KoalaBear>& row) {
        constexpr auto prime = Field::kPrime;
        const bool is_sum = step.call->number == kNumbers[0];
        row.is_sum = element(is_sum);
        row.is_difference = element(!is_sum);
        prime_field::fill_operation<FieldSum>(step, row.operation);
        for (std::size_t i = 0; i < kParts; ++i) {
            const auto x = prime_field::part_of<Field>(step, 0, i), y = prime_field::part_of<Field>(step, 1, i);
            // Primes leave a bit free: nothing overflows.
            row.q[i] = element(is_sum ? !abi::less(chips::sum(x, y), prime) : abi::less(x, y));
        }
    }

    template <class B>
    static void eval(B& b, const machine::Row<FieldSum, typename B::Var>& row) {
        const auto& [is_sum, is_difference, operation, q] = row.main;
        const auto is_real = is_sum + is_difference;
        b.boolean("is_sum is a bit", is_sum);
        b.boolean("is_difference is a bit", is_difference);
        b.boolean("is_real is a bit", is_real);
        prime_field::check_operation<FieldSum>(b, is_real,
                                               b.constant(static_cast<std::uint32_t>(kNumbers[0])) * is_sum +
                                                   b.constant(static_cast<std::uint32_t>(kNumbers[1])) * is_difference,
                                               operation);
        for (std::size_t i = 0; i < kParts; ++i) {
            const std::size_t first = Field::kWords * i;
            b.boolean("q is a bit", q[i]);
            check_zero(
                b, "the result is the sum or difference", is_real,
                prime_field::sum<Field>(b, is_sum - is_difference, operand_limbs<Field::kWords>(operation.x, first),
                                        operand_limbs<Field::kWords>(operation.y, first), q[i], operation.r[i]),
                prime_field::Plans<Field>::kSum);
        }
    }
};

/// MUL.
template <class Field, std::size_t kParts>
struct FieldProduct : prime_field::OperationChip<Field, kParts> {
    static constexpr std::uint32_t kId = Field::kFirstId + 2 * (kParts - 1) + 1;
    static constexpr std::string_view kName = Field::kNames[2 * (kParts - 1) + 1];
    static constexpr std::array<std::uint64_t, 1> kNumbers = {FieldProduct::kFirstNumber + 2};
    template <class T>
    struct Main {
        T is_real;
        prime_field::Operation<Field, kParts, T> operation;
        std::array<prime_field::Number<T, Field::kWords>, kParts> x_low, y_low;  ///< bytes
        std::array<prime_field::Bytes<T, Field::kWords>, kParts> q;
        SLUICE_COLUMNS(is_real, operation, x_low, y_low, q)
    };

    static constexpr void fill(const ExecutedStep& step, Main<KoalaBear>& row) {
        using Number = Wide<Field::kWords>;
        constexpr Number kInverse = inverse_of_odd(Field::kPrime);
        row.is_real = KoalaBear::one();
        prime_field::fill_operation<FieldProduct>(step, row.operation);
        std::array<Number, kParts> x, y, multiple;
        for (std::size_t i = 0; i < kParts; ++i) {
            x[i] = prime_field::part_of<Field>(step, 0, i);
            y[i] = prime_field::part_of<Field>(step, 1, i);
            row.x_low[i] = fill_low_bytes(x[i]);
            row.y_low[i] = fill_low_bytes(y[i]);
        }
        // Of the multiples of p the quotients' words are enough.
        multiple[0] = product(x[0], y[0]);
        if constexpr (kParts == 2) {
            multiple[0] = difference(multiple[0], product(x[1], y[1]));
            multiple[1] = sum(product(x[0], y[1]), product(x[1], y[0]));
        }
        for (std::size_t i = 0; i < kParts; ++i) {
            Number quotient = product(difference(multiple[i], prime_field::part_of<Field>(step, 2, i)), kInverse);
            if (kParts == 2 && i == 0) {
                Number offset{};
                offset[Field::kWords - 1] = std::uint64_t{prime_field::kOffsetByte<Field>} << 56;
                quotient = sum(quotient, offset);
            }
            row.q[i] = fill_bytes(quotient);
        }
    }

    template <class B>
    static void eval(B& b, const machine::Row<FieldProduct, typename B::Var>& row) {
        using V = typename B::Var;
        using Plans = prime_field::Plans<Field>;
        const auto& [is_real, operation, x_low, y_low, q] = row.main;
        b.boolean("is_real is a bit", is_real);
        prime_field::check_operation<FieldProduct>(b, is_real, b.constant(static_cast<std::uint32_t>(kNumbers[0])),
                                                   operation);
        std::array<prime_field::Bytes<V, Field::kWords>, kParts> x, y;
        for (std::size_t i = 0; i < kParts; ++i) {
            const std::size_t first = Field::kWords * i;
            x[i] = split_limbs(b, is_real, operand_limbs<Field::kWords>(operation.x, first), x_low[i]);
            y[i] = split_limbs(b, is_real, operand_limbs<Field::kWords>(operation.y, first), y_low[i]);
            check_bytes(b, is_real, q[i]);
        }
        if constexpr (kParts == 1) {
            check_zero(b, "the result is the product", is_real,
                       prime_field::product<Field>(b, x[0], y[0], q[0], operation.r[0]), Plans::kProduct);
        } else {
            check_zero(b, "the result's first part is the product's", is_real,
                       prime_field::first_part<Field>(b, is_real, x, y, q[0], operation.r[0]), Plans::kFirstPart);
            check_zero(b, "the result's second part is the product's", is_real,
                       prime_field::second_part<Field>(b, x, y, q[1], operation.r[1]), Plans::kSecondPart);
        }
    }
};

}  // namespace sluice::chips
