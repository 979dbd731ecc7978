// From values of all columns to values of all stack columns: libprover/DESIGN.md, section 6, steps 4 to 6.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Over a block of four rows that are all there, J is a number times eq(r_0, x_0) eq(r_1, x_1): four sums over the
// blocks tell the first two rounds, and J is not stored until a quarter of it is left. Blocks that a column ends in,
// one at most for each column, are the host's in these rounds. While the vectors are large, later passes make the sums
// of two rounds as well; each binds the variables of the pass before as it reads.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"

#include "jagged_kernels.h"
#include "oracle.h"
#include "sluice/backend/backend.h"
#include "sluice/backend/rounds.h"
#include "sluice/math/multilinear.h"
#include "sumcheck.h"
#include "sumcheck_tail_kernels.h"
#include "tail.h"

namespace sluice::backend_cuda {

template <unsigned D, class Hasher>
class JaggedProver {
    using Ext = Extension<D>;

 public:
    JaggedProver(const Context& context, const backend::Table<Hasher>& table, const backend::ColumnClaims<D>& columns)
        : context_(context),
          table_(table),
          claims_(columns),
          layout_(backend::make_layout(table.shape->machine, table.shape->heights, table.shape->stack_height)) {}

    absl::StatusOr<backend::StackClaims<D>> prove(backend::Channel<D, Hasher>& channel) {
        const unsigned height_variables = layout_.stack_height;
        const unsigned variables = height_variables + layout_.column_variables();
        if (height_variables < 2) {
            return absl::InvalidArgumentError(
                absl::StrCat("jagged: stack height 2^", height_variables, " is below the 4 to which columns align"));
        }
        const Ext zeta = channel.sample("zeta");
        Ext claim = Ext::zero();
        for (std::size_t j = claims_.values.size(); j-- != 0;) claim = claim * zeta + claims_.values[j];

        gather_pieces(zeta);
        const EqTable<D> eq_table(context_, high_variables());
        const EqView<D> eq = eq_table.fill(context_, std::span<const Ext>(claims_.point).subspan(low_variables()));
        const Sums<D, 4> corners = corner_sums(eq);
        std::vector<Ext> point;
        claim = first_rounds(corners, claim, channel, point);

        // A quarter of Q and J, as far as there are columns.
        ExtBuffer<D> q(context_, blocks());
        ExtBuffer<D> j(context_, blocks());
        const Passes passes(layout_, context_.tuning);
        TwoRoundSums<D> both{};
        Sums<D, 2> sums{};
        if (passes.singles != 2) {
            both = fold_blocks<2>(eq, point, q, j);
        } else {
            sums = fold_blocks<1>(eq, point, q, j);
        }
        backend::StackClaims<D> result;
        const auto send_round = [&](const Ext& at_zero, const Ext& top) {
            const Ext at_one = claim - at_zero;
            claim = send(at_zero, at_one, backend::quadratic_at_two(at_zero, at_one, top), channel, point);
        };
        const auto unbound = [&](unsigned count) { return std::span<const Ext>(point).last(count); };
        unsigned k = 2;
        for (; k < passes.singles; k += 2) {
            if (k != 2) both = product_pass<2, 2>(context_, q, j, unbound(2));
            if (k == height_variables) result.values = q.download(context_.stream);
            send_round(both.value[0] + both.value[1], both.value[6] + both.value[7]);
            const Ext r = point.back();
            send_round(second_round(both, 0, r), second_round(both, 2, r));
        }
        for (; k < passes.tail; ++k) {
            if (k != 2) sums = product_round(context_, q, j, unbound(k == passes.singles ? 2 : 1));
            if (k == height_variables) result.values = q.download(context_.stream);
            send_round(sums.value[0], sums.value[1]);
        }
        if (k < variables) {
            last_rounds(q, j, claim, channel, point, result.values);
        } else if (variables == height_variables) {
            // No variable tells columns apart: the last challenge binds the last variable of the one column.
            result.values = height_variables == 2 ? q.download(context_.stream)
                                                  : fold(context_, q, point.back()).download(context_.stream);
        }
        channel.send("stack_values", result.values);
        result.point.assign(point.begin(), point.begin() + height_variables);
        return result;
    }

