// See pool.h. SPDX-License-Identifier: MIT OR Apache-2.0
#include "pool.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"

namespace sluice::backend_cuda {

absl::StatusOr<std::unique_ptr<Pool>> Pool::make(std::shared_ptr<Device> device, std::uint64_t bytes) {
    bytes = aligned(std::max<std::uint64_t>(bytes, 1));
    absl::StatusOr<void*> memory = device->allocate(bytes);
    if (!memory.ok()) return memory.status();
    return std::unique_ptr<Pool>(new Pool(std::move(device), *memory, bytes));
}

Pool::Pool(std::shared_ptr<Device> device, void* memory, std::uint64_t bytes)
    : device_(std::move(device)), memory_(static_cast<std::byte*>(memory)), capacity_(bytes), free_{{0, bytes}} {}

Pool::~Pool() {
    device_->release(memory_);
}

void* Pool::take(std::uint64_t bytes, const Place& place) {
    const std::uint64_t size = aligned(bytes);
    const std::lock_guard lock(mutex_);
    auto best = free_.end();
    if (left_until_failure_ != 0) {
        if (left_until_failure_ != kNever) --left_until_failure_;
        for (auto piece = free_.begin(); piece != free_.end(); ++piece) {
            if (piece->second >= size && (best == free_.end() || piece->second < best->second)) best = piece;
        }
    }
    if (best == free_.end()) {
        throw Failure(absl::ResourceExhaustedError(
            absl::StrCat(device_->description(), ": no room for ", bytes, " bytes at ", place_name(place), "; ",
                         current_, " of the pool's ", capacity_, " are in use; see Backend::plan_bytes")));
    }
    const std::uint64_t offset = best->first;
    const std::uint64_t left = best->second - size;
    free_.erase(best);
    if (left != 0) free_.emplace(offset + size, left);
    current_ += size;
    peak_ = std::max(peak_, current_);
    return memory_ + offset;
}

void Pool::give_back(void* piece, std::uint64_t bytes) noexcept {
    std::uint64_t offset = static_cast<std::uint64_t>(static_cast<std::byte*>(piece) - memory_);
    std::uint64_t size = aligned(bytes);
    const std::lock_guard lock(mutex_);
    current_ -= size;
    // Joined with free neighbours.
    auto after = free_.lower_bound(offset);
    if (after != free_.end() && after->first == offset + size) {
        size += after->second;
        after = free_.erase(after);
    }
    if (after != free_.begin()) {
        const auto before = std::prev(after);
        if (before->first + before->second == offset) {
            before->second += size;
            return;
        }
    }
    free_.emplace(offset, size);
}

std::uint64_t Pool::current() const noexcept {
    const std::lock_guard lock(mutex_);
    return current_;
}
std::uint64_t Pool::peak() const noexcept {
    const std::lock_guard lock(mutex_);
    return peak_;
}
void Pool::reset_peak() noexcept {
    const std::lock_guard lock(mutex_);
    peak_ = current_;
}
void Pool::fail_after(std::uint64_t after) noexcept {
    const std::lock_guard lock(mutex_);
    left_until_failure_ = after;
}

}  // namespace sluice::backend_cuda
