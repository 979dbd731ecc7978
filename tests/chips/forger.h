// Runs whose tables are changed by hand. The counts of the lookup tables follow, so what is left is what refuses a
// forger who knows his work. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "machine_run.h"

namespace sluice::test {

using machine::KoalaBear;

class Forger {
 public:
    explicit Forger(MachineRun run) : run_(std::move(run)) {}

    /// One table of the run: 0 the boundary, else a shard.
    struct Table {
        const machine::MachineDescription* description;
        machine::TableTrace* trace;

        [[nodiscard]] std::size_t index(std::string_view chip) const {
            std::size_t found = 0;
            while (description->chips()[found].name != chip) ++found;
            return found;
        }
        [[nodiscard]] std::uint32_t height(std::string_view chip) const { return trace->chips[index(chip)].height; }
        /// The cell of a named column.
        [[nodiscard]] KoalaBear& at(std::string_view chip, std::uint32_t row, std::string_view column) const {
            const std::size_t found = index(chip);
            const auto& names = description->chips()[found].column_names;
            for (std::size_t group = 1; group < machine::kGroups; ++group) {
                for (std::uint32_t c = 0; c < names[group].size(); ++c) {
                    if (names[group][c] == column) {
                        return trace->chips[found].at(static_cast<machine::Group>(group), c, row);
                    }
                }
            }
            FAIL("no column " << column << " in " << chip);
            return trace->chips[found].at(machine::Group::main, 0, 0);
        }
        void set(std::string_view chip, std::uint32_t row, std::string_view column, std::uint64_t value) const {
            at(chip, row, column) = KoalaBear::reduce(value);
        }
        [[nodiscard]] std::uint64_t get(std::string_view chip, std::uint32_t row, std::string_view column) const {
            return at(chip, row, column).canonical();
        }
        /// Sets four limbs, column[0] to column[3].
        void set_word(std::string_view chip, std::uint32_t row, const std::string& column, std::uint64_t word) const {
            for (unsigned i = 0; i < 4; ++i) {
                set(chip, row, column + "[" + std::to_string(i) + "]", word >> (16 * i) & 0xffff);
            }
        }
        /// The last row with that value in a column.
        [[nodiscard]] std::uint32_t find(std::string_view chip, std::string_view column, std::uint64_t value) const {
            for (std::uint32_t row = height(chip); row-- > 0;) {
                if (get(chip, row, column) == value) return row;
            }
            FAIL("no row of " << chip << " with " << value << " in " << column);
            return 0;
        }
        /// Puts a copy of a row behind it, and gives back the copy's place.
        std::uint32_t repeat(std::string_view chip, std::uint32_t row) const {
            rebuild(chip, [&](std::vector<std::uint32_t>& rows) { rows.insert(rows.begin() + row + 1, row); });
            return row + 1;
        }
        void remove(std::string_view chip, std::uint32_t row) const {
            rebuild(chip, [&](std::vector<std::uint32_t>& rows) { rows.erase(rows.begin() + row); });
        }

     private:
        /// Takes the rows in another order.
        template <class Edit>
        void rebuild(std::string_view chip, const Edit& edit) const {
            machine::ChipTrace& old = trace->chips[index(chip)];
            std::vector<std::uint32_t> rows(old.height);
            for (std::uint32_t i = 0; i < old.height; ++i) rows[i] = i;
            edit(rows);
            machine::ChipTrace changed;
            changed.height = static_cast<std::uint32_t>(rows.size());
            const auto& widths = description->chips()[index(chip)].widths;
            for (std::size_t group = 1; group < machine::kGroups; ++group) {
                changed.columns[group].assign(widths[group] * machine::align4(changed.height), KoalaBear::zero());
                for (std::uint32_t c = 0; c < widths[group]; ++c) {
                    for (std::uint32_t i = 0; i < changed.height; ++i) {
                        changed.at(static_cast<machine::Group>(group), c, i) =
                            old.at(static_cast<machine::Group>(group), c, rows[i]);
                    }
                }
            }
            old = std::move(changed);
        }
    };

    [[nodiscard]] Table boundary() { return {&run_.machine.boundary(), &run_.tables.boundary}; }
    [[nodiscard]] Table shard(std::size_t number) { return {&run_.machine.shards(), &run_.tables.shards[number - 1]}; }
    [[nodiscard]] MachineRun& run() { return run_; }

    /// What the debugger says once the lookup tables count what is looked up now.
    [[nodiscard]] std::string faults() {
        recount(boundary());
        for (std::size_t i = 1; i <= run_.tables.shards.size(); ++i) recount(shard(i));
        return run_.faults(64);
    }

 private:
    using Tuple = std::pair<std::uint32_t, std::vector<std::uint32_t>>;

    static bool is_lookup_table(const machine::ChipDescription& chip) {
        return chip.shape.fixed_height > 1 &&
               std::all_of(chip.interactions.begin(), chip.interactions.end(),
                           [](const machine::Interaction& i) { return i.type == machine::InteractionType::lookup; });
    }
    static void recount(const Table& table) {
        std::map<Tuple, std::uint32_t> demand;
        const auto each_row = [&](std::size_t index, const auto& visit) {
            const machine::ChipDescription& chip = table.description->chips()[index];
            machine::ChipTrace& trace = table.trace->chips[index];
            for (std::uint32_t row = 0; row < trace.height; ++row) {
                std::array<std::vector<KoalaBear>, machine::kGroups> cells;
                for (std::size_t group = 0; group < machine::kGroups; ++group) {
                    const std::vector<KoalaBear>& columns = group == 0 ? chip.shape.preprocessed : trace.columns[group];
                    for (std::uint32_t c = 0; c < chip.widths[group]; ++c) {
                        cells[group].push_back(columns[c * machine::align4(trace.height) + row]);
                    }
                }
                // A table is asked for its tuples: its counts are 1.
                if (is_lookup_table(chip)) std::fill(cells[2].begin(), cells[2].end(), KoalaBear::one());
                machine::ValueBuilder builder(table.trace->public_values);
                chip.evaluate(builder, {cells[0].data(), cells[1].data(), cells[2].data()});
                visit(row, builder.terms);
            }
        };
        const auto tuple_of = [](const machine::ValueBuilder::Term& term) {
            Tuple tuple{term.kind, {}};
            for (const KoalaBear element : term.elements) tuple.second.push_back(element.canonical());
            return tuple;
        };
        for (std::size_t index = 0; index < table.trace->chips.size(); ++index) {
            if (is_lookup_table(table.description->chips()[index])) continue;
            each_row(index, [&](std::uint32_t, const std::vector<machine::ValueBuilder::Term>& terms) {
                for (const machine::ValueBuilder::Term& term : terms) {
                    if (term.type != machine::InteractionType::lookup || !(term.multiplicity == KoalaBear::one()))
                        continue;
                    ++demand[tuple_of(term)];
                }
            });
        }
        for (std::size_t index = 0; index < table.trace->chips.size(); ++index) {
            if (!is_lookup_table(table.description->chips()[index])) continue;
            machine::ChipTrace& trace = table.trace->chips[index];
            each_row(index, [&](std::uint32_t row, const std::vector<machine::ValueBuilder::Term>& terms) {
                for (std::uint32_t i = 0; i < terms.size(); ++i) {
                    const auto found = demand.find(tuple_of(terms[i]));
                    trace.at(machine::Group::main, i, row) =
                        KoalaBear::from_canonical(found == demand.end() ? 0 : found->second);
                }
            });
        }
    }

    MachineRun run_;
};

}  // namespace sluice::test
