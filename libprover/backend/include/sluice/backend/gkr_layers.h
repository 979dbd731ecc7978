// What the layers of the trees share on every backend: those without row variables, which are small, and how a layer's
// claims become the next one's (libprover/DESIGN.md, section 5). SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <vector>

#include "sluice/backend/backend.h"
#include "sluice/backend/channel.h"
#include "sluice/backend/rounds.h"
#include "sluice/math/multilinear.h"

namespace sluice::backend {

/// A layer without row variables, all trees, 2^k nodes each: W, R, N_L, D_L, N_G, D_G.
template <unsigned D>
using DenseLayer = std::array<std::vector<Extension<D>>, 6>;
/// Values of the children, both, of all trees, over the places, in the order of `gkr_children`: w0, w1, u0, u1, n0, n1,
/// d0, d1, N0, N1, D0, D1.
template <unsigned D>
using GkrChildren = std::array<std::vector<Extension<D>>, 12>;

/// Place in `gkr_children` of claim v's child.
[[nodiscard]] constexpr std::size_t place_of_child(std::size_t v, std::size_t child) noexcept {
    return 2 * v + child;
}

/// The layer of half as many nodes.
template <unsigned D>
[[nodiscard]] DenseLayer<D> layer_above(const DenseLayer<D>& below) {
    DenseLayer<D> above;
    const std::size_t size = below[0].size() / 2;
    for (auto& values : above) values.resize(size);
    for (std::size_t y = 0; y < size; ++y) {
        // Products, and the denominators of sums.
        for (const std::size_t v : {0, 1, 3, 5}) above[v][y] = below[v][2 * y] * below[v][2 * y + 1];
        for (const std::size_t n : {2, 4}) {
            above[n][y] = below[n][2 * y] * below[n + 1][2 * y + 1] + below[n][2 * y + 1] * below[n + 1][2 * y];
        }
    }
    return above;
}

/// The nodes of a dense layer as children of the one above it.
template <unsigned D>
[[nodiscard]] GkrChildren<D> children_of(const DenseLayer<D>& layer) {
    GkrChildren<D> children;
    for (std::size_t v = 0; v < layer.size(); ++v) {
        for (std::size_t i = 0; i < layer[v].size(); ++i) children[place_of_child(v, i % 2)].push_back(layer[v][i]);
    }
    return children;
}

/// Sends a round's polynomial by its values at 0, 1 and 2, appends the challenge to `point`, and gives the claim there.
template <unsigned D, class Hasher>
[[nodiscard]] Extension<D> finish_gkr_round(const std::array<Extension<D>, 3>& message, Channel<D, Hasher>& channel,
                                            std::vector<Extension<D>>& point) {
    channel.send("gkr_round", message);
    point.push_back(channel.sample("gkr_point"));
    return quadratic_through(message[0], message[1], message[2], point.back());
}

/// The rounds over the variables of `rho` that `point` does not have yet, those of the places; there may be none.
/// Leaves one value of each child.
template <unsigned D, class Hasher>
void prove_places(const Extension<D>& lambda, std::span<const Extension<D>> rho, Channel<D, Hasher>& channel,
                  std::vector<Extension<D>>& point, GkrChildren<D>& children) {
    using Ext = Extension<D>;
    for (std::size_t k = point.size(); k < rho.size(); ++k) {
        const std::size_t pairs = children[0].size() / 2;
        std::vector<Ext> eq(pairs);
        math::fill_eq_table(rho.subspan(k + 1), Ext::one(), std::span(eq));
        std::array<Ext, 3> message{};
        for (std::size_t y = 0; y < pairs; ++y) {
            std::array<Ext, 12> at, step;
            for (std::size_t v = 0; v < children.size(); ++v) {
                at[v] = children[v][2 * y];
                step[v] = children[v][2 * y + 1] - at[v];
            }
            for (Ext& value : message) {
                value += eq[y] * combine_children(lambda, at);
                for (std::size_t v = 0; v < at.size(); ++v) at[v] += step[v];
            }
        }
        static_cast<void>(finish_gkr_round(message, channel, point));
        for (auto& values : children) {
            math::fold_lowest(std::span<const Ext>(values), point.back(), std::span(values).first(pairs));
            values.resize(pairs);
        }
    }
}

/// One layer: from claims at a point of some variables to claims at one of one more. `prove_rows(lambda, claim, point,
/// children)` does the rounds over row variables, of which there may be none: it appends their challenges to `point`
/// and leaves the children over the places.
template <unsigned D, class Hasher, class ProveRows>
void prove_gkr_layer(LeafClaims<D>& claims, Channel<D, Hasher>& channel, const ProveRows& prove_rows) {
    using Ext = Extension<D>;
    const Ext lambda = channel.sample("lambda");
    Ext claim = Ext::zero();
    for (std::size_t v = 6; v-- != 0;) claim = claim * lambda + claims.values[v];

    std::vector<Ext> point;  // r
    GkrChildren<D> children;
    prove_rows(lambda, claim, point, children);
    prove_places(lambda, std::span<const Ext>(claims.point), channel, point, children);

    std::array<Ext, 12> last;
    for (std::size_t v = 0; v < last.size(); ++v) last[v] = children[v][0];
    channel.send("gkr_children", last);
    const Ext t = channel.sample("gkr_child");
    for (std::size_t v = 0; v < 6; ++v) {
        claims.values[v] = math::evaluate_line(last[place_of_child(v, 0)], last[place_of_child(v, 1)], t);
    }
    claims.point.assign(1, t);
    claims.point.insert(claims.point.end(), point.begin(), point.end());
}

}  // namespace sluice::backend
