// Forged keys, proofs and statements, each with the checks that may refuse it. SPDX-License-Identifier: MIT OR
// Apache-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

#include "soundness.h"
#include "tiny_machine.h"

namespace sluice::test {

using verify::Status;
using Bytes = std::vector<std::uint8_t>;

/// One forgery. `intended`: the checks of which one must refuse it, all that is honest being the base's.
struct Attack {
    std::string name;
    Bytes key;
    Bytes proof;
    std::vector<std::uint32_t> statement;
    std::vector<Status> intended;
};

/// An honest execution: a boundary and three shards, the second without steps, the third without words.
template <class S>
struct HonestRun {
    using Plan = typename TinyMachine<S>::ShardPlan;
    static constexpr std::uint32_t kSteps = 3;

    TinyMachine<S> machine;
    std::vector<machine::TableTrace> traces;
    std::vector<unsigned> stack_heights;
    LabelledProof proof;

    HonestRun() : machine(options()), traces(machine.run(plan())), stack_heights{3, 5, 3, 3} {
        proof = NaiveProver<S>(machine.key(), traces, stack_heights).prove();
    }
    [[nodiscard]] static KeyOptions options() {
        KeyOptions options;
        options.stack_heights = {3, 5};
        return options;
    }
    [[nodiscard]] static std::vector<Plan> plan() { return {{2, {3, 5}}, {0, {5}}, {1, {}}}; }
    [[nodiscard]] const Bytes& key() const { return machine.key().bytes; }
    [[nodiscard]] std::vector<std::uint32_t> statement() const { return machine.statement(kSteps); }
    [[nodiscard]] Attack attack(std::string name, Bytes bytes, std::vector<Status> intended) const {
        return {std::move(name), key(), std::move(bytes), statement(), std::move(intended)};
    }
};

/// What may refuse once the challenges of a table proof, or the linking challenges, are not those that its messages
/// were made for: its grinding, or the first check that challenges enter.
inline const std::vector<Status> kOtherChallenges = {Status::link_grinding, Status::lookup_grinding,
                                                     Status::gkr_children, Status::gkr_round};

/// The checks that may refuse a proof in which element `word` of a message was changed and nothing else.
template <class S>
[[nodiscard]] std::vector<Status> intended_checks(const ProofPart& part, std::size_t word) {
    static const std::map<std::string, std::vector<Status>> kByLabel = {
        {"magic", {Status::wrong_magic}},
        {"version", {Status::unsupported_version}},
        // One shard more: what follows is not its header. Or more than the key allows.
        {"shards", {Status::stack_height_not_allowed, Status::shard_count}},
        {"stack_height", {Status::stack_height_not_allowed}},
        {"link_grinding", kOtherChallenges},
        {"lookup_grinding", {Status::lookup_grinding, Status::gkr_children, Status::gkr_round}},
        {"gkr_children", {Status::gkr_children}},
        {"column_values", {Status::zerocheck_final}},
        {"stack_values", {Status::jagged_final}},
        {"batch_grinding", {Status::batch_grinding, Status::opening_round, Status::opening_final}},
        {"opening_round", {Status::opening_round}},
        {"fold_grinding", {Status::fold_grinding, Status::opening_round, Status::opening_final}},
        // The next round's message is checked by a challenge from before.
        {"fold_root", {Status::fold_grinding, Status::opening_round, Status::opening_final}},
        {"final", {Status::opening_final}},
        // Other queries: the leaves are those of other places.
        {"query_grinding",
         {Status::query_grinding, Status::merkle_preprocessed, Status::merkle_linked, Status::truncated}},
        {"leaf preprocessed", {Status::merkle_preprocessed}},
        {"sibling preprocessed", {Status::merkle_preprocessed}},
        {"leaf linked", {Status::merkle_linked}},
        {"sibling linked", {Status::merkle_linked}},
        {"leaf main", {Status::merkle_main}},
        {"sibling main", {Status::merkle_main}},
        {"leaf fold", {Status::merkle_fold}},
        {"sibling fold", {Status::merkle_fold}},
        // Leaves and siblings where the map of a proof does not tell them apart.
        {"opening", {Status::merkle_preprocessed, Status::merkle_linked, Status::merkle_main, Status::merkle_fold}},
    };
    const std::size_t value = word / S::Ext::kDegree;
    if (kIsWhir<S>) {
        // Each group has queries of its own, and messages before them that nothing else checks.
        static const std::vector<Status> kOtherQueries = {Status::query_grinding, Status::merkle_preprocessed,
                                                          Status::merkle_linked, Status::merkle_fold,
                                                          Status::truncated};
        std::vector<Status> checks = kOtherQueries;
        if (part.label == "ood_value" || part.label == "fold_root" || part.label == "query_grinding") return checks;
        checks.insert(checks.end(), {Status::fold_grinding, Status::opening_round, Status::opening_final});
        if (part.label == "fold_grinding" || (part.label == "opening_round" && value == 2)) return checks;
    }
    if (part.label == "roots") {
        constexpr Status kRoots[] = {Status::products_differ, Status::products_differ, Status::lookup_sum,
                                     Status::gkr_children,    Status::gkr_children,    Status::gkr_children};
        return {kRoots[value]};
    }
    // g(0) and g(1) are checked at once, g(2) and g(3) by what is sampled next.
    if (part.label == "gkr_round")
        return value < 2 ? std::vector{Status::gkr_round} : std::vector{Status::gkr_round, Status::gkr_children};
    if (part.label == "zerocheck_round")
        return value < 2 ? std::vector{Status::zerocheck_round}
                         : std::vector{Status::zerocheck_round, Status::zerocheck_final};
    if (part.label == "jagged_round")
        return value < 2 ? std::vector{Status::jagged_round} : std::vector{Status::jagged_round, Status::jagged_final};
    return kByLabel.at(part.label);
}

/// The same for the parts of a header that are not one label, one check. `index`: place among those of its label.
[[nodiscard]] inline std::vector<Status> intended_header_checks(const ProofPart& part, std::size_t index,
                                                                std::uint32_t shards) {
    if (part.label == "heights") {
        // Range and ends of a shard are fixed; steps and words are not, and neither is the boundary's table.
        if (part.table != 0 && (index == 0 || index == 2)) return {Status::fixed_height};
        std::vector<Status> checks = kOtherChallenges;
        checks.push_back(Status::root_of_nothing);
        return checks;
    }
    if (part.label == "public_values") {
        switch (index) {
            case tiny::kFirst:
                return {Status::chain};
            case tiny::kLast:
                return {part.table == shards ? Status::statement : Status::chain};
            case tiny::kShard:
                return {Status::shard_index_value};
            case tiny::kIsLast:
                return {Status::last_shard_value};
            default:
                return part.table == shards ? std::vector{Status::statement} : kOtherChallenges;
        }
    }
    std::vector<Status> checks = kOtherChallenges;
    checks.push_back(Status::root_of_nothing);
    return checks;
}

[[nodiscard]] inline bool is_header_part(const ProofPart& part) {
    return part.label == "heights" || part.label == "public_values" || part.label == "linked_root" ||
           part.label == "main_root";
}

/// Every element of a proof, one at a time, one higher.
template <class S>
[[nodiscard]] std::vector<Attack> changed_elements(const HonestRun<S>& run) {
    std::vector<Attack> attacks;
    std::map<std::pair<std::string, std::uint32_t>, std::size_t> seen;
    for (const ProofPart& part : run.proof.parts) {
        const std::size_t index = seen[{part.label, part.table}]++;
        for (std::size_t word = 0; word < part.word_count; ++word) {
            LabelledProof proof = run.proof;
            std::uint32_t& element = proof.words[part.first_word + word];
            element = (element + 1) % KoalaBear::kModulus;
            attacks.push_back(run.attack(
                "element " + std::to_string(part.first_word + word) + ", " + part.label + " of table " +
                    std::to_string(part.table),
                proof.bytes(),
                is_header_part(part) ? intended_header_checks(part, index, 3) : intended_checks<S>(part, word)));
        }
    }
    return attacks;
}

/// Every element as the same number plus p.
template <class S>
[[nodiscard]] std::vector<Attack> elements_not_canonical(const HonestRun<S>& run) {
    std::vector<Attack> attacks;
    for (std::size_t word = 0; word < run.proof.words.size(); ++word) {
        LabelledProof proof = run.proof;
        proof.words[word] += KoalaBear::kModulus;
        attacks.push_back(
            run.attack("element " + std::to_string(word) + " plus p", proof.bytes(), {Status::element_not_canonical}));
    }
    return attacks;
}

/// A proof cut short at each element, and longer by a few bytes.
template <class S>
[[nodiscard]] std::vector<Attack> changed_lengths(const HonestRun<S>& run) {
    std::vector<Attack> attacks;
    const Bytes whole = run.proof.bytes();
    for (std::size_t size = 0; size < whole.size(); ++size) {
        // All whole elements, and some parts of one.
        if (size % 4 != 0 && size > 64 && size % 29 != 0) continue;
        attacks.push_back(run.attack("cut to " + std::to_string(size) + " bytes",
                                     Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size)),
                                     {Status::truncated}));
    }
    for (std::size_t more = 1; more <= 8; ++more) {
        Bytes longer = whole;
        longer.resize(whole.size() + more, 0);
        attacks.push_back(run.attack("longer by " + std::to_string(more) + " bytes", longer, {Status::trailing_bytes}));
    }
    return attacks;
}

