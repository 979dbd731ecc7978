// WHIR. SPDX-License-Identifier: MIT OR Apache-2.0
//
// libprover/DESIGN.md, section 7.1. A claim is that the sum of F times a weight is some number. Each group of variables
// that are bound ends with a polynomial that is committed anew, at a lower rate; values of it outside the domain, and
// values of the one before at queried places, become claims about it, and all claims one by powers of a challenge.
#pragma once

#include "opening.h"

namespace sluice::verify {

/// Terms of a weight: `weight` times T of `point`, the weight for which the sum is the value of the polynomial with
/// coefficients F at `point`. Points are of the extension, or of the prime field for those in a domain.
template <class Number, class Ext>
struct PointTerms {
    Number* point = nullptr;
    Ext* weight = nullptr;
    std::size_t count = 0;

    [[nodiscard]] bool reserve(Arena& arena, std::size_t most) noexcept {
        point = arena.make_array<Number>(most);
        weight = arena.make_array<Ext>(most);
        return point != nullptr && weight != nullptr;
    }
    void append(const Number& at, const Ext& factor) noexcept {
        point[count] = at;
        weight[count++] = factor;
    }
    /// T of X is prod_k (1 + x_k (X^(2^k) - 1)): the lowest variable leaves a factor, and T of X^2.
    void bind(const Ext& r) noexcept {
        for (std::size_t i = 0; i < count; ++i) {
            weight[i] *= math::evaluate_line(Number::one(), point[i], r);
            point[i] = point[i].square();
        }
    }
    /// The sum of F times these terms.
    [[nodiscard]] Ext sum_over(std::span<const Ext> values) const noexcept {
        Ext sum = Ext::zero();
        for (std::size_t i = 0; i < count; ++i) sum += weight[i] * value_at(values, point[i]);
        return sum;
    }

    /// The value at `point` of the polynomial with these coefficients.
    [[nodiscard]] static Ext value_at(std::span<const Ext> coefficients, const Number& point) noexcept {
        Ext value = Ext::zero();
        for (std::size_t x = coefficients.size(); x-- != 0;) value = value * point + coefficients[x];
        return value;
    }
};

template <class S>
class WhirCheck : OpeningSteps<S> {
    using Steps = OpeningSteps<S>;
    using Steps::arena_, Steps::challenge_, Steps::cursor_, Steps::fold_root_, Steps::kOpening, Steps::nodes_,
        Steps::open_, Steps::sum_, Steps::transcript_;
    using Steps::challenges, Steps::domain, Steps::final_values, Steps::final_variables, Steps::group_size,
        Steps::height, Steps::log_leaves;

 public:
    using Ext = typename S::Ext;
    using Steps::Steps;

    Outcome verify(const StackClaims<Ext>& claims) noexcept {
        if (const Outcome outcome = this->combine_claims(claims); outcome.failed()) return outcome;
        if (!reserve_terms()) return {Status::scratch_exhausted};
        // Without groups there is one oracle with nothing to bind.
        const unsigned levels = kOpening.num_oracles(height());
        for (unsigned level = 0; level + 1 < levels; ++level) {
            const Arena::Mark mark = arena_.mark();
            if (const Outcome outcome = bind_variables(level, claims); outcome.failed()) return outcome;
            if (const Outcome outcome = this->read_fold_root(level + 1); outcome.failed()) return outcome;
            if (const Outcome outcome = read_samples(); outcome.failed()) return outcome;
            if (const Outcome outcome = open_level(level); outcome.failed()) return outcome;
            add_claims(level);
            arena_.rewind(mark);
        }
        if (const Outcome outcome = bind_variables(levels - 1, claims); outcome.failed()) return outcome;
        if (const Outcome outcome = check_final(claims); outcome.failed()) return outcome;
        if (const Outcome outcome = open_level(levels - 1); outcome.failed()) return outcome;
        return compare_with_final(levels - 1);
    }

 private:
    static constexpr std::size_t kSamples = kOpening.ood_samples;
    static_assert(kSamples >= 1);

    [[nodiscard]] bool reserve_terms() noexcept {
        const unsigned folded = kOpening.num_oracles(height()) - 1;
        std::size_t queries = 0;
        for (unsigned level = 0; level < folded; ++level) queries += kOpening.num_queries(level);
        return sampled_.reserve(arena_, folded * kSamples) && queried_.reserve(arena_, queries);
    }

    // ---- The sum-check

