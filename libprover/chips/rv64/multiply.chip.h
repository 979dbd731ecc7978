// MUL, MULW, MULH, MULHSU, MULHU: products of bytes, gathered in limbs. SPDX-License-Identifier: MIT OR Apache-2.0
//
// Range checks: bytes of the operands, limbs of the product and carries, here.
#pragma once

#include "gadgets/product.h"
#include "gadgets/step.h"
#include "gadgets/word_result.h"

namespace sluice::chips {

struct Multiply : StepChipBase {
    static constexpr std::uint32_t kId = 0x0170;
    static constexpr std::string_view kName = "multiply";
    static constexpr std::array kOps = {isa::Op::MUL};
    template <class T>
    struct Main {
        T is_real;
        RegisterStep<T> step;
        Limbs<T> x_low, y_low;  ///< bytes
        Limbs<T> product;
        SLUICE_COLUMNS(is_real, step, x_low, y_low, product)
    };

    static constexpr void fill(const ExecutedStep& step, Main<KoalaBear>& row) {
        row = {KoalaBear::one(), fill_register_step(step), low_bytes(step.first), low_bytes(step.second),
               limbs(step.result)};
    }

    template <class B>
    static void eval(B& b, const machine::Row<Multiply, typename B::Var>& row) {
        const auto& [is_real, step, x_low, y_low, product] = row.main;
        b.boolean("is_real is a bit", is_real);
        const auto x = split_limbs(b, is_real, step.first.before, x_low);
        const auto y = split_limbs(b, is_real, step.second.before, y_low);
        check_limbs(b, is_real, product);
        check_product(b, is_real, x, y, nullptr, product);
        check_register_step(b, is_real, step, op_constant(b, isa::Op::MUL), product);
    }
};

struct MultiplyWord : StepChipBase {
    static constexpr std::uint32_t kId = 0x0171;
    static constexpr std::string_view kName = "multiply_word";
    static constexpr std::array kOps = {isa::Op::MULW};
    template <class T>
    struct Main {
        T is_real;
        RegisterStep<T> step;
        std::array<T, 2> x_low, y_low;  ///< bytes
        WordResult<T> product;
        SLUICE_COLUMNS(is_real, step, x_low, y_low, product)
    };

    static constexpr void fill(const ExecutedStep& step, Main<KoalaBear>& row) {
        row = {KoalaBear::one(),
               fill_register_step(step),
               {element(byte(step.first, 0)), element(byte(step.first, 2))},
               {element(byte(step.second, 0)), element(byte(step.second, 2))},
               fill_word_result(step.result)};
    }

    template <class B>
    static void eval(B& b, const machine::Row<MultiplyWord, typename B::Var>& row) {
        using V = typename B::Var;
        const auto& [is_real, step, x_low, y_low, product] = row.main;
        b.boolean("is_real is a bit", is_real);
        const auto lower = [](const Limbs<V>& word) { return std::array<V, 2>{word[0], word[1]}; };
        const auto x = split_limbs(b, is_real, lower(step.first.before), x_low);
        const auto y = split_limbs(b, is_real, lower(step.second.before), y_low);
        const auto result = check_word_result(b, is_real, product);
        check_product(b, is_real, x, y, nullptr, lower(result));
        check_register_step(b, is_real, step, op_constant(b, isa::Op::MULW), result);
    }
};

/// The upper half of the product of two numbers of 128 bits, which are the factors with their signs or zeros in front.
struct MultiplyHigh : StepChipBase {
    static constexpr std::uint32_t kId = 0x0172;
    static constexpr std::string_view kName = "multiply_high";
    static constexpr std::array kOps = {isa::Op::MULH, isa::Op::MULHSU, isa::Op::MULHU};
    template <class T>
    struct Main {
        T is_mulh, is_mulhsu, is_mulhu;
        RegisterStep<T> step;
        T x_sign, y_sign;       ///< 0 for unsigned factors
        Limbs<T> x_low, y_low;  ///< bytes
        std::array<T, 8> product;
        SLUICE_COLUMNS(is_mulh, is_mulhsu, is_mulhu, step, x_sign, y_sign, x_low, y_low, product)
    };

    static constexpr void fill(const ExecutedStep& step, Main<KoalaBear>& row) {
        const isa::Op op = step.line.op;
        row.is_mulh = element(op == isa::Op::MULH);
        row.is_mulhsu = element(op == isa::Op::MULHSU);
        row.is_mulhu = element(op == isa::Op::MULHU);
        row.step = fill_register_step(step);
        row.x_sign = element(op != isa::Op::MULHU ? sign_bit(step.first) : 0);
        row.y_sign = element(op == isa::Op::MULH ? sign_bit(step.second) : 0);
        row.x_low = low_bytes(step.first);
        row.y_low = low_bytes(step.second);
        const std::uint64_t low = step.first * step.second;
        for (unsigned i = 0; i < 4; ++i) {
            row.product[i] = element(limb(low, i));
            row.product[4 + i] = element(limb(step.result, i));
        }
    }

    template <class B>
    static void eval(B& b, const machine::Row<MultiplyHigh, typename B::Var>& row) {
        const auto& [is_mulh, is_mulhsu, is_mulhu, step, x_sign, y_sign, x_low, y_low, product] = row.main;
        const auto is_real = is_mulh + is_mulhsu + is_mulhu;
        b.boolean("is_mulh is a bit", is_mulh);
        b.boolean("is_mulhsu is a bit", is_mulhsu);
        b.boolean("is_mulhu is a bit", is_mulhu);
        b.boolean("is_real is a bit", is_real);
        b.boolean("the sign of x is a bit", x_sign);
        b.boolean("the sign of y is a bit", y_sign);
        b.zero("an unsigned x has no sign", x_sign * (b.constant(1) - is_mulh - is_mulhsu));
        b.zero("an unsigned y has no sign", y_sign * (b.constant(1) - is_mulh));
        check_sign(b, is_mulh + is_mulhsu, step.first.before[3], x_sign);
        check_sign(b, is_mulh, step.second.before[3], y_sign);
        const auto x = sign_extended(b, split_limbs(b, is_real, step.first.before, x_low), x_sign);
        const auto y = sign_extended(b, split_limbs(b, is_real, step.second.before, y_low), y_sign);
        check_limbs(b, is_real, product);
        check_product(b, is_real, x, y, nullptr, product);
        check_register_step(b, is_real, step,
                            is_mulh * op_constant(b, isa::Op::MULH) + is_mulhsu * op_constant(b, isa::Op::MULHSU) +
                                is_mulhu * op_constant(b, isa::Op::MULHU),
                            {product[4], product[5], product[6], product[7]});
    }
};

}  // namespace sluice::chips
