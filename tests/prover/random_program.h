// Random guest programs, for the emulator and for the second machine. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "prover/guest_programs.h"
#include "prover/naive_machine.h"
#include "sluice/abi/semantics.h"

namespace sluice::test {

struct RandomProgram {
    static constexpr std::uint64_t kWindow = 0x800;  ///< bytes of heap the program works in and shows at its end

    vm::Program program;
    std::vector<std::uint8_t> input;

    /// The second machine before its first instruction.
    [[nodiscard]] NaiveMachine machine() const {
        NaiveMachine machine;
        machine.pc = program.entry;
        machine.keccak_f = abi::keccak_f;
        machine.ranges = {{SLUICE_STACK_BEGIN, SLUICE_STACK_END, "rw"},
                          {SLUICE_HEAP_BEGIN, SLUICE_HEAP_END, "rw"},
                          {SLUICE_INPUT_BEGIN, SLUICE_INPUT_END, "r"}};
        for (const vm::Segment& segment : program.segments) {
            const std::string permissions = std::string(segment.readable ? "r" : "") + (segment.writable ? "w" : "") +
                                            (segment.executable ? "x" : "");
            const std::uint64_t end = (std::uint64_t{segment.end()} + 0xffff) / 0x10000 * 0x10000;
            machine.ranges.push_back({segment.address, end, permissions});
            machine.put(segment.address, segment.bytes);
        }
        std::vector<std::uint8_t> length(8);
        store_le<std::uint64_t>(length.data(), input.size());
        machine.put(SLUICE_INPUT_BEGIN, length);
        machine.put(SLUICE_INPUT_BEGIN + 8, input);
        return machine;
    }
};

/// A loop over `size` random instructions, made of the following, that ends with HALT unless it traps: arithmetic of
/// all kinds; accesses of all sizes and alignments to windows of heap, stack, data and input; short branches forwards;
/// calls; the ecalls MEMCPY and KECCAK_F, if it may use accelerators. With `wildness` as probability an instruction is
/// a word of no care at all.
inline RandomProgram make_random_program(std::mt19937_64& rng, int size, double wildness, bool accelerators = true) {
    RandomProgram out;
    out.input = empty_input();
    while (out.input.size() < 0x900) out.input.push_back(static_cast<std::uint8_t>(rng()));

    // s2 to s5 hold the windows' addresses, s6 the loop's counter, ra the link; a0 to a7 serve ecalls.
    const unsigned pool[] = {zero, t0, t1, t2, t3, t4, t5, t6, a3, a4, a5, a6, s7, s8, gp, tp};
    const auto any = [&] { return pool[rng() % std::size(pool)]; };
    const std::uint64_t bases[] = {SLUICE_HEAP_BEGIN, SLUICE_STACK_END - 0x800, kDataBegin, SLUICE_INPUT_BEGIN};
    Assembler text;
    for (const unsigned reg : pool) {
        if (reg != zero) text.li(reg, rng() >> (rng() % 64));
    }
    for (unsigned i = 0; i < 4; ++i) text.li(s2 + i, bases[i]);
    text.li(s6, 2 + rng() % 4);
    text.label("loop");
    int label = 0;
    std::vector<std::pair<int, std::string>> pending;  // labels to be set after that many instructions
    for (int i = 0; i < size; ++i) {
        for (auto at = pending.begin(); at != pending.end();) {
            if (at->first <= i) {
                text.label(at->second);
                at = pending.erase(at);
            } else {
                ++at;
            }
        }
        if (std::uniform_real_distribution<>()(rng) < wildness) {
            text.word(static_cast<std::uint32_t>(rng()));
            continue;
        }
        switch (rng() % 16) {
            case 0:
            case 1:
            case 2:
            case 3: {
                const bool word = rng() % 3 == 0;
                for (;;) {
                    const auto f3 = static_cast<unsigned>(rng() % 8);
                    const unsigned f7 = rng() % 2 == 0 ? 1 : rng() % 3 == 0 ? 0x20 : 0;
                    const auto known =
                        word ? NaiveMachine::compute_word(f3, f7, 1, 1) : NaiveMachine::compute(f3, f7, 1, 1);
                    if (!known.has_value()) continue;
                    text.word(encode::r_type(word ? 0x3b : 0x33, f3, f7, any(), any(), any()));
                    break;
                }
                break;
            }
            case 4:
            case 5: {
                const unsigned f3 = std::vector<unsigned>{0, 2, 3, 4, 6, 7}[rng() % 6];
                text.word(encode::i_type(0x13, f3, any(), any(), static_cast<int>(rng() % 4096)));
                break;
            }
            case 6:
                text.word(encode::i_type(0x13, rng() % 2 == 0 ? 1 : 5, any(), any(), static_cast<int>(rng() % 64)));
                break;
            case 7:
                text.word(encode::u_type(rng() % 2 == 0 ? 0x37 : 0x17, any(), static_cast<std::uint32_t>(rng())));
                break;
            case 8:
            case 9:
            case 10: {
                const auto f3 = static_cast<unsigned>(rng() % 7);
                const int place = static_cast<int>(rng() % 0x7f8);
                text.load(f3, any(), s2 + static_cast<unsigned>(rng() % 4), rng() % 3 != 0 ? place & -8 : place);
                break;
            }
            case 11:
            case 12: {
                const auto f3 = static_cast<unsigned>(rng() % 4);
                const int place = static_cast<int>(rng() % 0x7f8);
                text.store(f3, any(), s2 + static_cast<unsigned>(rng() % 3), rng() % 3 != 0 ? place & -8 : place);
                break;
            }
            case 13: {
                const unsigned f3 = std::vector<unsigned>{0, 1, 4, 5, 6, 7}[rng() % 6];
                const std::string name = "l" + std::to_string(label++);
                text.branch(f3, any(), any(), name);
                pending.emplace_back(i + 1 + static_cast<int>(rng() % 6), name);
                break;
            }
            case 14:
                text.jal(ra, "function");
                break;
            case 15:
                if (rng() % 4 != 0 || !accelerators) {
                    text.word(0x0000000f);
                } else if (rng() % 3 == 0) {
                    text.addi(a0, s2 + static_cast<unsigned>(rng() % 3), static_cast<int>(rng() % 200) * 8);
                    text.call(SLUICE_ECALL_KECCAK_F);
                } else {
                    text.addi(a0, s2 + static_cast<unsigned>(rng() % 3), static_cast<int>(rng() % 0x400));
                    text.addi(a1, s2 + static_cast<unsigned>(rng() % 4), static_cast<int>(rng() % 0x400));
                    text.li(a2, rng() % 0x200);
                    text.call(SLUICE_ECALL_MEMCPY);
                }
                break;
        }
    }
    for (const auto& [at, name] : pending) text.label(name);
    text.addi(s6, s6, -1);
    text.bne(s6, zero, "loop");
    debug_write(text, SLUICE_HEAP_BEGIN, RandomProgram::kWindow);
    halt(text);
    text.label("function");
    text.addi(s9, s9, 1);
    text.xor_(t0, t0, s9);
    text.jalr(zero, ra, 0);
    out.program = make_program(text);
    return out;
}

}  // namespace sluice::test
