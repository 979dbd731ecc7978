// Counting lookups. SPDX-License-Identifier: MIT OR Apache-2.0
#include "lookup_counts.h"

#include "absl/strings/str_cat.h"

#include "sluice/abi/features.h"
#include "tables/program_tables.h"

namespace sluice::chips {

namespace {

template <class ChipType>
machine::ChipTrace one_count(const std::vector<std::uint32_t>& counts) {
    machine::TraceWriter<ChipType> rows;
    for (const std::uint32_t count : counts) rows.append({element(count)});
    return rows.finish();
}
template <class ChipType>
machine::ChipTrace two_counts(const std::vector<std::uint32_t>& first, const std::vector<std::uint32_t>& second) {
    machine::TraceWriter<ChipType> rows;
    for (std::size_t i = 0; i < first.size(); ++i) rows.append({element(first[i]), element(second[i])});
    return rows.finish();
}

CountColumn turned(std::size_t turn) {
    return static_cast<CountColumn>(static_cast<std::size_t>(CountColumn::keccak_turns) + turn);
}

/// Rows of the table that the column is of.
std::size_t count_height(CountColumn column, const ProgramImage& image) {
    switch (column) {
        case CountColumn::range:
            return RangeTable::kHeight;
        case CountColumn::byte_pairs:
        case CountColumn::byte_ands:
            return ByteTable::kHeight;
        case CountColumn::shifts:
            return ShiftTable::kHeight;
        case CountColumn::program:
            return image.lines().size();
        case CountColumn::page_reads:
        case CountColumn::page_writes:
            return image.pages().size();
        case CountColumn::keccak_limbs:
            return KeccakLimbTable::kHeight;
        case CountColumn::keccak_parities:
        case CountColumn::keccak_chis:
            return KeccakSumTable::kHeight;
        default:
            return KeccakTurnTable::kHeight;
    }
}

/// One that is the same for every program.
template <class ChipType>
absl::StatusOr<machine::ChipDescription> fixed_table(const ProgramImage&) {
    return machine::make_chip<ChipType>(ChipType::shape());
}

}  // namespace

LookupCounts::LookupCounts(const ProgramImage& image)
    : image_(image),
      view_(image.view()),
      page_classes_(image.pages().size()),
      image_words_(image.image_words().size()) {
    for (std::uint32_t i = 0; i < kCountColumns; ++i)
        counts_[i].resize(count_height(static_cast<CountColumn>(i), image));
}

void LookupCounts::refuse(std::uint32_t bus, std::uint32_t value) {
    if (!status_.ok()) return;
    status_ =
        absl::InternalError(absl::StrCat("no table has the lookup of kind ", bus, " whose first element is ", value));
}

machine::ChipTrace LookupCounts::range_table() const {
    return one_count<RangeTable>(counts(CountColumn::range));
}
machine::ChipTrace LookupCounts::byte_table() const {
    return two_counts<ByteTable>(counts(CountColumn::byte_pairs), counts(CountColumn::byte_ands));
}
machine::ChipTrace LookupCounts::shift_table() const {
    return one_count<ShiftTable>(counts(CountColumn::shifts));
}
machine::ChipTrace LookupCounts::keccak_limb_table() const {
    return one_count<KeccakLimbTable>(counts(CountColumn::keccak_limbs));
}
machine::ChipTrace LookupCounts::keccak_turn_table() const {
    machine::TraceWriter<KeccakTurnTable> rows;
    for (std::size_t i = 0; i < KeccakTurnTable::kHeight; ++i) {
        KeccakTurnTable::Main<KoalaBear> row;
        for (std::size_t turn = 0; turn < kDigits; ++turn) row.counts[turn] = element(counts(turned(turn))[i]);
        rows.append(row);
    }
    return rows.finish();
}
machine::ChipTrace LookupCounts::keccak_sum_table() const {
    machine::TraceWriter<KeccakSumTable> rows;
    for (std::size_t i = 0; i < KeccakSumTable::kHeight; ++i) {
        rows.append({{element(counts(CountColumn::keccak_parities)[i]), element(counts(CountColumn::keccak_chis)[i])}});
    }
    return rows.finish();
}
machine::ChipTrace LookupCounts::program_table() const {
    return one_count<ProgramTable>(counts(CountColumn::program));
}
machine::ChipTrace LookupCounts::page_table() const {
    return two_counts<PageTable>(counts(CountColumn::page_reads), counts(CountColumn::page_writes));
}
machine::ChipTrace LookupCounts::page_class_table() const {
    return one_count<PageClassTable>(page_classes_);
}
machine::ChipTrace LookupCounts::image_table() const {
    return one_count<ImageTable>(image_words_);
}

std::vector<LookupTable> lookup_tables(std::uint64_t features) {
    std::vector<LookupTable> tables = {
        {0, &fixed_table<RangeTable>, &LookupCounts::range_table},
        {0, &fixed_table<ByteTable>, &LookupCounts::byte_table},
        {0, &fixed_table<ShiftTable>, &LookupCounts::shift_table},
        {SLUICE_FEATURE_KECCAK, &fixed_table<KeccakLimbTable>, &LookupCounts::keccak_limb_table},
        {SLUICE_FEATURE_KECCAK, &fixed_table<KeccakTurnTable>, &LookupCounts::keccak_turn_table},
        {SLUICE_FEATURE_KECCAK, &fixed_table<KeccakSumTable>, &LookupCounts::keccak_sum_table},
        {0, [](const ProgramImage& image) { return machine::make_chip<ProgramTable>(image.program_shape()); },
         &LookupCounts::program_table},
        {0, [](const ProgramImage& image) { return machine::make_chip<PageTable>(image.page_shape()); },
         &LookupCounts::page_table},
    };
    std::erase_if(tables,
                  [&](const LookupTable& table) { return table.feature != 0 && (table.feature & features) == 0; });
    return tables;
}

}  // namespace sluice::chips
