// Counting lookups. SPDX-License-Identifier: MIT OR Apache-2.0
#include "lookup_counts.h"

#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

#include "program_image.h"
#include "tables/keccak_tables.h"
#include "tables/lookup_tables.h"
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

}  // namespace

LookupCounts::LookupCounts(const ProgramImage& image)
    : image_(image),
      range_(RangeTable::kHeight),
      byte_pairs_(ByteTable::kHeight),
      byte_ands_(ByteTable::kHeight),
      shifts_(ShiftTable::kHeight),
      program_(image.lines().size()),
      page_reads_(image.pages().size()),
      page_writes_(image.pages().size()),
      page_classes_(image.pages().size()),
      image_words_(image.image_words().size()),
      keccak_limbs_(KeccakLimbTable::kHeight),
      keccak_parities_(KeccakSumTable::kHeight),
      keccak_chis_(KeccakSumTable::kHeight) {
    for (auto& counts : keccak_turns_) counts.resize(KeccakTurnTable::kHeight);
}

void LookupCounts::count(std::uint32_t bus, std::span<const KoalaBear> tuple) {
    const auto value = [&](std::size_t i) { return tuple[i].canonical(); };
    const auto add = [](std::vector<std::uint32_t>& counts, std::optional<std::uint32_t> row) {
        if (!row.has_value() || *row >= counts.size()) return false;
        ++counts[*row];
        return true;
    };
    bool found = false;
    switch (bus) {
        case kRangeBus:
            found = value(1) <= 16 && value(0) < 1u << value(1) && add(range_, RangeTable::row_of(value(0), value(1)));
            break;
        case kBytePairBus:
            found = value(0) < 256 && value(1) < 256 && add(byte_pairs_, 256 * value(0) + value(1));
            break;
        case kByteAndBus:
            found = value(0) < 256 && value(1) < 256 && value(2) == (value(0) & value(1)) &&
                    add(byte_ands_, 256 * value(0) + value(1));
            break;
        case kShiftBus:
            found = value(0) < 4 && value(1) < 64 && add(shifts_, ShiftTable::row_of(value(0), value(1)));
            break;
        case kProgramBus:
            found = add(program_, image_.line_at(value(0)));
            break;
        case kReadPageBus: {
            const auto page = image_.page_at(value(0));
            found = page.has_value() && image_.pages()[*page].readable && add(page_reads_, page);
            break;
        }
        case kWritePageBus: {
            const auto page = image_.page_at(value(0));
            found = page.has_value() && image_.pages()[*page].writable && add(page_writes_, page);
            break;
        }
        case kPageClassBus:
            found = add(page_classes_, image_.page_at(value(0)));
            break;
        case kImageBus:
            found = add(image_words_, image_.image_row(value(0)));
            break;
        case kKeccakLimbBus:
            found = add(keccak_limbs_, value(0));
            break;
        case kKeccakTurnBus:
            found = value(0) < kDigits && add(keccak_turns_[value(0)], KeccakTurnTable::Sums::row_of(value(1)));
            break;
        case kKeccakParityBus:
            found = add(keccak_parities_, KeccakSumTable::Sums::row_of(value(0)));
            break;
        case kKeccakChiBus:
            found = add(keccak_chis_, KeccakSumTable::Sums::row_of(value(0)));
            break;
        default:
            break;
    }
    if (found || !status_.ok()) return;
    std::vector<std::uint32_t> values;
    for (std::size_t i = 0; i < tuple.size(); ++i) values.push_back(value(i));
    status_ = absl::InternalError(
        absl::StrCat("no table has the lookup of kind ", bus, " (", absl::StrJoin(values, ", "), ")"));
}

machine::ChipTrace LookupCounts::range_table() const {
    return one_count<RangeTable>(range_);
}
machine::ChipTrace LookupCounts::byte_table() const {
    return two_counts<ByteTable>(byte_pairs_, byte_ands_);
}
machine::ChipTrace LookupCounts::shift_table() const {
    return one_count<ShiftTable>(shifts_);
}
machine::ChipTrace LookupCounts::keccak_limb_table() const {
    return one_count<KeccakLimbTable>(keccak_limbs_);
}
machine::ChipTrace LookupCounts::keccak_turn_table() const {
    machine::TraceWriter<KeccakTurnTable> rows;
    for (std::size_t i = 0; i < KeccakTurnTable::kHeight; ++i) {
        KeccakTurnTable::Main<KoalaBear> row;
        for (std::size_t turn = 0; turn < kDigits; ++turn) row.counts[turn] = element(keccak_turns_[turn][i]);
        rows.append(row);
    }
    return rows.finish();
}
machine::ChipTrace LookupCounts::keccak_sum_table() const {
    machine::TraceWriter<KeccakSumTable> rows;
    for (std::size_t i = 0; i < KeccakSumTable::kHeight; ++i) {
        rows.append({{element(keccak_parities_[i]), element(keccak_chis_[i])}});
    }
    return rows.finish();
}
machine::ChipTrace LookupCounts::program_table() const {
    return one_count<ProgramTable>(program_);
}
machine::ChipTrace LookupCounts::page_table() const {
    return two_counts<PageTable>(page_reads_, page_writes_);
}
machine::ChipTrace LookupCounts::page_class_table() const {
    return one_count<PageClassTable>(page_classes_);
}
machine::ChipTrace LookupCounts::image_table() const {
    return one_count<ImageTable>(image_words_);
}

}  // namespace sluice::chips
