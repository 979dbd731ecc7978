// POSEIDON2_16 and POSEIDON2_24: a row is a call. SPDX-License-Identifier: MIT OR Apache-2.0
//
// eprint 2023/323 over KoalaBear with the S-box x^3, whose degree is what a constraint may have: the S-boxes' outputs
// are columns, and all between two of them is linear. The last round's are none: the state after it is in the memory.
//
// An element's word w stands for w / 2^32: constants of the first and last linear layer. What is read may be any word,
// which stands for its residue. What is written is below p = 2^31 - 2^24 + 1: the upper limb is at most 0x7f00, and if
// it is that, the lower one is 0. Without this a result would have two words.
//
// Range checks: the new limbs, here.
#pragma once

#include "gadgets/call.h"
#include "sluice/hash/poseidon2.h"

namespace sluice::chips {

namespace poseidon2 {

/// Outputs of S-boxes that are columns: all but the last round's.
template <unsigned kWidth>
inline constexpr std::size_t kCubes = (hash::Poseidon2<kWidth>::kFullRounds - 1) * kWidth
                                      + hash::Poseidon2<kWidth>::kPartialRounds;

/// The matrix of the full rounds: circ(2 M, M, ..., M) for M = circ(2, 3, 1, 1).
template <class V, std::size_t kWidth>
constexpr void external_layer(std::array<V, kWidth>& x) {
    for (std::size_t group = 0; group < kWidth; group += 4) {
        const V x0 = x[group], x1 = x[group + 1], x2 = x[group + 2], x3 = x[group + 3];
        const V all = (x0 + x1) + (x2 + x3);
        x[group] = all + x0 + x1 + x1;
        x[group + 1] = all + x1 + x2 + x2;
        x[group + 2] = all + x2 + x3 + x3;
        x[group + 3] = all + x3 + x0 + x0;
    }
    for (std::size_t i = 0; i < 4; ++i) {
        V sum = x[i];
        for (std::size_t j = i + 4; j < kWidth; j += 4) sum = sum + x[j];
        for (std::size_t j = i; j < kWidth; j += 4) x[j] = x[j] + sum;
    }
}

/// The permutation. `cube` gives the cube of its argument; it is called for the S-boxes one round after the other.
/// Round constants are multiplied by `one`.
template <class B, class V, std::size_t kWidth, class Cube>
constexpr void permute(B& b, const V& one, std::array<V, kWidth>& x, Cube&& cube) {
    using Definition = hash::Poseidon2<kWidth>;
    constexpr auto kConstants = hash::Poseidon2Parameters<kWidth>::canonical();
    const auto full_round = [&](const std::uint32_t* constants) {
        for (std::size_t i = 0; i < kWidth; ++i) x[i] = cube(x[i] + b.constant(constants[i]) * one);
        external_layer(x);
    };
    external_layer(x);
    for (unsigned round = 0; round < Definition::kFullRounds / 2; ++round) full_round(kConstants.full[round]);
    for (const std::uint32_t constant : kConstants.partial) {
        x[0] = cube(x[0] + b.constant(constant) * one);
        V sum = x[0];
        for (std::size_t i = 1; i < kWidth; ++i) sum = sum + x[i];
        for (std::size_t i = 0; i < kWidth; ++i) {
            x[i] = sum + b.constant(Definition::diagonal(static_cast<unsigned>(i)).canonical()) * x[i];
        }
    }
    for (unsigned round = Definition::kFullRounds / 2; round < Definition::kFullRounds; ++round) {
        full_round(kConstants.full[round]);
    }
}

/// Constants for filling.
struct Values {
    [[nodiscard]] static constexpr KoalaBear constant(std::uint32_t value) { return KoalaBear::from_canonical(value); }
};

/// The upper limb of p - 1, whose lower one is 0.
inline constexpr std::uint32_t kTopLimb = (KoalaBear::kModulus - 1) >> 16;
static_assert(kTopLimb << 16 == KoalaBear::kModulus - 1);

}  // namespace poseidon2

template <unsigned kWidth>
struct Poseidon2Permute : CallChipBase {
    static constexpr std::size_t kWords = kWidth / 2;
    static constexpr std::uint32_t kId = kWidth == 16 ? 0x01a0 : 0x01a1;
    static constexpr std::string_view kName = kWidth == 16 ? "poseidon2_16" : "poseidon2_24";
    static constexpr std::uint32_t kMaxHeight = 1u << 20;
    static constexpr std::array<std::uint64_t, 1> kNumbers = {kWidth == 16 ? SLUICE_ECALL_POSEIDON2_16
                                                                           : SLUICE_ECALL_POSEIDON2_24};
    static constexpr std::uint32_t kArguments = 1;
    static constexpr std::array<OperandShape, 1> kOperands = {
        {{.argument = 0, .words = kWords, .offset = 0, .read = true, .written = true}}};
    template <class T>
    struct Main {
        T is_real;
        Call<T> call;
        Operand<T, kWords> state;
        std::array<T, poseidon2::kCubes<kWidth>> cubes;  ///< the S-boxes' outputs, round by round
        std::array<Limbs<T>, kWords> after;
        std::array<T, kWidth> inverse;  ///< of 0x7f00 less the upper limb of each element written; any if that is 0
        SLUICE_COLUMNS(is_real, call, state, cubes, after, inverse)
    };

