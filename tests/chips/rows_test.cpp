// What a row takes in determines what it gives out: no other row holds for the same state and words read.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <set>

#include "copy_calls.h"
#include "keccak_programs.h"
#include "poseidon2_calls.h"
#include "row_judge.h"
#include "sha256_calls.h"
#include "sluice/isa/decode.h"
#include "wide_calls.h"

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
    "store.window.second_low[3]",
    // A coordinate may differ from the prime in upper and lower limbs: one inverse is enough.
    "secp256k1_add.canonical.high", "secp256k1_add.canonical.low", "secp256k1_double.canonical.high",
    "secp256k1_double.canonical.low",
    // A source word that is not read; equal offsets, of which no inverse is needed.
    "memcpy_shifted_edge.source.age.previous", "memcpy_shifted_edge.source.age.low", "memcpy.inverse"};

/// The column's name without indices.
std::string without_indices(const std::string& column) {
    std::string name;
    bool inside = false;
    for (const char c : column) {
        inside = inside || c == '[';
        if (!inside) name += c;
        inside = inside && c != ']';
    }
    return name;
}

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

/// Of rows with hundreds of cells few are tried.
bool is_wide(const machine::ChipDescription& chip) {
    return chip.widths[2] > 100;
}

/// Columns to change: all, or some where there are thousands.
std::vector<std::uint32_t> columns_to_change(const machine::ChipDescription& chip, std::mt19937_64& rng) {
    const bool all = chip.widths[2] < 500;
    std::vector<std::uint32_t> columns(all ? chip.widths[2] : 100);
    for (std::uint32_t i = 0; i < columns.size(); ++i) {
        columns[i] = all ? i : static_cast<std::uint32_t>(rng() % chip.widths[2]);
    }
    return columns;
}

