// DIV, DIVU, REM, REMU and their W-forms. SPDX-License-Identifier: MIT OR Apache-2.0
//
// The operands a and b are taken as 64-bit numbers (for the W-forms of 32 bits, extended), each number with a sign that
// counts -2^64. Quotient and remainder satisfy  q b + r = a  as integers: both sides are below 2^128 in size, and equal
// modulo 2^128. For b other than 0, |r| < |b| and r is 0 or has a's sign, so both are unique. Overflow is no case of
// its own: there q is +2^63, which has the limbs of -2^63. For b = 0, q is all ones, and the equation leaves r = a.
//
// Range checks, all here: signs of the operands; bytes of b and q; limbs of r and of |b| - |r| - 1; carries.
#pragma once

#include <string_view>

#include "gadgets/product.h"
#include "gadgets/step.h"

namespace sluice::chips {

struct Divide : StepChipBase {
    static constexpr std::uint32_t kId = 0x0173;
    static constexpr std::string_view kName = "divide";
    static constexpr std::array kOps = {isa::Op::DIV,  isa::Op::DIVU,  isa::Op::REM,  isa::Op::REMU,
                                        isa::Op::DIVW, isa::Op::DIVUW, isa::Op::REMW, isa::Op::REMUW};
    /// kOps[i] is unsigned, a remainder, a W-form if bit 0, 1, 2 of i is 1; its number is kFirst + i & 3, and kWordStep
    /// more for a W-form.
    static constexpr std::uint32_t kFirst = static_cast<std::uint32_t>(isa::Op::DIV);
    static constexpr std::uint32_t kWordStep = static_cast<std::uint32_t>(isa::Op::DIVW) - kFirst;
    static_assert(kWordStep > 3 && [] {
        for (std::uint32_t i = 0; i < 8; ++i) {
            if (static_cast<std::uint32_t>(kOps[i]) != kFirst + (i & 3) + (i >> 2) * kWordStep) return false;
        }
        return true;
    }());

    template <class T>
    struct Main {
        T is_real, is_unsigned, is_remainder, is_word;
        RegisterStep<T> step;
        std::array<T, 2> a_high, b_high;  ///< upper limbs of the operands
        T a_sign, b_sign, q_sign, r_sign;
        Limbs<T> q, r;
        Limbs<T> b_low, q_low;   ///< lower bytes
        Limbs<T> margin;         ///< |b| - |r| - 1, unless b is 0
        T b_is_zero, b_inverse;  ///< of the sum of b's limbs, if that is not 0
        Limbs<T> result;
        T result_sign;  ///< of a W-form
        SLUICE_COLUMNS(is_real, is_unsigned, is_remainder, is_word, step, a_high, b_high, a_sign, b_sign, q_sign,
                       r_sign, q, r, b_low, q_low, margin, b_is_zero, b_inverse, result, result_sign)
    };

    static constexpr void fill(const ExecutedStep& step, Main<KoalaBear>& row) {
        constexpr auto ops = kOps;
        std::size_t form = 0;
        while (ops[form] != step.line.op) ++form;
        const bool is_unsigned = (form & 1) != 0;
        const bool is_word = (form & 4) != 0;
        const auto extended = [&](std::uint64_t value) {
            if (!is_word) return value;
            return is_unsigned ? value & 0xffffffff : sign_extend_word(value);
        };
        const std::uint64_t a = extended(step.first);
        const std::uint64_t b = extended(step.second);
        const bool a_negative = !is_unsigned && sign_bit(a) != 0;
        const bool b_negative = !is_unsigned && sign_bit(b) != 0;
        const std::uint64_t a_size = a_negative ? -a : a;
        const std::uint64_t b_size = b_negative ? -b : b;
        std::uint64_t q = ~std::uint64_t{0};
        std::uint64_t r = a;
        bool q_negative = !is_unsigned;
        bool r_negative = a_negative;
        if (b != 0) {
            const std::uint64_t q_size = a_size / b_size;
            const std::uint64_t r_size = a_size % b_size;
            q_negative = a_negative != b_negative && q_size != 0;
            r_negative = a_negative && r_size != 0;
            q = q_negative ? -q_size : q_size;
            r = r_negative ? -r_size : r_size;
            row.margin = limbs(b_size - r_size - 1);
        }
        row.is_real = KoalaBear::one();
        row.is_unsigned = element(is_unsigned);
        row.is_remainder = element((form & 2) != 0);
        row.is_word = element(is_word);
        row.step = fill_register_step(step);
        row.a_high = {element(limb(a, 2)), element(limb(a, 3))};
        row.b_high = {element(limb(b, 2)), element(limb(b, 3))};
        row.a_sign = element(a_negative);
        row.b_sign = element(b_negative);
        row.q_sign = element(q_negative);
        row.r_sign = element(r_negative);
        row.q = limbs(q);
        row.r = limbs(r);
        row.b_low = low_bytes(b);
        row.q_low = low_bytes(q);
        row.b_is_zero = element(b == 0);
        if (b != 0) {
            row.b_inverse = element(std::uint64_t{limb(b, 0)} + limb(b, 1) + limb(b, 2) + limb(b, 3)).inverse();
        }
        row.result = limbs(step.result);
        row.result_sign = element(is_word ? sign_bit(step.result) : 0);
    }

