// What the openings share: libprover/DESIGN.md, section 7. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#include "opening_kernels.h"
#include "oracle.h"
#include "sluice/backend/backend.h"
#include "sumcheck.h"

namespace sluice::backend_cuda {

template <unsigned D, class Hasher>
class OpeningSteps {
 public:
    using Ext = Extension<D>;
    using ChannelType = backend::Channel<D, Hasher>;

    OpeningSteps(const Context& context, const Roots& roots, const backend::Table<Hasher>& table,
                 const backend::StackClaims<D>& claims)
        : context_(context),
          roots_(roots),
          table_(table),
          opening_(*table.opening),
          claims_(claims),
          height_(table.shape->stack_height) {}

 protected:
    /// F_0 into `f_`.
    absl::Status combine_columns(ChannelType& channel) {
        if (absl::Status status = grind(context_, channel, "batch_grinding", opening_.batch_grinding_bits);
            !status.ok())
            return status;
        static_assert(CombineColumns<D>::kGroups == machine::kGroups);
        CombineColumns<D> kernel{};
        std::vector<Ext> weights;
        const Ext beta = channel.sample("beta");
        Ext weight = Ext::one();
        for (std::size_t group = 0; group < machine::kGroups; ++group) {
            kernel.groups[group] = commitment(group).dense();
            kernel.widths[group] = commitment(group).width();
            for (std::uint32_t i = 0; i < commitment(group).width(); ++i, weight *= beta) weights.push_back(weight);
        }
        const DeviceBuffer<Ext> on_device(context_, std::span<const Ext>(weights));
        f_ = ExtBuffer<D>(context_, std::uint64_t{1} << height_);
        kernel.log_height = height_;
        kernel.weights = on_device.data();
        kernel.out = f_.view();
        launch(context_.stream, f_.size(), kernel);
        eq_ = EqTable<D>(context_, height_);
        return absl::OkStatus();
    }

    /// The sums of eq times F over the two halves that the next variable makes, eq of the variables after it.
    Sums<D, 2> eq_sums() {
        const EqView<D> eq = eq_.fill(context_, std::span<const Ext>(claims_.point).subspan(variable_ + 1));
        return weighted_round(context_, eq, f_, std::exchange(unfolded_, std::nullopt));
    }

    absl::StatusOr<Ext> draw_challenge(ChannelType& channel) {
        if (absl::Status status = grind(context_, channel, "fold_grinding", opening_.fold_grinding_bits); !status.ok())
            return status;
        return channel.sample("fold_point");
    }

    /// Binds the next variable. The vectors are folded by the next round, or by `settle`.
    void bind_to(const Ext& r) {
        unfolded_ = r;
        ++variable_;
    }
    void settle() {
        if (unfolded_) f_ = fold(context_, f_, *unfolded_);
        unfolded_.reset();
    }

    /// F as the oracle of `level`, whose root is sent.
    Oracle<Hasher> commit_fold(ChannelType& channel, unsigned level) {
        Oracle<Hasher> oracle = make_oracle<Hasher>(context_, roots_, opening_, height_, level, f_.view().base,
                                                    f_.view().stride, D, hash::LeafOrder::by_row);
        channel.send("fold_root", oracle.root(context_.stream));
        return oracle;
    }

    void send_final(ChannelType& channel) const { channel.send("final", f_.download(context_.stream)); }

    /// Leaves of a level: ascending and distinct.
    absl::StatusOr<std::vector<std::uint32_t>> draw_queries(ChannelType& channel, unsigned level) {
        if (absl::Status status = grind(context_, channel, "query_grinding", opening_.query_grinding_bits);
            !status.ok())
            return status;
        std::vector<std::uint32_t> indices(opening_.num_queries(level));
        for (std::uint32_t& index : indices)
            index = channel.sample_bits("query", opening_.num_leaves_log(height_, level));
        indices.resize(hash::sort_distinct(indices));
        return indices;
    }

    void open_commitments(backend::ProofWriter& writer, std::span<const std::uint32_t> indices) const {
        for (std::size_t group = 0; group < machine::kGroups; ++group) {
            if (commitment(group).width() != 0) open_oracle(context_, writer, commitment(group).oracle(), indices);
        }
    }

    // ---- Memory

    static constexpr std::uint64_t vector_bytes(unsigned log_size) noexcept {
        return ExtBuffer<D>::bytes_for(std::uint64_t{1} << log_size);
    }
    /// Small things that any step needs: eq, sums of blocks, a nonce, and what is opened.
    static std::uint64_t small_bytes(const backend::TableShape& shape, const params::Opening& opening) {
        const unsigned h = shape.stack_height;
        const backend::Layout layout = backend::make_layout(shape.machine, shape.heights, h);
        std::uint64_t opened = aligned(layout.stack_columns() * sizeof(Ext));
        for (const std::uint32_t width : layout.widths)
            opened = std::max(opened, open_oracle_bytes<Hasher>(opening, h, 0, width, opening.num_queries(0)));
        for (unsigned level = 1; level < opening.num_groups(h); ++level) {
            const std::uint32_t queries =
                opening.num_queries(opening.kind == params::OpeningKind::basefold ? 0 : level);
            opened = std::max(opened, open_oracle_bytes<Hasher>(opening, h, level, D, queries));
        }
        return EqTable<D>::bytes_for(h) + std::max({sum_bytes<D, 2>(), kAlignment, opened});
    }

    const Context& context_;
    const Roots& roots_;
    const backend::Table<Hasher>& table_;
    const params::Opening& opening_;
    const backend::StackClaims<D>& claims_;
    unsigned height_;
    unsigned variable_ = 0;        ///< bound so far
    std::optional<Ext> unfolded_;  ///< what the last variable is bound to, while F is not yet folded by it
    ExtBuffer<D> f_;
    EqTable<D> eq_;

 private:
    [[nodiscard]] const CudaCommitment<Hasher>& commitment(std::size_t group) const noexcept {
        return static_cast<const CudaCommitment<Hasher>&>(*table_.commitments[group]);
    }
};

}  // namespace sluice::backend_cuda
