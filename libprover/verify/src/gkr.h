// The GKR pass: from the sums and products of all interactions to claims about the leaves at one point.
// SPDX-License-Identifier: MIT OR Apache-2.0
//
// libprover/DESIGN.md, section 5. Four trees over 2^m leaves: the products of writes and of reads, the fractions of
// lookups and of links. They share layers, challenges and point; their outputs are judged apart.
#pragma once

#include "cursor.h"
#include "scheme.h"

namespace sluice::verify {

/// The six values that a layer of the four trees has at a point, in the order of transcript and proof.
enum LayerValue : unsigned {
    kWrites = 0,
    kReads = 1,
    kLookupNumerator = 2,
    kLookupDenominator = 3,
    kLinkNumerator = 4,
    kLinkDenominator = 5,
    kLayerValues = 6,
};

/// What the pass ends with.
template <class Ext>
struct LeafClaims {
    Ext root[kLayerValues];   ///< outputs of the trees
    Ext value[kLayerValues];  ///< leaves at `point`, claimed
    Point<Ext> point;         ///< mu row coordinates, then kappa place coordinates
};

/// Judges the outputs of the trees.
template <class Ext>
Outcome check_roots(const Ext (&root)[kLayerValues]) noexcept {
    // Else a read may return what nobody wrote.
    if (!(root[kWrites] == root[kReads])) return {Status::products_differ};
    // A single leaf that is zero would make any two products equal.
    if (root[kWrites].is_zero()) return {Status::product_zero};
    // Else a value that is in no table passes.
    if (!root[kLookupNumerator].is_zero()) return {Status::lookup_sum};
    // A zero denominator makes any numerator possible.
    if (root[kLookupDenominator].is_zero()) return {Status::lookup_zero_denominator};
    if (root[kLinkDenominator].is_zero()) return {Status::link_zero_denominator};
    return {};
}

/// One layer: claim[j] are the layer's values at `point`; afterwards they are those of the next layer at the new point.
template <class S>
class GkrLayer {
 public:
    using Ext = typename S::Ext;
    using Transcript = typename S::Transcript;

    GkrLayer(Cursor& cursor, Transcript& transcript, unsigned layer) noexcept
        : cursor_(cursor), transcript_(transcript), layer_(layer) {}

    Outcome verify(Ext (&claim)[kLayerValues], Point<Ext>& point) noexcept {
        const Ext lambda = transcript_.template sample_ext<Ext::kDegree>("lambda");
        Ext sum = combine<Ext>(claim, lambda);
        Point<Ext> next;
        next.append(Ext::zero());  // the child's coordinate is sampled last
        for (unsigned k = 0; k < layer_; ++k) {
            if (const Outcome outcome = round(k, point.coordinate[k], sum, next); outcome.failed()) return outcome;
        }
        return children(lambda, sum, claim, next, point);
    }

 private:
    Outcome round(unsigned k, const Ext& rho, Ext& sum, Point<Ext>& next) noexcept {
        Ext g[3];
        cursor_.read(std::span<Ext>(g));
        if (cursor_.failed()) return cursor_.outcome();
        transcript_.absorb("gkr_round", std::span<const Ext>(g));
        // Else the layer below need not add up to the layer above.
        if (!(math::evaluate_line(g[0], g[1], rho) == sum)) return {Status::gkr_round, kMaxVariables * layer_ + k};
        const Ext r = transcript_.template sample_ext<Ext::kDegree>("gkr_point");
        sum = math::evaluate_from_integers(g, r);
        next.append(r);
        return {};
    }

    /// children[2 j] and children[2 j + 1]: value j of the next layer at (0, r) and (1, r).
    Outcome children(const Ext& lambda, const Ext& sum, Ext (&claim)[kLayerValues], Point<Ext>& next,
                     Point<Ext>& point) noexcept {
        Ext child[2 * kLayerValues];
        cursor_.read(std::span<Ext>(child));
        if (cursor_.failed()) return cursor_.outcome();
        transcript_.absorb("gkr_children", std::span<const Ext>(child));
        // Else the claims that go down have nothing to do with those that came from above.
        if (!(combine_children(child, lambda) == sum)) return {Status::gkr_children, layer_};
        next.coordinate[0] = transcript_.template sample_ext<Ext::kDegree>("gkr_child");
        for (unsigned j = 0; j < kLayerValues; ++j)
            claim[j] = math::evaluate_line(child[2 * j], child[2 * j + 1], next.coordinate[0]);
        point = next;
        return {};
    }

    [[nodiscard]] static Ext combine_children(const Ext (&c)[2 * kLayerValues], const Ext& lambda) noexcept {
        const Ext node[kLayerValues] = {
            c[0] * c[1],                // writes
            c[2] * c[3],                // reads
            c[4] * c[7] + c[5] * c[6],  // n0 d1 + n1 d0
            c[6] * c[7],                // d0 d1
            c[8] * c[11] + c[9] * c[10],
            c[10] * c[11],
        };
        return combine<Ext>(node, lambda);
    }

    Cursor& cursor_;
    Transcript& transcript_;
    unsigned layer_;
};

/// The whole pass over trees of depth `depth`.
template <class S>
Outcome verify_gkr(Cursor& cursor, typename S::Transcript& transcript, unsigned depth,
                   LeafClaims<typename S::Ext>& claims) noexcept {
    using Ext = typename S::Ext;
    cursor.read(std::span<Ext>(claims.root));
    if (cursor.failed()) return cursor.outcome();
    transcript.absorb("roots", std::span<const Ext>(claims.root));
    if (const Outcome outcome = check_roots(claims.root); outcome.failed()) return outcome;
    for (unsigned j = 0; j < kLayerValues; ++j) claims.value[j] = claims.root[j];
    for (unsigned layer = 0; layer < depth; ++layer) {
        GkrLayer<S> step(cursor, transcript, layer);
        if (const Outcome outcome = step.verify(claims.value, claims.point); outcome.failed()) return outcome;
    }
    return {};
}

}  // namespace sluice::verify
