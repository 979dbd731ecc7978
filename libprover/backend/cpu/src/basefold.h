// Basefold over all stack columns: libprover/DESIGN.md, section 7. SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <array>
#include <vector>

#include "opening.h"

namespace sluice::backend_cpu {

template <unsigned D, class Hasher>
class BasefoldProver : OpeningSteps<D, Hasher> {
    using Steps = OpeningSteps<D, Hasher>;
    using Steps::height_, Steps::opening_;
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
                const Pair<D> sums = this->eq_sums();
                channel.send("opening_round", std::array<Ext, 2>{sums.at, sums.top});
                const absl::StatusOr<Ext> r = this->draw_challenge(channel);
                if (!r.ok()) return r.status();
                this->bind_to(*r);
            }
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
            this->open_oracle(channel.writer(), folded[level - 1], here);
        }
        return absl::OkStatus();
    }
};

}  // namespace sluice::backend_cpu
