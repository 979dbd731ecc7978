// Rows that claim what an instruction did not do, whole and in themselves as right as they can be made: what is left
// that refuses each. SPDX-License-Identifier: MIT OR Apache-2.0
#include "forged_row.h"
#include "sluice/base/uint256.h"

namespace sluice::test {
namespace {

using Catch::Contains;

// Times are compared with 28 bits: none may reach beyond, nor two differ by as much as p - 2^28.
static_assert(std::uint64_t{chips::kTimeStep} * (chips::kMaxTotalRows + 1) + 3 < std::uint64_t{1} << chips::kTimeBits);
static_assert((std::uint64_t{2} << chips::kTimeBits) < KoalaBear::kModulus);
// Keys are compared with 29 bits.
static_assert((std::uint64_t{2} << chips::kKeyBits) < KoalaBear::kModulus);

/// A run of one instruction on t0 and t1, which are a and b.
ForgedRow row_of(const std::string& chip, unsigned f3, unsigned f7, std::uint64_t a, std::uint64_t b) {
    Assembler text;
    text.li(t0, a);
    text.li(t1, b);
    text.word(encode::r_type(0x33, f3, f7, t2, t0, t1));
    halt(text);
    return {text, chip};
}

constexpr std::uint64_t kMinusOne = ~std::uint64_t{0};

TEST_CASE("a selector of records is a bit by its chip's own constraint") {
    Assembler text;
    halt(text);
    const MachineRun run = MachineRun::make(make_program(text), empty_input());
    std::size_t records = 0;
    for (const auto* description : {&run.machine.shards(), &run.machine.boundary()}) {
        for (const machine::ChipDescription& chip : description->chips()) {
            const auto is_one_less = [&](std::uint32_t node, std::uint32_t than) {
                const machine::Node& n = chip.nodes[node];
                return n.kind == machine::NodeKind::sub && n.a == than &&
                       chip.nodes[n.b].kind == machine::NodeKind::constant && chip.nodes[n.b].a == 1;
            };
            for (const machine::Interaction& interaction : chip.interactions) {
                if (interaction.type != machine::InteractionType::write &&
                    interaction.type != machine::InteractionType::read) {
                    continue;
                }
                // In these two the key and the verifier see to it.
                if (chip.name == "ends" || chip.name == "boundary_ends") continue;
                const std::uint32_t selector = interaction.multiplicity;
                INFO(chip.name << ", records of kind " << interaction.kind);
                CHECK(std::any_of(chip.constraints.begin(), chip.constraints.end(), [&](std::uint32_t constraint) {
                    const machine::Node& n = chip.nodes[constraint];
                    return n.kind == machine::NodeKind::mul && ((n.a == selector && is_one_less(n.b, selector)) ||
                                                                (n.b == selector && is_one_less(n.a, selector)));
                }));
                ++records;
            }
        }
    }
    CHECK(records > 28 * 4);
}

TEST_CASE("a second word of a window is looked at if and only if bytes reach into it") {
    const auto row = [](bool store) {
        Assembler text;
        text.li(s1, SLUICE_HEAP_BEGIN);
        if (store) {
            text.sd(t0, s1, 5);
        } else {
            text.ld(t0, s1, 5);
        }
        halt(text);
        return ForgedRow(text, store ? "store" : "load");
    };
    // Bytes from `base` + 5 on.
    const auto move_to = [](ForgedRow& forged, std::uint64_t base, bool next_page) {
        forged.set_word("step.first.before", base);
        forged.set("window.address.low", (base + 5) & 0xffff);
        forged.set("window.address.page", (base + 5) >> 16);
        forged.set("window.next_page", next_page);
    };
    for (const bool store : {false, true}) {
        ForgedRow forged = row(store);
        CHECK(forged.broken() == "");
        forged.set("window.crosses", 0);
        CHECK(forged.broken() == "crosses if the bytes reach beyond the word");
    }
    SECTION("on the next page") {
        ForgedRow load = row(false);
        move_to(load, SLUICE_HEAP_END - 8, true);
        CHECK(load.broken() == "");
        move_to(load, SLUICE_HEAP_END - 8, false);
        CHECK(load.broken() == "lookup of kind 2");
        move_to(load, SLUICE_INPUT_END - 8, true);
        CHECK(load.broken() == "lookup of kind 5");
        move_to(load, SLUICE_INPUT_END - 8, false);
        CHECK(load.broken() == "lookup of kind 2");
        // Nor on a page that is not the next.
        move_to(load, SLUICE_HEAP_BEGIN, true);
        CHECK(load.broken() == "lookup of kind 2");
        // The input cannot be written, not even its first bytes from the heap's end.
        ForgedRow store = row(true);
        move_to(store, SLUICE_HEAP_END - 8, true);
        CHECK(store.broken() == "lookup of kind 6");
        move_to(store, SLUICE_HEAP_END - 8, false);
        CHECK(store.broken() == "lookup of kind 2");
    }
    SECTION("at another offset") {
        for (unsigned offset = 0; offset < 8; ++offset) {
            ForgedRow forged = row(true);
            forged.set("window.at[5]", 0);
            forged.set("window.at[" + std::to_string(offset) + "]", 1);
            forged.set("window.crosses", offset != 0);
            INFO(offset);
            CHECK((forged.broken() == "") == (offset == 5));
        }
        ForgedRow none = row(true);
        none.set("window.at[5]", 0);
        CHECK(none.broken() == "there is one offset");
    }
}

TEST_CASE("an upper product with other signs is refused") {
    const auto claim = [](unsigned f3, std::uint64_t x, std::uint64_t y, bool x_sign, bool y_sign) {
        ForgedRow forged = row_of("multiply_high", f3, 1, x, y);
        REQUIRE(forged.broken() == "");
        const std::uint64_t upper =
            static_cast<std::uint64_t>((static_cast<Uint128>(x) * y) >> 64) - (x_sign ? y : 0) - (y_sign ? x : 0);
        forged.set("x_sign", x_sign);
        forged.set("y_sign", y_sign);
        for (unsigned i = 0; i < 4; ++i)
            forged.set("product[" + std::to_string(4 + i) + "]", upper >> (16 * i) & 0xffff);
        return forged.broken();
    };
    constexpr unsigned kMulh = 1, kMulhsu = 2, kMulhu = 3;
    const std::uint64_t y = 0x8000000000000003;
    CHECK(claim(kMulh, kMinusOne, y, true, true) == "");
    CHECK(claim(kMulh, kMinusOne, y, false, true) == "lookup of kind 2");
    CHECK(claim(kMulh, kMinusOne, y, true, false) == "lookup of kind 2");
    CHECK(claim(kMulh, 5, y, true, true) == "lookup of kind 2");
    CHECK(claim(kMulhsu, kMinusOne, y, true, false) == "");
    CHECK(claim(kMulhsu, kMinusOne, y, false, false) == "lookup of kind 2");
    CHECK(claim(kMulhsu, kMinusOne, y, true, true) == "an unsigned y has no sign");
    CHECK(claim(kMulhu, kMinusOne, y, false, false) == "");
    CHECK(claim(kMulhu, kMinusOne, y, true, false) == "an unsigned x has no sign");
    CHECK(claim(kMulhu, kMinusOne, y, false, true) == "an unsigned y has no sign");
}

TEST_CASE("a comparison with other signs is refused") {
    constexpr unsigned kSlt = 2, kSltu = 3;
    const auto claim = [](unsigned f3, std::uint64_t x, std::uint64_t y, bool x_sign, bool y_sign) {
        ForgedRow forged = row_of("less", f3, 0, x, y);
        REQUIRE(forged.broken() == "");
        forged.set("comparison.sign_x", x_sign);
        forged.set("comparison.sign_y", y_sign);
        return forged.broken();
    };
    CHECK(claim(kSlt, kMinusOne, 1, true, false) == "");
    CHECK(claim(kSlt, kMinusOne, 1, false, false) == "lookup of kind 2");
    CHECK(claim(kSlt, 1, kMinusOne, false, false) == "lookup of kind 2");
    CHECK(claim(kSltu, 1, kMinusOne, false, true) == "an unsigned y has no sign");
    CHECK(claim(kSltu, kMinusOne, 1, true, false) == "an unsigned x has no sign");
}

TEST_CASE("another shift is refused") {
    constexpr unsigned kLeft = 1, kRight = 5;
    /// By `amount` to the right, whatever the instruction says.
    const auto claim = [](ForgedRow& forged, std::uint64_t number, unsigned amount, bool sign) {
        const unsigned bits = 16 - amount % 16;
        forged.set("amount", amount);
        forged.set("shift.power", 1u << bits);
        forged.set("shift.co_power", 1u << (16 - bits));
        forged.set("shift.bits", bits);
        for (unsigned i = 0; i < 8; ++i) forged.set("shift.at[" + std::to_string(i) + "]", i == 4 + amount / 16);
        for (unsigned i = 0; i < 4; ++i) {
            forged.set("shift.high[" + std::to_string(i) + "]", (number >> (16 * i) & 0xffff) >> (16 - bits));
        }
        forged.set("shift.sign", sign);
        forged.set_word("shift.result",
                        number >> amount | (sign && amount != 0 ? kMinusOne << (64 - amount) : std::uint64_t{0}));
    };
    const std::uint64_t number = 0x8123456789abcdef;
    for (const unsigned amount : {1u, 15u, 16u, 37u, 63u}) {
        for (const bool arithmetic : {false, true}) {
            ForgedRow forged = row_of("shift", kRight, arithmetic ? 0x20 : 0, number, 64 + amount);
            claim(forged, number, amount, arithmetic);
            CHECK(forged.broken() == "");
            claim(forged, number, amount - 1, arithmetic);
            CHECK(forged.broken() == "lookup of kind 2");
            // No sign where there is one, or one where there is none.
            claim(forged, number, amount, !arithmetic);
            CHECK(forged.broken() == (arithmetic ? "lookup of kind 2" : "only an arithmetic shift has a sign"));
            // The other kind of shift is another instruction.
            claim(forged, number, amount, !arithmetic);
            forged.set("shift.is_arithmetic", !arithmetic);
            CHECK(forged.broken() == "lookup of kind 1");
        }
        ForgedRow left = row_of("shift", kLeft, 0, number, amount);
        claim(left, number, amount, false);
        CHECK(left.broken() == "lookup of kind 1");
    }
    // An amount above the table's.
    ForgedRow whole = row_of("shift", kRight, 0, number, 64);
    whole.set("amount", 64);
    CHECK(whole.broken() == "lookup of kind 7");
}

TEST_CASE("another place to jump to is refused") {
    constexpr unsigned kPlace = 96;
    Assembler text;
    text.li(t0, kTextBegin + kPlace);
    text.word(encode::i_type(0x67, 0, t1, t0, 1));
    while (text.bytes().size() < kPlace) text.addi(zero, zero, 0);
    halt(text);
    ForgedRow honest(text, "jump_register");
    REQUIRE(honest.broken() == "");
    REQUIRE(honest.get("low") == kPlace);
    const auto claim = [&](std::uint64_t low, std::uint64_t high, std::uint64_t dropped) {
        ForgedRow forged(text, "jump_register");
        forged.set("low", low);
        forged.set("high", high);
        forged.set("dropped", dropped);
        return forged.broken();
    };
    CHECK(claim(kPlace - 4, 1, 5) == "the dropped bit is a bit");
    CHECK(claim(kPlace + 1, 1, 0) == "lookup of kind 2");
    // A carry that the upper half does not take.
    CHECK(claim(kPlace + KoalaBear::kModulus - 0x10000, 2, 1) == "lookup of kind 2");
    CHECK(claim(kPlace + 0x10000, 0, 1) == "carry 0 is a bit");
    CHECK(claim(kPlace, 1 + 0x10000, 1) == "carry 1 is a bit");
    CHECK(claim(kPlace + 4, 1, 1) == "carry 0 is a bit");
    // A target that is the text's only modulo 2^32, or 2 more than a multiple of 4.
    ForgedRow far(text, "jump_register");
    far.set("step.first.before[2]", 1);
    CHECK(far.broken() == "carry 2 is a bit");
    ForgedRow half(text, "jump_register");
    half.set("step.first.before[0]", kPlace + 2);
    half.set("low", kPlace + 2);
    CHECK(half.broken() == "lookup of kind 2");
    // Another place to come back to.
    ForgedRow link(text, "jump_register");
    link.set("link_low", link.get("link_low") + 4);
    CHECK(link.broken() == "lookup of kind 2");
}

TEST_CASE("an ECALL that is another, or HALT with what it must not have, is refused") {
    Assembler text;
    halt(text);
    SECTION("a code of more than 32 bits") {
        ForgedRow forged(text, "halt");
        forged.set("code.before[2]", 1);
        CHECK(forged.broken() == "the exit code has 32 bits");
        forged.set("code.before[2]", 0);
        forged.set("code.before[3]", 0xffff);
        CHECK(forged.broken() == "the exit code has 32 bits (top)");
        forged.set_word("code.before", kMinusOne << 32);
        forged.set("negative", 1);
        CHECK(forged.broken() == "lookup of kind 2");
    }
    SECTION("a digest where nothing can be read") {
        const auto at = [&](std::uint64_t address, bool next_page) {
            ForgedRow forged(text, "halt");
            forged.set("digest.pointer.address.low", address & 0xffff);
            forged.set("digest.pointer.address.page", address >> 16);
            forged.set("digest.pointer.next_page", next_page);
            return forged.broken();
        };
        CHECK(at(SLUICE_HEAP_END - 16, true) == "");
        CHECK(at(SLUICE_HEAP_END - 16, false) == "lookup of kind 2");
        CHECK(at(SLUICE_HEAP_BEGIN, true) == "lookup of kind 2");
        CHECK(at(SLUICE_HEAP_BEGIN + 4, false) == "lookup of kind 2");
        CHECK(at(SLUICE_INPUT_END - 32, false) == "");
        CHECK(at(SLUICE_INPUT_END - 24, true) == "lookup of kind 5");
        CHECK(at(SLUICE_INPUT_END - 24, false) == "lookup of kind 2");
        CHECK(at(8 * a0, false) == "lookup of kind 5");
        CHECK(at(SLUICE_HEAP_BEGIN + (std::uint64_t{1} << 32), false) == "lookup of kind 5");
    }
    SECTION("one that does nothing in place of another") {
        Assembler shown;
        debug_write(shown, SLUICE_HEAP_BEGIN, 0);
        halt(shown);
        // Not by two numbers that add up to it, nor by none.
        ForgedRow forged(shown, "no_effect");
        REQUIRE(forged.broken() == "");
        forged.set("is[1]", 1);
        CHECK(forged.broken() == "is_real is a bit");
        forged.set("is[0]", 0);
        forged.set("is[1]", 0);
        forged.set("is[2]", KoalaBear::from_canonical(3).inverse().canonical());
        CHECK(forged.broken() == "each kind is a bit");
    }
}

TEST_CASE("a second word for one key in a shard is refused by the links alone") {
    Assembler text;
    text.li(s1, SLUICE_HEAP_BEGIN);
    text.sd(s1, s1, 0);
    halt(text);
    for (const std::uint64_t shard_in : {0, 1}) {
        Forger forger(MachineRun::make(make_program(text), empty_input(), {3}));
        const auto shard = forger.shard(2);
        const std::uint32_t row = shard.find("shard_ram", "key", a0);
        const std::uint32_t copy = shard.repeat("shard_ram", row);
        shard.set_word("shard_ram", copy, "in", 0x1234);
        shard.set_word("shard_ram", copy, "out", 0x1234);
        shard.set("shard_ram", copy, "final_time", 0);
        shard.set("shard_ram", copy, "shard_in", shard_in);
        const std::string faults = forger.faults();
        CAPTURE(faults);
        CHECK_THAT(faults, Contains("link of kind 1 "));
        CHECK(faults.find("lookup of kind") == std::string::npos);
        CHECK(faults.find("record of kind") == std::string::npos);
    }
}

}  // namespace
}  // namespace sluice::test
