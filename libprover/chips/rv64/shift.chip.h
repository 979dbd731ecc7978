// Shifts: of 64 and of 32 bits, by an immediate or a register. SPDX-License-Identifier: MIT OR Apache-2.0
//
// Limb i of the number is cut at its upper `bits` bits (0 to 16): x_i = high_i 2^(16 - bits) + low_i. Shifted left by
// `bits` the number has the limbs w_i = low_i 2^bits + high_(i-1), and above its own ones high_top and zeros; for SRA
// ones in place of zeros where the sign is. The result is these limbs at another `place`: ShiftTable says which bits
// and place an amount means, and for immediates the program table has taken it from there.
//
// Range checks: high and low parts here, by as many bits as they have; amount and sign here; the limbs of the result
// are made of such parts.
#pragma once

#include "gadgets/step.h"
#include "gadgets/word_result.h"
#include "tables/lookup_tables.h"

namespace sluice::chips {

/// The operations of a shift chip: left, right, right arithmetic.
struct ShiftOps {
    isa::Op left, right, arithmetic;
};

/// The arithmetic of a shift of 64 or 32 bits: kLimbs is 4 or 2.
template <std::size_t kLimbs>
struct ShiftWork {
    static constexpr std::size_t kPlaces = 2 * kLimbs;
    static constexpr std::size_t kFirstPlace = 4 - kLimbs;
    static constexpr bool kIsWord = kLimbs == 2;
    template <class T>
    using Result = std::conditional_t<kIsWord, WordResult<T>, Limbs<T>>;

    template <class T>
    struct Columns {
        std::array<T, kPlaces> at;  ///< one of them is 1: the place, from kFirstPlace on; the lower half is to the left
        T is_arithmetic;
        T sign;  ///< of the number, if arithmetic
        T power, co_power, bits;
        std::array<T, kLimbs> high;
        Result<T> result;
        SLUICE_COLUMNS(at, is_arithmetic, sign, power, co_power, bits, high, result)
    };

    [[nodiscard]] static constexpr Columns<KoalaBear> fill(std::uint64_t number, std::uint64_t amount, bool is_right,
                                                           bool is_arithmetic, std::uint64_t result) {
        const ShiftTable::Effect effect =
            ShiftTable::effect(is_right, static_cast<std::uint32_t>(amount) % (16 * kLimbs));
        Columns<KoalaBear> row{};
        row.at[effect.place - kFirstPlace] = KoalaBear::one();
        row.is_arithmetic = element(is_arithmetic);
        row.sign = element(is_arithmetic ? limb(number, kLimbs - 1) >> 15 : 0);
        row.power = element(1u << effect.bits);
        row.co_power = element(1u << (16 - effect.bits));
        row.bits = element(effect.bits);
        for (unsigned i = 0; i < kLimbs; ++i) {
            row.high[i] = element(limb(number, i) >> (16 - effect.bits));
        }
        if constexpr (kIsWord) {
            row.result = fill_word_result(result);
        } else {
            row.result = limbs(result);
        }
        return row;
    }

    template <class V>
    struct Kind {
        V is_real, is_right, place;
        Limbs<V> result;
    };

    /// `result` is `number` shifted as the columns say; what they say is for the caller to bind. All selectors are
    /// bits.
    template <class B, class V>
    [[nodiscard]] static Kind<V> check(B& b, const Columns<V>& row, const Limbs<V>& number) {
        const V zero = b.constant(0);
        Kind<V> kind{zero, zero, zero, {}};
        for (std::size_t i = 0; i < kPlaces; ++i) {
            b.boolean("a place is a bit", row.at[i]);
            kind.is_real = kind.is_real + row.at[i];
            if (i >= kLimbs) kind.is_right = kind.is_right + row.at[i];
            kind.place = kind.place + b.constant(static_cast<std::uint32_t>(kFirstPlace + i)) * row.at[i];
        }
        b.boolean("is_real is a bit", kind.is_real);
        b.boolean("is_arithmetic is a bit", row.is_arithmetic);
        b.zero("only a shift to the right is arithmetic", row.is_arithmetic * (b.constant(1) - kind.is_right));
        b.boolean("the sign is a bit", row.sign);
        b.zero("only an arithmetic shift has a sign", row.sign * (b.constant(1) - row.is_arithmetic));
        check_sign(b, row.is_arithmetic, number[kLimbs - 1], row.sign);

        if constexpr (kIsWord) {
            kind.result = check_word_result(b, kind.is_real, row.result);
        } else {
            kind.result = row.result;
        }
        // Limbs of the number shifted left: its own, the one that its top limb is shifted into, and those above.
        std::array<V, kLimbs + 1> shifted;
        for (std::size_t i = 0; i < kLimbs; ++i) {
            b.lookup(kRangeBus, kind.is_real, {row.high[i], row.bits});
            b.lookup(kRangeBus, kind.is_real, {number[i] - row.co_power * row.high[i], b.constant(16) - row.bits});
            shifted[i] = row.power * number[i] - b.constant(1u << 16) * row.high[i];
            if (i > 0) shifted[i] = shifted[i] + row.high[i - 1];
        }
        shifted[kLimbs] = row.high[kLimbs - 1] + row.sign * (b.constant(1u << 16) - row.power);
        for (std::size_t i = 0; i < kLimbs; ++i) {
            V value = zero;
            for (std::size_t at = 0; at < kPlaces; ++at) {
                // Limb i takes limb i + place - 3.
                if (i + kFirstPlace + at < 3) continue;
                const std::size_t from = i + kFirstPlace + at - 3;
                value = value + row.at[at] * (from <= kLimbs ? shifted[from] : sign_limb(b, row.sign));
            }
            b.equal("a limb of the result", kind.result[i], value);
        }
        return kind;
    }
};

/// The operation of a row.
template <class B, class K, class V>
[[nodiscard]] V shift_op(B& b, const K& kind, const V& is_arithmetic, const ShiftOps& ops) {
    return (kind.is_real - kind.is_right) * op_constant(b, ops.left) +
           (kind.is_right - is_arithmetic) * op_constant(b, ops.right) + is_arithmetic * op_constant(b, ops.arithmetic);
}

/// Shifts by an immediate. The immediate's fields in the program table are power, co-power and bits, its target the
/// place.
template <std::size_t kLimbs, std::uint32_t kNumber, ShiftOps kShiftOps>
struct ShiftByImmediate : StepChipBase {
    static constexpr bool kIsWord = kLimbs == 2;
    static constexpr std::uint32_t kId = kNumber;
    static constexpr std::string_view kName = kIsWord ? "shift_word_immediate" : "shift_immediate";
    static constexpr std::array kOps = {kShiftOps.left, kShiftOps.right, kShiftOps.arithmetic};
    using Work = ShiftWork<kLimbs>;
    template <class T>
    struct Main {
        Step<T> step;
        T rd, rs1;
        Access<T> first, target;
        typename Work::template Columns<T> shift;
        SLUICE_COLUMNS(step, rd, rs1, first, target, shift)
    };

