// Which count of the shards' tables a lookup raises. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <array>
#include <cstdint>

#include "gadgets/buses.h"
#include "sluice/abi/memory_map.h"
#include "tables/keccak_tables.h"
#include "tables/lookup_tables.h"
#include "tables/program_tables.h"

namespace sluice::chips {

/// A page that holds words.
struct ImagePage {
    std::uint32_t number = 0;  ///< address over 64 KiB
    bool readable = false;
    bool writable = false;
    PageClass page_class = PageClass::zero;
    std::uint32_t first_word = 0;       ///< class image: row of the image table
    std::uint32_t first_line = kNoRow;  ///< of text: its first place in ImageView::lines_of_text
};

/// What a program fixes, for host and device: found by page and pc.
struct ImageView {
    const std::uint32_t* index_of_page = nullptr;  ///< by number; kNoRow where there is none
    std::uint32_t page_numbers = 0;
    const ImagePage* pages = nullptr;
    const std::uint32_t* lines_of_text = nullptr;  ///< a row of the program table for each word, or kNoRow

    static constexpr std::uint32_t kPageBytes = SLUICE_PAGE_SIZE;

    [[nodiscard]] constexpr std::uint32_t page_at(std::uint32_t number) const noexcept {
        return number < page_numbers ? index_of_page[number] : kNoRow;
    }
    /// Row of the program table.
    [[nodiscard]] constexpr std::uint32_t line_at(std::uint32_t pc) const noexcept {
        const std::uint32_t page = page_at(pc / kPageBytes);
        if (page == kNoRow || pages[page].first_line == kNoRow || pc % 4 != 0) return kNoRow;
        return lines_of_text[pages[page].first_line + pc % kPageBytes / 4];
    }
};

/// The columns of counts in the shards' tables.
enum class CountColumn : std::uint32_t {
    range,
    byte_pairs,
    byte_ands,
    shifts,
    program,
    page_reads,
    page_writes,
    keccak_limbs,
    keccak_parities,
    keccak_chis,
    keccak_turns,  ///< the first of kDigits
    end = keccak_turns + kDigits
};
inline constexpr std::uint32_t kCountColumns = static_cast<std::uint32_t>(CountColumn::end);

/// The table that a column of counts belongs to, and which of its main columns it is.
struct CountTable {
    std::uint32_t chip;  ///< id
    std::uint32_t column;
};
[[nodiscard]] constexpr CountTable table_of(CountColumn column) noexcept {
    switch (column) {
        case CountColumn::range:
            return {RangeTable::kId, 0};
        case CountColumn::byte_pairs:
            return {ByteTable::kId, 0};
        case CountColumn::byte_ands:
            return {ByteTable::kId, 1};
        case CountColumn::shifts:
            return {ShiftTable::kId, 0};
        case CountColumn::program:
            return {ProgramTable::kId, 0};
        case CountColumn::page_reads:
            return {PageTable::kId, 0};
        case CountColumn::page_writes:
            return {PageTable::kId, 1};
        case CountColumn::keccak_limbs:
            return {KeccakLimbTable::kId, 0};
        case CountColumn::keccak_parities:
            return {KeccakSumTable::kId, 0};
        case CountColumn::keccak_chis:
            return {KeccakSumTable::kId, 1};
        default:
            return {KeccakTurnTable::kId,
                    static_cast<std::uint32_t>(column) - static_cast<std::uint32_t>(CountColumn::keccak_turns)};
    }
}

struct CountPlace {
    CountColumn column = CountColumn::end;
    std::uint32_t row = kNoRow;

    /// Of no table.
    [[nodiscard]] constexpr bool none() const noexcept { return row == kNoRow; }
};

/// Elements of a lookup that decide where it is; the others are functions of those, which the verifier's lookup
/// argument sees to.
inline constexpr std::uint32_t kPlacingElements = 3;
[[nodiscard]] constexpr std::uint32_t placing_elements(std::uint32_t bus) noexcept {
    switch (bus) {
        case kByteAndBus:
            return 3;
        case kRangeBus:
        case kBytePairBus:
        case kShiftBus:
        case kKeccakTurnBus:
            return 2;
        default:
            return 1;
    }
}

/// Where the lookup counts whose first elements are `value`, as canonical numbers.
[[nodiscard]] constexpr CountPlace place_of_lookup(std::uint32_t bus,
                                                   const std::array<std::uint32_t, kPlacingElements>& value,
                                                   const ImageView& image) noexcept {
    const auto at = [](CountColumn column, bool there, std::uint32_t row) -> CountPlace {
        return {column, there ? row : kNoRow};
    };
    const auto [x, y, z] = value;
    switch (bus) {
        case kRangeBus: {
            const bool there = y <= 16 && x < 1u << y;
            return at(CountColumn::range, there, there ? RangeTable::row_of(x, y) : 0);
        }
        case kBytePairBus:
            return at(CountColumn::byte_pairs, x < 256 && y < 256, 256 * x + y);
        case kByteAndBus:
            return at(CountColumn::byte_ands, x < 256 && y < 256 && z == (x & y), 256 * x + y);
        case kShiftBus:
            return at(CountColumn::shifts, x < 4 && y < (x < 2 ? 64u : 32u), ShiftTable::row_of(x, y));
        case kProgramBus:
            return {CountColumn::program, image.line_at(x)};
        case kReadPageBus: {
            const std::uint32_t page = image.page_at(x);
            return at(CountColumn::page_reads, page != kNoRow && image.pages[page].readable, page);
        }
        case kWritePageBus: {
            const std::uint32_t page = image.page_at(x);
            return at(CountColumn::page_writes, page != kNoRow && image.pages[page].writable, page);
        }
        case kKeccakLimbBus:
            return at(CountColumn::keccak_limbs, x < KeccakLimbTable::kHeight, x);
        case kKeccakTurnBus: {
            if (x >= kDigits) return {};
            const auto column = static_cast<CountColumn>(static_cast<std::uint32_t>(CountColumn::keccak_turns) + x);
            return {column, KeccakTurnTable::Sums::row_of(y)};
        }
        case kKeccakParityBus:
            return {CountColumn::keccak_parities, KeccakSumTable::Sums::row_of(x)};
        case kKeccakChiBus:
            return {CountColumn::keccak_chis, KeccakSumTable::Sums::row_of(x)};
        default:
            return {};
    }
}

}  // namespace sluice::chips
