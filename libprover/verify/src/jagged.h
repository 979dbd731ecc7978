// The jagged reduction: from values of columns of many heights to one value of the stack they lie in.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// libprover/DESIGN.md, section 6, steps 4 to 6.
#pragma once

#include "cursor.h"
#include "shape.h"
#include "zerocheck.h"

namespace sluice::verify {

/// eq at a point, for places that do not fall: only the bits that change are multiplied anew.
template <class Ext>
class EqWalk {
 public:
    /// weight[k][y]: the factor of bit first + k being y, for the bits first to bits - 1.
    EqWalk(const Ext (*weight)[2][2], std::size_t first, std::size_t bits) noexcept
        : weight_(weight), first_(first), bits_(bits) {
        product_[bits - first] = Ext::one();
    }
    /// The product of the factors of the bits of `place`, the lowest being bit `first`; 0 for a place beyond them.
    [[nodiscard]] Ext at(std::uint64_t place) noexcept {
        const std::size_t count = bits_ - first_;
        if ((place >> count) != 0) return Ext::zero();
        std::size_t changed = fresh_ ? count : machine::ceil_log2((place ^ place_) + 1);
        fresh_ = false;
        place_ = place;
        while (changed-- > 0)
            product_[changed] = product_[changed + 1] * weight_[first_ + changed][0][place >> changed & 1];
        return product_[0];
    }

 private:
    const Ext (*weight_)[2][2];
    std::size_t first_;
    std::size_t bits_;
    std::uint64_t place_ = 0;
    bool fresh_ = true;
    Ext product_[kMaxVariables + 1];  ///< [k]: of the bits from first + k on
};

/// J_j(s) = sum over x < n of eq(r, x) eq(s, t + x), for columns j with start t and height n.
///
/// Computed bit by bit from the lowest, for all x at once: the state is the carry of t + x, and whether the bits of x
/// so far make a number less than those of n do. (Of two numbers the higher bits decide, so a bit that differs
/// overrules.) The columns of a chip have one height, so the state after k bits depends on t modulo 2^k alone: the
/// states of the lowest bits are computed once for all columns. Above the bits of n - 1 those of x are 0, and of the
/// places of neighbouring columns little changes there.
template <class Ext>
class JaggedIndicator {
 public:
    /// `r` has at most as many coordinates as `s`.
    JaggedIndicator(std::span<const Ext> r, std::span<const Ext> s) noexcept : bits_(s.size()) {
        for (std::size_t k = 0; k < bits_; ++k) {
            // Bits of x beyond the rows are 0.
            const Ext one_bit = k < r.size() ? r[k] : Ext::zero();
            const Ext both = one_bit * s[k];
            weight_[k][1][1] = both;
            weight_[k][1][0] = one_bit - both;
            weight_[k][0][1] = s[k] - both;
            weight_[k][0][0] = Ext::one() - one_bit - s[k] + both;
        }
    }

    /// Adds the J_j of `count` columns, times power, power zeta, ..., to `sum`; `power` goes on to the next column's.
    /// The first starts at `start`, the others at distances of align4(height) from each other; the height is not 0, is
    /// at most 2^(coordinates of r), and the last column ends within 2^(coordinates of s). Starts are multiples of 4.
    /// False if the arena has no memory.
    [[nodiscard]] bool add_columns(std::uint64_t start, std::uint32_t height, std::uint32_t count, const Ext& zeta,
                                   Ext& power, Ext& sum, Arena& arena) const noexcept {
        if (count == 0) return true;
        const Arena::Mark mark = arena.mark();
        const std::size_t height_bits = machine::ceil_log2(height);  // of the numbers below the height
        // The table has an entry for each multiple of 4 below 2^low; a larger one would have more of them than there
        // are columns.
        std::size_t low = height_bits;
        while (low > 2 && (std::uint64_t{1} << (low - 2)) > (count < kMaxTable ? count : kMaxTable)) --low;
        const std::size_t entries = low <= 2 ? 1 : std::size_t{1} << (low - 2);
        State* table = arena.make_array<State>(entries);
        if (table == nullptr) return false;
        fill_table(height, low, table);
        EqWalk<Ext> without_carry(weight_, height_bits, bits_);
        EqWalk<Ext> with_carry(weight_, height_bits, bits_);
        // Of a power of two itself all x below have the same bits above: none is 1.
        const bool whole = (height >> height_bits) != 0;
        for (std::uint32_t column = 0; column < count; ++column, start += machine::align4(height)) {
            State state = table[(start & ((std::uint64_t{1} << low) - 1)) >> 2];
            for (std::size_t k = low; k < height_bits; ++k) state = step(k, start >> k & 1, height >> k & 1, state);
            const std::uint64_t above = start >> height_bits;
            const Ext value = (whole ? state.at[0][0] + state.at[0][1] : state.at[0][1]) * without_carry.at(above) +
                              (whole ? state.at[1][0] + state.at[1][1] : state.at[1][1]) * with_carry.at(above + 1);
            sum += power * value;
            power *= zeta;
        }
        arena.rewind(mark);
        return true;
    }

