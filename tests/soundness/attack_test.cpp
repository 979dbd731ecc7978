// What the verifier must refuse, and by which check. SPDX-License-Identifier: MIT OR Apache-2.0
#include <algorithm>

#include "attacks.h"
#include "support/catch.h"

namespace sluice::test {
namespace {

template <class S>
void expect_refused(const std::vector<Attack>& attacks) {
    REQUIRE(!attacks.empty());
    for (const Attack& attack : attacks) {
        const verify::Verdict verdict = run_verifier<S>(attack.key, attack.proof, attack.statement);
        INFO(attack.name << ": " << in_words(verdict));
        CHECK(std::find(attack.intended.begin(), attack.intended.end(), verdict.status) != attack.intended.end());
    }
}

TEMPLATE_TEST_CASE("a proof with any one element changed is refused by the check that is for it", "", SLUICE_SCHEMES) {
    const HonestRun<TestType> run;
    REQUIRE(verdict_of<TestType>(run.key(), run.proof.bytes(), run.statement()) == "ok");
    expect_refused<TestType>(changed_elements(run));
}

TEMPLATE_TEST_CASE("an element that is not canonical is refused wherever it stands", "", SLUICE_SCHEMES) {
    expect_refused<TestType>(elements_not_canonical(HonestRun<TestType>()));
}

TEMPLATE_TEST_CASE("a proof of any other length is refused", "", SLUICE_SCHEMES) {
    expect_refused<TestType>(changed_lengths(HonestRun<TestType>()));
}

/// A proof whose table proof 1 is forged, and who must refuse it.
template <class S>
std::string forge(const HonestRun<S>& run, Forgery<typename S::Ext> forgery) {
    forgery.column = {3, 1, 3};  // value_out of the words
    const LabelledProof proof = NaiveProver<S>(run.machine.key(), run.traces, run.stack_heights).prove(forgery);
    const verify::Verdict verdict = run_verifier<S>(run.key(), proof.bytes(), run.statement());
    CHECK((verdict.table == forgery.table || verdict.ok()));
    return std::string(verify::name(verdict.status));
}

/// Adds 1 to element `element` of message `number` of a label.
template <class Ext>
auto add_one(std::string label, std::size_t number, std::size_t element) {
    return [=](std::string_view sent, std::size_t count, std::span<Ext> message) {
        if (sent == label && count == number) message[element] += Ext::one();
    };
}

TEMPLATE_TEST_CASE("a lie can be carried to the end of a step, and the end of the step finds it", "", SLUICE_SCHEMES) {
    using Ext = typename TestType::Ext;
    const HonestRun<TestType> run;
    REQUIRE(forge<TestType>(run, {}) == "ok");
    // A denominator that is not the one of the leaves: nothing is asked of it but that it is not zero.
    const auto lie = add_one<Ext>("roots", 0, 3);
    const auto forged = [&](PlayAlong how_far) {
        Forgery<Ext> forgery;
        forgery.tamper = lie;
        forgery.play_along = how_far;
        return forge<TestType>(run, forgery);
    };
    CHECK(forged(PlayAlong::nothing) == "gkr_children");
    CHECK(forged(PlayAlong::rounds) == "gkr_children");
    CHECK(forged(PlayAlong::children) == "zerocheck_final");
    CHECK(forged(PlayAlong::columns) == "jagged_final");
    CHECK(forged(PlayAlong::stack) == "opening_final");
    CHECK(forged(PlayAlong::last) == "opening_last");
}

TEMPLATE_TEST_CASE("folds of another vector than the committed one are found in the first of them", "",
                   SLUICE_SCHEMES) {
    using Ext = typename TestType::Ext;
    const HonestRun<TestType> base;
    HonestRun<TestType> run;
    run.stack_heights = {3, 5, 3, 3};
    Forgery<Ext> forgery;
    forgery.tamper = add_one<Ext>("roots", 0, 3);
    forgery.play_along = PlayAlong::fold;
    // Table 1 has a stack of 2^5 elements: two groups of variables in Narrow; one in Wide, where nothing is folded
    // twice. WHIR makes what is queried a claim about the folded vector, so the forger must adjust the last one again.
    const bool folds_twice = TestType::kOpening.num_groups(5) > 1;
    const std::string expected = folds_twice && !kIsWhir<TestType> ? "opening_fold" : "opening_last";
    CHECK(forge<TestType>(run, forgery) == expected);
}

TEMPLATE_TEST_CASE("a lie in the middle of a step is found at its end", "", SLUICE_SCHEMES) {
    using Ext = typename TestType::Ext;
    const HonestRun<TestType> run;
    const auto forged = [&](std::string label, std::size_t number, std::size_t element, PlayAlong how_far) {
        Forgery<Ext> forgery;
        forgery.tamper = add_one<Ext>(label, number, element);
        forgery.play_along = how_far;
        return forge<TestType>(run, forgery);
    };
    CHECK(forged("gkr_round", 2, 2, PlayAlong::rounds) == "gkr_children");
    CHECK(forged("zerocheck_round", 1, 3, PlayAlong::rounds) == "zerocheck_final");
    CHECK(forged("column_values", 0, 2, PlayAlong::rounds) == "zerocheck_final");
    CHECK(forged("jagged_round", 1, 2, PlayAlong::rounds) == "jagged_final");
    CHECK(forged("stack_values", 0, 1, PlayAlong::rounds) == "jagged_final");
    CHECK(forged("final", 0, 0, PlayAlong::rounds) == "opening_final");
    if (kIsWhir<TestType>) CHECK(forged("opening_round", 0, 2, PlayAlong::rounds) == "opening_final");
}

}  // namespace
}  // namespace sluice::test
