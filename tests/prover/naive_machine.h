// A second RV64IM machine, slow and plain, as the oracle of the emulator's tests.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Written from the manual alone: it shares no table, decoder or helper with the libraries. It knows the memory map,
// HALT, MEMCPY, KECCAK_F's memory (not its result) and the ecalls without effect, and notes every word touched.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace sluice::test {

__extension__ typedef __int128 Wide;
__extension__ typedef unsigned __int128 UnsignedWide;

class NaiveMachine {
 public:
    enum class End { running, halted, illegal, misaligned_jump, fetch, load, store };
    /// What a step touched: words of 4 bytes by address; registers as kRegisterSpace + 8 * number (and + 4).
    static constexpr std::uint64_t kRegisterSpace = std::uint64_t{1} << 40;

    std::uint64_t x[32] = {};
    std::uint64_t pc = 0;
    std::uint64_t steps = 0;
    std::uint64_t misaligned = 0;
    End end = End::running;
    std::uint64_t fault_address = 0;
    std::map<std::uint64_t, std::uint8_t> memory;  ///< bytes that are not zero by absence
    std::function<void(std::uint64_t word)> on_touch = [](std::uint64_t) {};
    std::function<void(std::uint64_t* lanes)> keccak_f = [](std::uint64_t*) {};

    /// Address ranges with permissions "r", "w", "x".
    struct Range {
        std::uint64_t begin, end;
        std::string permissions;
    };
    std::vector<Range> ranges;

    void put(std::uint64_t address, const std::vector<std::uint8_t>& bytes) {
        for (std::size_t i = 0; i < bytes.size(); ++i) memory[address + i] = bytes[i];
    }
    std::uint8_t byte(std::uint64_t address) const {
        const auto found = memory.find(address);
        return found == memory.end() ? std::uint8_t{0} : found->second;
    }
    bool allowed(std::uint64_t address, std::uint64_t size, char permission) const {
        for (std::uint64_t i = 0; i < size; ++i) {
            bool found = false;
            for (const Range& range : ranges) {
                found = found || (address + i >= range.begin && address + i < range.end &&
                                  range.permissions.find(permission) != std::string::npos);
            }
            if (!found) return false;
        }
        return true;
    }

