// The zerocheck: constraints and the leaves' claims, all rows of all chips, brought to one point.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// libprover/DESIGN.md, section 6, steps 1 to 3.
#pragma once

#include "cursor.h"
#include "evaluate.h"
#include "gkr.h"
#include "shape.h"

namespace sluice::verify {

/// What the zerocheck starts from.
template <class Ext>
struct ZerocheckInput {
    const machine::Machine& machine;
    const TableShape& shape;
    std::span<const KoalaBear> public_values;
    FingerprintChallenges<Ext> local;  ///< of writes, reads and lookups
    FingerprintChallenges<Ext> link;
    const LeafClaims<Ext>& leaves;
};

/// What it ends with: values of all columns of the present chips, in the order of the proof, at one point of E^mu.
template <class Ext>
struct ColumnClaims {
    std::span<Ext> value;
    Point<Ext> point;
};

template <class S>
class Zerocheck {
 public:
    using Ext = typename S::Ext;
    using Transcript = typename S::Transcript;
    using Type = machine::InteractionType;

    Zerocheck(const ZerocheckInput<Ext>& input, Cursor& cursor, Transcript& transcript, Arena& arena) noexcept
        : input_(input), cursor_(cursor), transcript_(transcript), arena_(arena) {}

    /// The memory of `claims` is taken from the arena.
    Outcome verify(ColumnClaims<Ext>& claims) noexcept {
        if (!prepare()) return {Status::scratch_exhausted};
        xi_ = transcript_.template sample_ext<Ext::kDegree>("xi");
        xi_of_claims_ = xi_.pow(input_.shape.constraints);
        Ext sum = starting_claim();
        for (unsigned k = 0; k < input_.shape.row_variables; ++k) {
            if (const Outcome outcome = round(k, sum, claims.point); outcome.failed()) return outcome;
        }
        if (const Outcome outcome = read_columns(claims); outcome.failed()) return outcome;
        // Else the values need not be those of columns that keep the constraints and have the records they claim to
        // have.
        if (!(constraints_and_interactions(claims) == sum)) return {Status::zerocheck_final};
        return {};
    }

 private:
    /// Where the next interaction of each type stands in its list.
    struct Places {
        std::uint32_t next[machine::kInteractionTypes] = {};

        [[nodiscard]] std::uint32_t take(Type type) noexcept { return next[static_cast<std::size_t>(type)]++; }
        void skip(const machine::Chip& chip) noexcept {
            for (const machine::Interaction& interaction : chip.program.interactions) (void)take(interaction.type);
        }
    };

    [[nodiscard]] std::span<const Ext> row_point() const noexcept {
        return input_.leaves.point.part(0, input_.shape.row_variables);
    }
    [[nodiscard]] bool is_present(std::size_t chip) const noexcept { return input_.shape.heights[chip] != 0; }
    [[nodiscard]] const FingerprintChallenges<Ext>& challenges(Type type) const noexcept {
        return type == Type::link ? input_.link : input_.local;
    }

    /// Takes memory for the values of the longest program's nodes, and the weights of places.
    [[nodiscard]] bool prepare() noexcept {
        std::size_t nodes = 0;
        for (const machine::Chip& chip : input_.machine.chips)
            nodes = nodes < chip.program.nodes.size() ? chip.program.nodes.size() : nodes;
        values_ = arena_.make_array<Ext>(nodes);
        base_values_ = arena_.make_array<KoalaBear>(nodes);
        const unsigned kappa = input_.shape.place_variables;
        const std::size_t places = std::size_t{1} << kappa;
        place_weight_ = arena_.make_array<Ext>(places);
        if (values_ == nullptr || base_values_ == nullptr || place_weight_ == nullptr) return false;
        math::fill_eq_table(input_.leaves.point.part(input_.shape.row_variables, kappa), Ext::one(),
                            std::span<Ext>(place_weight_, places));
        return true;
    }

    /// The leaves' claims without what the rows beyond the heights add to them, combined.
    [[nodiscard]] Ext starting_claim() noexcept {
        Ext left[kLayerValues];
        for (unsigned j = 0; j < kLayerValues; ++j) left[j] = input_.leaves.value[j];
        left[kWrites] -= KoalaBear::one();
        left[kReads] -= KoalaBear::one();
        left[kLookupDenominator] -= KoalaBear::one();
        left[kLinkDenominator] -= KoalaBear::one();
        Places places;
        for (std::size_t c = 0; c < input_.machine.chips.size(); ++c) {
            if (is_present(c)) {
                subtract_present_rows(c, places, left);
            } else {
                places.skip(input_.machine.chips[c]);
            }
        }
        return combine<Ext>(left, xi_) * xi_of_claims_;
    }

