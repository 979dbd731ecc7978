// Programs over all instructions of RV64IM, with edge and random operands. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "prover/guest_programs.h"
#include "prover/naive_machine.h"

namespace sluice::test {

/// A program and its input.
struct ProgramCase {
    vm::Program program;
    std::vector<std::uint8_t> input;
};

inline std::vector<std::uint64_t> edge_values() {
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

inline Pairs operand_pairs(std::mt19937_64& rng, std::size_t random_pairs) {
    Pairs pairs;
    for (const std::uint64_t a : edge_values()) {
        for (const std::uint64_t b : edge_values()) pairs.emplace_back(a, b);
    }
    for (std::size_t i = 0; i < random_pairs; ++i) {
        pairs.emplace_back(rng() >> (rng() % 64), rng() >> (rng() % 64));
    }
    return pairs;
}

inline std::vector<std::uint8_t> input_of(const Pairs& pairs) {
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

/// Instructions of two registers: opcode, funct3, funct7.
inline std::vector<std::array<unsigned, 3>> register_instructions() {
    std::vector<std::array<unsigned, 3>> list;
    for (const unsigned opcode : {0x33u, 0x3bu}) {
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

/// Arithmetic on two registers.
inline ProgramCase register_arithmetic(std::mt19937_64& rng) {
    const auto list = register_instructions();
    const Pairs pairs = operand_pairs(rng, 64);
    const auto program = loop_over_pairs(pairs.size(), static_cast<int>(8 * list.size()), [&](Assembler& text) {
        int place = 0;
        for (const auto& [opcode, f3, f7] : list) {
            text.word(encode::r_type(opcode, f3, f7, t2, t0, t1));
            text.sd(t2, s1, place);
            place += 8;
        }
    });
    return {program, input_of(pairs)};
}

/// Arithmetic from and to x0, and in place.
inline ProgramCase special_registers(std::mt19937_64& rng) {
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
    return {program, input_of(pairs)};
}

/// Arithmetic with immediates.
inline ProgramCase immediate_arithmetic(std::mt19937_64& rng) {
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
    const auto program = loop_over_pairs(pairs.size(), static_cast<int>(8 * words.size()), [&](Assembler& text) {
        int place = 0;
        for (const std::uint32_t word : words) {
            text.word(word);
            text.sd(t2, s1, place);
            place += 8;
        }
    });
    return {program, input_of(pairs)};
}

/// LUI, AUIPC and FENCE.
inline ProgramCase constants() {
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
    return {make_program(text), empty_input()};
}

/// Branches.
inline ProgramCase branches(std::mt19937_64& rng) {
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
    return {program, input_of(pairs)};
}

/// Jumps.
inline ProgramCase jumps() {
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
    return {make_program(text), empty_input()};
}

/// Loads and stores of every width at every offset.
inline ProgramCase loads_and_stores(std::mt19937_64& rng) {
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
    return {make_program(text), input_of(pairs)};
}

/// ECALLs without effect.
inline ProgramCase ecalls() {
    Assembler text;
    debug_write(text, SLUICE_INPUT_BEGIN, 8);
    text.li(a0, 3);
    text.call(SLUICE_ECALL_COST_SCOPE_BEGIN);
    text.call(SLUICE_ECALL_COST_SCOPE_END);
    halt(text);
    return {make_program(text), empty_input()};
}

}  // namespace sluice::test
