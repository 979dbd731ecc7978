// Every instruction of RV64IM on edge and random operands: the tables of the run keep all rules, and the words that
// they say the run leaves are those of a second machine written from the manual. SPDX-License-Identifier: MIT OR
// Apache-2.0
#include <limits>
#include <random>

#include "machine_run.h"
#include "prover/naive_machine.h"

namespace sluice::test {
namespace {

std::vector<std::uint64_t> edge_values() {
    std::vector<std::uint64_t> values = {0, 1, ~std::uint64_t{0}, std::uint64_t{1} << 63, ~(std::uint64_t{1} << 63)};
    for (const unsigned bit : {15u, 16u, 31u, 32u}) {
        values.push_back((std::uint64_t{1} << bit) - 1);
        values.push_back(std::uint64_t{1} << bit);
        values.push_back((std::uint64_t{1} << bit) + 1);
    }
    values.push_back(0xffffffff80000000);
    values.push_back(0xffffffff7fffffff);
    return values;
}

using Pairs = std::vector<std::pair<std::uint64_t, std::uint64_t>>;

Pairs operand_pairs(std::mt19937_64& rng, std::size_t random_pairs) {
    Pairs pairs;
    for (const std::uint64_t a : edge_values()) {
        for (const std::uint64_t b : edge_values()) pairs.emplace_back(a, b);
    }
    for (std::size_t i = 0; i < random_pairs; ++i) {
        pairs.emplace_back(rng() >> (rng() % 64), rng() >> (rng() % 64));
    }
    return pairs;
}

std::vector<std::uint8_t> input_of(const Pairs& pairs) {
    std::vector<std::uint8_t> input = empty_input();
    for (const auto& [a, b] : pairs) {
        for (const std::uint64_t value : {a, b}) {
            input.resize(input.size() + 8);
            store_le<std::uint64_t>(input.data() + input.size() - 8, value);
        }
    }
    return input;
}

/// Does what `body` writes for each pair of the input, in t0 and t1; s1 is where results go, and moves on by
/// `result_bytes`.
template <class Body>
vm::Program loop_over_pairs(std::size_t pairs, int result_bytes, const Body& body) {
    Assembler text;
    text.li(s0, SLUICE_INPUT_BEGIN + 8 + 32);
    text.li(s1, SLUICE_HEAP_BEGIN);
    text.li(s2, pairs);
    text.label("loop");
    text.ld(t0, s0, 0);
    text.ld(t1, s0, 8);
    body(text);
    text.addi(s0, s0, 16);
    text.addi(s1, s1, result_bytes);
    text.addi(s2, s2, -1);
    text.beq(s2, zero, "end");
    text.j("loop");
    text.label("end");
    halt(text);
    return make_program(text);
}

NaiveMachine naive_run(const vm::Program& program, const std::vector<std::uint8_t>& input) {
    NaiveMachine machine;
    machine.pc = program.entry;
    machine.ranges = {{SLUICE_STACK_BEGIN, SLUICE_STACK_END, "rw"},
                      {SLUICE_HEAP_BEGIN, SLUICE_HEAP_END, "rw"},
                      {SLUICE_INPUT_BEGIN, SLUICE_INPUT_END, "r"}};
    for (const vm::Segment& segment : program.segments) {
        const std::string permissions =
            std::string(segment.readable ? "r" : "") + (segment.writable ? "w" : "") + (segment.executable ? "x" : "");
        machine.ranges.push_back(
            {segment.address, (std::uint64_t{segment.end()} + 0xffff) / 0x10000 * 0x10000, permissions});
        machine.put(segment.address, segment.bytes);
    }
    std::vector<std::uint8_t> length(8);
    store_le<std::uint64_t>(length.data(), input.size());
    machine.put(SLUICE_INPUT_BEGIN, length);
    machine.put(SLUICE_INPUT_BEGIN + 8, input);
    while (machine.step()) {
    }
    return machine;
}

/// Runs the program both ways. The boundary table says of each word of the run what it is at its end.
void check_program(const vm::Program& program, const std::vector<std::uint8_t>& input,
                   std::vector<std::uint64_t> cuts = {}) {
    const NaiveMachine naive = naive_run(program, input);
    REQUIRE(naive.end == NaiveMachine::End::halted);
    MachineRun run = MachineRun::make(program, input, std::move(cuts));
    REQUIRE(run.tables.run.cost.instructions == naive.steps);
    CHECK(run.faults() == "");

    machine::ChipTrace& words = run.chip(run.machine.boundary(), run.tables.boundary, "boundary");
    REQUIRE(words.height > 8);
    std::uint32_t different = 0;
    for (std::uint32_t row = 0; row < words.height; ++row) {
        const auto cell = [&](std::uint32_t column) {
            return words.at(machine::Group::linked, column, row).canonical();
        };
        const std::uint32_t key = cell(1);
        std::uint64_t last = 0;
        for (std::uint32_t i = 0; i < 4; ++i) last |= std::uint64_t{cell(6 + i)} << (16 * i);
        std::uint64_t expected = 0;
        if (key < 32) {
            expected = naive.x[key];
        } else if (key > 32) {
            for (unsigned i = 0; i < 8; ++i) expected |= std::uint64_t{naive.byte(8ull * key + i)} << (8 * i);
        } else {
            continue;  // writes to x0
        }
        different += last != expected;
    }
    CHECK(different == 0);
}

constexpr unsigned kWordOps[] = {0x33, 0x3b};

/// Instructions of two registers: opcode, funct3, funct7.
std::vector<std::array<unsigned, 3>> register_instructions() {
    std::vector<std::array<unsigned, 3>> list;
    for (const unsigned opcode : kWordOps) {
        for (const unsigned f7 : {0u, 1u, 0x20u}) {
            for (unsigned f3 = 0; f3 < 8; ++f3) {
                const auto known =
                    opcode == 0x33 ? NaiveMachine::compute(f3, f7, 1, 1) : NaiveMachine::compute_word(f3, f7, 1, 1);
                if (known.has_value()) list.push_back({opcode, f3, f7});
            }
        }
    }
    return list;
}

TEST_CASE("arithmetic on two registers") {
    SLUICE_RANDOM(rng);
    const auto list = register_instructions();
    REQUIRE(list.size() == 28);
    const Pairs pairs = operand_pairs(rng, 64);
    const auto program = loop_over_pairs(pairs.size(), static_cast<int>(8 * list.size()), [&](Assembler& text) {
        int place = 0;
        for (const auto& [opcode, f3, f7] : list) {
            text.word(encode::r_type(opcode, f3, f7, t2, t0, t1));
            text.sd(t2, s1, place);
            place += 8;
        }
    });
    check_program(program, input_of(pairs));
}

TEST_CASE("arithmetic from and to x0, and in place") {
    SLUICE_RANDOM(rng);
    const auto list = register_instructions();
    Pairs pairs;
    for (const std::uint64_t value : edge_values()) pairs.emplace_back(value, rng());
    const auto program = loop_over_pairs(pairs.size(), static_cast<int>(32 * list.size()), [&](Assembler& text) {
        int place = 0;
        const auto result = [&](unsigned reg) {
            text.sd(reg, s1, place);
            place += 8;
        };
        for (const auto& [opcode, f3, f7] : list) {
            text.word(encode::r_type(opcode, f3, f7, zero, t0, t1));
            result(zero);
            text.word(encode::r_type(opcode, f3, f7, t2, zero, t0));
            result(t2);
            text.addi(t3, t0, 0);
            text.word(encode::r_type(opcode, f3, f7, t3, t3, t3));
            result(t3);
            text.addi(t3, t1, 0);
            text.word(encode::r_type(opcode, f3, f7, t3, t0, t3));
            result(t3);
        }
    });
    check_program(program, input_of(pairs), {100, 3000});
}

TEST_CASE("arithmetic with immediates") {
    SLUICE_RANDOM(rng);
    Pairs pairs;
    for (const std::uint64_t value : edge_values()) pairs.emplace_back(value, 0);
    for (int i = 0; i < 16; ++i) pairs.emplace_back(rng() >> (rng() % 64), 0);
    std::vector<std::uint32_t> words;
    for (const int immediate : {0, 1, -1, 2047, -2048, 0x555, 0xff, -256}) {
        for (const unsigned f3 : {0u, 2u, 3u, 4u, 6u, 7u}) words.push_back(encode::i_type(0x13, f3, t2, t0, immediate));
        words.push_back(encode::i_type(0x1b, 0, t2, t0, immediate));
    }
    for (const int amount : {0, 1, 7, 15, 16, 17, 31, 32, 33, 47, 48, 49, 63}) {
        words.push_back(encode::i_type(0x13, 1, t2, t0, amount));
        words.push_back(encode::i_type(0x13, 5, t2, t0, amount));
        words.push_back(encode::i_type(0x13, 5, t2, t0, amount | 0x400));
        if (amount >= 32) continue;
        words.push_back(encode::i_type(0x1b, 1, t2, t0, amount));
        words.push_back(encode::i_type(0x1b, 5, t2, t0, amount));
        words.push_back(encode::i_type(0x1b, 5, t2, t0, amount | 0x400));
    }
    REQUIRE(words.size() * 8 < 2048);
    const auto program = loop_over_pairs(pairs.size(), static_cast<int>(8 * words.size()), [&](Assembler& text) {
        int place = 0;
        for (const std::uint32_t word : words) {
            text.word(word);
            text.sd(t2, s1, place);
            place += 8;
        }
    });
    check_program(program, input_of(pairs));
}

TEST_CASE("LUI, AUIPC and FENCE") {
    Assembler text;
    text.li(s1, SLUICE_HEAP_BEGIN);
    int place = 0;
    for (const std::uint32_t upper : {0u, 0x1000u, 0x7ffff000u, 0x80000000u, 0xfffff000u, 0x12345000u}) {
        for (const unsigned rd : {static_cast<unsigned>(t2), static_cast<unsigned>(zero)}) {
            text.lui(rd, upper);
            text.sd(rd, s1, place);
            text.auipc(rd, upper);
            text.sd(rd, s1, place + 8);
            text.word(0x0ff0000f);
            place += 16;
        }
    }
    halt(text);
    check_program(make_program(text), empty_input());
}

TEST_CASE("branches") {
    SLUICE_RANDOM(rng);
    const Pairs pairs = operand_pairs(rng, 16);
    int label = 0;
    const auto program = loop_over_pairs(pairs.size(), 8, [&](Assembler& text) {
        text.li(t3, 1);
        for (const unsigned f3 : {0u, 1u, 4u, 5u, 6u, 7u}) {
            for (const unsigned second : {static_cast<unsigned>(t1), static_cast<unsigned>(t0)}) {
                const std::string name = "over" + std::to_string(label++);
                text.slli(t3, t3, 1);
                text.branch(f3, t0, second, name);
                text.addi(t3, t3, 1);
                text.label(name);
            }
        }
        text.sd(t3, s1, 0);
    });
    check_program(program, input_of(pairs));
}

TEST_CASE("jumps") {
    Assembler text;
    text.li(s1, SLUICE_HEAP_BEGIN);
    text.jal(ra, "first");
    text.label("behind");
    text.sd(ra, s1, 8);
    text.auipc(t0, 0);
    text.jalr(t0, t0, 21);  // an odd sum: the lowest bit is dropped; five instructions on
    text.word(0);           // not an instruction
    text.word(0);
    text.word(0);
    text.sd(t0, s1, 16);
    text.auipc(t0, 0x1000);
    text.addi(t0, t0, 32);
    text.lui(t1, 0x1000);
    text.sub(t0, t0, t1);
    text.jalr(zero, t0, -12);
    text.j("end");
    text.label("first");
    text.sd(ra, s1, 0);
    text.j("behind");
    text.label("end");
    halt(text);
    check_program(make_program(text), empty_input(), {3});
}

TEST_CASE("loads and stores of every width at every offset") {
    SLUICE_RANDOM(rng);
    Pairs pairs;
    for (int i = 0; i < 24; ++i) pairs.emplace_back(rng(), rng());
    Assembler text;
    text.li(s0, SLUICE_INPUT_BEGIN + 8 + 32);
    text.li(s1, SLUICE_HEAP_BEGIN);
    // A window that ends at a page's end, one that lies over it, and one on the stack's last bytes.
    const std::uint64_t windows[] = {SLUICE_HEAP_BEGIN + 0x30000 - 32, SLUICE_HEAP_BEGIN + 0x20000 - 12,
                                     SLUICE_STACK_END - 24, kDataBegin};
    int place = 0;
    const auto result = [&] {
        text.sd(t2, s1, place);
        place += 8;
        if (place == 2040) {
            text.addi(s1, s1, 2040);
            place = 0;
        }
    };
    for (const std::uint64_t window : windows) {
        text.li(s2, window);
        for (int at = 0; at < 24; at += 8) {
            text.ld(t0, s0, 8 * (at / 8));
            text.sd(t0, s2, at);
        }
        for (int offset = 0; offset < 16; ++offset) {
            for (const unsigned f3 : {0u, 1u, 2u, 3u, 4u, 5u, 6u}) {
                text.load(f3, t2, s2, offset);
                result();
            }
            text.load(3, zero, s2, offset);
            for (const unsigned f3 : {0u, 1u, 2u, 3u}) {
                text.ld(t1, s0, 32 + 8 * static_cast<int>(f3) + 8 * (offset % 8));
                text.store(f3, t1, s2, offset);
                text.load(f3, t2, s2, offset);
                result();
                text.ld(t2, s2, offset & 8);
                result();
            }
        }
    }
    halt(text);
    check_program(make_program(text), input_of(pairs), {1000});
}

TEST_CASE("ECALLs without effect") {
    Assembler text;
    debug_write(text, SLUICE_INPUT_BEGIN, 8);
    text.li(a0, 3);
    text.call(SLUICE_ECALL_COST_SCOPE_BEGIN);
    text.call(SLUICE_ECALL_COST_SCOPE_END);
    halt(text);
    check_program(make_program(text), empty_input());
}

TEST_CASE("exit codes, and where the digest lies") {
    for (const std::int64_t code :
         {std::int64_t{0}, std::int64_t{1}, std::int64_t{-1}, std::int64_t{0x7fffffff}, -std::int64_t{0x80000000}}) {
        for (const std::uint64_t place : {std::uint64_t{SLUICE_HEAP_BEGIN}, std::uint64_t{SLUICE_HEAP_BEGIN} + 0xffe8,
                                          std::uint64_t{SLUICE_HEAP_BEGIN} + 0xffe0}) {
            Assembler text;
            text.li(t0, SLUICE_INPUT_BEGIN + 8);
            text.li(t1, place);
            for (int i = 0; i < 32; i += 8) {
                text.ld(t2, t0, i);
                text.sd(t2, t1, i);
            }
            halt(text, static_cast<std::uint64_t>(code), place);
            const MachineRun run = MachineRun::make(make_program(text), empty_input());
            CHECK(run.tables.run.exit_code == code);
            CHECK(run.faults() == "");
        }
    }
}

TEST_CASE("a run that no chip can prove is an error") {
    using Catch::Contains;
    const auto message = [](const Assembler& text) {
        const vm::Program program = make_program(text);
        const auto machine = chips::Rv64Machine::make(program);
        REQUIRE(machine.ok());
        return chips::fill_tables(*machine, program, empty_input()).status().ToString();
    };
    Assembler keccak;
    keccak.li(a0, SLUICE_HEAP_BEGIN);
    keccak.call(SLUICE_ECALL_KECCAK_F);
    halt(keccak);
    CHECK_THAT(message(keccak), Contains("UNIMPLEMENTED") && Contains("no chip for ECALL 32 keccak_f"));
    Assembler trap;
    trap.ld(t0, zero, 0);
    CHECK_THAT(message(trap), Contains("FAILED_PRECONDITION") && Contains("load_fault"));
    Assembler short_run;
    halt(short_run);
    const vm::Program program = make_program(short_run);
    const auto machine = chips::Rv64Machine::make(program);
    REQUIRE(machine.ok());
    vm::ShardPlan plan;
    plan.cuts = {1000};
    CHECK_THAT(chips::fill_tables(*machine, program, empty_input(), plan).status().ToString(),
               Contains("cut at instruction 1000"));
}

}  // namespace
}  // namespace sluice::test
