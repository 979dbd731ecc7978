// What the openings share: claims, challenges, final values, queries, leaves and trees.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// libprover/DESIGN.md, section 7. basefold.h and whir.h are the two openings.
#pragma once

#include <algorithm>

#include "cursor.h"
#include "jagged.h"
#include "shape.h"
#include "sluice/hash/merkle.h"
#include "sluice/math/ntt.h"

namespace sluice::verify {

/// Most variables of a group: leaves are read into arrays of 2^kMaxGroupSize values.
inline constexpr unsigned kMaxGroupSize = 8;

/// Values of a level at some places, ascending.
template <class Ext>
struct LevelValues {
    std::uint32_t* place = nullptr;
    Ext* value = nullptr;
    std::size_t count = 0;
};

/// The steps, for the opening of S to put together.
template <class S>
class OpeningSteps {
 public:
    using Ext = typename S::Ext;
    using Digest = typename S::Digest;
    using Transcript = typename S::Transcript;

    OpeningSteps(const TableShape& shape, const Digest (&roots)[machine::kGroups], Cursor& cursor,
                 Transcript& transcript, Arena& arena) noexcept
        : shape_(shape), roots_(roots), cursor_(cursor), transcript_(transcript), arena_(arena) {}

 protected:
    static constexpr const params::Opening& kOpening = S::kOpening;
    using Node = hash::MerkleNode<Digest>;

    [[nodiscard]] unsigned height() const noexcept { return shape_.stack_height; }
    [[nodiscard]] unsigned groups() const noexcept { return kOpening.num_groups(height()); }
    [[nodiscard]] unsigned group_size(unsigned group) const noexcept { return kOpening.group_size(height(), group); }
    [[nodiscard]] unsigned domain(unsigned level) const noexcept { return kOpening.domain_log_size(height(), level); }
    [[nodiscard]] unsigned log_leaves(unsigned level) const noexcept {
        return kOpening.num_leaves_log(height(), level);
    }
    [[nodiscard]] unsigned final_variables() const noexcept { return kOpening.final_log_size(height()); }
    /// The challenges that a group's variables are bound to.
    [[nodiscard]] std::span<const Ext> challenges(unsigned group) const noexcept {
        return challenge_.part(kOpening.group_start(height(), group), group_size(group));
    }
    [[nodiscard]] std::span<const Ext> final_values() const noexcept {
        return {final_, std::size_t{1} << final_variables()};
    }

    // ---- The sum-check

    /// Combines the claims: their sum is `sum_`.
    Outcome combine_claims(const StackClaims<Ext>& claims) noexcept {
        // The batching challenge comes after the values: a false one would have to be balanced by another.
        if (!check_work(cursor_, transcript_, "batch_grinding", kOpening.batch_grinding_bits))
            return work_failed(Status::batch_grinding, 0);
        beta_ = transcript_.template sample_ext<Ext::kDegree>("beta");
        sum_ = combine<Ext>(claims.value, beta_);
        return {};
    }

    template <std::size_t kValues>
    Outcome read_round(Ext (&g)[kValues]) noexcept {
        cursor_.read(std::span<Ext>(g));
        if (cursor_.failed()) return cursor_.outcome();
        transcript_.absorb("opening_round", std::span<const Ext>(g));
        return {};
    }

    /// Binds the next variable to a challenge, the last of `challenge_`.
    Outcome draw_challenge() noexcept {
        if (!check_work(cursor_, transcript_, "fold_grinding", kOpening.fold_grinding_bits))
            return work_failed(Status::fold_grinding, challenge_.size);
        challenge_.append(transcript_.template sample_ext<Ext::kDegree>("fold_point"));
        return {};
    }

    Outcome read_fold_root(unsigned level) noexcept {
        cursor_.read(fold_root_[level]);
        if (cursor_.failed()) return cursor_.outcome();
        transcript_.absorb("fold_root", fold_root_[level]);
        return {};
    }

    /// Reads what is left of F, into an array with room for 2^log_room values.
    Outcome read_final(unsigned log_room) noexcept {
        const std::size_t count = std::size_t{1} << final_variables();
        if (!cursor_.has(count * Ext::kDegree)) return cursor_.outcome();
        final_ = arena_.make_array<Ext>(std::size_t{1} << log_room);
        if (final_ == nullptr) return {Status::scratch_exhausted};
        cursor_.read(std::span<Ext>(final_, count));
        if (cursor_.failed()) return cursor_.outcome();
        // Absorbed before the queries are drawn: else it could be chosen to fit them.
        transcript_.absorb("final", final_values());
        return {};
    }

    // ---- Queries

    /// Draws places of leaves of a level: `open_.place`, ascending and distinct. Takes memory for their values.
    Outcome draw_queries(unsigned level) noexcept {
        if (!check_work(cursor_, transcript_, "query_grinding", kOpening.query_grinding_bits))
            return work_failed(Status::query_grinding, level);
        const std::size_t count = kOpening.num_queries(level);
        const unsigned bits = log_leaves(level);
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

    /// Level 0: reads the leaves of the three commitments, and combines their columns by beta. `fold(place, values)`
    /// gives the value of a leaf from the combined values in it, which it may overwrite.
    template <class Fold>
    Outcome open_commitments(const Fold& fold) noexcept {
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
            const Outcome outcome = check_tree(roots_[group], log_leaves(0), kRefusal[group], 0);
            if (outcome.failed()) return outcome;
        }
        for (std::size_t i = 0; i < open_.count; ++i)
            open_.value[i] = fold(open_.place[i], std::span<Ext>(combined + (i << size), std::size_t{1} << size));
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
    Outcome check_tree(const Digest& root, unsigned depth, Status refusal, std::uint32_t position) noexcept {
        const Arena::Mark mark = arena_.mark();
        const std::size_t count = hash::sibling_count(depth, {open_.place, open_.count});
        if (!cursor_.has(std::uint64_t{count} * Digest::kElements)) return cursor_.outcome();
        Digest* siblings = arena_.make_array<Digest>(count);
        if (siblings == nullptr) return {Status::scratch_exhausted};
        for (std::size_t i = 0; i < count; ++i) cursor_.read(siblings[i]);
        if (cursor_.failed()) return cursor_.outcome();
        const hash::MerkleStatus status =
            hash::verify_multi<typename S::Hasher>(root, depth, {nodes_, open_.count}, {siblings, count});
        arena_.rewind(mark);
        // Else the leaves could be chosen after the queries.
        return status == hash::MerkleStatus::ok ? Outcome{} : Outcome{refusal, position};
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

    /// A nonce that is missing is a proof that is cut short.
    Outcome work_failed(Status status, std::uint32_t position) const noexcept {
        return cursor_.failed() ? cursor_.outcome() : Outcome{status, position};
    }

    static_assert(kOpening.fold_arity_log <= kMaxGroupSize);

    const TableShape& shape_;
    const Digest (&roots_)[machine::kGroups];
    Cursor& cursor_;
    Transcript& transcript_;
    Arena& arena_;
    Ext beta_{};
    Ext sum_{};
    Point<Ext> challenge_;  ///< what the variables so far are bound to
    Digest fold_root_[params::Opening::kMaxGroups] = {};
    Ext* final_ = nullptr;   ///< what is left of F
    LevelValues<Ext> open_;  ///< of the level reached, at the queried places
    Node* nodes_ = nullptr;  ///< digests of the opened leaves
};

}  // namespace sluice::verify
