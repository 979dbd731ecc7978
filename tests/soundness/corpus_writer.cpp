// Writes honest and forged proofs with the verifier's verdicts, for the verifier in Python.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
//   corpus_writer SEED        the format is described in python/check_verify.py
//
// Forgeries of three kinds: a word of an honest proof changed, one of each message; a message changed on its way into
// the transcript, with all that follows made to fit; wrong length, statement or key. These on a tiny machine with the
// naive prover; changed words and false tables on the toy machines with the prover on the CPU too.
#include <cstdio>
#include <cstdlib>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "tiny_machine.h"
#include "toy_corpus.h"

namespace sluice::test {
namespace {

std::string hex(const std::vector<std::uint8_t>& bytes) {
    static constexpr char kDigits[] = "0123456789abcdef";
    std::string text;
    for (const std::uint8_t byte : bytes) {
        text += kDigits[byte >> 4];
        text += kDigits[byte & 15];
    }
    return text;
}

template <class S>
void print_parameters(const char* separator) {
    constexpr const params::Profile& profile = S::kProfile;
    constexpr const params::Opening& opening = S::kOpening;
    std::string queries;
    for (const std::uint32_t count : opening.queries) queries += (queries.empty() ? "" : ", ") + std::to_string(count);
    std::printf(
        "\"%u\": {\"hasher\": \"%s\", \"extension_degree\": %u, \"opening\": \"%s\", \"log_inverse_rate\": %u, "
        "\"fold_arity_log\": %u, "
        "\"final_log\": %u, \"queries\": [%s], \"ood_samples\": %u, \"link_grinding_bits\": %u, "
        "\"lookup_grinding_bits\": %u, "
        "\"batch_grinding_bits\": %u, \"fold_grinding_bits\": %u, \"query_grinding_bits\": %u}%s",
        params::key_word(profile, opening.id),
        profile.hasher == params::Hasher::poseidon2_width16 ? "poseidon2-16" : "poseidon2-24", profile.extension_degree,
        std::string(params::name_of(opening.kind)).c_str(), opening.log_inverse_rate, opening.fold_arity_log,
        opening.final_log, queries.c_str(), opening.ood_samples, profile.linking_grinding_bits,
        profile.lookup_grinding_bits, opening.batch_grinding_bits, opening.fold_grinding_bits,
        opening.query_grinding_bits, separator);
}

/// Prints a case with the verdict of the verifier in C++.
template <class S>
void print_case(const std::string& name, const std::vector<std::uint8_t>& key, const std::vector<std::uint8_t>& proof,
                const std::vector<std::uint32_t>& statement) {
    static std::vector<std::uint8_t> last_key;
    std::string numbers;
    for (const std::uint32_t element : statement) numbers += (numbers.empty() ? "" : ", ") + std::to_string(element);
    std::printf(
        "{\"name\": \"%s, %s\", \"key\": \"%s\", \"proof\": \"%s\", \"statement\": [%s], \"verdict\": \"%s\"}\n",
        std::string(S::kProfile.name).c_str(), name.c_str(), key == last_key ? "same" : hex(key).c_str(),
        hex(proof).c_str(), numbers.c_str(),
        std::string(verify::name(run_verifier<S>(key, proof, statement).status)).c_str());
    last_key = key;
}

/// The cases of one profile and opening.
template <class S>
class Corpus {
 public:
    explicit Corpus(std::uint64_t seed) : machine_(options()), random_(seed) {}

    /// `changed` proofs with a changed word and `lied` with a lie at most. (A lie needs a prover, and a prover of a
    /// real profile shows work.)
    void write(std::size_t changed, std::size_t lied) {
        const auto traces = machine_.run({{2, {3, 5}}, {1, {5}}});
        const NaiveProver<S> prover(machine_.key(), traces, {3, 7, 3});
        const std::vector<std::uint32_t> statement = machine_.statement(3);
        const LabelledProof honest = prover.prove();
        emit("honest", honest.bytes(), statement);
        emit("honest, one shard", NaiveProver<S>(machine_.key(), machine_.run({{4, {1}}}), {4, 5}).prove().bytes(),
             machine_.statement(4));
        emit("another statement", honest.bytes(), {4, 42});
        change_words(honest, statement, changed);
        play_along(prover, honest, statement, lied);
        std::vector<std::uint8_t> bytes = honest.bytes();
        bytes.resize(bytes.size() - 4);
        emit("short by a word", bytes, statement);
        bytes = honest.bytes();
        bytes.resize(bytes.size() + 4, 0);
        emit("long by a word", bytes, statement);
    }

    /// A stack with several folds in the shipped profiles too, which a naive prover takes a while for.
    void write_tall() {
        const LabelledProof honest = NaiveProver<S>(machine_.key(), machine_.run({{4, {1}}}), {3, 13}).prove();
        emit("honest, tall", honest.bytes(), machine_.statement(4));
    }

 private:
    [[nodiscard]] static KeyOptions options() {
        KeyOptions options;
        options.stack_heights = {3, 4, 5, 7, 13};
        return options;
    }

