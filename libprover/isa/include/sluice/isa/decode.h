// RV64IM decoding: a 32-bit word to operation and operands, from the rows of rv64im.def.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
//   const Instruction add = isa::decode(0x00c58533);  // {Op::ADD, rd 10, rs1 11, rs2 12, imm 0}
//
// No meaning is given here: the emulator (vm) and the circuits (chips) each state it on their own.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace sluice::isa {

/// An operation. ILLEGAL is any word that no row matches.
enum class Op : std::uint8_t {
    ILLEGAL,
#define SLUICE_INSTRUCTION(name, mask, match, format, class_name) name,
#include "sluice/isa/rv64im.def"
#undef SLUICE_INSTRUCTION
};

/// Where a word holds its operands.
enum class Format : std::uint8_t { none, r, i, shift, shift_word, s, b, u, j };

/// The kind of work an operation is: the unit of statistics and of the cost estimate.
enum class OpClass : std::uint8_t { illegal, alu, shift, mul, div, branch, jump, load, store, fence, system };

/// One row of rv64im.def.
struct OpInfo {
    std::string_view name;
    std::uint32_t mask;
    std::uint32_t match;
    Format format;
    OpClass op_class;
};

/// All operations, indexed by Op.
inline constexpr std::array kOps = {
    OpInfo{"ILLEGAL", 0, 1, Format::none, OpClass::illegal},
#define SLUICE_INSTRUCTION(name, mask, match, format, class_name) \
    OpInfo{#name, mask, match, Format::format, OpClass::class_name},
#include "sluice/isa/rv64im.def"
#undef SLUICE_INSTRUCTION
};
inline constexpr std::size_t kOpCount = kOps.size();

inline constexpr std::array<std::string_view, 11> kOpClassNames = {
    "illegal", "alu", "shift", "mul", "div", "branch", "jump", "load", "store", "fence", "system"};

[[nodiscard]] constexpr const OpInfo& info(Op op) noexcept {
    return kOps[static_cast<std::size_t>(op)];
}
[[nodiscard]] constexpr std::string_view name(Op op) noexcept {
    return info(op).name;
}
[[nodiscard]] constexpr OpClass op_class(Op op) noexcept {
    return info(op).op_class;
}

/// Whether the next instruction may be another one than the next in memory, or the environment is entered.
[[nodiscard]] constexpr bool ends_block(Op op) noexcept {
    const OpClass kind = op_class(op);
    return kind == OpClass::branch || kind == OpClass::jump || kind == OpClass::system || kind == OpClass::illegal;
}

/// An operation with its operands. Registers that the format does not have are 0.
struct Instruction {
    Op op = Op::ILLEGAL;
    std::uint8_t rd = 0;
    std::uint8_t rs1 = 0;
    std::uint8_t rs2 = 0;
    std::int32_t imm = 0;  ///< sign-extended; for `u` the value with its low 12 bits zero; for shifts the amount

    friend constexpr bool operator==(const Instruction&, const Instruction&) = default;
};
static_assert(sizeof(Instruction) == 8);

namespace detail {

/// First and one-past-last row of each major opcode.
struct OpcodeIndex {
    std::array<std::uint8_t, 128> begin{};
    std::array<std::uint8_t, 128> end{};
    bool grouped = true;
};

constexpr OpcodeIndex make_opcode_index() {
    OpcodeIndex index;
    for (std::size_t row = 1; row < kOpCount; ++row) {
        const std::size_t opcode = kOps[row].match & 0x7f;
        if (index.end[opcode] == 0) {
            index.begin[opcode] = static_cast<std::uint8_t>(row);
        } else if (index.end[opcode] != row) {
            index.grouped = false;
        }
        index.end[opcode] = static_cast<std::uint8_t>(row + 1);
    }
    return index;
}
inline constexpr OpcodeIndex kOpcodeIndex = make_opcode_index();
static_assert(kOpcodeIndex.grouped, "rv64im.def: rows of one major opcode must stand together");

/// Bits [low, low + width) of a word.
constexpr std::uint32_t bits(std::uint32_t word, unsigned low, unsigned width) noexcept {
    return (word >> low) & ((1U << width) - 1);
}

constexpr std::int32_t sign_extend(std::uint32_t value, unsigned width) noexcept {
    const std::uint32_t sign = 1U << (width - 1);
    return static_cast<std::int32_t>((value ^ sign) - sign);
}

}  // namespace detail

/// The operation a word stands for; ILLEGAL if none.
[[nodiscard]] constexpr Op decode_op(std::uint32_t word) noexcept {
    const std::size_t opcode = word & 0x7f;
    for (std::size_t row = detail::kOpcodeIndex.begin[opcode]; row < detail::kOpcodeIndex.end[opcode]; ++row) {
        if ((word & kOps[row].mask) == kOps[row].match) return static_cast<Op>(row);
    }
    return Op::ILLEGAL;
}

/// Operation and operands of a word. Any word is accepted.
[[nodiscard]] constexpr Instruction decode(std::uint32_t word) noexcept {
    using detail::bits;
    using detail::sign_extend;
    Instruction out;
    out.op = decode_op(word);
    const auto rd = static_cast<std::uint8_t>(bits(word, 7, 5));
    const auto rs1 = static_cast<std::uint8_t>(bits(word, 15, 5));
    const auto rs2 = static_cast<std::uint8_t>(bits(word, 20, 5));
    switch (info(out.op).format) {
        case Format::none:
            break;
        case Format::r:
            out.rd = rd, out.rs1 = rs1, out.rs2 = rs2;
            break;
        case Format::i:
            out.rd = rd, out.rs1 = rs1;
            out.imm = sign_extend(bits(word, 20, 12), 12);
            break;
        case Format::shift:
            out.rd = rd, out.rs1 = rs1;
            out.imm = static_cast<std::int32_t>(bits(word, 20, 6));
            break;
        case Format::shift_word:
            out.rd = rd, out.rs1 = rs1;
            out.imm = static_cast<std::int32_t>(bits(word, 20, 5));
            break;
        case Format::s:
            out.rs1 = rs1, out.rs2 = rs2;
            out.imm = sign_extend((bits(word, 25, 7) << 5) | bits(word, 7, 5), 12);
            break;
        case Format::b:
            out.rs1 = rs1, out.rs2 = rs2;
            out.imm = sign_extend((bits(word, 31, 1) << 12) | (bits(word, 7, 1) << 11) | (bits(word, 25, 6) << 5) |
                                      (bits(word, 8, 4) << 1),
                                  13);
            break;
        case Format::u:
            out.rd = rd;
            out.imm = static_cast<std::int32_t>(word & 0xfffff000U);
            break;
        case Format::j:
            out.rd = rd;
            out.imm = sign_extend((bits(word, 31, 1) << 20) | (bits(word, 12, 8) << 12) | (bits(word, 20, 1) << 11) |
                                      (bits(word, 21, 10) << 1),
                                  21);
            break;
    }
    return out;
}

}  // namespace sluice::isa
