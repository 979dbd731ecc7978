// WHIR over all stack columns: libprover/DESIGN.md, section 7.1. SPDX-License-Identifier: MIT OR Apache-2.0
//
// The weight is eq alone until the first group is bound, so that its rounds are Basefold's times a line. Then it is a
// vector like F.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "opening.h"
#include "sluice/backend/rounds.h"
#include "sluice/math/ntt.h"
#include "whir_kernels.h"

namespace sluice::backend_cuda {

template <unsigned D, class Hasher>
class WhirProver : OpeningSteps<D, Hasher> {
    using Steps = OpeningSteps<D, Hasher>;
    using Steps::claims_, Steps::context_, Steps::eq_, Steps::f_, Steps::height_, Steps::opening_, Steps::roots_,
        Steps::unfolded_, Steps::variable_;
    using typename Steps::ChannelType;
    using typename Steps::Ext;
    using Split = math::SplitEq<Ext>;

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
            if (last) {
                w_ = {};
            } else if (level != 0) {
                w_ = fold(context_, w_, *unfolded_);
            }
            this->settle();
            Oracle<Hasher> next;
            std::vector<Powers> samples;
            if (last) {
                this->send_final(channel);
            } else {
                if (level == 0) weigh_by_eq();
                next = this->commit_fold(channel, level + 1);
                for (unsigned i = 0; i < opening_.ood_samples; ++i) {
                    samples.push_back(powers_of(channel.sample("ood_point")));
                    channel.send("ood_value",
                                 sum(context_, f_.size(), DotPowers<D>{f_.view(), samples.back().view}).value[0]);
                }
            }
            const auto indices = this->draw_queries(channel, level);
            if (!indices.ok()) return indices.status();
            if (level == 0) {
                this->open_commitments(channel.writer(), *indices);
            } else {
                open_oracle(context_, channel.writer(), oracle, *indices);
            }
            if (last) break;
            add_claims(level, samples, *indices, channel.sample("combination"));
            oracle = std::move(next);
        }
        return absl::OkStatus();
    }

    /// Bytes of device memory at most.
    [[nodiscard]] static std::uint64_t plan(const backend::TableShape& shape, const params::Opening& opening) {
        const unsigned h = shape.stack_height;
        const unsigned levels = opening.num_oracles(h);
        std::uint64_t most = Steps::vector_bytes(h);
        std::uint64_t before = 0;  // the oracle of the level
        for (unsigned level = 0; level < levels; ++level) {
            const unsigned left = h - opening.group_start(h, level);
            if (opening.group_size(h, level) == 0) break;
            // F and the weight, and their halves while they are folded.
            const std::uint64_t vectors = Steps::vector_bytes(left) + Steps::vector_bytes(left - 1);
            most = std::max(most, before + (level == 0 ? 1 : 2) * vectors);
            if (level + 1 == levels) break;
            const unsigned next_left = h - opening.group_start(h, level + 1);
            const std::uint64_t next = oracle_bytes<Hasher>(opening, h, level + 1, D);
            const std::uint64_t queries = opening.num_queries(level);
            most = std::max(most, before + next + 2 * Steps::vector_bytes(next_left) +
                                      opening.ood_samples * EqTable<D>::bytes_for(next_left) +
                                      aligned(queries * sizeof(std::uint64_t)) + aligned(queries * sizeof(Ext)));
            before = next;
        }
        return most + Steps::small_bytes(shape, opening);
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
        const auto [halves] = this->eq_sums();
        const Ext at_zero = bound_eq_ * (KoalaBear::one() - s);
        const Ext at_one = bound_eq_ * s;
        const Ext at_two = at_one.doubled() - at_zero;
        Ext r;
        absl::Status status =
            send_round(channel, at_zero * halves[0], at_one * halves[1], at_two * (halves[1].doubled() - halves[0]), r);
        bound_eq_ *= math::evaluate_eq(s, r);
        this->bind_to(r);
        return status;
    }

    /// What is left of eq becomes the weight.
    void weigh_by_eq() {
        w_ = ExtBuffer<D>(context_, f_.size());
        const EqView<D> eq = eq_.fill(context_, std::span<const Ext>(claims_.point).subspan(variable_), bound_eq_);
        launch(context_.stream, w_.size(), WriteEq<D>{eq, w_.view()});
    }

    absl::Status round(ChannelType& channel) {
        const std::optional<Ext> unfolded = std::exchange(unfolded_, std::nullopt);
        const Sums<D, 2> sums =
            product_round(context_, f_, w_, unfolded ? std::span<const Ext>(&*unfolded, 1) : std::span<const Ext>());
        const Ext at_zero = sums.value[0];
        const Ext at_one = claim_ - at_zero;
        const Ext top = sums.value[1];
        Ext r;
        absl::Status status = send_round(channel, at_zero, at_one, backend::quadratic_at_two(at_zero, at_one, top), r);
        claim_ = backend::quadratic_at(at_zero, at_one, top, r);
        this->bind_to(r);
        return status;
    }

    // ---- Points

    /// Tables of the powers of a point, as many as F has values.
    struct Powers {
        ExtBuffer<D> memory;
        EqView<D> view;
    };
    [[nodiscard]] Powers powers_of(Ext x) const {
        FillPowers<D> kernel{};
        kernel.variables = static_cast<unsigned>(claims_.point.size()) - variable_;
        for (unsigned k = 0; k < kernel.variables; ++k, x = x.square()) kernel.squares[k] = x;
        Powers powers;
        powers.memory = ExtBuffer<D>(context_, Split::table_size(kernel.variables));
        kernel.out.low_bits = Split::low_bits_for(kernel.variables);
        kernel.out.low = powers.memory.view();
        kernel.out.high = powers.memory.view().at(std::uint64_t{1} << kernel.out.low_bits);
        launch(context_.stream, powers.memory.size(), kernel);
        powers.view = kernel.out;
        return powers;
    }

    /// Adds the claims about the samples and then about the points of these leaves, times gamma, gamma^2, ... With g
    /// of order 2^d the point of a leaf is g^e, e its index reversed.
    void add_claims(unsigned level, std::span<const Powers> samples, std::span<const std::uint32_t> indices,
                    const Ext& gamma) {
        Ext power = gamma;
        for (const Powers& sample : samples) {
            launch(context_.stream, w_.size(), AddPowers<D>{w_.view(), sample.view, power});
            power *= gamma;
        }
        const unsigned d = opening_.domain_log_size(height_, level);
        std::vector<std::uint64_t> exponents;
        std::vector<Ext> weights;
        for (const std::uint32_t index : indices) {
            exponents.push_back(math::reverse_bits(index, d));
            weights.push_back(power);
            power *= gamma;
        }
        const DeviceBuffer<std::uint64_t> device_exponents(context_, std::span<const std::uint64_t>(exponents));
        const DeviceBuffer<Ext> device_weights(context_, std::span<const Ext>(weights));
        claim_ = sum(context_, f_.size(),
                     AddQueries<D>{f_.view(), w_.view(), device_exponents.data(), device_weights.data(),
                                   static_cast<std::uint32_t>(indices.size()), d, roots_})
                     .value[0];
    }

    Ext bound_eq_ = Ext::one();  ///< eq of the variables that are bound, in the first group
    ExtBuffer<D> w_;             ///< the weight, after the first group
    Ext claim_{};                ///< sum of F times the weight, after the first group
};

}  // namespace sluice::backend_cuda
