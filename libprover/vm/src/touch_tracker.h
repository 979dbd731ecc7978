// Which shard touched each word last: the data behind cross-shard accounting. SPDX-License-Identifier: MIT OR
// Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <memory>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"

#include "machine_state.h"
#include "sluice/vm/region.h"
#include "sluice/vm/shards.h"

namespace sluice::vm {

/// One 16-bit tag for each 4-byte word of the address space: 0 before its first touch, then 1 + the shard that touched
/// it last. A touch in the current shard is the common case and costs one comparison. Otherwise the touch is counted in
/// a small table by last shard and region, and the tag is set; at a shard's end the table is handed on. The 8-byte word
/// around a word was touched last when the later of its two halves was, so it needs no tag of its own.
class TouchTracker {
 public:
    static constexpr std::size_t kMaxShards = 0xfffe;

    /// Words that the current shard touched first and whose touch before was in another, by region.
    using Column = std::array<WordCount, kRegionCount>;

    [[nodiscard]] static absl::StatusOr<std::unique_ptr<TouchTracker>> create();
    ~TouchTracker();
    TouchTracker(const TouchTracker&) = delete;
    TouchTracker& operator=(const TouchTracker&) = delete;

    [[nodiscard]] const std::uint16_t* tags() const noexcept { return tags_; }
    [[nodiscard]] std::uint16_t current() const noexcept { return current_; }

    /// Whether an aligned access of kSize bytes finds all its words touched in this shard.
    template <unsigned kSize>
    [[nodiscard]] static bool is_fresh(const std::uint16_t* tags, std::uint16_t current,
                                       std::uint64_t address) noexcept {
        if constexpr (kSize == 8) {
            std::uint32_t pair;
            std::memcpy(&pair, tags + address / 4, sizeof pair);
            return pair == current * 0x10001U;
        } else {
            return tags[address / 4] == current;
        }
    }

    /// Touches all words of [address, address + size); the range is mapped memory.
    void touch(std::uint64_t address, std::uint64_t size) noexcept;
    /// Touches registers: bit i stands for x_i.
    void touch_registers(std::uint32_t mask) noexcept;

    /// From now on also notes who touches: the instruction at `state.index` with the return address in ra. Only for
    /// runs of SiteMode, which keep state.index at the instruction at hand. ResourceExhausted if the host refuses the
    /// memory.
    [[nodiscard]] absl::Status record_sites(const MachineState& state);
    /// The words that crossed from one shard to another so far, by who touched them.
    [[nodiscard]] std::vector<Crossing> crossings() const;

    /// Ends the current shard and gives the counts of its touches: entry 0 for first touches, entry 1 + s for words
    /// last touched in shard s. The next shard starts.
    [[nodiscard]] std::vector<Column> end_shard();

 private:
    TouchTracker() = default;
    void note_site(std::uint64_t word, bool crosses, Region region);

    /// Who touched words first in the shard that touched them last.
    struct Sites {
        const MachineState* state = nullptr;
        std::uint32_t* of_word = nullptr;  ///< index into `known`
        std::vector<TouchSite> known;
        absl::flat_hash_map<std::uint64_t, std::uint32_t> index;  ///< pc << 32 | caller to index into `known`
        std::array<absl::flat_hash_map<std::uint64_t, std::uint64_t>, kRegionCount> crossed;  ///< before << 32 | after
    };
    std::unique_ptr<Sites> sites_;

    std::uint16_t* tags_ = nullptr;
    std::uint16_t current_ = 1;
    std::array<std::uint16_t, 32> register_tags_{};
    std::vector<Column> column_ = std::vector<Column>(1);
};

}  // namespace sluice::vm
