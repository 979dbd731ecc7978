// The opening: values of the stack columns against the three commitments. SPDX-License-Identifier: MIT OR Apache-2.0
//
// libprover/DESIGN.md, section 7: Basefold. The stack columns are combined into one vector F of 2^h elements of E; a
// sum-check binds its variables one by one, and after each group of them the folded vector is committed. Queries check
// at random places that each level is the fold of the one before.
#pragma once

#include <algorithm>

#include "cursor.h"
#include "jagged.h"
#include "shape.h"
#include "sluice/hash/merkle.h"
#include "sluice/math/ntt.h"

namespace sluice::verify {

/// Values of a level at some places, ascending.
template <class Ext>
struct LevelValues {
    std::uint32_t* place = nullptr;
    Ext* value = nullptr;
    std::size_t count = 0;
};

/// Folds the values of one leaf: `size` variables, 2^size values at the places leaf 2^size + i of a subgroup of order
/// 2^domain in bit-reversed order.
template <class Ext>
class LeafFold {
 public:
    static constexpr unsigned kMaxSize = 8;

    LeafFold(unsigned domain, unsigned size, std::span<const Ext> challenges) noexcept
        : domain_(domain), size_(size), challenges_(challenges) {
        const KoalaBear inverse_root = KoalaBear::two_adic_generator(size).inverse();
        for (std::uint32_t i = 0; i < (1u << size) / 2; ++i)
            inverse_root_[i] = inverse_root.pow(math::reverse_bits(i, size - 1));
        inverse_generator_ = KoalaBear::two_adic_generator(domain).inverse();
    }

    /// Leaves the folded value in values[0].
    void fold(std::uint32_t leaf, Ext* values) const noexcept {
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
    }

 private:
    unsigned domain_;
    unsigned size_;
    std::span<const Ext> challenges_;
    KoalaBear inverse_root_[(1u << kMaxSize) / 2];  ///< powers of 1 / (a root of order 2^size), in bit-reversed order
    KoalaBear inverse_generator_;
};

template <class S>
class OpeningCheck {
 public:
    using Ext = typename S::Ext;
    using Digest = typename S::Digest;
    using Transcript = typename S::Transcript;

    OpeningCheck(const TableShape& shape, const Digest (&roots)[machine::kGroups], Cursor& cursor,
                 Transcript& transcript, Arena& arena) noexcept
        : shape_(shape), roots_(roots), cursor_(cursor), transcript_(transcript), arena_(arena) {}

    Outcome verify(const StackClaims<Ext>& claims) noexcept {
        if (const Outcome outcome = bind_variables(claims); outcome.failed()) return outcome;
        if (const Outcome outcome = read_final(claims); outcome.failed()) return outcome;
        if (const Outcome outcome = draw_queries(); outcome.failed()) return outcome;
        if (const Outcome outcome = open_commitments(); outcome.failed()) return outcome;
        for (unsigned level = 1; level < groups(); ++level) {
            if (const Outcome outcome = open_level(level); outcome.failed()) return outcome;
        }
        return compare_with_final();
    }

 private:
    static constexpr const params::Opening& kOpening = S::kOpening;
    using Node = hash::MerkleNode<Digest>;

    [[nodiscard]] unsigned height() const noexcept { return shape_.stack_height; }
    [[nodiscard]] unsigned groups() const noexcept { return kOpening.num_groups(height()); }
    [[nodiscard]] unsigned group_size(unsigned group) const noexcept { return kOpening.group_size(height(), group); }
    [[nodiscard]] unsigned domain(unsigned level) const noexcept { return kOpening.domain_log_size(height(), level); }
    [[nodiscard]] unsigned final_variables() const noexcept { return kOpening.final_log_size(height()); }
    [[nodiscard]] LeafFold<Ext> leaf_fold(unsigned level) const noexcept {
        return LeafFold<Ext>(domain(level), group_size(level),
                             challenge_.part(kOpening.group_start(height(), level), group_size(level)));
    }

    // ---- The sum-check

    Outcome bind_variables(const StackClaims<Ext>& claims) noexcept {
        // The batching challenge comes after the values: a false one would have to be balanced by another.
        if (!check_work(cursor_, transcript_, "batch_grinding", kOpening.batch_grinding_bits))
            return work_failed(Status::batch_grinding, 0);
        beta_ = transcript_.template sample_ext<Ext::kDegree>("beta");
        sum_ = combine<Ext>(claims.value, beta_);
        for (unsigned group = 0; group < groups(); ++group) {
            for (unsigned i = 0; i < group_size(group); ++i) {
                if (const Outcome outcome = round(claims); outcome.failed()) return outcome;
            }
            if (group + 1 < groups()) {
                cursor_.read(fold_root_[group + 1]);
                if (cursor_.failed()) return cursor_.outcome();
                transcript_.absorb("fold_root", fold_root_[group + 1]);
            }
        }
        return {};
    }

