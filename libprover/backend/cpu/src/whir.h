// WHIR over all stack columns: libprover/DESIGN.md, section 7.1. SPDX-License-Identifier: MIT OR Apache-2.0
//
// The weight is eq alone until the first group is bound, so that its rounds are Basefold's times a line. Then it is a
// vector like F.
#pragma once

#include <array>
#include <vector>

#include "opening.h"
#include "sluice/math/ntt.h"
#include "sluice/simd/ntt.h"

namespace sluice::backend_cpu {

template <unsigned D, class Hasher>
class WhirProver : OpeningSteps<D, Hasher> {
    using Steps = OpeningSteps<D, Hasher>;
    using Steps::claims_, Steps::context_, Steps::eq_, Steps::f_, Steps::height_, Steps::kTile, Steps::opening_,
        Steps::size_, Steps::twiddles_, Steps::variable_;
    using typename Steps::ChannelType;
    using typename Steps::Ext;
    using typename Steps::View;

 public:
    using Steps::Steps;

    absl::Status prove(ChannelType& channel) {
        if (absl::Status status = this->combine_columns(channel); !status.ok()) return status;
        Oracle<Hasher> oracle;  // of the level, but for the first
        const unsigned levels = opening_.num_oracles(height_);
        for (unsigned level = 0; level < levels; ++level) {
            for (unsigned i = 0; i < opening_.group_size(height_, level); ++i) {
                if (absl::Status status = level == 0 ? eq_round(channel) : round(channel); !status.ok()) return status;
            }
            const bool last = level + 1 == levels;
            Oracle<Hasher> next;
            std::vector<ExtBuffer<D>> samples;  // powers of the points
            if (last) {
                this->send_final(channel);
            } else {
                if (level == 0) weigh_by_eq();
                next = this->commit_fold(channel, level + 1);
                for (unsigned i = 0; i < opening_.ood_samples; ++i) {
                    samples.push_back(powers_of(channel.sample("ood_point")));
                    channel.send("ood_value", dot(f_, samples.back()));
                }
            }
            const auto indices = this->draw_queries(channel, level);
            if (!indices.ok()) return indices.status();
            if (level == 0) {
                this->open_commitments(channel.writer(), *indices);
            } else {
                this->open_oracle(channel.writer(), oracle, *indices);
            }
            if (last) break;
            const Ext gamma = channel.sample("combination");
            Ext power = gamma;
            for (const ExtBuffer<D>& sample : samples) {
                add_scaled(w_.view(), power, sample.view());
                power *= gamma;
            }
            add_queries(level, *indices, power, gamma);
            claim_ = dot(f_, w_);
            oracle = std::move(next);
        }
        return absl::OkStatus();
    }

 private:
    // ---- The sum-check

    absl::Status send_round(ChannelType& channel, const Ext& g0, const Ext& g1, const Ext& g2, Ext& r) {
        channel.send("opening_round", std::array<Ext, 3>{g0, g1, g2});
        const absl::StatusOr<Ext> challenge = this->draw_challenge(channel);
        if (challenge.ok()) r = *challenge;
        return challenge.status();
    }

    /// A round while the weight is eq: the line of eq in this variable, times the line of the sums.
    absl::Status eq_round(ChannelType& channel) {
        const Ext s = claims_.point[variable_];
        const Pair<D> sums = this->eq_sums();
        const Ext at_zero = bound_eq_ * (KoalaBear::one() - s);
        const Ext at_one = bound_eq_ * s;
        const Ext at_two = at_one.doubled() - at_zero;
        Ext r;
        absl::Status status =
            send_round(channel, at_zero * sums.at, at_one * sums.top, at_two * (sums.top.doubled() - sums.at), r);
        bound_eq_ *= math::evaluate_eq(s, r);
        this->bind_to(r);
        return status;
    }

    /// What is left of eq becomes the weight.
    void weigh_by_eq() {
        eq_ = {};
        w_ = context_.eq_table(std::span<const Ext>(claims_.point).subspan(variable_), bound_eq_);
    }