    /// Bytes of device memory at most.
    [[nodiscard]] static std::uint64_t plan(const backend::TableShape& shape, const Tuning& tuning) {
        const backend::Layout layout = backend::make_layout(shape.machine, shape.heights, shape.stack_height);
        const std::uint64_t blocks = (std::uint64_t{layout.stack_columns()} << shape.stack_height) / 4;
        std::uint64_t columns = 0;
        std::uint64_t ends = 0;
        for (const auto& group : layout.groups) {
            columns += group.size();
            ends = std::max<std::uint64_t>(ends, group.size());
        }
        const unsigned mu = backend::row_variables(shape.heights);
        const bool both = Passes(layout, tuning).singles != 2;
        const std::uint64_t bound = both ? (blocks + 3) / 4 : (blocks + 1) / 2;
        const std::uint64_t vectors = 2 * (ExtBuffer<D>::bytes_for(blocks) + ExtBuffer<D>::bytes_for(bound));
        const std::uint64_t gathered =
            aligned(4 * ends * sizeof(std::uint64_t)) + aligned(4 * ends * sizeof(KoalaBear));
        return std::max(vectors, 2 * ExtBuffer<D>::bytes_for(blocks) + aligned(columns * sizeof(Piece<D>))) +
               EqTable<D>::bytes_for(mu < 2 ? 0 : mu - 2) +
               std::max({gathered, both ? sum_bytes<D, 9>() : sum_bytes<D, 4>(),
                         aligned(tail_outputs(layout) * sizeof(Ext))});
    }

 private:
    /// A block that a column ends in.
    struct EndBlock {
        std::size_t piece;
        std::array<KoalaBear, 4> q;
        std::array<Ext, 4> j;
    };

    /// How the rounds after the first two are made: those before `singles` two in a pass, then those before `tail` one
    /// in a pass, and the rest by a tail.
    struct Passes {
        unsigned singles = 2, tail;

        Passes(const backend::Layout& layout, const Tuning& tuning) {
            const unsigned height = layout.stack_height;
            const unsigned variables = height + layout.column_variables();
            // Elements with k variables bound.
            const auto left = [&](unsigned k) {
                return ((std::uint64_t{layout.stack_columns()} << height) + (std::uint64_t{1} << k) - 1) >> k;
            };
            tail = std::min(3u, variables);
            while (tail < variables && left(tail - 1) > tuning.tail_values) ++tail;
            // After the last of two rounds comes one by itself, which leaves one variable to bind, as the tail and the
            // end expect; and round `height` begins a pass, since the values of the stack columns are what it makes.
            while (singles + 2 < tail && singles + 1 != height && left(singles) >= tuning.two_round_values)
                singles += 2;
        }
    };

    /// Row variables within a block, and above: without two there is no complete block.
    [[nodiscard]] std::size_t low_variables() const noexcept { return std::min<std::size_t>(claims_.point.size(), 2); }
    [[nodiscard]] unsigned high_variables() const noexcept {
        return static_cast<unsigned>(claims_.point.size() - low_variables());
    }
    /// Of the stack, as far as there are columns.
    [[nodiscard]] std::uint64_t blocks() const noexcept {
        return (std::uint64_t{layout_.stack_columns()} << layout_.stack_height) / 4;
    }

    [[nodiscard]] DevicePointer<const KoalaBear> dense(std::size_t group) const noexcept {
        return static_cast<const CudaCommitment<Hasher>*>(table_.commitments[group])->dense();
    }
    [[nodiscard]] StackView stack() const noexcept {
        static_assert(StackView::kGroups == machine::kGroups);
        StackView view{};
        for (std::size_t group = 0; group < machine::kGroups; ++group) {
            view.groups[group] = dense(group);
            view.ends[group] = layout_.group_start(group + 1) / 4;
        }
        return view;
    }

