// The Keccak chips: what they compute, and each way to make them compute something else.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "crypto/soft/keccak.h"

#include <map>
#include <set>

#include "accelerators/keccak.chip.h"
#include "forger.h"
#include "keccak_programs.h"
#include "row_judge.h"
#include "tables/keccak_tables.h"

namespace sluice::test {
namespace {

using Catch::Contains;
using Chip = machine::ChipDescription;
using Cells = std::vector<KoalaBear>;
using Lanes = chips::KeccakRounds::State;

/// Words of the heap after a run, by index; what the run did not touch is missing.
std::map<std::uint32_t, std::uint64_t> final_heap(MachineRun& run) {
    std::map<std::uint32_t, std::uint64_t> heap;
    machine::ChipTrace& words = run.chip(run.machine.boundary(), run.tables.boundary, "boundary");
    for (std::uint32_t row = 0; row < words.height; ++row) {
        const auto cell = [&](std::uint32_t column) {
            return words.at(machine::Group::linked, column, row).canonical();
        };
        if (cell(1) < SLUICE_HEAP_BEGIN / 8 || cell(1) >= SLUICE_HEAP_END / 8) continue;
        std::uint64_t word = 0;
        for (std::uint32_t i = 0; i < 4; ++i) word |= std::uint64_t{cell(6 + i)} << (16 * i);
        heap[cell(1) - SLUICE_HEAP_BEGIN / 8] = word;
    }
    return heap;
}

MachineRun run_of(const ProgramCase& test, std::vector<std::uint64_t> cuts = {}) {
    return MachineRun::make(test.program, test.input, std::move(cuts));
}

TEST_CASE("the permutation of the zero state is the reference's") {
    // KeccakF-1600-IntermediateValues of the Keccak team, first permutation.
    constexpr Lanes kExpected = {
        0xf1258f7940e1dde7, 0x84d5ccf933c0478a, 0xd598261ea65aa9ee, 0xbd1547306f80494d, 0x8b284e056253d057,
        0xff97a42d7f8e6fd4, 0x90fee5a0a44647c4, 0x8c5bda0cd6192e76, 0xad30a6f71b19059c, 0x30935ab7d08ffc64,
        0xeb5aa93f2317d635, 0xa9a6e6260d712103, 0x81a57c16dbcf555f, 0x43b831cd0347c826, 0x01f22f1a11a5569f,
        0x05e5635a21d9ae61, 0x64befef28cc970f2, 0x613670957bc46611, 0xb87c5a554fd00ecb, 0x8c3ee88a1ccf32c8,
        0x940c7922ae3a2614, 0x1841f924a2c509e4, 0x16f53526e70465c2, 0x75f644e97f30a13b, 0xeaf1ff7b5ceca249};
    MachineRun run = run_of(keccak_program({0}, {{SLUICE_ECALL_KECCAK_F, 0, 0}}));
    CHECK(run.faults() == "");
    const auto heap = final_heap(run);
    for (std::uint32_t i = 0; i < 25; ++i) CHECK(heap.at(i) == kExpected[i]);
    // The rows alone say so too: pairs of strands of the last state.
    machine::ChipTrace& rows = run.chip(run.machine.shards(), run.tables.shards[0], "keccak_rounds");
    CHECK(rows.height == 6);
}

TEST_CASE("calls are what the software does, however state and block overlap, and over shards") {
    SLUICE_RANDOM(rng);
    const std::vector<std::uint64_t> words = random_words(rng, 64);
    std::vector<KeccakCall> calls = {{SLUICE_ECALL_KECCAK_F, 0, 0}, {SLUICE_ECALL_KECCAK_F, 39, 0}};
    for (const std::uint32_t block : {20u, 10u, 4u, 21u, 36u, 45u, 3u}) {
        calls.push_back({SLUICE_ECALL_KECCAK_ABSORB, 20, block});
    }
    std::vector<std::uint64_t> expected = words;
    for (const KeccakCall& call : calls) {
        std::uint64_t state[25];
        std::copy_n(expected.begin() + call.state, 25, state);
        if (call.number == SLUICE_ECALL_KECCAK_ABSORB) {
            for (std::uint32_t i = 0; i < 17; ++i) state[i] ^= expected[call.block + i];
        }
        crypto::soft::keccak_f1600(state);
        std::copy_n(state, 25, expected.begin() + call.state);
    }
    // Over a page's end, so that ranges lie on two pages.
    const std::uint32_t first = 0x10000 / 8 - 30;
    const std::uint64_t start = 6 * words.size();
    MachineRun run = run_of(keccak_program(words, calls, first), {start + 14, start + 30, start + 31});
    CHECK(run.faults() == "");
    const auto heap = final_heap(run);
    for (std::uint32_t i = 0; i < words.size(); ++i) CHECK(heap.at(first + i) == expected[i]);
}

TEST_CASE("the tables hold sums and their digits") {
    const MachineRun run = run_of(keccak_program({0}, {}));
    const RowJudge judge(run);
    std::size_t tables = 0;
    for (const Chip& chip : run.machine.shards().chips()) {
        if (chip.id < 0x0008 || chip.id > 0x000a) continue;
        ++tables;
        const std::uint64_t stride = machine::align4(chip.shape.fixed_height);
        const Cells ones(chip.widths[2], KoalaBear::one());
        std::set<std::uint32_t> keys;
        std::uint32_t wrong = 0;
        for (std::uint32_t row = 0; row < chip.shape.fixed_height; ++row) {
            Cells cells;
            for (std::uint32_t c = 0; c < chip.widths[0]; ++c)
                cells.push_back(chip.shape.preprocessed[c * stride + row]);
            keys.insert(cells[0].canonical());
            machine::ValueBuilder builder({});
            chip.evaluate(builder, {cells.data(), nullptr, ones.data()});
            for (const auto& term : builder.terms) {
                RowJudge::Tuple tuple{term.kind};
                for (const KoalaBear element : term.elements) tuple.push_back(element.canonical());
                wrong += !judge.has(tuple);
            }
        }
        CHECK(wrong == 0);
        CHECK(keys.size() == chip.shape.fixed_height);
    }
    CHECK(tables == 3);
}

/// A run's row of a chip, to be changed and judged.
struct JudgedRow {
    JudgedRow(const MachineRun& run, std::string_view name, std::uint32_t row = 0) : judge(run) {
        machine::TableTrace trace = run.tables.shards[0];
        const auto& all = run.machine.shards().chips();
        std::size_t index = 0;
        while (all[index].name != name) ++index;
        chip = &all[index];
        for (std::uint32_t c = 0; c < chip->widths[2]; ++c) {
            cells.push_back(trace.chips[index].at(machine::Group::main, c, row));
        }
        public_values = trace.public_values;
    }
    [[nodiscard]] RowJudge::Verdict verdict() const { return judge.judge(*chip, cells, public_values); }
    [[nodiscard]] KoalaBear& at(const std::string& column) {
        const auto& names = chip->column_names[2];
        const auto found = std::find(names.begin(), names.end(), column);
        REQUIRE(found != names.end());
        return cells[static_cast<std::size_t>(found - names.begin())];
    }

