// WHIR. SPDX-License-Identifier: MIT OR Apache-2.0
#include <cmath>
#include <numeric>

#include "sluice/soundness/opening.h"

namespace sluice::soundness {

std::uint32_t WhirConfig::log_dimension_of(std::size_t iteration) const {
    std::uint32_t log_size = log_dimension;
    for (std::size_t i = 0; i < iteration; ++i) log_size -= folds[i];
    return log_size;
}

std::uint32_t WhirConfig::log_inverse_rate_of(std::size_t iteration) const {
    std::uint32_t rate = log_inverse_rate;
    for (std::size_t i = 0; i < iteration; ++i) rate += folds[i] - 1;
    return rate;
}

double WhirConfig::batch_error() const {
    const double rate = std::exp2(-static_cast<double>(log_inverse_rate));
    const std::uint32_t interleaving = interleaved && !folds.empty() ? folds.front() : 0;
    const double proximity = regime.combination_error(field, rate, std::exp2(log_dimension - interleaving), combination,
                                                      static_cast<double>(words));
    const double claims = static_cast<double>(words - 1) * field.unit();
    return (proximity + claims) * error_of(batch_grinding);
}

std::vector<double> WhirConfig::fold_errors() const {
    std::vector<double> errors;
    for (std::size_t iteration = 0; iteration < folds.size(); ++iteration) {
        const double rate = std::exp2(-static_cast<double>(log_inverse_rate_of(iteration)));
        for (std::uint32_t variable = 1; variable <= folds[iteration]; ++variable) {
            const std::uint32_t folded = interleaved ? folds[iteration] : variable;
            const double dimension = std::exp2(log_dimension_of(iteration) - folded);
            const double claims = constraint_degree * regime.list_size(rate) * field.unit();
            const double proximity = regime.combination_error(field, rate, dimension, Combination::powers, 2);
            errors.push_back((claims + proximity) * error_of(fold_grinding));
        }
    }
    return errors;
}

std::vector<double> WhirConfig::ood_errors() const {
    std::vector<double> errors;
    for (std::size_t iteration = 1; iteration < folds.size(); ++iteration) {
        const double rate = std::exp2(-static_cast<double>(log_inverse_rate_of(iteration)));
        const double list = regime.list_size(rate);
        const double agree = std::exp2(log_dimension_of(iteration)) / 2 * field.unit();
        errors.push_back(list * list * std::pow(agree, ood_samples));
    }
    return errors;
}

std::vector<double> WhirConfig::query_errors() const {
    std::vector<double> errors;
    for (std::size_t iteration = 0; iteration < queries.size(); ++iteration) {
        const double rate = std::exp2(-static_cast<double>(log_inverse_rate_of(iteration)));
        errors.push_back(std::pow(1 - regime.distance(rate) + index_bias, queries[iteration]) *
                         error_of(query_grinding));
    }
    return errors;
}

std::vector<double> WhirConfig::combination_errors() const {
    std::vector<double> errors;
    for (std::size_t iteration = 0; iteration + 1 < folds.size(); ++iteration) {
        const double next = std::exp2(-static_cast<double>(log_inverse_rate_of(iteration + 1)));
        errors.push_back(regime.list_size(next) * (queries[iteration] + ood_samples) * field.unit());
    }
    return errors;
}

std::vector<Tree> WhirConfig::trees() const {
    std::vector<Tree> trees;
    for (std::size_t iteration = 0; iteration < queries.size(); ++iteration) {
        const std::uint32_t fold = iteration < folds.size() ? folds[iteration] : 0;
        const double element_bits = iteration == 0 ? static_cast<double>(words) * word_element_bits
                                                   : static_cast<double>(field.extension_bits());
        trees.push_back({log_dimension_of(iteration) + log_inverse_rate_of(iteration) - fold, queries[iteration],
                         std::exp2(fold) * element_bits});
    }
    return trees;
}

OpeningSize WhirConfig::size(double digest_bits, bool distinct_leaves) const {
    OpeningSize size = size_of(trees(), digest_bits, distinct_leaves);
    const std::uint32_t folded = std::accumulate(folds.begin(), folds.end(), 0U);
    const std::size_t answers = folds.size() > 1 ? (folds.size() - 1) * ood_samples : 0;
    size.messages =
        (static_cast<double>(folded) * message_elements + static_cast<double>(answers)) * field.extension_bits();
    size.final_polynomial = std::exp2(log_dimension - folded) * field.extension_bits();
    return size;
}

}  // namespace sluice::soundness
