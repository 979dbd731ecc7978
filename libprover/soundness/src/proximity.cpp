// Reed-Solomon proximity bounds. SPDX-License-Identifier: MIT OR Apache-2.0
#include "sluice/soundness/proximity.h"

#include <algorithm>
#include <cmath>

namespace sluice::soundness {

double Field::unit() const noexcept {
    return std::exp2(-log2_size());
}

Field koala_bear(std::uint32_t degree, std::uint32_t bits_per_element) noexcept {
    return {std::log2(2130706433.0), degree, bits_per_element};
}

double bits_of(double error) noexcept {
    return -std::log2(error);
}

double error_of(double bits) noexcept {
    return std::exp2(-bits);
}

double Regime::distance(double rate) const noexcept {
    if (unique()) return (1 - rate) / 2;
    const double root = std::sqrt(rate);
    return 1 - root - (kind_ == Kind::johnson_gap ? parameter_ : root / (2 * parameter_));
}

double Regime::list_size(double rate) const noexcept {
    if (unique()) return 1;
    const double root = std::sqrt(rate);
    return kind_ == Kind::johnson_gap ? 1 / (2 * parameter_ * root) : (parameter_ + 0.5) / root;
}

double Regime::line_error(const Field& field, double rate, double dimension) const noexcept {
    const double n = dimension / rate;
    if (kind_ == Kind::unique_bciks20) return n * field.unit();
    if (kind_ == Kind::unique_bchks25) return (distance(rate) * n + 1) * field.unit();
    const double root = std::sqrt(rate);
    const double m = kind_ == Kind::johnson_m ? parameter_ : std::max(std::ceil(root / (2 * parameter_)), 3.0);
    const double shifted = m + 0.5;
    const double points =
        (2 * std::pow(shifted, 5) + 3 * shifted * distance(rate) * rate) * n / (3 * rate * root) + shifted / root;
    return points * field.unit();
}

double Regime::combination_error(const Field& field, double rate, double dimension, Combination combination,
                                 double words) const noexcept {
    if (words <= 1) return 0;
    const double line = line_error(field, rate, dimension);
    switch (combination) {
        case Combination::powers:
            return line * (words - 1);
        case Combination::multilinear:
            return line * std::ceil(std::log2(words));
        case Combination::affine:
            return line;
    }
    return 1;
}

}  // namespace sluice::soundness
