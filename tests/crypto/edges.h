// Random numbers that are mostly edges. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <utility>

#include "crypto/gmp.h"

namespace sluice::test {

/// Draws numbers below 2^bits, most of them where carries, reductions and comparisons turn over: around the special
/// numbers (moduli, orders), their halves and small multiples, around powers of two and their sums, limbs all zeros or
/// all ones.
class EdgeNumbers {
 public:
    EdgeNumbers(unsigned bits, std::vector<mpz_class> special)
        : bits_(bits), bound_(mpz_class(1) << bits), special_(std::move(special)) {
        special_.emplace_back(0);
        special_.push_back(bound_);
    }

    mpz_class operator()(std::mt19937_64& rng) const {
        const long step = static_cast<long>(rng() % 7) - 3;
        switch (rng() % 8) {
            case 0:
                return mod(special(rng) + step, bound_);
            case 1:
                return mod(special(rng) / 2 + step, bound_);
            case 2:
                return mod(special(rng) * static_cast<unsigned long>(rng() % 5) + step, bound_);
            case 3:
                return mod(power_of_two(rng) + step, bound_);
            case 4:
                return mod(power_of_two(rng) - power_of_two(rng) + step, bound_);
            case 5:
                return mod(special(rng) - power_of_two(rng), bound_);
            case 6: {
                mpz_class limbs;
                for (unsigned bit = 0; bit < bits_; bit += 64) {
                    const std::uint64_t choice[] = {0, ~std::uint64_t{0}, std::uint64_t{1} << 63, rng()};
                    limbs = (limbs << 64) + static_cast<unsigned long>(choice[rng() % 4]);
                }
                return mod(limbs, bound_);
            }
            default:
                return random_below(rng, bound_);
        }
    }
    /// The same below a modulus.
    mpz_class below(std::mt19937_64& rng, const mpz_class& modulus) const { return mod((*this)(rng), modulus); }

 private:
    const mpz_class& special(std::mt19937_64& rng) const { return special_[rng() % special_.size()]; }
    mpz_class power_of_two(std::mt19937_64& rng) const { return mpz_class(1) << (rng() % bits_); }

    unsigned bits_;
    mpz_class bound_;
    std::vector<mpz_class> special_;
};

}  // namespace sluice::test
