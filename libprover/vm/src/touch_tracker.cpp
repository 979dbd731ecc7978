// Last-touch tags: see touch_tracker.h. SPDX-License-Identifier: MIT OR Apache-2.0
#include "touch_tracker.h"

#include <algorithm>
#include <cerrno>
#include <sys/mman.h>
#include <tuple>
#include <utility>

#include "absl/strings/str_format.h"

#include "address_space.h"

namespace sluice::vm {
namespace {

constexpr std::size_t kTagBytes = kAddressSpaceSize / 4 * sizeof(std::uint16_t);
constexpr std::size_t kSiteBytes = kAddressSpaceSize / 4 * sizeof(std::uint32_t);

/// Zero bytes whose pages come into being when their words are touched.
absl::StatusOr<void*> reserve(std::size_t size) {
    void* mapping = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (mapping != MAP_FAILED) return mapping;
    return absl::ResourceExhaustedError(
        absl::StrFormat("reserving %d bytes for touch tags failed: %s", size, std::strerror(errno)));
}

}  // namespace

absl::StatusOr<std::unique_ptr<TouchTracker>> TouchTracker::create() {
    absl::StatusOr<void*> mapping = reserve(kTagBytes);
    if (!mapping.ok()) return mapping.status();
    std::unique_ptr<TouchTracker> tracker(new TouchTracker);
    tracker->tags_ = static_cast<std::uint16_t*>(*mapping);
    return tracker;
}

TouchTracker::~TouchTracker() {
    if (tags_ != nullptr) munmap(tags_, kTagBytes);
    if (sites_ != nullptr && sites_->of_word != nullptr) munmap(sites_->of_word, kSiteBytes);
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
        if (sites_ != nullptr) note_site(word, tag != 0, static_cast<Region>(region));
    }
}

absl::Status TouchTracker::record_sites(const MachineState& state) {
    absl::StatusOr<void*> mapping = reserve(kSiteBytes);
    if (!mapping.ok()) return mapping.status();
    sites_ = std::make_unique<Sites>();
    sites_->of_word = static_cast<std::uint32_t*>(*mapping);
    sites_->state = &state;
    return absl::OkStatus();
}

void TouchTracker::note_site(std::uint64_t word, bool crosses, Region region) {
    const MachineState& state = *sites_->state;
    const TouchSite site{static_cast<std::uint32_t>(state.code.address_of(state.index)),
                         static_cast<std::uint32_t>(state.registers[1])};
    const auto [entry, is_new] = sites_->index.try_emplace(std::uint64_t{site.pc} << 32 | site.caller,
                                                           static_cast<std::uint32_t>(sites_->known.size()));
    if (is_new) sites_->known.push_back(site);
    std::uint32_t& of_word = sites_->of_word[word];
    if (crosses) {
        auto& crossed = sites_->crossed[static_cast<std::size_t>(region)];
        ++crossed[std::uint64_t{of_word} << 32 | entry->second];
    }
    of_word = entry->second;
}

std::vector<Crossing> TouchTracker::crossings() const {
    std::vector<Crossing> out;
    for (std::size_t region = 0; region < kRegionCount; ++region) {
        for (const auto& [pair, words] : sites_->crossed[region]) {
            out.push_back({static_cast<Region>(region), sites_->known[pair >> 32],
                           sites_->known[static_cast<std::uint32_t>(pair)], words});
        }
    }
    const auto place = [](const Crossing& crossing) {
        return std::tuple(crossing.region, crossing.before.pc, crossing.before.caller, crossing.after.pc,
                          crossing.after.caller);
    };
    std::sort(out.begin(), out.end(), [&](const Crossing& a, const Crossing& b) {
        return a.words != b.words ? a.words > b.words : place(a) < place(b);
    });
    return out;
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
