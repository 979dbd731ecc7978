// Cases of the corpus that the real prover makes: toy machines, honest and forged. SPDX-License-Identifier: MIT OR
// Apache-2.0
#pragma once

#include <random>
#include <string>
#include <vector>

#include "proof_map.h"
#include "sluice/protocol/prover.h"
#include "toy_runs.h"

namespace sluice::test {

/// How many cases of each kind.
struct ToyCounts {
    std::size_t changed = 0;  ///< an element of a message changed
    std::size_t false_tables = 0;
};

/// Calls `emit(name, key, proof, statement)` for the honest proof of a run and for forgeries of it.
template <class S, class Emit>
void write_toy_cases(const ToyRun& run, const ToyCounts& counts, std::mt19937_64& rng, const Emit& emit) {
    AttackedRun<S> attacked(run);
    const std::vector<std::uint32_t> statement = run.statement();
    emit(run.name + ", honest", attacked.key(), attacked.proof(), statement);
    const ProofMap<S> map(attacked.key(), attacked.proof(), statement);
    for (std::size_t i = 0; i < counts.changed; ++i) {
        // The first is of what is opened, which is most of a proof; then one of each message is as likely.
        const auto& parts = map.proof().parts;
        const ProofPart& part = i == 0 ? parts.back() : parts[rng() % parts.size()];
        if (part.word_count == 0) continue;
        LabelledProof changed = map.proof();
        std::uint32_t& element = changed.words[part.first_word + rng() % part.word_count];
        element = static_cast<std::uint32_t>((element + 1 + rng() % (KoalaBear::kModulus - 1)) % KoalaBear::kModulus);
        emit(run.name + ", changed: " + part.label + " of table " + std::to_string(part.table), attacked.key(),
             changed.bytes(), statement);
    }
    for (std::size_t i = 0; i < counts.false_tables; ++i) {
        std::vector<machine::TableTrace> tables = run.tables;
        const std::size_t table = run.first_table() + rng() % (tables.size() - run.first_table());
        std::size_t chip = 0;
        do {
            chip = rng() % tables[table].chips.size();
        } while (tables[table].chips[chip].columns[2].empty());
        machine::ChipTrace& trace = tables[table].chips[chip];
        const auto column =
            static_cast<std::uint32_t>(rng() % (trace.columns[2].size() / machine::align4(trace.height)));
        trace.at(machine::Group::main, column, static_cast<std::uint32_t>(rng() % trace.height)) += KoalaBear::one();
        emit(run.name + ", false: chip " + std::to_string(chip) + ", column " + std::to_string(column) + " of table " +
                 std::to_string(table),
             attacked.key(), attacked.prove_unchecked(tables), statement);
    }
}

}  // namespace sluice::test
