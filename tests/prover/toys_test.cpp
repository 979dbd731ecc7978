// Chips, programs, the debugger and the toy machines. SPDX-License-Identifier: MIT OR Apache-2.0
#include <array>
#include <set>
#include <string>
#include <vector>

#include "sluice/machine/debug.h"
#include "sluice/machine/description.h"
#include "sluice/toys/fibonacci.h"
#include "sluice/toys/register_machine.h"
#include "sluice/toys/synthetic.h"
#include "support/catch.h"

using namespace sluice;
using namespace sluice::machine;

namespace {

/// Runs a chip's flattened program on one row.
std::vector<KoalaBear> run_program(const Program& program, const std::array<std::vector<KoalaBear>, kGroups>& row,
                                   const std::vector<KoalaBear>& public_values) {
    std::vector<KoalaBear> values;
    for (const Node& node : program.nodes) {
        switch (node.kind) {
            case NodeKind::constant:
                values.push_back(KoalaBear::from_canonical(node.a));
                break;
            case NodeKind::preprocessed:
            case NodeKind::linked:
            case NodeKind::main:
                values.push_back(row[static_cast<std::size_t>(node.kind) - 1][node.a]);
                break;
            case NodeKind::public_value:
                values.push_back(public_values[node.a]);
                break;
            case NodeKind::add:
                values.push_back(values[node.a] + values[node.b]);
                break;
            case NodeKind::sub:
                values.push_back(values[node.a] - values[node.b]);
                break;
            case NodeKind::mul:
                values.push_back(values[node.a] * values[node.b]);
                break;
        }
    }
    return values;
}

/// The program of every chip computes what `eval` computes, on random rows.
void compare_programs(const MachineDescription& machine, std::mt19937_64& rng) {
    for (const ChipDescription& chip : machine.chips()) {
        INFO("chip " << chip.name);
        for (int repeat = 0; repeat < 4; ++repeat) {
            std::array<std::vector<KoalaBear>, kGroups> row;
            std::array<const KoalaBear*, kGroups> pointers;
            for (std::size_t group = 0; group < kGroups; ++group) {
                for (std::uint32_t c = 0; c < chip.widths[group]; ++c) row[group].push_back(KoalaBear::reduce(rng()));
                pointers[group] = row[group].data();
            }
            std::vector<KoalaBear> public_values;
            for (std::uint32_t i = 0; i < machine.rules().public_values; ++i) {
                public_values.push_back(KoalaBear::reduce(rng()));
            }
            ValueBuilder expected(public_values);
            chip.evaluate(expected, pointers);
            const std::vector<KoalaBear> nodes = run_program(chip.view().program, row, public_values);
            REQUIRE(expected.constraints.size() == chip.constraints.size());
            for (std::size_t i = 0; i < chip.constraints.size(); ++i) {
                CHECK(nodes[chip.constraints[i]] == expected.constraints[i]);
            }
            REQUIRE(expected.terms.size() == chip.interactions.size());
            for (std::size_t i = 0; i < chip.interactions.size(); ++i) {
                const Interaction& interaction = chip.interactions[i];
                CHECK(interaction.type == expected.terms[i].type);
                CHECK(interaction.kind == expected.terms[i].kind);
                CHECK(nodes[interaction.multiplicity] == expected.terms[i].multiplicity);
                REQUIRE(interaction.element_count == expected.terms[i].elements.size());
                for (std::uint32_t e = 0; e < interaction.element_count; ++e) {
                    CHECK(nodes[chip.elements[interaction.first_element + e]] == expected.terms[i].elements[e]);
                }
            }
        }
    }
}

/// Names of the columns (chip.column) whose change in one cell of `row` no check notices.
std::set<std::string> free_columns(const MachineDescription& machine, TableTrace& trace, std::uint32_t row) {
    std::set<std::string> free;
    for (std::size_t i = 0; i < machine.chips().size(); ++i) {
        const ChipDescription& chip = machine.chips()[i];
        if (trace.chips[i].height == 0) continue;
        const std::uint32_t changed_row = row % trace.chips[i].height;
        for (std::size_t group = 1; group < kGroups; ++group) {
            for (std::uint32_t c = 0; c < chip.widths[group]; ++c) {
                KoalaBear& cell = trace.chips[i].at(static_cast<Group>(group), c, changed_row);
                const KoalaBear kept = cell;
                cell = cell + KoalaBear::from_canonical(3);
                if (find_faults(machine, trace, 1).empty()) free.insert(chip.name + "." + chip.column_names[group][c]);
                cell = kept;
            }
        }
    }
    return free;
}

struct Square : ChipBase {
    static constexpr std::uint32_t kId = 7;
    static constexpr std::string_view kName = "square";
    template <class T>
    struct Main {
        T is_real, x, y;
        SLUICE_COLUMNS(is_real, x, y)
    };
    template <class B>
    static void eval(B& b, const Row<Square, typename B::Var>& row) {
        b.boolean("is_real is a bit", row.main.is_real);
        b.zero("y is the square of x", row.main.is_real * (row.main.x * row.main.x - row.main.y));
    }
};

/// Breaks one rule, named by the template argument.
enum class Flaw { degree, zero_row, selector_degree, link_main, multiplicity, public_value, arity };
template <Flaw kFlaw>
struct Flawed : ChipBase {
    static constexpr std::uint32_t kId = 8;
    static constexpr std::string_view kName = "flawed";
    template <class T>
    struct Linked {
        T u;
        SLUICE_COLUMNS(u)
    };
    template <class T>
    struct Main {
        T x, y;
        SLUICE_COLUMNS(x, y)
    };
    template <class B>
    static void eval(B& b, const Row<Flawed, typename B::Var>& row) {
        const auto& [x, y] = row.main;
        switch (kFlaw) {
            case Flaw::degree:
                b.zero("too steep", x * x * y * y);
                break;
            case Flaw::zero_row:
                b.zero("not at home", x * y - b.constant(1));
                break;
            case Flaw::selector_degree:
                b.write(1, x * x, {x * y});
                break;
            case Flaw::link_main:
                b.link(1, row.linked.u, {x});
                break;
            case Flaw::multiplicity:
                b.lookup(1, b.constant(1) - x, {y});
                break;
            case Flaw::public_value:
                b.zero("a public value", x * b.public_value(2));
                break;
            case Flaw::arity:
                b.write(1, x, {x, y});
                b.read(1, y, {x});
                break;
        }
    }
};

/// Says of its columns what is not so.
enum class Listing { all, short_of_one, swapped, twice };
template <Listing kListing, class T>
struct Listed;
template <class T>
struct Listed<Listing::all, T> {
    T x;
    std::array<T, 2> y;
    SLUICE_COLUMNS(x, y)
};
template <class T>
struct Listed<Listing::short_of_one, T> {
    T x, y[2];
    SLUICE_COLUMNS(x)
};
template <class T>
struct Listed<Listing::swapped, T> {
    T x, y[2];
    SLUICE_COLUMNS(y, x)
};
template <class T>
struct Listed<Listing::twice, T> {
    T x, y[2];
    SLUICE_COLUMNS(x, x, x)
};
template <Listing kListing>
struct Renamed : ChipBase {
    static constexpr std::uint32_t kId = 9;
    static constexpr std::string_view kName = "renamed";
    template <class T>
    struct Main {
        T is_real;
        Listed<kListing, T> first, second[2];
        SLUICE_COLUMNS(is_real, first, second)
    };
    template <class B>
    static void eval(B& b, const Row<Renamed, typename B::Var>& row) {
        b.boolean("is_real is a bit", row.main.is_real);
    }
};

template <Flaw kFlaw>
std::string flaw_message() {
    absl::StatusOr<ChipDescription> chip = make_chip<Flawed<kFlaw>>();
    if (!chip.ok()) return std::string(chip.status().message());
    std::vector<ChipDescription> chips;
    chips.push_back(*std::move(chip));
    MachineRules rules;
    rules.public_values = 2;
    const absl::StatusOr<MachineDescription> machine = MachineDescription::make(rules, std::move(chips));
    return machine.ok() ? "accepted" : std::string(machine.status().message());
}

}  // namespace