    RowJudge judge;
    const Chip* chip = nullptr;
    Cells cells;
    Cells public_values;
};

TEST_CASE("rows of other permutations are refused") {
    const MachineRun run = run_of(keccak_program({1, 2, 3}, {{SLUICE_ECALL_KECCAK_F, 0, 0}}));
    using Main = chips::KeccakRounds::Main<KoalaBear>;
    JudgedRow judged(run, "keccak_rounds", 2);
    REQUIRE(judged.verdict().broken == "");
    Main row;
    machine::load_columns(row, judged.cells.data());
    const auto put = [&] {
        const auto values = machine::store_columns<KoalaBear>(row);
        judged.cells.assign(values.begin(), values.end());
    };
    SECTION("by another constant") {
        // Every bit that a constant can have: all rounds of the row are what follows, the lookup of iota is not.
        Lanes start{};
        start[0] = 0x123456789abcdef;
        for (std::uint32_t round = 0; round < 4; ++round) {
            for (const unsigned bit : {0u, 1u, 3u, 7u, 15u, 31u, 63u}) {
                Lanes state = start;
                for (std::size_t lane = 0; lane < 25; ++lane) row.state[lane] = chips::strands(state[lane]);
                for (std::uint32_t j = 0; j < 4; ++j) {
                    const std::uint64_t change = j == round ? std::uint64_t{1} << bit : 0;
                    chips::KeccakRounds::fill_round(state, chips::keccak::kConstants[8 + j] ^ change, row.rounds[j]);
                }
                put();
                CHECK(judged.verdict().broken == "lookup of kind 17");
            }
        }
    }
    SECTION("by the constants of another place in the call") {
        for (std::uint32_t place = 0; place < 6; ++place) {
            if (place == 2) continue;
            row.is = {};
            row.is[place] = KoalaBear::one();
            put();
            CHECK(judged.verdict().broken == "lookup of kind 17");
        }
    }
    SECTION("at two places, or none") {
        row.is[3] = KoalaBear::one();
        put();
        CHECK(judged.verdict().broken == "is_real is a bit");
        row.is = {};
        row.is[1] = KoalaBear::from_canonical(2);
        row.is[0] = -KoalaBear::one();
        put();
        CHECK(judged.verdict().broken == "each place in the call is a bit");
        row.is = {};
        put();
        const RowJudge::Verdict nothing = judged.verdict();
        CHECK((nothing.reads.empty() && nothing.writes.empty()));
    }
    SECTION("by other digits of the state it reads") {
        // The record says strand 2 k + 3 strand 2 k + 1. Where sums of digits allow it, no other two strands say it.
        const auto honest = judged.verdict();
        for (const std::size_t lane : {std::size_t{0}, std::size_t{12}, std::size_t{24}}) {
            for (std::size_t k = 0; k < 4; ++k) {
                for (std::uint32_t digit = 0; digit < 8; ++digit) {
                    for (const int sign : {1, -1}) {
                        const Main kept = row;
                        KoalaBear unit = KoalaBear::from_canonical(chips::power_of_ten(digit));
                        if (sign < 0) unit = -unit;
                        row.state[lane][2 * k] += KoalaBear::from_canonical(3) * unit;
                        row.state[lane][2 * k + 1] -= unit;
                        put();
                        CHECK(judged.verdict().broken.starts_with("lookup of kind 1"));
                        row = kept;
                    }
                }
                // A digit less in one place is ten more in the one below.
                const Main kept = row;
                const KoalaBear ten = KoalaBear::from_canonical(10);
                row.state[lane][2 * k] += ten;
                put();
                auto changed = judged.verdict();
                CHECK((!changed.broken.empty() || changed.reads != honest.reads));
                row = kept;
            }
        }
    }
}

TEST_CASE("every digit of every strand is settled by what a row reads") {
    SLUICE_RANDOM(rng);
    const MachineRun run = run_of(keccak_program(random_words(rng, 25), {{SLUICE_ECALL_KECCAK_F, 0, 0}}));
    JudgedRow judged(run, "keccak_rounds", static_cast<std::uint32_t>(rng() % 6));
    const auto honest = judged.verdict();
    REQUIRE(honest.broken == "");
    for (int repeat = 0; repeat < 400; ++repeat) {
        const auto column = static_cast<std::uint32_t>(rng() % judged.cells.size());
        const KoalaBear kept = judged.cells[column];
        const KoalaBear unit = KoalaBear::from_canonical(chips::power_of_ten(rng() % 8));
        for (const KoalaBear change : {unit, -unit, unit + unit, -unit - unit}) {
            judged.cells[column] = kept + change;
            const auto verdict = judged.verdict();
            INFO(judged.chip->column_names[2][column]);
            CHECK((!verdict.broken.empty() || verdict.reads != honest.reads));
        }
        judged.cells[column] = kept;
    }
}

TEST_CASE("a call's pointers lead to words that may be read and written") {
    const MachineRun run = run_of(keccak_program({1, 2, 3}, {{SLUICE_ECALL_KECCAK_ABSORB, 0, 8}}));
    // Such runs trap, and have no proof.
    for (const auto& [state, block] :
         std::vector<std::pair<std::uint64_t, std::uint64_t>>{{SLUICE_HEAP_BEGIN + 4, SLUICE_HEAP_BEGIN},
                                                              {SLUICE_HEAP_BEGIN, SLUICE_HEAP_BEGIN + 1},
                                                              {SLUICE_INPUT_BEGIN, SLUICE_HEAP_BEGIN},
                                                              {SLUICE_HEAP_BEGIN, SLUICE_STACK_END},
                                                              {SLUICE_HEAP_END - 8, SLUICE_HEAP_BEGIN},
                                                              {0, SLUICE_HEAP_BEGIN}}) {
        Assembler text;
        text.li(a0, state);
        text.li(a1, block);
        text.call(SLUICE_ECALL_KECCAK_ABSORB);
        halt(text);
        const vm::Program program = make_program(text);
        const auto machine = chips::Rv64Machine::make(program);
        REQUIRE(machine.ok());
        const std::vector<std::uint8_t> input = empty_input();
        CHECK_THAT(chips::Rv64Run::make(*machine, program, input).status().ToString(), Contains("FAILED_PRECONDITION"));
    }
    const auto broken = [&](const std::string& column, std::uint32_t value) {
        JudgedRow judged(run, "keccak_absorb");
        REQUIRE(judged.verdict().broken == "");
        judged.at(column) = KoalaBear::from_canonical(value);
        return judged.verdict().broken;
    };
    CHECK(broken("state.pointer.address.low", 4) == "lookup of kind 2");
    CHECK(broken("block.pointer.address.low", 1) == "lookup of kind 2");
    CHECK(broken("state.pointer.address.low", 0x10000) == "lookup of kind 2");
    CHECK(broken("state.pointer.address.low", 0xffc0) == "lookup of kind 2");
    CHECK(broken("state.pointer.address.page", SLUICE_INPUT_BEGIN >> 16) == "lookup of kind 6");
    CHECK(broken("state.pointer.address.page", 0) == "lookup of kind 5");
    CHECK(broken("block.pointer.address.page", SLUICE_STACK_END >> 16) == "lookup of kind 5");
}

/// Two calls in one shard, the second of other words.
Forger two_calls() {
    return Forger(run_of(keccak_program({1, 2, 3}, {{SLUICE_ECALL_KECCAK_F, 0, 0}, {SLUICE_ECALL_KECCAK_F, 40, 0}})));
}

TEST_CASE("rounds that are left out, repeated or another call's do not join") {
    SECTION("nothing changed") {
        CHECK(two_calls().faults() == "");
    }
    SECTION("the last rounds left out") {
        Forger forger = two_calls();
        forger.shard(1).remove("keccak_rounds", 5);
        CHECK_THAT(forger.faults(), Contains("record of kind 4 "));
    }
    SECTION("rounds in the middle left out, and their place taken") {
        Forger forger = two_calls();
        const auto shard = forger.shard(1);
        shard.remove("keccak_rounds", 3);
        for (std::uint32_t row = 3; row < 5; ++row) {
            shard.set("keccak_rounds", row, "is[" + std::to_string(row + 1) + "]", 0);
            shard.set("keccak_rounds", row, "is[" + std::to_string(row) + "]", 1);
        }
        CHECK_THAT(forger.faults(), Contains("record of kind 4 ") && Contains("lookup of kind 17 "));
    }
    SECTION("all rounds of the other call, with this one's time") {
        Forger forger = two_calls();
        const auto shard = forger.shard(1);
        const std::uint64_t first = shard.get("keccak_rounds", 0, "time");
        const std::uint64_t second = shard.get("keccak_rounds", 6, "time");
        CHECK(first != second);
        for (std::uint32_t row = 0; row < 12; ++row) {
            shard.set("keccak_rounds", row, "time", row < 6 ? second : first);
        }
        CHECK_THAT(forger.faults(), Contains("record of kind 4 "));
    }
    SECTION("a round twice") {
        Forger forger = two_calls();
        forger.shard(1).repeat("keccak_rounds", 2);
        CHECK_THAT(forger.faults(), Contains("record of kind 4 "));
    }
}

TEST_CASE("a result that the rounds do not give is refused") {
    const MachineRun run = run_of(keccak_program({1, 2, 3}, {{SLUICE_ECALL_KECCAK_F, 0, 0}}));
    JudgedRow judged(run, "keccak_f");
    const auto honest = judged.verdict();
    REQUIRE(honest.broken == "");
    // A limb of 17 bits, though its pairs be those of the lower 16.
    judged.at("permutation.after[7][2]") += KoalaBear::from_canonical(1u << 16);
    CHECK(judged.verdict().broken == "lookup of kind 16");
    judged.at("permutation.after[7][2]") -= KoalaBear::from_canonical(1u << 16);
    // Another limb with its own pairs: then another record is read than the rounds write.
    const std::uint32_t other = judged.at("permutation.after[7][2]").canonical() ^ 0x11;
    judged.at("permutation.after[7][2]") = KoalaBear::from_canonical(other);
    for (std::size_t k = 0; k < 4; ++k) {
        judged.at("permutation.after_pairs[7][2][" + std::to_string(k) + "]") =
            KoalaBear::from_canonical(chips::pairs_of_limb(other)[k]);
    }
    const auto changed = judged.verdict();
    CHECK(changed.broken == "");
    CHECK(changed.reads != honest.reads);
    CHECK(changed.writes != honest.writes);
}

TEST_CASE("a stale state is refused") {
    // The second call takes the words as they were before the first.
    Forger forger(run_of(keccak_program({1, 2, 3}, {{SLUICE_ECALL_KECCAK_F, 0, 0}, {SLUICE_ECALL_KECCAK_F, 0, 0}})));
    const auto shard = forger.shard(1);
    for (std::uint32_t i = 0; i < 3; ++i) {
        const std::string column = "state.words[" + std::to_string(i) + "].";
        for (unsigned j = 0; j < 4; ++j) {
            const std::string limb = column + "before[" + std::to_string(j) + "]";
            shard.set("keccak_f", 1, limb, shard.get("keccak_f", 0, limb));
        }
        const std::uint64_t age =
            shard.get("keccak_f", 1, "call.step.time") - shard.get("keccak_f", 0, "call.step.time");
        const std::uint64_t previous = shard.get("keccak_f", 0, column + "age.previous");
        shard.set("keccak_f", 1, column + "age.low", shard.get("keccak_f", 0, column + "age.low") + age);
        shard.set("keccak_f", 1, column + "age.previous", previous);
    }
    CHECK_THAT(forger.faults(), Contains("record of kind 2 "));
}

TEST_CASE("a block is combined with lanes by exclusive or") {
    SLUICE_RANDOM(rng);
    const MachineRun run = run_of(keccak_program(random_words(rng, 50), {{SLUICE_ECALL_KECCAK_ABSORB, 0, 30}}));
    JudgedRow judged(run, "keccak_absorb");
    REQUIRE(judged.verdict().broken == "");
    for (const std::string column :
         {"absorbed[3].both[5]", "absorbed[16].both[0]", "absorbed[0].block_low[2]", "absorbed[9].lane_low[3]"}) {
        const KoalaBear kept = judged.at(column);
        for (const std::uint32_t change : {1u, 255u, 256u, 1u << 15}) {
            judged.at(column) = kept + KoalaBear::from_canonical(change);
            CHECK(judged.verdict().broken != "");
        }
        judged.at(column) = kept;
    }
}

}  // namespace
}  // namespace sluice::test
