// False runs of the toy machines, locally as consistent as a forger can make them, each refused by the check that is
// for it. SPDX-License-Identifier: MIT OR Apache-2.0
//
// The prover on the CPU proves what it is given. Where a forgery touches rows, the debugger says as well what is wrong
// with them (expected_refusal), so a forgery that is clumsier than its name is found out.
#include <functional>

#include "support/catch.h"
#include "toy_runs.h"

namespace sluice::test {
namespace {

using machine::Group;
using machine::TableTrace;

/// The filled table of one chip, by the names of chip and columns.
class ChipTable {
 public:
    ChipTable(const machine::MachineDescription& machine, TableTrace& trace, const std::string& name) {
        const auto& chips = machine.chips();
        const auto found =
            std::find_if(chips.begin(), chips.end(), [&](const auto& chip) { return chip.name == name; });
        REQUIRE(found != chips.end());
        chip_ = &*found;
        table_ = &trace.chips[static_cast<std::size_t>(found - chips.begin())];
    }

    [[nodiscard]] std::uint32_t height() const { return table_->height; }
    [[nodiscard]] KoalaBear& at(const std::string& column, std::uint32_t row) {
        for (std::size_t group = 1; group < machine::kGroups; ++group) {
            const auto& names = chip_->column_names[group];
            const auto found = std::find(names.begin(), names.end(), column);
            if (found == names.end()) continue;
            return table_->at(static_cast<Group>(group), static_cast<std::uint32_t>(found - names.begin()), row);
        }
        FAIL("no column " << column << " in " << chip_->name);
        return table_->at(Group::main, 0, 0);
    }
    void add(const std::string& column, std::uint32_t row, std::int64_t amount) {
        at(column, row) += tiny::element(static_cast<std::uint64_t>(amount + KoalaBear::kModulus));
    }
    [[nodiscard]] std::uint32_t value(const std::string& column, std::uint32_t row) {
        return at(column, row).canonical();
    }
    /// Keeps `rows`, in this order, as often as they are named.
    void select(const std::vector<std::uint32_t>& rows) {
        machine::ChipTrace selected;
        selected.height = static_cast<std::uint32_t>(rows.size());
        for (std::size_t group = 1; group < machine::kGroups; ++group) {
            selected.columns[group].assign(chip_->widths[group] * machine::align4(rows.size()), KoalaBear::zero());
            for (std::uint32_t column = 0; column < chip_->widths[group]; ++column) {
                for (std::uint32_t i = 0; i < rows.size(); ++i)
                    selected.at(static_cast<Group>(group), column, i) =
                        table_->at(static_cast<Group>(group), column, rows[i]);
            }
        }
        *table_ = selected;
    }
    /// Repeats a row at the end; returns where.
    std::uint32_t repeat(std::uint32_t row) {
        std::vector<std::uint32_t> rows;
        for (std::uint32_t i = 0; i < height(); ++i) rows.push_back(i);
        rows.push_back(row);
        select(rows);
        return height() - 1;
    }

 private:
    const machine::ChipDescription* chip_;
    machine::ChipTrace* table_;
};

/// A run of the register machine whose shards 2 and 3 are one round of its loop each, and tools to forge it.
template <class S>
struct Forger {
    AttackedRun<S> attacked{register_run({3, 1, 4}, {3, 8, 8})};

