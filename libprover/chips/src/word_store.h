// Registers and memory of a run, with what linking and the memory records need to know of each word.
// SPDX-License-Identifier: MIT OR Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "gadgets/execution.h"
#include "program_image.h"
#include "sluice/base/bytes.h"

namespace sluice::chips {

class WordStore {
 public:
    /// `image` and `input` must outlive it.
    WordStore(const ProgramImage& image, ByteView input)
        : image_(image), input_(input), pages_(std::size_t{1} << (kKeyBits - kPageBits)) {}

    struct Word {
        std::uint64_t value = 0;
        std::uint64_t in = 0;          ///< when its last shard began
        std::uint32_t shard_in = 0;    ///< the one before it, or 0
        std::uint32_t last_shard = 0;  ///< the last that touched it, or 0
        std::uint32_t time = 0;        ///< of the last access there
        bool known = false;            ///< `value` is set
    };

    void begin_shard(std::uint32_t shard) {
        shard_ = shard;
        touched_.clear();
    }
    /// A word as an earlier shard, or the start (0), has left it.
    void put(std::uint32_t key, std::uint64_t value, std::uint32_t last_shard) {
        place(key) = {.value = value, .last_shard = last_shard, .known = true};
    }
    [[nodiscard]] std::uint64_t value(std::uint32_t key) { return word(key).value; }
    /// Accesses a word, which then is `after`.
    AccessRecord access(std::uint32_t key, std::uint32_t now, std::uint64_t after);

    /// Keys touched in this shard, ascending.
    [[nodiscard]] std::vector<std::uint32_t> touched() const;
    /// Keys touched in any shard, ascending.
    [[nodiscard]] std::vector<std::uint32_t> all_touched() const;
    /// A word that was touched.
    [[nodiscard]] const Word& at(std::uint32_t key) const { return (*pages_[key >> kPageBits])[key % kPageWords]; }
    /// A word before the first instruction.
    [[nodiscard]] std::uint64_t initial(std::uint32_t key) const;

 private:
    // Small pages, since the words of a run lie in few places.
    static constexpr std::uint32_t kPageBits = 9;
    static constexpr std::uint32_t kPageWords = 1u << kPageBits;
    using Page = std::array<Word, kPageWords>;

    Word& place(std::uint32_t key) {
        std::unique_ptr<Page>& page = pages_[key >> kPageBits];
        if (page == nullptr) page = std::make_unique<Page>();
        return (*page)[key % kPageWords];
    }
    Word& word(std::uint32_t key) {
        Word& found = place(key);
        if (!found.known) {
            found.value = initial(key);
            found.known = true;
        }
        return found;
    }

    const ProgramImage& image_;
    ByteView input_;
    std::uint32_t shard_ = 0;
    std::vector<std::unique_ptr<Page>> pages_;  ///< by upper bits of the key
    std::vector<std::uint32_t> touched_;
};

}  // namespace sluice::chips
