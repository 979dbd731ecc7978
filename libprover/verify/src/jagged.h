// The jagged reduction: from values of columns of many heights to one value of the stack they lie in.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// libprover/DESIGN.md, section 6, steps 4 to 6.
#pragma once

#include "cursor.h"
#include "shape.h"
#include "zerocheck.h"

namespace sluice::verify {

/// J_j(s) = sum over x < n of eq(r, x) eq(s, t + x), for the columns j with start t and height n.
///
/// Computed bit by bit from the lowest, for all x at once: the state is the carry of t + x, and whether the bits of x
/// so far make a number less than those of n do. (Of two numbers the higher bits decide, so a bit that differs
/// overrules.)
template <class Ext>
class JaggedIndicator {
 public:
    /// `r` has at most as many coordinates as `s`.
    JaggedIndicator(std::span<const Ext> r, std::span<const Ext> s) noexcept : rows_(r.size()), bits_(s.size()) {
        for (std::size_t k = 0; k < bits_; ++k) {
            // Bits of x beyond the rows are 0.
            const Ext one_bit = k < rows_ ? r[k] : Ext::zero();
            const Ext both = one_bit * s[k];
            weight_[k][1][1] = both;
            weight_[k][1][0] = one_bit - both;
            weight_[k][0][1] = s[k] - both;
            weight_[k][0][0] = Ext::one() - one_bit - s[k] + both;
        }
    }

    /// t + n <= 2^bits.
    [[nodiscard]] Ext at(std::uint64_t start, std::uint64_t height) const noexcept {
        Ext state[2][2] = {};  // [carry][less]
        state[0][0] = Ext::one();
        for (std::size_t k = 0; k < bits_; ++k) step(k, start >> k & 1, height >> k & 1, state);
        // A height of 2^bits has all its bits so far 0, and every x is less. A carry would be a place beyond the stack.
        return (height >> bits_) != 0 ? state[0][0] + state[0][1] : state[0][1];
    }

 private:
    void step(std::size_t k, unsigned start_bit, unsigned height_bit, Ext (&state)[2][2]) const noexcept {
        Ext next[2][2] = {};
        const unsigned choices = k < rows_ ? 2 : 1;
        for (unsigned x = 0; x < choices; ++x) {
            for (unsigned carry = 0; carry < 2; ++carry) {
                const unsigned sum = x + carry + start_bit;
                const Ext& weight = weight_[k][x][sum & 1];
                if (x == height_bit) {
                    next[sum >> 1][0] += weight * state[carry][0];
                    next[sum >> 1][1] += weight * state[carry][1];
                } else {
                    next[sum >> 1][x < height_bit ? 1 : 0] += weight * (state[carry][0] + state[carry][1]);
                }
            }
        }
        for (unsigned i = 0; i < 4; ++i) state[i / 2][i % 2] = next[i / 2][i % 2];
    }

    std::size_t rows_;
    std::size_t bits_;
    Ext weight_[kMaxVariables][2][2];  ///< [k][x][y]: eq(r_k, x) eq(s_k, y)
};

/// What the reduction ends with: the values of the stack columns at the first h coordinates of the point.
template <class Ext>
struct StackClaims {
    std::span<Ext> value;
    Point<Ext> point;  ///< h coordinates of the place in a stack column, then omega of the stack column
};

template <class S>
class JaggedReduction {
 public:
    using Ext = typename S::Ext;
    using Transcript = typename S::Transcript;

    JaggedReduction(const machine::Machine& machine, const TableShape& shape, Cursor& cursor, Transcript& transcript,
                    Arena& arena) noexcept
        : machine_(machine), shape_(shape), cursor_(cursor), transcript_(transcript), arena_(arena) {}

    /// The memory of `claims` is taken from the arena.
    Outcome verify(const ColumnClaims<Ext>& columns, StackClaims<Ext>& claims) noexcept {
        const Ext zeta = transcript_.template sample_ext<Ext::kDegree>("zeta");
        Ext sum = combine<Ext>(columns.value, zeta);
        for (unsigned k = 0; k < shape_.dense_variables(); ++k) {
            if (const Outcome outcome = round(k, sum, claims.point); outcome.failed()) return outcome;
        }
        if (const Outcome outcome = read_stack(claims); outcome.failed()) return outcome;
        // Q at the point: the stack columns beyond the last are zero.
        const Ext stack = math::evaluate_multilinear(std::span<const Ext>(claims.value),
                                                     claims.point.part(shape_.stack_height, shape_.stack_variables));
        // Else the columns' values need not be those of what is committed, at the places where it is.
        if (!(indicator(columns, claims, zeta) * stack == sum)) return {Status::jagged_final};
        return {};
    }

 private:
    Outcome round(unsigned k, Ext& sum, Point<Ext>& point) noexcept {
        Ext g[3];
        cursor_.read(std::span<Ext>(g));
        if (cursor_.failed()) return cursor_.outcome();
        transcript_.absorb("jagged_round", std::span<const Ext>(g));
        // Else the sum over the stack need not be the columns' values.
        if (!(g[0] + g[1] == sum)) return {Status::jagged_round, k};
        const Ext r = transcript_.template sample_ext<Ext::kDegree>("stack_point");
        sum = math::evaluate_from_integers(g, r);
        point.append(r);
        return {};
    }

    Outcome read_stack(StackClaims<Ext>& claims) noexcept {
        if (!cursor_.has(shape_.stack_columns * Ext::kDegree)) return cursor_.outcome();
        Ext* values = arena_.make_array<Ext>(shape_.stack_columns);
        if (values == nullptr) return {Status::scratch_exhausted};
        claims.value = {values, static_cast<std::size_t>(shape_.stack_columns)};
        cursor_.read(claims.value);
        if (cursor_.failed()) return cursor_.outcome();
        transcript_.absorb("stack_values", std::span<const Ext>(claims.value));
        return {};
    }

    /// J at the point. Starts and heights come from the key and the header: a start that the prover could choose could
    /// make two columns overlap, or lie where other values are committed.
    [[nodiscard]] Ext indicator(const ColumnClaims<Ext>& columns, const StackClaims<Ext>& claims,
                                const Ext& zeta) noexcept {
        const JaggedIndicator<Ext> one(columns.point.part(0, columns.point.size),
                                       claims.point.part(0, claims.point.size));
        Ext sum = Ext::zero();
        Ext power = Ext::one();
        std::uint64_t group_start = 0;
        for (std::size_t group = 0; group < machine::kGroups; ++group) {
            std::uint64_t start = group_start;
            for (std::size_t c = 0; c < shape_.heights.size(); ++c) {
                const std::uint32_t width = shape_.heights[c] != 0 ? machine_.chips[c].widths[group] : 0;
                for (std::uint32_t column = 0; column < width; ++column) {
                    sum += power * one.at(start, shape_.heights[c]);
                    power *= zeta;
                    start += machine::align4(shape_.heights[c]);
                }
            }
            group_start += shape_.widths[group] << shape_.stack_height;
        }
        return sum;
    }

    const machine::Machine& machine_;
    const TableShape& shape_;
    Cursor& cursor_;
    Transcript& transcript_;
    Arena& arena_;
};

}  // namespace sluice::verify
