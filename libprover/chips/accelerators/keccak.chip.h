// KECCAK_F and KECCAK_ABSORB: a row for the call, and six for the rounds. SPDX-License-Identifier: MIT OR Apache-2.0
//
// All arithmetic is lookups of sums of strands (gadgets/strands.h). A call writes the state as it enters the first
// round, and reads it as it leaves the last; each row of rounds reads a state and writes the one four rounds later.
#pragma once

#include "gadgets/call.h"
#include "gadgets/strands.h"

namespace sluice::chips {

template <class T>
using KeccakState = std::array<Strands<T>, kLanes>;
template <class T>
using KeccakPairs = std::array<Pairs<T>, kLanes>;

/// What passes a state on: whose call it is, the rounds done, the state.
template <class V>
[[nodiscard]] std::array<V, 2 + kLanes * kPairs> keccak_record(const V& time, const V& rounds,
                                                               const KeccakPairs<V>& state) {
    std::array<V, 2 + kLanes * kPairs> record;
    record[0] = time;
    record[1] = rounds;
    for (std::size_t i = 0; i < kLanes * kPairs; ++i) record[2 + i] = state[i / kPairs][i % kPairs];
    return record;
}

/// Four rounds of a call.
struct KeccakRounds : StepChipBase {
    static constexpr std::uint32_t kId = 0x01c2;
    static constexpr std::string_view kName = "keccak_rounds";
    static constexpr std::uint32_t kMaxHeight = 1u << 19;
    static constexpr std::array<std::uint64_t, 2> kNumbers = {SLUICE_ECALL_KECCAK_F, SLUICE_ECALL_KECCAK_ABSORB};
    static constexpr std::uint32_t kRoundsOfRow = 4;
    static constexpr std::uint32_t kRows = keccak::kRounds / kRoundsOfRow;

    template <class T>
    struct Round {
        std::array<Strands<T>, 5> four;        ///< sums of the first four lanes of each x, modulo 2
        std::array<T, 5> turned;               ///< strand 7 of all five, as strand 0 of these rotated by 1
        std::array<Strands<T>, 5> effect;      ///< what theta adds to the lanes of each x
        std::array<Strands<T>, kLanes> moved;  ///< after theta, rho and pi
        std::array<Strands<T>, kLanes> chi;    ///< after chi
        std::array<T, 4> iota;                 ///< the strands of lane (0, 0) to which the constants add, after iota
        SLUICE_COLUMNS(four, turned, effect, moved, chi, iota)
    };
    template <class T>
    struct Main {
        std::array<T, kRows> is;  ///< which rounds of the call these are
        T time;                   ///< of the call
        KeccakState<T> state;
        std::array<Round<T>, kRoundsOfRow> rounds;
        SLUICE_COLUMNS(is, time, state, rounds)
    };

    using State = std::array<std::uint64_t, kLanes>;
    /// Fills a round's columns, and makes it.
    static constexpr void fill_round(State& state, std::uint64_t constant, Round<KoalaBear>& round) {
        constexpr auto rotations = keccak::kRotations;
        constexpr auto constant_strands = keccak::kConstantStrands;
        State next;
        std::array<std::uint64_t, 5> all;
        for (std::size_t x = 0; x < 5; ++x) {
            const std::uint64_t four = state[x] ^ state[x + 5] ^ state[x + 10] ^ state[x + 15];
            all[x] = four ^ state[x + 20];
            round.four[x] = strands(four);
            round.turned[x] = strands(std::rotl(all[x], 1))[0];
        }
        for (std::size_t x = 0; x < 5; ++x) {
            const std::uint64_t effect = all[(x + 4) % 5] ^ std::rotl(all[(x + 1) % 5], 1);
            round.effect[x] = strands(effect);
            for (std::size_t y = 0; y < 5; ++y) {
                const std::size_t lane = keccak::lane_index(x, y);
                next[keccak::moved(x, y)] = std::rotl(state[lane] ^ effect, static_cast<int>(rotations[lane]));
            }
        }
        for (std::size_t y = 0; y < 5; ++y) {
            for (std::size_t x = 0; x < 5; ++x) {
                const auto at = [&](std::size_t ahead) { return next[keccak::lane_index(x + ahead, y)]; };
                const std::size_t lane = keccak::lane_index(x, y);
                state[lane] = at(0) ^ (~at(1) & at(2));
                round.moved[lane] = strands(at(0));
                round.chi[lane] = strands(state[lane]);
            }
        }
        state[0] ^= constant;
        const Strands<KoalaBear> first = strands(state[0]);
        for (std::size_t i = 0; i < 4; ++i) round.iota[i] = first[constant_strands[i]];
    }

