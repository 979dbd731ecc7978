// SHA256_COMPRESS: a row for the call, and one for each round. SPDX-License-Identifier: MIT OR Apache-2.0
//
// FIPS 180-4, section 6.2.2. The call's row writes the first record: its time, the state a to h, and the message's 16
// words. A round reads the record and writes the next one, in which the words have moved on by one and the last is that
// of the message schedule, W_(t+16); the last round writes the state alone, which the call's row reads. Rounds are 0 to
// 63 and follow one another, and the time is no other call's: so the rows of a call are one chain from it to it.
// The last 16 rounds make words of the schedule that nothing uses.
#pragma once

#include <bit>

#include "gadgets/call.h"

namespace sluice::chips {

/// A 32-bit word, lower limb first, or bit by bit from the lowest.
template <class T>
using HalfWord = std::array<T, 2>;
template <class T>
using HalfWordBits = std::array<T, 32>;

[[nodiscard]] constexpr HalfWord<KoalaBear> half_word(std::uint32_t value) noexcept {
    return {element(value & 0xffff), element(value >> 16)};
}
[[nodiscard]] constexpr HalfWordBits<KoalaBear> half_word_bits(std::uint32_t value) noexcept {
    HalfWordBits<KoalaBear> bits{};
    for (unsigned i = 0; i < 32; ++i) bits[i] = element(value >> i & 1);
    return bits;
}

/// Limbs of bits, which may be any expressions.
template <class B, class V>
[[nodiscard]] HalfWord<V> join_bits(B& b, const HalfWordBits<V>& bits) {
    HalfWord<V> limbs = {b.constant(0), b.constant(0)};
    for (std::uint32_t i = 0; i < 32; ++i) limbs[i / 16] = limbs[i / 16] + b.constant(1u << (i % 16)) * bits[i];
    return limbs;
}
/// Limbs of bits that are checked to be such.
template <class B, class V>
[[nodiscard]] HalfWord<V> check_half_word(B& b, const HalfWordBits<V>& bits) {
    for (const V& bit : bits) b.boolean("a bit of a word is one", bit);
    return join_bits(b, bits);
}
/// `terms` add up to `sum` modulo 2^32. The carry out of each limb is below 2^carry_bits. Range checks: the sum, here.
template <class B, class V, std::size_t kTerms>
void check_half_word_sum(B& b, const V& is_real, const std::array<HalfWord<V>, kTerms>& terms, const HalfWord<V>& sum,
                         unsigned carry_bits) {
    V carry = b.constant(0);
    for (std::size_t limb = 0; limb < 2; ++limb) {
        V total = carry;
        for (const HalfWord<V>& term : terms) total = total + term[limb];
        carry = shifted_down(b, total - sum[limb], 16);
        check_bits(b, is_real, carry, carry_bits);
        check_bits(b, is_real, sum[limb], 16);
    }
}

/// Functions of FIPS 180-4, section 4.1.2, bit by bit.
namespace sha256 {

template <class B, class V>
[[nodiscard]] V exclusive_or(B& b, const V& x, const V& y) {
    return x + y - b.constant(2) * x * y;
}
/// ROTR^r(x) xor ROTR^s(x) xor ROTR^t(x), or SHR^t(x) as the last.
template <class B, class V>
[[nodiscard]] HalfWord<V> sigma(B& b, const HalfWordBits<V>& x, unsigned r, unsigned s, unsigned t, bool is_shift) {
    HalfWordBits<V> bits;
    for (unsigned i = 0; i < 32; ++i) {
        bits[i] = exclusive_or(b, x[(i + r) % 32], x[(i + s) % 32]);
        if (!is_shift || i + t < 32) bits[i] = exclusive_or(b, bits[i], x[(i + t) % 32]);
    }
    return join_bits(b, bits);
}
template <class B, class V>
[[nodiscard]] HalfWord<V> choose(B& b, const HalfWordBits<V>& x, const HalfWordBits<V>& y, const HalfWordBits<V>& z) {
    HalfWordBits<V> bits;
    for (unsigned i = 0; i < 32; ++i) bits[i] = z[i] + x[i] * (y[i] - z[i]);
    return join_bits(b, bits);
}
template <class B, class V>
[[nodiscard]] HalfWord<V> majority(B& b, const HalfWordBits<V>& x, const HalfWordBits<V>& y, const HalfWordBits<V>& z) {
    HalfWordBits<V> bits;
    for (unsigned i = 0; i < 32; ++i) bits[i] = x[i] * y[i] + z[i] * exclusive_or(b, x[i], y[i]);
    return join_bits(b, bits);
}

// The first 32 bits of the fractional parts of the cube roots of the first 64 primes (FIPS 180-4, section 4.2.2).
inline constexpr std::array<std::uint32_t, 64> kConstants = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

/// As a program computes them.
using State = std::array<std::uint32_t, 8>;
using Words = std::array<std::uint32_t, 16>;  ///< W_t to W_(t+15)

[[nodiscard]] constexpr std::uint32_t next_word(const Words& w) {
    using std::rotr;
    return (rotr(w[14], 17) ^ rotr(w[14], 19) ^ w[14] >> 10) + w[9] + (rotr(w[1], 7) ^ rotr(w[1], 18) ^ w[1] >> 3) +
           w[0];
}
[[nodiscard]] constexpr State next_state(const State& s, std::uint32_t constant, std::uint32_t word) {
    using std::rotr;
    const auto [a, b, c, d, e, f, g, h] = s;
    const std::uint32_t t1 = h + (rotr(e, 6) ^ rotr(e, 11) ^ rotr(e, 25)) + ((e & f) ^ (~e & g)) + constant + word;
    const std::uint32_t t2 = (rotr(a, 2) ^ rotr(a, 13) ^ rotr(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
    return {t1 + t2, a, b, c, d + t1, e, f, g};
}

}  // namespace sha256

/// A round. Range checks: what is new, here.
struct Sha256Round : StepChipBase {
    static constexpr std::uint32_t kId = 0x0189;
    static constexpr std::string_view kName = "sha256_round";
    static constexpr std::array<std::uint64_t, 1> kNumbers = {SLUICE_ECALL_SHA256_COMPRESS};
    template <class T>
    struct Main {
        T time;
        std::array<T, 8> eight, one;  ///< the round is 8 i + j: flags of i, of j
        T is_last;
        HalfWordBits<T> a, b, c;
        HalfWord<T> d;
        HalfWordBits<T> e, f, g;
        HalfWord<T> h;
        HalfWord<T> new_a, new_e;
        HalfWordBits<T> word_1, word_14;    ///< of the message: W_(t+1), W_(t+14)
        std::array<HalfWord<T>, 14> words;  ///< the others of W_t to W_(t+15)
        HalfWord<T> new_word;               ///< W_(t+16)
        SLUICE_COLUMNS(time, eight, one, is_last, a, b, c, d, e, f, g, h, new_a, new_e, word_1, word_14, words,
                       new_word)
    };

    static constexpr std::uint32_t row_count(const ExecutedStep&) { return sha256::kConstants.size(); }
    template <class Rows>
    static constexpr void fill_rows(const ExecutedStep& step, Rows& rows) {
        const auto& [block, state] = std::tie(step.call->operands[0].words, step.call->operands[1].words);
        constexpr auto constants = sha256::kConstants;
        sha256::Words words;
        sha256::State s;
        for (std::size_t i = 0; i < 16; ++i) {
            const auto half = static_cast<std::uint32_t>(block[i / 2].before >> (32 * (i % 2)));
            words[i] = half << 24 | (half & 0xff00) << 8 | (half >> 8 & 0xff00) | half >> 24;
        }
        for (std::size_t i = 0; i < 8; ++i) {
            s[i] = static_cast<std::uint32_t>(state[i / 2].before >> (32 * (i % 2)));
        }
        for (std::size_t round = 0; round < 64; ++round) {
            const sha256::State next = sha256::next_state(s, constants[round], words[0]);
            const std::uint32_t new_word = sha256::next_word(words);
            Main<KoalaBear> row{};
            row.time = element(step.time);
            row.eight[round / 8] = row.one[round % 8] = KoalaBear::one();
            row.is_last = element(round == 63);
            row.a = half_word_bits(s[0]);
            row.b = half_word_bits(s[1]);
            row.c = half_word_bits(s[2]);
            row.d = half_word(s[3]);
            row.e = half_word_bits(s[4]);
            row.f = half_word_bits(s[5]);
            row.g = half_word_bits(s[6]);
            row.h = half_word(s[7]);
            row.new_a = half_word(next[0]);
            row.new_e = half_word(next[4]);
            row.word_1 = half_word_bits(words[1]);
            row.word_14 = half_word_bits(words[14]);
            std::size_t place = 0;
            for (std::size_t i = 0; i < 16; ++i) {
                if (i != 1 && i != 14) row.words[place++] = half_word(words[i]);
            }
            row.new_word = half_word(new_word);
            rows.append(row);
            std::copy(words.begin() + 1, words.end(), words.begin());
            words[15] = new_word;
            s = next;
        }
    }

    template <class B>
    static void eval(B& b, const machine::Row<Sha256Round, typename B::Var>& row) {
        using V = typename B::Var;
        const Main<V>& r = row.main;
        V is_real = b.constant(0);
        V ones = b.constant(0);
        V round = b.constant(0);
        HalfWord<V> constant = {b.constant(0), b.constant(0)};
        for (std::uint32_t i = 0; i < 8; ++i) {
            b.boolean("a flag of the round is a bit", r.eight[i]);
            b.boolean("a flag of the round is a bit (lower)", r.one[i]);
            is_real = is_real + r.eight[i];
            ones = ones + r.one[i];
            round = round + b.constant(8 * i) * r.eight[i] + b.constant(i) * r.one[i];
            for (std::uint32_t j = 0; j < 8; ++j) {
                const V both = r.eight[i] * r.one[j];
                const std::uint32_t k = sha256::kConstants[8 * i + j];
                constant[0] = constant[0] + b.constant(k & 0xffff) * both;
                constant[1] = constant[1] + b.constant(k >> 16) * both;
            }
        }
        b.boolean("is_real is a bit", is_real);
        b.equal("the round is one", ones, is_real);
        b.equal("the last round is 63", r.is_last, r.eight[7] * r.one[7]);
        b.boolean("is_last is a bit", r.is_last);
        const V goes_on = is_real - r.is_last;
        b.boolean("a round goes on or is the last", goes_on);

        const HalfWord<V> a = check_half_word(b, r.a);
        const HalfWord<V> e = check_half_word(b, r.e);
        const std::array<HalfWord<V>, 8> state = {a, check_half_word(b, r.b), check_half_word(b, r.c), r.d,
                                                  e, check_half_word(b, r.f), check_half_word(b, r.g), r.h};
        std::array<HalfWord<V>, 16> words;
        std::size_t place = 0;
        for (std::size_t i = 0; i < 16; ++i) {
            if (i != 1 && i != 14) words[i] = r.words[place++];
        }
        words[1] = check_half_word(b, r.word_1);
        words[14] = check_half_word(b, r.word_14);

        const HalfWord<V> sum_1 = sha256::sigma(b, r.e, 6, 11, 25, false);
        const HalfWord<V> choice = sha256::choose(b, r.e, r.f, r.g);
        check_half_word_sum<B, V, 6>(b, is_real, {r.d, r.h, sum_1, choice, constant, words[0]}, r.new_e, 3);
        check_half_word_sum<B, V, 7>(b, is_real,
                                     {r.h, sum_1, choice, constant, words[0], sha256::sigma(b, r.a, 2, 13, 22, false),
                                      sha256::majority(b, r.a, r.b, r.c)},
                                     r.new_a, 3);
        check_half_word_sum<B, V, 4>(b, is_real,
                                     {sha256::sigma(b, r.word_14, 17, 19, 10, true), words[9],
                                      sha256::sigma(b, r.word_1, 7, 18, 3, true), words[0]},
                                     r.new_word, 2);

        std::vector<V> record = {r.time, round};
        const auto add = [&record](const auto& list) {
            for (const HalfWord<V>& word : list) record.insert(record.end(), word.begin(), word.end());
        };
        add(state);
        add(words);
        b.read(kSha256Bus, is_real, std::span<const V>(record));
        const std::array<HalfWord<V>, 8> next = {r.new_a, state[0], state[1], state[2],
                                                 r.new_e, state[4], state[5], state[6]};
        for (std::size_t i = 0; i < 15; ++i) words[i] = words[i + 1];
        words[15] = r.new_word;
        record = {r.time, round + b.constant(1)};
        add(next);
        add(words);
        b.write(kSha256Bus, goes_on, std::span<const V>(record));
        record = {r.time};
        add(next);
        b.write(kSha256EndBus, r.is_last, std::span<const V>(record));
    }
};

/// The call. Range checks: the message's bytes and the state's new limbs, here.
struct Sha256Compress : CallChipBase {
    static constexpr std::uint32_t kId = 0x0188;
    static constexpr std::string_view kName = "sha256_compress";
    static constexpr std::array<std::uint64_t, 1> kNumbers = {SLUICE_ECALL_SHA256_COMPRESS};
    static constexpr std::uint32_t kArguments = 2;
    static constexpr std::array<OperandShape, 2> kOperands = {
        {{.argument = 1, .words = 8, .offset = 0, .read = true, .written = false},
         {.argument = 0, .words = 4, .offset = 1, .read = true, .written = true}}};
    template <class T>
    struct Main {
        T is_real;
        Call<T> call;
        Operand<T, 8> block;
        std::array<Limbs<T>, 8> block_low;  ///< lower bytes
        Operand<T, 4> state;
        std::array<HalfWord<T>, 8> last;  ///< a to h after the last round
        std::array<Limbs<T>, 4> after;
        SLUICE_COLUMNS(is_real, call, block, block_low, state, last, after)
    };

    static constexpr void fill(const ExecutedStep& step, Main<KoalaBear>& row) {
        row.is_real = KoalaBear::one();
        row.call = fill_call(step);
        fill_operand<Sha256Compress>(step, 0, row.block);
        fill_operand<Sha256Compress>(step, 1, row.state);
        const auto& [block, state] = std::tie(step.call->operands[0], step.call->operands[1]);
        for (std::size_t i = 0; i < 8; ++i) row.block_low[i] = low_bytes(block.words[i].before);
        for (std::size_t i = 0; i < 4; ++i) {
            const std::uint64_t before = state.words[i].before;
            const std::uint64_t after = state.after[i];
            row.after[i] = limbs(after);
            row.last[2 * i] = half_word(static_cast<std::uint32_t>(after) - static_cast<std::uint32_t>(before));
            row.last[2 * i + 1] =
                half_word(static_cast<std::uint32_t>(after >> 32) - static_cast<std::uint32_t>(before >> 32));
        }
    }

    template <class B>
    static void eval(B& b, const machine::Row<Sha256Compress, typename B::Var>& row) {
        using V = typename B::Var;
        const auto& [is_real, call, block, block_low, state, last, after] = row.main;
        b.boolean("is_real is a bit", is_real);
        check_call(b, is_real, call, b.constant(SLUICE_ECALL_SHA256_COMPRESS));
        check_operand(b, is_real, call.step, kOperands[0], block);
        check_operand(b, is_real, call.step, kOperands[1], state, after);

        std::vector<V> record = {call.step.time, b.constant(0)};
        for (std::size_t i = 0; i < 4; ++i) {
            const Limbs<V>& before = state.words[i].before;
            record.insert(record.end(), before.begin(), before.end());
        }
        for (std::size_t i = 0; i < 8; ++i) {
            const auto bytes = split_limbs(b, is_real, block.words[i].before, block_low[i]);
            // Two big-endian words: the lower limb is the third byte and the fourth.
            for (std::size_t half = 0; half < 8; half += 4) {
                record.push_back(b.constant(256) * bytes[half + 2] + bytes[half + 3]);
                record.push_back(b.constant(256) * bytes[half] + bytes[half + 1]);
            }
        }
        b.write(kSha256Bus, is_real, std::span<const V>(record));
        record = {call.step.time};
        for (const HalfWord<V>& word : last) record.insert(record.end(), word.begin(), word.end());
        b.read(kSha256EndBus, is_real, std::span<const V>(record));
        for (std::size_t i = 0; i < 8; ++i) {
            const Limbs<V>& before = state.words[i / 2].before;
            const Limbs<V>& sum = after[i / 2];
            const std::size_t low = 2 * (i % 2);
            check_half_word_sum<B, V, 2>(b, is_real, {HalfWord<V>{before[low], before[low + 1]}, last[i]},
                                         {sum[low], sum[low + 1]}, 1);
        }
    }
};

}  // namespace sluice::chips
