// Attacks on WHIR: what its groups, samples and weights keep out. SPDX-License-Identifier: MIT OR Apache-2.0
//
// Single changed elements are attack_test.cpp's; here the forger plays along with his lie.
#include "attacks.h"
#include "support/catch.h"

namespace sluice::test {
namespace {

/// A run of one shard with a stack of three groups of variables in NarrowWhir (sizes 2, 2, 1), of two in WideWhir (3,
/// 1): the last group is smaller than the others.
template <class S>
struct TallRun {
    static constexpr unsigned kHeight = 7;

    TinyMachine<S> machine;
    std::vector<machine::TableTrace> traces;

    TallRun() : machine(options()), traces(machine.run({{2, {3, 5}}})) {}
    [[nodiscard]] static KeyOptions options() {
        KeyOptions options;
        options.stack_heights = {3, kHeight};
        return options;
    }
    [[nodiscard]] static unsigned groups() { return S::kOpening.num_groups(kHeight); }

    /// What the verifier says of a forged proof of the shard.
    [[nodiscard]] std::string verdict(const Forgery<typename S::Ext>& forgery) const {
        const LabelledProof proof = NaiveProver<S>(machine.key(), traces, {3, kHeight}).prove(forgery);
        const verify::Verdict verdict = run_verifier<S>(machine.key().bytes, proof.bytes(), machine.statement(2));
        CHECK((verdict.table == 1 || verdict.ok()));
        return std::string(verify::name(verdict.status));
    }
};

TEMPLATE_TEST_CASE("whir: a run with several groups is accepted", "", NarrowWhir, WideWhir) {
    const TallRun<TestType> run;
    REQUIRE(run.groups() == (TestType::kProfile.extension_degree == 4 ? 3 : 2));
    CHECK(run.verdict({}) == "ok");
}

TEMPLATE_TEST_CASE("whir: a false value outside the domain is refused, also if the forger plays along", "", NarrowWhir,
                   WideWhir) {
    const TallRun<TestType> run;
    for (std::size_t level = 0; level + 1 < run.groups(); ++level) {
        const auto forged = [&](PlayAlong how_far) {
            Forgery<typename TestType::Ext> forgery;
            forgery.play_along = how_far;
            forgery.tamper = [&](std::string_view label, std::size_t number, auto message) {
                if (label == "ood_value" && number == level) message[0] += KoalaBear::one();
            };
            return run.verdict(forgery);
        };
        CAPTURE(level);
        CHECK(forged(PlayAlong::nothing) == "opening_round");
        CHECK(forged(PlayAlong::rounds) == "opening_final");
        CHECK(forged(PlayAlong::last) == "opening_last");
    }
}

TEMPLATE_TEST_CASE("whir: a query that the forger takes no claim of, or leaves out of the weight, is refused", "",
                   NarrowWhir, WideWhir) {
    const TallRun<TestType> run;
    for (std::size_t level = 0; level + 1 < run.groups(); ++level) {
        // Number 0 is the sample outside the domain, 1 the first query.
        for (const std::size_t number : {0u, 1u}) {
            const auto forged = [&](Omit omit, PlayAlong how_far) {
                Forgery<typename TestType::Ext> forgery;
                forgery.play_along = how_far;
                forgery.omit = [&](std::size_t at_level, std::size_t at) {
                    return at_level == level && at == number ? omit : Omit::nothing;
                };
                return run.verdict(forgery);
            };
            CAPTURE(level, number);
            CHECK(forged(Omit::claim, PlayAlong::nothing) == "opening_round");
            CHECK(forged(Omit::claim, PlayAlong::last) == "opening_round");
            CHECK(forged(Omit::weight, PlayAlong::nothing) == "opening_round");
            CHECK(forged(Omit::weight, PlayAlong::rounds) == "opening_final");
            CHECK(forged(Omit::weight, PlayAlong::last) == "opening_final");
        }
    }
}

TEMPLATE_TEST_CASE("whir: an oracle of another polynomial than the fold is refused", "", NarrowWhir, WideWhir) {
    const TallRun<TestType> run;
    // The forger starts from stack values that are false, and gives the first oracle what makes them right. Then what
    // is queried of the commitments is not what the oracle has.
    const auto forged = [&](PlayAlong how_far) {
        Forgery<typename TestType::Ext> forgery;
        forgery.play_along = how_far;
        forgery.column = {3, 1, 3};
        forgery.tamper = [](std::string_view label, std::size_t, auto message) {
            if (label == "roots") message[3] += KoalaBear::one();
        };
        return run.verdict(forgery);
    };
    CHECK(forged(PlayAlong::stack) == "opening_final");
    CHECK(forged(PlayAlong::last) == "opening_last");
    CHECK(forged(PlayAlong::fold) == "opening_last");
}

TEMPLATE_TEST_CASE("whir: the last oracle has the domain that its rate asks for", "", NarrowWhir, WideWhir) {
    const TallRun<TestType> run;
    const params::Opening& opening = TestType::kOpening;
    const unsigned last = run.groups() - 1;
    REQUIRE(opening.group_size(run.kHeight, last) < opening.group_size(run.kHeight, last - 1));
    // Half the domain, for which the queries are too few: as it were with the domain before halved once more than the
    // number of values.
    Forgery<typename TestType::Ext> forgery;
    forgery.smaller_last_domain = 1;
    const std::string verdict = run.verdict(forgery);
    INFO(verdict);
    CHECK((verdict == "merkle_fold" || verdict == "truncated"));
}

TEMPLATE_TEST_CASE("whir: stack values swapped between columns or commitments are refused", "", NarrowWhir, WideWhir) {
    const TallRun<TestType> run;
    const auto forged = [&](PlayAlong how_far) {
        Forgery<typename TestType::Ext> forgery;
        forgery.play_along = how_far;
        forgery.tamper = [](std::string_view label, std::size_t, auto message) {
            if (label == "stack_values") std::swap(message.front(), message.back());
        };
        return run.verdict(forgery);
    };
    CHECK(forged(PlayAlong::nothing) == "jagged_final");
    CHECK(forged(PlayAlong::last) == "jagged_final");
}

}  // namespace
}  // namespace sluice::test
