// How often each row of the lookup tables is looked up: `eval` itself tells. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "gadgets/strands.h"
#include "gadgets/word.h"
#include "program_image.h"
#include "sluice/machine/builder.h"
#include "sluice/machine/description.h"
#include "sluice/machine/trace.h"
#include "tables/keccak_tables.h"
#include "tables/lookup_tables.h"

namespace sluice::chips {

/// Counts of one table proof.
class LookupCounts {
 public:
    explicit LookupCounts(const ProgramImage& image);

    /// Inlined where `bus` is a constant, so that nothing is left of the choice, nor of the elements that no table is
    /// indexed by: those are functions of the others, which the verifier's lookup argument sees to.
    [[gnu::always_inline]] void count(std::uint32_t bus, std::span<const KoalaBear> tuple);
    /// Internal names the first lookup that no table has.
    [[nodiscard]] const absl::Status& status() const noexcept { return status_; }

    [[nodiscard]] machine::ChipTrace range_table() const;
    [[nodiscard]] machine::ChipTrace byte_table() const;
    [[nodiscard]] machine::ChipTrace shift_table() const;
    [[nodiscard]] machine::ChipTrace keccak_limb_table() const;
    [[nodiscard]] machine::ChipTrace keccak_turn_table() const;
    [[nodiscard]] machine::ChipTrace keccak_sum_table() const;
    [[nodiscard]] machine::ChipTrace program_table() const;
    [[nodiscard]] machine::ChipTrace page_table() const;
    [[nodiscard]] machine::ChipTrace page_class_table() const;
    [[nodiscard]] machine::ChipTrace image_table() const;

 private:
    [[gnu::cold, gnu::noinline]] void refuse(std::uint32_t bus, std::uint32_t value);

    const ProgramImage& image_;
    absl::Status status_;
    std::vector<std::uint32_t> range_, byte_pairs_, byte_ands_, shifts_, program_, page_reads_, page_writes_,
        page_classes_, image_words_;
    std::vector<std::uint32_t> keccak_limbs_, keccak_parities_, keccak_chis_;
    std::array<std::vector<std::uint32_t>, kDigits> keccak_turns_;
};

inline void LookupCounts::count(std::uint32_t bus, std::span<const KoalaBear> tuple) {
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
    if (!found) refuse(bus, value(0));
}

/// A builder that counts the lookups of a row. Constraints and other interactions are not even computed where the
/// compiler sees that nothing uses them.
class LookupCounter : public machine::BuilderBase<LookupCounter, KoalaBear> {
 public:
    LookupCounter(LookupCounts& counts, std::span<const KoalaBear> public_values)
        : counts_(counts), public_values_(public_values) {}

    [[nodiscard]] KoalaBear constant(std::uint32_t canonical) const noexcept {
        return KoalaBear::from_canonical(canonical);
    }
    [[nodiscard]] KoalaBear public_value(std::uint32_t index) const noexcept { return public_values_[index]; }
    void add_constraint(std::string_view, KoalaBear) {}
    void add_interaction(machine::InteractionType type, std::uint32_t bus, KoalaBear multiplicity,
                         std::span<const KoalaBear> tuple) {
        // A row's own multiplicities are flags.
        if (type == machine::InteractionType::lookup && !multiplicity.is_zero()) counts_.count(bus, tuple);
    }

 private:
    LookupCounts& counts_;
    std::span<const KoalaBear> public_values_;
};

/// Counts the lookups of all rows of a chip, and lays them out.
template <class ChipType>
[[nodiscard]] machine::ChipTrace finish_rows(const machine::TraceWriter<ChipType>& rows, LookupCounts& counts,
                                             std::span<const KoalaBear> public_values) {
    LookupCounter counter(counts, public_values);
    for (std::uint32_t i = 0; i < rows.height(); ++i) {
        ChipType::eval(counter, machine::Row<ChipType, KoalaBear>{{}, rows.linked(i), rows.main(i)});
    }
    return rows.finish();
}

/// A table of the shards' machine that rows look values up in.
struct LookupTable {
    std::uint64_t feature;  ///< bit of the feature word that a machine with the table has, or 0
    absl::StatusOr<machine::ChipDescription> (*describe)(const ProgramImage& image);
    machine::ChipTrace (LookupCounts::*fill)() const;
};
/// Those of a machine with this feature word, in its order.
[[nodiscard]] std::vector<LookupTable> lookup_tables(std::uint64_t features);

}  // namespace sluice::chips
