// Forged runs: for each way to cheat, what refuses it, and that nothing else has to.
// SPDX-License-Identifier: MIT OR Apache-2.0
#include "forger.h"

namespace sluice::test {
namespace {

using Catch::Contains;

constexpr std::uint32_t kHeapKey = SLUICE_HEAP_BEGIN / 8;

/// One fault, and it says `what`.
void check_refused(Forger& forger, const std::string& what) {
    const std::string faults = forger.faults();
    CAPTURE(faults);
    CHECK(std::count(faults.begin(), faults.end(), '\n') == 1);
    CHECK(faults.find(what) != std::string::npos);
}

/// Stores 7 and 8 at the heap's start, loads it into t1, adds 1 to it in t2, writes that to x0 too, goes on if t1 is
/// not 0, and halts with 5.
Forger small_run(std::vector<std::uint64_t> cuts = {}) {
    Assembler text;
    text.li(s1, SLUICE_HEAP_BEGIN);
    text.addi(t0, zero, 7);
    text.addi(t3, zero, 8);
    text.sd(t0, s1, 0);
    text.sd(t3, s1, 0);
    text.ld(t1, s1, 0);
    text.addi(zero, t1, 1);
    text.bne(t1, zero, "on");
    text.addi(t2, zero, 1000);
    text.label("on");
    text.lui(t4, 0x1000);
    halt(text, 5);
    return Forger(MachineRun::make(make_program(text), empty_input(), std::move(cuts)));
}

TEST_CASE("the run that is forged is good, and its counts are as they were") {
    Forger forger = small_run();
    CHECK(forger.faults() == "");
    Forger sharded = small_run({12});
    CHECK(sharded.faults() == "");
}

TEST_CASE("an instruction that is left out is missed") {
    Forger forger = small_run();
    const auto shard = forger.shard(1);
    shard.remove("constant", shard.height("constant") - 1);
    const std::string faults = forger.faults();
    CHECK_THAT(faults, Contains("record of kind 1 "));
}

TEST_CASE("another next pc is refused") {
    SECTION("a constant's") {
        Forger forger = small_run();
        const auto shard = forger.shard(1);
        shard.set("constant", 0, "next_pc", shard.get("constant", 0, "next_pc") + 4);
        CHECK_THAT(forger.faults(), Contains("record of kind 1 ") && Contains("lookup of kind 1 "));
    }
    SECTION("a branch not taken that should be") {
        Forger forger = small_run();
        const auto shard = forger.shard(1);
        shard.set("branch_equal", 0, "step.taken", 0);
        CHECK_THAT(forger.faults(), Contains("equal words are equal in each limb"));
        // Without an inverse either.
        for (const char* column : {"inverse[0]", "inverse[1]", "inverse[2]", "inverse[3]"}) {
            shard.set("branch_equal", 0, column, 0);
        }
        CHECK_THAT(forger.faults(), Contains("equal words are equal in each limb"));
    }
    SECTION("the next shard's") {
        Forger forger = small_run({12});
        forger.shard(1).trace->public_values[3] += KoalaBear::from_canonical(4);
        CHECK_THAT(forger.faults(), Contains("record of kind 1 "));
    }
}

TEST_CASE("writing x0 is refused") {
    Forger forger = small_run();
    const auto shard = forger.shard(1);
    // x0 := 9 by the instruction whose target is x0, with x0's record as it should be and its end in the boundary.
    const std::uint32_t row = shard.find("add_immediate", "step.rd", 32);
    const std::uint64_t time = shard.get("add_immediate", row, "step.step.time");
    shard.set("add_immediate", row, "step.rd", 0);
    shard.set_word("add_immediate", row, "step.target.before", 0);
    CHECK(time > 0);
    CHECK_THAT(forger.faults(), Contains("lookup of kind 1 ") && Contains("record of kind 2 (0, 9, 0, 0, 0, "));
}

TEST_CASE("a stale value is refused") {
    Forger forger = small_run();
    const auto shard = forger.shard(1);
    const std::uint64_t first_store = shard.get("store_double", 0, "step.step.time");
    const std::uint64_t load = shard.get("load_double", 0, "step.step.time");
    shard.set_word("load_double", 0, "word.before", 7);
    shard.set("load_double", 0, "word.age.previous", first_store);
    shard.set("load_double", 0, "word.age.low", load - 1 - first_store);
    CHECK_THAT(forger.faults(), Contains("record of kind 2 (134217728, 7, 0, 0, 0, " + std::to_string(first_store) +
                                         "): written 1 times, read 2 times"));
}

TEST_CASE("a value that is written later is refused by its time alone") {
    // The second store's value, taken by the load before it; all records balance.
    Assembler text;
    text.li(s1, SLUICE_HEAP_BEGIN);
    text.addi(t0, zero, 7);
    text.ld(t1, s1, 0);
    text.sd(t0, s1, 0);
    halt(text);
    Forger forger(MachineRun::make(make_program(text), empty_input()));
    const auto shard = forger.shard(1);
    const std::uint64_t load = shard.get("load_double", 0, "step.step.time");
    const std::uint64_t store = shard.get("store_double", 0, "step.step.time");
    shard.set_word("load_double", 0, "word.before", 7);
    shard.set("load_double", 0, "word.age.previous", store);
    shard.set_word("store_double", 0, "word.before", 0);
    shard.set("store_double", 0, "word.age.previous", 0);
    shard.set("store_double", 0, "word.age.low", store - 1);
    const std::uint32_t word = shard.find("shard_ram", "key", kHeapKey);
    shard.set("shard_ram", word, "final_time", load);
    shard.set_word("shard_ram", shard.find("shard_ram", "key", t1), "out", 7);
    const auto boundary = forger.boundary();
    boundary.set_word("boundary", boundary.find("boundary", "key", t1), "last", 7);
    // Whatever the lower half of the age is, the upper one has no 12 bits.
    for (const std::uint64_t low : {std::uint64_t{0}, (load - 1 - store) & 0xffff, std::uint64_t{0xffff}}) {
        shard.set("load_double", 0, "word.age.low", low);
        check_refused(forger, "lookup of kind 2 ");
    }
    // A whole negative age in the lower half is no limb.
    shard.at("load_double", 0, "word.age.low") = KoalaBear::reduce(load) - KoalaBear::one() - KoalaBear::reduce(store);
    check_refused(forger, "lookup of kind 2 ");
}

TEST_CASE("a second first value of a word is refused by the order of keys alone") {
    Forger forger = small_run();
    const auto boundary = forger.boundary();
    const std::uint32_t row = boundary.find("boundary", "is_input", 1);
    const std::uint32_t copy = boundary.repeat("boundary", row);
    boundary.set_word("boundary", copy, "initial", 0x1234);
    boundary.set_word("boundary", copy, "last", 0x1234);
    boundary.set("boundary", copy, "last_shard", 0);
    boundary.set("boundary", copy, "smallest", boundary.get("boundary", copy, "key") + 1);
    for (const std::uint64_t low : {0, 1, 0xffff}) {
        boundary.set("boundary", copy, "gap_low", low);
        check_refused(forger, "lookup of kind 2 ");
    }
}

TEST_CASE("a first value of the prover's choice is refused") {
    const auto change = [](Forger& forger, std::uint64_t key, std::uint64_t value) {
        // Into the shard, which does not look at it before it is read: the word's only access is made to agree.
        const auto boundary = forger.boundary();
        const std::uint32_t row = boundary.find("boundary", "key", key);
        boundary.set_word("boundary", row, "initial", value);
        const auto shard = forger.shard(1);
        shard.set_word("shard_ram", shard.find("shard_ram", "key", key), "in", value);
    };
    SECTION("of the heap") {
        Forger forger = small_run();
        const auto shard = forger.shard(1);
        change(forger, kHeapKey, 99);
        shard.set_word("store_double", 0, "word.before", 99);
        check_refused(forger, "other words start as 0");
    }
    SECTION("of a register") {
        Forger forger = small_run();
        change(forger, t4, 99);
        forger.shard(1).set_word("constant", 0, "target.before", 99);
        check_refused(forger, "other words start as 0");
    }
    SECTION("of an input word that is no word") {
        Forger forger = small_run();
        const auto boundary = forger.boundary();
        const std::uint32_t row = boundary.find("boundary", "is_input", 1);
        const std::uint64_t key = boundary.get("boundary", row, "key");
        boundary.set("boundary", row, "initial[0]", 0x10000);
        boundary.set("boundary", row, "last[0]", 0x10000);
        const auto shard = forger.shard(1);
        const std::uint32_t word = shard.find("shard_ram", "key", key);
        shard.set("shard_ram", word, "in[0]", 0x10000);
        shard.set("shard_ram", word, "out[0]", 0x10000);
        shard.set("halt", 0, "digest.words[3].before[0]", 0x10000);
        shard.trace->public_values[7 + 12] = KoalaBear::reduce(0x10000);
        check_refused(forger, "lookup of kind 2 (65536, 16)");
    }
    SECTION("of the image") {
        Assembler text;
        text.auipc(t0, 0);
        text.ld(t1, t0, 0);
        halt(text);
        Forger forger(MachineRun::make(make_program(text), empty_input()));
        const auto shard = forger.shard(1);
        const auto boundary = forger.boundary();
        const std::uint64_t key = SLUICE_IMAGE_BEGIN / 8;
        const std::uint32_t row = boundary.find("boundary", "key", key);
        const std::uint32_t word = shard.find("shard_ram", "key", key);
        shard.set_word("shard_ram", word, "in", 1);
        shard.set_word("shard_ram", word, "out", 1);
        shard.set_word("load_double", 0, "word.before", 1);
        shard.set_word("shard_ram", shard.find("shard_ram", "key", t1), "out", 1);
        boundary.set_word("boundary", boundary.find("boundary", "key", t1), "last", 1);
        boundary.set_word("boundary", row, "initial", 1);
        boundary.set_word("boundary", row, "last", 1);
        check_refused(forger, "lookup of kind 9 (8192, 1, 0, 0, 0)");
        // Nor may it be called input, or zero.
        boundary.set("boundary", row, "is_image", 0);
        boundary.set("boundary", row, "is_input", 1);
        check_refused(forger, "lookup of kind 8 (1, 2)");
    }
}

TEST_CASE("a record of a shard that feeds itself is refused by its shard alone") {
    for (const std::uint32_t shard_in : {1u, 2u}) {
        Forger forger = small_run();
        const auto shard = forger.shard(1);
        // A word of an invented value; it is never read, but could be.
        const std::uint32_t row = shard.height("shard_ram") - 1;
        const std::uint32_t copy = shard.repeat("shard_ram", row);
        shard.set("shard_ram", copy, "key", kHeapKey + 77);
        shard.set_word("shard_ram", copy, "in", 0x1234);
        shard.set_word("shard_ram", copy, "out", 0x1234);
        shard.set("shard_ram", copy, "final_time", 0);
        shard.set("shard_ram", copy, "shard_in", shard_in);
        const std::string faults = forger.faults();
        CAPTURE(faults);
        CHECK_THAT(faults, Contains("lookup of kind 2 "));
        // The link cancels in itself when it comes from its own shard.
        CHECK((faults.find("link of kind 1 ") != std::string::npos) == (shard_in != 1));
    }
}

TEST_CASE("a page is read or written as the key allows") {
    // The store is honest but for where it goes: s1 is another number from the start.
    const auto with_base = [](std::uint64_t base, bool store) {
        Assembler text;
        text.li(s1, SLUICE_HEAP_BEGIN);
        if (store) {
            text.sd(zero, s1, 0);
        } else {
            text.ld(t1, s1, 0);
        }
        halt(text);
        Forger forger(MachineRun::make(make_program(text), empty_input()));
        const auto shard = forger.shard(1);
        const std::string chip = store ? "store_double" : "load_double";
        shard.set_word(chip, 0, "step.first.before", base);
        shard.set(chip, 0, "address.low", base & 0xffff);
        shard.set(chip, 0, "address.page", base >> 16);
        return forger.faults();
    };
    CHECK_THAT(with_base(kTextBegin, true), Contains("lookup of kind 6 (1)"));
    CHECK_THAT(with_base(SLUICE_INPUT_BEGIN, true), Contains("lookup of kind 6 (32768)"));
    // Registers are on page 0.
    CHECK_THAT(with_base(8 * t1, true), Contains("lookup of kind 6 (0)"));
    CHECK_THAT(with_base(8 * t1, false), Contains("lookup of kind 5 (0)"));
    CHECK_THAT(with_base(SLUICE_STACK_BEGIN - 0x10000, false), Contains("lookup of kind 5 (8192)"));
    CHECK_THAT(with_base(SLUICE_INPUT_END, false), Contains("lookup of kind 5 (49152)"));
    // Page 2^16 would be address 0 if only 32 bits were looked at.
    CHECK_THAT(with_base(std::uint64_t{1} << 32, false),
               Contains("carry 1 is a bit") && Contains("lookup of kind 5 (65536)"));
    // Not a multiple of 8.
    CHECK_THAT(with_base(SLUICE_HEAP_BEGIN + 1, false), Contains("lookup of kind 2 "));
    // The heap still, by an address that is 2^32 more.
    Assembler text;
    text.li(s1, SLUICE_HEAP_BEGIN);
    text.ld(t1, s1, 0);
    halt(text);
    Forger forger(MachineRun::make(make_program(text), empty_input()));
    forger.shard(1).set("load_double", 0, "step.first.before[2]", 1);
    CHECK_THAT(forger.faults(), Contains("carry 2 is a bit"));
}

TEST_CASE("a prefix of a run is not the run") {
    Forger forger = small_run({12});
    auto& tables = forger.run().tables.shards;
    tables.pop_back();
    machine::TableTrace& shard = tables[0];
    shard.public_values[1] = KoalaBear::one();
    shard.public_values[3] = KoalaBear::zero();
    shard.public_values[4] = KoalaBear::zero();
    CHECK_THAT(forger.faults(), Contains("record of kind 1 "));
}

TEST_CASE("another exit code or digest is refused") {
    for (const std::size_t index : {std::size_t{5}, std::size_t{6}, std::size_t{7}, std::size_t{22}}) {
        Forger forger = small_run();
        forger.shard(1).trace->public_values[index] += KoalaBear::one();
        check_refused(forger, index < 7 ? "the exit code is public" : "the digest is public");
        // And none in a shard that does not halt.
        Forger sharded = small_run({12});
        sharded.shard(1).trace->public_values[index] += KoalaBear::one();
        check_refused(sharded, "only the last shard has a result");
    }
}

/// A row of Divide for operands a and b that claims quotient and remainder, with all that follows from these.
void claim(Forger& forger, std::uint64_t q, bool q_sign, std::uint64_t r, bool r_sign) {
    const auto shard = forger.shard(1);
    const auto set_bit = [&](const std::string& column, bool value) { shard.set("divide", 0, column, value); };
    const bool b_sign = shard.get("divide", 0, "b_sign") != 0;
    std::uint64_t b = 0;
    for (unsigned i = 0; i < 4; ++i) {
        const std::string column =
            i < 2 ? "step.second.before[" + std::to_string(i) + "]" : "b_high[" + std::to_string(i - 2) + "]";
        b |= shard.get("divide", 0, column) << (16 * i);
    }
    shard.set_word("divide", 0, "q", q);
    shard.set_word("divide", 0, "r", r);
    set_bit("q_sign", q_sign);
    set_bit("r_sign", r_sign);
    for (unsigned i = 0; i < 4; ++i) shard.set("divide", 0, "q_low[" + std::to_string(i) + "]", q >> (16 * i) & 0xff);
    shard.set_word("divide", 0, "margin", (b_sign ? -b : b) - (r_sign ? -r : r) - 1);
    const std::uint64_t result = shard.get("divide", 0, "is_remainder") != 0 ? r : q;
    shard.set_word("divide", 0, "result", result);
    // The result where it goes to.
    const std::uint64_t target = shard.get("divide", 0, "step.rd");
    shard.set_word("shard_ram", shard.find("shard_ram", "key", target), "out", result);
    const auto boundary = forger.boundary();
    boundary.set_word("boundary", boundary.find("boundary", "key", target), "last", result);
}

TEST_CASE("another quotient or remainder is refused") {
    const auto run = [](unsigned f3, std::uint64_t a, std::uint64_t b) {
        Assembler text;
        text.li(t0, a);
        text.li(t1, b);
        text.word(encode::r_type(0x33, f3, 1, t2, t0, t1));
        halt(text);
        return Forger(MachineRun::make(make_program(text), empty_input()));
    };
    constexpr unsigned kDiv = 4, kDivu = 5, kRem = 6, kRemu = 7;
    const std::uint64_t minus_one = ~std::uint64_t{0};
    const std::uint64_t lowest = std::uint64_t{1} << 63;
    SECTION("what is honest is accepted") {
        for (const unsigned f3 : {kDiv, kRem}) {
            Forger forger = run(f3, -std::uint64_t{7}, 2);
            claim(forger, -std::uint64_t{3}, true, minus_one, true);
            CHECK(forger.faults() == "");
        }
    }
    SECTION("a remainder as large as the divisor") {
        Forger forger = run(kDivu, 7, 2);
        claim(forger, 2, false, 3, false);
        CHECK_THAT(forger.faults(), Contains("the remainder is smaller than b"));
    }
    SECTION("a remainder of the other sign") {
        Forger forger = run(kDiv, 7, 2);
        claim(forger, 4, false, minus_one, true);
        check_refused(forger, "a remainder has the sign of a, or is 0");
    }
    SECTION("a remainder that is no 64-bit number") {
        Forger forger = run(kRemu, 7, 2);
        claim(forger, 4, false, minus_one, true);
        CHECK_THAT(forger.faults(), Contains("unsigned numbers have no sign"));
    }
    SECTION("a quotient that is right modulo 2^64 alone") {
        // 3 * 0x5555555555555556 = 2^64 + 2
        Forger forger = run(kDivu, 2, 3);
        claim(forger, 0x5555555555555556, false, 0, false);
        CHECK_THAT(forger.faults(), Contains("lookup of kind 2 "));
    }
    SECTION("by zero") {
        for (const unsigned f3 : {kDiv, kDivu}) {
            Forger forger = run(f3, 7, 0);
            claim(forger, 5, false, 7, false);
            CHECK_THAT(forger.faults(), Contains("a quotient by 0 is all ones"));
            forger.shard(1).set("divide", 0, "b_is_zero", 0);
            CHECK_THAT(forger.faults(), Contains("b is not 0 if it is not said so"));
        }
        Forger forger = run(kRem, 7, 0);
        claim(forger, minus_one, true, 6, false);
        CHECK_THAT(forger.faults(), Contains("lookup of kind 2 "));
        // Nor is 3 said to be 0.
        Forger other = run(kDivu, 7, 3);
        other.shard(1).set("divide", 0, "b_is_zero", 1);
        CHECK_THAT(other.faults(), Contains("b is 0 if it is said so"));
    }
    SECTION("overflow") {
        for (const bool q_sign : {false, true}) {
            for (const std::uint64_t q : {std::uint64_t{0}, std::uint64_t{1}, minus_one, lowest - 1}) {
                Forger forger = run(kDiv, lowest, minus_one);
                claim(forger, q, q_sign, 0, false);
                CHECK_THAT(forger.faults(), Contains("lookup of kind 2 "));
            }
        }
        Forger negative = run(kDiv, lowest, minus_one);
        claim(negative, lowest, true, 0, false);
        CHECK_THAT(negative.faults(), Contains("lookup of kind 2 "));
        Forger honest = run(kDiv, lowest, minus_one);
        claim(honest, lowest, false, 0, false);
        CHECK(honest.faults() == "");
    }
}

TEST_CASE("a wrong sign extension is refused") {
    const auto check = [](unsigned opcode, unsigned f3, std::uint64_t value, const std::string& chip,
                          const std::string& sign, std::uint64_t wrong) {
        Assembler text;
        text.li(t0, value);
        text.li(s1, SLUICE_HEAP_BEGIN);
        text.sd(t0, s1, 0);
        text.word(encode::i_type(opcode, f3, t2, opcode == 0x03 ? s1 : t0, 0));
        halt(text);
        Forger forger(MachineRun::make(make_program(text), empty_input()));
        const auto shard = forger.shard(1);
        const std::uint32_t row = shard.height(chip) - 1;
        shard.set(chip, row, sign, 1 - shard.get(chip, row, sign));
        shard.set_word("shard_ram", shard.find("shard_ram", "key", t2), "out", wrong);
        const auto boundary = forger.boundary();
        boundary.set_word("boundary", boundary.find("boundary", "key", t2), "last", wrong);
        check_refused(forger, "lookup of kind 2 ");
    };
    check(0x1b, 0, 0x80000000, "add_word_immediate", "sum.sign", 0x80000000);
    check(0x1b, 0, 0x7fffffff, "add_word_immediate", "sum.sign", 0xffffffff7fffffff);
    check(0x03, 0, 0x80, "load", "sign", 0x80);
    check(0x03, 0, 0x7f, "load", "sign", 0xffffffffffffff7f);
    check(0x03, 1, 0x8000, "load", "sign", 0x8000);
    check(0x03, 2, 0x7fffffff, "load", "sign", 0xffffffff7fffffff);
}

TEST_CASE("a selector of 2, and two kinds at once, are refused") {
    Forger forger = small_run();
    const auto shard = forger.shard(1);
    shard.set("branch_equal", 0, "is_beq", 1);
    CHECK_THAT(forger.faults(), Contains("is_real is a bit"));
}

}  // namespace
}  // namespace sluice::test
