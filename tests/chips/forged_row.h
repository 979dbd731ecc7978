// One row of a run, changed and judged alone. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include "forger.h"
#include "programs.h"
#include "row_judge.h"

namespace sluice::test {

/// A row of a run of `text`, to be changed.
class ForgedRow {
 public:
    ForgedRow(const Assembler& text, std::string chip, std::uint32_t row = 0)
        : ForgedRow({make_program(text), empty_input()}, std::move(chip), row) {}
    ForgedRow(const ProgramCase& test, std::string chip, std::uint32_t row = 0)
        : forger_(MachineRun::make(test.program, test.input)),
          judge_(forger_.run()),
          chip_(std::move(chip)),
          row_(row) {}
    ForgedRow(const ForgedRow&) = delete;
    ForgedRow& operator=(const ForgedRow&) = delete;

    void set(const std::string& column, std::uint64_t value) { shard().set(chip_, row_, column, value); }
    void set_word(const std::string& column, std::uint64_t word) { shard().set_word(chip_, row_, column, word); }
    [[nodiscard]] std::uint64_t get(const std::string& column) { return shard().get(chip_, row_, column); }

    /// What the row breaks first; empty if it holds.
    [[nodiscard]] std::string broken() {
        const auto table = shard();
        const machine::ChipDescription& chip = table.description->chips()[table.index(chip_)];
        std::vector<KoalaBear> cells;
        for (const std::string& column : chip.column_names[2]) cells.push_back(table.at(chip_, row_, column));
        return judge_.judge(chip, cells, table.trace->public_values).broken;
    }

 private:
    [[nodiscard]] Forger::Table shard() { return forger_.shard(1); }

    Forger forger_;
    RowJudge judge_;
    std::string chip_;
    std::uint32_t row_;
};

}  // namespace sluice::test
