// All that fills rows can be computed by the compiler: so nvcc, which takes constexpr functions for the device, has all
// of it there. A function that is not constexpr would be left out without a word. SPDX-License-Identifier: MIT OR
// Apache-2.0
#include "filled_chips.h"
#include "support/catch.h"

namespace sluice::chips {
namespace {

template <class Main>
struct RowsMade {
    constexpr void append(const Main&) { ++rows; }
    int rows = 0;
};

/// A row of an instruction, by way of its record.
template <class ChipType>
constexpr bool fills(const FillSteps<ChipType>*) {
    ExecutedStep step;
    step.line.op = ChipType::kOps[0];
    step.line.immediate = {8, 0, 0};
    step.first = step.first_access.before = 0x0123'4567'89ab'cdef - 7;
    step.second = step.second_access.before = 3;
    step.result = 77;
    std::array<std::uint32_t, record_words<ChipType>()> record{};
    write_record<ChipType>(step, record.data());
    const ExecutedStep read = read_record<ChipType>(record.data(), &step.line);
    typename ChipType::template Main<KoalaBear> row{};
    ChipType::fill(read, row);
    return read.first == step.first || !kRecordShape<ChipType>.first;
}
/// Rows of a call on operands of the words 1, 2, ...
template <class ChipType>
constexpr bool fills(const FillCalls<ChipType>*) {
    constexpr std::size_t kWords = 40;
    std::array<AccessRecord, kMaxArguments * kWords> accesses{};
    std::array<std::uint64_t, kMaxArguments * kWords> after{};
    CallRecord record;
    record.number = ChipType::kNumbers[0];
    // Copies that lie alike, and others, have rows in different chips.
    record.arguments = {SLUICE_HEAP_BEGIN + 3, SLUICE_HEAP_BEGIN + (ChipType::kId <= MemcpyEdge::kId ? 1027 : 1030), 60,
                        0};
    for (std::uint32_t i = 0; i < kMaxArguments; ++i) {
        record.first[i] = kWords * i;
        record.words[i] = record.number == SLUICE_ECALL_KECCAK_ABSORB && i == 0 ? 17 : kWords;
        for (std::size_t j = 0; j < kWords; ++j) {
            accesses[kWords * i + j].before = 100 * i + j + 1;
            after[kWords * i + j] = 7 * j + 2;
        }
    }
    const ProgramLine line;
    const ExecutedCall call = read_call(record, accesses.data(), after.data());
    const ExecutedStep step = read_call_step(record, call, &line);
    if constexpr (requires { &ChipType::fill; }) {
        typename ChipType::template Main<KoalaBear> row{};
        ChipType::fill(step, row);
        return true;
    } else {
        RowsMade<typename ChipType::template Main<KoalaBear>> rows;
        ChipType::fill_rows(step, rows);
        return rows.rows > 0;
    }
}

#define SLUICE_FILLED_CONSTANT(...) static_assert(fills(static_cast<const __VA_ARGS__*>(nullptr)));
SLUICE_FILLED(SLUICE_FILLED_CONSTANT)

// The sizes that the README states.
static_assert(4 * record_words<Constant>() == 20 && 4 * record_words<BranchLess>() == 32);
static_assert(4 * record_words<JumpRegister>() == 32 && 4 * record_words<AddImmediate>() == 40);
static_assert(4 * record_words<Add>() == 52 && 4 * record_words<LoadDouble>() == 44);
static_assert(4 * record_words<StoreDouble>() == 44 && 4 * record_words<Load>() == 64);
static_assert(4 * record_words<Store>() == 56 && 4 * record_words<Memcpy>() == 8);
static_assert(sizeof(AccessRecord) + sizeof(std::uint64_t) == 24);

TEST_CASE("rows are filled by constant expressions") {
    SUCCEED("the assertions of this file hold since it compiles");
}

}  // namespace
}  // namespace sluice::chips