    static constexpr std::uint32_t row_count(const ExecutedStep&) { return kRows; }
    template <class Rows>
    static constexpr void fill_rows(const ExecutedStep& step, Rows& rows) {
        constexpr auto constants = keccak::kConstants;
        const ExecutedCall& call = *step.call;
        const bool absorbs = call.number == SLUICE_ECALL_KECCAK_ABSORB;
        State state;
        for (std::size_t i = 0; i < kLanes; ++i) state[i] = call.operands[absorbs ? 1 : 0].words[i].before;
        if (absorbs) {
            for (std::size_t i = 0; i < call.operands[0].words.size(); ++i) {
                state[i] ^= call.operands[0].words[i].before;
            }
        }
        for (std::uint32_t i = 0; i < kRows; ++i) {
            Main<KoalaBear> row;
            row.is = {};
            row.is[i] = KoalaBear::one();
            row.time = element(step.time);
            for (std::size_t lane = 0; lane < kLanes; ++lane) row.state[lane] = strands(state[lane]);
            for (std::uint32_t j = 0; j < kRoundsOfRow; ++j) {
                fill_round(state, constants[kRoundsOfRow * i + j], row.rounds[j]);
            }
            rows.append(row);
        }
    }

    template <class B, class V>
    [[nodiscard]] static KeccakPairs<V> pairs_of(B& b, const KeccakState<V>& state) {
        KeccakPairs<V> out;
        for (std::size_t lane = 0; lane < kLanes; ++lane) {
            for (std::size_t k = 0; k < kPairs; ++k) {
                out[lane][k] = state[lane][2 * k] + b.constant(kPairWeight) * state[lane][2 * k + 1];
            }
        }
        return out;
    }

    /// One round: `state` becomes the one after it. `constants` is what iota adds to its strands.
    template <class B, class V>
    static void check_round(B& b, const V& is_real, const Round<V>& round, const std::array<V, 4>& constants,
                            KeccakState<V>& state) {
        // theta. The sum of five lanes is `four`, and the fifth.
        const auto fifth = [&](std::size_t x) -> const Strands<V>& { return state[keccak::lane_index(x, 4)]; };
        for (std::size_t x = 0; x < 5; ++x) {
            for (std::size_t s = 0; s < kStrands; ++s) {
                b.lookup(kKeccakParityBus, is_real,
                         {state[x][s] + state[x + 5][s] + state[x + 10][s] + state[x + 15][s], round.four[x][s]});
            }
            b.lookup(kKeccakTurnBus, is_real, {b.constant(1), round.four[x][7] + fifth(x)[7], round.turned[x]});
        }
        for (std::size_t x = 0; x < 5; ++x) {
            const std::size_t before = (x + 4) % 5;
            const std::size_t behind = (x + 1) % 5;
            for (std::size_t s = 0; s < kStrands; ++s) {
                const V rotated_by_one =
                    s == 0 ? round.turned[behind] : round.four[behind][s - 1] + fifth(behind)[s - 1];
                b.lookup(kKeccakParityBus, is_real,
                         {round.four[before][s] + fifth(before)[s] + rotated_by_one, round.effect[x][s]});
            }
        }
        // theta's last step, rho and pi.
        for (std::size_t y = 0; y < 5; ++y) {
            for (std::size_t x = 0; x < 5; ++x) {
                const std::size_t lane = keccak::lane_index(x, y);
                for (std::size_t s = 0; s < kStrands; ++s) {
                    const StrandMove move = rotated(s, keccak::kRotations[lane]);
                    b.lookup(kKeccakTurnBus, is_real,
                             {b.constant(move.turn), state[lane][s] + round.effect[x][s],
                              round.moved[keccak::moved(x, y)][move.strand]});
                }
            }
        }
        // chi
        for (std::size_t y = 0; y < 5; ++y) {
            for (std::size_t x = 0; x < 5; ++x) {
                const auto at = [&](std::size_t ahead) -> const Strands<V>& {
                    return round.moved[keccak::lane_index(x + ahead, y)];
                };
                const std::size_t lane = keccak::lane_index(x, y);
                for (std::size_t s = 0; s < kStrands; ++s) {
                    b.lookup(kKeccakChiBus, is_real,
                             {at(0)[s] + at(0)[s] + b.constant(kAllOnes) - at(1)[s] + at(2)[s], round.chi[lane][s]});
                }
            }
        }
        state = round.chi;
        // iota
        for (std::size_t i = 0; i < 4; ++i) {
            V& strand = state[0][keccak::kConstantStrands[i]];
            b.lookup(kKeccakTurnBus, is_real, {b.constant(0), strand + constants[i], round.iota[i]});
            strand = round.iota[i];
        }
    }