TEST_CASE("a chip's program is built with equal nodes once and constants folded") {
    SymbolicBuilder builder;
    const Expression x = builder.column(Group::main, 0);
    const Expression y = builder.column(Group::main, 1);
    CHECK((x + y).node == (y + x).node);
    CHECK((x * y).node == (y * x).node);
    CHECK((x - y).node != (y - x).node);
    CHECK((x * builder.constant(1)).node == x.node);
    CHECK((x + builder.constant(0)).node == x.node);
    CHECK((x - x).node == builder.constant(0).node);
    CHECK((builder.constant(5) * builder.constant(7)).node == builder.constant(35).node);
    CHECK((builder.constant(5) - builder.constant(7)).node == builder.constant(KoalaBear::kModulus - 2).node);
}

TEST_CASE("a chip that breaks a rule of the machine is refused by name") {
    using Catch::Contains;
    CHECK_THAT(flaw_message<Flaw::degree>(), Contains("too steep") && Contains("degree 4"));
    CHECK_THAT(flaw_message<Flaw::zero_row>(), Contains("not at home") && Contains("row of zeros"));
    CHECK_THAT(flaw_message<Flaw::selector_degree>(), Contains("write of kind 1") && Contains("degree 4"));
    CHECK_THAT(flaw_message<Flaw::link_main>(),
               Contains("link of kind 1") && Contains("committed after its challenge"));
    CHECK_THAT(flaw_message<Flaw::multiplicity>(), Contains("lookup of kind 1") && Contains("multiplicity"));
    CHECK_THAT(flaw_message<Flaw::public_value>(), Contains("public value 2"));
    CHECK_THAT(flaw_message<Flaw::arity>(), Contains("kind 1 has 1 elements here and 2"));
    std::vector<ChipDescription> twice;
    twice.push_back(*make_chip<Square>());
    twice.push_back(*make_chip<Square>());
    CHECK_THAT(std::string(MachineDescription::make({}, std::move(twice)).status().message()), Contains("one id: 7"));
    ChipShape wrong;
    wrong.preprocessed.resize(4);
    CHECK_FALSE(make_chip<Square>(wrong).ok());
}