    Outcome round(const StackClaims<Ext>& claims) noexcept {
        const unsigned k = challenge_.size;
        Ext g[2];
        cursor_.read(std::span<Ext>(g));
        if (cursor_.failed()) return cursor_.outcome();
        transcript_.absorb("opening_round", std::span<const Ext>(g));
        // Else the values need not be those of the vector that is folded.
        if (!(math::evaluate_line(g[0], g[1], claims.point.coordinate[k]) == sum_)) return {Status::opening_round, k};
        if (!check_work(cursor_, transcript_, "fold_grinding", kOpening.fold_grinding_bits))
            return work_failed(Status::fold_grinding, k);
        const Ext r = transcript_.template sample_ext<Ext::kDegree>("fold_point");
        sum_ = math::evaluate_line(g[0], g[1], r);
        challenge_.append(r);
        return {};
    }

    /// Reads what is left of F, and checks it against the sum-check's claim; then extends it to its values at all
    /// places.
    Outcome read_final(const StackClaims<Ext>& claims) noexcept {
        const std::size_t count = std::size_t{1} << final_variables();
        const unsigned log_size = final_variables() + kOpening.log_inverse_rate;
        if (!cursor_.has(count * Ext::kDegree)) return cursor_.outcome();
        final_ = arena_.make_array<Ext>(std::size_t{1} << log_size);
        if (final_ == nullptr) return {Status::scratch_exhausted};
        cursor_.read(std::span<Ext>(final_, count));
        if (cursor_.failed()) return cursor_.outcome();
        // Absorbed before the queries are drawn: else it could be chosen to fit them.
        transcript_.absorb("final", std::span<const Ext>(final_, count));
        const Ext sum = math::evaluate_multilinear(std::span<const Ext>(final_, count),
                                                   claims.point.part(challenge_.size, final_variables()));
        // Else the folds are of some vector, and not of one with the claimed values.
        if (!(sum == sum_)) return {Status::opening_final};
        for (std::size_t x = count; x < (std::size_t{1} << log_size); ++x) final_[x] = Ext::zero();
        math::ntt_to_reversed(std::span<Ext>(final_, std::size_t{1} << log_size));
        return {};
    }

    // ---- Queries

    Outcome draw_queries() noexcept {
        if (!check_work(cursor_, transcript_, "query_grinding", kOpening.query_grinding_bits))
            return work_failed(Status::query_grinding, 0);
        const std::size_t count = kOpening.queries[0];
        const unsigned bits = kOpening.num_leaves_log(height(), 0);
        open_.place = arena_.make_array<std::uint32_t>(count);
        open_.value = arena_.make_array<Ext>(count);
        nodes_ = arena_.make_array<Node>(count);
        if (open_.place == nullptr || open_.value == nullptr || nodes_ == nullptr) return {Status::scratch_exhausted};
        for (std::size_t i = 0; i < count; ++i) open_.place[i] = transcript_.sample_bits("query", bits);
        // By a heap: no recursion.
        std::make_heap(open_.place, open_.place + count);
        std::sort_heap(open_.place, open_.place + count);
        open_.count = static_cast<std::size_t>(std::unique(open_.place, open_.place + count) - open_.place);
        return {};
    }

    /// Level 0: reads the leaves of the three commitments, combines their columns by beta, folds.
    Outcome open_commitments() noexcept {
        constexpr Status kRefusal[] = {Status::merkle_preprocessed, Status::merkle_linked, Status::merkle_main};
        const unsigned size = group_size(0);
        const std::size_t values = open_.count << size;
        Ext* combined = arena_.make_array<Ext>(values);
        if (combined == nullptr) return {Status::scratch_exhausted};
        for (std::size_t i = 0; i < values; ++i) combined[i] = Ext::zero();
        Ext power = Ext::one();
        for (std::size_t group = 0; group < machine::kGroups; ++group) {
            if (shape_.widths[group] == 0) continue;
            if (!read_columns(shape_.widths[group], power, combined)) return cursor_.outcome();
            const Outcome outcome = check_tree(roots_[group], kOpening.num_leaves_log(height(), 0), kRefusal[group], 0);
            if (outcome.failed()) return outcome;
        }
        const LeafFold<Ext> leaf = leaf_fold(0);
        for (std::size_t i = 0; i < open_.count; ++i) {
            leaf.fold(open_.place[i], combined + (i << size));
            open_.value[i] = combined[i << size];
        }
        return {};
    }