    [[nodiscard]] const ToyRun& run() const { return attacked.run(); }
    [[nodiscard]] ChipTable chip(std::vector<TableTrace>& tables, std::size_t table, const std::string& name) const {
        return {run().machine_of(table), tables[table], name};
    }
    /// Counts a byte once more, or less.
    void count_byte(std::vector<TableTrace>& tables, std::size_t table, std::uint32_t byte, std::int64_t amount) const {
        chip(tables, table, "byte_table").add("count", byte, amount);
    }
    /// Makes a word's row come from another shard.
    void come_from(std::vector<TableTrace>& tables, std::size_t table, std::uint32_t row, std::uint32_t shard) const {
        ChipTable ram = chip(tables, table, "shard_ram");
        const std::uint32_t number = tables[table].public_values[toys::kRegisterShard].canonical();
        count_byte(tables, table, ram.value("age[0]", row), -1);
        ram.at("shard_in", row) = tiny::element(shard);
        ram.at("age[0]", row) = tiny::element(number - 1 - shard);
        count_byte(tables, table, number - 1 - shard, 1);
    }
    /// Makes a shard's tables those of shard `number`. Words that come from no earlier shard then come from the one
    /// before.
    void renumber(std::vector<TableTrace>& tables, std::size_t table, std::uint32_t number) const {
        tables[table].public_values[toys::kRegisterShard] = tiny::element(number);
        ChipTable ram = chip(tables, table, "shard_ram");
        for (std::uint32_t row = 0; row < ram.height(); ++row)
            come_from(tables, table, row, std::min(ram.value("shard_in", row), number - 1));
    }
    /// The verdict, which must be the debugger's.
    [[nodiscard]] std::string verdict(const std::function<void(std::vector<TableTrace>&)>& change) {
        std::vector<TableTrace> tables = run().tables;
        change(tables);
        const Expected expected = expected_refusal(run(), tables);
        const verify::Verdict found = attacked.verdict(tables);
        INFO(in_words(found) << ", by the debugger "
                             << (expected.statuses.empty() ? "ok" : verify::name(expected.statuses[0])) << " "
                             << expected.table);
        REQUIRE(!expected.statuses.empty());
        CHECK(std::find(expected.statuses.begin(), expected.statuses.end(), found.status) != expected.statuses.end());
        CHECK(found.table == expected.table);
        return std::string(verify::name(found.status)) + " " + std::to_string(found.table);
    }
    /// The verdict where public values alone are against it.
    [[nodiscard]] std::string header_verdict(const std::function<void(std::vector<TableTrace>&)>& change) {
        return attacked.verdict_after(change);
    }
};

TEMPLATE_TEST_CASE("toys: shards replayed, dropped or reordered, with all that is local put right, do not link", "",
                   Narrow, Wide) {
    Forger<TestType> forger;
    using Tables = std::vector<TableTrace>;
    // As they are, their numbers give them away.
    CHECK(forger.header_verdict([](Tables& t) { t.insert(t.begin() + 3, t[2]); }) == "shard_index_value 3");
    CHECK(forger.header_verdict([](Tables& t) { t.erase(t.begin() + 2); }) == "shard_index_value 2");
    CHECK(forger.header_verdict([](Tables& t) { std::swap(t[2], t[3]); }) == "shard_index_value 2");
    CHECK(forger.header_verdict([](Tables& t) { t.pop_back(); }) == "last_shard_value 3");
    // With other numbers, words go from one to the other that nobody left there.
    CHECK(forger.verdict([&](Tables& t) {
        t.insert(t.begin() + 3, t[2]);
        forger.renumber(t, 3, 3);
        forger.renumber(t, 4, 4);
        forger.renumber(t, 5, 5);
    }) == "link_sum 0");
    CHECK(forger.verdict([&](Tables& t) {
        t.erase(t.begin() + 2);
        forger.renumber(t, 2, 2);
        forger.renumber(t, 3, 3);
    }) == "link_sum 0");
    CHECK(forger.verdict([&](Tables& t) {
        std::swap(t[2], t[3]);
        forger.renumber(t, 2, 2);
        forger.renumber(t, 3, 3);
    }) == "link_sum 0");
}

TEMPLATE_TEST_CASE("toys: a shard or a boundary of another run does not link", "", Narrow, Wide) {
    Forger<TestType> forger;
    const ToyRun other = register_run({3, 2, 4}, {3, 8, 8});
    for (std::size_t table = 0; table < other.tables.size(); ++table) {
        INFO("table " << table);
        // The first shard sets constants alone, and is the same in both; the last has another result.
        if (table == 1) continue;
        if (table == 4) {
            CHECK(forger.header_verdict([&](std::vector<TableTrace>& t) { t[4] = other.tables[4]; }) == "statement 4");
            continue;
        }
        CHECK(forger.verdict([&](std::vector<TableTrace>& t) { t[table] = other.tables[table]; }) == "link_sum 0");
    }
}

TEMPLATE_TEST_CASE("toys: a boundary that starts words as the forger likes, or has one twice, is refused", "", Narrow,
                   Wide) {
    Forger<TestType> forger;
    using Tables = std::vector<TableTrace>;
    // A word that is no input starts as 0.
    CHECK(forger.verdict([&](Tables& t) { forger.chip(t, 0, "boundary").add("initial.low", 0, 1); })
              .starts_with("lookup_sum 0"));
    CHECK(forger
              .verdict([&](Tables& t) {
                  ChipTable boundary = forger.chip(t, 0, "boundary");
                  forger.count_byte(t, 0, boundary.value("initial.low", 0), -1);
                  boundary.add("initial.low", 0, 1);
                  forger.count_byte(t, 0, boundary.value("initial.low", 0), 1);
              })
              .starts_with("zerocheck_"));
    // An input word may start as anything, but the shards have read what it was.
    const auto input_row = [&](Tables& t) {
        ChipTable boundary = forger.chip(t, 0, "boundary");
        std::uint32_t row = 0;
        while (boundary.value("is_input", row) == 0) ++row;
        return row;
    };
    CHECK(forger.verdict([&](Tables& t) {
        ChipTable boundary = forger.chip(t, 0, "boundary");
        const std::uint32_t row = input_row(t);
        forger.count_byte(t, 0, boundary.value("initial.low", row), -1);
        boundary.add("initial.low", row, 1);
        forger.count_byte(t, 0, boundary.value("initial.low", row), 1);
    }) == "link_sum 0");
    // The last word twice, the second time with a number of its own in the chain: its address is below the smallest
    // allowed one.
    CHECK(forger.verdict([&](Tables& t) {
        ChipTable boundary = forger.chip(t, 0, "boundary");
        const std::uint32_t row = boundary.repeat(boundary.height() - 1);
        boundary.add("position", row, 1);
        const std::uint32_t smallest = forger.chip(t, 0, "boundary_ends").value("smallest", 0);
        boundary.at("smallest", row) = tiny::element(smallest);
        forger.chip(t, 0, "boundary_ends").add("words", 0, 1);
        // The gap is -1: as a number that is no byte it keeps the constraint and is in no table.
        boundary.at("gap[0]", row) = tiny::element(KoalaBear::kModulus - 1);
        boundary.at("gap[1]", row) = tiny::element(0);
        for (const char* byte : {"address.low", "address.high", "initial.low", "initial.high", "gap[1]"})
            forger.count_byte(t, 0, boundary.value(byte, row), 1);
        forger.count_byte(t, 0, 2 * boundary.value("other_bits", row), 1);
    }) == "lookup_sum 0");
}

TEMPLATE_TEST_CASE("toys: two rows for one word, and rows that cancel themselves, are refused", "", Narrow, Wide) {
    Forger<TestType> forger;
    using Tables = std::vector<TableTrace>;
    // A row twice: the second has no accesses.
    CHECK(forger.verdict([&](Tables& t) {
        ChipTable ram = forger.chip(t, 3, "shard_ram");
        const std::uint32_t row = ram.repeat(0);
        forger.count_byte(t, 3, ram.value("age[0]", row), 1);
        forger.count_byte(t, 3, ram.value("age[1]", row), 1);
    }) == "products_differ 3");
    // A row that reads at time 0 what it writes at time 0 needs none: in its shard it balances.
    const auto add_idle_row = [&](Tables& t, std::size_t table, std::uint32_t address, std::uint32_t from) {
        ChipTable ram = forger.chip(t, table, "shard_ram");
        const std::uint32_t row = ram.repeat(0);
        forger.count_byte(t, table, ram.value("age[0]", row), 1);
        forger.count_byte(t, table, ram.value("age[1]", row), 1);
        if (address != 0) {
            ram.at("address.low", row) = tiny::element(address);
            ram.at("address.high", row) = KoalaBear::zero();
        }
        ram.at("out.low", row) = ram.at("in.low", row);
        ram.at("out.high", row) = ram.at("in.high", row);
        ram.at("final_time", row) = KoalaBear::zero();
        const std::uint32_t number = static_cast<std::uint32_t>(table);
        if (from < number) {
            forger.come_from(t, table, row, from);
        } else {
            // From the future: the difference is negative.
            forger.count_byte(t, table, ram.value("age[0]", row), -1);
            ram.at("shard_in", row) = tiny::element(from);
            ram.at("age[0]", row) = tiny::element(std::uint64_t{KoalaBear::kModulus} + number - 1 - from);
        }
    };
    // A second row for a word that the shard has, from where the first comes.
    CHECK(forger.verdict([&](Tables& t) {
        add_idle_row(t, 3, 0, forger.chip(t, 3, "shard_ram").value("shard_in", 0));
    }) == "link_sum 0");
    // A word of nobody's, with an invented value, from the start.
    CHECK(forger.verdict([&](Tables& t) { add_idle_row(t, 3, 77, 0); }) == "link_sum 0");
    // From itself: it balances everywhere, but comes from no earlier shard.
    CHECK(forger.verdict([&](Tables& t) { add_idle_row(t, 3, 77, 3); }) == "lookup_sum 3");
    // Two shards that feed each other.
    CHECK(forger.verdict([&](Tables& t) {
        add_idle_row(t, 2, 77, 3);
        add_idle_row(t, 3, 77, 2);
    }) == "lookup_sum 2");
    // A selector of -1 takes back what another row gives.
    CHECK(forger.verdict([&](Tables& t) {
        ChipTable ram = forger.chip(t, 3, "shard_ram");
        ram.at("is_real", ram.repeat(0)) = tiny::element(KoalaBear::kModulus - 1);
    }) == "products_differ 3");
}

TEMPLATE_TEST_CASE("toys: chips left out, doubled or exchanged are refused", "", Narrow, Wide) {
    Forger<TestType> forger;
    using Tables = std::vector<TableTrace>;
    for (const char* name : {"add", "mul", "jump_if_not_zero", "shard_ram"}) {
        INFO(name);
        CHECK(forger.verdict([&](Tables& t) { forger.chip(t, 2, name).select({}); }) == "products_differ 2");
        CHECK(forger.verdict([&](Tables& t) {
            ChipTable chip = forger.chip(t, 2, name);
            const std::uint32_t rows = chip.height();
            for (std::uint32_t row = 0; row < rows; ++row) (void)chip.repeat(row);
        }) == "products_differ 2");
    }
    // Rows of one operation in the table of another of the same width: the program does not have them.
    CHECK(forger.verdict([&](Tables& t) { std::swap(t[2].chips[3], t[2].chips[4]); }) == "lookup_sum 2");
}

TEMPLATE_TEST_CASE("toys: public values that are not those of the run are refused", "", Narrow, Wide) {
    Forger<TestType> forger;
    using Tables = std::vector<TableTrace>;
    const auto add = [](Tables& t, std::size_t table, std::uint32_t index) {
        t[table].public_values[index] += KoalaBear::one();
    };
    CHECK(forger.header_verdict([&](Tables& t) { add(t, 1, toys::kRegisterFirstPc); }) == "chain 1");
    CHECK(forger.header_verdict([&](Tables& t) { add(t, 2, toys::kRegisterFirstPc); }) == "chain 2");
    CHECK(forger.header_verdict([&](Tables& t) { add(t, 1, toys::kRegisterIsLast); }) == "last_shard_value 1");
    CHECK(forger.header_verdict([&](Tables& t) { add(t, 4, toys::kRegisterResult); }) == "statement 4");
    // Told consistently: a state that the shard did not come to.
    CHECK(forger.verdict([&](Tables& t) {
        add(t, 1, toys::kRegisterLastPc);
        add(t, 2, toys::kRegisterFirstPc);
    }) == "products_differ 1");
    CHECK(forger.verdict([&](Tables& t) { add(t, 2, toys::kRegisterLastTime); }) == "products_differ 2");
    CHECK(forger.verdict([&](Tables& t) { add(t, 1, toys::kRegisterResult); }).starts_with("zerocheck_"));
    CHECK(forger.verdict([&](Tables& t) { add(t, 4, toys::kRegisterLastPc); }).starts_with("zerocheck_"));
}

TEMPLATE_TEST_CASE("toys: a statement that the run does not have, in the proof as well, is refused", "", Narrow, Wide) {
    AttackedRun<TestType> attacked(fibonacci_run());
    for (std::size_t i = 0; i < attacked.run().tables[1].public_values.size(); ++i) {
        INFO("public value " << i);
        std::vector<TableTrace> tables = attacked.run().tables;
        tables[1].public_values[i] += KoalaBear::one();
        CHECK(in_words(attacked.verdict(tables)) == "statement 1 " + std::to_string(i));
        ToyRun lie = attacked.run();
        lie.tables = tables;
        const verify::Verdict found = attacked.verdict(tables, lie.statement());
        CHECK(in_words(found) == "products_differ 1 0");
    }
}

TEMPLATE_TEST_CASE("toys: a proof holds for no other key and no other statement", "", Narrow, Wide) {
    const auto other_challenges = [](const verify::Verdict& found) {
        return std::find(kOtherChallenges.begin(), kOtherChallenges.end(), found.status) != kOtherChallenges.end();
    };
    AttackedRun<TestType> attacked(register_run());
    const ToyRun& run = attacked.run();
    RealProver<TestType> prover;
    // Another limit, and another program of the same shape.
    const auto wider = prover.make_key(run.machines(), run.stack_heights, 9);
    toys::RegisterProgram program = toys::mixing_program(3);
    program[2].a ^= 1;
    const auto machine = keep(toys::register_machine(program));
    const auto reprogrammed = prover.make_key({machine.get(), run.boundary.get()}, run.stack_heights);
    for (const auto* key : {&wider, &reprogrammed}) {
        const verify::Verdict found =
            run_verifier<TestType>({key->body().begin(), key->body().end()}, attacked.proof(), run.statement());
        INFO(in_words(found));
        CHECK(other_challenges(found));
    }
    std::vector<std::uint32_t> statement = run.statement();
    statement[0] ^= 1;
    CHECK(verdict_of<TestType>(attacked.key(), attacked.proof(), statement).starts_with("statement 3"));
}

}  // namespace
}  // namespace sluice::test