    absl::Status round(ChannelType& channel) {
        const std::size_t half = size_ / 2;
        Pair<D> sums;
        if (half % kPad == 0) {
            sums = context_.pool.template sum<Pair<D>>((half + kTile - 1) / kTile, [&](std::size_t t) {
                const std::size_t first = t * kTile;
                return context_.kernels.inner(f_.view().at(2 * first), w_.view().at(2 * first),
                                              std::min(half - first, kTile));
            });
        } else {
            for (std::size_t y = 0; y < half; ++y) {
                sums.at += f_.get(2 * y) * w_.get(2 * y);
                sums.top += (f_.get(2 * y + 1) - f_.get(2 * y)) * (w_.get(2 * y + 1) - w_.get(2 * y));
            }
        }
        const Ext at_one = claim_ - sums.at;
        Ext r;
        absl::Status status = send_round(channel, sums.at, at_one, quadratic_at_two(sums.at, at_one, sums.top), r);
        claim_ = quadratic_at(sums.at, at_one, sums.top, r);
        w_ = this->bound(w_, r);
        this->bind_to(r);
        return status;
    }

    // ---- Points

    /// 1, X, X^2, ..., as many as F has values: T of X.
    [[nodiscard]] ExtBuffer<D> powers_of(Ext x) const {
        ExtBuffer<D> powers(context_.memory, size_);
        const View view = powers.view();
        view.set(0, Ext::one());
        for (std::size_t size = 1; size < size_; size *= 2, x = x.square()) {
            if (size < kPad) {
                for (std::size_t i = 0; i < size; ++i) view.set(i + size, view.get(i) * x);
                continue;
            }
            for_chunks(context_.pool, size, kTile, [&](std::size_t first, std::size_t last) {
                context_.kernels.scale(view.at(first), x, view.at(first + size), last - first);
            });
        }
        view.fill(size_, powers.size(), Ext::zero());
        return powers;
    }

    /// sum_x a_x b_x over size_ elements.
    [[nodiscard]] Ext dot(const ExtBuffer<D>& a, const ExtBuffer<D>& b) const {
        if (size_ % kPad != 0) {
            Ext sum = Ext::zero();
            for (std::size_t x = 0; x < size_; ++x) sum += a.get(x) * b.get(x);
            return sum;
        }
        return context_.pool.template sum<Ext>((size_ + kTile - 1) / kTile, [&](std::size_t t) {
            const std::size_t first = t * kTile;
            return context_.kernels.dot(a.view().at(first), b.view().at(first), std::min(size_ - first, kTile));
        });
    }

    /// sum += factor * values, over size_ elements.
    void add_scaled(View sum, const Ext& factor, View values) const {
        for_chunks(context_.pool, padded(size_), kTile, [&](std::size_t first, std::size_t last) {
            context_.kernels.accumulate(sum.at(first), factor, values.at(first), last - first);
        });
    }

    /// w += sum_i power gamma^i T of the points of these leaves. With g of order 2^d the i-th point is g^e, e the index
    /// reversed, and T of it at x is g^(e x): the sum is the transform of a vector that has power gamma^i at e.
    void add_queries(unsigned level, std::span<const std::uint32_t> indices, Ext power, const Ext& gamma) {
        const unsigned d = opening_.domain_log_size(height_, level);
        const std::size_t stride = code_word_stride(std::size_t{1} << d);
        Buffer<KoalaBear> limbs(context_.memory, D * stride);
        limbs.fill_zero();
        const View sparse{limbs.data(), stride};
        for (const std::uint32_t index : indices) {
            sparse.set(math::reverse_bits(index, d), power);
            power *= gamma;
        }
        context_.pool.for_each(D, [&](std::size_t limb) {
            simd::ntt_to_reversed(twiddles_, limbs.span().subspan(limb * stride, std::size_t{1} << d));
        });
        for_chunks(context_.pool, size_, kTile, [&](std::size_t first, std::size_t last) {
            for (std::size_t x = first; x < last; ++x)
                w_.view().set(x, w_.get(x) + sparse.get(math::reverse_bits(x, d)));
        });
    }

    Ext bound_eq_ = Ext::one();  ///< eq of the variables that are bound, in the first group
    ExtBuffer<D> w_;             ///< the weight, after the first group
    Ext claim_{};                ///< sum of F times the weight, after the first group
};

}  // namespace sluice::backend_cpu
