// A small RV64IM assembler and ELF writer for tests and benchmarks. SPDX-License-Identifier: MIT OR Apache-2.0
//
// Encodings are written from the manual's instruction listings, apart from libprover/isa, so that each checks the
// other.
#pragma once

#include <cstdint>
#include <cstring>
#include <map>
#include <string>
#include <vector>

namespace sluice::test {

// clang-format off
/// Registers by their ABI names.
enum Reg : unsigned {
    zero, ra, sp, gp, tp, t0, t1, t2, s0, s1, a0, a1, a2, a3, a4, a5,
    a6, a7, s2, s3, s4, s5, s6, s7, s8, s9, s10, s11, t3, t4, t5, t6
};
// clang-format on

namespace encode {

inline std::uint32_t r_type(unsigned opcode, unsigned funct3, unsigned funct7, unsigned rd, unsigned rs1,
                            unsigned rs2) {
    return funct7 << 25 | rs2 << 20 | rs1 << 15 | funct3 << 12 | rd << 7 | opcode;
}
inline std::uint32_t i_type(unsigned opcode, unsigned funct3, unsigned rd, unsigned rs1, int imm) {
    return (static_cast<std::uint32_t>(imm) & 0xfff) << 20 | rs1 << 15 | funct3 << 12 | rd << 7 | opcode;
}
inline std::uint32_t s_type(unsigned opcode, unsigned funct3, unsigned rs1, unsigned rs2, int imm) {
    const auto u = static_cast<std::uint32_t>(imm);
    return (u >> 5 & 0x7f) << 25 | rs2 << 20 | rs1 << 15 | funct3 << 12 | (u & 0x1f) << 7 | opcode;
}
inline std::uint32_t b_type(unsigned funct3, unsigned rs1, unsigned rs2, int offset) {
    const auto u = static_cast<std::uint32_t>(offset);
    return (u >> 12 & 1) << 31 | (u >> 5 & 0x3f) << 25 | rs2 << 20 | rs1 << 15 | funct3 << 12 | (u >> 1 & 0xf) << 8 |
           (u >> 11 & 1) << 7 | 0x63;
}
inline std::uint32_t u_type(unsigned opcode, unsigned rd, std::uint32_t upper) {
    return (upper & 0xfffff000) | rd << 7 | opcode;
}
inline std::uint32_t j_type(unsigned rd, int offset) {
    const auto u = static_cast<std::uint32_t>(offset);
    return (u >> 20 & 1) << 31 | (u >> 1 & 0x3ff) << 21 | (u >> 11 & 1) << 20 | (u >> 12 & 0xff) << 12 | rd << 7 | 0x6f;
}

}  // namespace encode

/// Text being written from `base` on, with labels that may be used before they are set.
class Assembler {
 public:
    explicit Assembler(std::uint32_t base = 0x10000) : base_(base) {}

    [[nodiscard]] std::uint32_t here() const { return base_ + static_cast<std::uint32_t>(4 * words_.size()); }
    [[nodiscard]] std::uint32_t base() const { return base_; }
    void word(std::uint32_t value) { words_.push_back(value); }