    /// Takes from the denominators' claims, for each fraction, what it would add if the columns were 0 in all rows: the
    /// other side of the claim has only what the columns add to that.
    void subtract_present_rows(std::size_t c, Places& places, Ext (&left)[kLayerValues]) noexcept {
        const machine::Chip& chip = input_.machine.chips[c];
        const Ext rows = math::evaluate_less_than(row_point(), input_.shape.heights[c]);
        evaluate_program<KoalaBear>(chip.program, {}, input_.public_values, base_values_);
        for (const machine::Interaction& interaction : chip.program.interactions) {
            const Ext& weight = place_weight_[places.take(interaction.type)];
            if (interaction.type != Type::lookup && interaction.type != Type::link) continue;
            const Ext empty = fingerprint(chip.program, interaction, base_values_, challenges(interaction.type));
            const unsigned j = interaction.type == Type::lookup ? kLookupDenominator : kLinkDenominator;
            left[j] -= weight * rows * (empty - KoalaBear::one());
        }
    }

    Outcome round(unsigned k, Ext& sum, Point<Ext>& point) noexcept {
        Ext g[4];
        cursor_.read(std::span<Ext>(g));
        if (cursor_.failed()) return cursor_.outcome();
        transcript_.absorb("zerocheck_round", std::span<const Ext>(g));
        // Else a row that breaks a constraint could be left out of the sum.
        if (!(math::evaluate_line(g[0], g[1], row_point()[k]) == sum)) return {Status::zerocheck_round, k};
        const Ext r = transcript_.template sample_ext<Ext::kDegree>("row_point");
        sum = math::evaluate_from_integers(g, r);
        point.append(r);
        return {};
    }

    Outcome read_columns(ColumnClaims<Ext>& claims) noexcept {
        const std::uint64_t columns = input_.shape.columns;
        if (!cursor_.has(columns * Ext::kDegree)) return cursor_.outcome();
        Ext* values = arena_.make_array<Ext>(columns);
        if (values == nullptr) return {Status::scratch_exhausted};
        claims.value = {values, static_cast<std::size_t>(columns)};
        cursor_.read(claims.value);
        if (cursor_.failed()) return cursor_.outcome();
        transcript_.absorb("column_values", std::span<const Ext>(claims.value));
        return {};
    }

    /// Z at the point of the columns' values. Absent chips count as rows of zeros, which add nothing.
    [[nodiscard]] Ext constraints_and_interactions(const ColumnClaims<Ext>& claims) noexcept {
        ColumnValues<Ext> columns;
        const Ext* next = claims.value.data();
        for (std::size_t group = 0; group < machine::kGroups; ++group) {
            columns.group[group] = next;
            for (std::size_t c = 0; c < input_.machine.chips.size(); ++c)
                next += is_present(c) ? input_.machine.chips[c].widths[group] : 0;
        }
        Ext right[kLayerValues] = {};
        Ext sum = Ext::zero();
        Ext power = Ext::one();
        Places places;
        for (std::size_t c = 0; c < input_.machine.chips.size(); ++c) {
            const machine::Chip& chip = input_.machine.chips[c];
            if (!is_present(c)) {
                power *= xi_.pow(chip.program.constraints.size());
                places.skip(chip);
                continue;
            }
            evaluate_program(chip.program, columns, input_.public_values, values_);
            for (const std::uint32_t constraint : chip.program.constraints) {
                sum += power * values_[constraint];
                power *= xi_;
            }
            add_interactions(chip, places, right);
            for (std::size_t group = 0; group < machine::kGroups; ++group) columns.group[group] += chip.widths[group];
        }
        return sum + power * combine<Ext>(right, xi_);
    }

    /// Adds what the interactions of one chip, whose nodes' values are known, contribute to the six sums.
    void add_interactions(const machine::Chip& chip, Places& places, Ext (&right)[kLayerValues]) noexcept {
        evaluate_program<KoalaBear>(chip.program, {}, input_.public_values, base_values_);
        for (const machine::Interaction& interaction : chip.program.interactions) {
            const Ext& weight = place_weight_[places.take(interaction.type)];
            const FingerprintChallenges<Ext>& pair = challenges(interaction.type);
            const Ext weighted = weight * values_[interaction.multiplicity];
            const Ext print = fingerprint(chip.program, interaction, values_, pair);
            if (interaction.type == Type::write || interaction.type == Type::read) {
                right[interaction.type == Type::write ? kWrites : kReads] += weighted * (print - KoalaBear::one());
                continue;
            }
            const Ext empty = fingerprint(chip.program, interaction, base_values_, pair);
            const bool lookup = interaction.type == Type::lookup;
            right[lookup ? kLookupNumerator : kLinkNumerator] += weighted;
            right[lookup ? kLookupDenominator : kLinkDenominator] += weight * (print - empty);
        }
    }

    const ZerocheckInput<Ext>& input_;
    Cursor& cursor_;
    Transcript& transcript_;
    Arena& arena_;
    Ext* values_ = nullptr;
    KoalaBear* base_values_ = nullptr;
    Ext* place_weight_ = nullptr;
    Ext xi_{};
    Ext xi_of_claims_{};  ///< xi^K
};

}  // namespace sluice::verify
