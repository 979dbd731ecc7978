// How often each row of the lookup tables is looked up: `eval` itself tells. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "absl/status/status.h"

#include "gadgets/strands.h"
#include "gadgets/word.h"
#include "sluice/machine/builder.h"
#include "sluice/machine/trace.h"

namespace sluice::chips {

class ProgramImage;

/// Counts of one table proof.
class LookupCounts {
 public:
    explicit LookupCounts(const ProgramImage& image);

    void count(std::uint32_t bus, std::span<const KoalaBear> tuple);
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
    const ProgramImage& image_;
    absl::Status status_;
    std::vector<std::uint32_t> range_, byte_pairs_, byte_ands_, shifts_, program_, page_reads_, page_writes_,
        page_classes_, image_words_;
    std::vector<std::uint32_t> keccak_limbs_, keccak_parities_, keccak_chis_;
    std::array<std::vector<std::uint32_t>, kDigits> keccak_turns_;
};

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

}  // namespace sluice::chips