    template <class B>
    static void eval(B& builder, const machine::Row<Divide, typename B::Var>& row) {
        using V = typename B::Var;
        const auto& main = row.main;
        const V& is_real = main.is_real;
        const V is_signed = is_real - main.is_unsigned;
        const V one = builder.constant(1);
        builder.boolean("is_real is a bit", is_real);
        builder.boolean("is_unsigned is a bit", main.is_unsigned);
        builder.boolean("is_signed is a bit", is_signed);
        builder.boolean("is_remainder is a bit", main.is_remainder);
        builder.boolean("is_word is a bit", main.is_word);
        builder.boolean("the sign of a is a bit", main.a_sign);
        builder.boolean("the sign of b is a bit", main.b_sign);
        builder.boolean("the sign of q is a bit", main.q_sign);
        builder.boolean("the sign of r is a bit", main.r_sign);
        builder.boolean("b_is_zero is a bit", main.b_is_zero);
        builder.boolean("the result's sign is a bit", main.result_sign);
        builder.zero("only a real row is a W-form", main.is_word * (one - is_real));
        builder.zero("only a W-form has a result's sign", main.result_sign * (one - main.is_word));
        builder.zero("only a real row divides by zero", main.b_is_zero * (one - is_real));

        // Operands.
        const Limbs<V>& x = main.step.first.before;
        const Limbs<V>& y = main.step.second.before;
        const auto top = [&](const Limbs<V>& word) { return word[3] + main.is_word * (word[1] - word[3]); };
        check_sign(builder, is_signed, top(x), main.a_sign);
        check_sign(builder, is_signed, top(y), main.b_sign);
        const auto extended = [&](const Limbs<V>& word, const std::array<V, 2>& high, const V& sign) {
            for (std::size_t i = 0; i < 2; ++i) {
                builder.equal("upper limbs of an operand", high[i],
                              word[2 + i] + main.is_word * (sign_limb(builder, sign) - word[2 + i]));
            }
            return Limbs<V>{word[0], word[1], high[0], high[1]};
        };
        const Limbs<V> a = extended(x, main.a_high, main.a_sign);
        const Limbs<V> b = extended(y, main.b_high, main.b_sign);
        for (const V* sign : {&main.a_sign, &main.b_sign, &main.q_sign, &main.r_sign}) {
            builder.zero("unsigned numbers have no sign", *sign * (one - is_signed));
        }

        // q b + r = a
        const auto wide = [&](const Limbs<V>& word, const V& sign) {
            const V above = sign_limb(builder, sign);
            return std::array<V, 8>{word[0], word[1], word[2], word[3], above, above, above, above};
        };
        const auto b_bytes = sign_extended(builder, split_limbs(builder, is_real, b, main.b_low), main.b_sign);
        const auto q_bytes = sign_extended(builder, split_limbs(builder, is_real, main.q, main.q_low), main.q_sign);
        const std::array<V, 8> r_wide = wide(main.r, main.r_sign);
        check_limbs(builder, is_real, main.r);
        check_product(builder, is_real, q_bytes, b_bytes, &r_wide, wide(a, main.a_sign));

        // Without these any quotient would do.
        const auto sum = [](const Limbs<V>& word) { return word[0] + word[1] + word[2] + word[3]; };
        builder.zero("b is 0 if it is said so", main.b_is_zero * sum(b));
        builder.equal("b is not 0 if it is not said so", sum(b) * main.b_inverse, is_real - main.b_is_zero);
        for (const V& limb : main.q) {
            builder.zero("a quotient by 0 is all ones", main.b_is_zero * (limb - builder.constant(0xffff)));
        }
        builder.zero("a remainder has the sign of a, or is 0", (main.a_sign - main.r_sign) * sum(main.r));
        const V divides = is_real - main.b_is_zero;
        check_limbs(builder, divides, main.margin);
        V carry = -divides;
        for (std::size_t i = 0; i < 4; ++i) {
            carry = shifted_down(builder,
                                 carry + (one - builder.constant(2) * main.b_sign) * b[i] -
                                     (one - builder.constant(2) * main.r_sign) * main.r[i] - main.margin[i],
                                 16);
            // In size at most 3.
            check_bits(builder, divides, carry + builder.constant(4), 3);
        }
        builder.zero("the remainder is smaller than b", divides * (carry + main.b_sign - main.r_sign));

        // Result.
        const auto chosen = [&](std::size_t i) { return main.q[i] + main.is_remainder * (main.r[i] - main.q[i]); };
        check_sign(builder, main.is_word, chosen(1), main.result_sign);
        for (std::size_t i = 0; i < 4; ++i) {
            V value = chosen(i);
            if (i >= 2) value = value + main.is_word * (sign_limb(builder, main.result_sign) - value);
            builder.equal("a limb of the result", main.result[i], value);
        }
        check_register_step(builder, is_real, main.step,
                            builder.constant(kFirst) * is_real + main.is_unsigned +
                                builder.constant(2) * main.is_remainder + builder.constant(kWordStep) * main.is_word,
                            main.result);
    }
};

}  // namespace sluice::chips
