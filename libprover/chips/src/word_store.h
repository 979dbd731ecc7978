// Registers and memory of a run, with what linking and the memory records need to know of each word.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "absl/container/flat_hash_map.h"

#include "gadgets/execution.h"
#include "program_image.h"
#include "sluice/base/bytes.h"

namespace sluice::chips {

class WordStore {
 public:
    /// `image` and `input` must outlive it.
    WordStore(const ProgramImage& image, ByteView input) : image_(image), input_(input) {}

    struct Word {
        std::uint64_t value = 0;
        std::uint64_t in = 0;          ///< when its last shard began
        std::uint32_t shard_in = 0;    ///< the one before it, or 0
        std::uint32_t last_shard = 0;  ///< the last that touched it, or 0
        std::uint32_t time = 0;        ///< of the last access there
    };

    void begin_shard(std::uint32_t shard) {
        shard_ = shard;
        touched_.clear();
    }
    /// A word as an earlier shard, or the start (0), has left it.
    void put(std::uint32_t key, std::uint64_t value, std::uint32_t last_shard) {
        words_[key] = {.value = value, .last_shard = last_shard};
    }
    [[nodiscard]] std::uint64_t value(std::uint32_t key) { return word(key).value; }
    /// Accesses a word, which then is `after`.
    AccessRecord access(std::uint32_t key, std::uint32_t now, std::uint64_t after);

    /// Keys touched in this shard, ascending.
    [[nodiscard]] std::vector<std::uint32_t> touched() const;
    /// Keys touched in any shard, ascending.
    [[nodiscard]] std::vector<std::uint32_t> all_touched() const;
    [[nodiscard]] const Word& at(std::uint32_t key) const { return words_.at(key); }
    /// A word before the first instruction.
    [[nodiscard]] std::uint64_t initial(std::uint32_t key) const;

 private:
    Word& word(std::uint32_t key);

    const ProgramImage& image_;
    ByteView input_;
    std::uint32_t shard_ = 0;
    absl::flat_hash_map<std::uint32_t, Word> words_;
    std::vector<std::uint32_t> touched_;
};

}  // namespace sluice::chips
