// From values of all columns to values of all stack columns: libprover/DESIGN.md, section 6, steps 4 to 6.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// Columns begin at multiples of four, so the two lowest bits of a row are those of its place in the stack. Over a block
// of four rows that are all there, J is a number times eq(r_0, x_0) eq(r_1, x_1): four sums over the blocks tell the
// first two rounds, and J need not be stored until a quarter of it is left. Blocks that a column ends in, one at most
// for each column, are treated apart.
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

#include "commitment.h"
#include "context.h"
#include "kernels.h"
#include "sluice/backend/backend.h"
#include "sluice/math/multilinear.h"

namespace sluice::backend_cpu {

template <unsigned D, class Hasher>
class JaggedProver {
    using Ext = Extension<D>;
    using View = ExtView<D>;
    static constexpr std::size_t kTile = 4096;  // blocks, or pairs

 public:
    JaggedProver(const Context<D>& context, const backend::Table<Hasher>& table,
                 const backend::ColumnClaims<D>& columns)
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

        gather(zeta);
        std::vector<Ext> point;
        claim = first_rounds(claim, channel, point);

        // A quarter of Q and J, as far as there are columns.
        std::uint64_t size = (std::uint64_t{layout_.stack_columns()} << height_variables) / 4;
        auto [q, j] = fold_blocks(point);
        eq_high_ = {};
        backend::StackClaims<D> result;
        if (height_variables == 2) result.values = read(q, size);
        for (unsigned k = 2; k < variables; ++k) {
            const std::uint64_t pairs = (size + 1) / 2;
            if (k == 2) {
                claim = round(evaluate(q.view(), j.view(), pairs), claim, channel, point);
            } else {
                // Fold by the challenge before, then evaluate.
                ExtBuffer<D> next_q(context_.memory, capacity_of(size));
                ExtBuffer<D> next_j(context_.memory, capacity_of(size));
                const Ext r = point.back();
                const Pair<D> sums =
                    context_.pool.template sum<Pair<D>>((pairs + kTile - 1) / kTile, [&](std::size_t t) {
                        const std::size_t first = t * kTile;
                        const std::size_t count = padded(std::min<std::size_t>(pairs - first, kTile));
                        for (auto* const arrays : {&next_q, &next_j}) {
                            const View in = (arrays == &next_q ? q : j).view().at(4 * first);
                            const View out = arrays->view().at(2 * first);
                            const std::size_t there = std::min<std::size_t>(2 * count, size - 2 * first);
                            context_.kernels.fold(in, r, out, padded(there));
                            out.fill(there, 2 * count, Ext::zero());
                        }
                        return context_.kernels.inner(next_q.view().at(2 * first), next_j.view().at(2 * first), count);
                    });
                q = std::move(next_q);
                j = std::move(next_j);
                claim = round(sums, claim, channel, point);
                if (k == height_variables) result.values = read(q, size);
            }
            size = pairs;
        }
        if (result.values.empty() && layout_.stack_columns() != 0) {
            // No variable tells columns apart: the last challenge binds the last variable of the one column.
            const Ext r = point.back();
            result.values.push_back(variables == 2 ? q.get(0) : math::evaluate_line(q.get(0), q.get(1), r));
        }
        channel.send("stack_values", result.values);
        result.point.assign(point.begin(), point.begin() + height_variables);
        return result;
    }

 private:
    /// A block that a column ends in.
    struct EndBlock {
        std::uint64_t block;  ///< of the stack
        std::array<KoalaBear, 4> q;
        std::array<Ext, 4> j;
    };
    struct Piece {
        const KoalaBear* data;
        std::uint64_t block;     ///< of the stack, where the column begins
        std::uint64_t complete;  ///< blocks of four rows
        Ext weight;              ///< zeta^j
    };

    static std::size_t capacity_of(std::uint64_t size) noexcept { return 2 * padded((size + 1) / 2); }

