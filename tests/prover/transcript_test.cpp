// The transcript: what challenges depend on, the golden trace, grinding.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "sluice/hash/transcript.h"

#include <array>
#include <cmath>
#include <cstdint>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include "prover/naive_poseidon2.h"
#include "sluice/hash/blake3_hasher.h"
#include "sluice/hash/poseidon2_hasher.h"
#include "support/catch.h"

namespace sluice::hash {
namespace {

using test::canonical;
using test::Integers;
using test::kKoalaBear;

KoalaBear random_element(std::mt19937_64& rng) {
    return KoalaBear::from_canonical(static_cast<std::uint32_t>(rng() % kKoalaBear));
}
std::vector<KoalaBear> random_row(std::mt19937_64& rng, std::size_t length) {
    std::vector<KoalaBear> row(length);
    for (KoalaBear& element : row) element = random_element(rng);
    return row;
}
template <class H>
void absorb_row(Transcript<H>& transcript, const std::vector<KoalaBear>& row) {
    transcript.absorb("row", std::span<const KoalaBear>(row));
}

/// The first challenge after `row`.
template <class H>
KoalaBear challenge_after(const std::vector<KoalaBear>& row) {
    Transcript<H> transcript("test");
    absorb_row(transcript, row);
    return transcript.sample_base("challenge");
}

// ---- Traces ----

/// Writes the lines of tests/soundness/data/transcript_trace.txt.
struct TraceLines {
    std::vector<std::string>* lines;
    void operator()(std::string_view label, Direction direction, const KoalaBear* elements, std::size_t count) const {
        std::string line = std::string(label) + (direction == Direction::absorb ? " absorb [" : " sample [");
        for (std::size_t i = 0; i < count; ++i) line += (i == 0 ? "" : ", ") + std::to_string(elements[i].canonical());
        lines->push_back(line + "]");
    }
};

template <class H>
void golden_transcript(std::vector<std::string>& lines) {
    lines.push_back("hasher " + std::string(H::kName));
    Transcript<H, TraceLines> transcript("golden", TraceLines{&lines});
    const auto row = [](std::uint32_t from, std::uint32_t to) {
        std::vector<KoalaBear> elements;
        for (; from < to; ++from) elements.push_back(KoalaBear::from_canonical(from));
        return elements;
    };
    transcript.absorb("element", KoalaBear::from_canonical(7));
    transcript.absorb("row", std::span<const KoalaBear>(row(0, 20)));
    transcript.absorb("digest", H::hash_leaf(row(1, 4)));
    (void)transcript.template sample_ext<4>("alpha");
    (void)transcript.template sample_ext<5>("beta");
    transcript.absorb_u64("number", 0x0123456789abcdef);
    (void)transcript.sample_bits("query", 20);
    (void)transcript.sample_bits("query", 24);
    const std::array<std::uint8_t, 6> bytes = {'s', 'l', 'u', 'i', 'c', 'e'};
    transcript.absorb_bytes("bytes", bytes.data(), bytes.size());
    REQUIRE(transcript.check_grinding("grinding", 6, grind(transcript, 6).value()));
    (void)transcript.sample_base("gamma");
    for (unsigned i = 0; i < 3; ++i) (void)transcript.template sample_ext<6>("delta");
}

TEST_CASE("pitfall 27: the golden trace of the Python twin") {
    std::vector<std::string> lines;
    golden_transcript<Poseidon2Hasher16>(lines);
    golden_transcript<Poseidon2Hasher24>(lines);
    golden_transcript<Blake3Hasher>(lines);
    std::ifstream file(SLUICE_GOLDEN_TRACE);
    REQUIRE(file.good());
    std::vector<std::string> expected;
    for (std::string line; std::getline(file, line);) expected.push_back(line);
    CHECK(lines == expected);
}

// ---- The sponge ----

/// The transcript by its description, on integers mod p.
template <unsigned Width, unsigned Rate>
class NaiveTranscript {
 public:
    explicit NaiveTranscript(const std::string& protocol) : state_(Width) {
        state_[Rate] = kTranscriptDomain;
        absorb(protocol.size());
        for (unsigned i = 0; i < 3; ++i) absorb(0);
        for (std::size_t at = 0; at < protocol.size(); at += 3) {
            std::uint64_t word = 0;
            for (std::size_t i = 0; i < 3 && at + i < protocol.size(); ++i)
                word += static_cast<std::uint64_t>(protocol[at + i]) << (8 * i);
            absorb(word);
        }
    }
    void absorb(std::uint64_t element) {
        if (block_.size() == Rate) flush();
        block_.push_back(element);
    }
    std::uint64_t sample() {
        if (!block_.empty()) {
            flush();
        } else if (output_.empty()) {
            permute();
        }
        const std::uint64_t element = output_.front();
        output_.erase(output_.begin());
        return element;
    }

