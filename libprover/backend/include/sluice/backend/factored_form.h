// A chip's weighted sum of constraints and records, factored. SPDX-License-Identifier: MIT OR Apache-2.0
//
// A program has few selectors and many things that each of them turns on. So the sum of all, each with its weight, is
// written as
//
//     part_0 + sum_i factor_i part_i,     part = constant + linear form of columns + sum of weighted products
//
// where weights go down from nodes through sums, differences and multiples until only columns and products have any,
// and a product with one of the factors goes to that factor's part. A linear form is one column of the extension,
// whatever it is made of: columns that nothing else reads are never worked on again.
//
// The program alone decides which parts, columns and products there are, and the ways that weights go; `push_down`
// takes a table's weights along them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "sluice/backend/tile_code.h"
#include "sluice/machine/program.h"
#include "sluice/math/extension.h"

namespace sluice::backend {

/// The nodes whose multiples get a part of their own: selectors of records, and columns that many products have as a
/// factor. Ascending.
[[nodiscard]] std::vector<std::uint32_t> common_factors(const machine::Program& program);

/// Weights are named by their places among `weight_count` that begin as zeros.
struct FactoredForm {
    struct Part {
        std::optional<std::uint32_t> factor;  ///< a node; of the first part: 1
        std::uint32_t constant = 0;           ///< place
        std::vector<Column> columns;          ///< of the linear form
        std::vector<std::uint32_t> column_weights;
        std::vector<std::pair<std::uint32_t, std::uint32_t>> products;  ///< nodes and places
    };
    /// weight[to] += or -= weight[from], or += weight[from] times the value of a fixed node.
    struct Flow {
        enum class Kind : std::uint8_t { add, sub, scale };
        Kind kind;
        std::uint32_t from, to;
        std::uint32_t scalar;  ///< node
    };

    std::vector<Part> parts;  ///< the first always comes, others if something is in them
    std::vector<Flow> flows;  ///< in order
    std::uint32_t weight_count = 0;
    /// Where weights are put in: those of constraints; of an interaction its multiplicity's, then those of its
    /// elements. A record has the constant of its selector's part for a multiplicity and its elements in that part; it
    /// has none if its selector is fixed.
    std::vector<std::uint32_t> constraints;
    std::vector<std::vector<std::uint32_t>> interactions;
};

[[nodiscard]] FactoredForm make_factored_form(const machine::Program& program, const std::vector<bool>& fixed);

/// `at_zero`: the values of zero_values.
template <unsigned D>
void push_down(const FactoredForm& form, std::span<const KoalaBear> at_zero, std::span<math::Extension<D>> weights) {
    for (const FactoredForm::Flow& flow : form.flows) {
        switch (flow.kind) {
            case FactoredForm::Flow::Kind::add:
                weights[flow.to] += weights[flow.from];
                break;
            case FactoredForm::Flow::Kind::sub:
                weights[flow.to] -= weights[flow.from];
                break;
            case FactoredForm::Flow::Kind::scale:
                weights[flow.to] += weights[flow.from] * at_zero[flow.scalar];
                break;
        }
    }
}

}  // namespace sluice::backend
