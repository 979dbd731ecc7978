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

template <unsigned D>
class FactoredForm {
    using Ext = math::Extension<D>;

 public:
    struct Part {
        std::optional<std::uint32_t> factor;  ///< a node; of the first part: 1
        Ext constant = Ext::zero();
        std::vector<Column> columns;  ///< of the linear form
        std::vector<Ext> column_weights;
        std::vector<std::pair<std::uint32_t, Ext>> products;  ///< nodes and their weights

        [[nodiscard]] bool empty() const noexcept { return constant.is_zero() && columns.empty() && products.empty(); }
    };

    /// `fixed`: values of the nodes that depend on no column.
    FactoredForm(const machine::Program& program, std::span<const std::optional<KoalaBear>> fixed)
        : program_(program), fixed_(fixed), part_of_(program.nodes.size(), 0) {
        open_part();
        for (const std::uint32_t node : common_factors(program)) {
            if (fixed[node]) continue;
            part_of_[node] = static_cast<std::uint32_t>(parts_.size());
            open_part();
            parts_.back().factor = node;
        }
    }

    /// Adds weight * node.
    void add(std::uint32_t node, const Ext& weight) { weights_[0][node] += weight; }
    void add_constant(const Ext& value) { parts_[0].constant += value; }
    /// Adds value * selector and weight * selector * node, for a record's selector that is not fixed.
    void add_selected_constant(std::uint32_t selector, const Ext& value) {
        parts_[part_of_[selector]].constant += value;
    }
    void add_selected(std::uint32_t selector, std::uint32_t node, const Ext& weight) {
        weights_[part_of_[selector]][node] += weight;
    }

    /// The parts that are not empty, after the first, which always comes.
    [[nodiscard]] std::vector<Part> finish() {
        for (std::size_t part = 0; part < parts_.size(); ++part) push_down(part);
        std::vector<Part> result;
        for (Part& part : parts_) {
            if (!part.factor || !part.empty()) result.push_back(std::move(part));
        }
        return result;
    }

 private:
    void open_part() {
        parts_.emplace_back();
        weights_.emplace_back(program_.nodes.size(), Ext::zero());
    }

    void push_down(std::size_t index) {
        Part& part = parts_[index];
        std::vector<Ext>& weights = weights_[index];
        for (std::uint32_t i = static_cast<std::uint32_t>(program_.nodes.size()); i-- != 0;) {
            const Ext weight = weights[i];
            if (weight.is_zero()) continue;
            const machine::Node& node = program_.nodes[i];
            if (fixed_[i]) {
                part.constant += weight * *fixed_[i];
                continue;
            }
            switch (node.kind) {
                case machine::NodeKind::add:
                    weights[node.a] += weight;
                    weights[node.b] += weight;
                    break;
                case machine::NodeKind::sub:
                    weights[node.a] += weight;
                    weights[node.b] -= weight;
                    break;
                case machine::NodeKind::mul:
                    if (fixed_[node.a]) {
                        weights[node.b] += weight * *fixed_[node.a];
                    } else if (fixed_[node.b]) {
                        weights[node.a] += weight * *fixed_[node.b];
                    } else if (index == 0 && part_of_[node.a] != 0) {
                        weights_[part_of_[node.a]][node.b] += weight;
                    } else if (index == 0 && part_of_[node.b] != 0) {
                        weights_[part_of_[node.b]][node.a] += weight;
                    } else {
                        part.products.emplace_back(i, weight);
                    }
                    break;
                default:
                    part.columns.push_back(column_of(node));
                    part.column_weights.push_back(weight);
                    break;
            }
        }
    }

    const machine::Program& program_;
    std::span<const std::optional<KoalaBear>> fixed_;
    std::vector<std::uint32_t> part_of_;  ///< by factor; 0 for other nodes
    std::vector<Part> parts_;
    std::vector<std::vector<Ext>> weights_;  ///< of each part, by node
};

}  // namespace sluice::backend
