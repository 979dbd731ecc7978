// MEMCPY against a copy byte by byte, and forged copies. SPDX-License-Identifier: MIT OR Apache-2.0
#include <algorithm>

#include "check_program.h"
#include "copy_calls.h"
#include "forged_row.h"

namespace sluice::test {
namespace {

using Catch::Contains;

constexpr std::uint64_t kHeap = SLUICE_HEAP_BEGIN;
/// A page of random bytes in the heap, for destinations whose other bytes can be seen to stay.
const CopyCall kPrefill{kHeap, kCopyBytes, SLUICE_PAGE_SIZE};

void check_copies(const std::vector<CopyCall>& calls, std::vector<std::uint64_t> cuts = {}) {
    check_program(program_of(calls), std::move(cuts));
}

TEST_CASE("copies of 0 to 40 bytes between all alignments") {
    for (std::uint64_t to = 0; to < 8; ++to) {
        std::vector<CopyCall> calls = {kPrefill};
        std::uint64_t place = kHeap + 8;
        for (std::uint64_t from = 0; from < 8; ++from) {
            for (std::uint64_t length = 0; length <= 40; ++length) {
                calls.push_back({place + to, kCopyBytes + 8 * (length % 3) + from, length});
                place += 64;
            }
        }
        REQUIRE(place < kHeap + SLUICE_PAGE_SIZE);
        check_copies(calls, {50, 1001});
    }
}

TEST_CASE("ranges that overlap, either way, and equal ones") {
    SLUICE_RANDOM(rng);
    std::vector<CopyCall> calls = {kPrefill};
    std::uint64_t place = kHeap + 64;
    for (int distance = -17; distance <= 17; ++distance) {
        for (const std::uint64_t length : {1, 5, 8, 13, 16, 24, 31, 40}) {
            const std::uint64_t to = place + rng() % 8;
            calls.push_back({to, to + static_cast<std::uint64_t>(std::int64_t{distance}), length});
            place += 104;
        }
    }
    REQUIRE(place < kHeap + SLUICE_PAGE_SIZE);
    check_copies(calls);
}

TEST_CASE("copies at the ends of pages and of the memory map") {
    std::vector<CopyCall> calls = {kPrefill, {kHeap + SLUICE_PAGE_SIZE, kCopyBytes, SLUICE_PAGE_SIZE}};
    for (const std::uint64_t back : {1, 5, 8, 11, 16}) {
        for (const std::uint64_t length : {std::uint64_t{1}, back - 1, back, back + 1, back + 8, std::uint64_t{40}}) {
            calls.push_back({kHeap + SLUICE_PAGE_SIZE - back, kCopyBytes + 3, length});
            calls.push_back({kHeap + 0x20000 + 4 * length, kHeap + SLUICE_PAGE_SIZE - back, length});
            calls.push_back({kHeap + 0x30000 - back, kHeap + 0x20000 - back, length});
        }
        calls.push_back({SLUICE_HEAP_END - back, kCopyBytes + 2, back});
        calls.push_back({SLUICE_STACK_BEGIN, SLUICE_HEAP_END - back, back});
        calls.push_back({SLUICE_STACK_END - back, SLUICE_STACK_BEGIN, back});
        calls.push_back({kDataBegin + 0x10000 - back, kTextBegin, back});
    }
    check_copies(calls);
}

TEST_CASE("the longest copies") {
    check_copies({{kHeap + 0x20000, kCopyBytes, 0x10000}, {kHeap + 0x20003, kHeap + 0x20000, 0x10000}}, {12});
    check_copies({{kHeap + 0x2fff9, kCopyBytes + 6, 0xffff}, {kHeap + 0x30000, kHeap + 0x2fff9, 0x10000}});
}

TEST_CASE("a copy of nothing looks at no address") {
    check_copies({{~std::uint64_t{0}, 0x123456789abcdef0, 0}, {kTextBegin + 1, 3, 0}, {0, 0, 0}});
}

TEST_CASE("a copy that traps has no tables") {
    const auto message = [](const CopyCall& call) {
        const auto [program, input] = program_of({call});
        const auto machine = chips::Rv64Machine::make(program);
        REQUIRE(machine.ok());
        return chips::Rv64Run::make(*machine, program, input).status().ToString();
    };
    CHECK_THAT(message({kHeap, kCopyBytes, 0x10001}), Contains("ecall_bad_argument"));
    CHECK_THAT(message({kCopyBytes, kHeap, 1}), Contains("store_fault"));
    CHECK_THAT(message({SLUICE_HEAP_END - 8, kHeap, 9}), Contains("store_fault"));
    CHECK_THAT(message({kHeap, SLUICE_INPUT_END - 8, 9}), Contains("load_fault"));
}

/// Rows of one copy, and what is said of them once one is changed. Row numbers are places in the chip's table.
Forger copy_of(const CopyCall& call) {
    return Forger(MachineRun::make(program_of({call}).program, program_of({call}).input));
}

/// 29 bytes from 3 on to 5 on in their words: t = 6, no lead; an edge, 3 words (bytes 3 to 26), an edge of 2.
const CopyCall kBehind{kHeap + 5, kCopyBytes + 3, 29};
/// 29 bytes from 6 on to 4 on: t = 2, a lead; an edge, 3 words, an edge of 1 that reads no word.
const CopyCall kAhead{kHeap + 4, kCopyBytes + 6, 29};
/// 29 bytes from 3 on to 3 on: an edge, 3 words.
const CopyCall kAlike{kHeap + 3, kCopyBytes + 3, 29};

TEST_CASE("the copies that are forged are good") {
    Forger behind = copy_of(kBehind), ahead = copy_of(kAhead), alike = copy_of(kAlike);
    CHECK(behind.faults() == "");
    CHECK(ahead.faults() == "");
    CHECK(alike.faults() == "");
    CHECK(behind.shard(1).height("memcpy_lead") == 0);
    CHECK(behind.shard(1).height("memcpy_shifted_edge") == 2);
    CHECK(behind.shard(1).height("memcpy_shifted_word") == 3);
    CHECK(ahead.shard(1).height("memcpy_lead") == 1);
    CHECK(ahead.shard(1).height("memcpy_shifted_edge") == 2);
    CHECK(ahead.shard(1).get("memcpy_shifted_edge", 1, "reads") == 0);
    CHECK(alike.shard(1).height("memcpy_edge") == 1);
    CHECK(alike.shard(1).height("memcpy_word") == 3);
}

TEST_CASE("a byte too few or too many is refused") {
    for (const char* chip : {"memcpy_edge", "memcpy_shifted_edge"}) {
        INFO(chip);
        const CopyCall call{kHeap + 3, kCopyBytes + (chip == std::string("memcpy_edge") ? 3u : 4u), 10};
        const auto first = [&] { return ForgedRow(program_of({call}), chip, 0); };
        const auto last = [&] { return ForgedRow(program_of({call}), chip, 1); };
        {
            auto row = first();  // bytes 3 to 7
            row.set("mask.copied[7]", 0);
            CHECK(row.broken() == "what goes on copies to the end of the word");
        }
        {
            auto row = first();
            row.set("mask.copied[3]", 0);
            CHECK(row.broken() == "the run begins at the start");
        }
        {
            auto row = first();
            row.set("mask.copied[2]", 1);
            CHECK(row.broken() == "the run begins at the start");
        }
        {
            auto row = first();
            row.set("mask.copied[5]", 0);
            CHECK(row.broken() == "the bytes are one run");
        }
        {
            auto row = first();  // a run of no byte, and a multiple of one
            for (int k = 3; k < 8; ++k) row.set("mask.copied[" + std::to_string(k) + "]", 0);
            CHECK(row.broken() == "the bytes are one run");
            row.set("mask.copied[3]", 2);
            CHECK(row.broken() == "a byte is copied or not");
        }
        {
            auto row = last();  // bytes 0 to 4
            row.set("mask.copied[4]", 0);
            CHECK(row.broken() == "the last bytes are all that is left");
        }
        {
            auto row = last();
            row.set("mask.copied[5]", 1);
            CHECK(row.broken() == "the last bytes are all that is left");
        }
    }
}

TEST_CASE("a copy ends when nothing is left, neither before nor behind") {
    for (const auto& [call, chip] : {std::pair(kAlike, "memcpy_word"), std::pair(kAhead, "memcpy_shifted_word")}) {
        ForgedRow early(program_of({call}), chip, 0);
        early.set("is_last", 1);
        CHECK(early.broken() == "the last bytes are all that is left");
    }
    ForgedRow late(program_of({kAlike}), "memcpy_word", 2);
    CHECK(late.broken() == "");
    late.set("is_last", 0);
    CHECK(late.broken() == "lookup of kind 2");
    ForgedRow edge(program_of({kBehind}), "memcpy_shifted_edge", 1);
    edge.set("is_last", 0);
    CHECK(edge.broken() == "what goes on copies to the end of the word");
    for (int k = 0; k < 8; ++k) edge.set("mask.copied[" + std::to_string(k) + "]", 1);
    CHECK(edge.broken() == "lookup of kind 2");
}

TEST_CASE("a source word is read if and only if it has bytes of the copy") {
    ForgedRow unread(program_of({kAhead}), "memcpy_shifted_edge", 0);
    unread.set("reads", 0);
    unread.set_word("source.before", 0);
    CHECK(unread.broken() == "a limb of the whole word");
    for (const char* cells : {"source_low", "word", "word_low"}) unread.set_word(cells, 0);
    for (int i = 0; i < 4; ++i) {
        const std::string limb = "[" + std::to_string(i) + "]";
        unread.set("word" + limb, unread.get("carried" + limb));
        unread.set("word_low" + limb, unread.get("carried" + limb) & 0xff);
    }
    CHECK(unread.broken() == "lookup of kind 2");
    ForgedRow read(program_of({kAhead}), "memcpy_shifted_edge", 1);
    read.set("reads", 1);
    CHECK(read.broken() == "lookup of kind 2");
    ForgedRow invented(program_of({kAhead}), "memcpy_shifted_edge", 1);
    invented.set("source.before[0]", 1);
    CHECK(invented.broken() == "a word that is not read is 0");
}

TEST_CASE("another carried word, place or number of bytes is refused by the record of the row before") {
    for (const char* column :
         {"carried[0]", "carried[3]", "place.source", "place.destination", "place.left", "place.time"}) {
        INFO(column);
        Forger forger = copy_of(kAhead);
        const auto shard = forger.shard(1);
        shard.set("memcpy_shifted_word", 1, column, shard.get("memcpy_shifted_word", 1, column) + 1);
        CHECK_THAT(forger.faults(), Contains("record of kind 5 "));
    }
    Forger turned = copy_of(kAhead);
    turned.shard(1).set("memcpy_shifted_word", 1, "shift[1]", 0);
    turned.shard(1).set("memcpy_shifted_word", 1, "shift[2]", 1);
    CHECK_THAT(turned.faults(), Contains("record of kind 5 "));
    Forger started = copy_of(kAhead);
    started.shard(1).set("memcpy_lead", 0, "start", 3);
    CHECK_THAT(started.faults(), Contains("record of kind 5 "));
}

TEST_CASE("a word left out, or copied twice, is refused") {
    for (const auto& [call, chip] : {std::pair(kAlike, "memcpy_word"), std::pair(kAhead, "memcpy_shifted_word"),
                                     std::pair(kAhead, "memcpy_lead"), std::pair(kBehind, "memcpy_shifted_edge")}) {
        INFO(chip);
        Forger less = copy_of(call);
        less.shard(1).remove(chip, 0);
        CHECK_THAT(less.faults(), Contains("record of kind 5 "));
        Forger more = copy_of(call);
        more.shard(1).repeat(chip, 0);
        CHECK_THAT(more.faults(), Contains("record of kind 5 "));
    }
}

TEST_CASE("a lead that is left out is refused") {
    for (const CopyCall& copy : {kAhead, kBehind}) {
        ForgedRow call(program_of({copy}), "memcpy");
        call.set("inverse", 0);
        CHECK(call.broken() == "unequal offsets have an inverse difference");
    }
    // Nor is there one that is not read, or one where the words lie alike: the way is in the record.
    Forger alike = copy_of(kAlike);
    alike.shard(1).set("memcpy", 0, "inverse", 1);
    CHECK(alike.faults() == "");
    Forger ahead = copy_of(kAhead);
    ahead.shard(1).remove("memcpy_lead", 0);
    CHECK_THAT(ahead.faults(), Contains("record of kind 5 ") && Contains(", 29, 4, 10, 0, 0, 0, 0)"));
}

TEST_CASE("rows of another call do not do") {
    const CopyCall other{kAhead.to + 64, kAhead.from, kAhead.length};
    const ProgramCase test = program_of({kAhead, other});
    Forger forger(MachineRun::make(test.program, test.input));
    REQUIRE(forger.faults() == "");
    const auto shard = forger.shard(1);
    for (const char* chip : {"memcpy_lead", "memcpy_shifted_word", "memcpy_shifted_edge"}) {
        const std::uint32_t half = shard.height(chip) / 2;
        for (std::uint32_t row = 0; row < half; ++row) {
            const std::uint64_t first = shard.get(chip, row, "place.time");
            shard.set(chip, row, "place.time", shard.get(chip, row + half, "place.time"));
            shard.set(chip, row + half, "place.time", first);
        }
    }
    // All rows of both, at each other's times: their destinations are in the records too.
    CHECK_THAT(forger.faults(), Contains("record of kind 5 "));
}

TEST_CASE("a length beyond the largest, or none where there is one, is refused") {
    const auto row = [] { return ForgedRow(program_of({kAlike}), "memcpy"); };
    auto none = row();
    none.set("copies", 0);
    CHECK(none.broken() == "without a copy the length is 0");
    auto zero_copied = row();
    zero_copied.set("length[0]", 0);
    CHECK(zero_copied.broken() == "lookup of kind 2");
    auto longer = row();
    longer.set("length[1]", 1);
    CHECK(longer.broken() == "lookup of kind 2");
    longer.set("length[0]", 0);
    CHECK(longer.broken() == "lookup of kind 2");  // the last bytes lie on the next page
    longer.set("destination.next_page_or_3", 1);
    longer.set("source.next_page_or_3", 1);
    CHECK(longer.broken() == "");
    longer.set("length[1]", 2);
    CHECK(longer.broken() == "the length's upper limb is a bit");
}

TEST_CASE("a page that the map does not permit is refused") {
    const auto row = [](const CopyCall& call) { return ForgedRow(program_of({call}), "memcpy"); };
    auto written = row(kAlike);
    written.set("destination.address.page", kCopyBytes >> 16);
    CHECK(written.broken() == "lookup of kind 6");
    auto read = row(kAlike);
    read.set("source.address.page", 0);
    CHECK(read.broken() == "lookup of kind 5");
    // The last bytes of the heap, and one more.
    const CopyCall end{SLUICE_HEAP_END - 8, kCopyBytes, 8};
    for (const bool to : {true, false}) {
        auto beyond = to ? row(end) : row({kHeap, SLUICE_HEAP_END - 8, 8});
        const std::string pointer = to ? "destination" : "source";
        CHECK(beyond.broken() == "");
        beyond.set("length[0]", 9);
        CHECK(beyond.broken() == "lookup of kind 2");
        beyond.set(pointer + ".next_page_or_3", 1);
        // The input begins where the heap ends.
        CHECK(beyond.broken() == (to ? "lookup of kind 6" : ""));
        beyond.set(pointer + ".next_page_or_3", 2);
        CHECK(beyond.broken() == "next_page is a bit");
    }
    auto turned = row(kAlike);
    turned.set("destination.offset_or_2", 11);
    turned.set("source.offset_or_2", 11);
    CHECK(turned.broken() == "lookup of kind 2");
}

}  // namespace
}  // namespace sluice::test
