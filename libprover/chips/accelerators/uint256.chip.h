// UINT256_MULMOD_ADD. SPDX-License-Identifier: MIT OR Apache-2.0
//
// a b + c = q (m + 2^256 z) + r, z = 1 if m = 0. The left side is below 2^512, and so is q, for which 64 bytes are
// there: nothing says that a and b are below m. r < m, or m = 0, makes r unique; m = 0 without z has no r.
//
// Range checks, all here: bytes of a, b, m and q, limbs of r, carries.
#pragma once

#include "gadgets/below.h"
#include "gadgets/wide_number.h"
#include "gadgets/wide_product.h"

namespace sluice::chips {

namespace uint256 {

/// a b + c - q (m + 2^256 z) - r, without what counts 2^512 or more.
template <class B, class V>
[[nodiscard]] constexpr auto relation(B& b, const std::array<V, 32>& a, const std::array<V, 32>& factor,
                                      const std::array<V, 16>& c, const std::array<V, 64>& q,
                                      const std::array<V, 32>& m, const V& z, const std::array<V, 16>& r) {
    WideSum<B, 64> sum(b);
    sum.add_product(a, factor, 1);
    sum.add_limbs(c, 1);
    sum.add_limbs(r, -1);
    for (std::size_t i = 0; i < 64; ++i) {
        for (std::size_t j = 0; j < 32 && i + j < 64; ++j) sum.add(q[i] * m[j], -1, i + j);
        if (i < 32) sum.add(q[i] * z, -1, 32 + i);
    }
    return sum;
}
/// The digits' products of q (m + 2^256 z) that count 2^512 or more: none of them is negative.
template <class B, class V>
[[nodiscard]] constexpr V beyond(B& b, const std::array<V, 64>& q, const std::array<V, 32>& m, const V& z) {
    V sum = b.constant(0);
    for (std::size_t i = 33; i < 64; ++i) {
        for (std::size_t j = 64 - i; j < 32; ++j) sum = sum + q[i] * m[j];
    }
    for (std::size_t i = 32; i < 64; ++i) sum = sum + q[i] * z;
    return sum;
}

inline constexpr auto kPlan = [] {
    BoundsBuilder b;
    return plan_carries(
        relation(b, kAnyBytes<32>, kAnyBytes<32>, kAnyLimbs<16>, kAnyBytes<64>, kAnyBytes<32>, kBit, kAnyLimbs<16>));
}();
static_assert(kPlan.sound);
static_assert([] {
    BoundsBuilder b;
    const Interval sum = beyond(b, kAnyBytes<64>, kAnyBytes<32>, kBit);
    return sum.low == 0 && sum.high < KoalaBear::kModulus;
}());

}  // namespace uint256

struct Uint256MulmodAdd : CallChipBase {
    static constexpr std::uint32_t kId = 0x0178;
    static constexpr std::string_view kName = "uint256_mulmod_add";
    static constexpr std::uint32_t kMaxHeight = 1u << 20;
    static constexpr std::array<std::uint64_t, 1> kNumbers = {SLUICE_ECALL_UINT256_MULMOD_ADD};
    static constexpr std::uint32_t kArguments = 4;
    static constexpr std::array<OperandShape, 4> kOperands = {
        {{.argument = 1, .words = 4, .offset = 0, .read = true, .written = false},
         {.argument = 2, .words = 4, .offset = 1, .read = true, .written = false},
         {.argument = 3, .words = 8, .offset = 2, .read = true, .written = false},
         {.argument = 0, .words = 4, .offset = 3, .read = false, .written = true}}};
    template <class T>
    struct Main {
        T is_real;
        Call<T> call;
        Operand<T, 4> a, b;
        Operand<T, 8> c_and_m;
        Operand<T, 4> result;
        std::array<T, 16> a_low, b_low, m_low;
        std::array<T, 16> r;
        std::array<T, 64> q;  ///< bytes
        T m_is_zero;
        FirstDifference<T, 4, 4> below;  ///< r and m
        SLUICE_COLUMNS(is_real, call, a, b, c_and_m, result, a_low, b_low, m_low, r, q, m_is_zero, below)
    };

