// FRI and Basefold. SPDX-License-Identifier: MIT OR Apache-2.0
#include <cmath>
#include <numeric>

#include "sluice/soundness/merkle.h"
#include "sluice/soundness/opening.h"

namespace sluice::soundness {

OpeningSize size_of(const std::vector<Tree>& trees, double digest_bits, bool distinct_leaves) {
    OpeningSize size;
    for (const Tree& tree : trees) {
        size.roots += digest_bits;
        size.leaves += tree.leaf_bits * (distinct_leaves ? expected_distinct_leaves(tree.log_leaves, tree.queries)
                                                         : static_cast<double>(tree.queries));
        size.siblings += digest_bits * expected_siblings(tree.log_leaves, tree.queries);
    }
    return size;
}

double FoldConfig::batch_error() const {
    const double rate = std::exp2(-static_cast<double>(log_inverse_rate));
    double error =
        regime.combination_error(field, rate, std::exp2(log_dimension), combination, static_cast<double>(words));
    // The claims about the words are combined by the same challenge (Schwartz-Zippel).
    if (message_degree > 0 && words > 1) error += static_cast<double>(words - 1) * field.unit();
    return error * error_of(batch_grinding);
}

std::vector<double> FoldConfig::fold_errors() const {
    const double rate = std::exp2(-static_cast<double>(log_inverse_rate));
    std::vector<double> errors;
    std::uint32_t log_size = log_dimension;
    const auto fold = [&](std::uint32_t variables) {
        log_size -= variables;
        const double proximity =
            regime.combination_error(field, rate, std::exp2(log_size), Combination::powers, std::exp2(variables));
        errors.push_back((proximity + message_degree * field.unit()) * error_of(fold_grinding));
    };
    for (const std::uint32_t variables : folds) {
        if (!challenge_per_variable) {
            fold(variables);
            continue;
        }
        for (std::uint32_t variable = 0; variable < variables; ++variable) fold(1);
    }
    return errors;
}

double FoldConfig::query_error() const {
    const double rate = std::exp2(-static_cast<double>(log_inverse_rate));
    return std::pow(1 - regime.distance(rate) + index_bias, queries) * error_of(query_grinding);
}

std::vector<Tree> FoldConfig::trees() const {
    const double extension_bits = field.extension_bits();
    const double row_bits = static_cast<double>(words) * word_element_bits;
    std::uint32_t log_size = log_dimension + log_inverse_rate;
    std::vector<Tree> trees;
    if (combined_word_has_tree || folds.empty()) trees.push_back({log_size, queries, row_bits});
    for (std::size_t fold = 0; fold < folds.size(); ++fold) {
        const bool of_words = fold == 0 && !combined_word_has_tree;
        log_size -= folds[fold];
        trees.push_back({log_size, queries, std::exp2(folds[fold]) * (of_words ? row_bits : extension_bits)});
    }
    return trees;
}

OpeningSize FoldConfig::size(double digest_bits, bool distinct_leaves) const {
    OpeningSize size = size_of(trees(), digest_bits, distinct_leaves);
    const std::uint32_t folded = std::accumulate(folds.begin(), folds.end(), 0U);
    size.messages = static_cast<double>(folded) * message_elements * field.extension_bits();
    size.final_polynomial = std::exp2(log_dimension - folded) * field.extension_bits();
    return size;
}

}  // namespace sluice::soundness
