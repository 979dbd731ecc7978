// The host's side of gkr_tail_kernels.h. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

#include "gkr_tail_kernels.h"
#include "sluice/backend/gkr_layers.h"
#include "sluice/backend_cuda/tuning.h"
#include "tail.h"

namespace sluice::backend_cuda {

/// Groups of four for the nodes of so many rows after `levels` levels.
[[nodiscard]] inline std::uint64_t groups_of(std::uint32_t height, unsigned levels) noexcept {
    const std::uint64_t nodes = (std::uint64_t{height} + (std::uint64_t{1} << levels) - 1) >> levels;
    return (nodes + 3) / 4;
}

/// Which rounds are a tail's, and what that takes. A round is told by how many row variables come after its own: its
/// groups are the same in every layer.
template <unsigned D>
class GkrTailShape {
    using Ext = Extension<D>;

 public:
    GkrTailShape() = default;
    /// Of interactions with these heights, `fractions` of which are fractions, the last ones.
    GkrTailShape(const Tuning& tuning, std::span<const std::uint32_t> heights, std::size_t fractions,
                 unsigned row_variables, unsigned place_variables)
        : segments_(heights.size()), place_variables_(place_variables) {
        // One more than the tail's: the first round folds groups of the one before.
        for (unsigned variables = 0; variables + 2 <= row_variables; ++variables) {
            std::vector<std::uint32_t> firsts{0};
            for (const std::uint32_t height : heights) {
                const std::uint64_t end = firsts.back() + groups_of(height, row_variables - variables - 2);
                if (end > kMostGroups) return;
                firsts.push_back(static_cast<std::uint32_t>(end));
            }
            totals_.push_back({firsts.back(), firsts.back() - firsts[heights.size() - fractions]});
            firsts_.insert(firsts_.end(), firsts.begin(), firsts.end());
            if (firsts.back() > tuning.tail_groups) return;
            rounds_ = variables + 1;
        }
    }

    /// Of the rounds over `rows` row variables, how many: none of those that read leaves, which lie otherwise.
    [[nodiscard]] unsigned rounds(unsigned rows, bool leaves) const noexcept {
        return std::min(leaves ? std::max(rows, 2u) - 2 : rows, rounds_);
    }
    /// Groups with so many variables after, in all and of fractions.
    [[nodiscard]] std::pair<std::uint64_t, std::uint64_t> totals(unsigned variables) const noexcept {
        return totals_[variables];
    }
    [[nodiscard]] const std::vector<std::uint32_t>& firsts() const noexcept { return firsts_; }

    /// Groups that a tail's first fold leaves: later ones take turns between these nodes and those it begins with.
    [[nodiscard]] std::pair<std::uint64_t, std::uint64_t> folded(unsigned rounds, bool folds_first) const noexcept {
        if (rounds == 1 && !folds_first) return {0, 0};
        return totals(rounds - (folds_first ? 1 : 2));
    }
    /// Bytes of the tables of all layers.
    [[nodiscard]] std::uint64_t table_bytes() const noexcept {
        return aligned(firsts_.size() * sizeof(std::uint32_t)) + aligned(segments_ * sizeof(GkrPlace));
    }
    /// Bytes of nodes in so many groups, in all and of fractions.
    [[nodiscard]] static std::uint64_t node_bytes(const std::pair<std::uint64_t, std::uint64_t>& groups) noexcept {
        const auto [all, fractions] = groups;
        return ExtBuffer<D>::bytes_for(4 * all) + ExtBuffer<D>::bytes_for(4 * fractions);
    }
    /// Bytes that a tail takes beside the nodes it begins with.
    [[nodiscard]] std::uint64_t bytes(unsigned rounds, bool folds_first) const noexcept {
        return node_bytes(folded(rounds, folds_first)) + ExtBuffer<D>::bytes_for(EqHeap<D>::size_for(rounds - 1)) +
               ExtBuffer<D>::bytes_for(EqHeap<D>::size_for(place_variables_)) +
               2 * ExtBuffer<D>::bytes_for(GkrTail<D>::kChildren << place_variables_) +
               aligned(parameters(rounds) * sizeof(Ext)) + aligned(outputs(rounds) * sizeof(Ext));
    }
    /// The point, inverses and weights.
    [[nodiscard]] std::uint64_t parameters(unsigned rounds) const noexcept {
        return 2 * rounds + place_variables_ + segments_;
    }
    /// Of all rounds, and the children.
    [[nodiscard]] std::uint64_t outputs(unsigned rounds) const noexcept {
        return tail_size<GkrTail<D>>(rounds + place_variables_) + GkrTail<D>::kChildren;
    }
    [[nodiscard]] unsigned place_variables() const noexcept { return place_variables_; }