    static constexpr void fill(const ExecutedStep& step, Main<KoalaBear>& row) {
        const isa::Op op = step.line.op;
        const bool is_right = op != kShiftOps.left;
        row.step = fill_step(step);
        row.rd = element(step.line.rd);
        row.rs1 = element(step.line.rs1);
        row.first = fill_access(step.first_access);
        row.target = fill_access(step.target_access);
        const std::uint32_t bits = step.line.immediate[2];
        const std::uint32_t place = step.line.target;
        const std::uint32_t amount = is_right ? 16 * (place - 4) + 16 - bits : 16 * (3 - place) + bits;
        row.shift = Work::fill(step.first, amount, is_right, op == kShiftOps.arithmetic, step.result);
    }

    template <class B>
    static void eval(B& b, const machine::Row<ShiftByImmediate, typename B::Var>& row) {
        const auto& [step, rd, rs1, first, target, shift] = row.main;
        const auto kind = Work::check(b, shift, first.before);
        auto line = fetched(b, shift_op(b, kind, shift.is_arithmetic, kShiftOps));
        line.rd = rd;
        line.rs1 = rs1;
        line.immediate = {shift.power, shift.co_power, shift.bits};
        line.target = kind.place;
        check_step(b, kind.is_real, step, line, next_in_line(b, step));
        check_read(b, kind.is_real, step, kFirstOffset, rs1, first);
        check_access(b, kind.is_real, step, kTargetOffset, rd, target.before, target.age, kind.result);
    }
};

/// Shifts by the lowest 6 or 5 bits of a register.
template <std::size_t kLimbs, std::uint32_t kNumber, ShiftOps kShiftOps>
struct ShiftByRegister : StepChipBase {
    static constexpr bool kIsWord = kLimbs == 2;
    static constexpr std::uint32_t kId = kNumber;
    static constexpr std::string_view kName = kIsWord ? "shift_word" : "shift";
    static constexpr std::array kOps = {kShiftOps.left, kShiftOps.right, kShiftOps.arithmetic};
    using Work = ShiftWork<kLimbs>;
    template <class T>
    struct Main {
        RegisterStep<T> step;
        T amount;
        typename Work::template Columns<T> shift;
        SLUICE_COLUMNS(step, amount, shift)
    };

    static constexpr void fill(const ExecutedStep& step, Main<KoalaBear>& row) {
        const isa::Op op = step.line.op;
        const std::uint64_t amount = step.second % (16 * kLimbs);
        row.step = fill_register_step(step);
        row.amount = element(amount);
        row.shift = Work::fill(step.first, amount, op != kShiftOps.left, op == kShiftOps.arithmetic, step.result);
    }

    template <class B>
    static void eval(B& b, const machine::Row<ShiftByRegister, typename B::Var>& row) {
        const auto& [step, amount, shift] = row.main;
        const auto kind = Work::check(b, shift, step.first.before);
        // The amount is below 64 or 32 by the table; what lies above it in the register's lowest limb has 10 or 11
        // bits.
        constexpr unsigned kAmountBits = kIsWord ? 5 : 6;
        check_bits(b, kind.is_real, shifted_down(b, step.second.before[0] - amount, kAmountBits), 16 - kAmountBits);
        b.lookup(kShiftBus, kind.is_real,
                 {b.constant(ShiftTable::kind(kIsWord, false)) + kind.is_right, amount, shift.power, shift.co_power,
                  shift.bits, kind.place});
        check_register_step(b, kind.is_real, step, shift_op(b, kind, shift.is_arithmetic, kShiftOps), kind.result);
    }
};

using ShiftImmediate = ShiftByImmediate<4, 0x0160, ShiftOps{isa::Op::SLLI, isa::Op::SRLI, isa::Op::SRAI}>;
using Shift = ShiftByRegister<4, 0x0161, ShiftOps{isa::Op::SLL, isa::Op::SRL, isa::Op::SRA}>;
using ShiftWordImmediate = ShiftByImmediate<2, 0x0162, ShiftOps{isa::Op::SLLIW, isa::Op::SRLIW, isa::Op::SRAIW}>;
using ShiftWord = ShiftByRegister<2, 0x0163, ShiftOps{isa::Op::SLLW, isa::Op::SRLW, isa::Op::SRAW}>;

}  // namespace sluice::chips