    /// One instruction; false when the run has ended (the instruction completed only if it halted).
    bool step() {
        if (pc % 4 != 0 || !allowed(pc, 4, 'x')) return stop(End::fetch, pc);
        const auto w = static_cast<std::uint32_t>(read(pc, 4));
        const unsigned opcode = w & 127, rd = w >> 7 & 31, f3 = w >> 12 & 7, rs1 = w >> 15 & 31, rs2 = w >> 20 & 31;
        const unsigned f7 = w >> 25;
        const std::uint64_t a = x[rs1], b = x[rs2];
        const auto imm_i = static_cast<std::int64_t>(static_cast<std::int32_t>(w) >> 20);
        std::uint64_t next = pc + 4;
        std::optional<std::uint64_t> result;
        bool uses_rs1 = true, uses_rs2 = false;
        switch (opcode) {
            case 0x37:
                result = sign(w & 0xfffff000, 32), uses_rs1 = false;
                break;
            case 0x17:
                result = pc + sign(w & 0xfffff000, 32), uses_rs1 = false;
                break;
            case 0x6f: {
                const std::uint64_t offset =
                    (w >> 31 & 1) << 20 | (w >> 12 & 255) << 12 | (w >> 20 & 1) << 11 | (w >> 21 & 1023) << 1;
                next = pc + sign(offset, 21);
                if (next % 4 != 0) return stop(End::misaligned_jump, next);
                result = pc + 4, uses_rs1 = false;
                break;
            }
            case 0x67:
                if (f3 != 0) return stop(End::illegal, pc);
                next = (a + static_cast<std::uint64_t>(imm_i)) & ~std::uint64_t{1};
                if (next % 4 != 0) return stop(End::misaligned_jump, next);
                result = pc + 4;
                break;
            case 0x63: {
                uses_rs2 = true;
                bool taken = false;
                const auto sa = static_cast<std::int64_t>(a), sb = static_cast<std::int64_t>(b);
                if (f3 == 0)
                    taken = a == b;
                else if (f3 == 1)
                    taken = a != b;
                else if (f3 == 4)
                    taken = sa < sb;
                else if (f3 == 5)
                    taken = sa >= sb;
                else if (f3 == 6)
                    taken = a < b;
                else if (f3 == 7)
                    taken = a >= b;
                else
                    return stop(End::illegal, pc);
                const std::uint64_t offset =
                    (w >> 31 & 1) << 12 | (w >> 7 & 1) << 11 | (w >> 25 & 63) << 5 | (w >> 8 & 15) << 1;
                if (taken) next = pc + sign(offset, 13);
                if (next % 4 != 0) return stop(End::misaligned_jump, next);
                break;
            }
            case 0x03: {
                if (f3 == 7) return stop(End::illegal, pc);
                const unsigned size = 1U << (f3 & 3);
                const std::uint64_t address = a + static_cast<std::uint64_t>(imm_i);
                if (!allowed(address, size, 'r')) return stop(End::load, address);
                if (address % size != 0) ++misaligned;
                touch(address, size);
                result = read(address, size);
                if (f3 < 4) result = sign(*result, 8 * size);
                break;
            }
            case 0x23: {
                if (f3 > 3) return stop(End::illegal, pc);
                uses_rs2 = true;
                const unsigned size = 1U << f3;
                const std::uint64_t address = a + sign((w >> 25) << 5 | (w >> 7 & 31), 12);
                if (!allowed(address, size, 'w')) return stop(End::store, address);
                if (address % size != 0) ++misaligned;
                touch(address, size);
                for (unsigned i = 0; i < size; ++i) memory[address + i] = static_cast<std::uint8_t>(b >> (8 * i));
                break;
            }
            case 0x13:
                result = compute_immediate(f3, w >> 26, a, static_cast<std::uint64_t>(imm_i));
                break;
            case 0x1b:
                if (f3 == 0)
                    result = sign(a + static_cast<std::uint64_t>(imm_i), 32);
                else if (f3 == 1 && f7 == 0)
                    result = sign(a << rs2, 32);
                else if (f3 == 5 && f7 == 0)
                    result = sign((a & 0xffffffff) >> rs2, 32);
                else if (f3 == 5 && f7 == 0x20)
                    result = sign(shift_right_signed(sign(a, 32), rs2), 32);
                break;
            case 0x33:
                uses_rs2 = true, result = compute(f3, f7, a, b);
                break;
            case 0x3b:
                uses_rs2 = true, result = compute_word(f3, f7, a, b);
                break;
            case 0x0f:
                if (f3 != 0) return stop(End::illegal, pc);
                ++steps, pc = next;
                return true;
            case 0x73:
                if (w != 0x73) return stop(End::illegal, pc);
                return environment_call();
            default:
                return stop(End::illegal, pc);
        }
        const bool writes = opcode != 0x63 && opcode != 0x23;
        if (writes && !result.has_value()) return stop(End::illegal, pc);
        if (uses_rs1) touch_register(rs1);
        if (uses_rs2) touch_register(rs2);
        if (writes) {
            touch_register(rd);
            if (rd != 0) x[rd] = *result;
        }
        ++steps;
        pc = next;
        return true;
    }

    static std::uint64_t sign(std::uint64_t value, unsigned bits) {
        if (bits == 64) return value;
        value &= (std::uint64_t{1} << bits) - 1;
        if ((value >> (bits - 1) & 1) != 0) value |= ~std::uint64_t{0} << bits;
        return value;
    }
    static std::uint64_t shift_right_signed(std::uint64_t value, unsigned amount) {
        std::uint64_t out = value >> amount;
        if ((value >> 63) != 0 && amount != 0) out |= ~std::uint64_t{0} << (64 - amount);
        return out;
    }

    /// The OP instructions; nothing if there is none of these functions.
    static std::optional<std::uint64_t> compute(unsigned f3, unsigned f7, std::uint64_t a, std::uint64_t b) {
        const auto sa = static_cast<Wide>(static_cast<std::int64_t>(a)),
                   sb = static_cast<Wide>(static_cast<std::int64_t>(b));
        const auto ua = static_cast<Wide>(a), ub = static_cast<Wide>(b);
        const unsigned amount = b % 64;
        const auto low = [](Wide value) { return static_cast<std::uint64_t>(static_cast<UnsignedWide>(value)); };
        const auto high = [](Wide value) { return static_cast<std::uint64_t>(static_cast<UnsignedWide>(value) >> 64); };
        if (f7 == 0) {
            switch (f3) {
                case 0:
                    return low(ua + ub);
                case 1:
                    return low(static_cast<Wide>(static_cast<UnsignedWide>(a) << amount));
                case 2:
                    return sa < sb;
                case 3:
                    return ua < ub;
                case 4:
                    return (a | b) - (a & b);
                case 5:
                    return a >> amount;
                case 6:
                    return a + b - (a & b);
                case 7:
                    return a - (a & ~b);
            }
        }
        if (f7 == 0x20 && f3 == 0) return low(ua - ub);
        if (f7 == 0x20 && f3 == 5) return shift_right_signed(a, amount);
        if (f7 == 1) {
            switch (f3) {
                case 0:
                    return low(static_cast<Wide>(static_cast<UnsignedWide>(a) * b));
                case 1:
                    return high(sa * sb);
                case 2:
                    return high(sa * ub);
                case 3:
                    return static_cast<std::uint64_t>(static_cast<UnsignedWide>(a) * b >> 64);
                // In 128 bits the overflow case needs no case of its own.
                case 4:
                    return b == 0 ? ~std::uint64_t{0} : low(sa / sb);
                case 5:
                    return b == 0 ? ~std::uint64_t{0} : low(ua / ub);
                case 6:
                    return b == 0 ? a : low(sa % sb);
                case 7:
                    return b == 0 ? a : low(ua % ub);
            }
        }
        return std::nullopt;
    }

