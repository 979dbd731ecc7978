// Attacks on the toy machines with the prover on the CPU, which proves whatever tables it is given: the verifier must
// refuse, by the check that is for it. SPDX-License-Identifier: MIT OR Apache-2.0
#include <map>
#include <random>
#include <set>

#include "proof_map.h"
#include "support/catch.h"
#include "toy_runs.h"

namespace sluice::test {
namespace {

using machine::Group;
using machine::TableTrace;

using Bits100 = verify::Scheme<params::kBits100>;
using Bits128 = verify::Scheme<params::kBits128>;

bool contains(const std::vector<Status>& statuses, Status status) {
    return std::find(statuses.begin(), statuses.end(), status) != statuses.end();
}

// ---- Columns

/// One column of one table.
struct Column {
    std::size_t table, chip, group;
    std::uint32_t index;
};

std::vector<Column> columns_of(const ToyRun& run) {
    std::vector<Column> columns;
    for (std::size_t table = run.first_table(); table < run.tables.size(); ++table) {
        const auto& chips = run.machine_of(table).chips();
        for (std::size_t chip = 0; chip < chips.size(); ++chip) {
            for (std::size_t group = 1; group < machine::kGroups && run.tables[table].chips[chip].height != 0;
                 ++group) {
                for (std::uint32_t index = 0; index < chips[chip].widths[group]; ++index)
                    columns.push_back({table, chip, group, index});
            }
        }
    }
    return columns;
}

/// Adds something to one cell of the column, in a row in which the debugger says that it matters.
template <class S>
void mutate(AttackedRun<S>& attacked, const Column& column, std::mt19937_64& rng) {
    const ToyRun& run = attacked.run();
    const machine::ChipDescription& chip = run.machine_of(column.table).chips()[column.chip];
    const std::uint32_t height = run.tables[column.table].chips[column.chip].height;
    INFO(run.name << ", table " << column.table << ", " << chip.name << "."
                  << chip.column_names[column.group][column.index]);
    Expected expected;
    std::vector<TableTrace> tables;
    for (std::uint32_t attempt = 0; attempt < height && expected.statuses.empty(); ++attempt) {
        const auto row = static_cast<std::uint32_t>((rng() % height + attempt) % height);
        tables = run.tables;
        tables[column.table].chips[column.chip].at(static_cast<Group>(column.group), column.index, row) +=
            tiny::element(1 + rng() % (KoalaBear::kModulus - 1));
        expected = expected_refusal(run, tables);
    }
    REQUIRE(!expected.statuses.empty());
    const verify::Verdict found = attacked.verdict(tables);
    INFO(in_words(found) << " instead of " << verify::name(expected.statuses[0]) << " " << expected.table);
    CHECK(contains(expected.statuses, found.status));
    CHECK(found.table == expected.table);
}

TEMPLATE_TEST_CASE("every column of every chip of the toy machines matters", "", Narrow, Wide) {
    SLUICE_RANDOM(rng);
    for (const ToyRun& run : {fibonacci_run(), register_run()}) {
        AttackedRun<TestType> attacked(run);
        for (const Column& column : columns_of(run)) mutate(attacked, column, rng);
    }
}

TEST_CASE("columns of the synthetic machine matter: each of the narrow ones of a chip, some of the wide one") {
    SLUICE_RANDOM(rng);
    AttackedRun<Narrow> attacked(synthetic_run());
    std::vector<Column> columns = columns_of(attacked.run());
    std::shuffle(columns.begin(), columns.end(), rng);
    std::set<std::size_t> chips;
    std::size_t wide = 0;
    std::size_t done = 0;
    for (const Column& column : columns) {
        const bool is_wide = attacked.run().shards->chips()[column.chip].widths[2] > 1000;
        if (is_wide ? wide++ >= 8 : done++ >= 32 && chips.contains(column.chip)) continue;
        chips.insert(column.chip);
        mutate(attacked, column, rng);
    }
    CHECK(chips.size() == attacked.run().shards->chips().size());
}

TEMPLATE_TEST_CASE("columns matter under the shipped profiles too", "", Bits100, Bits128) {
    SLUICE_RANDOM(rng);
    for (const ToyRun& run : {fibonacci_run(), register_run()}) {
        AttackedRun<TestType> attacked(run);
        const std::vector<Column> columns = columns_of(run);
        for (int repeat = 0; repeat < 2; ++repeat) mutate(attacked, columns[rng() % columns.size()], rng);
    }
}

// ---- Messages and lengths

/// The checks that may refuse a proof of which element `word` of a part was changed.
template <class S>
std::vector<Status> checks_of(const ToyRun& run, const ProofPart& part, std::size_t word) {
    if (!is_header_part(part)) return intended_checks<S>(part, word);
    // A header's element is bound by a rule of its own, or by the challenges.
    std::vector<Status> checks = kOtherChallenges;
    if (part.label == "heights") checks.insert(checks.end(), {Status::fixed_height, Status::height_over_limit});
    if (part.label == "public_values" && part.table != 0) {
        checks.insert(checks.end(), {Status::chain, Status::shard_index_value, Status::last_shard_value});
        if (part.table == run.tables.size() - 1) checks.push_back(Status::statement);
    }
    checks.push_back(Status::root_of_nothing);
    return checks;
}

/// One element changed of `most` messages, or of all.
template <class S>
void change_messages(const ToyRun& run, std::size_t most, std::mt19937_64& rng) {
    AttackedRun<S> attacked(run);
    const ProofMap<S> map(attacked.key(), attacked.proof(), run.statement());
    std::vector<ProofPart> parts = map.proof().parts;
    std::shuffle(parts.begin(), parts.end(), rng);
    std::set<std::string> labels;
    for (const ProofPart& part : parts) {
        // Each label is there, whatever else is left out.
        if (part.word_count == 0 || (most-- == 0 && (++most, !labels.insert(part.label).second))) continue;
        labels.insert(part.label);
        const std::size_t word = rng() % part.word_count;
        LabelledProof changed = map.proof();
        std::uint32_t& element = changed.words[part.first_word + word];
        element = static_cast<std::uint32_t>((element + 1 + rng() % (KoalaBear::kModulus - 1)) % KoalaBear::kModulus);
        const verify::Verdict found = attacked.verdict(changed.bytes());
        INFO(run.name << ", " << S::kProfile.name << ": element " << word << " of " << part.label << " of table "
                      << part.table << ": " << in_words(found));
        CHECK(contains(checks_of<S>(run, part, word), found.status));
    }
    CHECK(labels.contains("opening"));
    CHECK(labels.size() > 15);
}

TEST_CASE("the map of a proof is right: it is the naive prover's, but for what is read beside the transcript") {
    const HonestRun<Narrow> run;
    const Bytes proof = run.proof.bytes();
    const ProofMap<Narrow> map(run.key(), proof, run.statement());
    std::vector<std::string> expected;
    std::vector<std::string> found;
    const auto list = [](const LabelledProof& labelled, std::vector<std::string>& names) {
        for (const ProofPart& part : labelled.parts) {
            const bool opening = part.label.starts_with("leaf") || part.label.starts_with("sibling");
            const std::string name = (opening ? "opening" : part.label) + " " + std::to_string(part.table);
            names.insert(names.end(), part.word_count, name);
        }
    };
    list(run.proof, expected);
    list(map.proof(), found);
    CHECK(found == expected);
}

TEMPLATE_TEST_CASE("each message of a toy's proof, changed in one element, is refused by its check", "", Narrow, Wide) {
    SLUICE_RANDOM(rng);
    change_messages<TestType>(fibonacci_run(), 10000, rng);
    change_messages<TestType>(register_run(), 400, rng);
    change_messages<TestType>(synthetic_run(), 60, rng);
}

TEMPLATE_TEST_CASE("messages of a shipped profile's proof are refused when changed", "", Bits100, Bits128) {
    SLUICE_RANDOM(rng);
    change_messages<TestType>(on_high_stacks(fibonacci_run()), 40, rng);
    change_messages<TestType>(on_high_stacks(register_run()), 40, rng);
}

template <class S>
void cut_proofs(const ToyRun& run, std::size_t count, std::mt19937_64& rng) {
    const AttackedRun<S> attacked(run);
    for (std::size_t repeat = 0; repeat < count; ++repeat) {
        const Bytes& whole = attacked.proof();
        const std::size_t size = rng() % whole.size();
        INFO(run.name << ": cut to " << size << " of " << whole.size() << " bytes");
        CHECK(in_words(attacked.verdict(Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size))))
                  .starts_with("truncated"));
    }
    for (std::size_t more = 1; more <= 9; more += 4) {
        Bytes longer = attacked.proof();
        longer.resize(longer.size() + more, 0);
        CHECK(in_words(attacked.verdict(longer)).starts_with("trailing_bytes"));
    }
}

TEST_CASE("a toy's proof of any other length is refused") {
    SLUICE_RANDOM(rng);
    cut_proofs<Narrow>(fibonacci_run(), 400, rng);
    cut_proofs<Wide>(register_run(), 200, rng);
    cut_proofs<Bits100>(on_high_stacks(register_run()), 30, rng);
    cut_proofs<Bits128>(on_high_stacks(fibonacci_run()), 30, rng);
}

}  // namespace
}  // namespace sluice::test