    static constexpr void fill(const ExecutedStep& step, Main<KoalaBear>& row) {
        row.is_real = KoalaBear::one();
        row.call = fill_call(step);
        fill_operand<Poseidon2Permute>(step, 0, row.state);
        const auto& [words, after] = step.call->operands[0];
        std::array<KoalaBear, kWidth> x;
        for (std::size_t i = 0; i < kWidth; ++i) {
            const auto word = static_cast<std::uint32_t>(words[i / 2].before >> (32 * (i % 2)));
            x[i] = KoalaBear::from_montgomery(word % KoalaBear::kModulus);
        }
        poseidon2::Values values;
        std::size_t next = 0;
        poseidon2::permute(values, KoalaBear::one(), x, [&](KoalaBear input) {
            const KoalaBear output = input * input * input;
            if (next < row.cubes.size()) row.cubes[next++] = output;
            return output;
        });
        for (std::size_t i = 0; i < kWords; ++i) row.after[i] = limbs(after[i]);
        for (std::size_t i = 0; i < kWidth; ++i) {
            row.inverse[i] = (element(poseidon2::kTopLimb) - row.after[i / 2][2 * (i % 2) + 1]).inverse();
        }
    }

    template <class B>
    static void eval(B& b, const machine::Row<Poseidon2Permute, typename B::Var>& row) {
        using V = typename B::Var;
        const auto& [is_real, call, state, cubes, after, inverse] = row.main;
        b.boolean("is_real is a bit", is_real);
        check_call(b, is_real, call, b.constant(static_cast<std::uint32_t>(kNumbers[0])));
        check_operand(b, is_real, call.step, kOperands[0], state, after);

        std::array<V, kWidth> x;
        for (std::size_t i = 0; i < kWidth; ++i) {
            const Limbs<V>& word = state.words[i / 2].before;
            x[i] = shifted_down(b, word[2 * (i % 2)], 32) + shifted_down(b, word[2 * (i % 2) + 1], 16);
        }
        std::size_t next = 0;
        // A row that is not real has only zeros, so that constants are of real ones alone.
        poseidon2::permute(b, is_real, x, [&](const V& input) {
            const V output = input * input * input;
            if (next == cubes.size()) return output;
            b.equal("an S-box gives the cube", cubes[next], output);
            return cubes[next++];
        });
        for (std::size_t i = 0; i < kWidth; ++i) {
            const V& low = after[i / 2][2 * (i % 2)];
            const V& high = after[i / 2][2 * (i % 2) + 1];
            b.equal("the state is that after the last round", shifted_down(b, low, 32) + shifted_down(b, high, 16),
                    x[i]);
            const V gap = b.constant(poseidon2::kTopLimb) * is_real - high;
            check_bits(b, is_real, low, 16);
            check_bits(b, is_real, high, 16);
            check_bits(b, is_real, gap, 15);
            b.zero("an element is below p", low * (b.constant(1) - gap * inverse[i]));
        }
    }
};

}  // namespace sluice::chips
