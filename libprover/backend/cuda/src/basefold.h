// Basefold over all stack columns: libprover/DESIGN.md, section 7. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "opening.h"

namespace sluice::backend_cuda {

template <unsigned D, class Hasher>
class BasefoldProver : OpeningSteps<D, Hasher> {
    using Steps = OpeningSteps<D, Hasher>;
    using Steps::context_, Steps::height_, Steps::opening_;
    using typename Steps::ChannelType;
    using typename Steps::Ext;

 public:
    using Steps::Steps;

    absl::Status prove(ChannelType& channel) {
        if (absl::Status status = this->combine_columns(channel); !status.ok()) return status;
        const unsigned groups = opening_.num_groups(height_);
        std::vector<Oracle<Hasher>> folded;
        for (unsigned group = 0; group < groups; ++group) {
            for (unsigned i = 0; i < opening_.group_size(height_, group); ++i) {
                const Sums<D, 2> sums = this->eq_sums();
                channel.send("opening_round", std::array<Ext, 2>{sums.value[0], sums.value[1]});
                const absl::StatusOr<Ext> r = this->draw_challenge(channel);
                if (!r.ok()) return r.status();
                this->bind_to(*r);
            }
            this->settle();
            if (group + 1 != groups) folded.push_back(this->commit_fold(channel, group + 1));
        }
        this->send_final(channel);
        const auto indices = this->draw_queries(channel, 0);
        if (!indices.ok()) return indices.status();
        this->open_commitments(channel.writer(), *indices);
        const unsigned first_group = opening_.group_size(height_, 0);
        for (unsigned level = 1; level < groups; ++level) {
            std::vector<std::uint32_t> here = *indices;
            for (std::uint32_t& index : here) index >>= opening_.group_start(height_, level + 1) - first_group;
            here.resize(hash::sort_distinct(here));
            open_oracle(context_, channel.writer(), folded[level - 1], here);
        }
        return absl::OkStatus();
    }

    /// Bytes of device memory at most.
    [[nodiscard]] static std::uint64_t plan(const backend::TableShape& shape, const params::Opening& opening) {
        const unsigned h = shape.stack_height;
        const unsigned groups = opening.num_groups(h);
        std::uint64_t oracles = 0;
        std::uint64_t most = Steps::vector_bytes(h);
        for (unsigned group = 0; group < groups; ++group) {
            const unsigned left = h - opening.group_start(h, group);
            most = std::max(most, oracles + Steps::vector_bytes(left) + Steps::vector_bytes(left - 1));
            if (group + 1 == groups) break;
            oracles += oracle_bytes<Hasher>(opening, h, group + 1, D);
        }
        return most + Steps::small_bytes(shape, opening);
    }
};

}  // namespace sluice::backend_cuda
