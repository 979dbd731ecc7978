// The known ways in which proof systems were broken, tried on this one. SPDX-License-Identifier: MIT OR Apache-2.0
//
// Names of tests begin with the name of the pitfall. Traces are false here and the prover is honest about them, or
// plays along with a lie; single changed elements are attack_test.cpp's.
#include <functional>
#include <random>

#include "attacks.h"
#include "support/catch.h"

namespace sluice::test {
namespace {

using machine::Group;
using machine::TableTrace;

/// Chips of the tiny machine by their place.
enum Chip : std::size_t { kRangeChip = 0, kStepChip = 1, kEndsChip = 2, kWordsChip = 3 };

/// The verdict on a run whose traces were changed, proved as if they were right: status and table.
template <class S>
std::string verdict_on(const HonestRun<S>& run, const std::function<void(std::vector<TableTrace>&)>& change,
                       PlayAlong play_along = PlayAlong::nothing, std::uint32_t table = 1) {
    std::vector<TableTrace> traces = run.traces;
    change(traces);
    std::vector<unsigned> heights = run.stack_heights;
    heights.resize(traces.size(), 3);
    Forgery<typename S::Ext> forgery;
    forgery.play_along = play_along;
    forgery.table = table;
    const LabelledProof proof = NaiveProver<S>(run.machine.key(), traces, heights).prove(forgery);
    const verify::Verdict verdict = run_verifier<S>(run.key(), proof.bytes(), run.statement());
    return std::string(verify::name(verdict.status)) + " " + std::to_string(verdict.table);
}

template <class S>
std::string verdict_on(const HonestRun<S>& run, const LabelledProof& proof) {
    return in_words(run_verifier<S>(run.key(), proof.bytes(), run.statement()));
}

/// Sets cells of table 1.
auto set(std::size_t chip, Group group, std::uint32_t column, std::uint32_t row, std::uint64_t value) {
    return
        [=](std::vector<TableTrace>& traces) { traces[1].chips[chip].at(group, column, row) = tiny::element(value); };
}

TEMPLATE_TEST_CASE("claims that are not absorbed: every element of a body but the openings goes into the transcript",
                   "", Narrow, NarrowWhir) {
    struct Recorder {
        std::vector<std::uint32_t>* absorbed;
        void operator()(std::string_view label, hash::Direction direction, const KoalaBear* elements,
                        std::size_t count) const {
            static const std::set<std::string_view> kNotOfTheBody = {
                "protocol", "key_digest",   "machine", "shards",        "shard",       "link_root", "link_a",
                "link_b",   "stack_height", "heights", "public_values", "linked_root", "main_root"};
            if (direction == hash::Direction::sample || kNotOfTheBody.contains(label)) return;
            for (std::size_t i = 0; i < count; ++i) absorbed->push_back(elements[i].canonical());
        }
    };
    const HonestRun<TestType> run;
    std::vector<std::uint32_t> absorbed;
    std::vector<std::uint64_t> memory(1 << 17);
    Arena arena(memory.data(), memory.size() * 8);
    using Traced = verify::Scheme<params_test::kTest, TestType::kOpening.id, Recorder>;
    REQUIRE(verify::verify_execution<Traced>(run.key(), run.proof.bytes(), run.statement(), arena, Recorder{&absorbed})
                .ok());
    std::vector<std::uint32_t> sent;
    for (const ProofPart& part : run.proof.parts) {
        const bool opening = part.label.starts_with("leaf") || part.label.starts_with("sibling");
        const bool header = part.label == "magic" || part.label == "version" || part.label == "shards" ||
                            part.label == "stack_height" || is_header_part(part);
        for (std::size_t i = 0; !opening && !header && i < part.word_count; ++i)
            sent.push_back(run.proof.words[part.first_word + i]);
    }
    CHECK(absorbed.size() > 1000);
    CHECK(absorbed == sent);
}

TEMPLATE_TEST_CASE("a key that is not in the transcript: a proof holds for no other key", "", Narrow, Wide) {
    const HonestRun<TestType> run;
    KeyOptions options = HonestRun<TestType>::options();
    options.max_shards += 1;
    const TinyMachine<TestType> other(options);
    const std::string verdict = verdict_of<TestType>(other.key().bytes, run.proof.bytes(), run.statement());
    INFO(verdict);
    CHECK((verdict.starts_with("link_grinding") || verdict.starts_with("lookup_grinding") ||
           verdict.starts_with("gkr_")));
}

TEMPLATE_TEST_CASE("another statement is refused", "", Narrow, Wide) {
    const HonestRun<TestType> run;
    CHECK(verdict_of<TestType>(run.key(), run.proof.bytes(), {4, 42}) == "statement 3 1");
    CHECK(verdict_of<TestType>(run.key(), run.proof.bytes(), {3, 43}) == "statement 3 4");
    CHECK(verdict_of<TestType>(run.key(), run.proof.bytes(), {3}) == "statement 3 0");
    CHECK(verdict_of<TestType>(run.key(), run.proof.bytes(), {3, 42, 0}) == "statement 3 0");
    CHECK(verdict_of<TestType>(run.key(), run.proof.bytes(), {3 + KoalaBear::kModulus, 42}) == "statement 3 1");
}

TEST_CASE("heights chosen by the prover are held to the key's") {
    const HonestRun<Narrow> run;
    const auto with_height = [&](std::size_t chip, std::uint32_t height) {
        LabelledProof proof = run.proof;
        std::size_t seen = 0;
        for (const ProofPart& part : proof.parts) {
            if (part.label == "heights" && part.table == 1 && seen++ == chip) proof.words[part.first_word] = height;
        }
        return verdict_on(run, proof);
    };
    CHECK(with_height(kRangeChip, 0) == "fixed_height 1 0");
    CHECK(with_height(kRangeChip, 7) == "fixed_height 1 0");
    CHECK(with_height(kEndsChip, 2) == "fixed_height 1 2");
    CHECK(with_height(kStepChip, 17) == "height_over_limit 1 1");
    CHECK(with_height(kStepChip, KoalaBear::kModulus - 1) == "height_over_limit 1 1");
    // Within the limit, but more or fewer rows than were proved.
    CHECK(with_height(kStepChip, 3) != "ok");
    CHECK(with_height(kStepChip, 0) != "ok");
}

TEST_CASE("a run with more rows than the key allows in all is refused") {
    const TinyMachine<Narrow> machine;
    std::vector<TableTrace> traces = machine.run({{2, {}}});
    NaiveKey key = machine.key();
    key.machines[0].max_total_rows = 8;  // range 6, ends 1, steps 2
    encode_key<Narrow>(key, {});
    const auto proof = NaiveProver<Narrow>(key, traces, {3, 3}).prove().bytes();
    CHECK(verdict_of<Narrow>(key.bytes, proof, machine.statement(2)) == "total_rows 1 0");
    key.machines[0].max_total_rows = 9;
    encode_key<Narrow>(key, {});
    CHECK(verdict_of<Narrow>(key.bytes, NaiveProver<Narrow>(key, traces, {3, 3}).prove().bytes(),
                             machine.statement(2)) == "ok");
}

TEMPLATE_TEST_CASE("a sum of nothing: a table without link rows cannot state a sum", "", Narrow, Wide) {
    using Ext = typename TestType::Ext;
    const HonestRun<TestType> run;  // shard 3 has no words
    for (const PlayAlong how_far : {PlayAlong::nothing, PlayAlong::children}) {
        Forgery<Ext> forgery;
        forgery.table = 3;
        forgery.play_along = how_far;
        forgery.tamper = [](std::string_view label, std::size_t, std::span<Ext> message) {
            if (label == "roots") message[4] += Ext::one();
        };
        const LabelledProof proof =
            NaiveProver<TestType>(run.machine.key(), run.traces, run.stack_heights).prove(forgery);
        const std::string verdict = verdict_on(run, proof);
        INFO(verdict);
        CHECK(verdict.starts_with(how_far == PlayAlong::nothing ? "gkr_children 3" : "zerocheck_final 3"));
    }
}

TEMPLATE_TEST_CASE("records: a read of what nobody wrote is refused, and so is what nobody reads", "", Narrow, Wide) {
    const HonestRun<TestType> run;
    // The second step starts from 2 instead of 1; its square and the range table's counts follow.
    CHECK(verdict_on<TestType>(run, [](std::vector<TableTrace>& traces) {
              machine::ChipTrace& steps = traces[1].chips[kStepChip];
              steps.at(Group::main, 1, 1) = tiny::element(2);
              steps.at(Group::main, 2, 1) = tiny::element(4);
              traces[1].chips[kRangeChip].at(Group::main, 0, 1) -= tiny::element(1);
              traces[1].chips[kRangeChip].at(Group::main, 0, 2) += tiny::element(1);
          }) == "products_differ 1");
}

TEMPLATE_TEST_CASE("imbalance is not moved between outputs: each sum is judged alone", "", Narrow, Wide) {
    using Ext = typename TestType::Ext;
    const HonestRun<TestType> run;
    // A false count leaves the lookup sum off. The forger takes the difference out of it and puts it into the link sum
    // of the same table, or of another one.
    const auto forged = [&](std::size_t from, std::size_t to) {
        std::vector<TableTrace> traces = run.traces;
        traces[1].chips[kRangeChip].at(Group::main, 0, 0) += tiny::element(1);
        Forgery<Ext> forgery;
        forgery.play_along = PlayAlong::children;
        forgery.tamper = [&](std::string_view label, std::size_t, std::span<Ext> message) {
            if (label != "roots") return;
            message[to] += message[from] * message[from + 1].inverse() * message[to + 1];
            message[from] = Ext::zero();
        };
        return verdict_on(run, NaiveProver<TestType>(run.machine.key(), traces, run.stack_heights).prove(forgery));
    };
    CHECK(verdict_on<TestType>(run, [](std::vector<TableTrace>& traces) {
              traces[1].chips[kRangeChip].at(Group::main, 0, 0) += tiny::element(1);
          }) == "lookup_sum 1");
    CHECK(forged(2, 4).starts_with("zerocheck_final 1"));
}

TEMPLATE_TEST_CASE("imbalance is not moved between shards: words must come from where they went", "", Narrow, Wide) {
    const HonestRun<TestType> run;
    // Word 5 goes from shard 1 to shard 2 with another value than it left with; shard 2's own rows are consistent.
    CHECK(verdict_on<TestType>(run, [](std::vector<TableTrace>& traces) {
              machine::ChipTrace& words = traces[2].chips[kWordsChip];
              words.at(Group::linked, 2, 0) += tiny::element(10);
              words.at(Group::linked, 3, 0) += tiny::element(10);
          }) == "link_sum 0");
    // Nor does the boundary make up for it by a word that starts with the difference.
    CHECK(verdict_on<TestType>(run, [](std::vector<TableTrace>& traces) {
              machine::ChipTrace& boundary = traces[0].chips[0];
              boundary.at(Group::linked, 2, 0) += tiny::element(1);
          }) == "link_sum 0");
    // Nor is it a word that nobody else has.
    CHECK(verdict_on<TestType>(run, [](std::vector<TableTrace>& traces) {
              traces[1].chips[kWordsChip].at(Group::linked, 1, 0) += tiny::element(1);
          }) == "link_sum 0");
}

TEMPLATE_TEST_CASE("shard index unbound: a word that a shard reads from itself or the future is refused", "", Narrow,
                   Wide) {
    const HonestRun<TestType> run;
    // Two rows for one unused word in shard 1 that cancel each other: the first comes from shard 1 itself.
    const auto cancelling = [](std::uint32_t difference) {
        return [=](std::vector<TableTrace>& traces) {
            machine::TraceWriter<tiny::Words> words;
            const auto word = [&](std::uint32_t key, std::uint32_t value, std::uint32_t from, std::uint64_t gap) {
                words.append({tiny::element(1), tiny::element(key), tiny::element(value), tiny::element(value + 1),
                              tiny::element(from)},
                             {tiny::element(gap)});
            };
            word(3, 103, 0, 0);
            word(5, 105, 0, 0);
            word(9, 50, 1, difference);  // i - 1 - shard_in = -1
            traces[1].chips[kWordsChip] = words.finish();
            if (difference == 0) traces[1].chips[kRangeChip].at(Group::main, 0, 0) += tiny::element(1);
        };
    };
    // p - 1 is in no table of 16-bit numbers.
    CHECK(verdict_on<TestType>(run, cancelling(KoalaBear::kModulus - 1)) == "lookup_sum 1");
    // And another difference is not the difference.
    CHECK(verdict_on<TestType>(run, cancelling(0)).starts_with("zerocheck_round 1"));
}

TEMPLATE_TEST_CASE("selectors that are not boolean are refused", "", Narrow, Wide) {
    const HonestRun<TestType> run;
    CHECK(verdict_on<TestType>(run, set(kStepChip, Group::main, 0, 0, 2)).starts_with("products_differ 1"));
    // A word that is linked twice over: pass 1 cannot see it, the constraint does.
    CHECK(verdict_on<TestType>(run, [](std::vector<TableTrace>& traces) {
              traces[1].chips[kWordsChip].at(Group::linked, 0, 0) = tiny::element(2);
              traces[1].chips[kRangeChip].at(Group::main, 0, 0) += tiny::element(1);
          }).starts_with("zerocheck_round 1"));
}

TEMPLATE_TEST_CASE("a broken constraint is refused, also if the forger plays along", "", SLUICE_SCHEMES) {
    const HonestRun<TestType> run;
    CHECK(verdict_on<TestType>(run, set(kStepChip, Group::main, 2, 1, 5)).starts_with("zerocheck_round 1"));
    CHECK(verdict_on<TestType>(run, set(kStepChip, Group::main, 2, 1, 5), PlayAlong::rounds)
              .starts_with("zerocheck_final 1"));
}

TEMPLATE_TEST_CASE("padding rows: what stands behind a column's height is never read", "", Narrow, Wide) {
    const HonestRun<TestType> run;
    // Steps have a height of 2 and a stride of 4. The forger's rows there would be a third step.
    const std::string verdict = verdict_on<TestType>(run, [](std::vector<TableTrace>& traces) {
        for (std::uint32_t column = 0; column < 3; ++column)
            traces[1].chips[kStepChip].columns[2][4 * column + 2] = tiny::element(1);
    });
    CHECK(verdict == "ok 0");
}

TEST_CASE("multiplicities: so many lookups that a count could wrap are refused before anything is proved") {
    // 65 lookups in each of 2^24 rows: more than the 2^30 of the profile, which is below p.
    NaiveKey key;
    std::vector<machine::Node> nodes{{machine::NodeKind::main, 0, 0}};
    std::vector<machine::Interaction> lookups(65, {machine::InteractionType::lookup, 1, 0, 0, 1});
    std::vector<std::uint32_t> elements{0};
    std::vector<machine::Chip> chips(1);
    chips[0].id = 1;
    chips[0].name = "many";
    chips[0].widths[2] = 1;
    chips[0].max_height = 1u << 24;
    chips[0].program = {nodes, {}, lookups, elements};
    machine::Machine machine;
    machine.chips = chips;
    machine.max_total_rows = 1u << 27;
    key.machines = {machine};
    key.preprocessed = {{{}}};
    KeyOptions options;
    options.stack_heights = {22};
    const auto verdict = [&](std::uint32_t height) {
        encode_key<Narrow>(key, options);
        LabelledProof proof{{0x46504c53, 1, 1, 22, height}, {}};
        proof.words.resize(5 + 16, 0);
        return verdict_of<Narrow>(key.bytes, proof.bytes(), {});
    };
    CHECK(verdict(1u << 24) == "lookup_count 1 0");
    CHECK(verdict((1u << 30) / 65 + 1) == "lookup_count 1 0");
    CHECK(verdict((1u << 30) / 65).starts_with("truncated"));
    for (machine::Interaction& interaction : lookups) interaction.type = machine::InteractionType::write;
    CHECK(verdict(1u << 24) == "record_count 1 0");
}

TEMPLATE_TEST_CASE("zero denominators and products: outputs that make anything equal are refused", "", Narrow, Wide) {
    using Ext = typename TestType::Ext;
    const HonestRun<TestType> run;
    const auto zeroed = [&](std::vector<std::size_t> values) {
        Forgery<Ext> forgery;
        forgery.tamper = [values](std::string_view label, std::size_t, std::span<Ext> message) {
            if (label != "roots") return;
            for (const std::size_t value : values) message[value] = Ext::zero();
        };
        return verdict_on(run, NaiveProver<TestType>(run.machine.key(), run.traces, run.stack_heights).prove(forgery));
    };
    CHECK(zeroed({0, 1}) == "product_zero 1 0");
    CHECK(zeroed({3}) == "lookup_zero_denominator 1 0");
    CHECK(zeroed({5}) == "link_zero_denominator 1 0");
    CHECK(zeroed({4, 5}) == "link_zero_denominator 1 0");
}

TEMPLATE_TEST_CASE("first state unbound: a run starts where the key says and goes on where it ended", "", Narrow,
                   Wide) {
    const HonestRun<TestType> run;
    const auto value = [](std::uint32_t table, std::uint32_t index, std::uint64_t number) {
        return [=](std::vector<TableTrace>& traces) { traces[table].public_values[index] = tiny::element(number); };
    };
    CHECK(verdict_on<TestType>(run, value(1, tiny::kFirst, 1)) == "chain 1");
    CHECK(verdict_on<TestType>(run, value(2, tiny::kFirst, 1)) == "chain 2");
    CHECK(verdict_on<TestType>(run, value(1, tiny::kLast, 3)) == "chain 2");
    CHECK(verdict_on<TestType>(run, value(2, tiny::kShard, 1)) == "shard_index_value 2");
    // A last state that is stated consistently and not reached.
    CHECK(verdict_on<TestType>(run, [&](std::vector<TableTrace>& traces) {
              value(1, tiny::kLast, 1)(traces);
              value(2, tiny::kFirst, 1)(traces);
              value(2, tiny::kLast, 2)(traces);
          }) == "products_differ 1");
}

TEMPLATE_TEST_CASE("halt in the middle: a prefix of a run is no run", "", Narrow, Wide) {
    const HonestRun<TestType> run;
    CHECK(verdict_on<TestType>(run, [](std::vector<TableTrace>& traces) { traces.pop_back(); }) ==
          "last_shard_value 2");
    CHECK(verdict_on<TestType>(run, [](std::vector<TableTrace>& traces) {
              traces[2].public_values[tiny::kIsLast] = tiny::element(1);
          }) == "last_shard_value 2");
    CHECK(verdict_on<TestType>(run, [](std::vector<TableTrace>& traces) { traces.push_back(traces[3]); }) ==
          "last_shard_value 3");
}

TEMPLATE_TEST_CASE("shards replayed, dropped or reordered are refused", "", Narrow, Wide) {
    const HonestRun<TestType> run;
    const ProofPieces honest(run.proof);
    REQUIRE(honest.bytes() == run.proof.bytes());
    const auto verdict = [&](const std::function<void(ProofPieces&)>& change) {
        ProofPieces pieces = honest;
        change(pieces);
        return verdict_of<TestType>(run.key(), pieces.bytes(), run.statement());
    };
    CHECK(verdict([](ProofPieces& p) {
              std::swap(p.header[1], p.header[2]);
              std::swap(p.body[1], p.body[2]);
          }) == "shard_index_value 1 2");
    CHECK(verdict([](ProofPieces& p) { p.header[2] = p.header[1]; }) == "shard_index_value 2 2");
    // Bodies alone: what they say is said of another header.
    const std::string swapped = verdict([](ProofPieces& p) { std::swap(p.body[2], p.body[3]); });
    INFO(swapped);
    CHECK((swapped.starts_with("lookup_grinding 2") || swapped.starts_with("gkr_")));
    CHECK(verdict([](ProofPieces& p) {
              p.start[2] = 2;
              p.header.erase(3);
              p.body.erase(3);
          }) == "last_shard_value 2 3");
    CHECK(verdict([](ProofPieces& p) { p.start[2] = 0; }) == "shard_count 0 0");
    CHECK(verdict([](ProofPieces& p) { p.start[2] = 9; }) == "shard_count 0 0");
}

TEMPLATE_TEST_CASE("the boundary of another run is refused", "", Narrow, Wide) {
    const HonestRun<TestType> run;
    std::vector<TableTrace> other = run.machine.run({{2, {3}}, {0, {5}}, {1, {}}});
    const LabelledProof proof = NaiveProver<TestType>(run.machine.key(), other, run.stack_heights).prove();
    ProofPieces pieces(run.proof);
    const ProofPieces of_other(proof);
    pieces.header[0] = of_other.header.at(0);
    pieces.body[0] = of_other.body.at(0);
    const std::string verdict = verdict_of<TestType>(run.key(), pieces.bytes(), run.statement());
    INFO(verdict);
    CHECK((verdict.starts_with("link_grinding") || verdict.starts_with("lookup_grinding 0") ||
           verdict.starts_with("gkr_")));
    // Made into one execution with the shards, it does not balance.
    CHECK(verdict_on<TestType>(run, [&](std::vector<TableTrace>& traces) { traces[0] = other[0]; }) == "link_sum 0");
}

TEMPLATE_TEST_CASE("a link to a word that is not there is not balanced by one that is", "", Narrow, Wide) {
    const HonestRun<TestType> run;
    CHECK(verdict_on<TestType>(run, [](std::vector<TableTrace>& traces) {
              traces[0].chips[0] = machine::ChipTrace{};  // no boundary rows at all
          }) == "link_sum 0");
}

TEST_CASE("more link terms than the key allows are refused") {
    KeyOptions options;
    const auto verdict = [&](std::uint32_t most) {
        options.max_link_terms = most;
        const TinyMachine<Narrow> machine(options);
        const auto traces = machine.run({{1, {3, 5}}, {0, {5}}});  // 2 x (2 + 2 + 1) terms
        return verdict_of<Narrow>(machine.key().bytes,
                                  NaiveProver<Narrow>(machine.key(), traces, {3, 3, 3}).prove().bytes(),
                                  machine.statement(1));
    };
    CHECK(verdict(10) == "ok");
    CHECK(verdict(9) == "link_terms 0 0");
}

TEMPLATE_TEST_CASE("fixed columns chosen by the prover: other preprocessed columns are not under the key's root", "",
                   SLUICE_SCHEMES) {
    const HonestRun<TestType> run;
    NaiveKey forged = run.machine.key();
    // The range table has a 6 instead of a 5.
    forged.preprocessed[0][kRangeChip][5] = tiny::element(6);
    const auto proof = NaiveProver<TestType>(forged, run.traces, run.stack_heights).prove();
    const std::string verdict = verdict_on(run, proof);
    INFO(verdict);
    CHECK(verdict.starts_with("merkle_preprocessed 1"));
}

TEMPLATE_TEST_CASE("claims swapped between commitments are refused", "", SLUICE_SCHEMES) {
    using Ext = typename TestType::Ext;
    const HonestRun<TestType> run;
    const auto swapped = [&](std::string label, PlayAlong how_far) {
        Forgery<Ext> forgery;
        forgery.play_along = how_far;
        forgery.column = {3, 1, 3};
        forgery.tamper = [label](std::string_view sent, std::size_t, std::span<Ext> message) {
            if (sent == label) std::swap(message.front(), message.back());
        };
        return verdict_on(run, NaiveProver<TestType>(run.machine.key(), run.traces, run.stack_heights).prove(forgery));
    };
    CHECK(swapped("column_values", PlayAlong::nothing).starts_with("zerocheck_final 1"));
    CHECK(swapped("stack_values", PlayAlong::nothing).starts_with("jagged_final 1"));
}

TEMPLATE_TEST_CASE("an imbalance of one output is not paid in another, nor by another shard", "", Narrow, Wide) {
    using Ext = typename TestType::Ext;
    const HonestRun<TestType> run;
    // In shard 1 a lookup of a number that is not in the range, and a word of shard 2 that does not link.
    std::vector<TableTrace> lookups = run.traces;
    lookups[1].chips[kRangeChip].at(Group::main, 0, 5) += tiny::element(1);
    std::vector<TableTrace> links = run.traces;
    links[2].chips[kWordsChip].at(Group::linked, 2, 0) += tiny::element(10);
    links[2].chips[kWordsChip].at(Group::linked, 3, 0) += tiny::element(10);
    const auto verdict = [&](const std::vector<TableTrace>& traces, PlayAlong play_along,
                             const std::function<void(std::span<Ext>)>& move) {
        Forgery<Ext> forgery;
        forgery.column = {3, 1, 3};
        forgery.play_along = play_along;
        forgery.tamper = [&](std::string_view label, std::size_t, std::span<Ext> message) {
            if (label == "roots") move(message);
        };
        return verdict_on(run, NaiveProver<TestType>(run.machine.key(), traces, run.stack_heights).prove(forgery));
    };
    // N_L / D_L goes to N_G / D_G: the lookups seem to balance.
    const auto lookups_to_links = [](std::span<Ext> roots) {
        roots[4] += roots[2] * roots[5] * roots[3].inverse();
        roots[2] = Ext::zero();
    };
    // The products seem equal, and the fractions have the quotient.
    const auto lookups_to_products = [](std::span<Ext> roots) {
        roots[0] += roots[2];
        roots[2] = Ext::zero();
    };
    CHECK(verdict(lookups, PlayAlong::nothing, [](std::span<Ext>) {}) == "lookup_sum 1 0");
    CHECK(verdict(lookups, PlayAlong::nothing, lookups_to_products) == "products_differ 1 0");
    CHECK(verdict(lookups, PlayAlong::nothing, lookups_to_links) == "gkr_children 1 0");
    CHECK(verdict(lookups, PlayAlong::children, lookups_to_links) == "zerocheck_final 1 0");
    CHECK(verdict(lookups, PlayAlong::columns, lookups_to_links) == "jagged_final 1 0");
    CHECK(verdict(lookups, PlayAlong::last, lookups_to_links).starts_with("opening_last 1"));

    // What shard 2 lacks is added to the sum of shard 1. How much that is follows from an honest proof of the same
    // tables, whose linking challenges are the same.
    Ext missing = Ext::zero();
    for (std::uint32_t table = 0; table < links.size(); ++table) {
        Forgery<Ext> eavesdrop;
        eavesdrop.table = table;
        eavesdrop.tamper = [&](std::string_view label, std::size_t, std::span<Ext> roots) {
            if (label == "roots") missing += roots[4] * roots[5].inverse();
        };
        (void)NaiveProver<TestType>(run.machine.key(), links, run.stack_heights).prove(eavesdrop);
    }
    REQUIRE(!missing.is_zero());
    const auto pay_for_shard_2 = [&](std::span<Ext> roots) { roots[4] -= missing * roots[5]; };
    CHECK(verdict(links, PlayAlong::nothing, [](std::span<Ext>) {}) == "link_sum 0 0");
    CHECK(verdict(links, PlayAlong::nothing, pay_for_shard_2) == "gkr_children 1 0");
    CHECK(verdict(links, PlayAlong::children, pay_for_shard_2) == "zerocheck_final 1 0");
    CHECK(verdict(links, PlayAlong::stack, pay_for_shard_2) == "opening_final 1 0");
}

TEMPLATE_TEST_CASE("chips permuted, left out or doubled in the forger's machine are refused", "", Narrow, Wide) {
    const HonestRun<TestType> run;
    // The forger's key has the bytes, and so the digest, of the honest one, but he proves for other chips.
    const auto verdict = [&](const std::vector<std::size_t>& chips) {
        NaiveKey key = run.machine.key();
        std::vector<TableTrace> traces = run.traces;
        std::vector<machine::Chip> forged;
        key.preprocessed[0].clear();
        for (TableTrace& trace : traces) {
            if (&trace != &traces[0]) trace.chips.clear();
        }
        for (const std::size_t chip : chips) {
            forged.push_back(run.machine.key().machines[0].chips[chip]);
            key.preprocessed[0].push_back(run.machine.key().preprocessed[0][chip]);
            for (std::size_t table = 1; table < traces.size(); ++table)
                traces[table].chips.push_back(run.traces[table].chips[chip]);
        }
        key.machines[0].chips = forged;
        return verdict_on(run, NaiveProver<TestType>(key, traces, run.stack_heights).prove());
    };
    REQUIRE(verdict({0, 1, 2, 3}) == "ok");
    // The heights stand in the order of the key, and some are fixed.
    CHECK(verdict({1, 0, 2, 3}) == "fixed_height 1 0");
    CHECK(verdict({0, 2, 1, 3}) == "fixed_height 1 2");
    // Steps and words exchanged: a shard without steps seems to have no words, but has their root.
    CHECK(verdict({0, 3, 2, 1}) == "root_of_nothing 2 1");
    // With a chip more or less, the rest of the header is read from other places.
    for (const std::vector<std::size_t>& chips :
         {std::vector<std::size_t>{1, 2, 3}, {0, 2, 3}, {0, 1, 3}, {0, 1, 2}, {0, 1, 1, 2, 3}, {0, 1, 2, 3, 3}}) {
        const std::string found = verdict(chips);
        INFO(found);
        CHECK((found.starts_with("fixed_height") || found.starts_with("height_over_limit") ||
               found.starts_with("root_of_nothing") || found.starts_with("stack_height_not_allowed")));
    }
}

TEST_CASE("jagged: the indicator is its definition, for every height and many starts and numbers of columns") {
    using Ext = Narrow::Ext;
    SLUICE_RANDOM(rng);
    const auto random_point = [&](std::size_t size) {
        std::vector<Ext> point(size);
        for (Ext& coordinate : point) {
            for (KoalaBear& limb : coordinate.limb) limb = tiny::element(rng());
        }
        return point;
    };
    std::vector<std::uint64_t> memory(1 << 14);
    Arena arena(memory.data(), memory.size() * 8);
    const auto compare = [&](std::size_t rows, std::size_t bits, std::size_t height, std::size_t start,
                             std::uint32_t count) {
        const std::vector<Ext> r = random_point(rows);
        const std::vector<Ext> s = random_point(bits);
        const Ext zeta = random_point(1)[0];
        const Ext first_power = random_point(1)[0];
        std::vector<Ext> eq_rows;
        std::vector<Ext> eq_stack;
        for (std::size_t x = 0; x < height; ++x) eq_rows.push_back(eq_at(r, x));
        for (std::size_t x = 0; x < (std::size_t{1} << bits); ++x) eq_stack.push_back(eq_at(s, x));
        Ext expected = Ext::one();  // what was there before is kept
        Ext power = first_power;
        for (std::uint32_t column = 0; column < count; ++column, power *= zeta) {
            for (std::size_t x = 0; x < height; ++x)
                expected += power * eq_rows[x] * eq_stack[start + column * machine::align4(height) + x];
        }
        Ext sum = Ext::one();
        Ext found_power = first_power;
        INFO("start " << start << ", height " << height << ", " << count << " columns, " << rows << " row variables");
        REQUIRE(verify::JaggedIndicator<Ext>(r, s).add_columns(start, static_cast<std::uint32_t>(height), count, zeta,
                                                               found_power, sum, arena));
        CHECK(sum == expected);
        CHECK(found_power == power);
        CHECK(arena.used() == 0);
    };
    for (const std::size_t rows : {0u, 2u, 3u, 5u}) {
        for (std::size_t height = 1; height <= (std::size_t{1} << rows); ++height) {
            const std::size_t most = 64 / machine::align4(height);
            for (std::size_t count = 0; count <= most; count += count < 3 ? 1 : 5) {
                const std::size_t last = (64 - count * machine::align4(height)) / 4;
                for (const std::size_t start : {std::size_t{0}, last / 2, last})
                    compare(rows, 6, height, 4 * start, static_cast<std::uint32_t>(count));
            }
        }
    }
    for (int repeat = 0; repeat < 40; ++repeat) {
        const std::size_t height = 1 + rng() % 200;
        const auto count = static_cast<std::uint32_t>(rng() % (2048 / machine::align4(height)));
        compare(8, 11, height, 4 * (rng() % ((2048 - count * machine::align4(height)) / 4 + 1)), count);
    }
}

TEMPLATE_TEST_CASE("every cell of every column matters", "", SLUICE_SCHEMES) {
    const HonestRun<TestType> run;
    std::size_t cells = 0;
    for (std::size_t table = 0; table < run.traces.size(); ++table) {
        for (std::size_t chip = 0; chip < run.traces[table].chips.size(); ++chip) {
            for (std::size_t group = 1; group < 3; ++group) {
                const machine::ChipTrace& trace = run.traces[table].chips[chip];
                const std::size_t columns =
                    trace.columns[group].size() / std::max<std::size_t>(machine::align4(trace.height), 1);
                for (std::uint32_t column = 0; column < columns; ++column) {
                    // One row of each column is enough: all rows have the same constraints.
                    const auto row = static_cast<std::uint32_t>(column % trace.height);
                    const std::string verdict = verdict_on<TestType>(run, [&](std::vector<TableTrace>& traces) {
                        traces[table].chips[chip].at(static_cast<Group>(group), column, row) += tiny::element(1);
                    });
                    INFO("table " << table << ", chip " << chip << ", group " << group << ", column " << column);
                    CHECK(verdict != "ok 0");
                    ++cells;
                }
            }
        }
    }
    CHECK(cells > 20);
}

}  // namespace
}  // namespace sluice::test