 private:
    static constexpr std::uint32_t kMaxTable = 1024;

    struct State {
        Ext at[2][2];  ///< [carry][less]
    };

    /// table[v]: the state after the `low` lowest bits of a start that is 4 v modulo 2^low. The entries of a bit less
    /// are the lower half, so each bit doubles what is there.
    void fill_table(std::uint32_t height, std::size_t low, State* table) const noexcept {
        State state{};
        state.at[0][0] = Ext::one();
        for (std::size_t k = 0; k < low && k < 2; ++k) state = step(k, 0, height >> k & 1, state);
        table[0] = state;
        for (std::size_t k = 2; k < low; ++k) {
            const std::size_t half = std::size_t{1} << (k - 2);
            for (std::size_t v = 0; v < half; ++v) {
                table[half + v] = step(k, 1, height >> k & 1, table[v]);
                table[v] = step(k, 0, height >> k & 1, table[v]);
            }
        }
    }

    [[nodiscard]] State step(std::size_t k, unsigned start_bit, unsigned height_bit,
                             const State& state) const noexcept {
        State next{};
        for (unsigned x = 0; x < 2; ++x) {
            for (unsigned carry = 0; carry < 2; ++carry) {
                const unsigned sum = x + carry + start_bit;
                const Ext& weight = weight_[k][x][sum & 1];
                if (x == height_bit) {
                    next.at[sum >> 1][0] += weight * state.at[carry][0];
                    next.at[sum >> 1][1] += weight * state.at[carry][1];
                } else {
                    next.at[sum >> 1][x < height_bit ? 1 : 0] += weight * (state.at[carry][0] + state.at[carry][1]);
                }
            }
        }
        return next;
    }

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
        Ext indicated = Ext::zero();
        if (!indicator(columns, claims, zeta, indicated)) return {Status::scratch_exhausted};
        // Else the columns' values need not be those of what is committed, at the places where it is.
        if (!(indicated * stack == sum)) return {Status::jagged_final};
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

    /// J at the point; false if there is no memory. Starts and heights come from the key and the header: a start that
    /// the prover could choose could make two columns overlap, or lie where other values are committed.
    [[nodiscard]] bool indicator(const ColumnClaims<Ext>& columns, const StackClaims<Ext>& claims, const Ext& zeta,
                                 Ext& sum) noexcept {
        const JaggedIndicator<Ext> one(columns.point.part(0, columns.point.size),
                                       claims.point.part(0, claims.point.size));
        sum = Ext::zero();
        Ext power = Ext::one();
        std::uint64_t group_start = 0;
        for (std::size_t group = 0; group < machine::kGroups; ++group) {
            std::uint64_t start = group_start;
            for (std::size_t c = 0; c < shape_.heights.size(); ++c) {
                const std::uint32_t height = shape_.heights[c];
                const std::uint32_t width = height != 0 ? machine_.chips[c].widths[group] : 0;
                if (!one.add_columns(start, height, width, zeta, power, sum, arena_)) return false;
                start += width * machine::align4(height);
            }
            group_start += shape_.widths[group] << shape_.stack_height;
        }
        return true;
    }

    const machine::Machine& machine_;
    const TableShape& shape_;
    Cursor& cursor_;
    Transcript& transcript_;
    Arena& arena_;
};

}  // namespace sluice::verify
