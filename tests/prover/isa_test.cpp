// The instruction table and the decoder. SPDX-License-Identifier: MIT OR Apache-2.0
#include <map>
#include <set>
#include <string>

#include "sluice/isa/decode.h"
#include "support/catch.h"
#include "support/rv64_assembler.h"

using namespace sluice;
using isa::Format;
using isa::Instruction;
using isa::Op;
using isa::OpClass;

namespace {

/// Mnemonic by the manual's listings, as a decision tree: written apart from the table. "" for no instruction of
/// RV64IM.
std::string mnemonic(std::uint32_t w) {
    const unsigned f3 = w >> 12 & 7;
    const unsigned f7 = w >> 25;
    const unsigned f6 = w >> 26;
    const auto pick = [](std::initializer_list<const char*> names, unsigned index) {
        return std::string(data(names)[index]);
    };
    switch (w & 0x7f) {
        case 0b0110111:
            return "LUI";
        case 0b0010111:
            return "AUIPC";
        case 0b1101111:
            return "JAL";
        case 0b1100111:
            return f3 == 0 ? "JALR" : "";
        case 0b1100011:
            return pick({"BEQ", "BNE", "", "", "BLT", "BGE", "BLTU", "BGEU"}, f3);
        case 0b0000011:
            return pick({"LB", "LH", "LW", "LD", "LBU", "LHU", "LWU", ""}, f3);
        case 0b0100011:
            return pick({"SB", "SH", "SW", "SD", "", "", "", ""}, f3);
        case 0b0010011:
            if (f3 == 1) return f6 == 0 ? "SLLI" : "";
            if (f3 == 5) return f6 == 0 ? "SRLI" : f6 == 0b010000 ? "SRAI" : "";
            return pick({"ADDI", "", "SLTI", "SLTIU", "XORI", "", "ORI", "ANDI"}, f3);
        case 0b0011011:
            if (f3 == 0) return "ADDIW";
            if (f3 == 1) return f7 == 0 ? "SLLIW" : "";
            if (f3 == 5) return f7 == 0 ? "SRLIW" : f7 == 0b0100000 ? "SRAIW" : "";
            return "";
        case 0b0110011:
            if (f7 == 0) return pick({"ADD", "SLL", "SLT", "SLTU", "XOR", "SRL", "OR", "AND"}, f3);
            if (f7 == 0b0100000) return f3 == 0 ? "SUB" : f3 == 5 ? "SRA" : "";
            if (f7 == 1) return pick({"MUL", "MULH", "MULHSU", "MULHU", "DIV", "DIVU", "REM", "REMU"}, f3);
            return "";
        case 0b0111011:
            if (f7 == 0) return pick({"ADDW", "SLLW", "", "", "", "SRLW", "", ""}, f3);
            if (f7 == 0b0100000) return f3 == 0 ? "SUBW" : f3 == 5 ? "SRAW" : "";
            if (f7 == 1) return pick({"MULW", "", "", "", "DIVW", "DIVUW", "REMW", "REMUW"}, f3);
            return "";
        case 0b0001111:
            return f3 == 0 ? "FENCE" : "";
        case 0b1110011:
            return w == 0x00000073 ? "ECALL" : w == 0x00100073 ? "EBREAK" : "";
        default:
            return "";
    }
}

}  // namespace

TEST_CASE("the table has the 65 instructions of RV64IM, and no word is two of them") {
    REQUIRE(isa::kOpCount == 1 + 52 + 13);
    std::set<std::string> names;
    for (std::size_t i = 1; i < isa::kOpCount; ++i) {
        const isa::OpInfo& a = isa::kOps[i];
        REQUIRE(names.insert(std::string(a.name)).second);
        REQUIRE((a.match & ~a.mask) == 0);
        for (std::size_t j = i + 1; j < isa::kOpCount; ++j) {
            const isa::OpInfo& b = isa::kOps[j];
            INFO(a.name << " and " << b.name);
            REQUIRE(((a.match ^ b.match) & a.mask & b.mask) != 0);
        }
    }
}