    Outcome bind_variables(unsigned level, const StackClaims<Ext>& claims) noexcept {
        for (unsigned i = 0; i < group_size(level); ++i) {
            const unsigned k = challenge_.size;
            Ext g[3];
            if (const Outcome outcome = this->read_round(g); outcome.failed()) return outcome;
            // Else the claims need not be those about the vector that is folded.
            if (!(g[0] + g[1] == sum_)) return {Status::opening_round, k};
            if (const Outcome outcome = this->draw_challenge(); outcome.failed()) return outcome;
            const Ext r = challenge_.coordinate[k];
            sum_ = math::evaluate_from_integers(g, r);
            eq_ *= math::evaluate_eq(claims.point.coordinate[k], r);
            sampled_.bind(r);
            queried_.bind(r);
        }
        return {};
    }

    /// Values of the new oracle at points that are drawn after it is committed.
    Outcome read_samples() noexcept {
        for (std::size_t i = 0; i < kSamples; ++i) {
            sample_[i] = transcript_.template sample_ext<Ext::kDegree>("ood_point");
            cursor_.read(sample_value_[i]);
            if (cursor_.failed()) return cursor_.outcome();
            transcript_.absorb("ood_value", sample_value_[i]);
        }
        return {};
    }

    /// The sum so far and the weight take in the claims that this group ends with, by powers of a challenge. Without
    /// those of the queries, the new oracle need not be the fold of the one before.
    void add_claims(unsigned level) noexcept {
        const Ext gamma = transcript_.template sample_ext<Ext::kDegree>("combination");
        Ext power = gamma;
        for (std::size_t i = 0; i < kSamples; ++i, power *= gamma) {
            sum_ += power * sample_value_[i];
            sampled_.append(sample_[i], power);
        }
        for (std::size_t i = 0; i < open_.count; ++i, power *= gamma) {
            sum_ += power * open_.value[i];
            queried_.append(point_of(level, open_.place[i]), power);
        }
    }

    Outcome check_final(const StackClaims<Ext>& claims) noexcept {
        if (const Outcome outcome = this->read_final(final_variables()); outcome.failed()) return outcome;
        const std::span<const Ext> values = final_values();
        const Ext stack =
            eq_ * math::evaluate_multilinear(values, claims.point.part(challenge_.size, final_variables()));
        // Else the oracles are of polynomials for which not all claims hold.
        if (!(stack + sampled_.sum_over(values) + queried_.sum_over(values) == sum_)) return {Status::opening_final};
        return {};
    }

    // ---- Queries

    /// The point of the domain that a leaf belongs to.
    [[nodiscard]] KoalaBear point_of(unsigned level, std::uint32_t place) const noexcept {
        return KoalaBear::two_adic_generator(domain(level)).pow(math::reverse_bits(place, domain(level)));
    }

    /// Draws places of a level and folds its leaves there: values at these points of the polynomial with the level's
    /// variables bound.
    Outcome open_level(unsigned level) noexcept {
        if (const Outcome outcome = this->draw_queries(level); outcome.failed()) return outcome;
        const auto fold = [&](std::uint32_t, std::span<const Ext> values) {
            return math::evaluate_multilinear(values, challenges(level));
        };
        if (level == 0) return this->open_commitments(fold);
        Ext storage[std::size_t{1} << kMaxGroupSize];
        const std::span<Ext> values(storage, std::size_t{1} << group_size(level));
        if (!cursor_.has(std::uint64_t{open_.count} * values.size() * Ext::kDegree)) return cursor_.outcome();
        for (std::size_t i = 0; i < open_.count; ++i) {
            if (!this->read_leaf(open_.place[i], values, nodes_[i])) return cursor_.outcome();
            open_.value[i] = fold(open_.place[i], values);
        }
        return this->check_tree(fold_root_[level], log_leaves(level), Status::merkle_fold, level);
    }

    Outcome compare_with_final(unsigned level) const noexcept {
        for (std::size_t i = 0; i < open_.count; ++i) {
            const KoalaBear point = point_of(level, open_.place[i]);
            // Else the final values need not be those of the last oracle.
            if (!(open_.value[i] == PointTerms<KoalaBear, Ext>::value_at(final_values(), point)))
                return {Status::opening_last, open_.place[i]};
        }
        return {};
    }

    Ext eq_ = Ext::one();  ///< of the variables that are bound: what is left of eq is this times eq of the others
    PointTerms<Ext, Ext> sampled_;
    PointTerms<KoalaBear, Ext> queried_;
    Ext sample_[kSamples] = {};
    Ext sample_value_[kSamples] = {};
};

}  // namespace sluice::verify
