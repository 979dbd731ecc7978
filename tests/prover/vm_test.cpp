// The emulator: instruction semantics against a second machine, traps, ECALLs, limits.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include <cstring>
#include <limits>
#include <set>
#include <string>

#include "prover/guest_programs.h"
#include "prover/naive_machine.h"
#include "prover/random_program.h"
#include "sluice/abi/features.h"
#include "sluice/vm/machine.h"
#include "support/catch.h"

namespace sluice::test {
namespace {

using abi::TrapCode;

using Bytes = std::vector<std::uint8_t>;

vm::Run run_ok(const Assembler& text, const Bytes& input = empty_input(), const vm::RunOptions& options = {}) {
    auto run = vm::execute(make_program(text), input, options);
    INFO(run.status().message());
    REQUIRE(run.ok());
    return *std::move(run);
}

/// Values where carries, signs and shifts change.
std::vector<std::uint64_t> edge_values(std::mt19937_64& rng) {
    std::vector<std::uint64_t> values = {0, 1, 2, 3, 31, 32, 63, 64, 0xff, 0x7fff, 0x8000, 0xffff};
    for (const std::uint64_t top : {0x7fffffffULL, 0x80000000ULL, 0xffffffffULL, 0x100000000ULL, 0x7fffffffffffffffULL,
                                    0x8000000000000000ULL, 0xffffffff80000000ULL, 0xffffffff7fffffffULL}) {
        values.push_back(top - 1);
        values.push_back(top);
        values.push_back(top + 1);
    }
    values.push_back(~std::uint64_t{0});
    for (int i = 0; i < 12; ++i) values.push_back(rng() >> (rng() % 64));
    return values;
}

/// Runs `words`, each an instruction from (t0, t1) to t2, on all pairs of `values`, and gives each one's results.
Bytes results_of(const std::vector<std::uint32_t>& words, const std::vector<std::uint64_t>& values) {
    Bytes input = empty_input();
    for (const std::uint64_t a : values) {
        for (const std::uint64_t b : values) {
            input.resize(input.size() + 16);
            store_le(input.data() + input.size() - 16, a);
            store_le(input.data() + input.size() - 8, b);
        }
    }
    const std::uint64_t pairs = values.size() * values.size();
    Assembler text;
    text.li(s0, SLUICE_INPUT_BEGIN + 8 + 32);
    text.li(s1, SLUICE_HEAP_BEGIN);
    text.li(s2, pairs);
    text.label("loop");
    text.ld(t0, s0, 0);
    text.ld(t1, s0, 8);
    for (const std::uint32_t word : words) {
        text.word(word);
        text.sd(t2, s1, 0);
        text.addi(s1, s1, 8);
    }
    text.addi(s0, s0, 16);
    text.addi(s2, s2, -1);
    text.bne(s2, zero, "loop");
    debug_write(text, SLUICE_HEAP_BEGIN, 8 * pairs * words.size());
    halt(text);
    vm::RunOptions options;
    options.max_debug_bytes = 8 * pairs * words.size();
    const vm::Run run = run_ok(text, input, options);
    REQUIRE(run.halted());
    REQUIRE(run.debug.size() == options.max_debug_bytes);
    return run.debug;
}

/// A program whose last part is `body` after some setup; gives the trap.
vm::Trap trap_of(const Assembler& text, const Bytes& input = empty_input()) {
    const vm::Run run = run_ok(text, input);
    REQUIRE(!run.halted());
    REQUIRE(run.exit_code == 0);
    REQUIRE(run.output.empty());
    return run.trap;
}

}  // namespace

TEST_CASE("every register instruction agrees with 128-bit arithmetic on all pairs of edge values") {
    SLUICE_RANDOM(rng);
    const std::vector<std::uint64_t> values = edge_values(rng);
    struct Function {
        unsigned opcode, f3, f7;
    };
    std::vector<Function> functions;
    std::vector<std::uint32_t> words;
    for (const unsigned opcode : {0x33U, 0x3bU}) {
        for (const unsigned f7 : {0U, 1U, 0x20U}) {
            for (unsigned f3 = 0; f3 < 8; ++f3) {
                const auto known =
                    opcode == 0x33 ? NaiveMachine::compute(f3, f7, 1, 1) : NaiveMachine::compute_word(f3, f7, 1, 1);
                if (!known.has_value()) continue;
                functions.push_back({opcode, f3, f7});
                words.push_back(encode::r_type(opcode, f3, f7, t2, t0, t1));
            }
        }
    }
    REQUIRE(words.size() == 18 + 10);
    const Bytes results = results_of(words, values);
    std::size_t at = 0;
    for (const std::uint64_t a : values) {
        for (const std::uint64_t b : values) {
            for (const Function& f : functions) {
                const auto expected = f.opcode == 0x33 ? NaiveMachine::compute(f.f3, f.f7, a, b)
                                                       : NaiveMachine::compute_word(f.f3, f.f7, a, b);
                INFO(std::hex << "opcode " << f.opcode << " funct3 " << f.f3 << " funct7 " << f.f7 << " a " << a
                              << " b " << b);
                REQUIRE(load_le<std::uint64_t>(results.data() + at) == *expected);
                at += 8;
            }
        }
    }
}

TEST_CASE("division by zero and overflow give what the manual's table says") {
    constexpr std::uint64_t kMin = 0x8000000000000000, kAll = ~std::uint64_t{0};
    const std::vector<std::uint64_t> values = {7, 0, kMin, kAll, 0x80000000, 0xffffffff80000000};
    std::vector<std::uint32_t> words;
    for (const unsigned opcode : {0x33U, 0x3bU}) {
        for (unsigned f3 = 4; f3 < 8; ++f3) words.push_back(encode::r_type(opcode, f3, 1, t2, t0, t1));
    }
    const Bytes results = results_of(words, values);
    const auto result = [&](std::size_t a, std::size_t b, std::size_t word) {
        return load_le<std::uint64_t>(results.data() + 8 * ((a * values.size() + b) * words.size() + word));
    };
    enum { kDiv, kDivu, kRem, kRemu, kDivw, kDivuw, kRemw, kRemuw };
    REQUIRE(result(0, 1, kDiv) == kAll);
    REQUIRE(result(0, 1, kDivu) == kAll);
    REQUIRE(result(0, 1, kRem) == 7);
    REQUIRE(result(0, 1, kRemu) == 7);
    REQUIRE(result(0, 1, kDivw) == kAll);
    REQUIRE(result(0, 1, kDivuw) == kAll);
    REQUIRE(result(0, 1, kRemw) == 7);
    REQUIRE(result(0, 1, kRemuw) == 7);
    REQUIRE(result(4, 1, kRemuw) == 0xffffffff80000000);  // the 32-bit dividend, sign-extended
    REQUIRE(result(2, 3, kDiv) == kMin);
    REQUIRE(result(2, 3, kRem) == 0);
    REQUIRE(result(4, 3, kDivw) == 0xffffffff80000000);
    REQUIRE(result(5, 3, kDivw) == 0xffffffff80000000);
    REQUIRE(result(5, 3, kRemw) == 0);
}

TEST_CASE("every immediate instruction agrees with the second machine on edge values") {
    SLUICE_RANDOM(rng);
    const std::vector<std::uint64_t> values = edge_values(rng);
    std::vector<std::uint32_t> words;
    for (const unsigned f3 : {0U, 2U, 3U, 4U, 6U, 7U}) {
        for (const int imm : {0, 1, -1, 5, 2047, -2048, 1024}) words.push_back(encode::i_type(0x13, f3, t2, t0, imm));
    }
    for (const int imm : {0, 1, -1, 2047, -2048}) words.push_back(encode::i_type(0x1b, 0, t2, t0, imm));
    for (const int amount : {0, 1, 31, 32, 33, 63}) {
        words.push_back(encode::i_type(0x13, 1, t2, t0, amount));
        words.push_back(encode::i_type(0x13, 5, t2, t0, amount));
        words.push_back(encode::i_type(0x13, 5, t2, t0, amount | 0x400));
        if (amount > 31) continue;
        words.push_back(encode::i_type(0x1b, 1, t2, t0, amount));
        words.push_back(encode::i_type(0x1b, 5, t2, t0, amount));
        words.push_back(encode::i_type(0x1b, 5, t2, t0, amount | 0x400));
    }
    for (const std::uint32_t upper : {0U, 0x1000U, 0x7ffff000U, 0x80000000U, 0xfffff000U}) {
        words.push_back(encode::u_type(0x37, t2, upper));
    }
    const Bytes results = results_of(words, values);
    std::size_t at = 0;
    for (const std::uint64_t a : values) {
        for (std::size_t b = 0; b < values.size(); ++b) {
            for (const std::uint32_t word : words) {
                NaiveMachine machine;
                machine.ranges = {{0x10000, 0x20000, "x"}};
                machine.pc = 0x10000;
                machine.x[t0] = a;
                machine.put(0x10000, {static_cast<std::uint8_t>(word), static_cast<std::uint8_t>(word >> 8),
                                      static_cast<std::uint8_t>(word >> 16), static_cast<std::uint8_t>(word >> 24)});
                REQUIRE(machine.step());
                INFO(std::hex << "word " << word << " a " << a);
                REQUIRE(load_le<std::uint64_t>(results.data() + at) == machine.x[t2]);
                at += 8;
            }
        }
    }
}

TEST_CASE("AUIPC adds to its own address, also where the sum passes 2^31 and where it wraps") {
    for (const std::uint32_t upper : {0U, 0x1000U, 0x7ffff000U, 0x80000000U, 0xfffff000U, 0xffff0000U, 0x7fff0000U}) {
        Assembler text;
        text.li(s1, SLUICE_HEAP_BEGIN);
        const std::uint64_t pc = text.here();
        text.auipc(t2, upper);
        text.sd(t2, s1, 0);
        debug_write(text, SLUICE_HEAP_BEGIN, 8);
        halt(text);
        const vm::Run run = run_ok(text);
        REQUIRE(load_le<std::uint64_t>(run.debug.data()) == pc + NaiveMachine::sign(upper, 32));
    }
}

TEST_CASE("random programs do step by step what the second machine does") {
    SLUICE_RANDOM(rng);
    std::uint64_t total = 0;
    std::uint64_t misaligned = 0;
    int traps = 0;
    for (int round = 0; round < 150; ++round) {
        const RandomProgram random = make_random_program(rng, 200, round % 3 == 0 ? 0.003 : 0.0);
        NaiveMachine machine = random.machine();
        const auto traced = vm::trace(random.program, random.input, 0, 50'000);
        INFO(traced.status().message());
        REQUIRE(traced.ok());
        if (traced->steps.size() == 50'000) continue;  // a wild jump made it endless
        for (const isa::Step& step : traced->steps) {
            REQUIRE(machine.pc == step.pc);
            const std::uint64_t rd = step.word >> 7 & 31;
            const bool writes = (step.word & 0x7f) != 0x63 && (step.word & 0x7f) != 0x23 &&
                                (step.word & 0x7f) != 0x73 && (step.word & 0x7f) != 0x0f && rd != 0;
            machine.step();
            INFO(std::hex << "step " << machine.steps << " pc " << step.pc << " word " << step.word);
            REQUIRE(machine.end != NaiveMachine::End::illegal);
            if (writes) REQUIRE(machine.x[rd] == step.rd_value);
            if (machine.end == NaiveMachine::End::running)
                REQUIRE(static_cast<std::uint32_t>(machine.pc) == step.next_pc);
        }
        // The same program at full speed ends the same way.
        const auto run = vm::execute(random.program, random.input);
        REQUIRE(run.ok());
        REQUIRE(run->halted() == (machine.end == NaiveMachine::End::halted));
        if (!run->halted()) {
            machine.step();
            ++traps;
            INFO(run->trap.to_string());
            REQUIRE(run->trap.pc == machine.pc);
            REQUIRE(run->trap.address == machine.fault_address);
            REQUIRE(run->trap.code == (machine.end == NaiveMachine::End::load    ? TrapCode::load_fault
                                       : machine.end == NaiveMachine::End::store ? TrapCode::store_fault
                                       : machine.end == NaiveMachine::End::fetch ? TrapCode::fetch_fault
                                       : machine.end == NaiveMachine::End::misaligned_jump
                                           ? TrapCode::misaligned_jump
                                           : TrapCode::illegal_instruction));
        }
        REQUIRE(run->cost.instructions == machine.steps);
        REQUIRE(traced->run.cost.instructions == machine.steps);
        REQUIRE(run->cost.misaligned_loads + run->cost.misaligned_stores == machine.misaligned);
        REQUIRE(run->debug == traced->run.debug);
        if (run->halted()) {
            Bytes window;
            for (std::uint64_t i = 0; i < RandomProgram::kWindow; ++i)
                window.push_back(machine.byte(SLUICE_HEAP_BEGIN + i));
            REQUIRE(run->debug == window);
        }
        total += machine.steps;
        misaligned += machine.misaligned;
    }
    REQUIRE(total > 20'000);
    REQUIRE(misaligned > 200);
    REQUIRE(traps > 5);
}

TEST_CASE("exit codes are kept whole") {
    for (const std::int32_t code : {0, 1, 255, 256, 65536, -1, std::numeric_limits<std::int32_t>::min(),
                                    std::numeric_limits<std::int32_t>::max()}) {
        Assembler text;
        halt(text, static_cast<std::uint64_t>(std::int64_t{code}));
        const vm::Run run = run_ok(text);
        REQUIRE(run.halted());
        REQUIRE(run.exit_code == code);
    }
    // A code that is no 32-bit integer must not be cut down to one, least of all to 0.
    for (const std::uint64_t code : {std::uint64_t{1} << 32, std::uint64_t{0x80000000}, std::uint64_t{0xffffffff}}) {
        Assembler text;
        halt(text, code);
        const vm::Trap trap = trap_of(text);
        REQUIRE(trap.code == TrapCode::ecall_bad_argument);
        REQUIRE(trap.address == SLUICE_ECALL_HALT);
    }
}

TEST_CASE("public output comes back when its digest is right and is an error when not") {
    SLUICE_RANDOM(rng);
    for (const std::size_t size : {0, 1, 31, 55, 56, 63, 64, 65, 119, 120, 128, 1000}) {
        Bytes output(size);
        for (std::uint8_t& byte : output) byte = static_cast<std::uint8_t>(rng());
        Bytes input = sha256_of(output);
        input.insert(input.end(), output.begin(), output.end());
        Assembler text;
        halt(text, 0, SLUICE_INPUT_BEGIN + 8, SLUICE_INPUT_BEGIN + 8 + 32, size);
        const vm::Run run = run_ok(text, input);
        REQUIRE(run.output == output);
        REQUIRE(Bytes(run.output_digest.begin(), run.output_digest.end()) == sha256_of(output));

        input[rng() % 32] ^= 0x10;
        REQUIRE(vm::execute(make_program(text), input).status().code() == absl::StatusCode::kDataLoss);
    }
    for (const std::uint64_t address : {std::uint64_t{0}, std::uint64_t{1} << 40, std::uint64_t{SLUICE_HEAP_END - 1}}) {
        Assembler text;
        halt(text, 0, SLUICE_INPUT_BEGIN + 8, address, 2);
        REQUIRE(vm::execute(make_program(text), empty_input()).status().code() == absl::StatusCode::kDataLoss);
    }
}

TEST_CASE("the input lies in its region behind its length, zeros follow, and too much of it is refused") {
    Assembler text;
    text.li(s0, SLUICE_INPUT_BEGIN);
    text.ld(t0, s0, 0);
    text.ld(t1, s0, 8 + 32);
    text.ld(t2, s0, 8 + 35);
    text.li(s1, SLUICE_HEAP_BEGIN);
    text.sd(t0, s1, 0);
    text.sd(t1, s1, 8);
    text.sd(t2, s1, 16);
    debug_write(text, SLUICE_HEAP_BEGIN, 24);
    halt(text);
    Bytes input = empty_input();
    input.insert(input.end(), {1, 2, 3});
    const vm::Run run = run_ok(text, input);
    REQUIRE(load_le<std::uint64_t>(run.debug.data()) == 35);
    REQUIRE(load_le<std::uint64_t>(run.debug.data() + 8) == 0x030201);
    REQUIRE(load_le<std::uint64_t>(run.debug.data() + 16) == 0);
    REQUIRE(run.memory_bytes[static_cast<std::size_t>(vm::Region::input)] == SLUICE_PAGE_SIZE);
    REQUIRE(run.memory_bytes[static_cast<std::size_t>(vm::Region::heap)] == SLUICE_PAGE_SIZE);
    REQUIRE(run.memory_bytes[static_cast<std::size_t>(vm::Region::stack)] == 0);

    const Bytes one(1);
    const ByteView too_long(one.data(), std::size_t{SLUICE_INPUT_CAPACITY} + 1);  // refused before it is read
    REQUIRE(vm::execute(make_program(text), too_long).status().code() == absl::StatusCode::kInvalidArgument);
}

TEST_CASE("each access outside its permissions is a trap that names pc and address") {
    struct Case {
        std::uint64_t address;
        bool is_store;
        bool allowed;
    };
    const Case cases[] = {
        {0, false, false},
        {0, true, false},
        {0xffff, false, false},
        {SLUICE_IMAGE_BEGIN, false, true},
        {SLUICE_IMAGE_BEGIN, true, false},  // text is never written
        {kDataBegin, true, true},
        {kDataBegin + 0x10000, false, false},  // behind the image
        {SLUICE_IMAGE_END, true, false},       // guard below the stack
        {SLUICE_STACK_BEGIN - 1, true, false},
        {SLUICE_STACK_BEGIN, true, true},
        {SLUICE_STACK_END - 1, true, true},
        {SLUICE_STACK_END, true, false},
        {SLUICE_HEAP_BEGIN - 1, false, false},
        {SLUICE_HEAP_BEGIN, true, true},
        {SLUICE_HEAP_END - 1, true, true},
        {SLUICE_HEAP_END, true, false},  // input is read-only
        {SLUICE_INPUT_END - 1, false, true},
        {SLUICE_INPUT_END, false, false},
        {0xffffffff, false, false},
        {0x100000000 + SLUICE_HEAP_BEGIN, false, false},
        {0x100000000 + SLUICE_HEAP_BEGIN, true, false},
        {0xffffffff00000000 + SLUICE_HEAP_BEGIN, false, false},
        {0x8000000000000000 + SLUICE_HEAP_BEGIN, true, false},
    };
    for (const Case& c : cases) {
        Assembler text;
        text.li(t0, SLUICE_HEAP_BEGIN);
        text.lbu(t1, t0, 0);  // its page is in use before, so that the fast path is what has to refuse
        text.sb(t1, t0, 0);
        text.li(t0, c.address);
        const std::uint64_t pc = text.here();
        if (c.is_store) {
            text.sb(zero, t0, 0);
        } else {
            text.lbu(t1, t0, 0);
        }
        halt(text);
        INFO(std::hex << c.address << (c.is_store ? " store" : " load"));
        const vm::Run run = run_ok(text);
        REQUIRE(run.halted() == c.allowed);
        if (c.allowed) continue;
        REQUIRE(run.trap.code == (c.is_store ? TrapCode::store_fault : TrapCode::load_fault));
        REQUIRE(run.trap.pc == pc);
        REQUIRE(run.trap.address == c.address);
        REQUIRE(run.cost.instructions == (pc - kTextBegin) / 4);
    }
}

TEST_CASE("execute-only text runs and cannot be read") {
    Assembler text;
    text.li(t0, kTextBegin);
    text.ld(t1, t0, 0);
    vm::Program program = make_program(text);
    program.segments[0].readable = false;
    const auto run = vm::execute(program, {});
    REQUIRE(run.ok());
    REQUIRE(run->trap.code == TrapCode::load_fault);
    REQUIRE(run->cost.instructions > 0);
}

TEST_CASE("misaligned accesses work, are counted, and trap where any byte is not allowed") {
    const auto access = [](std::uint64_t address, unsigned funct3, bool is_store) {
        Assembler text;
        text.li(t0, address);
        text.li(t1, 0x1122334455667788);
        if (is_store) {
            text.store(funct3, t1, t0, 0);
        } else {
            text.load(funct3, t1, t0, 0);
        }
        halt(text);
        return run_ok(text);
    };
    for (unsigned funct3 = 0; funct3 < 4; ++funct3) {
        const std::uint64_t size = std::uint64_t{1} << funct3;
        for (std::uint64_t offset = 0; offset < 9; ++offset) {
            const bool aligned = offset % size == 0;
            const vm::Run load = access(SLUICE_HEAP_BEGIN + offset, funct3, false);
            REQUIRE(load.cost.misaligned_loads == (aligned ? 0 : 1));
            REQUIRE(load.cost.misaligned_stores == 0);
            const vm::Run store = access(SLUICE_HEAP_BEGIN + offset, funct3, true);
            REQUIRE(store.cost.misaligned_stores == (aligned ? 0 : 1));
            REQUIRE(store.cost.misaligned_loads == 0);
            REQUIRE(store.cost.weighted() ==
                    store.cost.instructions + (aligned ? 0 : 1) + abi::ecall_weight(SLUICE_ECALL_HALT, 0));
        }
        // Over the end of a region, and over the end of the first page of one.
        for (std::uint64_t before = 1; before < size; ++before) {
            REQUIRE(access(SLUICE_STACK_END - before, funct3, true).trap.code == TrapCode::store_fault);
            REQUIRE(access(SLUICE_INPUT_END - before, funct3, false).trap.code == TrapCode::load_fault);
            REQUIRE(access(SLUICE_HEAP_END - before, funct3, true).trap.code == TrapCode::store_fault);  // into input
            REQUIRE(access(SLUICE_HEAP_END - before, funct3, false).halted());
            REQUIRE(access(SLUICE_STACK_BEGIN - before, funct3, true).trap.code == TrapCode::store_fault);
            REQUIRE(access(SLUICE_HEAP_BEGIN + 0x10000 - before, funct3, true).halted());
            REQUIRE(access(~std::uint64_t{0} - before + 1, funct3, false).trap.code == TrapCode::load_fault);
        }
    }
}

TEST_CASE("jumps that lead nowhere are traps with their own names") {
    SECTION("JALR to a misaligned address links nothing and stays where it is") {
        Assembler text;
        text.li(t0, kTextBegin + 2);
        const std::uint64_t pc = text.here();
        text.jalr(ra, t0, 0);
        const vm::Trap trap = trap_of(text);
        REQUIRE(trap.code == TrapCode::misaligned_jump);
        REQUIRE((trap.pc == pc && trap.address == kTextBegin + 2));
    }
    SECTION("JALR drops bit 0") {
        Assembler text;
        text.li(t0, 0);
        text.auipc(t0, 0);
        text.jalr(zero, t0, 13);  // one behind the EBREAK, and odd
        text.ebreak();
        halt(text, 9);
        REQUIRE(run_ok(text).exit_code == 9);
    }
    SECTION("JALR out of the text is a fetch fault at the target") {
        for (const std::uint64_t target :
             {std::uint64_t{0}, std::uint64_t{kDataBegin}, std::uint64_t{SLUICE_HEAP_BEGIN},
              std::uint64_t{SLUICE_INPUT_BEGIN}, std::uint64_t{1} << 32, (std::uint64_t{1} << 32) + kTextBegin,
              ~std::uint64_t{3}}) {
            Assembler text;
            text.li(t0, target);
            const std::uint64_t pc = text.here();
            text.jalr(ra, t0, 0);
            const vm::Run run = run_ok(text);
            REQUIRE(run.trap.code == TrapCode::fetch_fault);
            REQUIRE((run.trap.pc == target && run.trap.word == 0));
            REQUIRE(run.cost.instructions == (pc - kTextBegin) / 4 + 1);
        }
    }
    SECTION("behind the last instruction there is only zero, which is none") {
        Assembler text;
        text.addi(t0, t0, 1);
        const vm::Run run = run_ok(text);
        REQUIRE(run.trap.code == TrapCode::illegal_instruction);
        REQUIRE((run.trap.pc == kTextBegin + 4 && run.trap.word == 0 && run.cost.instructions == 1));
        Assembler jump;
        jump.li(t0, kTextBegin + 0xfffc);
        jump.jalr(zero, t0, 0);
        REQUIRE(trap_of(jump).code == TrapCode::illegal_instruction);
    }
    SECTION("text that fills its pages ends in a fetch fault") {
        Assembler text;
        while (text.here() < kTextBegin + 0x10000) text.addi(t0, t0, 1);
        vm::Program program = make_program(text);
        program.segments.resize(1);
        const auto run = vm::execute(program, {});
        REQUIRE(run.ok());
        REQUIRE(run->trap.code == TrapCode::fetch_fault);
        REQUIRE(run->trap.pc == kTextBegin + 0x10000);
        REQUIRE(run->cost.instructions == 0x4000);
    }
    SECTION("JAL and branches with a misaligned target trap only when they are taken") {
        for (const unsigned funct3 : {0U, 1U, 4U, 5U, 6U, 7U}) {
            for (const bool swap : {false, true}) {
                Assembler text;
                text.li(t0, swap ? 1 : ~std::uint64_t{0});
                text.li(t1, swap ? ~std::uint64_t{0} : 1);
                const std::uint64_t pc = text.here();
                text.word(encode::b_type(funct3, t0, t1, 6));
                halt(text, 3);
                const bool taken = funct3 == 1 || (funct3 == 4 && !swap) || (funct3 == 5 && swap) ||
                                   (funct3 == 6 && swap) || (funct3 == 7 && !swap);
                INFO(funct3 << " " << swap);
                const vm::Run run = run_ok(text);
                REQUIRE(run.halted() == !taken);
                if (taken)
                    REQUIRE((run.trap.code == TrapCode::misaligned_jump && run.trap.pc == pc &&
                             run.trap.address == pc + 6));
            }
        }
        Assembler text;
        text.word(encode::j_type(ra, -2));
        REQUIRE(trap_of(text).code == TrapCode::misaligned_jump);
    }
    SECTION("JAL out of the image is a fetch fault, also below address 0") {
        Assembler text;
        text.word(encode::j_type(ra, -0x20000));
        const vm::Trap trap = trap_of(text);
        REQUIRE(trap.code == TrapCode::fetch_fault);
        REQUIRE(trap.pc == kTextBegin - std::uint64_t{0x20000});
    }
}

TEST_CASE("two text segments call each other, and the gap between them is no text") {
    Assembler far_text(0x40000);
    far_text.addi(a0, a0, 5);
    far_text.ret();
    Assembler text;
    text.word(encode::j_type(ra, 0x40000 - 0x10000));
    text.add(s0, a0, zero);
    text.add(a0, s0, zero);
    text.li(a1, SLUICE_INPUT_BEGIN + 8);
    text.li(a2, 0);
    text.li(a3, 0);
    text.call(SLUICE_ECALL_HALT);
    vm::Program program = make_program(text);
    vm::Program other = make_program(far_text);
    program.segments.push_back(other.segments[0]);
    auto run = vm::execute(program, empty_input());
    REQUIRE(run.ok());
    REQUIRE((run->halted() && run->exit_code == 5));

    Assembler into_gap;
    into_gap.word(encode::j_type(ra, 0x30000 - 0x10000));
    program.segments[0].bytes = into_gap.bytes();
    run = vm::execute(program, empty_input());
    REQUIRE(run.ok());
    REQUIRE((run->trap.code == TrapCode::fetch_fault && run->trap.pc == 0x30000 && run->cost.instructions == 1));
}

TEST_CASE("EBREAK, CSR, compressed, float and atomic instructions are illegal") {
    for (const std::uint32_t word :
         {0x00100073U, 0xc0002573U, 0x00004501U, 0x00007007U, 0x0005252fU, 0x00000000U, 0xffffffffU}) {
        Assembler text;
        text.addi(t0, t0, 1);
        text.word(word);
        vm::Program program = make_program(text);
        program.functions = {{kTextBegin, 8, "here"}};
        const auto run = vm::execute(program, {});
        REQUIRE(run.ok());
        REQUIRE(run->trap.code == TrapCode::illegal_instruction);
        REQUIRE((run->trap.pc == kTextBegin + 4 && run->trap.word == word && run->trap.function == "here"));
        REQUIRE(run->cost.instructions == 1);
        REQUIRE(run->trap.to_string().find("illegal_instruction at pc 0x10004 (here)") == 0);
    }
}

TEST_CASE("unknown ecalls, and those the feature word does not name, are traps") {
    const auto with = [](std::uint64_t number, std::uint64_t features) {
        Assembler text;
        text.li(a0, SLUICE_HEAP_BEGIN);
        text.li(a1, SLUICE_HEAP_BEGIN + 0x1000);
        text.li(a2, 8);
        text.call(number);
        halt(text);
        vm::Program program = make_program(text);
        program.features = vm::FeatureWord{features, kDataBegin, 0};
        return vm::execute(program, empty_input());
    };
    for (const std::uint64_t number :
         {std::uint64_t{0x7f}, std::uint64_t{0x10000}, std::uint64_t{1} << 63, ~std::uint64_t{0}}) {
        const auto run = with(number, ~std::uint64_t{0});
        REQUIRE(run.ok());
        REQUIRE((run->trap.code == TrapCode::unknown_ecall && run->trap.address == number));
    }
    for (const auto& [number, bit] : {std::pair{SLUICE_ECALL_MEMCPY, SLUICE_FEATURE_MEMCPY},
                                      {SLUICE_ECALL_KECCAK_F, SLUICE_FEATURE_KECCAK},
                                      {SLUICE_ECALL_SHA256_COMPRESS, SLUICE_FEATURE_SHA256}}) {
        const auto number64 = static_cast<std::uint64_t>(number);
        const auto with_bit = with(number64, static_cast<std::uint64_t>(bit));
        REQUIRE((with_bit.ok() && with_bit->halted() && with_bit->cost.ecalls[number64].calls == 1));
        const auto without = with(number64, SLUICE_FEATURES_ALL & ~static_cast<std::uint64_t>(bit));
        REQUIRE((without.ok() && without->trap.code == TrapCode::unknown_ecall && without->trap.address == number64));
    }
}

TEST_CASE("ecalls are checked against permissions and alignment, and are counted with their bytes and weight") {
    const auto copy = [](std::uint64_t to, std::uint64_t from, std::uint64_t size) {
        Assembler text;
        text.li(a0, to);
        text.li(a1, from);
        text.li(a2, size);
        text.call(SLUICE_ECALL_MEMCPY);
        debug_write(text, SLUICE_HEAP_BEGIN, 64);
        halt(text);
        return run_ok(text);
    };
    const vm::Run good = copy(SLUICE_HEAP_BEGIN + 3, SLUICE_INPUT_BEGIN + 8, 32);
    REQUIRE(good.halted());
    const Bytes digest = empty_input();
    REQUIRE(std::equal(digest.begin(), digest.end(), good.debug.begin() + 3));
    REQUIRE(good.cost.ecalls[SLUICE_ECALL_MEMCPY] == vm::EcallCount{1, 32});
    REQUIRE(good.cost.ecalls[SLUICE_ECALL_DEBUG_WRITE] == vm::EcallCount{1, 64});
    REQUIRE(good.cost.ecall_weight ==
            abi::ecall_weight(SLUICE_ECALL_MEMCPY, 32) + abi::ecall_weight(SLUICE_ECALL_HALT, 0));
    REQUIRE(good.cost.cell_cost() - good.cost.weighted() == abi::ecall_cell_weight(SLUICE_ECALL_MEMCPY, 32) +
                                                                abi::ecall_cell_weight(SLUICE_ECALL_HALT, 0) -
                                                                good.cost.ecall_weight);

    REQUIRE(copy(SLUICE_INPUT_BEGIN, SLUICE_HEAP_BEGIN, 8).trap.code == TrapCode::store_fault);
    REQUIRE(copy(kTextBegin, SLUICE_HEAP_BEGIN, 8).trap.code == TrapCode::store_fault);
    REQUIRE(copy(SLUICE_HEAP_BEGIN, SLUICE_STACK_END - 4, 8).trap.code == TrapCode::load_fault);
    REQUIRE(copy(SLUICE_HEAP_BEGIN, ~std::uint64_t{0} - 3, 8).trap.code == TrapCode::load_fault);
    REQUIRE(copy(SLUICE_HEAP_BEGIN, SLUICE_HEAP_BEGIN, SLUICE_MEMCPY_MAX + 1).trap.code ==
            TrapCode::ecall_bad_argument);
    REQUIRE(copy(0, 0, 0).halted());

    Assembler text;
    text.li(a0, SLUICE_HEAP_BEGIN + 4);
    text.call(SLUICE_ECALL_KECCAK_F);
    const vm::Trap trap = trap_of(text);
    REQUIRE((trap.code == TrapCode::ecall_misaligned && trap.address == SLUICE_ECALL_KECCAK_F));
    REQUIRE(trap.to_string().find("keccak_f") != std::string::npos);
}

TEST_CASE("debug output is gathered up to its limit and what cannot be read is dropped") {
    Assembler text;
    debug_write(text, SLUICE_INPUT_BEGIN + 8, 4);
    debug_write(text, 0, 4);
    debug_write(text, SLUICE_INPUT_BEGIN + 9, 1000);
    debug_write(text, ~std::uint64_t{0}, ~std::uint64_t{0});
    halt(text);
    vm::RunOptions options;
    options.max_debug_bytes = 10;
    const vm::Run run = run_ok(text, empty_input(), options);
    const Bytes digest = empty_input();
    Bytes expected;
    for (std::size_t i = 0; i < 4; ++i) expected.push_back(digest.at(i));
    for (std::size_t i = 1; i < 7; ++i) expected.push_back(digest.at(i));
    REQUIRE(run.debug == expected);
}

TEST_CASE("cost scopes nest, count once inside themselves, and ignore an end without its begin") {
    Assembler text;
    const auto scope = [&](std::uint64_t number, std::uint64_t id) {
        text.li(a0, id);
        text.call(number);
    };
    const auto work = [&](int count) {
        for (int i = 0; i < count; ++i) text.addi(t0, t0, 1);
    };
    scope(SLUICE_ECALL_COST_SCOPE_END, 4);
    scope(SLUICE_ECALL_COST_SCOPE_BEGIN, 1);
    work(10);
    scope(SLUICE_ECALL_COST_SCOPE_BEGIN, 2);
    work(20);
    scope(SLUICE_ECALL_COST_SCOPE_BEGIN, 1);
    work(40);
    scope(SLUICE_ECALL_COST_SCOPE_END, 1);
    scope(SLUICE_ECALL_COST_SCOPE_END, 3);
    scope(SLUICE_ECALL_COST_SCOPE_END, 2);
    scope(SLUICE_ECALL_COST_SCOPE_END, 1);
    scope(SLUICE_ECALL_COST_SCOPE_BEGIN, 1000);
    scope(SLUICE_ECALL_COST_SCOPE_BEGIN, 7);
    halt(text);
    const vm::Run run = run_ok(text);
    // Three instructions a scope call; the BEGIN's own are outside, the END's inside.
    REQUIRE(run.scopes[1].uses == 2);
    REQUIRE(run.scopes[1].instructions == 10 + 3 + 20 + 3 + 40 + 3 + 3 + 3 + 3);
    REQUIRE(run.scopes[2].uses == 1);
    REQUIRE(run.scopes[2].instructions == 20 + 3 + 40 + 3 + 3 + 3);
    REQUIRE(run.scopes[3].uses == 0);
    REQUIRE(run.scopes[4].uses == 0);
    REQUIRE(run.scopes[7].uses == 1);  // closed by the run's end
    REQUIRE(run.scopes[7].weighted == run.scopes[7].instructions + abi::ecall_weight(SLUICE_ECALL_HALT, 0));
}

TEST_CASE("the instruction limit is exact and an error; progress comes at its interval and can cancel") {
    Assembler text;
    text.li(t0, 1000);
    text.label("loop");
    for (int i = 0; i < 7; ++i) text.addi(t1, t1, 1);
    text.addi(t0, t0, -1);
    text.bne(t0, zero, "loop");
    halt(text);
    const std::uint64_t all = run_ok(text).cost.instructions;
    vm::RunOptions options;
    options.instruction_limit = all;
    REQUIRE(run_ok(text, empty_input(), options).halted());
    options.instruction_limit = all - 1;
    REQUIRE(vm::execute(make_program(text), empty_input(), options).status().code() ==
            absl::StatusCode::kResourceExhausted);

    options = {};
    std::vector<std::uint64_t> seen;
    options.progress_interval = 997;
    options.progress = [&](std::uint64_t done) { return seen.push_back(done), true; };
    REQUIRE(run_ok(text, empty_input(), options).cost.instructions == all);
    REQUIRE(seen.size() == all / 997);
    for (std::size_t i = 0; i < seen.size(); ++i) REQUIRE(seen[i] == 997 * (i + 1));
    options.progress = [&](std::uint64_t done) { return done < 3000; };
    REQUIRE(vm::execute(make_program(text), empty_input(), options).status().code() == absl::StatusCode::kCancelled);
}

TEST_CASE("a trace of any window is that part of the whole trace") {
    SLUICE_RANDOM(rng);
    const RandomProgram random = make_random_program(rng, 60, 0);
    const auto whole = vm::trace(random.program, random.input, 0, 1'000'000);
    REQUIRE(whole.ok());
    REQUIRE(whole->run.halted());
    REQUIRE(whole->steps.size() == whole->run.cost.instructions);
    for (int round = 0; round < 30; ++round) {
        const std::uint64_t first = rng() % whole->steps.size();
        const std::uint64_t count = rng() % 50;
        const auto part = vm::trace(random.program, random.input, first, count);
        REQUIRE(part.ok());
        const std::uint64_t expected = std::min(count, whole->steps.size() - first);
        REQUIRE(part->steps.size() == expected);
        if (expected != 0)
            REQUIRE(std::memcmp(part->steps.data(), whole->steps.data() + first, expected * sizeof(isa::Step)) == 0);
    }
}

TEST_CASE("a run goes on from any place as it went there, with the words that it touches from there on alone") {
    SLUICE_RANDOM(rng);
    const RandomProgram random = make_random_program(rng, 60, 0);
    const auto whole = vm::trace(random.program, random.input, 0, 1'000'000);
    REQUIRE(whole.ok());
    std::vector<isa::Step> told;
    const auto all = vm::trace_all(random.program, random.input,
                                   [&](const isa::Step& step) { return told.push_back(step), absl::OkStatus(); });
    REQUIRE(all.ok());
    CHECK(all->output == whole->run.output);
    CHECK(all->cost.instructions == told.size());
    REQUIRE(told.size() == whole->steps.size());
    CHECK(std::memcmp(told.data(), whole->steps.data(), told.size() * sizeof(isa::Step)) == 0);

    for (int round = 0; round < 10; ++round) {
        const std::uint64_t first = rng() % told.size();
        const std::uint64_t count = 1 + rng() % 300;
        NaiveMachine machine = random.machine();
        while (machine.steps < first) machine.step();
        vm::Resumption from;
        from.pc = told[first].pc;
        std::copy(std::begin(machine.x), std::end(machine.x), from.registers.begin());
        // HALT reads the output, and what else the steps read is found by running them in the second machine.
        std::set<std::uint64_t> touched;
        NaiveMachine ahead = machine;
        ahead.on_touch = [&](std::uint64_t word) {
            if (word < NaiveMachine::kRegisterSpace) touched.insert(word / 8 * 8);
        };
        while (ahead.steps < first + count && ahead.step()) {
        }
        if (first + count >= told.size()) {
            for (std::uint64_t at = ahead.x[12] / 8 * 8; at < ahead.x[12] + ahead.x[13]; at += 8) touched.insert(at);
        }
        for (const std::uint64_t address : touched) {
            std::uint64_t value = 0;
            for (unsigned i = 0; i < 8; ++i) value |= std::uint64_t{machine.byte(address + i)} << (8 * i);
            from.words.push_back({static_cast<std::uint32_t>(address), value});
        }
        std::vector<isa::Step> part;
        const auto run = vm::trace_from(random.program, random.input, from, count,
                                        [&](const isa::Step& step) { return part.push_back(step), absl::OkStatus(); });
        INFO("from " << first << " on: " << run.status().ToString());
        REQUIRE(run.ok());
        REQUIRE(part.size() == std::min<std::uint64_t>(count, told.size() - first));
        CHECK(std::memcmp(part.data(), told.data() + first, part.size() * sizeof(isa::Step)) == 0);
    }

    vm::Resumption nowhere;
    nowhere.pc = 2;
    const vm::StepSink ignore = [](const isa::Step&) { return absl::OkStatus(); };
    CHECK(!vm::trace_from(random.program, random.input, nowhere, 1, ignore).ok());
    nowhere.pc = told[0].pc;
    nowhere.words = {{8, 0}};
    CHECK(!vm::trace_from(random.program, random.input, nowhere, 1, ignore).ok());
    CHECK(vm::trace_all(random.program, random.input, [](const isa::Step&) { return absl::DataLossError("no"); })
              .status()
              .message() == "no");
}

}  // namespace sluice::test