    template <class B>
    static void eval(B& b, const machine::Row<KeccakRounds, typename B::Var>& row) {
        using V = typename B::Var;
        const auto& [is, time, first, rounds] = row.main;
        V is_real = b.constant(0);
        V done = b.constant(0);
        for (std::uint32_t i = 0; i < kRows; ++i) {
            b.boolean("each place in the call is a bit", is[i]);
            is_real = is_real + is[i];
            done = done + b.constant(kRoundsOfRow * i) * is[i];
        }
        b.boolean("is_real is a bit", is_real);
        KeccakState<V> state = first;
        b.read(kKeccakBus, is_real, keccak_record(time, done, pairs_of(b, state)));
        for (std::uint32_t j = 0; j < kRoundsOfRow; ++j) {
            std::array<V, 4> constants;
            for (std::size_t k = 0; k < 4; ++k) {
                constants[k] = b.constant(0);
                for (std::uint32_t i = 0; i < kRows; ++i) {
                    const std::uint64_t bytes = transposed(keccak::kConstants[kRoundsOfRow * i + j]);
                    const std::uint32_t digits =
                        with_digits(byte(bytes, static_cast<unsigned>(keccak::kConstantStrands[k])));
                    constants[k] = constants[k] + b.constant(digits) * is[i];
                }
            }
            check_round(b, is_real, rounds[j], constants, state);
        }
        b.write(kKeccakBus, is_real, keccak_record(time, done + b.constant(kRoundsOfRow), pairs_of(b, state)));
    }
};

/// A state in memory, and its pairs limb by limb.
template <class T>
using KeccakWords = std::array<Limbs<T>, kLanes>;
template <class T>
using KeccakLimbPairs = std::array<std::array<Pairs<T>, 4>, kLanes>;

constexpr void fill_limb_pairs(std::uint64_t word, std::array<Pairs<KoalaBear>, 4>& out) {
    for (unsigned j = 0; j < 4; ++j) {
        const Pairs<std::uint32_t> pairs = pairs_of_limb(limb(word, j));
        for (std::size_t k = 0; k < kPairs; ++k) out[j][k] = element(pairs[k]);
    }
}
/// The pairs of a state's lanes. Range checks: the limbs have 16 bits, here.
template <class B, class V>
[[nodiscard]] KeccakPairs<V> check_keccak_words(B& b, const V& is_real, const KeccakWords<V>& words,
                                                const KeccakLimbPairs<V>& limb_pairs) {
    KeccakPairs<V> out;
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
        for (std::size_t k = 0; k < kPairs; ++k) out[lane][k] = b.constant(0);
        for (std::size_t j = 0; j < 4; ++j) {
            const Pairs<V>& pairs = limb_pairs[lane][j];
            b.lookup(kKeccakLimbBus, is_real, {words[lane][j], pairs[0], pairs[1], pairs[2], pairs[3]});
            for (std::size_t k = 0; k < kPairs; ++k) {
                out[lane][k] = out[lane][k] + b.constant(power_of_ten(2 * j)) * pairs[k];
            }
        }
    }
    return out;
}

