// Basefold over all stack columns: libprover/DESIGN.md, section 7. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <utility>
#include <vector>

#include "absl/status/status.h"

#include "commitment.h"
#include "context.h"
#include "kernels.h"
#include "sluice/backend/backend.h"
#include "sluice/math/multilinear.h"
#include "sluice/math/planar.h"
#include "sluice/simd/slices.h"

namespace sluice::backend_cpu {

template <unsigned D, class Hasher>
class OpeningProver {
    using Ext = Extension<D>;
    using View = ExtView<D>;
    using Digest = typename Hasher::Digest;
    using Grind = std::function<absl::Status(backend::Channel<D, Hasher>&, std::string_view, unsigned)>;
    static constexpr std::size_t kTile = 4096;
    static constexpr std::size_t kCombineTile = 512;

 public:
    /// `twiddles` reach as far as the code words of the commitments.
    OpeningProver(const Context<D>& context, const simd::Twiddles& twiddles, const backend::Table<Hasher>& table,
                  const backend::StackClaims<D>& claims, Grind grind)
        : context_(context),
          twiddles_(twiddles),
          table_(table),
          opening_(*table.opening),
          claims_(claims),
          grind_(std::move(grind)),
          height_(table.shape->stack_height) {}

    absl::Status prove(backend::Channel<D, Hasher>& channel) {
        if (absl::Status status = grind_(channel, "batch_grinding", opening_.batch_grinding_bits); !status.ok())
            return status;
        const Ext beta = channel.sample("beta");
        ExtBuffer<D> f = combine(beta);
        std::size_t size = std::size_t{1} << height_;

        const std::span<const Ext> s(claims_.point);
        const unsigned groups = opening_.num_groups(height_);
        ExtBuffer<D> eq;
        unsigned variable = 0;
        for (unsigned group = 0; group < groups; ++group) {
            for (unsigned i = 0; i < opening_.group_size(height_, group); ++i, ++variable) {
                const std::size_t half = size / 2;
                eq = variable == 0 ? context_.eq_table(s.subspan(1), Ext::one()) : context_.drop_variable(eq, size);
                const Pair<D> sums =
                    context_.pool.template sum<Pair<D>>((half + kTile - 1) / kTile, [&](std::size_t t) {
                        const std::size_t first = t * kTile;
                        const std::size_t count = std::min(half - first, kTile);
                        return pair_sums(eq.view().at(first), f.view().at(2 * first), count);
                    });
                const std::array<Ext, 2> message{sums.at, sums.top};
                channel.send("opening_round", message);
                if (absl::Status status = grind_(channel, "fold_grinding", opening_.fold_grinding_bits); !status.ok())
                    return status;
                const Ext r = channel.sample("fold_point");
                ExtBuffer<D> next(context_.memory, half);
                for_chunks(context_.pool, half, kTile, [&](std::size_t first, std::size_t last) {
                    fold(f.view().at(2 * first), r, next.view().at(first), last - first);
                });
                f = std::move(next);
                size = half;
            }
            if (group + 1 == groups) break;
            const unsigned next_size = opening_.group_size(height_, group + 1);
            folded_.push_back(make_oracle<Hasher>(context_.pool, context_.memory, twiddles_, f.view().base,
                                                  f.view().stride, D, height_ - variable, opening_.log_inverse_rate,
                                                  {next_size, hash::LeafOrder::by_row}));
            channel.send("fold_root", folded_.back().tree().root());
        }
        std::vector<Ext> last(size);
        for (std::size_t i = 0; i < size; ++i) last[i] = f.get(i);
        channel.send("final", last);
        if (absl::Status status = grind_(channel, "query_grinding", opening_.query_grinding_bits); !status.ok())
            return status;
        open(channel);
        return absl::OkStatus();
    }

 private:
    /// F_0: the stack columns times the powers of beta.
    ExtBuffer<D> combine(const Ext& beta) const {
        const std::size_t size = std::size_t{1} << height_;
        ExtBuffer<D> f(context_.memory, size);
        std::vector<const KoalaBear*> columns;
        std::vector<Ext> weights;
        Ext weight = Ext::one();
        for (const auto* commitment : table_.commitments) {
            const KoalaBear* column = static_cast<const CpuCommitment<Hasher>*>(commitment)->dense();
            for (std::uint32_t i = 0; i < commitment->width(); ++i, column += size, weight *= beta) {
                columns.push_back(column);
                weights.push_back(weight);
            }
        }
        for_chunks(context_.pool, size, kCombineTile, [&](std::size_t first, std::size_t last) {
            std::vector<const KoalaBear*> here = columns;
            for (const KoalaBear*& column : here) column += first;
            const View out = f.view().at(first);
            simd::combine_columns<D>(here, std::span<const Ext>(weights),
                                     math::PlanarSpan<D>{out.base, out.stride, last - first});
        });
        return f;
    }

    [[nodiscard]] Pair<D> pair_sums(View eq, View f, std::size_t count) const {
        if (count % kPad == 0) return context_.kernels.pair_sums(eq, f, count);
        Pair<D> sums;
        for (std::size_t x = 0; x < count; ++x) {
            sums.at += eq.get(x) * f.get(2 * x);
            sums.top += eq.get(x) * f.get(2 * x + 1);
        }
        return sums;
    }
    void fold(View in, const Ext& r, View out, std::size_t count) const {
        if (count % kPad == 0) return context_.kernels.fold(in, r, out, count);
        for (std::size_t x = 0; x < count; ++x) out.set(x, math::evaluate_line(in.get(2 * x), in.get(2 * x + 1), r));
    }

    void open(backend::Channel<D, Hasher>& channel) {
        const unsigned index_bits = opening_.num_leaves_log(height_, 0);
        std::vector<std::uint32_t> indices(opening_.num_queries(0));
        for (std::uint32_t& index : indices) index = channel.sample_bits("query", index_bits);
        indices.resize(hash::sort_distinct(indices));
        for (const auto* commitment : table_.commitments) {
            if (commitment->width() == 0) continue;
            open_oracle(channel.writer(), static_cast<const CpuCommitment<Hasher>*>(commitment)->oracle(), indices);
        }
        const unsigned first_group = opening_.group_size(height_, 0);
        for (unsigned level = 1; level <= folded_.size(); ++level) {
            std::vector<std::uint32_t> here = indices;
            for (std::uint32_t& index : here) index >>= opening_.group_start(height_, level + 1) - first_group;
            here.resize(hash::sort_distinct(here));
            open_oracle(channel.writer(), folded_[level - 1], here);
        }
    }

    static void open_oracle(backend::ProofWriter& writer, const Oracle<Hasher>& oracle,
                            std::span<const std::uint32_t> indices) {
        const hash::MatrixView matrix = oracle.matrix();
        for (const std::uint32_t index : indices)
            hash::visit_leaf(&matrix, 1, oracle.shape, index, [&](KoalaBear element) { writer.element(element); });
        hash::visit_siblings(oracle.log_leaves, indices, [&](unsigned level, std::uint32_t index) {
            const std::size_t size = std::size_t{1} << (oracle.log_leaves - level);
            writer.digest(oracle.nodes[(std::size_t{2} << oracle.log_leaves) - 2 * size + index]);
        });
    }

    const Context<D>& context_;
    const simd::Twiddles& twiddles_;
    const backend::Table<Hasher>& table_;
    const params::Opening& opening_;
    const backend::StackClaims<D>& claims_;
    Grind grind_;
    unsigned height_;
    std::vector<Oracle<Hasher>> folded_;
};

}  // namespace sluice::backend_cpu
