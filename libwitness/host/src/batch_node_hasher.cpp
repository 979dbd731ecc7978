// Levels of nodes. SPDX-License-Identifier: MIT OR Apache-2.0
#include "sluice/witness_host/batch_node_hasher.h"

#include <algorithm>
#include <cstring>

namespace sluice::witness_host {
namespace {

constexpr std::size_t kNowhere = ~std::size_t{0};

}  // namespace

void BatchNodeHasher::place(std::uint8_t* ticket) noexcept {
    placed_.push_back({load_le<std::uint64_t>(ticket), ticket});
}

void BatchNodeHasher::defer(ByteView node, Mark mark, std::uint8_t* ticket) noexcept {
    Node made{bytes_.size(), node.size(), 0, kNowhere};
    for (std::size_t i = mark; i < placed_.size(); ++i) {
        Node& below = nodes_[placed_[i].node];
        below.target = made.begin + static_cast<std::size_t>(placed_[i].at - node.data());
        made.level = std::max(made.level, below.level + 1);
    }
    placed_.resize(mark);
    bytes_.insert(bytes_.end(), node.begin(), node.end());
    std::memset(ticket, 0, sizeof(Hash32));
    store_le(ticket, std::uint64_t{nodes_.size()});
    nodes_.push_back(made);
}

Hash32 BatchNodeHasher::resolve(const Hash32& ticket) noexcept {
    std::vector<std::vector<std::size_t>> levels;
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
        if (nodes_[i].level >= levels.size()) levels.resize(nodes_[i].level + 1);
        levels[nodes_[i].level].push_back(i);
    }
    Hash32 resolved{};
    std::vector<ByteView> messages;
    std::vector<Hash32> digests;
    for (const std::vector<std::size_t>& level : levels) {
        messages.clear();
        for (const std::size_t i : level) messages.emplace_back(bytes_.data() + nodes_[i].begin, nodes_[i].size);
        digests.resize(level.size());
        hash_(messages, digests);
        for (std::size_t k = 0; k < level.size(); ++k) {
            if (level[k] == ticket.word(0)) resolved = digests[k];
            const std::size_t target = nodes_[level[k]].target;
            if (target != kNowhere) std::memcpy(bytes_.data() + target, &digests[k], sizeof digests[k]);
        }
    }
    return resolved;
}

}  // namespace sluice::witness_host