TEST_CASE("columns have the names of their structs' members") {
    const absl::StatusOr<ChipDescription> chip = make_chip<Renamed<Listing::all>>();
    REQUIRE(chip.ok());
    CHECK(chip->column_names[0].empty());
    CHECK(chip->column_names[1].empty());
    CHECK(chip->column_names[2] == std::vector<std::string>{"is_real", "first.x", "first.y[0]", "first.y[1]",
                                                            "second[0].x", "second[0].y[0]", "second[0].y[1]",
                                                            "second[1].x", "second[1].y[0]", "second[1].y[1]"});
    for (const absl::Status& status :
         {make_chip<Renamed<Listing::short_of_one>>().status(), make_chip<Renamed<Listing::swapped>>().status(),
          make_chip<Renamed<Listing::twice>>().status()}) {
        CHECK_THAT(std::string(status.message()), Catch::Contains("chip renamed, group 2"));
    }
}

TEST_CASE("the debugger names chip, row, constraint and values") {
    std::vector<ChipDescription> chips;
    chips.push_back(*make_chip<Square>());
    const absl::StatusOr<MachineDescription> machine = MachineDescription::make({}, std::move(chips));
    REQUIRE(machine.ok());
    TraceWriter<Square> writer;
    for (std::uint32_t i = 0; i < 5; ++i) {
        writer.append({KoalaBear::one(), KoalaBear::from_canonical(i), KoalaBear::from_canonical(i * i)});
    }
    TableTrace trace;
    trace.chips.push_back(writer.finish());
    CHECK(find_faults(*machine, trace).empty());
    trace.chips[0].at(Group::main, 2, 3) = KoalaBear::from_canonical(10);
    const std::vector<Fault> faults = find_faults(*machine, trace);
    REQUIRE(faults.size() == 1);
    CHECK(faults[0].kind == Fault::Kind::constraint);
    CHECK(faults[0].row == 3);
    CHECK(describe(faults) == "chip square, row 3: constraint \"y is the square of x\" is -1; is_real=1 x=3 y=10\n");
    trace.chips[0].columns[2].pop_back();
    CHECK(find_faults(*machine, trace)[0].kind == Fault::Kind::shape);
}

TEST_CASE("programs of the toy machines compute what eval computes") {
    SLUICE_RANDOM(rng);
    const auto fibonacci = toys::fibonacci_machine();
    const auto registers = toys::register_machine(toys::mixing_program(3));
    const auto boundary = toys::register_boundary_machine();
    const auto synthetic = toys::synthetic_machine();
    for (const auto* machine : {&fibonacci, &registers, &boundary, &synthetic}) {
        INFO(machine->status().ToString());
        REQUIRE(machine->ok());
        compare_programs(**machine, rng);
    }
}

TEST_CASE("Fibonacci tables are sound, and each column of them matters") {
    const auto machine = toys::fibonacci_machine();
    REQUIRE(machine.ok());
    for (const std::uint32_t steps : {0u, 1u, 2u, 31u, 100u}) {
        TableTrace trace = toys::fibonacci_trace(steps, 0, 1);
        const std::vector<Fault> faults = find_faults(*machine, trace);
        INFO(describe(faults));
        CHECK(faults.empty());
    }
    TableTrace trace = toys::fibonacci_trace(24, 0, 1);  // F(24) = 46368
    CHECK(trace.public_values[5].canonical() + 256 * trace.public_values[6].canonical() == 46368);
    CHECK(free_columns(*machine, trace, 7).empty());
    for (KoalaBear& value : trace.public_values) {
        const KoalaBear kept = value;
        value = value + KoalaBear::one();
        CHECK_FALSE(find_faults(*machine, trace, 1).empty());
        value = kept;
    }
}