    static std::optional<std::uint64_t> compute_word(unsigned f3, unsigned f7, std::uint64_t a, std::uint64_t b) {
        const std::uint64_t sa = sign(a, 32), sb = sign(b, 32), ua = a & 0xffffffff, ub = b & 0xffffffff;
        std::optional<std::uint64_t> value;
        if (f7 == 0 && f3 == 0) value = a + b;
        if (f7 == 0x20 && f3 == 0) value = a - b;
        if (f7 == 0 && f3 == 1) value = a << (b % 32);
        if (f7 == 0 && f3 == 5) value = ua >> (b % 32);
        if (f7 == 0x20 && f3 == 5) value = shift_right_signed(sa, b % 32);
        if (f7 == 1 && f3 == 0) value = a * b;
        if (f7 == 1 && f3 == 4) value = compute(4, 1, sa, sb);
        if (f7 == 1 && f3 == 5) value = ub == 0 ? ~std::uint64_t{0} : ua / ub;
        if (f7 == 1 && f3 == 6) value = compute(6, 1, sa, sb);
        if (f7 == 1 && f3 == 7) value = ub == 0 ? ua : ua % ub;
        if (value.has_value()) value = sign(*value, 32);
        return value;
    }

    /// `top` is the immediate's upper six bits, which tell the shifts apart.
    static std::optional<std::uint64_t> compute_immediate(unsigned f3, unsigned top, std::uint64_t a,
                                                          std::uint64_t imm) {
        if (f3 == 1) return top == 0 ? compute(1, 0, a, imm & 63) : std::nullopt;
        if (f3 == 5 && top == 0) return compute(5, 0, a, imm & 63);
        if (f3 == 5) return top == 0x10 ? compute(5, 0x20, a, imm & 63) : std::nullopt;
        return compute(f3, 0, a, imm);
    }

 private:
    bool stop(End reason, std::uint64_t address) {
        end = reason;
        fault_address = address;
        return false;
    }
    std::uint64_t read(std::uint64_t address, unsigned size) const {
        std::uint64_t value = 0;
        for (unsigned i = 0; i < size; ++i) value |= std::uint64_t{byte(address + i)} << (8 * i);
        return value;
    }
    void touch(std::uint64_t address, std::uint64_t size) {
        for (std::uint64_t word = address / 4; word <= (address + size - 1) / 4; ++word) on_touch(4 * word);
    }
    void touch_register(unsigned number) {
        if (number == 0) return;
        on_touch(kRegisterSpace + 8 * number);
        on_touch(kRegisterSpace + 8 * number + 4);
    }
    bool environment_call() {
        unsigned arguments = 0;
        switch (x[17]) {
            case 0x00:
                arguments = 2, end = End::halted;
                touch(x[11], 32);
                break;
            case 0x01:
            case 0x02:
            case 0x03:
                break;
            case 0x10: {
                arguments = 3;
                if (x[12] == 0) break;
                const auto whole_words = [&](std::uint64_t from, std::uint64_t size) {
                    touch(from / 8 * 8, (from + size + 7) / 8 * 8 - from / 8 * 8);
                };
                whole_words(x[11], x[12]);
                whole_words(x[10], x[12]);
                std::vector<std::uint8_t> bytes;
                for (std::uint64_t i = 0; i < x[12]; ++i) bytes.push_back(byte(x[11] + i));
                put(x[10], bytes);
                break;
            }
            case 0x20: {
                arguments = 1;
                touch(x[10], 200);
                std::uint64_t lanes[25];
                for (unsigned i = 0; i < 25; ++i) lanes[i] = read(x[10] + 8 * i, 8);
                keccak_f(lanes);
                for (unsigned i = 0; i < 200; ++i) {
                    memory[x[10] + i] = static_cast<std::uint8_t>(lanes[i / 8] >> (8 * (i % 8)));
                }
                break;
            }
            default:
                return stop(End::illegal, pc);
        }
        touch_register(17);
        for (unsigned i = 0; i < arguments; ++i) touch_register(10 + i);
        ++steps;
        pc += 4;
        return end == End::running;
    }
};

}  // namespace sluice::test