/// A proof taken apart: headers and bodies by table.
struct ProofPieces {
    std::vector<std::uint32_t> start;  ///< magic, version, n
    std::map<std::uint32_t, std::vector<std::uint32_t>> header;
    std::vector<std::uint32_t> link_nonce;
    std::map<std::uint32_t, std::vector<std::uint32_t>> body;

    explicit ProofPieces(const LabelledProof& proof) {
        for (const ProofPart& part : proof.parts) {
            std::vector<std::uint32_t>* piece = &body[part.table];
            if (part.label == "magic" || part.label == "version" || part.label == "shards") piece = &start;
            if (part.label == "stack_height" || is_header_part(part)) piece = &header[part.table];
            if (part.label == "link_grinding") piece = &link_nonce;
            const auto first = proof.words.begin() + static_cast<std::ptrdiff_t>(part.first_word);
            piece->insert(piece->end(), first, first + static_cast<std::ptrdiff_t>(part.word_count));
        }
    }
    [[nodiscard]] Bytes bytes() const {
        LabelledProof proof{start, {}};
        const auto put = [&](const std::vector<std::uint32_t>& piece) {
            proof.words.insert(proof.words.end(), piece.begin(), piece.end());
        };
        for (const auto& [table, piece] : header) put(piece);
        put(link_nonce);
        for (const auto& [table, piece] : body) put(piece);
        return proof.bytes();
    }
};

}  // namespace sluice::test
