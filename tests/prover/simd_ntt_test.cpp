// Fast transforms: every instruction set that the processor has, against the plain ones.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <span>
#include <vector>

#include "prover/random_field.h"
#include "sluice/math/ntt.h"
#include "sluice/math/polynomial.h"
#include "sluice/simd/instruction_sets.h"
#include "sluice/simd/ntt.h"
#include "support/catch.h"

namespace sluice::simd {
namespace {

using test::random_fields;

TEST_CASE("a table of roots has them at the fractions of a turn") {
    for (unsigned max_log = 0; max_log <= 10; ++max_log) {
        const Twiddles twiddles(max_log);
        CHECK(twiddles.max_log() == max_log);
        for (std::size_t b = 0; 2 * b < std::size_t{1} << max_log; ++b) {
            // The bits of b after the binary point, behind one zero: rev(b) / 2^max_log of a turn.
            const auto expected = KoalaBear::two_adic_generator(max_log).pow(math::reverse_bits(2 * b, max_log));
            CHECK(twiddles.data()[b] == expected);
        }
    }
}

TEST_CASE("a fast code word is the plain one") {
    SLUICE_RANDOM(rng);
    const Twiddles twiddles(17);
    for (unsigned message_log = 0; message_log <= 16; ++message_log) {
        for (unsigned rate_log = 0; rate_log <= 3; ++rate_log) {
            if (message_log + rate_log > twiddles.max_log()) continue;
            const auto message = random_fields<KoalaBear>(std::size_t{1} << message_log, rng);
            std::vector<KoalaBear> expected(message.size() << rate_log);
            math::encode_to_reversed(std::span<const KoalaBear>(message), std::span<KoalaBear>(expected));
            for (const InstructionSet& set : available_instruction_sets()) {
                INFO(set.name << " message 2^" << message_log << " rate 2^-" << rate_log);
                const ForceInstructionSet force(set);
                std::vector<KoalaBear> code_word(expected.size());
                encode_to_reversed(twiddles, message, code_word);
                CHECK(code_word == expected);
                std::vector<KoalaBear> in_place = message;
                in_place.resize(expected.size());
                encode_to_reversed(twiddles, std::span(in_place).first(message.size()), in_place);
                CHECK(in_place == expected);
                if (rate_log == 0) {
                    std::vector<KoalaBear> values = message;
                    ntt_to_reversed(twiddles, values);
                    CHECK(values == expected);
                }
            }
        }
    }
}

TEST_CASE("columns are encoded each for itself") {
    SLUICE_RANDOM(rng);
    const Twiddles twiddles(9);
    constexpr unsigned kMessageLog = 7;
    constexpr unsigned kRateLog = 2;
    constexpr std::size_t kColumns = 5;
    const auto messages = random_fields<KoalaBear>(kColumns << kMessageLog, rng);
    std::vector<KoalaBear> expected(messages.size() << kRateLog);
    for (std::size_t column = 0; column < kColumns; ++column) {
        math::encode_to_reversed(
            std::span<const KoalaBear>(messages).subspan(column << kMessageLog, std::size_t{1} << kMessageLog),
            std::span<KoalaBear>(expected).subspan(column << (kMessageLog + kRateLog),
                                                   std::size_t{1} << (kMessageLog + kRateLog)));
    }
    for (const InstructionSet& set : available_instruction_sets()) {
        INFO(set.name);
        const ForceInstructionSet force(set);
        std::vector<KoalaBear> code_words(expected.size());
        encode_columns(twiddles, messages, kMessageLog, kRateLog, code_words);
        CHECK(code_words == expected);
    }
}

TEST_CASE("a long code word has the polynomial's values") {
    SLUICE_RANDOM(rng);
    constexpr unsigned kMessageLog = 19;
    constexpr unsigned kLog = kMessageLog + 1;
    const Twiddles twiddles(kLog);
    const auto message = random_fields<KoalaBear>(std::size_t{1} << kMessageLog, rng);
    std::vector<std::size_t> indices{0, 1, 2, (std::size_t{1} << kLog) - 1};
    for (int round = 0; round < 20; ++round) indices.push_back(rng() >> (64 - kLog));
    std::vector<KoalaBear> expected;
    for (const std::size_t index : indices) {
        const KoalaBear node = KoalaBear::two_adic_generator(kLog).pow(index);
        expected.push_back(math::evaluate_polynomial(std::span<const KoalaBear>(message), node));
    }
    for (const InstructionSet& set : available_instruction_sets()) {
        INFO(set.name);
        const ForceInstructionSet force(set);
        std::vector<KoalaBear> code_word(std::size_t{1} << kLog);
        encode_to_reversed(twiddles, message, code_word);
        for (std::size_t i = 0; i < indices.size(); ++i) {
            CHECK(code_word[math::reverse_bits(indices[i], kLog)] == expected[i]);
        }
    }
}

}  // namespace
}  // namespace sluice::simd
