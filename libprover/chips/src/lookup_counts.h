// How often each row of the lookup tables is looked up: `eval` itself tells. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <array>
#include <cstdint>
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
#include "tables/lookup_place.h"
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

    /// Of the shards' range table.
    [[nodiscard]] const std::vector<std::uint32_t>& ranges() const { return counts(CountColumn::range); }

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
    [[nodiscard]] const std::vector<std::uint32_t>& counts(CountColumn column) const {
        return counts_[static_cast<std::size_t>(column)];
    }

    const ProgramImage& image_;
    ImageView view_;
    absl::Status status_;
    std::array<std::vector<std::uint32_t>, kCountColumns> counts_;  ///< of the shards' tables
    std::vector<std::uint32_t> page_classes_, image_words_;         ///< of the boundary's
};

inline void LookupCounts::count(std::uint32_t bus, std::span<const KoalaBear> tuple) {
    std::array<std::uint32_t, kPlacingElements> value{};
    const std::uint32_t placing = placing_elements(bus);
    for (std::uint32_t i = 0; i < placing; ++i) value[i] = tuple[i].canonical();
    if (bus == kPageClassBus || bus == kImageBus) {
        const std::uint32_t row = bus == kImageBus ? image_.image_row(value[0]) : image_.page_at(value[0]);
        if (row == kNoRow) return refuse(bus, value[0]);
        ++(bus == kImageBus ? image_words_ : page_classes_)[row];
        return;
    }
    const CountPlace place = place_of_lookup(bus, value, view_);
    if (place.none()) return refuse(bus, value[0]);
    ++counts_[static_cast<std::size_t>(place.column)][place.row];
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
