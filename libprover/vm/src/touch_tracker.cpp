// Last-touch tags: see touch_tracker.h. SPDX-License-Identifier: MIT OR Apache-2.0
#include "touch_tracker.h"

#include <algorithm>
#include <cerrno>
#include <sys/mman.h>
#include <utility>

#include "absl/strings/str_format.h"

#include "address_space.h"

namespace sluice::vm {
namespace {

constexpr std::size_t kTagBytes = kAddressSpaceSize / 4 * sizeof(std::uint16_t);

}  // namespace

absl::StatusOr<std::unique_ptr<TouchTracker>> TouchTracker::create() {
    // Pages of tags come into being when their words are touched.
    void* mapping =
        mmap(nullptr, kTagBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (mapping == MAP_FAILED) {
        return absl::ResourceExhaustedError(
            absl::StrFormat("reserving %d bytes for touch tags failed: %s", kTagBytes, std::strerror(errno)));
    }
    std::unique_ptr<TouchTracker> tracker(new TouchTracker);
    tracker->tags_ = static_cast<std::uint16_t*>(mapping);
    return tracker;
}

TouchTracker::~TouchTracker() {
    if (tags_ != nullptr) munmap(tags_, kTagBytes);
}

void TouchTracker::touch(std::uint64_t address, std::uint64_t size) noexcept {
    if (size == 0) return;
    const auto region = static_cast<std::size_t>(region_of(static_cast<std::uint32_t>(address)));
    const std::uint64_t last = (address + size - 1) / 4;
    for (std::uint64_t word = address / 4; word <= last; ++word) {
        const std::uint16_t tag = tags_[word];
        if (tag == current_) continue;
        tags_[word] = current_;
        ++column_[tag][region].words4;
        const std::uint16_t last_of_pair = std::max(tag, tags_[word ^ 1]);
        if (last_of_pair != current_) ++column_[last_of_pair][region].words8;
    }
}

void TouchTracker::touch_registers(std::uint32_t mask) noexcept {
    constexpr auto kRegion = static_cast<std::size_t>(Region::registers);
    for (std::size_t i = 1; i < register_tags_.size(); ++i) {
        if ((mask >> i & 1) == 0 || register_tags_[i] == current_) continue;
        WordCount& count = column_[register_tags_[i]][kRegion];
        count.words4 += 2;
        count.words8 += 1;
        register_tags_[i] = current_;
    }
}

std::vector<TouchTracker::Column> TouchTracker::end_shard() {
    ++current_;
    return std::exchange(column_, std::vector<Column>(current_));
}

}  // namespace sluice::vm