 private:
    static constexpr std::uint64_t kMostGroups = std::uint64_t{1} << 30;

    std::uint64_t segments_ = 0;
    unsigned place_variables_ = 0;
    unsigned rounds_ = 0;
    std::vector<std::pair<std::uint64_t, std::uint64_t>> totals_;
    std::vector<std::uint32_t> firsts_;  ///< of the segments, and the end
};

/// The last rounds of the layers of a proof.
template <unsigned D>
class GkrTails {
    using Ext = Extension<D>;

 public:
    GkrTails() = default;
    GkrTails(const Context& context, GkrTailShape<D> shape, std::span<const GkrPlace> places, std::size_t fractions)
        : shape_(std::move(shape)),
          firsts_(context, std::span<const std::uint32_t>(shape_.firsts())),
          places_(context, places),
          fractions_(fractions) {}

    [[nodiscard]] unsigned rounds(unsigned rows, bool leaves) const noexcept { return shape_.rounds(rows, leaves); }

    /// What a layer's tail begins with.
    struct Start {
        unsigned rows;                     ///< rounds over rows
        bool folds;                        ///< the nodes' variable is still to be bound to the last of the point
        NodesView<D, false> nodes;         ///< which are overwritten
        std::span<const Ext> claim_point;  ///< from the first round's variable on
        std::span<const Ext> weights;      ///< by segment
        Ext lambda;
        Ext claim;
        Ext absent;  ///< what places without rows add to each sum
    };
    /// All rounds that are left of a layer: appends to `point`, and gives the children at it.
    template <class Hasher>
    void prove(const Context& context, const Start& start, backend::Channel<D, Hasher>& channel,
               std::vector<Ext>& point, backend::GkrChildren<D>& children) const {
        const unsigned place_variables = shape_.place_variables();
        GkrTail<D> tail{};
        tail.segments = {firsts_.data(), places_.data(), static_cast<std::uint32_t>(places_.size()),
                         static_cast<std::uint32_t>(places_.size() - fractions_)};
        tail.row_rounds = start.rows;
        tail.place_rounds = place_variables;
        tail.folds_first = start.folds;
        tail.source = start.nodes;
        std::vector<ExtBuffer<D>> nodes;
        const auto make = [&](std::uint64_t size) { return nodes.emplace_back(context, size).view(); };
        const auto [all, fractions] = shape_.folded(start.rows, start.folds);
        tail.turns[start.folds ? 0 : 1] = {make(4 * all), make(4 * fractions), {}};
        tail.turns[start.folds ? 1 : 0] = start.nodes;
        for (ExtView<D>& list : tail.children) list = make(GkrTail<D>::kChildren << place_variables);
        tail.row_eq.values = make(EqHeap<D>::size_for(start.rows - 1));
        tail.place_eq.values = make(EqHeap<D>::size_for(place_variables));

        std::vector<Ext> parameters(start.claim_point.begin(), start.claim_point.end());
        for (unsigned k = 0; k < start.rows; ++k) parameters.push_back(start.claim_point[k].inverse());
        parameters.insert(parameters.end(), start.weights.begin(), start.weights.end());
        const DeviceBuffer<Ext> on_device(context, std::span<const Ext>(parameters));
        tail.point = on_device.data();
        tail.inverses = tail.point + start.claim_point.size();
        tail.weights = tail.inverses + start.rows;
        tail.lambda = start.lambda;
        tail.claim = start.claim;
        tail.absent = start.absent;
        const DeviceBuffer<Ext> out(context, shape_.outputs(start.rows));
        const std::uint64_t size = tail_size<GkrTail<D>>(tail.rounds());
        tail.last_children = out.data() + size;

        const std::string what = absl::StrCat("GKR, layer of ", point.size() + start.claim_point.size(), " variables");
        const Ext r = start.folds ? point.back() : Ext::zero();
        const std::vector<Ext> sent = run_tail(context, tail, r, out, {"gkr_round", "gkr_point", what}, channel, point);
        for (std::size_t v = 0; v < children.size(); ++v) children[v].assign(1, sent[size + v]);
    }

 private:
    GkrTailShape<D> shape_;
    DeviceBuffer<std::uint32_t> firsts_;
    DeviceBuffer<GkrPlace> places_;
    std::size_t fractions_ = 0;
};

}  // namespace sluice::backend_cuda