TEST_CASE("decoding agrees with the manual's listings on random words") {
    SLUICE_RANDOM(rng);
    std::map<std::string, int> seen;
    for (int i = 0; i < 2'000'000; ++i) {
        auto word = static_cast<std::uint32_t>(rng());
        // Half of the words with a major opcode of the table, and usual upper bits, so that each instruction is met
        // often.
        if (i % 2 == 0) {
            word = (word & ~0x7fU) | (isa::kOps[1 + rng() % (isa::kOpCount - 1)].match & 0x7f);
            if (rng() % 2 == 0) word &= 0x41ffffff;
            if (rng() % 8 == 0) word &= 0x03ffffff;
        }
        if (i % 1000 == 0) word = rng() % 2 == 0 ? 0x00000073 : 0x00100073;
        const std::string expected = mnemonic(word);
        const Op op = isa::decode_op(word);
        INFO("word 0x" << std::hex << word);
        REQUIRE(std::string(isa::name(op)) == (expected.empty() ? "ILLEGAL" : expected));
        ++seen[expected];
    }
    for (std::size_t i = 1; i < isa::kOpCount; ++i) {
        INFO(isa::kOps[i].name);
        REQUIRE(seen[std::string(isa::kOps[i].name)] > 0);
    }
}

TEST_CASE("operands come back as they were encoded") {
    namespace encode = test::encode;
    SLUICE_RANDOM(rng);
    for (int i = 0; i < 100'000; ++i) {
        const auto rd = static_cast<std::uint8_t>(rng() % 32);
        const auto rs1 = static_cast<std::uint8_t>(rng() % 32);
        const auto rs2 = static_cast<std::uint8_t>(rng() % 32);
        const int imm12 = static_cast<int>(rng() % 4096) - 2048;
        const int imm13 = 2 * imm12;
        const int imm21 = 2 * (static_cast<int>(rng() % (1 << 20)) - (1 << 19));
        const auto upper = static_cast<std::uint32_t>(rng()) & 0xfffff000;
        REQUIRE(isa::decode(encode::r_type(0x33, 0, 0x20, rd, rs1, rs2)) == Instruction{Op::SUB, rd, rs1, rs2, 0});
        REQUIRE(isa::decode(encode::i_type(0x03, 6, rd, rs1, imm12)) == Instruction{Op::LWU, rd, rs1, 0, imm12});
        REQUIRE(isa::decode(encode::s_type(0x23, 3, rs1, rs2, imm12)) == Instruction{Op::SD, 0, rs1, rs2, imm12});
        REQUIRE(isa::decode(encode::b_type(7, rs1, rs2, imm13)) == Instruction{Op::BGEU, 0, rs1, rs2, imm13});
        REQUIRE(isa::decode(encode::u_type(0x17, rd, upper)) ==
                Instruction{Op::AUIPC, rd, 0, 0, static_cast<std::int32_t>(upper)});
        REQUIRE(isa::decode(encode::j_type(rd, imm21)) == Instruction{Op::JAL, rd, 0, 0, imm21});
        const int amount = static_cast<int>(rng() % 64);
        REQUIRE(isa::decode(encode::i_type(0x13, 5, rd, rs1, amount | 0x400)) ==
                Instruction{Op::SRAI, rd, rs1, 0, amount});
        REQUIRE(isa::decode(encode::i_type(0x1b, 1, rd, rs1, amount % 32)) ==
                Instruction{Op::SLLIW, rd, rs1, 0, amount % 32});
    }
    // A word shift by 32 or more, a compressed word, and all zeros and ones are no instructions.
    REQUIRE(isa::decode_op(encode::i_type(0x1b, 1, 1, 1, 32)) == Op::ILLEGAL);
    for (const std::uint32_t word : {0x00000000U, 0xffffffffU, 0x00000001U, 0x4601U}) {
        REQUIRE(isa::decode(word) == Instruction{});
    }
}

TEST_CASE("blocks end at jumps, branches, environment calls and what is no instruction") {
    for (std::size_t i = 0; i < isa::kOpCount; ++i) {
        const std::string name(isa::kOps[i].name);
        const bool expected =
            name[0] == 'J' || (name[0] == 'B') || name == "ECALL" || name == "EBREAK" || name == "ILLEGAL";
        INFO(name);
        REQUIRE(isa::ends_block(static_cast<Op>(i)) == expected);
    }
}