    void gather_pieces(const Ext& zeta) {
        const std::span<const Ext> r(claims_.point);
        Ext weight = Ext::one();
        for (std::size_t group = 0; group < machine::kGroups; ++group) {
            const std::size_t first_end = ends_.size();
            std::vector<std::uint64_t> places;
            for (const backend::ColumnPlace& place : layout_.groups[group]) {
                Piece<D> piece{};
                piece.first = (layout_.group_start(group) + place.start) / 4;
                piece.complete = place.height / 4;
                piece.weight = weight;
                if (place.height % 4 != 0) {
                    EndBlock end{pieces_.size(), {}, {}};
                    for (std::uint32_t c = 0; c < 4; ++c) {
                        const std::uint64_t row = 4 * piece.complete + c;
                        places.push_back(place.start + row);
                        if (row < place.height) end.j[c] = weight * math::evaluate_eq_at_index(r, row);
                    }
                    ends_.push_back(end);
                }
                pieces_.push_back(piece);
                weight *= zeta;
            }
            const std::vector<KoalaBear> values = gather<KoalaBear>(context_, dense(group), places);
            for (std::size_t i = 0; i < values.size(); ++i) ends_[first_end + i / 4].q[i % 4] = values[i];
        }
    }

    [[nodiscard]] Sums<D, 4> corner_sums(const EqView<D>& eq) const {
        const DeviceBuffer<Piece<D>> pieces(context_, std::span<const Piece<D>>(pieces_));
        return sum(context_, blocks(), JaggedCorners<D>{stack(), view_of(pieces), eq});
    }
    [[nodiscard]] static PiecesView<D> view_of(const DeviceBuffer<Piece<D>>& pieces) noexcept {
        return {pieces.data(), static_cast<std::uint32_t>(pieces.size())};
    }

    static Ext eq_bit(const Ext& r, unsigned bit) { return bit != 0 ? r : KoalaBear::one() - r; }

    static Ext send(const Ext& g0, const Ext& g1, const Ext& g2, backend::Channel<D, Hasher>& channel,
                    std::vector<Ext>& point) {
        const std::array<Ext, 3> message{g0, g1, g2};
        channel.send("jagged_round", message);
        const Ext s = channel.sample("stack_point");
        point.push_back(s);
        return backend::quadratic_through(g0, g1, g2, s);
    }

    /// The rounds of the two variables within a block.
    Ext first_rounds(const Sums<D, 4>& corners, const Ext& claim, backend::Channel<D, Hasher>& channel,
                     std::vector<Ext>& point) const {
        const std::span<const Ext> r(claims_.point);
        std::array<Ext, 2> fixed{Ext::zero(), Ext::zero()};
        if (r.size() >= 2) fixed = {r[0], r[1]};

        Ext current = claim;
        for (unsigned k = 0; k < 2; ++k) {
            std::array<Ext, 3> message{};  // g(0), g(1), g(2)
            for (unsigned x = 0; x < 3; ++x) {
                const KoalaBear at = KoalaBear::from_canonical(x);
                const auto line = [&](const Ext& a, const Ext& b) { return a + (b - a) * at; };
                if (k == 0) {
                    const Ext eq0 = line(KoalaBear::one() - fixed[0], fixed[0]);
                    for (unsigned bit = 0; bit < 2; ++bit) {
                        message[x] +=
                            eq0 * eq_bit(fixed[1], bit) * line(corners.value[2 * bit], corners.value[2 * bit + 1]);
                        for (const EndBlock& end : ends_) {
                            message[x] += line(Ext::from_base(end.q[2 * bit]), Ext::from_base(end.q[2 * bit + 1])) *
                                          line(end.j[2 * bit], end.j[2 * bit + 1]);
                        }
                    }
                } else {
                    const auto bound = [&](const auto& values) {
                        return line(math::evaluate_line(values[0], values[1], point[0]),
                                    math::evaluate_line(values[2], values[3], point[0]));
                    };
                    const Ext eq1 = math::evaluate_eq(fixed[0], point[0]) * line(KoalaBear::one() - fixed[1], fixed[1]);
                    message[x] += eq1 * bound(corners.value);
                    for (const EndBlock& end : ends_) message[x] += bound(end.q) * bound(end.j);
                }
            }
            current = send(message[0], message[1], message[2], channel, point);
        }
        return current;
    }