TEST_CASE("a register machine's run links its shards, and each column of it matters") {
    const toys::RegisterProgram program = toys::mixing_program(5);
    const std::array<std::uint16_t, 2> input = {777, 4242};
    const auto machine = toys::register_machine(program);
    const auto boundary = toys::register_boundary_machine();
    REQUIRE((machine.ok() && boundary.ok()));
    std::uint16_t result = 0;
    for (const std::vector<std::uint64_t>& cuts :
         {std::vector<std::uint64_t>{}, {10}, {1, 2, 3}, {30, 1, 5}, {7, 7, 7, 7, 7}}) {
        auto run = toys::run_register_machine(program, input, cuts);
        REQUIRE(run.ok());
        CHECK(run->shards.size() == cuts.size() + 1);
        if (result == 0) result = run->result;
        CHECK(run->result == result);
        std::vector<TableInRun> tables = {{&*boundary, &run->boundary}};
        for (const TableTrace& shard : run->shards) {
            const std::vector<Fault> faults = find_faults(*machine, shard);
            INFO(describe(faults));
            CHECK(faults.empty());
            tables.push_back({&*machine, &shard});
        }
        INFO(describe(find_faults(*boundary, run->boundary)));
        CHECK(find_faults(*boundary, run->boundary).empty());
        INFO(describe(find_link_faults(tables)));
        CHECK(find_link_faults(tables).empty());
        tables.pop_back();
        CHECK_FALSE(find_link_faults(tables).empty());
    }
    // The result by plain arithmetic.
    std::uint16_t state = 0;
    std::uint16_t left = 5;
    std::uint16_t stored = 0;
    for (; left != 0; --left) {
        state = static_cast<std::uint16_t>(static_cast<std::uint16_t>((state + input[0]) * 0x6255) + left);
        stored = static_cast<std::uint16_t>(std::uint32_t{state} * state);
        state = static_cast<std::uint16_t>(state + stored + input[1]);
    }
    CHECK(result == state);

    auto run = toys::run_register_machine(program, input, std::vector<std::uint64_t>{20});
    REQUIRE(run.ok());
    // What no table says alone: the sum over the shards binds where words come from, and where they went.
    const std::set<std::string> bound_by_links = {"boundary.initial.low", "boundary.initial.high", "boundary.last.low",
                                                  "boundary.last.high", "boundary.last_shard"};
    for (TableTrace& shard : run->shards) CHECK(free_columns(*machine, shard, 1).empty());
    for (const std::string& column : free_columns(*boundary, run->boundary, 1)) {
        INFO(column);
        CHECK(bound_by_links.contains(column));
    }
}

TEST_CASE("a program that leaves itself or never halts is an error") {
    using toys::Op;
    CHECK_FALSE(toys::run_register_machine({{Op::set, 1, 1}}, {}, {}).ok());
    CHECK_FALSE(toys::run_register_machine({{Op::set, 1, 1}, {Op::jump_if_not_zero, 0, 1}}, {}, {}, 1000).ok());
    CHECK_FALSE(toys::run_register_machine({{Op::halt, 0, 1}}, {}, std::vector<std::uint64_t>{5}).ok());
    CHECK_FALSE(toys::register_machine({}).ok());
}

TEST_CASE("the synthetic machine has the shape that it promises") {
    const auto machine = toys::synthetic_machine();
    REQUIRE(machine.ok());
    unsigned narrow = 0;
    for (const ChipDescription& chip : machine->chips()) {
        if (chip.name.starts_with("narrow")) {
            ++narrow;
            CHECK(chip.widths[2] >= 30);
            CHECK(chip.widths[2] <= 63);
            CHECK(chip.constraint_degree() == 3);
            unsigned records = 0;
            unsigned lookups = 0;
            for (const Interaction& interaction : chip.interactions) {
                records += interaction.type != InteractionType::lookup;
                lookups += interaction.type == InteractionType::lookup;
            }
            CHECK(records == 8);
            CHECK(lookups == 10);
        }
    }
    CHECK(narrow == 12);
    CHECK(machine->chips().back().widths[2] == 2600);
    const TableTrace trace = toys::synthetic_trace(1u << 18);
    const std::vector<Fault> faults = find_faults(*machine, trace);
    INFO(describe(faults));
    CHECK(faults.empty());
    std::uint64_t cells = 0;
    for (std::size_t i = 0; i < trace.chips.size(); ++i) {
        cells += std::uint64_t{trace.chips[i].height} * machine->chips()[i].widths[2];
    }
    CHECK(cells > (1u << 18) * 9 / 10);
    CHECK(cells < (1u << 18) * 11 / 10);
}
