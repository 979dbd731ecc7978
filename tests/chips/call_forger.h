// Rows of ECALLs that claim what they like. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include "row_judge.h"
#include "wide_calls.h"

namespace sluice::test {

/// Makes rows of one ECALL that claim what they like: operands and results are given, and the row is filled as if they
/// were true.
class CallForger {
 public:
    explicit CallForger(const WideCall& call)
        : run_([&] {
              const auto [program, input] = program_of({call});
              return MachineRun::make(program, input);
          }()),
          judge_(run_) {
        step_.line.pc = 0;
        step_.time = 1000;
        call_.number = call.number;
        call_.number_access = {call.number, 10, step_.time};
        for (std::size_t i = 0; i < call.pointers.size(); ++i) {
            point(i, memory_of_call(0) + 8 * call.pointers[i]);
            call_.argument_accesses[i].previous = 11;
        }
        step_.call = &call_;
    }
    CallForger(const CallForger&) = delete;
    CallForger& operator=(const CallForger&) = delete;

    /// Argument `index` is this address.
    void point(std::size_t index, std::uint64_t address) {
        call_.arguments[index] = address;
        call_.argument_accesses[index].before = address;
        call_.argument_accesses[index].now = step_.time;
    }
    /// Operand `index` is read as `before` at the step's time + `offset`, and becomes `after`.
    void operand(std::size_t index, std::uint32_t offset, const Words& before, const Words& after) {
        words_[index].clear();
        for (const std::uint64_t word : before) words_[index].push_back({word, 12, step_.time + offset});
        after_[index] = after;
        call_.operands[index] = {words_[index], after_[index]};
    }
    [[nodiscard]] const chips::ExecutedStep& step() const { return step_; }

    /// What the row breaks first; empty if it holds.
    template <class ChipType>
    [[nodiscard]] std::string broken(const typename ChipType::template Main<KoalaBear>& row) {
        const auto& chips = run_.machine.shards().chips();
        std::size_t index = 0;
        while (chips[index].name != ChipType::kName) ++index;
        auto cells = machine::store_columns<KoalaBear>(row);
        // The call of the run gives the place in the program.
        const std::uint32_t pc = pc_column(chips[index]);
        cells[pc] =
            run_.chip(run_.machine.shards(), run_.tables.shards[0], ChipType::kName).at(machine::Group::main, pc, 0);
        return judge_.judge(chips[index], {cells.begin(), cells.end()}, run_.tables.shards[0].public_values).broken;
    }
    template <class ChipType>
    [[nodiscard]] std::string broken() {
        typename ChipType::template Main<KoalaBear> row{};
        ChipType::fill(step_, row);
        return broken<ChipType>(row);
    }

 private:
    static std::uint32_t pc_column(const machine::ChipDescription& chip) {
        std::uint32_t column = 0;
        while (!chip.column_names[2][column].ends_with("call.step.pc")) ++column;
        return column;
    }

    MachineRun run_;
    RowJudge judge_;
    chips::ExecutedCall call_;
    std::array<std::vector<chips::AccessRecord>, chips::kMaxArguments> words_;  ///< of its operands
    std::array<Words, chips::kMaxArguments> after_;
    chips::ExecutedStep step_;
};

}  // namespace sluice::test
