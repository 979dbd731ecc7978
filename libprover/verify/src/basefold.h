// Basefold. SPDX-License-Identifier: MIT OR Apache-2.0
//
// libprover/DESIGN.md, section 7. The variables of the combined stack column are bound one by one, and after each group
// of them the folded vector is committed. Queries check at random places that each level is the fold of the one before.
#pragma once

#include "opening.h"

namespace sluice::verify {

/// Folds the values of one leaf: `size` variables, 2^size values at the places leaf 2^size + i of a subgroup of order
/// 2^domain in bit-reversed order.
template <class Ext>
class LeafFold {
 public:
    LeafFold(unsigned domain, unsigned size, std::span<const Ext> challenges) noexcept
        : domain_(domain), size_(size), challenges_(challenges) {
        const KoalaBear inverse_root = KoalaBear::two_adic_generator(size).inverse();
        for (std::uint32_t i = 0; i < (1u << size) / 2; ++i)
            inverse_root_[i] = inverse_root.pow(math::reverse_bits(i, size - 1));
        inverse_generator_ = KoalaBear::two_adic_generator(domain).inverse();
    }

    /// The folded value; overwrites the values.
    [[nodiscard]] Ext fold(std::uint32_t leaf, std::span<Ext> values) const noexcept {
        // 1 / x for the leaf's first place. The pair i of a step lies at x and -x times a root of unity; the places of
        // the halved level are the squares.
        KoalaBear inverse_x = inverse_generator_.pow(math::reverse_bits(leaf, domain_ - size_));
        for (unsigned step = 0; step < size_; ++step) {
            for (std::uint32_t i = 0; i < (1u << (size_ - step)) / 2; ++i) {
                const Ext& p = values[2 * i];
                const Ext& q = values[2 * i + 1];
                const Ext even = (p + q).halved();
                const Ext odd = (p - q).halved() * (inverse_x * inverse_root_[i]);
                values[i] = math::evaluate_line(even, odd, challenges_[step]);
            }
            inverse_x = inverse_x.square();
        }
        return values[0];
    }

 private:
    unsigned domain_;
    unsigned size_;
    std::span<const Ext> challenges_;
    KoalaBear
        inverse_root_[(1u << kMaxGroupSize) / 2];  ///< powers of 1 / (a root of order 2^size), in bit-reversed order
    KoalaBear inverse_generator_;
};

template <class S>
class BasefoldCheck : OpeningSteps<S> {
    using Steps = OpeningSteps<S>;
    using Steps::arena_, Steps::challenge_, Steps::cursor_, Steps::final_, Steps::fold_root_, Steps::kOpening,
        Steps::nodes_, Steps::open_, Steps::sum_;
    using Steps::challenges, Steps::domain, Steps::final_values, Steps::final_variables, Steps::group_size,
        Steps::groups, Steps::log_leaves;

 public:
    using Ext = typename S::Ext;
    using Steps::Steps;

    Outcome verify(const StackClaims<Ext>& claims) noexcept {
        if (const Outcome outcome = this->combine_claims(claims); outcome.failed()) return outcome;
        if (const Outcome outcome = bind_variables(claims); outcome.failed()) return outcome;
        if (const Outcome outcome = check_final(claims); outcome.failed()) return outcome;
        if (const Outcome outcome = this->draw_queries(0); outcome.failed()) return outcome;
        const LeafFold<Ext> first = leaf_fold(0);
        const Outcome opened = this->open_commitments(
            [&](std::uint32_t place, std::span<Ext> values) { return first.fold(place, values); });
        if (opened.failed()) return opened;
        for (unsigned level = 1; level < groups(); ++level) {
            if (const Outcome outcome = open_level(level); outcome.failed()) return outcome;
        }
        return compare_with_final();
    }

 private:
    [[nodiscard]] LeafFold<Ext> leaf_fold(unsigned level) const noexcept {
        return LeafFold<Ext>(domain(level), group_size(level), challenges(level));
    }

    Outcome bind_variables(const StackClaims<Ext>& claims) noexcept {
        for (unsigned group = 0; group < groups(); ++group) {
            for (unsigned i = 0; i < group_size(group); ++i) {
                if (const Outcome outcome = round(claims); outcome.failed()) return outcome;
            }
            if (group + 1 == groups()) break;
            if (const Outcome outcome = this->read_fold_root(group + 1); outcome.failed()) return outcome;
        }
        return {};
    }

    Outcome round(const StackClaims<Ext>& claims) noexcept {
        const unsigned k = challenge_.size;
        Ext g[2];
        if (const Outcome outcome = this->read_round(g); outcome.failed()) return outcome;
        // Else the values need not be those of the vector that is folded.
        if (!(math::evaluate_line(g[0], g[1], claims.point.coordinate[k]) == sum_)) return {Status::opening_round, k};
        if (const Outcome outcome = this->draw_challenge(); outcome.failed()) return outcome;
        sum_ = math::evaluate_line(g[0], g[1], challenge_.coordinate[k]);
        return {};
    }

    /// Checks what is left of F against the sum-check's claim; then extends it to its values at all places.
    Outcome check_final(const StackClaims<Ext>& claims) noexcept {
        const unsigned log_size = final_variables() + kOpening.log_inverse_rate;
        if (const Outcome outcome = this->read_final(log_size); outcome.failed()) return outcome;
        const Ext sum =
            math::evaluate_multilinear(final_values(), claims.point.part(challenge_.size, final_variables()));
        // Else the folds are of some vector, and not of one with the claimed values.
        if (!(sum == sum_)) return {Status::opening_final};
        const std::span<Ext> values(final_, std::size_t{1} << log_size);
        for (std::size_t x = final_values().size(); x < values.size(); ++x) values[x] = Ext::zero();
        math::ntt_to_reversed(values);
        return {};
    }

    /// Level j >= 1: the leaves over the places that the folds of level j - 1 gave.
    Outcome open_level(unsigned level) noexcept {
        const unsigned size = group_size(level);
        const std::size_t width = std::size_t{1} << size;
        const std::size_t before = open_.count;
        if (!cursor_.has(std::uint64_t{before} * Ext::kDegree)) return cursor_.outcome();
        const LeafFold<Ext> fold = leaf_fold(level);
        bool agree = true;
        std::size_t leaves = 0;
        Ext storage[std::size_t{1} << kMaxGroupSize];
        const std::span<Ext> value(storage, width);
        for (std::size_t i = 0; i < before; ++leaves) {
            const std::uint32_t leaf = open_.place[i] >> size;
            if (!this->read_leaf(leaf, value, nodes_[leaves])) return cursor_.outcome();
            for (; i < before && open_.place[i] >> size == leaf; ++i)
                agree = agree && value[open_.place[i] & (width - 1)] == open_.value[i];
            open_.place[leaves] = leaf;
            open_.value[leaves] = fold.fold(leaf, value);
        }
        open_.count = leaves;
        const Outcome outcome = this->check_tree(fold_root_[level], log_leaves(level), Status::merkle_fold, level);
        if (outcome.failed()) return outcome;
        // Else the levels have nothing to do with each other, and the last with what is committed.
        return agree ? Outcome{} : Outcome{Status::opening_fold, level};
    }

    Outcome compare_with_final() const noexcept {
        for (std::size_t i = 0; i < open_.count; ++i) {
            // Else the last fold need not be of low degree.
            if (!(open_.value[i] == final_[open_.place[i]])) return {Status::opening_last, open_.place[i]};
        }
        return {};
    }
};

}  // namespace sluice::verify
