// Levels of nodes. SPDX-License-Identifier: MIT OR Apache-2.0
#include "sluice/witness_host/batch_node_hasher.h"

#include <algorithm>
#include <cstring>

namespace sluice::witness_host {

std::uint8_t* BatchNodeHasher::allocate(std::size_t size) {
    constexpr std::size_t kBlock = std::size_t{1} << 16;
    if (free_.size() < size) {
        const std::size_t block = std::max(size, kBlock);
        blocks_.emplace_back(new std::uint8_t[block]);
        free_ = {blocks_.back().get(), block};
    }
    std::uint8_t* const memory = free_.data();
    free_ = free_.subspan(size);
    return memory;
}

void BatchNodeHasher::place(std::uint8_t* ticket) noexcept {
    placed_.push_back({load_le<std::uint64_t>(ticket), ticket});
}

void BatchNodeHasher::defer(ByteView node, Mark mark, std::uint8_t* ticket) noexcept {
    std::uint8_t* const copy = allocate(node.size());
    std::memcpy(copy, node.data(), node.size());
    std::size_t level = 0;
    for (std::size_t i = mark; i < placed_.size(); ++i) {
        Node& below = nodes_[placed_[i].node];
        below.target = copy + (placed_[i].at - node.data());
        level = std::max(level, below.level + 1);
    }
    placed_.resize(mark);
    std::memset(ticket, 0, sizeof(Hash32));
    store_le(ticket, std::uint64_t{nodes_.size()});
    nodes_.push_back({{copy, node.size()}, level, nullptr});
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
        for (const std::size_t i : level) messages.push_back(nodes_[i].bytes);
        digests.resize(level.size());
        hash_(messages, digests);
        for (std::size_t k = 0; k < level.size(); ++k) {
            if (level[k] == ticket.word(0)) resolved = digests[k];
            std::uint8_t* const target = nodes_[level[k]].target;
            if (target != nullptr) std::memcpy(target, &digests[k], sizeof digests[k]);
        }
    }
    return resolved;
}

}  // namespace sluice::witness_host
