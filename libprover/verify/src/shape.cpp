// Shapes and limits of table proofs. SPDX-License-Identifier: MIT OR Apache-2.0
#include "shape.h"

#include <algorithm>

namespace sluice::verify {
namespace {

using machine::Chip;
using machine::Interaction;
using machine::InteractionType;
using machine::kGroups;
using machine::Machine;

[[nodiscard]] std::uint64_t count_of(const Chip& chip, InteractionType type) noexcept {
    std::uint64_t count = 0;
    for (const Interaction& interaction : chip.program.interactions) count += interaction.type == type ? 1 : 0;
    return count;
}

[[nodiscard]] std::uint64_t count_of(const Machine& machine, InteractionType type) noexcept {
    std::uint64_t count = 0;
    for (const Chip& chip : machine.chips) count += count_of(chip, type);
    return count;
}

[[nodiscard]] std::uint64_t longest_list(const Machine& machine) noexcept {
    std::uint64_t longest = 0;
    for (std::uint32_t type = 0; type < machine::kInteractionTypes; ++type)
        longest = std::max(longest, count_of(machine, static_cast<InteractionType>(type)));
    return longest;
}

[[nodiscard]] std::uint32_t element_limit(InteractionType type, const params::Limits& limits) noexcept {
    if (type == InteractionType::lookup) return limits.max_lookup_elements;
    return type == InteractionType::link ? limits.max_link_elements : limits.max_record_elements;
}

[[nodiscard]] VerifyLimit element_limit_name(InteractionType type) noexcept {
    if (type == InteractionType::lookup) return VerifyLimit::lookup_elements;
    return type == InteractionType::link ? VerifyLimit::link_elements : VerifyLimit::record_elements;
}

[[nodiscard]] Outcome over(VerifyLimit limit) noexcept {
    return {Status::key_over_profile, static_cast<std::uint32_t>(limit)};
}

[[nodiscard]] Outcome check_elements(const Machine& machine, const params::Limits& limits) noexcept {
    for (const Chip& chip : machine.chips) {
        for (const Interaction& interaction : chip.program.interactions) {
            if (interaction.element_count > element_limit(interaction.type, limits))
                return over(element_limit_name(interaction.type));
        }
    }
    return {};
}

[[nodiscard]] Outcome check_machine(const Machine& machine, const params::Limits& limits) noexcept {
    std::uint64_t columns = 0;
    std::uint64_t constraints = 0;
    for (const Chip& chip : machine.chips) {
        for (const std::uint32_t width : chip.widths) columns += width;
        constraints += chip.program.constraints.size();
        if ((std::uint64_t{chip.max_height} - 1) >> limits.max_log_rows != 0) return over(VerifyLimit::rows);
    }
    if (machine.chips.size() > limits.max_chips) return over(VerifyLimit::chips);
    if (machine.max_total_rows > limits.max_total_rows) return over(VerifyLimit::total_rows);
    if (columns > limits.max_columns) return over(VerifyLimit::columns);
    if (constraints > limits.max_constraints) return over(VerifyLimit::constraints);
    if (longest_list(machine) > limits.max_interactions) return over(VerifyLimit::interactions);
    return check_elements(machine, limits);
}

}  // namespace

std::uint64_t count_terms(const Machine& machine, std::span<const std::uint32_t> heights,
                          InteractionType type) noexcept {
    std::uint64_t terms = 0;
    for (std::size_t c = 0; c < heights.size(); ++c) terms += heights[c] * count_of(machine.chips[c], type);
    return terms;
}

TableShape shape_of(const Machine& machine, std::span<const std::uint32_t> heights, unsigned stack_height) noexcept {
    TableShape shape;
    shape.heights = heights;
    shape.stack_height = stack_height;
    std::uint64_t lengths[kGroups] = {};
    std::uint32_t highest = 0;
    for (std::size_t c = 0; c < heights.size(); ++c) {
        const Chip& chip = machine.chips[c];
        highest = std::max(highest, heights[c]);
        shape.constraints += chip.program.constraints.size();
        for (std::size_t group = 0; group < kGroups && heights[c] != 0; ++group) {
            lengths[group] += chip.widths[group] * machine::align4(heights[c]);
            shape.columns += chip.widths[group];
        }
    }
    for (std::size_t group = 0; group < kGroups; ++group) {
        shape.widths[group] = (lengths[group] + (std::uint64_t{1} << stack_height) - 1) >> stack_height;
        shape.stack_columns += shape.widths[group];
    }
    shape.row_variables = machine::ceil_log2(highest);
    shape.place_variables = machine::ceil_log2(longest_list(machine));
    shape.stack_variables = machine::ceil_log2(shape.stack_columns);
    return shape;
}

Outcome check_heights(const Machine& machine, std::span<const std::uint32_t> heights,
                      const params::Limits& limits) noexcept {
    std::uint64_t rows = 0;
    for (std::uint32_t c = 0; c < heights.size(); ++c) {
        const Chip& chip = machine.chips[c];
        // A table that the key fixes, left out or cut, would be one that says less.
        if (chip.fixed_height != 0 && heights[c] != chip.fixed_height) return {Status::fixed_height, c};
        // The bits of the profile, and the range of clocks and counters, hold up to these heights.
        if (heights[c] > chip.max_height) return {Status::height_over_limit, c};
        rows += heights[c];
    }
    if (rows > machine.max_total_rows) return {Status::total_rows, 0};
    // p equal lookups of a value that is in no table would add up to nothing.
    const std::uint64_t lookups = count_terms(machine, heights, InteractionType::lookup);
    if (lookups >= KoalaBear::kModulus || lookups > limits.max_lookup_terms) return {Status::lookup_count, 0};
    // The more records, the likelier that two different products are equal.
    if (count_terms(machine, heights, InteractionType::write) > limits.max_record_terms ||
        count_terms(machine, heights, InteractionType::read) > limits.max_record_terms)
        return {Status::record_count, 0};
    return {};
}

Outcome check_limits(const machine::KeyView& key, const params::Limits& limits,
                     const params::Opening& opening) noexcept {
    for (const std::uint32_t height : key.stack_heights) {
        if (!opening.allows(height, 0)) return over(VerifyLimit::stack_height);
    }
    if (key.max_shards > limits.max_shards) return over(VerifyLimit::shards);
    if (key.max_link_terms > limits.max_linking_terms) return over(VerifyLimit::link_terms);
    for (std::uint32_t m = 0; m < key.machine_count; ++m) {
        if (const Outcome outcome = check_machine(key.machines[m], limits); outcome.failed()) return outcome;
    }
    return {};
}

}  // namespace sluice::verify
