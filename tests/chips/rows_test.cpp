// What a row takes in determines what it gives out: no other row holds for the same state and words read.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <set>

#include "programs.h"
#include "row_judge.h"

namespace sluice::test {
namespace {

/// A row that was changed in one cell.
enum class Change {
    broken,        ///< a constraint or lookup does not hold
    other_input,   ///< it reads other records
    other_output,  ///< it reads the same and writes or links something else: a forgery
    none,          ///< nothing else has changed: the column is free here
};

Change compare(const RowJudge::Verdict& honest, RowJudge::Verdict changed) {
    if (!changed.broken.empty()) return Change::broken;
    if (changed.reads != honest.reads) return Change::other_input;
    if (changed.writes != honest.writes || changed.links != honest.links) return Change::other_output;
    return Change::none;
}

/// Columns that some rows leave free, and why that is harmless.
const std::set<std::string> kFree = {
    // If the words differ in several limbs, the sum may be made 1 in several ways; of equal limbs any inverse will do.
    "branch_equal.inverse[0]", "branch_equal.inverse[1]", "branch_equal.inverse[2]", "branch_equal.inverse[3]",
    // Division by 0: nothing is compared, and b has no inverse to show; q's sign stands for no bits of the result.
    "divide.margin[0]", "divide.margin[1]", "divide.margin[2]", "divide.margin[3]", "divide.b_inverse", "divide.q_sign",
    // A second word that is not accessed.
    "load.window.second.before[0]", "load.window.second.before[1]", "load.window.second.before[2]",
    "load.window.second.before[3]", "load.window.second.age.previous", "load.window.second.age.low",
    "load.window.second_low[0]", "load.window.second_low[1]", "load.window.second_low[2]", "load.window.second_low[3]",
    "store.window.second.before[0]", "store.window.second.before[1]", "store.window.second.before[2]",
    "store.window.second.before[3]", "store.window.second.age.previous", "store.window.second.age.low",
    "store.window.second_low[0]", "store.window.second_low[1]", "store.window.second_low[2]",
    "store.window.second_low[3]"};

/// Other values for a cell: neighbours, other bits, other limbs, anything.
std::vector<KoalaBear> changed_values(KoalaBear value, std::mt19937_64& rng) {
    const KoalaBear one = KoalaBear::one();
    const KoalaBear limb = KoalaBear::from_canonical(1u << 16);
    std::vector<KoalaBear> values;
    for (const KoalaBear other :
         {value + one, value - one, one - value, -value, KoalaBear::zero(), value + KoalaBear::from_canonical(1u << 15),
          value + limb, value - limb, KoalaBear::reduce(rng() & 0xffff), KoalaBear::reduce(rng())}) {
        if (!(other == value)) values.push_back(other);
    }
    return values;
}

/// All programs, run; `visit` is called with the judge, each chip, and a row of it, `rows` times a chip and program.
template <class Visit>
void visit_rows(std::mt19937_64& rng, int rows, const Visit& visit) {
    std::set<std::string> chips_seen;
    for (const ProgramCase& test : {register_arithmetic(rng), special_registers(rng), immediate_arithmetic(rng),
                                    constants(), branches(rng), jumps(), loads_and_stores(rng), ecalls()}) {
        const MachineRun run = MachineRun::make(test.program, test.input);
        const RowJudge judge(run);
        const machine::TableTrace& shard = run.tables.shards[0];
        for (std::size_t index = 0; index < shard.chips.size(); ++index) {
            const machine::ChipDescription& chip = run.machine.shards().chips()[index];
            machine::ChipTrace table = shard.chips[index];
            if (chip.id < 0x100 || table.height == 0) continue;
            chips_seen.insert(chip.name);
            for (int repeat = 0; repeat < rows; ++repeat) {
                const auto row = static_cast<std::uint32_t>(rng() % table.height);
                std::vector<KoalaBear> cells;
                for (std::uint32_t c = 0; c < chip.widths[2]; ++c) {
                    cells.push_back(table.at(machine::Group::main, c, row));
                }
                INFO(chip.name << ", row " << row);
                const RowJudge::Verdict honest = judge.judge(chip, cells, shard.public_values);
                REQUIRE(honest.broken == "");
                visit(judge, chip, cells, shard.public_values, honest);
            }
        }
    }
    CHECK(chips_seen.size() == 28);
}

using Cells = std::vector<KoalaBear>;
using Chip = machine::ChipDescription;

TEST_CASE("changing a cell of a row breaks it, or changes what it reads") {
    SLUICE_RANDOM(rng);
    std::set<std::string> free;
    visit_rows(rng, 25,
               [&](const RowJudge& judge, const Chip& chip, Cells& cells, const Cells& public_values,
                   const RowJudge::Verdict& honest) {
                   for (std::uint32_t c = 0; c < chip.widths[2]; ++c) {
                       const KoalaBear kept = cells[c];
                       for (const KoalaBear value : changed_values(kept, rng)) {
                           cells[c] = value;
                           const Change change = compare(honest, judge.judge(chip, cells, public_values));
                           INFO(chip.column_names[2][c] << " from " << kept.canonical() << " to " << value.canonical());
                           CHECK(change != Change::other_output);
                           if (change == Change::none) free.insert(chip.name + "." + chip.column_names[2][c]);
                       }
                       cells[c] = kept;
                   }
               });
    for (const std::string& column : free) {
        INFO(column);
        CHECK(kFree.contains(column));
    }
}

/// Calls `visit` for each pair of columns with both changed by amounts that trade between limbs, bytes and bits.
template <class Visit>
void change_pairs(const Chip& chip, Cells& cells, const Visit& visit) {
    const KoalaBear one = KoalaBear::one();
    const KoalaBear byte = KoalaBear::from_canonical(256);
    const KoalaBear limb = KoalaBear::from_canonical(1u << 16);
    const std::array amounts = {one, -one, byte, -byte, limb, -limb};
    for (std::uint32_t c = 0; c < chip.widths[2]; ++c) {
        for (std::uint32_t d = 0; d < c; ++d) {
            const std::pair kept(cells[c], cells[d]);
            for (const KoalaBear x : amounts) {
                for (const KoalaBear y : amounts) {
                    cells[c] = kept.first + x;
                    cells[d] = kept.second + y;
                    if (!visit(chip.column_names[2][c] + " and " + chip.column_names[2][d])) break;
                }
            }
            std::tie(cells[c], cells[d]) = kept;
        }
    }
}

TEST_CASE("changing two cells of a row breaks it, or changes what it reads") {
    SLUICE_RANDOM(rng);
    visit_rows(rng, 2,
               [&](const RowJudge& judge, const Chip& chip, Cells& cells, const Cells& public_values,
                   const RowJudge::Verdict& honest) {
                   change_pairs(chip, cells, [&](const std::string& columns) {
                       if (compare(honest, judge.judge(chip, cells, public_values)) != Change::other_output)
                           return true;
                       FAIL_CHECK(columns);
                       return false;
                   });
               });
}

}  // namespace
}  // namespace sluice::test