    /// Reads the opened leaves of one commitment into nodes_ as digests, and adds their columns times the powers of
    /// beta from `power` on to `combined`. `power` goes on to the next commitment's first.
    [[nodiscard]] bool read_columns(std::uint64_t width, Ext& power, Ext* combined) noexcept {
        const std::size_t places = std::size_t{1} << group_size(0);
        if (!cursor_.has(open_.count * width * places)) return false;
        const Ext first_power = power;
        for (std::size_t leaf = 0; leaf < open_.count; ++leaf) {
            typename S::Hasher::Leaf hasher(static_cast<std::uint32_t>(width * places));
            power = first_power;
            for (std::uint64_t column = 0; column < width; ++column) {
                for (std::size_t i = 0; i < places; ++i) {
                    const KoalaBear value = cursor_.element();
                    hasher.absorb(value);
                    combined[leaf * places + i] += power * value;
                }
                power *= beta_;
            }
            nodes_[leaf] = {open_.place[leaf], hasher.digest()};
        }
        return !cursor_.failed();
    }

    /// Reads the siblings of nodes_ and checks the root above them.
    Outcome check_tree(const Digest& root, unsigned log_leaves, Status refusal, std::uint32_t position) noexcept {
        const Arena::Mark mark = arena_.mark();
        const std::size_t count = hash::sibling_count(log_leaves, {open_.place, open_.count});
        if (!cursor_.has(std::uint64_t{count} * Digest::kElements)) return cursor_.outcome();
        Digest* siblings = arena_.make_array<Digest>(count);
        if (siblings == nullptr) return {Status::scratch_exhausted};
        for (std::size_t i = 0; i < count; ++i) cursor_.read(siblings[i]);
        if (cursor_.failed()) return cursor_.outcome();
        const hash::MerkleStatus status =
            hash::verify_multi<typename S::Hasher>(root, log_leaves, {nodes_, open_.count}, {siblings, count});
        arena_.rewind(mark);
        // Else the leaves could be chosen after the queries.
        return status == hash::MerkleStatus::ok ? Outcome{} : Outcome{refusal, position};
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
        Ext value[std::size_t{1} << LeafFold<Ext>::kMaxSize];
        for (std::size_t i = 0; i < before; ++leaves) {
            const std::uint32_t leaf = open_.place[i] >> size;
            if (!read_leaf(leaf, std::span<Ext>(value, width), nodes_[leaves])) return cursor_.outcome();
            for (; i < before && open_.place[i] >> size == leaf; ++i)
                agree = agree && value[open_.place[i] & (width - 1)] == open_.value[i];
            fold.fold(leaf, value);
            open_.place[leaves] = leaf;
            open_.value[leaves] = value[0];
        }
        open_.count = leaves;
        const Outcome outcome = check_tree(fold_root_[level], domain(level) - size, Status::merkle_fold, level);
        if (outcome.failed()) return outcome;
        // Else the levels have nothing to do with each other, and the last with what is committed.
        return agree ? Outcome{} : Outcome{Status::opening_fold, level};
    }

    [[nodiscard]] bool read_leaf(std::uint32_t leaf, std::span<Ext> value, Node& node) noexcept {
        cursor_.read(value);
        typename S::Hasher::Leaf hasher(static_cast<std::uint32_t>(value.size() * Ext::kDegree));
        for (const Ext& element : value) {
            for (const KoalaBear limb : element.limb) hasher.absorb(limb);
        }
        node = {leaf, hasher.digest()};
        return !cursor_.failed();
    }

    Outcome compare_with_final() const noexcept {
        for (std::size_t i = 0; i < open_.count; ++i) {
            // Else the last fold need not be of low degree.
            if (!(open_.value[i] == final_[open_.place[i]])) return {Status::opening_last, open_.place[i]};
        }
        return {};
    }

    /// A nonce that is missing is a proof that is cut short.
    Outcome work_failed(Status status, std::uint32_t position) const noexcept {
        return cursor_.failed() ? cursor_.outcome() : Outcome{status, position};
    }

    static_assert(kOpening.fold_arity_log <= LeafFold<Ext>::kMaxSize);

    const TableShape& shape_;
    const Digest (&roots_)[machine::kGroups];
    Cursor& cursor_;
    Transcript& transcript_;
    Arena& arena_;
    Ext beta_{};
    Ext sum_{};
    Point<Ext> challenge_;  ///< what the variables so far are bound to
    Digest fold_root_[params::Opening::kMaxGroups] = {};
    Ext* final_ = nullptr;   ///< values at the places of the last level
    LevelValues<Ext> open_;  ///< of the level reached, at the queried places
    Node* nodes_ = nullptr;  ///< digests of the opened leaves
};

}  // namespace sluice::verify