    /// One random word of one message of each label and table, until there are enough.
    void change_words(const LabelledProof& honest, const std::vector<std::uint32_t>& statement, std::size_t limit) {
        std::map<std::string, std::vector<const ProofPart*>> by_label;
        for (const ProofPart& part : honest.parts) {
            if (part.word_count != 0) by_label[part.label + " of table " + std::to_string(part.table)].push_back(&part);
        }
        std::size_t done = 0;
        for (const auto& [label, parts] : by_label) {
            if (done++ == limit) return;
            const ProofPart& part = *parts[random_() % parts.size()];
            LabelledProof forged = honest;
            std::uint32_t& word = forged.words[part.first_word + random_() % part.word_count];
            word = (word + 1 + static_cast<std::uint32_t>(random_() % 1000)) % KoalaBear::kModulus;
            emit("changed: " + label, forged.bytes(), statement);
        }
    }

    /// A lie in one message of each label, the rest of the proof made for it.
    void play_along(const NaiveProver<S>& prover, const LabelledProof& honest,
                    const std::vector<std::uint32_t>& statement, std::size_t limit) {
        std::map<std::string, std::size_t> labels;
        for (const ProofPart& part : honest.parts) labels[part.label] += part.table == 1 ? 1 : 0;
        std::size_t done = 0;
        for (const auto& [label, count] : labels) {
            if (count == 0) continue;
            if (done++ == limit) return;
            Forgery<typename S::Ext> forgery;
            const std::size_t chosen = random_() % count;
            const std::string& wanted = label;
            bool told = false;
            forgery.tamper = [&](std::string_view name, std::size_t number, std::span<typename S::Ext> message) {
                if (told || name != wanted || number != chosen || message.empty()) return;
                message[random_() % message.size()] += KoalaBear::one();
                told = true;
            };
            forgery.play_along = static_cast<PlayAlong>(random_() % 7);
            forgery.column = {3, 1, 3};  // a word's value_out
            const LabelledProof forged = prover.prove(forgery);
            if (told) emit("lied: " + label, forged.bytes(), statement);
        }
    }

    void emit(const std::string& name, const std::vector<std::uint8_t>& proof,
              const std::vector<std::uint32_t>& statement) {
        print_case<S>(name, machine_.key().bytes, proof, statement);
    }

    TinyMachine<S> machine_;
    std::mt19937_64 random_;
};

/// Cases of toy machines, by the prover on the CPU.
template <class S>
void write_toys(std::uint64_t seed, const std::vector<std::pair<ToyRun, ToyCounts>>& runs) {
    std::mt19937_64 rng(seed);
    for (const auto& [run, counts] : runs) write_toy_cases<S>(run, counts, rng, print_case<S>);
}

}  // namespace
}  // namespace sluice::test

int main(int argc, char** argv) {
    using namespace sluice;
    if (argc != 2) return 2;
    const std::uint64_t seed = std::strtoull(argv[1], nullptr, 10);
    using params::OpeningId;
    using Bits100 = verify::Scheme<params::kBits100, OpeningId::basefold_rate_1_2>;
    using Bits128 = verify::Scheme<params::kBits128, OpeningId::basefold_rate_1_2>;
    using Bits100Whir = verify::Scheme<params::kBits100, OpeningId::whir_rate_1_2>;
    using Bits128Whir = verify::Scheme<params::kBits128, OpeningId::whir_rate_1_2>;
    std::printf("{");
    test::print_parameters<test::Narrow>(", ");
    test::print_parameters<test::Wide>(", ");
    test::print_parameters<test::NarrowWhir>(", ");
    test::print_parameters<test::WideWhir>(", ");
    test::print_parameters<Bits100>(", ");
    test::print_parameters<Bits128>(", ");
    test::print_parameters<Bits100Whir>(", ");
    test::print_parameters<Bits128Whir>("}\n");
    test::Corpus<test::Narrow>(seed).write(120, 40);
    test::Corpus<test::Wide>(seed + 1).write(60, 40);
    test::Corpus<test::NarrowWhir>(seed + 8).write(120, 40);
    test::Corpus<test::WideWhir>(seed + 9).write(60, 40);
    test::Corpus<Bits100>(seed + 2).write(3, 0);
    test::Corpus<Bits128>(seed + 3).write(3, 0);
    test::Corpus<Bits100Whir>(seed + 10).write_tall();
    test::Corpus<Bits128Whir>(seed + 11).write_tall();
    test::write_toys<test::Narrow>(
        seed + 4, {{test::fibonacci_run(), {10, 4}}, {test::register_run(), {6, 4}}, {test::synthetic_run(), {0, 1}}});
    test::write_toys<test::Wide>(seed + 5, {{test::fibonacci_run(), {4, 2}}, {test::register_run(), {6, 4}}});
    const std::vector<std::pair<test::ToyRun, test::ToyCounts>> shipped{
        {test::on_high_stacks(test::fibonacci_run()), {3, 1}}, {test::register_run(), {1, 1}}};
    test::write_toys<Bits100>(seed + 6, shipped);
    test::write_toys<Bits128>(seed + 7, shipped);
    return 0;
}
