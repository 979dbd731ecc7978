// How much memory a table proof takes, from its shape alone. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "commitment.h"
#include "context.h"
#include "gkr.h"
#include "sluice/backend/backend.h"
#include "sluice/backend/factored_form.h"

namespace sluice::backend_cpu {

/// Bytes, by what they are for. Steps follow one another, so only the largest of them counts; commitments stay.
struct MemoryPlan {
    std::uint64_t commitments = 0;
    std::uint64_t gkr = 0;
    std::uint64_t zerocheck = 0;
    std::uint64_t jagged = 0;
    std::uint64_t opening = 0;
    std::uint64_t scratch = 0;  ///< of all threads, kept from step to step

    [[nodiscard]] std::uint64_t peak() const noexcept {
        return commitments + scratch + std::max({gkr, zerocheck, jagged, opening});
    }
};

/// simd::Twiddles of that size.
[[nodiscard]] constexpr std::uint64_t twiddle_bytes(unsigned log_size) noexcept {
    return sizeof(KoalaBear) * ((std::uint64_t{1} << log_size) / 2 + 64);
}

/// An upper bound, which follows the allocations of each step. `twiddles_log`: size of the roots of unity that the
/// backend holds already.
template <unsigned D, class Hasher>
[[nodiscard]] MemoryPlan plan_table(const backend::TableShape& shape, const params::Opening& opening, unsigned threads,
                                    unsigned twiddles_log) {
    constexpr std::uint64_t kWord = sizeof(KoalaBear);
    constexpr std::uint64_t kExt = D * kWord;
    const unsigned h = shape.stack_height;
    const backend::Layout layout = backend::make_layout(shape.machine, shape.heights, h);
    const unsigned mu = backend::row_variables(shape.heights);
    const std::uint64_t eq = kExt * padded(std::size_t{1} << mu);  // the largest table of eq
    MemoryPlan plan;

    const auto tree = [&](unsigned log_leaves) {
        return hash::merkle_node_count(log_leaves) * sizeof(typename Hasher::Digest) + kAlignment;
    };
    // Code words and tree of an oracle that holds so many polynomials.
    const auto oracle = [&](unsigned level, std::uint64_t polynomials) {
        const std::uint64_t parts =
            opening.kind == params::OpeningKind::whir ? std::uint64_t{1} << opening.group_size(h, level) : 1;
        const std::uint64_t length = code_word_stride(std::size_t{1} << opening.domain_log_size(h, level));
        return polynomials * parts * length * kWord + kAlignment + tree(opening.num_leaves_log(h, level));
    };
    plan.commitments = twiddle_bytes(std::max(twiddles_log, opening.largest_domain_log_size(h)));
    for (const std::uint32_t width : layout.widths) {
        const std::uint64_t elements = std::uint64_t{width} << h;
        plan.commitments += (elements + kOverrun) * kWord + kAlignment;
        if (width == 0) continue;
        plan.commitments += oracle(0, width);
    }

    // GKR: entry j of these is the layer of j row variables, and what two rounds of the sumcheck over it leave.
    const InteractionLists lists = list_interactions(shape);
    std::vector<std::uint64_t> layers(mu + 1, 0);
    std::vector<std::uint64_t> folds(mu + 1, 0);
    for (std::size_t type = 0; type < lists.size(); ++type) {
        const bool fraction = type >= 2;
        const std::uint64_t arrays = fraction ? 4 : 2;
        for (const InteractionPlace& place : lists[type]) {
            std::uint32_t count = place.height;
            if (count == 0) continue;
            for (unsigned j = mu + 1; j-- != 0; count = half_up(count)) {
                const std::uint64_t numerator = !fraction ? 0 : j == mu ? kWord : kExt;
                layers[j] += capacity(count, 4) * (kExt + numerator);
                folds[j] += arrays * kExt * (capacity((count + 3) / 4, 2) + capacity((count + 7) / 8, 2));
            }
        }
    }
    // The sumcheck over layer j holds all layers from j on.
    std::uint64_t above = 0;
    for (unsigned j = mu + 1; j-- != 0;) {
        above += layers[j];
        plan.gkr = std::max(plan.gkr, above + folds[j] + eq);
    }
    // Rounding up of whole buffers: one for each array of each layer.
    const std::uint64_t rounding = std::uint64_t{mu + 3} * 8 * (kAlignment + kExt * kPad);
    plan.gkr += rounding;

    // Zerocheck: the linear forms, then columns after the first fold and after the second, with the tables of eq.
    std::uint64_t largest_scratch = 0;
    for (std::size_t c = 0; c < shape.heights.size(); ++c) {
        const std::uint32_t height = shape.heights[c];
        if (height == 0) continue;
        const machine::Chip& chip = shape.machine.chips[c];
        const std::uint64_t columns = std::uint64_t{chip.widths[0]} + chip.widths[1] + chip.widths[2];
        const std::uint64_t half = capacity(half_up(height), 2);
        const std::uint64_t quarter = capacity((height + 3) / 4, 2);
        const std::uint64_t forms = 1 + backend::common_factors(chip.program).size();
        plan.zerocheck += kExt * (forms * (capacity(height, 2) + half + quarter) + columns * (half + quarter)) +
                          2 * (forms + 1) * (kAlignment + kExt * kPad);
        // Tiles: all columns and nodes at most, in the smallest tile if they are many.
        const std::uint64_t arrays = columns + chip.program.nodes.size() + forms + 2;
        largest_scratch = std::max({largest_scratch, kTileBytes, arrays * kExt * kPad});
    }
    plan.zerocheck += 2 * eq;
    plan.scratch = threads * (largest_scratch + kAlignment);

    // Jagged: quarters of Q and J, and half of them again.
    const std::uint64_t blocks = ((std::uint64_t{layout.stack_columns()} << h) / 4);
    plan.jagged = 2 * kExt * (2 * padded((blocks + 1) / 2) + 2 * padded((blocks + 3) / 4)) + eq + 16 * kAlignment;

    // Opening: F and its half, eq and its half, and the oracles of all levels.
    const std::uint64_t stack = kExt * padded(std::size_t{1} << h);
    plan.opening = 3 * stack;
    for (unsigned level = 1; level < opening.num_groups(h); ++level) plan.opening += oracle(level, D);
    // WHIR has no more of eq when the weight comes, the powers of a point, and the sparse vector of the queries.
    if (opening.kind == params::OpeningKind::whir)
        plan.opening += D * (kWord * code_word_stride(std::size_t{1} << opening.domain_log_size(h, 0)) + kAlignment);
    return plan;
}

}  // namespace sluice::backend_cpu