/// The permutation: what it is given and what it gives, for chips that take calls. Range checks: `after`, here.
template <class T>
struct KeccakPermutation {
    KeccakLimbPairs<T> before_pairs;
    KeccakWords<T> after;
    KeccakLimbPairs<T> after_pairs;
    SLUICE_COLUMNS(before_pairs, after, after_pairs)
};
constexpr void fill_permutation(const KeccakRounds::State& before, std::span<const std::uint64_t> after,
                                KeccakPermutation<KoalaBear>& permutation) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
        fill_limb_pairs(before[lane], permutation.before_pairs[lane]);
        fill_limb_pairs(after[lane], permutation.after_pairs[lane]);
        permutation.after[lane] = limbs(after[lane]);
    }
}
template <class B, class V>
void check_permutation(B& b, const V& is_real, const V& time, const KeccakWords<V>& before,
                       const KeccakPermutation<V>& permutation) {
    const auto& [before_pairs, after, after_pairs] = permutation;
    b.write(kKeccakBus, is_real,
            keccak_record(time, b.constant(0), check_keccak_words(b, is_real, before, before_pairs)));
    b.read(kKeccakBus, is_real,
           keccak_record(time, b.constant(keccak::kRounds), check_keccak_words(b, is_real, after, after_pairs)));
}

/// KECCAK_F.
struct KeccakF : CallChipBase {
    static constexpr std::uint32_t kId = 0x01c0;
    static constexpr std::string_view kName = "keccak_f";
    static constexpr std::array<std::uint64_t, 1> kNumbers = {SLUICE_ECALL_KECCAK_F};
    static constexpr std::uint32_t kArguments = 1;
    static constexpr std::array<OperandShape, 1> kOperands = {
        {{.argument = 0, .words = kLanes, .offset = 1, .read = true, .written = true}}};
    template <class T>
    struct Main {
        T is_real;
        Call<T> call;
        Operand<T, kLanes> state;
        KeccakPermutation<T> permutation;
        SLUICE_COLUMNS(is_real, call, state, permutation)
    };

    static constexpr void fill(const ExecutedStep& step, Main<KoalaBear>& row) {
        row.is_real = KoalaBear::one();
        row.call = fill_call(step);
        fill_operand<KeccakF>(step, 0, row.state);
        KeccakRounds::State before;
        for (std::size_t i = 0; i < kLanes; ++i) before[i] = step.call->operands[0].words[i].before;
        fill_permutation(before, step.call->operands[0].after, row.permutation);
    }

    template <class B>
    static void eval(B& b, const machine::Row<KeccakF, typename B::Var>& row) {
        const auto& [is_real, call, state, permutation] = row.main;
        b.boolean("is_real is a bit", is_real);
        check_call(b, is_real, call, b.constant(SLUICE_ECALL_KECCAK_F));
        check_operand(b, is_real, call.step, kOperands[0], state, permutation.after);
        KeccakWords<typename B::Var> before;
        for (std::size_t i = 0; i < kLanes; ++i) before[i] = state.words[i].before;
        check_permutation(b, is_real, call.step.time, before, permutation);
    }
};