/// All programs, run; `visit` is called with the judge, each chip, and a row of it, `rows` times a chip and program.
template <class Visit>
void visit_rows(std::mt19937_64& rng, int rows, const Visit& visit) {
    std::set<std::string> chips_seen;
    for (const ProgramCase& test :
         {register_arithmetic(rng), special_registers(rng), immediate_arithmetic(rng), constants(), branches(rng),
          jumps(), loads_and_stores(rng), ecalls(), program_of(wide_calls(rng, 8)), program_of(field_calls_on(rng, 2)),
          program_of(some_copies(rng, 40)), keccak_calls(rng), program_of(random_sha256(rng, 1)),
          program_of(poseidon2_calls(rng, 2))}) {
        const MachineRun run = MachineRun::make(test.program, test.input);
        const RowJudge judge(run);
        const machine::TableTrace& shard = run.tables.shards[0];
        for (std::size_t index = 0; index < shard.chips.size(); ++index) {
            const machine::ChipDescription& chip = run.machine.shards().chips()[index];
            machine::ChipTrace table = shard.chips[index];
            if (chip.id < 0x100 || table.height == 0) continue;
            chips_seen.insert(chip.name);
            for (int repeat = 0; repeat < (is_wide(chip) ? 1 + rows / 8 : rows); ++repeat) {
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
    Assembler text;
    halt(text);
    const auto machine = chips::Rv64Machine::make(make_program(text));
    REQUIRE(machine.ok());
    for (const machine::ChipDescription& chip : machine->shards().chips()) {
        INFO(chip.name);
        CHECK((chip.id < 0x100 || chips_seen.contains(chip.name)));
    }
}

using Cells = std::vector<KoalaBear>;
using Chip = machine::ChipDescription;

TEST_CASE("changing a cell of a row breaks it, or changes what it reads") {
    SLUICE_RANDOM(rng);
    std::set<std::string> free;
    visit_rows(rng, 25,
               [&](const RowJudge& judge, const Chip& chip, Cells& cells, const Cells& public_values,
                   const RowJudge::Verdict& honest) {
                   for (const std::uint32_t c : columns_to_change(chip, rng)) {
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
        CHECK((kFree.contains(column) || kFree.contains(without_indices(column))));
    }
}

/// Calls `visit` for each pair of columns, or some of a wide chip's, with both changed by amounts that trade between
/// limbs, bytes and bits.
template <class Visit>
void change_pairs(const Chip& chip, Cells& cells, std::mt19937_64& rng, const Visit& visit) {
    const KoalaBear one = KoalaBear::one();
    const KoalaBear byte = KoalaBear::from_canonical(256);
    const KoalaBear limb = KoalaBear::from_canonical(1u << 16);
    const std::array amounts = {one, -one, byte, -byte, limb, -limb};
    for (const std::uint32_t c : columns_to_change(chip, rng)) {
        for (std::uint32_t d = 0; d < c; ++d) {
            // Neighbours above all: a number's digits.
            if (is_wide(chip) && c - d > 2 && rng() % chip.widths[2] > 2) continue;
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
                   change_pairs(chip, cells, rng, [&](const std::string& columns) {
                       if (compare(honest, judge.judge(chip, cells, public_values)) != Change::other_output)
                           return true;
                       FAIL_CHECK(columns);
                       return false;
                   });
               });
}

TEST_CASE("no chip takes what is written at its own time or later") {
    SLUICE_RANDOM(rng);
    std::set<std::string> accesses;
    visit_rows(
        rng, 10,
        [&](const RowJudge& judge, const Chip& chip, Cells& cells, const Cells& public_values,
            const RowJudge::Verdict& honest) {
            const std::vector<std::string>& names = chip.column_names[2];
            KoalaBear time = KoalaBear::zero();
            for (std::size_t c = 0; c < names.size(); ++c) {
                if (names[c] == "time" || names[c].ends_with(".time")) time = cells[c];
            }
            for (std::size_t c = 0; c < names.size(); ++c) {
                if (!names[c].ends_with("previous")) continue;
                const std::pair kept(cells[c], cells[c + 1]);
                REQUIRE(names[c + 1].ends_with("low"));
                // A second word that is not accessed has no time.
                cells[c] = cells[c] + KoalaBear::one();
                const bool accessed = judge.judge(chip, cells, public_values).reads != honest.reads;
                if (accessed) accesses.insert(chip.name + "." + names[c]);
                for (const std::uint32_t later : {3u, 100u, 1u << 16, 1u << 27, 1u << 28, 1u << 30}) {
                    const KoalaBear previous = time + KoalaBear::from_canonical(later);
                    const KoalaBear age = time - previous;
                    for (const KoalaBear low : {KoalaBear::zero(), KoalaBear::one(), KoalaBear::from_canonical(0xffff),
                                                age, age - KoalaBear::one(), age + KoalaBear::one(),
                                                KoalaBear::from_canonical(age.canonical() & 0xffff),
                                                KoalaBear::from_canonical((age.canonical() - 1) & 0xffff)}) {
                        cells[c] = previous;
                        cells[c + 1] = low;
                        INFO(names[c] << " " << later << " after the step");
                        if (accessed) CHECK(judge.judge(chip, cells, public_values).broken != "");
                    }
                }
                std::tie(cells[c], cells[c + 1]) = kept;
            }
        });
    // The programs have every access of every chip.
    std::size_t expected = 0;
    Assembler text;
    halt(text);
    const auto machine = chips::Rv64Machine::make(make_program(text));
    REQUIRE(machine.ok());
    for (const Chip& chip : machine->shards().chips()) {
        if (chip.id < 0x100) continue;
        for (const machine::Interaction& interaction : chip.interactions) {
            expected += interaction.type == machine::InteractionType::read && interaction.kind == chips::kMemoryBus;
        }
    }
    CHECK(accesses.size() == expected);
}

/// Limbs z other than x + y with the same sum modulo p, its carry out of the top limb a bit: what the carries between
/// limbs keep out.
std::array<std::uint32_t, 4> false_sum(std::uint64_t sum, std::mt19937_64& rng) {
    const auto weighted = [](const std::array<std::uint32_t, 4>& z, unsigned count) {
        KoalaBear value = KoalaBear::zero();
        for (unsigned i = count; i-- > 0;) {
            value = value * KoalaBear::from_canonical(1u << 16) + KoalaBear::from_canonical(z[i]);
        }
        return value;
    };
    const KoalaBear limb = KoalaBear::from_canonical(1u << 16);
    const KoalaBear top = (limb * limb * limb).inverse();
    std::array<std::uint32_t, 4> z{};
    for (unsigned i = 0; i < 4; ++i) z[i] = static_cast<std::uint32_t>(sum >> (16 * i) & 0xffff);
    const KoalaBear target = weighted(z, 4);
    for (;;) {
        for (unsigned i = 0; i < 3; ++i) z[i] = static_cast<std::uint32_t>(rng() & 0xffff);
        const std::uint32_t last = ((target - weighted(z, 3)) * top).canonical();
        if (last > 0xffff) continue;
        z[3] = last;
        return z;
    }
}

TEST_CASE("a sum that is right modulo p alone is refused by its carries") {
    SLUICE_RANDOM(rng);
    int tried = 0;
    visit_rows(rng, 4,
               [&](const RowJudge& judge, const Chip& chip, Cells& cells, const Cells& public_values,
                   const RowJudge::Verdict&) {
                   const std::vector<std::string>& names = chip.column_names[2];
                   if (chip.name != "add_immediate" && chip.name != "add" && chip.name != "subtract") return;
                   const Cells kept = cells;
                   const std::size_t first = names.size() - 4;
                   REQUIRE(names[first].ends_with("[0]"));
                   std::uint64_t sum = 0;
                   for (std::size_t i = 0; i < 4; ++i) sum |= std::uint64_t{cells[first + i].canonical()} << (16 * i);
                   const auto z = false_sum(sum, rng);
                   for (std::size_t i = 0; i < 4; ++i) cells[first + i] = KoalaBear::from_canonical(z[i]);
                   INFO(chip.name);
                   CHECK(judge.judge(chip, cells, public_values).broken.starts_with("carry "));
                   cells = kept;
                   ++tried;
               });
    CHECK(tried > 20);
}

TEST_CASE("flags that are no bits, but name the same operation, are refused") {
    SLUICE_RANDOM(rng);
    std::set<std::string> chips_tried;
    visit_rows(rng, 4,
               [&](const RowJudge& judge, const Chip& chip, Cells& cells, const Cells& public_values,
                   const RowJudge::Verdict&) {
                   // The flags come first. What they name is found by setting each alone.
                   const std::map<std::string, std::vector<isa::Op>> flags = {
                       {"logic", {isa::Op::AND, isa::Op::OR, isa::Op::XOR}},
                       {"logic_immediate", {isa::Op::ANDI, isa::Op::ORI, isa::Op::XORI}},
                       {"branch_less", {isa::Op::BLT, isa::Op::BGE, isa::Op::BLTU, isa::Op::BGEU}},
                       {"multiply_high", {isa::Op::MULH, isa::Op::MULHSU, isa::Op::MULHU}},
                       {"load",
                        {isa::Op::LB, isa::Op::LBU, isa::Op::LH, isa::Op::LHU, isa::Op::LW, isa::Op::LWU, isa::Op::LD}},
                       {"store", {isa::Op::SB, isa::Op::SH, isa::Op::SW, isa::Op::SD}}};
                   const auto found = flags.find(chip.name);
                   if (found == flags.end()) return;
                   chips_tried.insert(chip.name);
                   const auto number = [&](std::size_t i) {
                       return KoalaBear::from_canonical(static_cast<std::uint32_t>(found->second[i]));
                   };
                   const Cells kept = cells;
                   for (std::size_t i = 0; i + 2 < found->second.size(); ++i) {
                       // Neither the sum of the flags nor that of flags times numbers changes.
                       const KoalaBear scale = KoalaBear::reduce(rng());
                       cells[i] += scale * (number(i + 1) - number(i + 2));
                       cells[i + 1] += scale * (number(i + 2) - number(i));
                       cells[i + 2] += scale * (number(i) - number(i + 1));
                       INFO(chip.name);
                       CHECK(judge.judge(chip, cells, public_values).broken.ends_with("is a bit"));
                       cells = kept;
                   }
               });
    CHECK(chips_tried.size() == 6);
}

}  // namespace
}  // namespace sluice::test