    void gather(const Ext& zeta) {
        const std::span<const Ext> r(claims_.point);
        const TableColumns<Hasher> columns(table_);
        if (r.size() >= 2) eq_high_ = context_.eq_table(r.subspan(2), Ext::one());
        Ext weight = Ext::one();
        for (std::size_t group = 0; group < machine::kGroups; ++group) {
            const std::uint64_t start = layout_.group_start(group);
            for (const backend::ColumnPlace& place : layout_.groups[group]) {
                Piece piece;
                piece.data = columns.get(place.chip, place.group, place.column);
                piece.block = (start + place.start) / 4;
                piece.complete = place.height / 4;
                piece.weight = weight;
                if (place.height % 4 != 0) {
                    EndBlock end;
                    end.block = piece.block + piece.complete;
                    for (std::uint32_t c = 0; c < 4; ++c) {
                        const std::uint64_t row = 4 * piece.complete + c;
                        end.q[c] = piece.data[row];
                        end.j[c] = row < place.height ? weight * math::evaluate_eq_at_index(r, row) : Ext::zero();
                    }
                    ends_.push_back(end);
                }
                pieces_.push_back(piece);
                weight *= zeta;
            }
        }
        // The sums over complete blocks: columns in tiles.
        struct Task {
            std::size_t piece, first, last;
        };
        std::vector<Task> tasks;
        for (std::size_t p = 0; p < pieces_.size(); ++p) {
            for (std::size_t first = 0; first < pieces_[p].complete; first += kTile)
                tasks.push_back({p, first, std::min<std::size_t>(pieces_[p].complete, first + kTile)});
        }
        corners_ = context_.pool.template sum<Corners<D>>(tasks.size(), [&](std::size_t t) {
            const Task& task = tasks[t];
            const Piece& piece = pieces_[task.piece];
            const std::size_t count = task.last - task.first;
            const std::size_t whole = count / kPad * kPad;
            Corners<D> sums =
                context_.kernels.corner_sums(eq_high_.view().at(task.first), piece.data + 4 * task.first, whole);
            for (std::size_t x = task.first + whole; x < task.last; ++x) {
                const Ext weight_of_block = eq_high_.get(x);
                for (unsigned c = 0; c < 4; ++c) sums.corner[c] += weight_of_block * piece.data[4 * x + c];
            }
            for (Ext& corner : sums.corner) corner *= piece.weight;
            return sums;
        });
    }

    static Ext eq_bit(const Ext& r, unsigned bit) { return bit != 0 ? r : KoalaBear::one() - r; }

    Ext round(const Pair<D>& sums, const Ext& claim, backend::Channel<D, Hasher>& channel, std::vector<Ext>& point) {
        const Ext at_one = claim - sums.at;
        return send(sums.at, at_one, quadratic_at_two(sums.at, at_one, sums.top), channel, point);
    }
    static Ext send(const Ext& g0, const Ext& g1, const Ext& g2, backend::Channel<D, Hasher>& channel,
                    std::vector<Ext>& point) {
        const std::array<Ext, 3> message{g0, g1, g2};
        channel.send("jagged_round", message);
        const Ext s = channel.sample("stack_point");
        point.push_back(s);
        return backend::quadratic_through(g0, g1, g2, s);
    }