/// KECCAK_ABSORB. Range checks: bytes of block and lanes, by `byte_and`.
struct KeccakAbsorb : CallChipBase {
    static constexpr std::uint32_t kId = 0x01c1;
    static constexpr std::string_view kName = "keccak_absorb";
    static constexpr std::array<std::uint64_t, 1> kNumbers = {SLUICE_ECALL_KECCAK_ABSORB};
    static constexpr std::uint32_t kArguments = 2;
    static constexpr std::size_t kBlock = 17;
    static constexpr std::array<OperandShape, 2> kOperands = {
        {{.argument = 1, .words = kBlock, .offset = 0, .read = true, .written = false},
         {.argument = 0, .words = kLanes, .offset = 1, .read = true, .written = true}}};
    /// A lane of the block, and the state's: the lower bytes of both, and each byte of lane & block.
    template <class T>
    struct Absorbed {
        Limbs<T> block_low, lane_low;
        std::array<T, 8> both;
        SLUICE_COLUMNS(block_low, lane_low, both)
    };
    template <class T>
    struct Main {
        T is_real;
        Call<T> call;
        Operand<T, kBlock> block;
        Operand<T, kLanes> state;
        std::array<Absorbed<T>, kBlock> absorbed;
        KeccakPermutation<T> permutation;
        SLUICE_COLUMNS(is_real, call, block, state, absorbed, permutation)
    };

    static constexpr void fill(const ExecutedStep& step, Main<KoalaBear>& row) {
        row.is_real = KoalaBear::one();
        row.call = fill_call(step);
        fill_operand<KeccakAbsorb>(step, 0, row.block);
        fill_operand<KeccakAbsorb>(step, 1, row.state);
        KeccakRounds::State before;
        for (std::size_t i = 0; i < kLanes; ++i) before[i] = step.call->operands[1].words[i].before;
        for (std::size_t i = 0; i < kBlock; ++i) {
            const std::uint64_t block = step.call->operands[0].words[i].before;
            row.absorbed[i] = {low_bytes(block), low_bytes(before[i]), {}};
            for (unsigned j = 0; j < 8; ++j) row.absorbed[i].both[j] = element(byte(block & before[i], j));
            before[i] ^= block;
        }
        fill_permutation(before, step.call->operands[1].after, row.permutation);
    }

    /// x ^ y = x + y - 2 (x & y), byte by byte.
    template <class B, class V>
    [[nodiscard]] static Limbs<V> check_absorbed(B& b, const V& is_real, const Limbs<V>& block, const Limbs<V>& lane,
                                                 const Absorbed<V>& absorbed) {
        Limbs<V> out;
        for (std::size_t j = 0; j < 4; ++j) {
            const V& low = absorbed.both[2 * j];
            const V& high = absorbed.both[2 * j + 1];
            b.lookup(kByteAndBus, is_real, {absorbed.block_low[j], absorbed.lane_low[j], low});
            b.lookup(kByteAndBus, is_real,
                     {shifted_down(b, block[j] - absorbed.block_low[j], 8),
                      shifted_down(b, lane[j] - absorbed.lane_low[j], 8), high});
            out[j] = block[j] + lane[j] - b.constant(2) * (low + b.constant(256) * high);
        }
        return out;
    }

    template <class B>
    static void eval(B& b, const machine::Row<KeccakAbsorb, typename B::Var>& row) {
        const auto& [is_real, call, block, state, absorbed, permutation] = row.main;
        b.boolean("is_real is a bit", is_real);
        check_call(b, is_real, call, b.constant(SLUICE_ECALL_KECCAK_ABSORB));
        check_operand(b, is_real, call.step, kOperands[0], block);
        check_operand(b, is_real, call.step, kOperands[1], state, permutation.after);
        KeccakWords<typename B::Var> before;
        for (std::size_t i = 0; i < kLanes; ++i) {
            before[i] = state.words[i].before;
            if (i < kBlock) {
                before[i] = check_absorbed(b, is_real, block.words[i].before, before[i], absorbed[i]);
            }
        }
        check_permutation(b, is_real, call.step.time, before, permutation);
    }
};

}  // namespace sluice::chips