    static constexpr void fill(const ExecutedStep& step, Main<KoalaBear>& row) {
        const auto a = words_before<4>(step, 0), b = words_before<4>(step, 1);
        const auto c = words_before<4>(step, 2), m = words_before<4>(step, 2, 4);
        const auto r = words_after<4>(step, 3);
        row.is_real = KoalaBear::one();
        row.call = fill_call(step);
        fill_operand<Uint256MulmodAdd>(step, 0, row.a);
        fill_operand<Uint256MulmodAdd>(step, 1, row.b);
        fill_operand<Uint256MulmodAdd>(step, 2, row.c_and_m);
        fill_operand<Uint256MulmodAdd>(step, 3, row.result);
        row.a_low = fill_low_bytes(a);
        row.b_low = fill_low_bytes(b);
        row.m_low = fill_low_bytes(m);
        row.r = fill_limbs(r);
        const bool m_is_zero = abi::is_zero(m);
        row.m_is_zero = element(m_is_zero);
        const Wide<8> multiple = difference(sum(abi::multiply(a, b), resized<8>(c)), resized<8>(r));
        if (m_is_zero) {
            row.q = fill_bytes(shifted_right(multiple, 256));
            return;
        }
        unsigned zeros = 0;
        while ((m[zeros / 64] >> (zeros % 64) & 1) == 0) ++zeros;
        const Wide<8> odd = shifted_right(resized<8>(m), zeros);
        row.q = fill_bytes(product(shifted_right(multiple, zeros), inverse_of_odd(odd)));
        row.below = fill_first_difference<4, 4>(row.r, fill_limbs(m));
    }

    template <class B>
    static void eval(B& b, const machine::Row<Uint256MulmodAdd, typename B::Var>& row) {
        using V = typename B::Var;
        const auto& main = row.main;
        const V& is_real = main.is_real;
        const std::array<V, 16> m = operand_limbs<4>(main.c_and_m, 4);
        b.boolean("is_real is a bit", is_real);
        check_call(b, is_real, main.call, b.constant(SLUICE_ECALL_UINT256_MULMOD_ADD));
        check_operand(b, is_real, main.call.step, kOperands[0], main.a);
        check_operand(b, is_real, main.call.step, kOperands[1], main.b);
        check_operand(b, is_real, main.call.step, kOperands[2], main.c_and_m);
        check_operand(b, is_real, main.call.step, kOperands[3], main.result, words_of(main.r));

        const auto a_bytes = split_limbs(b, is_real, operand_limbs<4>(main.a), main.a_low);
        const auto b_bytes = split_limbs(b, is_real, operand_limbs<4>(main.b), main.b_low);
        const auto m_bytes = split_limbs(b, is_real, m, main.m_low);
        check_limbs(b, is_real, main.r);
        check_bytes(b, is_real, main.q);
        check_zero(b, "a b + c is q m + r", is_real,
                   uint256::relation(b, a_bytes, b_bytes, operand_limbs<4>(main.c_and_m), main.q, m_bytes,
                                     main.m_is_zero, main.r),
                   uint256::kPlan);
        b.zero("q m has 512 bits", uint256::beyond(b, main.q, m_bytes, main.m_is_zero));

        b.boolean("m_is_zero is a bit", main.m_is_zero);
        b.zero("only a real row has m = 0", main.m_is_zero * (b.constant(1) - is_real));
        V limbs_of_m = b.constant(0);
        for (const V& limb : m) limbs_of_m = limbs_of_m + limb;
        b.zero("m is 0 if it is said so", main.m_is_zero * limbs_of_m);
        check_below(b, "r is below m", is_real - main.m_is_zero, main.r, m, main.below);
    }
};

}  // namespace sluice::chips