    /// Q and J with the two variables of a block bound, and the sums of the next rounds.
    template <unsigned kRounds>
    [[nodiscard]] RoundSums<D, kRounds> fold_blocks(const EqView<D>& eq, const std::vector<Ext>& point,
                                                    const ExtBuffer<D>& q, const ExtBuffer<D>& j) {
        JaggedBlocks<D, kRounds> term{};
        for (unsigned c = 0; c < 4; ++c) term.weights[c] = eq_bit(point[0], c & 1) * eq_bit(point[1], c >> 1);
        Ext within = Ext::one();  // eq of the two variables
        for (std::size_t k = 0; k < low_variables(); ++k) within *= math::evaluate_eq(claims_.point[k], point[k]);
        for (Piece<D>& piece : pieces_) piece.weight *= within;
        for (const EndBlock& end : ends_) {
            for (unsigned c = 0; c < 4; ++c) pieces_[end.piece].end += term.weights[c] * end.j[c];
        }
        const DeviceBuffer<Piece<D>> pieces(context_, std::span<const Piece<D>>(pieces_));
        term.stack = stack();
        term.pieces = view_of(pieces);
        term.eq = eq;
        term.size = blocks();
        term.q = q.view();
        term.j = j.view();
        return sum(context_, (blocks() + (1u << kRounds) - 1) >> kRounds, term);
    }

    /// What the last rounds write: messages, challenges, and the values of the stack columns.
    [[nodiscard]] static std::uint64_t tail_outputs(const backend::Layout& layout) noexcept {
        return tail_size<ProductTail<D>>(layout.stack_height + layout.column_variables()) + layout.stack_columns();
    }
    /// The rounds that `point` has no variable of, of which one was before: they begin by folding q and j. Gives the
    /// values of the stack columns if they come of these rounds.
    void last_rounds(const ExtBuffer<D>& q, const ExtBuffer<D>& j, const Ext& claim,
                     backend::Channel<D, Hasher>& channel, std::vector<Ext>& point, std::vector<Ext>& values) const {
        const auto bound = static_cast<unsigned>(point.size());
        const bool keeps = bound <= layout_.stack_height;
        const ExtBuffer<D> half_q(context_, (q.size() + 1) / 2);
        const ExtBuffer<D> half_j(context_, (j.size() + 1) / 2);
        const DeviceBuffer<Ext> out(context_, tail_outputs(layout_));
        ProductTail<D> tail{};
        tail.count = layout_.stack_height + layout_.column_variables() - bound;
        tail.size = q.size();
        tail.a[0] = q.view();
        tail.a[1] = half_q.view();
        tail.b[0] = j.view();
        tail.b[1] = half_j.view();
        tail.claim = claim;
        tail.kept_round = keeps ? layout_.stack_height - bound : tail.count + 1;
        const std::uint64_t size = tail_size<ProductTail<D>>(tail.count);
        tail.kept = out.data() + size;
        const std::vector<Ext> sent = run_tail(context_, tail, point.back(), out,
                                               {"jagged_round", "stack_point", "jagged reduction"}, channel, point);
        if (keeps) values.assign(sent.begin() + size, sent.begin() + size + layout_.stack_columns());
    }

    const Context& context_;
    const backend::Table<Hasher>& table_;
    const backend::ColumnClaims<D>& claims_;
    backend::Layout layout_;
    std::vector<Piece<D>> pieces_;
    std::vector<EndBlock> ends_;
};

}  // namespace sluice::backend_cuda