    // -- named instructions; the others go through op(), op_imm(), load(), store(), branch()
    void add(unsigned rd, unsigned rs1, unsigned rs2) { word(encode::r_type(0x33, 0, 0, rd, rs1, rs2)); }
    void sub(unsigned rd, unsigned rs1, unsigned rs2) { word(encode::r_type(0x33, 0, 0x20, rd, rs1, rs2)); }
    void xor_(unsigned rd, unsigned rs1, unsigned rs2) { word(encode::r_type(0x33, 4, 0, rd, rs1, rs2)); }
    void and_(unsigned rd, unsigned rs1, unsigned rs2) { word(encode::r_type(0x33, 7, 0, rd, rs1, rs2)); }
    void mul(unsigned rd, unsigned rs1, unsigned rs2) { word(encode::r_type(0x33, 0, 1, rd, rs1, rs2)); }
    void sltu(unsigned rd, unsigned rs1, unsigned rs2) { word(encode::r_type(0x33, 3, 0, rd, rs1, rs2)); }
    void mulhu(unsigned rd, unsigned rs1, unsigned rs2) { word(encode::r_type(0x33, 3, 1, rd, rs1, rs2)); }
    void addi(unsigned rd, unsigned rs1, int imm) { word(encode::i_type(0x13, 0, rd, rs1, imm)); }
    void addiw(unsigned rd, unsigned rs1, int imm) { word(encode::i_type(0x1b, 0, rd, rs1, imm)); }
    void andi(unsigned rd, unsigned rs1, int imm) { word(encode::i_type(0x13, 7, rd, rs1, imm)); }
    void slli(unsigned rd, unsigned rs1, int amount) { word(encode::i_type(0x13, 1, rd, rs1, amount)); }
    void srli(unsigned rd, unsigned rs1, int amount) { word(encode::i_type(0x13, 5, rd, rs1, amount)); }
    void lui(unsigned rd, std::uint32_t upper) { word(encode::u_type(0x37, rd, upper)); }
    void auipc(unsigned rd, std::uint32_t upper) { word(encode::u_type(0x17, rd, upper)); }
    void jalr(unsigned rd, unsigned rs1, int imm) { word(encode::i_type(0x67, 0, rd, rs1, imm)); }
    void load(unsigned funct3, unsigned rd, unsigned rs1, int imm) { word(encode::i_type(0x03, funct3, rd, rs1, imm)); }
    void store(unsigned funct3, unsigned rs2, unsigned rs1, int imm) {
        word(encode::s_type(0x23, funct3, rs1, rs2, imm));
    }
    void ld(unsigned rd, unsigned rs1, int imm) { load(3, rd, rs1, imm); }
    void lw(unsigned rd, unsigned rs1, int imm) { load(2, rd, rs1, imm); }
    void lbu(unsigned rd, unsigned rs1, int imm) { load(4, rd, rs1, imm); }
    void sd(unsigned rs2, unsigned rs1, int imm) { store(3, rs2, rs1, imm); }
    void sw(unsigned rs2, unsigned rs1, int imm) { store(2, rs2, rs1, imm); }
    void sb(unsigned rs2, unsigned rs1, int imm) { store(0, rs2, rs1, imm); }
    void ecall() { word(0x00000073); }
    void ebreak() { word(0x00100073); }
    void ret() { jalr(zero, ra, 0); }

    // -- labels
    void label(const std::string& name) { labels_[name] = words_.size(); }
    void jal(unsigned rd, const std::string& to) {
        fixes_.push_back({words_.size(), to});
        word(encode::j_type(rd, 0));
    }
    void j(const std::string& to) { jal(zero, to); }
    void branch(unsigned funct3, unsigned rs1, unsigned rs2, const std::string& to) {
        fixes_.push_back({words_.size(), to});
        word(encode::b_type(funct3, rs1, rs2, 0));
    }
    void beq(unsigned rs1, unsigned rs2, const std::string& to) { branch(0, rs1, rs2, to); }
    void bne(unsigned rs1, unsigned rs2, const std::string& to) { branch(1, rs1, rs2, to); }
    void bltu(unsigned rs1, unsigned rs2, const std::string& to) { branch(6, rs1, rs2, to); }
    [[nodiscard]] std::uint32_t address_of(const std::string& name) const {
        return base_ + static_cast<std::uint32_t>(4 * labels_.at(name));
    }

    /// Any 64-bit value, by shifting in 11 bits at a time.
    void li(unsigned rd, std::uint64_t value) {
        if (static_cast<std::int64_t>(value) >= -2048 && static_cast<std::int64_t>(value) < 2048) {
            addi(rd, zero, static_cast<int>(static_cast<std::int64_t>(value)));
            return;
        }
        addi(rd, zero, static_cast<int>(value >> 55 & 0x1ff));
        for (int low = 44; low >= 0; low -= 11) {
            slli(rd, rd, 11);
            addi(rd, rd, static_cast<int>(value >> low & 0x7ff));
        }
    }
    /// ECALL `number` with the arguments as they are.
    void call(std::uint64_t number) {
        li(a7, number);
        ecall();
    }

    /// The text with all labels in place.
    [[nodiscard]] std::vector<std::uint8_t> bytes() const {
        std::vector<std::uint32_t> words = words_;
        for (const auto& [at, name] : fixes_) {
            const int offset =
                static_cast<int>(4 * (static_cast<std::int64_t>(labels_.at(name)) - static_cast<std::int64_t>(at)));
            const std::uint32_t old = words[at];
            words[at] = (old & 0x7f) == 0x6f ? encode::j_type(old >> 7 & 31, offset)
                                             : encode::b_type(old >> 12 & 7, old >> 15 & 31, old >> 20 & 31, offset);
        }
        std::vector<std::uint8_t> out(4 * words.size());
        std::memcpy(out.data(), words.data(), out.size());
        return out;
    }

 private:
    struct Fix {
        std::size_t at;
        std::string name;
    };
    std::uint32_t base_;
    std::vector<std::uint32_t> words_;
    std::map<std::string, std::size_t> labels_;
    std::vector<Fix> fixes_;
};

}  // namespace sluice::test
