// Registers and memory of a run. SPDX-License-Identifier: MIT OR Apache-2.0
#include "word_store.h"

#include <algorithm>

#include "sluice/abi/memory_map.h"

namespace sluice::chips {

AccessRecord WordStore::access(std::uint32_t key, std::uint32_t now, std::uint64_t after) {
    Word& found = word(key);
    if (found.last_shard != shard_) {
        found.in = found.value;
        found.shard_in = found.last_shard;
        found.last_shard = shard_;
        found.time = 0;
        touched_.push_back(key);
    }
    const AccessRecord record{found.value, found.time, now};
    found.value = after;
    found.time = now;
    return record;
}

std::vector<std::uint32_t> WordStore::touched() const {
    std::vector<std::uint32_t> keys = touched_;
    std::sort(keys.begin(), keys.end());
    return keys;
}

std::vector<std::uint32_t> WordStore::all_touched() const {
    std::vector<std::uint32_t> keys;
    for (std::uint32_t page = 0; page < pages_.size(); ++page) {
        if (pages_[page] == nullptr) continue;
        for (std::uint32_t i = 0; i < kPageWords; ++i) {
            if ((*pages_[page])[i].last_shard != 0) keys.push_back(page * kPageWords + i);
        }
    }
    return keys;
}

std::uint64_t WordStore::initial(std::uint32_t key) const {
    if (const std::uint32_t row = image_.image_row(key); row != kNoRow) return image_.image_words()[row].word;
    constexpr std::uint32_t kInputKey = SLUICE_INPUT_BEGIN / 8;
    if (key == kInputKey) return input_.size();
    if (key < kInputKey || key >= SLUICE_INPUT_END / 8) return 0;
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < 8; ++i) {
        const std::size_t at = std::size_t{key - kInputKey - 1} * 8 + i;
        if (at < input_.size()) value |= std::uint64_t{input_[at]} << (8 * i);
    }
    return value;
}

}  // namespace sluice::chips