 private:
    void flush() {
        for (unsigned i = 0; i < Rate; ++i) state_[i] = i < block_.size() ? block_[i] : 0;
        state_[Rate] = (state_[Rate] + block_.size()) % kKoalaBear;
        block_.clear();
        permute();
    }
    void permute() {
        state_ = test::naive_poseidon2<Width>(state_);
        output_.assign(state_.begin(), state_.begin() + Rate);
    }
    Integers state_;
    Integers block_;
    Integers output_;
};

template <class H>
void check_against_description() {
    SLUICE_RANDOM(rng);
    for (unsigned repeat = 0; repeat < 10; ++repeat) {
        const std::string protocol(rng() % 40, 'p');
        Transcript<H> transcript(protocol);
        NaiveTranscript<H::kWidth, H::kRate> naive(protocol);
        for (unsigned call = 0; call < 30; ++call) {
            for (std::uint64_t i = rng() % (2 * H::kRate + 2); i-- != 0;) {
                const KoalaBear element = random_element(rng);
                transcript.absorb("element", element);
                naive.absorb(element.canonical());
            }
            for (std::uint64_t i = rng() % (2 * H::kRate + 2); i-- != 0;)
                REQUIRE(transcript.sample_base("element").canonical() == naive.sample());
        }
    }
}
TEST_CASE("pitfalls 26 and 29: the transcript is its description on integers, whatever the lengths") {
    check_against_description<Poseidon2Hasher16>();
    check_against_description<Poseidon2Hasher24>();
}

TEMPLATE_TEST_CASE("pitfall 1: each absorbed element changes every later challenge", "", Poseidon2Hasher16,
                   Poseidon2Hasher24, Blake3Hasher) {
    SLUICE_RANDOM(rng);
    for (std::size_t length = 1; length <= 3 * TestType::kRate; ++length) {
        std::vector<KoalaBear> row = random_row(rng, length);
        const auto challenges = [&] {
            Transcript<TestType> transcript("test");
            absorb_row(transcript, row);
            std::vector<std::uint32_t> all;
            for (unsigned i = 0; i < TestType::kRate + 2; ++i)
                all.push_back(transcript.sample_base("challenge").canonical());
            return all;
        };
        const std::vector<std::uint32_t> before = challenges();
        for (KoalaBear& element : row) {
            element += KoalaBear::one();
            const std::vector<std::uint32_t> after = challenges();
            for (std::size_t i = 0; i < before.size(); ++i) REQUIRE(before[i] != after[i]);
            element -= KoalaBear::one();
        }
    }
}

TEMPLATE_TEST_CASE("pitfall 26: transcripts of different lengths are different", "", Poseidon2Hasher16,
                   Poseidon2Hasher24, Blake3Hasher) {
    // Zeros are what a short block is filled with.
    std::vector<std::uint32_t> challenges;
    for (std::size_t length = 0; length <= 4 * TestType::kRate; ++length)
        challenges.push_back(challenge_after<TestType>(std::vector<KoalaBear>(length)).canonical());
    std::sort(challenges.begin(), challenges.end());
    CHECK(std::adjacent_find(challenges.begin(), challenges.end()) == challenges.end());

    // To absorb what the rate holds is not to squeeze on.
    Transcript<TestType> squeezed("test");
    std::vector<KoalaBear> rate;
    for (unsigned i = 0; i < TestType::kRate; ++i) rate.push_back(squeezed.sample_base("challenge"));
    Transcript<TestType> absorbed = squeezed;
    absorb_row(absorbed, rate);
    CHECK_FALSE(squeezed.sample_base("challenge") == absorbed.sample_base("challenge"));
}

TEMPLATE_TEST_CASE("an absorb discards challenges that were not read", "", Poseidon2Hasher16, Blake3Hasher) {
    Transcript<TestType> read("test");
    (void)read.sample_base("challenge");
    Transcript<TestType> unread = read;
    const KoalaBear second = unread.sample_base("challenge");
    read.absorb("element", KoalaBear::one());
    CHECK_FALSE(read.sample_base("challenge") == second);
    // How many of a block were read does not matter, since the sponge has not moved on.
    unread.absorb("element", KoalaBear::one());
    Transcript<TestType> other("test");
    (void)other.sample_base("challenge");
    other.absorb("element", KoalaBear::one());
    CHECK(unread.sample_base("challenge") == other.sample_base("challenge"));
}

TEMPLATE_TEST_CASE("neither labels nor the division into calls count, the protocol does", "", Poseidon2Hasher16,
                   Poseidon2Hasher24, Blake3Hasher) {
    SLUICE_RANDOM(rng);
    const std::vector<KoalaBear> row = random_row(rng, 30);
    const KoalaBear expected = challenge_after<TestType>(row);
    Transcript<TestType> single("test");
    for (const KoalaBear element : row) single.absorb("another label", element);
    CHECK(single.sample_base("another label") == expected);
    for (const char* protocol : {"", "t", "tes", "test ", "tesT", "testtest"}) {
        Transcript<TestType> other(protocol);
        absorb_row(other, row);
        CHECK_FALSE(other.sample_base("challenge") == expected);
    }
}

TEST_CASE("pitfall 29: encodings are canonical") {
    // Against elements given one by one.
    Transcript<Poseidon2Hasher16> one("test");
    Transcript<Poseidon2Hasher16> other("test");
    const auto absorb_integers = [&](const Integers& integers) {
        for (const KoalaBear element : test::elements(integers)) other.absorb("element", element);
    };
    one.absorb_u64("number", 0xfedc'ba98'7654'3210);
    absorb_integers({0x3210, 0x7654, 0xba98, 0xfedc});
    const std::array<std::uint8_t, 4> bytes = {1, 2, 3, 0xff};
    one.absorb_bytes("bytes", bytes.data(), bytes.size());
    absorb_integers({4, 0, 0, 0, 0x030201, 0xff});
    Extension<5> element;
    for (unsigned i = 0; i < 5; ++i) element.limb[i] = KoalaBear::from_canonical(10 + i);
    one.absorb("extension", element);
    const std::array<Extension<5>, 2> pair = {element, element};
    one.absorb("extensions", std::span<const Extension<5>>(pair));
    for (unsigned i = 0; i < 3; ++i) absorb_integers({10, 11, 12, 13, 14});
    FieldDigest<8> digest;
    for (unsigned i = 0; i < 8; ++i) digest.element[i] = KoalaBear::from_canonical(20 + i);
    one.absorb("digest", digest);
    absorb_integers({20, 21, 22, 23, 24, 25, 26, 27});
    const Extension<5> sampled = one.sample_ext<5>("challenge");
    for (const KoalaBear limb : sampled.limb) CHECK(limb == other.sample_base("limb"));

    KoalaBear halves[16];
    ByteDigest of_bytes{};
    for (unsigned i = 0; i < 8; ++i) of_bytes.word[i] = 0x10001 * i + 0x70000;
    of_bytes.to_elements(halves);
    for (unsigned i = 0; i < 8; ++i) {
        CHECK(halves[2 * i].canonical() == i);
        CHECK(halves[2 * i + 1].canonical() == i + 7);
    }
}

TEMPLATE_TEST_CASE("pitfall 25: query indices are low bits of one element and spread evenly", "", Poseidon2Hasher16,
                   Poseidon2Hasher24, Blake3Hasher) {
    SLUICE_RANDOM(rng);
    Transcript<TestType> transcript("test");
    absorb_row(transcript, random_row(rng, 3));
    Transcript<TestType> twin = transcript;
    for (unsigned bits = 0; bits <= kMaxSampleBits; ++bits) {
        const std::uint32_t sampled = transcript.sample_bits("query", bits);
        CHECK(sampled == twin.sample_base("query").canonical() % (1u << bits));
    }
    // Chi-square over 64 bins of the highest and of the lowest of 24 bits; 63 degrees of freedom, so 150 is beyond 7
    // standard deviations (8 * 11.2 + 63).
    constexpr unsigned kBins = 64;
    constexpr unsigned kSamples = 64'000;
    std::array<std::array<unsigned, kBins>, 2> counts{};
    for (unsigned i = 0; i < kSamples; ++i) {
        const std::uint32_t query = transcript.sample_bits("query", 24);
        ++counts[0][query >> 18];
        ++counts[1][query % kBins];
    }
    for (const auto& bins : counts) {
        double chi_square = 0;
        for (const unsigned count : bins) {
            const double difference = count - double{kSamples} / kBins;
            chi_square += difference * difference / (double{kSamples} / kBins);
        }
        INFO(chi_square);
        CHECK(chi_square < 150);
        CHECK(chi_square > 20);
    }
}

TEST_CASE("the distance of sampled bits from uniform is as stated") {
    // Of the residues 0 .. 127 2^24 the last has zeros for low bits; all others are 127 full cycles.
    STATIC_REQUIRE(KoalaBear::kModulus - 1 == 127u << kMaxSampleBits);
    // Sum of positive deviations: one residue too many at 0, (1 - 2^-n) / p.
    CHECK(std::log2(1.0 / KoalaBear::kModulus) < -30);
}

// ---- Grinding ----

TEMPLATE_TEST_CASE("grinding gives the smallest nonce, and its check moves on as any absorb does", "",
                   Poseidon2Hasher16, Poseidon2Hasher24, Blake3Hasher) {
    SLUICE_RANDOM(rng);
    for (unsigned round = 0; round < 3 * TestType::kRate; ++round) {
        Transcript<TestType> transcript("test");
        absorb_row(transcript, random_row(rng, round));
        if (round % 3 == 1) (void)transcript.sample_base("challenge");
        const unsigned bits = 1 + round % 8;
        const std::uint32_t nonce = grind(transcript, bits).value().canonical();
        for (std::uint32_t smaller = 0; smaller < nonce; ++smaller) {
            Transcript<TestType> tried = transcript;
            REQUIRE_FALSE(tried.check_grinding("grinding", bits, KoalaBear::from_canonical(smaller)));
        }
        Transcript<TestType> plain = transcript;
        REQUIRE(transcript.check_grinding("grinding", bits, KoalaBear::from_canonical(nonce)));
        plain.absorb("nonce", KoalaBear::from_canonical(nonce));
        REQUIRE(plain.sample_bits("bits", bits) == 0);
        REQUIRE(plain.sample_base("challenge") == transcript.sample_base("challenge"));
    }
}

TEMPLATE_TEST_CASE("pitfall 25: the nonce is bound before the challenges that follow it", "", Poseidon2Hasher16,
                   Poseidon2Hasher24, Blake3Hasher) {
    SLUICE_RANDOM(rng);
    Transcript<TestType> transcript("test");
    absorb_row(transcript, random_row(rng, 5));
    std::vector<std::uint32_t> challenges;
    for (std::uint32_t nonce = 0; challenges.size() < 20; ++nonce) {
        Transcript<TestType> tried = transcript;
        if (!tried.check_grinding("grinding", 4, KoalaBear::from_canonical(nonce))) continue;
        challenges.push_back(tried.sample_base("challenge").canonical());
    }
    std::sort(challenges.begin(), challenges.end());
    CHECK(std::adjacent_find(challenges.begin(), challenges.end()) == challenges.end());
}

TEMPLATE_TEST_CASE("pitfall 30: a nonce is work for one place only, and as rare as its bits say", "", Poseidon2Hasher16,
                   Blake3Hasher) {
    SLUICE_RANDOM(rng);
    constexpr unsigned kBits = 5;
    unsigned holds = 0;
    unsigned holds_again = 0;
    for (unsigned i = 0; i < 6400; ++i) {
        Transcript<TestType> transcript("test");
        absorb_row(transcript, random_row(rng, 1));
        const KoalaBear nonce = random_element(rng);
        if (!transcript.check_grinding("first", kBits, nonce)) continue;
        ++holds;
        if (transcript.check_grinding("second", kBits, nonce)) ++holds_again;
    }
    // 200 expected, standard deviation 14; then 6.25, 2.5.
    CHECK((holds > 100 && holds < 300));
    CHECK(holds_again < 27);
}

TEST_CASE("grinding without bits does nothing, and with too many it never holds") {
    Transcript<Poseidon2Hasher16> transcript("test");
    Transcript<Poseidon2Hasher16> untouched = transcript;
    CHECK(grind(transcript, 0) == KoalaBear::zero());
    CHECK(transcript.check_grinding("grinding", 0, KoalaBear::zero()));
    // A nonce that nothing depends on could be changed without failing.
    CHECK_FALSE(transcript.check_grinding("grinding", 0, KoalaBear::one()));
    CHECK_FALSE(transcript.check_grinding("grinding", kMaxSampleBits + 1, KoalaBear::zero()));
    CHECK(transcript.sample_base("challenge") == untouched.sample_base("challenge"));
    CHECK_FALSE(grind(transcript, kMaxSampleBits + 1).has_value());
}

}  // namespace
}  // namespace sluice::hash