    /// The rounds of the two variables within a block.
    Ext first_rounds(const Ext& claim, backend::Channel<D, Hasher>& channel, std::vector<Ext>& point) {
        const std::span<const Ext> r(claims_.point);
        std::array<Ext, 2> fixed{Ext::zero(), Ext::zero()};  // without two row variables there is no complete block
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
                            eq0 * eq_bit(fixed[1], bit) * line(corners_.corner[2 * bit], corners_.corner[2 * bit + 1]);
                    }
                    for (const EndBlock& end : ends_) {
                        for (unsigned bit = 0; bit < 2; ++bit) {
                            message[x] += line(Ext::from_base(end.q[2 * bit]), Ext::from_base(end.q[2 * bit + 1])) *
                                          line(end.j[2 * bit], end.j[2 * bit + 1]);
                        }
                    }
                } else {
                    const Ext& s = point[0];
                    const auto bound = [&](const auto& values, unsigned bit) {
                        return math::evaluate_line(values[2 * bit], values[2 * bit + 1], s);
                    };
                    const Ext eq1 = math::evaluate_eq(fixed[0], s) * line(KoalaBear::one() - fixed[1], fixed[1]);
                    message[x] += eq1 * line(bound(corners_.corner, 0), bound(corners_.corner, 1));
                    for (const EndBlock& end : ends_)
                        message[x] += line(bound(end.q, 0), bound(end.q, 1)) * line(bound(end.j, 0), bound(end.j, 1));
                }
            }
            current = send(message[0], message[1], message[2], channel, point);
        }
        return current;
    }

    /// Q and J with the two variables of a block bound.
    std::pair<ExtBuffer<D>, ExtBuffer<D>> fold_blocks(const std::vector<Ext>& point) {
        const std::uint64_t size = (std::uint64_t{layout_.stack_columns()} << layout_.stack_height) / 4;
        ExtBuffer<D> q(context_.memory, capacity_of(size));
        ExtBuffer<D> j(context_.memory, capacity_of(size));
        std::array<Ext, 4> weights;
        for (unsigned c = 0; c < 4; ++c) weights[c] = eq_bit(point[0], c & 1) * eq_bit(point[1], c >> 1);

        for (std::size_t group = 0; group < machine::kGroups; ++group) {
            const KoalaBear* const dense =
                static_cast<const CpuCommitment<Hasher>*>(table_.commitments[group])->dense();
            const std::uint64_t first_block = layout_.group_start(group) / 4;
            const std::uint64_t blocks = (std::uint64_t{layout_.widths[group]} << layout_.stack_height) / 4;
            for_chunks(context_.pool, blocks, kTile, [&](std::size_t first, std::size_t last) {
                fold_run(dense + 4 * first, weights, q.view().at(first_block + first), last - first);
            });
        }
        q.view().fill(size, q.size(), Ext::zero());

        const std::span<const Ext> r(claims_.point);
        Ext within = Ext::one();  // eq of the two variables
        for (std::size_t k = 0; k < 2 && r.size() >= 2; ++k) within *= math::evaluate_eq(r[k], point[k]);
        // What lies between the columns is zero.
        std::uint64_t next = 0;
        for (const Piece& piece : pieces_) {
            j.view().fill(next, piece.block, Ext::zero());
            const Ext factor = piece.weight * within;
            for_chunks(context_.pool, piece.complete, kTile, [&](std::size_t first, std::size_t last) {
                const std::size_t whole = (last - first) / kPad * kPad;
                const View out = j.view().at(piece.block + first);
                context_.kernels.scale(eq_high_.view().at(first), factor, out, whole);
                for (std::size_t x = whole; x < last - first; ++x) out.set(x, eq_high_.get(first + x) * factor);
            });
            next = piece.block + piece.complete;
        }
        j.view().fill(next, j.size(), Ext::zero());
        for (const EndBlock& end : ends_) {
            Ext sum = Ext::zero();
            for (unsigned c = 0; c < 4; ++c) sum += weights[c] * end.j[c];
            j.view().set(end.block, sum);
        }
        return {std::move(q), std::move(j)};
    }

    /// Any number of blocks: the last ones, which fill no whole step, one by one.
    void fold_run(const KoalaBear* in, const std::array<Ext, 4>& weights, View out, std::size_t count) const {
        const std::size_t whole = count / kPad * kPad;
        context_.kernels.fold_quads_base(in, weights.data(), out, whole);
        for (std::size_t x = whole; x < count; ++x) {
            Ext sum = Ext::zero();
            for (unsigned c = 0; c < 4; ++c) sum += weights[c] * in[4 * x + c];
            out.set(x, sum);
        }
    }

    Pair<D> evaluate(View q, View j, std::uint64_t pairs) {
        return context_.pool.template sum<Pair<D>>((pairs + kTile - 1) / kTile, [&](std::size_t t) {
            const std::size_t first = t * kTile;
            const std::size_t count = padded(std::min<std::size_t>(pairs - first, kTile));
            return context_.kernels.inner(q.at(2 * first), j.at(2 * first), count);
        });
    }

    [[nodiscard]] std::vector<Ext> read(const ExtBuffer<D>& q, std::uint64_t size) const {
        std::vector<Ext> values;
        for (std::uint64_t i = 0; i < size; ++i) values.push_back(q.get(i));
        return values;
    }

    const Context<D>& context_;
    const backend::Table<Hasher>& table_;
    const backend::ColumnClaims<D>& claims_;
    backend::Layout layout_;
    ExtBuffer<D> eq_high_;
    std::vector<Piece> pieces_;
    std::vector<EndBlock> ends_;
    Corners<D> corners_;
};

}  // namespace sluice::backend_cpu
