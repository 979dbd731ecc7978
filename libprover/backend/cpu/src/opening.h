// What the openings share: libprover/DESIGN.md, section 7. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "commitment.h"
#include "context.h"
#include "kernels.h"
#include "sluice/backend/backend.h"
#include "sluice/math/multilinear.h"
#include "sluice/math/planar.h"
#include "sluice/simd/slices.h"

namespace sluice::backend_cpu {

template <unsigned D, class Hasher>
class OpeningSteps {
 public:
    using Ext = Extension<D>;
    using View = ExtView<D>;
    using ChannelType = backend::Channel<D, Hasher>;
    using Grind = std::function<absl::Status(ChannelType&, std::string_view, unsigned)>;

    /// `twiddles` reach as far as the largest domain of an oracle.
    OpeningSteps(const Context<D>& context, const simd::Twiddles& twiddles, const backend::Table<Hasher>& table,
                 const backend::StackClaims<D>& claims, Grind grind)
        : context_(context),
          twiddles_(twiddles),
          table_(table),
          opening_(*table.opening),
          claims_(claims),
          grind_(std::move(grind)),
          height_(table.shape->stack_height) {}

 protected:
    static constexpr std::size_t kTile = 4096;
    static constexpr std::size_t kCombineTile = 512;

    /// F_0 into `f_`.
    absl::Status combine_columns(ChannelType& channel) {
        if (absl::Status status = grind_(channel, "batch_grinding", opening_.batch_grinding_bits); !status.ok())
            return status;
        f_ = combine(channel.sample("beta"));
        size_ = std::size_t{1} << height_;
        return absl::OkStatus();
    }

    /// The sums of eq times F over the two halves that the next variable makes, eq of the variables after it; all
    /// variables before were bound by `bind_to`.
    Pair<D> eq_sums() {
        const std::size_t half = size_ / 2;
        eq_ = variable_ == 0 ? context_.eq_table(std::span<const Ext>(claims_.point).subspan(1), Ext::one())
                             : context_.drop_variable(eq_, size_);
        return context_.pool.template sum<Pair<D>>((half + kTile - 1) / kTile, [&](std::size_t t) {
            const std::size_t first = t * kTile;
            const std::size_t count = std::min(half - first, kTile);
            return pair_sums(eq_.view().at(first), f_.view().at(2 * first), count);
        });
    }

    absl::StatusOr<Ext> draw_challenge(ChannelType& channel) {
        if (absl::Status status = grind_(channel, "fold_grinding", opening_.fold_grinding_bits); !status.ok())
            return status;
        return channel.sample("fold_point");
    }

    /// Binds the next variable of F.
    void bind_to(const Ext& r) {
        f_ = bound(f_, r);
        size_ /= 2;
        ++variable_;
    }
    /// A vector of size_ elements with its lowest variable bound.
    [[nodiscard]] ExtBuffer<D> bound(const ExtBuffer<D>& values, const Ext& r) const {
        const std::size_t half = size_ / 2;
        ExtBuffer<D> next(context_.memory, half);
        for_chunks(context_.pool, half, kTile, [&](std::size_t first, std::size_t last) {
            fold(values.view().at(2 * first), r, next.view().at(first), last - first);
        });
        return next;
    }

    /// F as the oracle of `level`, whose root is sent.
    Oracle<Hasher> commit_fold(ChannelType& channel, unsigned level) {
        Oracle<Hasher> oracle = make_oracle<Hasher>(context_.pool, context_.memory, twiddles_, opening_, height_, level,
                                                    f_.view().base, f_.view().stride, D, hash::LeafOrder::by_row);
        channel.send("fold_root", oracle.tree().root());
        return oracle;
    }

    void send_final(ChannelType& channel) const {
        std::vector<Ext> last(size_);
        for (std::size_t i = 0; i < size_; ++i) last[i] = f_.get(i);
        channel.send("final", last);
    }

    /// Leaves of a level: ascending and distinct.
    absl::StatusOr<std::vector<std::uint32_t>> draw_queries(ChannelType& channel, unsigned level) {
        if (absl::Status status = grind_(channel, "query_grinding", opening_.query_grinding_bits); !status.ok())
            return status;
        std::vector<std::uint32_t> indices(opening_.num_queries(level));
        for (std::uint32_t& index : indices)
            index = channel.sample_bits("query", opening_.num_leaves_log(height_, level));
        indices.resize(hash::sort_distinct(indices));
        return indices;
    }

    void open_commitments(backend::ProofWriter& writer, std::span<const std::uint32_t> indices) const {
        for (const auto* commitment : table_.commitments) {
            if (commitment->width() == 0) continue;
            open_oracle(writer, static_cast<const CpuCommitment<Hasher>*>(commitment)->oracle(), indices);
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
    unsigned variable_ = 0;  ///< bound so far
    std::size_t size_ = 0;   ///< of F
    ExtBuffer<D> f_;
    ExtBuffer<D> eq_;

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
};

}  // namespace sluice::backend_cpu
